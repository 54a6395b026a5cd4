//! Home Manager's `programs.distrobox.containers.<name>`.

use crate::read::{Found, OptionReader, wrong};
use crate::surface::boxes::{Box, Unshared};
use crate::surface::surroundings::{Reading, Surroundings};
use crate::vocabulary::options::{Systems, Table};
use nixpod_eval::Value;
use nixpod_model::{Container, Field, Surface, Text};

/// What is known of the surface before a container is read.
pub(crate) const TABLE: Table = Table {
    surface: Surface::Distrobox,
    systems: Systems::Homes,
    path: &["programs", "distrobox", "containers"],
    old_path: None,
    file: None,
    options: &[
        "image",
        "clone",
        "root",
        "init",
        "volume",
        "additional_flags",
        "init_hooks",
        "pre_init_hooks",
        "home",
        "nvidia",
        "unshare_all",
        "unshare_devsys",
        "unshare_ipc",
        "unshare_netns",
        "unshare_process",
        "start_now",
    ],
    facts: &["root", "start_now"],
    guest: None,
    part: None,
};

/// Reads one container into an empty one.
pub(crate) fn read(
    reader: &mut OptionReader<'_, '_>,
    found: &Found,
    around: &mut Surroundings<'_>,
    container: &mut Container,
) -> Reading {
    let enable = reader.at(around.config, &["programs", "distrobox", "enable"]);
    if reader.bool(&enable).certain() == Some(&false) {
        return Reading::Off;
    }
    container.unseen = reader.unseen(found);
    container.auto_start = switch(reader, found, "start_now");
    let image = reader.get(found, "image");
    let image = (!reader.is_unset(&image)).then(|| reader.text(&image));
    let root = switch(reader, found, "root");
    if root.value() != Some(&true) {
        container.runs_as = around.home_of.map(|user| Field::default(user.to_owned()));
    }
    let mut own = |key: &str| Some(switch(reader, found, key));
    let unshared = Unshared {
        all: own("unshare_all"),
        devices: own("unshare_devsys"),
        ipc: own("unshare_ipc"),
        network: own("unshare_netns"),
        processes: own("unshare_process"),
    };
    let mut hooks = values(reader, found, "pre_init_hooks");
    hooks.extend(values(reader, found, "init_hooks"));
    let one = Box {
        root,
        image,
        unshared,
        volumes: values(reader, found, "volume"),
        flags: values(reader, found, "additional_flags"),
        hooks,
    };
    one.apply(container);
    Reading::Container
}

/// A Boolean, or what the file of the program has for one.
fn switch(reader: &mut OptionReader<'_, '_>, found: &Found, key: &str) -> Field<bool> {
    let found = reader.get(found, key);
    if reader.is_unset(&found) {
        return Field::default(false);
    }
    reader.field(&found, |_, value, _| match &value.value {
        Value::Bool(bool) => Ok(*bool),
        Value::Int(int) => Ok(*int != 0),
        Value::String(text) if text.hole().is_none() => Ok(matches!(text.text.as_str(), "true" | "1")),
        other => Err(wrong("a Boolean", other)),
    })
}

/// One value or several.
fn values(reader: &mut OptionReader<'_, '_>, found: &Found, key: &str) -> Vec<Field<Text>> {
    let found = reader.get(found, key);
    if reader.is_unset(&found) || matches!(found.value.value, Value::Null) {
        return Vec::new();
    }
    let elements = match found.value.value {
        Value::List(_) => reader.elements(&found),
        _ => vec![found],
    };
    elements.iter().map(|element| reader.text(element)).collect()
}

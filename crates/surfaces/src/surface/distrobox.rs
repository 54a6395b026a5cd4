//! Home Manager's `programs.distrobox.containers.<name>`. Its containers are no isolation and are not meant to be: they are
//! privileged, in the namespaces of the host, and have all of its files. That is what holds by default; what a
//! configuration adds is written.

use crate::read::{Found, OptionReader, wrong};
use crate::surface::surroundings::{Reading, Surroundings};
use crate::vocabulary::flags::parse;
use crate::vocabulary::options::{Systems, Table};
use crate::vocabulary::podman::{self, WORDS};
use crate::vocabulary::words::{self, split_words};
use nixpod_eval::Value;
use nixpod_model::{Container, Field, Image, Mount, Namespace, NamespaceMode, NetworkMode, Surface, Text};
use nixpod_source::Origin;

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

/// What every one of them has of the host, as `distrobox create` passes it on.
const MOUNTS: [(&str, &str); 4] = [
    ("/", "/run/host"),
    ("/dev", "/dev"),
    ("/sys", "/sys"),
    ("/tmp", "/tmp"),
];

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
    let root = switch(reader, found, "root");
    container.rootful = root.clone();
    if root.value() == Some(&true) {
        // The host's root is more than what every box is by design.
        container.privileged = root;
    } else {
        container.privileged = Field::default(true);
        container.runs_as = around.home_of.map(|user| Field::default(user.to_owned()));
    }
    by_design(reader, found, container);
    let image = reader.get(found, "image");
    if !reader.is_unset(&image) {
        container.image = Some(reader.text(&image).map(|reference| Image {
            reference: reference.clone(),
            provided_by_nix: false,
        }));
    }
    let volumes = values(reader, found, "volume");
    for word in split_words(&volumes, words::blanks) {
        container.mounts.push(word.map(crate::vocabulary::mounts::volume));
    }
    let flags = values(reader, found, "additional_flags");
    let (flags, options) = parse(&split_words(&flags, words::shell), &WORDS);
    container.flags = flags;
    podman::apply(container, &options);
    for key in ["pre_init_hooks", "init_hooks"] {
        container.command.extend(values(reader, found, key));
    }
    Reading::Container
}

/// What it shares with the host unless it is told not to.
fn by_design(reader: &mut OptionReader<'_, '_>, found: &Found, container: &mut Container) {
    let all = switch(reader, found, "unshare_all");
    let mut shares = |key: &str| {
        let own = switch(reader, found, key);
        all.value() == Some(&false) && own.value() == Some(&false)
    };
    if shares("unshare_netns") {
        container.network = Field::default(NetworkMode::Host);
    }
    for (kind, key) in [("ipc", "unshare_ipc"), ("pid", "unshare_process")] {
        if shares(key) {
            let mode = NamespaceMode::Host;
            container
                .namespaces
                .push(Field::default(Namespace { kind, mode }));
        }
    }
    let own_devices = !shares("unshare_devsys");
    for (source, target) in MOUNTS {
        if own_devices && matches!(source, "/dev" | "/sys") {
            continue;
        }
        container.mounts.push(Field::default(Mount {
            source: Text::known(source, Origin::default()),
            target: Text::known(target, Origin::default()),
            read_only: false,
            options: vec!["rslave".to_owned()],
            is_bind: true,
            unclear_access: None,
            volume: None,
        }));
    }
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

//! Files that `distrobox assemble` reads: a section a box.

use crate::surface::boxes::{Box, Unshared};
use crate::surface::texts::{Runs, TextSurface, TextsRead, Written};
use crate::surface::written_files::{Wanted, files};
use crate::vocabulary::certainty::part;
use crate::vocabulary::options::Systems;
use crate::vocabulary::text::origin_of;
use crate::vocabulary::unit::parse::{Entry, Section, Unit, parse};
use nixpod_model::{Field, Surface, Text};

pub(crate) const TEXTS: TextSurface = TextSurface {
    surface: Surface::Distrobox,
    places: &["distrobox.ini, distrobox-*.ini"],
    systems: Systems::Both,
    find: |reader, config, kind| {
        let wanted = Wanted {
            entry: is_file,
            file: is_file,
            folder: None,
        };
        files(reader, config, kind, &wanted, |_, name| {
            (name.to_owned(), Runs::User(None))
        })
    },
    is_file,
    tells: |_, _| false,
    has_any: |text| text.contains("image") || text.contains("clone"),
    runs_file: |_| Runs::User(None),
    read,
};

/// Has a file a name under which people keep such files? The program takes any.
fn is_file(path: &str) -> bool {
    let name = path.trim_end_matches('"').rsplit('/').next().unwrap_or(path);
    name.starts_with("distrobox") && name.ends_with(".ini")
}

fn read(texts: &[Written], out: &mut TextsRead) {
    for written in texts {
        let Some(text) = written.text.value() else {
            continue;
        };
        let unit = parse(text);
        for section in &unit.sections {
            let mut left = MAX_INCLUDED;
            let entries = entries(&unit, section, &mut left);
            let last = |key: &str| entries.iter().rev().find(|entry| entry.key == key);
            if last("image").or_else(|| last("clone")).is_none() {
                continue;
            }
            let mut container = out.container(&section.name, written, section.origin.clone());
            container.auto_start = match last("start_now") {
                Some(entry) => switch(written, entry),
                None => Field::default(false),
            };
            let own = |key: &str| last(key).map(|entry| switch(written, entry));
            let all = |key: &str| {
                let values = entries.iter().filter(|entry| entry.key == key);
                values.map(|entry| value(written, entry)).collect::<Vec<_>>()
            };
            let mut hooks = all("pre_init_hooks");
            hooks.extend(all("init_hooks"));
            let one = Box {
                root: own("root").unwrap_or(Field::default(false)),
                image: last("image").map(|entry| value(written, entry)),
                unshared: Unshared {
                    all: own("unshare_all"),
                    devices: own("unshare_devsys"),
                    ipc: own("unshare_ipc"),
                    network: own("unshare_netns"),
                    processes: own("unshare_process"),
                },
                volumes: all("volume"),
                flags: all("additional_flags"),
                hooks,
            };
            one.apply(&mut container);
            out.containers.push(container);
        }
    }
}

/// A section includes others, and these others, so many in all.
const MAX_INCLUDED: u32 = 64;

/// The entries of a section, behind those of sections that it includes.
fn entries<'u>(unit: &'u Unit, section: &'u Section, left: &mut u32) -> Vec<&'u Entry> {
    let mut out = Vec::new();
    for entry in &section.entries {
        let included = (entry.key == "include").then(|| unit.section(&entry.value.pattern()));
        match (included.flatten(), left.checked_sub(1)) {
            (Some(other), Some(fewer)) => {
                *left = fewer;
                out.extend(entries(unit, other, left));
            }
            _ => out.push(entry),
        }
    }
    out
}

/// A value without the quotes around it.
fn value(written: &Written, entry: &Entry) -> Field<Text> {
    let pattern = entry.value.pattern();
    let quoted = ['"', '\'']
        .into_iter()
        .any(|quote| pattern.len() > 1 && pattern.starts_with(quote) && pattern.ends_with(quote));
    let text = match quoted {
        true => entry.value.slice(1, pattern.len() - 1),
        false => entry.value.clone(),
    };
    let origin = origin_of(&text);
    part(&written.text, text, origin)
}

fn switch(written: &Written, entry: &Entry) -> Field<bool> {
    let value = value(written, entry);
    let is_on = |text: &Text| matches!(text.pattern().as_str(), "true" | "1");
    value.map(is_on)
}

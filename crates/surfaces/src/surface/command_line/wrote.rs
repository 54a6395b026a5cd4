//! Files that scripts write and that are read like any others: units of Podman's generator and of systemd, settings of machines.

use super::inside::{self, follow, gap};
use super::line::Base;
use crate::surface::quadlet_text;
use crate::surface::texts::{Runs, Written};
use crate::vocabulary::shell::{Addresses, Who, WrittenFile};
use crate::vocabulary::text::{HOLE, origin_of};
use crate::vocabulary::unit::kinds::{FOLDER, Kind};
use nixpod_model::{NotAnalysed, Text, TextPart};
use nixpod_source::Why;

/// In scripts that write such files, besides the names of programs.
pub(super) const FOLDERS: [&str; 2] = [FOLDER, "systemd/nspawn"];

/// Files with what an engine is set to, of which only those that Nix writes are read.
const SETTINGS: [&str; 5] = [
    "containers/containers.conf",
    "containers/policy.json",
    "containers/registries.conf",
    "containers/storage.conf",
    "docker/daemon.json",
];

/// The files that scripts write, where their places are certain.
pub(crate) fn files(scripts: &[Written]) -> Vec<Written> {
    let names_folder = |text: &Text| {
        text.parts.iter().any(|part| match part {
            TextPart::Known { text, .. } => FOLDERS.iter().any(|folder| text.contains(folder)),
            TextPart::Hole { .. } => false,
        })
    };
    let scripts = scripts
        .iter()
        .filter(|script| script.text.value().is_some_and(names_folder));
    let mut out = Vec::new();
    for script in scripts.flat_map(inside::scripts) {
        let Some(followed) = script.follow(|_| false) else {
            continue;
        };
        let base = Base::new(&script.written);
        let certain = followed.files.iter().filter(|file| is_at_place(file));
        out.extend(certain.map(|file| written(&base, file)));
    }
    out
}

/// Units of systemd that a script writes: their commands are lines of that script.
pub(super) fn services(base: &Base<'_>, files: &[WrittenFile]) -> Vec<Written> {
    let services = files
        .iter()
        .filter(|file| inside::is_service(&file.path.pattern()));
    services.map(|file| written(base, file)).collect()
}

/// Is a file one that is read, at a place that is known?
fn is_at_place(file: &WrittenFile) -> bool {
    let pattern = file.path.pattern();
    let Some((before, below)) = FOLDERS.iter().find_map(|folder| pattern.split_once(folder)) else {
        return false;
    };
    let is_home = before.ends_with(".config/");
    below.starts_with('/') && !below.contains(HOLE) && (is_home || before == "/etc/")
}

fn written(base: &Base<'_>, file: &WrittenFile) -> Written {
    let path = file.path.display();
    let script = base.written;
    let is_of_user = path.contains("/.config/") || path.contains("/users/");
    let runs = match (&file.who, &script.runs) {
        (_, Runs::User(user)) if is_of_user => Runs::User(user.clone()),
        _ if is_of_user => Runs::User(None),
        _ if path.starts_with("/etc/") => Runs::Root,
        (Who::Same, runs) => runs.clone(),
        (Who::Root, _) => Runs::Root,
        (Who::User(_), _) => Runs::User(None),
    };
    let text = base.fact(file.text.clone(), origin_of(&file.text));
    Written {
        addresses: Addresses::default(),
        is_main: false,
        path,
        text,
        runs,
        definitions: script.definitions.clone(),
        existence: base.existence(file.when.maybe, &file.when.conditions),
    }
}

/// Files that a script writes and that are not read.
pub(super) fn not_read(path: &str, files: &[WrittenFile]) -> Vec<NotAnalysed> {
    let mut out = Vec::new();
    for file in files {
        let pattern = file.path.pattern();
        let is_setting = |name: &str| pattern.ends_with(name);
        let what = if SETTINGS.iter().any(|name| is_setting(name)) {
            "settings of an engine that a script writes"
        } else if quadlet_text::is_file(&pattern)
            && !is_at_place(file)
            && Kind::of_text(&file.text.pattern()).is_some()
        {
            "a unit of Podman's generator that a script writes to a folder of its own"
        } else {
            continue;
        };
        out.push(gap(
            path.to_owned(),
            Why::NotModelled(what.to_owned()),
            &file.origin,
        ));
    }
    out
}

/// Would a text, if it were a script, write a unit with a container?
pub(super) fn units(text: &Text, is_unit_line: bool) -> Vec<nixpod_source::Origin> {
    if !FOLDERS.iter().any(|folder| text.pattern().contains(folder)) {
        return Vec::new();
    }
    let followed = follow(text, is_unit_line, |_| false);
    let units = followed
        .files
        .into_iter()
        .filter(|file| is_at_place(file) && quadlet_text::is_file(&file.path.pattern()));
    units.map(|file| file.origin).collect()
}

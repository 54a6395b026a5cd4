//! Unit files of Podman's generator that options of a system write, and those that are files of the project.

use crate::read::{Found, OptionReader};
use crate::surface::quadlet_units::{self, is_drop_in_folder};
use crate::surface::texts::{Runs, TextSurface, Written};
use crate::surface::tmpfiles;
use crate::surface::written_files::{Wanted, files, unnamed};
use crate::vocabulary::options::Systems;
use crate::vocabulary::unit::kinds::{FOLDER, Kind};
use nixpod_model::{EntryName, Surface, SystemKind};
use nixpod_source::Utf8Path;

pub(crate) const SURFACE: TextSurface = TextSurface {
    surface: Surface::Quadlet,
    places: &[
        "environment.etc.\"containers/systemd/…\"",
        "xdg.configFile",
        "home.file",
        "systemd.tmpfiles",
        "*.container, *.pod, … and their drop-ins",
    ],
    systems: Systems::Both,
    find,
    is_file,
    tells: |_, _| false,
    has_any: |_| true,
    runs_file,
    read: quadlet_units::read,
};

/// May a file be a unit, or a drop-in of one? Other programs use some of the same endings, so that its text has to tell.
pub(crate) fn is_file(path: &str) -> bool {
    let path = Utf8Path::new(path);
    let Some(name) = path.file_name() else {
        return false;
    };
    if Kind::of_file(name).is_some() {
        return true;
    }
    let folder = path.parent().and_then(Utf8Path::file_name).unwrap_or_default();
    name.ends_with(".conf") && is_drop_in_folder(folder)
}

/// Who runs a unit, by where its file is to be.
pub(crate) fn runs_file(path: &str) -> Runs {
    let Some((before, below)) = path.split_once(FOLDER) else {
        return Runs::Unknown;
    };
    let of_users = below.starts_with("/users/");
    match (of_users, before.ends_with(".config/"), before.ends_with("etc/")) {
        (true, ..) | (_, true, _) => Runs::User(None),
        (false, false, true) => Runs::Root,
        (false, false, false) => Runs::Unknown,
    }
}

pub(crate) fn find(reader: &mut OptionReader<'_, '_>, config: &Found, kind: SystemKind) -> Vec<Written> {
    let wanted = Wanted {
        entry: |name| name.contains(FOLDER),
        file: is_file,
        folder: None,
    };
    let mut found = files(reader, config, kind, &wanted, |reader, name| {
        let below = below(name);
        (below.to_owned(), runs(reader, config, kind, below))
    });
    found.extend(in_folders_around(reader, config, kind));
    if kind != SystemKind::Home {
        for written in &mut found {
            if written.runs == Runs::Root && written.path.contains(OF_USERS) {
                written.runs = Runs::User(None);
            }
        }
    }
    let wanted = Wanted {
        entry: |text| text.contains(FOLDER),
        file: |path| path.contains(FOLDER) && is_file(path),
        folder: None,
    };
    found.extend(tmpfiles::files(
        reader,
        config,
        kind,
        &wanted,
        |reader, path| match path.contains(".config/") || path.starts_with('%') {
            true => Runs::User(None),
            false => runs(reader, config, kind, below(path)),
        },
    ));
    found.extend(unnamed(reader, config, kind, |text| {
        let kind = Kind::of_text(&text.pattern())?;
        Some(format!(
            "{FOLDER}/{}.{}",
            EntryName::Template(0),
            kind.extension()
        ))
    }));
    found
}

/// In the path of a unit that the generators of users read.
const OF_USERS: &str = "containers/systemd/users/";

/// Units in folders that are given as a whole, with what else Podman reads: `xdg.configFile.containers.source = ./containers`.
fn in_folders_around(reader: &mut OptionReader<'_, '_>, config: &Found, kind: SystemKind) -> Vec<Written> {
    let wanted = Wanted {
        entry: |_| false,
        file: |path| path.contains(FOLDER) && is_file(path),
        folder: Some("containers"),
    };
    // Whoever reads the settings in there says what of the folder is not known.
    let told = reader.not_analysed.len();
    let runs = match kind {
        SystemKind::Home => Runs::User(None),
        _ => Runs::Root,
    };
    let found = files(reader, config, kind, &wanted, |_, name| {
        (name.to_owned(), runs.clone())
    });
    reader.not_analysed.truncate(told);
    found
}

/// The path of a file from the generator's folder on.
fn below(name: &str) -> &str {
    let below = name.split_once(FOLDER).map_or(name, |(_, below)| below);
    below.trim_start_matches('/')
}

/// Who runs the units of a file, by its path from the generator's folder on.
fn runs(reader: &mut OptionReader<'_, '_>, config: &Found, kind: SystemKind, path: &str) -> Runs {
    if kind == SystemKind::Home {
        return Runs::User(None);
    }
    let Some(of_users) = path.strip_prefix("users/") else {
        return Runs::Root;
    };
    let uid = of_users
        .split_once('/')
        .and_then(|(uid, _)| uid.parse::<i64>().ok());
    let Some(uid) = uid else {
        return Runs::User(None);
    };
    let users = reader.option(config, &["users", "users"]);
    for (name, user) in reader.entries(&users).named {
        let own = reader.get(&user, "uid");
        let own = reader.int(&own);
        if own.value() == Some(&uid) {
            return Runs::User(Some(Box::new(own.map(|_| name.clone()))));
        }
    }
    Runs::User(None)
}

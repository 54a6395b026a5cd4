//! Unit files of Podman's generator that options of a system write, and those that are files of the project.

use crate::read::{Found, OptionReader, as_key};
use crate::surface::quadlet_units::{self, is_drop_in_folder};
use crate::surface::texts::{Runs, TextSurface, Written};
use crate::vocabulary::options::Systems;
use crate::vocabulary::unit::kinds::{FOLDER, Kind};
use nixpod_eval::{FileKind, Value};
use nixpod_model::{EntryName, Existence, Field, StoreRef, Surface, SystemKind, Text, TextPart};
use nixpod_source::{Utf8Path, Why};

pub(crate) const SURFACE: TextSurface = TextSurface {
    surface: Surface::Quadlet,
    places: &[
        "environment.etc.\"containers/systemd/…\"",
        "xdg.configFile",
        "home.file",
        "*.container, *.pod, … and their drop-ins",
    ],
    systems: Systems::Both,
    find,
    is_file,
    runs_file,
    read: quadlet_units::read,
};

/// Folders of more files than this are no units that somebody wrote.
const MAX_FILES: usize = 2_000;

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
fn runs_file(path: &str) -> Runs {
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

/// Sets of files in which units may be.
const fn sets(kind: SystemKind) -> &'static [&'static [&'static str]] {
    match kind {
        SystemKind::Nixos | SystemKind::Guest => &[&["environment", "etc"]],
        SystemKind::Home => &[&["xdg", "configFile"], &["home", "file"]],
        SystemKind::Elsewhere => &[],
    }
}

fn find(reader: &mut OptionReader<'_, '_>, config: &Found, kind: SystemKind) -> Vec<Written> {
    let mut out = Vec::new();
    for path in sets(kind) {
        let all = reader.option(config, path);
        if reader.is_unset(&all) || reader.is_default(&all) {
            continue;
        }
        let named = reader.entries_named(&all, &|name| name.contains(FOLDER));
        for (name, found) in named {
            let option = format!(
                "{}.{}",
                path.join("."),
                as_key(&EntryName::Known(name.as_str().into()))
            );
            let (conditions, open) = reader.conditions(found.when);
            let before = reader.given;
            reader.given = reader.ev.both(before, found.when);
            let file = File {
                option,
                name: below(&name).to_owned(),
                runs: runs(reader, config, kind, below(&name)),
                existence: match open {
                    true => Existence::Maybe(conditions),
                    false => Existence::Certain,
                },
                found,
            };
            file.read(reader, &mut out);
            reader.given = before;
        }
    }
    out
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
            return Runs::User(Some(own.map(|_| name.clone())));
        }
    }
    Runs::User(None)
}

/// An entry of a set of files.
struct File {
    /// The option that it is.
    option: String,
    /// Its path from the generator's folder on.
    name: String,
    runs: Runs,
    existence: Existence,
    found: Found,
}

impl File {
    fn read(&self, reader: &mut OptionReader<'_, '_>, out: &mut Vec<Written>) {
        let enable = reader.get(&self.found, "enable");
        if reader.bool(&enable).certain() == Some(&false) {
            return;
        }
        let text = reader.get(&self.found, "text");
        let source = reader.get(&self.found, "source");
        let is_text = reader.is_written(&text) && !matches!(text.value.value, Value::Null);
        if !is_text && !is_file(&self.name) {
            return self.folder(reader, &source, out);
        }
        if !is_file(&self.name) {
            return;
        }
        let text = match is_text {
            true => {
                let text = reader.text(&text);
                from_file(reader, text)
            }
            false => from_source(reader, &source),
        };
        self.push(reader, self.option.clone(), text, out);
    }

    fn push(&self, reader: &OptionReader<'_, '_>, path: String, text: Field<Text>, out: &mut Vec<Written>) {
        out.push(Written {
            path,
            text,
            runs: self.runs.clone(),
            definitions: reader.keys_of(&self.found),
            existence: self.existence.clone(),
        });
    }

    /// A whole folder of units: `source = ./quadlets`.
    fn folder(&self, reader: &mut OptionReader<'_, '_>, source: &Found, out: &mut Vec<Written>) {
        let Value::Path(folder) = source.value.value.clone() else {
            return;
        };
        let mut pending = vec![(folder.to_string(), self.option.clone())];
        while let Some((folder, option)) = pending.pop() {
            let Ok(files) = reader.ev.source().read_dir(Utf8Path::new(&folder)) else {
                continue;
            };
            for (name, kind) in files {
                if out.len() >= MAX_FILES {
                    return;
                }
                let path = format!("{folder}/{name}");
                // So it is told apart from others of the same folder.
                let option = format!("{}/{name}\"", option.trim_end_matches('"'));
                match kind {
                    FileKind::Directory => pending.push((path, option)),
                    _ if is_file(&path) => {
                        let text = at_path(reader, &path, source);
                        self.push(reader, option, text, out);
                    }
                    _ => {}
                }
            }
        }
    }
}

/// The content of a file of the project.
fn at_path(reader: &mut OptionReader<'_, '_>, path: &str, source: &Found) -> Field<Text> {
    match reader.file_text(path) {
        Ok(text) => {
            let origin = text.origin_of(0, 0);
            let field = reader.field(source, |_, _, _| Ok(()));
            Field {
                origin,
                ..field.map(|()| text.clone())
            }
        }
        Err(why) => reader.unknown(source, why),
    }
}

/// What `source` says: a file of the project, or one that Nix writes.
fn from_source(reader: &mut OptionReader<'_, '_>, source: &Found) -> Field<Text> {
    if let Value::Path(path) = source.value.value.clone() {
        return at_path(reader, &path, source);
    }
    let field = reader.text(source);
    let Some(text) = field.value() else { return field };
    let written = text.context.iter().find_map(|reference| match reference {
        StoreRef::Written { text, .. } => Some(text.clone()),
        _ => None,
    });
    if let Some(written) = written {
        return field.map(|_| (*written).clone());
    }
    if let [StoreRef::Copied { path, .. } | StoreRef::Path { path, .. }] = &text.context[..] {
        let path = absolute(reader, path);
        return at_path(reader, &path, source);
    }
    let why = text.parts.iter().find_map(|part| match part {
        TextPart::Hole { why, .. } => Some(why.clone()),
        TextPart::Known { .. } => None,
    });
    let why = why.unwrap_or_else(|| Why::OutsideProject(text.display()));
    Field::unknown(why, field.origin.clone())
}

/// A text that is nothing but the content of a file has its places there.
fn from_file(reader: &OptionReader<'_, '_>, field: Field<Text>) -> Field<Text> {
    let Some(text) = field.value() else { return field };
    let ([TextPart::Known { text: content, .. }], [StoreRef::Read { path, .. }]) =
        (&text.parts[..], &text.context[..])
    else {
        return field;
    };
    match reader.file_text(&absolute(reader, path)) {
        Ok(file) if file.as_known().as_deref() == Some(content) => Field {
            origin: file.origin_of(0, 0),
            ..field.map(|_| file.clone())
        },
        _ => field,
    }
}

/// A path that is told relative to the project.
fn absolute(reader: &OptionReader<'_, '_>, path: &str) -> String {
    match (&reader.project, path.strip_prefix("./")) {
        (Some(project), Some(inside)) => project.join(inside).into_string(),
        _ => path.to_owned(),
    }
}

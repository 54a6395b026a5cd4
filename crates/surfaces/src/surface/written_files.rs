//! Files that options of a system write, as texts: what they say, each piece with where it is written.

use crate::read::{Found, OptionReader, as_key};
use crate::surface::texts::{Runs, Written};
use crate::vocabulary::shell::Addresses;
use nixpod_eval::{FileKind, Value};
use nixpod_model::{EntryName, Existence, Field, StoreRef, SystemKind, Text, TextPart};
use nixpod_source::{Utf8Path, Why};

/// Folders of more files than this are nothing that somebody wrote.
const MAX_FILES: usize = 2_000;

/// Which files are looked for.
pub(crate) struct Wanted {
    /// By the name of an entry, which may be a whole folder.
    pub(crate) entry: fn(&str) -> bool,
    /// By the path of a file.
    pub(crate) file: fn(&str) -> bool,
    /// The folder that all of them lie in, if it may be given as a whole.
    pub(crate) folder: Option<&'static str>,
}

impl Wanted {
    /// May an entry be one of them, or have some of them in it?
    fn has(&self, name: &str) -> bool {
        let is_folder = |folder: &str| {
            let above = name.strip_suffix(folder);
            above.is_some_and(|above| above.is_empty() || above.ends_with('/'))
        };
        (self.entry)(name) || self.folder.is_some_and(is_folder)
    }
}

/// Sets of files.
const fn sets(kind: SystemKind) -> &'static [&'static [&'static str]] {
    match kind {
        SystemKind::Nixos | SystemKind::Guest => &[&["environment", "etc"]],
        SystemKind::Home => &[&["xdg", "configFile"], &["home", "file"]],
        SystemKind::Elsewhere => &[],
    }
}

/// Sets of files of a user that hjem has, from the user on.
const OF_HJEM: [&[&str]; 5] = [
    &["files"],
    &["xdg", "cache", "files"],
    &["xdg", "config", "files"],
    &["xdg", "data", "files"],
    &["xdg", "state", "files"],
];

/// Something of a user.
pub(crate) struct OfUser {
    /// The option that it is.
    pub(crate) path: String,
    pub(crate) all: Found,
    /// The user.
    pub(crate) runs: Runs,
}

/// The users whose files hjem writes.
pub(crate) fn users_of_hjem(
    reader: &mut OptionReader<'_, '_>,
    config: &Found,
    kind: SystemKind,
) -> Vec<OfUser> {
    if kind == SystemKind::Home {
        return Vec::new();
    }
    let users = reader.option(config, &["hjem", "users"]);
    if reader.is_unset(&users) || reader.is_default(&users) {
        return Vec::new();
    }
    let all = reader.entries(&users).all().into_iter();
    all.map(|(name, user)| OfUser {
        path: format!("hjem.users.{}", as_key(&name)),
        runs: Runs::User(match &name {
            EntryName::Known(known) => {
                Some(Box::new(Field::set(known.to_string(), reader.key_origin(&user))))
            }
            EntryName::Template(_) => None,
        }),
        all: user,
    })
    .collect()
}

/// The sets of files that hjem writes.
pub(crate) fn sets_of_hjem(
    reader: &mut OptionReader<'_, '_>,
    config: &Found,
    kind: SystemKind,
) -> Vec<OfUser> {
    let mut out = Vec::new();
    for user in users_of_hjem(reader, config, kind) {
        for path in OF_HJEM {
            let all = reader.at(&user.all, path);
            if !reader.is_unset(&all) && !reader.is_default(&all) {
                out.push(OfUser {
                    path: format!("{}.{}", user.path, path.join(".")),
                    all,
                    runs: user.runs.clone(),
                });
            }
        }
    }
    out
}

/// The files of a system that are looked for. `told` says of an entry by which path it is known, and who runs what is in it.
pub(crate) fn files(
    reader: &mut OptionReader<'_, '_>,
    config: &Found,
    kind: SystemKind,
    wanted: &Wanted,
    told: impl Fn(&mut OptionReader<'_, '_>, &str) -> (String, Runs),
) -> Vec<Written> {
    let mut out = Vec::new();
    let mut all = Vec::new();
    for path in sets(kind) {
        let set = reader.option(config, path);
        if !reader.is_unset(&set) && !reader.is_default(&set) {
            all.push((path.join("."), set, None));
        }
    }
    let of_users = sets_of_hjem(reader, config, kind).into_iter();
    all.extend(of_users.map(|set| (set.path, set.all, Some(set.runs))));
    for (path, all, of_user) in all {
        for (name, found) in reader.entries(&all).named {
            let name = target(reader, &found).unwrap_or(name);
            if !wanted.has(&name) {
                continue;
            }
            let option = format!("{path}.{}", as_key(&EntryName::Known(name.as_str().into())));
            let (conditions, open) = reader.conditions(found.when);
            let before = reader.given;
            reader.given = reader.ev.both(before, found.when);
            let (name, runs) = told(reader, &name);
            let file = File {
                option,
                name,
                runs: of_user.clone().unwrap_or(runs),
                existence: match open {
                    true => Existence::Maybe(conditions),
                    false => Existence::Certain,
                },
                found,
                is_wanted: wanted.file,
            };
            file.read(reader, &mut out);
            reader.given = before;
        }
    }
    out
}

/// One file below `/etc`, by its path there.
pub(crate) fn file_of_etc(reader: &mut OptionReader<'_, '_>, config: &Found, path: &str) -> Option<Written> {
    let found = reader.at(config, &["environment", "etc", path]);
    if reader.is_unset(&found) {
        return None;
    }
    let (conditions, open) = reader.conditions(found.when);
    let file = File {
        option: format!("environment.etc.{}", as_key(&EntryName::Known(path.into()))),
        name: path.to_owned(),
        runs: Runs::Root,
        existence: match open {
            true => Existence::Maybe(conditions),
            false => Existence::Certain,
        },
        found,
        is_wanted: |_| true,
    };
    let mut out = Vec::new();
    file.read(reader, &mut out);
    out.pop()
}

/// The files of a system whose names are not known: their text has to tell what they are. `told` gives the path that such a
/// file may have.
pub(crate) fn unnamed(
    reader: &mut OptionReader<'_, '_>,
    config: &Found,
    kind: SystemKind,
    told: impl Fn(&Text) -> Option<String>,
) -> Vec<Written> {
    let mut entries = Vec::new();
    for path in sets(kind) {
        let all = reader.option(config, path);
        if !reader.is_unset(&all) && !reader.is_default(&all) {
            let templates = reader.templates(&all).into_iter();
            entries.extend(templates.map(|found| (path, found)));
        }
    }
    let mut out = Vec::new();
    for (path, found) in entries {
        let text = reader.get(&found, "text");
        let text = match reader.is_written(&text) && !matches!(text.value.value, Value::Null) {
            true => {
                let text = reader.text(&text);
                from_file(reader, text)
            }
            false => {
                let source = reader.get(&found, "source");
                from_source(reader, &source)
            }
        };
        let Some(name) = text.value().and_then(&told) else {
            continue;
        };
        let (conditions, _) = reader.conditions(found.when);
        out.push(Written {
            addresses: Addresses::default(),
            is_main: false,
            path: format!("{}.\"{name}\"", path.join(".")),
            text,
            runs: match kind {
                SystemKind::Home => Runs::User(None),
                _ => Runs::Unknown,
            },
            definitions: reader.keys_of(&found),
            existence: Existence::Maybe(conditions),
        });
    }
    out
}

/// What the file of an entry is called, where the entry says that it is not called as the entry is.
fn target(reader: &mut OptionReader<'_, '_>, found: &Found) -> Option<String> {
    let target = reader.get(found, "target");
    match reader.is_written(&target) {
        true => reader.text(&target).value()?.as_known(),
        false => None,
    }
}

/// An entry of a set of files.
struct File {
    /// The option that it is.
    option: String,
    /// Its path that tells what it is.
    name: String,
    runs: Runs,
    existence: Existence,
    found: Found,
    /// Is it one of those that are looked for, by its path?
    is_wanted: fn(&str) -> bool,
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
        if !is_text && !(self.is_wanted)(&self.name) {
            return self.folder(reader, &source, out);
        }
        if !(self.is_wanted)(&self.name) {
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
            addresses: Addresses::default(),
            is_main: false,
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
            let name = self.name.rsplit('/').next().unwrap_or_default();
            // What Nix makes may be a folder of such files, where its name does not say that it is another file.
            if reader.is_written(source) && !name.contains('.') {
                let field = reader.text(source);
                let why = field
                    .value()
                    .map_or(Why::NotModelled("a folder that is built".to_owned()), why_not);
                let origin = reader.key_origin(source);
                reader.gap(self.option.clone(), why, &origin);
            }
            return;
        };
        let mut pending = vec![(folder.to_string(), self.option.clone(), self.name.clone())];
        while let Some((folder, option, target)) = pending.pop() {
            let Ok(files) = reader.ev.source().read_dir(Utf8Path::new(&folder)) else {
                continue;
            };
            for (name, kind) in files {
                if out.len() >= MAX_FILES {
                    return;
                }
                let path = format!("{folder}/{name}");
                let target = format!("{target}/{name}");
                // So it is told apart from others of the same folder.
                let option = beside(&option, &name);
                match kind {
                    FileKind::Directory => pending.push((path, option, target)),
                    _ if (self.is_wanted)(&target) => {
                        let text = at_path(reader, &path, source);
                        self.push(reader, option, text, out);
                    }
                    _ => {}
                }
            }
        }
    }
}

/// The option of a file in the folder that an option names: `a."b/c"`.
fn beside(option: &str, name: &str) -> String {
    match (option.strip_suffix('"'), option.rsplit_once('.')) {
        (Some(open), _) => format!("{open}/{name}\""),
        (None, Some((set, key))) => format!("{set}.\"{key}/{name}\""),
        (None, None) => format!("{option}/{name}"),
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
    of_store_path(reader, field, source)
}

/// What is in the file whose path in the store a text is.
pub(crate) fn of_store_path(
    reader: &mut OptionReader<'_, '_>,
    field: Field<Text>,
    source: &Found,
) -> Field<Text> {
    let Some(text) = field.value() else { return field };
    // What is built has the texts that went into it, and is none of them.
    let named = text.parts.iter().find_map(|part| match part {
        TextPart::Hole { why, .. } => why.name()?.strip_prefix("store path of "),
        TextPart::Known { .. } => None,
    });
    // The path of what `toFile` writes is known as a whole.
    let whole = text.as_known();
    const HASH: usize = 33;
    let of_path = whole
        .as_ref()
        .and_then(|path| path.strip_prefix("/nix/store/")?.get(HASH..));
    let named = named.or(of_path);
    let written = text.context.iter().find_map(|reference| match reference {
        StoreRef::Written { name, text, .. } if named == Some(&**name) => Some(text.clone()),
        _ => None,
    });
    if let Some(written) = written {
        return field.map(|_| (*written).clone());
    }
    if let [StoreRef::Copied { path, .. } | StoreRef::Path { path, .. }] = &text.context[..] {
        let path = reader.absolute(path);
        return at_path(reader, &path, source);
    }
    Field::unknown(why_not(text), field.origin.clone())
}

/// Why it is not known what is in the file or the folder of a path.
fn why_not(path: &Text) -> Why {
    let mut holes = path.parts.iter().filter_map(|part| match part {
        TextPart::Hole { why, .. } => Some(why.clone()),
        TextPart::Known { .. } => None,
    });
    let why = holes.next();
    why.unwrap_or_else(|| Why::OutsideProject(path.display()))
}

/// A text that is nothing but the content of a file has its places there.
fn from_file(reader: &OptionReader<'_, '_>, field: Field<Text>) -> Field<Text> {
    let Some(text) = field.value() else { return field };
    let ([TextPart::Known { origin: before, .. }], [StoreRef::Read { .. }]) =
        (&text.parts[..], &text.context[..])
    else {
        return field;
    };
    let placed = reader.in_files(text, 0);
    match placed.parts.first() {
        Some(TextPart::Known { origin, .. }) if origin != before => Field {
            origin: placed.origin_of(0, 0),
            ..field.map(|_| Text {
                context: Vec::new(),
                ..placed.clone()
            })
        },
        _ => field,
    }
}

//! Builtins that look at files, all through [`crate::Source`], and those that would need the outside world.

use super::table::{Builtin, Cost, plain};
use crate::{
    ContextItem, Evaluator, FileKind, NixString, OriginId, PASSED_ON, Res, StringPart, ThunkId, Tracked,
    Unknown, Value, Whence,
};
use nixpod_source::{HopKind, Site, Symbol, Utf8Path, Why};
use smol_str::SmolStr;
use std::rc::Rc;
use std::sync::Arc;

pub(super) const BUILTINS: &[Builtin] = &[
    ("import", 1, 0, Cost::Call, |ev, args, site| {
        let value = ev.force(args[0])?;
        import(ev, &value, site)
    }),
    ("readFile", 1, 1 | PASSED_ON, Cost::Bytes, read_file),
    ("readDir", 1, 0, Cost::Sizes, read_dir),
    ("readFileType", 1, 1, Cost::Call, read_file_type),
    ("pathExists", 1, 1, Cost::Call, path_exists),
    ("getEnv", 1, 1, Cost::Call, get_env),
    ("fetchurl", 1, 0, Cost::Call, |_, _, _| fetched("fetchurl")),
    ("fetchTarball", 1, 0, Cost::Call, |_, _, _| {
        fetched("fetchTarball")
    }),
    ("fetchGit", 1, 0, Cost::Call, |_, _, _| fetched("fetchGit")),
    ("fetchTree", 1, 0, Cost::Call, |_, _, _| fetched("fetchTree")),
    ("fetchMercurial", 1, 0, Cost::Call, |_, _, _| {
        fetched("fetchMercurial")
    }),
    ("fetchClosure", 1, 0, Cost::Call, |_, _, _| {
        fetched("fetchClosure")
    }),
    ("getFlake", 1, 0, Cost::Call, |_, _, _| fetched("getFlake")),
];

fn read_file(ev: &mut Evaluator<'_>, args: &[ThunkId], site: Site) -> Res<Tracked> {
    let value = ev.force(args[0])?;
    let path = match ev.to_path(&value, site) {
        // What is asked for is known by its name, although where it lies is not.
        Err(crate::Stop::Unknown(unknown)) if unknown.why.symbol() == Some(Symbol::Secret) => {
            let name = unknown.why.name().unwrap_or_default().to_owned();
            // Its path comes from some module; it is read here.
            let why = Why::Content(name.clone());
            return Ok(unread(ev, &name, why, OriginId::default(), site));
        }
        path => path?,
    };
    let bytes = match ev.source().read(Utf8Path::new(&*path)) {
        Ok(bytes) => bytes,
        // Files of a running system, or elsewhere on the machine: what is read there is in the result all the same.
        Err(_) if path.starts_with("/run/") => {
            let why = Why::Content(path.to_string());
            return Ok(unread(ev, &path, why, value.origin, site));
        }
        Err(why @ Why::OutsideProject(_)) => return Ok(unread(ev, &path, why, value.origin, site)),
        Err(why) => return plain(Value::unknown(why)),
    };
    ev.charge(bytes.len())?;
    let origin = ev.origin(HopKind::Import, site, value.origin);
    let Ok(text) = String::from_utf8(bytes) else {
        // Such as what git-crypt locks: a text that is not known, but that is known to come from this file.
        let path_told = ev.source().told(path.to_string());
        let why = Why::Unreadable(format!("`{path_told}` is not UTF-8 text"));
        let string = NixString {
            text: SmolStr::default(),
            parts: Some(Rc::new([StringPart {
                len: 0,
                origin,
                offset: 0,
                hole: Some(Unknown::new(why)),
            }])),
            context: Some(Rc::new([ContextItem::Read { path, origin }])),
        };
        return Ok(Tracked {
            value: Value::String(Rc::new(string)),
            origin,
        });
    };
    if text.contains('\0') {
        return ev.fail(
            format!("the contents of the file '{path}' cannot be represented as a Nix string"),
            site,
        );
    }
    let context: Rc<[ContextItem]> = Rc::new([ContextItem::Read { path, origin }]);
    let string = NixString {
        text: text.into(),
        parts: None,
        context: Some(context),
    };
    Ok(Tracked {
        value: Value::String(Rc::new(string)),
        origin,
    })
}

/// A text that is not known, and that is known to come from a file.
fn unread(ev: &mut Evaluator<'_>, path: &str, why: Why, read: OriginId, site: Site) -> Tracked {
    let origin = ev.origin(HopKind::Import, site, read);
    let string = NixString {
        text: SmolStr::default(),
        parts: Some(Rc::new([StringPart {
            len: 0,
            origin,
            offset: 0,
            hole: Some(Unknown::new(why)),
        }])),
        context: Some(Rc::new([ContextItem::Read {
            path: path.into(),
            origin,
        }])),
    };
    Tracked {
        value: Value::String(Rc::new(string)),
        origin,
    }
}

fn read_dir(ev: &mut Evaluator<'_>, args: &[ThunkId], site: Site) -> Res<Tracked> {
    let value = ev.force(args[0])?;
    let path = match ev.to_path(&value, site) {
        Err(crate::Stop::Unknown(unknown)) => {
            // The entries of an unknown directory are not the directory.
            let why = match unknown.why.outside() {
                Some(outside) if outside.name().len() < 200 => {
                    // Something below it is marked, so that walks through directories end.
                    let is_below = !matches!(value.value, Value::Unknown(_));
                    Why::External(Arc::new(outside.entries(is_below)))
                }
                _ => unknown.why.clone(),
            };
            return plain(Value::unknown(why));
        }
        path => path?,
    };
    let entries = match ev.source().read_dir(Utf8Path::new(&*path)) {
        Ok(entries) => entries,
        Err(why) => return plain(Value::unknown(why)),
    };
    let entries: Vec<(String, ThunkId)> = entries
        .into_iter()
        .map(|(name, kind)| (name, ev.alloc(Value::string(kind.as_str()), OriginId(0))))
        .collect();
    let attrs = ev.attrs_from(
        entries
            .iter()
            .map(|(name, thunk)| (name.as_str(), *thunk))
            .collect(),
    );
    plain(Value::attrs(attrs))
}

fn read_file_type(ev: &mut Evaluator<'_>, args: &[ThunkId], site: Site) -> Res<Tracked> {
    let value = ev.force(args[0])?;
    let path = ev.to_path(&value, site)?;
    match ev.source().kind(Utf8Path::new(&*path)) {
        Ok(Some(kind)) => plain(Value::string(kind.as_str())),
        Ok(None) => {
            let path = ev.source().told(path.to_string());
            plain(Value::unknown(Why::MissingFile(path)))
        }
        Err(why) => plain(Value::unknown(why)),
    }
}

fn path_exists(ev: &mut Evaluator<'_>, args: &[ThunkId], site: Site) -> Res<Tracked> {
    let value = ev.force(args[0])?;
    let path = ev.to_path(&value, site)?;
    // A final slash asks for a directory.
    let directory = matches!(&value.value, Value::String(string)
            if string.text.ends_with('/') || string.text.ends_with("/."));
    match ev.source().kind(Utf8Path::new(&*path)) {
        Ok(Some(FileKind::Symlink)) if directory => {
            plain(Value::Bool(ev.source().read_dir(Utf8Path::new(&*path)).is_ok()))
        }
        Ok(Some(kind)) => plain(Value::Bool(!directory || kind == FileKind::Directory)),
        Ok(None) => plain(Value::Bool(false)),
        Err(why) => plain(Value::unknown(why)),
    }
}

fn get_env(ev: &mut Evaluator<'_>, args: &[ThunkId], site: Site) -> Res<Tracked> {
    let name = ev.force_string(args[0], site)?;
    match &ev.settings.variables {
        Some(variables) => plain(Value::string(
            variables.get(name.text.as_str()).cloned().unwrap_or_default(),
        )),
        None => plain(Value::unknown(Why::Impure(format!(
            "the environment variable {}",
            name.text
        )))),
    }
}

/// What would need the network.
fn fetched(name: &str) -> Res<Tracked> {
    plain(Value::Unknown(Rc::new(Unknown {
        why: Why::Fetch(format!("builtins.{name}")),
        store_path: true,
        likely: None,
        text: None,
        given: Vec::new(),
        whence: Whence::Name,
        literal: None,
    })))
}

impl Evaluator<'_> {
    /// An absolute path from a path or a string.
    pub fn to_path(&mut self, value: &Tracked, site: Site) -> Res<crate::PathText> {
        let coerced = match &value.value {
            Value::Path(path) => return Ok(path.clone()),
            _ => self.coerce(value, crate::Coerce::PathAppend, site)?,
        };
        let known = self.known(coerced)?;
        let Value::String(string) = &known.value else {
            return self.type_error("a path", &known.value, site);
        };
        if let Some(hole) = string.hole() {
            // `"${./dir}/file"`: the copied path is at the beginning, so the file is still there to be read.
            if let Some(path) = copied_prefix(string) {
                return Ok(path);
            }
            return Err(crate::Stop::Unknown(hole.clone()));
        }
        if !string.text.starts_with('/') {
            return self.fail(
                format!("string '{}' doesn't represent an absolute path", string.text),
                site,
            );
        }
        Ok(crate::paths::normalise(&string.text))
    }
}

/// A string that is a copied path followed by known text.
fn copied_prefix(string: &NixString) -> Option<crate::PathText> {
    let parts = string.parts.as_ref()?;
    let first = parts.first()?.hole.as_ref()?;
    if !first.store_path || parts[1..].iter().any(|part| part.hole.is_some()) {
        return None;
    }
    let mut copied = string.context.as_ref()?.iter().filter_map(|item| match item {
        ContextItem::Copied { path, .. } => Some(path),
        _ => None,
    });
    let path = copied.next()?;
    if copied.next().is_some() {
        return None;
    }
    Some(crate::paths::normalise(&format!("{path}{}", string.text)))
}

/// What a file of something gives that is only known by name: `below` is its path there.
fn import_outside(ev: &mut Evaluator<'_>, from: &Unknown, below: &str) -> Res<Tracked> {
    let outside = from.why.outside();
    let by_name = outside
        .as_ref()
        .map(|outside| format!("{}{below}", outside.path()));
    let known = by_name.and_then(|name| ev.search_path(&name));
    // Of some files their path alone tells what they are.
    if let Some(thunk) = known.or_else(|| ev.search_path(below)) {
        return Ok(ev.force(thunk)?);
    }
    plain(Value::unknown(match outside {
        Some(outside) => Why::External(Arc::new(outside.import(below))),
        None => from.why.clone(),
    }))
}

/// `import`: a path, or a search path that is answered natively.
fn import(ev: &mut Evaluator<'_>, value: &Tracked, site: Site) -> Res<Tracked> {
    match &value.value {
        Value::Unknown(unknown) => {
            return import_outside(ev, unknown, "");
        }
        Value::Either(alternatives) => {
            let alternatives = alternatives.clone();
            return ev.each_alternative(&alternatives, |ev, one| import(ev, &one, site));
        }
        // A flake input: its path is what is imported.
        Value::Attrs(_) => {
            let path = ev.coerce(value, crate::Coerce::PathAppend, site)?;
            if !matches!(path.value, Value::Attrs(_)) {
                return import(ev, &path, site);
            }
        }
        Value::String(string) if string.hole().is_some() && copied_prefix(string).is_none() => {
            // `<nixpkgs> + "/lib"` and `"${inputs.nixpkgs}/lib"`.
            if let [first, rest @ ..] = &string.pieces(OriginId(0))[..]
                && let Some(hole) = &first.hole
                && rest.iter().all(|part| part.hole.is_none())
            {
                return import_outside(ev, hole, &string.text);
            }
        }
        _ => {}
    }
    let path = ev.to_path(value, site)?;
    match ev.import(Utf8Path::new(&*path)) {
        Ok(thunk) => Ok(ev.force(thunk)?),
        Err(why) => plain(Value::unknown(why)),
    }
}

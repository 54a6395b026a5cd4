//! Search paths, and files evaluated in a scope of their own.

use super::table::{Builtin, Cost, Delayed, plain};
use crate::{ErrorKind, Evaluator, NO_SITE, OriginId, Res, Stop, ThunkId, Tracked, Value};
use nixpod_source::{Outside, Site, Utf8Path, Why};
use std::rc::Rc;
use std::sync::Arc;

pub(super) const BUILTINS: &[Builtin] = &[
    ("findFile", 2, 2, Cost::Sizes, find_file),
    ("scopedImport", 2, 3, Cost::Call, scoped_import),
];

pub(super) const DELAYED: &[Delayed] = &[("nixPath", nix_path)];

fn nix_path(ev: &mut Evaluator<'_>) -> Res<Tracked> {
    let Some(entries) = ev.settings.nix_path.clone() else {
        return plain(Value::unknown(Why::Impure("builtins.nixPath".to_owned())));
    };
    let mut thunks = Vec::with_capacity(entries.len());
    for (prefix, path) in entries {
        let prefix = ev.alloc(Value::string(prefix), OriginId(0));
        let path = ev.alloc(Value::string(path), OriginId(0));
        let set = ev.attrs_from(vec![("prefix", prefix), ("path", path)]);
        thunks.push(ev.alloc(Value::attrs(set), OriginId(0)));
    }
    plain(Value::list(thunks))
}

fn find_file(ev: &mut Evaluator<'_>, args: &[ThunkId], site: Site) -> Res<Tracked> {
    let name = ev.force_string(args[1], site)?.text.clone();
    let value = ev.force(args[0])?;
    let list = match &value.value {
        Value::List(list) => list.clone(),
        Value::Unknown(_) | Value::Either(_) => return plain(external(&name)),
        other => return ev.type_error("a list", other, site),
    };
    if ev.exact_list(&list).is_err() {
        return plain(external(&name));
    }
    let [prefix_symbol, path_symbol] = [ev.common().prefix, ev.common().path];
    let mut entries = Vec::with_capacity(list.elems.len());
    for elem in &list.elems {
        let entry = ev.force_attrs(elem.thunk, site)?;
        let prefix = match entry.get(prefix_symbol) {
            Some(prefix) => ev.force_string(prefix.thunk, site)?.text.to_string(),
            None => String::new(),
        };
        let Some(path) = entry.get(path_symbol) else {
            return ev.fail("attribute 'path' missing", site);
        };
        let path = ev.force(path.thunk)?;
        match ev.to_path(&path, site) {
            Ok(path) => entries.push((prefix, path.to_string())),
            Err(Stop::Unknown(_)) => return plain(external(&name)),
            Err(error) => return Err(error),
        }
    }
    find(ev, &entries, &name, site)
}

fn scoped_import(ev: &mut Evaluator<'_>, args: &[ThunkId], site: Site) -> Res<Tracked> {
    let scope = ev.force_attrs(args[0], site)?;
    let value = ev.force(args[1])?;
    let path = ev.to_path(&value, site)?;
    ev.note_read(&path);
    let loaded = match ev.source().load(Utf8Path::new(&*path)) {
        Ok(loaded) => loaded,
        Err(why) => return plain(Value::unknown(why)),
    };
    let thunk = ev.add_loaded(loaded, Some(scope));
    Ok(ev.force(thunk)?)
}

fn external(name: &str) -> Value {
    Value::unknown(Why::External(Arc::new(Outside::search_path(name))))
}

/// Looks a name up in search-path entries.
fn find(ev: &mut Evaluator<'_>, entries: &[(String, String)], name: &str, site: Site) -> Res<Tracked> {
    for (prefix, path) in entries {
        let rest = match name.strip_prefix(prefix.as_str()) {
            Some(rest) if prefix.is_empty() || rest.is_empty() || rest.starts_with('/') => rest,
            _ => continue,
        };
        let candidate = crate::paths::normalise(&format!("{path}/{rest}"));
        match ev.source().kind(Utf8Path::new(&*candidate)) {
            Ok(Some(_)) => return plain(Value::Path(candidate)),
            Ok(None) | Err(Why::MissingFile(_)) => {}
            // An entry that cannot be looked into may be the one.
            Err(_) => return plain(external(name)),
        }
    }
    if name.starts_with("nix/") {
        return plain(external(name));
    }
    let message =
        format!("file '{name}' was not found in the Nix search path (add it using $NIX_PATH or -I)");
    Err(ev.error(ErrorKind::Throw, message, (site != NO_SITE).then_some(site)))
}

impl Evaluator<'_> {
    /// `<name>`: through `__findFile` and `__nixPath` of the scope if a scoped import gave them, else through the
    /// search path that was set.
    pub(crate) fn search(
        &mut self,
        scope: Option<&Rc<crate::Attrs>>,
        name: &str,
        site: Site,
    ) -> Res<Tracked> {
        if let Some(scope) = scope {
            let [find_file, nix_path] = ["__findFile", "__nixPath"].map(|name| self.intern(name));
            let given = |symbol| scope.get(symbol).map(|attr| attr.thunk);
            if given(find_file).is_some() || given(nix_path).is_some() {
                let global = |ev: &Self, name: &str| {
                    let symbol = ev.names.find(name)?;
                    ev.names.globals.get(&symbol).copied()
                };
                let function = given(find_file).or_else(|| global(self, "__findFile"));
                let entries = given(nix_path).or_else(|| global(self, "__nixPath"));
                if let (Some(function), Some(entries)) = (function, entries) {
                    let function = self.force(function)?;
                    let text: ThunkId = self.alloc(Value::string(name), OriginId(0));
                    return self.apply_all(&function, &[entries, text], site);
                }
            }
        }
        match self.settings.nix_path.clone() {
            Some(entries) if self.search_path(name).is_none() => find(self, &entries, name, site),
            _ => plain(external(name)),
        }
    }
}

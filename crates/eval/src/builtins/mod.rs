//! The builtins, by family, in tables.

mod attrs;
mod context;
mod core;
mod derivation;
mod files;
mod flakeref;
mod from_json;
mod hashes;
mod io;
mod json;
mod lists;
mod patterns;
mod replace;
mod store;
mod strings;
mod table;
mod toml;
mod versions;
mod xml;

pub use crate::pure::store_path::source_path;

pub(crate) use attrs::{name_thunk, wildcard_call};

pub(crate) use table::{Builtin, Cost, plain};

use crate::{Attr, Attrs, Evaluator, NO_SITE, OriginId, ThunkId, Tracked, Value, When};
use table::Delayed;

/// The names that are visible without `builtins.`, besides the `__name` forms.
const UNQUALIFIED: [&str; 23] = [
    "abort",
    "baseNameOf",
    "break",
    "derivation",
    "derivationStrict",
    "dirOf",
    "false",
    "fetchGit",
    "fetchMercurial",
    "fetchTarball",
    "fetchTree",
    "fromTOML",
    "import",
    "isNull",
    "map",
    "null",
    "placeholder",
    "removeAttrs",
    "scopedImport",
    "throw",
    "toString",
    "true",
    "builtins",
];

/// Those that compute with the text of what is not known otherwise ([`crate::Unknown::text`]).
pub(crate) const ON_TEXT: [&str; 11] = [
    "baseNameOf",
    "dirOf",
    "hasInfix",
    "hasPrefix",
    "hasSuffix",
    "removePrefix",
    "removeSuffix",
    "replaceStrings",
    "splitString",
    "toLower",
    "toUpper",
];

const BUILTINS: &[&[Builtin]] = &[
    core::BUILTINS,
    attrs::BUILTINS,
    lists::BUILTINS,
    io::BUILTINS,
    files::BUILTINS,
    flakeref::BUILTINS,
    strings::BUILTINS,
    replace::BUILTINS,
    versions::BUILTINS,
    patterns::BUILTINS,
    hashes::BUILTINS,
    context::BUILTINS,
    json::BUILTINS,
    from_json::BUILTINS,
    xml::BUILTINS,
    toml::BUILTINS,
    store::BUILTINS,
    derivation::BUILTINS,
];

const DELAYED: &[&[Delayed]] = &[core::DELAYED, files::DELAYED, derivation::DELAYED];

/// The names of all builtins, and those under which each is known everywhere.
pub(crate) fn names(see: &mut dyn FnMut(&str)) {
    let all = BUILTINS.iter().copied().flatten().map(|builtin| builtin.0);
    let constants = core::CONSTANTS.iter().map(|(name, _)| *name);
    let delayed = DELAYED.iter().copied().flatten().map(|(name, _)| *name);
    for name in ["builtins"]
        .into_iter()
        .chain(all)
        .chain(constants)
        .chain(delayed)
    {
        see(name);
        see(&hidden(name));
    }
}

/// The name that a builtin has besides.
fn hidden(name: &str) -> String {
    format!("__{name}")
}

/// Puts all builtins in place.
pub(crate) fn install(ev: &mut Evaluator<'_>) {
    let builtins = ev.reserve();
    ev.names.builtins = builtins;
    let mut entries = vec![global(ev, "builtins", builtins)];
    for builtin in BUILTINS.iter().copied().flatten() {
        let value = ev.builtin(builtin);
        let thunk = ev.alloc(value, OriginId(0));
        entries.push(global(ev, builtin.0, thunk));
    }
    for (name, value) in core::CONSTANTS {
        let thunk = ev.alloc(value(), OriginId(0));
        entries.push(global(ev, name, thunk));
    }
    for (name, make) in DELAYED.iter().copied().flatten() {
        let thunk = ev.alloc_native(make);
        entries.push(global(ev, name, thunk));
    }
    let set = Tracked {
        value: Value::attrs(Attrs::from_entries(entries)),
        origin: OriginId(0),
    };
    ev.fill(builtins, set);
}

/// Makes a builtin visible under the names that it has, and gives its entry in `builtins`.
fn global(ev: &mut Evaluator<'_>, name: &str, thunk: ThunkId) -> Attr {
    let symbol = ev.intern(name);
    if UNQUALIFIED.contains(&name) {
        ev.names.globals.insert(symbol, thunk);
    }
    let hidden = ev.intern(&hidden(name));
    ev.names.globals.insert(hidden, thunk);
    Attr {
        name: symbol,
        thunk,
        site: NO_SITE,
        when: When::ALWAYS,
    }
}

#[cfg(test)]
mod tests {
    use super::{BUILTINS, UNQUALIFIED};
    use crate::PASSED_ON;
    use std::collections::BTreeSet;

    #[test]
    fn the_tables_are_sound() {
        let mut names = BTreeSet::new();
        for (name, arity, strict, ..) in BUILTINS.iter().copied().flatten() {
            assert!(names.insert(*name), "`{name}` is there twice");
            let forced = strict % PASSED_ON;
            assert!(
                forced < 1 << arity,
                "`{name}` forces arguments that it does not have"
            );
            let passed_on = strict / PASSED_ON;
            assert_eq!(
                passed_on & !forced,
                0,
                "`{name}` passes on what it does not force"
            );
        }
        assert!(UNQUALIFIED.iter().filter(|name| names.contains(**name)).count() > 10);
    }
}

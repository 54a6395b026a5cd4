//! The builtins, by family. Each family registers its functions in a `Registry`.

mod attrs;
mod context;
mod core;
mod derivation;
mod files;
mod flakeref;
mod hash;
mod io;
mod json;
mod lists;
mod nar;
pub(crate) mod regex;
mod store;
mod strings;
mod toml;
pub(crate) mod versions;
mod xml;

pub(crate) use store::copied;
pub use store::source_path;

pub(crate) use attrs::{key_origin, wildcard_call};

use crate::{Attr, Attrs, Evaluator, NO_SITE, OriginId, Res, ThunkId, Tracked, Value, When};
use nixpod_source::Site;

/// Collects the builtins while an evaluator is made.
pub(crate) struct Registry<'a, 's> {
    pub(crate) ev: &'a mut Evaluator<'s>,
    entries: Vec<Attr>,
}

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

impl Registry<'_, '_> {
    /// A function: its name, arity and the arguments that are forced first (see [`crate::Primop::strict`]).
    pub(crate) fn function(
        &mut self,
        name: &str,
        arity: usize,
        strict: u32,
        run: impl Fn(&mut Evaluator<'_>, &[ThunkId], Site) -> Res<Tracked> + 'static,
    ) {
        let value = self.ev.primop(name, arity, strict, run);
        self.constant(name, value);
    }

    /// A constant.
    pub(crate) fn constant(&mut self, name: &str, value: Value) {
        let thunk = self.ev.alloc(value, OriginId(0));
        self.thunk(name, thunk);
    }

    /// A value that is there already.
    pub(crate) fn thunk(&mut self, name: &str, thunk: ThunkId) {
        let symbol = self.ev.intern(name);
        self.entries.push(Attr {
            name: symbol,
            thunk,
            site: NO_SITE,
            when: When::ALWAYS,
        });
        if UNQUALIFIED.contains(&name) {
            self.ev.globals.insert(name.into(), thunk);
        }
        self.ev.globals.insert(format!("__{name}").into(), thunk);
    }
}

/// Puts all builtins in place.
pub(crate) fn install(ev: &mut Evaluator<'_>) {
    let builtins = ev.reserve();
    ev.builtins = builtins;
    let mut registry = Registry {
        ev,
        entries: Vec::new(),
    };
    core::register(&mut registry);
    attrs::register(&mut registry);
    lists::register(&mut registry);
    io::register(&mut registry);
    files::register(&mut registry);
    flakeref::register(&mut registry);
    strings::register(&mut registry);
    versions::register(&mut registry);
    regex::register(&mut registry);
    hash::register(&mut registry);
    context::register(&mut registry);
    json::register(&mut registry);
    xml::register(&mut registry);
    toml::register(&mut registry);
    store::register(&mut registry);
    derivation::register(&mut registry);
    registry.thunk("builtins", builtins);
    let entries = std::mem::take(&mut registry.entries);
    let set = Attrs::from_entries(entries);
    registry.ev.fill(
        builtins,
        Tracked {
            value: Value::attrs(set),
            origin: OriginId(0),
        },
    );
}

/// A result without an origin of its own.
pub(crate) fn plain(value: Value) -> Res<Tracked> {
    Ok(Tracked {
        value,
        origin: OriginId(0),
    })
}

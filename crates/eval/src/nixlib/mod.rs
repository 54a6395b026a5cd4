//! nixpkgs' `lib`, natively: a prelude in Nix, one file per namespace, over primitives in Rust.
//!
//! Prelude files are lowered when the program is built, unpacked when they are first needed, and hidden: a trail shows the call
//! into `lib`, not what happens inside. What the module system defines (`types`, `mkOption`, `evalModules`, ..) is
//! handed in by its owner. A name that is missing here is an unknown that carries the name, and is counted.

mod attrs;
mod extend;
mod lists;
mod packages;
mod pieces;
mod strings;
mod systems;
mod text;

use crate::Compiled;
use crate::builtins::plain;
use crate::{Attr, Attrs, Evaluator, NO_SITE, OriginId, Res, ThunkId, Tracked, Unknown, Value, When};
use nixpod_source::{Utf8Path, Why};

/// A file of the prelude: the namespace's name and the code.
struct Prelude {
    name: &'static str,
    code: Compiled,
}

impl Prelude {
    const fn new(name: &'static str, code: Compiled) -> Self {
        Self { name, code }
    }
}

macro_rules! preludes {
    ($($name:literal = $file:literal),+ $(,)?) => {
        [$(Prelude::new($name, crate::heap::compiled::compiled!($file))),+]
    };
}

/// The namespaces that fill a file.
static NAMESPACES: [Prelude; 18] = preludes! {
    "trivial" = "trivial",
    "fixedPoints" = "fixed-points",
    "lists" = "lists",
    "attrsets" = "attrsets",
    "strings" = "strings",
    "asserts" = "asserts",
    "cli" = "cli",
    "customisation" = "customisation",
    "debug" = "debug",
    "derivations" = "derivations",
    "fileset" = "fileset",
    "filesystem" = "filesystem",
    "generators" = "generators",
    "gvariant" = "gvariant",
    "meta" = "meta",
    "path" = "path",
    "sources" = "sources",
    "versions" = "versions",
};

/// The namespaces that share a file.
const SMALL: [&str; 12] = [
    "fetchers",
    "flakes",
    "kernel",
    "licenses",
    "maintainers",
    "misc",
    "network",
    "platforms",
    "sourceTypes",
    "stringsWithDeps",
    "systems",
    "teams",
];

static SETS: Prelude = Prelude::new("sets", crate::heap::compiled::compiled!("sets"));

/// Which names of the namespaces are in `lib` itself.
static TOP: Prelude = Prelude::new("top", crate::heap::compiled::compiled!("top"));

/// The names of builtins and those in `lib` itself, which nearly every file makes use of.
pub(crate) fn names(see: &mut dyn FnMut(&str)) {
    crate::builtins::names(see);
    for name in TOP.code.hir().names() {
        see(name.as_str());
    }
}

/// The set `lib`. The entries of `extra` come in addition and win; sets that only they define (`types`) are theirs as
/// a whole.
pub fn install_lib(ev: &mut Evaluator<'_>, extra: Vec<(&str, ThunkId)>) -> ThunkId {
    let extra: Vec<Attr> = extra
        .into_iter()
        .map(|(name, thunk)| entry(ev, name, thunk))
        .collect();
    let lib = ev.reserve();
    ev.fill_native(lib, move |ev| {
        let base = base(ev, lib, extra.clone())?;
        Ok(extend::extensible(ev, base))
    });
    lib
}

fn entry(ev: &mut Evaluator<'_>, name: &str, thunk: ThunkId) -> Attr {
    Attr {
        name: ev.intern(name),
        thunk,
        site: NO_SITE,
        when: When::ALWAYS,
    }
}

/// Everything but `extend`.
fn base(ev: &mut Evaluator<'_>, lib: ThunkId, extra: Vec<Attr>) -> Res<Attrs> {
    let prim = ev.alloc_native(|ev| plain(Value::attrs(primitives(ev))));
    let mut namespaces = Vec::with_capacity(NAMESPACES.len());
    for prelude in &NAMESPACES {
        let thunk = ev.alloc_native(move |ev| {
            let set = evaluate(ev, prelude, vec![("lib", lib), ("prim", prim)])?;
            let set = ev.as_attrs(&set, NO_SITE)?;
            let mut set = (*set).clone();
            set.open = Some(Unknown::new(Why::NotModelled(format!("lib.{}", prelude.name))));
            plain(Value::attrs(set))
        });
        namespaces.push((prelude.name, thunk));
    }
    let sets = ev.alloc_native(move |ev| evaluate(ev, &SETS, vec![("lib", lib), ("prim", prim)]));
    for name in SMALL {
        let thunk = ev.alloc_native(move |ev| {
            let sets = ev.force(sets)?;
            let symbol = ev.intern(name);
            let set = ev.select_value(&sets, symbol, NO_SITE)?;
            let set = ev.as_attrs(&set, NO_SITE)?;
            let mut set = (*set).clone();
            set.open
                .get_or_insert_with(|| Unknown::new(Why::NotModelled(format!("lib.{name}"))));
            plain(Value::attrs(set))
        });
        namespaces.push((name, thunk));
    }
    let names = ev.attrs_from(namespaces.clone());
    let names = ev.alloc(Value::attrs(names), OriginId(0));
    let top = evaluate(ev, &TOP, vec![("lib", lib), ("prim", prim), ("ns", names)])?;
    let top = ev.as_attrs(&top, NO_SITE)?;
    let mut entries = top.entries.clone();
    for (name, thunk) in namespaces {
        entries.push(entry(ev, name, thunk));
    }
    // Sorting is stable and of equal names the last stays, so what was handed in wins.
    entries.extend(extra);
    let mut set = Attrs::from_entries(entries);
    set.open = Some(Unknown::new(Why::NotModelled("lib".to_owned())));
    Ok(set)
}

/// Calls the function that a prelude file consists of.
fn evaluate(
    ev: &mut Evaluator<'_>,
    prelude: &'static Prelude,
    arguments: Vec<(&str, ThunkId)>,
) -> Res<Tracked> {
    let path = format!("/lib/{}.nix", prelude.name);
    let function = ev.add_unit(NO_SITE.file, prelude.code.hir(), Utf8Path::new(&path));
    let function = ev.force(function)?;
    let arguments = ev.attrs_from(arguments);
    let arguments = ev.alloc(Value::attrs(arguments), OriginId(0));
    ev.apply(&function, arguments, NO_SITE)
}

fn primitives(ev: &mut Evaluator<'_>) -> Attrs {
    let all = [
        strings::PRIMITIVES,
        text::PRIMITIVES,
        lists::PRIMITIVES,
        attrs::PRIMITIVES,
        packages::PRIMITIVES,
    ];
    let mut entries = Vec::new();
    for primitive in all.into_iter().flatten() {
        let value = ev.builtin(primitive);
        let thunk = ev.alloc(value, OriginId(0));
        entries.push(entry(ev, primitive.0, thunk));
    }
    let systems = systems::systems(ev);
    entries.push(entry(ev, "systems", systems));
    Attrs::from_entries(entries)
}

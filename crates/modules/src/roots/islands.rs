//! Modules inside of files as roots: those that no system was seen to have.

use crate::inputs::flake::arguments_around;
use crate::own::Kind;
use crate::roots::root::{RootSystem, loose_in};
use crate::system::evaluation::Library;
use nixpod_eval::{Evaluator, ThunkId};
use nixpod_source::{ExprId, Utf8Path};

/// A module that stands somewhere in a file.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Island {
    /// A set of options, or the function that gives it.
    pub expr: ExprId,
    /// NixOS or Home Manager.
    pub kind: Kind,
    /// The attribute path under which it stands in the file; empty for what is no attribute.
    pub path: String,
}

/// Modules that stand in the file at `path`, each as a module of a system that is not seen whole. `name` is what the
/// file is called. Of the functions around a module nobody knows what they are called with, but for `lib`, `pkgs`,
/// and the flake in whose tree the file lies.
pub fn island_roots(
    ev: &mut Evaluator<'_>,
    library: &Library,
    path: &Utf8Path,
    name: &str,
    islands: &[Island],
    imported_by_no_host: bool,
) -> Vec<RootSystem> {
    let mut known = library.arguments(false);
    known.extend(arguments_around(ev, library, path));
    let mut named = |_: &mut Evaluator<'_>, name: &str| -> Option<ThunkId> {
        let mut known = known.iter();
        known.find(|(known, _)| known == name).map(|(_, thunk)| *thunk)
    };
    let inside = ev.inside(path);
    let mut roots = Vec::with_capacity(islands.len());
    for island in islands {
        let module = match &inside {
            Ok(inside) => ev.value_inside(inside, island.expr, &mut named),
            Err(why) => Err(why.clone()),
        };
        let module = module.unwrap_or_else(|why| ev.alloc_unknown(why));
        let name = match island.path.as_str() {
            "" => name.to_owned(),
            path => format!("{name}: {path}"),
        };
        roots.push(RootSystem {
            imported_by_no_host,
            ..loose_in(ev, library, path, module, island.kind, name)
        });
    }
    roots
}

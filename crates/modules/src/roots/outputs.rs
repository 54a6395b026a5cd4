//! Modules that a flake offers to others, as roots: those that none of its own hosts imports.

use crate::option_names::is_module;
use crate::own::Kind;
use crate::roots::root::{RootSystem, Standing, loose};
use crate::system::evaluation::Library;
use crate::system::report::ModuleId;
use crate::values::find;
use nixpod_eval::{Attrs, Evaluator, NO_SITE, ThunkId, Tracked, Value};
use nixpod_source::{ExprId, Utf8Path};
use nixpod_syntax::Hir;
use std::rc::Rc;

/// More modules of one flake than this are not looked at by themselves.
const MAX_MODULES: usize = 400;

/// Modules among the outputs of a flake whose hosts were read, which no host has. `matters` tells whether
/// a module can say anything of interest.
pub fn module_roots(
    ev: &mut Evaluator<'_>,
    library: &Library,
    outputs: &Tracked,
    has_hosts: bool,
    matters: &dyn Fn(&Hir, ExprId) -> bool,
) -> Vec<RootSystem> {
    let Value::Attrs(outputs) = &outputs.value else {
        return Vec::new();
    };
    let mut candidates = Vec::new();
    for (path, kind) in [
        (&["nixosModules"][..], Kind::Nixos),
        (&["modules", "nixos"], Kind::Nixos),
        (&["homeModules"], Kind::Home),
        (&["homeManagerModules"], Kind::Home),
        (&["modules", "homeManager"], Kind::Home),
    ] {
        if let Some(set) = set_at(ev, outputs, path) {
            for attr in ev.sorted(&set) {
                let name = ev.name(attr.name).to_string();
                // What holds the others comes first: seen together they say more than one by one.
                let last = !matches!(name.as_str(), "default" | "all");
                candidates.push((last, format!("{}.{name}", path.join(".")), attr.thunk, kind));
            }
        }
    }
    candidates.sort_by(|a, b| (a.0, &a.1).cmp(&(b.0, &b.1)));
    let mut roots = Vec::new();
    let standing = match has_hosts {
        true => Standing::NoHost,
        false => Standing::Plain,
    };
    for (_, name, thunk, kind) in candidates {
        if roots.len() >= MAX_MODULES {
            break;
        }
        if is_unused(ev, library, thunk, matters, 0) {
            let root = loose(ev, library, thunk, kind, name, standing);
            // Finding its modules now keeps those that it imports from being roots, too.
            let _ = ev.unobserved(|ev| root.system.collect(ev));
            roots.push(root);
        }
    }
    roots
}

fn set_at(ev: &mut Evaluator<'_>, outputs: &Rc<Attrs>, path: &[&str]) -> Option<Rc<Attrs>> {
    let mut at = outputs.clone();
    for name in path {
        let thunk = find(ev, &at, name)?;
        let value = ev.force_or_unknown(thunk);
        at = match value.value {
            Value::Attrs(set) => set,
            _ => return None,
        };
    }
    Some(at)
}

/// Is it certainly a module that no system has, and that may matter?
fn is_unused(
    ev: &mut Evaluator<'_>,
    library: &Library,
    thunk: ThunkId,
    matters: &dyn Fn(&Hir, ExprId) -> bool,
    depth: u32,
) -> bool {
    let value = ev.force_or_unknown(thunk);
    match &value.value {
        Value::Path(path) => {
            let loaded = ev.source().load(Utf8Path::new(&**path));
            loaded.is_ok_and(|loaded| {
                matters(&loaded.hir, loaded.hir.root())
                    && !library
                        .shared
                        .uses_module(&ModuleId::Path(loaded.path.as_str().into()))
            }) && !library.shared.uses_module(&ModuleId::Path((&**path).into()))
        }
        Value::Lambda(lambda) => {
            let site = ev.lambda_site(lambda);
            matters(&ev.lambda_hir(lambda), site.expr) && !library.shared.uses_module(&ModuleId::Site(site))
        }
        Value::Attrs(set) => {
            // A module that is kept as a value for later is an import with its file's name.
            let names: Vec<_> = set
                .entries
                .iter()
                .map(|attr| ev.name(attr.name).clone())
                .collect();
            let wrapper = names
                .iter()
                .all(|name| matches!(name.as_str(), "imports" | "_file" | "_class" | "key"));
            if wrapper && depth < 4 {
                let Some(imports) = find(ev, set, "imports") else {
                    return false;
                };
                let imports = ev.force_or_unknown(imports);
                let Ok(list) = ev.list_or_open(imports, NO_SITE) else {
                    return false;
                };
                return list
                    .elems
                    .iter()
                    .any(|elem| is_unused(ev, library, elem.thunk, matters, depth + 1));
            }
            let site = ev.last_site(value.origin);
            site.is_some_and(|site| !library.shared.uses_module(&ModuleId::Site(site))) && is_module(ev, set)
        }
        _ => false,
    }
}

//! Systems that a file builds without a flake: by `<nixpkgs/nixos>`, `eval-config.nix` and the like.

use crate::fixpoint::system_value::system_of;
use crate::option_names::is_module;
use crate::system::evaluation::{Library, ModuleEvaluation};
use nixpod_eval::{Evaluator, NO_SITE, OriginId, ThunkId, Value};
use nixpod_source::Utf8Path;
use nixpod_syntax::Hir;
use nixpod_syntax::hir::{Expr, StrPart};
use std::rc::Rc;

/// Sets in sets deeper than this are not looked into.
const MAX_DEPTH: u32 = 3;
/// More values of one file than this are not looked at.
const MAX_VALUES: usize = 1_000;

/// A system that a file builds.
pub(crate) struct BuiltSystem {
    /// The path of the attribute that it is, or that is a part of it; empty for the file's value.
    pub(crate) attribute: String,
    pub(crate) system: Rc<ModuleEvaluation>,
}

/// The systems that a file's value is, has as attributes, or has parts of.
pub(crate) fn systems(ev: &mut Evaluator<'_>, library: &Library, path: &Utf8Path) -> Vec<BuiltSystem> {
    ev.taking_notes(|ev| search(ev, library, path))
}

fn search(ev: &mut Evaluator<'_>, library: &Library, path: &Utf8Path) -> Vec<BuiltSystem> {
    let Ok(thunk) = ev.import(path) else {
        return Vec::new();
    };
    let mut search = SystemSearch {
        library,
        inside: false,
        values: 0,
        found: Vec::new(),
    };
    let value = ev.force_or_unknown(thunk);
    // Whatever is looked at here counts as read, and is no root by itself any more: a set of modules is left alone.
    search.inside = ev.source().load(path).is_ok_and(|loaded| may_build(&loaded.hir));
    // A function all of whose arguments have defaults is called, as `nix-build` does.
    let arguments = ev.function_args(&value.value);
    let thunk = match arguments {
        Some(arguments) if search.inside && arguments.iter().all(|(_, default, _)| *default) => {
            let none = ev.empty_attrs();
            let none = ev.alloc(none, OriginId::default());
            ev.alloc_apply(thunk, &[none], NO_SITE)
        }
        _ => thunk,
    };
    search.value(ev, thunk, "", 0);
    search.found
}

struct SystemSearch<'l> {
    library: &'l Library,
    /// Are elements and attributes looked at?
    inside: bool,
    values: usize,
    found: Vec<BuiltSystem>,
}

impl SystemSearch<'_> {
    fn value(&mut self, ev: &mut Evaluator<'_>, thunk: ThunkId, name: &str, depth: u32) {
        self.values += 1;
        let value = ev.force_or_unknown(thunk);
        if let Some(system) = system_of(ev, &value) {
            self.push(name, system);
            return;
        }
        let found = self.found.len();
        let mut parts = Vec::new();
        match &value.value {
            Value::Attrs(set) if is_module(ev, set) => return,
            Value::Attrs(set) => {
                for attr in ev.sorted(set) {
                    let below = crate::path::key(ev.name(attr.name));
                    let dot = if name.is_empty() { "" } else { "." };
                    parts.push((format!("{name}{dot}{below}"), attr.thunk));
                }
            }
            Value::List(list) => {
                let elems = list.elems.iter().enumerate();
                parts.extend(elems.map(|(index, elem)| (format!("{name}[{index}]"), elem.thunk)));
            }
            _ => {}
        }
        for (name, thunk) in parts {
            if !self.inside || depth >= MAX_DEPTH || self.values >= MAX_VALUES {
                break;
            }
            self.value(ev, thunk, &name, depth + 1);
        }
        // A part of a system, such as `.config.system.build.toplevel`, is not the system, but needed it.
        if self.found.len() == found {
            let mut behind = self.library.shared.systems_behind(ev, thunk).into_iter();
            if let Some(system) = behind.find(|system| !self.is_found(system)) {
                self.push(name, system);
            }
        }
    }

    fn is_found(&self, system: &Rc<ModuleEvaluation>) -> bool {
        self.found.iter().any(|found| Rc::ptr_eq(&found.system, system))
    }

    fn push(&mut self, name: &str, system: Rc<ModuleEvaluation>) {
        if !self.is_found(&system) {
            self.found.push(BuiltSystem {
                attribute: name.to_owned(),
                system,
            });
        }
    }
}

/// Does a file speak of what builds systems: `<nixpkgs/nixos>`, `sources.nixpkgs`, `eval-config.nix`? Strings are not
/// looked at: an edit of one that nobody looks at is to change nothing.
pub fn may_build(hir: &Hir) -> bool {
    let is_entry = |part: &StrPart| match part {
        StrPart::Text(text) => {
            let text = text.trim_end_matches('/');
            text.ends_with("nixpkgs/nixos") || text.ends_with("/eval-config.nix")
        }
        StrPart::Interp(_) => false,
    };
    let has = |wanted: &str| hir.names().iter().any(|name| name == wanted);
    has("nixosSystem")
        || has("nixosConfigurations")
        || has("nixpkgs")
        || has("sources") && has("nixos")
        || hir.exprs().iter().any(|expr| match expr {
            Expr::Path(_, parts) => parts.iter().any(is_entry),
            _ => false,
        })
}

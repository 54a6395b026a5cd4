//! Files as roots: the systems that they build, or themselves as modules.

use crate::nixos;
use crate::option_names::kind_of_file;
use crate::own::Kind;
use crate::roots::built::{BuiltSystem, systems};
use crate::roots::root::{RootSystem, close, host_name, loose_in};
use crate::system::evaluation::Library;
use nixpod_eval::{Evaluator, OriginId, Value};
use nixpod_source::Utf8Path;

/// A file as a module of a system that is not seen whole.
pub fn file_root(
    ev: &mut Evaluator<'_>,
    library: &Library,
    path: &Utf8Path,
    name: String,
    imported_by_no_host: bool,
) -> RootSystem {
    let loaded = ev.source().load(path);
    let kind = loaded.map_or(Kind::Nixos, |loaded| kind_of_file(&loaded.hir));
    let module = ev.alloc(Value::Path(path.as_str().into()), OriginId::default());
    RootSystem {
        imported_by_no_host,
        ..loose_in(ev, library, path, module, kind, name)
    }
}

/// The systems that a file builds, if it builds any, or else itself as a module.
pub fn file_roots(
    ev: &mut Evaluator<'_>,
    library: &Library,
    path: &Utf8Path,
    name: String,
    imported_by_no_host: bool,
) -> Vec<RootSystem> {
    let built = systems(ev, library, path);
    if built.is_empty() {
        return vec![file_root(ev, library, path, name, imported_by_no_host)];
    }
    let mut roots = Vec::with_capacity(built.len());
    for BuiltSystem { attribute, system } in built {
        let name = match attribute.as_str() {
            // The file's value, such as that of a `system.nix`, or an element of it.
            element if element.is_empty() || element.starts_with('[') => {
                host_name(ev, &system).unwrap_or_else(|| format!("{name}{element}"))
            }
            _ => attribute,
        };
        let kind = system.setup.kind.unwrap_or(Kind::Nixos);
        let mut root = RootSystem::new(name, system, kind);
        root.release = library.shared.release_of(&root.system);
        close(ev, library, &mut root);
        roots.push(root);
    }
    roots
}

/// A plain configuration (`configuration.nix`, `default.nix`) that is a system's entry by its name: its tree is whole
/// if every import was read.
pub fn entry_roots(
    ev: &mut Evaluator<'_>,
    library: &Library,
    path: &Utf8Path,
    name: String,
) -> Vec<RootSystem> {
    if path.file_name() != Some("configuration.nix") {
        return file_roots(ev, library, path, name, false);
    }
    let mut root = file_root(ev, library, path, name, false);
    let module = ev.alloc(Value::Path(path.as_str().into()), OriginId::default());
    root.system = nixos::system(ev, library, root.kind, vec![module], None, false);
    root.release = ev.taking_notes(|ev| {
        close(ev, library, &mut root);
        library
            .shared
            .release_among(&ev.notes_behind(root.system.collected))
    });
    vec![root]
}

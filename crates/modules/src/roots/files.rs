//! Files as roots: the systems that they build, or themselves as modules.

use crate::nixos;
use crate::option_names::kind_of_file;
use crate::own::Kind;
use crate::roots::built::{BuiltSystem, systems};
use crate::roots::projects::{is_project, project_root};
use crate::roots::root::{RootSystem, Standing, close, host_name, loose_in};
use crate::system::evaluation::Library;
use nixpod_eval::{Evaluator, OriginId, Source, Value, paths};
use nixpod_source::{Utf8Path, Utf8PathBuf};
use nixpod_syntax::Hir;
use nixpod_syntax::hir::{EntryValue, Expr, PathKind, StrPart};

/// More files are not looked at to tell what kind of module one is.
const MAX_FILES: usize = 64;

/// Of which kind of systems a file is a module: told by the names in it, or else in what it imports.
pub fn kind_of(source: &dyn Source, path: &Utf8Path) -> Kind {
    let mut files = vec![path.to_owned()];
    let mut at = 0;
    while let Some(path) = files.get(at) {
        at += 1;
        let Ok(loaded) = source.load(path) else { continue };
        if let Some(kind) = kind_of_file(&loaded.hir) {
            return kind;
        }
        let directory = loaded.path.parent().unwrap_or(&loaded.path);
        for import in imports(&loaded.hir) {
            let path = Utf8PathBuf::from(&*paths::normalise(directory.join(import).as_str()));
            if files.len() < MAX_FILES && !files.contains(&path) {
                files.push(path);
            }
        }
    }
    Kind::Nixos
}

/// The relative paths that stand in lists called `imports`.
fn imports(hir: &Hir) -> impl Iterator<Item = &str> {
    let sets = hir.exprs().iter().filter_map(|expr| match expr {
        Expr::Attrs(attrs) => Some(attrs),
        _ => None,
    });
    let lists = sets
        .flat_map(|set| &set.entries)
        .filter_map(|entry| match entry.value {
            EntryValue::Expr(value) if hir.name(entry.name) == "imports" => match hir.expr(value) {
                Expr::List(elements) => Some(elements),
                _ => None,
            },
            _ => None,
        });
    lists.flatten().filter_map(|element| match hir.expr(*element) {
        Expr::Path(PathKind::Relative, parts) => match &**parts {
            [StrPart::Text(text)] => Some(text.as_str()),
            _ => None,
        },
        _ => None,
    })
}

/// A file as a module of a system that is not seen whole.
pub fn file_root(
    ev: &mut Evaluator<'_>,
    library: &Library,
    path: &Utf8Path,
    name: String,
    standing: Standing,
) -> RootSystem {
    let kind = kind_of(ev.source(), path);
    let module = ev.alloc(Value::Path(path.as_str().into()), OriginId::default());
    RootSystem {
        standing,
        ..loose_in(ev, library, path, module, kind, name)
    }
}

/// The systems that a file builds, if it builds any, or else itself as a module.
pub fn file_roots(
    ev: &mut Evaluator<'_>,
    library: &Library,
    path: &Utf8Path,
    name: String,
    standing: Standing,
) -> Vec<RootSystem> {
    if is_project(path) {
        return vec![project_root(ev, library, path, name)];
    }
    let built = systems(ev, library, path);
    if built.is_empty() {
        return vec![file_root(ev, library, path, name, standing)];
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
pub fn entry_root(ev: &mut Evaluator<'_>, library: &Library, path: &Utf8Path, name: String) -> RootSystem {
    let mut root = file_root(ev, library, path, name, Standing::Plain);
    let module = ev.alloc(Value::Path(path.as_str().into()), OriginId::default());
    root.system = nixos::system(ev, library, root.kind, vec![module], None, false);
    root.release = ev.taking_notes(|ev| {
        close(ev, library, &mut root);
        library
            .shared
            .release_among(&ev.notes_behind(root.system.collected))
    });
    root
}

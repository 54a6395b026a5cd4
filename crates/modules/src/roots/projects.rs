//! Projects of arion as roots: what its program reads where no NixOS runs it as a service.

use crate::nixos;
use crate::own::Kind;
use crate::roots::root::{Role, RootSystem, close};
use crate::system::evaluation::Library;
use nixpod_eval::{Evaluator, OriginId, ThunkId, Value};
use nixpod_source::Utf8Path;

/// The file that the program looks for.
const PROJECT: &str = "arion-compose.nix";

/// Is a file a project by its name?
pub fn is_project(path: &Utf8Path) -> bool {
    path.file_name() == Some(PROJECT)
}

/// A project as the only one of a system of which nothing else is known. It is called like the folder of its file;
/// `name` is that file from the project's directory on.
pub(crate) fn project_root(
    ev: &mut Evaluator<'_>,
    library: &Library,
    path: &Utf8Path,
    name: String,
) -> RootSystem {
    let called = called(&name);
    let settings = ev.alloc(Value::Path(path.as_str().into()), OriginId::default());
    let module = as_project(ev, settings, &called);
    let system = nixos::system(ev, library, Kind::Projects, vec![module], None, false);
    let mut root = RootSystem {
        role: Role::File,
        ..RootSystem::new(name, system, Kind::Projects)
    };
    close(ev, library, &mut root);
    root
}

/// What a project or a service is called that a file is of: like the file, or like its folder where all are called like it.
pub(crate) fn called(name: &str) -> String {
    let path = Utf8Path::new(name);
    let folder = path.parent().and_then(Utf8Path::file_name);
    let stem = path.file_stem().unwrap_or(name);
    let called = match path.file_name() {
        Some(PROJECT | "default.nix") => folder.unwrap_or(stem),
        _ => stem,
    };
    called.to_owned()
}

/// A module that has a project with these settings.
pub(crate) fn as_project(ev: &mut Evaluator<'_>, settings: ThunkId, called: &str) -> ThunkId {
    below(
        ev,
        settings,
        &["settings", called, "projects", "arion", "virtualisation"],
    )
}

/// A module that has a project with this service.
pub(crate) fn as_service(ev: &mut Evaluator<'_>, service: ThunkId, called: &str) -> ThunkId {
    let settings = below(ev, service, &[called, "services"]);
    as_project(ev, settings, called)
}

/// A value as the innermost of sets with one attribute each.
fn below(ev: &mut Evaluator<'_>, value: ThunkId, names: &[&str]) -> ThunkId {
    let mut at = value;
    for name in names {
        let set = ev.attrs_from(vec![(*name, at)]);
        at = ev.alloc(Value::attrs(set), OriginId::default());
    }
    at
}

//! Projects of arion as roots: what its program reads where no NixOS runs it as a service.

use crate::nixos;
use crate::own::Kind;
use crate::roots::root::{Role, RootSystem, close};
use crate::system::evaluation::Library;
use nixpod_eval::{Evaluator, OriginId, Value};
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
    let folder = Utf8Path::new(&name).parent().and_then(Utf8Path::file_name);
    let called = folder.unwrap_or(PROJECT.trim_end_matches(".nix")).to_owned();
    let mut at = ev.alloc(Value::Path(path.as_str().into()), OriginId::default());
    for name in ["settings", &called, "projects", "arion", "virtualisation"] {
        let set = ev.attrs_from(vec![(name, at)]);
        at = ev.alloc(Value::attrs(set), OriginId::default());
    }
    let system = nixos::system(ev, library, Kind::Projects, vec![at], None, false);
    let mut root = RootSystem {
        role: Role::File,
        ..RootSystem::new(name, system, Kind::Projects)
    };
    close(ev, library, &mut root);
    root
}

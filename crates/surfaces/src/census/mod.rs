//! Where containers are written, by a walk over syntax alone: what the evaluation has to account for.
//!
//! The evaluation tells what a system has. It cannot tell what it never came to: a module that no host imports, the
//! argument of a function that is not there to be read. So every file is asked for the containers that stand in its
//! text, and whoever evaluates looks for those that no system had.

mod bearing;
mod functions;
mod lines;
mod machines;
mod names;
mod path;
mod projects;
mod scripts;
mod secrets;
mod sites;
mod unnamed;
mod walk;
mod wrapped;

pub use bearing::{Bearing, bearing};
pub use lines::{ScriptSite, ScriptStanding};
pub use machines::paths_of_tests;
pub use scripts::may_run_containers;
pub use secrets::{may_be_secret, may_tell_secrets};
pub use sites::{Census, ModuleShape, ModuleSite, QuadletSite, SpecSite, TestMachine};

use nixpod_syntax::Hir;

/// The modules of a file that set something that is read besides containers, if there can be a secret in the file or it
/// says something about users. `tells_secrets` is what [`may_tell_secrets`] says.
pub fn settings(hir: &Hir, tells_secrets: impl FnOnce() -> bool) -> Vec<ModuleSite> {
    let has_users = || hir.names().iter().any(|name| name == "users");
    match names::may_set(hir) && (has_users() || tells_secrets()) {
        true => walk::census(hir).settings,
        false => Vec::new(),
    }
}

/// What a file writes, in the order of the text as far as it is known.
pub fn census(hir: &Hir) -> Census {
    let may_have_any = names::may_define(hir) || projects::may_be_project(hir) || unnamed::may_have_any(hir);
    let mut census = match may_have_any {
        true => walk::census(hir),
        false => Census::default(),
    };
    census.scripts = lines::scripts(hir);
    census
}

//! Where containers are written, by a walk over syntax alone: what the evaluation has to account for.
//!
//! The evaluation tells what a system has. It cannot tell what it never came to: a module that no host imports, the
//! argument of a function that is not there to be read. So every file is asked for the containers that stand in its
//! text, and whoever evaluates looks for those that no system had.

mod bearing;
mod functions;
mod names;
mod secrets;
mod sites;
mod walk;

pub use bearing::{Bearing, bearing};
pub use secrets::{may_be_secret, may_tell_secrets};
pub use sites::{Census, ModuleSite, QuadletSite, SpecSite};

use nixpod_syntax::Hir;

/// What a file writes, in the order of the text as far as it is known.
pub fn census(hir: &Hir) -> Census {
    match names::may_define(hir) {
        true => walk::census(hir),
        false => Census::default(),
    }
}

//! Generates the rule pages and the recordings from real Nix, counts what is reached of real systems, and checks the
//! tidiness of the sources.
//!
//! This crate must never know how findings are made; no shipped crate may use it.

pub mod docs;
pub mod edits;
pub mod libcalls;
pub mod oracle;
pub mod reach;
pub mod readers;
pub mod reasons;
pub mod record;
pub mod suites;

use std::path::{Path, PathBuf};

/// The root of the repository.
pub fn root() -> PathBuf {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.ancestors().nth(2).unwrap_or(here).to_owned()
}

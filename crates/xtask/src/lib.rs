//! Generates the rule pages and the recordings from real Nix, counts what is reached of real systems, and checks the
//! tidiness of the sources.
//!
//! This crate must never know how findings are made; no shipped crate may use it.
//!
//! Begin with the help text in `main.rs`: a command is a module here. What holds always: what a command generates or
//! records is checked by a test, so that it cannot be forgotten. What compares with the world outside (real Nix, fetched
//! trees, suites of others) is run by hand.

pub mod census;
pub mod commands;
pub mod docs;
pub mod edits;
pub mod lab;
pub mod libcalls;
pub mod licences;
pub mod oracle;
pub mod proofs;
pub mod quadlets;
mod random;
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

//! Turns Nix text into HIR, a source map and suppression comments. Never fails.
//!
//! This crate must never know other files, evaluation or containers.

pub mod hir;

pub use hir::Hir;

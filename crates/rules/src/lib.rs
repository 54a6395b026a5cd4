//! All rules, one file each, and the list of them.
//!
//! A rule sees the typed model only. This crate must never know syntax trees, thunks, files or text edits.

mod about;
mod rules;
#[cfg(test)]
mod tests;

pub use rules::ALL;

//! All rules, one file each, and the list of them.
//!
//! A rule sees the typed model only. This crate must never know syntax trees, thunks, files or text edits.

mod nesting;
mod overlay_support;
mod paths;
mod power;
mod rules;
mod secrets;
mod shadow_ids;
#[cfg(test)]
mod tests;
mod words;

pub use rules::ALL;

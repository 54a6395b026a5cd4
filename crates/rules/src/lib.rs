//! All rules, one file each, and the list of them.
//!
//! A rule sees the typed model only. This crate must never know syntax trees, thunks, files or text edits.
//!
//! Begin with the smallest rule, `rules/x11_socket_bind`: the file is all there is to it. `rules` lists them; what several
//! ask (does this path hold a secret, is its root the host's) is in `about`. Tests that hold for every rule are in `tests`.
//!
//! What holds always: no rule fires on what is not known, absence is claimed through `report_absence` only, and a rule
//! keeps nothing from one container to the next.

mod about;
mod rules;
#[cfg(test)]
mod tests;

pub use rules::ALL;

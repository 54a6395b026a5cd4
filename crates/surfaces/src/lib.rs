//! Reads container specs of every surface, and the systems around them, into the model.
//!
//! This crate must never know rules, files on disk or how findings are shown. It asks evaluated systems for options by
//! path; what cannot be known becomes an unknown fact or an entry of what was not analysed, never a guess.

mod certainty;
mod facts;
mod flags;
mod gaps;
mod home;
mod kernel;
mod mounts;
mod nspawn;
mod nspawn_flags;
mod nspawn_lists;
mod oci;
mod options;
mod podman_flags;
mod ports;
mod quadlet;
mod release;
mod secrets;
mod section;
mod show;
mod survey;
mod system;
mod text;
mod users;
mod words;
mod world;

#[cfg(test)]
mod tests;

pub use survey::Survey;
pub use world::{Options, Project};

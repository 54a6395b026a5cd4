//! Reads container specs of every surface, and the systems around them, into the model.
//!
//! This crate must never know rules, files on disk or how findings are shown. It asks evaluated systems for options by
//! path; what cannot be known becomes an unknown fact or an entry of what was not analysed, never a guess.

mod listing;
mod read;
mod surface;
mod system;
mod vocabulary;
mod world;

#[cfg(test)]
mod tests;

pub use world::{Options, Project, Survey};

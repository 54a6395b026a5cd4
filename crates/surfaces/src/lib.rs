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

pub use surface::TABLES;
pub use vocabulary::options::{SYSTEM_HEADS, Table};
pub use world::{Options, Project, Survey};

/// Does a name tell that a file may define something that is read? Every file that defines it in the usual way has one.
pub fn is_telling(name: &str) -> bool {
    TABLES.iter().any(|table| table.telling.contains(&name))
        || vocabulary::options::SYSTEM_TELLING.contains(&name)
}

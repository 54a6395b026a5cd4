//! The options of programs that run containers, as data: whether an option takes a value, and what it says of a container.
//!
//! `testdata/flags` has what the programs themselves list, and a test holds these tables against it.

mod build;
mod known;
mod nspawn;
mod others;
mod run;
#[cfg(test)]
mod told;

#[cfg(test)]
mod tests;

pub(crate) use build::BUILD;
pub(crate) use known::{Known, Says};
pub(crate) use nspawn::NSPAWN;
pub(crate) use others::{GLOBAL, NETWORK, POD, VOLUME};
pub(crate) use run::RUN;

use crate::vocabulary::flags::Arity;

/// Whether a long option takes a value.
pub(crate) fn long(table: &[Known], name: &str) -> Arity {
    let known = table.iter().find(|known| known.0 == name);
    known.map_or(Arity::Perhaps, |known| known.2)
}

/// The same for a short option.
pub(crate) fn short(table: &[Known], name: char) -> Arity {
    let known = table.iter().find(|known| known.1 == name);
    known.map_or(Arity::Perhaps, |known| known.2)
}

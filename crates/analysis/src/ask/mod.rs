//! Questions about a snapshot, each in a file.

mod actions;
mod eval;
mod hover;
pub(crate) mod markdown;
mod source;

//! Questions about a snapshot, each in a file.

mod actions;
mod eval;
mod hover;
mod markdown;
mod source;

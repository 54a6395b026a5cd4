//! Questions about a snapshot, each in a file.

mod actions;
pub(crate) mod completion;
mod eval;
mod hover;
pub(crate) mod inlay;
pub(crate) mod lens;
pub(crate) mod links;
pub(crate) mod markdown;
mod names;
pub(crate) mod navigate;
mod options;
mod project;
mod source;
pub(crate) mod symbols;

//! Puts a file's arena and source map together: what lowering does however the text is read.

pub(crate) mod attrs;
mod builder;
pub(crate) mod literal;
mod resolve;
mod sets;

pub(crate) use builder::{Builder, HOLE, Lowered, Remarks, Subject, nothing};
pub(crate) use sets::SetBuilder;

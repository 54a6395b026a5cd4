//! Lowers a text over rnix's concrete syntax tree.

pub(crate) mod guard;
pub(crate) mod lower;
pub(crate) mod repair;

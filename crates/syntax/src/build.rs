//! Puts the arena together: what lowering does however a text is read.

pub(crate) mod attrs;
pub(crate) mod literal;
pub(crate) mod resolve;

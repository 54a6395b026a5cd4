//! Worlds of roots: evaluated, kept until something that they read changes, and looked at by the rules.

pub(crate) mod evaluate;
mod keeper;
pub(crate) mod root;
pub(crate) mod worlds;

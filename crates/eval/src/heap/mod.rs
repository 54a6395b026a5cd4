//! What an evaluation consists of, and what it needs of the outside.

pub(crate) mod compiled;
pub(crate) mod source;

//! Reading options: evaluated values as facts of the model, with where they come from and how certain they are.

pub(crate) mod facts;
mod gaps;
pub(crate) mod print;
pub(crate) mod text;

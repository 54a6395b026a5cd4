//! Reading options: evaluated values as facts of the model, with where they come from and how certain they are.

mod facts;
mod fields;
mod gaps;
mod main_place;
pub(crate) mod print;
mod project;
mod text;

pub(crate) use facts::{Found, OptionReader, Sniffed, as_key};
pub(crate) use fields::{known_string, wrong};
pub(crate) use gaps::counted;
pub use project::Project;

//! Evaluation proper: expressions, calls, operators, and the ways to ask for a value.

mod apply;
mod bindings;
mod branches;
mod calls;
pub(crate) mod coerce;
pub(crate) mod copy;
mod delay;
mod equality;
mod eval;
pub(crate) mod force;
pub(crate) mod inside;
mod nar;
mod need;
mod ops;
pub mod partial;
pub mod print;
pub(crate) mod select;
pub(crate) mod sets;
mod text;
mod units;

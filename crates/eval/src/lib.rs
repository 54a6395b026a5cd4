//! Evaluates HIR lazily and partially, giving each value an origin, through the [`Source`] trait.
//!
//! This crate must never know NixOS, option names, rules, the disk, the clock or the environment. What it cannot
//! know stays an explicit [`Unknown`]; nothing of the analysed code is executed outside of pure evaluation.

pub mod builtins;
mod evaluator;
mod heap;
mod machine;
mod memo;
pub mod nixlib;
mod pure;
mod thunk;
mod value;

pub use evaluator::Evaluator;
pub use heap::budget::Limits;
pub use heap::compiled::Compiled;
pub use heap::files::{ImportHook, StringsRead};
pub use heap::names::CommonSymbols;
pub use heap::source::{FileKind, Loaded, Source};
pub use machine::coerce::Coerce;
pub use machine::force::error_unknown;
pub use machine::ops::open_set;
pub use machine::select::Lookup;
pub use machine::{partial, print};
pub use memo::{NoteId, Noted, Observation, Observed};
pub use pure::paths;
pub use value::builder::StringBuilder;
pub use value::error::{ErrorKind, ErrorRef, EvalError, EvalResult, Res, Stop};
pub use value::function::{Env, Lambda, PASSED_ON, PrimopApp};
pub(crate) use value::ids::UnitId;
pub use value::ids::{NO_SITE, OWN_FILES, OriginId, PrimopId, Symbol, ThunkId, When};
pub use value::sets::{Attr, Attrs, Elem, List};
pub use value::string::{ContextItem, NixString, Part};
pub use value::unknown::Unknown;
pub use value::{Alternative, Opaque, Tracked, Value};

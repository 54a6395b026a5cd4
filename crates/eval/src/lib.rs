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

pub use evaluator::{CommonSymbols, Env, Evaluator, ImportHook, Limits, StringsRead};
pub use heap::compiled::Compiled;
pub use heap::source::{FileKind, Loaded, Source};
pub use machine::coerce::{Coerce, StringBuilder};
pub use machine::force::error_unknown;
pub use machine::ops::open_set;
pub use machine::select::Lookup;
pub use machine::{partial, print};
pub use memo::{NoteId, Noted, Observation, Observed};
pub use pure::paths;
pub use value::error::{ErrorKind, ErrorRef, EvalError, EvalResult, Res, Stop};
pub use value::{
    Alternative, Attr, Attrs, ContextItem, Elem, Lambda, List, NO_SITE, NixString, OWN_FILES, Opaque,
    OriginId, PASSED_ON, Part, PrimopApp, PrimopId, Symbol, ThunkId, Tracked, Unknown, Value, When,
};

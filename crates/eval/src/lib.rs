//! Evaluates HIR lazily and partially, giving each value an origin, through the [`Source`] trait.
//!
//! This crate must never know NixOS, option names, rules, the disk, the clock or the environment. What it cannot
//! know stays an explicit [`Unknown`]; nothing of the analysed code is executed outside of pure evaluation.

mod apply;
mod bindings;
pub mod builtins;
mod compiled;
mod error;
mod eval;
mod evaluator;
mod force;
mod io;
pub mod nixlib;
mod ops;
pub mod partial;
pub mod paths;
pub mod print;
mod retain;
mod select;
mod strings;
mod value;

pub use compiled::Compiled;
pub use error::{ErrorKind, ErrorRef, EvalError, EvalResult, Res, Stop};
pub use evaluator::{CommonSymbols, Env, Evaluator, ImportHook, Limits, StringsRead};
pub use force::error_unknown;
pub use io::{FileKind, Loaded, Source};
pub use ops::open_set;
pub use retain::{Observation, Observed};
pub use select::Lookup;
pub use strings::{Coerce, StringBuilder};
pub use value::{
    Alternative, Attr, Attrs, ContextItem, Elem, Lambda, List, NO_SITE, NixString, Opaque, OriginId,
    PASSED_ON, Part, Primop, PrimopApp, PrimopFn, Symbol, ThunkId, Tracked, Unknown, Value, When,
};

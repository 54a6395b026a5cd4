//! Evaluates HIR lazily and partially, giving each value an origin, through the [`Source`] trait.
//!
//! This crate must never know NixOS, option names, rules, the disk, the clock or the environment. What it cannot
//! know stays an explicit [`Unknown`]; nothing of the analysed code is executed outside of pure evaluation.
//!
//! What holds always:
//!
//! - A [`Value`] refers to thunks, names, origins and builtins by number, and means something only to the [`Evaluator`]
//!   that made it. There are no cycles of references, so dropping the evaluator frees everything.
//! - Every loop that a program can make long counts steps or bytes, and every nesting has a bound ([`Limits`]). A bound
//!   that is reached gives an unknown, never a panic.
//! - An answer does not depend on the order in which values are asked for. Where it would (an infinite recursion is
//!   noticed where it is entered), a heap that is kept over edits is told by [`Evaluator::depends_on_order`].
//! - Native code remembers values in thunks only: otherwise an edit would not reach them.
//!
//! Begin with `value`, which is what all others speak of, then `machine/eval.rs` (expressions) and `machine/force.rs`
//! (thunks); `evaluator.rs` lists the parts of an evaluation, which are in `heap`. `memo` has a heap that is kept over
//! edits, `builtins` and `nixlib` have what Nix programs can call, `pure` has what needs no evaluator.

pub mod builtins;
mod evaluator;
mod heap;
mod machine;
mod memo;
pub mod nixlib;
mod pure;
mod thunk;
mod value;

pub use evaluator::{Evaluator, Statistics};
pub use heap::budget::{LimitHit, Limits, PartOfWork, Portion, Reserve, Share};
pub use heap::compiled::Compiled;
pub use heap::files::{ImportHook, StringsRead};
pub use heap::names::CommonSymbols;
pub use heap::source::{FileKind, Interrupt, Loaded, Source};
pub use machine::coerce::Coerce;
pub use machine::force::error_unknown;
pub use machine::inside::{Inside, Named};
pub use machine::select::Lookup;
pub use machine::sets::open_set;
pub use machine::{partial, print};
pub use memo::{NoteId, Noted, Observation, Observed};
pub use pure::paths;
pub use pure::paths::PathText;
pub use value::builder::StringBuilder;
pub use value::error::{ErrorKind, ErrorRef, EvalError, EvalResult, Res, Stop};
pub use value::function::{Env, Lambda, PASSED_ON, PrimopApp};
pub(crate) use value::ids::UnitId;
pub use value::ids::{Literal, NO_SITE, OWN_FILES, OriginId, PrimopId, Symbol, ThunkId, When};
pub use value::sets::{Affixes, Attr, Attrs, Elem, List, Unnamed};
pub use value::string::{ContextItem, NixString, StringPart};
pub use value::unknown::{Unknown, Whence};
pub use value::{Alternative, Opaque, Tracked, Value};

//! How builtins are listed.

use crate::{Evaluator, OriginId, Res, ThunkId, Tracked, Value};
use nixpod_source::Site;

/// A builtin: its name, the number of its arguments, which of them are forced before it is called (see
/// [`crate::PASSED_ON`]), what it costs, and its code.
pub(crate) type Builtin = (&'static str, usize, u32, Cost, Code);

/// The code of a builtin: gets as many thunks as it has arguments and the place of the call.
pub(crate) type Code = fn(&mut Evaluator<'_>, &[ThunkId], Site) -> Res<Tracked>;

/// A name and its value.
pub(crate) type Constant = (&'static str, fn() -> Value);

/// A name and the value that it gets when it is first asked for.
pub(crate) type Delayed = (&'static str, fn(&mut Evaluator<'_>) -> Res<Tracked>);

/// What a builtin counts for its work, besides the one step of every call. What it forces and calls counts by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Cost {
    /// Nothing more: its work is bounded, whatever it is given.
    Call,
    /// A step for each value that it goes through.
    Steps,
    /// The bytes of what it reads or makes.
    Bytes,
    /// Nothing by itself, but it calls a function for each element.
    Calls,
    /// Steps by the sizes of the arguments that it forces, counted by whoever calls it.
    Sizes,
}

/// A result without an origin of its own.
pub(crate) fn plain(value: Value) -> Res<Tracked> {
    Ok(Tracked {
        value,
        origin: OriginId(0),
    })
}

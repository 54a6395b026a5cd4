//! What a thunk is before and after it is forced, and the code of functions in Rust.
//!
//! This is where the heap holds code that runs in the evaluator that has the heap.

use crate::{Env, ErrorRef, Evaluator, Res, Symbol, ThunkId, Tracked, Value};
use nixpod_source::{ExprId, Site};
use std::rc::Rc;

/// Can be run again: where the heap survives edits, what depends on changed text is.
pub(crate) type NativeThunk = Box<dyn Fn(&mut Evaluator<'_>) -> Res<Tracked>>;

/// What is known of a value before it is computed.
pub(crate) type StandIn = Rc<dyn Fn(&mut Evaluator<'_>) -> Tracked>;

pub(crate) enum Thunk {
    Delayed {
        env: Rc<Env>,
        expr: ExprId,
    },
    /// A variable that is passed on before it has its value: reading it adds steps to the trail, and needs no frame.
    Variable {
        bound: ThunkId,
        /// Where it is read, in analysed code.
        site: Site,
        /// The call that made its frame, or [`NO_SITE`](crate::NO_SITE).
        call: Site,
    },
    Native(NativeThunk),
    /// A function applied to one argument, or to two.
    Apply {
        function: ThunkId,
        first: ThunkId,
        /// [`NO_SECOND`] if there is none.
        second: ThunkId,
        site: Site,
    },
    /// A function applied to the number of an element, of a list that may be long.
    Generated {
        function: ThunkId,
        number: u32,
        site: Site,
    },
    /// A name that is inherited from a set, and its key, which our own files do not have.
    Inherited {
        from: ThunkId,
        name: Symbol,
        key: Site,
    },
    /// It is being computed; the place of its expression, or [`NO_SITE`](crate::NO_SITE).
    Busy(Site),
    /// The fields of a [`Tracked`], so that the whole fits 24 bytes.
    Done {
        value: Value,
        /// The number of the origin, in half of its size.
        origin: u32,
        tainted: bool,
    },
    Failed(ErrorRef),
}

/// Thunks are by far the most numerous objects, and are freed only as a whole.
const _: () = assert!(size_of::<Thunk>() <= 24);

/// Stands where there is no second argument.
pub(crate) const NO_SECOND: ThunkId = ThunkId(u32::MAX);

impl Thunk {
    pub(crate) fn done(tracked: Tracked) -> Self {
        Self::Done {
            value: tracked.value,
            origin: tracked.origin.number(),
            tainted: false,
        }
    }
}

/// A function in Rust: a builtin of the tables, or one that other native code made.
pub(crate) struct Primop {
    pub(crate) name: &'static str,
    pub(crate) arity: usize,
    /// Which arguments are forced before the call; see [`crate::PASSED_ON`].
    pub(crate) strict: u32,
    /// Does a call count steps by the sizes of the arguments that are forced?
    pub(crate) by_size: bool,
    /// Does it compute with the text of what is not known otherwise?
    pub(crate) on_text: bool,
    pub(crate) code: PrimopCode,
}

#[derive(Clone)]
pub(crate) enum PrimopCode {
    Table(fn(&mut Evaluator<'_>, &[ThunkId], Site) -> Res<Tracked>),
    Made(MadeCode),
}

pub(crate) type MadeCode = Rc<dyn Fn(&mut Evaluator<'_>, &[ThunkId], Site) -> Res<Tracked>>;

//! Evaluation errors and the early exit on unknowns.

use super::unknown::Unknown;
use nixpod_source::{Site, Why};
use std::rc::Rc;

/// What kind of error it is; `tryEval` catches the first two.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ErrorKind {
    /// `throw`.
    Throw,
    /// A failed `assert`.
    Assert,
    /// `abort`.
    Abort,
    /// A wrong type, a wrong argument and so on.
    Eval,
    /// An attribute that a set does not have.
    NoAttribute,
    /// A value that depends on itself.
    Recursion,
    /// Definitions of an option that contradict each other, so that no one of them is the mistake.
    Conflict,
}

/// An evaluation error.
#[derive(Clone, Debug)]
pub struct EvalError {
    /// What kind.
    pub kind: ErrorKind,
    /// Nix's message.
    pub message: String,
    /// Where it happened.
    pub site: Option<Site>,
    /// What was being evaluated: innermost first, shortened. For infinite recursion the first is the other end.
    pub trace: Vec<Site>,
    /// What `builtins.addErrorContext` said on the way out, innermost first, shortened.
    pub context: Vec<String>,
}

impl EvalError {
    /// The reason that it is for not knowing a value.
    pub fn why(&self) -> Why {
        let message = self.message.clone();
        match self.kind {
            ErrorKind::Recursion => Why::Cycle(message),
            ErrorKind::Conflict => Why::Conflict(message),
            ErrorKind::NoAttribute => Why::NoAttribute(message),
            ErrorKind::Throw | ErrorKind::Assert | ErrorKind::Abort | ErrorKind::Eval => Why::Error(message),
        }
    }
}

/// A shared error.
pub type ErrorRef = Rc<EvalError>;

/// Why a computation has no definite value.
#[derive(Clone, Debug)]
pub enum Stop {
    /// It fails.
    Error(ErrorRef),
    /// It depends on something unknown; becomes the value `Unknown` at the next thunk or expression.
    Unknown(Rc<Unknown>),
}

impl From<ErrorRef> for Stop {
    fn from(error: ErrorRef) -> Self {
        Self::Error(error)
    }
}

/// The result inside of native code: use `?` freely, unknown arguments then make the result unknown.
pub type Res<T> = Result<T, Stop>;

/// The result of forcing: a value (perhaps unknown) or an error.
pub type EvalResult<T> = Result<T, ErrorRef>;

//! Functions, and the frames of variables that they close over.

use super::ids::{NO_SITE, PrimopId, ThunkId, UnitId};
use nixpod_source::{ExprId, Site};
use smallvec::SmallVec;
use std::rc::Rc;

/// A frame of variables. Thunks in it are referred to by id, so frames never own each other in cycles.
#[derive(Debug)]
pub struct Env {
    pub(crate) parent: Option<Rc<Env>>,
    pub(crate) unit: UnitId,
    pub(crate) slots: SmallVec<[ThunkId; 4]>,
    /// The place of the call that made this frame, or [`NO_SITE`].
    pub(crate) call: Site,
}

impl Env {
    /// That of a file, without variables.
    pub(crate) fn of_file(unit: UnitId) -> Self {
        Self {
            parent: None,
            unit,
            slots: SmallVec::new(),
            call: NO_SITE,
        }
    }

    /// The frame `depth` levels out.
    pub(crate) fn outer(self: &Rc<Self>, depth: u32) -> Option<&Rc<Self>> {
        let mut at = self;
        for _ in 0..depth {
            at = at.parent.as_ref()?;
        }
        Some(at)
    }
}

/// With its counters a frame is as large as a line of the processor's cache. Each call makes one.
const _: () = assert!(size_of::<Env>() <= 48);

/// A function written in Nix.
#[derive(Clone, Debug)]
pub struct Lambda {
    /// The environment it closes over.
    pub env: Rc<Env>,
    /// The lambda expression, in the unit of `env`.
    pub expr: ExprId,
}

/// The bit of a builtin's strictness that, shifted by the argument's position, has named unknowns passed on. The bits
/// below say which arguments are forced before the call: an unknown one makes the result unknown, alternatives are
/// tried one by one. A named unknown is passed on for functions that say what holds for any element of it.
pub const PASSED_ON: u32 = 1 << 16;

/// A builtin and the arguments it has already.
#[derive(Clone, Debug)]
pub struct PrimopApp {
    /// The builtin.
    pub primop: PrimopId,
    /// Fewer than it takes.
    pub args: Vec<ThunkId>,
}

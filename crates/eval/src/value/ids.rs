//! What values refer to by number.

use nixpod_source::{ExprId, FileId, Site};

/// A thunk in the evaluator's heap.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ThunkId(pub(crate) u32);

/// An interned attribute name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Symbol(pub(crate) u32);

/// Where a value was written and how it came here: an index into the evaluator's origins. Zero is none.
///
/// There are fewer than 2³², and it is a whole word nevertheless: results are copied by words, and a word of which half was
/// just written is slow to read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct OriginId(pub(crate) u64);

impl OriginId {
    /// An origin by its number.
    #[inline]
    pub(crate) const fn of(number: u32) -> Self {
        Self(number as u64)
    }

    /// Its number.
    #[inline]
    pub(crate) const fn number(self) -> u32 {
        self.0 as u32
    }
}

/// Under which undecided conditions something is there: an index into the evaluator's conditions. Zero is always.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct When(pub(crate) u32);

impl When {
    /// Without a condition.
    pub const ALWAYS: Self = Self(0);

    /// Is there no condition?
    pub const fn is_always(self) -> bool {
        self.0 == 0
    }
}

/// A Boolean that is not known, by its number, or its negation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Literal {
    pub(crate) atom: u32,
    pub(crate) holds: bool,
}

impl Literal {
    /// The same Boolean, the other way round.
    #[must_use]
    pub const fn negated(self) -> Self {
        Self {
            holds: !self.holds,
            ..self
        }
    }

    /// The same, or the other way round.
    pub(crate) const fn with(self, holds: bool) -> Self {
        match holds {
            true => self,
            false => self.negated(),
        }
    }
}

/// A builtin, by its number in the evaluation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PrimopId(pub(crate) u32);

/// So many numbers of own files ([`FileId::own`]) are taken by this crate: that of [`NO_SITE`], which the files of `lib`
/// share, and that of `derivation`.
pub const OWN_FILES: u32 = 2;

/// A key position that has no place in code.
pub const NO_SITE: Site = Site {
    file: FileId::own(0),
    expr: ExprId(u32::MAX),
};

/// A loaded file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct UnitId(pub(crate) u32);

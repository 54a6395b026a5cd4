//! Thunks, and the functions in Rust that values name by number. Both are freed only as a whole.

use crate::thunk::{Primop, Thunk};
use crate::{NO_SITE, PrimopApp, PrimopId, ThunkId, Tracked, Value};
use std::ops::{Index, IndexMut};

/// Room for so many thunks is there from the beginning, 384 KiB: few evaluations of a lone file need more.
const AT_FIRST: usize = 1 << 14;

/// The room grows eightfold, but by no more than so many thunks as long as it does not double. It takes memory only as far
/// as it is written to, so that nearly all of the thunks are copied once, while they are few. Buffers that double from the
/// beginning would leave memory of all their former sizes behind, most of which nothing else fits.
const MORE: usize = 1 << 19;

/// The thunks of an evaluation.
pub(crate) struct Thunks {
    /// In one piece: nothing is done as often as looking at one of them.
    all: Vec<Thunk>,
    primops: Vec<Primop>,
    /// Bit by thunk: it is the value of an attribute that a builtin made, which has no position in Nix.
    generated: Vec<u64>,
}

impl Thunks {
    pub(crate) fn new() -> Self {
        Self {
            all: Vec::with_capacity(AT_FIRST),
            primops: Vec::with_capacity(256),
            generated: Vec::new(),
        }
    }

    pub(crate) fn len(&self) -> usize {
        self.all.len()
    }

    #[inline]
    pub(crate) fn push(&mut self, thunk: Thunk) -> ThunkId {
        let id = ThunkId(self.all.len() as u32);
        if self.all.len() == self.all.capacity() {
            self.grow();
        }
        self.all.push(thunk);
        id
    }

    /// So many of them side by side that are filled in later; gives the first.
    pub(crate) fn push_reserved(&mut self, number: usize) -> ThunkId {
        let first = ThunkId(self.all.len() as u32);
        while self.all.capacity() - self.all.len() < number {
            self.grow();
        }
        self.all.extend((0..number).map(|_| Thunk::Busy(NO_SITE)));
        first
    }

    /// Puts a value, or what gives one, where there is nothing yet to be freed: a thunk that is reserved or being computed.
    /// It is put together in its place, since to move a thunk whose fields were just written is slow.
    #[inline(always)]
    pub(crate) fn put(&mut self, id: ThunkId, thunk: Thunk) {
        std::mem::forget(std::mem::replace(&mut self[id], thunk));
    }

    /// The same for a value. Written by itself, it is copied as it is; as a part of a whole it would be copied together with
    /// what was just written piece by piece.
    #[inline(always)]
    pub(crate) fn put_value(&mut self, id: ThunkId, result: Tracked, tainted: bool) {
        let thunk = &mut self[id];
        let done = Thunk::Done {
            value: Value::Null,
            origin: result.origin.number(),
            tainted,
        };
        std::mem::forget(std::mem::replace(thunk, done));
        if let Thunk::Done { value, .. } = thunk {
            std::mem::forget(std::mem::replace(value, result.value));
        }
    }

    #[cold]
    #[inline(never)]
    fn grow(&mut self) {
        let len = self.all.len();
        self.all.reserve_exact((7 * len).min(MORE).max(len));
    }

    pub(crate) fn push_primop(&mut self, primop: Primop) -> PrimopApp {
        let id = PrimopId(self.primops.len() as u32);
        self.primops.push(primop);
        PrimopApp {
            primop: id,
            args: Vec::new(),
        }
    }

    pub(crate) fn primop(&self, id: PrimopId) -> &Primop {
        &self.primops[id.0 as usize]
    }

    pub(crate) fn mark_generated(&mut self, thunk: ThunkId) {
        let word = thunk.0 as usize / 64;
        if self.generated.len() <= word {
            self.generated.resize(word + 1, 0);
        }
        self.generated[word] |= 1 << (thunk.0 % 64);
    }

    pub(crate) fn is_generated(&self, thunk: ThunkId) -> bool {
        self.generated
            .get(thunk.0 as usize / 64)
            .is_some_and(|word| word >> (thunk.0 % 64) & 1 == 1)
    }
}

impl Index<ThunkId> for Thunks {
    type Output = Thunk;

    #[inline]
    fn index(&self, id: ThunkId) -> &Thunk {
        &self.all[id.0 as usize]
    }
}

impl IndexMut<ThunkId> for Thunks {
    #[inline]
    fn index_mut(&mut self, id: ThunkId) -> &mut Thunk {
        &mut self.all[id.0 as usize]
    }
}

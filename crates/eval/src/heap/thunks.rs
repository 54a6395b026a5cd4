//! Thunks, and the functions in Rust that values name by number. Both are freed only as a whole.

use crate::thunk::{Primop, Thunk};
use crate::{PrimopApp, PrimopId, ThunkId, Tracked, Value};
use std::ops::{Index, IndexMut};

/// So many thunks, a power of two, lie together: half a mebibyte. One piece for all would have to be copied as it grows,
/// and would take three times its size for a moment. A piece that grew would leave memory of all its former sizes behind,
/// most of which nothing else fits.
const TOGETHER: usize = 1 << 14;

/// The thunks of an evaluation.
pub(crate) struct Thunks {
    /// All but the last have [`TOGETHER`] thunks.
    pieces: Vec<Vec<Thunk>>,
    len: usize,
    primops: Vec<Primop>,
    /// Bit by thunk: it is the value of an attribute that a builtin made, which has no position in Nix.
    generated: Vec<u64>,
}

impl Thunks {
    pub(crate) fn new() -> Self {
        Self {
            pieces: vec![Vec::with_capacity(TOGETHER)],
            len: 0,
            primops: Vec::with_capacity(256),
            generated: Vec::new(),
        }
    }

    pub(crate) fn len(&self) -> usize {
        self.len
    }

    #[inline]
    pub(crate) fn push(&mut self, thunk: Thunk) -> ThunkId {
        let id = ThunkId(self.len as u32);
        self.len += 1;
        match self.pieces.last_mut() {
            Some(last) if last.len() < TOGETHER => last.push(thunk),
            _ => self.push_piece(thunk),
        }
        id
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
    fn push_piece(&mut self, thunk: Thunk) {
        let mut piece = Vec::with_capacity(TOGETHER);
        piece.push(thunk);
        self.pieces.push(piece);
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
        let at = id.0 as usize;
        &self.pieces[at / TOGETHER][at % TOGETHER]
    }
}

impl IndexMut<ThunkId> for Thunks {
    #[inline]
    fn index_mut(&mut self, id: ThunkId) -> &mut Thunk {
        let at = id.0 as usize;
        &mut self.pieces[at / TOGETHER][at % TOGETHER]
    }
}

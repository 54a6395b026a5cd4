//! What is remembered of an evaluation whose heap is kept.

use super::notes::{NoteId, NoteSet, NoteSets, Noted};
use crate::ThunkId;
use crate::UnitId;
use crate::thunk::Thunk;
use nixpod_source::ExprId;
use rustc_hash::{FxHashMap, FxHashSet};

/// Asks on nobody's behalf: what is computed from the answer is computed anew after every edit.
pub(super) const NOBODY: ThunkId = ThunkId(u32::MAX);

/// Stands for all expressions of a unit.
pub(super) const ANY: ExprId = ExprId(u32::MAX);

/// The end of a list of edges.
const END: u32 = u32::MAX;

/// How much the edges may grow before they are compacted, besides doubling.
const SLACK: usize = 20_000;

#[derive(Clone, Copy)]
struct Edge {
    dependent: ThunkId,
    next: u32,
}

/// What is put back when a thunk is done.
pub(crate) struct Outer {
    pub(super) dependent: ThunkId,
    noting: NoteSet,
}

/// All that is remembered.
pub(crate) struct Dependencies {
    /// By thunk: what it was before it was forced.
    unforced: Vec<Option<Thunk>>,
    /// By thunk: the first of its edges.
    first: Vec<u32>,
    edges: Vec<Edge>,
    /// How many edges there were when each was there once.
    dense: usize,
    /// By thunk: the thunk that was computed when it was made. What a thunk made is gone when it is computed again.
    makers: Vec<ThunkId>,
    /// By unit: which thunk evaluated which expression.
    pub(super) evaluated: Vec<Vec<(ExprId, ThunkId)>>,
    /// Who asks at the moment.
    pub(super) dependent: ThunkId,
    /// Which stretches of work are out of date.
    pub(super) observers: FxHashMap<ThunkId, bool>,
    pub(super) sets: NoteSets,
    /// By thunk: the notes of its own computation and of all that it asked for.
    noted: Vec<NoteSet>,
    /// The notes of the work that is being done.
    noting: NoteSet,
    /// Thunks whose value depends on when they were computed.
    order_dependent: FxHashSet<ThunkId>,
    /// Notes that the outside relies on for good: if one no longer holds, a fresh evaluation is needed.
    lasting: FxHashSet<NoteId>,
    /// Thunks that are to be computed again, and those that were made before and are part of the heap still.
    invalidated: FxHashSet<ThunkId>,
    adopted: FxHashSet<ThunkId>,
    /// Thunks below this number were made before the last edit.
    old: u32,
    /// Does a fresh evaluation perhaps give something else?
    invalid: bool,
    /// Is the first evaluation over?
    renewed: bool,
    /// How many thunks there were after the first evaluation.
    pub(super) size: usize,
}

impl Dependencies {
    pub(super) fn new() -> Self {
        Self {
            unforced: Vec::new(),
            first: Vec::new(),
            edges: Vec::new(),
            dense: 0,
            makers: Vec::new(),
            evaluated: Vec::new(),
            dependent: NOBODY,
            observers: FxHashMap::default(),
            sets: NoteSets::new(),
            noted: Vec::new(),
            noting: NoteSet::default(),
            order_dependent: FxHashSet::default(),
            lasting: FxHashSet::default(),
            invalidated: FxHashSet::default(),
            adopted: FxHashSet::default(),
            old: 0,
            invalid: false,
            renewed: false,
            size: 0,
        }
    }

    /// Is the first evaluation over?
    pub(super) fn is_renewal(&self) -> bool {
        self.renewed
    }

    /// An edit was made: from now on everything is done again. There are `thunks` so far.
    pub(super) fn begin(&mut self, thunks: usize) -> bool {
        self.old = u32::try_from(thunks).unwrap_or(u32::MAX);
        self.renewed = true;
        self.noting = NoteSet::default();
        self.invalidated.clear();
        self.adopted.clear();
        if self.edges.len() > self.dense.saturating_mul(2) + SLACK {
            self.compact();
        }
        !self.invalid
    }

    /// The current work makes a thunk; they are made in order.
    #[inline(never)]
    pub(crate) fn makes(&mut self, thunk: ThunkId) {
        self.makers.resize(thunk.0 as usize, NOBODY);
        self.makers.push(self.dependent);
    }

    /// The result of the current work depends on when it is done.
    pub(super) fn depends_on_order(&mut self) {
        self.invalid |= self.is_renewal();
        self.order_dependent.insert(self.dependent);
    }

    /// The current work comes with a note.
    pub(super) fn note(&mut self, note: NoteId) {
        let one = self.sets.one(note);
        self.noting = self.sets.union(self.noting, one);
    }

    /// A note that has to hold as long as the heap is kept.
    pub(super) fn note_for_good(&mut self, note: NoteId) {
        self.note(note);
        self.lasting.insert(note);
    }

    /// The notes of all that the work asked for that is being done.
    pub(super) fn notes(&self) -> Noted {
        match self.renewed {
            true => self.notes_so_far(),
            false => Noted::ALL,
        }
    }

    /// The same, before the first edit, too.
    pub(super) fn notes_so_far(&self) -> Noted {
        self.sets.notes(self.noting)
    }

    /// The notes of a thunk.
    pub(super) fn notes_of(&self, thunk: ThunkId) -> Noted {
        match self.renewed {
            true => self.notes_behind(thunk),
            false => Noted::ALL,
        }
    }

    /// The notes of a thunk, before the first edit, too.
    pub(super) fn notes_behind(&self, thunk: ThunkId) -> Noted {
        let noted = self.noted.get(thunk.0 as usize).copied();
        self.sets.notes(noted.unwrap_or_default())
    }

    /// Sets the notes of the work aside that is being done.
    pub(super) fn set_notes_aside(&mut self) -> NoteSet {
        std::mem::take(&mut self.noting)
    }

    /// Takes notes up again that were set aside, instead of those made meanwhile.
    pub(super) fn take_notes_up(&mut self, notes: NoteSet) {
        self.noting = notes;
    }

    /// The current work asks for a thunk.
    fn depends_on(&mut self, thunk: ThunkId) {
        if self.dependent == NOBODY {
            return;
        }
        let index = thunk.0 as usize;
        if self.first.len() <= index {
            self.first.resize(index + 1, END);
        }
        let Some(first) = self.first.get_mut(index) else {
            return;
        };
        let known = self
            .edges
            .get(*first as usize)
            .is_some_and(|edge| edge.dependent == self.dependent);
        if !known {
            self.edges.push(Edge {
                dependent: self.dependent,
                next: *first,
            });
            *first = (self.edges.len() - 1) as u32;
        }
    }

    /// The current work asks for a thunk that has its value.
    #[inline(never)]
    pub(crate) fn depends_on_done(&mut self, thunk: ThunkId) {
        self.depends_on(thunk);
        if let Some(noted) = self.noted.get(thunk.0 as usize) {
            self.noting = self.sets.union(self.noting, *noted);
        }
    }

    /// The current work forces a thunk.
    #[inline(never)]
    pub(crate) fn enter(&mut self, thunk: ThunkId) -> Outer {
        self.depends_on(thunk);
        Outer {
            dependent: std::mem::replace(&mut self.dependent, thunk),
            noting: std::mem::take(&mut self.noting),
        }
    }

    /// A thunk is done; `unforced` is what it was, if it was a thunk.
    #[inline(never)]
    pub(crate) fn leave(&mut self, thunk: ThunkId, unforced: Option<Thunk>, outer: &Outer) {
        let index = thunk.0 as usize;
        if unforced.is_some() {
            if self.unforced.len() <= index {
                self.unforced.resize_with(index + 1, || None);
            }
            if let Some(slot) = self.unforced.get_mut(index) {
                *slot = unforced;
            }
        }
        if self.noting != NoteSet::default() && self.noted.len() <= index {
            self.noted.resize(index + 1, NoteSet::default());
        }
        if let Some(noted) = self.noted.get_mut(index) {
            *noted = self.noting;
        }
        self.noting = self.sets.union(outer.noting, self.noting);
        self.dependent = outer.dependent;
    }

    /// The current work evaluates an expression, or looks at its form.
    #[inline(never)]
    pub(crate) fn evaluates(&mut self, unit: UnitId, expr: ExprId) {
        let index = unit.0 as usize;
        if self.evaluated.len() <= index {
            self.evaluated.resize_with(index + 1, Vec::new);
        }
        if let Some(all) = self.evaluated.get_mut(index) {
            all.push((expr, self.dependent));
        }
    }

    /// A thunk that was made before is made use of again.
    pub(super) fn adopt(&mut self, thunk: ThunkId) {
        self.adopted.insert(thunk);
    }

    /// Gives back what these thunks were before they were forced, and all thunks that asked for them. `false`: one of
    /// them cannot be computed again.
    pub(super) fn invalidate(
        &mut self,
        mut todo: Vec<ThunkId>,
        mut restore: impl FnMut(ThunkId, Thunk),
    ) -> bool {
        while let Some(thunk) = todo.pop() {
            if thunk == NOBODY {
                // Asked again anyway.
                continue;
            }
            if self.order_dependent.contains(&thunk) {
                return false;
            }
            if let Some(stale) = self.observers.get_mut(&thunk) {
                *stale = true;
            }
            let index = thunk.0 as usize;
            if let Some(unforced) = self.unforced.get_mut(index).and_then(Option::take) {
                restore(thunk, unforced);
                self.invalidated.insert(thunk);
            }
            // Who asks again is noted again.
            let mut edge = self
                .first
                .get_mut(index)
                .map_or(END, |first| std::mem::replace(first, END));
            while let Some(one) = self.edges.get(edge as usize) {
                todo.push(one.dependent);
                edge = one.next;
            }
        }
        true
    }

    /// Leaves each edge there once: what is computed again and again asks for the same things every time.
    fn compact(&mut self) {
        let old = std::mem::take(&mut self.edges);
        // By dependent: the thunk that it was last seen to ask for.
        let mut seen: Vec<u32> = vec![END; self.first.len()];
        for (thunk, first) in (0u32..).zip(&mut self.first) {
            let mut at = std::mem::replace(first, END);
            while let Some(edge) = old.get(at as usize) {
                at = edge.next;
                let dependent = edge.dependent.0 as usize;
                if seen.len() <= dependent {
                    seen.resize(dependent + 1, END);
                }
                match seen.get_mut(dependent) {
                    Some(last) if *last != thunk => *last = thunk,
                    _ => continue,
                }
                self.edges.push(Edge {
                    dependent: edge.dependent,
                    next: *first,
                });
                *first = (self.edges.len() - 1) as u32;
            }
        }
        self.dense = self.edges.len();
    }

    /// Is a thunk still part of the heap, after what was invalidated was computed again? It is not if it was made by
    /// something that was computed again, and that made something else this time.
    fn is_attached(&self, thunk: ThunkId) -> bool {
        let mut at = thunk;
        while at.0 < self.old && !self.adopted.contains(&at) {
            at = self.makers.get(at.0 as usize).copied().unwrap_or(NOBODY);
            if self.invalidated.contains(&at) {
                return false;
            }
        }
        true
    }

    /// Is what was computed since the last edit what a fresh evaluation would have computed?
    pub(super) fn is_faithful(&self) -> bool {
        if self.invalid {
            return false;
        }
        // What was made anew would depend on its own order of evaluation.
        if !self.invalidated.is_empty() && !self.order_dependent.iter().all(|thunk| self.is_attached(*thunk))
        {
            return false;
        }
        let noted = self.notes();
        self.lasting.iter().all(|note| noted.has(*note))
    }
}

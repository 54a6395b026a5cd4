//! A heap that survives edits.
//!
//! Where that is wanted, the evaluator remembers what each thunk was before it was forced, which thunk asked for which
//! others, and which thunk evaluated which expression. When the text of a file changes, the thunks that evaluated a
//! changed expression become again what they were, as does all that asked for them; everything else keeps its value.
//!
//! What native code says beside a value (something could not be seen, a file was read) is a note, which belongs to the
//! thunk like its value.
//!
//! Some results depend on the order of evaluation: an infinite recursion is noticed where it is entered. Where an edit
//! touches such a thing the heap is given up, and the next evaluation is a fresh one: a kept heap must not answer
//! anything that a fresh one would not.

mod dependencies;
mod notes;

use crate::{Evaluator, OriginId, ThunkId, Tracked, UnitId, Value};
use dependencies::{ANY, NOBODY};
use nixpod_source::{ExprId, FileId};
use nixpod_syntax::Hir;
use rustc_hash::FxHashMap;
use smol_str::SmolStr;
use std::rc::Rc;
use std::sync::Arc;

pub(crate) use dependencies::{Dependencies, Outer};
pub use notes::{NoteId, Noted};

/// A stretch of work outside of the heap that asked for values; it is known to the heap as if it were a thunk.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Observed(ThunkId);

/// Work that is being observed.
#[must_use]
pub struct Observation {
    observed: Observed,
    outer: Option<Outer>,
}

/// What is remembered where the heap is to survive edits.
#[derive(Default)]
pub(crate) struct Memo {
    pub(crate) dependencies: Option<Box<Dependencies>>,
    /// How many notes have numbers.
    notes: u32,
    /// The notes that files were read, by path.
    reads: FxHashMap<SmolStr, NoteId>,
}

/// How much a heap may grow before it is made anew, in thunks, besides becoming three times as large.
const GROWTH: usize = 20_000;

impl Evaluator<'_> {
    /// Keeps the heap fit for [`Self::renew`] from now on, at some cost in time and memory. To be called before
    /// anything is evaluated.
    pub fn retain(&mut self) {
        self.memo.dependencies = Some(Box::new(Dependencies::new()));
    }

    /// Is the heap kept fit for [`Self::renew`]?
    pub fn retains(&self) -> bool {
        self.memo.dependencies.is_some()
    }

    /// Runs work whose result is kept over edits, and gives a handle by which to ask whether it is still up to date.
    pub fn observe<T>(&mut self, run: impl FnOnce(&mut Self) -> T) -> (T, Observed) {
        let observation = self.start_observing(None);
        let result = run(self);
        (result, self.stop_observing(observation))
    }

    /// As [`Self::observe`], for work that has the evaluator inside of something else. `before`: the same work is done
    /// again.
    pub fn start_observing(&mut self, before: Option<Observed>) -> Observation {
        if self.memo.dependencies.is_none() {
            return Observation {
                observed: Observed(NOBODY),
                outer: None,
            };
        }
        let id = match before {
            Some(Observed(id)) => id,
            None => self.alloc(Value::Null, OriginId(0)),
        };
        let outer = self.memo.dependencies.as_mut().map(|dependencies| {
            dependencies.observers.insert(id, false);
            // Work that contains this work is out of date when this is.
            dependencies.enter(id)
        });
        Observation {
            observed: Observed(id),
            outer,
        }
    }

    /// The work is done.
    pub fn stop_observing(&mut self, observation: Observation) -> Observed {
        if let (Some(dependencies), Some(outer)) = (&mut self.memo.dependencies, &observation.outer) {
            dependencies.leave(observation.observed.0, None, outer);
        }
        observation.observed
    }

    /// Has a value changed that the work asked for?
    pub fn is_stale(&self, observed: Observed) -> bool {
        match &self.memo.dependencies {
            Some(dependencies) => dependencies.observers.get(&observed.0).copied().unwrap_or(true),
            None => true,
        }
    }

    /// The work is part of what is kept although it was not done again.
    pub fn reuse(&mut self, observed: Observed) {
        if let Some(dependencies) = &mut self.memo.dependencies {
            dependencies.depends_on_done(observed.0);
        }
    }

    /// Does work that is done again after every edit, inside of work that is not.
    pub fn unobserved<T>(&mut self, run: impl FnOnce(&mut Self) -> T) -> T {
        let outer = self.memo.dependencies.as_mut().map(|dependencies| {
            let dependent = std::mem::replace(&mut dependencies.dependent, NOBODY);
            (dependent, dependencies.set_notes_aside())
        });
        let result = run(self);
        if let (Some(dependencies), Some((dependent, notes))) = (&mut self.memo.dependencies, outer) {
            dependencies.dependent = dependent;
            dependencies.take_notes_up(notes);
        }
        result
    }

    /// A thunk that was made before is made use of again by the current work, which makes thunks anew.
    pub fn adopt(&mut self, thunk: ThunkId) {
        if let Some(dependencies) = &mut self.memo.dependencies {
            dependencies.adopt(thunk);
        }
    }

    /// A number for a note that is new to whoever asks.
    pub fn new_note(&mut self) -> NoteId {
        self.memo.notes += 1;
        NoteId(self.memo.notes - 1)
    }

    /// The value that is being computed comes with a note, and so does what asks for the value.
    pub fn note(&mut self, note: NoteId) {
        if let Some(dependencies) = &mut self.memo.dependencies {
            dependencies.note(note);
        }
    }

    /// As [`Self::note`], of something that the outside relies on for good: the heap is given up if an edit makes the
    /// note untrue.
    pub fn note_for_good(&mut self, note: NoteId) {
        if let Some(dependencies) = &mut self.memo.dependencies {
            dependencies.note_for_good(note);
        }
    }

    /// The notes of all that was asked for since the last edit, by the work that is being done.
    pub fn notes(&self) -> Noted {
        self.memo
            .dependencies
            .as_ref()
            .map_or(Noted::ALL, |dependencies| dependencies.notes())
    }

    /// The notes of a value and of all that it was made from. Without a kept heap, all that were made.
    pub fn notes_of(&self, thunk: ThunkId) -> Noted {
        let dependencies = self.memo.dependencies.as_ref();
        dependencies.map_or(Noted::ALL, |dependencies| dependencies.notes_of(thunk))
    }

    /// Runs work during which [`Self::notes_behind`] and [`Self::notes_so_far`] tell what values are made from, even if
    /// the heap is not kept.
    pub fn taking_notes<T>(&mut self, run: impl FnOnce(&mut Self) -> T) -> T {
        if self.retains() {
            return run(self);
        }
        self.retain();
        let result = run(self);
        self.memo.dependencies = None;
        result
    }

    /// As [`Self::notes_of`], but only what is certain to belong to the value, whoever else was asked before it: to be
    /// asked inside of [`Self::taking_notes`], of a thunk that is forced there.
    pub fn notes_behind(&self, thunk: ThunkId) -> Noted {
        let dependencies = self.memo.dependencies.as_ref();
        dependencies.map_or(Noted::NONE, |dependencies| dependencies.notes_behind(thunk))
    }

    /// The notes of all that the value that is being computed has asked for; to be asked inside of
    /// [`Self::taking_notes`].
    pub fn notes_so_far(&self) -> Noted {
        let dependencies = self.memo.dependencies.as_ref();
        dependencies.map_or(Noted::NONE, |dependencies| dependencies.notes_so_far())
    }

    /// A file is read, so that it is no root by itself.
    pub(crate) fn note_read(&mut self, path: &str) {
        if self.memo.dependencies.is_none() {
            return;
        }
        let note = match self.memo.reads.get(path) {
            Some(note) => *note,
            None => {
                let note = self.new_note();
                self.memo.reads.insert(path.into(), note);
                note
            }
        };
        self.note_for_good(note);
    }

    /// The current work looks at the form of an expression.
    pub(crate) fn evaluates(&mut self, unit: UnitId, expr: ExprId) {
        if let Some(dependencies) = &mut self.memo.dependencies {
            dependencies.evaluates(unit, expr);
        }
    }

    /// The current work looks at all of a unit.
    pub(crate) fn reads_unit(&mut self, unit: UnitId) {
        self.evaluates(unit, ANY);
    }

    /// What is computed now depends on the order of evaluation, so it cannot be computed again.
    pub fn depends_on_order(&mut self) {
        if let Some(dependencies) = &mut self.memo.dependencies {
            dependencies.depends_on_order();
        }
    }

    /// Is the first evaluation over, so that the current work is done again after an edit?
    pub fn is_renewal(&self) -> bool {
        self.memo
            .dependencies
            .as_ref()
            .is_some_and(|dependencies| dependencies.is_renewal())
    }

    /// Files have other texts. Invalidates what depends on what changed in them. `false`: the heap is of no use any more.
    #[must_use]
    pub fn renew(&mut self, files: &[(FileId, Arc<Hir>)]) -> bool {
        if !self.limits_hit().is_empty() {
            return false;
        }
        let Some(mut dependencies) = self.memo.dependencies.take() else {
            return false;
        };
        let kept = self.invalidate(&mut dependencies, files);
        self.memo.dependencies = Some(dependencies);
        kept
    }

    fn invalidate(&mut self, dependencies: &mut Dependencies, files: &[(FileId, Arc<Hir>)]) -> bool {
        if !dependencies.is_renewal() {
            dependencies.size = self.thunks.len();
        }
        if !dependencies.begin(self.thunks.len())
            || self.thunks.len() > dependencies.size.saturating_mul(3) + GROWTH
        {
            return false;
        }
        self.budget.restart();
        let mut todo = Vec::new();
        for id in self.files.ids() {
            let unit = Rc::clone(self.files.unit(id));
            let Some((_, new)) = files.iter().find(|(file, _)| *file == unit.file) else {
                continue;
            };
            let old = &unit.hir;
            if Arc::ptr_eq(old, new) {
                continue;
            }
            // Thunks that were never forced refer to nodes by number.
            if old.root() != new.root() || old.exprs().len() > new.exprs().len() {
                return false;
            }
            let same = old.same_nodes(new);
            for (expr, thunk) in dependencies.evaluated.get(id.0 as usize).into_iter().flatten() {
                if *expr == ANY || !same(*expr) {
                    todo.push(*thunk);
                }
            }
            let names = new.names().iter().map(|name| self.intern(name)).collect();
            self.files.replace_code(id, Arc::clone(new), names);
        }
        let thunks = &mut self.thunks;
        dependencies.invalidate(todo, |thunk, unforced| thunks[thunk] = unforced)
    }

    /// Is what was computed since [`Self::renew`] what a fresh evaluation would have computed?
    pub fn is_faithful(&self) -> bool {
        self.limits_hit().is_empty()
            && self
                .memo
                .dependencies
                .as_ref()
                .is_some_and(|dependencies| dependencies.is_faithful())
    }

    /// A value that is computed when it is first asked for, for native code that would remember it otherwise.
    pub fn opaque<T: 'static>(&mut self, thunk: ThunkId) -> Option<Rc<T>> {
        match self.force(thunk) {
            Ok(Tracked {
                value: Value::Opaque(opaque),
                ..
            }) => opaque.downcast(),
            _ => None,
        }
    }
}

//! A heap that survives edits.
//!
//! Where that is wanted, the evaluator remembers what each thunk was before it was forced, which thunk asked for which
//! others, and which thunk evaluated which expression. When the text of a file changes, the thunks that evaluated a
//! changed expression become again what they were, as does all that asked for them; everything else keeps its value.
//!
//! Some results depend on the order of evaluation (an infinite recursion is noticed where it is entered; what could not
//! be seen is told by whoever comes first). Where an edit touches such a thing the heap is given up, and the next
//! evaluation is a fresh one: a kept heap must not answer anything that a fresh one would not.

mod ledger;

use crate::evaluator::{Evaluator, Unit, UnitId};
use crate::{OriginId, ThunkId, Tracked, Value};
use ledger::{ANY, NOBODY, Outer, Told};
use nixpod_source::{ExprId, FileId};
use nixpod_syntax::Hir;
use std::hash::{BuildHasher, BuildHasherDefault, Hash};
use std::rc::Rc;
use std::sync::Arc;

pub(crate) use ledger::Ledger;

/// A stretch of work outside of the heap that asked for values; it is known to the heap as if it were a thunk.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Observed(ThunkId);

/// Work that is being observed.
#[must_use]
pub struct Observation {
    observed: Observed,
    outer: Option<Outer>,
}

/// How much a heap may grow before it is made anew, in thunks, besides becoming three times as large.
const GROWTH: usize = 20_000;

impl Evaluator<'_> {
    /// Keeps the heap fit for [`Self::renew`] from now on, at some cost in time and memory. To be called before
    /// anything is evaluated.
    pub fn retain(&mut self) {
        self.ledger = Some(Box::new(Ledger::new()));
    }

    /// Is the heap kept fit for [`Self::renew`]?
    pub fn retains(&self) -> bool {
        self.ledger.is_some()
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
        if self.ledger.is_none() {
            return Observation {
                observed: Observed(NOBODY),
                outer: None,
            };
        }
        let id = match before {
            Some(Observed(id)) => id,
            None => self.alloc(Value::Null, OriginId(0)),
        };
        let outer = self.ledger.as_mut().map(|ledger| {
            ledger.observers.insert(id, false);
            // Work that contains this work is out of date when this is.
            ledger.enter(id)
        });
        Observation {
            observed: Observed(id),
            outer,
        }
    }

    /// The work is done.
    pub fn stop_observing(&mut self, observation: Observation) -> Observed {
        if let (Some(ledger), Some(outer)) = (&mut self.ledger, &observation.outer) {
            ledger.leave(observation.observed.0, None, outer);
        }
        observation.observed
    }

    /// Has a value changed that the work asked for?
    pub fn is_stale(&self, observed: Observed) -> bool {
        match &self.ledger {
            Some(ledger) => ledger.observers.get(&observed.0).copied().unwrap_or(true),
            None => true,
        }
    }

    /// The work is part of what is kept although it was not done again.
    pub fn reuse(&mut self, observed: Observed) {
        if let Some(ledger) = &mut self.ledger {
            ledger.ask_done(observed.0);
        }
    }

    /// Does work that is done again after every edit, inside of work that is not.
    pub fn unobserved<T>(&mut self, run: impl FnOnce(&mut Self) -> T) -> T {
        let asker = self
            .ledger
            .as_mut()
            .map(|ledger| std::mem::replace(&mut ledger.asker, NOBODY));
        let result = run(self);
        if let (Some(ledger), Some(asker)) = (&mut self.ledger, asker) {
            ledger.asker = asker;
        }
        result
    }

    /// A thunk that was made before is made use of again by the current work, which makes thunks anew.
    pub fn adopt(&mut self, thunk: ThunkId) {
        if let Some(ledger) = &mut self.ledger {
            ledger.adopt(thunk);
        }
    }

    /// The work that is being done tells something to the outside, once: `count` things in all were told since the
    /// evaluation began.
    pub fn tells(&mut self, count: usize) {
        if let Some(ledger) = &mut self.ledger {
            ledger.cannot_repeat();
            ledger.tell(Told::one(count));
        }
    }

    /// How much had been told to the outside when the last thing was told that `work` depends on, be it by earlier work
    /// that it asked for.
    pub fn told_by<T>(&mut self, work: impl FnOnce(&mut Self) -> T) -> (T, usize) {
        let outer = self
            .ledger
            .as_mut()
            .map(|ledger| std::mem::take(&mut ledger.telling));
        let result = work(self);
        let told = match (&mut self.ledger, outer) {
            (Some(ledger), Some(outer)) => {
                let told = ledger.telling.count;
                ledger.tell(outer);
                told as usize
            }
            _ => 0,
        };
        (result, told)
    }

    /// The work that is being done claims something, such as that a file is part of a system. If nothing claims it any
    /// more after an edit, the heap is given up.
    pub fn claims(&mut self, what: impl Hash) {
        if let Some(ledger) = &mut self.ledger {
            ledger.claims(BuildHasherDefault::<rustc_hash::FxHasher>::default().hash_one(what));
        }
    }

    /// The current work looks at the form of an expression.
    pub(crate) fn evaluates(&mut self, unit: UnitId, expr: ExprId) {
        if let Some(ledger) = &mut self.ledger {
            ledger.evaluates(unit, expr);
        }
    }

    /// The current work looks at all of a unit.
    pub(crate) fn reads_unit(&mut self, unit: UnitId) {
        self.evaluates(unit, ANY);
    }

    /// What is computed now depends on the order of evaluation, so it cannot be computed again.
    pub fn spoil(&mut self) {
        if let Some(ledger) = &mut self.ledger {
            ledger.cannot_repeat();
        }
    }

    /// Is the first evaluation over, so that the current work is done again after an edit?
    pub fn is_renewal(&self) -> bool {
        self.ledger.as_ref().is_some_and(|ledger| ledger.again())
    }

    /// Files have other texts. Forgets what depends on what changed in them. `false`: the heap is of no use any more.
    #[must_use]
    pub fn renew(&mut self, files: &[(FileId, Arc<Hir>)]) -> bool {
        if self.exhausted().is_some() {
            return false;
        }
        let Some(mut ledger) = self.ledger.take() else {
            return false;
        };
        let kept = self.forget(&mut ledger, files);
        self.ledger = Some(ledger);
        kept
    }

    fn forget(&mut self, ledger: &mut Ledger, files: &[(FileId, Arc<Hir>)]) -> bool {
        if !ledger.again() {
            ledger.size = self.thunks.len();
        }
        if !ledger.begin(self.thunks.len()) || self.thunks.len() > ledger.size.saturating_mul(3) + GROWTH {
            return false;
        }
        self.restart();
        let mut todo = Vec::new();
        for index in 0..self.units.len() {
            let unit = Rc::clone(&self.units[index]);
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
            for (expr, thunk) in ledger.evaluated.get(index).into_iter().flatten() {
                if *expr == ANY || !same(*expr) {
                    todo.push(*thunk);
                }
            }
            let names = new.names().iter().map(|name| self.intern(name)).collect();
            self.units[index] = Rc::new(Unit {
                file: unit.file,
                hir: Arc::clone(new),
                names,
                dir: unit.dir.clone(),
                hidden: unit.hidden,
                scope: unit.scope.clone(),
            });
        }
        let thunks = &mut self.thunks;
        ledger.forget(todo, |thunk, recipe| {
            if let Some(slot) = thunks.get_mut(thunk.0 as usize) {
                *slot = recipe;
            }
        })
    }

    /// Is what was computed since [`Self::renew`] what a fresh evaluation would have computed?
    pub fn is_faithful(&mut self) -> bool {
        self.exhausted().is_none() && self.ledger.as_mut().is_some_and(|ledger| ledger.is_faithful())
    }

    /// A value that is computed when it is first asked for, for native code that would remember it otherwise.
    pub fn opaque<T: 'static>(&mut self, thunk: ThunkId) -> Option<Rc<T>> {
        match self.force(thunk) {
            Ok(Tracked {
                value: Value::Opaque(opaque),
                ..
            }) => opaque.0.downcast().ok(),
            _ => None,
        }
    }
}

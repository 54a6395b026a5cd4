//! A heap that survives edits.
//!
//! Where that is wanted, the evaluator remembers what each thunk was before it was forced, which thunk asked for which
//! others, and which thunk evaluated which expression. When the text of a file changes, the thunks that evaluated a
//! changed expression become again what they were, as does all that asked for them; everything else keeps its value.
//!
//! Some results depend on the order of evaluation (an infinite recursion is noticed where it is entered; what could not
//! be seen is told by whoever comes first). Where an edit touches such a thing the heap is given up, and the next
//! evaluation is a fresh one: a kept heap never answers anything that a fresh one would not.

use crate::ThunkId;
use crate::evaluator::{Evaluator, Thunk, Unit, UnitId};
use crate::{OriginId, Tracked, Value};
use nixpod_source::{ExprId, FileId};
use nixpod_syntax::Hir;
use rustc_hash::{FxHashMap, FxHashSet};
use std::hash::{BuildHasher, BuildHasherDefault, Hash};
use std::rc::Rc;
use std::sync::Arc;

/// A stretch of work outside of the heap that asked for values; it is known to the heap as if it were a thunk.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Observed(ThunkId);

/// Work that is being observed.
#[derive(Debug)]
#[must_use]
pub struct Observation {
    observed: Observed,
    outer: ThunkId,
}

/// Asks on nobody's behalf: what is computed from the answer is computed anew after every edit.
const NOBODY: ThunkId = ThunkId(u32::MAX);

/// The end of a list of edges.
const END: u32 = u32::MAX;

/// Stands for all expressions of a unit.
const ANY: ExprId = ExprId(u32::MAX);

/// How much a heap may grow before it is made anew, in thunks, besides becoming three times as large.
const GROWTH: usize = 20_000;

#[derive(Clone, Copy)]
struct Edge {
    asker: ThunkId,
    next: u32,
}

/// What is remembered of an evaluation whose heap is kept.
pub(crate) struct Ledger {
    /// By thunk: what it was before it was forced.
    recipes: Vec<Option<Thunk>>,
    /// By thunk: the first of its edges.
    first: Vec<u32>,
    edges: Vec<Edge>,
    /// By thunk: the thunk that was computed when it was made. What a thunk made is gone when it is computed again.
    makers: Vec<ThunkId>,
    /// By unit: which thunk evaluated which expression.
    evaluated: Vec<Vec<(ExprId, ThunkId)>>,
    /// Who asks at the moment.
    asker: ThunkId,
    /// Which stretches of work are out of date.
    observers: FxHashMap<ThunkId, bool>,
    /// Thunks that told something to the outside while they were computed, or whose value depends on when that was; and
    /// those that made them.
    unrepeatable: FxHashSet<ThunkId>,
    /// By thunk: how much had been told to the outside after the last of what it is made from told something.
    told: Vec<u32>,
    telling_now: u32,
    /// By thunk: what it and the thunks that it made laid claim to.
    claims: FxHashMap<ThunkId, Vec<u64>>,
    /// Claims of thunks that were forgotten, and those made since.
    lost: FxHashSet<u64>,
    made: FxHashSet<u64>,
    /// Is the first evaluation over?
    again: bool,
    /// Does a fresh evaluation perhaps give something else?
    spoiled: bool,
    /// How many thunks there were after the first evaluation.
    size: usize,
    /// How many edges there were when each was there once.
    dense: usize,
}

/// What is put back when a thunk is done.
pub(crate) struct Outer {
    asker: ThunkId,
    told: u32,
}

impl Ledger {
    fn new() -> Self {
        Self {
            recipes: Vec::new(),
            first: Vec::new(),
            edges: Vec::new(),
            makers: Vec::new(),
            evaluated: Vec::new(),
            asker: NOBODY,
            observers: FxHashMap::default(),
            unrepeatable: FxHashSet::default(),
            told: Vec::new(),
            telling_now: 0,
            claims: FxHashMap::default(),
            lost: FxHashSet::default(),
            made: FxHashSet::default(),
            again: false,
            spoiled: false,
            size: 0,
            dense: 0,
        }
    }

    /// The current work makes a thunk; they are made in order.
    pub(crate) fn makes(&mut self, thunk: ThunkId) {
        self.makers.resize(thunk.0 as usize, NOBODY);
        self.makers.push(self.asker);
    }

    /// The current work, what made it, what made that, and so on: if any of these is done again, this work is undone.
    fn line(&self) -> Vec<ThunkId> {
        let mut out = Vec::new();
        let mut at = self.asker;
        while at != NOBODY {
            out.push(at);
            at = self.makers.get(at.0 as usize).copied().unwrap_or(NOBODY);
        }
        out
    }

    /// The current work tells something to the outside, or its result depends on when it is done.
    fn cannot_repeat(&mut self) {
        self.spoiled |= self.again;
        let line = self.line();
        self.unrepeatable.extend(line);
    }

    /// The current work asks for a thunk.
    fn ask(&mut self, thunk: ThunkId) {
        if self.asker == NOBODY {
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
            .is_some_and(|edge| edge.asker == self.asker);
        if !known {
            self.edges.push(Edge {
                asker: self.asker,
                next: *first,
            });
            *first = (self.edges.len() - 1) as u32;
        }
    }

    /// Leaves each edge there once: what is computed again and again asks for the same things every time.
    fn compact(&mut self) {
        let old = std::mem::take(&mut self.edges);
        // By asker: the thunk that it was last seen to ask for.
        let mut seen: Vec<u32> = vec![END; self.first.len()];
        for (thunk, first) in (0u32..).zip(&mut self.first) {
            let mut at = std::mem::replace(first, END);
            while let Some(edge) = old.get(at as usize) {
                at = edge.next;
                let asker = edge.asker.0 as usize;
                if seen.len() <= asker {
                    seen.resize(asker + 1, END);
                }
                match seen.get_mut(asker) {
                    Some(last) if *last != thunk => *last = thunk,
                    _ => continue,
                }
                self.edges.push(Edge {
                    asker: edge.asker,
                    next: *first,
                });
                *first = (self.edges.len() - 1) as u32;
            }
        }
        self.dense = self.edges.len();
    }

    /// The current work asks for a thunk that has its value.
    pub(crate) fn ask_done(&mut self, thunk: ThunkId) {
        self.ask(thunk);
        let told = self.told.get(thunk.0 as usize).copied().unwrap_or_default();
        self.telling_now = self.telling_now.max(told);
    }

    /// The current work forces a thunk.
    pub(crate) fn enter(&mut self, thunk: ThunkId) -> Outer {
        self.ask(thunk);
        Outer {
            asker: std::mem::replace(&mut self.asker, thunk),
            told: std::mem::take(&mut self.telling_now),
        }
    }

    /// A thunk is done; `recipe` is what it was.
    pub(crate) fn leave(&mut self, thunk: ThunkId, recipe: Thunk, outer: &Outer) {
        let index = thunk.0 as usize;
        if self.recipes.len() <= index {
            self.recipes.resize_with(index + 1, || None);
        }
        if let Some(slot) = self.recipes.get_mut(index) {
            *slot = Some(recipe);
        }
        if self.telling_now > 0 && self.told.len() <= index {
            self.told.resize(index + 1, 0);
        }
        if let Some(told) = self.told.get_mut(index) {
            *told = self.telling_now;
        }
        self.telling_now = self.telling_now.max(outer.told);
        self.asker = outer.asker;
    }

    /// The current work evaluates an expression, or looks at its form.
    pub(crate) fn evaluates(&mut self, unit: UnitId, expr: ExprId) {
        let index = unit.0 as usize;
        if self.evaluated.len() <= index {
            self.evaluated.resize_with(index + 1, Vec::new);
        }
        if let Some(all) = self.evaluated.get_mut(index) {
            all.push((expr, self.asker));
        }
    }

    /// The current work looks at all of a unit.
    pub(crate) fn reads_unit(&mut self, unit: UnitId) {
        self.evaluates(unit, ANY);
    }
}

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
                outer: NOBODY,
            };
        }
        let id = match before {
            Some(Observed(id)) => id,
            None => self.alloc(Value::Null, OriginId(0)),
        };
        let outer = self.ledger.as_mut().map_or(NOBODY, |ledger| {
            ledger.observers.insert(id, false);
            std::mem::replace(&mut ledger.asker, id)
        });
        Observation {
            observed: Observed(id),
            outer,
        }
    }

    /// The work is done.
    pub fn stop_observing(&mut self, observation: Observation) -> Observed {
        if let Some(ledger) = &mut self.ledger {
            ledger.asker = observation.outer;
            // Work that contains this work is out of date when this is.
            ledger.ask(observation.observed.0);
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
            ledger.ask(observed.0);
        }
    }

    /// The work that is being done tells something to the outside, once: `count` things in all were told since the
    /// evaluation began.
    pub fn tells(&mut self, count: usize) {
        if let Some(ledger) = &mut self.ledger {
            ledger.cannot_repeat();
            ledger.telling_now = ledger.telling_now.max(u32::try_from(count).unwrap_or(u32::MAX));
        }
    }

    /// How much had been told to the outside when the last thing was told that `work` depends on, be it by earlier work
    /// that it asked for.
    pub fn told_by<T>(&mut self, work: impl FnOnce(&mut Self) -> T) -> (T, usize) {
        let outer = self
            .ledger
            .as_mut()
            .map(|ledger| std::mem::take(&mut ledger.telling_now));
        let result = work(self);
        let told = match (&mut self.ledger, outer) {
            (Some(ledger), Some(outer)) => {
                let told = ledger.telling_now;
                ledger.telling_now = told.max(outer);
                told as usize
            }
            _ => 0,
        };
        (result, told)
    }

    /// The work that is being done claims something, such as that a file is part of a system. If it is done again and
    /// does not claim it any more, the heap is given up.
    pub fn claims(&mut self, what: impl Hash) {
        if let Some(ledger) = &mut self.ledger {
            let claim = BuildHasherDefault::<rustc_hash::FxHasher>::default().hash_one(what);
            if ledger.again {
                ledger.made.insert(claim);
            }
            for thunk in ledger.line() {
                ledger.claims.entry(thunk).or_default().push(claim);
            }
        }
    }

    /// The current work looks at the form of an expression.
    pub(crate) fn evaluates(&mut self, unit: UnitId, expr: ExprId) {
        if let Some(ledger) = &mut self.ledger {
            ledger.evaluates(unit, expr);
        }
    }

    /// What is computed now depends on the order of evaluation, so it cannot be computed again.
    pub fn spoil(&mut self) {
        if let Some(ledger) = &mut self.ledger {
            ledger.cannot_repeat();
        }
    }

    /// Is the first evaluation over, so that the current work is done again after an edit?
    pub fn is_renewal(&self) -> bool {
        self.ledger.as_ref().is_some_and(|ledger| ledger.again)
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
        if !ledger.again {
            ledger.size = self.thunks.len();
            ledger.again = true;
        }
        if ledger.spoiled || self.thunks.len() > ledger.size.saturating_mul(3) + GROWTH {
            return false;
        }
        if ledger.edges.len() > ledger.dense.saturating_mul(2) + GROWTH {
            ledger.compact();
        }
        self.restart();
        ledger.lost.clear();
        ledger.made.clear();
        let mut todo = Vec::new();
        for index in 0..self.units.len() {
            let unit = &self.units[index];
            let Some((_, new)) = files.iter().find(|(file, _)| *file == unit.file) else {
                continue;
            };
            let old = Arc::clone(&unit.hir);
            if Arc::ptr_eq(&old, new) {
                continue;
            }
            // Thunks that were never forced refer to nodes by number.
            if old.root != new.root || old.exprs.len() > new.exprs.len() {
                return false;
            }
            let same = old.same_nodes(new);
            for (expr, thunk) in ledger.evaluated.get(index).into_iter().flatten() {
                if *expr == ANY || !same(*expr) {
                    todo.push(*thunk);
                }
            }
            let unit = Rc::clone(unit);
            let names = new.names.iter().map(|name| self.intern(name)).collect();
            self.units[index] = Rc::new(Unit {
                file: unit.file,
                hir: Arc::clone(new),
                names,
                dir: unit.dir.clone(),
                hidden: unit.hidden,
                scope: unit.scope.clone(),
            });
        }
        while let Some(thunk) = todo.pop() {
            if thunk == NOBODY {
                // Asked again anyway.
                continue;
            }
            if ledger.unrepeatable.contains(&thunk) {
                return false;
            }
            if let Some(stale) = ledger.observers.get_mut(&thunk) {
                *stale = true;
            }
            let index = thunk.0 as usize;
            if let Some(recipe) = ledger.recipes.get_mut(index).and_then(Option::take) {
                self.thunks[index] = recipe;
                ledger
                    .lost
                    .extend(ledger.claims.remove(&thunk).into_iter().flatten());
            }
            // Who asks again is noted again.
            let mut edge = ledger
                .first
                .get_mut(index)
                .map_or(END, |first| std::mem::replace(first, END));
            while let Some(one) = ledger.edges.get(edge as usize) {
                todo.push(one.asker);
                edge = one.next;
            }
        }
        true
    }

    /// Is what was computed since [`Self::renew`] what a fresh evaluation would have computed?
    pub fn is_faithful(&self) -> bool {
        self.exhausted().is_none()
            && self
                .ledger
                .as_ref()
                .is_some_and(|ledger| !ledger.spoiled && ledger.lost.is_subset(&ledger.made))
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

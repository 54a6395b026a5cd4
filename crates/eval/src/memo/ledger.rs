//! What is remembered of an evaluation whose heap is kept.

use crate::ThunkId;
use crate::evaluator::{Thunk, UnitId};
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
    asker: ThunkId,
    next: u32,
}

/// What thunks told to the outside, such as what could not be seen: each such thing has a number.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Told {
    /// One more than the highest number.
    pub(super) count: u32,
    /// Which, by the last digits of their numbers.
    which: u128,
}

impl Told {
    /// The first `count` things are told, and this work told the last of them.
    pub(super) fn one(count: usize) -> Self {
        Self {
            count: u32::try_from(count).unwrap_or(u32::MAX),
            which: 1 << (count % 128),
        }
    }

    fn add(&mut self, other: Self) {
        self.count = self.count.max(other.count);
        self.which |= other.which;
    }
}

/// What is put back when a thunk is done.
pub(crate) struct Outer {
    pub(super) asker: ThunkId,
    told: Told,
}

/// All that is remembered.
pub(crate) struct Ledger {
    /// By thunk: what it was before it was forced.
    recipes: Vec<Option<Thunk>>,
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
    pub(super) asker: ThunkId,
    /// Which stretches of work are out of date.
    pub(super) observers: FxHashMap<ThunkId, bool>,
    /// By thunk: what it and all that it is made from told to the outside.
    told: Vec<Told>,
    pub(super) telling: Told,
    /// All that was told by what was asked for, in the first evaluation.
    all_told: Option<Told>,
    /// Thunks that told something to the outside while they were computed, or whose value depends on when that was.
    unrepeatable: FxHashSet<ThunkId>,
    /// What thunks laid claim to.
    claims: Vec<(ThunkId, u64)>,
    /// Claims of thunks that were forgotten.
    lost: Vec<u64>,
    /// Thunks that are to be computed again, and those that were made before and are part of the heap still.
    forgotten: FxHashSet<ThunkId>,
    adopted: FxHashSet<ThunkId>,
    /// Thunks below this number were made before the last edit.
    old: u32,
    /// Does a fresh evaluation perhaps give something else?
    spoiled: bool,
    /// How many thunks there were after the first evaluation.
    pub(super) size: usize,
}

impl Ledger {
    pub(super) fn new() -> Self {
        Self {
            recipes: Vec::new(),
            first: Vec::new(),
            edges: Vec::new(),
            dense: 0,
            makers: Vec::new(),
            evaluated: Vec::new(),
            asker: NOBODY,
            observers: FxHashMap::default(),
            told: Vec::new(),
            telling: Told::default(),
            all_told: None,
            unrepeatable: FxHashSet::default(),
            claims: Vec::new(),
            lost: Vec::new(),
            forgotten: FxHashSet::default(),
            adopted: FxHashSet::default(),
            old: 0,
            spoiled: false,
            size: 0,
        }
    }

    /// Is the first evaluation over?
    pub(super) fn again(&self) -> bool {
        self.all_told.is_some()
    }

    /// An edit was made: from now on everything is done again. There are `thunks` so far.
    pub(super) fn begin(&mut self, thunks: usize) -> bool {
        self.old = u32::try_from(thunks).unwrap_or(u32::MAX);
        self.all_told.get_or_insert(self.telling);
        self.telling = Told::default();
        self.forgotten.clear();
        self.adopted.clear();
        self.lost.clear();
        if self.edges.len() > self.dense.saturating_mul(2) + SLACK {
            self.compact();
        }
        !self.spoiled
    }

    /// The current work makes a thunk; they are made in order.
    pub(crate) fn makes(&mut self, thunk: ThunkId) {
        self.makers.resize(thunk.0 as usize, NOBODY);
        self.makers.push(self.asker);
    }

    /// The current work tells something to the outside, or its result depends on when it is done.
    pub(super) fn cannot_repeat(&mut self) {
        self.spoiled |= self.again();
        self.unrepeatable.insert(self.asker);
    }

    pub(super) fn tell(&mut self, told: Told) {
        self.telling.add(told);
    }

    pub(super) fn claims(&mut self, claim: u64) {
        self.claims.push((self.asker, claim));
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

    /// The current work asks for a thunk that has its value.
    pub(crate) fn ask_done(&mut self, thunk: ThunkId) {
        self.ask(thunk);
        if let Some(told) = self.told.get(thunk.0 as usize) {
            self.telling.add(*told);
        }
    }

    /// The current work forces a thunk.
    pub(crate) fn enter(&mut self, thunk: ThunkId) -> Outer {
        self.ask(thunk);
        Outer {
            asker: std::mem::replace(&mut self.asker, thunk),
            told: std::mem::take(&mut self.telling),
        }
    }

    /// A thunk is done; `recipe` is what it was, if it was a thunk.
    pub(crate) fn leave(&mut self, thunk: ThunkId, recipe: Option<Thunk>, outer: &Outer) {
        let index = thunk.0 as usize;
        if recipe.is_some() {
            if self.recipes.len() <= index {
                self.recipes.resize_with(index + 1, || None);
            }
            if let Some(slot) = self.recipes.get_mut(index) {
                *slot = recipe;
            }
        }
        if self.telling != Told::default() && self.told.len() <= index {
            self.told.resize(index + 1, Told::default());
        }
        if let Some(told) = self.told.get_mut(index) {
            *told = self.telling;
        }
        self.telling.add(outer.told);
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

    /// A thunk that was made before is made use of again.
    pub(super) fn adopt(&mut self, thunk: ThunkId) {
        self.adopted.insert(thunk);
    }

    /// Gives back what these thunks were before they were forced, and all thunks that asked for them. `false`: one of
    /// them cannot be computed again.
    pub(super) fn forget(&mut self, mut todo: Vec<ThunkId>, mut restore: impl FnMut(ThunkId, Thunk)) -> bool {
        while let Some(thunk) = todo.pop() {
            if thunk == NOBODY {
                // Asked again anyway.
                continue;
            }
            if self.unrepeatable.contains(&thunk) {
                return false;
            }
            if let Some(stale) = self.observers.get_mut(&thunk) {
                *stale = true;
            }
            let index = thunk.0 as usize;
            if let Some(recipe) = self.recipes.get_mut(index).and_then(Option::take) {
                restore(thunk, recipe);
                self.forgotten.insert(thunk);
            }
            // Who asks again is noted again.
            let mut edge = self
                .first
                .get_mut(index)
                .map_or(END, |first| std::mem::replace(first, END));
            while let Some(one) = self.edges.get(edge as usize) {
                todo.push(one.asker);
                edge = one.next;
            }
        }
        let forgotten = &self.forgotten;
        let (lost, kept) = self
            .claims
            .iter()
            .partition(|(thunk, _)| forgotten.contains(thunk));
        self.claims = kept;
        self.lost = (lost as Vec<(ThunkId, u64)>)
            .into_iter()
            .map(|(_, claim)| claim)
            .collect();
        true
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

    /// Is a thunk still part of the heap, after what was forgotten was computed again? It is not if it was made by
    /// something that was computed again, and that made something else this time.
    fn is_attached(&self, thunk: ThunkId) -> bool {
        let mut at = thunk;
        while at.0 < self.old && !self.adopted.contains(&at) {
            at = self.makers.get(at.0 as usize).copied().unwrap_or(NOBODY);
            if self.forgotten.contains(&at) {
                return false;
            }
        }
        true
    }

    /// Is what was told and claimed before what a fresh evaluation would tell and claim now?
    pub(super) fn is_faithful(&mut self) -> bool {
        if self.spoiled || self.all_told.is_some_and(|told| told != self.telling) {
            return false;
        }
        if self.forgotten.is_empty() {
            return true;
        }
        // What was made anew would tell everything anew.
        if !self.unrepeatable.iter().all(|thunk| self.is_attached(*thunk)) {
            return false;
        }
        let (kept, gone): (Vec<_>, Vec<_>) = self
            .claims
            .iter()
            .copied()
            .partition(|(thunk, _)| self.is_attached(*thunk));
        let claimed: FxHashSet<u64> = kept.iter().map(|(_, claim)| *claim).collect();
        let gone = gone.iter().map(|(_, claim)| claim);
        let faithful = gone.chain(&self.lost).all(|claim| claimed.contains(claim));
        self.claims = kept;
        faithful
    }
}

//! Conditions that could not be decided: chains in a table, handed out as plain data.
//!
//! Something is there if, and only if, all conditions of its chain hold. A condition is a Boolean that is not known,
//! or its negation. Two conditions are on the same Boolean only if they certainly are; else each is on one of its own.

use crate::heap::implied::{Case, Implied, Meanings, Truth};
use crate::{Literal, NO_SITE, ThunkId, Unknown, Value, When};
use nixpod_source::{Condition as Told, Place, Sense, Site, Why};
use rustc_hash::FxHashMap;
use std::rc::Rc;

/// Chains longer than this end with a condition that stands for all further ones.
const MAX_CHAIN: u16 = 64;

/// What makes a Boolean that is not known the same one: the shared part of its value, or, of one that fails, its thunk.
#[derive(PartialEq, Eq, Hash)]
enum Identity {
    Value(usize),
    Thunk(ThunkId),
}

/// The conditions of an evaluation.
pub(crate) struct Conditions {
    nodes: Vec<Condition>,
    atoms: u32,
    /// The Booleans that were met, with their values, which keeps the addresses of these from being used again.
    met: FxHashMap<Identity, (u32, Option<Value>)>,
    /// What is known of Booleans besides.
    meanings: Meanings,
    /// By chain, what follows from it.
    implied: FxHashMap<When, Rc<Implied>>,
    implied_bytes: usize,
    /// Chains that were made before, so that equal ones have one number.
    known: FxHashMap<(When, Literal, Site, Wording), When>,
    /// The same for alternatives, and for what is not the case.
    known_cases: FxHashMap<Box<[When]>, When>,
    opposites: FxHashMap<When, When>,
    /// Counts alternatives that were left out because they fail.
    pub(crate) drops: u64,
}

#[derive(Clone)]
struct Condition {
    literal: Literal,
    site: Site,
    wording: Wording,
    why: Rc<Unknown>,
    parent: When,
    /// How many it has before it.
    depth: u16,
}

/// What a condition says of the expression at its place.
#[derive(Clone, PartialEq, Eq, Hash)]
enum Wording {
    /// That it is true, that it is not, or something else.
    One(Sense),
    /// Something about several expressions.
    Of(Rc<Told>),
}

impl Condition {
    fn told(&self) -> Told {
        match &self.wording {
            Wording::One(sense) => Told::on(Place::whole(self.site), *sense),
            Wording::Of(told) => (**told).clone(),
        }
    }

    fn opposite(&self) -> Wording {
        match &self.wording {
            Wording::One(Sense::Holds) => Wording::One(Sense::Not),
            Wording::One(Sense::Not) => Wording::One(Sense::Holds),
            Wording::One(Sense::Unclear) => Wording::One(Sense::Unclear),
            Wording::Of(told) => Wording::Of(Rc::new(told.negated())),
        }
    }
}

impl Conditions {
    pub(crate) fn new() -> Self {
        Self {
            // Stands for no condition.
            nodes: vec![Condition {
                literal: Literal { atom: 0, holds: true },
                site: NO_SITE,
                wording: Wording::One(Sense::Unclear),
                why: Unknown::new(Why::Undecided(String::new())),
                parent: When::ALWAYS,
                depth: 0,
            }],
            atoms: 0,
            met: FxHashMap::default(),
            meanings: Meanings::default(),
            implied: FxHashMap::default(),
            implied_bytes: 0,
            known: FxHashMap::default(),
            known_cases: FxHashMap::default(),
            opposites: FxHashMap::default(),
            drops: 0,
        }
    }

    /// The memory of all conditions.
    pub(crate) fn bytes(&self) -> usize {
        self.nodes.len() * (size_of::<Condition>() + size_of::<(When, Literal, Site, Wording, When)>())
            + self.met.len() * size_of::<(Identity, (u32, Option<Value>))>()
            + self.meanings.bytes()
            + self.implied_bytes
    }

    /// A Boolean of which nothing else is known, not even whether it is one that was met already.
    fn fresh(&mut self) -> Literal {
        self.atoms += 1;
        Literal {
            atom: self.atoms,
            holds: true,
        }
    }

    /// The Boolean that a value is, which is that of a thunk.
    pub(crate) fn literal(&mut self, value: &Value, failed: Option<ThunkId>) -> Literal {
        let (identity, kept) = match (failed, value) {
            (Some(thunk), _) => (Identity::Thunk(thunk), None),
            (None, Value::Unknown(unknown)) => match unknown.literal {
                Some(literal) => return literal,
                None => (Identity::Value(Rc::as_ptr(unknown) as usize), Some(value.clone())),
            },
            (None, Value::Either(alternatives)) => (
                Identity::Value(Rc::as_ptr(alternatives).cast::<u8>() as usize),
                Some(value.clone()),
            ),
            _ => return self.fresh(),
        };
        if let Some((atom, _)) = self.met.get(&identity) {
            return Literal {
                atom: *atom,
                holds: true,
            };
        }
        let literal = self.fresh();
        self.met.insert(identity, (literal.atom, kept));
        if let Value::Either(alternatives) = value {
            let cases = alternatives.iter().map(|one| Case {
                value: self.truth(&one.value.value),
                when: one.when,
            });
            let cases = cases.collect();
            self.meanings.is_one_of(literal, cases);
        }
        literal
    }

    fn truth(&mut self, value: &Value) -> Truth {
        match value {
            Value::Bool(bool) => Truth::Known(*bool),
            Value::Unknown(_) => Truth::Of(self.literal(value, None)),
            _ => Truth::Unclear,
        }
    }

    /// That all of these hold.
    pub(crate) fn all_of(&mut self, parts: &[Literal]) -> Literal {
        let new = self.atoms + 1;
        let literal = self.meanings.all_of(parts, new);
        self.atoms = self.atoms.max(literal.atom);
        literal
    }

    /// What a value is where conditions are given, if that decides it and it is a Boolean.
    pub(crate) fn decided(&mut self, value: &Value, given: When) -> Option<bool> {
        if given.is_always() || !matches!(value, Value::Unknown(_) | Value::Either(_)) {
            return None;
        }
        let literal = self.literal(value, None);
        self.decided_literal(literal, given)
    }

    fn decided_literal(&mut self, literal: Literal, given: When) -> Option<bool> {
        let implied = self.implied(given);
        let chain = |when| self.chain(when).map(|node| node.literal).collect();
        self.meanings.decided(literal, &implied, &chain)
    }

    /// All that holds where conditions do.
    fn implied(&mut self, given: When) -> Rc<Implied> {
        if let Some(known) = self.implied.get(&given) {
            return known.clone();
        }
        let chain = |when| self.chain(when).map(|node| node.literal).collect();
        let implied = Rc::new(self.meanings.implied_by(given, &chain));
        self.implied_bytes += implied.capacity() * size_of::<Literal>() + size_of::<(When, Rc<Implied>)>();
        self.implied.insert(given, implied.clone());
        implied
    }

    /// The condition and those that hold with it, innermost first.
    fn chain(&self, when: When) -> impl Iterator<Item = &Condition> {
        let mut at = when;
        std::iter::from_fn(move || {
            let node = self.nodes.get(at.0 as usize).filter(|_| !at.is_always())?;
            at = node.parent;
            Some(node)
        })
    }

    /// A condition in addition to `parent`, on a Boolean of its own.
    pub(crate) fn add(&mut self, site: Site, why: Rc<Unknown>, parent: When) -> When {
        let literal = self.fresh();
        self.add_condition((literal, site, Wording::One(Sense::Unclear)), why, parent)
    }

    /// A condition on a Boolean in addition to `parent`.
    pub(crate) fn add_on(&mut self, literal: Literal, site: Site, why: Rc<Unknown>, parent: When) -> When {
        self.add_condition((literal, site, Wording::One(Sense::Holds)), why, parent)
    }

    fn add_condition(
        &mut self,
        (literal, site, wording): (Literal, Site, Wording),
        why: Rc<Unknown>,
        parent: When,
    ) -> When {
        if self.has(parent, literal) {
            return parent;
        }
        let key = (parent, literal, site, wording.clone());
        if let Some(known) = self.known.get(&key) {
            return *known;
        }
        let depth = self.nodes[parent.0 as usize].depth + 1;
        if depth > MAX_CHAIN {
            return parent;
        }
        let literal = match depth {
            MAX_CHAIN => self.fresh(),
            _ => literal,
        };
        let id = When(self.nodes.len() as u32);
        self.nodes.push(Condition {
            literal,
            site,
            wording,
            why,
            parent,
            depth,
        });
        self.known.insert(key, id);
        id
    }

    fn has(&self, when: When, literal: Literal) -> bool {
        self.chain(when).any(|node| node.literal == literal)
    }

    pub(crate) fn both(&mut self, a: When, b: When) -> When {
        if a.is_always() || a == b {
            return b;
        }
        let added = self.outermost_first(b, |_| true);
        self.append(a, added)
    }

    fn outermost_first(&self, when: When, keep: impl Fn(&Condition) -> bool) -> Vec<Condition> {
        let mut all: Vec<_> = self.chain(when).filter(|node| keep(node)).cloned().collect();
        all.reverse();
        all
    }

    fn append(&mut self, to: When, all: Vec<Condition>) -> When {
        all.into_iter().fold(to, |when, node| {
            self.add_condition((node.literal, node.site, node.wording), node.why, when)
        })
    }

    /// What holds in any of several cases: the conditions that they have in common.
    pub(crate) fn common(&mut self, cases: &[When]) -> When {
        let Some((first, rest)) = cases.split_first() else {
            return When::ALWAYS;
        };
        if rest.iter().all(|case| case == first) {
            return *first;
        }
        let in_all = |node: &Condition| rest.iter().all(|case| self.has(*case, node.literal));
        let common = self.outermost_first(*first, in_all);
        self.append(When::ALWAYS, common)
    }

    /// In any of several cases, of which each is one.
    pub(crate) fn any_of(&mut self, cases: &[When]) -> When {
        if cases.iter().any(|case| case.is_always()) {
            return When::ALWAYS;
        }
        let common = self.common(cases);
        let rest: Vec<When> = cases.iter().map(|case| self.without(*case, common)).collect();
        // One of the cases is all that they have in common, or two of them leave nothing else.
        if rest.iter().any(|case| case.is_always()) || self.is_complete(&rest) {
            return common;
        }
        let Some(node) = rest.first().map(|first| self.nodes[first.0 as usize].clone()) else {
            return common;
        };
        // In whatever order they come, it is one condition.
        let mut sorted = cases.to_vec();
        sorted.sort_by_key(|case| case.0);
        sorted.dedup();
        if let Some(known) = self.known_cases.get(&*sorted) {
            return *known;
        }
        let told = rest.iter().map(|case| self.told(*case));
        let wording = Wording::Of(Rc::new(Told::any_of(told)));
        let cases: Vec<Literal> = rest.iter().map(|case| self.whole(*case).negated()).collect();
        let any = self.all_of(&cases).negated();
        let when = self.add_condition((any, node.site, wording), node.why, common);
        self.known_cases.insert(sorted.into(), when);
        when
    }

    /// That all conditions of a chain hold.
    fn whole(&mut self, when: When) -> Literal {
        let all: Vec<Literal> = self.chain(when).map(|node| node.literal).collect();
        self.all_of(&all)
    }

    /// Is one of them the opposite of another?
    fn is_complete(&self, cases: &[When]) -> bool {
        let single = |case: &When| {
            let node = &self.nodes[case.0 as usize];
            (node.depth == 1).then_some(node.literal)
        };
        let mut singles = cases.iter().filter_map(single);
        singles.any(|literal| {
            cases
                .iter()
                .filter_map(single)
                .any(|other| other == literal.negated())
        })
    }

    /// When something is not the case.
    pub(crate) fn otherwise(&mut self, when: When) -> When {
        let node = self.nodes[when.0 as usize].clone();
        match node.depth {
            1 => {
                let opposite = node.opposite();
                self.add_condition(
                    (node.literal.negated(), node.site, opposite),
                    node.why,
                    When::ALWAYS,
                )
            }
            _ => match self.opposites.get(&when) {
                Some(known) => *known,
                None => {
                    let told = Told::any_of([self.told(when)]).negated();
                    let wording = Wording::Of(Rc::new(told));
                    let not = self.whole(when).negated();
                    let opposite = self.add_condition((not, node.site, wording), node.why, When::ALWAYS);
                    self.opposites.insert(when, opposite);
                    opposite
                }
            },
        }
    }

    /// The conditions that are not given already.
    pub(crate) fn without(&mut self, when: When, given: When) -> When {
        if when.is_always() || given.is_always() {
            return when;
        }
        let mut kept = self.outermost_first(when, |_| true);
        kept.retain(|node| self.decided_literal(node.literal, given) != Some(true));
        if kept.len() == usize::from(self.nodes[when.0 as usize].depth) {
            return when;
        }
        self.append(When::ALWAYS, kept)
    }

    /// Can it not be, where others are given?
    pub(crate) fn excludes(&mut self, given: When, when: When) -> bool {
        if when.is_always() || given.is_always() {
            return false;
        }
        let needed: Vec<Literal> = self.chain(when).map(|node| node.literal).collect();
        let mut needed = needed.into_iter();
        needed.any(|literal| self.decided_literal(literal, given) == Some(false))
    }

    /// The conditions, outermost first, and why each could not be decided.
    pub(crate) fn list(&self, when: When) -> Vec<(Told, Why)> {
        let mut out: Vec<(Told, Why)> = Vec::new();
        for node in self.outermost_first(when, |_| true) {
            let told = node.told();
            if !out.iter().any(|(known, _)| *known == told) {
                out.push((told, node.why.why.clone()));
            }
        }
        out
    }

    /// The conditions without reasons.
    fn told(&self, when: When) -> Vec<Told> {
        self.list(when).into_iter().map(|(told, _)| told).collect()
    }

    pub(crate) fn reason(&self, when: When) -> Rc<Unknown> {
        self.nodes[when.0 as usize].why.clone()
    }
}

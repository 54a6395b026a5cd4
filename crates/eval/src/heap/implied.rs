//! What follows from Booleans that are not known: a conjunction from its parts, and the parts from it.

use crate::{Literal, When};
use rustc_hash::{FxHashMap, FxHashSet};

/// So many Booleans are told to follow from others.
const MAX_IMPLIED: usize = 512;

/// Conjunctions in conjunctions are looked into so deep.
const MAX_DEPTH: u32 = 16;

/// All that holds where conditions do.
pub(crate) type Implied = FxHashSet<Literal>;

/// The Booleans of a chain.
pub(crate) type Chain<'c> = dyn Fn(When) -> Vec<Literal> + 'c;

/// What is known of Booleans that are not known by themselves.
#[derive(Default)]
pub(crate) struct Meanings {
    by_atom: FxHashMap<u32, Meaning>,
    /// Conjunctions that were made before, so that equal ones have one number.
    conjunctions: FxHashMap<Box<[Literal]>, u32>,
    bytes: usize,
}

enum Meaning {
    /// It is true if, and only if, all of these are.
    All(Box<[Literal]>),
    /// It is one of several, if what that is under holds.
    OneOf(Box<[Case]>),
}

/// One of several values that a Boolean may be.
pub(crate) struct Case {
    pub(crate) value: Truth,
    pub(crate) when: When,
}

/// Whether a value is true.
#[derive(Clone, Copy)]
pub(crate) enum Truth {
    Known(bool),
    /// If that is.
    Of(Literal),
    /// It is no Boolean, or nothing tells which.
    Unclear,
}

impl Meanings {
    pub(crate) fn bytes(&self) -> usize {
        self.bytes
    }

    /// Says that a Boolean is one of several values.
    pub(crate) fn is_one_of(&mut self, literal: Literal, cases: Box<[Case]>) {
        self.bytes += size_of::<(u32, Meaning)>() + size_of_val(&*cases);
        self.by_atom.insert(literal.atom, Meaning::OneOf(cases));
    }

    /// The Boolean that is true if all of these are. It has the number `new`, unless it was met before.
    pub(crate) fn all_of(&mut self, parts: &[Literal], new: u32) -> Literal {
        let mut all = parts.to_vec();
        all.sort_unstable();
        all.dedup();
        if let [only] = all[..] {
            return only;
        }
        let all: Box<[Literal]> = all.into();
        let known = self.conjunctions.get(&all);
        let atom = known.copied().unwrap_or_else(|| {
            self.bytes += 2 * size_of_val(&*all) + size_of::<(u32, Meaning, Box<[Literal]>, u32)>();
            self.by_atom.insert(new, Meaning::All(all.clone()));
            self.conjunctions.insert(all, new);
            new
        });
        Literal { atom, holds: true }
    }

    /// All that holds where the conditions of a chain do.
    pub(crate) fn implied_by(&self, given: When, chain: &Chain<'_>) -> Implied {
        let mut implied = Implied::default();
        let mut todo = chain(given);
        // What has several parts may say more of one once others are decided.
        let mut composed = Vec::new();
        loop {
            while let Some(literal) = todo.pop() {
                if implied.len() < MAX_IMPLIED
                    && implied.insert(literal)
                    && self.by_atom.contains_key(&literal.atom)
                {
                    composed.push(literal);
                }
            }
            for literal in &composed {
                todo.extend(self.follows(*literal, &implied, chain));
            }
            todo.retain(|literal| !implied.contains(literal));
            if todo.is_empty() || implied.len() >= MAX_IMPLIED {
                return implied;
            }
        }
    }

    /// What follows directly from one Boolean, beside others that hold.
    fn follows(&self, literal: Literal, implied: &Implied, chain: &Chain<'_>) -> Vec<Literal> {
        match self.by_atom.get(&literal.atom) {
            Some(Meaning::All(parts)) if literal.holds => parts.to_vec(),
            // Not all of them hold: if the others do, it is this one that does not.
            Some(Meaning::All(parts)) => {
                let mut open = parts.iter().filter(|part| !implied.contains(*part));
                match (open.next(), open.next()) {
                    (Some(only), None) => vec![only.negated()],
                    _ => Vec::new(),
                }
            }
            Some(Meaning::OneOf(cases)) => {
                let is_left = |case: &&Case| match case.value {
                    Truth::Known(bool) if bool != literal.holds => false,
                    Truth::Of(of) if implied.contains(&of.with(!literal.holds)) => false,
                    _ => !chain(case.when)
                        .iter()
                        .any(|one| implied.contains(&one.negated())),
                };
                let mut left = cases.iter().filter(is_left);
                let (Some(only), None) = (left.next(), left.next()) else {
                    return Vec::new();
                };
                let mut all = chain(only.when);
                if let Truth::Of(of) = only.value {
                    all.push(of.with(literal.holds));
                }
                all
            }
            None => Vec::new(),
        }
    }

    /// Whether a Boolean is true, if what holds decides it.
    pub(crate) fn decided(&self, literal: Literal, implied: &Implied, chain: &Chain<'_>) -> Option<bool> {
        let mut question = Question {
            meanings: self,
            implied,
            chain,
            answers: FxHashMap::default(),
        };
        question.decided(MAX_DEPTH, literal)
    }
}

/// Whether Booleans are true, where some are known to be.
struct Question<'q> {
    meanings: &'q Meanings,
    implied: &'q Implied,
    chain: &'q Chain<'q>,
    /// What is found of Booleans that follow from others, by how deep these are looked into: many follow from the same ones,
    /// and each of them would be looked into as often as there are ways to it.
    answers: FxHashMap<(u32, u32), Option<bool>>,
}

impl<'q> Question<'q> {
    fn decided(&mut self, depth: u32, literal: Literal) -> Option<bool> {
        if self.implied.contains(&literal) {
            return Some(true);
        }
        if self.implied.contains(&literal.negated()) {
            return Some(false);
        }
        let depth = depth.checked_sub(1)?;
        let meanings: &'q Meanings = self.meanings;
        let meaning = meanings.by_atom.get(&literal.atom)?;
        let key = (literal.atom, depth);
        let is_true = match self.answers.get(&key) {
            Some(known) => *known,
            None => {
                let answer = match meaning {
                    Meaning::All(parts) => self.all(depth, parts),
                    Meaning::OneOf(cases) => self.one_of(depth, cases),
                };
                self.answers.insert(key, answer);
                answer
            }
        };
        Some(is_true? == literal.holds)
    }

    fn all(&mut self, depth: u32, parts: &[Literal]) -> Option<bool> {
        let mut every = true;
        for part in parts {
            match self.decided(depth, *part) {
                Some(true) => {}
                Some(false) => return Some(false),
                None => every = false,
            }
        }
        every.then_some(true)
    }

    /// What all cases have in common that can be.
    fn one_of(&mut self, depth: u32, cases: &[Case]) -> Option<bool> {
        let mut common = None;
        for case in cases {
            if self.all(depth, &(self.chain)(case.when)) == Some(false) {
                continue;
            }
            let value = match case.value {
                Truth::Known(bool) => bool,
                Truth::Of(of) => self.decided(depth, of)?,
                Truth::Unclear => return None,
            };
            if common.is_some_and(|common| common != value) {
                return None;
            }
            common = Some(value);
        }
        common
    }
}

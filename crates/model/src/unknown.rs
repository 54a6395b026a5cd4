//! What is not known of a container, a user or a system although the analysed code says it.

use crate::{Container, Fact, FactInfo, FactValue, Field, System, TextPart, User, Visitor};
use nixpod_source::{Place, Why};

/// Facts that the analysed code says something about, and that are not known for one reason.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnknownFacts {
    /// What is not known, in words that go on after "it is not known": `what it mounts`. Each is there once.
    pub questions: Vec<&'static str>,
    /// Why.
    pub why: Why,
    /// Where the code says it.
    pub place: Option<Place>,
    /// Is the reason that Nix, too, fails on it, whatever else is the case?
    pub fails: bool,
    /// Where else, for definitions that contradict each other.
    pub also: Vec<Place>,
}

impl Container {
    /// What is not known of it, an entry for each reason.
    ///
    /// What nobody was seen to set is none of it, even if that is not known either: a definition that could not be seen is
    /// an entry by itself.
    pub fn unknown(&self) -> Vec<UnknownFacts> {
        let mut unknown = Unknown::default();
        self.visit(&mut unknown);
        let Some(unseen) = &self.unseen else {
            return unknown.found;
        };
        let (of_unseen, mut found): (Vec<_>, Vec<_>) = unknown
            .found
            .into_iter()
            .partition(|facts| self.is_unseen(&facts.why));
        let whole = UnknownFacts {
            questions: vec!["a part of its definition"],
            why: unseen.why.clone(),
            place: unseen.place.or_else(|| self.origin.place()),
            fails: of_unseen
                .iter()
                .any(|facts| facts.fails && facts.why == unseen.why),
            also: Vec::new(),
        };
        found.insert(0, whole);
        found
    }

    /// Is something of it not known because the definition that it would be in could not be seen?
    pub fn is_unseen(&self, why: &Why) -> bool {
        let unseen = self.unseen.as_ref();
        unseen.is_some_and(|unseen| why.is_part_of(&unseen.why))
    }
}

impl User {
    /// The same of a user.
    pub fn unknown(&self) -> Vec<UnknownFacts> {
        let mut unknown = Unknown::default();
        self.visit(&mut unknown);
        unknown.found
    }
}

impl System {
    /// The same of a system without its users.
    pub fn unknown(&self) -> Vec<UnknownFacts> {
        let mut unknown = Unknown::default();
        self.visit(&mut unknown);
        unknown.found
    }
}

/// Collects facts that are not known.
#[derive(Default)]
struct Unknown {
    found: Vec<UnknownFacts>,
}

impl Visitor for Unknown {
    fn fact<T: FactValue>(&mut self, info: FactInfo, field: &Field<T>) {
        let also = field.or_unknown.as_ref().filter(|why| !info.is_enough::<T>(why));
        let why = match &field.fact {
            Fact::Unknown(why) if !info.is_enough::<T>(why) => Some(why),
            Fact::Unknown(_) | Fact::Default(_) => also,
            Fact::Set(value) | Fact::Maybe(value) => value
                .missing()
                .filter(|why| !info.is_enough::<T>(why))
                .or_else(|| holes(value).find(|why| info.is_decisive && why.symbol().is_none()))
                .or(also)
                .or_else(|| fault(value)),
        };
        let place = field.origin.place();
        if let Some(why) = why
            && (place.is_some() || !field.definitions.is_empty())
        {
            self.add(info.question, why, place, field);
        }
        // Of a text that is certainly there each part has to be evaluated.
        if let Fact::Set(value) = &field.fact
            && let Some(why) = fault(value).filter(|why| why.failure().is_some())
            && let Some(known) = self.found.iter_mut().find(|known| known.why == *why)
        {
            known.fails = true;
        }
    }
}

/// A part of a value that whoever writes the code must not be able to hide something behind.
fn fault<T: FactValue>(value: &T) -> Option<&Why> {
    holes(value).find(|why| why.is_fault())
}

/// Why parts of a value are not known.
fn holes<T: FactValue>(value: &T) -> impl Iterator<Item = &Why> {
    let parts = value.texts().into_iter().flat_map(|text| &text.parts);
    parts.filter_map(|part| match part {
        TextPart::Hole { why, .. } => Some(why),
        TextPart::Known { .. } => None,
    })
}

impl Unknown {
    fn add<T>(&mut self, question: &'static str, why: &Why, place: Option<Place>, field: &Field<T>) {
        if let Some(known) = self.found.iter_mut().find(|known| known.why == *why) {
            if !known.questions.contains(&question) {
                known.questions.push(question);
            }
            known.fails |= field.fails;
            return;
        }
        // A mount has definitions of several options.
        let option = field.definitions.first().map(|one| &one.option);
        let others = field
            .definitions
            .iter()
            .filter(|one| one.won && one.condition.is_none() && Some(&one.option) == option);
        let others = others.map(|one| one.place).filter(|other| Some(*other) != place);
        let mut also: Vec<Place> = Vec::new();
        for other in others.filter(|_| matches!(why, Why::Conflict(_))) {
            if !also.contains(&other) {
                also.push(other);
            }
        }
        self.found.push(UnknownFacts {
            questions: vec![question],
            why: why.clone(),
            place,
            fails: field.fails,
            also,
        });
    }
}

//! Certainties of facts that are made from others.

use nixpod_model::{Definition, Fact, Field};
use nixpod_source::{Condition, Origin, Why};

/// The same certainty with another value and origin.
pub(crate) fn part<T, U>(field: &Field<T>, value: U, origin: Origin) -> Field<U> {
    let mut slot = Some(value);
    let mut out = field.map(|_| slot.take());
    if !origin.hops.is_empty() {
        out.origin = origin;
    }
    Field {
        fact: match out.fact {
            Fact::Set(Some(value)) => Fact::Set(value),
            Fact::Default(Some(value)) => Fact::Default(value),
            Fact::Maybe(Some(value)) => Fact::Maybe(value),
            Fact::Set(None) | Fact::Default(None) | Fact::Maybe(None) => {
                Fact::Unknown(Why::Undecided("it has no value".to_owned()))
            }
            Fact::Unknown(why) => Fact::Unknown(why),
        },
        origin: out.origin,
        conditions: out.conditions,
        definitions: out.definitions,
        or_unknown: out.or_unknown,
        hangs_on: out.hangs_on,
        fails: out.fails,
        also: out.also,
    }
}

/// The same field, of which the value is not known.
pub(crate) fn unknown<T, U>(field: &Field<T>, why: &Why) -> Field<U> {
    Field {
        fact: Fact::Unknown(why.clone()),
        origin: field.origin.clone(),
        conditions: field.conditions.clone(),
        definitions: field.definitions.clone(),
        or_unknown: None,
        hangs_on: None,
        fails: false,
        also: Vec::new(),
    }
}

/// The weaker of two certainties, for a fact that needs both.
pub(crate) fn weaken<T, U>(field: Field<T>, other: &Field<U>) -> Field<T> {
    let fact = match (field.fact, &other.fact) {
        (Fact::Set(value) | Fact::Default(value), Fact::Maybe(_)) => Fact::Maybe(value),
        (fact, _) => fact,
    };
    let mut conditions = field.conditions;
    for condition in &other.conditions {
        if !conditions.contains(condition) {
            conditions.push(condition.clone());
        }
    }
    Field {
        fact,
        conditions,
        hangs_on: field.hangs_on.or_else(|| other.hangs_on.clone()),
        ..field
    }
}

/// A fact under further undecided conditions.
pub(crate) fn maybe<T>(field: Field<T>, conditions: Vec<Condition>) -> Field<T> {
    let mut other = Field::default(());
    other.fact = Fact::Maybe(());
    other.conditions = conditions;
    weaken(field, &other)
}

/// Puts a fact in the place of one that it overrides. The definitions of that lose, but if it is the same, it would be so
/// without this one, too.
pub(crate) fn override_with<T: PartialEq>(field: &mut Field<T>, by: Field<T>) {
    let old = std::mem::replace(field, by);
    if old.said().is_some() && old.said() == field.said() {
        field.also.push(old.origin);
        field.also.extend(old.also);
    }
    for definition in old.definitions {
        let is_same = |one: &Definition| one.option == definition.option && one.place == definition.place;
        if !field.definitions.iter().any(is_same) {
            field.definitions.push(Definition {
                won: false,
                ..definition
            });
        }
    }
}

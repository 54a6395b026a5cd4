//! What the variables of a script hold, as far as the script itself says it.

use super::tree::Span;
use nixpod_model::{Text, TextPart};
use nixpod_source::{Condition, Origin, Place};
use smol_str::SmolStr;
use std::collections::BTreeMap;
use std::rc::Rc;

/// A longer value is not followed: each use of it would copy it.
pub(super) const MAX_VALUE: usize = 16 * 1024;
/// A longer array is not followed.
pub(super) const MAX_ELEMENTS: usize = 1_000;
/// More variables than this are not followed: a branch remembers all of them.
const MAX_VARIABLES: usize = 200;

/// Whether something of a script takes place.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct When {
    /// Is it only known to take place on some condition?
    pub(crate) maybe: bool,
    /// Those that the script says.
    pub(crate) conditions: Vec<Condition>,
}

/// So many conditions are told.
const MAX_CONDITIONS: usize = 4;

impl When {
    /// Only if this holds, too.
    pub(super) fn and(&mut self, condition: Option<Condition>) {
        self.maybe = true;
        if let Some(condition) = condition
            && self.conditions.len() < MAX_CONDITIONS
            && !self.conditions.contains(&condition)
        {
            self.conditions.push(condition);
        }
    }

    /// Only if both take place.
    pub(super) fn both(&self, other: &Self) -> Self {
        let mut both = self.clone();
        for condition in &other.conditions {
            both.and(Some(condition.clone()));
        }
        both.maybe |= other.maybe;
        both
    }
}

/// A word as a command gets it.
#[derive(Clone, Debug)]
pub(crate) struct Element {
    pub(crate) text: Text,
    /// Is it certainly one word? What is not known and not quoted may be none, or several.
    pub(crate) is_one: bool,
    /// Was a part of it in quotes, or expanded?
    pub(crate) is_plain: bool,
    /// Where a `~` or a `$` of it is written that stays as it is.
    pub(crate) literal: Vec<Place>,
    pub(crate) when: When,
}

/// The value of a variable.
#[derive(Clone, Debug)]
pub(super) enum Value {
    One(Text),
    /// This, unless the surroundings of the script say otherwise: `${NAME:-text}`.
    Likely(Text),
    Array(Vec<Element>),
    Unknown,
}

impl Value {
    /// How much work it is to use it.
    pub(super) fn pieces(&self) -> usize {
        let of = |text: &Text| text.parts.len() + size(text) / 4;
        match self {
            Self::One(text) | Self::Likely(text) => of(text),
            Self::Array(elements) => elements.iter().map(|element| 4 + of(&element.text)).sum(),
            Self::Unknown => 0,
        }
    }

    pub(super) const fn one(text: Text, is_likely: bool) -> Self {
        match is_likely {
            true => Self::Likely(text),
            false => Self::One(text),
        }
    }
}

/// All variables; copies share their values.
#[derive(Clone, Default)]
pub(super) struct Variables(BTreeMap<SmolStr, Rc<Value>>);

impl Variables {
    pub(super) fn get(&self, name: &str) -> Option<Rc<Value>> {
        self.0.get(name).cloned()
    }

    pub(super) fn set(&mut self, name: &str, value: Value) {
        let is_small = match &value {
            Value::One(text) | Value::Likely(text) => size(text) <= MAX_VALUE,
            Value::Array(elements) => elements.len() <= MAX_ELEMENTS,
            Value::Unknown => true,
        };
        let value = if is_small { value } else { Value::Unknown };
        if self.0.len() < MAX_VARIABLES || self.0.contains_key(name) {
            self.0.insert(name.into(), Rc::new(value));
        }
    }

    /// What is added to a variable.
    pub(super) fn add(&mut self, name: &str, value: Value) {
        let sum = match (self.0.get(name).map(|value| (**value).clone()), value) {
            (None, value) => value,
            (Some(Value::One(mut before)), Value::One(more)) => {
                append(&mut before, more);
                Value::One(before)
            }
            (
                Some(Value::One(mut before) | Value::Likely(mut before)),
                Value::One(more) | Value::Likely(more),
            ) => {
                append(&mut before, more);
                Value::Likely(before)
            }
            (Some(Value::Array(mut before)), Value::Array(more)) => {
                before.extend(more);
                Value::Array(before)
            }
            _ => Value::Unknown,
        };
        self.set(name, sum);
    }

    /// What holds after a part of the script that may have run or not: what it changed is not known, and what it added to
    /// arrays is there on its condition.
    pub(super) fn perhaps(&mut self, before: &Self, when: &When) {
        for (name, value) in &mut self.0 {
            let old = before.0.get(name);
            if old.is_some_and(|old| Rc::ptr_eq(old, value)) {
                continue;
            }
            let merged = match (old.map(|old| &**old), &**value) {
                (old, Value::Array(new)) => {
                    let kept = match old {
                        Some(Value::Array(old)) => old.len(),
                        None => 0,
                        _ => usize::MAX,
                    };
                    match new.get(..kept) {
                        Some(_) => Value::Array(under(new, kept, when)),
                        None => Value::Unknown,
                    }
                }
                _ => Value::Unknown,
            };
            *value = Rc::new(merged);
        }
    }
}

/// Elements of which those from a position on are there on a condition.
fn under(elements: &[Element], from: usize, when: &When) -> Vec<Element> {
    let all = elements.iter().enumerate().map(|(at, element)| Element {
        when: match at < from {
            true => element.when.clone(),
            false => element.when.both(when),
        },
        ..element.clone()
    });
    all.collect()
}

/// The bytes of a text, and one for each hole.
pub(super) fn size(text: &Text) -> usize {
    let sizes = text.parts.iter().map(|part| match part {
        TextPart::Known { text, .. } => text.len(),
        TextPart::Hole { .. } => 1,
    });
    sizes.sum()
}

/// Puts a text behind another.
pub(super) fn append(text: &mut Text, more: Text) {
    text.parts.extend(more.parts);
    for reference in more.context {
        if !text.context.contains(&reference) {
            text.context.push(reference);
        }
    }
}

/// A text whose parts are found by position at once, however many there are.
pub(super) struct Indexed<'t> {
    pub(super) text: &'t Text,
    /// Where each part begins in the pattern.
    starts: Vec<usize>,
}

const HOLE_LEN: usize = '\u{fffc}'.len_utf8();

impl<'t> Indexed<'t> {
    pub(super) fn new(text: &'t Text) -> Self {
        let mut at = 0;
        let mut starts = Vec::with_capacity(text.parts.len());
        for part in &text.parts {
            starts.push(at);
            at += match part {
                TextPart::Known { text, .. } => text.len(),
                TextPart::Hole { .. } => HOLE_LEN,
            };
        }
        Self { text, starts }
    }

    /// The parts at a stretch of the pattern, each with where just this is written.
    pub(super) fn parts(&self, start: usize, end: usize) -> Vec<TextPart> {
        let first = self.starts.partition_point(|at| *at <= start).saturating_sub(1);
        let mut out = Vec::new();
        let parts = self.starts.iter().zip(&self.text.parts).skip(first);
        for (at, part) in parts.take_while(|(at, _)| **at < end) {
            match part {
                TextPart::Known { text, origin } => {
                    let from = start.max(*at) - at;
                    let to = end.saturating_sub(*at).min(text.len());
                    if from < to
                        && let Some(piece) = text.get(from..to)
                    {
                        out.push(TextPart::Known {
                            text: piece.into(),
                            origin: narrowed(origin, from, to),
                        });
                    }
                }
                TextPart::Hole { .. } if start <= *at && at + HOLE_LEN <= end => out.push(part.clone()),
                TextPart::Hole { .. } => {}
            }
        }
        out
    }

    /// Where a command is written: its first piece that says something, since a hole is only put in there.
    pub(super) fn origin_of_command(&self, span: &Span) -> Origin {
        origin_of_command(&self.parts(span.start, span.end))
    }

    /// Where a stretch of the pattern is written.
    pub(super) fn origin(&self, start: usize, end: usize) -> Origin {
        let at = self.starts.partition_point(|at| *at <= start).saturating_sub(1);
        match (self.text.parts.get(at), self.starts.get(at)) {
            (Some(TextPart::Known { origin, .. }), Some(begin)) => {
                narrowed(origin, start.saturating_sub(*begin), end.saturating_sub(*begin))
            }
            (Some(TextPart::Hole { origin, .. }), _) => origin.clone(),
            _ => Origin::default(),
        }
    }
}

/// Where a command is written that consists of these parts.
pub(super) fn origin_of_command(parts: &[TextPart]) -> Origin {
    let says = |part: &&TextPart| match part {
        TextPart::Known { text, .. } => text.contains(|c: char| c.is_alphanumeric()),
        TextPart::Hole { .. } => false,
    };
    match parts.iter().find(says).or(parts.first()) {
        Some(TextPart::Known { origin, .. } | TextPart::Hole { origin, .. }) => origin.clone(),
        None => Origin::default(),
    }
}

/// The origin of a stretch of a piece.
fn narrowed(origin: &Origin, from: usize, to: usize) -> Origin {
    let mut origin = origin.clone();
    if let Some(hop) = origin.hops.first_mut()
        && let Some((begin, end)) = hop.place.within
    {
        let offset = |by: usize| {
            begin
                .saturating_add(u32::try_from(by).unwrap_or(u32::MAX))
                .min(end)
        };
        hop.place.within = Some((offset(from), offset(to)));
    }
    origin
}

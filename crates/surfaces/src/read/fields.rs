//! A value as a fact: what is known of it, how certain that is, and where it comes from.

use crate::read::facts::{Found, OptionReader};
use crate::read::print;
use nixpod_eval::{OriginId, Tracked, Value, When};
use nixpod_model::{Definition, Fact, Field};
use nixpod_modules::DefinitionInfo;
use nixpod_source::{Condition, HopKind, Origin, Place, Sense, Why};
use std::rc::Rc;

/// Definitions beyond this many say nothing more to a reader; lists that every module of a system adds to have hundreds.
const MAX_DEFINITIONS: usize = 12;

/// The alternative of a value that is told.
pub(crate) struct Chosen<T> {
    value: T,
    /// As it was evaluated.
    tracked: Tracked,
    pub(crate) origin: Origin,
    when: When,
    /// Did somebody write it?
    written: bool,
    /// Is it this one, whatever else is undecided?
    certain: bool,
    /// Are there others that are known, too?
    has_rivals: bool,
    /// Why another alternative is not known.
    or_unknown: Option<Why>,
}

/// A value that something may have where it is there.
struct Possible {
    value: Tracked,
    when: When,
    /// Is it a Boolean that is not known by itself, and that the conditions say under which it is asked for?
    decided: bool,
}

/// Why no alternative could be read.
pub(crate) struct Unread {
    why: Why,
    /// Nor can Nix evaluate it.
    fails: bool,
}

impl OptionReader<'_, '_> {
    /// Where the analysed code says something that is not known: the element of a list, or else the key of the definition
    /// that is not known. What the value came from is mostly a whole file.
    pub(crate) fn unknown_origin(&self, value: &Tracked, found: &Found) -> Origin {
        let Some(info) = found.info.as_ref().filter(|_| !self.is_default(found)) else {
            return self.origin(value.origin, found);
        };
        let ours = |definition: &&DefinitionInfo| definition.won && !definition.written.is_ours();
        let is_unknown = |definition: &&DefinitionInfo| match &definition.value {
            Some(Tracked {
                value: Value::List(list),
                ..
            }) => list.open.is_some() || list.elems.iter().any(|elem| Some(elem.thunk) == found.thunk),
            Some(value) => !is_known(&value.value),
            None => false,
        };
        let mut definitions = info.definitions.iter().filter(ours);
        let first = definitions.clone().next();
        // Of definitions that contradict each other the first stands for all.
        if let (Some(first), Value::Unknown(unknown)) = (first, &value.value)
            && matches!(unknown.why, Why::Conflict(_))
        {
            let written = self.trail(self.ev.trail(first.origin)).place();
            return Origin::at(written.unwrap_or(Place::whole(first.written.site())));
        }
        let only = first.filter(|_| definitions.clone().count() == 1);
        let definition = definitions.find(is_unknown).or(only);
        let site = definition.map(|definition| definition.written.site());
        match site.filter(|site| !site.file.is_own()) {
            Some(site) => Origin::at(Place::whole(site)),
            None => self.origin(value.origin, found),
        }
    }

    /// Which of a value's alternatives says what it is.
    pub(crate) fn choose<T>(
        &mut self,
        found: &Found,
        convert: impl Fn(&mut Self, &Tracked, &Origin) -> Result<T, Why>,
    ) -> Result<Chosen<T>, Unread> {
        self.choose_worst(found, convert, |_| false)
    }

    /// The same where some values are worse than others: of those that somebody wrote, one of these is told if there is one.
    fn choose_worst<T>(
        &mut self,
        found: &Found,
        convert: impl Fn(&mut Self, &Tracked, &Origin) -> Result<T, Why>,
        is_worse: impl Fn(&T) -> bool,
    ) -> Result<Chosen<T>, Unread> {
        let (alternatives, several) = self.possible(found);
        let mut best: Option<Chosen<T>> = None;
        let mut why = None;
        let mut fails = false;
        let mut or_unknown = None;
        let mut known = 0_usize;
        for Possible { value, when, decided } in &alternatives {
            let origin = match decided {
                true => self.unknown_origin(&found.value, found),
                false => self.origin(value.origin, found),
            };
            match convert(self, value, &origin) {
                Ok(converted) => {
                    known += 1;
                    // What somebody wrote says more than the default that it may leave in place.
                    let written = value.origin != OriginId::default();
                    let is_better = |best: &Chosen<T>| {
                        written && (!best.written || !is_worse(&best.value) && is_worse(&converted))
                    };
                    if best.as_ref().is_none_or(is_better) {
                        best = Some(Chosen {
                            value: converted,
                            tracked: value.clone(),
                            origin,
                            when: *when,
                            written,
                            certain: !several,
                            has_rivals: false,
                            or_unknown: None,
                        });
                    }
                }
                Err(reason) => {
                    if let Value::Unknown(unknown) = &value.value {
                        fails = unknown.why.failure().is_some();
                        // Under a condition the thing is there and sets it; otherwise neither.
                        let unset =
                            matches!(unknown.why, Why::UnsetOption(_)) && value.origin == OriginId::default();
                        or_unknown = or_unknown.or((!unset).then(|| reason.clone()));
                    }
                    why = why.or(Some(reason));
                }
            }
        }
        match best {
            Some(chosen) => Ok(Chosen {
                has_rivals: known > 1,
                or_unknown,
                ..chosen
            }),
            None => Err(Unread {
                why: why.unwrap_or_else(|| Why::Undecided("it has no value".to_owned())),
                fails: fails && !several,
            }),
        }
    }

    /// The alternatives that what is given leaves; and whether there are several. The only one that is left is the value.
    fn possible(&mut self, found: &Found) -> (Vec<Possible>, bool) {
        let given = self.ev.both(self.given, found.when);
        let all = match &found.value.value {
            Value::Either(all) if self.ev.decided_by(&found.value.value, given).is_none() => {
                all.iter().map(|one| (one.value.clone(), one.when)).collect()
            }
            _ => vec![(found.value.clone(), When::ALWAYS)],
        };
        let is_left = |(_, when): &&(Tracked, When)| !self.ev.is_excluded(*when, given);
        let mut left: Vec<(Tracked, When)> = all.iter().filter(is_left).cloned().collect();
        if left.is_empty() {
            left = all;
        }
        if let [(_, when)] = &mut *left {
            *when = When::ALWAYS;
        }
        let decide = |(value, when): (Tracked, When)| match self.ev.decided_by(&value.value, given) {
            Some(bool) => Possible {
                value: Tracked {
                    value: Value::Bool(bool),
                    ..value
                },
                when,
                decided: true,
            },
            None => Possible {
                value,
                when,
                decided: false,
            },
        };
        let alternatives: Vec<Possible> = left.into_iter().map(decide).collect();
        let several = alternatives.len() > 1;
        (alternatives, several)
    }

    /// Reads a value as a fact.
    pub(crate) fn field<T>(
        &mut self,
        found: &Found,
        convert: impl Fn(&mut Self, &Tracked, &Origin) -> Result<T, Why>,
    ) -> Field<T> {
        self.worst_field(found, convert, |_| false)
    }

    /// The same where some values are worse than others.
    pub(crate) fn worst_field<T>(
        &mut self,
        found: &Found,
        convert: impl Fn(&mut Self, &Tracked, &Origin) -> Result<T, Why>,
        is_worse: impl Fn(&T) -> bool,
    ) -> Field<T> {
        let chosen = match self.choose_worst(found, convert, is_worse) {
            Ok(chosen) => chosen,
            Err(unread) => return self.unread(found, unread),
        };
        let definitions = self.definitions_of(found);
        let also = self.also(found, &chosen.tracked);
        let when = self.ev.both(found.when, chosen.when);
        let (conditions, open) = self.conditions(when);
        let hangs_on = match conditions.is_empty() {
            true => self.hangs_on(when),
            false => None,
        };
        let is_certain = chosen.certain && !open;
        // The default may be one of several, too.
        let fact =
            if self.is_default(found) && !chosen.has_rivals || is_certain && self.rests_on_default(found) {
                Fact::Default(chosen.value)
            } else if is_certain {
                Fact::Set(chosen.value)
            } else {
                Fact::Maybe(chosen.value)
            };
        Field {
            fact,
            origin: chosen.origin,
            conditions,
            definitions,
            or_unknown: chosen.or_unknown,
            hangs_on,
            fails: false,
            also,
        }
    }

    /// Where else an option is defined as what it is.
    fn also(&self, found: &Found, value: &Tracked) -> Vec<Origin> {
        let Some(info) = &found.info else {
            return Vec::new();
        };
        let says_it = |one: &&DefinitionInfo| {
            let said = one.value.as_ref();
            one.won
                && !one.written.is_ours()
                && one.origin != value.origin
                && said.is_some_and(|said| is_same(&said.value, &value.value))
        };
        let others = info.definitions.iter().filter(says_it).take(MAX_DEFINITIONS);
        let origins = others.map(|one| self.trail(self.ev.trail(one.origin)));
        origins.filter(|origin| !origin.hops.is_empty()).collect()
    }

    /// Is nothing that says it certainly there, so that it holds only since the default is the same?
    fn rests_on_default(&mut self, found: &Found) -> bool {
        let Some(info) = &found.info else { return false };
        let says = { info.definitions.iter() }.filter(|one| one.won && !one.written.is_ours());
        let cases: Vec<When> = says.map(|one| one.when).collect();
        let said = self.ev.any_of(&cases);
        cases.is_empty() || !self.ev.without(said, self.given).is_always()
    }

    /// A fact of which no alternative could be read.
    fn unread<T>(&mut self, found: &Found, unread: Unread) -> Field<T> {
        let Unread { why, fails } = unread;
        let (conditions, open) = self.conditions(found.when);
        Field {
            fact: Fact::Unknown(why),
            origin: self.unknown_origin(&found.value, found),
            conditions,
            definitions: self.definitions_of(found),
            or_unknown: None,
            hangs_on: None,
            fails: fails && !open && !self.is_default(found),
            also: Vec::new(),
        }
    }

    /// A fact for what may stand in a list or a set besides its known parts.
    pub(crate) fn unknown<T>(&mut self, found: &Found, why: Why) -> Field<T> {
        let part = self.unknown_part(found, why);
        self.field(&part, |_, value, _| Err(wrong("a part", &value.value)))
    }

    /// All definitions by the analysed code.
    fn definitions_of(&mut self, found: &Found) -> Vec<Definition> {
        let Some(info) = found.info.clone() else {
            return Vec::new();
        };
        if let Some(known) = self.definitions.get(&Rc::as_ptr(&info)) {
            return known.clone();
        }
        let option = self.name_of(&info);
        let mut out = Vec::new();
        for definition in info
            .definitions
            .iter()
            .filter(|definition| !definition.written.is_ours())
        {
            if out.len() >= MAX_DEFINITIONS {
                break;
            }
            let key = definition.written.site();
            let key = (!key.file.is_own()).then_some(Place::whole(key));
            let trail = self.trail(self.ev.trail(definition.origin));
            let written = trail.place();
            let by_default = trail.hops.iter().any(|hop| hop.kind == HopKind::Default);
            // What is not known came from a place that says nothing of it, mostly a whole file.
            let is_known = definition
                .value
                .as_ref()
                .is_none_or(|value| is_known(&value.value));
            let place = if is_known {
                written.or(key)
            } else {
                key.or(written)
            };
            let Some(place) = place else { continue };
            let value = match &definition.value {
                Some(value) => print::value(self.ev, value),
                None => "…".to_owned(),
            };
            let undecided = self.conditions(definition.when).0.into_iter().next();
            let guard = definition
                .guard
                .filter(|site| !site.file.is_own())
                .map(|site| Condition::on(Place::whole(site), Sense::Holds));
            out.push(Definition {
                option: option.clone(),
                place,
                key,
                value,
                priority: definition.priority,
                won: definition.won,
                by_default,
                condition: undecided.or(guard),
            });
        }
        self.definitions.insert(Rc::as_ptr(&info), out.clone());
        out
    }

    // ----- readers of single types

    pub(crate) fn bool(&mut self, found: &Found) -> Field<bool> {
        self.field(found, |_, value, _| as_bool(value))
    }

    /// A Boolean of which one value opens more than the other.
    pub(crate) fn bool_worst(&mut self, found: &Found, worst: bool) -> Field<bool> {
        self.worst_field(found, |_, value, _| as_bool(value), |value| *value == worst)
    }

    pub(crate) fn int(&mut self, found: &Found) -> Field<i64> {
        self.field(found, |_, value, _| match &value.value {
            Value::Int(int) => Ok(*int),
            other => Err(wrong("an integer", other)),
        })
    }

    /// A string without holes.
    pub(crate) fn string(&mut self, found: &Found) -> Field<String> {
        self.field(found, |_, value, _| known_string(&value.value))
    }

    /// Null or another type.
    pub(crate) fn nullable<T>(
        &mut self,
        found: &Found,
        convert: impl Fn(&Value) -> Result<T, Why>,
    ) -> Field<Option<T>> {
        self.field(found, |_, value, _| match &value.value {
            Value::Null => Ok(None),
            other => convert(other).map(Some),
        })
    }
}

fn as_bool(value: &Tracked) -> Result<bool, Why> {
    match &value.value {
        Value::Bool(bool) => Ok(*bool),
        other => Err(wrong("a Boolean", other)),
    }
}

/// Are two values the same one, of which an option has several only if they are equal?
fn is_same(a: &Value, b: &Value) -> bool {
    match (a, b) {
        (Value::Bool(a), Value::Bool(b)) => a == b,
        (Value::Int(a), Value::Int(b)) => a == b,
        (Value::Path(a), Value::Path(b)) => a == b,
        (Value::String(a), Value::String(b)) => a.hole().is_none() && b.hole().is_none() && a.text == b.text,
        _ => false,
    }
}

/// Is there nothing unknown in a value, as far as one sees without looking at its parts?
fn is_known(value: &Value) -> bool {
    match value {
        Value::Unknown(_) => false,
        Value::List(list) => list.open.is_none(),
        Value::Attrs(set) => set.open.is_none(),
        Value::Either(alternatives) => alternatives.iter().all(|one| is_known(&one.value.value)),
        _ => true,
    }
}

/// Why a value cannot be read as what is expected.
pub(crate) fn wrong(expected: &str, value: &Value) -> Why {
    match value {
        Value::Unknown(unknown) => unknown.why.clone(),
        Value::Either(_) => Why::Undecided("it has several values".to_owned()),
        // The option's own type would say so if it were a mistake in any case.
        other => Why::Undecided(format!("{} stands in place of {expected}", other.describe())),
    }
}

/// A string without holes.
pub(crate) fn known_string(value: &Value) -> Result<String, Why> {
    match value {
        Value::String(string) => match string.hole() {
            None => Ok(string.text.to_string()),
            Some(hole) => Err(hole.why.clone()),
        },
        other => Err(wrong("a string", other)),
    }
}

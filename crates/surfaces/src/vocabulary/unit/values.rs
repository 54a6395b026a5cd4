//! The values of a section's keys, wherever they come from: a unit's text, or options that become one.

use crate::vocabulary::certainty::part;
use crate::vocabulary::flags::decided;
use crate::vocabulary::line::{after, assignment, joined, own};
use crate::vocabulary::text::{concat, origin_of};
use crate::vocabulary::unit::check;
use crate::vocabulary::unit::keys::{Key, Read, Takes};
use crate::vocabulary::unit::kinds::Kind;
use crate::vocabulary::unit::parse::{MAX_PROBLEMS, Problem, Unit};
use crate::vocabulary::unit::split::{Split, arguments, list};
use nixpod_model::{EnvVar, Field, Text, TextPart, UnitProblem};
use nixpod_source::Origin;
use rustc_hash::FxHashMap;

/// One value of a key.
#[derive(Clone, Debug)]
pub(crate) struct Value {
    pub(crate) text: Field<Text>,
    /// Is it one word, whatever stands in it?
    pub(crate) is_word: bool,
}

impl Value {
    /// What whoever makes the unit writes by itself.
    fn own(text: Text) -> Self {
        Self {
            text: Field::default(text),
            is_word: true,
        }
    }

    /// As a line of a unit says it, whose blanks at both ends count for nothing.
    fn trimmed(&self) -> Self {
        let mut out = self.clone();
        if !self.is_word {
            out.text = self.text.map(|text| {
                let pattern = text.pattern();
                let start = pattern.len() - pattern.trim_start().len();
                match pattern.trim() {
                    trimmed if trimmed.len() == pattern.len() => text.clone(),
                    trimmed => text.slice(start, start + trimmed.len()),
                }
            });
        }
        out
    }

    fn is_empty(&self) -> bool {
        self.text.value().is_some_and(|text| text.parts.is_empty())
    }
}

/// The values of all keys of a section.
#[derive(Debug)]
pub(crate) struct Values {
    /// Which section it is.
    pub(crate) kind: Kind,
    /// By the place of the key among those of the kind.
    by_key: Vec<Vec<Value>>,
    /// Variables that are told as names and values.
    pub(crate) variables: Vec<Field<EnvVar>>,
    /// What is wrong besides the values.
    pub(crate) problems: Vec<Field<UnitProblem>>,
}

impl Values {
    /// Those that somebody looks up for each key.
    pub(crate) fn new(kind: Kind, mut look_up: impl FnMut(&'static Key) -> Vec<Value>) -> Self {
        let keys = kind.keys().iter();
        Self {
            kind,
            by_key: keys.map(&mut look_up).collect(),
            variables: Vec::new(),
            problems: Vec::new(),
        }
    }

    /// Those of a text.
    pub(crate) fn of_unit(kind: Kind, raw: &Field<Text>, unit: &Unit) -> Self {
        let section = unit.section(kind.section());
        let entries = section.map_or(&[][..], |section| &section.entries);
        let mut by_key = vec![Vec::new(); kind.keys().len()];
        for entry in entries {
            let at = kind.position(&entry.key);
            if let Some(values) = at.and_then(|at| by_key.get_mut(at)) {
                let origin = match entry.value.parts.is_empty() {
                    true => entry.origin.clone(),
                    false => origin_of(&entry.value),
                };
                values.push(Value {
                    text: part(raw, entry.value.clone(), origin),
                    is_word: false,
                });
            }
        }
        Self {
            kind,
            by_key,
            variables: Vec::new(),
            problems: Vec::new(),
        }
    }

    /// Those of a text that is not known as a whole: nothing is known of any key.
    pub(crate) fn unknown(kind: Kind, raw: &Field<Text>) -> Self {
        Self::new(kind, |_| {
            vec![Value {
                text: raw.clone(),
                is_word: false,
            }]
        })
    }

    /// Adds what is wrong with the lines of the text that they are from.
    pub(crate) fn add_problems(&mut self, raw: &Field<Text>, problems: Vec<Problem>) {
        let problems = problems.into_iter();
        let problems = problems.map(|problem| part(raw, problem.what, problem.origin));
        self.problems.extend(problems);
    }

    fn get_mut(&mut self, name: &str) -> Option<&mut Vec<Value>> {
        let at = self.kind.position(name)?;
        self.by_key.get_mut(at)
    }

    /// A value that whoever makes the unit writes by itself, before what is said of the key.
    pub(crate) fn add_first(&mut self, name: &str, text: Text) {
        if let Some(values) = self.get_mut(name) {
            values.insert(0, Value::own(text));
        }
    }

    /// The same behind what is said of it.
    pub(crate) fn add_last(&mut self, name: &str, text: Text) {
        if let Some(values) = self.get_mut(name) {
            values.push(Value::own(text));
        }
    }

    /// Changes the values of a key.
    pub(crate) fn change(&mut self, name: &str, how: impl Fn(&Text) -> Text) {
        for value in self.get_mut(name).into_iter().flatten() {
            value.text = value.text.map(&how);
        }
    }

    /// Puts the values of a key in the order of what they say.
    pub(crate) fn sort(&mut self, name: &str) {
        if let Some(values) = self.get_mut(name) {
            values.sort_by_key(|value| {
                let pattern = value.text.value().map(Text::pattern).unwrap_or_default();
                pattern.trim_start_matches('"').to_owned()
            });
        }
    }

    /// The same where nothing is said of it.
    pub(crate) fn add_default(&mut self, name: &str, text: Text) {
        if !self.last(name).is_some_and(|value| is_filled(&value)) {
            self.add_last(name, text);
        }
    }

    /// The lines of the section, in the order of the names of its keys.
    pub(crate) fn lines(&self) -> Vec<Field<Text>> {
        let keys = self.kind.keys().iter().zip(&self.by_key);
        let mut keys: Vec<(&Key, &Vec<Value>)> = keys.collect();
        keys.sort_unstable_by_key(|(key, _)| key.name);
        let mut out = vec![own(format!("[{}]", self.kind.section()))];
        for (key, values) in keys {
            let beginning = format!("{}=", key.name);
            if key.name == "Environment" {
                let variables = self.variables.iter().map(assignment);
                out.extend(variables.map(|pair| after(&beginning, &pair.map(quoted))));
            }
            let lines = values.iter().map(|Value { text, is_word }| match is_word {
                true => text.map(quoted),
                false => text.clone(),
            });
            let lines: Vec<Field<Text>> = lines.collect();
            // The words of a command stand in one line.
            match key.read {
                Read::LastArguments => out.extend(joined(&lines, " ").map(|line| after(&beginning, &line))),
                _ => out.extend(lines.iter().map(|line| after(&beginning, line))),
            }
        }
        out
    }

    /// All values of a key.
    fn get(&self, name: &str) -> &[Value] {
        let at = self.kind.position(name);
        at.and_then(|at| self.by_key.get(at))
            .map_or(&[], |values| since_reset(values))
    }

    /// Does anything say it?
    pub(crate) fn has(&self, name: &str) -> bool {
        !self.get(name).is_empty()
    }

    /// Each value of a key, as Podman takes it.
    pub(crate) fn of(&self, key: &Key) -> Vec<Field<Text>> {
        let values = self.get(key.name);
        // Of most keys nothing is said.
        if values.is_empty() {
            return Vec::new();
        }
        let values: Vec<Value> = values.iter().map(Value::trimmed).collect();
        let values = values.as_slice();
        let last = values.last().map(std::slice::from_ref).unwrap_or_default();
        match key.read {
            Read::Last => last.iter().map(|value| value.text.map(check::unquoted)).collect(),
            Read::All => {
                let filled = values.iter().filter(|value| !value.is_empty());
                filled.map(|value| value.text.clone()).collect()
            }
            Read::List => words(values, list),
            Read::Arguments => words(values, arguments),
            Read::Pairs => last_of_each(words(values, arguments)),
            Read::LastArguments => match values {
                // A list of words is the command as a whole.
                [.., Value { is_word: true, .. }] => words(values, arguments),
                _ => words(last, arguments),
            },
        }
    }

    /// The same by the name of the key.
    pub(crate) fn all(&self, name: &str) -> Vec<Field<Text>> {
        self.kind.key(name).map_or_else(Vec::new, |key| self.of(key))
    }

    /// The value of a key that stands once.
    pub(crate) fn last(&self, name: &str) -> Option<Field<Text>> {
        self.all(name).pop()
    }

    /// Is a switch on?
    pub(crate) fn switch(&self, name: &str) -> Option<Field<bool>> {
        let value = self.last(name)?;
        Some(decided(&value, |text| check::is_on(&text.pattern())))
    }

    /// What is wrong with values.
    pub(crate) fn wrong(&self) -> Vec<Field<UnitProblem>> {
        let mut out = Vec::new();
        let checks = self
            .last("HealthCmd")
            .and_then(|command| command.value().map(Text::pattern));
        let checks = checks.is_some_and(|command| !matches!(command.as_str(), "" | "none"));
        for (key, values) in self.kind.keys().iter().zip(&self.by_key) {
            // Nobody looks at how often something is done that is not done.
            if matches!(key.takes, Takes::Duration(_)) && !checks {
                continue;
            }
            let values = since_reset(values);
            let values = match key.read {
                Read::Last | Read::LastArguments => {
                    values.last().map(std::slice::from_ref).unwrap_or_default()
                }
                _ => values,
            };
            for Value { text, .. } in values.iter().filter(|value| !value.is_word) {
                if out.len() >= MAX_PROBLEMS {
                    return out;
                }
                let problem = text.value().and_then(|value| check::value(key, value));
                out.extend(problem.map(|problem| text.map(|_| problem.clone())));
            }
        }
        out
    }
}

/// Does a value say anything, as far as it is known?
pub(crate) fn is_filled(field: &Field<Text>) -> bool {
    field.value().is_none_or(|text| !text.parts.is_empty())
}

/// A text that is one word, with quotation marks around it where it needs them.
fn quoted(text: &Text) -> Text {
    let needs_quotes = |c: char| c.is_ascii_whitespace() || matches!(c, '"' | '\'' | '\\');
    if !text.pattern().contains(needs_quotes) {
        return text.clone();
    }
    let mark = || Text::known("\"", Origin::default());
    let mut inner = text.clone();
    for part in &mut inner.parts {
        if let TextPart::Known { text, .. } = part {
            let escaped = text.replace('\\', "\\\\").replace('"', "\\\"");
            *text = escaped.replace('\n', "\\n").replace('\t', "\\t").into();
        }
    }
    concat([mark(), inner, mark()])
}

/// An empty value takes back those before it. It stays where it is the last, since it may mean something.
fn since_reset(values: &[Value]) -> &[Value] {
    let Some(last) = values.iter().rposition(Value::is_empty) else {
        return values;
    };
    let from = if last + 1 == values.len() { last } else { last + 1 };
    values.get(from..).unwrap_or_default()
}

/// Of several pairs of one name the last.
fn last_of_each(pairs: Vec<Field<Text>>) -> Vec<Field<Text>> {
    let name = |pair: &Field<Text>| {
        let pattern = pair.value()?.pattern();
        let (name, _) = pattern.split_once('=')?;
        Some(name.to_owned())
    };
    let last: FxHashMap<String, usize> = { pairs.iter().enumerate() }
        .filter_map(|(at, pair)| Some((name(pair)?, at)))
        .collect();
    let is_last = |at: usize, pair: &Field<Text>| {
        let known = name(pair).and_then(|name| last.get(&name).copied());
        known.is_none_or(|last| last == at)
    };
    let mut at = 0;
    let mut pairs = pairs;
    pairs.retain(|pair| {
        at += 1;
        is_last(at - 1, pair)
    });
    pairs
}

/// The words of values. One that is not known stays one word that is not known.
fn words(values: &[Value], how: fn(&str) -> Split) -> Vec<Field<Text>> {
    let mut out = Vec::new();
    for Value { text: field, is_word } in values {
        let Some(text) = field.value().filter(|_| !is_word) else {
            out.push(field.clone());
            continue;
        };
        let words = how(&text.pattern()).texts(text);
        if let [only] = &words[..]
            && only.pattern() == text.pattern()
        {
            out.push(field.clone());
            continue;
        }
        for word in words {
            let origin = origin_of(&word);
            out.push(part(field, word, origin));
        }
    }
    out
}

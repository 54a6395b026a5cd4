//! Words of a script as commands get them.

use super::follow::Follow;
use super::prefix::asks_for;
use super::tree::{Form, Kind, List, Parameter, Piece, Span, Statement, What, Word};
use super::values::{Element, Value, When, append};
use crate::vocabulary::text::hole;
use nixpod_model::{StoreRef, Text, TextPart};
use nixpod_source::{Place, Why};

/// Variables of the surroundings that stand for places which are known by these names.
pub(super) const PLACES: [&str; 2] = ["HOME", "XDG_RUNTIME_DIR"];

/// Words that are being put together.
#[derive(Default)]
struct Words {
    done: Vec<Element>,
    /// The one that further pieces are added to.
    open: Option<Element>,
}

impl Words {
    /// The word that the next piece is a part of.
    fn current(&mut self) -> &mut Element {
        self.open.get_or_insert_with(|| Element {
            text: Text::default(),
            is_one: true,
            is_plain: true,
            literal: Vec::new(),
            when: When::default(),
        })
    }

    fn add(&mut self, text: Text) {
        append(&mut self.current().text, text);
    }

    fn end(&mut self) {
        self.done.extend(self.open.take());
    }

    /// A text that is taken apart at white space.
    fn split(&mut self, text: &Text) {
        for part in &text.parts {
            match part {
                TextPart::Hole { .. } => {
                    let current = self.current();
                    current.is_one = false;
                    current.text.parts.push(part.clone());
                }
                TextPart::Known { text: known, .. } => {
                    let whole = Text {
                        parts: vec![part.clone()],
                        context: Vec::new(),
                    };
                    let mut from = 0;
                    for (at, c) in known.char_indices().chain([(known.len(), ' ')]) {
                        if !matches!(c, ' ' | '\t' | '\n') {
                            continue;
                        }
                        if from < at {
                            self.add(whole.slice(from, at));
                        }
                        if at < known.len() {
                            self.end();
                        }
                        from = at + c.len_utf8();
                    }
                }
            }
        }
        if let Some(open) = &mut self.open {
            open.text.context.extend(text.context.iter().cloned());
        }
    }
}

impl Follow<'_> {
    /// What words become.
    pub(super) fn expand_all(&mut self, words: &[Word]) -> Vec<Element> {
        let mut out = Vec::new();
        for word in words {
            out.extend(self.expand(word));
        }
        out
    }

    /// What a word becomes: mostly one word.
    pub(super) fn expand(&mut self, word: &Word) -> Vec<Element> {
        let mut words = Words::default();
        for piece in &word.pieces {
            self.expand_piece(piece, &mut words);
        }
        words.end();
        for element in &mut words.done {
            element.is_plain = word.plain(self.script).is_some();
        }
        words.done
    }

    /// What a word becomes where it is not taken apart: the value of a variable; and whether the surroundings may say
    /// otherwise.
    pub(super) fn expand_whole(&mut self, word: &Word) -> (Text, bool) {
        let mut text = Text::default();
        let mut is_likely = false;
        for piece in &word.pieces {
            match &piece.what {
                What::Parameter(parameter) => match self.value_of(parameter) {
                    Value::One(value) => append(&mut text, value),
                    Value::Likely(value) => {
                        is_likely = true;
                        append(&mut text, value);
                    }
                    Value::Array(elements) => {
                        for (at, element) in elements.into_iter().enumerate() {
                            if at > 0 {
                                append(&mut text, Text::known(" ", nixpod_source::Origin::default()));
                            }
                            is_likely |= element.when.maybe;
                            append(&mut text, element.text);
                        }
                    }
                    Value::Unknown => append(&mut text, self.unknown(parameter, &piece.span)),
                },
                What::Output(list) => {
                    let printed = self.printed_by_all(list);
                    append(&mut text, printed.unwrap_or_else(|| self.literal(piece)));
                }
                _ => append(&mut text, self.literal(piece)),
            }
        }
        (text, is_likely)
    }

    /// What stands behind the operator of a parameter, as a value.
    fn operand(&mut self, parameter: &Parameter, is_likely: bool) -> Value {
        let (text, also) = self.expand_whole(&parameter.operand);
        Value::one(text, is_likely || also)
    }

    fn expand_piece(&mut self, piece: &Piece, words: &mut Words) {
        match &piece.what {
            What::Parameter(parameter) => match self.value_of(parameter) {
                Value::One(value) if piece.quoted => words.add(value),
                Value::One(value) => words.split(&value),
                Value::Likely(value) => {
                    words.current().when.maybe = true;
                    match piece.quoted {
                        true => words.add(value),
                        false => words.split(&value),
                    }
                }
                Value::Array(elements) => {
                    for (at, element) in elements.into_iter().enumerate() {
                        if at > 0 {
                            words.end();
                        }
                        // Without quotes an empty element is no word.
                        if piece.quoted || !element.text.parts.is_empty() {
                            let current = words.current();
                            current.when = current.when.both(&element.when);
                            current.is_one &= element.is_one;
                        }
                        match piece.quoted {
                            true => words.add(element.text),
                            false => words.split(&element.text),
                        }
                    }
                }
                Value::Unknown => {
                    let text = self.unknown(parameter, &piece.span);
                    let is_list =
                        parameter.form == Form::Elements || matches!(self.name(&parameter.name), "@" | "*");
                    let known = text.as_known().is_some();
                    words.current().is_one &= known || piece.quoted && !is_list;
                    words.add(text);
                }
            },
            What::Literal => {
                let text = self.literal(piece);
                let is_open = !piece.quoted && text.has_hole();
                // The shell puts a home in the place of a `~` only where a word begins with it.
                let is_home = !piece.quoted && words.open.is_none();
                let current = words.current();
                current.is_one &= !is_open;
                literal_places(&text, is_home, &mut current.literal);
                words.add(text);
            }
            What::Output(list) if !piece.quoted && prints_nothing(list, self.script) => {}
            What::Output(list) => {
                let text = match self.printed_by_all(list) {
                    Some(text) if !piece.quoted => return words.split(&text),
                    Some(text) => text,
                    None => self.literal(piece),
                };
                words.current().is_one &= piece.quoted || !text.has_hole();
                words.add(text);
            }
            What::Escape(_) | What::Number => {
                let text = self.literal(piece);
                words.add(text);
            }
        }
    }

    /// What a piece is that is no parameter.
    fn literal(&self, piece: &Piece) -> Text {
        let Span { start, end } = piece.span;
        let origin = || self.text.origin(start, end);
        match &piece.what {
            What::Escape(c) => Text::known(c.to_string(), origin()),
            // A comment in backticks: what nothing prints is nothing.
            What::Output(list) if prints_nothing(list, self.script) => Text::default(),
            What::Output(list) => match self.asked(list) {
                Some(name) => Text::known(name, origin()),
                None => hole(Why::Impure("what a command prints".to_owned()), origin()),
            },
            What::Number => hole(Why::Impure("a sum in a script".to_owned()), origin()),
            What::Literal if !piece.quoted && is_braces(self.script.get(start..end)) => {
                hole(Why::NotModelled("braces of a shell".to_owned()), origin())
            }
            What::Literal | What::Parameter(_) => self.slice(start, end),
        }
    }

    /// The program of which commands say where it is: `$(command -v podman)`. Its folder does not matter.
    fn asked(&self, list: &List) -> Option<&str> {
        let [
            Statement {
                kind: Kind::Simple(simple),
                ..
            },
        ] = &list[..]
        else {
            return None;
        };
        let words = simple.words.iter().map(|word| word.plain(self.script));
        asks_for(&words.collect::<Option<Vec<_>>>()?)
    }

    /// The text at a stretch of the script, with what it refers to.
    pub(super) fn slice(&self, start: usize, end: usize) -> Text {
        let parts = self.text.parts(start, end);
        // Each word refers only to what it names itself, and not to all that the script does.
        let names: Vec<&str> = parts
            .iter()
            .filter_map(|part| match part {
                TextPart::Hole { why, .. } => why.name()?.strip_prefix("store path of "),
                TextPart::Known { .. } => None,
            })
            .collect();
        let context = match names.is_empty() {
            true => Vec::new(),
            false => (self.text.text.context.iter())
                .filter(|reference| refers(reference, &names))
                .cloned()
                .collect(),
        };
        Text { parts, context }
    }

    /// The value that a parameter stands for.
    fn value_of(&mut self, parameter: &Parameter) -> Value {
        let name = self.name(&parameter.name).to_owned();
        let value = self.variables.get(&name);
        let form = match parameter.form {
            Form::OrAssign => Form::OrElse,
            form => form,
        };
        let value = match (form, value.as_deref()) {
            (Form::Whole, Some(Value::Array(elements))) if !matches!(&*name, "@" | "*") => {
                match elements.first() {
                    Some(first) if !first.when.maybe => Value::One(first.text.clone()),
                    Some(_) => Value::Unknown,
                    None => Value::One(Text::default()),
                }
            }
            (Form::Whole | Form::Elements, Some(value)) => value.clone(),
            (Form::OrElse, Some(Value::Likely(text))) => Value::Likely(text.clone()),
            // Nobody says it but the surroundings, if they do.
            (Form::OrElse, None) if !parameter.operand.is_absent() && is_variable(&name) => {
                self.operand(parameter, true)
            }
            (Form::OrElse, Some(Value::One(text))) => match (text.parts.is_empty(), text.has_hole()) {
                (true, _) => self.operand(parameter, false),
                (false, false) => Value::One(text.clone()),
                (false, true) => Value::Unknown,
            },
            (Form::IfSet, Some(Value::One(text))) => match (text.parts.is_empty(), text.has_hole()) {
                (true, _) => Value::One(Text::default()),
                (false, false) => self.operand(parameter, false),
                (false, true) => Value::Unknown,
            },
            _ => Value::Unknown,
        };
        if parameter.form == Form::OrAssign {
            self.variables.set(&name, value.clone());
        }
        match self.charge(value.pieces()) {
            true => value,
            false => Value::Unknown,
        }
    }

    /// A parameter of which nothing is known but what it is called.
    fn unknown(&self, parameter: &Parameter, span: &Span) -> Text {
        let name = self.name(&parameter.name);
        let origin = self.text.origin(span.start, span.end);
        let is_whole = parameter.form == Form::Whole && self.variables.get(name).is_none();
        if is_whole && PLACES.contains(&name) {
            return Text::known(format!("${name}"), origin);
        }
        hole(Why::Impure(format!("the variable `{name}` of a script")), origin)
    }

    pub(super) fn name(&self, span: &Span) -> &str {
        self.script.get(span.clone()).unwrap_or_default()
    }
}

/// Does a list print nothing: has it no command, or only `:`?
fn prints_nothing(list: &List, script: &str) -> bool {
    list.iter().all(|statement| match &statement.kind {
        Kind::Simple(simple) => {
            let first = simple.words.first().and_then(|word| word.plain(script));
            matches!(first, Some(":" | "true"))
        }
        _ => false,
    })
}

/// Where a `~` or a `$` stands that would be a place if the shell expanded it. `is_home` says that it does so for the first.
pub(super) fn literal_places(text: &Text, is_home: bool, out: &mut Vec<Place>) {
    for (nth, part) in text.parts.iter().enumerate() {
        let TextPart::Known { text, origin } = part else {
            continue;
        };
        let Some(place) = origin.place() else { continue };
        let mut before = None;
        for (at, c) in text.char_indices() {
            let begins = matches!(before, None | Some('=' | ',' | ':'));
            if begins && matches!(c, '~' | '$') && !(is_home && nth == 0 && at == 0) {
                out.push(at_offset(place, at));
            }
            before = Some(c);
        }
    }
}

fn at_offset(place: Place, by: usize) -> Place {
    let by = u32::try_from(by).unwrap_or(u32::MAX);
    let within = place
        .within
        .map(|(from, _)| (from.saturating_add(by), from.saturating_add(by)));
    Place { within, ..place }
}

/// Is it a variable or an argument, and no special parameter?
fn is_variable(name: &str) -> bool {
    !name.is_empty() && name.bytes().all(|c| c.is_ascii_alphanumeric() || c == b'_')
}

/// Does a reference to the store go to one of these files?
fn refers(reference: &StoreRef, names: &[&str]) -> bool {
    let name = match reference {
        StoreRef::Copied { path, .. } | StoreRef::Path { path, .. } | StoreRef::Read { path, .. } => {
            path.rsplit('/').next().unwrap_or_default()
        }
        // Files in a folder of the project are known by their path from there.
        StoreRef::Written { name, .. } => name.split('/').next().unwrap_or_default(),
    };
    names.contains(&name)
}

/// `{a,b}` or `{1..3}`, which are several words.
fn is_braces(text: Option<&str>) -> bool {
    let inner = text
        .and_then(|text| text.split_once('{'))
        .and_then(|(_, rest)| rest.split_once('}'));
    inner.is_some_and(|(inner, _)| inner.contains(',') || inner.contains(".."))
}

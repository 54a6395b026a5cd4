//! Words of a command line as facts, and where its options end.

use crate::surface::texts::Written;
use crate::vocabulary::certainty::{maybe, part};
use crate::vocabulary::flags::{Arity, Grammar};
use crate::vocabulary::shell::{Element, Line};
use crate::vocabulary::text::{HOLE, origin_of};
use nixpod_model::{CommandWord, CommandWriter, EngineCommand, Existence, Fact, Field, Text};
use nixpod_source::{Condition, Origin};

/// A script with what its words have in common.
pub(super) struct Base<'w> {
    pub(super) written: &'w Written,
    /// Of each word: its definitions are those of the script.
    field: Field<()>,
}

impl<'w> Base<'w> {
    pub(super) fn new(written: &'w Written) -> Self {
        let mut field = Field::set((), written.text.origin.clone());
        field.definitions.clone_from(&written.text.definitions);
        if written.text.is_default() {
            field.fact = Fact::Default(());
        }
        Self { written, field }
    }

    /// A word as a fact. That the line is there at all is said by the container, and not by each of its facts.
    pub(super) fn word(&self, element: &Element) -> Field<Text> {
        let origin = origin_of(&element.text);
        let field = part(&self.field, element.text.clone(), origin);
        match element.when.maybe {
            true => maybe(field, element.when.conditions.clone()),
            false => field,
        }
    }

    pub(super) fn words(&self, elements: &[Element]) -> Vec<Field<Text>> {
        elements.iter().map(|element| self.word(element)).collect()
    }

    /// The line as it is. Its options end at a word.
    pub(super) fn command(&self, line: &Line, end: usize) -> EngineCommand {
        let program = Text::known(line.program.as_str(), line.origin.clone());
        let program = CommandWord {
            text: self.fact(program, line.origin.clone()),
            is_value: false,
        };
        let words = line.words.iter().enumerate().map(|(at, element)| CommandWord {
            is_value: match at < end {
                true => !element.text.pattern().starts_with('-'),
                false => at > end,
            },
            text: self.word(element),
        });
        EngineCommand {
            writer: CommandWriter::Author,
            words: std::iter::once(program).chain(words).collect(),
            service: Vec::new(),
            unit: Vec::new(),
        }
    }

    /// A fact of the line as a whole.
    pub(super) fn fact<T>(&self, value: T, origin: Origin) -> Field<T> {
        part(&self.field, value, origin)
    }

    /// Whether a line is there: its script has to be there, and come to it.
    pub(super) fn existence(&self, is_maybe: bool, conditions: &[Condition]) -> Existence {
        let mut all = match &self.written.existence {
            Existence::Certain => Vec::new(),
            Existence::Maybe(conditions) => conditions.clone(),
            Existence::Template => return Existence::Template,
        };
        let of_text = matches!(self.written.text.fact, Fact::Maybe(_));
        let is_maybe = is_maybe || of_text || matches!(self.written.existence, Existence::Maybe(_));
        for condition in self.written.text.conditions.iter().chain(conditions) {
            if !all.contains(condition) {
                all.push(condition.clone());
            }
        }
        match is_maybe {
            true => Existence::Maybe(all),
            false => Existence::Certain,
        }
    }
}

/// Where the options of a command line end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Options {
    /// The first word that is none of them.
    pub(super) end: usize,
    /// The first word that may be several, if one comes before: what follows it may be no option at all.
    pub(super) doubtful: Option<usize>,
}

/// Finds it as programs do that take no option behind their first argument. `argument` says that there has to be one.
pub(super) fn options(words: &[Element], grammar: &Grammar, argument: bool) -> Options {
    let mut at = 0;
    let mut doubtful = None;
    while let Some(word) = words.get(at) {
        let pattern = word.text.pattern();
        if pattern == "--" {
            at += 1;
            break;
        }
        // It may be options, or the argument.
        let is_argument = argument && at + 1 == words.len();
        if !word.is_one && pattern.chars().eq([HOLE]) && !is_argument {
            doubtful = doubtful.or(Some(at));
            at += 1;
            continue;
        }
        if !pattern.starts_with('-') || pattern.len() < 2 {
            break;
        }
        at += 1;
        let arity = match pattern.strip_prefix("--") {
            Some(long) if long.contains('=') => Arity::None,
            Some(long) => (grammar.long)(long),
            None => takes_next(&pattern, grammar),
        };
        let is_value = |next: &Element| match arity {
            Arity::None => false,
            Arity::Required => true,
            Arity::Perhaps => !next.text.pattern().starts_with("--"),
        };
        if words.get(at).is_some_and(is_value) {
            at += 1;
        }
    }
    Options {
        end: at.min(words.len()),
        doubtful,
    }
}

/// Do short options end with one that takes the next word?
fn takes_next(pattern: &str, grammar: &Grammar) -> Arity {
    let mut letters = pattern.chars().skip(1).peekable();
    while let Some(letter) = letters.next() {
        let arity = (grammar.short)(letter);
        if arity != Arity::None {
            return match letters.peek() {
                None => arity,
                Some(_) => Arity::None,
            };
        }
    }
    Arity::None
}

/// A fact that something not known may change: it holds at most perhaps.
pub(super) fn doubted<T>(field: Field<T>) -> Field<T> {
    maybe(field, Vec::new())
}

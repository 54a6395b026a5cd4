//! Words of a command line, as options with their values.

use crate::vocabulary::certainty::{part, unknown, weaken};
use crate::vocabulary::text::{HOLE, first_hole};
use nixpod_model::{Field, Flag, FlagForm, Text};
use nixpod_source::Origin;
use std::iter::Peekable;
use std::slice::Iter;

/// How an option takes a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Arity {
    /// Never, or only after `=`.
    None,
    /// After `=`, attached to a short option, or as the next word.
    Required,
    /// It is not known: the next word is its value unless that looks like an option.
    Perhaps,
}

/// A Boolean as Go reads it, in which Podman and Docker are written.
pub(crate) fn boolean(value: &str) -> Option<bool> {
    match value {
        "1" | "t" | "T" | "true" | "TRUE" | "True" => Some(true),
        "0" | "f" | "F" | "false" | "FALSE" | "False" => Some(false),
        _ => None,
    }
}

/// What a program's options look like.
pub(crate) struct Grammar {
    /// Of a long option, without dashes.
    pub(crate) long: fn(&str) -> Arity,
    /// Of a short option.
    pub(crate) short: fn(char) -> Arity,
    /// Does the shell split words at white space before the program sees them? If not, an option with white space in
    /// its name is one unknown word.
    pub(crate) pre_split: bool,
}

/// An option on a command line.
#[derive(Clone, Debug)]
pub(crate) struct Opt {
    /// With dashes: `--cap-add` or `-v`.
    pub(crate) name: String,
    /// Its value.
    pub(crate) value: Option<Text>,
    /// Certainty and origin: of the value where it has one, else of the word.
    pub(crate) field: Field<()>,
}

impl Opt {
    /// A fact that the option sets.
    pub(crate) fn fact<T>(&self, value: T) -> Field<T> {
        part(&self.field, value, Origin::default())
    }

    /// A fact that the value's first word decides, up to a colon or a comma. It is not known if that word is not.
    pub(crate) fn word<T>(&self, read: impl Fn(&Text) -> T) -> Field<T> {
        let value = self.value.clone().unwrap_or_default();
        decided(&self.fact(value), read)
    }
}

/// A fact that the first word of a text decides, up to a colon or a comma. It is not known if that word is not.
pub(crate) fn decided<T>(text: &Field<Text>, read: impl Fn(&Text) -> T) -> Field<T> {
    let hole = text.value().filter(|text| {
        let pattern = text.pattern();
        pattern
            .split([':', ','])
            .next()
            .is_some_and(|word| word.contains(HOLE))
    });
    match hole.and_then(first_hole) {
        Some(why) => unknown(text, why),
        None => text.map(read),
    }
}

/// Reads words: every word with its form, and the options in order.
pub(crate) fn parse(words: &[Field<Text>], grammar: &Grammar) -> (Vec<Flag>, Vec<Opt>) {
    let mut line = CommandLine {
        grammar,
        rest: words.iter().peekable(),
        flags: Vec::with_capacity(words.len()),
        options: Vec::new(),
    };
    while let Some(word) = line.rest.next() {
        line.word(word);
    }
    (line.flags, line.options)
}

/// Options whose values are words that the engine knows, or names, besides those that are on or off.
const NARROW: [&str; 9] = [
    "cap-add", "cap-drop", "cgroupns", "ipc", "net", "network", "pid", "userns", "uts",
];

struct CommandLine<'w> {
    grammar: &'w Grammar,
    /// The words that are not read yet.
    rest: Peekable<Iter<'w, Field<Text>>>,
    flags: Vec<Flag>,
    options: Vec<Opt>,
}

impl<'w> CommandLine<'w> {
    fn word(&mut self, word: &'w Field<Text>) {
        let Some(text) = word.value() else {
            return self.flag(word, FlagForm::Option);
        };
        let pattern = text.pattern();
        let before_value = pattern.split('=').next().unwrap_or_default();
        // A word that begins with something unknown, or an option whose name has something unknown in it, may be any.
        if let Some(why) = first_hole(text)
            && (pattern.starts_with(HOLE) || pattern.starts_with('-') && before_value.contains(HOLE))
        {
            return self.flag(&unknown(word, why), FlagForm::Option);
        }
        if !pattern.starts_with('-') || pattern.len() < 2 {
            return self.flag(word, FlagForm::Value);
        }
        let has_blank = |text: &str| text.contains(|c: char| c.is_ascii_whitespace());
        let is_several =
            has_blank(before_value) && !self.has_attached(&pattern) || self.goes_on_behind_value(&pattern);
        if !self.grammar.pre_split && is_several {
            return self.flag(word, FlagForm::Malformed);
        }
        self.flag(word, FlagForm::Option);
        match pattern.strip_prefix("--") {
            Some(name) => self.long(word, text, name),
            None => self.short(word, text, &pattern),
        }
    }

    /// Is it `--name=value --more`, where the value is no text in which anything may stand?
    fn goes_on_behind_value(&self, pattern: &str) -> bool {
        let Some((name, value)) = pattern.strip_prefix("--").and_then(|long| long.split_once('=')) else {
            return false;
        };
        let mut words = value.split_ascii_whitespace().skip(1);
        let is_narrow = NARROW.contains(&name) || (self.grammar.long)(name) == Arity::None;
        is_narrow && words.any(|word| word.starts_with('-'))
    }

    /// Is it a short option with its value behind it, as in `-v/a b:/c`? Whatever is in that belongs to the value.
    fn has_attached(&self, pattern: &str) -> bool {
        let letters = pattern.chars().skip(1);
        let mut value =
            letters.skip_while(|c| !c.is_ascii_whitespace() && (self.grammar.short)(*c) == Arity::None);
        let takes = value
            .next()
            .is_some_and(|c| !matches!(c, '-' | ' ' | '\t' | '\n'));
        takes && value.next().is_some_and(|c| !c.is_ascii_whitespace())
    }

    fn long(&mut self, word: &Field<Text>, text: &Text, name: &str) {
        match name.split_once('=') {
            Some((name, value)) => {
                let end = text.pattern().len();
                let value = text.slice(end - value.len(), end);
                self.option(word, format!("--{name}"), Some(value));
            }
            None if (self.grammar.long)(name) != Arity::None => {
                let arity = (self.grammar.long)(name);
                self.with_next(word, format!("--{name}"), arity);
            }
            None => self.option(word, format!("--{name}"), None),
        }
    }

    /// Short options may stand together; the first one that takes a value ends them.
    fn short(&mut self, word: &Field<Text>, text: &Text, pattern: &str) {
        for (at, c) in pattern.char_indices().skip(1) {
            let name = format!("-{c}");
            if (self.grammar.short)(c) == Arity::None {
                self.option(word, name, None);
                continue;
            }
            let mut start = at + c.len_utf8();
            if start >= pattern.len() {
                return self.with_next(word, name, (self.grammar.short)(c));
            }
            if pattern.get(start..).is_some_and(|rest| rest.starts_with('=')) && !self.grammar.pre_split {
                start += 1;
            }
            return self.option(word, name, Some(text.slice(start, pattern.len())));
        }
    }

    /// An option whose value is the next word, whatever that looks like.
    fn with_next(&mut self, word: &Field<Text>, name: String, arity: Arity) {
        let is_value = |next: &Field<Text>| {
            let is_option = next.value().is_some_and(|next| next.pattern().starts_with("--"));
            arity == Arity::Required || !is_option
        };
        let Some(next) = self.rest.next_if(|next| is_value(next)) else {
            return self.option(word, name, None);
        };
        self.flag(next, FlagForm::Value);
        self.options.push(Opt {
            name,
            value: next.value().cloned(),
            field: weaken(part(next, (), Origin::default()), word),
        });
    }

    fn option(&mut self, word: &Field<Text>, name: String, value: Option<Text>) {
        self.options.push(Opt {
            name,
            value,
            field: part(word, (), Origin::default()),
        });
    }

    fn flag(&mut self, word: &Field<Text>, form: FlagForm) {
        self.flags.push(Flag {
            word: word.clone(),
            form,
        });
    }
}

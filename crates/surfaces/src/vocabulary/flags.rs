//! Words of a command line, as options with their values.

use crate::vocabulary::certainty::{part, weaken};
use nixpod_model::{Field, Flag, FlagForm, Text};
use nixpod_source::Origin;

/// How an option takes a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Arity {
    /// Never, or only after `=`.
    None,
    /// After `=`, attached to a short option, or as the next word.
    Required,
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
    /// The value without holes.
    pub(crate) fn known(&self) -> Option<String> {
        self.value.as_ref()?.as_known()
    }

    /// A fact that the option sets.
    pub(crate) fn fact<T>(&self, value: T) -> Field<T> {
        part(&self.field, value, Origin::default())
    }
}

/// Reads words: every word with its form, and the options in order.
pub(crate) fn parse(words: &[Field<Text>], grammar: &Grammar) -> (Vec<Flag>, Vec<Opt>) {
    let mut flags = Vec::with_capacity(words.len());
    let mut options = Vec::new();
    let mut words = words.iter().peekable();
    while let Some(word) = words.next() {
        let flag = |form| Flag {
            word: word.clone(),
            form,
        };
        let Some(text) = word.value() else {
            flags.push(flag(FlagForm::Option));
            continue;
        };
        let pattern = text.pattern();
        if !pattern.starts_with('-') || pattern.len() < 2 {
            flags.push(flag(FlagForm::Value));
            continue;
        }
        let before_value = pattern.split('=').next().unwrap_or_default();
        if !grammar.pre_split && before_value.contains(|c: char| c.is_ascii_whitespace()) {
            flags.push(flag(FlagForm::Malformed));
            continue;
        }
        flags.push(flag(FlagForm::Option));
        let mut take_next = |options: &mut Vec<Opt>, name: String| match words
            .next_if(|next| next.value().is_none_or(|next| !next.pattern().starts_with("--")))
        {
            Some(next) => {
                flags.push(Flag {
                    word: next.clone(),
                    form: FlagForm::Value,
                });
                let field = weaken(part(next, (), Origin::default()), word);
                options.push(Opt {
                    name,
                    value: next.value().cloned(),
                    field,
                });
            }
            None => options.push(Opt {
                name,
                value: None,
                field: part(word, (), Origin::default()),
            }),
        };
        if let Some(long) = pattern.strip_prefix("--") {
            match long.find('=') {
                Some(at) => {
                    let value = text.slice(at + 3, pattern.len());
                    options.push(Opt {
                        name: format!("--{}", long.get(..at).unwrap_or_default()),
                        value: Some(value),
                        field: part(word, (), Origin::default()),
                    });
                }
                None if (grammar.long)(long) == Arity::Required => take_next(&mut options, pattern.clone()),
                None => options.push(Opt {
                    name: pattern.clone(),
                    value: None,
                    field: part(word, (), Origin::default()),
                }),
            }
            continue;
        }
        // Short options may stand together; the first one that takes a value ends them.
        for (at, c) in pattern.char_indices().skip(1) {
            let name = format!("-{c}");
            if (grammar.short)(c) == Arity::None {
                options.push(Opt {
                    name,
                    value: None,
                    field: part(word, (), Origin::default()),
                });
                continue;
            }
            let mut start = at + c.len_utf8();
            if start >= pattern.len() {
                take_next(&mut options, name);
                break;
            }
            if pattern.get(start..).is_some_and(|rest| rest.starts_with('=')) && !grammar.pre_split {
                start += 1;
            }
            options.push(Opt {
                name,
                value: Some(text.slice(start, pattern.len())),
                field: part(word, (), Origin::default()),
            });
            break;
        }
    }
    (flags, options)
}

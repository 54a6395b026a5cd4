//! A command line that is put together word by word, as modules and generators do it.

use crate::vocabulary::certainty::{part, weaken};
use crate::vocabulary::text::{HOLE, concat, hole};
use nixpod_model::{CommandWord, EnvVar, Fact, Field, Text};
use nixpod_source::Origin;
use smol_str::SmolStr;

/// The words so far.
#[derive(Debug, Default)]
pub(crate) struct Line {
    words: Vec<CommandWord>,
    /// Nothing more belongs to it.
    is_over: bool,
}

/// A text that whoever writes the line has by itself.
pub(crate) fn own(text: impl Into<SmolStr>) -> Field<Text> {
    Field::default(Text::known(text, Origin::default()))
}

/// A text that is there if a value is. Of a value that is not known it is not known whether it is there at all.
fn with<T>(value: &Field<T>, text: Text) -> Field<Text> {
    match &value.fact {
        Fact::Unknown(why) => Field {
            fact: Fact::Maybe(text),
            or_unknown: Some(why.clone()),
            ..part(value, Text::default(), Origin::default())
        },
        _ => part(value, text, Origin::default()),
    }
}

/// A value after a fixed beginning. What is not known of it is a hole.
pub(crate) fn after(beginning: &str, value: &Field<Text>) -> Field<Text> {
    let beginning = Text::known(beginning, Origin::default());
    let rest = match (&value.fact, value.value()) {
        (_, Some(text)) => text.clone(),
        (Fact::Unknown(why), _) => hole(why.clone(), value.origin.clone()),
        _ => Text::default(),
    };
    let whole = concat([beginning, rest]);
    match &value.fact {
        Fact::Unknown(_) => Field {
            fact: Fact::Set(whole),
            ..with(value, Text::default())
        },
        _ => part(value, whole, Origin::default()),
    }
}

/// Texts as one with something between them. It is as certain as the least certain of them; what is not known is a hole.
pub(crate) fn joined(texts: &[Field<Text>], between: &str) -> Option<Field<Text>> {
    let (first, rest) = texts.split_first()?;
    let mut whole = after("", first);
    for text in rest {
        let next = after(between, text);
        let Some(added) = next.value().cloned() else {
            continue;
        };
        whole = weaken(whole.map(|before| concat([before.clone(), added.clone()])), &next);
    }
    Some(whole)
}

/// `NAME=VALUE`.
pub(crate) fn assignment(variable: &Field<EnvVar>) -> Field<Text> {
    variable.map(|variable| {
        let name = Text::known(format!("{}=", variable.name), Origin::default());
        concat([name, variable.value.clone()])
    })
}

impl Line {
    pub(crate) fn new(program: &str) -> Self {
        let mut line = Self::default();
        line.own(program);
        line
    }

    pub(crate) fn finish(self) -> Vec<CommandWord> {
        self.words
    }

    fn push(&mut self, text: Field<Text>, is_value: bool) {
        if !self.is_over {
            self.words.push(CommandWord { text, is_value });
        }
    }

    /// Ends it, whatever is added later.
    pub(crate) fn stop(&mut self) {
        self.is_over = true;
    }

    /// A word that is always there.
    pub(crate) fn own(&mut self, word: impl Into<SmolStr>) {
        self.word(own(word));
    }

    /// The value of the word before, which is always there.
    pub(crate) fn own_value(&mut self, word: impl Into<SmolStr>) {
        self.value(own(word));
    }

    /// A word of its own.
    pub(crate) fn word(&mut self, text: Field<Text>) {
        self.push(text, false);
    }

    pub(crate) fn words(&mut self, words: impl IntoIterator<Item = Field<Text>>) {
        for word in words {
            self.word(word);
        }
    }

    /// Words that somebody wrote as they are: what does not look like an option belongs to the one before.
    pub(crate) fn loose(&mut self, words: impl IntoIterator<Item = Field<Text>>) {
        for text in words {
            let is_value = text
                .value()
                .is_some_and(|text| !text.pattern().starts_with(['-', HOLE]));
            self.push(text, is_value);
        }
    }

    /// What belongs to the word before.
    pub(crate) fn value(&mut self, text: Field<Text>) {
        self.push(text, true);
    }

    /// `--name VALUE`.
    pub(crate) fn option(&mut self, name: &str, value: Field<Text>) {
        self.word(with(&value, Text::known(name, Origin::default())));
        self.value(value);
    }

    /// `--name=VALUE`.
    pub(crate) fn joined(&mut self, name: &str, value: &Field<Text>) {
        self.word(after(&format!("{name}="), value));
    }

    /// A word that is there if a switch is on. Where the switch may be something else, so may the word.
    pub(crate) fn switch(&mut self, word: &str, switch: &Field<bool>) {
        if let Some(field) = if_on(word, switch) {
            self.word(field);
        }
    }
}

/// A text that is there if a switch is on.
pub(crate) fn if_on(text: &str, switch: &Field<bool>) -> Option<Field<Text>> {
    match switch.certain() {
        Some(false) if switch.or_unknown.is_none() => None,
        Some(true) => Some(with(switch, Text::known(text, Origin::default()))),
        _ => {
            let mut field = with(switch, Text::known(text, Origin::default()));
            if let Fact::Set(text) | Fact::Default(text) = field.fact {
                field.fact = Fact::Maybe(text);
            }
            Some(field)
        }
    }
}

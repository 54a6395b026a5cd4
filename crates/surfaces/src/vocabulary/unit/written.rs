//! How the modules that write units for Podman's generator write values: which they quote, and how.

use crate::vocabulary::line::{joined, own};
use crate::vocabulary::text::{concat, origin_of};
use crate::vocabulary::words::Word;
use nixpod_model::{Field, Text, TextPart};
use nixpod_source::{Origin, Why};

/// Keys whose words are quoted and escaped by the module with an option for every key, where they need it.
const ESCAPED: [&str; 12] = [
    "Annotation",
    "Environment",
    "EnvironmentFile",
    "Exec",
    "GlobalArgs",
    "Label",
    "Mask",
    "Mount",
    "PodmanArgs",
    "ReloadCmd",
    "Secret",
    "Unmask",
];
/// Keys whose words are only quoted; what would have to be escaped is refused.
const QUOTED: [&str; 7] = [
    "AddCapability",
    "AddDevice",
    "DropCapability",
    "GIDMap",
    "LogOpt",
    "Sysctl",
    "UIDMap",
];

/// What a list becomes that is one value.
type OfList = fn(&[Field<Text>]) -> Vec<Field<Text>>;

/// Who writes a unit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Writing {
    /// `quadlet-nix` with an option for every key.
    Options {
        /// `autoEscape`.
        escapes: bool,
    },
    /// `quadlet-nix` with keys as quadlet spells them.
    Keys,
    /// Home Manager.
    Home {
        /// Are pairs with blanks in them quoted?
        quotes: bool,
        /// Does a shell read the text in double quotes before it is written?
        by_shell: bool,
    },
}

impl Writing {
    /// Is what somebody sets joined with what the module says by itself, and does not take its place?
    pub(crate) const fn joins(self) -> bool {
        matches!(self, Self::Home { .. })
    }

    /// A name with its value, of a set.
    pub(crate) fn pair(self, name: &str, value: &Text) -> Text {
        let pair = |value: Text| concat([Text::known(format!("{name}="), origin_of(&value)), value]);
        match self {
            Self::Options { escapes: true } => pair(escaped(value)),
            Self::Options { escapes: false } => pair(value.clone()),
            Self::Keys => json(&pair(value.clone())),
            Self::Home { quotes, .. } => {
                let pair = pair(value.clone());
                match quotes && pair.pattern().contains(char::is_whitespace) {
                    true => marked(&replaced(&pair, &[('\\', "\\\\"), ('"', "\\\"")])),
                    false => pair,
                }
            }
        }
    }

    /// What is left of a value when the unit is written.
    pub(crate) fn finish(self, value: Field<Text>) -> Field<Text> {
        let Self::Home { by_shell: true, .. } = self else {
            return value;
        };
        match value.value().map(in_shell) {
            None => value,
            Some(Some(text)) => value.map(|_| text.clone()),
            Some(None) => {
                let why =
                    Why::Undecided("what a shell makes of it when the unit is built is not known".to_owned());
                Field::unknown(why, value.origin)
            }
        }
    }

    /// An element of a list.
    pub(crate) fn element(self, key: &str, text: &Text) -> Text {
        match self {
            Self::Options { escapes: true } if ESCAPED.contains(&key) => escaped(text),
            Self::Options { escapes: true } if QUOTED.contains(&key) => {
                match text.pattern().contains(is_blank) {
                    true => marked(text),
                    false => text.clone(),
                }
            }
            Self::Options { .. } | Self::Keys | Self::Home { .. } => text.clone(),
        }
    }

    /// A value that is no list.
    pub(crate) fn scalar(self, key: &str, text: &Text) -> Text {
        match key {
            // What somebody wrote in one string has its quotation marks already.
            "Exec" | "ReloadCmd" if matches!(self, Self::Options { .. }) => text.clone(),
            _ => self.element(key, text),
        }
    }

    /// A list that is one value.
    pub(crate) fn list(self, key: &str) -> Option<OfList> {
        match (self, key) {
            (Self::Options { escapes: true }, "Exec" | "ReloadCmd") => Some(|words| {
                let words: Vec<Field<Text>> = words.iter().map(|word| word.map(escaped)).collect();
                joined(&words, " ").into_iter().collect()
            }),
            (Self::Options { escapes: true }, "Entrypoint") => Some(|words| {
                let words: Vec<Field<Text>> = words.iter().map(|word| word.map(json)).collect();
                let inner = joined(&words, ",").unwrap_or_else(|| own(""));
                let mark = |mark: &'static str| Text::known(mark, Origin::default());
                vec![inner.map(|inner| concat([mark("["), inner.clone(), mark("]")]))]
            }),
            _ => None,
        }
    }
}

const fn is_blank(c: char) -> bool {
    matches!(c, ' ' | '\t' | '\n' | '\r')
}

/// A text as it is, unless it needs quotation marks: then as in JSON.
fn escaped(text: &Text) -> Text {
    let needs = |c: char| is_blank(c) || c.is_control() || matches!(c, '"' | '\\');
    match text.pattern().contains(needs) {
        true => json(text),
        false => text.clone(),
    }
}

fn json(text: &Text) -> Text {
    let escapes = [
        ('\\', "\\\\"),
        ('"', "\\\""),
        ('\n', "\\n"),
        ('\t', "\\t"),
        ('\r', "\\r"),
    ];
    marked(&replaced(text, &escapes))
}

fn marked(text: &Text) -> Text {
    let mark = || Text::known("\"", Origin::default());
    concat([mark(), text.clone(), mark()])
}

fn replaced(text: &Text, by: &[(char, &str)]) -> Text {
    let mut out = text.clone();
    for part in &mut out.parts {
        if let TextPart::Known { text, .. } = part {
            let mut written = String::new();
            for c in text.chars() {
                match by.iter().find(|(from, _)| *from == c) {
                    Some((_, to)) => written.push_str(to),
                    None => written.push(c),
                }
            }
            *text = written.into();
        }
    }
    out
}

/// Variables that the shell of a build has. All others are empty in it.
fn is_of_builds(name: &str) -> bool {
    let is_upper = |c: char| c.is_ascii_uppercase() || c == '_';
    name.chars().all(is_upper)
        || matches!(
            name,
            "name" | "out" | "outputs" | "src" | "system" | "builder" | "stdenv"
        )
}

/// What is left of a text that stands in double quotes of a shell's `echo`, if it can be told without running it.
fn in_shell(text: &Text) -> Option<Text> {
    let pattern = text.pattern();
    let mut word = Word::default();
    let mut is_quoted = true;
    let mut chars = pattern.char_indices().peekable();
    while let Some((at, c)) = chars.next() {
        let end = at + c.len_utf8();
        match c {
            '"' => is_quoted = !is_quoted,
            '`' => return None,
            '\\' => match chars.next() {
                Some((next, c)) if !is_quoted || matches!(c, '$' | '`' | '"' | '\\') => {
                    word.push(next, next + c.len_utf8());
                }
                Some((next, c)) => word.push(at, next + c.len_utf8()),
                // It is for what follows the text.
                None => return None,
            },
            '$' => {
                let is_braced = chars.next_if(|(_, c)| *c == '{').is_some();
                let from = at + 1 + usize::from(is_braced);
                let mut to = from;
                while let Some((next, c)) = chars.next_if(|(_, c)| c.is_ascii_alphanumeric() || *c == '_') {
                    to = next + c.len_utf8();
                }
                let name = pattern.get(from..to).unwrap_or_default();
                let is_closed = !is_braced || chars.next_if(|(_, c)| *c == '}').is_some();
                if !is_closed || name.starts_with(|c: char| c.is_ascii_digit()) {
                    return None;
                }
                if name.is_empty() {
                    let is_literal = !is_braced
                        && chars
                            .peek()
                            .is_none_or(|(_, c)| matches!(c, ' ' | '/' | '.' | ','));
                    if !is_literal {
                        return None;
                    }
                    word.push(at, end);
                } else if is_of_builds(name) {
                    return None;
                }
            }
            // Outside of quotes it may be split or be a command of its own.
            c if !(is_quoted
                || c.is_alphanumeric()
                || matches!(c, '/' | '.' | ',' | ':' | '=' | '-' | '_' | '@' | '+')) =>
            {
                return None;
            }
            _ => word.push(at, end),
        }
    }
    is_quoted.then(|| word.text(text))
}

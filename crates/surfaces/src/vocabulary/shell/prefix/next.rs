//! What a program comes to that runs another one.

use crate::vocabulary::shell::values::Element;
use crate::vocabulary::text::concat;
use nixpod_model::Text;
use nixpod_source::Origin;

/// Who runs a command.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Who {
    /// Whoever runs the script.
    Same,
    Root,
    User(Text),
}

/// What a program comes to that runs another one.
pub(super) enum Next {
    /// These words are the command.
    Words(Vec<Element>),
    /// A shell runs this, which gets these words.
    Script(Text, Vec<Element>),
    /// The same of a script that is a file by itself.
    File(Text, Vec<Element>),
}

pub(super) fn user(text: Text) -> Who {
    match text.as_known().as_deref() {
        Some("root" | "#0" | "0") => Who::Root,
        _ => Who::User(text),
    }
}

/// Words as one script, as `eval` puts them together.
pub(super) fn joined(words: &[Element]) -> Text {
    let words = words.iter().filter(|word| word.text.pattern() != "--");
    spaced(words.map(|word| word.text.clone()).collect())
}

pub(super) fn spaced(texts: Vec<Text>) -> Text {
    let mut parts = Vec::new();
    for text in texts {
        if !parts.is_empty() {
            parts.push(Text::known(" ", Origin::default()));
        }
        parts.push(text);
    }
    concat(parts)
}

/// A word that the script itself has not.
pub(super) fn word(text: Text, like: &Element, is_one: bool) -> Element {
    Element {
        text,
        is_one,
        is_plain: true,
        literal: Vec::new(),
        when: like.when.clone(),
    }
}

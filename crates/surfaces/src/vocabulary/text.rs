//! Texts taken apart and put together.

use crate::vocabulary::pieces::Pieces;
use nixpod_model::{Text, TextPart};
use nixpod_source::{Origin, Why};

pub(crate) use crate::vocabulary::pieces::HOLE;

/// Why a text is not known where its first hole is.
pub(crate) fn first_hole(text: &Text) -> Option<&Why> {
    text.parts.iter().find_map(|part| match part {
        TextPart::Hole { why, .. } => Some(why),
        TextPart::Known { .. } => None,
    })
}

/// A text that is one hole.
pub(crate) fn hole(why: Why, origin: Origin) -> Text {
    Text {
        parts: vec![TextPart::Hole { why, origin }],
        context: Vec::new(),
    }
}

/// Texts one after another.
pub(crate) fn concat(texts: impl IntoIterator<Item = Text>) -> Text {
    let mut out = Text::default();
    for text in texts {
        out.parts.extend(text.parts);
        for reference in text.context {
            if !out.context.contains(&reference) {
                out.context.push(reference);
            }
        }
    }
    out
}

/// Splits a text at the first place of a separator.
pub(crate) fn split_once(text: &Text, separator: char) -> Option<(Text, Text)> {
    let pattern = text.pattern();
    let at = pattern.find(separator)?;
    Some((
        text.slice(0, at),
        text.slice(at + separator.len_utf8(), pattern.len()),
    ))
}

/// The lines of a text.
pub(crate) fn split_lines(text: &Text) -> Vec<Text> {
    let pieces = Pieces::new(text);
    let pattern = pieces.pattern();
    let mut start = 0;
    let mut out = Vec::new();
    for line in pattern.lines() {
        out.push(pieces.slice(start..start + line.len()));
        let rest = pattern.get(start + line.len()..).unwrap_or_default();
        let ending = if rest.starts_with("\r\n") { 2 } else { 1 };
        start += line.len() + ending;
    }
    out
}

/// Splits a text at every separator that no backslash escapes.
pub(crate) fn split_all(text: &Text, separator: char) -> Vec<Text> {
    let pieces = Pieces::new(text);
    let pattern = pieces.pattern();
    let mut out = Vec::new();
    let mut start = 0;
    let mut escaped = false;
    for (at, c) in pattern.char_indices() {
        if escaped {
            escaped = false;
        } else if c == '\\' {
            escaped = true;
        } else if c == separator {
            out.push(pieces.slice(start..at));
            start = at + c.len_utf8();
        }
    }
    out.push(pieces.slice(start..pattern.len()));
    out
}

/// The origin of a text as a whole.
pub(crate) fn origin_of(text: &Text) -> Origin {
    text.origin_of(0, text.pattern().len())
}

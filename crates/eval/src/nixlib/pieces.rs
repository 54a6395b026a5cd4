//! Working on strings with holes, piece by piece, so that what is known keeps its place in the source.

use crate::machine::copy::symbolic;
use crate::{ContextItem, NixString, OriginId, StringBuilder, StringPart, Unknown, Value};
use std::borrow::Cow;

/// A piece: known text, or nothing where the part is a hole.
pub(super) type Piece<'a> = (StringPart, &'a str);

/// The pieces with their text.
pub(super) fn pieces(string: &NixString, origin: OriginId) -> Vec<Piece<'_>> {
    let mut at = 0;
    string
        .pieces(origin)
        .into_iter()
        .map(|part| {
            let end = at + part.len as usize;
            let text = string.text.get(at..end).unwrap_or_default();
            at = end;
            (part, text)
        })
        .collect()
}

/// The text before the first hole.
pub(super) fn head(string: &NixString) -> &str {
    let len: usize = string
        .parts
        .iter()
        .flat_map(|parts| parts.iter())
        .take_while(|part| part.hole.is_none())
        .map(|part| part.len as usize)
        .sum();
    match string.hole() {
        Some(_) => string.text.get(..len).unwrap_or_default(),
        None => &string.text,
    }
}

/// The text behind the last hole.
pub(super) fn tail(string: &NixString) -> &str {
    let len: usize = string
        .parts
        .iter()
        .flat_map(|parts| parts.iter().rev())
        .take_while(|part| part.hole.is_none())
        .map(|part| part.len as usize)
        .sum();
    match string.hole() {
        Some(_) => string
            .text
            .get(string.text.len().saturating_sub(len)..)
            .unwrap_or_default(),
        None => &string.text,
    }
}

/// The text at the end: behind the last hole, and before it the name of the copied path that the hole stands for.
pub(super) fn ending(string: &NixString) -> Cow<'_, str> {
    let tail = tail(string);
    let mut parts = string.parts.iter().flat_map(|parts| parts.iter().rev());
    let hole = parts.find_map(|part| part.hole.as_ref());
    match hole.and_then(|hole| name_of_copy(string, hole)) {
        Some(name) => format!("-{name}{tail}").into(),
        None => tail.into(),
    }
}

/// The name in the store of the path whose copy a hole is.
fn name_of_copy<'s>(string: &'s NixString, hole: &Unknown) -> Option<&'s str> {
    let mut context = string.context.iter().flat_map(|context| context.iter());
    context.find_map(|item| match item {
        ContextItem::Copied { name, .. } if symbolic(name).why == hole.why => Some(name.as_str()),
        _ => None,
    })
}

/// The stretches of known text between holes.
pub(super) fn runs(string: &NixString) -> Vec<String> {
    let mut runs = vec![String::new()];
    for (part, text) in pieces(string, OriginId(0)) {
        if part.hole.is_some() {
            runs.push(String::new());
        } else if let Some(last) = runs.last_mut() {
            last.push_str(text);
        }
    }
    runs
}

/// Adds a piece as it is.
pub(super) fn push(builder: &mut StringBuilder, piece: &Piece<'_>) {
    match &piece.0.hole {
        Some(hole) => builder.push_hole(hole.clone(), piece.0.origin),
        None => builder.push_literal(piece.1, piece.0.origin, piece.0.offset),
    }
}

/// Adds the stretch of a piece's text from one byte to another.
pub(super) fn push_part(builder: &mut StringBuilder, piece: &Piece<'_>, from: usize, to: usize) {
    if let Some(text) = piece.1.get(from..to) {
        builder.push_literal(text, piece.0.origin, piece.0.offset + from as u32);
    }
}

/// Adds text that stands nowhere in the code.
pub(super) fn push_made(builder: &mut StringBuilder, text: &str) {
    builder.push_literal(text, OriginId(0), 0);
}

/// Adds a string's references to the store.
pub(super) fn push_context(builder: &mut StringBuilder, context: Option<&[ContextItem]>) {
    for item in context.into_iter().flatten() {
        builder.push_context(item.clone());
    }
}

/// The stretch of a string from one byte of its known text to another, with the holes inside and at both ends.
pub(super) fn slice(string: &NixString, origin: OriginId, start: usize, end: usize) -> Value {
    let mut builder = StringBuilder::default();
    let mut at = 0;
    for piece in pieces(string, origin) {
        let len = piece.1.len();
        if piece.0.hole.is_some() {
            if at >= start && at <= end {
                push(&mut builder, &piece);
            }
        } else {
            let (from, to) = (start.max(at), end.min(at + len));
            if from < to {
                push_part(&mut builder, &piece, from - at, to - at);
            }
        }
        at += len;
    }
    push_context(&mut builder, string.context.as_deref());
    builder.finish()
}

/// The string with each character replaced where the function gives something for it; holes stay.
pub(super) fn map_chars(
    string: &NixString,
    origin: OriginId,
    builder: &mut StringBuilder,
    mut map: impl FnMut(char) -> Option<Cow<'static, str>>,
) {
    for piece in pieces(string, origin) {
        if piece.0.hole.is_some() {
            push(builder, &piece);
            continue;
        }
        let mut kept = 0;
        for (at, c) in piece.1.char_indices() {
            let Some(new) = map(c) else { continue };
            push_part(builder, &piece, kept, at);
            // Text of the same length still stands where the old text does.
            if new.len() == c.len_utf8() {
                builder.push_literal(&new, piece.0.origin, piece.0.offset + at as u32);
            } else {
                push_made(builder, &new);
            }
            kept = at + c.len_utf8();
        }
        push_part(builder, &piece, kept, piece.1.len());
    }
    push_context(builder, string.context.as_deref());
}

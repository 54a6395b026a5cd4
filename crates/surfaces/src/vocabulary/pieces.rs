//! A long text that many small parts are taken from.

use crate::vocabulary::text::HOLE;
use nixpod_model::{StoreRef, Text, TextPart};
use nixpod_source::{Origin, Why};
use std::ops::Range;

/// A text with more references to the store than this is no unit that somebody wrote by hand, and to give each of
/// thousands of lines all of them takes longer than to read the lines.
const MAX_CONTEXT: usize = 64;

/// A text with the place of each of its pieces. [`Text::slice`] looks at every piece, which is too dear for each line of
/// a text of thousands.
pub(crate) struct Pieces<'t> {
    text: &'t Text,
    /// As [`Text::pattern`] has it.
    pattern: String,
    /// Where each piece begins in the pattern.
    starts: Vec<usize>,
    context: Vec<StoreRef>,
}

impl<'t> Pieces<'t> {
    pub(crate) fn new(text: &'t Text) -> Self {
        let mut pattern = String::new();
        let mut starts = Vec::with_capacity(text.parts.len());
        for part in &text.parts {
            starts.push(pattern.len());
            match part {
                TextPart::Known { text, .. } => pattern.push_str(text),
                TextPart::Hole { .. } => pattern.push(HOLE),
            }
        }
        let context = match text.context.len() {
            0..=MAX_CONTEXT => text.context.clone(),
            _ => Vec::new(),
        };
        Self {
            text,
            pattern,
            starts,
            context,
        }
    }

    pub(crate) fn pattern(&self) -> &str {
        &self.pattern
    }

    /// What the text puts into the store.
    pub(crate) fn context(&self) -> &'t [StoreRef] {
        &self.text.context
    }

    /// The pieces that a stretch of the pattern touches, each with where it begins.
    fn touching(&self, range: &Range<usize>) -> impl Iterator<Item = (usize, &'t TextPart)> + use<'_, 't> {
        let first = self.starts.partition_point(|start| *start <= range.start);
        let first = first.saturating_sub(1);
        let end = range.end;
        // To skip one by one up to the first would look at every piece before it.
        let starts = self.starts.get(first..).unwrap_or_default();
        let parts = self.text.parts.get(first..).unwrap_or_default();
        let all = starts.iter().copied().zip(parts);
        all.take_while(move |(start, _)| *start < end)
    }

    /// Where a stretch of the pattern is written, as [`Text::origin_of`] tells it.
    pub(crate) fn origin_of(&self, range: &Range<usize>) -> Origin {
        match self.touching(range).next() {
            Some((start, part)) => piece(part).origin_of(range.start - start, range.end - start),
            None => self.text.parts.last().map(origin).unwrap_or_default(),
        }
    }

    /// Stretches of the pattern as one text.
    pub(crate) fn text(&self, ranges: &[Range<usize>]) -> Text {
        Text {
            parts: ranges.iter().flat_map(|range| self.parts(range)).collect(),
            context: self.context.clone(),
        }
    }

    /// The pieces of a stretch of the pattern.
    pub(crate) fn parts(&self, range: &Range<usize>) -> Vec<TextPart> {
        let mut parts = Vec::new();
        for (start, part) in self.touching(range) {
            let sliced = piece(part).slice(range.start.saturating_sub(start), range.end - start);
            parts.extend(sliced.parts);
        }
        parts
    }

    /// Why the text is not known at the first hole of a stretch.
    pub(crate) fn hole(&self, range: &Range<usize>) -> Option<&'t Why> {
        self.touching(range).find_map(|(_, part)| match part {
            TextPart::Hole { why, .. } => Some(why),
            TextPart::Known { .. } => None,
        })
    }
}

fn piece(part: &TextPart) -> Text {
    Text {
        parts: vec![part.clone()],
        context: Vec::new(),
    }
}

fn origin(part: &TextPart) -> Origin {
    match part {
        TextPart::Known { origin, .. } | TextPart::Hole { origin, .. } => origin.clone(),
    }
}

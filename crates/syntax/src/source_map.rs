//! From nodes back to text. The only place that knows ranges.

use nixpod_source::ExprId;
use text_size::{TextRange, TextSize};

/// Where the nodes of one file are in its text.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SourceMap {
    /// By node.
    pub(crate) ranges: Vec<TextRange>,
    /// Nodes that can be reached from the root; merging of nested sets leaves some behind.
    pub(crate) live: Vec<bool>,
    /// By the key or the computed name of a binding, ascending: the binding.
    pub(crate) bindings: Vec<(ExprId, TextRange)>,
    /// Literals with text, by node, ascending, each with its stretch of `pieces`.
    pub(crate) literals: Vec<(ExprId, u32, u32)>,
    /// How the content of literals maps to text, ascending in both within one literal.
    pub(crate) pieces: Vec<LiteralPiece>,
}

/// A stretch of a literal's content.
///
/// If both lengths are equal it was copied as it is; otherwise it is an escape and maps as a whole. (Every escape
/// is longer in the source than what it stands for.)
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct LiteralPiece {
    pub(crate) content: u32,
    pub(crate) content_len: u32,
    pub(crate) source: u32,
    pub(crate) source_len: u32,
}

impl LiteralPiece {
    fn source_at(self, content: u32) -> u32 {
        if self.content_len == self.source_len {
            self.source + content.saturating_sub(self.content).min(self.source_len)
        } else {
            self.source
        }
    }

    fn source_end_at(self, content: u32) -> u32 {
        if self.content_len == self.source_len {
            self.source_at(content)
        } else {
            self.source + self.source_len
        }
    }
}

impl SourceMap {
    /// The text of a node. For a key, the key's token; for a set that `a.b = 1;` implies, the binding that made it.
    pub fn range(&self, id: ExprId) -> TextRange {
        self.ranges
            .get(id.0 as usize)
            .copied()
            .unwrap_or_else(|| TextRange::empty(TextSize::new(0)))
    }

    /// The innermost node at an offset. Between two nodes that touch, the right one.
    pub fn expr_at(&self, offset: TextSize) -> Option<ExprId> {
        let smallest = |inside: fn(&TextRange, TextSize) -> bool| {
            self.ranges
                .iter()
                .zip(&self.live)
                .enumerate()
                .filter(|(_, (range, live))| **live && inside(range, offset))
                .min_by_key(|(index, (range, _))| (range.len(), *index))
                .map(|(index, _)| ExprId(index as u32))
        };
        smallest(|range, offset| range.contains(offset))
            .or_else(|| smallest(|range, offset| range.contains_inclusive(offset)))
    }

    /// The whole binding `a.b = v;`, with its semicolon, of any of its keys or of its computed name; of an inherited
    /// name the whole `inherit` statement.
    pub fn binding_range(&self, key: ExprId) -> Option<TextRange> {
        let index = self.bindings.binary_search_by_key(&key, |entry| entry.0).ok()?;
        self.bindings.get(index).map(|entry| entry.1)
    }

    /// The text that a stretch of a literal's content was written as.
    ///
    /// Offsets count bytes of the concatenated text parts of a string or path; interpolations have no length. What
    /// lies outside of the content is clamped. Of [`ExprId::TEXT`] they are bytes of the file, and stay as they are.
    pub fn string_range(&self, id: ExprId, content_start: u32, content_end: u32) -> TextRange {
        if id == ExprId::TEXT {
            return TextRange::new(content_start.into(), content_end.max(content_start).into());
        }
        let pieces = self.pieces_of(id);
        let (Some(first), Some(last)) = (pieces.first(), pieces.last()) else {
            return self.range(id);
        };
        let length = last.content + last.content_len;
        let start = content_start.clamp(first.content, length);
        let end = content_end.clamp(start, length);
        let from = piece_at(pieces, start).map_or(0, |piece| {
            if start == length {
                piece.source_end_at(start)
            } else {
                piece.source_at(start)
            }
        });
        let to = if end == start {
            from
        } else {
            piece_at(pieces, end - 1).map_or(from, |piece| piece.source_end_at(end))
        };
        TextRange::new(from.into(), to.max(from).into())
    }

    /// The content offset of a literal that belongs to an offset of the text; none if it is outside of the literal.
    /// Text that is not content, such as indentation, belongs to the content after it.
    pub fn string_offset_at(&self, id: ExprId, offset: TextSize) -> Option<u32> {
        if !self.range(id).contains_inclusive(offset) {
            return None;
        }
        let pieces = self.pieces_of(id);
        let offset = u32::from(offset);
        let next = pieces.partition_point(|piece| piece.source + piece.source_len <= offset);
        match pieces.get(next) {
            Some(piece) if offset <= piece.source || piece.content_len != piece.source_len => {
                Some(piece.content)
            }
            Some(piece) => Some(piece.content + (offset - piece.source)),
            None => pieces.last().map(|piece| piece.content + piece.content_len),
        }
    }

    /// Moves everything, within one text, to where a function says.
    pub(crate) fn change_offsets(&mut self, change: &impl Fn(TextSize) -> TextSize) {
        for range in &mut self.ranges {
            *range = moved(*range, change);
        }
        for (_, range) in &mut self.bindings {
            *range = moved(*range, change);
        }
        // Nothing is inserted into the text of literals, so that lengths stay.
        for piece in &mut self.pieces {
            piece.source = change(piece.source.into()).into();
        }
    }

    fn pieces_of(&self, id: ExprId) -> &[LiteralPiece] {
        self.literals
            .binary_search_by_key(&id, |entry| entry.0)
            .ok()
            .and_then(|index| self.literals.get(index))
            .and_then(|&(_, start, end)| self.pieces.get(start as usize..end as usize))
            .unwrap_or_default()
    }
}

/// A range after its ends were moved.
pub(crate) fn moved(range: TextRange, change: &impl Fn(TextSize) -> TextSize) -> TextRange {
    let start = change(range.start());
    TextRange::new(start, change(range.end()).max(start))
}

/// The piece that holds a content offset; the last one for the end of the content.
fn piece_at(pieces: &[LiteralPiece], content: u32) -> Option<LiteralPiece> {
    let after = pieces.partition_point(|piece| piece.content <= content);
    pieces.get(after.saturating_sub(1)).copied()
}

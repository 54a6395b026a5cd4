//! Offsets to lines and columns.

use text_size::TextSize;

/// A line and column for humans.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Position {
    /// The line, counted from 1.
    pub line: u32,
    /// The column, counted from 1, in Unicode scalar values.
    pub column: u32,
}

/// The line starts of one text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LineIndex {
    index: line_index::LineIndex,
}

impl LineIndex {
    /// Indexes a text.
    pub fn new(text: &str) -> Self {
        Self {
            index: line_index::LineIndex::new(text),
        }
    }

    /// The position of a byte offset; an offset past the end is clamped, one inside a character is moved back.
    pub fn position(&self, text: &str, offset: TextSize) -> Position {
        let mut offset = usize::from(offset).min(text.len());
        while !text.is_char_boundary(offset) {
            offset -= 1;
        }
        let line_col = self.index.line_col(TextSize::new(offset as u32));
        // The index knows which characters are wider than a byte: long lines need not be counted again and again.
        let wide = self.index.to_wide(line_index::WideEncoding::Utf32, line_col);
        Position {
            line: line_col.line + 1,
            column: wide.map_or(line_col.col, |wide| wide.col) + 1,
        }
    }

    /// The zero-based line and UTF-16 column of a byte offset, as the language server protocol counts.
    pub fn utf16(&self, text: &str, offset: TextSize) -> (u32, u32) {
        let mut offset = usize::from(offset).min(text.len());
        while !text.is_char_boundary(offset) {
            offset -= 1;
        }
        let line_col = self.index.line_col(TextSize::new(offset as u32));
        let start = offset - line_col.col as usize;
        (line_col.line, text[start..offset].encode_utf16().count() as u32)
    }

    /// The byte offset of a zero-based line and UTF-16 column; positions past the end are clamped.
    pub fn offset_utf16(&self, text: &str, line: u32, column: u32) -> TextSize {
        let Some(range) = self.index.line(line) else {
            return TextSize::of(text);
        };
        let start = usize::from(range.start());
        let end = usize::from(range.end()).min(text.len());
        let body = text[start..end].trim_end_matches(['\n', '\r']);
        let mut units = 0;
        for (at, c) in body.char_indices() {
            if units >= column {
                return TextSize::new((start + at) as u32);
            }
            units += c.len_utf16() as u32;
        }
        TextSize::new((start + body.len()) as u32)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_astral_characters_in_both_ways() {
        let text = "a😀b\ncd";
        let index = LineIndex::new(text);
        let b = TextSize::new(5);
        assert_eq!(index.position(text, b), Position { line: 1, column: 3 });
        assert_eq!(index.utf16(text, b), (0, 3));
        assert_eq!(index.offset_utf16(text, 0, 3), b);
        assert_eq!(index.offset_utf16(text, 0, 99), TextSize::new(6));
        assert_eq!(index.offset_utf16(text, 9, 0), TextSize::of(text));
        assert_eq!(
            index.position(text, TextSize::new(3)),
            Position { line: 1, column: 2 }
        );
    }
}

//! An open document: its text, and how the protocol counts in it.

use nixpod_analysis::{TextRange, TextSize};
use tower_lsp::ls_types::{Position, Range, TextDocumentContentChangeEvent, Uri};

/// What a `character` counts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Encoding {
    /// UTF-16 code units: what every client speaks.
    #[default]
    Utf16,
    /// Bytes, where the client offers it.
    Utf8,
}

/// The starts of a text's lines. As the protocol has it, `\n`, `\r\n` and a lone `\r` end a line.
#[derive(Debug)]
pub(crate) struct Lines {
    starts: Vec<usize>,
}

impl Lines {
    pub(crate) fn new(text: &str) -> Self {
        let mut starts = vec![0];
        let bytes = text.as_bytes();
        for (at, byte) in bytes.iter().enumerate() {
            let ends_line = *byte == b'\n' || (*byte == b'\r' && bytes.get(at + 1) != Some(&b'\n'));
            if ends_line {
                starts.push(at + 1);
            }
        }
        Self { starts }
    }

    /// The line without its end.
    fn line<'a>(&self, text: &'a str, line: usize) -> Option<(usize, &'a str)> {
        let start = *self.starts.get(line)?;
        let end = self.starts.get(line + 1).copied().unwrap_or(text.len());
        let body = text.get(start..end)?;
        Some((start, body.trim_end_matches(['\n', '\r'])))
    }

    /// The byte offset of a position. Positions past the end of a line or text are moved to that end, as the protocol
    /// asks; one inside a character is moved before it.
    pub(crate) fn offset(&self, text: &str, position: Position, encoding: Encoding) -> usize {
        let line = usize::try_from(position.line).unwrap_or(usize::MAX);
        let Some((start, body)) = self.line(text, line) else {
            return text.len();
        };
        let wanted = usize::try_from(position.character).unwrap_or(usize::MAX);
        let mut units = 0;
        for (at, c) in body.char_indices() {
            units += match encoding {
                Encoding::Utf16 => c.len_utf16(),
                Encoding::Utf8 => c.len_utf8(),
            };
            if units > wanted {
                return start + at;
            }
        }
        start + body.len()
    }

    /// The position of a byte offset; an offset inside a character is moved before it.
    pub(crate) fn position(&self, text: &str, offset: usize, encoding: Encoding) -> Position {
        let offset = offset.min(text.len());
        let line = self
            .starts
            .partition_point(|start| *start <= offset)
            .saturating_sub(1);
        let start = self.starts.get(line).copied().unwrap_or(0);
        let mut end = offset;
        while !text.is_char_boundary(end) {
            end -= 1;
        }
        let before = text.get(start..end).unwrap_or_default();
        let character = match encoding {
            Encoding::Utf16 => before.encode_utf16().count(),
            Encoding::Utf8 => before.len(),
        };
        Position {
            line: u32::try_from(line).unwrap_or(u32::MAX),
            character: u32::try_from(character).unwrap_or(u32::MAX),
        }
    }

    /// A range of bytes as the protocol counts.
    pub(crate) fn range(&self, text: &str, range: TextRange, encoding: Encoding) -> Range {
        Range {
            start: self.position(text, range.start().into(), encoding),
            end: self.position(text, range.end().into(), encoding),
        }
    }

    /// A range of the protocol in bytes; a range that ends before it starts is read backwards.
    pub(crate) fn text_range(&self, text: &str, range: Range, encoding: Encoding) -> TextRange {
        let a = text_size(self.offset(text, range.start, encoding));
        let b = text_size(self.offset(text, range.end, encoding));
        TextRange::new(a.min(b), a.max(b))
    }
}

pub(crate) fn text_size(offset: usize) -> TextSize {
    TextSize::new(u32::try_from(offset).unwrap_or(u32::MAX))
}

/// An open document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Document {
    /// Exactly as the client wrote it: clients compare addresses as text.
    pub(crate) uri: Uri,
    pub(crate) version: i32,
    pub(crate) text: String,
}

impl Document {
    /// Applies changes in order.
    pub(crate) fn change(&mut self, changes: Vec<TextDocumentContentChangeEvent>, encoding: Encoding) {
        for change in changes {
            let Some(range) = change.range else {
                self.text = change.text;
                continue;
            };
            let range = Lines::new(&self.text).text_range(&self.text, range, encoding);
            let range = usize::from(range.start())..usize::from(range.end());
            // Offsets made from positions are always at characters' borders.
            if self.text.get(range.clone()).is_some() {
                self.text.replace_range(range, &change.text);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn position(line: u32, character: u32) -> Position {
        Position { line, character }
    }

    #[test]
    fn both_encodings_go_both_ways() {
        let text = "a😀b\r\nü\rz\n";
        let lines = Lines::new(text);
        for (offset, utf16, utf8) in [
            (0, (0, 0), (0, 0)),
            (5, (0, 3), (0, 5)),
            (8, (1, 0), (1, 0)),
            (10, (1, 1), (1, 2)),
            (11, (2, 0), (2, 0)),
            (13, (3, 0), (3, 0)),
        ] {
            let (in_utf16, in_utf8) = (position(utf16.0, utf16.1), position(utf8.0, utf8.1));
            assert_eq!(lines.position(text, offset, Encoding::Utf16), in_utf16);
            assert_eq!(lines.position(text, offset, Encoding::Utf8), in_utf8);
            assert_eq!(lines.offset(text, in_utf16, Encoding::Utf16), offset);
            assert_eq!(lines.offset(text, in_utf8, Encoding::Utf8), offset);
        }
    }

    #[test]
    fn positions_that_do_not_exist_are_moved() {
        let text = "a😀b\ncd";
        let lines = Lines::new(text);
        let offset = |line, character| lines.offset(text, position(line, character), Encoding::Utf16);
        assert_eq!(offset(0, 99), 6, "past the end of a line");
        assert_eq!(offset(9, 0), text.len(), "past the last line");
        assert_eq!(offset(0, 2), 1, "inside a surrogate pair");
        assert_eq!(offset(u32::MAX, u32::MAX), text.len());
    }

    #[test]
    fn changes_apply_in_order() {
        let mut document = Document {
            uri: "file:///a.nix".parse().unwrap(),
            version: 1,
            text: "one\ntwo\n".to_owned(),
        };
        let edit = |from: (u32, u32), to: (u32, u32), text: &str| TextDocumentContentChangeEvent {
            range: Some(Range {
                start: position(from.0, from.1),
                end: position(to.0, to.1),
            }),
            range_length: None,
            text: text.to_owned(),
        };
        let changes = vec![
            edit((0, 3), (1, 0), " "),
            edit((0, 0), (0, 3), "1"),
            edit((0, 5), (0, 2), "2"),
        ];
        document.change(changes, Encoding::Utf16);
        assert_eq!(document.text, "1 2\n");
    }
}

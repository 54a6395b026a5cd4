//! Strings, paths and numbers.

use super::builder::Builder;
use crate::hir::{Expr, StrPart};
use crate::source_map::LiteralPiece;
use nixpod_source::ExprId;
use smol_str::SmolStr;
use text_size::TextRange;

/// Collects the parts of one literal with the map from its content to the text.
#[derive(Default)]
pub(crate) struct LiteralParts {
    done: Vec<StrPart>,
    text: String,
    /// Bytes in all text parts so far.
    length: u32,
    pieces: Vec<LiteralPiece>,
}

impl LiteralParts {
    /// Appends content that was written as `source_len` bytes at `source`.
    pub(crate) fn push(&mut self, content: &str, source: u32, source_len: u32) {
        let content_len = content.len() as u32;
        if content_len == 0 {
            return;
        }
        self.text.push_str(content);
        let linear = content_len == source_len;
        match self.pieces.last_mut() {
            Some(last)
                if linear
                    && last.content_len == last.source_len
                    && last.source + last.source_len == source
                    && last.content + last.content_len == self.length =>
            {
                last.content_len += content_len;
                last.source_len += source_len;
            }
            _ => self.pieces.push(LiteralPiece {
                content: self.length,
                content_len,
                source,
                source_len,
            }),
        }
        self.length += content_len;
    }

    pub(crate) fn interpolate(&mut self, id: ExprId) {
        self.flush();
        self.done.push(StrPart::Interp(id));
    }

    fn flush(&mut self) {
        if !self.text.is_empty() {
            self.done.push(StrPart::Text(SmolStr::new(&self.text)));
            self.text.clear();
        }
    }

    fn finish(mut self) -> (Box<[StrPart]>, Vec<LiteralPiece>) {
        self.flush();
        (self.done.into(), self.pieces)
    }
}

/// Collects an indented string.
#[derive(Default)]
pub(crate) struct Chunks<'a> {
    done: Vec<Chunk<'a>>,
    /// Was there text or an interpolation?
    begun: bool,
}

impl<'a> Chunks<'a> {
    /// Text as it is written.
    pub(crate) fn text(&mut self, text: &'a str, start: u32) {
        // Spaces and a line break right after the opening quotes belong to them.
        let spaces = text.len() - text.trim_start_matches(' ').len();
        let skip = match text.as_bytes().get(spaces) {
            Some(b'\n') if !self.begun => spaces + 1,
            _ => 0,
        };
        self.begun = true;
        let text = text.get(skip..).unwrap_or_default();
        cut(text, start + skip as u32, &mut self.done);
    }

    pub(crate) fn interpolate(&mut self, id: ExprId) {
        self.begun = true;
        self.done.push(Chunk::Interp(id));
    }

    /// The parts, without the common indentation.
    pub(crate) fn finish(self) -> LiteralParts {
        strip_indentation(&self.done)
    }
}

/// What an indented string consists of, as Nix's lexer cuts it.
enum Chunk<'a> {
    /// Plain text, whose leading spaces count as indentation.
    Plain(&'a str, u32),
    /// An escape: what it stands for, where and how long it was written.
    Escape(&'a str, u32, u32),
    Interp(ExprId),
}

impl Builder<'_> {
    pub(crate) fn integer(&mut self, text: &str, range: TextRange) -> ExprId {
        let expr = match text.parse() {
            Ok(value) => Expr::Int(value),
            Err(_) => {
                self.error(range, format!("integer `{text}` does not fit 64 bits"));
                Expr::Missing
            }
        };
        self.alloc(expr, range)
    }

    pub(crate) fn float(&mut self, text: &str, range: TextRange) -> ExprId {
        let without_digits =
            text.starts_with("0.") && !text.as_bytes().get(2).is_some_and(u8::is_ascii_digit);
        let expr = match text.parse::<f64>() {
            Ok(_) if without_digits => {
                self.error(range, format!("`{text}` is not a number"));
                Expr::Missing
            }
            Ok(value) if value.is_finite() => Expr::Float(value),
            _ => {
                self.error(range, format!("float `{text}` is out of range"));
                Expr::Missing
            }
        };
        self.alloc(expr, range)
    }

    pub(crate) fn finish_literal(
        &mut self,
        parts: LiteralParts,
        range: TextRange,
        make: impl FnOnce(Box<[StrPart]>) -> Expr,
    ) -> ExprId {
        let (parts, pieces) = parts.finish();
        let id = self.alloc(make(parts), range);
        if !pieces.is_empty() {
            let start = self.map.pieces.len() as u32;
            self.map.pieces.extend(pieces);
            let end = self.map.pieces.len() as u32;
            self.map.literals.push((id, start, end));
        }
        id
    }

    /// A literal that stands for itself: text that is not empty, without escapes and interpolations.
    pub(crate) fn plain_literal(
        &mut self,
        text: &str,
        source: u32,
        range: TextRange,
        make: impl FnOnce(Box<[StrPart]>) -> Expr,
    ) -> ExprId {
        let id = self.alloc(make(Box::new([StrPart::Text(SmolStr::new(text))])), range);
        let start = self.map.pieces.len() as u32;
        self.map.pieces.push(LiteralPiece {
            content: 0,
            content_len: text.len() as u32,
            source,
            source_len: text.len() as u32,
        });
        self.map.literals.push((id, start, start + 1));
        id
    }
}

/// What the character after a backslash stands for, if not for itself.
fn escaped(c: char) -> Option<&'static str> {
    match c {
        'n' => Some("\n"),
        'r' => Some("\r"),
        't' => Some("\t"),
        _ => None,
    }
}

/// Resolves the escapes of `"..."`. Line ends become line feeds, as in Nix.
pub(crate) fn unescape(parts: &mut LiteralParts, text: &str, start: u32) {
    let mut plain = 0;
    let mut chars = text.char_indices().peekable();
    while let Some((at, c)) = chars.next() {
        let (content, length) = match c {
            '\\' => match chars.next() {
                Some((next, c)) => {
                    let source = c.len_utf8();
                    let itself = text.get(next..next + source).unwrap_or_default();
                    (escaped(c).unwrap_or(itself), 1 + source)
                }
                None => ("", 1),
            },
            '\r' => {
                let pair = chars.next_if(|next| next.1 == '\n').is_some();
                ("\n", if pair { 2 } else { 1 })
            }
            _ => continue,
        };
        let before = text.get(plain..at).unwrap_or_default();
        parts.push(before, start + plain as u32, before.len() as u32);
        parts.push(content, start + at as u32, length as u32);
        plain = at + length;
    }
    let rest = text.get(plain..).unwrap_or_default();
    parts.push(rest, start + plain as u32, rest.len() as u32);
}

/// Cuts the text of an indented string as Nix's lexer does, which matters for what counts as indentation.
fn cut<'a>(text: &'a str, start: u32, chunks: &mut Vec<Chunk<'a>>) {
    let bytes = text.as_bytes();
    let mut at = 0;
    while at < bytes.len() {
        let from = at;
        loop {
            match (bytes.get(at), bytes.get(at + 1)) {
                (Some(b'$'), Some(b'{' | b'\'') | None) => break,
                (Some(b'\''), Some(b'$' | b'\'') | None) => break,
                (Some(b'$' | b'\''), _) => {
                    at += 1;
                    at += text
                        .get(at..)
                        .and_then(|rest| rest.chars().next())
                        .map_or(1, char::len_utf8);
                }
                (Some(_), _) => at += 1,
                (None, _) => break,
            }
        }
        if at > from {
            let plain = text.get(from..at).unwrap_or_default();
            chunks.push(Chunk::Plain(plain, start + from as u32));
            continue;
        }
        let rest = text.get(at..).unwrap_or_default();
        let (content, length) = if rest.starts_with("''$") {
            ("$", 3)
        } else if rest.starts_with("'''") {
            ("''", 3)
        } else if let Some(after) = rest.strip_prefix("''\\") {
            let c = after.chars().next().unwrap_or('\\');
            let itself = after.get(..c.len_utf8()).unwrap_or_default();
            (escaped(c).unwrap_or(itself), 3 + itself.len())
        } else {
            (rest.get(..1).unwrap_or_default(), 1)
        };
        chunks.push(Chunk::Escape(content, start + at as u32, length as u32));
        at += length.max(1);
    }
}

/// Takes the common indentation away.
fn strip_indentation(chunks: &[Chunk<'_>]) -> LiteralParts {
    let indentation = common_indentation(chunks);
    let mut parts = LiteralParts::default();
    let mut at_line_start = true;
    let mut dropped = 0;
    for (index, chunk) in chunks.iter().enumerate() {
        match *chunk {
            Chunk::Interp(id) => {
                at_line_start = false;
                dropped = 0;
                parts.interpolate(id);
            }
            Chunk::Escape(content, source, source_len) => {
                // An escape is one character, or two quotes; it may be a space or a line break all the same.
                if at_line_start && content == " " {
                    dropped += 1;
                    if dropped <= indentation {
                        continue;
                    }
                } else {
                    dropped = if at_line_start { 0 } else { dropped };
                    at_line_start = if at_line_start {
                        content == "\n"
                    } else {
                        content.ends_with('\n')
                    };
                }
                parts.push(content, source, source_len);
            }
            Chunk::Plain(text, source) => {
                let last = index + 1 == chunks.len();
                let mut lines = text.split_inclusive('\n').peekable();
                let mut offset = 0;
                let mut seen_break = false;
                while let Some(line) = lines.next() {
                    let mut skip = 0;
                    if at_line_start {
                        let spaces = line.len() - line.trim_start_matches(' ').len();
                        skip = spaces.min(indentation.saturating_sub(dropped));
                        dropped += spaces;
                        if spaces < line.len() {
                            dropped = 0;
                            at_line_start = false;
                        }
                    }
                    let ends = line.ends_with('\n');
                    let kept = line.get(skip..).unwrap_or_default();
                    let only_spaces = kept.bytes().all(|byte| byte == b' ');
                    // The last line is left out if it holds nothing but spaces.
                    let left_out = last && lines.peek().is_none() && seen_break && !ends && only_spaces;
                    if !left_out {
                        parts.push(kept, source + (offset + skip) as u32, kept.len() as u32);
                    }
                    if ends {
                        at_line_start = true;
                        seen_break = true;
                    }
                    offset += line.len();
                }
            }
        }
    }
    parts
}

fn common_indentation(chunks: &[Chunk<'_>]) -> usize {
    let mut at_line_start = true;
    let mut least = usize::MAX;
    let mut current = 0;
    for chunk in chunks {
        let Chunk::Plain(text, _) = chunk else {
            if at_line_start {
                at_line_start = false;
                least = least.min(current);
            }
            continue;
        };
        for byte in text.bytes() {
            if byte == b'\n' {
                at_line_start = true;
                current = 0;
            } else if at_line_start {
                if byte == b' ' {
                    current += 1;
                } else {
                    at_line_start = false;
                    least = least.min(current);
                }
            }
        }
    }
    least
}

//! The tokens of a text that is surely well-formed, cut as rnix's tokenizer cuts them.

use super::bounds::Bounds;
use super::token::{Surely, Token};
use crate::hir::{BinaryOp, PathKind};
use text_size::{TextRange, TextSize};

pub(super) struct Lexer<'t> {
    pub(super) text: &'t str,
    /// The current token.
    pub(super) token: Token,
    start: usize,
    pub(super) end: usize,
    /// Where the token before it ends.
    before: usize,
    bounds: Option<Bounds>,
    /// Where comments are, if anybody wants to know.
    pub(super) comments: Option<Vec<TextRange>>,
}

impl<'t> Lexer<'t> {
    /// At the first token.
    pub(super) fn new(text: &'t str, bounds: Option<Bounds>, with_comments: bool) -> Surely<Self> {
        let mut lexer = Self {
            text,
            token: Token::End,
            start: 0,
            end: 0,
            before: 0,
            bounds,
            comments: with_comments.then(Vec::new),
        };
        lexer.advance()?;
        Some(lexer)
    }

    /// Goes to the next token.
    pub(super) fn advance(&mut self) -> Surely<()> {
        self.before = self.end;
        (self.token, self.start, self.end) = self.token_at(self.end)?;
        if self.comments.is_some() {
            self.collect_comments();
        }
        match &mut self.bounds {
            Some(bounds) => bounds.count(self.token, self.end - self.before),
            None => Some(()),
        }
    }

    /// Takes down the comments in front of the current token. Few texts want that, and the way of the others is the faster
    /// the less is in it.
    #[cold]
    fn collect_comments(&mut self) {
        let mut at = self.before;
        while at < self.start {
            let end = match self.byte(at) {
                Some(b'#' | b'/') => self.comment_end(at).unwrap_or(self.start),
                _ => {
                    at += 1;
                    continue;
                }
            };
            let range = TextRange::new(TextSize::new(at as u32), TextSize::new(end as u32));
            self.comments.get_or_insert_default().push(range);
            at = end;
        }
    }

    /// Goes on if this is the current token.
    pub(super) fn expect(&mut self, token: Token) -> Surely<()> {
        if self.token != token {
            return None;
        }
        self.advance()
    }

    /// Where the current token starts.
    pub(super) fn here(&self) -> TextSize {
        TextSize::new(self.start as u32)
    }

    /// The range of the current token.
    pub(super) fn range(&self) -> TextRange {
        TextRange::new(self.here(), TextSize::new(self.end as u32))
    }

    /// From a start to the end of what was read last.
    pub(super) fn since(&self, start: TextSize) -> TextRange {
        TextRange::new(start, TextSize::new(self.before as u32))
    }

    /// The text of the current token.
    pub(super) fn word(&self) -> &'t str {
        self.text.get(self.start..self.end).unwrap_or_default()
    }

    fn byte(&self, at: usize) -> Option<u8> {
        self.text.as_bytes().get(at).copied()
    }

    /// Does this stand at the end of the current token?
    pub(super) fn follows(&self, text: &str) -> bool {
        self.text
            .as_bytes()
            .get(self.end..)
            .is_some_and(|rest| rest.starts_with(text.as_bytes()))
    }

    /// Is the current brace the beginning of a parameter? Decided by the two tokens after it, as rnix does.
    pub(super) fn opens_pattern(&self) -> Surely<bool> {
        let (first, _, end) = self.token_at(self.end)?;
        if !matches!(first, Token::Ident | Token::Ellipsis | Token::RightBrace) {
            return Some(false);
        }
        let after = self.byte(self.skip_trivia(end)?);
        Some(match first {
            Token::Ident => matches!(after, Some(b',' | b'?' | b'}')),
            Token::Ellipsis => after == Some(b'}'),
            _ => matches!(after, Some(b':' | b'@')),
        })
    }

    /// Reads the text of a string or indented string from the end of the current token on. Gives it, and whether an
    /// interpolation follows; the current token's end is put behind `${` or the closing quotes.
    pub(super) fn string_text(&mut self, indented: bool) -> Surely<(&'t str, u32, bool)> {
        let from = self.end;
        let mut at = from;
        let interpolation = loop {
            match self.byte(at)? {
                b'"' if !indented => break false,
                b'\\' if !indented => at += 2,
                b'\'' if indented && self.byte(at + 1)? == b'\'' => match self.byte(at + 2) {
                    Some(b'\'' | b'$') => at += 3,
                    Some(b'\\') => at += 4,
                    _ => break false,
                },
                b'$' => match self.byte(at + 1)? {
                    b'$' => at += 2,
                    b'{' => break true,
                    _ => at += 1,
                },
                _ => at += 1,
            }
        };
        self.end = at + if indented || interpolation { 2 } else { 1 };
        let text = self.text.get(from..at)?;
        Some((text, from as u32, interpolation))
    }

    /// Reads the rest of a path behind an interpolation.
    pub(super) fn path_text(&mut self) -> Surely<(&'t str, u32)> {
        let from = self.end;
        self.end = self.run(from, is_path);
        let text = self.text.get(from..self.end)?;
        self.ends_path(text, self.end)?;
        Some((text, from as u32))
    }

    /// Brackets that are no tokens here, but ones that rnix counts.
    pub(super) fn open(&mut self, counts: bool) {
        if let Some(bounds) = &mut self.bounds {
            bounds.open(counts);
        }
    }

    pub(super) fn close(&mut self) {
        if let Some(bounds) = &mut self.bounds {
            bounds.close();
        }
    }

    /// The end of the run of such bytes.
    fn run(&self, from: usize, inside: fn(u8) -> bool) -> usize {
        let rest = self.text.as_bytes().get(from..).unwrap_or_default();
        from + rest.iter().take_while(|byte| inside(**byte)).count()
    }

    fn skip_trivia(&self, mut at: usize) -> Surely<usize> {
        loop {
            match self.byte(at) {
                Some(b' ' | b'\n' | b'\t') => at += 1,
                Some(b'#') => at = self.comment_end(at)?,
                Some(b'/') if self.byte(at + 1) == Some(b'*') => at = self.comment_end(at)?,
                _ => return Some(at),
            }
        }
    }

    /// The end of the comment that begins here.
    fn comment_end(&self, start: usize) -> Surely<usize> {
        if self.byte(start) == Some(b'#') {
            return Some(self.run(start, |byte| byte != b'\n'));
        }
        let body = self.text.get(start + 2..)?;
        Some(start + 2 + body.find("*/")? + 2)
    }

    /// The token at or after an offset, its start and its end.
    #[expect(clippy::too_many_lines, reason = "an arm for each kind of token")]
    fn token_at(&self, at: usize) -> Surely<(Token, usize, usize)> {
        let start = self.skip_trivia(at)?;
        let Some(first) = self.byte(start) else {
            return Some((Token::End, start, start));
        };
        let second = self.byte(start + 1);
        let one = |token| Some((token, start, start + 1));
        let two = |token| Some((token, start, start + 2));
        let operator = |op| one(Token::Operator(op));
        let long_operator = |op| two(Token::Operator(op));
        match (first, second) {
            (b'a'..=b'z' | b'A'..=b'Z' | b'_', _) => self.name(start),
            (b'0'..=b'9', _) => match self.is_relative_path(start, start)? {
                true => self.path(start, PathKind::Relative),
                false => self.number(start),
            },
            (b'.', Some(b'.')) if self.byte(start + 2) == Some(b'.') => {
                Some((Token::Ellipsis, start, start + 3))
            }
            (b'.' | b'+' | b'-', _) if self.is_relative_path(start, start)? => {
                self.path(start, PathKind::Relative)
            }
            (b'.', Some(b'0'..=b'9')) => {
                let end = self.exponent(self.run(start + 1, |byte| byte.is_ascii_digit()))?;
                Some((Token::Float, start, end))
            }
            (b'.', _) => one(Token::Dot),
            (b'/', Some(b'/')) => long_operator(BinaryOp::Update),
            (b'/', Some(b'$')) if self.byte(start + 2) == Some(b'{') => self.path(start, PathKind::Absolute),
            (b'/', Some(next)) if is_path(next) => self.path(start, PathKind::Absolute),
            (b'/', _) => operator(BinaryOp::Div),
            (b'~', Some(b'/')) => self.path(start, PathKind::Home),
            (b'<', Some(b'|')) => None,
            (b'<', next) => {
                let end = self.run(start, |byte| is_path(byte) || byte == b'<');
                match (self.byte(end), next) {
                    (Some(b'>'), _) => {
                        let end = self.run(start + 1, is_path);
                        let found = end > start + 1 && self.byte(end) == Some(b'>');
                        found.then_some((Token::Path(PathKind::Search), start, end + 1))
                    }
                    (_, Some(b'=')) => long_operator(BinaryOp::LessOrEq),
                    _ => operator(BinaryOp::Less),
                }
            }
            (b'>', Some(b'=')) => long_operator(BinaryOp::MoreOrEq),
            (b'>', _) => operator(BinaryOp::More),
            (b'=', Some(b'=')) => long_operator(BinaryOp::Equal),
            (b'=', _) => one(Token::Assign),
            (b'!', Some(b'=')) => long_operator(BinaryOp::NotEqual),
            (b'!', _) => one(Token::Not),
            (b'+', Some(b'+')) => long_operator(BinaryOp::Concat),
            (b'+', _) => operator(BinaryOp::Add),
            (b'-', Some(b'>')) => long_operator(BinaryOp::Implies),
            (b'-', _) => operator(BinaryOp::Sub),
            (b'*', _) => operator(BinaryOp::Mul),
            (b'&', Some(b'&')) => long_operator(BinaryOp::And),
            (b'|', Some(b'|')) => long_operator(BinaryOp::Or),
            (b'$', Some(b'{')) => two(Token::Interpolation),
            (b'"', _) => one(Token::Quote),
            (b'\'', Some(b'\'')) => two(Token::Indented),
            (b'{', _) => one(Token::LeftBrace),
            (b'}', _) => one(Token::RightBrace),
            (b'[', _) => one(Token::LeftBracket),
            (b']', _) => one(Token::RightBracket),
            (b'(', _) => one(Token::LeftParen),
            (b')', _) => one(Token::RightParen),
            (b';', _) => one(Token::Semicolon),
            (b',', _) => one(Token::Comma),
            (b':', _) => one(Token::Colon),
            (b'@', _) => one(Token::At),
            (b'?', _) => one(Token::Question),
            _ => None,
        }
    }

    fn name(&self, start: usize) -> Surely<(Token, usize, usize)> {
        let end = self.run(start, |byte| {
            byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'\'')
        });
        let word = self.text.get(start..end)?;
        // What could belong to a path or URI ends at a prime.
        if !word.as_bytes().contains(&b'\'') && self.is_relative_path(start, end)? {
            return self.path(start, PathKind::Relative);
        }
        let token = match word {
            "assert" => Token::Assert,
            "else" => Token::Else,
            "if" => Token::If,
            "in" => Token::In,
            "inherit" => Token::Inherit,
            "let" => Token::Let,
            "or" => Token::Or,
            "rec" => Token::Rec,
            "then" => Token::Then,
            "with" => Token::With,
            _ => Token::Ident,
        };
        Some((token, start, end))
    }

    /// Is what starts here, and goes on at least to `end`, a relative path? A URI is left to rnix.
    fn is_relative_path(&self, start: usize, end: usize) -> Surely<bool> {
        let end = self.run(end, |byte| is_path(byte) && byte != b'/');
        match (self.byte(end), self.byte(end + 1)) {
            (Some(b'/'), Some(b'/' | b'*' | b' ' | b'\n' | b'\t') | None) => Some(false),
            (Some(b'/'), Some(next)) => (next.is_ascii() && !next.is_ascii_control()).then_some(true),
            (Some(b':'), Some(next)) => {
                let uri = is_path(next) || b"%?:@&=$,!~*'".contains(&next);
                let starts_name = self.byte(start).is_some_and(|byte| byte.is_ascii_alphabetic());
                (!uri || !starts_name).then_some(false)
            }
            _ => Some(false),
        }
    }

    fn path(&self, start: usize, kind: PathKind) -> Surely<(Token, usize, usize)> {
        // A path in the home directory begins with a character of its own, any other with one that runs on.
        let end = self.run(start + 1, is_path);
        self.ends_path(self.text.get(start..end)?, end)?;
        Some((Token::Path(kind), start, end))
    }

    /// rnix takes what ends with a slash or holds two in a row for a mistake, unless an interpolation follows.
    fn ends_path(&self, text: &str, end: usize) -> Surely<()> {
        let goes_on = self.byte(end) == Some(b'$') && self.byte(end + 1) == Some(b'{');
        (goes_on || !(text.ends_with('/') || text.contains("//"))).then_some(())
    }

    fn number(&self, start: usize) -> Surely<(Token, usize, usize)> {
        let end = self.run(start, |byte| byte.is_ascii_digit());
        let leading_zero = self.byte(start) == Some(b'0') && end > start + 1;
        if leading_zero || self.byte(end) != Some(b'.') {
            return Some((Token::Integer, start, end));
        }
        let end = self.exponent(self.run(end + 1, |byte| byte.is_ascii_digit()))?;
        Some((Token::Float, start, end))
    }

    fn exponent(&self, at: usize) -> Surely<usize> {
        if !matches!(self.byte(at), Some(b'e' | b'E')) {
            return Some(at);
        }
        let sign = usize::from(matches!(self.byte(at + 1), Some(b'-' | b'+')));
        let end = self.run(at + 1 + sign, |byte| byte.is_ascii_digit());
        (end > at + 1 + sign).then_some(end)
    }
}

/// May this byte be in a path?
pub(super) fn is_path(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'/' | b'_' | b'.' | b'+' | b'-')
}

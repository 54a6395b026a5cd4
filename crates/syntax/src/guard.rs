//! Decides, in one linear pass, whether a text may be given to the parser at all.
//!
//! rnix 0.15.1 recurses once per nesting level and per operator, and rowan's cache of equal nodes hashes nested nodes
//! again and again: 200,000 `[` or `!` end the process, 200,000 `+1` or 1,000,000 `-` run for minutes. This pass
//! reads strings, comments and brackets just well enough to bound depth and work beforehand.

use crate::SyntaxError;
use text_size::TextRange;

/// Longer texts are not parsed. The largest file of nixpkgs that is written by hand has about one MiB.
pub const MAX_FILE_SIZE: usize = 16 * 1024 * 1024;

/// How deep brackets, strings and interpolations may nest. rnix gives up on the 512th nested expression, too;
/// hand-written files stay below 50.
pub const MAX_NESTING: usize = 500;

/// How many tokens may follow each other without a `;`, `,` or list bracket around them, summed over the enclosing
/// brackets. Bounds the depth of chains such as `a + b + c` and `f a b c`, which are trees as deep as they are long.
pub const MAX_CHAIN: usize = 10_000;

/// The tokenizer looks ahead to the end of a run of path characters for each token in it, so that a run such as
/// `1+1+1+1` costs its length squared. The bound, in characters looked at, is well under a second.
const MAX_LOOKAHEAD: usize = 100_000_000;

/// What the pass found out about a text that may be parsed.
pub(crate) struct Scan {
    /// A text of the same length to be parsed instead.
    pub(crate) patched: Option<String>,
    /// What the parser would not report.
    pub(crate) errors: Vec<SyntaxError>,
}

/// One open bracket or string.
struct Open {
    kind: Kind,
    /// Tokens since the last separator.
    chain: usize,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// The file itself, `(`, `{` or `${`.
    Expression,
    /// `[`: its elements are beside each other, not inside each other.
    List,
    String,
    Indented,
}

/// Reads a text.
pub(crate) fn scan(text: &str) -> Result<Scan, SyntaxError> {
    if text.len() > MAX_FILE_SIZE {
        return Err(SyntaxError::new(
            TextRange::empty(0.into()),
            format!(
                "file is larger than {} MiB and was not parsed",
                MAX_FILE_SIZE / 1024 / 1024
            ),
        ));
    }
    let mut scanner = Scanner {
        bytes: text.as_bytes(),
        at: 0,
        open: vec![Open {
            kind: Kind::Expression,
            chain: 0,
        }],
        live_chain: 0,
        lookahead: 0,
        patches: Vec::new(),
        errors: Vec::new(),
    };
    scanner.run()?;
    let Scanner { patches, errors, .. } = scanner;
    let patched = if patches.is_empty() {
        None
    } else {
        let mut bytes = text.as_bytes().to_vec();
        for (start, end, with) in patches {
            if let Some(stretch) = bytes.get_mut(start..end) {
                stretch.fill(with);
            }
        }
        // Only whole characters are replaced, by ASCII.
        String::from_utf8(bytes).ok()
    };
    Ok(Scan { patched, errors })
}

struct Scanner<'a> {
    bytes: &'a [u8],
    at: usize,
    open: Vec<Open>,
    /// The sum of all `chain`s.
    live_chain: usize,
    lookahead: usize,
    /// Stretches to be overwritten with a byte.
    patches: Vec<(usize, usize, u8)>,
    errors: Vec<SyntaxError>,
}

/// Characters that the tokenizer's lookahead runs over.
fn runs_on(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'/' | b'_' | b'.' | b'+' | b'-' | b'<')
}

impl Scanner<'_> {
    fn run(&mut self) -> Result<(), SyntaxError> {
        if self.bytes.starts_with(b"\xef\xbb\xbf") {
            self.patches.push((0, 3, b' '));
            self.error(0, 3, "byte order mark, which Nix does not accept");
            self.at = 3;
        }
        while let Some(byte) = self.peek(0) {
            match self.open.last().map_or(Kind::Expression, |open| open.kind) {
                Kind::String => self.string(byte)?,
                Kind::Indented => self.indented(byte)?,
                Kind::Expression | Kind::List => self.code(byte)?,
            }
        }
        Ok(())
    }

    fn peek(&self, ahead: usize) -> Option<u8> {
        self.bytes.get(self.at + ahead).copied()
    }

    fn error(&mut self, start: usize, end: usize, message: &str) {
        if self.errors.len() < 20 {
            let range = TextRange::new((start as u32).into(), (end as u32).into());
            self.errors.push(SyntaxError::new(range, message));
        }
    }

    fn push(&mut self, kind: Kind, width: usize) -> Result<(), SyntaxError> {
        if self.open.len() > MAX_NESTING {
            return Err(self.too_deep());
        }
        self.open.push(Open { kind, chain: 0 });
        self.at += width;
        Ok(())
    }

    fn pop(&mut self) {
        // The file itself stays open, whatever closing brackets there are.
        if self.open.len() > 1
            && let Some(closed) = self.open.pop()
        {
            self.live_chain -= closed.chain;
        }
        self.at += 1;
    }

    fn too_deep(&self) -> SyntaxError {
        let at = (self.at as u32).into();
        SyntaxError::new(TextRange::empty(at), "nested too deeply: the file was not parsed")
    }

    fn nul(&mut self) {
        if self.peek(0) == Some(0) {
            self.error(self.at, self.at + 1, "null byte in a string");
        }
    }

    fn string(&mut self, byte: u8) -> Result<(), SyntaxError> {
        self.nul();
        match (byte, self.peek(1)) {
            (b'"', _) => self.pop(),
            (b'\\', _) => self.at += 2,
            (b'$', Some(b'$')) => self.at += 2,
            (b'$', Some(b'{')) => self.push(Kind::Expression, 2)?,
            _ => self.at += 1,
        }
        Ok(())
    }

    fn indented(&mut self, byte: u8) -> Result<(), SyntaxError> {
        self.nul();
        match (byte, self.peek(1), self.peek(2)) {
            (b'\'', Some(b'\''), Some(b'\'' | b'$')) => self.at += 3,
            (b'\'', Some(b'\''), Some(b'\\')) => self.at += 4,
            (b'\'', Some(b'\''), _) => {
                self.pop();
                self.at += 1;
            }
            (b'$', Some(b'$'), _) => self.at += 2,
            (b'$', Some(b'{'), _) => self.push(Kind::Expression, 2)?,
            _ => self.at += 1,
        }
        Ok(())
    }

    fn code(&mut self, byte: u8) -> Result<(), SyntaxError> {
        match (byte, self.peek(1)) {
            (b' ' | b'\t' | b'\r' | b'\n', _) => self.at += 1,
            (b'#', _) => self.line_comment(),
            (b'/', Some(b'*')) => self.block_comment(),
            (b'"', _) => {
                self.token()?;
                self.push(Kind::String, 1)?;
            }
            (b'\'', Some(b'\'')) => {
                self.token()?;
                self.push(Kind::Indented, 2)?;
            }
            (b'$', Some(b'{')) => {
                self.token()?;
                self.push(Kind::Expression, 2)?;
            }
            (b'[', _) => {
                self.token()?;
                self.push(Kind::List, 1)?;
            }
            (b'(' | b'{', _) => {
                self.token()?;
                self.push(Kind::Expression, 1)?;
            }
            (b')' | b']' | b'}', _) => self.pop(),
            (b';' | b',', _) => {
                if let Some(open) = self.open.last_mut() {
                    self.live_chain -= open.chain;
                    open.chain = 0;
                }
                self.at += 1;
            }
            _ if runs_on(byte) => self.path_run()?,
            (0x80.., _) => {
                // White space outside of ASCII is none for Nix; anything else the parser reports itself.
                self.token()?;
                self.at += 1;
                while self.peek(0).is_some_and(|byte| (0x80..0xc0).contains(&byte)) {
                    self.at += 1;
                }
            }
            (0x0b | 0x0c | 0x1c..=0x1f, _) => {
                self.error(self.at, self.at + 1, "invalid character");
                self.at += 1;
            }
            _ => {
                self.token()?;
                self.at += 1;
            }
        }
        Ok(())
    }

    /// Counts a token of a chain.
    fn token(&mut self) -> Result<(), SyntaxError> {
        if let Some(open) = self.open.last_mut()
            && open.kind == Kind::Expression
        {
            open.chain += 1;
            self.live_chain += 1;
        }
        if self.live_chain > MAX_CHAIN {
            return Err(self.too_deep());
        }
        Ok(())
    }

    /// A run of names, numbers, paths and operators without white space.
    fn path_run(&mut self) -> Result<(), SyntaxError> {
        let start = self.at;
        let mut separators = 0;
        let mut in_word = false;
        while let Some(byte) = self.peek(0).filter(|byte| runs_on(*byte)) {
            if byte == b'/' && self.peek(1) == Some(b'*') {
                break;
            }
            let word = byte.is_ascii_alphanumeric() || byte == b'_';
            if !word {
                separators += 1;
                self.token()?;
            } else if !in_word {
                self.token()?;
            }
            in_word = word;
            self.at += 1;
        }
        self.lookahead += (self.at - start) * (separators + 1);
        // A list of lists or of numbers has no chain, but operators may hide in it.
        if self.lookahead > MAX_LOOKAHEAD || separators > MAX_CHAIN {
            return Err(self.too_deep());
        }
        if self.at == start {
            self.at += 1;
        }
        Ok(())
    }

    fn line_comment(&mut self) {
        while let Some(byte) = self.peek(0) {
            if byte == b'\n' {
                break;
            }
            if byte == b'\r' {
                // A comment ends at a carriage return, too, which the parser does not know.
                if self.peek(1) != Some(b'\n') {
                    self.patches.push((self.at, self.at + 1, b'\n'));
                }
                break;
            }
            self.at += 1;
        }
    }

    fn block_comment(&mut self) {
        self.at += 2;
        while let Some(byte) = self.peek(0) {
            if byte == b'*' && self.peek(1) == Some(b'/') {
                self.at += 2;
                return;
            }
            self.at += 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_flat_texts_pass() {
        for text in [
            format!("[{}]", "1 ".repeat(100_000)),
            format!("{{{}}}", "a.b.c = f 1 2 3;".repeat(100_000)),
            format!("\"{}\"", "${a} b ".repeat(100_000)),
            format!("#{}\n1", "[".repeat(100_000)),
            format!("/*{}*/1", "[".repeat(100_000)),
            format!("''{}''", "[(".repeat(100_000)),
            format!("{{ {} }}: 1", "a,".repeat(100_000)),
        ] {
            assert!(scan(&text).is_ok(), "{}", &text[..20]);
        }
    }

    #[test]
    fn deep_texts_do_not() {
        for piece in [
            "[",
            "(",
            "{",
            "\"${",
            "''${",
            "!",
            "-",
            "- ",
            "+1",
            "+ 1",
            "a ",
            "a: ",
            "a++",
            "a.",
            "<",
            "if a then b else ",
        ] {
            let text = piece.repeat(200_000);
            assert!(scan(&text).is_err(), "{piece}");
        }
    }
}

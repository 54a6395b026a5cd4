//! Decides, in one linear pass, whether a text may be given to the parser at all.
//!
//! rnix 0.15.1 recurses once per nesting level and per operator, and rowan's cache of equal nodes hashes nested nodes
//! again and again: 200,000 `[` or `!` end the process, 200,000 `+1` or 1,000,000 `-` run for minutes. This pass
//! walks over the same tokens as the parser (so that both agree on what is a string) and bounds depth and work
//! beforehand. All times are of a build with rnix and rowan at optimisation level 2, as the workspace has it.

use crate::SyntaxError;
use crate::limits::{MAX_BROKEN, MAX_CHAIN, MAX_FILE_SIZE, MAX_LOOKAHEAD, MAX_NESTING, MAX_WORK, runs_on};
use rnix::SyntaxKind::{self, *};
use text_size::TextRange;

/// What the pass found out about a text that may be parsed.
pub(crate) struct Scan {
    /// A text of the same length to be parsed instead.
    pub(crate) patched: Option<String>,
    /// What the parser would not report.
    pub(crate) errors: Vec<SyntaxError>,
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
    if is_small_and_plain(text) {
        return Ok(Scan {
            patched: None,
            errors: Vec::new(),
        });
    }
    let mut errors = Vec::new();
    let mut patched = None;
    if let Some(rest) = text.strip_prefix('\u{feff}') {
        let range = TextRange::up_to(3.into());
        errors.push(SyntaxError::new(
            range,
            "byte order mark, which Nix does not accept",
        ));
        patched = Some(format!("   {rest}"));
    }
    let mut scanner = Scanner::new(errors);
    scanner.run(patched.as_deref().unwrap_or(text))?;
    if scanner.lone_return {
        // For Nix a comment ends at a carriage return, for the parser it does not. Elsewhere, apart from indented
        // strings, both mean the same.
        let fixed = without_lone_returns(patched.as_deref().unwrap_or(text));
        scanner = Scanner::new(scanner.errors);
        scanner.errors.retain(|error| error.range.start() == 0.into());
        scanner.run(&fixed)?;
        patched = Some(fixed);
    }
    Ok(Scan {
        patched,
        errors: scanner.errors,
    })
}

/// Can this text exceed no bound, whatever its tokens are, and hold nothing that the parser takes and Nix does not?
/// Most files are such, and need no pass over their tokens.
fn is_small_and_plain(text: &str) -> bool {
    let plain = |byte: &u8| matches!(byte, b'\t' | b'\n' | b' '..=b'~');
    let opens = |byte: &&u8| matches!(byte, b'[' | b'(' | b'{' | b'"' | b'\'');
    text.len() <= MAX_CHAIN
        && text.as_bytes().iter().all(plain)
        && text.as_bytes().iter().filter(opens).count() < MAX_NESTING
}

/// Makes each carriage return that has no line feed after it one.
fn without_lone_returns(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        let lone = c == '\r' && chars.peek() != Some(&'\n');
        out.push(if lone { '\n' } else { c });
    }
    out
}

fn has_lone_return(comment: &str) -> bool {
    let body = comment.strip_suffix('\r').unwrap_or(comment);
    comment.starts_with('#') && body.contains('\r')
}

/// One open bracket or string.
struct Open {
    /// The token that opened it.
    by: SyntaxKind,
    /// Tokens since the last separator.
    chain: usize,
}

struct Scanner {
    open: Vec<Open>,
    /// The sum of all `chain`s.
    live_chain: usize,
    work: usize,
    lookahead: usize,
    /// The end of the run of path characters that was looked at last.
    run_end: usize,
    /// Did a closing bracket not match, or was an operand missing?
    broken: bool,
    /// Tokens that are neither white space nor comments.
    tokens: usize,
    /// The last one of them.
    last: SyntaxKind,
    /// Is there a comment with a carriage return in it?
    lone_return: bool,
    errors: Vec<SyntaxError>,
}

impl Scanner {
    fn new(errors: Vec<SyntaxError>) -> Self {
        Self {
            open: vec![Open {
                by: NODE_ROOT,
                chain: 0,
            }],
            live_chain: 0,
            work: 0,
            lookahead: 0,
            run_end: 0,
            broken: false,
            tokens: 0,
            last: NODE_ROOT,
            lone_return: false,
            errors,
        }
    }

    fn run(&mut self, text: &str) -> Result<(), SyntaxError> {
        let too_deep = |at: usize| {
            let at = u32::try_from(at).unwrap_or(u32::MAX).into();
            Err(SyntaxError::new(
                TextRange::empty(at),
                "nested too deeply: the file was not parsed",
            ))
        };
        let mut tokens = rnix::tokenize(text);
        let mut at = 0;
        loop {
            self.look_ahead(text.as_bytes(), at);
            if self.lookahead > MAX_LOOKAHEAD {
                return too_deep(at);
            }
            let Some((kind, token)) = tokens.next() else {
                return Ok(());
            };
            self.token(kind, token, at);
            self.work += self.live_chain + self.open.len();
            let out_of_bounds = self.open.len() > MAX_NESTING
                || self.live_chain > MAX_CHAIN
                || self.work > MAX_WORK
                || (self.broken && self.tokens > MAX_BROKEN);
            if out_of_bounds {
                return too_deep(at);
            }
            at += token.len();
        }
    }

    /// Counts what the tokenizer is about to look at.
    fn look_ahead(&mut self, bytes: &[u8], at: usize) {
        if at >= self.run_end {
            let run = bytes.iter().skip(at).take_while(|byte| runs_on(**byte)).count();
            self.run_end = at + run;
        }
        self.lookahead += self.run_end - at;
    }

    fn token(&mut self, kind: SyntaxKind, text: &str, at: usize) {
        match kind {
            TOKEN_WHITESPACE => self.only_ascii_space(text, at),
            TOKEN_COMMENT => self.lone_return |= has_lone_return(text),
            TOKEN_STRING_CONTENT => {
                if let Some(inner) = text.find('\0') {
                    self.error(at + inner, 1, "null byte in a string");
                }
            }
            TOKEN_STRING_START | TOKEN_INTERPOL_START | TOKEN_L_PAREN | TOKEN_L_BRACE | TOKEN_L_BRACK => {
                self.link();
                self.open.push(Open { by: kind, chain: 0 });
            }
            TOKEN_STRING_END => self.close(TOKEN_STRING_START),
            TOKEN_INTERPOL_END => self.close(TOKEN_INTERPOL_START),
            TOKEN_R_PAREN => self.close(TOKEN_L_PAREN),
            TOKEN_R_BRACE => self.close(TOKEN_L_BRACE),
            TOKEN_R_BRACK => self.close(TOKEN_L_BRACK),
            TOKEN_SEMICOLON | TOKEN_COMMA => {
                // After an operator, the parser takes it for the missing operand and goes on with the chain.
                if !ends_operand(self.last) {
                    self.broken = true;
                } else if let Some(open) = self.open.last_mut() {
                    self.live_chain -= open.chain;
                    open.chain = 0;
                }
            }
            _ => self.link(),
        }
        if !kind.is_trivia() {
            self.last = kind;
            self.tokens += 1;
        }
    }

    fn close(&mut self, opened_by: SyntaxKind) {
        let empty = match opened_by {
            TOKEN_L_BRACE => matches!(self.last, TOKEN_L_BRACE | TOKEN_SEMICOLON | TOKEN_COMMA),
            TOKEN_L_BRACK => self.last == TOKEN_L_BRACK,
            TOKEN_STRING_START => true,
            _ => false,
        };
        // What does not match, or takes the place of an operand, may or may not close something for the parser:
        // assume that it does not.
        let matches = self.open.last().is_some_and(|open| open.by == opened_by);
        if matches && (empty || ends_operand(self.last)) {
            if let Some(closed) = self.open.pop() {
                self.live_chain -= closed.chain;
            }
        } else {
            self.broken = true;
        }
    }

    /// Counts a token of a chain. The elements of a list are beside each other, and so are the parts of a string;
    /// but what an operator or `or` in a list makes is a chain, too.
    fn link(&mut self) {
        if let Some(open) = self.open.last_mut()
            && !matches!(open.by, TOKEN_L_BRACK | TOKEN_STRING_START)
        {
            open.chain += 1;
            self.live_chain += 1;
        }
    }

    /// The parser takes any white space of Unicode, Nix only these.
    fn only_ascii_space(&mut self, text: &str, at: usize) {
        for (inner, c) in text.char_indices() {
            if !matches!(c, ' ' | '\t' | '\r' | '\n') {
                self.error(at + inner, c.len_utf8(), "white space that is none for Nix");
            }
        }
    }

    fn error(&mut self, start: usize, length: usize, message: &str) {
        if self.errors.len() < 20 {
            let start = u32::try_from(start).unwrap_or(u32::MAX).into();
            let range = TextRange::at(start, (length as u32).into());
            self.errors.push(SyntaxError::new(range, message));
        }
    }
}

/// Can an expression, an argument or a list of names end with this token?
fn ends_operand(kind: SyntaxKind) -> bool {
    kind.is_literal()
        || matches!(
            kind,
            TOKEN_IDENT
                | TOKEN_OR
                | TOKEN_STRING_END
                | TOKEN_INTERPOL_END
                | TOKEN_R_PAREN
                | TOKEN_R_BRACE
                | TOKEN_R_BRACK
                | TOKEN_ELLIPSIS
                | TOKEN_INHERIT
        )
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
            format!("\"{}\"", "ab+/".repeat(100_000)),
            format!("{{ {} }}: 1", "a,".repeat(100_000)),
            // Half-typed, so that nothing after it matches.
            format!("{{ x = [ ; {} }}", "a = [ (b) ];".repeat(4_000)),
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
            "[)",
            "([)]",
            "x:/*[",
            "./a/*[",
            "http://a''[",
            "a.a or ",
            "-;",
            ", ()",
            "a ${} ",
            "+ ,",
        ] {
            let text = piece.repeat(25_000);
            assert!(scan(&text).is_err(), "{piece}");
        }
    }

    #[test]
    fn many_chains_are_as_bad_as_one() {
        let chain = format!("({}); ", "a ".repeat(5_000));
        assert!(scan(&chain.repeat(10)).is_ok());
        assert!(scan(&chain.repeat(40)).is_err());
    }
}

//! The parser's errors in words for humans.

use crate::SyntaxError;
use rnix::{ParseError, SyntaxKind};
use text_size::{TextRange, TextSize};

/// More errors than this in one file help nobody; a file of another language easily yields one per token.
const MAX_ERRORS: usize = 100;

/// Puts the parser's errors into words.
pub(crate) fn from_rnix(parse: &rnix::Parse<rnix::Root>, errors: &mut Vec<SyntaxError>) {
    let root = parse.syntax();
    let end = root.text_range().end();
    let mut last: Option<TextRange> = None;
    for error in parse.errors().iter().take(MAX_ERRORS) {
        let (range, message) = match error {
            ParseError::Unexpected(range) | ParseError::UnexpectedExtra(range) => {
                let (range, what) = first_token(&root, *range);
                (range, format!("unexpected {what}"))
            }
            ParseError::UnexpectedWanted(_, range, wanted) => {
                let (range, what) = first_token(&root, *range);
                (range, format!("unexpected {what}, expected {}", expected(wanted)))
            }
            ParseError::UnexpectedDoubleBind(range) => (*range, "the argument is already named".to_owned()),
            ParseError::UnexpectedEOF => (TextRange::empty(end), "unexpected end of file".to_owned()),
            ParseError::UnexpectedEOFWanted(wanted) => (
                TextRange::empty(end),
                format!("unexpected end of file, expected {}", expected(wanted)),
            ),
            ParseError::DuplicatedArgs(range, name) => (*range, format!("duplicate argument `{name}`")),
            ParseError::RecursionLimitExceeded => {
                (TextRange::empty(TextSize::new(0)), "nested too deeply".to_owned())
            }
            other => (TextRange::empty(end), other.to_string()),
        };
        // The parser reports each missing closing token of an unfinished file; the first one says enough.
        let repeated = errors.iter().any(|known| known.range.start() == range.start());
        // A statement that is wrong is wrong up to the next line: what follows in it is no other mistake.
        let follows = last.is_some_and(|last| is_near(&root, last, range));
        if !repeated && !follows {
            errors.push(SyntaxError::new(range, message));
        }
        last = Some(range);
    }
}

/// Does a range begin in the line in which another ends, or in the next?
fn is_near(root: &rnix::SyntaxNode, one: TextRange, next: TextRange) -> bool {
    let (start, end) = (one.end().min(next.start()), next.start());
    let mut newlines = 0;
    root.text()
        .slice(TextRange::new(start, end))
        .for_each_chunk(|chunk| newlines += chunk.matches('\n').count());
    newlines < 2
}

/// An error node may reach to the end of the file: point at its first token.
fn first_token(root: &rnix::SyntaxNode, range: TextRange) -> (TextRange, String) {
    let token = root
        .token_at_offset(range.start())
        .right_biased()
        .filter(|token| !token.text_range().is_empty());
    match token {
        Some(token) if token.kind() == SyntaxKind::TOKEN_ERROR && token.text().starts_with("/*") => {
            (token.text_range(), "unterminated comment".to_owned())
        }
        Some(token) => (token.text_range(), name_of(token.text())),
        None => (range, "end of file".to_owned()),
    }
}

/// A token's text, cut short.
fn name_of(text: &str) -> String {
    let line = text.lines().next().unwrap_or_default();
    // A text that is not Nix at all may hold anything; control characters must not get to a terminal.
    let mut short: String = line
        .chars()
        .take(30)
        .map(|c| if c.is_control() { '\u{fffd}' } else { c })
        .collect();
    if line.chars().nth(30).is_some() || line.len() < text.len() {
        short.push('…');
    }
    format!("`{short}`")
}

/// The parser's wishes in words.
fn expected(wanted: &[SyntaxKind]) -> String {
    if wanted.contains(&SyntaxKind::TOKEN_L_PAREN) {
        return "an expression".to_owned();
    }
    if wanted.contains(&SyntaxKind::TOKEN_IDENT) && wanted.contains(&SyntaxKind::TOKEN_OR) {
        return "an attribute name".to_owned();
    }
    let names: Vec<&str> = wanted
        .iter()
        .map(|kind| match kind {
            SyntaxKind::TOKEN_ASSIGN => "`=`",
            SyntaxKind::TOKEN_AT => "`@`",
            SyntaxKind::TOKEN_COLON => "`:`",
            SyntaxKind::TOKEN_COMMA => "`,`",
            SyntaxKind::TOKEN_ELLIPSIS => "`...`",
            SyntaxKind::TOKEN_ELSE => "`else`",
            SyntaxKind::TOKEN_IDENT => "a name",
            SyntaxKind::TOKEN_IN => "`in`",
            SyntaxKind::TOKEN_INTERPOL_END | SyntaxKind::TOKEN_R_BRACE => "`}`",
            SyntaxKind::TOKEN_INTERPOL_START => "`${`",
            SyntaxKind::TOKEN_L_BRACE => "`{`",
            SyntaxKind::TOKEN_R_BRACK => "`]`",
            SyntaxKind::TOKEN_R_PAREN => "`)`",
            SyntaxKind::TOKEN_SEMICOLON => "`;`",
            SyntaxKind::TOKEN_STRING_CONTENT => "text",
            SyntaxKind::TOKEN_STRING_END => "the end of the string",
            SyntaxKind::TOKEN_STRING_START => "a string",
            SyntaxKind::TOKEN_THEN => "`then`",
            _ => "something else",
        })
        .collect();
    names.join(" or ")
}

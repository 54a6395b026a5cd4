//! How Podman's generator splits a value into words.
//!
//! It is systemd's way in two of its forms, with two traits of its own: an empty word in quotes ends the value, whatever
//! follows, and so does NUL.

use crate::vocabulary::words::{self, Word, escaped};
use nixpod_model::Text;

/// The words of a value.
#[derive(Debug, Default)]
pub(crate) struct Split {
    pub(crate) words: Vec<Word>,
    /// What is wrong with the value, if something is.
    pub(crate) problem: Option<SplitProblem>,
}

/// Why a value is not split as it was meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum SplitProblem {
    /// A quotation mark is not closed; the value is left out.
    Quotes,
    /// The same where Podman takes it as closed at the end.
    OpenQuotes,
    /// A backslash before something that is no escape; the value is left out.
    Escape,
    /// There are words after an empty one, which are lost.
    EmptyWord,
}

impl Split {
    /// The words as texts.
    pub(crate) fn texts(&self, whole: &Text) -> Vec<Text> {
        words::texts(&self.words, whole)
    }
}

/// A value of words that are arguments: quotes are taken off, and C escapes are replaced.
pub(crate) fn arguments(value: &str) -> Split {
    split(value, Form::Arguments)
}

/// A value that is a list of plain words: quotes are taken off, and a backslash is itself.
pub(crate) fn list(value: &str) -> Split {
    split(value, Form::List)
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Form {
    Arguments,
    List,
}

const fn is_blank(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\n' | b'\r')
}

fn split(value: &str, form: Form) -> Split {
    let value = value.split('\0').next().unwrap_or_default();
    let mut out = Split::default();
    let mut at = 0;
    loop {
        at = skip_blanks(value, at);
        if at >= value.len() {
            return out;
        }
        let mut word = Word::default();
        match read_word(value, at, form, &mut word) {
            Ok(end) => at = end,
            // Words at the end that are not closed are taken as they are, in this form.
            Err(SplitProblem::OpenQuotes) => {
                out.problem = Some(SplitProblem::OpenQuotes);
                at = value.len();
            }
            Err(problem) => {
                return Split {
                    words: Vec::new(),
                    problem: Some(problem),
                };
            }
        }
        if word.is_empty() {
            if skip_blanks(value, at) < value.len() {
                out.problem = Some(SplitProblem::EmptyWord);
            }
            return out;
        }
        out.words.push(word);
    }
}

fn skip_blanks(value: &str, at: usize) -> usize {
    let rest = value.as_bytes().get(at..).unwrap_or_default();
    at + rest.iter().take_while(|byte| is_blank(**byte)).count()
}

/// Reads a word that begins at a place, up to where it ends.
fn read_word(value: &str, begin: usize, form: Form, word: &mut Word) -> Result<usize, SplitProblem> {
    let bytes = value.as_bytes();
    let mut at = begin;
    let mut quote = None;
    while let Some(byte) = bytes.get(at).copied() {
        match (quote, byte) {
            (_, b'\\') if form == Form::Arguments => at = read_escape(value, at, word)?,
            (Some(mark), _) if byte == mark => {
                quote = None;
                at += 1;
            }
            (None, b'"' | b'\'') => {
                quote = Some(byte);
                at += 1;
            }
            (None, _) if is_blank(byte) => return Ok(at),
            _ => {
                let stretch = bytes.get(at + 1..).unwrap_or_default();
                let end = at + 1 + stretch.iter().take_while(|byte| !is_special(**byte)).count();
                word.push(at, end);
                at = end;
            }
        }
    }
    match (quote, form) {
        (None, _) => Ok(at),
        (Some(_), Form::Arguments) => Err(SplitProblem::OpenQuotes),
        (Some(_), Form::List) => Err(SplitProblem::Quotes),
    }
}

/// May a character mean something else than itself? All such are of one byte, so that none is cut in two.
const fn is_special(byte: u8) -> bool {
    is_blank(byte) || matches!(byte, b'"' | b'\'' | b'\\')
}

/// Reads what begins with a backslash, up to where it ends.
fn read_escape(value: &str, begin: usize, word: &mut Word) -> Result<usize, SplitProblem> {
    let rest = value.get(begin + 1..).unwrap_or_default();
    // A backslash at the end is eaten up.
    let Some(first) = rest.chars().next() else {
        return Ok(value.len());
    };
    let simple = match first {
        '\\' | '"' | '\'' => Some(first),
        _ => escaped(first),
    };
    let (c, len) = match (simple, first) {
        (Some(c), _) => (Some(c), 1),
        (None, 'x') => (number(rest.get(1..3), 16), 3),
        (None, 'u') => (number(rest.get(1..5), 16), 5),
        (None, 'U') => (number(rest.get(1..9), 16), 9),
        (None, '0'..='7') => (number(rest.get(..3), 8).filter(|c| u32::from(*c) < 256), 3),
        _ => (None, 0),
    };
    let end = begin + 1 + len;
    match c {
        Some(c) => word.push_escape(c, begin, end),
        None => return Err(SplitProblem::Escape),
    }
    Ok(end)
}

/// A character by its number; NUL is none.
fn number(digits: Option<&str>, radix: u32) -> Option<char> {
    let digits = digits.filter(|digits| digits.chars().all(|c| c.is_digit(radix)))?;
    let number = u32::from_str_radix(digits, radix).ok()?;
    char::from_u32(number).filter(|c| *c != '\0')
}

#[cfg(test)]
mod tests {
    use super::{Split, arguments, list};
    use expect_test::{Expect, expect};
    use nixpod_model::Text;
    use nixpod_source::Origin;

    #[track_caller]
    fn check(how: fn(&str) -> Split, values: &[&str], expected: Expect) {
        let mut out = String::new();
        for value in values {
            let text = Text::known(*value, Origin::default());
            let split = how(value);
            let words: Vec<String> = split.texts(&text).iter().map(Text::display).collect();
            out.push_str(&format!("{value:?} => {words:?}"));
            if let Some(problem) = split.problem {
                out.push_str(&format!(" {problem:?}"));
            }
            out.push('\n');
        }
        expected.assert_eq(&out);
    }

    #[test]
    fn values_that_are_arguments() {
        check(
            arguments,
            &[
                "run  --a\tb",
                r#"--env "A=b c" 'd e' f"g h"i"#,
                r#"'it\'s' "\x41\u00e9\101" a\sb"#,
                r#"sh "" b"#,
                r#"sh """#,
                r#""open a"#,
                r"a\qb c",
                r"end\",
                "nul\0 b",
                r"\x4 a",
                r"\x00",
                r"\400",
                "é \"ü ß",
                "",
            ],
            expect![[r#"
                "run  --a\tb" => ["run", "--a", "b"]
                "--env \"A=b c\" 'd e' f\"g h\"i" => ["--env", "A=b c", "d e", "fg hi"]
                "'it\\'s' \"\\x41\\u00e9\\101\" a\\sb" => ["it's", "AéA", "a b"]
                "sh \"\" b" => ["sh"] EmptyWord
                "sh \"\"" => ["sh"]
                "\"open a" => ["open a"] OpenQuotes
                "a\\qb c" => [] Escape
                "end\\" => ["end"]
                "nul\0 b" => ["nul"]
                "\\x4 a" => [] Escape
                "\\x00" => [] Escape
                "\\400" => [] Escape
                "é \"ü ß" => ["é", "ü ß"] OpenQuotes
                "" => []
            "#]],
        );
    }

    #[test]
    fn values_that_are_lists() {
        check(
            list,
            &["a  b", r#""a b" c"#, r"C:\x d", r#"a "open"#, r#"a "" b"#, " "],
            expect![[r#"
                "a  b" => ["a", "b"]
                "\"a b\" c" => ["a b", "c"]
                "C:\\x d" => ["C:\\x", "d"]
                "a \"open" => [] Quotes
                "a \"\" b" => ["a"] EmptyWord
                " " => []
            "#]],
        );
    }
}

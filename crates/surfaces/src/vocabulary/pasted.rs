//! Texts that a module puts into a script or into a file of an environment as they are, so that others than Nix read them.

use crate::vocabulary::certainty::part;
use crate::vocabulary::line::Line;
use crate::vocabulary::text::origin_of;
use crate::vocabulary::words::{self, Word, split};
use nixpod_model::{Field, Text};
use nixpod_source::Why;

/// Adds what a shell makes of a text that stands in a command as it is.
pub(crate) fn add(line: &mut Line, field: &Field<Text>) {
    let Some(text) = field.value() else {
        line.word(field.clone());
        return;
    };
    let trouble = trouble(&text.pattern());
    if trouble.is_none() {
        line.words(split(text, words::shell).into_iter().map(|word| {
            let origin = origin_of(&word);
            part(field, word, origin)
        }));
        return;
    }
    let why = Why::Undecided("what the shell of the start script makes of it is not known".to_owned());
    line.word(Field::unknown(why, field.origin.clone()));
    if trouble == Some(Trouble::Ends) {
        line.stop();
    }
}

/// What cannot be told of a text without running the shell.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Trouble {
    /// Something is expanded.
    Expands,
    /// The command ends somewhere in it.
    Ends,
}

fn trouble(text: &str) -> Option<Trouble> {
    let mut out = None;
    let mut quote = None;
    let mut is_begin = true;
    let mut chars = text.chars();
    while let Some(c) = chars.next() {
        let was_begin = std::mem::replace(&mut is_begin, false);
        match (quote, c) {
            (Some('\''), '\'') | (Some('"'), '"') => quote = None,
            (Some('\''), _) => {}
            (_, '\\') => drop(chars.next()),
            (_, '$' | '`') => out = Some(Trouble::Expands),
            (Some(_), _) => {}
            (None, '\'' | '"') => quote = Some(c),
            (None, ';' | '|' | '&' | '(' | ')' | '<' | '>' | '\n') => return Some(Trouble::Ends),
            (None, '#') if was_begin => return Some(Trouble::Ends),
            (None, '~') if was_begin => out = Some(Trouble::Expands),
            (None, '{') => out = Some(Trouble::Expands),
            (None, c) => is_begin = c.is_whitespace(),
        }
    }
    // A quotation that is not closed takes the rest of the script.
    quote.map(|_| Trouble::Ends).or(out)
}

/// The value of a variable as systemd reads it from a file of an environment: what stands behind the `=` to the end of the
/// line. Blanks at both ends go, a backslash is for the character behind it, and only at the beginning is there a quotation.
/// Whatever follows one is as it is.
pub(crate) fn value(text: &Text) -> Text {
    let pattern = text.pattern();
    let mut word = Word::default();
    let mut chars = pattern.char_indices().peekable();
    let mut is_quoted = true;
    // Up to here it reaches without the blanks behind.
    let mut filled = Word::default();
    while let Some((at, c)) = chars.next() {
        let end = at + c.len_utf8();
        match c {
            '\n' | '\r' => break,
            '\\' => {
                is_quoted = false;
                if let Some((at, c)) = chars.next() {
                    word.push(at, at + c.len_utf8());
                    filled.clone_from(&word);
                }
            }
            ' ' | '\t' if is_quoted => {}
            '"' | '\'' if is_quoted => {
                quotation(c, &mut chars, &mut word);
                filled.clone_from(&word);
            }
            ' ' | '\t' => word.push(at, end),
            _ => {
                is_quoted = false;
                word.push(at, end);
                filled.clone_from(&word);
            }
        }
    }
    filled.text(text)
}

/// The rest of a quotation. A backslash is one in double quotes only, and only before what it is needed for.
fn quotation(mark: char, chars: &mut std::iter::Peekable<std::str::CharIndices<'_>>, word: &mut Word) {
    while let Some((at, c)) = chars.next() {
        let end = at + c.len_utf8();
        if c == mark {
            return;
        }
        if c != '\\' || mark == '\'' {
            word.push(at, end);
            continue;
        }
        match chars.next() {
            Some((_, '\n' | '\r')) | None => {}
            Some((next, c @ ('"' | '\\' | '`' | '$'))) => word.push(next, next + c.len_utf8()),
            Some((next, c)) => word.push(at, next + c.len_utf8()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{add, value};
    use crate::vocabulary::line::Line;
    use expect_test::{Expect, expect};
    use nixpod_model::{Field, Text};
    use nixpod_source::Origin;

    #[track_caller]
    fn words(text: &str, expected: Expect) {
        let mut line = Line::new("podman");
        add(&mut line, &Field::default(Text::known(text, Origin::default())));
        line.own("behind");
        let words = line.finish();
        let words = words.iter().skip(1).map(|word| match word.text.value() {
            Some(text) => text.display(),
            None => "?".to_owned(),
        });
        expected.assert_eq(&words.collect::<Vec<_>>().join(" | "));
    }

    #[test]
    fn what_a_shell_makes_of_a_text() {
        words("web:1.2", expect!["web:1.2 | behind"]);
        words(
            r#" say "a b" back\slash "#,
            expect!["say | a b | backslash | behind"],
        );
        words(
            "json-file --log-opt a=b",
            expect!["json-file | --log-opt | a=b | behind"],
        );
        words("", expect!["behind"]);
        words("a$b", expect!["? | behind"]);
        words("~", expect!["? | behind"]);
        words("'$b' a~#", expect!["$b | a~# | behind"]);
        words("a;b", expect!["?"]);
        words("a #b", expect!["?"]);
        words("it's", expect!["?"]);
    }

    #[test]
    fn what_systemd_makes_of_a_value() {
        for (text, expected) in [
            ("10.0.0.1", "10.0.0.1"),
            ("  a b  ", "a b"),
            ("back\\slash", "backslash"),
            ("\"a\" b \"c\" ", "ab \"c\""),
            ("\" --x=\"a b\" c\"", " --x=a b\" c\""),
            ("\"a\\\"b\\$c\\nd\"", "a\"b$c\\nd"),
            ("'a\\b'", "a\\b"),
            ("it's \"a\"", "it's \"a\""),
            ("a\nB=c", "a"),
        ] {
            assert_eq!(
                value(&Text::known(text, Origin::default())).display(),
                expected,
                "{text}"
            );
        }
    }
}

//! Splitting texts into words, as the shell, systemd and NixOS' start scripts do, without losing where they are written.

use crate::vocabulary::certainty::part;
use crate::vocabulary::pieces::Pieces;
use crate::vocabulary::text::origin_of;
use nixpod_model::{Field, Text, TextPart};

/// A word: stretches of the text, and characters that an escape stands for.
#[derive(Clone, Debug, Default)]
pub(crate) struct Word {
    stretches: Vec<Stretch>,
}

#[derive(Clone, Debug)]
enum Stretch {
    /// As it stands in the text's pattern.
    Range(usize, usize),
    /// A character that is written otherwise, at this stretch.
    Escape(char, usize, usize),
}

impl Word {
    /// Adds a stretch as it stands in the pattern.
    pub(crate) fn push(&mut self, start: usize, end: usize) {
        match self.stretches.last_mut() {
            Some(Stretch::Range(_, last)) if *last == start => *last = end,
            _ => self.stretches.push(Stretch::Range(start, end)),
        }
    }

    /// Adds a character that is written otherwise.
    pub(crate) fn push_escape(&mut self, c: char, start: usize, end: usize) {
        self.stretches.push(Stretch::Escape(c, start, end));
    }

    /// Is there nothing in it?
    pub(crate) fn is_empty(&self) -> bool {
        self.stretches.is_empty()
    }

    /// The word's text.
    pub(crate) fn text(&self, whole: &Text) -> Text {
        self.of(&Pieces::new(whole))
    }

    fn of(&self, pieces: &Pieces<'_>) -> Text {
        let parts = self.stretches.iter().flat_map(|stretch| match stretch {
            Stretch::Range(start, end) => pieces.parts(&(*start..*end)),
            Stretch::Escape(c, start, end) => vec![TextPart::Known {
                text: c.to_string().into(),
                origin: pieces.origin_of(&(*start..*end)),
            }],
        });
        Text {
            parts: parts.collect(),
            context: pieces.context().to_vec(),
        }
    }
}

/// Words of a text as texts. A text of thousands of pieces has thousands of words.
pub(crate) fn texts(words: &[Word], whole: &Text) -> Vec<Text> {
    let pieces = Pieces::new(whole);
    words.iter().map(|word| word.of(&pieces)).collect()
}

/// The words of a text.
pub(crate) fn split(text: &Text, how: fn(&str) -> Vec<Word>) -> Vec<Text> {
    texts(&how(&text.pattern()), text)
}

/// The words of texts; a text that is unknown stays one unknown word.
pub(crate) fn split_words(elements: &[Field<Text>], how: fn(&str) -> Vec<Word>) -> Vec<Field<Text>> {
    let mut out = Vec::new();
    for element in elements {
        let Some(text) = element.value() else {
            out.push(element.clone());
            continue;
        };
        let words = split(text, how);
        if let [only] = &words[..]
            && only.pattern() == text.pattern()
        {
            out.push(element.clone());
            continue;
        }
        for word in words {
            let origin = origin_of(&word);
            out.push(part(element, word, origin));
        }
    }
    out
}

/// At white space only: an unquoted variable in a shell script. Quotes stay as they are.
pub(crate) fn blanks(text: &str) -> Vec<Word> {
    let mut out = Vec::new();
    let mut start = None;
    for (at, c) in text.char_indices() {
        match (c.is_ascii_whitespace(), start) {
            (true, Some(from)) => {
                let mut word = Word::default();
                word.push(from, at);
                out.push(word);
                start = None;
            }
            (false, None) => start = Some(at),
            _ => {}
        }
    }
    if let Some(from) = start {
        let mut word = Word::default();
        word.push(from, text.len());
        out.push(word);
    }
    out
}

/// As systemd and quadlet split a value: at white space, with quotes at the beginning of a word and C escapes.
pub(crate) fn systemd(text: &str) -> Vec<Word> {
    quoted(text, Dialect::Systemd)
}

/// As a shell splits a simple command, without expanding anything.
pub(crate) fn shell(text: &str) -> Vec<Word> {
    quoted(text, Dialect::Shell)
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Dialect {
    Systemd,
    Shell,
}

fn quoted(text: &str, dialect: Dialect) -> Vec<Word> {
    let mut out = Vec::new();
    let mut word: Option<Word> = None;
    let mut quote = None;
    let mut chars = text.char_indices().peekable();
    while let Some((at, c)) = chars.next() {
        let end = at + c.len_utf8();
        if let Some(mark) = quote {
            if c == mark {
                quote = None;
            } else if c == '\\' && (mark == '"' || dialect == Dialect::Systemd) {
                escape(
                    &mut chars,
                    at,
                    text,
                    dialect,
                    true,
                    word.get_or_insert_with(Word::default),
                );
            } else {
                word.get_or_insert_with(Word::default).push(at, end);
            }
            continue;
        }
        if c.is_ascii_whitespace() {
            out.extend(word.take());
        } else if matches!(c, '"' | '\'') {
            word.get_or_insert_with(Word::default);
            quote = Some(c);
        } else if c == '#' && dialect == Dialect::Shell && word.is_none() {
            // A comment up to the end of the line.
            while chars.peek().is_some_and(|(_, c)| *c != '\n') {
                chars.next();
            }
        } else if c == '\\' {
            if dialect == Dialect::Shell && chars.peek().is_some_and(|(_, c)| *c == '\n') {
                chars.next();
                continue;
            }
            escape(
                &mut chars,
                at,
                text,
                dialect,
                false,
                word.get_or_insert_with(Word::default),
            );
        } else {
            word.get_or_insert_with(Word::default).push(at, end);
        }
    }
    out.extend(word);
    out
}

/// What follows a backslash.
fn escape(
    chars: &mut std::iter::Peekable<std::str::CharIndices<'_>>,
    at: usize,
    text: &str,
    dialect: Dialect,
    in_quotes: bool,
    word: &mut Word,
) {
    let Some((next, c)) = chars.peek().copied() else {
        word.push(at, at + 1);
        return;
    };
    let end = next + c.len_utf8();
    if dialect == Dialect::Shell {
        // In double quotes a backslash is itself before anything but these.
        if in_quotes && !matches!(c, '$' | '`' | '"' | '\\' | '\n') {
            word.push(at, at + 1);
            return;
        }
        chars.next();
        if c != '\n' {
            word.push(next, end);
        }
        return;
    }
    chars.next();
    let simple = escaped(c);
    if let Some(simple) = simple {
        word.stretches.push(Stretch::Escape(simple, at, end));
        return;
    }
    if c == 'x'
        && let Some(digits) = text.get(end..end + 2)
        && let Ok(code) = u8::from_str_radix(digits, 16)
        && code.is_ascii()
    {
        chars.next();
        chars.next();
        word.stretches
            .push(Stretch::Escape(char::from(code), at, end + 2));
        return;
    }
    word.push(next, end);
}

/// The character that a letter stands for behind a backslash, in C and in systemd.
pub(crate) const fn escaped(letter: char) -> Option<char> {
    match letter {
        'a' => Some('\u{7}'),
        'b' => Some('\u{8}'),
        'f' => Some('\u{c}'),
        'n' => Some('\n'),
        'r' => Some('\r'),
        't' => Some('\t'),
        'v' => Some('\u{b}'),
        's' => Some(' '),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::{Word, blanks, shell, split, systemd};
    use expect_test::{Expect, expect};
    use nixpod_model::Text;
    use nixpod_source::Origin;

    fn words(text: &str, how: fn(&str) -> Vec<Word>) -> Vec<String> {
        let text = Text::known(text, Origin::default());
        split(&text, how).iter().map(Text::display).collect()
    }

    #[track_caller]
    fn check(text: &str, how: fn(&str) -> Vec<Word>, expected: Expect) {
        expected.assert_eq(&format!("{:?}", words(text, how)));
    }

    #[test]
    fn a_start_script_knows_no_quotes() {
        check(
            "  --setenv=A='b c' -U\n",
            blanks,
            expect![[r#"["--setenv=A='b", "c'", "-U"]"#]],
        );
        check("", blanks, expect!["[]"]);
    }

    #[test]
    fn systemd_knows_quotes_and_escapes() {
        check(
            r#"--cap-add SYS_ADMIN "-e=A=b c" x\sy \x41 'q"q' "" a"#,
            systemd,
            expect![[r#"["--cap-add", "SYS_ADMIN", "-e=A=b c", "x y", "A", "q\"q", "", "a"]"#]],
        );
        check(r"end\", systemd, expect![[r#"["end\\"]"#]]);
    }

    #[test]
    fn the_shell_is_split_as_shlex_does() {
        for text in [
            r#"podman run --rm "-e=A=b c" 'x y' z\ z"#,
            r#"a"b"'c' "\$x" "\n" '\'"#,
            "a\\\nb # no more\nc",
            r#"all" "--system-call-filter=add_key keyctl"#,
            "",
            "  ",
        ] {
            let balanced = text.matches('"').count() % 2 == 0;
            if balanced {
                assert_eq!(Some(words(text, shell)), shlex::split(text), "{text}");
            }
        }
    }

    #[test]
    fn other_alphabets_and_open_quotes_are_no_reason_to_stop() {
        check("é \"ü ß", shell, expect![[r#"["é", "ü ß"]"#]]);
        check("\\x4", systemd, expect![[r#"["x4"]"#]]);
        check("\\xé€", systemd, expect![[r#"["xé€"]"#]]);
    }
}

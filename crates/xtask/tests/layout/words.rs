//! Rust text as words: enough to read paths from, without comments, strings and what is compiled for tests only.

/// One word of a text, and the line that it is in.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Word {
    pub(crate) text: String,
    pub(crate) line: usize,
}

impl Word {
    pub(crate) fn is_name(&self) -> bool {
        self.text.starts_with(is_name_start)
    }
}

/// The words of what ships: names, `::`, and every other character that is not space.
pub(crate) fn words(text: &str) -> Vec<Word> {
    without_tests(&split(text))
}

fn is_name_start(c: char) -> bool {
    c.is_alphabetic() || c == '_'
}

fn is_name_part(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

fn split(text: &str) -> Vec<Word> {
    let mut out = Vec::new();
    let (mut rest, mut line) = (text, 1);
    while let Some(first) = rest.chars().next() {
        let (length, is_word) = measure(rest, first);
        if is_word {
            out.push(Word {
                text: rest[..length].to_owned(),
                line,
            });
        }
        line += rest[..length].matches('\n').count();
        rest = &rest[length..];
    }
    out
}

/// How long the piece is that a text begins with, and whether it is a word.
fn measure(rest: &str, first: char) -> (usize, bool) {
    if first.is_whitespace() {
        (first.len_utf8(), false)
    } else if rest.starts_with("//") {
        (rest.find('\n').unwrap_or(rest.len()), false)
    } else if rest.starts_with("/*") {
        (block_comment(rest), false)
    } else if let Some(length) = string(rest) {
        (length, false)
    } else if first == '\'' {
        (quote(rest), false)
    } else if rest.starts_with("::") {
        (2, true)
    } else if is_name_part(first) {
        (rest.find(|c| !is_name_part(c)).unwrap_or(rest.len()), true)
    } else {
        (first.len_utf8(), true)
    }
}

/// The length of a comment that may hold others.
fn block_comment(rest: &str) -> usize {
    let (mut depth, mut at) = (0_usize, 0);
    while at < rest.len() {
        let tail = &rest.as_bytes()[at..];
        if tail.starts_with(b"/*") {
            (depth, at) = (depth + 1, at + 2);
        } else if tail.starts_with(b"*/") {
            (depth, at) = (depth - 1, at + 2);
        } else {
            at += 1;
        }
        if depth == 0 {
            break;
        }
    }
    at
}

/// The length of the string literal that a text begins with, of whatever form.
fn string(rest: &str) -> Option<usize> {
    let letters = rest.find(|c| !matches!(c, 'b' | 'c' | 'r'))?;
    if letters > 2 {
        return None;
    }
    let hashes = rest[letters..].bytes().take_while(|byte| *byte == b'#').count();
    let start = letters + hashes;
    if !rest[start..].starts_with('"') {
        return None;
    }
    if rest[..letters].contains('r') {
        let end = format!("\"{}", "#".repeat(hashes));
        let length = rest[start + 1..].find(&end)?;
        return Some(start + 1 + length + end.len());
    }
    if hashes > 0 {
        return None;
    }
    let mut escaped = false;
    for (at, byte) in rest.bytes().enumerate().skip(start + 1) {
        match byte {
            _ if escaped => escaped = false,
            b'\\' => escaped = true,
            b'"' => return Some(at + 1),
            _ => {}
        }
    }
    Some(rest.len())
}

/// The length of a character literal, or of a lifetime.
fn quote(rest: &str) -> usize {
    let mut chars = rest.char_indices().skip(1);
    match chars.next() {
        // The escaped character may be a quote.
        Some((_, '\\')) => rest[3..].find('\'').map_or(rest.len(), |at| at + 4),
        Some((_, c)) => match chars.next() {
            Some((at, '\'')) => at + 1,
            _ if is_name_start(c) => rest[1..]
                .find(|c| !is_name_part(c))
                .map_or(rest.len(), |at| at + 1),
            _ => 1,
        },
        None => 1,
    }
}

/// Leaves out items under `#[cfg(test)]`.
fn without_tests(words: &[Word]) -> Vec<Word> {
    const MARK: [&str; 7] = ["#", "[", "cfg", "(", "test", ")", "]"];
    let mut out = Vec::new();
    let mut rest = words;
    while let [first, tail @ ..] = rest {
        let marked = rest.len() >= MARK.len()
            && rest
                .iter()
                .zip(MARK)
                .all(|(word, expected)| word.text == expected);
        if marked {
            rest = &rest[MARK.len()..];
            rest = &rest[item(rest)..];
        } else {
            out.push(first.clone());
            rest = tail;
        }
    }
    out
}

/// How many words an item has: up to its `;`, or to the end of its braces.
fn item(words: &[Word]) -> usize {
    let mut depth = 0_usize;
    for (at, word) in words.iter().enumerate() {
        match word.text.as_str() {
            "{" | "(" | "[" => depth += 1,
            "}" | ")" | "]" => depth = depth.saturating_sub(1),
            _ => {}
        }
        let braces_end = word.text == "}" && words.get(at + 1).is_none_or(|next| next.text != ";");
        if depth == 0 && (word.text == ";" || braces_end) {
            return at + 1;
        }
    }
    words.len()
}

#[test]
fn comments_strings_and_tests_are_no_words() {
    let text = r##"
// crate::a
/* crate::b /* crate::c */ crate::d */
fn f<'a>(x: &'a str) -> char { let _ = ("crate::e \" crate::f", r#"crate::"g"#, b"h", '\'', '"'); '}' }
#[cfg(test)]
mod tests { use crate::i; }
#[cfg(test)]
use crate::{j, k};
crate::l
"##;
    let words: Vec<String> = words(text).into_iter().map(|word| word.text).collect();
    assert_eq!(
        words.join(" "),
        "fn f < > ( x : & str ) - > char { let _ = ( , , , , ) ; } crate :: l"
    );
}

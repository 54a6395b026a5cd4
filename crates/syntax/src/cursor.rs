//! What stands around a place in a text that is just being written.
//!
//! A tree of such a text has holes where it matters, so this looks at the words before the place and nothing else: which
//! brackets are open, and what they are bound to. It never fails, and takes linear time.

mod frames;
mod place;

use frames::Frames;
pub use place::{Cursor, PathName, Writing};
use rnix::SyntaxKind::{TOKEN_COMMENT, TOKEN_ERROR, TOKEN_STRING_CONTENT, TOKEN_WHITESPACE};
use smol_str::SmolStr;
use text_size::{TextRange, TextSize};

/// So much of a text behind the place is looked at for further names of its set.
const MAX_BEHIND: usize = 1 << 16;

impl Cursor {
    /// Looks at a place of a text.
    pub fn new(text: &str, offset: TextSize) -> Self {
        let mut end = usize::from(offset).min(text.len());
        while !text.is_char_boundary(end) {
            end -= 1;
        }
        let (before, behind) = text.split_at(end);
        let mut tokens: Vec<(rnix::SyntaxKind, &str)> = rnix::tokenize(before).collect();
        let mut partial = "";
        let mut comment = None;
        match tokens.last() {
            Some((TOKEN_COMMENT, words)) if !words.ends_with("*/") => comment = Some((*words).to_owned()),
            Some((TOKEN_ERROR, words)) if words.starts_with("/*") => comment = Some((*words).to_owned()),
            // Keywords are words that may go on.
            Some((kind, word)) if !matches!(*kind, TOKEN_ERROR | TOKEN_STRING_CONTENT) && is_word(word) => {
                partial = word;
                tokens.pop();
            }
            _ => {}
        }
        let mut frames = Frames::default();
        for (kind, word) in &tokens {
            if !matches!(*kind, TOKEN_WHITESPACE | TOKEN_COMMENT) {
                frames.token(*kind, word);
            }
        }
        let rest = behind.len() - behind.trim_start_matches(is_in_word).len();
        let word = TextRange::new(size(end - partial.len()), size(end + rest));
        let mut cursor = frames.cursor(word, partial);
        if let Some(words) = comment {
            cursor.writing = Writing::Comment(words);
        }
        if cursor.writing == Writing::Name {
            let behind = behind.get(rest..).unwrap_or_default();
            cursor.siblings.extend(names_behind(behind));
        }
        cursor
    }
}

fn is_in_word(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '\'')
}

fn is_word(word: &str) -> bool {
    word.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_') && word.chars().all(is_in_word)
}

fn size(at: usize) -> TextSize {
    TextSize::new(at as u32)
}

/// The first names of the bindings that follow in the same set.
fn names_behind(text: &str) -> Vec<SmolStr> {
    let mut end = text.len().min(MAX_BEHIND);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    let text = text.get(..end).unwrap_or_default();
    let mut frames = Frames::within();
    for (kind, word) in rnix::tokenize(text) {
        if !matches!(kind, TOKEN_WHITESPACE | TOKEN_COMMENT) {
            frames.token(kind, word);
        }
        if frames.is_left() {
            break;
        }
    }
    frames.names_of_first()
}

#[cfg(test)]
mod tests;

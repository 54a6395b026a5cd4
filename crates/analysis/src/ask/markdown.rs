//! Text of the analysed code in Markdown: an editor that renders it must find no link, image, HTML or command in it.

use nixpod_source::visible;
use std::borrow::Cow;

/// A text as a code span, with more backticks around it than any run of them inside.
pub(crate) fn code(text: &str) -> String {
    let text = visible::line(text);
    if text.is_empty() {
        return "(empty)".to_owned();
    }
    let longest = text.split(|c| c != '`').map(str::len).max().unwrap_or(0);
    let fence = "`".repeat(longest + 1);
    // A backtick at an end would join the fence, and one space at both ends is taken away.
    let pad = if text.starts_with(['`', ' ']) || text.ends_with(['`', ' ']) {
        " "
    } else {
        ""
    };
    format!("{fence}{pad}{text}{pad}{fence}")
}

/// A sentence of ours with values of the code between backticks. A value may have backticks too, so that the rest of
/// it seems to stand outside; if what stands there is more than words, all of it becomes a code span.
pub(crate) fn prose(text: &str) -> Cow<'_, str> {
    let pieces: Vec<&str> = text.split('`').collect();
    let last = pieces.len() - 1;
    let fits = |(at, piece): (usize, &&str)| match at % 2 {
        // Two code spans without anything between them would become one.
        0 => is_words(piece) && (at == 0 || at == last || !piece.is_empty()),
        _ => !piece.trim().is_empty(),
    };
    let starts_with_word = text.starts_with(|c: char| c.is_alphabetic() || c == '`');
    let is_balanced = last.is_multiple_of(2);
    if is_balanced && starts_with_word && pieces.iter().enumerate().all(fits) && visible::line(text) == text {
        Cow::Borrowed(text)
    } else {
        Cow::Owned(code(text))
    }
}

/// Is it only words, numbers and marks between them, of which no renderer makes anything? A `_` inside of a word is a part
/// of it.
fn is_words(text: &str) -> bool {
    let plain = |c: char| c.is_alphanumeric() || " .,;:'\"()/-+=%$?…–".contains(c);
    let is_inside = |at: usize| {
        let (before, after) = (text[..at].chars().next_back(), text[at + 1..].chars().next());
        before.is_some_and(char::is_alphanumeric) && after.is_some_and(char::is_alphanumeric)
    };
    let fits = |(at, c): (usize, char)| plain(c) || c == '_' && is_inside(at);
    text.char_indices().all(fits) && !text.contains("://") && !text.to_ascii_lowercase().contains("www.")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_span_is_longer_than_what_is_in_it() {
        assert_eq!(code("a"), "`a`");
        assert_eq!(code("a`b``c"), "```a`b``c```");
        assert_eq!(code("`"), "`` ` ``");
        assert_eq!(code(" a "), "`  a  `");
        assert_eq!(code("a\n\n# b"), "`a\\n\\n# b`");
        assert_eq!(code(""), "(empty)");
    }

    #[test]
    fn sentences_stay_and_what_breaks_out_of_them_is_code() {
        for text in [
            "`web` runs privileged: its root is root on the host",
            "Use `a` or `b <c>`, and change it.",
            "`a` is given CAP_NET_ADMIN by `b`",
        ] {
            assert_eq!(prose(text), text);
        }
        for text in [
            "`a` ![x](https://example.org/`b`) `c` is bad",
            "`a` <img src=x> `b` is bad",
            "`a` https://example.org `b` is bad",
            "`a` www.example.org `b` is bad",
            "`a` me@example.org `b` is bad",
            "`a` is bad`",
            "`` [x](command:y) `` is bad",
            "# a heading",
            "1. a list",
            "`a``b` is bad",
            "a\n\n![x](y)",
            "a &lt; b",
            "**a** b",
            "a _b_ c",
        ] {
            let shown = prose(text);
            let fence = shown.len() - shown.trim_start_matches('`').len();
            let inner = shown.trim_matches('`');
            assert!(fence > 0 && !inner.contains(&"`".repeat(fence)), "{shown}");
            assert_eq!(shown, code(text));
        }
    }
}

//! Text of strangers that is about to be shown: nothing in it is invisible, moves the cursor, begins a line of its own or
//! changes the order in which the rest is read.
//!
//! Every output takes names, messages and excerpts through here.

use std::borrow::Cow;
use std::fmt::Write;

/// Longer values in a message hide what the message says. In characters.
pub const MAX_VALUE: usize = 200;

/// No message of a rule is that long without a value that is.
const MAX_MESSAGE: usize = 1_000;

/// Does a reader not see this character, or see something else because of it? Controls, line ends, directions, joiners,
/// fillers, tags and variation selectors: what Unicode says to leave out where it is not understood, and some more.
pub fn is_hidden(c: char) -> bool {
    c.is_control()
        || matches!(c,
            '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}'..='\u{1160}' | '\u{17b4}'..='\u{17b5}'
            | '\u{180b}'..='\u{180f}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}' | '\u{3164}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{ffa0}'
            | '\u{fff0}'..='\u{fffb}' | '\u{1bca0}'..='\u{1bca3}' | '\u{1d173}'..='\u{1d17a}'
            | '\u{e0000}'..='\u{e0fff}')
}

/// Appends a character that [`is_hidden`] so that it is seen: `\n`, `\u{202e}`.
pub fn push_escaped(out: &mut String, c: char) {
    match c {
        '\n' => out.push_str("\\n"),
        '\r' => out.push_str("\\r"),
        '\t' => out.push_str("\\t"),
        // Writing to a string does not fail.
        _ => drop(write!(out, "\\u{{{:x}}}", u32::from(c))),
    }
}

/// The text as one line in which everything is seen.
pub fn line(text: &str) -> Cow<'_, str> {
    escape(text, is_hidden)
}

/// The text with everything seen but its line ends and tabs, which stay.
pub fn lines(text: &str) -> Cow<'_, str> {
    escape(text, |c| is_hidden(c) && !matches!(c, '\n' | '\t'))
}

fn escape(text: &str, hidden: impl Fn(char) -> bool) -> Cow<'_, str> {
    if !text.contains(&hidden) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len() + 16);
    for c in text.chars() {
        if hidden(c) {
            push_escaped(&mut out, c);
        } else {
            out.push(c);
        }
    }
    Cow::Owned(out)
}

/// A document in JSON with everything seen. It stays the same document: what is hidden is in its strings, but for line
/// ends between them.
pub fn json(document: &str) -> Cow<'_, str> {
    let hidden = |c: char| is_hidden(c) && c != '\n';
    if !document.contains(hidden) {
        return Cow::Borrowed(document);
    }
    let mut out = String::with_capacity(document.len() + 16);
    for c in document.chars() {
        if !hidden(c) {
            out.push(c);
            continue;
        }
        for unit in c.encode_utf16(&mut [0; 2]) {
            let _ = write!(out, "\\u{unit:04x}");
        }
    }
    Cow::Owned(out)
}

/// The text itself, or so many of its characters with `…` as the last.
pub fn cut(text: &str, max: usize) -> Cow<'_, str> {
    if text.len() <= max || text.chars().nth(max).is_none() {
        return Cow::Borrowed(text);
    }
    let mut short: String = text.chars().take(max.saturating_sub(1)).collect();
    short.push('…');
    Cow::Owned(short)
}

/// A message with values of the code between backticks: one line in which everything is seen, with long values cut.
pub fn message(text: &str) -> String {
    let text = line(text);
    if text.len() <= MAX_VALUE {
        return text.into_owned();
    }
    let pieces = text.split('`').enumerate();
    let values: Vec<Cow<'_, str>> = pieces
        .map(|(at, piece)| match at % 2 {
            0 => Cow::Borrowed(piece),
            _ => cut(piece, MAX_VALUE),
        })
        .collect();
    cut(&values.join("`"), MAX_MESSAGE).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_line_in_which_everything_is_seen() {
        let text = "a\u{1b}[31m\u{9b}x\u{202e}é\tb\n\r\u{200b}\u{2028}\u{e0041}\u{fe0f}☃😀";
        assert_eq!(
            line(text),
            "a\\u{1b}[31m\\u{9b}x\\u{202e}é\\tb\\n\\r\\u{200b}\\u{2028}\\u{e0041}\\u{fe0f}☃😀"
        );
        assert_eq!(lines("a\n\tb\r\n"), "a\n\tb\\r\n");
        assert_eq!(line("nothing of that"), "nothing of that");
        assert_eq!(
            json("[\n\"\u{202e}\u{e0041}é\"\n]"),
            "[\n\"\\u202e\\udb40\\udc41é\"\n]"
        );
    }

    #[test]
    fn values_are_cut_between_characters() {
        assert_eq!(cut("äöü", 3), "äöü");
        assert_eq!(cut("äöüß", 3), "äö…");
        let long = "ä".repeat(300);
        let told = message(&format!("`{long}` of `web` runs"));
        assert_eq!(told, format!("`{}…` of `web` runs", "ä".repeat(199)));
        let words = "words ".repeat(60);
        assert_eq!(message(&words), words, "only values are cut");
        assert_eq!(message(&"`a".repeat(3_000)).chars().count(), 1_000);
    }
}

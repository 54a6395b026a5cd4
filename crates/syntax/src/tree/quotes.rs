//! Where a quotation mark is missing, in a text that ends inside of a string.
//!
//! Such a text turns into strings what is between them, and the other way round, from the missing mark on. Where it is
//! missing cannot be told for certain. Most strings in `"` end in the line in which they begin, and the lines of one in
//! `''` stand further right than the line in which it begins: where that is not so, a mark may be missing.

use rnix::SyntaxKind::{TOKEN_INTERPOL_END, TOKEN_INTERPOL_START, TOKEN_STRING_END, TOKEN_STRING_START};

/// Each place is tried by reading the whole text.
const MAX_PLACES: usize = 8;

/// A mark that may be missing.
pub(crate) struct Missing {
    /// Where.
    pub(crate) at: usize,
    /// The mark.
    pub(crate) mark: &'static str,
}

/// Where a mark may be missing; nothing for a text that does not end inside of a string.
pub(crate) fn missing(text: &str) -> Vec<Missing> {
    let strings = strings(text);
    if strings.iter().all(|string| string.end.is_some()) {
        return Vec::new();
    }
    let at_ends = strings.iter().filter_map(|string| string.missing(text));
    // Where several bindings stand in one line, the string ends with its own.
    let of_bindings = strings.iter().filter_map(|string| string.end_of_binding(text));
    let at_ends = at_ends.take(MAX_PLACES);
    at_ends.chain(of_bindings.take(MAX_PLACES)).collect()
}

/// Does a text end inside of a string if this mark is put into it?
pub(crate) fn is_open_with(text: &str, missing: &Missing) -> bool {
    let (before, after) = text.split_at_checked(missing.at).unwrap_or((text, ""));
    let with = format!("{before}{}{after}", missing.mark);
    strings(&with).iter().any(|string| string.end.is_none())
}

/// How many strings of several lines have nothing but the end of an expression in the first one: each is probably what
/// stands between two strings.
pub(crate) fn odd(text: &str) -> usize {
    let strings = strings(text);
    let odd = strings.iter().filter(|string| {
        let inside = text.get(string.start + string.mark.len()..);
        let first = inside.and_then(|inside| inside.split_once('\n'));
        let ends = |(line, _): (&str, &str)| line.trim_end_matches(is_end).is_empty();
        string.mark == "\"" && first.is_some_and(ends)
    });
    odd.count()
}

/// What ends the expression around a string is no part of it; what ends an interpolation is.
fn is_end(end: char) -> bool {
    end.is_whitespace() || matches!(end, ';' | ']' | ')')
}

/// A string as it was read.
struct Literal {
    start: usize,
    mark: &'static str,
    /// Where it ends, if it does.
    end: Option<usize>,
}

/// All strings, in the order in which they begin.
fn strings(text: &str) -> Vec<Literal> {
    let mut out: Vec<Literal> = Vec::new();
    // The strings that are open, with `None` for an interpolation.
    let mut open: Vec<Option<usize>> = Vec::new();
    let mut at = 0;
    for (kind, token) in rnix::tokenize(text) {
        let start = at;
        at += token.len();
        match kind {
            TOKEN_STRING_START => {
                open.push(Some(out.len()));
                let mark = if token == "''" { "''" } else { "\"" };
                let end = None;
                out.push(Literal { start, mark, end });
            }
            TOKEN_INTERPOL_START => open.push(None),
            TOKEN_STRING_END => {
                if let Some(Some(string)) = open.pop().map(|index| index.and_then(|index| out.get_mut(index)))
                {
                    string.end = Some(at);
                }
            }
            TOKEN_INTERPOL_END => _ = open.pop(),
            _ => {}
        }
    }
    out
}

impl Literal {
    /// What stands in it up to the end of the line in which it begins, and where.
    fn first_line<'t>(&self, text: &'t str) -> Option<(usize, &'t str)> {
        let inside = self.start + self.mark.len();
        let content = text.get(inside..self.end.unwrap_or(text.len()))?;
        Some((inside, content.split_once('\n')?.0))
    }

    /// Where its end may be missing, if a binding ends in the middle of its line.
    fn end_of_binding(&self, text: &str) -> Option<Missing> {
        let (inside, line) = self.first_line(text).filter(|_| self.mark == "\"")?;
        let (value, rest) = line.split_once(';')?;
        // What may be a comment is one only where it is certain that no string goes on.
        (!rest.trim().is_empty() && !rest.contains('#')).then_some(Missing {
            at: inside + value.len(),
            mark: self.mark,
        })
    }

    /// Where its end may be missing.
    fn missing(&self, text: &str) -> Option<Missing> {
        let inside = self.start + self.mark.len();
        let content = text.get(inside..self.end.unwrap_or(text.len()))?;
        let (line, rest) = content.split_once('\n')?;
        let at = match self.mark {
            "''" => {
                let above = text.get(..self.start)?;
                let begin = above.rfind('\n').map_or(0, |newline| newline + 1);
                let indent = indent(text.get(begin..)?);
                inside + line.len() + 1 + less_indented(rest, indent)?
            }
            _ => inside + line.trim_end_matches(is_end).len(),
        };
        let mark = self.mark;
        Some(Missing { at, mark })
    }
}

fn indent(line: &str) -> usize {
    line.len() - line.trim_start_matches([' ', '\t']).len()
}

/// Where the first line begins, after its indentation, that has something in it and stands no further right than this.
fn less_indented(text: &str, than: usize) -> Option<usize> {
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        let indent = indent(line);
        if indent <= than && !line.trim().is_empty() {
            return Some(at + indent);
        }
        at += line.len();
    }
    None
}

//! Where a quotation mark is missing, or the end of an interpolation.
//!
//! Such a text turns into strings what is between them, and the other way round, from the missing mark on. Where it is
//! missing cannot be told for certain. Most strings in `"` end in the line in which they begin, the lines of one in `''`
//! stand further right than the line in which it begins, and most interpolations are of a name: where that is not so, a
//! mark may be missing.

use rnix::SyntaxKind::{TOKEN_INTERPOL_END, TOKEN_INTERPOL_START, TOKEN_STRING_END, TOKEN_STRING_START};

/// Each place is tried by reading the whole text.
const MAX_PLACES: usize = 8;

/// So many marks may be missing together.
const MAX_TOGETHER: usize = 4;

/// A mark that may be missing.
#[derive(Clone, Copy)]
pub(crate) struct Missing {
    /// Where.
    pub(crate) at: usize,
    /// The mark.
    pub(crate) mark: &'static str,
}

/// Marks that may be missing together, several ways; the likeliest first.
pub(crate) fn missing(text: &str) -> Vec<Vec<Missing>> {
    let several = with_more(text, Vec::new());
    let mut out: Vec<Vec<Missing>> = Some(several).filter(|all| all.len() > 1).into_iter().collect();
    out.extend(one(text).into_iter().map(|missing| vec![missing]));
    let ends = ends_of_names(text);
    for missing in ends.iter().take(MAX_PLACES) {
        out.push(with_more(text, vec![*missing]));
    }
    out.retain(|all| !is_open_with(text, all));
    out
}

/// Adds a mark for each string that does not end in its line, although that ends like an expression.
fn with_more(text: &str, mut all: Vec<Missing>) -> Vec<Missing> {
    while all.len() < MAX_TOGETHER {
        let so_far = with(text, &all);
        let strings = strings(&so_far);
        let wrong = strings
            .iter()
            .find(|string| string.ends_like_an_expression(&so_far));
        let Some(more) = wrong.and_then(|string| string.missing(&so_far)) else {
            break;
        };
        let before: usize = { all.iter() }
            .filter(|missing| missing.at < more.at)
            .map(|missing| missing.mark.len())
            .sum();
        let at = more.at.saturating_sub(before);
        // The same place again would go on for ever.
        if all.iter().any(|missing| missing.at == at) {
            break;
        }
        all.push(Missing { at, ..more });
        all.sort_by_key(|missing| missing.at);
    }
    all
}

/// A text with marks.
pub(crate) fn with(text: &str, all: &[Missing]) -> String {
    let mut out = String::with_capacity(text.len() + all.len());
    let mut done = 0;
    for missing in all {
        out.push_str(text.get(done..missing.at).unwrap_or_default());
        out.push_str(missing.mark);
        done = missing.at;
    }
    out.push_str(text.get(done..).unwrap_or_default());
    out
}

/// Where interpolations of names may end that do not end in their line.
fn ends_of_names(text: &str) -> Vec<Missing> {
    let mut out = Vec::new();
    // Interpolations that are open, by their number.
    let mut open: Vec<Option<usize>> = Vec::new();
    let mut at = 0;
    let mut begins: Vec<(usize, Option<usize>)> = Vec::new();
    for (kind, token) in rnix::tokenize(text) {
        at += token.len();
        match kind {
            TOKEN_INTERPOL_START => {
                open.push(Some(begins.len()));
                begins.push((at, None));
            }
            TOKEN_INTERPOL_END => {
                if let Some(Some(begin)) = open.pop().map(|one| one.and_then(|at| begins.get_mut(at))) {
                    begin.1 = Some(at);
                }
            }
            _ => {}
        }
    }
    for (begin, end) in begins {
        let inside = text.get(begin..end.unwrap_or(text.len())).unwrap_or_default();
        if end.is_some() && !inside.contains('\n') {
            continue;
        }
        let name =
            inside.trim_start_matches(|c: char| c.is_alphanumeric() || matches!(c, '_' | '-' | '.' | '\''));
        let len = inside.len() - name.len();
        if len > 0 {
            let at = begin + len;
            out.push(Missing { at, mark: "}" });
        }
    }
    out
}

/// Where one mark may be missing; nothing for a text that does not end inside of a string.
fn one(text: &str) -> Vec<Missing> {
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

/// Does a text end inside of a string if these marks are put into it?
fn is_open_with(text: &str, all: &[Missing]) -> bool {
    let with = with(text, all);
    strings(&with).iter().any(|string| string.end.is_none())
}

/// How many strings of several lines look as if a mark were missing: nothing but the end of an expression is in the first
/// line, so that each is probably what stands between two strings, or the first line ends like an expression.
pub(crate) fn odd(text: &str) -> usize {
    let strings = strings(text);
    let odd = strings
        .iter()
        .filter(|string| string.ends_like_an_expression(text));
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

    /// Does it go on after its line, although that ends like an expression?
    fn ends_like_an_expression(&self, text: &str) -> bool {
        let line = self.first_line(text).filter(|_| self.mark == "\"");
        line.is_some_and(|(_, line)| {
            let line = line.trim_end();
            line.is_empty() || line.ends_with([';', ']', ')'])
        })
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

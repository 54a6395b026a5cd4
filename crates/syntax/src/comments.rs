//! Comments that silence findings: `# nixpod: ignore[rule] reason`.

use crate::build::{Remarks, Subject};
use smol_str::SmolStr;
use std::cmp::Reverse;
use std::ops::Range;
use text_size::{TextRange, TextSize};

/// All suppression comments of a file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Suppressions {
    /// Those that mean something, in text order.
    pub items: Vec<Suppression>,
    /// Those that were meant as one but say nothing: where, and why in one line without a final dot.
    pub malformed: Vec<(TextRange, String)>,
}

/// One suppression comment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Suppression {
    /// The rules it names, each with its place; at least one. They need not exist.
    pub rules: Vec<(SmolStr, TextRange)>,
    /// Why it is right to ignore them.
    pub reason: Option<String>,
    /// The comment.
    pub comment: TextRange,
    /// The text in which the rules are silent.
    pub covers: TextRange,
    /// What decided on that text.
    pub kind: SuppressionKind,
}

/// Where a suppression comment stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum SuppressionKind {
    /// After code: covers the innermost binding or list element that ends or begins on this line.
    Trailing,
    /// On a line of its own: covers the binding or list element that follows.
    OwnLine,
    /// `ignore-file` before all code: covers the file.
    File,
}

/// Reads the comments of a file.
pub(crate) fn collect(text: &str, remarks: Remarks) -> Suppressions {
    let mut found = Suppressions::default();
    let subjects = Subjects::new(remarks.subjects);
    for comment in comments(text, &remarks.comments) {
        let range = comment.range;
        match read(slice(text, range), range.start()) {
            None => {}
            Some(Err(problem)) => found.malformed.push((range, problem)),
            Some(Ok(directive)) => match place(text, &comment, directive.file, &subjects) {
                Ok((kind, covers)) => found.items.push(Suppression {
                    rules: directive.rules,
                    reason: directive.reason,
                    comment: range,
                    covers,
                    kind,
                }),
                Err(problem) => found.malformed.push((range, problem.to_owned())),
            },
        }
    }
    found
}

/// A comment and the code around it.
struct Comment {
    range: TextRange,
    /// Where its line begins.
    line: TextSize,
    /// Where the last code before it ends.
    code_before: Option<TextSize>,
    /// Does that stand on the same line?
    trails: bool,
    /// Where the first code after it starts.
    code_after: Option<TextSize>,
}

/// All comments. Looking for the code around each by itself would be slow where many stand in a row.
fn comments(text: &str, ranges: &[TextRange]) -> Vec<Comment> {
    let mut out: Vec<Comment> = Vec::with_capacity(ranges.len());
    let (mut end, mut line) = (TextSize::new(0), TextSize::new(0));
    let (mut code_before, mut trails) = (None, false);
    for &range in ranges {
        let gap = TextRange::new(end, range.start());
        let code = slice(text, gap).trim_end();
        if !code.is_empty() {
            code_before = Some(end + TextSize::of(code));
            trails = true;
        }
        if let Some(new_line) = last_line(text, gap) {
            line = new_line;
            trails &= code_before.is_some_and(|code| code >= line);
        }
        out.push(Comment {
            range,
            line,
            code_before,
            trails,
            code_after: None,
        });
        if let Some(new_line) = last_line(text, range) {
            (line, trails) = (new_line, false);
        }
        end = range.end();
    }
    let (mut start, mut code_after) = (TextSize::of(text), None);
    for comment in out.iter_mut().rev() {
        let code = slice(text, TextRange::new(comment.range.end(), start)).trim_start();
        if !code.is_empty() {
            code_after = Some(start - TextSize::of(code));
        }
        comment.code_after = code_after;
        start = comment.range.start();
    }
    out
}

fn slice(text: &str, range: TextRange) -> &str {
    text.get(Range::<usize>::from(range)).unwrap_or_default()
}

/// Where the last line that begins in a range begins.
fn last_line(text: &str, range: TextRange) -> Option<TextSize> {
    let at = slice(text, range).rfind('\n')?;
    Some(range.start() + TextSize::new(at as u32 + 1))
}

/// What a comment says.
struct Directive {
    file: bool,
    rules: Vec<(SmolStr, TextRange)>,
    reason: Option<String>,
}

/// Reads a comment that starts at an offset; none if it has nothing to do with this program.
fn read(comment: &str, start: TextSize) -> Option<Result<Directive, String>> {
    let body = match comment.strip_prefix("/*") {
        Some(block) => block.strip_suffix("*/").unwrap_or(block),
        None => comment
            .strip_prefix(['#', ';'])
            .or_else(|| comment.strip_prefix("//"))?,
    };
    let body = body.trim_start_matches(['#', '*', ';', '/']).trim();
    let rest = body.strip_prefix("nixpod")?;
    let after_name = rest.strip_prefix("-lint").unwrap_or(rest).trim_start();
    let directive = after_name.strip_prefix(':')?.trim_start();
    let word = directive
        .find(|c: char| !c.is_ascii_alphanumeric() && c != '-')
        .map_or(directive, |end| directive.get(..end).unwrap_or_default());
    let file = match word {
        _ if rest.starts_with("-lint") && word.starts_with("ignore") => {
            return Some(Err("suppressions begin with `nixpod:`".to_owned()));
        }
        _ if rest.starts_with("-lint") => return None,
        "ignore" => false,
        "ignore-file" => true,
        _ => {
            return Some(Err(format!(
                "unknown directive `{word}`, expected `ignore` or `ignore-file`"
            )));
        }
    };
    let after_word = directive.get(word.len()..).unwrap_or_default().trim_start();
    let Some((list, reason)) = after_word.strip_prefix('[').and_then(|list| list.split_once(']')) else {
        return Some(Err(format!("no rules are named, expected `{word}[rule]`")));
    };
    // All of these are slices of the comment, so that addresses give offsets.
    let offset_of = |part: &str| TextSize::new((part.as_ptr() as usize - comment.as_ptr() as usize) as u32);
    let mut rules = Vec::new();
    for part in list.split(',') {
        let name = part.trim();
        let wellformed = !name.is_empty()
            && name
                .chars()
                .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-');
        if !wellformed {
            return Some(Err(if name.is_empty() {
                "a rule name is missing".to_owned()
            } else {
                format!("`{name}` is not a rule name")
            }));
        }
        let range = TextRange::at(start + offset_of(name), TextSize::of(name));
        rules.push((SmolStr::new(name), range));
    }
    let reason = reason.trim_start_matches(|c: char| c.is_whitespace() || matches!(c, ':' | '-' | '–' | '—'));
    let reason = reason.split_whitespace().collect::<Vec<_>>().join(" ");
    Some(Ok(Directive {
        file,
        rules,
        reason: (!reason.is_empty()).then_some(reason),
    }))
}

/// What a comment covers.
fn place(
    text: &str,
    comment: &Comment,
    file: bool,
    subjects: &Subjects,
) -> Result<(SuppressionKind, TextRange), &'static str> {
    if file {
        return match comment.code_before {
            Some(_) => Err("`ignore-file` must stand before all code"),
            None => Ok((SuppressionKind::File, TextRange::up_to(TextSize::of(text)))),
        };
    }
    match comment.code_before {
        Some(end) if comment.trails => {
            let line = TextRange::new(comment.line, comment.range.start());
            subjects
                .around(end - TextSize::new(1))
                .map(|subject| subject.range)
                .find(|range| line.contains(range.start()) || line.contains_inclusive(range.end()))
                .map(|range| (SuppressionKind::Trailing, range))
                .ok_or("there is no binding or list element on this line")
        }
        _ => comment
            .code_after
            .and_then(|start| {
                subjects
                    .around(start)
                    .find(|subject| subject.range.start() == start || subject.value == Some(start))
            })
            .map(|subject| (SuppressionKind::OwnLine, subject.range))
            .ok_or("no binding or list element follows"),
    }
}

/// What comments may be about, by place.
struct Subjects {
    /// In text order, outer before inner.
    all: Vec<Subject>,
    /// For each, the one around it.
    parents: Vec<Option<usize>>,
}

impl Subjects {
    fn new(mut all: Vec<Subject>) -> Self {
        all.sort_unstable_by_key(|subject| (subject.range.start(), Reverse(subject.range.end())));
        let mut parents = Vec::with_capacity(all.len());
        let mut open: Vec<usize> = Vec::new();
        for (index, subject) in all.iter().enumerate() {
            while open
                .pop_if(|outer| all[*outer].range.end() <= subject.range.start())
                .is_some()
            {}
            parents.push(open.last().copied());
            open.push(index);
        }
        Self { all, parents }
    }

    /// Those that hold an offset, innermost first.
    fn around(&self, offset: TextSize) -> impl Iterator<Item = Subject> + '_ {
        let behind = self
            .all
            .partition_point(|subject| subject.range.start() <= offset);
        let outer = |index: &usize| self.parents.get(*index).copied().flatten();
        std::iter::successors(behind.checked_sub(1), outer)
            .filter_map(|index| self.all.get(index).copied())
            .filter(move |subject| subject.range.contains(offset))
    }
}

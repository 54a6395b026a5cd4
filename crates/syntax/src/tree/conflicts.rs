//! Lines in which git marks both sides of a conflict: somebody is about to choose one, and both stand in the file.

use crate::SyntaxError;
use std::ops::Range;
use text_size::TextRange;

/// What such lines begin with: before one side, before what both come from, between the sides, after the other.
const MARKS: [&str; 4] = ["<<<<<<<", "|||||||", "=======", ">>>>>>>"];

/// A text of the same length without those lines, and without what both sides come from; nothing where there is no conflict.
pub(crate) fn without(text: &str) -> Option<(String, Vec<SyntaxError>)> {
    let mut blank: Vec<Range<usize>> = Vec::new();
    let mut errors = Vec::new();
    let (mut at, mut inside, mut is_base) = (0, false, false);
    for line in text.split_inclusive('\n') {
        let range = at..at + line.len();
        at = range.end;
        let mark = MARKS.iter().position(|mark| is_mark(line, mark));
        match (inside, mark) {
            (false, Some(0)) => inside = true,
            (true, Some(1)) => is_base = true,
            (true, Some(2)) => is_base = false,
            (true, Some(3)) => inside = false,
            _ if is_base => {
                blank.push(range);
                continue;
            }
            _ => continue,
        }
        let shown = text_range(range.start, range.start + line.trim_end().len());
        errors.push(SyntaxError::new(shown, "mark of a conflict that git left"));
        blank.push(range);
    }
    if blank.is_empty() {
        return None;
    }
    let mut out = String::with_capacity(text.len());
    let mut done = 0;
    for range in blank {
        out.push_str(text.get(done..range.start)?);
        let bytes = text.get(range.clone())?.bytes();
        out.extend(bytes.map(|byte| if byte == b'\n' { '\n' } else { ' ' }));
        done = range.end;
    }
    out.push_str(text.get(done..)?);
    Some((out, errors))
}

fn is_mark(line: &str, mark: &str) -> bool {
    let rest = line.strip_prefix(mark);
    rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(char::is_whitespace))
}

fn text_range(start: usize, end: usize) -> TextRange {
    TextRange::new((start as u32).into(), (end as u32).into())
}

#[cfg(test)]
mod tests {
    use super::*;
    use expect_test::{Expect, expect};

    fn check(text: &str, expected: Expect) {
        let out = without(text).map_or_else(|| "nothing".to_owned(), |(out, _)| out.replace(' ', "."));
        expected.assert_eq(&out);
    }

    #[test]
    fn both_sides_stay() {
        check(
            "{\n<<<<<<< HEAD\n a = 1;\n||||||| base\n old = 1;\n=======\n b = 1;\n>>>>>>> other\n}\n",
            expect![[r#"
                {
                ............
                .a.=.1;
                ............
                .........
                .......
                .b.=.1;
                .............
                }
            "#]],
        );
        check("{ a = ''\n=======\n''; }", expect!["nothing"]);
        check("<<<<<<<< no\n", expect!["nothing"]);
    }
}

//! One line of comma-separated values, as Go's reader takes it apart, with which Podman and Docker read mounts, and Podman the
//! values of options that may be several.

use crate::vocabulary::text::{concat, origin_of};
use nixpod_model::Text;

/// The fields of a line. None where a quotation mark is where there must not be one: the engine refuses that.
pub(crate) fn fields(text: &Text) -> Option<Vec<Text>> {
    let pattern = text.pattern();
    let mut out = Vec::new();
    let mut at = 0;
    loop {
        let rest = pattern.get(at..)?;
        let (field, end) = match rest.starts_with('"') {
            true => quoted(text, &pattern, at + 1)?,
            false => {
                let end = rest.find(',').map_or(pattern.len(), |comma| at + comma);
                let is_bare = !pattern.get(at..end)?.contains('"');
                (is_bare.then(|| text.slice(at, end))?, end)
            }
        };
        out.push(field);
        match pattern.get(end..)? {
            "" => return Some(out),
            rest if rest.starts_with(',') => at = end + 1,
            _ => return None,
        }
    }
}

/// A field from behind its first quotation mark on, in which two stand for one; and where it ends.
fn quoted(text: &Text, pattern: &str, start: usize) -> Option<(Text, usize)> {
    let (mut from, mut at) = (start, start);
    let mut parts = Vec::new();
    loop {
        let mark = at + pattern.get(at..)?.find('"')?;
        let is_doubled = pattern.get(mark + 1..)?.starts_with('"');
        parts.push(text.slice(from, mark + usize::from(is_doubled)));
        if !is_doubled {
            return Some((concat(parts), mark + 1));
        }
        (from, at) = (mark + 2, mark + 2);
    }
}

/// A field as it is written into such a line.
pub(crate) fn written(field: &Text) -> Text {
    let pattern = field.pattern();
    if !pattern.contains([',', '"', '\n']) {
        return field.clone();
    }
    let mark = || Text::known("\"", origin_of(field));
    let mut parts = vec![mark()];
    let mut from = 0;
    for (at, _) in pattern.match_indices('"') {
        parts.extend([field.slice(from, at + 1), mark()]);
        from = at + 1;
    }
    parts.extend([field.slice(from, pattern.len()), mark()]);
    concat(parts)
}

#[cfg(test)]
mod tests {
    use super::{fields, written};
    use expect_test::{Expect, expect};
    use nixpod_model::Text;
    use nixpod_source::Origin;

    #[track_caller]
    fn check(line: &str, expected: Expect) {
        let fields = fields(&Text::known(line, Origin::default()));
        let shown = fields.as_ref().map(|fields| {
            let again: Vec<String> = fields.iter().map(|field| written(field).display()).collect();
            let fields: Vec<String> = fields.iter().map(Text::display).collect();
            (fields, again.join(","))
        });
        expected.assert_eq(&format!("{shown:?}"));
    }

    #[test]
    fn fields_with_and_without_quotes() {
        check("", expect![[r#"Some(([""], ""))"#]]);
        check("a,,b=c", expect![[r#"Some((["a", "", "b=c"], "a,,b=c"))"#]]);
        check(
            r#""a","b,c","d""e""#,
            expect![[r#"Some((["a", "b,c", "d\"e"], "a,\"b,c\",\"d\"\"e\""))"#]],
        );
    }

    #[test]
    fn quotes_that_go_refuses() {
        check(r#"a"b"#, expect!["None"]);
        check(r#""a"b"#, expect!["None"]);
        check(r#""a"#, expect!["None"]);
    }
}

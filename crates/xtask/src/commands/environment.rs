//! What systemd reads of an `EnvironmentFile`.
//!
//! Values may stand in quotation marks, and whatever follows the closing one goes on: blanks are left out, then either another
//! quotation follows or the rest of the line as it is. A backslash stands for the character behind it; in double quotes only
//! before `"`, `\`, a backquote and `$`, and it is kept before all others. A backslash before the end of a line joins lines.
//! The values of the tests are what systemd 257 as process 1 gave a service of the same file.

/// Names and values, in the order of the file. A later one wins.
pub(super) fn read(text: &str) -> Vec<(String, String)> {
    let mut out = Vec::new();
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '#' | ';' => {
                chars.by_ref().find(|c| *c == '\n');
            }
            c if c.is_whitespace() => {}
            first => {
                let mut name = first.to_string();
                let mut has_value = false;
                for c in chars.by_ref() {
                    match c {
                        '=' => {
                            has_value = true;
                            break;
                        }
                        '\n' => break,
                        c => name.push(c),
                    }
                }
                if has_value {
                    let value = value(&mut chars);
                    out.push((name.trim_end().to_owned(), value));
                }
            }
        }
    }
    out
}

/// The value behind a `=`, to the end of its line.
fn value(chars: &mut std::iter::Peekable<std::str::Chars<'_>>) -> String {
    let mut out = String::new();
    // Before anything that is not in quotation marks.
    loop {
        match chars.next() {
            None | Some('\n' | '\r') => return out,
            Some('\'') => {
                for c in chars.by_ref() {
                    if c == '\'' {
                        break;
                    }
                    out.push(c);
                }
            }
            Some('"') => doubly_quoted(chars, &mut out),
            Some('\\') => {
                escaped(chars, &mut out);
                break;
            }
            Some(' ' | '\t') => {}
            Some(c) => {
                out.push(c);
                break;
            }
        }
    }
    // From here on quotation marks are characters like others, and blanks at the end are left out.
    let mut blanks_from = None;
    loop {
        match chars.next() {
            None | Some('\n' | '\r') => break,
            Some('\\') => {
                blanks_from = None;
                escaped(chars, &mut out);
            }
            Some(c @ (' ' | '\t')) => {
                blanks_from.get_or_insert(out.len());
                out.push(c);
            }
            Some(c) => {
                blanks_from = None;
                out.push(c);
            }
        }
    }
    if let Some(at) = blanks_from {
        out.truncate(at);
    }
    out
}

fn escaped(chars: &mut std::iter::Peekable<std::str::Chars<'_>>, out: &mut String) {
    match chars.next() {
        None | Some('\n' | '\r') => {}
        Some(c) => out.push(c),
    }
}

fn doubly_quoted(chars: &mut std::iter::Peekable<std::str::Chars<'_>>, out: &mut String) {
    while let Some(c) = chars.next() {
        match c {
            '"' => return,
            '\\' => match chars.next() {
                None => return,
                Some(c @ ('"' | '\\' | '`' | '$')) => out.push(c),
                Some('\n' | '\r') => {}
                Some(c) => {
                    out.push('\\');
                    out.push(c);
                }
            },
            c => out.push(c),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::read;

    fn value(text: &str) -> String {
        let read = read(&format!("\n\nA={text}\nB=x\n"));
        let names: Vec<&str> = read.iter().map(|(name, _)| name.as_str()).collect();
        assert_eq!(names, ["A", "B"], "{text}");
        read[0].1.clone()
    }

    #[test]
    fn values() {
        assert_eq!(value(""), "");
        assert_eq!(value("a b  "), "a b");
        assert_eq!(value("\" a b \""), " a b ");
        assert_eq!(value("\"a\" \"b\""), "ab");
        assert_eq!(value("\" --x=\"a b\" c\""), " --x=a b\" c\"");
        assert_eq!(value("\"a\\\"b\\$c\\nd\""), "a\"b$c\\nd");
        assert_eq!(value("a\\ b\\\nc"), "a bc");
        assert_eq!(value("'a\\b'"), "a\\b");
        assert_eq!(value("\"x\"y z'q"), "xy z'q");
        assert_eq!(value("it's \"a\""), "it's \"a\"");
        assert_eq!(value("\" --x='q r' y\\\\z\""), " --x='q r' y\\z");
        assert_eq!(value("\"two\nlines\""), "two\nlines");
        assert_eq!(value("a#b ;c"), "a#b ;c");
        assert_eq!(value("  lead"), "lead");
        assert_eq!(value("\"a`b`$x\\`\""), "a`b`$x`");
        assert_eq!(value("\\\"x"), "\"x");
    }

    #[test]
    fn comments_and_lines_without_a_sign() {
        let read = read("# A=b\\\n; C=d\nE\nF =g");
        assert_eq!(read, [("F".to_owned(), "g".to_owned())]);
    }
}

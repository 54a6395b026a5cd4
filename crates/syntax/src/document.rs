//! Texts that are no Nix: unit files, scripts and JSON. Only their comments and lines are of interest here; what they say
//! is read by whoever knows what it means, with [`ExprId::TEXT`](nixpod_source::ExprId::TEXT) as the site.

use crate::build::{Remarks, Subject};
use crate::comments;
use crate::hir::{Expr, Hir};
use crate::parsed::ParsedFile;
use crate::source_map::SourceMap;
use nixpod_source::ExprId;
use std::sync::Arc;
use text_size::{TextRange, TextSize};

/// What a file is written in, as far as comments go.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Language {
    /// Nix: code.
    #[default]
    Nix,
    /// Unit files of systemd and of Podman: `#` and `;` at the beginning of a line.
    Unit,
    /// Shell scripts, and YAML: `#` at the beginning of a word.
    Shell,
    /// JSON with comments: `//` and `/* */`.
    Json,
}

impl Language {
    /// The language of a file, by its path.
    pub fn of(path: &str) -> Self {
        let (folder, name) = path.rsplit_once('/').unwrap_or(("", path));
        let Some((_, extension)) = name.rsplit_once('.') else {
            return Self::Nix;
        };
        match extension {
            // A drop-in: `web.container.d/10-more.conf`, or `container.d/10-more.conf` for all.
            "conf" => match folder.strip_suffix(".d").map(Self::of_unit) {
                Some(true) => Self::Unit,
                Some(false) | None => Self::Nix,
            },
            "sh" | "bash" | "yaml" | "yml" => Self::Shell,
            "json" | "jsonc" => Self::Json,
            _ if Self::of_unit(name) => Self::Unit,
            _ => Self::Nix,
        }
    }

    /// Is it the name of a unit of Podman, or only its kind?
    fn of_unit(name: &str) -> bool {
        let kind = name.rsplit(['.', '/']).next().unwrap_or(name);
        UNITS.contains(&kind)
    }
}

/// The kinds of units that Podman makes services of.
pub const UNITS: [&str; 8] = [
    "artifact",
    "build",
    "container",
    "image",
    "kube",
    "network",
    "pod",
    "volume",
];

/// Reads a text of any language. In one that is no Nix there is no code, and nothing that Nix would refuse.
pub fn document(text: &str, language: Language) -> ParsedFile {
    let remarks = match language {
        Language::Nix => return crate::parse(text),
        Language::Unit => unit(text),
        Language::Shell => shell(text),
        Language::Json => json(text),
    };
    ParsedFile {
        hir: Arc::new(Hir::new(ExprId(0), vec![Expr::Missing], Vec::new())),
        map: SourceMap::default(),
        errors: Vec::new(),
        suppressions: comments::collect(text, remarks),
    }
}

fn range(start: usize, end: usize) -> TextRange {
    TextRange::new(size(start), size(end.max(start)))
}

fn size(offset: usize) -> TextSize {
    TextSize::new(u32::try_from(offset).unwrap_or(u32::MAX))
}

fn subject(start: usize, end: usize) -> Subject {
    Subject {
        range: range(start, end),
        value: None,
    }
}

/// The lines of a text without their ends, each with its start.
fn lines(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let mut start = 0;
    text.split_inclusive('\n').map(move |line| {
        let at = start;
        start += line.len();
        (at, line.trim_end_matches(['\n', '\r']))
    })
}

/// A line without the blanks around it, with the start of what is left.
fn trimmed((start, line): (usize, &str)) -> (usize, &str) {
    let inner = line.trim_start();
    (start + line.len() - inner.len(), inner.trim_end())
}

/// What comments are about is a key with all lines of its value, or a section.
fn unit(text: &str) -> Remarks {
    let mut out = Remarks::default();
    let mut section: Option<usize> = None;
    let mut key: Option<usize> = None;
    let mut end = 0;
    for line in lines(text) {
        let (start, inner) = trimmed(line);
        if inner.starts_with(['#', ';']) {
            out.comments.push(range(start, start + inner.len()));
            continue;
        }
        let continues = inner.ends_with('\\');
        if key.is_none() && inner.starts_with('[') {
            out.subjects.extend(section.map(|from| subject(from, end)));
            section = Some(start);
        } else if !inner.is_empty() || key.is_some() {
            let from = *key.get_or_insert(start);
            if !continues {
                out.subjects.push(subject(from, start + inner.len()));
                key = None;
            }
        }
        if !inner.is_empty() {
            end = start + inner.len();
        }
    }
    out.subjects.extend(key.map(|from| subject(from, end)));
    out.subjects.extend(section.map(|from| subject(from, end)));
    out
}

/// What comments are about is a line, with those that a backslash or an open quotation mark makes one with it.
fn shell(text: &str) -> Remarks {
    let mut out = Remarks::default();
    let mut quote: Option<char> = None;
    let mut command: Option<usize> = None;
    // Where the last character of a command ends.
    let mut end = 0;
    let mut before = '\n';
    let mut chars = text.char_indices().peekable();
    while let Some((at, c)) = chars.next() {
        let begins_word = before.is_whitespace() || matches!(before, ';' | '&' | '|' | '(' | ')');
        match (quote, c) {
            (None, '#') if begins_word => {
                let rest = text.get(at..).unwrap_or_default();
                let len = rest.find('\n').unwrap_or(rest.len());
                out.comments.push(range(at, at + rest[..len].trim_end().len()));
                while chars.next_if(|(next, _)| *next < at + len).is_some() {}
                before = ' ';
                continue;
            }
            (None, '\n') => out.subjects.extend(command.take().map(|from| subject(from, end))),
            (None, '\'' | '"') => quote = Some(c),
            (Some(open), _) if open == c => quote = None,
            (None | Some('"'), '\\') => {
                // What is escaped is no end of a line and no quotation mark.
                _ = chars.next();
            }
            _ => {}
        }
        if !c.is_whitespace() {
            command.get_or_insert(at);
            end = chars.peek().map_or(text.len(), |(next, _)| *next);
        }
        before = c;
    }
    out.subjects.extend(command.map(|from| subject(from, end)));
    out
}

/// What comments are about is a member of an object, or an element of an array.
fn json(text: &str) -> Remarks {
    let mut out = Remarks::default();
    // The members that are open, outermost first: one more for each bracket.
    let mut open: Vec<Option<usize>> = vec![None];
    let mut end = 0;
    let bytes = text.as_bytes();
    let mut at = 0;
    while let Some(byte) = bytes.get(at) {
        let start = at;
        at += match byte {
            b'"' => string_len(&bytes[at..]),
            b'/' if bytes[at..].starts_with(b"//") => {
                let len = text[at..].find('\n').unwrap_or(text.len() - at);
                out.comments
                    .push(range(at, at + text[at..at + len].trim_end().len()));
                at += len;
                continue;
            }
            b'/' if bytes[at..].starts_with(b"/*") => {
                let len = text[at..].find("*/").map_or(text.len() - at, |len| len + 2);
                out.comments.push(range(at, at + len));
                at += len;
                continue;
            }
            _ => 1,
        };
        if byte.is_ascii_whitespace() {
            continue;
        }
        match byte {
            b',' | b'}' | b']' => {
                // With its comma, as a binding has its semicolon.
                let to = if *byte == b',' { at } else { end };
                let member = open.last_mut().and_then(Option::take);
                out.subjects.extend(member.map(|from| subject(from, to)));
                if *byte != b',' && open.len() > 1 {
                    open.pop();
                }
            }
            _ => {
                if let Some(member) = open.last_mut() {
                    member.get_or_insert(start);
                }
                if matches!(byte, b'{' | b'[') {
                    open.push(None);
                }
            }
        }
        if *byte != b',' {
            end = at;
        }
    }
    out
}

/// The length of a string literal with both quotation marks, or of what there is of it.
fn string_len(bytes: &[u8]) -> usize {
    let mut at = 1;
    while let Some(byte) = bytes.get(at) {
        match byte {
            b'\\' => at += 2,
            b'"' => return at + 1,
            b'\n' => return at,
            _ => at += 1,
        }
    }
    bytes.len()
}

#[cfg(test)]
mod tests {
    use super::{Language, document};
    use expect_test::{Expect, expect};
    use std::fmt::Write as _;

    /// For each comment the text that it covers.
    #[track_caller]
    fn check(language: Language, text: &str, expected: Expect) {
        let parsed = document(text, language);
        let mut out = String::new();
        for item in &parsed.suppressions.items {
            let rules: Vec<&str> = item.rules.iter().map(|(rule, _)| rule.as_str()).collect();
            let covered = &text[std::ops::Range::<usize>::from(item.covers)];
            let _ = writeln!(out, "{} {:?} {covered:?}", rules.join(" "), item.kind);
        }
        for (range, problem) in &parsed.suppressions.malformed {
            let _ = writeln!(out, "{range:?}: {problem}");
        }
        expected.assert_eq(&out);
    }

    #[test]
    fn a_comment_in_a_unit_covers_a_key_with_all_its_lines_or_a_section() {
        check(
            Language::Unit,
            "# nixpod: ignore[a] for a reason\n[Container]\nImage=x\n; nixpod: ignore[b]\nExec=sleep \\\n  # in between\n  1\n\n[Service]\nRestart=no # nixpod: ignore[c]\n",
            expect![[r#"
                a OwnLine "[Container]\nImage=x\n; nixpod: ignore[b]\nExec=sleep \\\n  # in between\n  1"
                b OwnLine "Exec=sleep \\\n  # in between\n  1"
            "#]],
        );
    }

    #[test]
    fn a_comment_in_a_script_covers_a_command() {
        check(
            Language::Shell,
            "#!/bin/sh\n# nixpod: ignore[a]\npodman run \\\n  --privileged x # nixpod: ignore[b]\necho \"# nixpod: ignore[c]\n\" 'x' # nixpod: ignore[d]\nx=a#b\n",
            expect![[r##"
                a OwnLine "podman run \\\n  --privileged x"
                b Trailing "podman run \\\n  --privileged x"
                d Trailing "echo \"# nixpod: ignore[c]\n\" 'x'"
            "##]],
        );
    }

    #[test]
    fn a_comment_in_json_covers_a_member_or_an_element() {
        check(
            Language::Json,
            "// nixpod: ignore-file[z]\n{\n  // nixpod: ignore[a]\n  \"runArgs\": [\n    \"//\", /* nixpod: ignore[b] */ \"--privileged\", \"x\"\n  ],\n  \"x\": \"y\" // nixpod: ignore[c]\n}\n",
            expect![[r#"
                z File "// nixpod: ignore-file[z]\n{\n  // nixpod: ignore[a]\n  \"runArgs\": [\n    \"//\", /* nixpod: ignore[b] */ \"--privileged\", \"x\"\n  ],\n  \"x\": \"y\" // nixpod: ignore[c]\n}\n"
                a OwnLine "\"runArgs\": [\n    \"//\", /* nixpod: ignore[b] */ \"--privileged\", \"x\"\n  ],"
                b Trailing "\"//\","
                c Trailing "\"x\": \"y\""
            "#]],
        );
    }

    #[test]
    fn any_bytes_give_a_document() {
        for text in [
            "",
            "\\",
            "\"",
            "'",
            "[",
            "/*",
            "//",
            "\"\\",
            "# nixpod: ignore",
            "a\\\r\n\u{feff}[",
            "{]}],",
        ] {
            for language in [Language::Unit, Language::Shell, Language::Json] {
                assert!(document(text, language).errors.is_empty());
            }
        }
    }

    #[test]
    fn languages_are_told_by_names() {
        let all = [
            "a.nix",
            "web.container",
            "x/run.sh",
            "devcontainer.json",
            "m.conf",
            "pod",
            "x/web.pod.d/1.conf",
            "container.d/1.conf",
            "x.d/1.conf",
        ];
        let languages = all.map(Language::of);
        assert_eq!(
            languages,
            [
                Language::Nix,
                Language::Unit,
                Language::Shell,
                Language::Json,
                Language::Nix,
                Language::Nix,
                Language::Unit,
                Language::Unit,
                Language::Nix,
            ]
        );
    }
}

//! Texts that are no Nix: unit files, scripts and JSON. Only their comments and lines are of interest here; what they say
//! is read by whoever knows what it means, with [`ExprId::TEXT`](nixpod_source::ExprId::TEXT) as the site.

use crate::build::{Remarks, Subject};
use crate::comments::{self, Suppressions};
use crate::hir::{Expr, Hir, StrPart};
use crate::parsed::ParsedFile;
use crate::programs::Program;
use crate::script;
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
    /// Shell scripts, YAML, TOML and recipes of images: `#` at the beginning of a word.
    Shell,
    /// JSON with comments: `//` and `/* */`.
    Json,
}

impl Language {
    /// The language of a file, by its path and by what it begins with.
    pub fn of_text(path: &str, text: &str) -> Self {
        match Self::of(path) {
            Self::Nix if is_script(path, text) => Self::Shell,
            language => language,
        }
    }

    /// The language of a file, by its path.
    pub fn of(path: &str) -> Self {
        if is_recipe(path) || script::is_shell_name(path) {
            return Self::Shell;
        }
        let (folder, name) = path.rsplit_once('/').unwrap_or(("", path));
        let Some((_, extension)) = name.rsplit_once('.') else {
            return Self::Nix;
        };
        match extension {
            // A drop-in: `web.container.d/10-more.conf`, or `container.d/10-more.conf` for all.
            "conf" => match folder.strip_suffix(".d").map(Self::of_unit) {
                Some(true) => Self::Unit,
                // Code can be imported from any file.
                Some(false) | None => Self::Nix,
            },
            "toml" | "yaml" | "yml" => Self::Shell,
            "nspawn" | "service" => Self::Unit,
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

/// Is a file a script of a shell by its first line, or a text of a program whose comments are like those of a script?
fn is_script(path: &str, text: &str) -> bool {
    script::may_be_script(path) && script::begins_as_script(text) || Program::of_text(path, text).is_some()
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

/// Is a file the recipe of an image: has it a name that `podman build` and `docker build` look for, or one like it?
pub fn is_recipe(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path);
    let is_one =
        |name: &str| name.eq_ignore_ascii_case("containerfile") || name.eq_ignore_ascii_case("dockerfile");
    match name.split_once('.') {
        // `Dockerfile.dockerignore` says what is left out of one.
        Some((_, "dockerignore" | "containerignore")) => false,
        Some((stem, ending)) => is_one(stem) || is_one(ending.rsplit('.').next().unwrap_or(ending)),
        None => is_one(name),
    }
}

/// Reads a text that is no Nix.
pub(crate) fn read(text: &str, language: Language) -> ParsedFile {
    ParsedFile {
        hir: Arc::new(Hir::new(ExprId(0), vec![Expr::Missing], Vec::new())),
        map: SourceMap::default(),
        errors: Vec::new(),
        suppressions: match text.contains("nixpod") {
            true => comments_of(text, language),
            false => Suppressions::default(),
        },
    }
}

/// Stands for an interpolation in the content of a literal: a character of a word, and of no comment.
const HOLE: char = '\u{1}';

fn comments_of(text: &str, language: Language) -> Suppressions {
    let remarks = match language {
        Language::Nix => Remarks::default(),
        Language::Unit => unit(text),
        Language::Shell => shell(text),
        Language::Json => json(text),
    };
    comments::collect(text, remarks)
}

/// The comments in the content of a string literal, which is a text of some language: a unit or a script that an option
/// holds. The ranges are those of the Nix file.
pub fn comments_in_literal(file: &ParsedFile, literal: ExprId, language: Language) -> Suppressions {
    let Some(Expr::Str(parts)) = file.hir.get(literal) else {
        return Suppressions::default();
    };
    let mut content = String::new();
    let mut holes = Vec::new();
    for part in parts {
        match part {
            StrPart::Text(text) => content.push_str(text),
            StrPart::Interp(_) => {
                holes.push(content.len() as u32);
                content.push(HOLE);
            }
        }
    }
    if !content.contains("nixpod") {
        return Suppressions::default();
    }
    let mut found = comments_of(&content, language);
    // Interpolations have no length in what the source map counts.
    let real = |at: TextSize| u32::from(at) - holes.partition_point(|hole| *hole < u32::from(at)) as u32;
    let length = real(TextSize::of(content.as_str()));
    let exact = |range: TextRange| {
        let (start, end) = (real(range.start()), real(range.end()));
        file.map.string_range(literal, start, end)
    };
    // With the interpolations at its ends: from where the text before it ends to where that after it begins.
    let wide = |range: TextRange| {
        let (start, end) = (real(range.start()), real(range.end()));
        let whole = file.map.range(literal);
        let from = match start.checked_sub(1) {
            Some(before) => file.map.string_range(literal, before, start).end(),
            None => whole.start(),
        };
        let to = match end < length {
            true => file.map.string_range(literal, end, end + 1).start(),
            false => whole.end(),
        };
        TextRange::new(from, to.max(from))
    };
    for item in &mut found.items {
        item.comment = exact(item.comment);
        item.covers = wide(item.covers);
        item.rules
            .iter_mut()
            .for_each(|(_, range)| *range = exact(*range));
    }
    for (range, _) in &mut found.malformed {
        *range = exact(*range);
    }
    found
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

/// What comments are about is a line, with those that a backslash, an open quotation mark or a here-document makes one with
/// it.
fn shell(text: &str) -> Remarks {
    let mut out = Remarks::default();
    let mut quote: Option<char> = None;
    let mut command: Option<usize> = None;
    // The here-documents that begin with the next line, each by the line that ends it.
    let mut documents: Vec<HereDocument> = Vec::new();
    let mut endless = 0;
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
            (None, '<') if before != '<' && endless < MAX_ENDLESS => {
                documents.extend(HereDocument::begun(text, at))
            }
            (None, '\n') => {
                for document in documents.drain(..) {
                    let from = chars.peek().map_or(text.len(), |(next, _)| *next);
                    match document.end(text, from) {
                        Some(last) => {
                            end = last;
                            while chars.next_if(|(next, _)| *next <= end).is_some() {}
                        }
                        None => endless += 1,
                    }
                }
                out.subjects.extend(command.take().map(|from| subject(from, end)));
            }
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

/// Without its last line a here-document is none: `<<` also shifts numbers. After so many, each of which was looked for up to
/// the end of the text, nobody looks any more.
const MAX_ENDLESS: usize = 64;

/// `<<EOF`: text up to a line, in which quotation marks are characters like any other.
struct HereDocument {
    last: String,
    /// `<<-`: the last line may begin with tabs.
    indented: bool,
}

impl HereDocument {
    /// The one that begins with what stands at an offset, if one does.
    fn begun(text: &str, at: usize) -> Option<Self> {
        let rest = text.get(at..)?.strip_prefix("<<")?;
        let indented = rest.starts_with('-');
        let word = rest
            .strip_prefix('-')
            .unwrap_or(rest)
            .trim_start_matches([' ', '\t']);
        let quoted = |quote| word.strip_prefix(quote)?.split(quote).next();
        let ends = |c: char| c.is_whitespace() || matches!(c, ';' | '&' | '|' | '(' | ')' | '<' | '>');
        let plain = || word.split(ends).next();
        let word = quoted('\'').or_else(|| quoted('"')).or_else(plain)?;
        let last = word.replace('\\', "");
        (!last.is_empty()).then_some(Self { last, indented })
    }

    /// Where its last line ends, without the line break.
    fn end(&self, text: &str, from: usize) -> Option<usize> {
        for (start, line) in lines(text.get(from..).unwrap_or_default()) {
            let told = match self.indented {
                true => line.trim_start_matches('\t'),
                false => line,
            };
            if told == self.last {
                return Some(from + start + line.len());
            }
        }
        None
    }
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
    use super::{Language, comments_in_literal, read};
    use crate::comments::Suppressions;
    use crate::hir::Expr;
    use expect_test::{Expect, expect};
    use nixpod_source::ExprId;
    use std::fmt::Write as _;

    /// For each comment the text that it covers.
    #[track_caller]
    fn check(language: Language, text: &str, expected: Expect) {
        expected.assert_eq(&told(text, &read(text, language).suppressions));
    }

    fn told(text: &str, found: &Suppressions) -> String {
        let mut out = String::new();
        for item in &found.items {
            let rules: Vec<&str> = item.rules.iter().map(|(rule, _)| rule.as_str()).collect();
            let covered = &text[std::ops::Range::<usize>::from(item.covers)];
            let _ = writeln!(out, "{} {:?} {covered:?}", rules.join(" "), item.kind);
        }
        for (range, problem) in &found.malformed {
            let _ = writeln!(out, "{range:?}: {problem}");
        }
        out
    }

    /// The same for the first literal with content in Nix code; also what the comments and their rules are.
    #[track_caller]
    fn check_literal(language: Language, text: &str, expected: Expect) {
        let parsed = crate::parse(text);
        let mut out = String::new();
        for (id, expr) in parsed.hir.exprs().iter().enumerate() {
            if matches!(expr, Expr::Str(_)) {
                let found = comments_in_literal(&parsed, ExprId(id as u32), language);
                out.push_str(&told(text, &found));
                for item in &found.items {
                    let comment = &text[std::ops::Range::<usize>::from(item.comment)];
                    let rule = &text[std::ops::Range::<usize>::from(item.rules[0].1)];
                    let _ = writeln!(out, "  {comment:?} names {rule:?}");
                }
            }
        }
        expected.assert_eq(&out);
    }

    #[test]
    fn a_comment_in_a_literal_covers_what_it_would_in_a_file() {
        check_literal(
            Language::Unit,
            "{\n  text = ''\n    # nixpod: ignore[a]\n    [Container]\n    ; nixpod: ignore[b]\n    Volume=${x}:/a''${y}\n    # nixpod: ignore c\n    Image=z\n  '';\n}\n",
            expect![[r##"
                a OwnLine "    [Container]\n    ; nixpod: ignore[b]\n    Volume=${x}:/a''${y}\n    # nixpod: ignore c\n    Image=z"
                b OwnLine "    Volume=${x}:/a''${y}"
                107..125: no rules are named, expected `ignore[rule]`
                  "# nixpod: ignore[a]" names "a"
                  "; nixpod: ignore[b]" names "b"
            "##]],
        );
        check_literal(
            Language::Shell,
            "{ a = \"x # nixpod: ignore[a]\\n${podman} run '${x}' # nixpod: ignore[b]\"; b = ''\n  # nixpod: ignore[c]\n  ${podman}/bin/podman run \\\n    ${image}\n  echo\n  # nixpod: ignore[d]\n  ${x}\n'';}",
            expect![[r##"
                a Trailing "\"x"
                b Trailing "${podman} run '${x}'"
                  "# nixpod: ignore[a]" names "a"
                  "# nixpod: ignore[b]" names "b"
                c OwnLine "  ${podman}/bin/podman run \\\n    ${image}"
                d OwnLine "  ${x}"
                  "# nixpod: ignore[c]" names "c"
                  "# nixpod: ignore[d]" names "d"
            "##]],
        );
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
    fn quotation_marks_in_a_here_document_are_text() {
        check(
            Language::Shell,
            "cat <<EOF >a # nixpod: ignore[a]\nit's # nixpod: ignore[b]\nEOF\n# nixpod: ignore[c]\nx <<-'E F'\n\tisn't\n\tE F\n# nixpod: ignore[d]\ny <<<\"z\" # nixpod: ignore[e]\nz=$((1 << 3)) # nixpod: ignore[f]\nz <<\\END\ndon't\nEND",
            expect![[r#"
                a Trailing "cat <<EOF >a # nixpod: ignore[a]\nit's # nixpod: ignore[b]\nEOF"
                c OwnLine "x <<-'E F'\n\tisn't\n\tE F"
                d OwnLine "y <<<\"z\""
                e Trailing "y <<<\"z\""
                f Trailing "z=$((1 << 3))"
            "#]],
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
                assert!(read(text, language).errors.is_empty());
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

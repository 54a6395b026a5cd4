//! The language of fixtures.

use crate::ROOT;
use nixpod_analysis::{TextSize, Utf8PathBuf};

/// Several files with markers and at most one cursor.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Fixture {
    /// The files, in order.
    pub files: Vec<File>,
    /// The file with the cursor, and the offset in its text.
    pub cursor: Option<(usize, TextSize)>,
}

/// One file of a fixture.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct File {
    /// The path below the fixture's root, with a slash at the beginning.
    pub path: String,
    /// The text without markers and cursor.
    pub text: String,
    /// The markers, in order.
    pub markers: Vec<Marker>,
}

impl File {
    /// The path on the fixture's disk.
    pub fn full_path(&self) -> Utf8PathBuf {
        format!("{ROOT}{}", self.path).into()
    }
}

/// A marked stretch of one line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Marker {
    /// The line, counted from 1.
    pub line: u32,
    /// The column, counted from 1, in characters.
    pub column: u32,
    /// The length in characters.
    pub length: u32,
    /// `error`, a severity or `note`.
    pub kind: String,
    /// The message.
    pub message: String,
}

const KINDS: [&str; 7] = ["error", "critical", "high", "medium", "low", "info", "note"];

impl Fixture {
    /// Reads a fixture. A line break at the very beginning, as raw strings have it, is left out.
    ///
    /// # Panics
    /// If there are two cursors, or a marker has no line to mark.
    #[track_caller]
    pub fn parse(text: &str) -> Self {
        let text = text.strip_prefix('\n').unwrap_or(text);
        let mut fixture = Self::default();
        let mut file = File {
            path: "/main.nix".to_owned(),
            ..File::default()
        };
        let mut started = false;
        let mut line = 0;
        for raw in text.split_inclusive('\n') {
            if let Some(path) = raw.strip_prefix("#- ") {
                if started {
                    fixture.files.push(std::mem::take(&mut file));
                }
                file.path = format!("/{}", path.trim().trim_start_matches('/'));
                started = true;
                line = 0;
            } else if let Some(marker) = Marker::parse(raw, line) {
                assert!(line > 0, "a marker without a line above: {raw}");
                file.markers.push(marker);
            } else {
                started = true;
                line += 1;
                let raw = raw.replace("\\$0", "\u{1}");
                if let Some(at) = raw.find("$0") {
                    assert!(fixture.cursor.is_none(), "there are two cursors");
                    let before = raw.get(..at).unwrap_or_default().replace('\u{1}', "$0");
                    let offset = TextSize::of(file.text.as_str()) + TextSize::of(before.as_str());
                    fixture.cursor = Some((fixture.files.len(), offset));
                }
                file.text
                    .push_str(&raw.replacen("$0", "", 1).replace('\u{1}', "$0"));
            }
        }
        fixture.files.push(file);
        fixture
    }
}

impl Marker {
    /// A marker for the line with this number, if the text is one.
    fn parse(raw: &str, line: u32) -> Option<Self> {
        let trimmed = raw.trim_start_matches([' ', '\t']);
        let rest = trimmed.strip_prefix('#')?;
        let before = raw.chars().count() - trimmed.chars().count();
        let (column, rest) = match rest.strip_prefix('<') {
            Some(rest) => (0, rest),
            None => {
                let carets = rest.trim_start_matches(' ');
                let spaces = rest.len() - carets.len();
                (before + 1 + spaces, carets)
            }
        };
        let carets = rest.len() - rest.trim_start_matches('^').len();
        let (kind, message) = rest.get(carets..)?.trim().split_once(':')?;
        if carets == 0 || !KINDS.contains(&kind) {
            return None;
        }
        let length = if rest.len() + 2 == trimmed.len() && column == 0 {
            // The sign itself stands over the first columns.
            before + 2 + carets
        } else {
            carets
        };
        Some(Self {
            line,
            column: u32::try_from(column).ok()? + 1,
            length: u32::try_from(length).ok()?,
            kind: kind.to_owned(),
            message: message.trim().to_owned(),
        })
    }
}

//! What `--fix` would change, as a unified diff.

use crate::fix::Fixed;
use crate::project::Projects;
use crate::terminal::{Terminal, styles};
use crate::view::relative;
use nixpod_analysis::{Analysis, MASK, Secrets, Severity, TextRange, visible};
use similar::{Change, ChangeTag, TextDiff};
use std::fmt::Write as _;
use std::sync::Arc;

/// What must not be shown, by project.
pub(crate) type Hidden = Vec<(Analysis, Arc<Secrets>)>;

/// A diff, and whether it is a patch: where secrets are masked it is only to be read.
#[derive(Debug, Default)]
pub(crate) struct Diff {
    pub(crate) text: String,
    pub(crate) is_masked: bool,
}

/// The changes; `before` is what must not be shown of the texts before them.
pub(crate) fn diff(fixed: &Fixed, before: &Hidden, projects: &Projects, terminal: &Terminal) -> Diff {
    let after = projects.secrets();
    let mut out = Diff::default();
    for (number, file) in &fixed.files {
        let ranges = |hidden: &Hidden, text: &str| match hidden.get(*number) {
            Some((analysis, secrets)) => match analysis.file_id(&file.path) {
                Some(id) => secrets.ranges(id, text),
                None => Vec::new(),
            },
            None => Vec::new(),
        };
        let old = masked(&file.before, &ranges(before, &file.before));
        let new = masked(&file.after, &ranges(&after, &file.after));
        let name = relative(&file.path, &projects.current);
        let name = visible::line(&name);
        let header = format!("--- {name}\n+++ {name}");
        let _ = writeln!(out.text, "{}", terminal.paint(styles::BOLD, &header));
        let (from, to) = (lines(&file.before), lines(&file.after));
        let (old, new) = (lines(&old), lines(&new));
        let diff = TextDiff::configure()
            .newline_terminated(true)
            .diff_slices(&from, &to);
        for hunk in diff.unified_diff().context_radius(3).iter_hunks() {
            let header = hunk.header().to_string();
            let _ = writeln!(out.text, "{}", terminal.paint(styles::NAME, &header));
            for change in hunk.iter_changes() {
                let shown = match (change.old_index(), change.new_index()) {
                    (Some(at), _) => old.get(at).copied(),
                    (None, Some(at)) => new.get(at).copied(),
                    (None, None) => None,
                };
                write_line(&mut out, &change, shown.unwrap_or_default(), terminal);
            }
        }
    }
    out
}

fn write_line(out: &mut Diff, change: &Change<&str>, shown: &str, terminal: &Terminal) {
    let (sign, style) = match change.tag() {
        ChangeTag::Delete => ('-', styles::severity(Severity::High)),
        ChangeTag::Insert => ('+', styles::GOOD),
        ChangeTag::Equal => (' ', anstyle::Style::new()),
    };
    out.is_masked |= shown != change.value();
    let line = format!("{sign}{}", shown.strip_suffix('\n').unwrap_or(shown));
    // Who looks at it sees everything; a patch has to be exact.
    let line = match terminal.is_looked_at() {
        true => visible::lines(&line).into_owned(),
        false => line,
    };
    let _ = writeln!(out.text, "{}", terminal.paint(style, &line));
    if change.missing_newline() {
        out.text.push_str("\\ No newline at end of file\n");
    }
}

fn lines(text: &str) -> Vec<&str> {
    text.split_inclusive('\n').collect()
}

/// The text with a mask in place of each range. It has as many lines as before.
fn masked(text: &str, ranges: &[TextRange]) -> String {
    let mut out = String::with_capacity(text.len());
    let mut at = 0;
    for range in ranges {
        out.push_str(text.get(at..range.start().into()).unwrap_or_default());
        out.push_str(MASK);
        at = range.end().into();
    }
    out.push_str(text.get(at..).unwrap_or_default());
    out
}

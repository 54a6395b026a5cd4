//! Compares findings with markers.

use nixpod_analysis::{Analysis, Report, Rule, Span};
use nixpod_fixture::{Fixture, Marker, ROOT};
use std::fmt::Write as _;

/// A label of a finding.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Found {
    /// The path below the fixture's root, with a slash.
    pub(crate) path: String,
    pub(crate) line: u32,
    pub(crate) column: u32,
    pub(crate) length: u32,
    /// A severity or `note`.
    pub(crate) kind: &'static str,
    pub(crate) message: String,
}

impl Found {
    fn is(&self, path: &str, marker: &Marker) -> bool {
        self.path == path
            && (self.line, self.column, self.length) == (marker.line, marker.column, marker.length)
            && self.message == marker.message
            && (self.kind == marker.kind || (marker.kind == "error" && self.kind != "note"))
    }

    fn as_marker(&self) -> String {
        let carets = "^".repeat(self.length as usize);
        let label = format!("{}: {}", self.kind, self.message);
        match self.column {
            0 | 1 => format!(
                "#<{} {label}",
                carets.get(2..).filter(|c| !c.is_empty()).unwrap_or("^")
            ),
            2 => format!("#{carets} {label}"),
            column => format!("{}# {carets} {label}", " ".repeat(column as usize - 3)),
        }
    }
}

/// The labels of a rule's findings that are not suppressed, each once.
pub(crate) fn found(rule: &Rule, analysis: &Analysis, report: &Report, with_notes: bool) -> Vec<Found> {
    let mut out = Vec::new();
    for finding in &report.findings {
        let diagnostic = &finding.diagnostic;
        if diagnostic.rule != rule.meta.id || finding.suppressed.is_some() {
            continue;
        }
        let severity = diagnostic.severity.as_str();
        let primary = label(analysis, diagnostic.primary.span, severity, &diagnostic.message);
        out.push(primary);
        if with_notes {
            for note in &diagnostic.trail {
                let note = label(analysis, note.span, "note", &note.message);
                if !out.contains(&note) {
                    out.push(note);
                }
            }
        }
    }
    out
}

/// A span that goes on over several lines ends with the first, and an empty one is a character long.
fn label(analysis: &Analysis, span: Span, kind: &'static str, message: &str) -> Found {
    let text = analysis.text(span.file);
    let start = analysis.line_index(span.file).position(&text, span.range.start());
    let body = text
        .get(std::ops::Range::<usize>::from(span.range))
        .unwrap_or_default();
    let length = body.lines().next().unwrap_or_default().chars().count().max(1);
    let path = analysis.path(span.file);
    let path = path.as_str().strip_prefix(ROOT).unwrap_or(path.as_str());
    Found {
        path: path.to_owned(),
        line: start.line,
        column: start.column,
        length: u32::try_from(length).unwrap_or(u32::MAX),
        kind,
        message: message.to_owned(),
    }
}

/// What is missing and what is too much, with the fixture as it would have to be.
pub(crate) fn report(fixture: &Fixture, found: &[Found], with_notes: bool) -> Option<String> {
    let mut out = String::new();
    let mut rest: Vec<&Found> = found.iter().collect();
    for file in &fixture.files {
        for marker in &file.markers {
            match rest.iter().position(|found| found.is(&file.path, marker)) {
                Some(index) => {
                    rest.remove(index);
                }
                None => {
                    let Marker {
                        line, kind, message, ..
                    } = marker;
                    let _ = writeln!(out, "missing     {}:{line} {kind}: {message}", file.path);
                }
            }
        }
    }
    for found in rest {
        let Found {
            path,
            line,
            kind,
            message,
            ..
        } = found;
        let _ = writeln!(out, "unexpected  {path}:{line} {kind}: {message}");
    }
    if out.is_empty() {
        return None;
    }
    let notes = if with_notes { "" } else { ", notes left out" };
    Some(format!(
        "findings and markers differ\n{out}== the fixture with the findings that are there{notes}\n{}",
        annotate(fixture, found)
    ))
}

fn annotate(fixture: &Fixture, found: &[Found]) -> String {
    let mut out = String::new();
    for file in &fixture.files {
        let _ = writeln!(out, "#- {}", file.path);
        let last = file.text.lines().count();
        for (index, line) in file.text.lines().enumerate() {
            let _ = writeln!(out, "{line}");
            for label in found {
                // What is wrong at the end of the file is shown at its last line.
                let shown_at = (label.line as usize).min(last);
                if label.path == file.path && shown_at == index + 1 {
                    let _ = writeln!(out, "{}", label.as_marker());
                }
            }
        }
    }
    out
}

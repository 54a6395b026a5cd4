//! Findings, their labels and their fixes.

use crate::{FileId, Span};
use std::collections::BTreeMap;
use text_size::TextRange;

/// The name of a rule, such as `privileged-container`.
pub type RuleId = &'static str;

/// What happens if the finding is exploited, or breaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// Worth knowing; no defect by itself.
    Info,
    /// A small loss of isolation or hygiene.
    Low,
    /// A real weakening.
    Medium,
    /// One step from the host, or a credential lost.
    High,
    /// The host is handed over.
    Critical,
}

/// How formats with three levels call a severity.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Level {
    /// Worth knowing.
    Note,
    /// Worth a look.
    Warning,
    /// To be mended.
    Error,
}

impl Severity {
    /// The level in formats that have three.
    pub const fn level(self) -> Level {
        match self {
            Self::Critical | Self::High => Level::Error,
            Self::Medium | Self::Low => Level::Warning,
            Self::Info => Level::Note,
        }
    }

    /// All severities, lowest first.
    pub const ALL: [Self; 5] = [Self::Info, Self::Low, Self::Medium, Self::High, Self::Critical];

    /// The name used in every format.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Info => "info",
            Self::Low => "low",
            Self::Medium => "medium",
            Self::High => "high",
            Self::Critical => "critical",
        }
    }
}

/// How sure the analysis is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Confidence {
    /// A guess or two steps away from certainty.
    Low,
    /// Holds under a condition, or something relevant was not seen.
    Medium,
    /// Certain value, and where absence is claimed the whole system was seen.
    High,
}

impl Confidence {
    /// The name used in every format.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Low => "low",
            Self::Medium => "medium",
            Self::High => "high",
        }
    }

    /// One step less sure.
    #[must_use]
    pub const fn lower(self) -> Self {
        match self {
            Self::High => Self::Medium,
            Self::Medium | Self::Low => Self::Low,
        }
    }
}

/// Why a label is there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum LabelKind {
    /// The offending text itself.
    Primary,
    /// Where it was bound or read.
    Binding,
    /// The call it was passed or returned through.
    Call,
    /// The string it was put into.
    Interpolation,
    /// The option definition it ended in.
    Merge,
    /// The condition it depends on.
    Guard,
    /// The import it came through.
    Import,
    /// Another place that explains the finding.
    Related,
}

impl LabelKind {
    /// The name used in every format.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Primary => "primary",
            Self::Binding => "binding",
            Self::Call => "call",
            Self::Interpolation => "interpolation",
            Self::Merge => "merge",
            Self::Guard => "guard",
            Self::Import => "import",
            Self::Related => "related",
        }
    }
}

/// A range of text and what it has to do with a finding.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Label {
    /// Why it is there.
    pub kind: LabelKind,
    /// Where.
    pub span: Span,
    /// One line, without a final dot.
    pub message: String,
}

/// May a fix be applied without asking?
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Applicability {
    /// Keeps everything else as it is: `--fix`.
    Safe,
    /// Changes what the workload can do: `--unsafe-fixes`.
    Unsafe,
    /// Only to be shown.
    DisplayOnly,
}

impl Applicability {
    /// The name used in every format.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Safe => "safe",
            Self::Unsafe => "unsafe",
            Self::DisplayOnly => "display-only",
        }
    }
}

/// Replaces a range of one file's text.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct TextEdit {
    /// What is replaced; empty to insert.
    pub range: TextRange,
    /// The new text.
    pub insert: String,
}

/// A change that makes a finding disappear.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Fix {
    /// An imperative sentence without a final dot.
    pub title: String,
    /// May it be applied without asking?
    pub applicability: Applicability,
    /// The edits, by file, each list sorted and without overlaps.
    pub edits: BTreeMap<FileId, Vec<TextEdit>>,
}

/// One finding, ready to be rendered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostic {
    /// The rule that found it.
    pub rule: RuleId,
    /// What happens if it is exploited.
    pub severity: Severity,
    /// How sure the analysis is.
    pub confidence: Confidence,
    /// One line, without a final dot.
    pub message: String,
    /// More detail: whole sentences, why it matters here and what to do.
    pub help: Option<String>,
    /// The offending text.
    pub primary: Label,
    /// How it came about, from the literal outwards.
    pub trail: Vec<Label>,
    /// Changes that make it disappear, best first.
    pub fixes: Vec<Fix>,
}

/// Applies edits to a text; edits that overlap an earlier one, or lie outside, are left out.
pub fn apply_edits(text: &str, edits: &[TextEdit]) -> String {
    let mut sorted: Vec<&TextEdit> = edits.iter().collect();
    sorted.sort_by_key(|edit| (edit.range.start(), edit.range.end()));
    let mut out = String::with_capacity(text.len());
    let mut at = 0;
    for edit in sorted {
        let (start, end) = (usize::from(edit.range.start()), usize::from(edit.range.end()));
        if start < at || text.get(at..start).is_none() || text.get(start..end).is_none() {
            continue;
        }
        out.push_str(&text[at..start]);
        out.push_str(&edit.insert);
        at = end;
    }
    out.push_str(&text[at..]);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn overlapping_edits_are_left_out() {
        let edit = |from: u32, to: u32, insert: &str| TextEdit {
            range: TextRange::new(from.into(), to.into()),
            insert: insert.into(),
        };
        assert_eq!(
            apply_edits(
                "abcdef",
                &[
                    edit(4, 5, "E"),
                    edit(1, 3, "-"),
                    edit(2, 4, "no"),
                    edit(6, 9, "no")
                ]
            ),
            "a-dEf"
        );
    }
}

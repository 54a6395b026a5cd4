//! Code actions: fixes that were tried, and suppression comments with a reason to fill in.

use crate::check::merge::Checked;
use crate::check::snapshot::Analysis;
use crate::check::tool_rules::OWN_RULES;
use crate::fix::apply::applied;
use crate::fix::fixes::with_fixes;
use crate::fix::promise::keeps_promise;
use crate::report::{Action, ActionKind};
use camino::{Utf8Path, Utf8PathBuf};
use nixpod_source::{Applicability, FileId, Fix, TextEdit, TextRange, TextSize};
use nixpod_syntax::hir::Expr;
use nixpod_syntax::{Language, ParsedFile, Suppression, SuppressionKind};
use std::collections::BTreeMap;
use std::ops::Range;

impl Analysis {
    /// Fixes and suppressions for the findings in a range.
    pub fn code_actions(&self, path: &Utf8Path, range: TextRange) -> Vec<Action> {
        code_actions(self, &self.targets_of(path), path, range)
    }
}

/// Stands for the reason that the user should write.
pub(crate) const REASON: &str = "reason: why this is acceptable here";

/// Fixes and suppressions of all findings whose primary label touches the range.
pub(crate) fn code_actions(
    analysis: &Analysis,
    targets: &[Utf8PathBuf],
    path: &Utf8Path,
    range: TextRange,
) -> Vec<Action> {
    let Some(file) = analysis.file_id(path) else {
        return Vec::new();
    };
    let outcome = analysis.outcome(targets);
    let mut out = Vec::new();
    let touched = outcome.findings.iter().filter(|checked| {
        let span = checked.reported.diagnostic.primary.span;
        span.file == file && span.range.intersect(range).is_some() && checked.reported.suppressed.is_none()
    });
    let touched = with_fixes(analysis, &outcome, touched);
    let touched = crate::check::group::groups(&touched, &outcome.secrets);
    for group in &touched {
        let diagnostic = &group.reported.diagnostic;
        for fix in &diagnostic.fixes {
            // What changes nothing else is offered only after a look at what it does change.
            if fix.applicability == Applicability::Safe {
                let has_it = |checked: &&&Checked| checked.reported.diagnostic.fixes.contains(fix);
                let fixed: Vec<&Checked> = group.members.iter().filter(has_it).copied().collect();
                let after = applied(analysis, std::iter::once(fix)).outcome(targets);
                if !keeps_promise(&outcome, &after, &fixed, true) {
                    continue;
                }
            }
            out.push(Action {
                kind: ActionKind::Fix,
                fix: fix.clone(),
                diagnostic: diagnostic.clone(),
            });
        }
    }
    for group in &touched {
        let diagnostic = &group.reported.diagnostic;
        if OWN_RULES.iter().any(|rule| rule.meta.id == diagnostic.rule) {
            continue;
        }
        if let Some(fix) = suppress(analysis, file, diagnostic.rule, diagnostic.primary.span.range) {
            out.push(Action {
                kind: ActionKind::Suppress,
                fix,
                diagnostic: diagnostic.clone(),
            });
        }
    }
    out
}

/// A comment of its own on the line before the innermost binding or list element that begins a line.
fn suppress(analysis: &Analysis, file: FileId, rule: &str, range: TextRange) -> Option<Fix> {
    let text = analysis.text(file);
    let parsed = analysis.parsed(file);
    let language = Language::of_text(analysis.path(file).as_str(), &text);
    if language != Language::Nix {
        let edit = comment_in_text(&text, language, rule, range)?;
        return Some(suppression(file, rule, edit));
    }
    let mut units: Vec<TextRange> = units(&parsed)
        .into_iter()
        .filter(|unit| unit.contains_range(range))
        .collect();
    units.sort_by_key(|unit| (unit.len(), unit.start()));
    units.into_iter().find_map(|unit| {
        let start = usize::from(unit.start());
        let before = text.get(..start)?;
        let line = before.rfind('\n').map_or(0, |at| at + 1);
        let indent = before.get(line..)?;
        if !indent.trim().is_empty() {
            return None;
        }
        let insert = format!("# nixpod: ignore[{rule}] {REASON}\n{indent}");
        let edit = TextEdit {
            range: TextRange::empty(unit.start()),
            insert,
        };
        // Where a line begins inside of a string, a comment would be text.
        let fixed = nixpod_source::apply_edits(&text, std::slice::from_ref(&edit));
        if *nixpod_syntax::parse(&fixed).hir != *parsed.hir {
            return None;
        }
        Some(suppression(file, rule, edit))
    })
}

fn suppression(file: FileId, rule: &str, edit: TextEdit) -> Fix {
    Fix {
        title: format!("Suppress `{rule}` here with a reason"),
        applicability: Applicability::Unsafe,
        edits: BTreeMap::from([(file, vec![edit])]),
    }
}

/// So many lines are tried, from the finding upwards.
const MAX_LINES: usize = 50;

/// The comment before the line from which on it covers the finding.
fn comment_in_text(text: &str, language: Language, rule: &str, range: TextRange) -> Option<TextEdit> {
    let sign = match language {
        Language::Json => "//",
        Language::Nix | Language::Unit | Language::Shell => "#",
    };
    let mut end = usize::from(range.start());
    for _ in 0..MAX_LINES {
        let before = text.get(..end)?;
        let start = before.rfind('\n').map_or(0, |at| at + 1);
        let rest = text.get(start..)?;
        let indent = &rest[..rest.len() - rest.trim_start_matches([' ', '\t']).len()];
        // A comment ends a command, also one that a backslash makes go on.
        let goes_on = language == Language::Shell && before[..start].trim_end().ends_with('\\');
        let insert = format!("{indent}{sign} nixpod: ignore[{rule}] {REASON}\n");
        let length = TextSize::of(&*insert);
        let edit = TextEdit {
            range: TextRange::empty(TextSize::of(&text[..start])),
            insert,
        };
        let fixed = nixpod_source::apply_edits(text, std::slice::from_ref(&edit));
        let parsed = nixpod_syntax::document(&fixed, language);
        let covers = |comment: &Suppression| {
            comment.kind == SuppressionKind::OwnLine
                && comment.rules.iter().any(|(name, _)| name == rule)
                && comment.comment.start() == edit.range.start() + TextSize::of(indent)
                && comment.covers.contains_range(range + length)
        };
        if !goes_on && parsed.suppressions.items.iter().any(covers) {
            return Some(edit);
        }
        end = start.checked_sub(1)?;
    }
    None
}

/// All bindings and list elements.
fn units(parsed: &ParsedFile) -> Vec<TextRange> {
    let mut out = Vec::new();
    for expr in parsed.hir.exprs() {
        match expr {
            Expr::List(elements) => out.extend(elements.iter().map(|element| parsed.map.range(*element))),
            Expr::Attrs(attrs) | Expr::Let(attrs, _) => {
                let fixed = attrs.entries.iter().map(|entry| entry.key);
                let computed = attrs.dynamic.iter().map(|entry| entry.name);
                out.extend(
                    fixed
                        .chain(computed)
                        .filter_map(|key| parsed.map.binding_range(key)),
                );
            }
            _ => {}
        }
    }
    out.retain(|range| Range::<usize>::from(*range).end > 0 && range.len() > TextSize::new(0));
    out
}

//! Code actions: fixes that were tried, and suppression comments with a reason to fill in.

use crate::check::comments::TO_BE_WRITTEN;
use crate::check::group::SameFindings;
use crate::check::merge::Checked;
use crate::check::outcome::Outcome;
use crate::check::snapshot::Analysis;
use crate::check::tool_rules::OWN_RULES;
use crate::fix::apply::applied;
use crate::fix::fixes::with_fixes;
use crate::fix::promise::keeps_promise;
use crate::report::{Action, ActionKind, NotMade, Offer, Reported};
use camino::{Utf8Path, Utf8PathBuf};
use nixpod_source::{Applicability, FileId, Fix, TextEdit, TextRange, TextSize};
use nixpod_syntax::hir::Expr;
use nixpod_syntax::{Language, ParsedFile, Suppression, SuppressionKind};
use std::collections::BTreeMap;
use std::ops::Range;

impl Analysis {
    /// Fixes and suppressions for the findings in a range, each tried.
    pub fn code_actions(&self, path: &Utf8Path, range: TextRange) -> Vec<Action> {
        let targets = self.targets_of(path);
        let outcome = self.outcome(&targets);
        let found = self.in_range(&outcome, path, range);
        let groups = crate::check::group::groups(&found, &outcome.secrets);
        let (fixes, suppressions) = offers(&groups);
        let all = fixes.into_iter().chain(suppressions);
        let made = all.filter_map(|(group, offer)| {
            let fix = self.made(&targets, &outcome, group, &offer).ok()?;
            Some(Action {
                kind: offer.kind,
                fix,
                diagnostic: offer.diagnostic,
            })
        });
        made.collect()
    }

    /// What may be done about the findings in a range. No edits are made and nothing is tried, so this is quick.
    pub fn offers(&self, path: &Utf8Path, range: TextRange) -> Vec<Offer> {
        let outcome = self.outcome(&self.targets_of(path));
        let found = self.in_range(&outcome, path, range);
        let groups = crate::check::group::groups(&found, &outcome.secrets);
        let (fixes, mut suppressions) = offers(&groups);
        if let Some(file) = self.file_id(path) {
            let (text, parsed) = (self.text(file), self.parsed(file));
            if Language::of_text(path.as_str(), &text) == Language::Nix {
                let all = beginnings(&text, &parsed);
                let has_one = |range| all.iter().any(|(unit, _)| unit.contains_range(range));
                suppressions.retain(|(_, offer)| has_one(offer.diagnostic.primary.span.range));
            }
        }
        let all = fixes.into_iter().chain(suppressions);
        all.map(|(_, offer)| offer).collect()
    }

    /// The edits of an action that was offered for a finding of a file, known by its rule and fingerprint.
    pub fn make(&self, path: &Utf8Path, rule: &str, fingerprint: &str, title: &str) -> Result<Fix, NotMade> {
        let targets = self.targets_of(path);
        let outcome = self.outcome(&targets);
        let is_it =
            |reported: &Reported| reported.fingerprint == fingerprint && reported.diagnostic.rule == rule;
        let file = self.file_id(path).ok_or(NotMade::Gone)?;
        let mut all = outcome.findings.iter().map(|checked| &checked.reported);
        let found = all.find(|reported| is_it(reported) && reported.diagnostic.primary.span.file == file);
        let range = found.ok_or(NotMade::Gone)?.diagnostic.primary.span.range;
        let found = self.in_range(&outcome, path, range);
        let groups = crate::check::group::groups(&found, &outcome.secrets);
        let (fixes, suppressions) = offers(&groups);
        let mut all = fixes.into_iter().chain(suppressions);
        let wanted = all.find(|(group, offer)| is_it(&group.reported) && offer.title == title);
        let (group, offer) = wanted.ok_or(NotMade::Gone)?;
        self.made(&targets, &outcome, group, &offer)
    }

    /// The findings whose primary label touches a range, with their fixes.
    fn in_range(&self, outcome: &Outcome, path: &Utf8Path, range: TextRange) -> Vec<Checked> {
        let Some(file) = self.file_id(path) else {
            return Vec::new();
        };
        let touched = outcome.findings.iter().filter(|checked| {
            let span = checked.reported.diagnostic.primary.span;
            span.file == file
                && span.range.intersect(range).is_some()
                && checked.reported.suppressed.is_none()
        });
        with_fixes(self, outcome, touched)
    }

    fn made(
        &self,
        targets: &[Utf8PathBuf],
        outcome: &Outcome,
        group: &SameFindings<'_>,
        offer: &Offer,
    ) -> Result<Fix, NotMade> {
        let diagnostic = &group.reported.diagnostic;
        let span = diagnostic.primary.span;
        if offer.kind == ActionKind::Suppress {
            return suppress(self, span.file, diagnostic.rule, span.range).ok_or(NotMade::NoPlace);
        }
        let fix = diagnostic.fixes.iter().find(|fix| fix.title == offer.title);
        let fix = fix.ok_or(NotMade::Gone)?;
        // What changes nothing else is made only after a look at what it does change.
        if fix.applicability == Applicability::Safe {
            let has_it = |checked: &&&Checked| checked.reported.diagnostic.fixes.contains(fix);
            let fixed: Vec<&Checked> = group.members.iter().filter(has_it).copied().collect();
            let after = applied(self, std::iter::once(fix)).outcome(targets);
            if !keeps_promise(outcome, &after, &fixed, true) {
                return Err(NotMade::BreaksPromise);
            }
        }
        Ok(fix.clone())
    }
}

/// What is offered for a group of findings.
type Offered<'g, 'c> = (&'g SameFindings<'c>, Offer);

/// What may be done about findings: the fixes, and the suppressions, which come after all fixes.
fn offers<'g, 'c>(groups: &'g [SameFindings<'c>]) -> (Vec<Offered<'g, 'c>>, Vec<Offered<'g, 'c>>) {
    let offer = |group: &SameFindings<'_>, kind, title: String, applicability| Offer {
        kind,
        title,
        applicability,
        diagnostic: group.reported.diagnostic.clone(),
        fingerprint: group.reported.fingerprint.clone(),
    };
    let mut fixes = Vec::new();
    let mut suppressions = Vec::new();
    for group in groups {
        let diagnostic = &group.reported.diagnostic;
        for fix in &diagnostic.fixes {
            let made = offer(group, ActionKind::Fix, fix.title.clone(), fix.applicability);
            fixes.push((group, made));
        }
        if !OWN_RULES.iter().any(|rule| rule.meta.id == diagnostic.rule) {
            let title = suppression_title(diagnostic.rule);
            let made = offer(group, ActionKind::Suppress, title, Applicability::Unsafe);
            suppressions.push((group, made));
        }
    }
    (fixes, suppressions)
}

fn suppression_title(rule: &str) -> String {
    format!("Suppress `{rule}` here with a reason")
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
    let mut around = beginnings(&text, &parsed);
    around.retain(|(unit, _)| unit.contains_range(range));
    around.sort_by_key(|(unit, _)| (unit.len(), unit.start()));
    let end = line_end(&text);
    around.into_iter().find_map(|(unit, indent)| {
        let edit = TextEdit {
            range: TextRange::empty(unit.start()),
            insert: format!("# nixpod: ignore[{rule}] {TO_BE_WRITTEN}{end}{indent}"),
        };
        // Where a line begins inside of a string, a comment would be text.
        let fixed = nixpod_source::apply_edits(&text, std::slice::from_ref(&edit));
        (*nixpod_syntax::parse(&fixed).hir == *parsed.hir).then(|| suppression(file, rule, edit))
    })
}

/// The bindings and list elements that begin a line, each with what stands before it there.
fn beginnings<'t>(text: &'t str, parsed: &ParsedFile) -> Vec<(TextRange, &'t str)> {
    let all = units(parsed).into_iter();
    all.filter_map(|unit| {
        let before = text.get(..usize::from(unit.start()))?;
        let indent = &before[before.rfind('\n').map_or(0, |at| at + 1)..];
        indent.trim().is_empty().then_some((unit, indent))
    })
    .collect()
}

/// How the lines of a text end.
fn line_end(text: &str) -> &'static str {
    match text.find('\n') {
        Some(at) if text[..at].ends_with('\r') => "\r\n",
        _ => "\n",
    }
}

fn suppression(file: FileId, rule: &str, edit: TextEdit) -> Fix {
    Fix {
        title: suppression_title(rule),
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
    let ending = line_end(text);
    let mut end = usize::from(range.start());
    for _ in 0..MAX_LINES {
        let before = text.get(..end)?;
        let start = before.rfind('\n').map_or(0, |at| at + 1);
        let rest = text.get(start..)?;
        let indent = &rest[..rest.len() - rest.trim_start_matches([' ', '\t']).len()];
        // A comment ends a command, also one that a backslash makes go on.
        let goes_on = language == Language::Shell && before[..start].trim_end().ends_with('\\');
        let insert = format!("{indent}{sign} nixpod: ignore[{rule}] {TO_BE_WRITTEN}{ending}");
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

//! Applies fixes, and makes sure that they do what they promise.

use crate::check::merge::Checked;
use crate::check::outcome::Outcome;
use crate::check::part::Pick;
use crate::check::snapshot::Analysis;
use crate::fix::fixes::{Taken, with_fixes};
use crate::fix::promise::{Left, Refusal, owned_key, refusal};
use crate::report::Reported;
use crate::world::evaluate::Extent;
use camino::Utf8PathBuf;
use nixpod_source::{Applicability, FileId, Fix, RuleId, TextEdit, apply_edits};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

impl Analysis {
    /// Applies all fixes up to `level` to the findings that `wanted` accepts, again and again until nothing is left
    /// to be fixed. Only files of the targets are changed. Nothing is written.
    pub fn fix(
        &self,
        targets: &[Utf8PathBuf],
        level: Applicability,
        wanted: &dyn Fn(&Reported) -> bool,
    ) -> Fixed {
        fix(self, targets, level, wanted)
    }

    /// The files whose text is not the same as in another snapshot of this host.
    pub(crate) fn changed_since(&self, other: &Self) -> Vec<FixedFile> {
        let mut out: Vec<FixedFile> = self
            .vfs
            .buffered()
            .map(|file| FixedFile {
                file,
                path: other.path(file),
                before: other.text(file),
                after: self.text(file).to_string(),
            })
            .filter(|fixed| *fixed.before != *fixed.after)
            .collect();
        out.sort_by(|a, b| a.path.cmp(&b.path));
        out
    }
}

/// A file before and after fixes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FixedFile {
    /// The file.
    pub file: FileId,
    /// Its path, as [`Analysis::path`] gives it.
    pub path: Utf8PathBuf,
    /// The text that was analysed.
    pub before: Arc<str>,
    /// The text with all fixes.
    pub after: String,
}

/// What fixing came to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Fixed {
    /// The changed files, sorted by path. Nothing was written to disk.
    pub files: Vec<FixedFile>,
    /// The findings that were fixed: rule and message, in the order they were fixed.
    pub applied: Vec<(RuleId, String)>,
    /// Files outside of the targets that fixes would change, sorted by path, with how many findings that concerns.
    pub elsewhere: BTreeMap<Utf8PathBuf, usize>,
    /// The findings whose fixes do not do what they promise, and were left out.
    pub left: Vec<Left>,
    /// Can the fixed texts be fixed again? After so many rounds the fixes do not come to an end.
    pub unfinished: bool,
}

/// Rules that undo each other's fixes would never come to an end. ruff allows as many rounds.
const MAX_ROUNDS: usize = 10;

/// So often the fixes of one round are tried: enough for five among a thousand that do not do what they promise.
const MAX_TRIES: usize = 96;

/// Applies all fixes up to `level` to the findings that `wanted` accepts, until nothing is left to be fixed.
pub(crate) fn fix(
    analysis: &Analysis,
    targets: &[Utf8PathBuf],
    level: Applicability,
    wanted: &dyn Fn(&Reported) -> bool,
) -> Fixed {
    let mut fixed = Fixed::default();
    let mut now = analysis.clone();
    let asked = analysis.asked(targets);
    let targets = asked.targets.as_slice();
    let mut outcome = now.outcome_for(targets, Extent::Literals);
    let mut left = BTreeSet::new();
    // How much was fixed when the first of those that are left was refused.
    let mut refused_at = 0;
    for round in 0..=MAX_ROUNDS {
        let current = Arc::clone(&outcome);
        let pick = Pick::new(&analysis.vfs, &asked.part, &current);
        let seen = outcome.findings.iter().filter(|checked| pick.has(checked));
        let fixable = with_fixes(&now, &outcome, seen);
        fixed.elsewhere = elsewhere(&now, &fixable, level, wanted, &pick);
        let is_wanted = |reported: &Reported| wanted(reported) && !left.contains(&owned_key(reported));
        let fixes = select(&fixable, level, &is_wanted, &pick);
        if fixes.is_empty() {
            // What others have changed since may be what was in the way.
            if left.is_empty() || fixed.applied.len() == refused_at || round == MAX_ROUNDS {
                break;
            }
            left.clear();
            fixed.left.clear();
            continue;
        }
        if round == MAX_ROUNDS {
            fixed.unfinished = true;
            break;
        }
        let mut tried = Round {
            now: &now,
            outcome: &current,
            targets,
            tries: MAX_TRIES,
            good: Vec::new(),
            result: None,
            bad: Vec::new(),
        };
        tried.add(&fixes);
        let Round {
            good, result, bad, ..
        } = tried;
        if left.is_empty() {
            refused_at = fixed.applied.len();
        }
        left.extend(bad.iter().map(|(checked, _)| owned_key(&checked.reported)));
        let bad = bad.into_iter();
        fixed
            .left
            .extend(bad.map(|(checked, refusal)| Left::new(checked, refusal, &current)));
        fixed
            .applied
            .extend(good.iter().map(|(checked, _)| told(checked, &current)));
        if let Some((next, next_outcome)) = result {
            now = next;
            outcome = next_outcome;
        }
    }
    fixed.files = now.changed_since(analysis);
    fixed
}

/// A finding, and the first of its fixes that may be applied.
type Selected<'a> = (&'a Checked, &'a Fix);

/// The files outside of what is asked about that would have to be changed, with the number of findings.
fn elsewhere(
    analysis: &Analysis,
    findings: &[Checked],
    level: Applicability,
    wanted: &dyn Fn(&Reported) -> bool,
    pick: &Pick<'_>,
) -> BTreeMap<Utf8PathBuf, usize> {
    let mut out = BTreeMap::new();
    let open = findings
        .iter()
        .filter(|checked| checked.reported.suppressed.is_none());
    for checked in open.filter(|checked| wanted(&checked.reported)) {
        let fixes = checked.reported.diagnostic.fixes.iter();
        let fixes: Vec<&Fix> = fixes.filter(|fix| fix.applicability <= level).collect();
        if fixes.iter().any(|fix| pick.has_fix(fix)) {
            continue;
        }
        for file in fixes.first().iter().flat_map(|fix| fix.edits.keys()) {
            if !pick.has_file(*file) {
                *out.entry(analysis.path(*file)).or_default() += 1;
            }
        }
    }
    out
}

/// Fixes that do not touch each other, in the order of findings.
fn select<'a>(
    findings: &'a [Checked],
    level: Applicability,
    wanted: &dyn Fn(&Reported) -> bool,
    pick: &Pick<'_>,
) -> Vec<Selected<'a>> {
    let mut taken: BTreeMap<FileId, Taken> = BTreeMap::new();
    let mut out = Vec::new();
    for checked in findings {
        if checked.reported.suppressed.is_some() || !wanted(&checked.reported) {
            continue;
        }
        let fixes = &checked.reported.diagnostic.fixes;
        let may = |fix: &&Fix| fix.applicability <= level && pick.has_fix(fix);
        let Some(fix) = fixes.iter().find(may) else {
            continue;
        };
        let touches = |(file, edits): (&FileId, &Vec<TextEdit>)| {
            let taken = taken.get(file);
            taken.is_some_and(|taken| edits.iter().any(|edit| taken.touches(edit.range)))
        };
        if fix.edits.iter().any(touches) {
            continue;
        }
        for (file, edits) in &fix.edits {
            taken.entry(*file).or_default().take(edits);
        }
        out.push((checked, fix));
    }
    out
}

/// Which of the fixes of one round do what they promise, all of them together.
struct Round<'a> {
    now: &'a Analysis,
    outcome: &'a Outcome,
    targets: &'a [Utf8PathBuf],
    /// So often may be tried yet; what is left untried is for the next round.
    tries: usize,
    good: Vec<Selected<'a>>,
    /// What the good ones come to.
    result: Option<(Analysis, Arc<Outcome>)>,
    /// Those that do not, also by themselves, and why.
    bad: Vec<(&'a Checked, Refusal)>,
}

impl<'a> Round<'a> {
    /// Adds fixes to the good ones. If all of them together do not do what was promised, each half is tried, so that one
    /// that does not costs itself and no other.
    fn add(&mut self, fixes: &[Selected<'a>]) {
        if fixes.is_empty() || self.tries == 0 {
            return;
        }
        self.tries -= 1;
        let all: Vec<Selected<'a>> = self.good.iter().chain(fixes).copied().collect();
        let next = applied(self.now, all.iter().map(|(_, fix)| *fix));
        let after = next.outcome_for(self.targets, Extent::Literals);
        let done: Vec<&Checked> = all.iter().map(|(checked, _)| *checked).collect();
        let is_safe = { all.iter() }.any(|(_, fix)| fix.applicability == Applicability::Safe);
        let Some(refusal) = refusal(self.outcome, &after, &done, is_safe) else {
            self.good = all;
            self.result = Some((next, after));
            return;
        };
        if let [(only, _)] = fixes {
            self.bad.push((only, refusal));
        } else {
            let (left, right) = fixes.split_at(fixes.len() / 2);
            self.add(left);
            self.add(right);
        }
    }
}

/// What a finding is told by, for people.
fn told(checked: &Checked, outcome: &Outcome) -> (RuleId, String) {
    let diagnostic = &checked.reported.diagnostic;
    (diagnostic.rule, outcome.secrets.mask(&diagnostic.message))
}

/// The snapshot as it would be with these fixes.
pub(crate) fn applied<'a>(now: &Analysis, fixes: impl Iterator<Item = &'a Fix>) -> Analysis {
    let mut edits: BTreeMap<FileId, Vec<TextEdit>> = BTreeMap::new();
    for fix in fixes {
        for (file, list) in &fix.edits {
            edits.entry(*file).or_default().extend(list.iter().cloned());
        }
    }
    let texts = edits
        .into_iter()
        .map(|(file, edits)| (file, apply_edits(&now.text(file), &edits)));
    now.with_texts(texts)
}

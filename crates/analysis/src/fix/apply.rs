//! Applies fixes, and makes sure that they do what they promise.

use crate::check::merge::Checked;
use crate::check::outcome::Outcome;
use crate::check::part::Pick;
use crate::check::snapshot::Analysis;
use crate::check::tool_rules::OWN_RULES;
use crate::fix::fixes::{Taken, with_fixes};
use crate::report::Reported;
use crate::world::evaluate::Extent;
use camino::Utf8PathBuf;
use nixpod_model::{ContainerId, FactInfo, FactValue, Field, SystemId, Visitor};
use nixpod_source::{Applicability, FileId, Fix, RuleId, Severity, TextEdit, apply_edits};
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
    /// The findings whose fixes would make others, and were left out: rule and message.
    pub left: Vec<(RuleId, String)>,
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
    let mut applied_before = 0;
    for round in 0..=MAX_ROUNDS {
        let current = Arc::clone(&outcome);
        let pick = Pick::new(&analysis.vfs, &asked.part, &current);
        let seen = outcome.findings.iter().filter(|checked| pick.has(checked));
        let fixable = with_fixes(&now, &outcome, seen);
        fixed.elsewhere = elsewhere(&now, &fixable, level, wanted, &pick);
        let is_wanted = |reported: &Reported| wanted(reported) && !left.contains(&owned_key(reported));
        let fixes = select(&fixable, level, &is_wanted, &pick);
        if fixes.is_empty() {
            // What others kept from being fixed may go by now.
            if left.is_empty() || applied_before == fixed.applied.len() {
                break;
            }
            applied_before = fixed.applied.len();
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
        fixed.left.extend(bad.iter().copied().map(told));
        left.extend(bad.iter().map(|checked| owned_key(&checked.reported)));
        fixed
            .applied
            .extend(good.iter().map(|(checked, _)| told(checked)));
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
    /// Those that do not, also by themselves.
    bad: Vec<&'a Checked>,
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
        if keeps_promise(self.outcome, &after, &done, is_safe) {
            self.good = all;
            self.result = Some((next, after));
        } else if let [(only, _)] = fixes {
            self.bad.push(only);
        } else {
            let (left, right) = fixes.split_at(fixes.len() / 2);
            self.add(left);
            self.add(right);
        }
    }
}

/// What a finding is told by, for people.
fn told(checked: &Checked) -> (RuleId, String) {
    let diagnostic = &checked.reported.diagnostic;
    (diagnostic.rule, diagnostic.message.clone())
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

/// What a finding is called when positions have moved.
type Key<'a> = (RuleId, &'a str, Option<(nixpod_model::Surface, &'a str)>);

fn key(checked: &Checked) -> Key<'_> {
    let reported = &checked.reported;
    let container = reported.container.as_ref();
    (
        reported.diagnostic.rule,
        reported.diagnostic.message.as_str(),
        container.map(|container| (container.surface, container.name.as_str())),
    )
}

/// The same, to be kept.
fn owned_key(reported: &Reported) -> (RuleId, String, String) {
    let container = reported.container.as_ref();
    (
        reported.diagnostic.rule,
        reported.diagnostic.message.clone(),
        container.map_or_else(String::new, |container| {
            format!("{:?} {}", container.surface, container.name)
        }),
    )
}

/// How many findings there are of each name, without those that are suppressed, and without those below a severity.
fn count(outcome: &Outcome, below: Option<Severity>) -> BTreeMap<Key<'_>, usize> {
    let mut out = BTreeMap::new();
    let findings = outcome.findings.iter();
    for checked in findings.filter(|checked| checked.reported.suppressed.is_none()) {
        let severity = checked.reported.diagnostic.severity;
        // A comment that is of no use any more was not meant to become so.
        let is_own = || {
            OWN_RULES
                .iter()
                .any(|rule| rule.meta.id == checked.reported.diagnostic.rule)
        };
        if below.is_none_or(|below| severity >= below || is_own()) {
            *out.entry(key(checked)).or_default() += 1;
        }
    }
    out
}

/// A container, a system, or a user of one.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Thing<'a> {
    Container(&'a ContainerId),
    System(&'a SystemId),
    User(&'a SystemId, &'a str),
}

/// All that is there, and how many facts of each are not known.
fn things(outcome: &Outcome) -> BTreeMap<Thing<'_>, usize> {
    let mut out = BTreeMap::new();
    for known in &outcome.worlds {
        for container in known.world.containers.values() {
            let mut unknown = Unknown::default();
            container.visit(&mut unknown);
            *out.entry(Thing::Container(&container.id)).or_default() += unknown.facts;
        }
        for system in known.world.systems.values() {
            let mut unknown = Unknown::default();
            system.visit(&mut unknown);
            *out.entry(Thing::System(&system.id)).or_default() += unknown.facts;
            for user in &system.users {
                let mut unknown = Unknown::default();
                user.visit(&mut unknown);
                *out.entry(Thing::User(&system.id, &user.name)).or_default() += unknown.facts;
            }
        }
    }
    out
}

/// Is there the same as before, and nothing unknown that was known?
fn keeps_things(before: &BTreeMap<Thing<'_>, usize>, after: &BTreeMap<Thing<'_>, usize>) -> bool {
    let same =
        |(thing, unknown): (&Thing<'_>, &usize)| after.get(thing).is_some_and(|after| after <= unknown);
    before.iter().all(same) && after.keys().all(|thing| before.contains_key(thing))
}

#[derive(Default)]
struct Unknown {
    facts: usize,
}

impl Visitor for Unknown {
    fn fact<T: FactValue>(&mut self, _info: FactInfo, field: &Field<T>) {
        self.facts += usize::from(field.is_unknown());
    }
}

/// Are the fixed findings gone, is there none that was not there before, and is everything still there, and known?
///
/// Hints that come out where something worse goes are no reason against it, where the change is for a person to look at
/// (`is_safe` is not so).
pub(crate) fn keeps_promise(before: &Outcome, after: &Outcome, fixed: &[&Checked], is_safe: bool) -> bool {
    if !keeps_things(&things(before), &things(after)) {
        return false;
    }
    let are_hints = { fixed.iter() }.any(|checked| checked.reported.diagnostic.severity < Severity::Medium);
    let below = (!is_safe && !are_hints).then_some(Severity::Medium);
    let mut allowed = count(before, None);
    for checked in fixed {
        if let Some(count) = allowed.get_mut(&key(checked)) {
            *count = count.saturating_sub(1);
        }
    }
    count(after, below)
        .into_iter()
        .all(|(key, count)| count <= allowed.get(&key).copied().unwrap_or_default())
}

//! Whether fixes do what they promise: the findings are gone, nothing worse has come, and all that was there still is.

use crate::check::merge::Checked;
use crate::check::outcome::Outcome;
use crate::check::tool_rules::OWN_RULES;
use crate::report::Reported;
use crate::rule::Change;
use nixpod_model::{ContainerId, FactInfo, FactValue, Field, Surface, SystemId, Visitor};
use nixpod_source::{RuleId, Severity, Why};
use std::collections::{BTreeMap, BTreeSet};

/// A finding whose fix was left out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Left {
    /// The rule of the finding.
    pub rule: RuleId,
    /// What it says.
    pub message: String,
    /// What it is known by when texts change.
    pub fingerprint: String,
    /// Why its fix was left out.
    pub refusal: Refusal,
}

impl Left {
    pub(crate) fn new(checked: &Checked, refusal: Refusal, outcome: &Outcome) -> Self {
        let diagnostic = &checked.reported.diagnostic;
        Self {
            rule: diagnostic.rule,
            message: outcome.secrets.mask(&diagnostic.message),
            fingerprint: checked.reported.fingerprint.clone(),
            refusal,
        }
    }
}

/// Why a fix is not made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// The finding would still be there.
    Stays,
    /// Another finding that is worth a word would be there and is not there now: rule and message.
    Makes(RuleId, String),
    /// A container would not be there any more: its name.
    Loses(String),
    /// What can be evaluated now could not be any more.
    Breaks,
    /// What comes of it was not evaluated whole: a bound of time or size was reached.
    Unchecked,
}

/// Do fixes do what they promise?
pub(crate) fn keeps_promise(before: &Outcome, after: &Outcome, fixed: &[&Checked], is_safe: bool) -> bool {
    refusal(before, after, fixed, is_safe).is_none()
}

/// What is wrong with fixes, if anything is. `is_safe`: one of them is to be made without anybody looking at it.
pub(crate) fn refusal(
    before: &Outcome,
    after: &Outcome,
    fixed: &[&Checked],
    is_safe: bool,
) -> Option<Refusal> {
    if unfinished(after) > unfinished(before) {
        return Some(Refusal::Unchecked);
    }
    if let Some(refusal) = loss(&things(before), &things(after)) {
        return Some(refusal);
    }
    if errors(after) > errors(before) {
        return Some(Refusal::Breaks);
    }
    let mut allowed = count(before);
    let gone: BTreeSet<Key<'_>> = fixed.iter().map(|checked| key(checked)).collect();
    // On a host that has the finding by now only because another one went, nothing is fixed.
    for there in fixed.iter().flat_map(|checked| there(checked)) {
        if let Some((count, _)) = allowed.get_mut(&there) {
            *count = count.saturating_sub(1);
        }
    }
    // Hints that come out where something worse goes are no reason against it, where a person looks at the change. A
    // comment that is of no use any more was not meant to become so.
    let least = { fixed.iter() }
        .map(|checked| checked.reported.diagnostic.severity.min(Severity::Medium))
        .min();
    let is_own = |rule: RuleId| OWN_RULES.iter().any(|own| own.meta.id == rule);
    let mut stays = false;
    for (there, (count, severity)) in count(after) {
        if count <= allowed.get(&there).map_or(0, |(count, _)| *count) {
            continue;
        }
        let (key, _) = there;
        let (rule, message, _) = key;
        match gone.contains(&key) {
            true => stays = true,
            false if !is_safe && was_implied(fixed, &key, severity) => {}
            false if is_safe || is_own(rule) || Some(severity) >= least => {
                return Some(Refusal::Makes(rule, after.secrets.mask(message)));
            }
            false => {}
        }
    }
    stays.then_some(Refusal::Stays)
}

/// Was a finding silent because a worse one of the same container said it already? Where fixes only take something away,
/// what comes out was there before.
fn was_implied(fixed: &[&Checked], (rule, _, container): &Key<'_>, severity: Severity) -> bool {
    fixed.iter().any(|checked| {
        let (of, _, its) = key(checked);
        let mut changes = checked.intents.iter().flat_map(|intent| &intent.changes);
        of != *rule
            && its.is_some()
            && its == *container
            && checked.reported.diagnostic.severity > severity
            && changes.all(|change| matches!(change, Change::Remove(_)))
    })
}

/// What a finding is called when positions have moved.
type Key<'a> = (RuleId, &'a str, Option<(Surface, &'a str)>);

fn key(checked: &Checked) -> Key<'_> {
    let reported = &checked.reported;
    let container = reported.container.as_ref();
    (
        reported.diagnostic.rule,
        reported.diagnostic.message.as_str(),
        container.map(|container| (container.surface, container.name.as_str())),
    )
}

/// A finding on one host.
type There<'a> = (Key<'a>, &'a str);

/// A finding on each of its hosts.
fn there(checked: &Checked) -> impl Iterator<Item = There<'_>> {
    let hosts = checked.reported.hosts.iter().map(String::as_str);
    let nowhere = checked.reported.hosts.is_empty().then_some("");
    hosts.chain(nowhere).map(|host| (key(checked), host))
}

/// The same, to be kept.
pub(crate) fn owned_key(reported: &Reported) -> (RuleId, String, String) {
    let container = reported.container.as_ref();
    (
        reported.diagnostic.rule,
        reported.diagnostic.message.clone(),
        container.map_or_else(String::new, |container| {
            format!("{:?} {}", container.surface, container.name)
        }),
    )
}

/// How many findings there are of each name on each host, and how severe the worst of them is, without those that are
/// suppressed.
fn count(outcome: &Outcome) -> BTreeMap<There<'_>, (usize, Severity)> {
    let mut out: BTreeMap<There<'_>, (usize, Severity)> = BTreeMap::new();
    let findings = outcome.findings.iter();
    for checked in findings.filter(|checked| checked.reported.suppressed.is_none()) {
        let severity = checked.reported.diagnostic.severity;
        for there in there(checked) {
            let (count, worst) = out.entry(there).or_insert((0, severity));
            *count += 1;
            *worst = severity.max(*worst);
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

/// Is anything gone or unknown that was there and known, or there that was not?
fn loss(before: &BTreeMap<Thing<'_>, usize>, after: &BTreeMap<Thing<'_>, usize>) -> Option<Refusal> {
    for (thing, unknown) in before {
        match (after.get(thing), thing) {
            (Some(after), _) if after <= unknown => {}
            (None, Thing::Container(id)) => return Some(Refusal::Loses(id.name().to_string())),
            _ => return Some(Refusal::Breaks),
        }
    }
    let is_new = after.keys().any(|thing| !before.contains_key(thing));
    is_new.then_some(Refusal::Breaks)
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

/// How many evaluations ended before they were done.
fn unfinished(outcome: &Outcome) -> usize {
    let ended = { outcome.worlds.iter() }.filter(|known| known.effort.limited || known.effort.interrupted);
    ended.count()
}

/// How many things the code itself gets wrong.
fn errors(outcome: &Outcome) -> usize {
    let gaps = outcome.worlds.iter().flat_map(|known| &known.world.not_analysed);
    gaps.filter(|gap| is_error(&gap.why)).count()
}

/// Is it the code's own fault?
const fn is_error(why: &Why) -> bool {
    matches!(
        why,
        Why::Error(_)
            | Why::NoAttribute(_)
            | Why::Conflict(_)
            | Why::NoSuchOption { .. }
            | Why::Cycle(_)
            | Why::MissingFile(_)
            | Why::MissingModule(_)
    )
}

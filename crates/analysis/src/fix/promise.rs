//! Whether fixes do what they promise: the findings are gone, nothing worse has come, and all that was there still is.

use crate::check::merge::Checked;
use crate::check::outcome::Outcome;
use crate::report::Reported;
use nixpod_model::Surface;
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
    /// Another finding, no less severe, would be there that is not there now: rule and message.
    Makes(RuleId, String),
    /// A container would not be there any more: its name.
    Loses(String),
    /// What can be evaluated now could not be any more.
    Breaks,
}

/// Do fixes do what they promise?
pub(crate) fn keeps_promise(before: &Outcome, after: &Outcome, fixed: &[&Checked]) -> bool {
    refusal(before, after, fixed).is_none()
}

/// What is wrong with fixes, if anything is.
pub(crate) fn refusal(before: &Outcome, after: &Outcome, fixed: &[&Checked]) -> Option<Refusal> {
    let (was, is) = (Whole::of(before), Whole::of(after));
    if let Some(name) = was.lost_in(&is) {
        return Some(Refusal::Loses(name));
    }
    if is.errors > was.errors || is.unknown > was.unknown {
        return Some(Refusal::Breaks);
    }
    let mut allowed = count(before);
    let gone: BTreeSet<Key<'_>> = fixed.iter().map(|checked| key(checked)).collect();
    for key in fixed.iter().map(|checked| key(checked)) {
        if let Some((count, _)) = allowed.get_mut(&key) {
            *count = count.saturating_sub(1);
        }
    }
    // What a fix uncovers may be less severe than what it mends: a filter counts again in what is not privileged any more.
    let least = fixed
        .iter()
        .map(|checked| checked.reported.diagnostic.severity)
        .min();
    let mut stays = false;
    for (key, (count, severity)) in count(after) {
        if count <= allowed.get(&key).map_or(0, |(count, _)| *count) {
            continue;
        }
        let (rule, message, _) = key;
        match gone.contains(&key) {
            true => stays = true,
            false if Some(severity) >= least => {
                return Some(Refusal::Makes(rule, after.secrets.mask(message)));
            }
            false => {}
        }
    }
    stays.then_some(Refusal::Stays)
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

/// How many findings there are of each name, and how severe the worst of them is, without those that are suppressed.
fn count(outcome: &Outcome) -> BTreeMap<Key<'_>, (usize, Severity)> {
    let mut out: BTreeMap<Key<'_>, (usize, Severity)> = BTreeMap::new();
    let findings = outcome.findings.iter();
    for checked in findings.filter(|checked| checked.reported.suppressed.is_none()) {
        let severity = checked.reported.diagnostic.severity;
        let (count, worst) = out.entry(key(checked)).or_insert((0, severity));
        *count += 1;
        *worst = severity.max(*worst);
    }
    out
}

/// What no fix may take away.
#[derive(Default)]
struct Whole<'a> {
    /// How many containers there are by host and surface, and the names of them.
    containers: BTreeMap<(&'a str, Surface), Vec<&'a str>>,
    /// How many things the code itself gets wrong.
    errors: usize,
    /// How many facts of containers are not known.
    unknown: usize,
}

impl<'a> Whole<'a> {
    fn of(outcome: &'a Outcome) -> Self {
        let mut whole = Self::default();
        for world in outcome.worlds.iter().map(|known| &known.world) {
            for container in world.containers.values() {
                let host = world.host(&container.host).name.as_str();
                let same = whole.containers.entry((host, container.surface)).or_default();
                same.push(&container.name);
                whole.unknown += container.unknown().len();
            }
            let gaps = world.not_analysed.iter();
            whole.errors += gaps.filter(|gap| is_error(&gap.why)).count();
        }
        whole
    }

    /// A container that is not there in another. A fix may give one another name, but there are as many then.
    fn lost_in(&self, other: &Self) -> Option<String> {
        let none = Vec::new();
        let mut fewer = self.containers.iter().filter_map(|(of, names)| {
            let left = other.containers.get(of).unwrap_or(&none);
            let lost = names.iter().find(|name| !left.contains(name));
            (left.len() < names.len()).then(|| lost.map_or_else(String::new, ToString::to_string))
        });
        fewer.next()
    }
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

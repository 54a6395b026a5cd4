//! Containers that are made from one template have the same findings at the same places: each is told once, with the
//! names of all of them.

use crate::check::merge::{Checked, Way};
use crate::report::secrets::Secrets;
use crate::report::{Other, Reported};
use nixpod_model::Surface;
use nixpod_source::{Confidence, RuleId, Severity, Span};
use rustc_hash::FxHashMap;

/// So many other containers are named in a message; all of them are in the report.
const NAMED: usize = 3;

/// Findings that are one to whoever reads them.
#[derive(Debug)]
pub(crate) struct SameFindings<'c> {
    /// The finding of the first container, with the others.
    pub(crate) reported: Reported,
    /// One finding for each container.
    pub(crate) members: Vec<&'c Checked>,
}

/// What makes findings of several containers one: all but the container's name.
type Sameness<'c> = (
    RuleId,
    Span,
    String,
    Surface,
    Severity,
    Confidence,
    &'c [String],
    bool,
    Option<&'c str>,
);

/// Groups findings; a group stands where its first finding stood. What it says may be shown.
pub(crate) fn groups<'c>(
    findings: impl IntoIterator<Item = &'c Checked>,
    secrets: &Secrets,
) -> Vec<SameFindings<'c>> {
    let mut out: Vec<SameFindings<'c>> = Vec::new();
    let mut index: FxHashMap<Sameness<'c>, usize> = FxHashMap::default();
    for checked in findings {
        if let Some(key) = sameness(&checked.reported) {
            let at = *index.entry(key).or_insert(out.len());
            if let Some(group) = out.get_mut(at) {
                group.add(checked);
                continue;
            }
        }
        out.push(SameFindings {
            reported: checked.reported.clone(),
            members: vec![checked],
        });
    }
    let mut out = of_one_secret(over_hosts(out), secrets);
    for group in &mut out {
        name_all(&mut group.reported);
        group.reported.tell(secrets);
    }
    out
}

/// Those of containers that different hosts have are one, too, if the value came the same way.
fn over_hosts(groups: Vec<SameFindings<'_>>) -> Vec<SameFindings<'_>> {
    let mut out: Vec<SameFindings<'_>> = Vec::new();
    let mut index: FxHashMap<_, usize> = FxHashMap::default();
    for group in groups {
        let first = group.members.first().map(|checked| &checked.reported);
        let key = first.and_then(|reported| {
            let (rule, span, message, surface, severity, confidence, _, no_host, suppressed) =
                sameness(reported)?;
            let words = (
                rule, span, message, surface, severity, confidence, no_host, suppressed,
            );
            Some((words, reported.diagnostic.trail.as_slice()))
        });
        let known = key.map(|key| *index.entry(key).or_insert(out.len()));
        match known.and_then(|at| out.get_mut(at)) {
            Some(first) => first.join(group),
            None => out.push(group),
        }
    }
    out
}

/// A secret that is written once and used in several places is one finding, which names all places.
fn of_one_secret<'c>(groups: Vec<SameFindings<'c>>, secrets: &Secrets) -> Vec<SameFindings<'c>> {
    let mut out: Vec<SameFindings<'c>> = Vec::new();
    let mut index: FxHashMap<_, usize> = FxHashMap::default();
    for mut group in groups {
        let Some(first) = group.members.first() else {
            continue;
        };
        let reported = &first.reported;
        let diagnostic = &reported.diagnostic;
        if diagnostic.trail.is_empty() || !secrets.touches(diagnostic.primary.span) {
            out.push(group);
            continue;
        }
        let key = (
            diagnostic.rule,
            diagnostic.primary.span,
            diagnostic.severity,
            reported.suppressed.as_deref(),
            reported.imported_by_no_host,
        );
        let known = *index.entry(key).or_insert(out.len());
        match out.get_mut(known) {
            Some(same) => {
                same.join(group);
                same.show_all_places();
            }
            None => {
                group.show_all_places();
                out.push(group);
            }
        }
    }
    out
}

fn sameness(reported: &Reported) -> Option<Sameness<'_>> {
    let container = reported.container.as_ref()?;
    let diagnostic = &reported.diagnostic;
    Some((
        diagnostic.rule,
        diagnostic.primary.span,
        diagnostic.message.replace(&quoted(&container.name), "``"),
        container.surface,
        diagnostic.severity,
        diagnostic.confidence,
        &reported.hosts,
        reported.imported_by_no_host,
        reported.suppressed.as_deref(),
    ))
}

impl<'c> SameFindings<'c> {
    fn add(&mut self, checked: &'c Checked) {
        self.members.push(checked);
        let Some(container) = checked.reported.container.clone() else {
            return;
        };
        self.reported.others.push(Other {
            container,
            fingerprint: checked.reported.fingerprint.clone(),
        });
        let fixes = &mut self.reported.diagnostic.fixes;
        for fix in &checked.reported.diagnostic.fixes {
            if !fixes.contains(fix) {
                fixes.push(fix.clone());
            }
        }
    }
}

impl<'c> SameFindings<'c> {
    /// Adds those of other hosts.
    fn join(&mut self, other: SameFindings<'c>) {
        let of = other.reported.hosts.iter().zip(&other.reported.roles);
        for (host, role) in of {
            if let Err(at) = self.reported.hosts.binary_search(host) {
                self.reported.hosts.insert(at, host.clone());
                self.reported.roles.insert(at, *role);
            }
        }
        for checked in other.members {
            self.add(checked);
        }
    }
}

impl<'c> SameFindings<'c> {
    /// Says of each member where it is used.
    fn show_all_places(&mut self) {
        let trail = &mut self.reported.diagnostic.trail;
        let all = self.members.iter().flat_map(|checked| {
            let ways = checked.ways.iter().flat_map(Way::trail);
            checked.reported.diagnostic.trail.iter().chain(ways)
        });
        for label in all {
            if !trail.iter().any(|known| known.span == label.span) {
                trail.push(label.clone());
            }
        }
    }
}

fn quoted(name: &str) -> String {
    format!("`{name}`")
}

/// Names the other containers behind the first one.
fn name_all(reported: &mut Reported) {
    let Some(first) = &reported.container else { return };
    let others: Vec<String> = reported
        .others
        .iter()
        .map(|other| quoted(&other.container.name))
        .collect();
    // That there is one more is not said instead of which one.
    let at_most = if others.len() == NAMED + 1 {
        NAMED + 1
    } else {
        NAMED
    };
    let (named, more) = others.split_at(others.len().min(at_most));
    let also = match (named, more.len()) {
        ([], _) => return,
        ([only], 0) => only.clone(),
        ([init @ .., last], 0) => format!("{} and {last}", init.join(", ")),
        (named, more) => format!("{} and {more} more", named.join(", ")),
    };
    let first = quoted(&first.name);
    let all = format!("{first} (also {also})");
    let diagnostic = &mut reported.diagnostic;
    for text in [&mut diagnostic.message, &mut diagnostic.primary.message] {
        *text = text.replacen(&first, &all, 1);
    }
}

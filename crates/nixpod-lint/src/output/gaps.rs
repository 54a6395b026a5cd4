//! What was not analysed, for people: by its cause, what concerns containers first.

use super::context::Context;
use super::entries::count;
use crate::view::{Location, ResolvedGap, Results};
use crate::words::Words;
use nixpod_analysis::{Cause, Concern, GapKind};
use std::collections::{BTreeMap, BTreeSet};

/// So many things that concern certain containers are listed of one cause.
const LISTED: usize = 20;

/// So many sets of containers that are not known are listed for whoever does not ask for all.
const HIDDEN: usize = 5;

/// What a gap is about that leaves a whole module out: it says nothing about a certain container.
const MODULE: &str = "`module`";

/// So many places are named.
const PLACES: usize = 3;

/// Things that were not analysed for the same reason.
struct Group<'r> {
    cause: &'r Cause,
    gaps: Vec<&'r ResolvedGap>,
}

impl<'r> Group<'r> {
    fn about_containers(&self) -> impl Iterator<Item = &'r ResolvedGap> {
        let gaps = self.gaps.iter().copied();
        gaps.filter(|gap| gap.concern != Concern::Nothing)
    }

    fn containers(&self) -> BTreeSet<(&'r str, &'r str)> {
        let gaps = self.gaps.iter().copied();
        let named = gaps.filter_map(|gap| match &gap.concern {
            Concern::Container { surface, name } => Some((*surface, name.as_str())),
            Concern::Set | Concern::Containers | Concern::Nothing => None,
        });
        named.collect()
    }
}

/// What no finding says already, by cause: those that concern containers first, then the most serious kinds.
fn groups(results: &Results) -> Vec<Group<'_>> {
    let mut by_cause: BTreeMap<&Cause, Vec<&ResolvedGap>> = BTreeMap::new();
    for (gap, _) in results.gaps().filter(|(_, told)| told.is_none()) {
        by_cause.entry(&gap.cause).or_default().push(gap);
    }
    let groups = by_cause.into_iter().map(|(cause, gaps)| Group { cause, gaps });
    let mut groups: Vec<Group<'_>> = groups.collect();
    groups.sort_by_key(|group| (group.about_containers().next().is_none(), group.cause.kind()));
    groups
}

/// How much was not analysed, by kind: `not analysed: 2 limits (2 containers), 1 unknown input (61 places)`.
pub(crate) fn not_analysed(results: &Results) -> Option<String> {
    let groups = groups(results);
    let mut parts = Vec::new();
    for kind in GapKind::ALL {
        let of_kind: Vec<&Group<'_>> = groups.iter().filter(|group| group.cause.kind() == kind).collect();
        if of_kind.is_empty() {
            continue;
        }
        let (one, many) = match kind {
            GapKind::Limit => ("limit", "limits"),
            GapKind::Unreadable => ("unreadable file", "unreadable files"),
            GapKind::Missing => ("missing file", "missing files"),
            GapKind::Outside => match of_kind
                .iter()
                .all(|group| matches!(group.cause, Cause::Untracked(_)))
            {
                true => ("path that git does not track", "paths that git does not track"),
                false => ("path outside", "paths outside"),
            },
            GapKind::NotModelled => ("thing not modelled", "things not modelled"),
            GapKind::UnknownInput => ("unknown input", "unknown inputs"),
            GapKind::Error => ("error of the code", "errors of the code"),
        };
        let places: usize = of_kind.iter().map(|group| group.gaps.len()).sum();
        // Each bound was reached by a value of its own.
        let number = match kind {
            GapKind::Limit => places,
            _ => of_kind.len(),
        };
        let containers: BTreeSet<_> = of_kind.iter().flat_map(|group| group.containers()).collect();
        let mut more = Vec::new();
        if places > number {
            more.push(count(places, "place", "places"));
        }
        if !containers.is_empty() {
            more.push(count(containers.len(), "container", "containers"));
        }
        let more = match more.is_empty() {
            true => String::new(),
            false => format!(" ({})", more.join(", ")),
        };
        parts.push(format!("{}{more}", count(number, one, many)));
    }
    let told: BTreeSet<&str> = results
        .gaps()
        .filter_map(|(_, told)| Some(told?.fingerprint.as_str()))
        .collect();
    match told.len() {
        0 => {}
        1 => parts.push("what 1 finding says".to_owned()),
        told => parts.push(format!("what {told} findings say")),
    }
    (!parts.is_empty()).then(|| format!("not analysed: {}", parts.join(", ")))
}

/// All of it: a line for each cause, and one for each container that it concerns.
pub(crate) fn gap_lines(results: &Results, context: &Context<'_>) -> Vec<String> {
    let mut lines = Vec::new();
    for group in groups(results) {
        if let [only] = &group.gaps[..] {
            lines.push(format!("{}{}", place(only, context), only.reason));
            continue;
        }
        let (named, others): (Vec<&ResolvedGap>, Vec<&ResolvedGap>) = group
            .gaps
            .iter()
            .partition(|gap| gap.concern != Concern::Nothing && gap.what.exact() != MODULE);
        let cause = Words::from(group.cause.to_string());
        let all = count(group.gaps.len(), "place", "places");
        let places = places(&others, context);
        if named.is_empty() {
            let rest = match group.about_containers().next() {
                Some(_) => "",
                None => "; nothing about containers depends on it",
            };
            lines.push(format!("{cause}: at {all} ({places}){rest}"));
            continue;
        }
        lines.push(format!("{cause}: at {all}"));
        let listed = named.iter().take(LISTED);
        lines.extend(listed.map(|gap| format!("  {}{}", place(gap, context), gap.what)));
        if named.len() > LISTED {
            let more = named.len() - LISTED;
            lines.push(format!("  and {more} more (--format json lists all)"));
        }
        if !others.is_empty() {
            lines.push(format!("  and at {places}"));
        }
    }
    lines
}

/// What nobody may miss, even who does not ask for details: places where containers are written, or a set of them is made,
/// of which it is not known what they are; what the user has to mend, because Nix fails on it or a file is not there; and
/// where no container was read at all, what may be one.
pub(crate) fn hidden_containers(results: &Results, context: &Context<'_>) -> Vec<String> {
    let gaps = results.gaps().filter(|(_, told)| told.is_none());
    let none_read = results.containers.is_empty();
    let hides = |gap: &&ResolvedGap| {
        gap.concern == Concern::Set
            || match gap.cause.kind() {
                // What fails in a file that is looked at by itself may be what its users set.
                GapKind::Error | GapKind::Missing => gap.on_host,
                GapKind::NotModelled => none_read || gap.cause == Cause::Unreached,
                GapKind::Outside => gap.on_host && matches!(gap.cause, Cause::Untracked(_)),
                GapKind::Limit | GapKind::Unreadable | GapKind::UnknownInput => false,
            }
    };
    let hidden: Vec<&ResolvedGap> = gaps.map(|(gap, _)| gap).filter(hides).collect();
    let mut lines: Vec<String> = Vec::new();
    for gap in &hidden {
        let line = format!("{}{}", place(gap, context), gap.reason);
        if !lines.contains(&line) {
            lines.push(line);
        }
    }
    let rest = lines.len().saturating_sub(HIDDEN);
    lines.truncate(HIDDEN);
    if rest > 0 {
        lines.push(format!("and {rest} more"));
    }
    lines
}

/// Where things are, each place once: `a.nix:1, b.nix:7 and 3 more`.
fn places(gaps: &[&ResolvedGap], context: &Context<'_>) -> String {
    let mut places: Vec<String> = Vec::new();
    for at in gaps.iter().filter_map(|gap| gap.location.as_ref()) {
        let place = named(at, context);
        if !places.contains(&place) {
            places.push(place);
        }
    }
    let rest = match places.len().saturating_sub(PLACES) {
        0 => String::new(),
        rest => format!(" and {rest} more"),
    };
    places.truncate(PLACES);
    format!("{}{rest}", places.join(", "))
}

fn place(gap: &ResolvedGap, context: &Context<'_>) -> String {
    let at = gap.location.as_ref();
    at.map_or_else(String::new, |at| format!("{}: ", named(at, context)))
}

fn named(at: &Location, context: &Context<'_>) -> String {
    format!("{}:{}", context.name(&at.source), at.line)
}

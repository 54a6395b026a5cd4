//! What is listed for people, who get no more of the same than they can read.

use crate::view::{Finding, Results};
use crate::words::{Words, list};
use nixpod_analysis::{LeftOutReason, Role, RuleId, Utf8PathBuf};
use std::collections::{BTreeSet, HashMap};

/// So many findings of a rule in a file are listed for people. Nobody reads more of the same.
const LISTED: usize = 200;

/// What a list for people has.
pub(super) enum Entry<'r> {
    Finding(&'r Finding),
    /// So many more findings of the rule in the file of this one, which is the first of them.
    More(&'r Finding, usize),
}

/// The open findings. Programs get all of them instead.
pub(super) fn entries(results: &Results) -> Vec<Entry<'_>> {
    let mut out: Vec<Entry<'_>> = Vec::new();
    // How many there are, and where the rest is counted.
    let mut known: HashMap<(&Utf8PathBuf, RuleId), (usize, usize)> = HashMap::new();
    for finding in results.open() {
        let key = (&finding.location.source.path, finding.rule);
        let (count, rest) = known.entry(key).or_default();
        *count += 1;
        match (count.checked_sub(LISTED), out.get_mut(*rest)) {
            (None | Some(0), _) => out.push(Entry::Finding(finding)),
            (Some(more), Some(Entry::More(_, number))) if more > 1 => *number = more,
            (Some(more), _) => {
                *rest = out.len();
                out.push(Entry::More(finding, more));
            }
        }
    }
    out
}

/// What is said of findings that are not listed.
pub(super) fn more(number: usize) -> String {
    let findings = count(number, "more finding", "more findings");
    format!("{findings} of this rule in this file (--format json lists all)")
}

/// `1 finding`, `2 findings`.
pub(crate) fn count(number: usize, one: &str, many: &str) -> String {
    let word = if number == 1 { one } else { many };
    format!("{number} {word}")
}

/// What something was seen in, a part for each kind: a file by itself is no host.
pub(crate) fn seen_in(roots: &[(Role, Words)]) -> Vec<String> {
    let kinds = [
        (Role::Host, "host ", "hosts "),
        // Its name says what it is.
        (Role::Variant, "", ""),
        (Role::Module, "module ", "modules "),
        (Role::File, "file ", "files "),
    ];
    let parts = kinds.into_iter().filter_map(|(role, one, several)| {
        let names = roots.iter().filter(|(of, _)| *of == role);
        let names: Vec<Words> = names.map(|(_, name)| name.clone()).collect();
        match names.len() {
            0 => None,
            1 => Some(format!("{one}{}", list(&names))),
            _ => Some(format!("{several}{}", list(&names))),
        }
    });
    parts.collect()
}

/// More names say no better what is left out.
const MAX_NAMES: usize = 8;

/// What is not judged for a reason that is known: one line for each reason.
pub(crate) fn left_out(results: &Results) -> Vec<String> {
    let of = |reason: LeftOutReason| results.left_out.iter().filter(move |one| one.reason == reason);
    let mut out = Vec::new();
    for (reason, how) in [
        (LeftOutReason::Off, "off on every host"),
        (LeftOutReason::OffAsSeen, "off on every host, as far as seen"),
    ] {
        let off: BTreeSet<&str> = of(reason)
            .map(|one| one.name.as_ref().map_or("a computed set", Words::exact))
            .collect();
        if off.is_empty() {
            continue;
        }
        let shown: Vec<String> = off
            .iter()
            .take(MAX_NAMES)
            .map(|name| Words::from(*name).to_string())
            .collect();
        let rest = match off.len().saturating_sub(MAX_NAMES) {
            0 => String::new(),
            rest => format!(" and {rest} more"),
        };
        let number = count(off.len(), "container", "containers");
        out.push(format!("{number} {how}: {}{rest}", shown.join(", ")));
    }
    let on_machine: BTreeSet<String> = of(LeftOutReason::NoContainer)
        .filter_map(|one| {
            one.name
                .as_ref()
                .map(|name| Words::from(name.exact()).to_string())
        })
        .collect();
    if !on_machine.is_empty() {
        let number = count(on_machine.len(), "runner", "runners");
        let names: Vec<String> = on_machine.into_iter().take(MAX_NAMES).collect();
        out.push(format!(
            "{number} on the machine itself, in no container: {}",
            names.join(", ")
        ));
    }
    for (reason, whose) in [
        (LeftOutReason::Test, "tests"),
        (LeftOutReason::VmVariant, "virtual machines for trying out"),
    ] {
        let all = of(reason).count();
        if all > 0 {
            let number = count(all, "definition", "definitions");
            out.push(format!("{number} of {whose} not judged"));
        }
    }
    out
}

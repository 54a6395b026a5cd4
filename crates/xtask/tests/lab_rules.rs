//! The rules and the engines have the same opinion: what an experiment shows to be bad is found by a rule that names it,
//! and what is good is not found, or found less. Where that is not so, it is listed.

use nixpod_analysis::Severity;
use nixpod_xtask::lab::data::{self, Experiment, Form, Side};
use nixpod_xtask::lab::rendered::{is_home, project};
use std::collections::BTreeMap;
use std::fmt::Write as _;

/// Experiments work on folders and nodes of their own; a rule is asked about what they stand for.
const STAND_FOR: &[(&str, &str)] = &[
    ("/lab/run/daemon.sock", "/run/podman/podman.sock"),
    ("/lab/run", "/run/podman"),
    ("/lab/tree", "/var/lib"),
    ("./tree:", "/var/lib:"),
    ("/lab/etc", "/etc"),
    ("/dev/labdri", "/dev/dri"),
];

/// Rules that find something in the module of a form, each with the worst severity.
fn found(form: &Form) -> Option<BTreeMap<String, Severity>> {
    let mut nix = form.nix.clone()?;
    for (lab, real) in STAND_FOR {
        nix = nix.replace(lab, real);
    }
    let report = project(&nix, is_home(form))
        .analysis()
        .check(&["/project".into()]);
    let mut out = BTreeMap::new();
    for finding in &report.findings {
        let diagnostic = &finding.diagnostic;
        let worst = out
            .entry(diagnostic.rule.to_string())
            .or_insert(diagnostic.severity);
        *worst = (*worst).max(diagnostic.severity);
    }
    Some(out)
}

/// What the rules of an experiment find in its forms of one side.
fn opinions(
    experiment: &Experiment,
    side: Side,
) -> impl Iterator<Item = (&Form, BTreeMap<String, Severity>)> {
    let forms = experiment
        .forms
        .iter()
        .filter(move |form| form.side == Some(side));
    forms.filter_map(|form| {
        let mut found = found(form)?;
        found.retain(|rule, _| experiment.rules.contains(rule));
        Some((form, found))
    })
}

#[test]
fn rules_and_engines_agree() {
    let lab = nixpod_xtask::root().join("testdata/lab");
    let mut out = String::new();
    for experiment in data::load(&lab).expect("the experiments are well written") {
        let id = &experiment.id;
        let bad: Vec<_> = opinions(&experiment, Side::Bad).collect();
        for (form, found) in &bad {
            if found.is_empty() && !experiment.rules.is_empty() {
                let rules = experiment.rules.join(", ");
                writeln!(out, "{id}, {}: bad, and not found by {rules}", form.label()).expect("a string");
            }
        }
        for (form, found) in opinions(&experiment, Side::Good) {
            let same = bad.iter().any(|(_, other)| *other == found);
            for (rule, severity) in &found {
                if same && !form.stays.contains_key(rule) {
                    let severity = severity.as_str();
                    writeln!(
                        out,
                        "{id}, {}: good, and found as much: {rule} ({severity})",
                        form.label()
                    )
                    .expect("a string");
                }
            }
            for rule in form
                .stays
                .keys()
                .filter(|rule| !same || !found.contains_key(*rule))
            {
                writeln!(out, "{id}, {}: {rule} does not stay", form.label()).expect("a string");
            }
        }
    }
    assert_eq!(out, "");
}

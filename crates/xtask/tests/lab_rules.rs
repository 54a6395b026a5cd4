//! The rules and the engines have the same opinion: what an experiment shows to be bad is found by a rule that names it,
//! and what is good is not found, or found less. Where that is not so, it is listed.

use nixpod_analysis::{AnalysisHost, MemoryFileSystem, Severity};
use nixpod_xtask::lab::data::{self, Experiment, Form, Side};
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::Arc;

/// Experiments work on folders and nodes of their own; a rule is asked about what they stand for.
const STAND_FOR: &[(&str, &str)] = &[
    ("/lab/run/daemon.sock", "/run/podman/podman.sock"),
    ("/lab/run", "/run/podman"),
    ("/lab/tree", "/var/lib"),
    ("./tree:", "/var/lib:"),
    ("/lab/etc", "/etc"),
    ("/dev/labdri", "/dev/dri"),
];

/// An image, for the forms that have none; Podman runs the containers of NixOS.
const BESIDES: &str = r#"
  virtualisation.oci-containers.backend = "podman";
  system.stateVersion = "25.11";
"#;

/// Rules that find something in a module, each with the worst severity.
fn found(nix: &str) -> BTreeMap<String, Severity> {
    let mut nix = nix.to_owned();
    for (lab, real) in STAND_FOR {
        nix = nix.replace(lab, real);
    }
    let disk = MemoryFileSystem::new();
    disk.write(
        "/project/configuration.nix",
        format!("{{ imports = [ ./form.nix ]; {BESIDES} }}"),
    );
    disk.write("/project/form.nix", format!("{{\n{nix}\n}}\n"));
    let mut host = AnalysisHost::new(nixpod_rules::ALL, Arc::new(disk));
    host.set_project("/project".into());
    let report = host.analysis().check(&["/project".into()]);
    let mut out = BTreeMap::new();
    for finding in &report.findings {
        let diagnostic = &finding.diagnostic;
        let worst = out
            .entry(diagnostic.rule.to_string())
            .or_insert(diagnostic.severity);
        *worst = (*worst).max(diagnostic.severity);
    }
    out
}

/// What the rules of an experiment find in its forms of one side.
fn opinions<'a>(
    experiment: &'a Experiment,
    side: Side,
) -> impl Iterator<Item = (&'a Form, BTreeMap<String, Severity>)> {
    let forms = experiment
        .forms
        .iter()
        .filter(move |form| form.side == Some(side));
    forms.filter_map(|form| {
        let mut found = found(form.nix.as_ref()?);
        found.retain(|rule, _| experiment.rules.contains(rule));
        Some((form, found))
    })
}

#[test]
fn rules_and_engines_agree() {
    let lab = nixpod_xtask::root().join("testdata/lab");
    let mut out = String::new();
    for experiment in data::load(&lab).expect("the experiments are well written") {
        if experiment.rules.is_empty() {
            continue;
        }
        let bad: Vec<_> = opinions(&experiment, Side::Bad).collect();
        for (form, found) in &bad {
            if found.is_empty() {
                let rules = experiment.rules.join(", ");
                writeln!(
                    out,
                    "{}, {}: bad, and not found by {rules}",
                    experiment.id,
                    form.label()
                )
                .expect("a string");
            }
        }
        for (form, found) in opinions(&experiment, Side::Good) {
            let same = bad.iter().any(|(_, other)| *other == found);
            if same && !found.is_empty() {
                let found: Vec<String> = found
                    .iter()
                    .map(|(rule, severity)| format!("{rule} ({})", severity.as_str()))
                    .collect();
                let found = found.join(", ");
                writeln!(
                    out,
                    "{}, {}: good, and found as much: {found}",
                    experiment.id,
                    form.label()
                )
                .expect("a string");
            }
        }
    }
    expect_test::expect_file!["../../../testdata/lab/differences.txt"].assert_eq(&out);
}

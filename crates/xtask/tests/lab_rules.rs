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

/// The project that a form is.
fn project(nix: &str) -> AnalysisHost {
    let disk = MemoryFileSystem::new();
    disk.write(
        "/project/configuration.nix",
        format!("{{ imports = [ ./form.nix ]; {BESIDES} }}"),
    );
    disk.write("/project/form.nix", format!("{{\n{nix}\n}}\n"));
    let mut host = AnalysisHost::new(nixpod_rules::ALL, Arc::new(disk));
    host.set_project("/project".into());
    host
}

/// Rules that find something in a module, each with the worst severity.
fn found(nix: &str) -> BTreeMap<String, Severity> {
    let mut nix = nix.to_owned();
    for (lab, real) in STAND_FOR {
        nix = nix.replace(lab, real);
    }
    let report = project(&nix).analysis().check(&["/project".into()]);
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
fn opinions(
    experiment: &Experiment,
    side: Side,
) -> impl Iterator<Item = (&Form, BTreeMap<String, Severity>)> {
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

/// The words that start the container of a module, each option apart from its value.
fn rendered(nix: &str) -> Vec<String> {
    let report = project(nix).analysis().commands(&["/project".into()]);
    let commands = report
        .containers
        .iter()
        .filter_map(|container| container.command.as_ref());
    let words = commands
        .flat_map(|command| &command.words)
        .map(|word| word.text.clone());
    normal(words)
}

/// `--a=b` is `--a b`, short options have their long names, and lists of capabilities are joined in one way or another, and
/// in any case.
fn normal(words: impl Iterator<Item = String>) -> Vec<String> {
    const LONG: &[(&str, &str)] = &[
        ("-v", "--volume"),
        ("-p", "--publish"),
        ("-e", "--env"),
        ("-u", "--user"),
    ];
    let mut out = Vec::new();
    for word in words {
        let (name, value) = match word.split_once('=') {
            Some((name, value)) if name.starts_with('-') => (name.to_owned(), Some(value.to_owned())),
            _ => (word, None),
        };
        let long = LONG.iter().find(|(short, _)| *short == name);
        out.push(long.map_or(name, |(_, long)| (*long).to_owned()));
        out.extend(value);
    }
    let parts = out.iter().flat_map(|word| word.split(','));
    parts.map(str::to_ascii_lowercase).collect()
}

/// The lab runs the words that the Nix of a form comes to. What the modules add to every container is left out of it.
#[test]
fn the_nix_of_a_form_comes_to_its_words() {
    let lab = nixpod_xtask::root().join("testdata/lab");
    let mut out = String::new();
    let mut compared = 0;
    for experiment in data::load(&lab).expect("the experiments are well written") {
        for form in &experiment.forms {
            let Some(nix) = &form.nix else { continue };
            let words = rendered(nix);
            compared += 1;
            let mut missing = normal(form.args.iter().cloned());
            missing.retain(|word| !words.contains(word));
            if !missing.is_empty() {
                let missing = missing.join(" ");
                writeln!(
                    out,
                    "{}, {}: not among its words: {missing}",
                    experiment.id,
                    form.label()
                )
                .expect("a string");
            }
        }
    }
    assert!(compared > 300, "{compared}");
    assert_eq!(out, "");
}

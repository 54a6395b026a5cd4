//! Experiments are well written, every rule has its proof, and what is recorded is of the experiments as they are.

use nixpod_analysis::{Group, Meta, Proof, Verdict};
use nixpod_xtask::lab::data::{self, Experiment};
use nixpod_xtask::lab::results::Results;
use nixpod_xtask::lab::{Generations, fingerprint, pattern, script, scripts};
use nixpod_xtask::proofs::severe;
use std::collections::BTreeSet;
use std::path::PathBuf;

/// At least so many of a hundred rules that are critical or high are confirmed.
const CONFIRMED: usize = 80;

fn lab() -> PathBuf {
    nixpod_xtask::root().join("testdata/lab")
}

fn experiments() -> Vec<Experiment> {
    data::load(&lab()).expect("the experiments are well written")
}

fn rules() -> impl Iterator<Item = &'static Meta> {
    nixpod_rules::ALL.iter().map(|rule| &rule.meta)
}

#[test]
fn every_form_is_a_script_with_readable_expectations() {
    let generations = Generations::load(&lab()).expect("the generations are well written");
    let known: BTreeSet<&str> = generations.all().iter().map(|one| one.name.as_str()).collect();
    for experiment in experiments() {
        let id = &experiment.id;
        for name in &experiment.generations {
            assert!(
                known.contains(name.as_str()),
                "{id}: no generation is called {name}"
            );
        }
        let mut labels = BTreeSet::new();
        for form in &experiment.forms {
            let label = form.label();
            assert!(labels.insert(label.clone()), "{id}: two forms are called {label}");
            script(form).unwrap_or_else(|error| panic!("{id}, {label}: {error:#}"));
            for part in &form.uses {
                let path = lab().join("lib").join(format!("{part}.sh"));
                assert!(path.is_file(), "{id}, {label}: there is no {}", path.display());
            }
            for name in form.on.keys() {
                assert!(
                    known.contains(name.as_str()),
                    "{id}: no generation is called {name}"
                );
            }
            let others = form.on.values();
            let all = others.flat_map(|other| other.see.iter().chain(&other.not));
            for text in all.chain(&form.see).chain(&form.not) {
                pattern(text).unwrap_or_else(|error| panic!("{id}, {label}: {error:#}"));
            }
        }
    }
}

#[test]
fn rules_and_experiments_name_each_other() {
    let experiments = experiments();
    for experiment in &experiments {
        let id = &experiment.id;
        for name in &experiment.rules {
            let rule = rules().find(|rule| rule.id == name);
            let rule = rule
                .unwrap_or_else(|| panic!("{id}: there is no rule {name}; has it moved to `without_rule`?"));
            let names = rule.proof.experiments();
            assert!(
                names.contains(&id.as_str()),
                "the rule {name} does not name its experiment {id}"
            );
        }
        for name in &experiment.without_rule {
            assert!(
                rules().all(|rule| rule.id != name),
                "{id}: {name} is a rule by now: move it to `rules`"
            );
        }
    }
    for rule in rules() {
        for name in rule.proof.experiments() {
            let found = experiments.iter().find(|experiment| experiment.id == **name);
            let found = found.unwrap_or_else(|| panic!("{}: there is no experiment {name}", rule.id));
            let named = found.rules.iter().any(|of| of == rule.id);
            assert!(named, "the experiment {name} does not name its rule {}", rule.id);
        }
    }
}

#[test]
fn every_rule_about_engines_has_its_proof_or_says_why_not() {
    for rule in rules() {
        let about_engines = matches!(
            rule.group,
            Group::Isolation | Group::Users | Group::Secrets | Group::Oci
        );
        match rule.proof {
            Proof::NotAsked => assert!(!about_engines, "{} has no proof and says not why", rule.id),
            Proof::NotRunnable(reason) => assert!(!reason.is_empty(), "{}", rule.id),
            Proof::Experiments(names) => assert!(!names.is_empty(), "{}", rule.id),
        }
        let verdict = rule.proof.verdict();
        if let Some(Verdict::Refuted(_) | Verdict::NotRun(_)) = &verdict {
            panic!(
                "{}: {}",
                rule.id,
                verdict.map(|verdict| verdict.words()).unwrap_or_default()
            );
        }
    }
}

#[test]
fn the_rules_that_matter_most_are_confirmed() {
    let results = Results::load(&lab()).expect("the results can be read");
    let severe = severe(&experiments(), &results);
    assert!(severe.percent() >= CONFIRMED, "{severe:?}");
}

#[test]
fn what_is_recorded_is_of_the_experiments_as_they_are() {
    let generations = Generations::load(&lab()).expect("the generations are well written");
    let results = Results::load(&lab()).expect("the results can be read");
    let newest: Vec<&str> = generations.newest().iter().map(|one| one.name.as_str()).collect();
    let mut old = BTreeSet::new();
    for experiment in experiments() {
        let id = &experiment.id;
        let recorded = results.experiments.get(id);
        let scripts = scripts(&experiment).unwrap_or_else(|error| panic!("{id}: {error:#}"));
        for (name, outcome) in recorded.into_iter().flatten() {
            assert!(outcome.passed, "{id} failed on {name}");
            if outcome.of != fingerprint(&experiment, &scripts, name) {
                old.insert(id.clone());
            }
        }
        let everywhere = experiment.generations.is_empty() && experiment.not_runnable.is_none();
        for name in newest
            .iter()
            .filter(|name| everywhere || experiment.generations.iter().any(|one| one == *name))
        {
            if !recorded.is_some_and(|outcomes| outcomes.contains_key(*name)) {
                old.insert(id.clone());
            }
        }
    }
    let old: Vec<String> = old.into_iter().collect();
    assert!(
        old.is_empty(),
        "not run, or changed since: run `cargo xtask lab --all --record {}`",
        old.join(" ")
    );
}

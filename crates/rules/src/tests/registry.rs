use crate::ALL;
use nixpod_analysis::{Attack, Controls, FixAvailability, Meta, OWN_RULES, Rule, Severity, Verdict};
use nixpod_testing::{Fixture, pedantic_host, targets};
use std::collections::BTreeSet;

const HEADINGS: [&str; 5] = ["What it flags", "Why", "Bad", "Good", "Fix safety"];

/// The sections of a rule's documentation: heading and body.
fn sections(docs: &str) -> Vec<(String, String)> {
    let mut out: Vec<(String, String)> = Vec::new();
    for line in docs.lines() {
        let line = line.strip_prefix(' ').unwrap_or(line);
        if let Some(heading) = line.strip_prefix("## ") {
            out.push((heading.to_owned(), String::new()));
        } else if let Some((_, body)) = out.last_mut() {
            body.push_str(line);
            body.push('\n');
        }
    }
    out
}

#[test]
fn ids_are_unique_kebab_case_and_sorted() {
    let ids: Vec<&str> = ALL.iter().map(|rule| rule.meta.id).collect();
    let unique: BTreeSet<&str> = ids.iter().copied().collect();
    assert_eq!(unique.len(), ids.len());
    let mut sorted = ids.clone();
    sorted.sort_unstable();
    assert_eq!(ids, sorted);
    for id in ids {
        let well_formed = id.split('-').all(|word| {
            !word.is_empty() && word.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit())
        });
        assert!(well_formed, "{id}");
    }
}

#[test]
fn every_file_of_the_folder_is_a_rule_of_its_name() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/src/rules");
    let files: BTreeSet<String> = std::fs::read_dir(folder)
        .expect("the folder of the rules is readable")
        .map(|entry| entry.expect("its entries are too").file_name())
        .filter_map(|name| name.to_str()?.strip_suffix(".rs").map(str::to_owned))
        .collect();
    let mut listed = BTreeSet::new();
    for rule in ALL {
        let name = rule.meta.id.replace('-', "_");
        let file = std::path::Path::new(rule.meta.file).file_stem();
        assert_eq!(
            file.and_then(|file| file.to_str()),
            Some(name.as_str()),
            "a rule is called as its file"
        );
        listed.insert(name);
    }
    for name in &files {
        assert!(
            listed.contains(name),
            "`crates/rules/src/rules/{name}.rs` lacks its two lines in `crates/rules/src/rules.rs`: `mod {name};` and \
             `&{name}::RULE`"
        );
    }
    assert_eq!(files, listed, "every rule has a file of its own");
}

#[test]
fn docs_have_the_five_headings_in_order() {
    for rule in ALL {
        let sections = sections(rule.meta.docs);
        let headings: Vec<&str> = sections.iter().map(|(heading, _)| heading.as_str()).collect();
        assert_eq!(headings, HEADINGS, "{}", rule.meta.id);
        for (heading, body) in &sections {
            assert!(!body.trim().is_empty(), "{}: {heading} is empty", rule.meta.id);
            let is_example = matches!(heading.as_str(), "Bad" | "Good");
            assert_eq!(is_example, body.contains("```nix"), "{}: {heading}", rule.meta.id);
            if !is_example {
                assert!(
                    body.trim().ends_with('.'),
                    "{}: {heading} ends in a sentence",
                    rule.meta.id
                );
            }
        }
        let safety = &sections[4].1;
        assert_eq!(
            rule.meta.fix == FixAvailability::None,
            safety.trim().starts_with("No fix"),
            "{}: fix safety disagrees with the availability",
            rule.meta.id
        );
    }
}

fn everything() -> impl Iterator<Item = &'static Meta> {
    ALL.iter().chain(OWN_RULES).map(|rule| &rule.meta)
}

/// Does a rule have findings that are critical or high?
fn is_severe(meta: &Meta) -> bool {
    meta.severity >= Severity::High
        || meta.stakes.iter().any(|stake| {
            stake
                .severity()
                .is_some_and(|severity| severity >= Severity::High)
        })
}

#[test]
fn controls_are_listed_in_their_catalogues() {
    for meta in everything() {
        for control in meta.controls.all() {
            let id = meta.id;
            assert!(control.title().is_some(), "{id}: no catalogue has {control:?}");
        }
    }
}

#[test]
fn severities_are_cells_of_the_table() {
    for meta in everything() {
        let cells: Vec<Option<Severity>> = meta.stakes.iter().map(|stake| stake.severity()).collect();
        let id = meta.id;
        assert!(!cells.is_empty(), "{id}: it needs a line `stakes`");
        assert!(!cells.contains(&None), "{id}: there is no such cell in the table");
        assert!(
            cells.contains(&Some(meta.severity)),
            "{id}: its usual severity is not among its `stakes`"
        );
        assert!(
            cells.is_sorted_by(|a, b| a >= b),
            "{id}: its worst cell stands first"
        );
    }
}

#[test]
fn severe_rules_say_what_an_attacker_types() {
    for meta in everything().filter(|meta| is_severe(meta)) {
        assert!(
            !matches!(meta.attack, Attack::NotAsked),
            "{}: it needs a line `attack`, after `proof`: what somebody types, as an experiment has tried it",
            meta.id
        );
        if let Attack::Typed {
            experiment, command, ..
        } = meta.attack
        {
            let id = meta.id;
            assert!(!command.contains('\n'), "{id}: a command is one line");
            assert!(
                meta.proof.experiments().contains(&experiment),
                "{id}: {experiment} is none of its experiments"
            );
            let verdict = meta.proof.verdict();
            assert!(
                matches!(verdict, Some(Verdict::Confirmed(_) | Verdict::NotRun(_))),
                "{id}: {verdict:?}"
            );
        }
    }
}

#[test]
fn severe_rules_name_a_control_or_say_that_there_is_none() {
    let without: Vec<&str> = everything()
        .filter(|meta| is_severe(meta) && matches!(meta.controls, Controls::NotAsked))
        .map(|meta| meta.id)
        .collect();
    assert_eq!(
        without,
        Vec::<&str>::new(),
        "they need a line `controls` under `proof`: `crates/analysis/src/controls.rs` has what there is"
    );
}

#[test]
fn summaries_are_one_line_without_a_dot() {
    for rule in ALL {
        let summary = rule.meta.summary;
        assert!(
            !summary.is_empty() && !summary.ends_with('.') && !summary.contains('\n'),
            "{summary}"
        );
        assert!(summary.len() <= 90, "{summary}");
    }
}

/// The Nix blocks of a section.
pub(super) fn blocks(rule: &Rule, heading: &str) -> Vec<String> {
    sections(rule.meta.docs)
        .iter()
        .filter(|(name, _)| name == heading)
        .flat_map(|(_, body)| body.split("```nix\n").skip(1))
        .filter_map(|rest| rest.split_once("```").map(|(block, _)| block.to_owned()))
        .collect()
}

#[test]
fn bad_examples_are_found_and_good_ones_are_not() {
    let mut wrong = Vec::new();
    for rule in ALL {
        for (heading, expected) in [("Bad", true), ("Good", false)] {
            for block in blocks(rule, heading) {
                let analysis = pedantic_host(ALL, &Fixture::parse(&block)).analysis();
                let report = analysis.check(&targets());
                let found = report
                    .findings
                    .iter()
                    .any(|finding| finding.diagnostic.rule == rule.meta.id);
                if found != expected {
                    wrong.push(format!("{}, {heading}:\n{block}", rule.meta.id));
                }
            }
        }
    }
    assert!(
        wrong.is_empty(),
        "{} examples are not what they say\n{}",
        wrong.len(),
        wrong.join("\n")
    );
}

//! `docs/facts.md`: what rules rely on, with configurations that come out otherwise if it changes.

use crate::ALL;
use nixpod_testing::{Fixture, pedantic_host, targets, whole_host};
use std::collections::BTreeSet;
use std::path::PathBuf;

/// What is said of a configuration, and the configuration.
struct Case<'a> {
    rule: String,
    /// The severities of the rule's findings.
    severities: Vec<String>,
    /// What the help of each says among others.
    help: Option<&'a str>,
    nix: &'a str,
    /// Is it all of a host, of which nothing else is unknown?
    is_whole: bool,
}

fn root() -> PathBuf {
    [env!("CARGO_MANIFEST_DIR"), "..", ".."].iter().collect()
}

fn text() -> String {
    std::fs::read_to_string(root().join("docs/facts.md")).expect("the facts")
}

/// The facts by their numbers, with what stands below their headings.
fn facts(text: &str) -> Vec<(&str, &str)> {
    let parts = text.split("\n### ").skip(1);
    parts
        .map(|part| part.split_once(' ').expect("a number and a heading"))
        .map(|(number, rest)| (number, rest.split("\n## ").next().unwrap_or(rest)))
        .collect()
}

fn cases<'a>(number: &str, fact: &'a str) -> Vec<Case<'a>> {
    let mut pieces = fact.split("```nix\n");
    let mut before = pieces.next().expect("what stands before the first block");
    let mut out = Vec::new();
    for piece in pieces {
        let (nix, after) = piece.split_once("```\n").expect("a block has an end");
        let said = before.trim_end().lines().last().unwrap_or_default();
        let (said, help) = match said.split_once(" with a help that says `") {
            Some((said, help)) => (
                format!("{}:", said.trim_end_matches(',')),
                help.strip_suffix("`:"),
            ),
            None => (said.to_owned(), None),
        };
        let is_whole = said.contains("ound in a whole host by `");
        let said = said.replacen(" in a whole host by", " by", 1);
        let (found, rest) = match said.strip_prefix("Not found by `") {
            Some(rest) => (false, rest),
            None => (true, said.strip_prefix("Found by `").unwrap_or_default()),
        };
        let (rule, severities) = rest
            .strip_suffix(':')
            .and_then(|rest| rest.split_once('`'))
            .unwrap_or_else(|| panic!("{number}: a block without a sentence on it: {said:?}"));
        let severities = severities.split(", ").filter(|word| !word.is_empty());
        let severities: Vec<String> = severities.map(str::to_owned).collect();
        assert_eq!(found, !severities.is_empty(), "{number}: {said}");
        out.push(Case {
            rule: rule.to_owned(),
            severities,
            help,
            nix,
            is_whole,
        });
        before = after;
    }
    out
}

#[test]
fn rules_say_what_the_facts_say() {
    let text = text();
    let mut wrong = Vec::new();
    for (number, fact) in facts(&text) {
        for Case {
            rule,
            severities,
            help,
            nix,
            is_whole,
        } in cases(number, fact)
        {
            assert!(
                ALL.iter().any(|known| known.meta.id == rule),
                "{number}: there is no rule `{rule}`"
            );
            let text = match is_whole {
                true => whole_host(nix),
                false => nix.to_owned(),
            };
            let analysis = pedantic_host(ALL, &Fixture::parse(&text)).analysis();
            let report = analysis.check(&targets());
            let findings = report.findings.iter().map(|finding| &finding.diagnostic);
            let findings = findings.filter(|diagnostic| diagnostic.rule == rule);
            let is_missing = |said: &&str| {
                let mut helps = findings
                    .clone()
                    .map(|found| found.help.as_deref().unwrap_or_default());
                helps.any(|help| !help.contains(said))
            };
            if let Some(said) = help.filter(is_missing) {
                wrong.push(format!(
                    "{number}: the help of {rule} does not say {said:?}\n{nix}"
                ));
            }
            let found: Vec<&str> = findings.map(|diagnostic| diagnostic.severity.as_str()).collect();
            if found != severities {
                wrong.push(format!(
                    "{number}: {rule} found {found:?}, not {severities:?}\n{nix}"
                ));
            }
        }
    }
    assert!(
        wrong.is_empty(),
        "{} cases are not what they say\n{}",
        wrong.len(),
        wrong.join("\n")
    );
}

/// A number is a name that stays: each once, in order, with a source or an experiment that exists.
#[test]
fn facts_have_a_number_and_a_source() {
    let text = text();
    let mut experiments = BTreeSet::new();
    for entry in std::fs::read_dir(root().join("testdata/lab/experiments")).expect("the experiments") {
        let topic = std::fs::read_to_string(entry.expect("a file").path()).expect("a text");
        let ids = topic.lines().filter_map(|line| line.strip_prefix("id = \""));
        experiments.extend(ids.filter_map(|id| id.strip_suffix('"')).map(str::to_owned));
    }
    let mut last = (0, 0);
    for (number, fact) in facts(&text) {
        let (section, of_section) = number.split_once('.').expect("a section and a number in it");
        let this = (
            section.parse().expect("a number"),
            of_section.parse().expect("a number"),
        );
        assert!(last == (0, 0) || last < this, "{number} is not in order");
        last = this;
        assert!(!cases(number, fact).is_empty(), "{number} has no configuration");
        let runs = fact.split("Run: ").skip(1);
        let named: Vec<&str> = runs
            .filter_map(|run| run.split_once(".\n").map(|(names, _)| names))
            .flat_map(|names| names.split(", "))
            .map(|name| name.trim_matches('`'))
            .collect();
        for name in &named {
            assert!(experiments.contains(*name), "{number}: no experiment `{name}`");
        }
        assert!(
            !named.is_empty() || fact.contains("Source: "),
            "{number} has neither a source nor an experiment"
        );
    }
}

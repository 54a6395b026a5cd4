//! Every rule holds against code that is like real code: `testdata/wild` has reduced equivalents, three that a rule
//! speaks of and three that only look so.

use crate::ALL;
use nixpod_analysis::{OWN_RULES, Rule};
use nixpod_testing::{check, check_none};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};

/// As many of each kind as a rule has at least, unless its file says why there are few.
const ENOUGH: usize = 3;

/// A reduced equivalent of real code.
struct Section<'a> {
    /// The line that begins it.
    heading: &'a str,
    /// Does the rule speak of it?
    speaks: bool,
    /// Why it is right as it is; without it, an empty text.
    why: &'a str,
    /// The texts with their markers.
    fixture: String,
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../testdata/wild")
}

fn catalogue() -> impl Iterator<Item = &'static Rule> {
    ALL.iter().chain(OWN_RULES).copied()
}

/// What stands before the first section, and the sections.
fn read(text: &str) -> (Vec<&str>, Vec<Section<'_>>) {
    let mut head = Vec::new();
    let mut sections: Vec<Section<'_>> = Vec::new();
    for line in text.lines() {
        let speaks = line.starts_with("## true: ");
        if speaks || line.starts_with("## silent: ") {
            sections.push(Section {
                heading: line,
                speaks,
                why: "",
                fixture: String::new(),
            });
            continue;
        }
        let Some(section) = sections.last_mut() else {
            head.push(line);
            continue;
        };
        match line.strip_prefix("why: ") {
            Some(why) if section.fixture.is_empty() => section.why = why,
            _ => {
                section.fixture.push_str(line);
                section.fixture.push('\n');
            }
        }
    }
    // The empty line before the next section is not the last file's.
    for section in &mut sections {
        let end = section.fixture.trim_end().len();
        section.fixture.truncate(end);
        section.fixture.push('\n');
    }
    (head, sections)
}

/// What is wrong with a file.
fn faults(rule: &'static Rule, text: &str) -> Vec<String> {
    let id = rule.meta.id;
    let (head, sections) = read(text);
    let mut out = Vec::new();
    if head.first() != Some(&format!("# rule: {id}").as_str()) {
        out.push(format!("{id}: the first line is not `# rule: {id}`"));
    }
    let few = head
        .iter()
        .any(|line| line.strip_prefix("few: ").is_some_and(|why| why.len() > 20));
    for speaks in [true, false] {
        let count = sections.iter().filter(|section| section.speaks == speaks).count();
        if count < ENOUGH && !few {
            out.push(format!(
                "{id}: {count} sections with speaks = {speaks}, and no `few: `"
            ));
        }
    }
    for section in &sections {
        let heading = section.heading;
        let source = heading.split_once(": ").map_or("", |(_, source)| source);
        if !source.split_once(' ').is_some_and(|(repository, path)| {
            repository.split('/').filter(|part| !part.is_empty()).count() == 2 && !path.is_empty()
        }) {
            out.push(format!("{id}: `{heading}` names no repository and file"));
        }
        if !section.speaks && section.why.is_empty() {
            out.push(format!("{id}: `{heading}` does not say why"));
        }
        let judged = catch_unwind(AssertUnwindSafe(|| {
            if section.speaks {
                check(rule, &section.fixture);
            } else {
                check_none(rule, &section.fixture);
            }
        }));
        if judged.is_err() {
            out.push(format!("{id}: `{heading}` comes out otherwise, see above"));
        }
    }
    out
}

#[test]
fn real_examples_come_out_as_they_are_marked() {
    let only = std::env::var("WILD").ok();
    let chosen = catalogue().filter(|rule| only.as_deref().is_none_or(|only| only == rule.meta.id));
    let mut out = Vec::new();
    for rule in chosen {
        if let Ok(text) = std::fs::read_to_string(folder().join(format!("{}.nix.txt", rule.meta.id))) {
            out.extend(faults(rule, &text));
        }
    }
    assert!(out.is_empty(), "{}", out.join("\n"));
}

#[test]
fn every_rule_has_real_examples_and_every_file_a_rule() {
    for rule in catalogue() {
        let id = rule.meta.id;
        let file = folder().join(format!("{id}.nix.txt"));
        assert!(file.is_file(), "testdata/wild has no {id}.nix.txt");
    }
    for entry in std::fs::read_dir(folder()).expect("the folder is readable") {
        let path = entry.expect("its entries are too").path();
        let file = path
            .file_name()
            .and_then(|name| name.to_str())
            .unwrap_or_default();
        if let Some(name) = file.strip_suffix(".nix.txt") {
            assert!(
                catalogue().any(|rule| rule.meta.id == name),
                "no rule is called {name}"
            );
        }
    }
}

//! Compares the findings of a rule with the markers of a fixture, and judges the rule's fixes.
//!
//! This crate must never be part of what ships: it may panic, and others use it for their tests only. It runs the whole
//! analysis; crates that the analysis is made of take their fixtures from `nixpod-fixture`, which knows none of it.
//!
//! ```text
//! #- /other.nix                                    a new file; what comes before is `/main.nix`
//! { containers.web.privateNetwork = false; }
//!                                 # ^^^^^ error: message
//! ```
//! A marker belongs to the line above it and is cut out before parsing, so it also works inside of strings. `error`
//! stands for any severity; `critical`, `high`, `medium`, `low` and `info` for that one. `note` marks a label of a
//! trail; trails are compared only in fixtures that have a note. `#<^^` begins in the first column. `$0` is the
//! cursor, `\$0` the text.
//!
//! Begin with [`check`]. What holds always: every finding of the rule has a marker and the other way round, and it is the
//! same one when comments and white space are added everywhere; a fix parses, removes its finding, and comes to an end.

mod markers;

pub use nixpod_fixture::{File, Fixture, Marker, ROOT};

use markers::{found, report};
use nixpod_analysis::{
    Analysis, AnalysisHost, Applicability, Diagnostic, Fix, FixAvailability, MemoryFileSystem, Report,
    Reported, Rule, Settings, Utf8PathBuf, apply_edits,
};
use std::collections::BTreeSet;
use std::sync::Arc;

/// Compares all findings of a rule with all markers, and judges the rule's fixes.
///
/// # Panics
/// If they differ, or if a fix does not parse, does not remove its finding, or never comes to an end.
#[track_caller]
pub fn check(rule: &'static Rule, fixture: &str) {
    let fixture = Fixture::parse(fixture);
    assert!(
        fixture.files.iter().any(|file| !file.markers.is_empty()),
        "a fixture without markers belongs to check_none"
    );
    run(rule, &fixture);
}

/// Makes sure that a rule finds nothing.
///
/// # Panics
/// If it finds something.
#[track_caller]
pub fn check_none(rule: &'static Rule, fixture: &str) {
    let fixture = Fixture::parse(fixture);
    assert!(
        fixture.files.iter().all(|file| file.markers.is_empty()),
        "a fixture with markers belongs to check"
    );
    run(rule, &fixture);
}

/// Applies all fixes of a rule that need no more than a look, and compares the texts.
///
/// # Panics
/// If the texts differ.
#[track_caller]
pub fn check_fix(rule: &'static Rule, before: &str, after: &str) {
    let (before, after) = (Fixture::parse(before), Fixture::parse(after));
    let host = pedantic_host(leak(rule), &before);
    let analysis = host.analysis();
    judge_fixes(rule, &analysis, &analysis.check_with_fixes(&targets()));
    let fixed = analysis.fix(&targets(), Applicability::Unsafe, &|finding| {
        finding.diagnostic.rule == rule.meta.id
    });
    let mut files = before.files;
    for changed in fixed.files {
        if let Some(file) = files.iter_mut().find(|file| file.full_path() == changed.path) {
            file.text = changed.after;
        }
    }
    let texts = |files: &[File]| -> String {
        let parts = files.iter();
        parts
            .map(|file| format!("#- {}\n{}\n", file.path, file.text.trim_end()))
            .collect()
    };
    let (actual, expected) = (texts(&files), texts(&after.files));
    assert!(
        actual == expected,
        "the fixed text is not as expected\n== expected\n{expected}\n== actual\n{actual}"
    );
}

/// The text of a fixture in which a module is a whole host of a flake.
pub fn whole_host(module: &str) -> String {
    format!(
        "#- /flake.nix\n{{ outputs = {{ nixpkgs, ... }}: {{ nixosConfigurations.oak = nixpkgs.lib.nixosSystem {{ modules = [ \
         ./oak.nix ]; }}; }}; }}\n#- /oak.nix\n{module}"
    )
}

/// The same with rules of the group `pedantic` switched on, too.
pub fn pedantic_host(rules: &'static [&'static Rule], fixture: &Fixture) -> AnalysisHost {
    let mut host = host(rules, fixture);
    let off = rules.iter().filter(|rule| !rule.meta.group.on_by_default());
    host.set_settings(Settings {
        enabled: off.map(|rule| rule.meta.id).collect(),
        ..Settings::default()
    });
    host
}

/// A host with some rules and the files of a fixture.
pub fn host(rules: &'static [&'static Rule], fixture: &Fixture) -> AnalysisHost {
    let disk = MemoryFileSystem::new();
    for file in &fixture.files {
        disk.write(file.full_path(), file.text.as_str());
    }
    let mut host = AnalysisHost::new(rules, Arc::new(disk));
    host.set_project(ROOT.into());
    host
}

/// What to check to check a fixture.
pub fn targets() -> Vec<Utf8PathBuf> {
    vec![ROOT.into()]
}

#[track_caller]
fn run(rule: &'static Rule, fixture: &Fixture) {
    let mut host = pedantic_host(leak(rule), fixture);
    let analysis = host.analysis();
    let result = analysis.check_with_fixes(&targets());
    let with_notes = fixture
        .files
        .iter()
        .flat_map(|file| &file.markers)
        .any(|marker| marker.kind == "note");
    let actual = found(rule, &analysis, &result, with_notes);
    if let Some(difference) = report(fixture, &actual, with_notes) {
        panic!("{}: {difference}", rule.meta.id);
    }
    judge_fixes(rule, &analysis, &result);

    // Comments move everything and change nothing.
    let evaluations = host.evaluations();
    for file in fixture.files.iter().filter(|file| file.path.ends_with(".nix")) {
        host.set_buffer(file.full_path(), Some(format!("# a comment\n\n{}", file.text)));
    }
    let commented = host.analysis();
    let mut moved = found(rule, &commented, &commented.check(&targets()), with_notes);
    for label in moved.iter_mut().filter(|label| label.path.ends_with(".nix")) {
        label.line = label.line.saturating_sub(2);
    }
    let sorted = |labels: &[markers::Found]| -> BTreeSet<markers::Found> { labels.iter().cloned().collect() };
    assert!(
        sorted(&actual) == sorted(&moved),
        "{}: with comments added the findings are others\n== before\n{actual:#?}\n== after\n{moved:#?}",
        rule.meta.id
    );
    assert_eq!(
        host.evaluations(),
        evaluations,
        "a comment made something be evaluated again"
    );
}

/// Each fix keeps the text parsing and removes its finding, all together come to an end, and there are as many as the
/// rule says.
#[track_caller]
fn judge_fixes(rule: &'static Rule, analysis: &Analysis, result: &Report) {
    let id = rule.meta.id;
    let own = |report: &Report| -> Vec<Reported> {
        let findings = report.findings.iter();
        findings
            .filter(|finding| finding.diagnostic.rule == id)
            .cloned()
            .collect()
    };
    let errors = |report: &Report| {
        let findings = report.findings.iter();
        findings
            .filter(|finding| finding.diagnostic.rule == "parse-error")
            .count()
    };
    let live = own(result);
    for finding in live.iter().filter(|finding| finding.suppressed.is_none()) {
        let diagnostic = &finding.diagnostic;
        judge_severity(rule, diagnostic);
        match rule.meta.fix {
            FixAvailability::Always => {
                assert!(
                    !diagnostic.fixes.is_empty(),
                    "{id}: no fix for: {}",
                    diagnostic.message
                );
            }
            FixAvailability::Sometimes => {}
            FixAvailability::None => {
                assert!(
                    diagnostic.fixes.is_empty(),
                    "{id}: declared without fixes, but has one"
                );
            }
        }
        for fix in &diagnostic.fixes {
            judge_title(id, fix);
            let after = after(rule, analysis, fix);
            assert!(
                errors(&after) <= errors(result),
                "{id}: does not parse after: {}",
                fix.title
            );
            let count = |findings: &[Reported]| {
                let same = |other: &&Reported| other.diagnostic.message == diagnostic.message;
                findings.iter().filter(same).count()
            };
            assert!(
                count(&own(&after)) < count(&live) || fix.applicability == Applicability::DisplayOnly,
                "{id}: `{}` does not remove: {}",
                fix.title,
                diagnostic.message
            );
        }
    }
    let fixed = analysis.fix(&targets(), Applicability::Unsafe, &|finding| {
        finding.diagnostic.rule == id
    });
    assert!(!fixed.unfinished, "{id}: fixing does not come to an end");
}

/// The severity is one of those that the rule's `stakes` stand for.
#[track_caller]
fn judge_severity(rule: &Rule, diagnostic: &Diagnostic) {
    let id = rule.meta.id;
    let mut declared = rule.meta.stakes.iter().filter_map(|stake| stake.severity());
    assert!(
        rule.meta.stakes.is_empty() || declared.any(|severity| severity == diagnostic.severity),
        "{id}: no cell of its `stakes` is {}, as this is: {}",
        diagnostic.severity.as_str(),
        diagnostic.message
    );
}

/// A title begins with a capital, and says why a fix is not safe.
#[track_caller]
fn judge_title(id: &str, fix: &Fix) {
    let title = &fix.title;
    assert!(
        !title.starts_with(char::is_lowercase),
        "{id}: `{title}` begins with a capital"
    );
    assert!(
        fix.applicability != Applicability::Unsafe || title.contains("; unsafe: "),
        "{id}: its section on safety does not say \"Unsafe: \" and why, as `{title}` needs it"
    );
}

/// What is found after a fix.
fn after(rule: &'static Rule, analysis: &Analysis, fix: &Fix) -> Report {
    let mut fixed = AnalysisHost::new(leak(rule), Arc::new(MemoryFileSystem::new()));
    fixed.set_project(ROOT.into());
    for file in nix_files(analysis) {
        if let Some(number) = analysis.file_id(&file) {
            let edits = fix.edits.get(&number).map_or(&[][..], Vec::as_slice);
            fixed.set_buffer(file, Some(apply_edits(&analysis.text(number), edits)));
        }
    }
    fixed.analysis().check(&targets())
}

/// The Nix files of a fixture's project.
fn nix_files(analysis: &Analysis) -> Vec<Utf8PathBuf> {
    analysis.files(&targets())
}

/// Rules live as long as the program; so does this, a few bytes for each test.
fn leak(rule: &'static Rule) -> &'static [&'static Rule] {
    Box::leak(Box::new([rule]))
}

#[cfg(test)]
mod tests;

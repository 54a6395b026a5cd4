//! An answer must not depend on who asks: findings and facts are the same for every command and format, however many
//! threads there are, in which order hosts and containers come, and whether a heap was kept or is fresh.

mod formats;
mod parts;
mod systems;

use nixpod_analysis::{Analysis, AnalysisHost, FileId, FileSystem, Report, Reported, Settings, Utf8PathBuf};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use systems::{OURS, ROOT, System, in_order};

/// How many generated systems are asked about.
const GENERATED: u64 = 24;

fn all() -> impl Iterator<Item = System> {
    let ours = OURS.iter().map(|folder| System::ours(folder));
    ours.chain((0..GENERATED).map(|seed| System::generated(seed, false)))
}

fn host(system: &System, jobs: usize) -> AnalysisHost {
    let mut host = AnalysisHost::new(nixpod_rules::ALL, system.disk() as Arc<dyn FileSystem>);
    host.set_settings(Settings {
        jobs,
        ..Settings::default()
    });
    host.set_project(Utf8PathBuf::from(ROOT));
    host
}

fn project() -> Vec<Utf8PathBuf> {
    vec![Utf8PathBuf::from(ROOT)]
}

/// What was found and known, a line for each thing, without what only orders or abbreviates it.
#[derive(Debug, Default, PartialEq)]
struct Answer {
    findings: BTreeSet<String>,
    gaps: BTreeSet<String>,
    /// By container and option.
    facts: BTreeMap<String, String>,
}

/// Hosts number files as they come upon them, so paths stand for numbers.
fn with_paths(analysis: &Analysis, line: &str) -> String {
    let mut parts = line.split("FileId(");
    let mut out = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let (number, rest) = part.split_once(')').unwrap_or((part, ""));
        let path = number
            .parse()
            .map(|number| analysis.path(FileId::project(number)).to_string());
        out.push_str(path.as_deref().unwrap_or(number));
        out.push_str(rest);
    }
    out
}

/// A finding once for each container that it is about: who of them stands for the others is a matter of order.
fn findings(analysis: &Analysis, all: &[Reported]) -> BTreeSet<String> {
    let mut out = BTreeSet::new();
    for one in all {
        let diagnostic = &one.diagnostic;
        let others = one.others.iter().map(|other| Some(&other.container));
        for container in std::iter::once(one.container.as_ref()).chain(others) {
            let mut hosts = one.hosts.clone();
            hosts.sort_by_key(|host| in_order(host));
            let mut message = diagnostic.message.clone();
            for named in one
                .container
                .iter()
                .chain(one.others.iter().map(|other| &other.container))
            {
                message = message.replace(&format!("`{}`", named.name), "`NAME`");
            }
            let line = format!(
                "{} {:?} {:?} {message} {:?} {container:?} {hosts:?} {:?} {:?}",
                diagnostic.rule,
                diagnostic.severity,
                diagnostic.confidence,
                diagnostic.primary.span,
                one.imported_by_no_host,
                one.suppressed,
            );
            out.insert(in_order(&with_paths(analysis, &line)));
        }
    }
    out
}

fn answer(analysis: &Analysis, report: &Report) -> Answer {
    let line = |text: String| in_order(&with_paths(analysis, &text));
    let mut facts = BTreeMap::new();
    for container in &report.containers {
        let name = format!(
            "{} {:?} {:?} {:?}",
            container.host, container.surface, container.inside, container.name
        );
        for fact in &container.facts {
            facts.insert(line(format!("{name} {}", fact.name)), line(format!("{fact:?}")));
        }
    }
    Answer {
        findings: findings(analysis, &report.findings),
        gaps: report
            .not_analysed
            .iter()
            .map(|gap| line(format!("{gap:?}")))
            .collect(),
        facts,
    }
}

/// What commands and formats ask.
const QUESTIONS: [(&str, Question); 4] = [
    ("check", Analysis::check),
    ("check_with_fixes", Analysis::check_with_fixes),
    ("show", Analysis::show),
    ("commands", Analysis::commands),
];

type Question = fn(&Analysis, &[Utf8PathBuf]) -> Report;

fn check(host: &AnalysisHost) -> Answer {
    ask(host, Analysis::check)
}

fn ask(host: &AnalysisHost, question: Question) -> Answer {
    let analysis = host.analysis();
    let report = question(&analysis, &project());
    answer(&analysis, &report)
}

/// Some commands list more options than others, but what they list is the same.
#[track_caller]
fn same(what: &str, a: &Answer, b: &Answer) {
    assert_eq!(a.findings, b.findings, "findings of {what}");
    assert_eq!(a.gaps, b.gaps, "gaps of {what}");
    for (name, fact) in &a.facts {
        if let Some(other) = b.facts.get(name) {
            assert_eq!(fact, other, "{name} of {what}");
        }
    }
}

#[test]
fn every_command_and_any_number_of_threads_answer_the_same() {
    for system in all() {
        let first = ask(&host(&system, 1), Analysis::show);
        for (name, question) in QUESTIONS {
            for jobs in [1, 4] {
                let what = format!("{} with {name} and {jobs} threads", system.name);
                same(&what, &first, &ask(&host(&system, jobs), question));
            }
        }
    }
}

#[test]
fn the_order_of_questions_does_not_matter() {
    for system in all() {
        let first = check(&host(&system, 1));
        for reversed in [false, true] {
            let host = host(&system, 1);
            let analysis = host.analysis();
            let mut files: Vec<&Utf8PathBuf> = system.sources().collect();
            if reversed {
                files.reverse();
            }
            // As a language server asks: file by file, with hovers between them.
            let mut found = BTreeSet::new();
            for file in files {
                found.extend(findings(&analysis, &analysis.diagnostics(file)));
                analysis.hover(file, 0.into());
            }
            assert_eq!(found, first.findings, "{} file by file", system.name);
            let report = analysis.check(&project());
            same(&system.name, &first, &answer(&analysis, &report));
        }
    }
}

#[test]
fn the_order_of_hosts_and_containers_does_not_matter() {
    for seed in 0..GENERATED {
        let [forwards, backwards] = [false, true].map(|reversed| {
            let system = System::generated(seed, reversed);
            check(&host(&system, 1))
        });
        same(&format!("generated system {seed}"), &forwards, &backwards);
    }
}

#[test]
fn a_kept_heap_answers_as_a_fresh_one() {
    for seed in 0..GENERATED / 2 {
        let before = System::generated(2 * seed, false);
        let after = System::generated(2 * seed + 1, false);
        let mut kept = host(&before, 1);
        check(&kept);
        // One becomes the other, file by file, and back again.
        let mut now = before.clone();
        for target in [&after, &before] {
            for (path, text) in &target.files {
                let Some(file) = now.files.iter_mut().find(|(known, _)| known == path) else {
                    continue;
                };
                file.1.clone_from(text);
                kept.set_buffer(path.clone(), Some(text.clone()));
                let what = format!("generated system {seed} with another {path}");
                same(&what, &check(&host(&now, 1)), &check(&kept));
            }
        }
    }
}

//! A question about a file, a folder or a host is answered with what the answer about everything says of it.

use super::{all, findings, host, project};
use nixpod_analysis::{Analysis, FileId, Report, Reported, Settings, Utf8PathBuf};
use std::collections::BTreeSet;

/// The files that a finding names: its own, those of its trail, and where its containers are defined.
fn files_of(finding: &Reported) -> BTreeSet<FileId> {
    let diagnostic = &finding.diagnostic;
    let trail = diagnostic.trail.iter().map(|label| label.span.file);
    let container = finding.container.iter();
    let containers = container.chain(finding.others.iter().map(|other| &other.container));
    [diagnostic.primary.span.file]
        .into_iter()
        .chain(trail)
        .chain(containers.map(|container| container.file))
        .collect()
}

/// The part has nothing that the whole has not, and all of the whole that names a file of the part.
fn is_part(name: &str, whole: &Report, part: &Report, files: &BTreeSet<FileId>) {
    for finding in &part.findings {
        assert!(whole.findings.contains(finding), "{name}: {finding:?}");
    }
    for gap in &part.not_analysed {
        assert!(whole.not_analysed.contains(gap), "{name}: {gap:?}");
    }
    for finding in &whole.findings {
        let touches = !files_of(finding).is_disjoint(files);
        assert!(!touches || part.findings.contains(finding), "{name}: {finding:?}");
    }
    for gap in &whole.not_analysed {
        let is_here = gap.span.is_some_and(|span| files.contains(&span.file));
        assert!(!is_here || part.not_analysed.contains(gap), "{name}: {gap:?}");
    }
    for container in &whole.containers {
        let touches = container.places.iter().any(|span| files.contains(&span.file));
        let is_there = part.containers.contains(container);
        assert!(!touches || is_there, "{name}: {container:?}");
    }
}

#[test]
fn a_file_has_what_is_said_of_it_in_the_project() {
    for system in all() {
        let analysis = host(&system, 1).analysis();
        let whole = analysis.check_with_fixes(&project());
        let mut told = BTreeSet::new();
        let paths = analysis.files(&project());
        for path in &paths {
            let asked = std::slice::from_ref(path);
            let name = format!("{} of {path}", system.name);
            let part = analysis.check_with_fixes(asked);
            let file = analysis.file_id(path).unwrap();
            is_part(&name, &whole, &part, &BTreeSet::from([file]));
            told.extend(findings(&analysis, &part.findings));
        }
        let expected = findings(&analysis, &whole.findings);
        assert_eq!(told, expected, "all files of {}", system.name);
        // And so it has if nothing else was asked before.
        for path in &paths {
            let fresh = host(&system, 1).analysis();
            let part = fresh.check(std::slice::from_ref(path));
            let found = findings(&fresh, &part.findings);
            assert!(found.is_subset(&expected), "{} of {path}: {found:?}", system.name);
        }
    }
}

#[test]
fn a_folder_has_what_is_said_of_it_in_the_project() {
    for system in all() {
        let analysis = host(&system, 1).analysis();
        let whole = analysis.check(&project());
        let paths = analysis.files(&project());
        let folders: BTreeSet<Utf8PathBuf> = paths
            .iter()
            .filter_map(|path| path.parent())
            .map(Into::into)
            .collect();
        for folder in folders {
            let below = paths.iter().filter(|path| path.starts_with(&folder));
            let files = below.filter_map(|path| analysis.file_id(path)).collect();
            let part = analysis.check(std::slice::from_ref(&folder));
            is_part(&format!("{} of {folder}", system.name), &whole, &part, &files);
            assert_eq!(part.files, files.len());
        }
    }
}

/// The names of all hosts.
fn hosts(analysis: &Analysis) -> Vec<String> {
    analysis.check(&project()).all_hosts
}

#[test]
fn a_host_has_what_is_said_of_it_among_all() {
    for system in all() {
        let analysis = host(&system, 1).analysis();
        let whole = analysis.check(&project());
        for name in hosts(&analysis) {
            let mut one = host(&system, 1);
            one.set_settings(Settings {
                jobs: 1,
                hosts: Some(vec![name.clone()]),
                ..Settings::default()
            });
            let part = one.analysis().check(&project());
            let told = findings(&one.analysis(), &part.findings);
            let of_host = whole
                .findings
                .iter()
                .filter(|finding| finding.hosts.contains(&name));
            let expected = findings(&analysis, &of_host.cloned().collect::<Vec<_>>());
            let of_text = told.difference(&expected).filter(|line| !line.contains(" [] "));
            assert_eq!(of_text.count(), 0, "{} on {name}: {told:?}", system.name);
            assert!(expected.is_subset(&told), "{} on {name}", system.name);
            assert!(part.containers.iter().all(|container| container.host == name));
        }
    }
}

//! A changed file costs what it changes, and the answers are those of a fresh start.

use super::{host, project, render, rules};
use crate::check::snapshot::Analysis;
use crate::host::AnalysisHost;
use crate::report::Shown;
use crate::vfs::disk::FileSystem;
use crate::vfs::memory::MemoryFileSystem;
use camino::Utf8Path;
use proptest::prelude::*;
use std::sync::Arc;

#[test]
fn a_comment_evaluates_nothing_again_and_moves_the_labels() {
    let text = "{ containers.web = { privateNetwork = false; }; }";
    let (mut host, _) = host(&[("a.nix", text), ("b.nix", "{ containers.b = { }; }")]);
    let before = host.analysis().check(&project());
    assert_eq!(host.evaluations(), 2);
    let commented = format!("# a comment\n{}", text.replace("{ ", "{\n  "));
    host.set_buffer("/p/a.nix".into(), Some(commented));
    let analysis = host.analysis();
    let after = analysis.check(&project());
    assert_eq!(host.evaluations(), 2);
    assert_ne!(
        before.findings[0].diagnostic.primary.span,
        after.findings[0].diagnostic.primary.span
    );
    assert_eq!(before.findings[0].fingerprint, after.findings[0].fingerprint);
    let place = super::place(&analysis, after.findings[0].diagnostic.primary.span);
    assert!(place.starts_with("a.nix:3:"), "{place}");
}

#[test]
fn an_edit_evaluates_only_the_roots_that_read_the_file() {
    let (mut host, _) = host(&[
        ("a.nix", "{ imports = [ ./common.nix ]; containers.a = { }; }"),
        ("b.nix", "{ imports = [ ./common.nix ]; containers.b = { }; }"),
        ("c.nix", "{ containers.c = { }; }"),
        ("common.nix", "{ containers.common = { }; }"),
    ]);
    host.analysis().check(&project());
    assert_eq!(host.evaluations(), 3);
    host.set_buffer("/p/common.nix".into(), Some("{ containers.other = { }; }".into()));
    host.analysis().check(&project());
    assert_eq!(host.evaluations(), 5);
    host.set_buffer("/p/c.nix".into(), Some("{ containers.other = { }; }".into()));
    host.analysis().check(&project());
    assert_eq!(host.evaluations(), 6);
}

#[test]
fn a_file_that_comes_into_being_is_noticed() {
    let (mut host, fs) = host(&[(
        "a.nix",
        "{ imports = [ ./later.nix ]; containers.a = { privateNetwork = true; }; }",
    )]);
    let toys = |host: &AnalysisHost| {
        let report = host.analysis().check(&project());
        let toys = report
            .findings
            .iter()
            .filter(|one| one.diagnostic.rule == "toy-absent");
        toys.count()
    };
    assert_eq!(toys(&host), 0);
    fs.write("/p/later.nix", "{ containers.later = { }; }");
    host.file_changed(Utf8Path::new("/p/later.nix"));
    assert_eq!(toys(&host), 1);
    assert_eq!(host.evaluations(), 2);
    fs.remove(Utf8Path::new("/p/later.nix"));
    host.file_changed(Utf8Path::new("/p/later.nix"));
    assert_eq!(toys(&host), 0);
}

#[test]
fn a_snapshot_stays_as_it_was() {
    let (mut host, _) = host(&[("a.nix", "{ containers.a = { }; }")]);
    let old = host.analysis();
    old.check(&project());
    host.set_buffer(
        "/p/a.nix".into(),
        Some("{ containers.a = { privateNetwork = true; }; }".into()),
    );
    assert_eq!(old.clone().check(&project()).findings.len(), 1);
    assert_eq!(host.analysis().check(&project()).findings.len(), 0);
    assert_eq!(old.check(&project()).findings.len(), 1);
}

const FLAKE: &str = "{ outputs = { nixpkgs, ... }: { nixosConfigurations.one = nixpkgs.lib.nixosSystem { modules = [ ./a.nix ./b.nix ]; }; }; }";

/// Texts that one file may have: valid, half-typed, with comments, importing each other.
const TEXTS: [&str; 9] = [
    "{ }",
    "{ containers.x = { extraFlags = [ \"--all\" \"-v\" ]; }; }",
    "# nixpod: ignore-file[toy-absent] the whole file is for tests\n{ containers.x = { extraFlags = [ \"--all\" ]; }; }",
    "{ imports = [ ./a.nix ./b.nix ]; containers.y = { privateNetwork = false; }; }",
    "{ imports = [ ./c.nix ]; }",
    "let f = [ \"--all\" ]; in { containers.p = { extraFlags = f; }; containers.q = { extraFlags = f; }; }",
    "{ containers.x = { extraFlags = [ \"--al",
    FLAKE,
    "{\n  # nixpod: ignore[toy-flag] a reason\n  containers.z = { extraFlags = [ \"--all\" ]; };\n}",
];
const PATHS: [&str; 4] = ["/p/flake.nix", "/p/a.nix", "/p/b.nix", "/p/c.nix"];

#[derive(Clone, Debug)]
enum Edit {
    Buffer(usize, usize),
    Comment(usize),
    Close(usize),
    Write(usize, usize),
    Remove(usize),
    Check,
    Show,
}

fn edit() -> impl Strategy<Value = Edit> {
    let path = 0..PATHS.len();
    let text = 0..TEXTS.len();
    prop_oneof![
        4 => (path.clone(), text.clone()).prop_map(|(path, text)| Edit::Buffer(path, text)),
        2 => path.clone().prop_map(Edit::Comment),
        1 => path.clone().prop_map(Edit::Close),
        2 => (path.clone(), text).prop_map(|(path, text)| Edit::Write(path, text)),
        1 => path.prop_map(Edit::Remove),
        3 => Just(Edit::Check),
        1 => Just(Edit::Show),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn incremental_findings_are_those_of_a_fresh_host(edits in prop::collection::vec(edit(), 1..16)) {
        let (mut incremental, fs) = host(&[("a.nix", TEXTS[1]), ("README", "")]);
        let mut buffers = std::collections::BTreeMap::new();
        for edit in edits {
            match edit {
                Edit::Buffer(path, text) => {
                    buffers.insert(path, TEXTS[text].to_owned());
                    incremental.set_buffer(PATHS[path].into(), Some(TEXTS[text].into()));
                }
                Edit::Comment(path) => {
                    let old = incremental.analysis();
                    let text = match old.file_id(PATHS[path].into()) {
                        Some(file) => format!("# more\n{}", old.text(file)),
                        None => continue,
                    };
                    buffers.insert(path, text.clone());
                    incremental.set_buffer(PATHS[path].into(), Some(text));
                }
                Edit::Close(path) => {
                    buffers.remove(&path);
                    incremental.set_buffer(PATHS[path].into(), None);
                }
                Edit::Write(path, text) => {
                    fs.write(PATHS[path], TEXTS[text]);
                    incremental.file_changed(PATHS[path].into());
                }
                Edit::Remove(path) => {
                    fs.remove(PATHS[path].into());
                    incremental.file_changed(PATHS[path].into());
                }
                Edit::Check => {
                    incremental.analysis().check(&project());
                }
                // Options are listed over the same heap.
                Edit::Show => {
                    incremental.analysis().show(&project());
                }
            }
        }
        let mut fresh = AnalysisHost::new(rules::RULES, copy(&fs));
        fresh.set_project("/p".into());
        for (path, text) in buffers {
            fresh.set_buffer(PATHS[path].into(), Some(text));
        }
        let (incremental, fresh) = (incremental.analysis(), fresh.analysis());
        prop_assert_eq!(
            render(&incremental, &incremental.check(&project())),
            render(&fresh, &fresh.check(&project()))
        );
        prop_assert_eq!(facts(&incremental), facts(&fresh));
    }
}

/// Hosts number files as they come upon them, so places are left out.
fn facts(analysis: &Analysis) -> Vec<String> {
    let shown = analysis.show(&project()).containers;
    let facts = |one: &Shown| -> Vec<(String, Option<String>)> {
        let facts = one.facts.iter();
        facts
            .map(|fact| (fact.name.clone(), fact.value.clone()))
            .collect()
    };
    shown
        .iter()
        .map(|one| format!("{} {:?} {:?}", one.name, one.condition, facts(one)))
        .collect()
}

fn copy(fs: &MemoryFileSystem) -> Arc<MemoryFileSystem> {
    let new = MemoryFileSystem::new();
    let disk = fs.open_tree("/".into()).unwrap();
    for path in PATHS {
        if let Ok(bytes) = disk.read(path.trim_start_matches('/').into(), 1 << 20) {
            new.write(path, bytes);
        }
    }
    // Keeps the directory in being when it has no file.
    new.write("/p/README", "");
    Arc::new(new)
}

#[test]
fn what_a_cancelled_snapshot_says_is_not_remembered() {
    let text = "{ containers.web = { privateNetwork = 1 + 1 == 3; }; }";
    let (mut host, _) = host(&[("a.nix", text)]);
    let expected = {
        let analysis = host.analysis();
        render(&analysis, &analysis.check(&project()))
    };
    // At first nothing is known of the root, and later its heap is kept.
    for number in 3..6 {
        host.set_buffer("/p/a.nix".into(), Some(text.replace('3', &number.to_string())));
        let given_up = host.analysis();
        given_up.cancel();
        let outdated = host.analysis();
        host.cancel();
        for cancelled in [given_up, outdated] {
            assert!(cancelled.is_cancelled());
            assert_eq!(cancelled.check(&project()).findings.len(), 0);
        }
        let analysis = host.analysis();
        assert!(!analysis.is_cancelled());
        assert_eq!(render(&analysis, &analysis.check(&project())), expected);
    }
}

/// More files are edited in turn than heaps are kept: each is quick again from its second edit on.
#[test]
fn the_heaps_of_what_was_edited_last_are_kept() {
    let names: Vec<String> = (0..6).map(|number| format!("m{number}.nix")).collect();
    let text = |comment: usize| format!("{{ containers.a.privateNetwork = let x = {comment}; in true; }}");
    let files: Vec<(&str, String)> = names.iter().map(|name| (&**name, text(0))).collect();
    let files: Vec<(&str, &str)> = files.iter().map(|(name, text)| (*name, &**text)).collect();
    let (mut host, _) = host(&files);
    host.analysis().check(&project());
    for name in &names {
        for edit in 1..4 {
            host.set_buffer(Utf8Path::new("/p").join(name), Some(text(edit)));
            host.analysis().check(&project());
        }
    }
    assert_eq!(host.renewals(), 12);
}

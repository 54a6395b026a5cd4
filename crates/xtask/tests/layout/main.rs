//! What may know what inside each crate: `layout.toml` says it, and this reads it off the sources.
//!
//! Only names are seen (`crate::a::B`, `super::c`, `use`), not methods that are called on a value from elsewhere: whoever
//! needs a file to be understood says its name somewhere.

mod order;
mod tree;
mod words;

use order::Layout;
use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use tree::Tree;

/// The crates that are checked, with the file of each root.
const CRATES: &[(&str, &str)] = &[
    ("source", "lib.rs"),
    ("syntax", "lib.rs"),
    ("model", "lib.rs"),
    ("eval", "lib.rs"),
    ("modules", "lib.rs"),
    ("surfaces", "lib.rs"),
    ("analysis", "lib.rs"),
    ("rules", "lib.rs"),
    ("lsp", "lib.rs"),
    ("nixpod-lint", "main.rs"),
    ("fixture", "lib.rs"),
    ("testing", "lib.rs"),
    ("xtask", "lib.rs"),
];

#[test]
fn arrows_inside_crates_go_to_the_left() {
    let layout = Layout::parse(include_str!("../../layout.toml"));
    let names: Vec<&str> = CRATES.iter().map(|(name, _)| *name).collect();
    let mut problems = layout.strangers(&names);
    for (name, root) in CRATES {
        let folder = nixpod_xtask::root().join("crates").join(name).join("src");
        let mut files = BTreeMap::new();
        read(&folder, &format!("crates/{name}/src"), &mut files);
        let tree = Tree::read(&format!("crates/{name}/src/{root}"), &files);
        problems.extend(layout.problems(name, &tree));
    }
    assert!(
        problems.is_empty(),
        "crates/xtask/layout.toml explains the order and its exceptions\n{}",
        problems.join("\n")
    );
}

/// The Rust files of a folder, by path.
fn read(folder: &Path, called: &str, files: &mut BTreeMap<String, String>) {
    for entry in fs::read_dir(folder).expect("a readable folder") {
        let entry = entry.expect("a readable entry");
        let called = format!("{called}/{}", entry.file_name().to_string_lossy());
        if entry.path().is_dir() {
            read(&entry.path(), &called, files);
        } else if called.ends_with(".rs") {
            let text = fs::read_to_string(entry.path()).expect("a readable file");
            files.insert(called, text);
        }
    }
}

/// Holds a made-up crate `toy` against an order and compares what is said about it.
#[track_caller]
fn check(layout: &str, files: &[(&str, &str)], expected: &[&str]) {
    let files = files
        .iter()
        .map(|(name, text)| (format!("src/{name}"), (*text).to_owned()))
        .collect();
    let tree = Tree::read("src/lib.rs", &files);
    let problems = Layout::parse(layout).problems("toy", &tree);
    assert_eq!(problems, expected);
}

#[test]
fn an_arrow_to_the_left_is_fine_and_one_to_the_right_is_not() {
    let files = [
        (
            "lib.rs",
            "mod low; mod high; pub use low::Low; pub use high::High;",
        ),
        (
            "low.rs",
            "pub struct Low;\nfn f() -> crate::high::High { crate::High }",
        ),
        (
            "high.rs",
            "use crate::{low::Low, Low as Same};\npub struct High(Low);",
        ),
    ];
    check(
        "[order]\ntoy = 'low high'",
        &files,
        &[
            "src/low.rs:2: `low` knows `high` by `crate::high::High`, but must know only what stands left of it in \
             `toy`: low high mod",
        ],
    );
    check(
        "[order]\ntoy = 'low high'\n[exceptions]\n'toy/low' = 'a reason'",
        &files,
        &[],
    );
}

#[test]
fn files_of_a_folder_do_not_know_each_other_without_an_order() {
    let files = [
        ("lib.rs", "mod rules; use rules::one;"),
        (
            "rules/mod.rs",
            "mod one; mod two; pub(crate) use {one::One, two::Two}; fn f() { one::g() }",
        ),
        ("rules/one.rs", "pub(crate) struct One;"),
        ("rules/two.rs", "use super::One;\npub(crate) struct Two;"),
    ];
    let sentence = "src/rules/two.rs:1: `two` knows `one` by `super::One`, but files of `toy/rules` must not know \
                    each other without an order or an exception in layout.toml";
    check("[order]\ntoy = 'rules'", &files, &[sentence]);
    check("[order]\ntoy = 'rules'\n'toy/rules' = 'one two'", &files, &[]);
    check(
        "[order]\ntoy = 'rules'\n[exceptions]\n'toy/rules' = 'a reason'",
        &files,
        &[],
    );
}

#[test]
fn a_folder_counts_as_a_whole_outside_of_it() {
    let files = [
        ("lib.rs", "mod a; mod b;"),
        ("a.rs", "mod deep;\npub(crate) struct Face;"),
        ("a/deep.rs", "use crate::b::B;\nuse super::Face;"),
        (
            "b.rs",
            "use crate::a;\npub(crate) struct B; fn f() { a::deep::g() }",
        ),
    ];
    check(
        "[order]\ntoy = 'a b'\n'toy/a' = 'mod deep'",
        &files,
        &[
            "src/a/deep.rs:1: `a` knows `b` by `crate::b::B`, but must know only what stands left of it in `toy`: a b mod",
        ],
    );
}

#[test]
fn what_stands_in_the_crates_own_file_is_known_by_nobody_else() {
    let root = ("lib.rs", "mod a; pub(crate) const SIZE: usize = a::SIZE;");
    for (text, said) in [
        ("const TWICE: usize = 2 * crate::SIZE;", "crate::SIZE"),
        ("mod inner { use super::super::SIZE; }", "super::super::SIZE"),
    ] {
        let sentence = format!(
            "src/a.rs:1: `a` knows `mod` by `{said}`, but must know only what stands left of it in `toy`: a mod"
        );
        check("[order]\ntoy = 'a'", &[root, ("a.rs", text)], &[&sentence]);
    }
}

#[test]
fn the_order_has_what_the_folders_have() {
    check(
        "[order]\ntoy = 'a gone'\n'toy/none' = 'x'\n[exceptions]\n'toy/a' = 'a reason'",
        &[("lib.rs", "mod a; mod new;"), ("a.rs", ""), ("new.rs", "")],
        &[
            "the order of `toy` in layout.toml does not say where `new` stands",
            "the order of `toy` in layout.toml has `gone`, which does not exist",
            "layout.toml orders `toy/none`, which is no folder",
            "nothing needs the exception `toy/a` any more: take it out of layout.toml",
        ],
    );
}

//! The crate graph and the tidiness of the sources, as tests.

use serde_json::Value;
use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Who may use whom. What is not here is forbidden, so that a crate cannot get to know what it must never know.
const GRAPH: &[(&str, &[&str])] = &[
    ("source", &[]),
    ("syntax", &["source"]),
    ("eval", &["syntax", "source"]),
    ("modules", &["eval", "syntax", "source"]),
    ("model", &["source"]),
    ("surfaces", &["modules", "eval", "syntax", "model", "source"]),
    (
        "analysis",
        &["surfaces", "modules", "eval", "syntax", "model", "source"],
    ),
    ("rules", &["analysis", "model", "source"]),
    ("lsp", &["analysis", "source"]),
    ("lint", &["analysis", "rules", "lsp"]),
    ("testing", &["analysis", "source"]),
    ("xtask", &["rules"]),
];

/// Only these may know rnix, the language server protocol, or the terminal.
const OUTSIDE: &[(&str, &[&str])] = &[
    ("rnix", &["syntax"]),
    ("rowan", &["syntax"]),
    ("tower-lsp-server", &["lsp"]),
    ("tokio", &["lsp", "lint"]),
    ("miette", &["lint"]),
    ("clap", &["lint", "xtask"]),
    ("anstream", &["lint"]),
    ("serde", &["lsp", "lint", "xtask"]),
    ("serde_json", &["lsp", "lint", "xtask"]),
];

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .ancestors()
        .nth(2)
        .expect("the crate lies in crates/xtask")
        .to_owned()
}

#[test]
fn crates_use_only_what_they_may() {
    let output = Command::new(env!("CARGO"))
        .args(["metadata", "--format-version=1", "--no-deps", "--offline"])
        .current_dir(root())
        .output()
        .expect("cargo runs");
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    let metadata: Value = serde_json::from_slice(&output.stdout).expect("cargo prints JSON");
    let mut problems = Vec::new();
    let mut seen = BTreeSet::new();
    for package in metadata["packages"].as_array().expect("there are packages") {
        let name = short(&package["name"]);
        seen.insert(name.to_owned());
        let Some((_, allowed)) = GRAPH.iter().find(|(of, _)| *of == name) else {
            problems.push(format!("crate `{name}` is not in the graph"));
            continue;
        };
        for dependency in package["dependencies"].as_array().expect("a list") {
            let other = short(&dependency["name"]);
            let for_tests = dependency["kind"] == "dev";
            if GRAPH.iter().any(|(known, _)| *known == other) {
                // Tests of every crate may use the checks, and the tests of the binary everything.
                let fine = allowed.contains(&other) || (for_tests && (other == "testing" || name == "lint"));
                if !fine {
                    problems.push(format!("crate `{name}` must not use `{other}`"));
                }
            } else if let Some((_, users)) = OUTSIDE.iter().find(|(outside, _)| *outside == other)
                && !for_tests
                && !users.contains(&name)
            {
                problems.push(format!("crate `{name}` must not use `{other}`"));
            }
        }
    }
    for (name, _) in GRAPH {
        if !seen.contains(*name) {
            problems.push(format!("crate `{name}` of the graph does not exist"));
        }
    }
    assert!(problems.is_empty(), "{}", problems.join("\n"));
}

fn short(name: &Value) -> &str {
    let name = name.as_str().expect("a name");
    name.strip_prefix("nixpod-").unwrap_or(name)
}

#[test]
fn every_rule_file_is_in_the_list() {
    let folder = root().join("crates/rules/src/rules");
    let files: BTreeSet<String> = fs::read_dir(&folder)
        .into_iter()
        .flatten()
        .map(|entry| entry.expect("a readable entry").file_name())
        .filter_map(|name| name.to_str()?.strip_suffix(".rs").map(str::to_owned))
        .collect();
    let listed: BTreeSet<String> = nixpod_rules::ALL
        .iter()
        .filter_map(|rule| Path::new(rule.meta.file).file_stem()?.to_str().map(str::to_owned))
        .collect();
    for name in &files {
        assert!(
            listed.contains(name),
            "`crates/rules/src/rules/{name}.rs` lacks its two lines in `crates/rules/src/rules.rs`: \
             `mod {name};` and `&{name}::RULE`"
        );
    }
    assert_eq!(files, listed, "every rule has a file of its own");
    for rule in nixpod_rules::ALL {
        let file = Path::new(rule.meta.file)
            .file_stem()
            .and_then(|name| name.to_str());
        assert_eq!(file, Some(rule.meta.id.replace('-', "_").as_str()));
    }
}

/// What only some files may use: the text, and the ends of their paths.
const FORBIDDEN: &[(&str, &[&str])] = &[
    ("std::fs", &["analysis/src/disk.rs"]),
    ("std::env", &[]),
    ("SystemTime::now", &[]),
    ("std::net", &[]),
    ("std::process", &[]),
];

/// Crates that never see the outside but through the file system trait.
const CLOSED: [&str; 8] = [
    "source", "syntax", "eval", "modules", "model", "surfaces", "analysis", "rules",
];

#[test]
fn libraries_reach_the_outside_through_one_file() {
    let mut problems = Vec::new();
    for (path, text) in sources() {
        let closed = CLOSED
            .iter()
            .any(|name| path.starts_with(&format!("crates/{name}/src/")));
        if !closed || path.contains("/tests") {
            continue;
        }
        for (word, except) in FORBIDDEN {
            let used = text
                .lines()
                .any(|line| line.contains(word) && !line.trim_start().starts_with("//"));
            if used && !except.iter().any(|end| path.ends_with(end)) {
                problems.push(format!("{path} uses {word}"));
            }
        }
    }
    assert!(problems.is_empty(), "{}", problems.join("\n"));
}

#[test]
fn sources_are_finished_and_short() {
    // In two parts each, so that this file does not find itself.
    let unfinished = [
        concat!("TO", "DO"),
        concat!("FIX", "ME"),
        concat!("#[ig", "nore"),
        concat!("todo", "!("),
        concat!("unimpl", "emented!("),
    ];
    let mut problems = Vec::new();
    for (path, text) in sources() {
        for word in unfinished {
            if text.contains(word) {
                problems.push(format!("{path} contains {word}"));
            }
        }
        // A file that does not fit a quarter of an hour's reading is two files.
        let lines = text.lines().count();
        if lines > MAX_LINES {
            problems.push(format!("{path} has {lines} lines"));
        }
        if path.ends_with("/src/lib.rs") && !text.contains("must never") && !path.contains("/testing/") {
            problems.push(format!("{path} does not say what the crate must never know"));
        }
    }
    assert!(problems.is_empty(), "{}", problems.join("\n"));
}

/// Tables and test cases may make a file long; code should stay far below.
const MAX_LINES: usize = 1000;

/// Every Rust file of the crates, by path below the root.
fn sources() -> Vec<(String, String)> {
    let root = root();
    let mut todo = vec![root.join("crates")];
    let mut out = Vec::new();
    while let Some(folder) = todo.pop() {
        for entry in fs::read_dir(&folder).expect("a readable folder") {
            let path = entry.expect("a readable entry").path();
            if path.is_dir() {
                todo.push(path);
            } else if path.extension().is_some_and(|end| end == "rs") {
                let text = fs::read_to_string(&path).expect("a readable file");
                let short = path.strip_prefix(&root).unwrap_or(&path);
                out.push((short.to_string_lossy().replace('\\', "/"), text));
            }
        }
    }
    out.sort();
    out
}

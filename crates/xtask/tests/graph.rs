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
    ("fixture", &["eval", "syntax", "source"]),
    ("testing", &["analysis", "fixture", "source"]),
    // The rules about the tool's own business are in the analysis.
    (
        "xtask",
        &[
            "rules", "analysis", "surfaces", "modules", "eval", "syntax", "model", "source",
        ],
    ),
];

/// Only these may know rnix, the language server protocol, or the terminal.
const OUTSIDE: &[(&str, &[&str])] = &[
    ("rnix", &["syntax"]),
    ("rowan", &["syntax"]),
    ("tower-lsp-server", &["lsp"]),
    ("tokio", &["lsp", "lint"]),
    ("miette", &["lint"]),
    ("clap", &["lint"]),
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
                // Tests of every crate may use the checks, those of the server real rules, and those of the binary
                // everything.
                let tests = match name {
                    "lint" => true,
                    "lsp" if other == "rules" => true,
                    _ => matches!(other, "fixture" | "testing"),
                };
                let fine = allowed.contains(&other) || (for_tests && tests);
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

/// What only some files may use: the text, and how the paths of those files begin.
const FORBIDDEN: &[(&str, &[&str])] = &[
    (
        "std::fs",
        &[
            "crates/analysis/src/vfs/disk.rs",
            "crates/fixture/",
            "crates/nixpod-lint/",
            "crates/lsp/",
            "crates/xtask/",
        ],
    ),
    (
        "std::env",
        &["crates/nixpod-lint/", "crates/lsp/", "crates/xtask/"],
    ),
    (
        "SystemTime::now",
        &["crates/nixpod-lint/", "crates/lsp/", "crates/xtask/"],
    ),
    ("std::net", &[]),
    (
        "std::process",
        &[
            "crates/fixture/",
            "crates/nixpod-lint/",
            "crates/lsp/",
            "crates/xtask/",
        ],
    ),
];

#[test]
fn libraries_reach_the_outside_through_one_file() {
    let mut problems = Vec::new();
    for (path, text) in sources() {
        // Tests, benches and examples read what they like; what ships does not.
        let ships = path.contains("/src/") && !path.contains("/tests/") && !path.ends_with("tests.rs");
        if !ships {
            continue;
        }
        // Tests inside a file are at its end.
        let code = text.split("#[cfg(test)]\nmod tests {").next().unwrap_or(&text);
        for (word, except) in FORBIDDEN {
            let used = code
                .lines()
                .any(|line| line.contains(word) && !line.trim_start().starts_with("//"));
            if used && !except.iter().any(|start| path.starts_with(start)) {
                problems.push(format!("{path} uses {word}"));
            }
        }
    }
    assert!(problems.is_empty(), "{}", problems.join("\n"));
}

#[test]
fn crates_say_what_they_do_and_what_they_must_not_know() {
    let mut problems = Vec::new();
    for (path, text) in sources() {
        if !path.ends_with("/src/lib.rs") {
            continue;
        }
        let docs: Vec<&str> = text
            .lines()
            .map_while(|line| line.strip_prefix("//!"))
            .map(str::trim)
            .collect();
        let duty = docs
            .first()
            .is_some_and(|line| line.chars().next().is_some_and(char::is_uppercase) && line.len() > 20);
        if !duty {
            problems.push(format!("{path} does not begin with its duty in one sentence"));
        }
        if !docs.iter().any(|line| line.contains("must never")) {
            problems.push(format!("{path} does not say what the crate must never know"));
        }
    }
    assert!(problems.is_empty(), "{}", problems.join("\n"));
}

#[test]
fn the_changelog_has_a_place_for_the_next_release() {
    let text = fs::read_to_string(root().join("CHANGELOG.md")).expect("a changelog");
    assert!(text.lines().any(|line| line.trim() == "## Unreleased"));
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
            problems.push(format!("{path} has {lines} lines, {MAX_LINES} are allowed"));
        }
    }
    assert!(problems.is_empty(), "{}", problems.join("\n"));
}

/// Think again at 500; more than this is never right.
const MAX_LINES: usize = 600;

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

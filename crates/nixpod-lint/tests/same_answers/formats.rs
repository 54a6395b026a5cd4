//! The formats of the built program, each read back.

use crate::systems::{OURS, System};
use nixpod_analysis::Utf8Path;
use serde_json::Value;
use snapbox::cmd::cargo_bin;
use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

const FORMATS: [&str; 5] = ["concise", "github", "json", "sarif", "pretty"];

/// A finding as every format tells it: rule, file and line.
type Told = BTreeSet<(String, String, u64)>;

/// Writes a system to the disk.
fn on_disk(system: &System, name: &str) -> PathBuf {
    let root = Path::new(env!("CARGO_TARGET_TMPDIR"))
        .join("same-answers")
        .join(name);
    let _ = fs::remove_dir_all(&root);
    fs::create_dir_all(root.join(".git/objects")).expect("a folder for the test");
    fs::write(root.join(".git/HEAD"), "ref: refs/heads/main\n").expect("a file for the test");
    for (path, text) in &system.files {
        let path = root.join(
            path.strip_prefix(crate::systems::ROOT)
                .unwrap_or(Utf8Path::new(path)),
        );
        fs::create_dir_all(path.parent().expect("a folder")).expect("a folder for the test");
        fs::write(path, text).expect("a file for the test");
    }
    root
}

/// What the program prints, and whether it finds something.
fn run(root: &Path, arguments: &[&str]) -> (String, bool) {
    let output = Command::new(cargo_bin!("nixpod-lint"))
        .current_dir(root)
        .env("NO_COLOR", "1")
        .args(arguments)
        .output()
        .expect("the program runs");
    let code = output.status.code();
    assert!(matches!(code, Some(0 | 1)), "{arguments:?}: {output:?}");
    (String::from_utf8(output.stdout).expect("UTF-8"), code == Some(1))
}

/// Reads a format back. Pretty output shows a line of source per finding, of which the place is read.
fn read(format: &str, printed: &str) -> Told {
    let text = |value: &Value| value.as_str().expect("a text").to_owned();
    let number = |value: &Value| value.as_u64().expect("a number");
    let json = || serde_json::from_str::<Value>(printed).expect("JSON");
    match format {
        "json" => json()["findings"]
            .as_array()
            .expect("a list")
            .iter()
            .filter(|finding| finding["suppressed"] == false)
            .map(|finding| {
                let at = &finding["location"];
                (text(&finding["rule"]), text(&at["file"]), number(&at["line"]))
            })
            .collect(),
        "sarif" => json()["runs"][0]["results"]
            .as_array()
            .expect("a list")
            .iter()
            .filter(|result| result["suppressions"].as_array().is_none_or(Vec::is_empty))
            .map(|result| {
                let at = &result["locations"][0]["physicalLocation"];
                let file = text(&at["artifactLocation"]["uri"]);
                (text(&result["ruleId"]), file, number(&at["region"]["startLine"]))
            })
            .collect(),
        "github" => printed
            .lines()
            .map(|line| {
                let between = |from: &str, to: &str| {
                    let (_, rest) = line.split_once(from).expect("a property");
                    rest.split(to).next().unwrap_or_default().to_owned()
                };
                let line = between("line=", ",").parse().expect("a number");
                (between("nixpod-lint%3A ", "::"), between("file=", ","), line)
            })
            .collect(),
        "concise" => printed.lines().map(concise).collect(),
        _ => pretty(printed),
    }
}

/// `file:line:column: severity[rule] message`.
fn concise(line: &str) -> (String, String, u64) {
    let mut parts = line.splitn(4, ':');
    let file = parts.next().expect("a file").to_owned();
    let at = parts.next().expect("a line").parse().expect("a number");
    let (_, rest) = line.split_once('[').expect("a rule");
    (rest.split(']').next().unwrap_or_default().to_owned(), file, at)
}

/// What `--verbose` prints: `high[rule]`, and below it the first `[file:line:column]`.
fn pretty(printed: &str) -> Told {
    let mut out = Told::new();
    let mut rule = None;
    for line in printed.lines() {
        let head = line.split_once('[').filter(|(severity, rest)| {
            ["critical", "high", "medium", "low", "info"].contains(severity) && rest.contains(']')
        });
        if let Some((_, rest)) = head {
            rule = rest.split(']').next().map(str::to_owned);
        } else if let Some((_, rest)) = line.split_once("─[")
            && let Some(rule) = rule.take()
        {
            let place = rest.trim_end_matches(']');
            let mut parts = place.rsplitn(3, ':').skip(1);
            let at = parts.next().and_then(|at| at.parse().ok()).expect("a line");
            out.insert((rule, parts.next().expect("a file").to_owned(), at));
        }
    }
    out
}

/// All formats tell the same and end the same.
#[track_caller]
fn compare(name: &str, root: &Path, selection: &[&str]) {
    let mut first = None;
    for format in FORMATS {
        for jobs in ["1", "4"] {
            let mut arguments = vec!["check", "--format", format, "--jobs", jobs];
            arguments.extend(selection);
            if format == "pretty" {
                // Without it, many hints of one rule are one line.
                arguments.push("--verbose");
            }
            let (printed, found) = run(root, &arguments);
            let told = (read(format, &printed), found);
            let expected = first.get_or_insert_with(|| told.clone());
            assert_eq!(&told, expected, "{name} as {format} with {jobs} jobs");
        }
    }
}

#[test]
fn every_format_tells_the_same_findings() {
    for folder in OURS {
        let root = on_disk(&System::ours(folder), &folder.replace('/', "-"));
        compare(folder, &root, &[]);
    }
    for seed in 0..6 {
        let system = System::generated(seed, false);
        let root = on_disk(&system, &format!("generated-{seed}"));
        compare(&system.name, &root, &[]);
    }
}

/// The guest's import is not there, so nobody knows whether it sets anything of `inner`. Whoever lists the options of
/// `a` looks at its guest before the search for containers does.
const LOOKED_AT_EARLY: &str = r#"{ inputs, ... }: {
  containers.a = {
    privateUsers = "pick";
    config = { imports = [ inputs.private.guest ]; containers.inner.config = { }; };
  };
}
"#;

#[test]
fn confidence_does_not_depend_on_the_format() {
    let system = System {
        name: "a guest with an import that is not there".to_owned(),
        files: vec![
            (
                "flake.nix".into(),
                "{ outputs = { nixpkgs, ... }@inputs: { nixosConfigurations.box = nixpkgs.lib.nixosSystem { \
                 specialArgs = { inherit inputs; }; modules = [ ./box.nix ]; }; }; }"
                    .to_owned(),
            ),
            ("box.nix".into(), LOOKED_AT_EARLY.to_owned()),
        ],
    };
    let root = on_disk(&system, "looked-at-early");
    for format in FORMATS {
        let selection = ["--confidence", "high", "--select", "missing-private-users"];
        let (_, found) = run(&root, &[&["check", "--format", format], &selection[..]].concat());
        // Nobody can be sure that what is imported sets no `privateUsers` of `inner`.
        assert!(!found, "{} as {format}", system.name);
    }
}

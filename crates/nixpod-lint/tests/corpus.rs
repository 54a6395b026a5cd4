//! The systems below `testdata/` against their `EXPECT.md`: what must be found is found, nothing else is.
//!
//! Each form of a system (`bad/`, `good/` and so on) is checked by the built program as a project of its own. What it
//! prints is kept in `expected.txt` of the form; `UPDATE_EXPECT=1 cargo test --test corpus` writes it anew.

use expect_test::expect_file;
use serde_json::Value;
use snapbox::cmd::cargo_bin;
use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// What a table of `EXPECT.md` says of its rows.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Kind {
    /// The finding is there.
    Must,
    /// The finding may be there.
    Either,
    /// The finding is not there.
    Never,
    /// The finding will be there once files of this kind are read: it moves to the other table then.
    Later,
    /// The finding is there as soon as the rule exists.
    NewRule,
}

/// A file below the folder of the system, and a line of it.
type Place = (String, u64);

#[derive(Debug)]
struct Row {
    kind: Kind,
    places: Vec<Place>,
    rules: Vec<String>,
}

/// What `EXPECT.md` says.
#[derive(Debug)]
struct Expected {
    rows: Vec<Row>,
    /// Forms of which every finding has the severity info.
    info_only: Vec<String>,
}

fn read_expected(text: &str) -> Expected {
    let mut rows = Vec::new();
    let mut info_only = Vec::new();
    let mut kind = None;
    for line in text.lines() {
        if let Some(heading) = line.strip_prefix("## ") {
            let heading = heading.to_lowercase();
            if heading.contains("severity info") {
                let form = heading.split('/').next().unwrap_or_default();
                info_only.push(form.to_owned());
            }
            kind = Some(if heading.starts_with("later") {
                Kind::Later
            } else if heading.starts_with("rules outside") {
                Kind::NewRule
            } else if heading.starts_with("either way") {
                Kind::Either
            } else if heading.contains("must not fire") || heading.contains("nothing may fire") {
                Kind::Never
            } else if heading.contains("must fire") || heading.contains("exactly these") {
                Kind::Must
            } else {
                panic!("heading `{heading}` says nothing that this test knows");
            });
            continue;
        }
        let cells: Vec<&str> = line.split('|').map(str::trim).collect();
        let [_, places, rules, ..] = cells.as_slice() else {
            continue;
        };
        if !places.starts_with('`') {
            continue;
        }
        let places: Vec<Place> = places
            .split('`')
            .filter_map(|place| place.rsplit_once(':'))
            .map(|(file, line)| (file.to_owned(), line.parse().unwrap()))
            .collect();
        assert!(!places.is_empty(), "{line}");
        rows.push(Row {
            kind: kind.expect("a heading comes first"),
            places,
            rules: rules.split(',').map(|rule| rule.trim().to_owned()).collect(),
        });
    }
    Expected { rows, info_only }
}

#[derive(Debug)]
struct Finding {
    rule: String,
    severity: String,
    /// Where it is shown.
    place: Place,
    /// All places that it names: its own, its trail's, and where its container is defined.
    places: BTreeSet<Place>,
}

/// Copies a folder without the golden files.
fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy(&entry.path(), &target);
        } else if entry.file_name() != "expected.txt" && entry.file_name() != "EXPECT.md" {
            fs::copy(entry.path(), target).unwrap();
        }
    }
}

fn check(project: &Path, format: &str) -> String {
    let output = Command::new(cargo_bin!("nixpod-lint"))
        .current_dir(project)
        .args(["check", "--format", format, "."])
        .output()
        .unwrap();
    assert_ne!(output.status.code(), Some(2), "{output:?}");
    String::from_utf8(output.stdout).unwrap()
}

/// The findings of one form; `prefix` is what places in `EXPECT.md` begin with.
fn findings(project: &Path, prefix: &str) -> Vec<Finding> {
    let report: Value = serde_json::from_str(&check(project, "json")).unwrap();
    let place = |at: &Value| {
        let file = at["file"].as_str().unwrap();
        (format!("{prefix}{file}"), at["line"].as_u64().unwrap())
    };
    report["findings"]
        .as_array()
        .unwrap()
        .iter()
        .map(|finding| {
            let shown = place(&finding["location"]);
            let mut places = BTreeSet::from([shown.clone()]);
            for step in finding["trail"].as_array().unwrap() {
                places.insert(place(&step["location"]));
            }
            if finding["container"].is_object() {
                places.insert(place(&finding["container"]));
            }
            Finding {
                rule: finding["rule"].as_str().unwrap().to_owned(),
                severity: finding["severity"].as_str().unwrap().to_owned(),
                place: shown,
                places,
            }
        })
        .collect()
}

/// Compares one form with the table and with its golden file.
fn compare(form: &Path, name: &str, prefix: &str, expected: &Expected) {
    let project = Path::new(env!("CARGO_TARGET_TMPDIR")).join("corpus").join(name);
    let _ = fs::remove_dir_all(&project);
    copy(form, &project);
    // What the repository around the target folder holds is no part of the system.
    fs::create_dir_all(project.join(".git/objects")).unwrap();
    fs::write(project.join(".git/HEAD"), "ref: refs/heads/main\n").unwrap();

    let findings = findings(&project, prefix);
    let known_rules: BTreeSet<&str> = nixpod_rules::ALL.iter().map(|rule| rule.meta.id).collect();
    let mut wrong = Vec::new();
    let rows = expected
        .rows
        .iter()
        .filter(|row| row.places.iter().all(|(file, _)| file.starts_with(prefix)));
    let mut allowed = Vec::new();
    for row in rows {
        let at = |finding: &&Finding| {
            row.rules.contains(&finding.rule) && row.places.iter().any(|place| finding.places.contains(place))
        };
        let shown_at =
            |finding: &&Finding| row.rules.contains(&finding.rule) && row.places.contains(&finding.place);
        let found = findings.iter().find(at);
        match row.kind {
            Kind::Must if found.is_none() => wrong.push(format!("missing: {row:?}")),
            Kind::NewRule
                if found.is_none() && row.rules.iter().any(|rule| known_rules.contains(rule.as_str())) =>
            {
                wrong.push(format!("missing, although the rule exists now: {row:?}"));
            }
            Kind::Later if found.is_some() => {
                wrong.push(format!("found now, so it belongs to the first table: {row:?}"));
            }
            Kind::Never => {
                if let Some(finding) = findings.iter().find(shown_at) {
                    wrong.push(format!("must not fire: {finding:?}"));
                }
            }
            _ => {}
        }
        if matches!(row.kind, Kind::Must | Kind::Either | Kind::NewRule) {
            allowed.push(row);
        }
    }
    for finding in &findings {
        let listed = allowed.iter().any(|row| {
            row.rules.contains(&finding.rule) && row.places.iter().any(|place| finding.places.contains(place))
        });
        if !listed {
            wrong.push(format!("in no table: {finding:?}"));
        }
        if expected.info_only.iter().any(|form| prefix == format!("{form}/")) && finding.severity != "info" {
            wrong.push(format!("not of severity info: {finding:?}"));
        }
    }
    assert!(wrong.is_empty(), "{name}:\n{}", wrong.join("\n"));

    expect_file![form.join("expected.txt")].assert_eq(&check(&project, "concise"));
}

fn testdata() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata")
}

fn expected_of(system: &Path) -> Expected {
    read_expected(&fs::read_to_string(system.join("EXPECT.md")).unwrap())
}

/// All forms of a system.
fn compare_forms(name: &str) {
    let system = testdata().join("corpus").join(name);
    let expected = expected_of(&system);
    let mut forms = Vec::new();
    for entry in fs::read_dir(&system).unwrap() {
        let entry = entry.unwrap();
        if entry.file_type().unwrap().is_dir() {
            forms.push(entry.file_name().into_string().unwrap());
        }
    }
    forms.sort();
    assert!(forms.iter().any(|form| form == "bad"));
    for form in forms {
        compare(
            &system.join(&form),
            &format!("{name}/{form}"),
            &format!("{form}/"),
            &expected,
        );
    }
}

#[test]
fn desktop_programs_in_containers() {
    compare_forms("app-isolation");
}

#[test]
fn podman_inside_podman() {
    compare_forms("nested-podman");
}

#[test]
fn rootless_containers_in_a_guest() {
    compare_forms("rootless-quadlets");
}

#[test]
fn a_system_from_the_store_of_its_host() {
    compare_forms("shared-store");
}

#[test]
fn services_of_a_user() {
    compare_forms("user-containers");
}

#[test]
fn the_sample_of_the_readme() {
    let system = testdata().join("sample");
    let expected = expected_of(&system);
    compare(&system, "sample", "", &expected);
}

/// All fixes together leave text that parses, change again nothing, and make no finding that was not there.
#[test]
fn fixes_leave_sound_systems() {
    let systems = [
        "app-isolation",
        "nested-podman",
        "rootless-quadlets",
        "shared-store",
        "user-containers",
    ];
    for system in systems {
        let project = Path::new(env!("CARGO_TARGET_TMPDIR")).join("fixes").join(system);
        let _ = fs::remove_dir_all(&project);
        copy(&testdata().join("corpus").join(system).join("bad"), &project);
        fs::create_dir_all(project.join(".git/objects")).unwrap();
        fs::write(project.join(".git/HEAD"), "ref: refs/heads/main\n").unwrap();
        let run = |arguments: &[&str]| {
            let mut command = Command::new(cargo_bin!("nixpod-lint"));
            let output = command
                .arg("check")
                .args(arguments)
                .arg(".")
                .current_dir(&project)
                .output();
            String::from_utf8(output.unwrap().stdout).unwrap()
        };
        // Lines move, so a finding is known by its file and words.
        let words = |text: &str| -> BTreeSet<(String, String)> {
            let found = text.lines().filter_map(|line| line.split_once(": "));
            found
                .map(|(at, words)| {
                    let file = at.split(':').next().unwrap_or_default();
                    let rule = words.split(['[', ']']).nth(1).unwrap_or_default();
                    (file.to_owned(), rule.to_owned())
                })
                .collect()
        };
        let before = words(&run(&["--format", "concise"]));
        run(&["--fix", "--unsafe-fixes"]);
        let after = words(&run(&["--format", "concise"]));
        let new: Vec<_> = after.difference(&before).collect();
        assert!(new.is_empty(), "{system}: fixes make findings: {new:?}");
        assert!(after.len() < before.len(), "{system}: nothing is fixed");
        assert_eq!(
            run(&["--fix", "--unsafe-fixes", "--diff"]),
            "",
            "{system}: a fix is left"
        );
    }
}

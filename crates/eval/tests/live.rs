//! Expressions of the language against the Nix that is installed, whatever its version: `testdata/eval/lang/*.txt`.
//!
//! Without Nix there is nothing to compare with, and the test only says so; under `CI=true` or
//! `NIXPOD_LINT_REAL_NIX=1` that is a failure. `NIX_INSTANTIATE` names another program.

use nixpod_eval::{Evaluator, Limits, Source};
use nixpod_fixture::TestSource;
use nixpod_source::Utf8Path;
use std::process::Command;

fn ours(text: &str) -> Result<String, String> {
    let source = TestSource::memory(&[("/t.nix", text)]);
    let mut ev = Evaluator::new(&source, Limits::default());
    let loaded = source
        .load(Utf8Path::new("/t.nix"))
        .map_err(|why| why.to_string())?;
    let thunk = ev.add_unit(loaded.file, loaded.hir, &loaded.path);
    let printed = ev.force(thunk).and_then(|value| ev.print(&value));
    printed.map_err(|error| error.message.clone())
}

fn theirs(nix: &str, text: &str) -> Result<String, String> {
    let output = Command::new(nix)
        .args(["--eval", "--strict", "-E", text])
        .env("NIX_REMOTE", "dummy://")
        .env("NO_COLOR", "1")
        .output()
        .expect("Nix runs");
    if output.status.success() {
        Ok(String::from_utf8_lossy(&output.stdout).trim_end().to_owned())
    } else {
        Err(String::from_utf8_lossy(&output.stderr).into_owned())
    }
}

/// The program, if there is one.
fn nix() -> Option<String> {
    let nix = std::env::var("NIX_INSTANTIATE").unwrap_or_else(|_| "nix-instantiate".to_owned());
    let runs = Command::new(&nix)
        .arg("--version")
        .output()
        .is_ok_and(|output| output.status.success());
    if runs {
        return Some(nix);
    }
    let set = |name: &str, value: &str| std::env::var(name).as_deref() == Ok(value);
    assert!(
        !set("CI", "true") && !set("NIXPOD_LINT_REAL_NIX", "1"),
        "`{nix}` does not run, but must in CI"
    );
    None
}

#[test]
#[expect(clippy::print_stderr, reason = "what was not compared has to be said")]
fn expressions_give_what_the_installed_nix_gives() {
    let Some(nix) = nix() else {
        eprintln!("nothing was compared: there is no nix-instantiate");
        return;
    };
    let folder = Utf8Path::new(env!("CARGO_MANIFEST_DIR")).join("../../testdata/eval/lang");
    let (mut good, mut bad) = (Vec::new(), Vec::new());
    for entry in folder.read_dir_utf8().expect("a readable folder") {
        let path = entry.expect("a readable entry").into_path();
        let text = std::fs::read_to_string(&path).expect("a readable file");
        for line in text
            .lines()
            .filter(|line| !line.is_empty() && !line.starts_with('#'))
        {
            match line.strip_prefix("fails: ") {
                Some(expression) => bad.push(format!("({expression})")),
                None => good.push(format!("({line})")),
            }
        }
    }
    assert!(good.len() + bad.len() >= 150, "{} and {}", good.len(), bad.len());
    let mut wrong = Vec::new();
    // All in one run; one by one only if something differs.
    let whole = format!("[\n{}\n]", good.join("\n"));
    if theirs(&nix, &whole) != ours(&whole) {
        for expression in &good {
            let (theirs, ours) = (theirs(&nix, expression), ours(expression));
            if theirs != ours {
                wrong.push(format!("{expression}\n  Nix:  {theirs:?}\n  ours: {ours:?}"));
            }
        }
    }
    for expression in &bad {
        if let Ok(theirs) = theirs(&nix, expression) {
            wrong.push(format!("{expression}\n  should fail, but Nix gives {theirs}"));
        }
        if let Ok(ours) = ours(expression) {
            wrong.push(format!("{expression}\n  should fail, but ours gives {ours}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

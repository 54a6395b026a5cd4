//! Random programs against `nix-instantiate`, where there is one; under `CI=true` there must be.
//!
//! Any Nix from 2.8 on will do: only what all of them agree on is compared, as JSON.

#[path = "support/generate.rs"]
mod generate;

use generate::expression;
use nixpod_eval::{Evaluator, Limits, Source};
use nixpod_fixture::TestSource;
use nixpod_source::Utf8Path;
use proptest::strategy::{Strategy, ValueTree};
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};
use std::process::Command;

/// Programs in one run of Nix, and the number of runs.
const BATCH: usize = 250;
const RUNS: usize = 8;

fn ours(text: &str) -> String {
    let source = TestSource::memory(&[("/t.nix", text)]);
    let mut ev = Evaluator::new(&source, Limits::default());
    let loaded = match source.load(Utf8Path::new("/t.nix")) {
        Ok(loaded) => loaded,
        Err(why) => return format!("{why}"),
    };
    let thunk = ev.add_unit(loaded.file, loaded.hir, &loaded.path);
    match ev.force(thunk).and_then(|value| ev.print_json(&value)) {
        Ok(text) => text,
        Err(error) => format!("error: {}", error.message),
    }
}

/// The program that evaluates Nix, if it is installed; in CI it has to be.
fn real_nix() -> Option<String> {
    let nix = std::env::var("NIX_INSTANTIATE").unwrap_or_else(|_| "nix-instantiate".to_owned());
    let present = Command::new(&nix)
        .arg("--version")
        .output()
        .is_ok_and(|output| output.status.success());
    assert!(
        present || std::env::var("CI").as_deref() != Ok("true"),
        "CI must have nix-instantiate"
    );
    present.then_some(nix)
}

#[test]
fn random_programs_give_what_nix_gives() {
    let Some(nix) = real_nix() else { return };
    let seed = std::env::var("SEED")
        .ok()
        .and_then(|seed| seed.parse().ok())
        .unwrap_or(1u8);
    let rng = TestRng::from_seed(RngAlgorithm::ChaCha, &[seed; 32]);
    let mut runner = TestRunner::new_with_rng(Config::default(), rng);
    let bytes = proptest::collection::vec(proptest::arbitrary::any::<u8>(), 0..150);
    for _ in 0..RUNS {
        let programs: Vec<String> = (0..BATCH)
            .map(|_| {
                let choices = bytes
                    .new_tree(&mut runner)
                    .expect("bytes are always found")
                    .current();
                let program = expression(&choices, false);
                // A caught failure is a result like any other.
                format!("(builtins.tryEval (let x = {program}; in builtins.deepSeq x x))")
            })
            .collect();
        let whole = format!("map builtins.toJSON [\n{}\n]", programs.join("\n"));
        let output = Command::new(&nix)
            .args(["--eval", "--strict", "--json", "-E", &whole])
            .env("NIX_REMOTE", "dummy://")
            .output()
            .expect("Nix runs");
        if output.status.success() {
            let theirs = String::from_utf8(output.stdout).expect("JSON is UTF-8");
            let mine = ours(&whole);
            if theirs.trim() == mine {
                continue;
            }
        }
        // Something differs or cannot be caught: find out which program it is.
        for program in &programs {
            let output = Command::new(&nix)
                .args(["--eval", "--strict", "--json", "-E", program])
                .env("NIX_REMOTE", "dummy://")
                .output()
                .expect("Nix runs");
            let mine = ours(program);
            if output.status.success() {
                assert_eq!(mine, String::from_utf8_lossy(&output.stdout).trim(), "{program}");
            } else {
                let theirs = String::from_utf8_lossy(&output.stderr).into_owned();
                assert!(
                    mine.starts_with("error: "),
                    "{program}\nNix fails: {theirs}\nours gives {mine}"
                );
            }
        }
    }
}

//! Holds the evaluator and the module system against the suites of Nix and of nixpkgs' `lib`.
//!
//! The suites are other people's work: the user fetches them, they are read in place, and nothing of them is kept.
//! Each is run by a small program of `crates/xtask/suites`, which needs Python 3 and nothing else, once per case in a
//! process of its own, so that a crash is one failed case.

use anyhow::{Context, Result, bail};
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;

/// What to hold against what.
#[derive(Debug, Default)]
pub struct SuiteArguments {
    /// A checkout of NixOS/nix.
    pub nix: Option<PathBuf>,
    /// The folder `lib` of nixpkgs, or of a copy of it.
    pub lib: Option<PathBuf>,
    /// Only suites whose name contains this.
    pub only: Option<String>,
    /// Build with optimisation: slower to build, quicker to run.
    pub release: bool,
}

/// One suite: how it is called, its program, and the words it is given.
struct Suite {
    name: &'static str,
    program: &'static str,
    words: Vec<String>,
}

/// Builds what is tried, runs the suites, and returns what failed and a table of passed and total.
pub fn run(root: &Path, options: &SuiteArguments) -> Result<String> {
    let suites = list(root, options)?;
    if suites.is_empty() {
        bail!("no suite is chosen: give --nix DIR, --lib DIR or both");
    }
    build(root, options.release)?;
    let (mut failed, mut table) = (String::new(), String::new());
    for suite in &suites {
        let output = Command::new("python3")
            .arg(root.join("crates/xtask/suites").join(suite.program))
            .args(&suite.words)
            .output()
            .context("python3 cannot be run")?;
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        let Some(counts) = text.lines().last().filter(|line| line.contains('/')) else {
            bail!(
                "{} did not run:\n{}",
                suite.name,
                String::from_utf8_lossy(&output.stderr)
            );
        };
        for line in text.lines().filter(|line| line.starts_with("FAIL")) {
            writeln!(failed, "{}: {line}", suite.name)?;
        }
        writeln!(table, "{:<34} {counts}", suite.name)?;
    }
    Ok(failed + &table)
}

/// The programs of this repository that the suites run.
fn build(root: &Path, release: bool) -> Result<()> {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let wanted: [&[&str]; 2] = [
        &["-p", "nixpod-lint", "--bin", "nixpod-lint"],
        &["-p", "nixpod-eval", "--example", "nix-eval"],
    ];
    for words in wanted {
        let mut command = Command::new(&cargo);
        command.current_dir(root).args(["build", "--quiet"]).args(words);
        if release {
            command.arg("--release");
        }
        if !command.status().context("cargo cannot be run")?.success() {
            bail!("the programs cannot be built");
        }
    }
    Ok(())
}

/// Every suite that the options ask for.
fn list(root: &Path, options: &SuiteArguments) -> Result<Vec<Suite>> {
    let target = std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root.join("target"), PathBuf::from);
    let target = target.join(if options.release { "release" } else { "debug" });
    let (eval, lint) = (target.join("examples/nix-eval"), target.join("nixpod-lint"));
    let (eval, lint) = (eval.display(), lint.display());
    let mut suites = Vec::new();
    if let Some(nix) = &options.nix {
        language(nix, &eval.to_string(), &mut suites)?;
    }
    if let Some(lib) = &options.lib {
        library(lib, &eval.to_string(), &lint.to_string(), &mut suites)?;
    }
    if let Some(only) = &options.only {
        suites.retain(|suite| suite.name.contains(only.as_str()));
    }
    Ok(suites)
}

/// Nix's own tests of its language.
fn language(nix: &Path, eval: &str, suites: &mut Vec<Suite>) -> Result<()> {
    let folder = existing(&nix.join("tests/functional/lang"))?;
    for (name, kind) in [
        ("nix lang, eval-okay", "eval-okay"),
        ("nix lang, eval-fail", "eval-fail"),
        ("nix lang, parse-okay", "parse-okay"),
        ("nix lang, parse-fail", "parse-fail"),
    ] {
        let words = [
            ("--suite", folder.clone()),
            ("--kinds", kind.to_owned()),
            ("--cmd", format!("'{eval}' {{flags}} {{file}}")),
            ("--xml-cmd", format!("'{eval}' --xml {{file}}")),
            ("--parse-cmd", format!("'{eval}' --parse {{file}}")),
        ];
        suites.push(Suite {
            name,
            program: "nix_lang_suite.py",
            words: words
                .into_iter()
                .flat_map(|(flag, value)| [flag.to_owned(), value])
                .collect(),
        });
    }
    Ok(())
}

/// nixpkgs' tests of its `lib` and of the module system.
fn library(lib: &Path, eval: &str, lint: &str, suites: &mut Vec<Suite>) -> Result<()> {
    let lib = existing(lib)?;
    existing(&Path::new(&lib).join("tests/misc.nix"))?;
    let mut add = |name, program, words: &[&str]| {
        let mut all = vec!["--lib".to_owned(), lib.clone()];
        all.extend(words.iter().map(|word| (*word).to_owned()));
        suites.push(Suite {
            name,
            program,
            words: all,
        });
    };
    let real = format!("'{eval}' {{file}}");
    add("lib misc.nix, real lib", "lib_suite.py", &["--cmd", &real]);
    let native = format!("'{lint}' eval {{file}}");
    let native_words = ["--cmd", native.as_str(), "--lib-expr", "import <nixpkgs/lib>"];
    add("lib misc.nix, native lib", "lib_suite.py", &native_words);
    let real = format!("'{eval}' --json {{abort}} {{strict}} -E {{expr}} -A {{attr}}");
    let native = format!("'{lint}' eval --json {{abort-on-warn}} --modules {{modules}} --attr {{attr}}");
    for (kind, real_name, native_name) in [
        (
            "output",
            "modules.sh, output, real modules",
            "modules.sh, output, native",
        ),
        (
            "error",
            "modules.sh, error, real modules",
            "modules.sh, error, native",
        ),
    ] {
        add(real_name, "modules_suite.py", &["--kind", kind, "--cmd", &real]);
        // What our own messages say is ours to word: an error has to be one.
        let words = ["--kind", kind, "--errors", "any", "--cmd", native.as_str()];
        add(native_name, "modules_suite.py", &words);
    }
    Ok(())
}

/// The absolute path of something that has to be there.
fn existing(path: &Path) -> Result<String> {
    let found = std::fs::canonicalize(path).with_context(|| format!("{} is not there", path.display()))?;
    Ok(found.display().to_string())
}

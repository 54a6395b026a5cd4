//! Recordings: what real Nix with the real `lib` makes of the module trees in `testdata/modules`.
//!
//! A case is a folder with a file `paths`: lines `kind: modules|nixos|home|expression`, `module: FILE` (default
//! `main.nix`), `stub: ARGUMENT`, `assume: OPTION.PATH`, and then the option paths whose values are compared. The
//! answers go to `expected.json` beside it; `crates/modules/tests/recorded.rs` compares ours with them.

use anyhow::{Context, Result, bail};
use serde_json::{Map, Value, json};
use std::collections::BTreeSet;
use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// Where the cases are, below the repository's root.
const FOLDER: &str = "testdata/modules";

/// What stands for the repository's root in recorded values.
const ROOT: &str = "<root>";

/// What a file `paths` says.
#[derive(Debug, Default)]
struct Case {
    kind: String,
    /// As they are named, and where they are.
    files: Vec<String>,
    modules: Vec<PathBuf>,
    stubs: Vec<String>,
    assumed: Vec<Vec<String>>,
    paths: Vec<String>,
}

/// Records all cases, or those that are named; returns what was done.
pub fn run(root: &Path, nix: &str, lib: &Path, wanted: &[String]) -> Result<String> {
    let lib = lib
        .canonicalize()
        .with_context(|| format!("cannot find {}", lib.display()))?;
    let version = version_of(nix)?;
    let nixpkgs = lib_version(nix, root, &lib)?;
    let folder = root.join(FOLDER);
    let mut cases: Vec<PathBuf> = fs::read_dir(&folder)
        .with_context(|| format!("cannot read {}", folder.display()))?
        .filter_map(|entry| Some(entry.ok()?.path()))
        .filter(|path| path.join("paths").is_file())
        .filter(|path| {
            wanted.is_empty()
                || path
                    .file_name()
                    .is_some_and(|name| wanted.iter().any(|w| **w == *name))
        })
        .collect();
    cases.sort();
    if cases.is_empty() {
        bail!("no such case");
    }
    let mut out = String::new();
    for folder in cases {
        let name = folder
            .file_name()
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned();
        let case = read_case(&folder).with_context(|| format!("{name}/paths"))?;
        let recorder = Recorder {
            root,
            nix,
            lib: &lib,
            case: &case,
        };
        let values = recorder.values()?;
        let failed = values
            .iter()
            .filter(|(_, value)| value.get("<error>").is_some())
            .count();
        let _ = writeln!(out, "{name}: {} values, {failed} errors", values.len());
        // All that the comparison needs, so that it need not read `paths`.
        let document = json!({
            "nix": version,
            "nixpkgs-lib": nixpkgs,
            "kind": case.kind,
            "modules": case.files,
            "values": values,
        });
        let mut text = serde_json::to_string_pretty(&document)?;
        text.push('\n');
        fs::write(folder.join("expected.json"), text)?;
    }
    Ok(out)
}

pub(crate) fn version_of(nix: &str) -> Result<String> {
    let output = Command::new(nix)
        .arg("--version")
        .output()
        .with_context(|| format!("cannot run {nix}"))?;
    let text = String::from_utf8_lossy(&output.stdout);
    Ok(text
        .trim()
        .trim_start_matches("nix-instantiate (Nix) ")
        .to_owned())
}

pub(crate) fn lib_version(nix: &str, root: &Path, lib: &Path) -> Result<String> {
    let expression = format!("(import {}).trivial.release", lib.display());
    let output = command(nix, root)
        .args(["--eval", "--expr", &expression])
        .output()
        .with_context(|| format!("cannot run {nix}"))?;
    let text = String::from_utf8_lossy(&output.stdout);
    Ok(text.trim().trim_matches('"').to_owned())
}

/// Nix without a store, so that nothing can be built or copied, and with empty modules for Home Manager's channel.
pub(crate) fn command(nix: &str, root: &Path) -> Command {
    let mut command = Command::new(nix);
    let channel = root.join(FOLDER).join("oracle/home-manager");
    command
        .env("NIX_REMOTE", "dummy://")
        .env("NIX_PATH", format!("home-manager={}", channel.display()))
        .env("NO_COLOR", "1")
        .stdin(Stdio::null());
    command
}

fn read_case(folder: &Path) -> Result<Case> {
    let mut case = Case::default();
    for line in fs::read_to_string(folder.join("paths"))?.lines() {
        let line = line.trim();
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        match line.split_once(": ") {
            Some(("kind", kind)) => case.kind = kind.to_owned(),
            Some(("module", file)) => case.files.push(file.to_owned()),
            Some(("stub", name)) => case.stubs.push(name.to_owned()),
            Some(("assume", path)) => case.assumed.push(split(path)),
            Some((word, _)) => bail!("unknown word `{word}`"),
            None => case.paths.push(line.to_owned()),
        }
    }
    if case.files.is_empty() {
        case.files.push("main.nix".to_owned());
    }
    if case.paths.is_empty() {
        bail!("names no option");
    }
    for file in &case.files {
        let module = folder.join(file);
        let module = module
            .canonicalize()
            .with_context(|| format!("cannot find {}", module.display()))?;
        case.modules.push(module);
    }
    Ok(case)
}

/// Splits `a."b.c".d`.
fn split(path: &str) -> Vec<String> {
    let mut out = vec![String::new()];
    let mut quoted = false;
    for c in path.chars() {
        match c {
            '"' => quoted = !quoted,
            '.' if !quoted => out.push(String::new()),
            c => {
                if let Some(last) = out.last_mut() {
                    last.push(c);
                }
            }
        }
    }
    out
}

/// Records one case.
struct Recorder<'a> {
    root: &'a Path,
    nix: &'a str,
    lib: &'a Path,
    case: &'a Case,
}

impl Recorder<'_> {
    /// The values by path. If all at once fail, each is asked for by itself, so that one error costs one value.
    fn values(&self) -> Result<Map<String, Value>> {
        let paths = &self.case.paths;
        let mut out = Map::new();
        if let Ok(Value::Array(values)) = self.ask(paths)? {
            out.extend(paths.iter().cloned().zip(values));
            return Ok(out);
        }
        for path in paths {
            let value = match self.ask(std::slice::from_ref(path))? {
                Ok(Value::Array(mut values)) => values.pop().unwrap_or_default(),
                Ok(other) => other,
                Err(message) => json!({ "<error>": message }),
            };
            out.insert(path.clone(), value);
        }
        Ok(out)
    }

    /// The values of some paths, or Nix's message.
    fn ask(&self, paths: &[String]) -> Result<Result<Value, String>> {
        let input = json!({
            "lib": self.lib,
            "kind": self.case.kind,
            "modules": self.case.modules,
            "identifiers": self.identifiers(),
            "stubs": self.case.stubs,
            "assumed": self.case.assumed,
            "paths": paths.iter().map(|path| split(path)).collect::<Vec<_>>(),
        });
        let file = std::env::temp_dir().join(format!("nixpod-record-{}.json", std::process::id()));
        fs::write(&file, input.to_string())?;
        let output = command(self.nix, self.root)
            .args(["--eval", "--strict", "--json", "--argstr", "input"])
            .arg(&file)
            .arg(self.root.join(FOLDER).join("oracle/oracle.nix"))
            .output();
        let _ = fs::remove_file(&file);
        let output = output.with_context(|| format!("cannot run {}", self.nix))?;
        if output.status.success() {
            let text = String::from_utf8_lossy(&output.stdout);
            let text = text.replace(&*self.root.to_string_lossy(), ROOT);
            return Ok(Ok(serde_json::from_str(&text)?));
        }
        let text = String::from_utf8_lossy(&output.stderr);
        // The last `error:` is the cause, the ones before it say what was being evaluated.
        let message = text
            .lines()
            .rev()
            .find_map(|line| Some(line.split_once("error:")?.1.trim().to_owned()))
            .filter(|message| !message.is_empty())
            .unwrap_or_else(|| text.lines().last().unwrap_or("no message").trim().to_owned());
        Ok(Err(message.replace(&*self.root.to_string_lossy(), ROOT)))
    }

    /// Every word in the text of the files beside the modules.
    fn identifiers(&self) -> BTreeSet<String> {
        let mut words = BTreeSet::new();
        let mut folders: Vec<PathBuf> = self
            .case
            .modules
            .iter()
            .filter_map(|file| Some(file.parent()?.to_owned()))
            .collect();
        while let Some(folder) = folders.pop() {
            for entry in fs::read_dir(&folder).into_iter().flatten().flatten() {
                let path = entry.path();
                if path.is_dir() {
                    folders.push(path);
                } else if path.extension().is_some_and(|end| end == "nix") {
                    let text = fs::read_to_string(&path).unwrap_or_default();
                    let name = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '\'');
                    words.extend(
                        text.split(|c| !name(c))
                            .filter(|word| word.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_'))
                            .map(str::to_owned),
                    );
                }
            }
        }
        words
    }
}

//! Calls of `lib` functions: made from `testdata/eval/lib/arguments.txt`, with what real Nix with the real `lib` gives.

use crate::record::{command, lib_version, version_of};
use anyhow::{Context, Result, bail};
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::path::Path;

/// Where the table and the results are, below the repository's root.
const FOLDER: &str = "testdata/eval/lib";

/// So many calls of a function are made where its arguments allow more.
const MOST_CALLS: usize = 12;

/// One function: its namespace, its name, the values of each argument, and calls that are written out.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Function {
    namespace: String,
    name: String,
    arguments: Vec<Vec<String>>,
    written: Vec<String>,
}

/// Reads the table.
pub fn read(text: &str) -> Result<Vec<Function>> {
    let mut functions: Vec<Function> = Vec::new();
    for line in text.lines() {
        if line.starts_with('#') || line.trim().is_empty() {
            continue;
        }
        match (line.strip_prefix("  "), functions.last_mut()) {
            (None, _) => {
                let (namespace, name) = line.split_once('.').context("a function has a namespace")?;
                if functions
                    .iter()
                    .any(|known| known.namespace == namespace && known.name == name)
                {
                    bail!("{line} is there twice");
                }
                functions.push(Function {
                    namespace: namespace.to_owned(),
                    name: name.to_owned(),
                    ..Function::default()
                });
            }
            (Some(values), Some(function)) => match values.strip_prefix("= ") {
                Some(call) => function.written.push(call.to_owned()),
                None => {
                    let values = values.split(" ;; ").map(|value| value.trim().to_owned());
                    function.arguments.push(values.collect());
                }
            },
            (Some(_), None) => bail!("arguments of no function"),
        }
    }
    Ok(functions)
}

impl Function {
    /// The calls: all combinations, or some of them, always the same.
    pub fn calls(&self) -> Vec<String> {
        let mut out = self.written.clone();
        if self.arguments.is_empty() {
            return out;
        }
        let all: usize = self.arguments.iter().map(Vec::len).fold(1, usize::saturating_mul);
        // Steps of a size that has no divisor in common with the number of combinations meet none twice.
        let mut step = all / MOST_CALLS + 1;
        while common_divisor(step, all) != 1 {
            step += 1;
        }
        let count = all.min(MOST_CALLS);
        for at in 0..count {
            let mut index = if all <= MOST_CALLS { at } else { at * step % all };
            let mut call = format!("lib.{}.{}", self.namespace, self.name);
            for values in &self.arguments {
                call.push(' ');
                call.push_str(&values[index % values.len()]);
                index /= values.len();
            }
            out.push(call);
        }
        out
    }
}

fn common_divisor(a: usize, b: usize) -> usize {
    if b == 0 { a } else { common_divisor(b, a % b) }
}

/// Makes the files of cases, and records what they give.
pub fn run(root: &Path, nix: &str, lib: &Path) -> Result<String> {
    let lib = lib
        .canonicalize()
        .with_context(|| format!("cannot find {}", lib.display()))?;
    let folder = root.join(FOLDER);
    let functions = read(&fs::read_to_string(folder.join("arguments.txt"))?)?;
    let first_line = format!(
        "# nix {}, nixpkgs lib {}",
        version_of(nix)?,
        lib_version(nix, root, &lib)?
    );
    let mut by_namespace: BTreeMap<&str, Vec<&Function>> = BTreeMap::new();
    for function in &functions {
        by_namespace
            .entry(&function.namespace)
            .or_default()
            .push(function);
    }
    let (mut said, mut total) = (String::new(), 0);
    for (namespace, functions) in by_namespace {
        let mut cases = format!(
            "# Cases for lib.{namespace}, made from arguments.txt. What they give with nixpkgs' own lib is in {namespace}.exp.\n\
             lib:\nlet\n  try = value: builtins.tryEval (builtins.deepSeq value value);\nin\n{{\n"
        );
        let mut results = format!("{first_line}\n");
        for function in functions {
            let asker = Asker { root, nix, lib: &lib };
            let mut calls = function.calls();
            let mut answer = asker.ask(&calls)?;
            if answer.is_none() {
                // What fails in a way that `tryEval` does not catch is left out.
                let mut kept = Vec::new();
                for call in calls {
                    if asker.ask(std::slice::from_ref(&call))?.is_some() {
                        kept.push(call);
                    }
                }
                calls = kept;
                answer = asker.ask(&calls)?;
            }
            let Some(answer) = answer.filter(|_| !calls.is_empty()) else {
                let _ = writeln!(said, "{namespace}.{}: no call gives a value", function.name);
                continue;
            };
            total += calls.len();
            let _ = writeln!(cases, "  \"{}\" = [", function.name);
            for call in &calls {
                let _ = writeln!(cases, "    (try ({call}))");
            }
            cases.push_str("  ];\n");
            let _ = writeln!(results, "{}: {answer}", function.name);
        }
        cases.push_str("}\n");
        fs::write(folder.join(format!("{namespace}.nix")), cases)?;
        fs::write(folder.join(format!("{namespace}.exp")), results)?;
    }
    let _ = writeln!(said, "{} functions, {total} calls", functions.len());
    Ok(said)
}

/// Asks real Nix.
struct Asker<'a> {
    root: &'a Path,
    nix: &'a str,
    lib: &'a Path,
}

impl Asker<'_> {
    /// What calls give, as JSON on one line; nothing if one fails.
    fn ask(&self, calls: &[String]) -> Result<Option<String>> {
        let mut expression = format!(
            "let lib = import {}; try = value: builtins.tryEval (builtins.deepSeq value value); in builtins.toJSON [ ",
            self.lib.display()
        );
        for call in calls {
            let _ = write!(expression, "(try ({call})) ");
        }
        expression.push(']');
        // Paths in calls are relative to where the cases are.
        let output = command(self.nix, self.root)
            .current_dir(self.root.join(FOLDER))
            .args(["--eval", "--strict", "--json", "--expr", &expression])
            .output()
            .with_context(|| format!("cannot run {}", self.nix))?;
        if !output.status.success() {
            return Ok(None);
        }
        let text: String = serde_json::from_slice(&output.stdout)?;
        Ok(Some(text))
    }
}

#[cfg(test)]
mod tests {
    use super::read;

    #[test]
    fn a_table_makes_calls() {
        let table = "# words\nlists.a\n  1 ;; 2\n  [ ]\nlists.b\n  = lib.b 1\n";
        let calls: Vec<Vec<String>> = read(table)
            .expect("a table")
            .iter()
            .map(super::Function::calls)
            .collect();
        assert_eq!(
            calls,
            [vec!["lib.lists.a 1 [ ]", "lib.lists.a 2 [ ]"], vec!["lib.b 1"]]
        );
    }

    #[test]
    fn many_combinations_are_cut_and_none_is_met_twice() {
        let table = format!(
            "x.f\n  {}\n  {}\n",
            ["1"; 1].join(""),
            (0..40).map(|at| at.to_string()).collect::<Vec<_>>().join(" ;; ")
        );
        let functions = read(&table).expect("a table");
        let mut calls = functions[0].calls();
        calls.dedup();
        assert_eq!(calls.len(), super::MOST_CALLS);
    }
}

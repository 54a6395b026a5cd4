//! The systems of the test data, as `testdata/modules/*/paths` names them.

use super::spec::{Kind, Spec};
use anyhow::{Context, Result};
use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// Where systems are listed that real Nix can evaluate.
const LISTS: &str = "testdata/modules";

/// A spec for each system and each kind of container.
pub(super) fn specs(root: &Path) -> Result<Vec<Spec>> {
    let folder = root.join(LISTS);
    let mut lists: Vec<PathBuf> = fs::read_dir(&folder)
        .with_context(|| format!("cannot read {}", folder.display()))?
        .filter_map(|entry| Some(entry.ok()?.path().join("paths")))
        .filter(|path| path.is_file())
        .collect();
    lists.sort();
    let mut out = Vec::new();
    for list in lists {
        let text = fs::read_to_string(&list)?;
        let named = |word: &str| -> Vec<String> {
            text.lines()
                .filter_map(|line| Some(line.strip_prefix(word)?.trim().to_owned()))
                .collect()
        };
        // Modules of the test data's own systems; the other lists are about options alone.
        let files: Vec<String> = named("module:")
            .iter()
            .filter_map(|file| Some(format!("testdata/{}", file.strip_prefix("../../")?)))
            .collect();
        if files.is_empty() || named("kind:") != ["nixos"] {
            continue;
        }
        for kind in [Kind::Nspawn, Kind::Oci] {
            out.push(Spec {
                name: files.join(" "),
                kind,
                text: format!("# {}\n", files.join(" ")),
                releases: kind.releases().to_vec(),
                files: files.clone(),
                arguments: named("stub:"),
            });
        }
    }
    Ok(out)
}

/// Every word in the text of the files beside some files: what a package set or an input can be asked for.
pub(super) fn names(root: &Path, files: &[String]) -> Result<BTreeSet<String>> {
    let mut out = BTreeSet::new();
    let mut pending: Vec<PathBuf> = files
        .iter()
        .filter_map(|file| Some(root.join(file).parent()?.to_owned()))
        .collect();
    while let Some(folder) = pending.pop() {
        for entry in fs::read_dir(&folder)? {
            let path = entry?.path();
            if path.is_dir() {
                pending.push(path);
            } else if path.extension().is_some_and(|end| end == "nix") {
                let text = fs::read_to_string(&path)?;
                let is_of_name = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '\'');
                let words = text.split(|c| !is_of_name(c));
                out.extend(
                    words
                        .filter(|word| word.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_'))
                        .map(str::to_owned),
                );
            }
        }
    }
    Ok(out)
}

//! Holds the two ways of reading a text against each other, on every Nix file of a tree: for each upgrade of rnix, over a
//! corpus that was fetched.

use anyhow::{Result, bail};
use nixpod_syntax::{parse_quickly, parse_slowly};
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

/// Compares both on all Nix files below the folders; tells how many files the fast one takes.
///
/// # Errors
/// Folders without Nix files, and files of which both give something and not the same.
pub fn compare(trees: &[PathBuf]) -> Result<String> {
    let mut files = Vec::new();
    for tree in trees {
        nix_files(tree, &mut files)?;
    }
    files.sort();
    let (mut read, mut fast) = (0_usize, 0_usize);
    let mut differ = String::new();
    for file in &files {
        let Ok(text) = fs::read_to_string(file) else {
            continue;
        };
        read += 1;
        let Some(quick) = parse_quickly(&text) else {
            continue;
        };
        fast += 1;
        if quick != parse_slowly(&text) {
            writeln!(differ, "{}", file.display())?;
        }
    }
    if read == 0 {
        bail!("there are no Nix files");
    }
    if !differ.is_empty() {
        bail!("the fast reader and rnix differ in\n{differ}");
    }
    Ok(format!("{read} files, {fast} of them read fast, all alike\n"))
}

fn nix_files(folder: &Path, out: &mut Vec<PathBuf>) -> Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let (path, kind) = (entry.path(), entry.file_type()?);
        if kind.is_dir() {
            nix_files(&path, out)?;
        } else if kind.is_file() && path.extension().is_some_and(|extension| extension == "nix") {
            out.push(path);
        }
    }
    Ok(())
}

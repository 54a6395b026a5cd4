//! Holds the two ways of reading a text against each other, on every Nix file of a tree: for each upgrade of rnix, over a
//! corpus that was fetched.

use anyhow::{Result, bail};
use nixpod_syntax::{parse_quickly, parse_slowly};
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

/// Compares both on all Nix files below the folders; tells how many files the fast one takes, and how long both
/// need for those (only worth reading in a release build).
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
    let (mut quickly, mut slowly) = (Duration::ZERO, Duration::ZERO);
    let mut differ = String::new();
    for file in &files {
        let Ok(text) = fs::read_to_string(file) else {
            continue;
        };
        read += 1;
        let (quick, took) = timed(|| parse_quickly(&text));
        let Some(quick) = quick else { continue };
        let (slow, took_slow) = timed(|| parse_slowly(&text));
        fast += 1;
        quickly += took;
        slowly += took_slow;
        if quick != slow {
            writeln!(differ, "{}", file.display())?;
        }
    }
    if read == 0 {
        bail!("there are no Nix files");
    }
    if !differ.is_empty() {
        bail!("the fast reader and rnix differ in\n{differ}");
    }
    Ok(format!(
        "{read} files, {fast} of them read fast, all alike; those took {} ms, and {} ms with rnix\n",
        quickly.as_millis(),
        slowly.as_millis()
    ))
}

fn timed<T>(run: impl FnOnce() -> T) -> (T, Duration) {
    let start = Instant::now();
    let result = run();
    (result, start.elapsed())
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

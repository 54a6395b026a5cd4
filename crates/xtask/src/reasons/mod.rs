//! Evaluates every Nix file below some folders by itself, and counts why values are not known.

mod walk;

use anyhow::{Result, bail};
use nixpod_analysis::{AnalysisHost, OsFileSystem, Utf8Path, Utf8PathBuf};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// A file that takes longer is named.
const LONG: Duration = Duration::from_secs(2);

/// What was found in all files.
#[derive(Default)]
struct Totals {
    files: usize,
    values: usize,
    panics: Vec<String>,
    slow: Vec<String>,
    exhausted: Vec<String>,
    /// By reason: how often, in which files, and the first few of these.
    reasons: BTreeMap<String, (usize, usize, Vec<String>)>,
    slowest: Duration,
}

/// Evaluates the files of each folder; returns a table of the reasons, the most frequent first.
pub fn run(folders: &[Utf8PathBuf], only: Option<&str>) -> Result<String> {
    if folders.is_empty() {
        bail!("no folder is given");
    }
    let mut totals = Totals::default();
    for folder in folders {
        let folder = folder.canonicalize_utf8()?;
        let mut host = AnalysisHost::new(&[], Arc::new(OsFileSystem));
        host.set_project(folder.clone());
        for file in nix_files(&folder) {
            totals.add(&host, &file);
        }
    }
    Ok(totals.table(folders.len(), only))
}

/// The Nix files below a folder, sorted; links are not followed.
fn nix_files(folder: &Utf8Path) -> BTreeSet<Utf8PathBuf> {
    let mut found = BTreeSet::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in folder.read_dir_utf8().into_iter().flatten().flatten() {
            let kind = entry.file_type();
            let path = entry.path().to_owned();
            match kind {
                Ok(kind) if kind.is_dir() && entry.file_name() != ".git" => folders.push(path),
                Ok(kind) if kind.is_file() && path.extension() == Some("nix") => drop(found.insert(path)),
                _ => {}
            }
        }
    }
    found
}

impl Totals {
    fn add(&mut self, host: &AnalysisHost, file: &Utf8Path) {
        self.files += 1;
        let start = Instant::now();
        let analysis = host.analysis();
        let source = analysis.source();
        let found = std::panic::catch_unwind(AssertUnwindSafe(|| walk::reasons(&source, file)));
        let took = start.elapsed();
        self.slowest = self.slowest.max(took);
        if took > LONG {
            self.slow.push(format!("{file}: {took:.1?}"));
        }
        let Ok(found) = found else {
            self.panics.push(file.to_string());
            return;
        };
        self.values += found.values;
        if let Some(bound) = found.exhausted {
            self.exhausted
                .push(format!("{file}: {bound} after {} steps", found.steps));
        }
        for (reason, count) in found.counts {
            let (times, files, examples) = self.reasons.entry(reason).or_default();
            *times += count;
            *files += 1;
            if examples.len() < 3 {
                examples.push(file.to_string());
            }
        }
    }

    fn table(self, folders: usize, only: Option<&str>) -> String {
        let mut out = String::new();
        let _ = writeln!(
            out,
            "{} files of {folders} folders, {} values; panics {}, over 2 s {}, bounds reached {}; slowest {:.1?}",
            self.files,
            self.values,
            self.panics.len(),
            self.slow.len(),
            self.exhausted.len(),
            self.slowest
        );
        for (what, list) in [
            ("panic", &self.panics),
            ("slow", &self.slow),
            ("bound", &self.exhausted),
        ] {
            for line in list {
                let _ = writeln!(out, "{what}: {line}");
            }
        }
        let mut reasons: Vec<_> = self.reasons.into_iter().collect();
        reasons.sort_by(|a, b| b.1.0.cmp(&a.1.0).then_with(|| a.0.cmp(&b.0)));
        for (reason, (times, files, examples)) in &reasons {
            let _ = writeln!(out, "{times:>7} in {files:>5} files  {reason}");
            if only.is_some_and(|only| reason.contains(only)) {
                for file in examples {
                    let _ = writeln!(out, "            {file}");
                }
            }
        }
        out
    }
}

//! Applies fixes: in memory until nothing is left to fix, then to the files.

use crate::project::Projects;
use crate::terminal::{Terminal, styles, visible};
use crate::view::{Finding, ResolvedFix, Results, relative};
use anyhow::{Context, Result, bail};
use camino::{Utf8Path, Utf8PathBuf};
use nixpod_analysis::{Applicability, TextEdit, apply_edits};
use similar::{ChangeTag, TextDiff};
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::io::Write as _;
use std::sync::Arc;

/// A fix can make room for another; this many rounds are more than any rule needs.
const MAX_ROUNDS: usize = 10;

/// What was fixed.
#[derive(Debug, Default)]
pub(crate) struct Fixed {
    /// Changed files, by path.
    pub(crate) files: Vec<FixedFile>,
    /// How many findings are gone.
    pub(crate) count: usize,
}

/// One changed file.
#[derive(Debug)]
pub(crate) struct FixedFile {
    pub(crate) path: Utf8PathBuf,
    old: Arc<str>,
    new: String,
}

/// Applies fixes in memory, round by round, and leaves in `results` what is left then.
pub(crate) fn apply(
    projects: &mut Projects,
    results: &mut Results,
    upto: Applicability,
    look: impl Fn(&Projects) -> Results,
) -> Fixed {
    let mut files: BTreeMap<Utf8PathBuf, (Arc<str>, String)> = BTreeMap::new();
    let mut total = 0;
    for _ in 0..MAX_ROUNDS {
        let (edits, count) = collect(results, upto, projects);
        if count == 0 {
            break;
        }
        let before = files.clone();
        for (path, (text, of_file)) in edits {
            let new = apply_edits(&text, &of_file);
            set_buffer(projects, &path, Some(new.clone()));
            files.entry(path).or_insert_with(|| (text, String::new())).1 = new;
        }
        let after = look(projects);
        // A fix that breaks the syntax or fixes nothing is worse than none: undo the round and stop.
        let broke = parse_errors(&after) > parse_errors(results);
        if broke || after.open().count() >= results.open().count() {
            for path in files.keys() {
                let text = before.get(path).map(|(_, new)| new.clone());
                set_buffer(projects, path, text);
            }
            files = before;
            break;
        }
        total += count;
        *results = after;
    }
    let files = files
        .into_iter()
        .filter(|(_, (old, new))| **old != **new)
        .map(|(path, (old, new))| FixedFile { path, old, new })
        .collect();
    Fixed { files, count: total }
}

fn parse_errors(results: &Results) -> usize {
    results
        .findings
        .iter()
        .filter(|finding| finding.rule == "parse-error")
        .count()
}

fn set_buffer(projects: &mut Projects, path: &Utf8Path, text: Option<String>) {
    for project in projects
        .iter_mut()
        .filter(|project| path.starts_with(&project.root))
    {
        project.host.set_buffer(path.to_owned(), text.clone());
    }
}

type Edits = BTreeMap<Utf8PathBuf, (Arc<str>, Vec<TextEdit>)>;

/// The edits of one round: of each finding the best fix, if it touches nothing that another one does.
fn collect(results: &Results, upto: Applicability, projects: &mut Projects) -> (Edits, usize) {
    let roots: Vec<Utf8PathBuf> = projects.iter_mut().map(|project| project.root.clone()).collect();
    let mut edits = Edits::new();
    let mut count = 0;
    for finding in results.open() {
        let Some(fix) = best(finding, upto) else { continue };
        // Inputs of a flake are read, but they are not the user's to change.
        let ours = fix.edits.iter().all(|edit| {
            roots
                .iter()
                .any(|root| edit.location.source.path.starts_with(root))
        });
        if !ours {
            continue;
        }
        // The same fix for two findings is applied once and counts for both.
        let is_there = |edits: &Edits| {
            fix.edits.iter().all(|edit| {
                edits
                    .get(&edit.location.source.path)
                    .is_some_and(|(_, known)| known.contains(&edit.edit))
            })
        };
        let clashes = fix.edits.iter().any(|edit| {
            edits
                .get(&edit.location.source.path)
                .is_some_and(|(_, known)| known.iter().any(|other| touches(other, &edit.edit)))
        });
        if is_there(&edits) {
            count += 1;
        } else if !clashes {
            count += 1;
            for edit in &fix.edits {
                let source = &edit.location.source;
                edits
                    .entry(source.path.clone())
                    .or_insert_with(|| (Arc::clone(&source.text), Vec::new()))
                    .1
                    .push(edit.edit.clone());
            }
        }
    }
    (edits, count)
}

fn best(finding: &Finding, upto: Applicability) -> Option<&ResolvedFix> {
    finding
        .fixes
        .iter()
        .find(|fix| fix.applicability <= upto && !fix.edits.is_empty())
}

/// Two insertions at one place touch as well: their order would be a guess.
fn touches(a: &TextEdit, b: &TextEdit) -> bool {
    a.range.start() <= b.range.end() && b.range.start() <= a.range.end()
}

/// Writes one file through a neighbour that is then moved into place, so that no reader sees half of it.
pub(crate) fn write(file: &FixedFile) -> Result<()> {
    // A link stays a link: the file it leads to is changed.
    let real = fs::canonicalize(&file.path)?;
    let now = fs::read(&real)?;
    if now != file.old.as_bytes() {
        bail!("it was changed in the meantime");
    }
    let directory = real.parent().context("it has no directory")?;
    let name = format!(".nixpod-lint-{}.tmp", std::process::id());
    let temporary = directory.join(name);
    let result = (|| {
        let mut out = fs::OpenOptions::new()
            .write(true)
            .create_new(true)
            .open(&temporary)?;
        out.write_all(file.new.as_bytes())?;
        out.set_permissions(fs::metadata(&real)?.permissions())?;
        out.sync_all()?;
        fs::rename(&temporary, &real)
    })();
    if result.is_err() {
        // Nothing better can be done if even this fails.
        let _ = fs::remove_file(&temporary);
    }
    Ok(result?)
}

/// What would be changed, as a unified diff.
pub(crate) fn diff(fixed: &Fixed, current: &Utf8Path, terminal: &Terminal) -> String {
    let mut out = String::new();
    for file in &fixed.files {
        let name = relative(&file.path, current);
        let diff = TextDiff::from_lines(&*file.old, &*file.new);
        let header = format!("--- {name}\n+++ {name}");
        let _ = writeln!(out, "{}", terminal.paint(styles::BOLD, &header));
        for hunk in diff.unified_diff().context_radius(3).iter_hunks() {
            let _ = writeln!(
                out,
                "{}",
                terminal.paint(styles::NAME, &hunk.header().to_string())
            );
            for change in hunk.iter_changes() {
                let (sign, style) = match change.tag() {
                    ChangeTag::Delete => ('-', styles::severity(nixpod_analysis::Severity::High)),
                    ChangeTag::Insert => ('+', styles::GOOD),
                    ChangeTag::Equal => (' ', anstyle::Style::new()),
                };
                let text = change.value();
                let line = format!("{sign}{}", text.strip_suffix('\n').unwrap_or(text));
                // For a terminal the text is made harmless; a patch has to be exact.
                let line = if terminal.color { visible(&line) } else { line };
                let _ = writeln!(out, "{}", terminal.paint(style, &line));
                if change.missing_newline() {
                    out.push_str("\\ No newline at end of file\n");
                }
            }
        }
    }
    out
}

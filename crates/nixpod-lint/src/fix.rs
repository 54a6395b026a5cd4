//! Applies fixes: in memory until nothing is left to fix, then to the files.

use crate::project::Projects;
use crate::selection::Selection;
use crate::terminal::{Terminal, styles, visible};
use crate::view::relative;
use anyhow::{Context, Result, bail};
use camino::Utf8Path;
use nixpod_analysis::{Applicability, FixedFile};
use similar::{ChangeTag, TextDiff};
use std::fmt::Write as _;
use std::fs;
use std::io::Write as _;

/// What was fixed.
#[derive(Debug, Default)]
pub(crate) struct Fixed {
    /// Changed files.
    pub(crate) files: Vec<FixedFile>,
    /// How many findings are gone.
    pub(crate) count: usize,
}

/// Applies the fixes of all selected findings in memory. From now on the projects see the fixed texts.
pub(crate) fn apply(projects: &mut Projects, selection: &Selection, upto: Applicability) -> Fixed {
    let mut all = Fixed::default();
    for project in projects.iter_mut() {
        let analysis = project.host.analysis();
        let fixed = analysis.fix(&project.targets, upto, &|reported| {
            reported.suppressed.is_none() && selection.shows(&reported.diagnostic)
        });
        all.count += fixed.applied.len();
        for file in fixed.files {
            project
                .host
                .set_buffer(file.path.clone(), Some(file.after.clone()));
            all.files.push(file);
        }
    }
    all
}

/// Writes one file through a neighbour that is then moved into place, so that no reader sees half of it.
pub(crate) fn write(file: &FixedFile) -> Result<()> {
    // A link stays a link: the file it leads to is changed.
    let real = fs::canonicalize(&file.path)?;
    let now = fs::read(&real)?;
    if now != file.before.as_bytes() {
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
        out.write_all(file.after.as_bytes())?;
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
        let diff = TextDiff::from_lines(&*file.before, file.after.as_str());
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

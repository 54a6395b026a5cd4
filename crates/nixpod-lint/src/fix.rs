//! Applies fixes: in memory until nothing is left to fix, then to the files.

use crate::project::Projects;
use crate::selection::Selection;
use anyhow::{Context, Result, bail};
use nixpod_analysis::{Applicability, FixedFile};
use std::fs;
use std::io::Write as _;

/// What was fixed.
#[derive(Debug, Default)]
pub(crate) struct Fixed {
    /// Changed files, each with the number of its project.
    pub(crate) files: Vec<(usize, FixedFile)>,
    /// How many findings are gone.
    pub(crate) count: usize,
}

/// Applies the fixes of all selected findings in memory. From now on the projects see the fixed texts.
pub(crate) fn apply(projects: &mut Projects, selection: &Selection, upto: Applicability) -> Fixed {
    let mut all = Fixed::default();
    for (number, project) in projects.iter_mut().enumerate() {
        let analysis = project.host.analysis();
        let fixed = analysis.fix(&project.targets, upto, &|reported| {
            reported.suppressed.is_none() && selection.shows(&reported.diagnostic)
        });
        all.count += fixed.applied.len();
        for file in fixed.files {
            project
                .host
                .set_buffer(file.path.clone(), Some(file.after.clone()));
            all.files.push((number, file));
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

//! Applies fixes: in memory until nothing is left to fix, then to the files.

use crate::project::Projects;
use crate::selection::Selection;
use anyhow::{Context, Result, bail};
use camino::{Utf8Path, Utf8PathBuf};
use cap_fs_ext::{FollowSymlinks, OpenOptionsFollowExt, OpenOptionsSyncExt};
use cap_std::ambient_authority;
use cap_std::fs::{Dir, OpenOptions};
use nixpod_analysis::{Applicability, FixedFile, Left};
use std::collections::BTreeMap;
use std::io::{Read as _, Write as _};

/// What was fixed.
#[derive(Debug, Default)]
pub(crate) struct Fixed {
    /// Changed files, each with the number of its project.
    pub(crate) files: Vec<(usize, FixedFile)>,
    /// How many findings are gone.
    pub(crate) count: usize,
    /// Files that were not asked for and that more fixes would change, with how many findings that concerns.
    pub(crate) elsewhere: BTreeMap<Utf8PathBuf, usize>,
    /// The findings whose fixes do not do what they promise.
    pub(crate) left: Vec<Left>,
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
        all.elsewhere.extend(fixed.elsewhere);
        all.left.extend(fixed.left);
        for file in fixed.files {
            project
                .host
                .set_buffer(file.path.clone(), Some(file.after.clone()));
            all.files.push((number, file));
        }
    }
    all
}

/// Writes one file through a neighbour that is then moved into place, so that no reader sees half of it. Nothing
/// outside of the project's root is touched, whatever links come to lie on the way meanwhile.
pub(crate) fn write(root: Option<&Utf8Path>, file: &FixedFile) -> Result<()> {
    let root = root.context("it has no project")?;
    let path = file.path.strip_prefix(root);
    let path = path.context("it lies outside of its project")?;
    let root = Dir::open_ambient_dir(root, ambient_authority())?;
    // The path of a file that was analysed has no link in it; the one that a link led to is changed.
    let mut for_reading = OpenOptions::new();
    for_reading.read(true).follow(FollowSymlinks::No).nonblock(true);
    let mut original = root.open_with(path, &for_reading)?;
    let metadata = original.metadata()?;
    let mut now = Vec::new();
    if metadata.is_file() && metadata.len() == file.before.len() as u64 {
        original.read_to_end(&mut now)?;
    }
    if !metadata.is_file() || now != file.before.as_bytes() {
        bail!("it was changed in the meantime");
    }
    let temporary = path.with_file_name(format!(".nixpod-lint-{}.tmp", std::process::id()));
    let result = (|| {
        let mut out = root.open_with(&temporary, OpenOptions::new().write(true).create_new(true))?;
        out.write_all(file.after.as_bytes())?;
        out.set_permissions(metadata.permissions())?;
        out.sync_all()?;
        root.rename(&temporary, &root, path)
    })();
    if result.is_err() {
        // Nothing better can be done if even this fails.
        let _ = root.remove_file(&temporary);
    }
    Ok(result?)
}

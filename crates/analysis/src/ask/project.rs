//! What is wrong in all files of a project.

use crate::check::group::groups;
use crate::check::merge::Checked;
use crate::check::snapshot::{Analysis, reported};
use crate::report::Reported;
use camino::Utf8PathBuf;
use nixpod_source::FileId;
use std::collections::BTreeMap;

impl Analysis {
    /// The findings in each file that a check of these targets is about, as [`Self::diagnostics`] has them for one. A file
    /// without findings is not among them.
    pub fn project_diagnostics(&self, targets: &[Utf8PathBuf]) -> BTreeMap<Utf8PathBuf, Vec<Reported>> {
        let outcome = self.outcome(&self.asked(targets).targets);
        let mut by_file: BTreeMap<FileId, Vec<&Checked>> = BTreeMap::new();
        for checked in &outcome.findings {
            let file = checked.reported.diagnostic.primary.span.file;
            by_file.entry(file).or_default().push(checked);
        }
        let told = by_file
            .into_iter()
            .map(|(file, found)| (self.path(file), reported(groups(found, &outcome.secrets))));
        told.collect()
    }
}

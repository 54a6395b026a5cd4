//! The files of a snapshot as evaluations see them.

use crate::check::snapshot::Analysis;
use crate::vfs::reads::RecordingSource;
use nixpod_eval::Source;

impl Analysis {
    /// What an evaluator reads files through, for those who evaluate by themselves.
    pub fn source(&self) -> impl Source {
        RecordingSource::new(&self.vfs, None)
    }
}

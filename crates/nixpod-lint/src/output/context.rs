//! What all renderers are given.

use crate::terminal::Terminal;
use crate::view::{Source, relative};
use camino::Utf8Path;
use nixpod_analysis::{Rule, visible};

/// What a renderer may know besides the results.
#[derive(Debug)]
pub(crate) struct Context<'a> {
    pub(crate) terminal: &'a Terminal,
    pub(crate) rules: &'a [&'static Rule],
    /// File names for people are relative to it.
    pub(crate) current: &'a Utf8Path,
    /// File names for programs are relative to it.
    pub(crate) base: &'a Utf8Path,
    /// Count instead of list.
    pub(crate) statistics: bool,
}

impl Context<'_> {
    /// A file's name for people: relative to the current directory where it is below.
    pub(crate) fn name(&self, source: &Source) -> String {
        visible::line(&relative(&source.path, self.current)).into_owned()
    }
}

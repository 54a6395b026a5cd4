//! The owner of all state, and the immutable snapshots that it hands out.

use crate::disk::FileSystem;
use crate::report::{Action, Hover, Report, Reported};
use crate::request::{EvalOutcome, EvalRequest};
use crate::rule::Rule;
use crate::vfs::Vfs;
use camino::{Utf8Path, Utf8PathBuf};
use nixpod_source::{FileId, LineIndex, RuleId, TextRange, TextSize};
use std::collections::BTreeSet;
use std::sync::Arc;

/// What the user chose.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settings {
    /// Rules that are off.
    pub disabled: BTreeSet<RuleId>,
    /// Rules that are on although their group is off by default.
    pub enabled: BTreeSet<RuleId>,
    /// Does a suppression comment need a reason?
    pub require_reason: bool,
    /// Look only at these hosts of flakes; `None`: at all.
    pub hosts: Option<Vec<String>>,
    /// How many threads may work at once; 0: as many as there are processors.
    pub jobs: usize,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            disabled: BTreeSet::new(),
            enabled: BTreeSet::new(),
            require_reason: true,
            hosts: None,
            jobs: 0,
        }
    }
}

impl Settings {
    /// Is the rule on?
    pub fn is_on(&self, rule: &Rule) -> bool {
        !self.disabled.contains(rule.meta.id)
            && (rule.meta.group.on_by_default() || self.enabled.contains(rule.meta.id))
    }
}

/// The single owner of files, settings and caches.
#[derive(Debug)]
pub struct AnalysisHost {
    rules: &'static [&'static Rule],
    settings: Arc<Settings>,
    vfs: Vfs,
}

impl AnalysisHost {
    /// A host without a project.
    pub fn new(rules: &'static [&'static Rule], fs: Arc<dyn FileSystem>) -> Self {
        Self {
            rules,
            settings: Arc::default(),
            vfs: Vfs::new(fs),
        }
    }

    /// Changes what the user chose.
    pub fn set_settings(&mut self, settings: Settings) {
        self.settings = Arc::new(settings);
    }

    /// Sets the directory that all reads have to stay below, after links are resolved.
    pub fn set_project(&mut self, root: Utf8PathBuf) {
        self.vfs.set_project(root);
    }

    /// An editor buffer was opened or changed; `None`: it was closed, and the disk counts again.
    pub fn set_buffer(&mut self, path: Utf8PathBuf, text: Option<String>) {
        self.vfs.set_buffer(path, text);
    }

    /// A file or directory came, went or changed on disk.
    pub fn file_changed(&mut self, path: &Utf8Path) {
        self.vfs.file_changed(path);
    }

    /// A snapshot of now; later changes do not reach it.
    pub fn analysis(&self) -> Analysis {
        Analysis {
            rules: self.rules,
            settings: Arc::clone(&self.settings),
            vfs: self.vfs.clone(),
        }
    }
}

/// An immutable snapshot that answers questions.
#[derive(Clone, Debug)]
pub struct Analysis {
    rules: &'static [&'static Rule],
    settings: Arc<Settings>,
    vfs: Vfs,
}

impl Analysis {
    /// Checks files and directories. A directory with a `flake.nix` is a flake; other files are taken as modules
    /// unless a host imports them.
    pub fn check(&self, _targets: &[Utf8PathBuf]) -> Report {
        Report::default()
    }

    /// The findings whose primary label is in this file: the same as in a check of the whole project.
    pub fn diagnostics(&self, _path: &Utf8Path) -> Vec<Reported> {
        Vec::new()
    }

    /// What is to be said about a place.
    pub fn hover(&self, _path: &Utf8Path, _offset: TextSize) -> Option<Hover> {
        None
    }

    /// Fixes and suppressions for the findings in a range.
    pub fn code_actions(&self, _path: &Utf8Path, _range: TextRange) -> Vec<Action> {
        Vec::new()
    }

    /// Evaluates a file or an expression.
    pub fn evaluate(&self, _request: EvalRequest) -> EvalOutcome {
        EvalOutcome::default()
    }

    /// The path of a file: below the project root as that was given, or as the editor named it.
    pub fn path(&self, file: FileId) -> Utf8PathBuf {
        self.vfs.display_path(file)
    }

    /// The text of a file; empty if it cannot be read.
    pub fn text(&self, file: FileId) -> Arc<str> {
        Arc::clone(&self.vfs.state(file).text)
    }

    /// The lines of a file.
    pub fn line_index(&self, file: FileId) -> Arc<LineIndex> {
        self.vfs.state(file).lines()
    }

    /// The number of the file at a path, if it can be read.
    pub fn file_id(&self, path: &Utf8Path) -> Option<FileId> {
        let file = self.vfs.file(path);
        self.vfs.state(file).problem.is_none().then_some(file)
    }

    /// All rules, whether on or off.
    pub fn rules(&self) -> &'static [&'static Rule] {
        self.rules
    }
}

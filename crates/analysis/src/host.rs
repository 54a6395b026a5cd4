//! The owner of all state, which hands out immutable snapshots.

use crate::check::snapshot::{Analysis, Last};
use crate::rule::Rule;
use crate::settings::Settings;
use crate::vfs::Vfs;
use crate::vfs::disk::FileSystem;
use crate::vfs::project::{ProjectRoot, Scope};
use crate::vfs::watch::Revisions;
use crate::world::worlds::Worlds;
use camino::{Utf8Path, Utf8PathBuf};
use std::sync::Arc;

/// The single owner of files, settings and caches.
#[derive(Debug)]
pub struct AnalysisHost {
    rules: &'static [&'static Rule],
    settings: Arc<Settings>,
    vfs: Vfs,
    worlds: Arc<Worlds>,
    revisions: Revisions,
    /// What the snapshots of this revision found out: several questions are asked of one.
    last: Last,
}

impl AnalysisHost {
    /// A host without a project.
    pub fn new(rules: &'static [&'static Rule], fs: Arc<dyn FileSystem>) -> Self {
        Self {
            rules,
            settings: Arc::default(),
            vfs: Vfs::new(fs),
            worlds: Arc::default(),
            revisions: Revisions::default(),
            last: Last::default(),
        }
    }

    /// Changes what the user chose.
    pub fn set_settings(&mut self, settings: Settings) {
        self.last = Last::default();
        self.settings = Arc::new(settings);
    }

    /// Sets the directory that all reads have to stay below, after links are resolved.
    pub fn set_project(&mut self, root: Utf8PathBuf) {
        self.set_root(&ProjectRoot {
            directory: root,
            scope: Scope::Directory,
        });
    }

    /// The same for a root that was looked for.
    pub fn set_root(&mut self, root: &ProjectRoot) {
        self.last = Last::default();
        self.vfs.set_root(root);
    }

    /// An editor buffer was opened or changed; `None`: it was closed, and the disk counts again.
    pub fn set_buffer(&mut self, path: Utf8PathBuf, text: Option<String>) {
        self.last = Last::default();
        self.vfs.set_buffer(path, text);
    }

    /// A file or directory came, went or changed on disk.
    pub fn file_changed(&mut self, path: &Utf8Path) {
        self.last = Last::default();
        self.vfs.file_changed(path);
    }

    /// From now on there is something newer than the snapshots that were handed out. Work on them goes on: what ends soon
    /// is still of use for the next one.
    pub fn begin_revision(&self) {
        self.revisions.begin();
    }

    /// Ends the work on all snapshots from before the last [`Self::begin_revision`]: nobody needs their answers any more.
    /// They say so ([`Analysis::is_cancelled`]), and what they answer from now on is incomplete.
    pub fn cancel_earlier(&self) {
        self.revisions.cancel_earlier();
    }

    /// Ends the work on all snapshots that were handed out.
    pub fn cancel(&self) {
        self.begin_revision();
        self.cancel_earlier();
    }

    /// A snapshot of now; later changes do not reach it.
    pub fn analysis(&self) -> Analysis {
        Analysis {
            rules: self.rules,
            settings: Arc::clone(&self.settings),
            vfs: self
                .vfs
                .watched(self.revisions.watch(self.settings.timeout, self.settings.memory)),
            worlds: Arc::clone(&self.worlds),
            last: Arc::clone(&self.last),
        }
    }

    /// How many roots were evaluated so far. What changes nothing but comments must not raise it.
    pub fn evaluations(&self) -> u64 {
        self.worlds.evaluations()
    }

    /// How many of these evaluated again only what an edit changed.
    pub fn renewals(&self) -> u64 {
        self.worlds.renewals()
    }
}

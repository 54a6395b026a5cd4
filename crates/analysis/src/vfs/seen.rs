//! What a flake sees of a work tree: what git tracks.

use crate::vfs::git::Tracked;
use crate::vfs::{DirectoryListing, Vfs, lock};
use camino::Utf8Path;
use std::sync::Arc;

impl Vfs {
    /// Would a flake in this project see a resolved path? Yes, if it is not known what git tracks.
    ///
    /// A text in an editor that was never saved counts as tracked: nobody could have told git of it yet.
    pub(crate) fn is_seen(&self, canonical: &Utf8Path) -> bool {
        self.is_tracked(canonical) != Some(false)
            || self
                .buffers
                .keys()
                .any(|buffer| buffer.starts_with(canonical) && self.disk_kind(&self.ground, buffer).is_none())
    }

    /// Does git track a resolved path, or anything below it? Nothing, if that is not known.
    pub(crate) fn is_tracked(&self, canonical: &Utf8Path) -> Option<bool> {
        let path = canonical.strip_prefix(&self.ground.canonical).ok()?;
        Some(self.tracked()?.has(path))
    }

    /// The entries of a directory that a flake sees.
    pub(crate) fn list_seen(&self, directory: &Utf8Path) -> DirectoryListing {
        let entries = self.list(directory)?;
        let seen = |(name, _): &&(String, _)| self.is_seen(&directory.join(name));
        Ok(entries.iter().filter(seen).cloned().collect())
    }

    fn tracked(&self) -> Option<Arc<Tracked>> {
        let folder = self.ground.git.as_deref()?;
        let before = {
            let cache = lock(&self.disk);
            if let Some(known) = &cache.tracked {
                return known.clone();
            }
            cache.tracked_before.clone()
        };
        let tracked = Tracked::read(&*self.fs, folder, before.as_ref());
        lock(&self.disk).tracked = Some(tracked.clone());
        tracked
    }
}

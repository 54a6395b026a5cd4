//! What git says about a work tree: where it begins, and what is tracked in it. Git itself is never run.

pub(crate) mod index;

use crate::vfs::disk::{FileKind, FileSystem};
use crate::vfs::git::index::Index;
use crate::vfs::paths::normalize;
use camino::{Utf8Path, Utf8PathBuf};
use std::sync::Arc;

/// Folders of version control systems. What is in them, tokens for example, is nobody's source.
const FOLDERS: [&str; 7] = [".git", ".hg", ".svn", ".jj", ".bzr", ".pijul", "_darcs"];

/// The index of nixpkgs, with 45,000 files, has 5 MiB.
const MAX_INDEX: u64 = 64 << 20;

/// A `.git` file holds one path, and so does `commondir`.
const MAX_POINTER: u64 = 8 << 10;

/// Is this name that of a version control system's folder? Some file systems do not tell upper from lower case.
pub(crate) fn is_folder(name: &str) -> bool {
    FOLDERS.iter().any(|folder| folder.eq_ignore_ascii_case(name))
}

/// What `.git` in a directory is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Marker {
    /// Nothing that git would take for a repository.
    None,
    /// The top of a work tree, with the folder that has its index and its `HEAD`.
    Top(Utf8PathBuf),
    /// The top of a submodule's work tree: the repository goes on above.
    Submodule(Utf8PathBuf),
}

/// Looks whether a directory is the top of a work tree. An empty `.git` makes none.
pub(crate) fn marker(fs: &dyn FileSystem, directory: &Utf8Path) -> Marker {
    let path = directory.join(".git");
    match fs.kind(&path) {
        Ok(FileKind::Directory | FileKind::Symlink) if is_repository(fs, &path) => Marker::Top(path),
        Ok(FileKind::Regular) => match pointed_to(fs, directory) {
            Some(folder) if is_repository(fs, &folder) => {
                // The folder of a submodule lies in that of the repository around it.
                let is_submodule = directory
                    .ancestors()
                    .skip(1)
                    .any(|above| folder.starts_with(above.join(".git/modules")));
                match is_submodule {
                    true => Marker::Submodule(folder),
                    false => Marker::Top(folder),
                }
            }
            _ => Marker::None,
        },
        _ => Marker::None,
    }
}

/// Where a `.git` file points to: the repository of another work tree, or of the one around a submodule.
fn pointed_to(fs: &dyn FileSystem, directory: &Utf8Path) -> Option<Utf8PathBuf> {
    let bytes = fs
        .open_tree(directory)
        .ok()?
        .read(".git".into(), MAX_POINTER)
        .ok()?;
    let text = String::from_utf8(bytes).ok()?;
    let target = text.strip_prefix("gitdir:")?.trim();
    Some(normalize(&directory.join(target)))
}

fn is_repository(fs: &dyn FileSystem, folder: &Utf8Path) -> bool {
    let has = |name: &str| fs.kind(&folder.join(name)).is_ok();
    has("HEAD") && (has("objects") || has("commondir"))
}

/// What a work tree tracks.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Tracked {
    index: Index,
    /// The checksum at the end of the index file and its length: while these stay, so does the rest.
    stamp: (usize, Vec<u8>),
}

impl Tracked {
    /// Reads the index in the folder of a repository; `before`: how it was. Nothing: it is not known what is tracked.
    pub(crate) fn read(
        fs: &dyn FileSystem,
        folder: &Utf8Path,
        before: Option<&Arc<Self>>,
    ) -> Option<Arc<Self>> {
        let bytes = fs.open_tree(folder).ok()?.read("index".into(), MAX_INDEX).ok()?;
        let end = bytes.get(bytes.len().saturating_sub(20)..).unwrap_or_default();
        let stamp = (bytes.len(), end.to_vec());
        // Git can be told to leave the checksum out; it is zeros then.
        if let Some(before) = before
            && before.stamp == stamp
            && end.iter().any(|byte| *byte != 0)
        {
            return Some(Arc::clone(before));
        }
        let index = index::read(&bytes)?;
        Some(Arc::new(Self { index, stamp }))
    }

    /// Is a path tracked, or anything below it? It is relative to the top of the work tree.
    pub(crate) fn has(&self, path: &Utf8Path) -> bool {
        let path = path.as_str();
        if path.is_empty() || self.index.opaque.iter().any(|above| is_below(path, above)) {
            return true;
        }
        let files = &self.index.files;
        if files.binary_search_by(|file| file.as_str().cmp(path)).is_ok() {
            return true;
        }
        let directory = format!("{path}/");
        let first = files.partition_point(|file| file.as_str() < directory.as_str());
        files.get(first).is_some_and(|file| file.starts_with(&directory))
            || self
                .index
                .opaque
                .iter()
                .any(|opaque| opaque.starts_with(&directory))
    }
}

fn is_below(path: &str, above: &str) -> bool {
    path.strip_prefix(above)
        .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

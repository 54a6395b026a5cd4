//! A directory whose content may be read, and nothing beside it.

use crate::vfs::disk::{FileKind, FileSystem, Tree};
use crate::vfs::git::{self, Marker};
use crate::vfs::paths::normalize;
use camino::{Utf8Path, Utf8PathBuf};
use std::io::{self, ErrorKind};
use std::sync::{Arc, OnceLock};

/// Such a directory. It is opened when it is first read, and stays open.
#[derive(Debug)]
pub(crate) struct Ground {
    /// As it was given.
    given: Utf8PathBuf,
    /// With all links resolved.
    pub(crate) canonical: Utf8PathBuf,
    /// The only path that may be read, if it is one.
    only: Option<Utf8PathBuf>,
    /// The folder of git's, if this is the top of a work tree. It may have any name and lie anywhere.
    pub(crate) git: Option<Utf8PathBuf>,
    tree: OnceLock<io::Result<Arc<dyn Tree>>>,
}

impl Ground {
    pub(crate) fn new(given: Utf8PathBuf, canonical: Utf8PathBuf) -> Self {
        Self {
            given,
            canonical,
            only: None,
            git: None,
            tree: OnceLock::new(),
        }
    }

    /// The directory of a project; `only`: a file in it that is all that may be read.
    pub(crate) fn of_project(fs: &dyn FileSystem, given: Utf8PathBuf, only: Option<&Utf8Path>) -> Self {
        let canonical = fs.canonicalize(&given).unwrap_or_else(|_| normalize(&given));
        let git = match git::marker(fs, &canonical) {
            Marker::Top(folder) | Marker::Submodule(folder) => Some(folder),
            Marker::None => None,
        };
        Self {
            only: only
                .and_then(Utf8Path::file_name)
                .map(|name| canonical.join(name)),
            git: git.and_then(|folder| fs.canonicalize(&folder).ok()),
            ..Self::new(given, canonical)
        }
    }

    /// The same directory, to be opened again: another one may have come in its place.
    pub(crate) fn renewed(&self, fs: &dyn FileSystem) -> Self {
        Self {
            given: self.given.clone(),
            only: self.only.clone(),
            ..Self::of_project(fs, self.canonical.clone(), None)
        }
    }

    /// A path below the directory, from there on, judged by its letters alone.
    pub(crate) fn strip<'p>(&self, path: &'p Utf8Path) -> Option<&'p Utf8Path> {
        // A name that was given can go through the directory itself and a link in it.
        path.strip_prefix(&self.given)
            .or_else(|_| path.strip_prefix(&self.canonical))
            .ok()
    }

    /// May a resolved path be read, as far as its name tells?
    pub(crate) fn allows(&self, canonical: &Utf8Path) -> bool {
        self.only.as_ref().is_none_or(|only| only == canonical)
    }

    /// Does a resolved path belong to version control?
    pub(crate) fn is_version_control(&self, canonical: &Utf8Path) -> bool {
        canonical.file_name().is_some_and(git::is_folder) || self.git.as_deref() == Some(canonical)
    }

    /// What a resolved path is, if anything.
    pub(crate) fn kind(&self, fs: &dyn FileSystem, canonical: &Utf8Path) -> Option<FileKind> {
        let (tree, path) = self.open(fs, canonical).ok()?;
        tree.kind(path).ok()
    }

    /// What is written in a link at a resolved path.
    pub(crate) fn read_link(&self, fs: &dyn FileSystem, canonical: &Utf8Path) -> Option<Utf8PathBuf> {
        let (tree, path) = self.open(fs, canonical).ok()?;
        tree.read_link(path).ok()
    }

    /// The open directory, and a resolved path from there on.
    pub(crate) fn open<'p>(
        &self,
        fs: &dyn FileSystem,
        canonical: &'p Utf8Path,
    ) -> io::Result<(&dyn Tree, &'p Utf8Path)> {
        let path = canonical
            .strip_prefix(&self.canonical)
            .map_err(|_| io::Error::from(ErrorKind::PermissionDenied))?;
        match self.tree.get_or_init(|| fs.open_tree(&self.canonical)) {
            Ok(tree) => Ok((&**tree, path)),
            Err(error) => Err(error.kind().into()),
        }
    }
}

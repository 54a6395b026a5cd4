//! Where paths lead, without a look at anything outside of the project.

use crate::vfs::disk::FileKind;
use crate::vfs::git;
use crate::vfs::ground::Ground;
use crate::vfs::paths::normalize;
use crate::vfs::state::Problem;
use crate::vfs::{Vfs, lock};
use camino::{Utf8Path, Utf8PathBuf};
use std::fmt;
use std::sync::{Arc, PoisonError};

/// As many links as Linux follows in one path.
const MAX_LINKS: usize = 40;

/// No system opens a longer path, in bytes, and looking at every directory of one takes long.
pub(crate) const MAX_PATH: usize = 4096;

/// Why a path is not looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unreachable {
    /// Nothing is there.
    Missing,
    /// It lies outside of the project.
    Outside,
    /// It leads out of the project by a symbolic link. Where to is nobody's business.
    LeadsOut,
    /// It is a symbolic link, or leads through one, that leads in a circle.
    Circle,
    /// It belongs to a version control system, which is never read.
    VersionControl,
}

impl fmt::Display for Unreachable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Missing => Problem::Missing.fmt(f),
            Self::Outside => Problem::Outside.fmt(f),
            Self::LeadsOut => Problem::LeadsOut.fmt(f),
            Self::Circle => write!(f, "is a symbolic link that leads in a circle"),
            Self::VersionControl => Problem::VersionControl.fmt(f),
        }
    }
}

impl Vfs {
    /// Is there something at a path that may be read?
    pub(crate) fn reach(&self, path: &Utf8Path) -> Result<(), Unreachable> {
        match self.resolve(path) {
            Ok(path) => match self.link_kind(&path) {
                Some(FileKind::Symlink) => Err(Unreachable::Circle),
                Some(_) => Ok(()),
                None => Err(Unreachable::Missing),
            },
            Err(Problem::LeadsOut) => Err(Unreachable::LeadsOut),
            Err(Problem::VersionControl) => Err(Unreachable::VersionControl),
            Err(_) => Err(Unreachable::Outside),
        }
    }

    /// The path with links resolved, step by step from the project's directory on; what is not there is taken by the
    /// letter. An error says that the path leads to where nothing is read, and nothing was looked at there.
    pub(crate) fn resolve(&self, path: &Utf8Path) -> Result<Utf8PathBuf, Problem> {
        let known = lock(&self.disk).resolved.get(path).cloned();
        let resolved = known.unwrap_or_else(|| {
            let resolved = self.walk(path);
            lock(&self.disk)
                .resolved
                .insert(path.to_owned(), resolved.clone());
            resolved
        });
        match resolved {
            // What somebody holds in an editor or wrote on the command line is no look at the disk.
            Err(Problem::Outside) if self.ground.strip(path).is_some() && self.buffers.contains_key(path) => {
                Ok(path.to_owned())
            }
            resolved => resolved,
        }
    }

    /// The same, with a link at the end left as it is.
    pub(crate) fn resolve_directories(&self, path: &Utf8Path) -> Result<Utf8PathBuf, Problem> {
        let Some(ground) = self.ground_of(path) else {
            return Err(Problem::Outside);
        };
        let (Some(parent), Some(name)) = (path.parent(), path.file_name()) else {
            return self.resolve(path);
        };
        if self.is_border(path) {
            return self.resolve(path);
        }
        let resolved = self.resolve(parent)?.join(name);
        Self::permit(&ground, resolved)
    }

    /// Is this the directory that everything which may be read lies below?
    pub(crate) fn is_border(&self, path: &Utf8Path) -> bool {
        self.ground_of(path)
            .is_some_and(|ground| ground.strip(path).is_some_and(|below| below.as_str().is_empty()))
    }

    /// The path with links resolved where it leads somewhere, and cleaned by the letter where it does not.
    pub(crate) fn canonical(&self, path: &Utf8Path) -> Utf8PathBuf {
        self.resolve(path).unwrap_or_else(|_| normalize(path))
    }

    /// The directory that a path would be read from, judged by its letters.
    pub(super) fn ground_of(&self, path: &Utf8Path) -> Option<Arc<Ground>> {
        if self.ground.strip(path).is_some() {
            return Some(Arc::clone(&self.ground));
        }
        let inputs = self.inputs.read().unwrap_or_else(PoisonError::into_inner);
        inputs.values().find(|input| input.strip(path).is_some()).cloned()
    }

    fn walk(&self, path: &Utf8Path) -> Result<Utf8PathBuf, Problem> {
        let Some(ground) = self.ground_of(path) else {
            return Err(Problem::Outside);
        };
        let Some(below) = ground.strip(path) else {
            return Err(Problem::Outside);
        };
        if path.as_str().len() > MAX_PATH {
            return match ground.strip(&normalize(path)) {
                Some(below) => Ok(ground.canonical.join(below)),
                None => Err(Problem::Outside),
            };
        }
        let (mut at, mut todo) = match self.known_parent(path) {
            Some((parent, name)) => (parent, vec![name.to_owned()]),
            None => (ground.canonical.clone(), parts(below)),
        };
        let mut links = 0;
        while let Some(part) = todo.pop() {
            if part == ".." {
                if at == ground.canonical {
                    return Err(if links == 0 {
                        Problem::Outside
                    } else {
                        Problem::LeadsOut
                    });
                }
                at.pop();
                continue;
            }
            at.push(&part);
            if ground.is_version_control(&at) {
                return Err(Problem::VersionControl);
            }
            if self.disk_kind(&ground, &at) != Some(FileKind::Symlink) {
                continue;
            }
            links += 1;
            let target = match ground.read_link(&*self.fs, &at) {
                Some(target) if links <= MAX_LINKS => target,
                // A link that leads in a circle is what it is: nothing that can be read.
                _ => return Self::permit(&ground, ground.canonical.join(normalize(below))),
            };
            let target = if target.is_absolute() {
                at.clone_from(&ground.canonical);
                ground.strip(&target).ok_or(Problem::LeadsOut)?
            } else {
                at.pop();
                &target
            };
            todo.extend(parts(target));
        }
        Self::permit(&ground, at)
    }

    /// The directory of a path, if it was resolved before, and the last part.
    fn known_parent<'p>(&self, path: &'p Utf8Path) -> Option<(Utf8PathBuf, &'p str)> {
        let (parent, name) = (path.parent()?, path.file_name()?);
        // `..` at the end has no name, and elsewhere it has been taken care of.
        let known = lock(&self.disk).resolved.get(parent)?.clone().ok()?;
        Some((known, name))
    }

    fn permit(ground: &Ground, path: Utf8PathBuf) -> Result<Utf8PathBuf, Problem> {
        if ground.is_version_control(&path) {
            return Err(Problem::VersionControl);
        }
        match ground.allows(&path) {
            true => Ok(path),
            false => Err(Problem::Outside),
        }
    }

    /// Is it a regular file of a directory that was listed? Then it was resolved to be listed, and this is the quick way
    /// to know.
    pub(super) fn is_listed(&self, path: &Utf8Path) -> bool {
        let (Some(parent), Some(name)) = (path.parent(), path.file_name()) else {
            return false;
        };
        let kind = match lock(&self.disk).directories.get(parent) {
            Some(Ok(entries)) => kind_in(entries, name),
            _ => None,
        };
        kind == Some(FileKind::Regular) && !git::is_folder(name)
    }

    /// What is on disk at a path whose directories are resolved.
    pub(super) fn disk_kind(&self, ground: &Ground, path: &Utf8Path) -> Option<FileKind> {
        {
            let cache = lock(&self.disk);
            if let Some(known) = cache.kinds.get(path) {
                return *known;
            }
            // Who has listed the directory knows what is in it.
            if let (Some(parent), Some(name)) = (path.parent(), path.file_name())
                && let Some(Ok(entries)) = cache.directories.get(parent)
                && let Some(kind) = kind_in(entries, name)
            {
                return Some(kind);
            }
        }
        let kind = ground.kind(&*self.fs, path);
        lock(&self.disk).kinds.insert(path.to_owned(), kind);
        kind
    }
}

/// What a name stands for in a directory with these entries.
fn kind_in(entries: &[(String, FileKind)], name: &str) -> Option<FileKind> {
    let at = entries
        .binary_search_by(|(entry, _)| entry.as_str().cmp(name))
        .ok()?;
    entries.get(at).map(|(_, kind)| *kind)
}

/// The parts of a path, the last one first.
fn parts(path: &Utf8Path) -> Vec<String> {
    path.components()
        .rev()
        .map(|part| part.to_string())
        .filter(|part| part != "." && part != "/")
        .collect()
}

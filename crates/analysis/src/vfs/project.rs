//! Where a project begins. `docs/project-root.md` says it in words, with the reasons.

use crate::vfs::disk::{FileKind, FileSystem};
use crate::vfs::git::{self, Marker};
use camino::{Utf8Path, Utf8PathBuf};

/// Where a project begins, and what belongs to it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct ProjectRoot {
    /// The directory that all reads stay below.
    pub directory: Utf8PathBuf,
    /// What belongs to the project.
    pub scope: Scope,
}

/// What belongs to a project.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Scope {
    /// Everything below its directory.
    Directory,
    /// Only the files that somebody names, and what they import from the same directory: nothing tells that the others
    /// have anything to do with them.
    Files,
    /// The one file, which can read nothing beside it: its directory is the user's home or the root of the disk.
    Alone(Utf8PathBuf),
}

/// What was found for a path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FoundRoot {
    /// The project. A path that leads out of it does so by a link, and cannot be looked at.
    pub root: ProjectRoot,
    /// The path as it is to be asked for in this project: another one than was given where that is a link of the
    /// machine's to a file.
    pub path: Utf8PathBuf,
    /// A directory that looks like a project of its own, but lies in a larger one.
    pub nested: Option<Utf8PathBuf>,
    /// A larger project that this one lies in and is no part of, since it is a git repository of its own.
    pub around: Option<Utf8PathBuf>,
}

/// How to look for the root of a project.
#[derive(Clone, Debug, Default)]
pub struct RootSearch {
    homes: Vec<Utf8PathBuf>,
    here: Option<Utf8PathBuf>,
}

/// What says that a directory is the top of something.
const MARKERS: [&str; 8] = [
    "flake.nix",
    ".git",
    ".jj",
    ".hg",
    ".svn",
    ".bzr",
    ".pijul",
    "_darcs",
];

/// The administrator, who may put a marker anywhere.
const ADMINISTRATOR: u32 = 0;

/// What climbing from a directory came to.
#[derive(Debug)]
struct Climbed {
    nearest: Utf8PathBuf,
    outermost: Utf8PathBuf,
    /// What is marked above the top of a repository, where the project ends.
    around: Option<Utf8PathBuf>,
}

impl RootSearch {
    /// `home`: the user's, which is no project because of what happens to lie in it. `here`: the directory that the
    /// user stands in or has opened. A symbolic link below it is part of what is looked at, one that lies elsewhere is
    /// part of the machine.
    pub fn new(fs: &dyn FileSystem, home: Option<&Utf8Path>, here: Option<&Utf8Path>) -> Self {
        let mut homes: Vec<Utf8PathBuf> = home.map(Utf8Path::to_owned).into_iter().collect();
        homes.extend(home.and_then(|home| fs.canonicalize(home).ok()));
        Self {
            homes,
            here: here
                .filter(|here| here.parent().is_some())
                .map(Utf8Path::to_owned),
        }
    }

    /// Does a file or directory of this name say that a project begins where it lies?
    pub fn is_marker(name: &str) -> bool {
        MARKERS.contains(&name)
    }

    /// Is this directory everybody's or all that a user has, and so not a project because of a file in it?
    pub fn is_too_large(&self, directory: &Utf8Path) -> bool {
        directory.parent().is_none() || self.homes.iter().any(|home| home == directory)
    }

    /// The project that a file or directory belongs to. The path has to be absolute and free of `.` and `..`; it need
    /// not be there.
    pub fn find(&self, fs: &dyn FileSystem, path: &Utf8Path) -> FoundRoot {
        let mut on_the_way: Vec<&Utf8Path> = path.ancestors().collect();
        on_the_way.reverse();
        // A project does not begin behind one of its own links, whatever lies there: links are looked at from the
        // outside in, and the first that belongs to a project ends the search.
        let mut last_link = None;
        for link in on_the_way {
            let (Ok(FileKind::Symlink), Some(directory)) = (fs.kind(link), link.parent()) else {
                continue;
            };
            let climbed = self.climb(fs, directory, last_link, false);
            let is_own = directory.parent().is_some()
                && self.here.as_ref().is_some_and(|here| directory.starts_with(here));
            if climbed.is_some() || is_own {
                return self.found(path, directory, climbed, Scope::Files);
            }
            last_link = Some(link);
        }
        let is_directory = match last_link == Some(path) {
            false => matches!(fs.kind(path), Ok(FileKind::Directory)),
            true => match fs.canonicalize(path) {
                Ok(real) if fs.kind(&real).is_ok_and(|kind| kind != FileKind::Directory) => {
                    // Imports are relative to where a file really is.
                    return self.find(fs, &real);
                }
                real => real.is_ok(),
            },
        };
        let (start, scope) = match is_directory {
            true => (path, Scope::Directory),
            false => (path.parent().unwrap_or(path), Scope::Files),
        };
        self.found(path, start, self.climb(fs, start, last_link, is_directory), scope)
    }

    /// Looks for markers from a directory upwards, and not above `last`. `is_named`: somebody named this very
    /// directory, so that it may be a home.
    fn climb(
        &self,
        fs: &dyn FileSystem,
        start: &Utf8Path,
        last: Option<&Utf8Path>,
        is_named: bool,
    ) -> Option<Climbed> {
        let owner = fs.owner(start);
        let mut climbed: Option<Climbed> = None;
        let mut is_over = false;
        for directory in start.ancestors() {
            let is_start = directory == start;
            if self.is_too_large(directory) && !(is_start && is_named) {
                break;
            }
            if !is_start && fs.owner(directory) != owner {
                break;
            }
            // Anybody may put a marker into a directory for temporary files.
            let is_marked = MARKERS.iter().any(|marker| {
                let marker = directory.join(marker);
                fs.kind(&marker).is_ok()
                    && fs
                        .owner(&marker)
                        .is_none_or(|by| by == ADMINISTRATOR || Some(by) == owner)
            });
            if is_marked {
                let directory = directory.to_owned();
                match &mut climbed {
                    Some(climbed) if is_over => {
                        climbed.around = Some(directory);
                        break;
                    }
                    Some(climbed) => climbed.outermost = directory,
                    None => {
                        climbed = Some(Climbed {
                            nearest: directory.clone(),
                            outermost: directory,
                            around: None,
                        });
                    }
                }
            }
            // What lies above a repository is no part of the project. It is only said that there is something.
            is_over |= is_marked && matches!(git::marker(fs, directory), Marker::Top(_));
            if last == Some(directory) {
                break;
            }
        }
        climbed
    }

    /// `scope`: what belongs to the project if nothing marks one.
    fn found(&self, path: &Utf8Path, start: &Utf8Path, climbed: Option<Climbed>, scope: Scope) -> FoundRoot {
        let (directory, scope, nested, around) = match climbed {
            Some(Climbed {
                nearest,
                outermost,
                around,
            }) => {
                let nested = (nearest != outermost).then_some(nearest);
                (outermost, Scope::Directory, nested, around)
            }
            None if scope == Scope::Files && self.is_too_large(start) => {
                (start.to_owned(), Scope::Alone(path.to_owned()), None, None)
            }
            None => (start.to_owned(), scope, None, None),
        };
        FoundRoot {
            root: ProjectRoot { directory, scope },
            path: path.to_owned(),
            nested,
            around,
        }
    }
}

#[cfg(test)]
mod tests;

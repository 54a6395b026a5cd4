//! The door to the outside: a trait, and the real disk behind it.
//!
//! This is the only file of the libraries that uses `std::fs` or opens anything.

use camino::{Utf8Path, Utf8PathBuf};
use cap_fs_ext::{FollowSymlinks, OpenOptionsFollowExt, OpenOptionsSyncExt};
use cap_std::ambient_authority;
use cap_std::fs::{Dir, FileType, Metadata, OpenOptions};
use std::ffi::OsStr;
use std::fmt::Debug;
use std::fs;
use std::io::{self, ErrorKind, Read};
use std::sync::Arc;

/// What a directory entry is. Links are not followed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum FileKind {
    /// A regular file.
    Regular,
    /// A directory.
    Directory,
    /// A symbolic link.
    Symlink,
    /// A pipe, a socket or a device.
    Other,
    /// A file or link whose name is not UTF-8, so that nothing can be done with it. The name it is given with has
    /// `\\xff` in it for a byte that is no text.
    NamelessFile,
    /// A directory whose name is not UTF-8.
    NamelessDirectory,
}

/// All that the analysis asks of the outside: where a project begins, and the way into it.
pub trait FileSystem: Send + Sync + Debug {
    /// What a path is; a link at its end is not followed.
    fn kind(&self, path: &Utf8Path) -> io::Result<FileKind>;
    /// The number of the user whom a path belongs to, if there is such a thing; a link at its end is not followed.
    fn owner(&self, path: &Utf8Path) -> Option<u32>;
    /// The absolute path with all links resolved.
    fn canonicalize(&self, path: &Utf8Path) -> io::Result<Utf8PathBuf>;
    /// Opens a directory, following links. What lies below it can be read through the tree, and nothing else.
    fn open_tree(&self, directory: &Utf8Path) -> io::Result<Arc<dyn Tree>>;
}

/// A directory that is open. All paths are relative to it; none leads out of it, whatever links lie on the way, and
/// even if they come while it is read.
pub trait Tree: Send + Sync + Debug {
    /// Reads a regular file. Anything else, a link included, or more than `max_len` bytes, is an error.
    fn read(&self, path: &Utf8Path, max_len: u64) -> io::Result<Vec<u8>>;
    /// The entries of a directory, sorted by name. Names that are not UTF-8 have kinds of their own.
    fn read_dir(&self, path: &Utf8Path) -> io::Result<Vec<(String, FileKind)>>;
    /// What a path is; a link at its end is not followed.
    fn kind(&self, path: &Utf8Path) -> io::Result<FileKind>;
    /// What is written in a link. It may be absolute, and may lead anywhere.
    fn read_link(&self, path: &Utf8Path) -> io::Result<Utf8PathBuf>;
}

/// The real disk.
#[derive(Clone, Copy, Debug, Default)]
pub struct OsFileSystem;

impl FileSystem for OsFileSystem {
    fn kind(&self, path: &Utf8Path) -> io::Result<FileKind> {
        let kind = fs::symlink_metadata(path)?.file_type();
        Ok(if kind.is_file() {
            FileKind::Regular
        } else if kind.is_dir() {
            FileKind::Directory
        } else if kind.is_symlink() {
            FileKind::Symlink
        } else {
            FileKind::Other
        })
    }

    #[cfg(unix)]
    fn owner(&self, path: &Utf8Path) -> Option<u32> {
        use std::os::unix::fs::MetadataExt;
        Some(fs::symlink_metadata(path).ok()?.uid())
    }

    #[cfg(not(unix))]
    fn owner(&self, _path: &Utf8Path) -> Option<u32> {
        None
    }

    fn canonicalize(&self, path: &Utf8Path) -> io::Result<Utf8PathBuf> {
        path.canonicalize_utf8()
    }

    fn open_tree(&self, directory: &Utf8Path) -> io::Result<Arc<dyn Tree>> {
        Ok(Arc::new(OsTree(Dir::open_ambient_dir(
            directory,
            ambient_authority(),
        )?)))
    }
}

/// A directory of the real disk. The system itself keeps paths below it, in one step with opening.
#[derive(Debug)]
struct OsTree(Dir);

impl Tree for OsTree {
    fn read(&self, path: &Utf8Path, max_len: u64) -> io::Result<Vec<u8>> {
        // Opening a pipe waits until somebody writes, unless one says that one would rather not wait.
        let mut options = OpenOptions::new();
        options.read(true).follow(FollowSymlinks::No).nonblock(true);
        let file = self.0.open_with(path, &options)?;
        let metadata = file.metadata()?;
        check_regular(&metadata, max_len)?;
        let mut bytes = Vec::with_capacity(usize::try_from(metadata.len()).unwrap_or(0));
        // A file can grow, and files below /proc claim to be empty: the bound holds for what is read.
        file.take(max_len.saturating_add(1)).read_to_end(&mut bytes)?;
        if bytes.len() as u64 > max_len {
            return Err(too_large(max_len));
        }
        Ok(bytes)
    }

    fn read_dir(&self, path: &Utf8Path) -> io::Result<Vec<(String, FileKind)>> {
        let mut entries = Vec::new();
        for entry in self.0.read_dir(or_itself(path))? {
            let entry = entry?;
            let kind = kind_of(entry.file_type()?);
            entries.push(match (entry.file_name().into_string(), kind) {
                (Ok(name), kind) => (name, kind),
                (Err(name), FileKind::Directory) => (spelt_out(&name), FileKind::NamelessDirectory),
                (Err(name), _) => (spelt_out(&name), FileKind::NamelessFile),
            });
        }
        entries.sort();
        Ok(entries)
    }

    fn kind(&self, path: &Utf8Path) -> io::Result<FileKind> {
        Ok(kind_of(self.0.symlink_metadata(or_itself(path))?.file_type()))
    }

    fn read_link(&self, path: &Utf8Path) -> io::Result<Utf8PathBuf> {
        let target = self.0.read_link_contents(path)?;
        Utf8PathBuf::from_path_buf(target)
            .map_err(|_| io::Error::new(ErrorKind::InvalidData, "is a link to a path that is not UTF-8"))
    }
}

/// A name in which bytes that are no text are written as numbers, so that no two names are the same.
fn spelt_out(name: &OsStr) -> String {
    let mut out = String::new();
    for chunk in name.as_encoded_bytes().utf8_chunks() {
        out.push_str(chunk.valid());
        out.extend(chunk.invalid().escape_ascii().map(char::from));
    }
    out
}

/// The directory itself has a name, too.
fn or_itself(path: &Utf8Path) -> &Utf8Path {
    if path.as_str().is_empty() {
        Utf8Path::new(".")
    } else {
        path
    }
}

fn kind_of(kind: FileType) -> FileKind {
    if kind.is_file() {
        FileKind::Regular
    } else if kind.is_dir() {
        FileKind::Directory
    } else if kind.is_symlink() {
        FileKind::Symlink
    } else {
        FileKind::Other
    }
}

fn check_regular(metadata: &Metadata, max_len: u64) -> io::Result<()> {
    if metadata.is_dir() {
        return Err(io::Error::new(ErrorKind::IsADirectory, "is a directory"));
    }
    if !metadata.is_file() {
        return Err(not_regular());
    }
    if metadata.len() > max_len {
        return Err(too_large(max_len));
    }
    Ok(())
}

pub(super) fn not_regular() -> io::Error {
    io::Error::new(ErrorKind::InvalidInput, "is not a regular file")
}

pub(super) fn too_large(max_len: u64) -> io::Error {
    io::Error::new(ErrorKind::FileTooLarge, format!("is larger than {max_len} bytes"))
}

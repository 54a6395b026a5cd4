//! The door to the outside: a trait, the real disk behind it, and a disk in memory for tests.
//!
//! This is the only file of the libraries that uses `std::fs`.

use camino::{Utf8Path, Utf8PathBuf};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Debug;
use std::fs::{self, File};
use std::io::{self, ErrorKind, Read};
use std::ops::Bound;
use std::sync::{Mutex, MutexGuard, PoisonError};

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
}

/// All that the analysis asks of the outside.
pub trait FileSystem: Send + Sync + Debug {
    /// Reads a regular file, following links; anything else, or more than `max_len` bytes, is an error.
    fn read(&self, path: &Utf8Path, max_len: u64) -> io::Result<Vec<u8>>;
    /// The entries of a directory, sorted by name. Names that are not Unicode are left out.
    fn read_dir(&self, path: &Utf8Path) -> io::Result<Vec<(String, FileKind)>>;
    /// What a path is; links are not followed.
    fn kind(&self, path: &Utf8Path) -> io::Result<FileKind>;
    /// The absolute path with all links resolved.
    fn canonicalize(&self, path: &Utf8Path) -> io::Result<Utf8PathBuf>;
}

/// The real disk.
#[derive(Clone, Copy, Debug, Default)]
pub struct OsFileSystem;

impl FileSystem for OsFileSystem {
    fn read(&self, path: &Utf8Path, max_len: u64) -> io::Result<Vec<u8>> {
        // Opening a pipe for reading blocks until somebody writes, so the kind is asked before, and of the open file
        // again in case it was exchanged meanwhile.
        check_regular(&fs::metadata(path)?, max_len)?;
        let file = File::open(path)?;
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
        for entry in fs::read_dir(path)? {
            let entry = entry?;
            if let Ok(name) = entry.file_name().into_string() {
                entries.push((name, kind_of(entry.file_type()?)));
            }
        }
        entries.sort();
        Ok(entries)
    }

    fn kind(&self, path: &Utf8Path) -> io::Result<FileKind> {
        Ok(kind_of(fs::symlink_metadata(path)?.file_type()))
    }

    fn canonicalize(&self, path: &Utf8Path) -> io::Result<Utf8PathBuf> {
        path.canonicalize_utf8()
    }
}

fn kind_of(kind: fs::FileType) -> FileKind {
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

fn check_regular(metadata: &fs::Metadata, max_len: u64) -> io::Result<()> {
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

fn not_regular() -> io::Error {
    io::Error::new(ErrorKind::InvalidInput, "is not a regular file")
}

fn too_large(max_len: u64) -> io::Error {
    io::Error::new(ErrorKind::FileTooLarge, format!("is larger than {max_len} bytes"))
}

/// A disk in memory, for tests. All paths are absolute.
#[derive(Debug, Default)]
pub struct MemoryFileSystem {
    nodes: Mutex<BTreeMap<Utf8PathBuf, Node>>,
}

#[derive(Clone, Debug)]
enum Node {
    File(Vec<u8>),
    Link(Utf8PathBuf),
    Special,
}

/// As many links as Linux follows in one path.
const MAX_LINKS: usize = 40;

impl MemoryFileSystem {
    /// An empty disk.
    pub fn new() -> Self {
        Self::default()
    }

    /// Writes a file; its directories come into being by themselves.
    pub fn write(&self, path: impl Into<Utf8PathBuf>, content: impl Into<Vec<u8>>) {
        self.put(path.into(), Node::File(content.into()));
    }

    /// Makes a symbolic link.
    pub fn link(&self, path: impl Into<Utf8PathBuf>, target: impl Into<Utf8PathBuf>) {
        self.put(path.into(), Node::Link(target.into()));
    }

    /// Makes something that is neither file, directory nor link.
    pub fn special(&self, path: impl Into<Utf8PathBuf>) {
        self.put(path.into(), Node::Special);
    }

    /// Removes a file or link.
    pub fn remove(&self, path: &Utf8Path) {
        self.nodes().remove(path);
    }

    fn put(&self, path: Utf8PathBuf, node: Node) {
        self.nodes().insert(path, node);
    }

    fn nodes(&self) -> MutexGuard<'_, BTreeMap<Utf8PathBuf, Node>> {
        self.nodes.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn is_directory(nodes: &BTreeMap<Utf8PathBuf, Node>, path: &Utf8Path) -> bool {
    // Paths are ordered part by part, so that what is below one comes right after it.
    let mut after = nodes.range::<Utf8Path, _>((Bound::Excluded(path), Bound::Unbounded));
    after.next().is_some_and(|(other, _)| other.starts_with(path))
}

fn resolve(nodes: &BTreeMap<Utf8PathBuf, Node>, path: &Utf8Path) -> io::Result<Utf8PathBuf> {
    let mut todo: Vec<String> = path.components().rev().map(|part| part.to_string()).collect();
    let mut at = Utf8PathBuf::from("/");
    let mut links = 0;
    while let Some(part) = todo.pop() {
        match part.as_str() {
            "/" => at = Utf8PathBuf::from("/"),
            "." => {}
            ".." => {
                at.pop();
            }
            name => {
                let next = at.join(name);
                match nodes.get(&next) {
                    Some(Node::Link(target)) => {
                        links += 1;
                        if links > MAX_LINKS {
                            return Err(io::Error::other("too many levels of symbolic links"));
                        }
                        todo.extend(target.components().rev().map(|part| part.to_string()));
                    }
                    Some(_) => at = next,
                    None if is_directory(nodes, &next) => at = next,
                    None => return Err(ErrorKind::NotFound.into()),
                }
            }
        }
    }
    Ok(at)
}

impl FileSystem for MemoryFileSystem {
    fn read(&self, path: &Utf8Path, max_len: u64) -> io::Result<Vec<u8>> {
        let nodes = self.nodes();
        match nodes.get(&resolve(&nodes, path)?) {
            Some(Node::File(bytes)) if bytes.len() as u64 > max_len => Err(too_large(max_len)),
            Some(Node::File(bytes)) => Ok(bytes.clone()),
            Some(_) => Err(not_regular()),
            None => Err(io::Error::new(ErrorKind::IsADirectory, "is a directory")),
        }
    }

    fn read_dir(&self, path: &Utf8Path) -> io::Result<Vec<(String, FileKind)>> {
        let nodes = self.nodes();
        let dir = resolve(&nodes, path)?;
        if nodes.contains_key(&dir) {
            return Err(io::Error::new(ErrorKind::NotADirectory, "is not a directory"));
        }
        let mut entries = BTreeSet::new();
        for (other, node) in nodes.iter() {
            let Ok(rest) = other.strip_prefix(&dir) else {
                continue;
            };
            let mut parts = rest.components();
            let Some(first) = parts.next() else { continue };
            let kind = match node {
                _ if parts.next().is_some() => FileKind::Directory,
                Node::File(_) => FileKind::Regular,
                Node::Link(_) => FileKind::Symlink,
                Node::Special => FileKind::Other,
            };
            entries.insert((first.to_string(), kind));
        }
        Ok(entries.into_iter().collect())
    }

    fn kind(&self, path: &Utf8Path) -> io::Result<FileKind> {
        let nodes = self.nodes();
        let path = match (path.parent(), path.file_name()) {
            (Some(parent), Some(name)) => resolve(&nodes, parent)?.join(name),
            _ => path.to_owned(),
        };
        match nodes.get(&path) {
            Some(Node::File(_)) => Ok(FileKind::Regular),
            Some(Node::Link(_)) => Ok(FileKind::Symlink),
            Some(Node::Special) => Ok(FileKind::Other),
            None if is_directory(&nodes, &path) => Ok(FileKind::Directory),
            None => Err(ErrorKind::NotFound.into()),
        }
    }

    fn canonicalize(&self, path: &Utf8Path) -> io::Result<Utf8PathBuf> {
        resolve(&self.nodes(), path)
    }
}

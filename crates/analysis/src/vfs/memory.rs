//! A disk in memory, for tests.

use crate::vfs::disk::{FileKind, FileSystem, Tree, not_regular, too_large};
use camino::{Utf8Path, Utf8PathBuf};
use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, ErrorKind};
use std::ops::Bound;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// A disk in memory, for tests. All paths are absolute.
///
/// Clones are the same disk.
#[derive(Clone, Debug, Default)]
pub struct MemoryFileSystem {
    disk: Arc<Mutex<Disk>>,
}

#[derive(Debug, Default)]
struct Disk {
    nodes: Nodes,
    owners: BTreeMap<Utf8PathBuf, u32>,
    asked: BTreeSet<Utf8PathBuf>,
}

type Nodes = BTreeMap<Utf8PathBuf, Node>;

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
        self.disk().nodes.remove(path);
    }

    /// Says whom a file or directory belongs to. All others belong to the user 1000.
    pub fn set_owner(&self, path: impl Into<Utf8PathBuf>, owner: u32) {
        self.disk().owners.insert(path.into(), owner);
    }

    /// Every path that was asked about since the disk was made, as it was asked for.
    pub fn asked(&self) -> Vec<Utf8PathBuf> {
        self.disk().asked.iter().cloned().collect()
    }

    fn put(&self, path: Utf8PathBuf, node: Node) {
        self.disk().nodes.insert(path, node);
    }

    fn disk(&self) -> MutexGuard<'_, Disk> {
        self.disk.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The disk, with a note of what it is asked for.
    fn ask(&self, path: &Utf8Path) -> MutexGuard<'_, Disk> {
        let mut disk = self.disk();
        disk.asked.insert(path.to_owned());
        disk
    }
}

fn is_directory(nodes: &Nodes, path: &Utf8Path) -> bool {
    // Paths are ordered part by part, so that what is below one comes right after it.
    let mut after = nodes.range::<Utf8Path, _>((Bound::Excluded(path), Bound::Unbounded));
    after.next().is_some_and(|(other, _)| other.starts_with(path))
}

fn resolve(nodes: &Nodes, path: &Utf8Path) -> io::Result<Utf8PathBuf> {
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

fn kind(nodes: &Nodes, path: &Utf8Path) -> io::Result<FileKind> {
    let path = match (path.parent(), path.file_name()) {
        (Some(parent), Some(name)) => resolve(nodes, parent)?.join(name),
        _ => path.to_owned(),
    };
    match nodes.get(&path) {
        Some(Node::File(_)) => Ok(FileKind::Regular),
        Some(Node::Link(_)) => Ok(FileKind::Symlink),
        Some(Node::Special) => Ok(FileKind::Other),
        None if is_directory(nodes, &path) => Ok(FileKind::Directory),
        None => Err(ErrorKind::NotFound.into()),
    }
}

impl FileSystem for MemoryFileSystem {
    fn kind(&self, path: &Utf8Path) -> io::Result<FileKind> {
        kind(&self.ask(path).nodes, path)
    }

    fn owner(&self, path: &Utf8Path) -> Option<u32> {
        Some(self.ask(path).owners.get(path).copied().unwrap_or(1000))
    }

    fn canonicalize(&self, path: &Utf8Path) -> io::Result<Utf8PathBuf> {
        resolve(&self.ask(path).nodes, path)
    }

    fn open_tree(&self, directory: &Utf8Path) -> io::Result<Arc<dyn Tree>> {
        let disk = self.ask(directory);
        let root = resolve(&disk.nodes, directory)?;
        match disk.nodes.contains_key(&root) {
            true => Err(not_a_directory()),
            false => Ok(Arc::new(MemoryTree {
                fs: self.clone(),
                root,
            })),
        }
    }
}

/// A directory of a disk in memory.
#[derive(Debug)]
struct MemoryTree {
    fs: MemoryFileSystem,
    root: Utf8PathBuf,
}

impl MemoryTree {
    /// The disk, and the path with the links of its directories resolved.
    fn ask(&self, path: &Utf8Path) -> io::Result<(MutexGuard<'_, Disk>, Utf8PathBuf)> {
        let path = self.root.join(path);
        let disk = self.fs.ask(&path);
        let real = match (path.parent(), path.file_name()) {
            (Some(parent), Some(name)) if path != self.root => resolve(&disk.nodes, parent)?.join(name),
            _ => path,
        };
        match real.starts_with(&self.root) {
            true => Ok((disk, real)),
            false => Err(ErrorKind::PermissionDenied.into()),
        }
    }
}

impl Tree for MemoryTree {
    fn read(&self, path: &Utf8Path, max_len: u64) -> io::Result<Vec<u8>> {
        let (disk, path) = self.ask(path)?;
        match disk.nodes.get(&path) {
            Some(Node::File(bytes)) if bytes.len() as u64 > max_len => Err(too_large(max_len)),
            Some(Node::File(bytes)) => Ok(bytes.clone()),
            Some(_) => Err(not_regular()),
            None if is_directory(&disk.nodes, &path) => {
                Err(io::Error::new(ErrorKind::IsADirectory, "is a directory"))
            }
            None => Err(ErrorKind::NotFound.into()),
        }
    }

    fn read_dir(&self, path: &Utf8Path) -> io::Result<Vec<(String, FileKind)>> {
        let (disk, dir) = self.ask(path)?;
        if disk.nodes.contains_key(&dir) {
            return Err(not_a_directory());
        }
        if dir != self.root && !is_directory(&disk.nodes, &dir) {
            return Err(ErrorKind::NotFound.into());
        }
        let mut entries = BTreeSet::new();
        for (other, node) in &disk.nodes {
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
        let (disk, path) = self.ask(path)?;
        kind(&disk.nodes, &path)
    }

    fn read_link(&self, path: &Utf8Path) -> io::Result<Utf8PathBuf> {
        let (disk, path) = self.ask(path)?;
        match disk.nodes.get(&path) {
            Some(Node::Link(target)) => Ok(target.clone()),
            _ => Err(ErrorKind::InvalidInput.into()),
        }
    }
}

fn not_a_directory() -> io::Error {
    io::Error::new(ErrorKind::NotADirectory, "is not a directory")
}

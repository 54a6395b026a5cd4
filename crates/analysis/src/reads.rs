//! What an evaluation reads, so that it is repeated only when one of these things changed.

use crate::disk::FileKind;
use crate::vfs::{Listing, Problem, Vfs, lock};
use camino::{Utf8Path, Utf8PathBuf};
use nixpod_source::{FileId, Why};
use nixpod_syntax::Hir;
use rustc_hash::FxHashMap;
use std::sync::{Arc, Mutex};

/// What was read, including what was not there.
///
/// Ranges and comments are no part of it: two texts with equal `Hir`s count as the same.
#[derive(Clone, Debug, Default)]
pub(crate) struct ReadSet {
    parsed: FxHashMap<FileId, Result<Arc<Hir>, Problem>>,
    texts: FxHashMap<FileId, Result<Arc<str>, Problem>>,
    listings: FxHashMap<Utf8PathBuf, Listing>,
    kinds: FxHashMap<Utf8PathBuf, Option<FileKind>>,
    resolved: FxHashMap<Utf8PathBuf, FileId>,
}

impl ReadSet {
    /// The files that were read as Nix code.
    pub(crate) fn parsed_files(&self) -> impl Iterator<Item = FileId> + '_ {
        self.parsed.keys().copied()
    }

    /// Would an evaluation read the very same things now?
    pub(crate) fn is_current(&self, vfs: &Vfs) -> bool {
        self.parsed
            .iter()
            .all(|(file, old)| same_hir(old, &hir(vfs, *file)))
            && self.texts.iter().all(|(file, old)| *old == text(vfs, *file))
            && self.resolved.iter().all(|(path, old)| *old == vfs.file(path))
            && self.listings.iter().all(|(path, old)| *old == vfs.list(path))
            && self.kinds.iter().all(|(path, old)| *old == vfs.kind(path))
    }
}

/// Pointers are compared first: a file that did not change keeps its tree.
fn same_hir(old: &Result<Arc<Hir>, Problem>, new: &Result<Arc<Hir>, Problem>) -> bool {
    match (old, new) {
        (Ok(old), Ok(new)) => Arc::ptr_eq(old, new) || old == new,
        (Err(old), Err(new)) => old == new,
        _ => false,
    }
}

fn hir(vfs: &Vfs, file: FileId) -> Result<Arc<Hir>, Problem> {
    let state = vfs.state(file);
    match &state.problem {
        None => Ok(Arc::clone(&state.parsed().hir)),
        Some(problem) => Err(problem.clone()),
    }
}

fn text(vfs: &Vfs, file: FileId) -> Result<Arc<str>, Problem> {
    let state = vfs.state(file);
    match &state.problem {
        None => Ok(Arc::clone(&state.text)),
        Some(problem) => Err(problem.clone()),
    }
}

/// The evaluator's view of the files: records all that it hands out.
#[derive(Debug)]
pub(crate) struct Reader<'a> {
    vfs: &'a Vfs,
    reads: Mutex<ReadSet>,
}

impl<'a> Reader<'a> {
    pub(crate) fn new(vfs: &'a Vfs) -> Self {
        Self {
            vfs,
            reads: Mutex::default(),
        }
    }

    /// What was read.
    pub(crate) fn finish(self) -> ReadSet {
        self.reads.into_inner().unwrap_or_default()
    }

    /// A file's code.
    pub(crate) fn hir(&self, file: FileId) -> Result<Arc<Hir>, Why> {
        let hir = hir(self.vfs, file);
        lock(&self.reads)
            .parsed
            .entry(file)
            .or_insert_with(|| hir.clone());
        hir.map_err(|problem| self.why(file, problem))
    }

    /// A file's text.
    pub(crate) fn text(&self, file: FileId) -> Result<Arc<str>, Why> {
        let text = text(self.vfs, file);
        lock(&self.reads)
            .texts
            .entry(file)
            .or_insert_with(|| text.clone());
        text.map_err(|problem| self.why(file, problem))
    }

    /// The file at an absolute path; it need not be there.
    pub(crate) fn file(&self, path: &Utf8Path) -> FileId {
        let file = self.vfs.file(path);
        lock(&self.reads).resolved.insert(path.to_owned(), file);
        file
    }

    /// The entries of a directory.
    pub(crate) fn list(&self, path: &Utf8Path) -> Listing {
        let path = self.vfs.canonical(path);
        let listing = self.vfs.list(&path);
        lock(&self.reads).listings.insert(path, listing.clone());
        listing
    }

    /// What is at a path; nothing if it is outside of the project.
    pub(crate) fn kind(&self, path: &Utf8Path) -> Option<FileKind> {
        let kind = self.vfs.kind(path);
        lock(&self.reads).kinds.insert(path.to_owned(), kind);
        kind
    }

    /// The absolute path of a file.
    pub(crate) fn path(&self, file: FileId) -> Utf8PathBuf {
        self.vfs.table.path(file)
    }

    /// The project's directory, if there is one.
    pub(crate) fn project(&self) -> Option<&Utf8Path> {
        self.vfs
            .project
            .as_ref()
            .map(|project| project.canonical.as_path())
    }

    fn why(&self, file: FileId, problem: Problem) -> Why {
        let path = self.vfs.display_path(file).into_string();
        match problem {
            Problem::Missing | Problem::Unreadable(_) => Why::MissingFile(path),
            Problem::Outside => Why::OutsideProject(path),
            Problem::NotText(reason) => Why::Error(format!("`{path}` {reason}")),
        }
    }
}

//! Files of one revision: editor buffers over the disk, with what was read kept by path.

pub(crate) mod disk;
pub(crate) mod parallel;
pub(crate) mod project;
pub(crate) mod reads;
pub(crate) mod spans;
pub(crate) mod watch;

use crate::vfs::disk::{FileKind, FileSystem};
use crate::vfs::watch::Watch;
use camino::{Utf8Component, Utf8Path, Utf8PathBuf};
use nixpod_source::{FileId, LineIndex};
use nixpod_syntax::{Hir, Parents, ParsedFile};
use rustc_hash::FxHashMap;
use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError, RwLock};

/// Nix files written by hand stay below 2 MiB, generated package sets below this.
pub(crate) const MAX_FILE_LEN: u64 = 16 << 20;

/// Locks even if another thread panicked while it held the lock: what is inside is only ever a cache.
pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Why a file has no text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Problem {
    /// Nothing is there.
    Missing,
    /// Outside of the project, after all links are resolved.
    Outside,
    /// It is there, but cannot be read.
    Unreadable(String),
    /// It was read, but is no text.
    NotText(&'static str),
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Missing => write!(f, "there is no such file"),
            Self::Outside => write!(f, "lies outside of the project"),
            Self::Unreadable(reason) => write!(f, "cannot be read: {reason}"),
            Self::NotText(reason) => write!(f, "{reason}"),
        }
    }
}

/// One file at one revision.
#[derive(Debug)]
pub(crate) struct FileState {
    /// The text; empty when there is a problem.
    pub(crate) text: Arc<str>,
    /// Why there is no text.
    pub(crate) problem: Option<Problem>,
    /// The content of a file that is no text.
    bytes: Option<Arc<[u8]>>,
    lines: OnceLock<Arc<LineIndex>>,
    parsed: OnceLock<Arc<ParsedFile>>,
    parents: OnceLock<Parents>,
    /// The tree that the file had before. If the new one is equal, the old one is kept, so that comparing two
    /// revisions is comparing pointers.
    before: Option<Arc<Hir>>,
}

impl FileState {
    fn new(content: Content, before: Option<&Self>) -> Arc<Self> {
        let (text, problem, bytes) = match content {
            Content::Text(text) => (text, None, None),
            Content::Binary(reason, bytes) => {
                (Arc::from(""), Some(Problem::NotText(reason)), Some(bytes.into()))
            }
            Content::None(problem) => (Arc::from(""), Some(problem), None),
        };
        Arc::new(Self {
            text,
            problem,
            bytes,
            lines: OnceLock::new(),
            parsed: OnceLock::new(),
            parents: OnceLock::new(),
            before: before.and_then(|state| match state.parsed.get() {
                Some(parsed) => Some(Arc::clone(&parsed.hir)),
                None => state.before.clone(),
            }),
        })
    }

    /// The content, whether it is text or not.
    pub(crate) fn content(&self) -> Result<Arc<[u8]>, Problem> {
        match (&self.bytes, &self.problem) {
            (Some(bytes), _) => Ok(Arc::clone(bytes)),
            (None, Some(problem)) => Err(problem.clone()),
            (None, None) => Ok(Arc::from(Arc::clone(&self.text))),
        }
    }

    pub(crate) fn parsed(&self) -> &Arc<ParsedFile> {
        self.parsed.get_or_init(|| {
            let _span = tracing::debug_span!("parse").entered();
            Arc::new(match &self.before {
                Some(before) => nixpod_syntax::parse_again(&self.text, before),
                None => nixpod_syntax::parse(&self.text),
            })
        })
    }

    /// What each node of the file stands in.
    pub(crate) fn parents(&self) -> &Parents {
        self.parents.get_or_init(|| self.parsed().parents())
    }

    pub(crate) fn lines(&self) -> &Arc<LineIndex> {
        self.lines.get_or_init(|| Arc::new(LineIndex::new(&self.text)))
    }
}

/// What reading a file came to.
enum Content {
    Text(Arc<str>),
    Binary(&'static str, Vec<u8>),
    None(Problem),
}

/// Turns bytes into text, or says clearly why they are none.
fn decode(bytes: Vec<u8>) -> Content {
    if bytes.starts_with(b"\0GITCRYPT\0") {
        return Content::Binary("is encrypted by git-crypt", bytes);
    }
    if bytes.contains(&0) {
        return Content::Binary("is binary, not text", bytes);
    }
    match String::from_utf8(bytes) {
        Ok(text) => Content::Text(text.into()),
        Err(error) => Content::Binary("is not UTF-8 text", error.into_bytes()),
    }
}

/// The numbers of files, which stay the same for the life of a host.
#[derive(Debug, Default)]
pub(crate) struct FileTable {
    inner: RwLock<TableInner>,
}

#[derive(Debug, Default)]
struct TableInner {
    paths: Vec<Utf8PathBuf>,
    ids: FxHashMap<Utf8PathBuf, FileId>,
}

impl FileTable {
    pub(crate) fn intern(&self, path: &Utf8Path) -> FileId {
        if let Some(id) = self.get(path) {
            return id;
        }
        let mut inner = self.inner.write().unwrap_or_else(PoisonError::into_inner);
        if let Some(id) = inner.ids.get(path) {
            return *id;
        }
        let id = FileId::project(u32::try_from(inner.paths.len()).unwrap_or(u32::MAX));
        inner.paths.push(path.to_owned());
        inner.ids.insert(path.to_owned(), id);
        id
    }

    pub(crate) fn get(&self, path: &Utf8Path) -> Option<FileId> {
        let inner = self.inner.read().unwrap_or_else(PoisonError::into_inner);
        inner.ids.get(path).copied()
    }

    fn contains(&self, file: FileId) -> bool {
        let inner = self.inner.read().unwrap_or_else(PoisonError::into_inner);
        file.project_number()
            .is_some_and(|number| (number as usize) < inner.paths.len())
    }

    pub(crate) fn path(&self, file: FileId) -> Utf8PathBuf {
        let inner = self.inner.read().unwrap_or_else(PoisonError::into_inner);
        file.project_number()
            .and_then(|number| inner.paths.get(number as usize))
            .cloned()
            .unwrap_or_default()
    }
}

/// The directory that reads have to stay below.
#[derive(Clone, Debug)]
pub(crate) struct ProjectRoot {
    /// As it was given, for display.
    pub(crate) given: Utf8PathBuf,
    /// With all links resolved.
    pub(crate) canonical: Utf8PathBuf,
}

/// A directory's entries, or why there are none.
pub(crate) type DirectoryListing = Result<Arc<[(String, FileKind)]>, String>;

/// What was read from the disk so far. A change of a file takes out what it may have changed.
#[derive(Debug, Default)]
struct DiskCache {
    files: FxHashMap<FileId, Arc<FileState>>,
    /// What changed files were before.
    stale: FxHashMap<FileId, Arc<FileState>>,
    directories: FxHashMap<Utf8PathBuf, DirectoryListing>,
    canonical: FxHashMap<Utf8PathBuf, Option<Utf8PathBuf>>,
    kinds: FxHashMap<Utf8PathBuf, Option<FileKind>>,
}

/// All files at one revision. Cloning is cheap; what one clone reads, the others of that revision see.
#[derive(Clone, Debug)]
pub(crate) struct Vfs {
    fs: Arc<dyn FileSystem>,
    pub(crate) table: Arc<FileTable>,
    pub(crate) project: Option<ProjectRoot>,
    /// By canonical path: the path as the editor gave it, and the file.
    buffers: Arc<BTreeMap<Utf8PathBuf, (Utf8PathBuf, Arc<FileState>)>>,
    disk: Arc<Mutex<DiskCache>>,
    /// Trees of locked inputs in the store, which may be read besides the project. They are named by the hash of what
    /// they hold, so they never change.
    inputs: Arc<RwLock<BTreeSet<Utf8PathBuf>>>,
    /// Says when work on this revision is to end.
    pub(crate) watch: Watch,
}

/// Where the sources of locked inputs lie.
const STORE: &str = "/nix/store";

impl Vfs {
    pub(crate) fn new(fs: Arc<dyn FileSystem>) -> Self {
        Self {
            fs,
            table: Arc::default(),
            project: None,
            buffers: Arc::default(),
            disk: Arc::default(),
            inputs: Arc::default(),
            watch: Watch::default(),
        }
    }

    /// The same files, watched over.
    pub(crate) fn watched(&self, watch: Watch) -> Self {
        Self {
            watch,
            ..self.clone()
        }
    }

    pub(crate) fn set_project(&mut self, root: Utf8PathBuf) {
        let canonical = self.fs.canonicalize(&root).unwrap_or_else(|_| normalize(&root));
        self.project = Some(ProjectRoot {
            given: root,
            canonical,
        });
        self.disk = Arc::default();
    }

    pub(crate) fn set_buffer(&mut self, path: Utf8PathBuf, text: Option<String>) {
        let canonical = self.canonical(&path);
        let before = self.known(self.table.intern(&canonical));
        let buffers = Arc::make_mut(&mut self.buffers);
        match text {
            Some(text) => {
                if let Some(state) = &before
                    && buffers.contains_key(&canonical)
                    && *state.text == *text
                {
                    return;
                }
                let state = FileState::new(Content::Text(text.into()), before.as_deref());
                buffers.insert(canonical, (path, state));
            }
            None => {
                buffers.remove(&canonical);
                // What is on disk now may not be what it was when the buffer was opened.
                self.file_changed(&path);
            }
        }
    }

    pub(crate) fn file_changed(&mut self, path: &Utf8Path) {
        let resolved = self.fs.canonicalize(path).ok();
        let mut cache = self.fresh_disk();
        cache.canonical.clear();
        cache.kinds.clear();
        for path in [normalize(path)].into_iter().chain(resolved) {
            // A path can be a directory that came, went or was renamed.
            let ids: Vec<_> = cache
                .files
                .keys()
                .copied()
                .filter(|id| self.table.path(*id).starts_with(&path))
                .collect();
            for id in ids {
                if let Some(state) = cache.files.remove(&id) {
                    cache.stale.insert(id, state);
                }
            }
            cache
                .directories
                .retain(|dir, _| !dir.starts_with(&path) && !path.starts_with(dir));
        }
        self.disk = Arc::new(Mutex::new(cache));
    }

    /// The cache for the next revision; older snapshots keep theirs.
    fn fresh_disk(&mut self) -> DiskCache {
        let old = std::mem::take(&mut self.disk);
        match Arc::try_unwrap(old) {
            Ok(cache) => cache.into_inner().unwrap_or_else(PoisonError::into_inner),
            Err(shared) => {
                let cache = lock(&shared);
                DiskCache {
                    files: cache.files.clone(),
                    stale: cache.stale.clone(),
                    directories: cache.directories.clone(),
                    canonical: cache.canonical.clone(),
                    kinds: cache.kinds.clone(),
                }
            }
        }
    }

    /// The path with links resolved; for a file that is not there, its directory's path is resolved.
    pub(crate) fn canonical(&self, path: &Utf8Path) -> Utf8PathBuf {
        self.existing(path).unwrap_or_else(|| {
            let path = normalize(path);
            match (path.parent(), path.file_name()) {
                (Some(parent), Some(name)) => match self.existing(parent) {
                    Some(parent) => parent.join(name),
                    None => path,
                },
                _ => path,
            }
        })
    }

    fn existing(&self, path: &Utf8Path) -> Option<Utf8PathBuf> {
        if let Some(known) = lock(&self.disk).canonical.get(path) {
            return known.clone();
        }
        let canonical = self.fs.canonicalize(path).ok();
        lock(&self.disk)
            .canonical
            .insert(path.to_owned(), canonical.clone());
        canonical
    }

    /// May this canonical path be read?
    pub(crate) fn inside(&self, canonical: &Utf8Path) -> bool {
        self.in_project(canonical) || {
            let inputs = self.inputs.read().unwrap_or_else(PoisonError::into_inner);
            inputs.iter().any(|tree| canonical.starts_with(tree))
        }
    }

    /// Is this canonical path one of the project itself?
    pub(crate) fn in_project(&self, canonical: &Utf8Path) -> bool {
        self.project
            .as_ref()
            .is_none_or(|project| canonical.starts_with(&project.canonical))
    }

    /// Lets the tree at a path of the store be read, if it is such a tree and there; returns where it really is.
    ///
    /// A store path that is a link is refused, whatever it leads to: only what lies in the store itself is an input.
    pub(crate) fn admit(&self, tree: &Utf8Path) -> Option<Utf8PathBuf> {
        let name = tree.strip_prefix(STORE).ok()?;
        if name.components().count() != 1 || name.as_str() == ".." {
            return None;
        }
        let expected = self.canonical(Utf8Path::new(STORE)).join(name);
        if self.canonical(tree) != expected || self.link_kind(&expected) != Some(FileKind::Directory) {
            return None;
        }
        let mut inputs = self.inputs.write().unwrap_or_else(PoisonError::into_inner);
        inputs.insert(expected.clone());
        Some(expected)
    }

    /// The number of the file at a path, which need not be there.
    pub(crate) fn file(&self, path: &Utf8Path) -> FileId {
        self.table.intern(&self.canonical(path))
    }

    /// Does the number belong to a file, and not to something built in?
    pub(crate) fn is_known(&self, file: FileId) -> bool {
        self.table.contains(file)
    }

    /// The file's state, if it was asked for before.
    fn known(&self, file: FileId) -> Option<Arc<FileState>> {
        match self.buffers.get(&self.table.path(file)) {
            Some((_, state)) => Some(Arc::clone(state)),
            None => lock(&self.disk).files.get(&file).cloned(),
        }
    }

    /// The file's state at this revision.
    pub(crate) fn state(&self, file: FileId) -> Arc<FileState> {
        let path = self.table.path(file);
        if let Some((_, state)) = self.buffers.get(&path) {
            return Arc::clone(state);
        }
        if let Some(state) = lock(&self.disk).files.get(&file) {
            return Arc::clone(state);
        }
        let before = lock(&self.disk).stale.remove(&file);
        let state = FileState::new(self.read(&path), before.as_deref());
        Arc::clone(lock(&self.disk).files.entry(file).or_insert(state))
    }

    fn read(&self, path: &Utf8Path) -> Content {
        if !self.inside(path) {
            return Content::None(Problem::Outside);
        }
        match self.fs.read(path, MAX_FILE_LEN) {
            Ok(bytes) => decode(bytes),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Content::None(Problem::Missing),
            Err(error) => Content::None(Problem::Unreadable(error.to_string())),
        }
    }

    /// The files that have a buffer.
    pub(crate) fn buffered(&self) -> impl Iterator<Item = FileId> + '_ {
        self.buffers.keys().filter_map(|path| self.table.get(path))
    }

    /// The entries of a directory given by its canonical path, with unsaved new buffers among them.
    pub(crate) fn list(&self, directory: &Utf8Path) -> DirectoryListing {
        let cached = lock(&self.disk).directories.get(directory).cloned();
        let listing = cached.unwrap_or_else(|| {
            let listing: DirectoryListing = if self.inside(directory) {
                self.fs
                    .read_dir(directory)
                    .map(Arc::from)
                    .map_err(|error| error.to_string())
            } else {
                Err(Problem::Outside.to_string())
            };
            lock(&self.disk)
                .directories
                .insert(directory.to_owned(), listing.clone());
            listing
        });
        let new: Vec<String> = self
            .buffers
            .keys()
            .filter(|path| path.parent() == Some(directory))
            .filter_map(|path| path.file_name().map(str::to_owned))
            .filter(|name| match &listing {
                Ok(entries) => !entries.iter().any(|(entry, _)| entry == name),
                Err(_) => false,
            })
            .collect();
        if new.is_empty() {
            return listing;
        }
        listing.map(|entries| {
            let mut entries = entries.to_vec();
            entries.extend(new.into_iter().map(|name| (name, FileKind::Regular)));
            entries.sort();
            entries.into()
        })
    }

    /// What a path is, with links followed; `None` if nothing is there or it lies outside.
    pub(crate) fn kind(&self, path: &Utf8Path) -> Option<FileKind> {
        self.link_kind(&self.canonical(path))
    }

    /// What is at a path whose directories are resolved.
    pub(crate) fn link_kind(&self, path: &Utf8Path) -> Option<FileKind> {
        if self.buffers.contains_key(path) {
            return Some(FileKind::Regular);
        }
        if let Some(known) = lock(&self.disk).kinds.get(path) {
            return *known;
        }
        let kind = self.fs.kind(path).ok();
        lock(&self.disk).kinds.insert(path.to_owned(), kind);
        kind
    }

    /// The path below the project, for names that do not depend on where the project lies.
    pub(crate) fn relative_path(&self, file: FileId) -> Utf8PathBuf {
        let path = self.table.path(file);
        match &self.project {
            Some(project) => path
                .strip_prefix(&project.canonical)
                .map_or_else(|_| path.clone(), Utf8Path::to_owned),
            None => path.file_name().map_or_else(|| path.clone(), Utf8PathBuf::from),
        }
    }

    /// The path to show for a file: as the editor or the user spelt it.
    pub(crate) fn display_path(&self, file: FileId) -> Utf8PathBuf {
        let path = self.table.path(file);
        if let Some((given, _)) = self.buffers.get(&path) {
            return given.clone();
        }
        if let Some(project) = &self.project
            && let Ok(rest) = path.strip_prefix(&project.canonical)
        {
            return match project.given.as_str() {
                "." | "" => rest.to_owned(),
                _ => project.given.join(rest),
            };
        }
        path
    }
}

/// The files that one question looks at, each looked up once: a lock and a path for every label would be most of the
/// work.
#[derive(Debug)]
pub(crate) struct Files<'v> {
    pub(crate) vfs: &'v Vfs,
    states: RefCell<FxHashMap<FileId, Arc<FileState>>>,
}

impl<'v> Files<'v> {
    pub(crate) fn new(vfs: &'v Vfs) -> Self {
        Self {
            vfs,
            states: RefCell::default(),
        }
    }

    /// The state of a file that [`Vfs::is_known`].
    pub(crate) fn state(&self, file: FileId) -> Arc<FileState> {
        let mut states = self.states.borrow_mut();
        Arc::clone(states.entry(file).or_insert_with(|| self.vfs.state(file)))
    }

    /// The state of a file that has text; none for what is built in or cannot be read.
    pub(crate) fn readable(&self, file: FileId) -> Option<Arc<FileState>> {
        let known = self.states.borrow().get(&file).cloned();
        let state = known.or_else(|| self.vfs.is_known(file).then(|| self.state(file)))?;
        state.problem.is_none().then_some(state)
    }
}

/// Removes `.` and `..` by the letter, for paths that are not there.
pub(crate) fn normalize(path: &Utf8Path) -> Utf8PathBuf {
    let mut out = Utf8PathBuf::new();
    for part in path.components() {
        match part {
            Utf8Component::CurDir => {}
            Utf8Component::ParentDir => {
                if out.file_name().is_some() {
                    out.pop();
                } else if !out.has_root() {
                    out.push("..");
                }
            }
            other => out.push(other),
        }
    }
    out
}

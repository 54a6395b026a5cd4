//! Files of one revision: editor buffers over the disk, with what was read kept by path.

pub(crate) mod disk;
pub(crate) mod git;
mod ground;
pub(crate) mod memory;
pub(crate) mod parallel;
pub(crate) mod paths;
pub(crate) mod project;
pub(crate) mod reads;
pub(crate) mod resolve;
mod scripts;
mod seen;
pub(crate) mod spans;
pub(crate) mod state;
pub(crate) mod watch;

use crate::vfs::disk::{FileKind, FileSystem};
use crate::vfs::git::Tracked;
use crate::vfs::ground::Ground;
use crate::vfs::paths::normalize;
use crate::vfs::project::{ProjectRoot, Scope};
use crate::vfs::state::{Content, FileState, FileTable, Problem, decode, is_of_sops};
use crate::vfs::watch::Watch;
use camino::{Utf8Path, Utf8PathBuf};
use nixpod_source::FileId;
use rustc_hash::FxHashMap;
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock};

/// Nix files written by hand stay below 2 MiB, generated package sets below this.
pub(crate) const MAX_FILE_LEN: u64 = 16 << 20;

/// Locks even if another thread panicked while it held the lock: what is inside is only ever a cache.
pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The project that the files belong to.
#[derive(Clone, Debug)]
pub(crate) struct ProjectDirectory {
    /// Its directory as it was given, for display.
    pub(crate) given: Utf8PathBuf,
    /// With all links resolved.
    pub(crate) canonical: Utf8PathBuf,
    /// Does everything below it belong to it?
    pub(crate) is_whole: bool,
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
    resolved: FxHashMap<Utf8PathBuf, Result<Utf8PathBuf, Problem>>,
    kinds: FxHashMap<Utf8PathBuf, Option<FileKind>>,
    /// Where the trees of inputs are, if they are there.
    stored: FxHashMap<Utf8PathBuf, Option<Utf8PathBuf>>,
    /// Which files are texts by what is in them.
    scripts: FxHashMap<Utf8PathBuf, bool>,
    /// What git tracks, if that was asked for.
    tracked: Option<Option<Arc<Tracked>>>,
    /// What it tracked before the last change.
    tracked_before: Option<Arc<Tracked>>,
}

/// All files at one revision. Cloning is cheap; what one clone reads, the others of that revision see.
#[derive(Clone, Debug)]
pub(crate) struct Vfs {
    fs: Arc<dyn FileSystem>,
    pub(crate) table: Arc<FileTable>,
    pub(crate) project: Option<ProjectDirectory>,
    /// The project's directory; the whole disk without a project.
    ground: Arc<Ground>,
    /// By canonical path: the path as the editor gave it, and the file.
    buffers: Arc<BTreeMap<Utf8PathBuf, (Utf8PathBuf, Arc<FileState>)>>,
    disk: Arc<Mutex<DiskCache>>,
    /// Trees of locked inputs in the store, which may be read besides the project. They are named by the hash of what
    /// they hold, so they never change.
    inputs: Arc<RwLock<BTreeMap<Utf8PathBuf, Arc<Ground>>>>,
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
            ground: Arc::new(Ground::new("/".into(), "/".into())),
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

    pub(crate) fn set_root(&mut self, root: &ProjectRoot) {
        let only = match &root.scope {
            Scope::Alone(file) => Some(file.as_path()),
            Scope::Directory | Scope::Files => None,
        };
        let ground = Ground::of_project(&*self.fs, root.directory.clone(), only);
        self.project = Some(ProjectDirectory {
            given: root.directory.clone(),
            canonical: ground.canonical.clone(),
            is_whole: root.scope == Scope::Directory,
        });
        self.ground = Arc::new(ground);
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
                let state = FileState::new(&canonical, Content::Text(text.into()), before.as_deref());
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
        let resolved = self.resolve(path).ok();
        if self.project.is_some() {
            self.ground = Arc::new(self.ground.renewed(&*self.fs));
        }
        let mut cache = self.fresh_disk();
        cache.resolved.clear();
        cache.kinds.clear();
        cache.stored.clear();
        if let Some(tracked) = cache.tracked.take() {
            cache.tracked_before = tracked;
        }
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
            cache.scripts.retain(|script, _| !script.starts_with(&path));
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
                    resolved: cache.resolved.clone(),
                    kinds: cache.kinds.clone(),
                    stored: cache.stored.clone(),
                    scripts: cache.scripts.clone(),
                    tracked: cache.tracked.clone(),
                    tracked_before: cache.tracked_before.clone(),
                }
            }
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
        if let Some(known) = lock(&self.disk).stored.get(tree) {
            return known.clone();
        }
        let found = self.stored(tree);
        if let Some(real) = &found {
            let mut inputs = self.inputs.write().unwrap_or_else(PoisonError::into_inner);
            inputs
                .entry(real.clone())
                .or_insert_with(|| Arc::new(Ground::new(tree.to_owned(), real.clone())));
        }
        lock(&self.disk).stored.insert(tree.to_owned(), found.clone());
        found
    }

    fn stored(&self, tree: &Utf8Path) -> Option<Utf8PathBuf> {
        let name = tree.strip_prefix(STORE).ok()?;
        if name.components().count() != 1 || name.as_str() == ".." {
            return None;
        }
        let real = self.fs.canonicalize(Utf8Path::new(STORE)).ok()?.join(name);
        (self.fs.kind(&real).ok()? == FileKind::Directory).then_some(real)
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
        let state = FileState::new(&path, self.read(&path), before.as_deref());
        Arc::clone(lock(&self.disk).files.entry(file).or_insert(state))
    }

    fn read(&self, path: &Utf8Path) -> Content {
        // A number can stand for any path; what is read has no link on its way.
        if !self.is_listed(path) {
            match self.resolve(path) {
                Ok(resolved) if resolved == path => {}
                Ok(_) => return Content::None(Problem::Outside),
                Err(problem) => return Content::None(problem),
            }
        }
        let Some(ground) = self.ground_of(path) else {
            return Content::None(Problem::Outside);
        };
        let bytes = ground
            .open(&*self.fs, path)
            .and_then(|(tree, path)| tree.read(path, MAX_FILE_LEN));
        match bytes {
            Ok(bytes) if path.as_str().ends_with(".nix") && is_of_sops(&bytes) => {
                Content::Binary("is encrypted by sops", bytes)
            }
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
            let listing = self.read_dir(directory);
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

    fn read_dir(&self, directory: &Utf8Path) -> DirectoryListing {
        match self.resolve(directory) {
            Ok(resolved) if resolved == directory => {}
            Ok(_) => return Err(Problem::Outside.to_string()),
            Err(problem) => return Err(problem.to_string()),
        }
        let Some(ground) = self.ground_of(directory) else {
            return Err(Problem::Outside.to_string());
        };
        let entries = ground
            .open(&*self.fs, directory)
            .and_then(|(tree, path)| tree.read_dir(path));
        entries.map(Arc::from).map_err(|error| error.to_string())
    }

    /// What a path is, with links followed; `None` if nothing is there or it lies outside.
    pub(crate) fn kind(&self, path: &Utf8Path) -> Option<FileKind> {
        self.link_kind(&self.canonical(path))
    }

    /// What is at a path whose directories are resolved.
    pub(crate) fn link_kind(&self, path: &Utf8Path) -> Option<FileKind> {
        let on_disk = self
            .ground_of(path)
            .and_then(|ground| self.disk_kind(&ground, path));
        on_disk.or_else(|| self.buffers.contains_key(path).then_some(FileKind::Regular))
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

    /// The path below the project, or all of it where the folders around the project tell what the file is.
    pub(crate) fn place_of(&self, file: FileId) -> Utf8PathBuf {
        let relative = self.relative_path(file);
        match self.project.is_some() && nixpod_surfaces::is_text(relative.as_str()) {
            true => relative,
            false => self.table.path(file),
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

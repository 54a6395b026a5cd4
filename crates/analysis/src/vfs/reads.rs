//! What an evaluation reads, so that it is repeated only when one of these things changed.

use crate::vfs::disk::FileKind;
use crate::vfs::spans::span_of;
use crate::vfs::state::Problem;
use crate::vfs::{DirectoryListing, Files, Vfs, lock};
use camino::{Utf8Path, Utf8PathBuf};
use nixpod_eval::{Interrupt, Loaded, Source, StringsRead};
use nixpod_source::{ExprId, FileId, Place, Site, Why};
use nixpod_syntax::hir::{Expr, StrPart};
use nixpod_syntax::{Hir, Language};
use rustc_hash::{FxHashMap, FxHashSet};
use std::cell::RefCell;
use std::rc::Rc;
use std::sync::{Arc, Mutex};

/// What was read, including what was not there.
///
/// Ranges and comments are no part of it: two texts with equal `Hir`s count as the same, and so do two that differ in
/// strings that the evaluation never looked at.
#[derive(Clone, Debug, Default)]
pub(crate) struct ReadSet {
    parsed: FxHashMap<FileId, Result<Arc<Hir>, Problem>>,
    contents: FxHashMap<FileId, Result<Arc<[u8]>, Problem>>,
    /// The files that were read as text in which there are places of their own.
    texts: FxHashSet<FileId>,
    listings: FxHashMap<Utf8PathBuf, DirectoryListing>,
    kinds: FxHashMap<Utf8PathBuf, Option<FileKind>>,
    resolved: FxHashMap<Utf8PathBuf, Result<Utf8PathBuf, Problem>>,
    /// Trees of inputs: were they there?
    stored: FxHashMap<Utf8PathBuf, Option<Utf8PathBuf>>,
    /// Paths that a flake sees or does not see, if that matters.
    seen: FxHashMap<Utf8PathBuf, bool>,
    /// Does the evaluation see only what git tracks?
    only_tracked: bool,
    positions: FxHashMap<Site, Option<(u32, u32)>>,
    /// The string literals that were looked at; `None`: perhaps all.
    strings: Option<StringsRead>,
}

impl ReadSet {
    /// The files that were read as Nix code.
    pub(crate) fn parsed_files(&self) -> impl Iterator<Item = FileId> + '_ {
        self.parsed.keys().copied()
    }

    /// The files that were read as text in which there are places of their own: units, scripts.
    pub(crate) fn texts(&self) -> impl Iterator<Item = FileId> + '_ {
        self.texts.iter().copied()
    }

    /// The files of which the content was read, as what it is.
    pub(crate) fn contents(&self) -> impl Iterator<Item = FileId> + '_ {
        self.contents.keys().copied()
    }

    /// All files in which something may be told.
    pub(crate) fn files(&self) -> impl Iterator<Item = FileId> + '_ {
        self.parsed_files().chain(self.texts())
    }

    /// Was a file read as Nix code?
    pub(crate) fn has_parsed(&self, file: FileId) -> bool {
        self.parsed.contains_key(&file)
    }

    /// Pointers are compared first: a file that did not change keeps its tree. A tree that differs only in strings
    /// that nothing looked at is as good as the same.
    fn same_hir(
        &self,
        file: FileId,
        old: &Result<Arc<Hir>, Problem>,
        new: &Result<Arc<Hir>, Problem>,
    ) -> bool {
        let (old, new) = match (old, new) {
            (Ok(old), Ok(new)) => (old, new),
            (Err(old), Err(new)) => return old == new,
            _ => return false,
        };
        if Arc::ptr_eq(old, new) {
            return true;
        }
        if !old.same_shape(new) {
            return false;
        }
        let mut pairs = old.exprs().iter().zip(new.exprs()).enumerate();
        pairs.all(|(index, (old, new))| {
            old == new
                || (is_plain_string(old)
                    && is_plain_string(new)
                    && self
                        .strings
                        .as_ref()
                        .is_some_and(|strings| !strings.contains(file, ExprId(index as u32))))
        })
    }

    /// Would an evaluation read the very same things now?
    pub(crate) fn is_current(&self, vfs: &Vfs) -> bool {
        self.parsed
            .iter()
            .all(|(file, old)| self.same_hir(*file, old, &hir(vfs, *file)))
            && self.others_are_current(vfs)
    }

    /// Would it, apart from the code of files?
    fn others_are_current(&self, vfs: &Vfs) -> bool {
        self.contents
            .iter()
            .all(|(file, old)| *old == vfs.state(*file).content())
            && self.resolved.iter().all(|(path, old)| *old == vfs.resolve(path))
            && self
                .listings
                .iter()
                .all(|(path, old)| *old == self.list(vfs, path))
            && self.stored.iter().all(|(path, old)| *old == vfs.admit(path))
            && self.seen.iter().all(|(path, old)| *old == vfs.is_seen(path))
            && self.kinds.iter().all(|(path, old)| *old == vfs.link_kind(path))
            && self
                .positions
                .iter()
                .all(|(site, old)| *old == position(vfs, *site))
    }
}

impl ReadSet {
    /// A directory's entries as the evaluation sees them.
    fn list(&self, vfs: &Vfs, directory: &Utf8Path) -> DirectoryListing {
        match self.only_tracked {
            true => vfs.list_seen(directory),
            false => vfs.list(directory),
        }
    }
}

/// Is it a string without interpolation?
fn is_plain_string(expr: &Expr) -> bool {
    matches!(expr, Expr::Str(parts) if matches!(&**parts, [] | [StrPart::Text(_)]))
}

fn hir(vfs: &Vfs, file: FileId) -> Result<Arc<Hir>, Problem> {
    let state = vfs.state(file);
    match &state.problem {
        None => Ok(Arc::clone(&state.parsed().hir)),
        Some(problem) => Err(problem.clone()),
    }
}

fn position(vfs: &Vfs, site: Site) -> Option<(u32, u32)> {
    let span = span_of(&Files::new(vfs), Place::whole(site))?;
    let state = vfs.state(span.file);
    let position = state.lines().position(&state.text, span.range.start());
    Some((position.line, position.column))
}

/// The evaluator's view of the files: records all that it hands out.
#[derive(Debug)]
pub(crate) struct RecordingSource {
    /// The files at one revision; another one after an edit.
    vfs: RefCell<Rc<Vfs>>,
    reads: Mutex<ReadSet>,
    /// The trees of inputs that this evaluation may read. What another evaluation may read is of no matter to this one,
    /// or else the answer would depend on which is first.
    inputs: Mutex<Vec<Utf8PathBuf>>,
    /// Expressions of one file that are taken to be true, whatever they are.
    assumed: Option<(FileId, Vec<ExprId>)>,
}

impl RecordingSource {
    /// `flake`: the file that is evaluated as one. If git tracks it, only what git tracks is seen besides.
    pub(crate) fn new(vfs: &Vfs, flake: Option<FileId>) -> Self {
        let mut reads = ReadSet::default();
        if let Some(flake) = flake {
            let path = vfs.table.path(flake);
            // A flake that git does not track is one of a plain directory, of which everything is seen.
            reads.only_tracked = vfs.is_seen(&path);
            reads.seen.insert(path, reads.only_tracked);
        }
        Self {
            vfs: RefCell::new(Rc::new(vfs.clone())),
            reads: Mutex::new(reads),
            inputs: Mutex::default(),
            assumed: None,
        }
    }

    /// Takes some expressions of a file to be true. What is remembered as read is the file as it is.
    pub(crate) fn assuming(self, file: FileId, exprs: &[ExprId]) -> Self {
        let assumed = Some((file, exprs.to_vec()));
        Self { assumed, ..self }
    }

    /// Remembers which string literals were looked at.
    pub(crate) fn set_strings(&self, strings: StringsRead) {
        lock(&self.reads).strings = Some(strings);
    }

    fn vfs(&self) -> Rc<Vfs> {
        Rc::clone(&self.vfs.borrow())
    }

    /// From now on files are as they are here. Gives the files whose code is another one, if that is the only
    /// difference and all code could be read before and after.
    pub(crate) fn renew(&self, vfs: &Vfs) -> Option<Vec<(FileId, Arc<Hir>)>> {
        let mut reads = lock(&self.reads);
        if !reads.others_are_current(vfs) {
            return None;
        }
        let mut changed = Vec::new();
        let mut files: Vec<_> = reads.parsed.iter_mut().collect();
        files.sort_unstable_by_key(|(file, _)| **file);
        for (file, old) in files {
            let new = hir(vfs, *file);
            match (&*old, &new) {
                (Ok(before), Ok(after)) if Arc::ptr_eq(before, after) => {}
                (Ok(before), Ok(after)) => {
                    if before != after {
                        changed.push((*file, Arc::clone(after)));
                    }
                    *old = new;
                }
                (Err(before), Err(after)) if before == after => {}
                _ => return None,
            }
        }
        *self.vfs.borrow_mut() = Rc::new(vfs.clone());
        Some(changed)
    }

    /// What was read so far.
    pub(crate) fn reads(&self) -> ReadSet {
        lock(&self.reads).clone()
    }

    /// The file's path as the user knows it, from the project on.
    pub(crate) fn name_of(&self, file: FileId) -> String {
        self.vfs().relative_path(file).into_string()
    }

    /// The first syntax error of a file, with its place.
    pub(crate) fn syntax_error(&self, file: FileId) -> Option<String> {
        let state = self.vfs().state(file);
        let parsed = state.parsed();
        let error = parsed.errors.first()?;
        let position = state.lines().position(&state.text, error.range.start());
        let (name, line, column) = (self.name_of(file), position.line, position.column);
        Some(format!(
            "syntax error: {}\n  at {name}:{line}:{column}",
            error.message
        ))
    }

    /// The project's directory, if there is one.
    pub(crate) fn project(&self) -> Option<Utf8PathBuf> {
        let vfs = self.vfs();
        vfs.project.as_ref().map(|project| project.canonical.clone())
    }

    /// Where a path leads, if this evaluation may read there.
    fn resolve(&self, path: &Utf8Path) -> Result<Utf8PathBuf, Why> {
        let resolved = self.note_where(path);
        let canonical = resolved.map_err(|problem| self.why(path, problem))?;
        self.check(&canonical)?;
        Ok(canonical)
    }

    /// Where a path leads, which is part of what was read.
    fn note_where(&self, path: &Utf8Path) -> Result<Utf8PathBuf, Problem> {
        let resolved = self.vfs().resolve(path);
        let mut reads = lock(&self.reads);
        let noted = reads.resolved.entry(path.to_owned());
        noted.or_insert(resolved).clone()
    }

    fn check(&self, canonical: &Utf8Path) -> Result<(), Why> {
        let allowed = self.vfs().in_project(canonical)
            || lock(&self.inputs).iter().any(|tree| canonical.starts_with(tree));
        match allowed {
            true => Ok(()),
            false => Err(self.why(canonical, Problem::Outside)),
        }
    }

    /// A flake does not see what git does not track, even if it is there.
    fn check_seen(&self, canonical: &Utf8Path) -> Result<(), Why> {
        if !lock(&self.reads).only_tracked {
            return Ok(());
        }
        let vfs = self.vfs();
        let is_seen = vfs.is_seen(canonical);
        lock(&self.reads).seen.insert(canonical.to_owned(), is_seen);
        if is_seen || vfs.link_kind(canonical).is_none() {
            return Ok(());
        }
        Err(Why::Untracked(self.relative(canonical)))
    }

    /// The path as it is named in reasons.
    fn relative(&self, path: &Utf8Path) -> String {
        let vfs = self.vfs();
        let below = vfs.project.as_ref().and_then(|project| {
            let canonical = path.strip_prefix(&project.canonical);
            canonical.or_else(|_| path.strip_prefix(&project.given)).ok()
        });
        below.unwrap_or(path).to_string()
    }

    /// A file's id and content.
    fn content(&self, path: &Utf8Path) -> Result<(FileId, Vec<u8>), Why> {
        let path = self.resolve(path)?;
        self.check_seen(&path)?;
        let file = self.vfs().table.intern(&path);
        let content = self.vfs().state(file).content();
        lock(&self.reads)
            .contents
            .entry(file)
            .or_insert_with(|| content.clone());
        match content {
            Ok(bytes) => Ok((file, bytes.to_vec())),
            Err(problem) => Err(self.why(&path, problem)),
        }
    }

    fn why(&self, path: &Utf8Path, problem: Problem) -> Why {
        let path = self.relative(path);
        match problem {
            Problem::Missing => Why::MissingFile(path),
            Problem::Outside => Why::OutsideProject(path),
            Problem::LeadsOut => Why::LeadsOutside(path),
            Problem::VersionControl => Why::VersionControl(path),
            Problem::Unreadable(_) | Problem::NotText(_) | Problem::Nameless => {
                Why::Unreadable(format!("`{path}` {problem}"))
            }
        }
    }
}

/// A text without the folder that a project lies in, wherever it stands as a path.
fn from_project_on(text: &str, project: &str) -> Option<String> {
    let is_in_path = |c: char| c.is_alphanumeric() || matches!(c, '/' | '-' | '_' | '.');
    if project.len() < 2 || !text.contains(project) {
        return None;
    }
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once(project) {
        out.push_str(before);
        match (before.ends_with(is_in_path), after.strip_prefix('/')) {
            (false, Some(below)) if below.starts_with(is_in_path) => rest = below,
            (false, _) if !after.starts_with(is_in_path) => {
                out.push('.');
                rest = after;
            }
            _ => {
                out.push_str(project);
                rest = after;
            }
        }
    }
    out.push_str(rest);
    Some(out)
}

impl Source for RecordingSource {
    fn told(&self, message: String) -> String {
        let vfs = self.vfs();
        let Some(project) = &vfs.project else {
            return message;
        };
        let folders = [&project.canonical, &project.given];
        let short = folders
            .into_iter()
            .find_map(|folder| from_project_on(&message, folder.as_str()));
        short.unwrap_or(message)
    }

    fn load(&self, path: &Utf8Path) -> Result<Loaded, Why> {
        let mut path = self.resolve(path)?;
        if self.vfs().link_kind(&path) == Some(FileKind::Directory) {
            path = self.resolve(&path.join("default.nix"))?;
        }
        self.check_seen(&path)?;
        let file = self.vfs().table.intern(&path);
        if self.vfs().state(file).language != Language::Nix {
            return Err(Why::Unreadable(format!(
                "`{}` is no Nix code",
                self.relative(&path)
            )));
        }
        let hir = hir(&self.vfs(), file);
        lock(&self.reads)
            .parsed
            .entry(file)
            .or_insert_with(|| hir.clone());
        match hir {
            Ok(hir) => {
                let hir = match &self.assumed {
                    Some((assumed, exprs)) if *assumed == file => Arc::new(hir.assuming(exprs)),
                    _ => hir,
                };
                Ok(Loaded { file, hir, path })
            }
            Err(problem) => Err(self.why(&path, problem)),
        }
    }

    fn read(&self, path: &Utf8Path) -> Result<Vec<u8>, Why> {
        self.content(path).map(|(_, content)| content)
    }

    fn text(&self, path: &Utf8Path) -> Result<(FileId, Vec<u8>), Why> {
        let (file, content) = self.content(path)?;
        lock(&self.reads).texts.insert(file);
        Ok((file, content))
    }

    fn read_dir(&self, path: &Utf8Path) -> Result<Vec<(String, nixpod_eval::FileKind)>, Why> {
        let path = self.resolve(path)?;
        self.check_seen(&path)?;
        let mut reads = lock(&self.reads);
        let listing = reads.list(&self.vfs(), &path);
        reads
            .listings
            .entry(path.clone())
            .or_insert_with(|| listing.clone());
        drop(reads);
        match listing {
            Ok(entries) => {
                let entries = entries.iter();
                Ok(entries
                    .filter_map(|(name, kind)| Some((name.clone(), convert(*kind)?)))
                    .collect())
            }
            Err(reason) => Err(self.why(&path, Problem::Unreadable(reason))),
        }
    }

    fn kind(&self, path: &Utf8Path) -> Result<Option<nixpod_eval::FileKind>, Why> {
        // Only the directories on the way are resolved: a link is a link.
        if let Some(parent) = path.parent()
            && !self.vfs().is_border(path)
        {
            // What it says against the parent, it says against the path itself, too.
            let _ = self.note_where(parent);
        }
        let resolved = self.vfs().resolve_directories(path);
        let path = resolved.map_err(|problem| self.why(path, problem))?;
        self.check(&path)?;
        self.check_seen(&path)?;
        let kind = self.vfs().link_kind(&path);
        lock(&self.reads).kinds.insert(path, kind);
        Ok(kind.and_then(convert))
    }

    fn position(&self, site: Site) -> Option<(u32, u32)> {
        let position = position(&self.vfs(), site);
        lock(&self.reads).positions.insert(site, position);
        position
    }

    fn admit(&self, tree: &Utf8Path) -> bool {
        let admitted = self.vfs().admit(tree);
        // Whether it is there is part of what was read.
        lock(&self.reads).stored.insert(tree.to_owned(), admitted.clone());
        match admitted {
            Some(tree) => {
                lock(&self.inputs).push(tree);
                true
            }
            None => false,
        }
    }

    fn path_of(&self, file: FileId) -> Utf8PathBuf {
        self.vfs().table.path(file)
    }

    fn interrupted(&self, thoroughly: bool) -> Option<Interrupt> {
        self.vfs.borrow().watch.interrupted(thoroughly)
    }
}

/// Nothing for what has no name that code could ask for it by. It is counted where the project is walked.
const fn convert(kind: FileKind) -> Option<nixpod_eval::FileKind> {
    match kind {
        FileKind::Regular => Some(nixpod_eval::FileKind::Regular),
        FileKind::Directory => Some(nixpod_eval::FileKind::Directory),
        FileKind::Symlink => Some(nixpod_eval::FileKind::Symlink),
        FileKind::Other => Some(nixpod_eval::FileKind::Other),
        FileKind::NamelessFile | FileKind::NamelessDirectory => None,
    }
}

//! Which of the files that no host imports are evaluated by themselves.
//!
//! Left out is only what certainly sets nothing that is read: a tree of thousands of packages is not evaluated file by
//! file. What a file sets can come from another one, so files are looked at together with those that they mention.

use crate::vfs::Vfs;
use crate::vfs::disk::FileKind;
use crate::vfs::parallel;
use crate::vfs::resolve::MAX_PATH;
use camino::{Utf8Path, Utf8PathBuf};
use nixpod_source::{ExprId, FileId};
use nixpod_syntax::Hir;
use nixpod_syntax::hir::{Expr, PathKind, StrPart};
use rustc_hash::{FxHashMap, FxHashSet};

/// A larger file that is no Nix is not looked into: there may be a secret in it.
const MAX_TEXT: usize = 1 << 16;

/// A file that may be a root of its own.
#[derive(Debug)]
pub(super) struct Candidate {
    pub(super) file: FileId,
    /// Files that its path literals name.
    pub(super) mentions: Vec<FileId>,
    /// Those among them that it names for the machines of NixOS tests alone.
    pub(super) for_tests: Vec<FileId>,
    /// May it, or what it mentions, define something that is looked at?
    pub(super) matters: bool,
    /// May it set something that is looked at if there is a secret in it?
    pub(super) matters_with_secrets: bool,
    /// Can it be a module? What others call with arguments of their own says nothing by itself.
    pub(super) may_be_module: bool,
}

/// Spreads over all files of a project what those that they mention can do.
pub(super) fn spread(vfs: &Vfs, jobs: usize, candidates: &mut [Candidate]) {
    let graph = Graph::new(candidates);
    let with = graph.above(indices(candidates, |candidate| {
        candidate.matters_with_secrets && !candidate.matters
    }));
    if !with.is_empty() {
        let behind: Vec<usize> = graph.below(with.iter().copied()).into_iter().collect();
        let told = parallel::map(jobs, &behind, |index| {
            let file = candidates.get(*index).map(|candidate| candidate.file);
            file.is_some_and(|file| tells_secrets(vfs, file))
        });
        let told = behind.iter().zip(told).filter(|(_, told)| *told);
        let told = graph.above(told.map(|(index, _)| *index));
        mark(candidates, with.intersection(&told).copied());
    }
    let matter = graph.above(indices(candidates, |candidate| candidate.matters));
    mark(candidates, matter.into_iter());
}

/// They matter, if they can be modules.
fn mark(candidates: &mut [Candidate], these: impl Iterator<Item = usize>) {
    for index in these {
        if let Some(candidate) = candidates.get_mut(index) {
            candidate.matters |= candidate.may_be_module;
        }
    }
}

fn indices(candidates: &[Candidate], wanted: fn(&Candidate) -> bool) -> impl Iterator<Item = usize> {
    let numbered = candidates.iter().enumerate();
    numbered
        .filter(move |(_, candidate)| wanted(candidate))
        .map(|(index, _)| index)
}

/// Which file mentions which, by their numbers among the candidates.
struct Graph {
    mentions: Vec<Vec<usize>>,
    /// The same without those for tests.
    for_hosts: Vec<Vec<usize>>,
    mentioned_by: Vec<Vec<usize>>,
}

impl Graph {
    fn new(candidates: &[Candidate]) -> Self {
        let numbers: FxHashMap<FileId, usize> = { candidates.iter().enumerate() }
            .map(|(index, candidate)| (candidate.file, index))
            .collect();
        let mut mentions = Vec::with_capacity(candidates.len());
        let mut for_hosts = Vec::with_capacity(candidates.len());
        let mut mentioned_by = vec![Vec::new(); candidates.len()];
        for (index, candidate) in candidates.iter().enumerate() {
            let to = candidate.mentions.iter().filter_map(|file| numbers.get(file));
            let to: Vec<usize> = to.copied().collect();
            for other in &to {
                if let Some(by) = mentioned_by.get_mut(*other) {
                    by.push(index);
                }
            }
            let tests = |other: &usize| {
                let other = candidates.get(*other);
                other.is_some_and(|other| candidate.for_tests.contains(&other.file))
            };
            for_hosts.push(to.iter().copied().filter(|other| !tests(other)).collect());
            mentions.push(to);
        }
        Self {
            mentions,
            for_hosts,
            mentioned_by,
        }
    }

    /// These, and whatever mentions them or something that does.
    fn above(&self, these: impl Iterator<Item = usize>) -> FxHashSet<usize> {
        reach(&self.mentioned_by, these)
    }

    /// These, and whatever they mention, and so on.
    fn below(&self, these: impl Iterator<Item = usize>) -> FxHashSet<usize> {
        reach(&self.mentions, these)
    }
}

fn reach(edges: &[Vec<usize>], from: impl Iterator<Item = usize>) -> FxHashSet<usize> {
    let mut pending: Vec<usize> = from.collect();
    let mut out: FxHashSet<usize> = pending.iter().copied().collect();
    while let Some(next) = pending.pop() {
        let next = edges.get(next).map_or(&[][..], Vec::as_slice);
        pending.extend(next.iter().copied().filter(|index| out.insert(*index)));
    }
    out
}

/// Can there be a secret in a file, or in what it reads that is no Nix?
fn tells_secrets(vfs: &Vfs, file: FileId) -> bool {
    let state = vfs.state(file);
    let hir = &state.parsed().hir;
    let path = vfs.table.path(file);
    let directory = path.parent().unwrap_or(&path);
    state.tells_secrets() || paths(hir).any(|path| reads_secret(vfs, directory, path))
}

/// Can there be a secret in what a path literal names? What of it is Nix is looked at by itself.
fn reads_secret(vfs: &Vfs, directory: &Utf8Path, path: Option<&str>) -> bool {
    let Some(path) = path else { return true };
    let path = vfs.canonical(&directory.join(path));
    match vfs.kind(&path) {
        Some(FileKind::Regular) if path.extension() == Some("nix") => false,
        Some(FileKind::Regular) => {
            let state = vfs.state(vfs.file(&path));
            state.problem.is_some()
                || state.text.len() > MAX_TEXT
                || nixpod_surfaces::may_be_secret(&state.text)
        }
        Some(FileKind::Directory) => vfs.kind(&path.join("default.nix")).is_none(),
        _ => false,
    }
}

/// The relative path literals of a file; none for one that is computed or too long.
fn paths(hir: &Hir) -> impl Iterator<Item = Option<&str>> {
    let literals = hir.exprs().iter().filter(|expr| is_relative(expr));
    literals.map(text_of)
}

fn is_relative(expr: &Expr) -> bool {
    matches!(expr, Expr::Path(PathKind::Relative, _))
}

fn text_of(expr: &Expr) -> Option<&str> {
    match expr {
        Expr::Path(PathKind::Relative, parts) => match &**parts {
            [StrPart::Text(text)] if text.len() <= MAX_PATH => Some(text.as_str()),
            _ => None,
        },
        _ => None,
    }
}

/// The Nix files that the path literals of a file may name, each with the literal.
pub(super) fn mentioned(hir: &Hir, directory: &Utf8Path) -> impl Iterator<Item = (ExprId, Utf8PathBuf)> {
    let numbered = (0..).map(ExprId).zip(hir.exprs());
    numbered.filter_map(move |(at, expr)| {
        let text = text_of(expr)?;
        let path = directory.join(text);
        let path = match text.ends_with(".nix") {
            true => path,
            false => path.join("default.nix"),
        };
        Some((at, path))
    })
}

/// The files that nothing but machines of NixOS tests are made of: a test names them, or one of them does, and nothing
/// else. `is_entry` tells what somebody may come to without any path.
pub(super) fn only_in_tests(
    candidates: &[Candidate],
    is_entry: impl Fn(FileId) -> bool,
) -> FxHashSet<FileId> {
    let graph = Graph::new(candidates);
    let named: FxHashSet<FileId> = candidates
        .iter()
        .flat_map(|one| one.for_tests.iter().copied())
        .collect();
    if named.is_empty() {
        return named;
    }
    let starts = candidates.iter().enumerate();
    let starts = starts
        .filter(|(_, one)| named.contains(&one.file))
        .map(|(index, _)| index);
    let inside = graph.below(starts);
    let others = (0..candidates.len()).filter(|index| {
        let entry = candidates.get(*index).is_some_and(|one| is_entry(one.file));
        entry || !inside.contains(index)
    });
    let outside = reach(&graph.for_hosts, others);
    let left = inside
        .difference(&outside)
        .filter_map(|index| candidates.get(*index));
    left.map(|one| one.file).collect()
}

/// The candidates that no other mentions; in a ring of files that mention each other, the first by path.
pub(super) fn tops(candidates: &[Candidate]) -> Vec<FileId> {
    let mentions = candidates.iter().flat_map(|candidate| {
        let others = candidate.mentions.iter();
        others.filter(|file| **file != candidate.file)
    });
    let mentioned: FxHashSet<FileId> = mentions.copied().collect();
    let files = candidates.iter().map(|candidate| candidate.file);
    let mut tops: Vec<FileId> = files.filter(|file| !mentioned.contains(file)).collect();
    if tops.is_empty() {
        tops.extend(candidates.first().map(|candidate| candidate.file));
    }
    tops
}

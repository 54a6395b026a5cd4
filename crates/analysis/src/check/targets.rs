//! Which files a check is about, and what is evaluated as a root.

use crate::check::budget::{Budget, Roots};
use crate::settings::Settings;
use crate::vfs::disk::FileKind;
use crate::vfs::parallel;
use crate::vfs::paths::normalize;
use crate::vfs::resolve::MAX_PATH;
use crate::vfs::state::Problem;
use crate::vfs::{Vfs, git};
use crate::world::evaluate::may_hold_specs;
use crate::world::root::Root;
use crate::world::worlds::{Known, Worlds};
use camino::{Utf8Path, Utf8PathBuf};
use nixpod_source::FileId;
use nixpod_syntax::Hir;
use nixpod_syntax::hir::{Expr, PathKind, StrPart};
use rustc_hash::{FxHashMap, FxHashSet};
use std::collections::BTreeMap;
use std::sync::Arc;

/// The files that a check is about.
#[derive(Debug, Default)]
pub(crate) struct Targets {
    /// Every Nix file, by path.
    pub(crate) files: BTreeMap<Utf8PathBuf, FileId>,
    /// Files that were named one by one: they are looked at whatever they seem to be.
    named: FxHashSet<FileId>,
    /// The `flake.nix` files among them, by path.
    flakes: BTreeMap<Utf8PathBuf, FileId>,
    /// Directories that were walked, all their links being in `links`.
    walked: Vec<Utf8PathBuf>,
    links: FxHashSet<Utf8PathBuf>,
    /// What was named, but cannot be read.
    pub(crate) unreadable: Vec<(Utf8PathBuf, String)>,
}

/// Directories that hold copies or caches, never the sources of a system. Those of version control are skipped, too.
const SKIPPED: [&str; 3] = [".direnv", ".cache", "node_modules"];

fn is_skipped(name: &str) -> bool {
    SKIPPED.contains(&name) || git::is_folder(name)
}

impl Targets {
    /// Finds all files below the targets.
    pub(crate) fn find(vfs: &Vfs, targets: &[Utf8PathBuf]) -> Self {
        let mut out = Self::default();
        for target in targets {
            let path = match vfs.resolve(target) {
                Ok(path) => path,
                Err(problem) => {
                    out.unreadable.push((target.clone(), problem.to_string()));
                    continue;
                }
            };
            match vfs.link_kind(&path) {
                Some(FileKind::Directory) => out.walk(vfs, path, target),
                Some(FileKind::Regular) => out.name(vfs, path, target),
                Some(FileKind::Symlink | FileKind::Other) => {
                    let reason = "is neither a file nor a directory".to_owned();
                    out.unreadable.push((target.clone(), reason));
                }
                None => out
                    .unreadable
                    .push((target.clone(), Problem::Missing.to_string())),
            }
        }
        out
    }

    fn name(&mut self, vfs: &Vfs, path: Utf8PathBuf, target: &Utf8Path) {
        let file = vfs.file(&path);
        if let Some(problem) = &vfs.state(file).problem {
            self.unreadable.push((target.to_owned(), problem.to_string()));
            return;
        }
        self.named.insert(file);
        self.add(path, file);
    }

    fn add(&mut self, path: Utf8PathBuf, file: FileId) {
        if path.file_name() == Some("flake.nix") {
            self.flakes.insert(path.clone(), file);
        }
        self.files.insert(path, file);
    }

    /// Links to directories are not followed: what they lead to is walked by itself, or lies outside.
    fn walk(&mut self, vfs: &Vfs, directory: Utf8PathBuf, target: &Utf8Path) {
        if let Err(reason) = vfs.list(&directory) {
            self.unreadable.push((target.to_owned(), reason));
            return;
        }
        self.walked.push(directory.clone());
        // In the order of paths, so that sorting what was found is little work.
        let mut found = Vec::new();
        let mut todo = vec![(directory, FileKind::Directory)];
        while let Some((path, kind)) = todo.pop() {
            if vfs.watch.is_cancelled() {
                break;
            }
            let is_nix = path.as_str().ends_with(".nix");
            match kind {
                FileKind::Directory => {
                    let Ok(entries) = vfs.list(&path) else {
                        continue;
                    };
                    for (name, kind) in entries.iter().rev() {
                        if *kind == FileKind::Symlink {
                            self.links.insert(path.join(name));
                        }
                        let wanted = match kind {
                            FileKind::Directory => !is_skipped(name),
                            _ => name.ends_with(".nix"),
                        };
                        if wanted {
                            todo.push((path.join(name), *kind));
                        }
                    }
                }
                FileKind::Regular if is_nix => {
                    let file = vfs.table.intern(&path);
                    found.push((path, file));
                }
                FileKind::Symlink if is_nix => {
                    let Ok(path) = vfs.resolve(&path) else { continue };
                    if vfs.link_kind(&path) == Some(FileKind::Regular) {
                        let file = vfs.table.intern(&path);
                        found.push((path, file));
                    }
                }
                FileKind::Regular | FileKind::Symlink | FileKind::Other => {}
            }
        }
        for (path, file) in &found {
            if path.file_name() == Some("flake.nix") {
                self.flakes.insert(path.clone(), *file);
            }
        }
        self.files.append(&mut found.into_iter().collect());
    }

    /// Evaluates all roots among the files: flakes first, then what their hosts do not import. `list`: the options of
    /// their containers will be asked for.
    pub(crate) fn evaluate(
        &self,
        vfs: &Vfs,
        worlds: &Worlds,
        settings: &Settings,
        list: bool,
        budget: &mut Budget,
    ) -> Vec<Arc<Known>> {
        let flakes: Vec<Root> = self
            .flakes
            .values()
            .map(|file| Root::Flake {
                file: *file,
                hosts: settings.hosts.as_ref().map(|hosts| {
                    let mut hosts = hosts.clone();
                    hosts.sort();
                    hosts.dedup();
                    hosts
                }),
            })
            .collect();
        let jobs = settings.jobs;
        let mut out = budget.evaluate(
            vfs,
            worlds,
            Roots {
                all: &flakes,
                jobs,
                list,
            },
        );
        let imported_by_no_host = out
            .iter()
            .any(|world| world.world.hosts.values().any(|host| host.from_flake));
        let mut reached = FxHashSet::default();
        reached.extend(self.flakes.values().copied());
        for world in &out {
            reached.extend(world.reads.parsed_files());
        }
        let mut rest = self.candidates(vfs, jobs, &reached);
        while !rest.is_empty() && !vfs.watch.is_cancelled() {
            let roots: Vec<Root> = tops(&rest)
                .into_iter()
                .map(|file| Root::Module {
                    file,
                    imported_by_no_host,
                })
                .collect();
            reached.extend(roots.iter().map(Root::file));
            let all = &roots;
            for world in budget.evaluate(vfs, worlds, Roots { all, jobs, list }) {
                reached.extend(world.reads.parsed_files());
                out.push(world);
            }
            rest.retain(|candidate| !reached.contains(&candidate.file));
        }
        out
    }

    /// Bytes of all files.
    pub(crate) fn text(&self, vfs: &Vfs) -> u64 {
        self.files
            .values()
            .map(|file| vfs.state(*file).text.len() as u64)
            .sum()
    }

    /// Files that may be roots of their own, by path.
    fn candidates(&self, vfs: &Vfs, jobs: usize, reached: &FxHashSet<FileId>) -> Vec<Candidate> {
        let rest: Vec<(&Utf8PathBuf, FileId)> = self
            .files
            .iter()
            .map(|(path, file)| (path, *file))
            .filter(|(_, file)| !reached.contains(file))
            .collect();
        let found = parallel::map(jobs, &rest, |(path, file)| {
            if vfs.watch.is_cancelled() {
                return None;
            }
            let state = vfs.state(*file);
            if state.problem.is_some() {
                return None;
            }
            let parsed = state.parsed();
            Some(Candidate {
                file: *file,
                mentions: self.mentions(vfs, path, &parsed.hir),
                matters: self.named.contains(file) || may_hold_specs(&parsed.hir),
            })
        });
        let mut all: Vec<Candidate> = found.into_iter().flatten().collect();
        spread(&mut all);
        all.retain(|candidate| candidate.matters);
        all
    }

    /// The Nix files that the path literals of a file name.
    fn mentions(&self, vfs: &Vfs, path: &Utf8Path, hir: &Hir) -> Vec<FileId> {
        let Some(directory) = path.parent() else {
            return Vec::new();
        };
        let mut out = Vec::new();
        for expr in hir.exprs() {
            let Expr::Path(PathKind::Relative, parts) = expr else {
                continue;
            };
            let [StrPart::Text(text)] = &**parts else { continue };
            if text.len() > MAX_PATH {
                continue;
            }
            let path = self.canonical(vfs, &directory.join(text.as_str()));
            if text.ends_with(".nix") {
                out.extend(vfs.table.get(&path));
            } else {
                out.extend(vfs.table.get(&path.join("default.nix")));
            }
        }
        out.sort();
        out.dedup();
        out
    }

    /// The path with links resolved. Where all links are known, the disk need not be asked.
    fn canonical(&self, vfs: &Vfs, path: &Utf8Path) -> Utf8PathBuf {
        let plain = normalize(path);
        let known = self.walked.iter().any(|walked| plain.starts_with(walked))
            && !plain.components().any(|part| is_skipped(part.as_str()))
            && (self.links.is_empty() || !plain.ancestors().any(|part| self.links.contains(part)));
        match known {
            true => plain,
            false => vfs.canonical(path),
        }
    }
}

#[derive(Debug)]
struct Candidate {
    file: FileId,
    /// Files that its path literals name.
    mentions: Vec<FileId>,
    /// May it, or what it mentions, define something that is looked at?
    matters: bool,
}

/// A file matters if one that it mentions does.
fn spread(candidates: &mut [Candidate]) {
    let mut by_mention: FxHashMap<FileId, Vec<usize>> = FxHashMap::default();
    for (index, candidate) in candidates.iter().enumerate() {
        for mention in &candidate.mentions {
            by_mention.entry(*mention).or_default().push(index);
        }
    }
    let mut todo: Vec<FileId> = candidates
        .iter()
        .filter(|candidate| candidate.matters)
        .map(|candidate| candidate.file)
        .collect();
    while let Some(file) = todo.pop() {
        for index in by_mention.remove(&file).unwrap_or_default() {
            if let Some(candidate) = candidates.get_mut(index)
                && !candidate.matters
            {
                candidate.matters = true;
                todo.push(candidate.file);
            }
        }
    }
}

/// The candidates that no other mentions; in a ring of files that mention each other, the first by path.
fn tops(candidates: &[Candidate]) -> Vec<FileId> {
    let mentioned: FxHashSet<FileId> = candidates
        .iter()
        .flat_map(|candidate| {
            let own = candidate.file;
            candidate
                .mentions
                .iter()
                .copied()
                .filter(move |file| *file != own)
        })
        .collect();
    let tops: Vec<FileId> = candidates
        .iter()
        .map(|candidate| candidate.file)
        .filter(|file| !mentioned.contains(file))
        .collect();
    if tops.is_empty() {
        candidates
            .first()
            .map(|candidate| candidate.file)
            .into_iter()
            .collect()
    } else {
        tops
    }
}

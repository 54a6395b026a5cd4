//! Which files a check is about, and what is evaluated as a root.

use crate::check::budget::{Budget, Roots};
use crate::check::candidates::{Candidate, mentioned, only_in_tests, spread, tops};
use crate::check::templates::read_as_text;
use crate::settings::Settings;
use crate::vfs::disk::FileKind;
use crate::vfs::parallel;
use crate::vfs::paths::normalize;
use crate::vfs::state::Problem;
use crate::vfs::{Vfs, git};
use crate::world::evaluate::Extent;
use crate::world::root::Root;
use crate::world::worlds::{Known, Worlds};
use camino::{Utf8Path, Utf8PathBuf};
use nixpod_source::FileId;
use nixpod_syntax::Hir;
use rustc_hash::FxHashSet;
use std::collections::BTreeMap;
use std::sync::Arc;

/// The files that a check is about.
#[derive(Debug, Default)]
pub(crate) struct Targets {
    /// Every Nix file, by path.
    pub(crate) files: BTreeMap<Utf8PathBuf, FileId>,
    /// Files that are no Nix and may say how containers are run, by path.
    pub(crate) texts: BTreeMap<Utf8PathBuf, FileId>,
    /// Files that were named one by one: they are looked at whatever they seem to be.
    named: FxHashSet<FileId>,
    /// The `flake.nix` files among them, by path.
    flakes: BTreeMap<Utf8PathBuf, FileId>,
    /// Directories that were walked, all their links being in `links`.
    walked: Vec<Utf8PathBuf>,
    links: FxHashSet<Utf8PathBuf>,
    /// What the walk came across and could not look at.
    pub(crate) skipped: Vec<Skipped>,
}

/// A file, link or directory that was not looked at.
#[derive(Debug)]
pub(crate) struct Skipped {
    /// Stands for its path.
    pub(crate) file: FileId,
    /// What it is, in one word.
    pub(crate) what: &'static str,
    pub(crate) problem: Problem,
}

/// Directories that hold copies or caches, not the sources of a system, unless git tracks what is in them.
const CACHES: [&str; 3] = [".direnv", ".cache", "node_modules"];

/// A file that programs put into directories whose content they can make again (<https://bford.info/cachedir/>).
const CACHE_TAG: &str = "CACHEDIR.TAG";

/// May a directory of this name be left out?
fn is_skipped(name: &str) -> bool {
    CACHES.contains(&name) || git::is_folder(name)
}

/// Does a walk leave out a directory, given by its canonical path? Who writes the code must not be able to hide a part of
/// it by a name or a tag.
fn leaves_out(vfs: &Vfs, directory: &Utf8Path) -> bool {
    let name = directory.file_name().unwrap_or_default();
    let has_tag = || {
        let entries = vfs.list(directory);
        entries.is_ok_and(|entries| entries.iter().any(|(name, _)| name == CACHE_TAG))
    };
    git::is_folder(name)
        || match vfs.is_tracked(directory) {
            Some(true) => false,
            Some(false) => CACHES.contains(&name) || has_tag(),
            None => CACHES.contains(&name),
        }
}

/// May a link of this name lead to a directory of sources? `result` is what Nix builds leave.
fn may_be_sources(name: &str) -> bool {
    !name.contains('.') && name != "result" && !name.starts_with("result-")
}

/// Is it a link by which Emacs says who has a file open?
fn is_lock(path: &Utf8Path) -> bool {
    path.file_name().is_some_and(|name| name.starts_with(".#"))
}

/// Does a walk of a directory find a path below it? `path` has no links in it, and there is a file or directory.
pub(crate) fn is_walked(vfs: &Vfs, directory: &Utf8Path, path: &Utf8Path, kind: FileKind) -> bool {
    let is_directory = kind == FileKind::Directory;
    let above = path.ancestors().skip(usize::from(!is_directory));
    let mut between = above.take_while(|above| *above != directory && above.starts_with(directory));
    path.starts_with(directory)
        && (is_directory || is_looked_at(path.as_str()))
        && !between.any(|above| vfs.list(above).is_err() || leaves_out(vfs, above))
}

/// More entries of directories are not looked through for links.
const MAX_ENTRIES: usize = 100_000;

/// What the links in a directory lead to, all links resolved: whoever asks about the directory asks about that, too.
pub(crate) fn linked_from(vfs: &Vfs, directory: &Utf8Path) -> Vec<Utf8PathBuf> {
    let mut out = Vec::new();
    let mut pending = vec![directory.to_owned()];
    let mut entries = 0;
    while let Some(directory) = pending.pop() {
        let Ok(listing) = vfs.list(&directory) else {
            continue;
        };
        entries += listing.len();
        if entries > MAX_ENTRIES {
            break;
        }
        for (name, kind) in listing.iter() {
            let path = directory.join(name);
            match kind {
                FileKind::Directory if !leaves_out(vfs, &path) => pending.push(path),
                FileKind::Symlink if is_looked_at(name) || may_be_sources(name) => {
                    out.extend(vfs.resolve(&path).ok());
                }
                _ => {}
            }
        }
    }
    out
}

/// Is a file of a directory looked at, by its path? Others are only read where code names them.
pub fn is_looked_at(path: &str) -> bool {
    path.ends_with(".nix") || nixpod_surfaces::is_text(path)
}

/// Patterns that all such files match, in the words of editors: `**/*.nix`. A few others match them, too.
pub fn patterns() -> Vec<String> {
    let endings = ["nix", "sh", "bash", "yaml", "yml"]
        .into_iter()
        .chain(nixpod_syntax::UNITS);
    let endings: Vec<&str> = endings.collect();
    vec![
        format!("**/*.{{{}}}", endings.join(",")),
        "**/*.d/*.conf".to_owned(),
        "**/devcontainer.json".to_owned(),
        "**/.devcontainer.json".to_owned(),
        "**/*{Containerfile,Dockerfile}*".to_owned(),
    ]
}

impl Targets {
    /// Finds all files below the targets.
    pub(crate) fn find(vfs: &Vfs, targets: &[Utf8PathBuf]) -> Self {
        let mut out = Self::default();
        for target in targets {
            let Ok(path) = vfs.resolve(target) else { continue };
            match vfs.link_kind(&path) {
                Some(FileKind::Directory) => out.walk(vfs, path),
                Some(FileKind::Regular) => out.name(vfs, path),
                _ => {}
            }
        }
        let named = &out.named;
        out.texts.retain(|path, file| {
            let may = |text: &str| nixpod_surfaces::has_containers(path.as_str(), text);
            named.contains(file) || may(&vfs.state(*file).text)
        });
        out
    }

    /// Leaves out files that are no code, unless somebody named them.
    pub(crate) fn leave_out(&mut self, these: &FxHashSet<FileId>) {
        let named = &self.named;
        self.files
            .retain(|_, file| named.contains(file) || !these.contains(file));
    }

    /// The texts that are read together with one: those of its folder, and the drop-ins there.
    pub(crate) fn beside(vfs: &Vfs, path: &Utf8Path) -> Vec<Utf8PathBuf> {
        let folder = nixpod_surfaces::folder_of_text(path);
        let is_drop_ins =
            |(name, kind): &&(String, FileKind)| *kind == FileKind::Directory && name.ends_with(".d");
        let list = |folder: &Utf8Path| vfs.list(folder).map_or_else(|_| Vec::new(), |all| all.to_vec());
        let all = list(folder);
        let drop_ins = all.iter().filter(is_drop_ins).map(|(name, _)| folder.join(name));
        let mut out = Vec::new();
        for folder in [folder.to_owned()].into_iter().chain(drop_ins) {
            for (name, kind) in list(&folder) {
                let path = folder.join(name);
                if kind == FileKind::Regular && nixpod_surfaces::is_unit(path.as_str()) {
                    out.push(path);
                }
            }
        }
        out
    }

    fn name(&mut self, vfs: &Vfs, path: Utf8PathBuf) {
        let file = vfs.file(&path);
        self.named.insert(file);
        match nixpod_surfaces::is_text(path.as_str()) {
            true => _ = self.texts.insert(path, file),
            false => self.add(path, file),
        }
    }

    fn add(&mut self, path: Utf8PathBuf, file: FileId) {
        if path.file_name() == Some("flake.nix") {
            self.flakes.insert(path.clone(), file);
        }
        self.files.insert(path, file);
    }

    /// Links to directories are not followed: what they lead to is walked by itself, or lies outside.
    fn walk(&mut self, vfs: &Vfs, directory: Utf8PathBuf) {
        self.walked.push(directory.clone());
        let top = directory.clone();
        // In the order of paths, so that sorting what was found is little work.
        let mut found = Vec::new();
        let mut todo = vec![(directory, FileKind::Directory)];
        while let Some((path, kind)) = todo.pop() {
            if vfs.watch.is_cancelled() {
                break;
            }
            match kind {
                FileKind::Directory => {
                    if path != top && leaves_out(vfs, &path) {
                        continue;
                    }
                    let entries = match vfs.list(&path) {
                        Ok(entries) => entries,
                        Err(reason) => {
                            let problem = vfs.resolve(&path).err();
                            let problem = problem.unwrap_or(Problem::Unreadable(reason));
                            self.skip(vfs, &path, "directory", problem);
                            continue;
                        }
                    };
                    for (name, kind) in entries.iter().rev() {
                        if *kind == FileKind::Symlink {
                            self.links.insert(path.join(name));
                        }
                        let wanted = match kind {
                            FileKind::Directory | FileKind::NamelessDirectory => true,
                            FileKind::Symlink => is_looked_at(name) || may_be_sources(name),
                            FileKind::Regular | FileKind::Other | FileKind::NamelessFile => {
                                name.ends_with(".nix") || nixpod_surfaces::is_text(path.join(name).as_str())
                            }
                        };
                        if wanted {
                            todo.push((path.join(name), *kind));
                        }
                    }
                }
                FileKind::Regular => {
                    let file = vfs.table.intern(&path);
                    found.push((path, file));
                }
                FileKind::Symlink => found.extend(self.follow(vfs, &path)),
                FileKind::NamelessDirectory => self.skip(vfs, &path, "directory", Problem::Nameless),
                FileKind::NamelessFile => self.skip(vfs, &path, "file", Problem::Nameless),
                FileKind::Other => {}
            }
        }
        let (found, texts): (Vec<_>, Vec<_>) =
            { found.into_iter() }.partition(|(path, _)| path.as_str().ends_with(".nix"));
        self.texts.extend(texts);
        for (path, file) in &found {
            if path.file_name() == Some("flake.nix") {
                self.flakes.insert(path.clone(), *file);
            }
        }
        self.files.append(&mut found.into_iter().collect());
    }

    /// The file that a link leads to. What a link to a directory leads to is walked by itself.
    fn follow(&mut self, vfs: &Vfs, link: &Utf8Path) -> Option<(Utf8PathBuf, FileId)> {
        let is_file = is_looked_at(link.as_str());
        match vfs.resolve(link) {
            Ok(target) if is_file => match vfs.link_kind(&target) {
                Some(FileKind::Regular) => {
                    let file = vfs.table.intern(&target);
                    return Some((target, file));
                }
                // An editor says by such a link who has the file open.
                None if !is_lock(link) => self.skip(vfs, link, "link", Problem::Missing),
                _ => {}
            },
            // What git does not track is none of the sources: what a build left behind, mostly.
            Err(problem @ Problem::LeadsOut) if is_file || vfs.is_seen(link) => {
                self.skip(vfs, link, "link", problem);
            }
            Ok(_) | Err(_) => {}
        }
        None
    }

    fn skip(&mut self, vfs: &Vfs, path: &Utf8Path, what: &'static str, problem: Problem) {
        let file = vfs.table.intern(path);
        self.skipped.push(Skipped { file, what, problem });
    }

    /// Evaluates all roots among the files: flakes first, then what their hosts do not import. `extent`: what
    /// will be asked for of their containers. Also tells the files that only machines of NixOS tests are made of, which
    /// are no roots.
    pub(crate) fn evaluate(
        &self,
        vfs: &Vfs,
        worlds: &Worlds,
        settings: &Settings,
        extent: Extent,
        budget: &mut Budget,
    ) -> (Vec<Arc<Known>>, FxHashSet<FileId>) {
        let mut run = Run {
            vfs,
            worlds,
            jobs: settings.jobs,
            extent,
            budget,
            reached: FxHashSet::default(),
            done: Vec::new(),
        };
        self.flakes(&mut run);
        let tests = self.orphans(&mut run);
        (run.done, tests)
    }

    /// The hosts of all flakes.
    fn flakes(&self, run: &mut Run<'_>) {
        let flakes = self.flakes.values().map(|file| Root::Flake { file: *file });
        run.evaluate(&flakes.collect::<Vec<_>>());
    }

    /// The files that are no Nix and that nothing of these worlds has read, folder by folder.
    pub(crate) fn texts(&self, evaluated: &[Arc<Known>]) -> Vec<Root> {
        let read: FxHashSet<FileId> = { evaluated.iter() }
            .flat_map(|known| known.reads.texts())
            .collect();
        let unread = || self.texts.iter().filter(|(_, file)| !read.contains(file));
        let with_units: FxHashSet<&Utf8Path> = unread()
            .filter(|(path, _)| nixpod_surfaces::is_unit(path.as_str()))
            .map(|(path, _)| nixpod_surfaces::folder_of_text(path))
            .collect();
        let mut folders: BTreeMap<&Utf8Path, Vec<FileId>> = BTreeMap::new();
        for (path, file) in unread() {
            let own = nixpod_surfaces::folder_of_text(path);
            // Podman's generator looks into folders of its folder, too.
            let above = own.ancestors().filter(|above| with_units.contains(above));
            let folder = match nixpod_surfaces::is_unit(path.as_str()) {
                true => above.last().unwrap_or(own),
                false => own,
            };
            folders.entry(folder).or_default().push(*file);
        }
        let roots = folders.into_values().filter_map(|files| {
            let (first, others) = files.split_first()?;
            Some(Root::Texts {
                first: *first,
                others: others.to_vec(),
            })
        });
        roots.collect()
    }

    /// Files that nothing has read so far: those that no other of them mentions, then what these do not read either. Gives
    /// those that are left to tests.
    fn orphans(&self, run: &mut Run<'_>) -> FxHashSet<FileId> {
        let hosts = run.done.iter().flat_map(|known| known.world.hosts.values());
        let imported_by_no_host = { hosts }.any(|host| host.from_flake);
        let (mut rest, tests) = self.candidates(run.vfs, run.jobs, &run.reached);
        let texts = read_as_text(run.vfs, &run.done);
        rest.retain(|candidate| self.named.contains(&candidate.file) || !texts.contains(&candidate.file));
        while !rest.is_empty() && !run.vfs.watch.is_cancelled() {
            let roots = tops(&rest).into_iter().map(|file| Root::Module {
                file,
                imported_by_no_host,
            });
            run.evaluate(&roots.collect::<Vec<_>>());
            let texts = read_as_text(run.vfs, &run.done);
            rest.retain(|candidate| {
                !run.reached.contains(&candidate.file) && !texts.contains(&candidate.file)
            });
        }
        tests
    }

    /// Bytes of all files.
    pub(crate) fn text(&self, vfs: &Vfs) -> u64 {
        let files = self.files.values().chain(self.texts.values());
        files.map(|file| vfs.state(*file).text.len() as u64).sum()
    }

    /// Files that may be roots of their own, by path, and those that only tests have.
    fn candidates(
        &self,
        vfs: &Vfs,
        jobs: usize,
        reached: &FxHashSet<FileId>,
    ) -> (Vec<Candidate>, FxHashSet<FileId>) {
        let files: Vec<(&Utf8PathBuf, FileId)> =
            self.files.iter().map(|(path, file)| (path, *file)).collect();
        let found = parallel::map(jobs, &files, |(path, file)| {
            if vfs.watch.is_cancelled() {
                return None;
            }
            let state = vfs.state(*file);
            if state.problem.is_some() {
                return None;
            }
            Some(self.candidate(vfs, path, (*file, &state.parsed().hir)))
        });
        let mut all: Vec<Candidate> = found.into_iter().flatten().collect();
        spread(vfs, jobs, &mut all);
        let mut tests = only_in_tests(&all, |file| self.is_entry(vfs, file));
        tests.retain(|file| !reached.contains(file));
        all.retain(|candidate| {
            let file = &candidate.file;
            candidate.matters && !reached.contains(file) && !tests.contains(file)
        });
        (all, tests)
    }

    /// May somebody come to a file that no other mentions: a flake, a system's entry, what `nix-build` reads, or what
    /// somebody asks about?
    fn is_entry(&self, vfs: &Vfs, file: FileId) -> bool {
        let path = vfs.table.path(file);
        let is_top = || self.walked.iter().any(|walked| Some(&**walked) == path.parent());
        self.named.contains(&file)
            || nixpod_modules::is_project(&path)
            || match path.file_name() {
                Some("flake.nix" | "configuration.nix") => true,
                Some("default.nix") => is_top(),
                _ => false,
            }
    }

    /// A file, and whether by itself it may define something that rules look at, as a module or as what builds systems.
    /// What it imports may matter by itself.
    fn candidate(&self, vfs: &Vfs, path: &Utf8Path, (file, hir): (FileId, &Hir)) -> Candidate {
        let bearing = nixpod_surfaces::bearing(hir, hir.root());
        let directory = path.parent().unwrap_or(path);
        let is_there = |import: &String| {
            let path = self.canonical(vfs, &directory.join(import));
            self.files.contains_key(&path) || self.files.contains_key(&path.join("default.nix"))
        };
        let in_tests = nixpod_surfaces::paths_of_tests(hir);
        let (mut mentions, mut for_tests, mut for_hosts) = (Vec::new(), Vec::new(), FxHashSet::default());
        for (literal, path) in mentioned(hir, directory) {
            let Some(file) = vfs.table.get(&self.canonical(vfs, &path)) else {
                continue;
            };
            mentions.push(file);
            match in_tests.contains(&literal) {
                true => for_tests.push(file),
                false => _ = for_hosts.insert(file),
            }
        }
        mentions.sort();
        mentions.dedup();
        for_tests.retain(|file| !for_hosts.contains(file));
        Candidate {
            file,
            mentions,
            for_tests,
            matters: self.named.contains(&file)
                || bearing.matters
                || bearing.matters_with_scripts && nixpod_surfaces::may_run_containers(hir)
                || !bearing.imports.iter().all(is_there)
                || nixpod_modules::may_build(hir)
                || nixpod_modules::is_project(path),
            matters_with_secrets: bearing.matters_with_secrets,
            may_be_module: bearing.may_be_module,
        }
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

/// The roots that were evaluated so far, each kind after the one before it: what a root is can depend on what others read.
struct Run<'a> {
    vfs: &'a Vfs,
    worlds: &'a Worlds,
    jobs: usize,
    extent: Extent,
    budget: &'a mut Budget,
    /// Files that were roots, or were read as code.
    reached: FxHashSet<FileId>,
    done: Vec<Arc<Known>>,
}

impl Run<'_> {
    fn evaluate(&mut self, roots: &[Root]) {
        let all = Roots {
            all: roots,
            jobs: self.jobs,
            extent: self.extent,
        };
        let known = self.budget.evaluate(self.vfs, self.worlds, all);
        self.reached.extend(roots.iter().map(Root::file));
        self.reached
            .extend(known.iter().flat_map(|known| known.reads.parsed_files()));
        self.done.extend(known);
    }
}

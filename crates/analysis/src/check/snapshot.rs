//! An immutable view of everything, which all questions are asked of.

use crate::check::containers::containers;
use crate::check::group::{SameFindings, groups};
use crate::check::outcome::{Outcome, check};
use crate::check::part::{Part, Pick};
use crate::check::targets::{Targets, is_walked, linked_from};
use crate::report::secrets::Secrets;
use crate::report::{Gap, Report, Reported, told};
use crate::rule::Rule;
use crate::settings::Settings;
use crate::vfs::disk::FileKind;
use crate::vfs::parallel;
use crate::vfs::resolve::Unreachable;
use crate::vfs::state::Problem;
use crate::vfs::{Files, Vfs, lock};
use crate::world::evaluate::{Extent, Listed};
use crate::world::worlds::{Known, Worlds};
use camino::{Utf8Path, Utf8PathBuf};
use nixpod_model::World;
use nixpod_source::{FileId, LineIndex};
use nixpod_syntax::ParsedFile;
use rustc_hash::FxHashSet;
use std::sync::{Arc, Mutex};

/// What readers see: one finding for all containers of a template.
pub(crate) fn reported(groups: Vec<SameFindings<'_>>) -> Vec<Reported> {
    groups.into_iter().map(|group| group.reported).collect()
}

/// What is to be evaluated for a question, and what of it the question is about.
#[derive(Debug)]
pub(crate) struct Asked<'t> {
    /// The paths that were named.
    named: &'t [Utf8PathBuf],
    /// Files and directories that are looked through.
    pub(crate) targets: Vec<Utf8PathBuf>,
    pub(crate) part: Part,
}

/// The targets of the last check of a snapshot and what came out.
pub(crate) type Last = Arc<Mutex<Option<(Vec<Utf8PathBuf>, Arc<Outcome>)>>>;

/// An immutable snapshot that answers questions.
#[derive(Clone, Debug)]
pub struct Analysis {
    pub(crate) rules: &'static [&'static Rule],
    pub(crate) settings: Arc<Settings>,
    pub(crate) vfs: Vfs,
    pub(crate) worlds: Arc<Worlds>,
    /// Questions about one revision follow each other: the diagnostics of many files, a hover, its actions.
    pub(crate) last: Last,
}

impl Analysis {
    /// Ends the work on this snapshot and its copies, as [`crate::AnalysisHost::cancel`] does for all.
    pub fn cancel(&self) {
        self.vfs.watch.give_up();
    }

    /// Did somebody say that nobody needs this snapshot's answers any more? Then they may be incomplete.
    pub fn is_cancelled(&self) -> bool {
        self.vfs.watch.is_cancelled()
    }

    /// Checks files and directories. A directory with a `flake.nix` is a flake; other files are taken as modules
    /// unless a host imports them.
    ///
    /// In [a project](crate::AnalysisHost::set_project) all of it is evaluated, and the paths say what is told of the
    /// answer: findings of which a place, a step of the trail or the definition of the container lies in them, and
    /// likewise what was not analysed. So a file has the findings that it has in a check of everything.
    ///
    /// Findings about code come without fixes, and containers without options: see [`Self::check_with_fixes`] and
    /// [`Self::show`]. Everything else is the same in all three.
    pub fn check(&self, targets: &[Utf8PathBuf]) -> Report {
        let asked = self.asked(targets);
        let outcome = self.outcome(&asked.targets);
        let pick = Pick::new(&self.vfs, &asked.part, &outcome);
        let findings = reported(pick.groups(groups(&outcome.findings, &outcome.secrets)));
        self.report(&asked, &outcome, findings, &[])
    }

    /// Checks, and lists the options of all containers.
    pub fn show(&self, targets: &[Utf8PathBuf]) -> Report {
        self.with(targets, Extent::Options)
    }

    /// The same, and tells what starts each container.
    pub fn commands(&self, targets: &[Utf8PathBuf]) -> Report {
        self.with(targets, Extent::Commands)
    }

    fn with(&self, targets: &[Utf8PathBuf], extent: Extent) -> Report {
        let asked = self.asked(targets);
        let outcome = self.outcome_for(&asked.targets, extent);
        let pick = Pick::new(&self.vfs, &asked.part, &outcome);
        let findings = reported(pick.groups(groups(&outcome.findings, &outcome.secrets)));
        let listed = self.listed(&outcome.worlds, extent);
        self.report(&asked, &outcome, findings, &listed)
    }

    /// Looks at the typed model of each root, in the order of the roots: all that rules see.
    pub fn worlds<T>(&self, targets: &[Utf8PathBuf], look: impl FnMut(&World) -> T) -> Vec<T> {
        let outcome = self.outcome(&self.asked(targets).targets);
        outcome
            .worlds
            .iter()
            .map(|known| &known.world)
            .map(look)
            .collect()
    }

    /// What must not be shown of the files of these targets.
    pub fn secrets(&self, targets: &[Utf8PathBuf]) -> Arc<Secrets> {
        Arc::clone(&self.outcome(&self.asked(targets).targets).secrets)
    }

    pub(crate) fn report(
        &self,
        asked: &Asked<'_>,
        outcome: &Outcome,
        findings: Vec<Reported>,
        listed: &[(Arc<Known>, Arc<Listed>)],
    ) -> Report {
        let files = Files::new(&self.vfs);
        let pick = Pick::new(&self.vfs, &asked.part, outcome);
        let shown = |text: &str| told(text, &outcome.secrets);
        let gaps = pick.gaps().into_iter().map(|found| Gap {
            cause: found.gap.cause.clone().map(shown),
            span: found.gap.span,
            concern: found.gap.concern.clone(),
            on_host: found.met_in.iter().any(|met| met.is_host(&outcome.worlds)),
            what: shown(&found.gap.what),
            reason: shown(&found.gap.reason),
        });
        Report {
            findings,
            not_analysed: gaps.collect(),
            roots: outcome
                .roots
                .iter()
                .filter(|root| pick.has_root(root))
                .cloned()
                .collect(),
            all_hosts: outcome.roots.iter().map(|root| root.name.clone()).collect(),
            host_names: outcome
                .roots
                .iter()
                .filter_map(|root| root.host_name.clone())
                .collect(),
            containers: containers(&files, outcome, &pick, listed),
            left_out: pick.left_out().cloned().collect(),
            files: pick.files().count(),
            only: pick.only(),
            without_nix: self.without_nix(asked.named, outcome),
            unreadable: self.unreadable(asked.named),
            secrets: Arc::clone(&outcome.secrets),
        }
    }

    /// The directories in which there is no Nix file.
    fn without_nix(&self, named: &[Utf8PathBuf], outcome: &Outcome) -> Vec<Utf8PathBuf> {
        let has_some = |path: &Utf8PathBuf| {
            let mut files = outcome.files.range(path.clone()..);
            files.next().is_some_and(|(file, _)| file.starts_with(path))
        };
        let is_without = |path: &&Utf8PathBuf| {
            self.vfs.resolve(path).is_ok_and(|path| {
                self.vfs.link_kind(&path) == Some(FileKind::Directory)
                    && !has_some(&path)
                    && !linked_from(&self.vfs, &path).iter().any(has_some)
            })
        };
        named.iter().filter(is_without).cloned().collect()
    }

    /// The paths that cannot be looked at, with the reason.
    fn unreadable(&self, named: &[Utf8PathBuf]) -> Vec<(Utf8PathBuf, String)> {
        let mut out = Vec::new();
        for path in named {
            let reason = match self.vfs.resolve(path) {
                Err(problem) => Some(problem.to_string()),
                Ok(resolved) => match self.vfs.link_kind(&resolved) {
                    None => Some(Problem::Missing.to_string()),
                    Some(FileKind::Directory) => self.vfs.list(&resolved).err(),
                    Some(FileKind::Regular) => {
                        let state = self.vfs.state(self.vfs.table.intern(&resolved));
                        state.problem.as_ref().map(Problem::to_string)
                    }
                    Some(_) => Some("is neither a file nor a directory".to_owned()),
                },
            };
            out.extend(reason.map(|reason| (path.clone(), reason)));
        }
        out
    }

    /// The findings whose primary label is in this file: the same as in a check of the whole project, without fixes,
    /// for which [`Self::code_actions`] is to be asked.
    pub fn diagnostics(&self, path: &Utf8Path) -> Vec<Reported> {
        let file = self.vfs.file(path);
        let outcome = self.outcome(&self.targets_of(path));
        let findings = outcome.findings.iter();
        let in_file = findings.filter(|checked| checked.reported.diagnostic.primary.span.file == file);
        reported(groups(in_file, &outcome.secrets))
    }

    /// The Nix files that a check of these targets is about, sorted by path.
    pub fn files(&self, targets: &[Utf8PathBuf]) -> Vec<Utf8PathBuf> {
        let asked = self.asked(targets);
        let outcome = self.outcome(&asked.targets);
        let pick = Pick::new(&self.vfs, &asked.part, &outcome);
        pick.files().map(|file| self.path(file)).collect()
    }

    /// Is there something at a path that may be read? Nothing outside of the project is looked at to tell.
    pub fn reach(&self, path: &Utf8Path) -> Result<(), Unreachable> {
        self.vfs.reach(path)
    }

    /// The path of a file: below the project root as that was given, or as the editor named it.
    pub fn path(&self, file: FileId) -> Utf8PathBuf {
        self.vfs.display_path(file)
    }

    /// The text of a file; empty if it cannot be read.
    pub fn text(&self, file: FileId) -> Arc<str> {
        Arc::clone(&self.vfs.state(file).text)
    }

    /// The lines of a file.
    pub fn line_index(&self, file: FileId) -> Arc<LineIndex> {
        Arc::clone(self.vfs.state(file).lines())
    }

    /// The number of the file at a path, if it can be read.
    pub fn file_id(&self, path: &Utf8Path) -> Option<FileId> {
        let file = self.vfs.file(path);
        self.vfs.state(file).problem.is_none().then_some(file)
    }

    /// All rules that the host was given, whether on or off. [`crate::OWN_RULES`] come on top.
    pub fn rules(&self) -> &'static [&'static Rule] {
        self.rules
    }

    /// What is to be evaluated for a question about these paths: the project that they are in, and what is in it that a
    /// walk would leave out. Where there is no project, just these paths.
    pub(crate) fn asked<'t>(&self, named: &'t [Utf8PathBuf]) -> Asked<'t> {
        let hosts = self.settings.hosts.clone();
        let Some(project) = self.vfs.project.as_ref().filter(|project| project.is_whole) else {
            let (targets, paths) = self.with_units_beside(named);
            return Asked {
                named,
                targets,
                part: Part { paths, hosts },
            };
        };
        let mut targets = Vec::new();
        let mut paths = Vec::new();
        for path in named {
            let Ok(path) = self.vfs.resolve(path) else {
                continue;
            };
            let Some(kind) = self.vfs.link_kind(&path) else {
                continue;
            };
            if !is_walked(&self.vfs, &project.canonical, &path, kind) {
                targets.push(path.clone());
            }
            if kind == FileKind::Directory && path != project.canonical {
                paths.extend(linked_from(&self.vfs, &path));
            }
            paths.push(path);
        }
        if !paths.is_empty() {
            targets.insert(0, project.given.clone());
        }
        let is_whole = paths.contains(&project.canonical);
        Asked {
            named,
            targets,
            part: Part {
                paths: (!is_whole).then_some(paths),
                hosts,
            },
        }
    }

    /// Where there is no project: the paths that are named, with what a unit among them is read together with, and the
    /// paths that are asked about, if these are not all.
    fn with_units_beside(&self, named: &[Utf8PathBuf]) -> (Vec<Utf8PathBuf>, Option<Vec<Utf8PathBuf>>) {
        let mut targets = named.to_vec();
        let units = named
            .iter()
            .filter(|path| nixpod_surfaces::is_unit(path.as_str()));
        let units: Vec<Utf8PathBuf> = units.filter_map(|path| self.vfs.resolve(path).ok()).collect();
        let mut known: FxHashSet<&Utf8Path> = FxHashSet::default();
        for unit in &units {
            if known.insert(nixpod_surfaces::folder_of_text(unit)) {
                targets.extend(Targets::beside(&self.vfs, unit));
            }
        }
        // What code imports is told as well, and where it is cannot be said by the paths that were named.
        if targets.len() == named.len() || units.len() < named.len() {
            return (targets, None);
        }
        let paths = named.iter().filter_map(|path| self.vfs.resolve(path).ok());
        (targets, Some(paths.collect()))
    }

    /// What is to be evaluated for a question about one path.
    pub(crate) fn targets_of(&self, path: &Utf8Path) -> Vec<Utf8PathBuf> {
        self.asked(std::slice::from_ref(&path.to_owned())).targets
    }

    /// Checks, unless that was the last thing this snapshot did.
    pub(crate) fn outcome(&self, targets: &[Utf8PathBuf]) -> Arc<Outcome> {
        self.outcome_for(targets, Extent::World)
    }

    /// The same for whoever asks for more next: what has to be evaluated answers that at once.
    pub(crate) fn outcome_for(&self, targets: &[Utf8PathBuf], extent: Extent) -> Arc<Outcome> {
        // Whoever asks the same meanwhile waits for this answer, which is sooner there than a second one.
        let mut last = lock(&self.last);
        if let Some((known, outcome)) = &*last
            && known == targets
        {
            return Arc::clone(outcome);
        }
        let (worlds, settings) = (&self.worlds, &self.settings);
        let outcome = Arc::new(check(&self.vfs, worlds, self.rules, settings, extent, targets));
        // Other snapshots of the revision may still be of use to somebody, and what was given up is incomplete.
        if !self.is_cancelled() {
            *last = Some((targets.to_vec(), Arc::clone(&outcome)));
        }
        outcome
    }

    /// Worlds with what else is to be known of their containers.
    pub(crate) fn listed(&self, worlds: &[Arc<Known>], extent: Extent) -> Vec<(Arc<Known>, Arc<Listed>)> {
        parallel::map(self.settings.jobs, worlds, |known| {
            (Arc::clone(known), self.worlds.listed(&self.vfs, known, extent))
        })
    }

    /// The file's syntax.
    pub(crate) fn parsed(&self, file: FileId) -> Arc<ParsedFile> {
        Arc::clone(self.vfs.state(file).parsed())
    }

    /// The snapshot as it would be with other texts. What it evaluates does not push real results out of the cache.
    pub(crate) fn with_texts(&self, texts: impl Iterator<Item = (FileId, String)>) -> Self {
        let mut vfs = self.vfs.clone();
        for (file, text) in texts {
            vfs.set_buffer(self.vfs.table.path(file), Some(text));
        }
        Self {
            vfs,
            worlds: Arc::new(self.worlds.fork()),
            last: Arc::default(),
            ..self.clone()
        }
    }
}

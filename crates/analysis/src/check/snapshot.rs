//! An immutable view of everything, which all questions are asked of.

use crate::check::containers::{containers, switched_off};
use crate::check::group::groups;
use crate::check::merge::Checked;
use crate::check::outcome::{Outcome, check};
use crate::report::secrets::Secrets;
use crate::report::{Gap, Report, Reported, told};
use crate::rule::Rule;
use crate::settings::Settings;
use crate::vfs::parallel;
use crate::vfs::resolve::Unreachable;
use crate::vfs::{Files, Vfs, lock};
use crate::world::evaluate::Listed;
use crate::world::worlds::{Known, Worlds};
use camino::{Utf8Path, Utf8PathBuf};
use nixpod_source::{FileId, LineIndex};
use nixpod_syntax::ParsedFile;
use std::sync::{Arc, Mutex};

/// What readers see: one finding for all containers of a template.
pub(crate) fn reported<'c>(
    findings: impl IntoIterator<Item = &'c Checked>,
    secrets: &Secrets,
) -> Vec<Reported> {
    let groups = groups(findings, secrets);
    groups.into_iter().map(|group| group.reported).collect()
}

/// The targets of the last check of a snapshot and what came out.
type Last = Arc<Mutex<Option<(Vec<Utf8PathBuf>, Arc<Outcome>)>>>;

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
    /// Findings about code come without fixes, and containers without options: see [`Self::check_with_fixes`] and
    /// [`Self::show`]. Everything else is the same in all three.
    pub fn check(&self, targets: &[Utf8PathBuf]) -> Report {
        let outcome = self.outcome(targets);
        self.report(&outcome, reported(&outcome.findings, &outcome.secrets), &[])
    }

    /// Checks, and lists the options of all containers.
    pub fn show(&self, targets: &[Utf8PathBuf]) -> Report {
        let outcome = self.outcome_to_list(targets);
        self.report(
            &outcome,
            reported(&outcome.findings, &outcome.secrets),
            &self.listed(&outcome.worlds),
        )
    }

    /// What must not be shown of the files of these targets.
    pub fn secrets(&self, targets: &[Utf8PathBuf]) -> Arc<Secrets> {
        Arc::clone(&self.outcome(targets).secrets)
    }

    pub(crate) fn report(
        &self,
        outcome: &Outcome,
        findings: Vec<Reported>,
        listed: &[(Arc<Known>, Arc<Listed>)],
    ) -> Report {
        let files = Files::new(&self.vfs);
        Report {
            findings,
            not_analysed: outcome
                .gaps
                .iter()
                .map(|gap| Gap {
                    kind: gap.kind,
                    span: gap.span,
                    reason: told(&gap.reason, &outcome.secrets),
                })
                .collect(),
            roots: outcome.roots.clone(),
            containers: containers(&files, outcome, listed),
            switched_off: switched_off(&files, outcome),
            left_out: outcome.left_out.clone(),
            files: outcome.files.len(),
            unreadable: outcome.unreadable.clone(),
            secrets: Arc::clone(&outcome.secrets),
        }
    }

    /// The findings whose primary label is in this file: the same as in a check of the whole project, without fixes,
    /// for which [`Self::code_actions`] is to be asked.
    pub fn diagnostics(&self, path: &Utf8Path) -> Vec<Reported> {
        let file = self.vfs.file(path);
        let outcome = self.outcome(&self.targets_of(path));
        let findings = outcome.findings.iter();
        let in_file = findings.filter(|checked| checked.reported.diagnostic.primary.span.file == file);
        reported(in_file, &outcome.secrets)
    }

    /// The Nix files that a check of these targets reads, sorted by path.
    pub fn files(&self, targets: &[Utf8PathBuf]) -> Vec<Utf8PathBuf> {
        let outcome = self.outcome(targets);
        outcome.files.values().map(|file| self.path(*file)).collect()
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

    /// The project, if the file belongs to it; else the file alone.
    pub(crate) fn targets_of(&self, path: &Utf8Path) -> Vec<Utf8PathBuf> {
        if let Some(project) = &self.vfs.project
            && project.is_whole
        {
            let targets = vec![project.given.clone()];
            let canonical = self.vfs.canonical(path);
            if self.outcome(&targets).files.contains_key(&canonical) {
                return targets;
            }
        }
        vec![path.to_owned()]
    }

    /// Checks, unless that was the last thing this snapshot did.
    pub(crate) fn outcome(&self, targets: &[Utf8PathBuf]) -> Arc<Outcome> {
        self.outcome_with(targets, false)
    }

    /// The same for whoever asks for the options of containers next: what has to be evaluated lists them at once.
    pub(crate) fn outcome_to_list(&self, targets: &[Utf8PathBuf]) -> Arc<Outcome> {
        self.outcome_with(targets, true)
    }

    fn outcome_with(&self, targets: &[Utf8PathBuf], list: bool) -> Arc<Outcome> {
        if let Some((last, outcome)) = &*lock(&self.last)
            && last == targets
        {
            return Arc::clone(outcome);
        }
        let outcome = check(&self.vfs, &self.worlds, self.rules, &self.settings, list, targets);
        let outcome = Arc::new(outcome);
        *lock(&self.last) = Some((targets.to_vec(), Arc::clone(&outcome)));
        outcome
    }

    /// Worlds with the options of their containers.
    pub(crate) fn listed(&self, worlds: &[Arc<Known>]) -> Vec<(Arc<Known>, Arc<Listed>)> {
        parallel::map(self.settings.jobs, worlds, |known| {
            (Arc::clone(known), self.worlds.listed(&self.vfs, known))
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

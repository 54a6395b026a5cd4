//! The owner of all state, and the immutable snapshots that it hands out.

use crate::apply::{self, Fixed, FixedFile};
use crate::check::{self, Outcome};
use crate::disk::FileSystem;
use crate::evaluate::Listed;
use crate::merge::Checked;
use crate::parallel;
use crate::reasons::{self, Reasons};
use crate::report::{Action, Hover, Report, Reported};
use crate::request::{EvalOutcome, EvalRequest};
use crate::rule::Rule;
use crate::vfs::{Files, Vfs, lock};
use crate::worlds::{Known, Worlds};
use crate::{actions, evaluation, fix, hover, show};
use camino::{Utf8Path, Utf8PathBuf};
use nixpod_source::{Applicability, FileId, LineIndex, RuleId, TextRange, TextSize};
use nixpod_syntax::ParsedFile;
use std::collections::BTreeSet;
use std::sync::{Arc, Mutex};

/// What the user chose.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settings {
    /// Rules that are off.
    pub disabled: BTreeSet<RuleId>,
    /// Rules that are on although their group is off by default.
    pub enabled: BTreeSet<RuleId>,
    /// Does a suppression comment need a reason?
    pub require_reason: bool,
    /// Look only at these hosts of flakes; `None`: at all.
    pub hosts: Option<Vec<String>>,
    /// How many threads may work at once; 0: as many as there are processors.
    pub jobs: usize,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            disabled: BTreeSet::new(),
            enabled: BTreeSet::new(),
            require_reason: true,
            hosts: None,
            jobs: 0,
        }
    }
}

impl Settings {
    /// Is the rule on?
    pub fn is_on(&self, rule: &Rule) -> bool {
        !self.disabled.contains(rule.meta.id)
            && (rule.meta.group.on_by_default() || self.enabled.contains(rule.meta.id))
    }
}

/// The single owner of files, settings and caches.
#[derive(Debug)]
pub struct AnalysisHost {
    rules: &'static [&'static Rule],
    settings: Arc<Settings>,
    vfs: Vfs,
    worlds: Arc<Worlds>,
}

impl AnalysisHost {
    /// A host without a project.
    pub fn new(rules: &'static [&'static Rule], fs: Arc<dyn FileSystem>) -> Self {
        Self {
            rules,
            settings: Arc::default(),
            vfs: Vfs::new(fs),
            worlds: Arc::default(),
        }
    }

    /// Changes what the user chose.
    pub fn set_settings(&mut self, settings: Settings) {
        self.settings = Arc::new(settings);
    }

    /// Sets the directory that all reads have to stay below, after links are resolved.
    pub fn set_project(&mut self, root: Utf8PathBuf) {
        self.vfs.set_project(root);
    }

    /// An editor buffer was opened or changed; `None`: it was closed, and the disk counts again.
    pub fn set_buffer(&mut self, path: Utf8PathBuf, text: Option<String>) {
        self.vfs.set_buffer(path, text);
    }

    /// A file or directory came, went or changed on disk.
    pub fn file_changed(&mut self, path: &Utf8Path) {
        self.vfs.file_changed(path);
    }

    /// A snapshot of now; later changes do not reach it.
    pub fn analysis(&self) -> Analysis {
        Analysis {
            rules: self.rules,
            settings: Arc::clone(&self.settings),
            vfs: self.vfs.clone(),
            worlds: Arc::clone(&self.worlds),
            last: Arc::default(),
        }
    }

    /// How many roots were evaluated so far. What changes nothing but comments must not raise it.
    pub fn evaluations(&self) -> u64 {
        self.worlds.evaluations()
    }

    /// How many of these evaluated again only what an edit changed.
    pub fn renewals(&self) -> u64 {
        self.worlds.renewals()
    }
}

/// What readers see: one finding for all containers of a template.
fn reported<'c>(findings: impl IntoIterator<Item = &'c Checked>) -> Vec<Reported> {
    let groups = crate::group::groups(findings);
    groups.into_iter().map(|group| group.reported).collect()
}

/// The targets of the last check of a snapshot and what came out.
type Last = Arc<Mutex<Option<(Vec<Utf8PathBuf>, Arc<Outcome>)>>>;

/// An immutable snapshot that answers questions.
#[derive(Clone, Debug)]
pub struct Analysis {
    rules: &'static [&'static Rule],
    settings: Arc<Settings>,
    pub(crate) vfs: Vfs,
    worlds: Arc<Worlds>,
    /// Questions about one revision follow each other: the diagnostics of many files, a hover, its actions.
    last: Last,
}

impl Analysis {
    /// Checks files and directories. A directory with a `flake.nix` is a flake; other files are taken as modules
    /// unless a host imports them.
    ///
    /// Findings about code come without fixes, and containers without options: see [`Self::check_with_fixes`] and
    /// [`Self::show`]. Everything else is the same in all three.
    pub fn check(&self, targets: &[Utf8PathBuf]) -> Report {
        let outcome = self.outcome(targets);
        self.report(&outcome, reported(&outcome.findings), &[])
    }

    /// Checks, and makes the fixes of all findings.
    pub fn check_with_fixes(&self, targets: &[Utf8PathBuf]) -> Report {
        let outcome = self.outcome_to_list(targets);
        let findings = fix::with_fixes(self, &outcome, &outcome.findings);
        self.report(&outcome, reported(&findings), &[])
    }

    /// Checks, and lists the options of all containers.
    pub fn show(&self, targets: &[Utf8PathBuf]) -> Report {
        let outcome = self.outcome_to_list(targets);
        self.report(
            &outcome,
            reported(&outcome.findings),
            &self.listed(&outcome.worlds),
        )
    }

    fn report(
        &self,
        outcome: &Outcome,
        findings: Vec<Reported>,
        listed: &[(Arc<Known>, Arc<Listed>)],
    ) -> Report {
        let files = Files::new(&self.vfs);
        Report {
            findings,
            not_analysed: outcome.gaps.clone(),
            roots: outcome.roots.clone(),
            containers: show::containers(&files, outcome, listed),
            switched_off: show::switched_off(&files, outcome),
            files: outcome.files.len(),
            unreadable: outcome.unreadable.clone(),
        }
    }

    /// The findings whose primary label is in this file: the same as in a check of the whole project, without fixes,
    /// for which [`Self::code_actions`] is to be asked.
    pub fn diagnostics(&self, path: &Utf8Path) -> Vec<Reported> {
        let file = self.vfs.file(path);
        let outcome = self.outcome(&self.targets_of(path));
        let findings = outcome.findings.iter();
        reported(findings.filter(|checked| checked.reported.diagnostic.primary.span.file == file))
    }

    /// What is to be said about a place.
    pub fn hover(&self, path: &Utf8Path, offset: TextSize) -> Option<Hover> {
        hover::hover(self, &self.targets_of(path), path, offset)
    }

    /// Fixes and suppressions for the findings in a range.
    pub fn code_actions(&self, path: &Utf8Path, range: TextRange) -> Vec<Action> {
        actions::code_actions(self, &self.targets_of(path), path, range)
    }

    /// Applies all fixes up to `level` to the findings that `wanted` accepts, again and again until nothing is left
    /// to be fixed. Nothing is written.
    pub fn fix(
        &self,
        targets: &[Utf8PathBuf],
        level: Applicability,
        wanted: &dyn Fn(&Reported) -> bool,
    ) -> Fixed {
        apply::fix(self, targets, level, wanted)
    }

    /// The Nix files that a check of these targets reads, sorted by path.
    pub fn files(&self, targets: &[Utf8PathBuf]) -> Vec<Utf8PathBuf> {
        let outcome = self.outcome(targets);
        outcome.files.values().map(|file| self.path(*file)).collect()
    }

    /// Evaluates a file or an expression.
    pub fn evaluate(&self, request: &EvalRequest) -> EvalOutcome {
        evaluation::evaluate(&self.vfs, request)
    }

    /// What a file by itself leaves unknown, and why.
    pub fn reasons(&self, path: &Utf8Path) -> Reasons {
        reasons::reasons(&self.vfs, path)
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
    fn targets_of(&self, path: &Utf8Path) -> Vec<Utf8PathBuf> {
        if let Some(project) = &self.vfs.project {
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
        let outcome = check::check(&self.vfs, &self.worlds, self.rules, &self.settings, list, targets);
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

    /// The files whose text is not the same as in another snapshot of this host.
    pub(crate) fn changed_since(&self, other: &Self) -> Vec<FixedFile> {
        let mut out: Vec<FixedFile> = self
            .vfs
            .buffered()
            .map(|file| FixedFile {
                file,
                path: other.path(file),
                before: other.text(file),
                after: self.text(file).to_string(),
            })
            .filter(|fixed| *fixed.before != *fixed.after)
            .collect();
        out.sort_by(|a, b| a.path.cmp(&b.path));
        out
    }
}

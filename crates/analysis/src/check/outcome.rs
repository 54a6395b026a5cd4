//! From targets to findings: roots are evaluated, rules run, the same finding of several hosts becomes one.

use crate::check::budget::{Budget, Roots};
use crate::check::comments;
use crate::check::fragments::with_fragments;
use crate::check::gaps::{FoundGap, cause_of, gaps_of};
use crate::check::islands::islands;
use crate::check::merge::{Checked, Merged};
use crate::check::missing_import::missing_imports;
use crate::check::places::slice;
use crate::check::secrets::look_up;
use crate::check::targets::Targets;
use crate::check::templates::{is_filled_in, read_as_text, templates};
use crate::check::tool_rules::{self, Broken, no_nix};
use crate::report::secrets::Secrets;
use crate::report::{Cause, EvaluatedRoot, LeftOut};
use crate::rule::Rule;
use crate::settings::Settings;
use crate::vfs::parallel;
use crate::vfs::state::Problem;
use crate::vfs::{Files, Vfs};
use crate::world::evaluate::Extent;
use crate::world::worlds::{Known, Worlds};
use camino::Utf8PathBuf;
use nixpod_model::Standing;
use nixpod_source::{FileId, Span};
use rustc_hash::{FxHashMap, FxHashSet};
use std::collections::BTreeMap;
use std::sync::Arc;

/// The result of one check, before it is made into a report.
#[derive(Clone, Debug, Default)]
pub(crate) struct Outcome {
    pub(crate) findings: Vec<Checked>,
    pub(crate) gaps: Vec<FoundGap>,
    pub(crate) left_out: Vec<LeftOut>,
    pub(crate) roots: Vec<EvaluatedRoot>,
    pub(crate) worlds: Vec<Arc<Known>>,
    /// All files that were looked at, by path.
    pub(crate) files: BTreeMap<Utf8PathBuf, FileId>,
    /// What is not to be shown. Findings and gaps still have it; what leaves the analysis has not.
    pub(crate) secrets: Arc<Secrets>,
}

/// The files that are code: those that are looked at, and what evaluations parsed.
fn code_of(targets: &Targets, evaluated: &[Arc<Known>]) -> FxHashSet<FileId> {
    let parsed = evaluated.iter().flat_map(|known| known.reads.parsed_files());
    parsed.chain(targets.files.values().copied()).collect()
}

/// Checks files and directories. `extent`: what will be asked for of their containers.
pub(crate) fn check(
    vfs: &Vfs,
    worlds: &Worlds,
    rules: &'static [&'static Rule],
    settings: &Arc<Settings>,
    extent: Extent,
    targets: &[Utf8PathBuf],
) -> Outcome {
    worlds.begin_check();
    let mut targets = tracing::debug_span!("find files").in_scope(|| Targets::find(vfs, targets));
    parse_all(vfs, settings.jobs, &targets);
    let (as_text, as_code) = templates(vfs, &targets.files);
    targets.leave_out(&as_text);
    let mut budget = Budget::new(targets.text(vfs));
    let (mut evaluated, tests) = targets.evaluate(vfs, worlds, settings, extent, &mut budget);
    targets.leave_out(&read_as_text(vfs, &evaluated));
    let rest = (&mut evaluated, &mut budget);
    let texts = (&targets.files, &tests);
    let census = islands(vfs, worlds, settings, extent, texts, rest);
    let roots = targets.texts(&evaluated);
    let (all, jobs) = (roots.as_slice(), settings.jobs);
    evaluated.extend(budget.evaluate(vfs, worlds, Roots { all, jobs, extent }));
    let (mut files, broken) = files_of(vfs, &targets, &evaluated);
    let mut outcome = Outcome::default();
    let fragments = with_fragments(&evaluated);
    let numbered: Vec<(usize, &Arc<Known>)> = evaluated.iter().enumerate().collect();
    let raw = parallel::map(settings.jobs, &numbered, |(at, known)| match fragments.get(at) {
        Some(world) => Arc::new(known.found_in(world, vfs, rules, settings)),
        None => known.found(vfs, rules, settings),
    });
    let looked_up = Files::new(vfs);
    let mut merged = Merged::default();
    let secrets = raw.iter().flat_map(|found| &found.secrets);
    let secrets = Arc::new(look_up(&looked_up, &files, &evaluated, secrets));
    if !settings.show_secrets {
        outcome.secrets = Arc::clone(&secrets);
    }
    for (number, (world, found)) in evaluated.iter().zip(raw).enumerate() {
        for finding in &found.findings {
            merged.add(&looked_up, world, finding);
        }
        gaps_of(&looked_up, number, world, &mut outcome.gaps);
        outcome.roots.extend(roots_of(world));
    }
    outcome.findings = merged.of_hosts_first();
    outcome
        .findings
        .extend(missing_imports(&looked_up, &evaluated, settings));
    let told = outcome.gaps.iter().filter_map(|found| found.gap.span);
    let unread = census.gaps(&looked_up, told);
    outcome.gaps.extend(unread.into_iter().map(FoundGap::of_text));
    outcome.left_out = census.left_out(&looked_up, &evaluated);
    let code = code_of(&targets, &evaluated);
    let used = Used::new(&looked_up, &evaluated, as_code);
    used.look_at(&looked_up, (files.values(), &code), settings, &mut outcome);
    outcome.gaps.extend(not_read(&looked_up, &targets, &broken));
    files.retain(|_, file| looked_up.readable(*file).is_some());
    comments::apply(
        vfs,
        rules,
        settings,
        (files.values().copied(), &evaluated),
        &mut outcome.findings,
    );
    finish(&looked_up, &secrets, &mut outcome);
    outcome.files = files;
    outcome.worlds = evaluated;
    outcome
}

/// Files that are no good, and what the walk left out.
fn not_read(files: &Files<'_>, targets: &Targets, broken: &FxHashSet<FileId>) -> Vec<FoundGap> {
    let broken = broken.iter().map(|file| {
        let reason = "the file of an input has a syntax error".to_owned();
        FoundGap::of_file(*file, Cause::Syntax(reason.clone()), reason)
    });
    let skipped = targets.skipped.iter().filter_map(|skipped| {
        let reason = match &skipped.problem {
            Problem::Missing => format!("the {} leads nowhere", skipped.what),
            problem => format!("the {} {problem}", skipped.what),
        };
        let cause = cause_of(files, skipped.file, &skipped.problem)?;
        Some(FoundGap::of_file(skipped.file, cause, reason))
    });
    broken.chain(skipped).collect()
}

fn parse_all(vfs: &Vfs, jobs: usize, targets: &Targets) {
    let listed: Vec<FileId> = targets.files.values().copied().collect();
    parallel::map(jobs, &listed, |file| {
        // Files are read when they are first looked at, and there may be thousands.
        if vfs.watch.is_cancelled() {
            return;
        }
        let state = vfs.state(*file);
        if state.problem.is_none() {
            state.parsed();
            // Every file is asked for it, one after the other.
            state.census();
        }
    });
}

/// The files of a check by path, and files of inputs that do not parse. The latter are not the user's: a mistake there is
/// no finding, and a comment there silences nothing.
fn files_of(
    vfs: &Vfs,
    targets: &Targets,
    evaluated: &[Arc<Known>],
) -> (BTreeMap<Utf8PathBuf, FileId>, FxHashSet<FileId>) {
    let mut files = targets.files.clone();
    // What is no text is told; the others are told as far as somebody reads them.
    let unreadable = { targets.texts.iter() }.filter(|(_, file)| vfs.state(**file).problem.is_some());
    files.extend(unreadable.map(|(path, file)| (path.clone(), *file)));
    let mut broken = FxHashSet::default();
    for file in evaluated.iter().flat_map(|world| world.reads.files()) {
        let (path, state) = (vfs.table.path(file), vfs.state(file));
        if state.problem.is_some() {
            continue;
        }
        if vfs.in_project(&path) {
            files.insert(path, file);
        } else if !state.parsed().errors.is_empty() {
            broken.insert(file);
        }
    }
    (files, broken)
}

/// Which files systems make use of.
struct Used {
    /// Are there any systems?
    has_systems: bool,
    files: FxHashSet<FileId>,
}

impl Used {
    /// `named`: files with syntax errors that code names.
    fn new(files: &Files<'_>, evaluated: &[Arc<Known>], named: FxHashSet<FileId>) -> Self {
        let is_system = |known: &&Arc<Known>| {
            known.is_of_hosts() || known.root.is_entry(&files.vfs.relative_path(known.root.file()))
        };
        let systems: Vec<&Arc<Known>> = evaluated.iter().filter(is_system).collect();
        let others = evaluated.iter().flat_map(|known| {
            let own = known.root.file();
            known.reads.parsed_files().filter(move |file| *file != own)
        });
        let own = systems.iter().map(|known| known.root.file());
        Self {
            has_systems: !systems.is_empty(),
            files: others.chain(own).chain(named).collect(),
        }
    }

    /// Adds what is to be said about the texts of files as such; `code`: those that are code.
    fn look_at<'f>(
        &self,
        files: &Files<'_>,
        (listed, code): (impl Iterator<Item = &'f FileId>, &FxHashSet<FileId>),
        settings: &Settings,
        outcome: &mut Outcome,
    ) {
        for file in listed {
            let broken = code.contains(file).then(|| self.broken(*file));
            look_at_text(files, *file, broken, (settings, outcome));
        }
    }

    fn broken(&self, file: FileId) -> Broken {
        match (self.files.contains(&file), self.has_systems) {
            (true, _) => Broken::Used,
            (false, true) => Broken::Unused,
            (false, false) => Broken::ByItself,
        }
    }
}

/// Adds what is to be said about one file's text as such. What only looks like code, or was read as text, is none.
fn look_at_text(
    files: &Files<'_>,
    file: FileId,
    broken: Option<Broken>,
    (settings, outcome): (&Settings, &mut Outcome),
) {
    let state = files.state(file);
    match &state.problem {
        None if broken.is_some() && is_filled_in(&state) => {
            let reason = "a program fills something in, so that it is no Nix as it stands".to_owned();
            let cause = Cause::Syntax(reason.clone());
            outcome.gaps.push(FoundGap::of_file(file, cause, reason));
        }
        None => {
            let Some(broken) = broken.filter(|_| !state.parsed().errors.is_empty()) else {
                return;
            };
            match no_nix(&state.text).filter(|_| broken != Broken::Used) {
                Some(why) => {
                    let cause = Cause::NotModelled("what is no Nix".to_owned());
                    let reason = format!("the file is no Nix: {why}");
                    // What an evaluation says of it is the same.
                    outcome.gaps.retain(|found| {
                        let at = found.gap.span.is_some_and(|span| span.file == file);
                        !at || !matches!(found.gap.cause, Cause::Syntax(_))
                    });
                    outcome.gaps.push(FoundGap::of_file(file, cause, reason));
                }
                None => tool_rules::parse_errors(file, &state, broken, settings, &mut outcome.findings),
            }
        }
        Some(problem) => {
            let cause = cause_of(files, file, problem);
            let gap = cause.map(|cause| FoundGap::of_file(file, cause, format!("the file {problem}")));
            outcome.gaps.extend(gap);
        }
    }
}

/// Sorts everything by path and position, and gives each finding its fingerprint.
fn finish(files: &Files<'_>, secrets: &Secrets, outcome: &mut Outcome) {
    let mut paths: FxHashMap<FileId, Utf8PathBuf> = FxHashMap::default();
    let mut path = |file: FileId| {
        paths
            .entry(file)
            .or_insert_with(|| files.vfs.display_path(file))
            .clone()
    };
    outcome.findings.sort_by_cached_key(|checked| {
        let found = &checked.reported.diagnostic;
        let range = found.primary.span.range;
        let container = checked.reported.container.as_ref();
        (
            path(found.primary.span.file),
            (range.start(), range.end()),
            found.rule,
            found.message.clone(),
            container.map(|container| (container.surface, container.name.clone())),
        )
    });
    let mut key =
        |span: Option<Span>| span.map(|span| (path(span.file), span.range.start(), span.range.end()));
    outcome
        .gaps
        .sort_by_cached_key(|found| (key(found.gap.span), found.gap.reason.clone()));
    outcome.gaps.dedup_by(|later, first| {
        let same = later.gap == first.gap;
        if same {
            first.met_in.append(&mut later.met_in);
        }
        same
    });
    outcome.left_out.sort_by_cached_key(|one| key(Some(one.span)));
    outcome
        .roots
        .sort_by(|a, b| (!a.from_flake, &a.name).cmp(&(!b.from_flake, &b.name)));
    // How many findings there were with a first fingerprint. Counting on from there keeps many equal ones cheap.
    let mut counts: FxHashMap<String, u32> = FxHashMap::default();
    for checked in &mut outcome.findings {
        // The same text twice in one container is two findings, told apart by their order.
        let mut fingerprint = fingerprint(files, secrets, checked, 0);
        let nth = counts.entry(fingerprint.clone()).or_default();
        if *nth > 0 {
            fingerprint = self::fingerprint(files, secrets, checked, *nth);
        }
        *nth += 1;
        checked.reported.fingerprint = fingerprint;
    }
}

/// Made from what stays the same when code around it moves. FNV-1a, because it has to be the same for all versions.
fn fingerprint(files: &Files<'_>, secrets: &Secrets, checked: &Checked, nth: u32) -> String {
    let reported = &checked.reported;
    let span = reported.diagnostic.primary.span;
    let mut identity = match checked.identity.as_str() {
        "" => slice(files, span),
        identity => identity.to_owned(),
    };
    // Whoever has the fingerprint could try passwords until one gives it.
    if secrets.mask(&identity) != identity || secrets.touches(span) {
        identity = secrets.mask(&reported.diagnostic.message);
    }
    let (kind, name) = match &reported.container {
        Some(container) => (container.surface.as_str(), container.name.clone()),
        None => ("", files.vfs.relative_path(span.file).into_string()),
    };
    let words: Vec<&str> = identity.split_whitespace().collect();
    let mut hash: u64 = 0xcbf2_9ce4_8422_2325;
    for part in [
        reported.diagnostic.rule,
        kind,
        &name,
        &words.join(" "),
        &nth.to_string(),
    ] {
        for byte in part.bytes().chain([0xff]) {
            hash = (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
        }
    }
    format!("{hash:016x}")
}

fn roots_of(evaluated: &Known) -> Vec<EvaluatedRoot> {
    let files: Arc<[FileId]> = evaluated.reads.files().collect();
    let hosts = evaluated.world.hosts.values();
    hosts
        .map(|host| EvaluatedRoot {
            name: host.name.clone(),
            host_name: host.host_name.clone(),
            role: host.role,
            from_flake: host.from_flake,
            closed_world: host.closed_world,
            imported_by_no_host: host.standing == Standing::NoHost,
            modules: host.modules,
            missing_inputs: host.missing_inputs.clone(),
            files: Arc::clone(&files),
        })
        .collect()
}

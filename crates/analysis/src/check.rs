//! From targets to findings: roots are evaluated, rules run, the same finding of several hosts becomes one.

use crate::fix;
use crate::host::{Detail, Settings};
use crate::labels::{line_of, span_of, span_of_origin, trail_of};
use crate::own_rules;
use crate::parallel;
use crate::report::{ContainerRef, Gap, Reported, Root as ReportedRoot};
use crate::roots::Targets;
use crate::rule::{Finding, Rule};
use crate::suppress;
use crate::vfs::{Problem, Vfs};
use crate::worlds::{Evaluated, Worlds};
use camino::Utf8PathBuf;
use nixpod_model::Surface;
use nixpod_source::{
    Confidence, Diagnostic, FileId, Label, LabelKind, Place, RuleId, Span, TextRange, TextSize,
};
use rustc_hash::{FxHashMap, FxHashSet};
use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::Arc;

/// A finding with what later questions about it need.
#[derive(Clone, Debug)]
pub(crate) struct Checked {
    pub(crate) reported: Reported,
    /// Every place the value came through.
    pub(crate) places: Vec<Span>,
    /// The text, or else the words, that tell the finding from others of its rule and container.
    identity: String,
    /// The finding before it got ranges; none for findings about comments and syntax.
    pub(crate) finding: Option<Finding>,
}

/// The result of one check, before it is made into a report.
#[derive(Clone, Debug, Default)]
pub(crate) struct Outcome {
    pub(crate) findings: Vec<Checked>,
    pub(crate) gaps: Vec<Gap>,
    pub(crate) roots: Vec<ReportedRoot>,
    pub(crate) worlds: Vec<Arc<Evaluated>>,
    /// All files that were looked at, by path.
    pub(crate) files: BTreeMap<Utf8PathBuf, FileId>,
    pub(crate) unreadable: Vec<(Utf8PathBuf, String)>,
}

/// Checks files and directories.
pub(crate) fn check(
    vfs: &Vfs,
    worlds: &Worlds,
    rules: &'static [&'static Rule],
    settings: &Arc<Settings>,
    detail: Detail,
    targets: &[Utf8PathBuf],
) -> Outcome {
    worlds.begin_check();
    let targets = Targets::find(vfs, targets);
    let mut files = targets.files.clone();
    let listed: Vec<FileId> = files.values().copied().collect();
    parallel::map(settings.jobs, &listed, |file| {
        let state = vfs.state(*file);
        if state.problem.is_none() {
            state.parsed();
        }
    });
    let evaluated = targets.evaluate(vfs, worlds, settings, detail);
    let mut broken = FxHashSet::default();
    for world in &evaluated {
        for file in world.reads.parsed_files() {
            let (path, state) = (vfs.table.path(file), vfs.state(file));
            // Files of inputs are not the user's: a mistake there is no finding, and a comment there silences nothing.
            if !vfs.in_project(&path) {
                if state.problem.is_none() && !state.parsed().errors.is_empty() {
                    broken.insert(file);
                }
            } else if state.problem.is_none() {
                files.insert(path, file);
            }
        }
    }
    let mut outcome = Outcome {
        unreadable: targets.unreadable,
        ..Outcome::default()
    };
    let raw = parallel::map(settings.jobs, &evaluated, |world| {
        world.findings(vfs, rules, settings)
    });
    let mut merged = Merged::default();
    for (world, findings) in evaluated.iter().zip(raw) {
        for finding in findings.iter() {
            merged.add(vfs, world, finding);
        }
        gaps_of(vfs, world, &mut outcome.gaps);
        outcome.roots.extend(roots_of(world));
    }
    outcome.findings = merged.findings;
    for (path, file) in &files {
        let state = vfs.state(*file);
        match &state.problem {
            None => own_rules::parse_errors(vfs, *file, settings, &mut outcome.findings),
            // What could be read by name is reported as unreadable already.
            Some(problem @ (Problem::NotText(_) | Problem::Unreadable(_))) => outcome.gaps.push(Gap {
                span: Some(start_of(*file)),
                reason: format!("the file {problem}"),
            }),
            Some(Problem::Missing | Problem::Outside) => {
                debug_assert!(!path.as_str().is_empty(), "listed files have paths");
            }
        }
    }
    outcome.gaps.extend(broken.iter().map(|file| Gap {
        span: Some(start_of(*file)),
        reason: "the file of an input has a syntax error".to_owned(),
    }));
    files.retain(|_, file| vfs.state(*file).problem.is_none());
    suppress::apply(
        vfs,
        rules,
        settings,
        files.values().copied(),
        &mut outcome.findings,
    );
    finish(vfs, &mut outcome);
    if detail >= Detail::Fixes {
        fix::resolve_all(vfs, &evaluated, &mut outcome.findings);
    }
    outcome.files = files;
    outcome.worlds = evaluated;
    outcome
}

fn start_of(file: FileId) -> Span {
    Span {
        file,
        range: TextRange::empty(TextSize::new(0)),
    }
}

/// Sorts everything by path and position, and gives each finding its fingerprint.
fn finish(vfs: &Vfs, outcome: &mut Outcome) {
    let mut paths: FxHashMap<FileId, Utf8PathBuf> = FxHashMap::default();
    let mut path = |file: FileId| {
        paths
            .entry(file)
            .or_insert_with(|| vfs.display_path(file))
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
        .sort_by_cached_key(|gap| (key(gap.span), gap.reason.clone()));
    outcome.gaps.dedup();
    outcome
        .roots
        .sort_by(|a, b| (!a.from_flake, &a.name).cmp(&(!b.from_flake, &b.name)));
    // How many findings there were with a first fingerprint. Counting on from there keeps many equal ones cheap.
    let mut counts: FxHashMap<String, u32> = FxHashMap::default();
    for checked in &mut outcome.findings {
        // The same text twice in one container is two findings, told apart by their order.
        let mut fingerprint = fingerprint(vfs, checked, 0);
        let nth = counts.entry(fingerprint.clone()).or_default();
        if *nth > 0 {
            fingerprint = self::fingerprint(vfs, checked, *nth);
        }
        *nth += 1;
        checked.reported.fingerprint = fingerprint;
    }
}

fn slice(vfs: &Vfs, span: Span) -> String {
    let state = vfs.state(span.file);
    let text = state.text.get(Range::<usize>::from(span.range));
    text.unwrap_or_default().to_owned()
}

/// Made from what stays the same when code around it moves. FNV-1a, because it has to be the same for all versions.
fn fingerprint(vfs: &Vfs, checked: &Checked, nth: u32) -> String {
    let reported = &checked.reported;
    let span = reported.diagnostic.primary.span;
    let identity = match checked.identity.as_str() {
        "" => slice(vfs, span),
        identity => identity.to_owned(),
    };
    let (kind, name) = match &reported.container {
        Some(container) => (container.surface.as_str(), container.name.clone()),
        None => ("", vfs.relative_path(span.file).into_string()),
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

/// What makes two findings one: rule, place, message and container.
type Sameness = (RuleId, Place, String, Option<(Surface, String)>);

/// Findings of all roots; the same text with the same words for the same container is one.
#[derive(Default)]
struct Merged {
    findings: Vec<Checked>,
    index: FxHashMap<Sameness, usize>,
}

impl Merged {
    fn add(&mut self, vfs: &Vfs, evaluated: &Evaluated, finding: &Finding) {
        let world = &evaluated.world;
        let Some(host) = world.hosts.get(&finding.host) else {
            return;
        };
        let Some(place) = finding
            .origin
            .hops
            .iter()
            .find(|hop| span_of(vfs, hop.place).is_some())
        else {
            return;
        };
        let container = finding.container.as_ref().map(|id| world.container(id));
        let key = (
            finding.rule,
            place.place,
            finding.message.clone(),
            container.map(|container| (container.surface, container.name.clone())),
        );
        if let Some(known) = self
            .index
            .get(&key)
            .and_then(|index| self.findings.get_mut(*index))
        {
            let reported = &mut known.reported;
            if let Err(at) = reported.hosts.binary_search(&host.name) {
                reported.hosts.insert(at, host.name.clone());
            }
            reported.imported_by_no_host &= host.imported_by_no_host;
            let diagnostic = &mut reported.diagnostic;
            diagnostic.severity = diagnostic.severity.max(finding.severity);
            diagnostic.confidence = diagnostic.confidence.max(finding.confidence);
            return;
        }
        let Some(trail) = trail_of(vfs, finding) else {
            return;
        };
        // What is absent from a set is not told apart by what is in it.
        let identity = match trail.literal {
            true => slice(vfs, trail.primary.span),
            false => finding.message.clone(),
        };
        let diagnostic = Diagnostic {
            rule: finding.rule,
            severity: finding.severity,
            confidence: finding.confidence,
            message: finding.message.clone(),
            help: finding.help.clone(),
            primary: trail.primary,
            trail: trail.trail,
            fixes: Vec::new(),
        };
        let reference = container.map(|container| {
            let span = span_of_origin(vfs, &container.origin).unwrap_or(diagnostic.primary.span);
            ContainerRef {
                surface: container.surface,
                name: container.name.clone(),
                file: span.file,
                line: line_of(vfs, span).1,
            }
        });
        self.index.insert(key, self.findings.len());
        self.findings.push(Checked {
            reported: Reported {
                diagnostic,
                fingerprint: String::new(),
                container: reference,
                others: Vec::new(),
                hosts: vec![host.name.clone()],
                imported_by_no_host: host.imported_by_no_host,
                suppressed: None,
            },
            places: trail.all,
            identity,
            finding: Some(finding.clone()),
        });
    }
}

/// A finding about text as such, which no host has a part in.
pub(crate) fn plain(rule: &'static Rule, span: Span, message: String, help: Option<String>) -> Checked {
    Checked {
        reported: Reported {
            diagnostic: Diagnostic {
                rule: rule.meta.id,
                severity: rule.meta.severity,
                confidence: Confidence::High,
                primary: Label {
                    kind: LabelKind::Primary,
                    span,
                    message: message.clone(),
                },
                message,
                help,
                trail: Vec::new(),
                fixes: Vec::new(),
            },
            fingerprint: String::new(),
            container: None,
            others: Vec::new(),
            hosts: Vec::new(),
            imported_by_no_host: false,
            suppressed: None,
        },
        places: vec![span],
        identity: String::new(),
        finding: None,
    }
}

fn gaps_of(vfs: &Vfs, evaluated: &Evaluated, gaps: &mut Vec<Gap>) {
    for gap in &evaluated.world.not_analysed {
        let mut reason = format!("`{}`: {}", gap.what, gap.why);
        let also = gap.also.iter().filter_map(|place| span_of(vfs, *place));
        for (at, span) in also.enumerate() {
            let lead = if at == 0 { "; also defined at" } else { "," };
            let line = line_of(vfs, span).1;
            reason.push_str(&format!("{lead} {}:{line}", vfs.relative_path(span.file)));
        }
        gaps.push(Gap {
            span: gap.place.and_then(|place| span_of(vfs, place)),
            reason,
        });
    }
}

fn roots_of(evaluated: &Evaluated) -> Vec<ReportedRoot> {
    let files: Arc<[FileId]> = evaluated.reads.parsed_files().collect();
    let hosts = evaluated.world.hosts.values();
    hosts
        .map(|host| ReportedRoot {
            name: host.name.clone(),
            from_flake: host.from_flake,
            closed_world: host.closed_world,
            imported_by_no_host: host.imported_by_no_host,
            modules: host.modules,
            missing_inputs: host.missing_inputs.clone(),
            files: Arc::clone(&files),
        })
        .collect()
}

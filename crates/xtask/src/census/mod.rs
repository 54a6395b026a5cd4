//! What becomes of the container specs of real systems: those that a walk over syntax alone finds, held against what a
//! report shows, names or leaves out. A spec with none of these is silent, which must not be.

mod specs;
mod survive;
mod table;

pub use specs::{Repository, Spec, Status};
pub use survive::survive;

use anyhow::{Context, Result};
use nixpod_analysis::{
    Analysis, AnalysisHost, Certainty, EvaluatedRoot, FileId, LeftOutReason, OsFileSystem, Report, Shown,
    ShownFact, ShownKind, Span, Standing, TextRange, Utf8Path, Utf8PathBuf,
};
use nixpod_surfaces::SpecSite;
use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::sync::Arc;

/// What is to be counted.
#[derive(Debug, Default)]
pub struct CensusArguments {
    /// The repositories' directories.
    pub directories: Vec<PathBuf>,
    /// Print every spec that is not whole.
    pub details: bool,
}

/// Counts, and prints what was counted.
pub fn run(options: &CensusArguments) -> Result<String> {
    let mut repositories = Vec::new();
    for directory in &options.directories {
        let directory = Utf8PathBuf::from_path_buf(directory.clone())
            .ok()
            .context("a directory's name is not UTF-8")?;
        let directory = directory
            .canonicalize_utf8()
            .with_context(|| format!("cannot read {directory}"))?;
        repositories.push(repository(&directory));
    }
    Ok(table::render(&repositories, options.details))
}

/// The options of a repository's own that are called like those of containers.
fn declared(analysis: &Analysis, directory: &Utf8Path) -> BTreeSet<String> {
    let mut out = BTreeSet::new();
    for path in analysis.files(&[directory.to_owned()]) {
        if let Some(file) = analysis.file_id(&path) {
            let parsed = nixpod_syntax::parse(&analysis.text(file));
            out.extend(nixpod_surfaces::census(&parsed.hir).declared);
        }
    }
    out
}

/// Looks at one repository.
pub fn repository(directory: &Utf8Path) -> Repository {
    let analysis = open(directory);
    let report = analysis.show(&[directory.to_owned()]);
    let reached = Reached::new(&report, directory);
    let mut specs = Vec::new();
    let declared = declared(&analysis, directory);
    for path in analysis.files(&[directory.to_owned()]) {
        let Some(file) = analysis.file_id(&path) else {
            continue;
        };
        let text = analysis.text(file);
        let lines = analysis.line_index(file);
        let parsed = nixpod_syntax::parse(&text);
        let census = nixpod_surfaces::census(&parsed.hir);
        for script in &census.scripts {
            let site = SpecSite::of_script(script);
            for (start, end) in &script.lines {
                let line = parsed.map.string_range(script.text, *start, *end);
                let whole = parsed.map.range(script.text);
                let (status, reasons) = judge_line(&report, &reached, (file, whole), line, &site);
                specs.push(Spec {
                    file: path.strip_prefix(directory).unwrap_or(&path).to_string(),
                    line: lines.position(&text, line.start()).line,
                    site: site.clone(),
                    status,
                    reasons,
                });
            }
        }
        for site in census.specs {
            if site.is_of_own_option(&declared) {
                continue;
            }
            let range = site.range(&parsed);
            let (status, reasons) = judge(&report, &reached, (file, range), &site);
            specs.push(Spec {
                file: path.strip_prefix(directory).unwrap_or(&path).to_string(),
                line: lines.position(&text, range.start()).line,
                site,
                status,
                reasons,
            });
        }
    }
    let hosts: Vec<&EvaluatedRoot> = report.roots.iter().filter(|root| reached.is_host(root)).collect();
    let containers = report.containers.iter();
    let on_hosts: Vec<&Shown> = containers
        .filter(|shown| shown.standing != Standing::NoHost)
        .collect();
    let is_whole = |shown: &&&Shown| reasons(&[**shown]).is_empty();
    let whole = on_hosts.iter().filter(is_whole).count();
    Repository {
        name: directory.file_name().unwrap_or("repository").to_owned(),
        hosts: (hosts.len(), hosts.iter().filter(|root| root.closed_world).count()),
        containers: (on_hosts.len(), whole),
        specs,
        gaps: gaps(&report),
    }
}

/// What became of a spec.
fn judge(
    report: &Report,
    reached: &Reached,
    (file, range): (FileId, TextRange),
    site: &SpecSite,
) -> (Status, Vec<String>) {
    let is_here = |span: Span| span.file == file && range.contains_range(span.range);
    let left_out = report.left_out.iter().find(|one| is_here(one.span));
    let found = match direct(report, (file, range), site) {
        found if !found.is_empty() || left_out.is_some() => found,
        _ => indirect(report, (file, range), site),
    };
    if found.is_empty() {
        let named = report
            .not_analysed
            .iter()
            .any(|gap| gap.span.is_some_and(is_here));
        let status = match left_out.map(|one| one.reason) {
            Some(LeftOutReason::Off | LeftOutReason::OffAsSeen | LeftOutReason::NoContainer) => Status::Off,
            Some(LeftOutReason::Test | LeftOutReason::VmVariant) => Status::Test,
            None if named => Status::Named,
            None => Status::Silent,
        };
        return (status, Vec::new());
    }
    let containers = found.iter().copied();
    let on_host: Vec<&Shown> = containers
        .filter(|shown| shown.standing != Standing::NoHost)
        .collect();
    if on_host.is_empty() {
        (Status::Island, reasons(&found))
    } else if reached.has_hosts() || on_host.iter().any(|shown| shown.from_flake) {
        (Status::OnHost, reasons(&on_host))
    } else {
        (Status::Library, reasons(&on_host))
    }
}

/// What became of a line of a script, which stands in a string.
fn judge_line(
    report: &Report,
    reached: &Reached,
    (file, whole): (FileId, TextRange),
    line: TextRange,
    site: &SpecSite,
) -> (Status, Vec<String>) {
    let is_in = |range: TextRange| move |span: &Span| span.file == file && range.contains_range(span.range);
    let lines = report.containers.iter();
    let lines = lines.filter(|shown| shown.surface == site.surface);
    // The program may be written elsewhere, and then its words tell.
    let is_here = |shown: &&Shown| {
        shown.span.iter().any(is_in(line))
            || shown
                .facts
                .iter()
                .filter_map(|fact| fact.span)
                .any(|span| is_in(line)(&span))
    };
    let found: Vec<&Shown> = lines.filter(is_here).collect();
    let mut left_out = report.left_out.iter().map(|one| one.span);
    let mut named = report.not_analysed.iter().filter_map(|gap| gap.span);
    let on_host: Vec<&Shown> = found
        .iter()
        .copied()
        .filter(|shown| shown.standing != Standing::NoHost)
        .collect();
    match (found.is_empty(), on_host.is_empty()) {
        (false, true) => (Status::Island, reasons(&found)),
        (false, false) if reached.has_hosts() => (Status::OnHost, reasons(&on_host)),
        (false, false) => (Status::Library, reasons(&on_host)),
        (true, _) if left_out.any(|span| is_in(whole)(&span)) => (Status::Off, Vec::new()),
        (true, _) if named.any(|span| is_in(whole)(&span)) => (Status::Named, Vec::new()),
        (true, _) => (Status::Silent, Vec::new()),
    }
}

/// What could not be analysed, each once, with how often.
fn gaps(report: &Report) -> Vec<String> {
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for gap in &report.not_analysed {
        *counts.entry(&gap.reason).or_default() += 1;
    }
    let mut sorted: Vec<_> = counts.into_iter().collect();
    sorted.sort_by_key(|(reason, count)| (std::cmp::Reverse(*count), *reason));
    sorted
        .into_iter()
        .map(|(reason, count)| format!("{count} {reason}"))
        .collect()
}

fn open(directory: &Utf8Path) -> Analysis {
    let mut host = AnalysisHost::new(&[], Arc::new(OsFileSystem));
    host.set_project(directory.to_owned());
    host.analysis()
}

/// Which roots count as hosts.
struct Reached {
    has_flake_hosts: bool,
    has_flake: bool,
    has_configuration: bool,
}

impl Reached {
    fn new(report: &Report, directory: &Utf8Path) -> Self {
        let mut out = Self {
            has_flake_hosts: report.roots.iter().any(|root| root.from_flake),
            has_flake: directory.join("flake.nix").exists(),
            has_configuration: false,
        };
        out.has_configuration = report.roots.iter().any(|root| out.is_host(root));
        out
    }

    fn has_hosts(&self) -> bool {
        self.has_configuration
    }

    /// Is it a host of a flake, or, where there is no flake, a configuration that others are imported by?
    fn is_host(&self, root: &EvaluatedRoot) -> bool {
        root.from_flake
            || !self.has_flake && !self.has_flake_hosts && (root.closed_world || root.files.len() > 1)
    }
}

/// The containers that a spec defines, as their facts and their origins tell.
fn direct<'r>(report: &'r Report, (file, range): (FileId, TextRange), site: &SpecSite) -> Vec<&'r Shown> {
    let inside = |span: &Span| span.file == file && range.contains_range(span.range);
    report
        .containers
        .iter()
        .filter(|shown| shown.surface == site.surface)
        .filter(|shown| {
            (site.is_called(&shown.name) || shown.is_template)
                && (shown.span.iter().chain(&shown.places).any(&inside)
                    || definitions(shown).any(|span| inside(&span)))
        })
        .collect()
}

/// A definition that adds to a container, and one that is computed, need not be where a fact of it is written. Then whoever
/// shows the container has read the file.
fn indirect<'r>(report: &'r Report, (file, range): (FileId, TextRange), site: &SpecSite) -> Vec<&'r Shown> {
    let around = |span: &Span| span.file == file && span.range.contains_range(range);
    let readers = report.roots.iter().filter(|root| root.files.contains(&file));
    let readers: Vec<&str> = readers.map(|root| root.name.as_str()).collect();
    report
        .containers
        .iter()
        .filter(|shown| shown.surface == site.surface)
        .filter(|shown| site.is_called(&shown.name))
        .filter(|shown| shown.places.iter().any(around) || readers.contains(&shown.host.as_str()))
        .collect()
}

fn definitions(shown: &Shown) -> impl Iterator<Item = Span> {
    shown
        .facts
        .iter()
        .flat_map(|fact| &fact.definitions)
        .filter_map(|definition| definition.span)
}

/// Why facts of these containers are not known, each once.
fn reasons(found: &[&Shown]) -> Vec<String> {
    let mut out = Vec::new();
    // What an option that no fact is read from is by default concerns nobody.
    let is_asked = |fact: &&ShownFact| fact.kind != ShownKind::Option || fact.certainty != Certainty::Default;
    for fact in found.iter().flat_map(|shown| &shown.facts).filter(is_asked) {
        for reason in reasons_of(fact) {
            if !out.contains(&reason) {
                out.push(reason);
            }
        }
    }
    out
}

fn reasons_of(fact: &ShownFact) -> Vec<String> {
    let mut out: Vec<String> = fact
        .holes
        .iter()
        .filter(|why| why.symbol().is_none() && !why.is_of_packages())
        .map(|why| format!("{why}"))
        .collect();
    if fact.certainty == Certainty::Maybe && out.is_empty() {
        out.push(match &fact.reason {
            Some(reason) => reason.clone(),
            None => "a condition that nothing names".to_owned(),
        });
    }
    if fact.certainty == Certainty::Unknown && fact.holes.is_empty() {
        out.push(fact.reason.clone().unwrap_or_default());
    }
    out
}

//! How much of real systems the evaluation reaches: container specs found by syntax alone, held against those that
//! hosts have.

mod sites;
mod specs;
mod table;

pub use sites::{SpecSite, sites};
pub use specs::{Repository, Spec, Status};

use anyhow::{Context, Result};
use nixpod_analysis::{
    Analysis, AnalysisHost, Certainty, EvaluatedRoot, FileId, OsFileSystem, Report, Shown, ShownFact, Span,
    Utf8Path, Utf8PathBuf, Why,
};
use std::collections::{BTreeMap, HashSet};
use std::path::PathBuf;
use std::sync::Arc;

/// What is to be counted.
#[derive(Debug, Default)]
pub struct ReachArguments {
    /// The repositories' directories.
    pub directories: Vec<PathBuf>,
    /// Print every spec that is not whole.
    pub details: bool,
}

/// Counts, and prints what was counted.
pub fn run(options: &ReachArguments) -> Result<String> {
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

/// Looks at one repository.
pub fn repository(directory: &Utf8Path) -> Repository {
    let analysis = open(directory);
    let report = analysis.show(&[directory.to_owned()]);
    let reached = Reached::new(&report, directory);
    let mut specs = Vec::new();
    let mut off: BTreeMap<Utf8PathBuf, Vec<usize>> = BTreeMap::new();
    for path in analysis.files(&[directory.to_owned()]) {
        let Some(file) = analysis.file_id(&path) else {
            continue;
        };
        let text = analysis.text(file);
        let lines = analysis.line_index(file);
        for site in sites(&nixpod_syntax::parse(&text)) {
            let (status, reasons) = judge(&report, &reached, file, &site);
            if matches!(status, Status::Off | Status::Missed | Status::MissedAlone) {
                off.entry(path.clone()).or_default().push(specs.len());
            }
            specs.push(Spec {
                file: path.strip_prefix(directory).unwrap_or(&path).to_string(),
                line: lines.position(&text, site.range.start()).line,
                site,
                status,
                reasons,
            });
        }
    }
    // What no host has may be switched off everywhere: then the file by itself shows it.
    for (path, indices) in off {
        look_alone(directory, &path, &indices, &mut specs);
    }
    let hosts: Vec<&EvaluatedRoot> = report.roots.iter().filter(|root| reached.is_host(root)).collect();
    let containers = report.containers.iter();
    let on_hosts: Vec<&Shown> = containers.filter(|shown| !shown.imported_by_no_host).collect();
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

/// What became of a spec in the repository as a whole.
fn judge(report: &Report, reached: &Reached, file: FileId, site: &SpecSite) -> (Status, Vec<String>) {
    let found = matching(report, file, site);
    if found.is_empty() {
        let mut off = report.switched_off.iter();
        let switched_off = off.any(|span| span.file == file && span.range.contains_range(site.range));
        return match switched_off && reached.files.contains(&file) {
            true => (Status::Off, Vec::new()),
            false => (reached.missing(file), Vec::new()),
        };
    }
    let containers = found.iter().copied();
    let on_host: Vec<&Shown> = containers.filter(|shown| !shown.imported_by_no_host).collect();
    if on_host.is_empty() {
        (Status::NoHost, reasons(&found))
    } else if reached.files.contains(&file) || on_host.iter().any(|shown| shown.from_flake) {
        (Status::OnHost, reasons(&on_host))
    } else {
        (Status::Library, reasons(&on_host))
    }
}

/// Looks at a file by itself for the specs in it that the repository as a whole does not show.
fn look_alone(directory: &Utf8Path, path: &Utf8PathBuf, indices: &[usize], specs: &mut [Spec]) {
    let alone = open(directory);
    let report = alone.show(std::slice::from_ref(path));
    let Some(file) = alone.file_id(path) else {
        return;
    };
    for index in indices {
        let Some(spec) = specs.get_mut(*index) else {
            continue;
        };
        let found = matching(&report, file, &spec.site);
        if found.is_empty() {
            if spec.status != Status::Off {
                spec.reasons = vec!["the spec is not found".to_owned()];
            }
            continue;
        }
        spec.status = match spec.status {
            Status::Missed | Status::Off => Status::Off,
            _ => Status::NoHost,
        };
        spec.reasons = reasons(&found);
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

/// What hosts read.
struct Reached {
    files: HashSet<FileId>,
    has_flake_hosts: bool,
    has_flake: bool,
}

impl Reached {
    fn new(report: &Report, directory: &Utf8Path) -> Self {
        let mut out = Self {
            files: HashSet::new(),
            has_flake_hosts: report.roots.iter().any(|root| root.from_flake),
            has_flake: directory.join("flake.nix").exists(),
        };
        for root in &report.roots {
            if out.is_host(root) {
                out.files.extend(root.files.iter().copied());
            }
        }
        out
    }

    /// Is it a host of a flake, or, where there is no flake, a configuration that others are imported by?
    fn is_host(&self, root: &EvaluatedRoot) -> bool {
        root.from_flake
            || !self.has_flake && !self.has_flake_hosts && (root.closed_world || root.files.len() > 1)
    }

    fn missing(&self, file: FileId) -> Status {
        if self.files.contains(&file) {
            Status::Missed
        } else {
            Status::MissedAlone
        }
    }
}

/// The containers that a spec defines.
fn matching<'r>(report: &'r Report, file: FileId, site: &SpecSite) -> Vec<&'r Shown> {
    let inside = |span: &Span| span.file == file && site.range.contains_range(span.range);
    let around = |span: &Span| span.file == file && span.range.contains_range(site.range);
    let same: Vec<&Shown> = report
        .containers
        .iter()
        .filter(|shown| shown.surface.as_str() == site.surface)
        .collect();
    let direct: Vec<&Shown> = same
        .iter()
        .copied()
        .filter(|shown| {
            site.name
                .as_ref()
                .is_none_or(|name| *name == shown.name || shown.is_template)
                && (shown.span.iter().chain(&shown.places).any(&inside)
                    || definitions(shown).any(|span| inside(&span)))
        })
        .collect();
    if !direct.is_empty() || site.name.is_some() {
        return direct;
    }
    // Of what is computed, the definition may be told by the place that computes.
    same.into_iter()
        .filter(|shown| {
            shown.places.iter().any(&around)
                || shown
                    .span
                    .iter()
                    .chain(&shown.places)
                    .any(|span| span.file == file)
        })
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
    for fact in found.iter().flat_map(|shown| &shown.facts) {
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
        .filter(|why| !is_symbol(why))
        .map(|why| format!("{why}"))
        .collect();
    if fact.certainty == Certainty::Maybe && out.is_empty() {
        out.push(match &fact.reason {
            Some(reason) => format!("undecided: {reason}"),
            None => "undecided".to_owned(),
        });
    }
    if fact.certainty == Certainty::Unknown && fact.holes.is_empty() {
        out.push(fact.reason.clone().unwrap_or_default());
    }
    out
}

/// Is it a name that rules recognise: a package, a written file, or a path of a secret manager?
fn is_symbol(why: &Why) -> bool {
    let (Why::External(name) | Why::UnsetOption(name)) = why else {
        return false;
    };
    let name = name.strip_prefix("config.").unwrap_or(name);
    name.starts_with("store path of ")
        || ["pkgs", "sops", "age", "clan.core.vars"].iter().any(|prefix| {
            name == *prefix
                || name
                    .strip_prefix(prefix)
                    .is_some_and(|rest| rest.starts_with('.'))
        })
}

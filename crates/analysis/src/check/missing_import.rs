//! Modules that import a file which is not there.

use crate::check::gaps::is_not_checked_out;
use crate::check::merge::{Checked, plain};
use crate::check::tool_rules::missing_import::RULE;
use crate::report::ToldUnsure;
use crate::settings::Settings;
use crate::vfs::Files;
use crate::vfs::spans::span_of;
use crate::world::worlds::Known;
use nixpod_model::{Host, NotAnalysed, Standing, World};
use nixpod_source::{Confidence, FileId, Severity, Span, Why};
use rustc_hash::FxHashMap;
use std::sync::Arc;

/// What the roots import that is not there: a finding for each place.
pub(crate) fn missing_imports(files: &Files<'_>, worlds: &[Arc<Known>], settings: &Settings) -> Vec<Checked> {
    let mut found: FxHashMap<(Span, String), Checked> = FxHashMap::default();
    if !settings.is_on(&RULE) {
        return Vec::new();
    }
    for known in worlds {
        let world = &known.world;
        // A flake in a folder of templates is copied to where its files are, too.
        let is_template = is_template(files, known.root.file());
        for gap in &world.not_analysed {
            let Why::MissingModule(path) = &gap.why else {
                continue;
            };
            let span = gap.place.and_then(|place| span_of(files, place));
            let Some(span) = span.filter(|_| !is_not_checked_out(files, path)) else {
                continue;
            };
            let hosts = hosts_of(world, gap);
            let is_imported = hosts.iter().any(|host| host.standing != Standing::NoHost);
            if is_template || (!is_imported && self::is_template(files, span.file)) {
                continue;
            }
            let checked = found
                .entry((span, path.clone()))
                .or_insert_with(|| told(span, path));
            for host in hosts {
                add(checked, host);
            }
        }
    }
    found.into_values().collect()
}

/// Does a file lie in a folder of templates?
fn is_template(files: &Files<'_>, file: FileId) -> bool {
    let path = files.vfs.relative_path(file);
    let mut folders = path.parent().into_iter().flat_map(|folder| folder.components());
    folders.any(|part| matches!(part.as_str(), "template" | "templates"))
}

fn told(span: Span, path: &str) -> Checked {
    let message = format!("`{path}` is imported and does not exist");
    let help = "Nix cannot evaluate a system without one of its modules. What it was to set is not known."
        .to_owned();
    let mut checked = plain(&RULE, span, message, Some(help));
    // As it is for a file that nobody imports.
    checked.reported.diagnostic.confidence = Confidence::Low;
    checked.reported.diagnostic.severity = Severity::Info;
    checked.reported.tells_gap = true;
    checked
}

/// The hosts that met it; all of the world, if that is not known.
fn hosts_of<'w>(world: &'w World, gap: &'w NotAnalysed) -> Vec<&'w Host> {
    match &gap.hosts[..] {
        [] => world.hosts.values().collect(),
        hosts => hosts.iter().map(|id| world.host(id)).collect(),
    }
}

fn add(checked: &mut Checked, host: &Host) {
    let (confidence, unsure) = match (host.standing == Standing::NoHost, host.from_flake) {
        (true, _) => (Confidence::Low, Some(("no-host", "no host imports it"))),
        (false, false) => (
            Confidence::Medium,
            Some(("rule", "the file may be made on the machine")),
        ),
        (false, true) => (Confidence::High, None),
    };
    let reported = &mut checked.reported;
    if host.standing != Standing::NoHost {
        reported.diagnostic.severity = RULE.meta.severity;
    }
    let is_first = reported.hosts.is_empty();
    if is_first || confidence > reported.diagnostic.confidence {
        reported.diagnostic.confidence = confidence;
        let told = unsure.map(|(kind, reason)| ToldUnsure {
            kind,
            reason: reason.to_owned(),
            span: None,
        });
        reported.unsure = told.into_iter().collect();
    }
    reported.imported_by_no_host =
        host.standing == Standing::NoHost && (is_first || reported.imported_by_no_host);
    if let Err(at) = reported.hosts.binary_search(&host.name) {
        reported.hosts.insert(at, host.name.clone());
        reported.roles.insert(at, host.role);
        checked
            .ways
            .iter_mut()
            .for_each(|way| way.hosts.push(host.name.clone()));
    }
}

//! The findings of all files of projects, open or not.

use crate::convert;
use crate::snapshot::{Files, ProjectSnapshot};
use nixpod_analysis::Utf8PathBuf;
use std::collections::BTreeMap;
use tower_lsp::ls_types as lsp;

/// The diagnostics of each file of a project that has some.
pub(crate) fn diagnostics(project: &ProjectSnapshot) -> BTreeMap<Utf8PathBuf, Vec<lsp::Diagnostic>> {
    let snapshot = &project.snapshot;
    let mut files = Files::new(snapshot);
    let found = snapshot.analysis.project_diagnostics(&project.targets);
    let told = found.into_iter().map(|(path, reported)| {
        let reported = reported.iter();
        let published = reported.filter(|reported| convert::is_published(reported, &snapshot.options));
        let diagnostics = published.map(|reported| convert::published(&mut files, reported));
        (path, diagnostics.collect::<Vec<_>>())
    });
    told.filter(|(_, diagnostics)| !diagnostics.is_empty()).collect()
}

/// What the client has of a file.
pub(crate) type Known = BTreeMap<lsp::Uri, String>;

/// The reports for a client that asks for all projects. `known`: what it was told before.
pub(crate) fn reports(
    projects: &[ProjectSnapshot],
    known: &Known,
    fingerprint: fn(&[lsp::Diagnostic]) -> String,
) -> lsp::WorkspaceDiagnosticReport {
    let mut now: BTreeMap<lsp::Uri, (Option<i64>, Vec<lsp::Diagnostic>)> = BTreeMap::new();
    for project in projects {
        let snapshot = &project.snapshot;
        for (path, found) in diagnostics(project) {
            if let Some(uri) = snapshot.uri(&path) {
                let version = snapshot.version(&path).map(i64::from);
                let (_, all) = now.entry(uri).or_insert((version, Vec::new()));
                let new: Vec<_> = found.into_iter().filter(|one| !all.contains(one)).collect();
                all.extend(new);
            }
        }
    }
    // Files in which there is nothing any more.
    for uri in known.keys() {
        now.entry(uri.clone()).or_default();
    }
    let items = now.into_iter().map(|(uri, (version, items))| {
        let result_id = fingerprint(&items);
        if known.get(&uri) == Some(&result_id) {
            let unchanged_document_diagnostic_report = lsp::UnchangedDocumentDiagnosticReport { result_id };
            return lsp::WorkspaceDocumentDiagnosticReport::Unchanged(
                lsp::WorkspaceUnchangedDocumentDiagnosticReport {
                    uri,
                    version,
                    unchanged_document_diagnostic_report,
                },
            );
        }
        let full_document_diagnostic_report = lsp::FullDocumentDiagnosticReport {
            result_id: Some(result_id),
            items,
        };
        lsp::WorkspaceDocumentDiagnosticReport::Full(lsp::WorkspaceFullDocumentDiagnosticReport {
            uri,
            version,
            full_document_diagnostic_report,
        })
    });
    lsp::WorkspaceDiagnosticReport {
        items: items.collect(),
    }
}

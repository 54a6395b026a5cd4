//! Code actions: fixes and suppressions of findings, and the one that fixes all of a file.
//!
//! What an action changes is only found out when somebody chooses it (`codeAction/resolve`), if the client can ask for it
//! then. A menu of all that could be done is asked for at every move of the cursor.

use crate::convert::{SOURCE, diagnostic};
use crate::snapshot::{Files, Snapshot};
use nixpod_analysis::{
    ActionKind, Applicability, Diagnostic, FileId, Fix, Fixed, Offer, TextEdit, TextRange, TextSize,
};
use serde::{Deserialize, Serialize};
use similar::{Algorithm, DiffOp};
use std::collections::{BTreeMap, HashSet};
use tower_lsp::ls_types as lsp;

/// The kind of the action that fixes all of a file.
pub(crate) const FIX_ALL: &str = "source.fixAll.nixpod-lint";

/// What an action is found again by when it is resolved.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", tag = "kind")]
enum Data {
    /// One offer for one finding.
    Offer {
        uri: lsp::Uri,
        rule: String,
        fingerprint: String,
    },
    FixAll {
        uri: lsp::Uri,
    },
}

/// The actions for a range.
pub(crate) fn code_actions(snapshot: &Snapshot, params: &lsp::CodeActionParams) -> lsp::CodeActionResponse {
    let only = params.context.only.as_deref();
    let mut response: Vec<lsp::CodeAction> = Vec::new();
    let Some(file) = snapshot.analysis.file_id(&snapshot.path) else {
        return Vec::new();
    };
    let mut files = Files::new(snapshot);
    let view = files.view(file);
    if is_asked_for(only, &lsp::CodeActionKind::QUICKFIX) {
        let range = view
            .lines
            .text_range(&view.text, params.range, snapshot.client.encoding);
        quick_fixes(&mut files, params, range, &mut response);
    }
    // Only who asks for it gets it: a menu is no place for what changes a whole file.
    let fix_all = lsp::CodeActionKind::new(FIX_ALL);
    if only.is_some() && is_asked_for(only, &fix_all) {
        response.extend(fix_all_action(&mut files, params, &view.text, fix_all));
    }
    response
        .into_iter()
        .map(lsp::CodeActionOrCommand::CodeAction)
        .collect()
}

fn quick_fixes(
    files: &mut Files<'_>,
    params: &lsp::CodeActionParams,
    range: TextRange,
    response: &mut Vec<lsp::CodeAction>,
) {
    let snapshot = files.snapshot;
    let mut preferred = HashSet::new();
    let mut action = |files: &mut Files<'_>, offer: &Offer| {
        let found = &offer.diagnostic;
        let prefer = offer.kind == ActionKind::Fix
            && offer.applicability == Applicability::Safe
            && preferred.insert((found.rule, found.primary.span, found.message.clone()));
        lsp::CodeAction {
            title: offer.title.clone(),
            kind: Some(lsp::CodeActionKind::QUICKFIX),
            diagnostics: Some(vec![solved(files, &offer.diagnostic, params)]),
            is_preferred: (snapshot.client.is_preferred && prefer).then_some(true),
            ..lsp::CodeAction::default()
        }
    };
    if snapshot.client.resolves_edits {
        for offer in snapshot.analysis.offers(&snapshot.path, range) {
            if offer.applicability == Applicability::DisplayOnly {
                continue;
            }
            let data = Data::Offer {
                uri: params.text_document.uri.clone(),
                rule: offer.diagnostic.rule.to_owned(),
                fingerprint: offer.fingerprint.clone(),
            };
            response.push(lsp::CodeAction {
                data: serde_json::to_value(data).ok(),
                ..action(files, &offer)
            });
        }
        return;
    }
    for made in snapshot.analysis.code_actions(&snapshot.path, range) {
        let Some(edit) = workspace_edit(files, &made.fix) else {
            continue;
        };
        let offer = Offer {
            kind: made.kind,
            title: made.fix.title,
            applicability: made.fix.applicability,
            diagnostic: made.diagnostic,
            fingerprint: String::new(),
        };
        response.push(lsp::CodeAction {
            edit: Some(edit),
            ..action(files, &offer)
        });
    }
}

fn fix_all_action(
    files: &mut Files<'_>,
    params: &lsp::CodeActionParams,
    text: &str,
    kind: lsp::CodeActionKind,
) -> Option<lsp::CodeAction> {
    let snapshot = files.snapshot;
    let action = lsp::CodeAction {
        title: "Apply all safe fixes of nixpod-lint".to_owned(),
        kind: Some(kind),
        ..lsp::CodeAction::default()
    };
    if !snapshot.client.resolves_edits {
        let edit = fix_all(files)?;
        return Some(lsp::CodeAction {
            edit: Some(edit),
            ..action
        });
    }
    let whole = TextRange::up_to(TextSize::of(text));
    let offers = snapshot.analysis.offers(&snapshot.path, whole);
    let is_safe = |offer: &Offer| offer.kind == ActionKind::Fix && offer.applicability == Applicability::Safe;
    let uri = params.text_document.uri.clone();
    offers.iter().any(is_safe).then(|| lsp::CodeAction {
        data: serde_json::to_value(Data::FixAll { uri }).ok(),
        ..action
    })
}

/// The document that an action to be resolved is about.
pub(crate) fn document_of(action: &lsp::CodeAction) -> Option<lsp::Uri> {
    match Data::deserialize(action.data.as_ref()?).ok()? {
        Data::Offer { uri, .. } | Data::FixAll { uri } => Some(uri),
    }
}

/// The edit of an action that was offered; else, why there is none.
pub(crate) fn resolve(snapshot: &Snapshot, action: &lsp::CodeAction) -> Result<lsp::WorkspaceEdit, String> {
    const NOTHING: &str = "there is nothing to change any more";
    let data = action.data.as_ref().and_then(|data| Data::deserialize(data).ok());
    let mut files = Files::new(snapshot);
    match data {
        Some(Data::Offer {
            rule, fingerprint, ..
        }) => {
            let made = snapshot
                .analysis
                .make(&snapshot.path, &rule, &fingerprint, &action.title);
            let fix = made.map_err(|why| why.to_string())?;
            workspace_edit(&mut files, &fix).ok_or_else(|| NOTHING.to_owned())
        }
        Some(Data::FixAll { .. }) => fix_all(&mut files).ok_or_else(|| NOTHING.to_owned()),
        None => Err("the action is not one of this server".to_owned()),
    }
}

/// A kind is asked for if nothing is said, or if it or something above it is named: `source` asks for
/// `source.fixAll`.
fn is_asked_for(only: Option<&[lsp::CodeActionKind]>, kind: &lsp::CodeActionKind) -> bool {
    let Some(only) = only else { return true };
    only.iter().any(|asked| {
        let (asked, kind) = (asked.as_str(), kind.as_str());
        asked.is_empty()
            || kind == asked
            || kind.strip_prefix(asked).is_some_and(|rest| rest.starts_with('.'))
    })
}

/// The client's own diagnostic if it sent it back, else ours.
fn solved(files: &mut Files<'_>, finding: &Diagnostic, params: &lsp::CodeActionParams) -> lsp::Diagnostic {
    let range = crate::convert::range(files, finding.primary.span);
    let is_it = |sent: &&lsp::Diagnostic| {
        let code = sent.code.as_ref();
        sent.range == range
            && sent.source.as_deref() == Some(SOURCE)
            && matches!(code, Some(lsp::NumberOrString::String(code)) if code == finding.rule)
    };
    let sent = params.context.diagnostics.iter().find(is_it);
    sent.cloned().unwrap_or_else(|| diagnostic(files, finding, None))
}

/// All safe fixes of the file's own findings, tried together, with what they make possible.
fn fix_all(files: &mut Files<'_>) -> Option<lsp::WorkspaceEdit> {
    let snapshot = files.snapshot;
    let file = snapshot.analysis.file_id(&snapshot.path)?;
    let targets = std::slice::from_ref(&snapshot.path);
    let fixed: Fixed = snapshot.analysis.fix(targets, Applicability::Safe, &|reported| {
        reported.diagnostic.primary.span.file == file && reported.suppressed.is_none()
    });
    let edits = fixed
        .files
        .iter()
        .map(|fixed| (fixed.file, edits_between(&fixed.before, &fixed.after)));
    workspace_edit_of(files, edits.collect())
}

/// What makes one text of another, line by line.
fn edits_between(before: &str, after: &str) -> Vec<TextEdit> {
    let (old, new): (Vec<&str>, Vec<&str>) = (
        before.split_inclusive('\n').collect(),
        after.split_inclusive('\n').collect(),
    );
    let mut starts = vec![TextSize::new(0)];
    let mut end = TextSize::new(0);
    for line in &old {
        end += TextSize::of(*line);
        starts.push(end);
    }
    let start = |line: usize| starts.get(line).copied().unwrap_or(end);
    let ops = similar::capture_diff_slices(Algorithm::Myers, &old, &new);
    let changes = ops.iter().filter(|op| !matches!(op, DiffOp::Equal { .. }));
    let edit = |op: &DiffOp| {
        let lines = op.old_range();
        TextEdit {
            range: TextRange::new(start(lines.start), start(lines.end)),
            insert: new.get(op.new_range()).unwrap_or_default().concat(),
        }
    };
    changes.map(edit).collect()
}

/// The edit of a fix. `None` if there is nothing to change.
fn workspace_edit(files: &mut Files<'_>, fix: &Fix) -> Option<lsp::WorkspaceEdit> {
    let is_shown_only = fix.applicability == Applicability::DisplayOnly;
    workspace_edit_of(files, (!is_shown_only).then(|| fix.edits.clone())?)
}

fn workspace_edit_of(
    files: &mut Files<'_>,
    edits: BTreeMap<FileId, Vec<TextEdit>>,
) -> Option<lsp::WorkspaceEdit> {
    let encoding = files.snapshot.client.encoding;
    let mut by_file = Vec::new();
    for (file, edits) in edits {
        let view = files.view(file);
        let uri = files.snapshot.uri(&view.path)?;
        let edits: Vec<lsp::TextEdit> = edits
            .into_iter()
            .map(|edit| lsp::TextEdit {
                range: view.lines.range(&view.text, edit.range, encoding),
                new_text: edit.insert,
            })
            .collect();
        if !edits.is_empty() {
            by_file.push((uri, files.snapshot.version(&view.path), edits));
        }
    }
    if by_file.is_empty() {
        return None;
    }
    by_file.sort_by(|a, b| a.0.cmp(&b.0));
    if !files.snapshot.client.document_changes {
        return Some(lsp::WorkspaceEdit {
            changes: Some(by_file.into_iter().map(|(uri, _, edits)| (uri, edits)).collect()),
            ..lsp::WorkspaceEdit::default()
        });
    }
    let edits = by_file
        .into_iter()
        .map(|(uri, version, edits)| lsp::TextDocumentEdit {
            text_document: lsp::OptionalVersionedTextDocumentIdentifier { uri, version },
            edits: edits.into_iter().map(lsp::OneOf::Left).collect(),
        });
    Some(lsp::WorkspaceEdit {
        document_changes: Some(lsp::DocumentChanges::Edits(edits.collect())),
        ..lsp::WorkspaceEdit::default()
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use nixpod_analysis::apply_edits;

    #[test]
    fn edits_between_two_texts_make_one_of_the_other() {
        for (before, after, edits) in [
            ("a\nb\nc\n", "a\nc\n", 1),
            ("a\nb\nc\n", "a\nB\nc\nd", 2),
            ("", "a", 1),
            ("a", "", 1),
            ("ü\r\nb", "ü\r\nb\n", 1),
            ("a\n", "a\n", 0),
        ] {
            let made = edits_between(before, after);
            assert_eq!(made.len(), edits, "{before:?} to {after:?}");
            assert_eq!(apply_edits(before, &made), after);
        }
    }
}

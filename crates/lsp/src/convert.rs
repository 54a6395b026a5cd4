//! From the analysis' nouns to the protocol's. Nothing else in this crate builds diagnostics, edits or actions.

use crate::client::ClientOptions;
use crate::plaintext::plaintext;
use crate::snapshot::{Files, Snapshot};
use nixpod_analysis::{
    Action, ActionKind, Applicability, Diagnostic, FileId, Fix, Reported, Severity, Span, TextEdit,
    TextRange, rule_url,
};
use std::collections::BTreeMap;
use tower_lsp::ls_types as lsp;

/// The name under which all of this appears.
pub(crate) const SOURCE: &str = "nixpod-lint";

/// The kind of the action that fixes all of a file.
pub(crate) const FIX_ALL: &str = "source.fixAll.nixpod-lint";

/// Is the finding published?
pub(crate) fn is_published(reported: &Reported, options: &ClientOptions) -> bool {
    reported.suppressed.is_none() && (options.syntax_errors || reported.diagnostic.rule != "parse-error")
}

/// All diagnostics of the snapshot's file.
pub(crate) fn diagnostics(snapshot: &Snapshot) -> Vec<lsp::Diagnostic> {
    let mut files = Files::new(snapshot);
    snapshot
        .analysis
        .diagnostics(&snapshot.path)
        .iter()
        .filter(|reported| is_published(reported, &snapshot.options))
        .map(|reported| diagnostic(&mut files, &reported.diagnostic, Some(reported)))
        .collect()
}

/// The diagnostic of a finding.
pub(crate) fn published(files: &mut Files<'_>, reported: &Reported) -> lsp::Diagnostic {
    diagnostic(files, &reported.diagnostic, Some(reported))
}

fn diagnostic(
    files: &mut Files<'_>,
    diagnostic: &Diagnostic,
    reported: Option<&Reported>,
) -> lsp::Diagnostic {
    let client = std::sync::Arc::clone(&files.snapshot.client);
    let mut related: Vec<_> = diagnostic
        .trail
        .iter()
        .filter_map(|label| related_to(files, label.span, &label.message))
        .collect();
    related.extend(reported.and_then(|reported| {
        let place = reported.unsure.iter().find_map(|one| one.span);
        let words = reported.unsure_in_words()?;
        related_to(files, place.unwrap_or(diagnostic.primary.span), &words)
    }));
    lsp::Diagnostic {
        range: range(files, diagnostic.primary.span),
        severity: Some(severity(diagnostic.severity)),
        code: Some(lsp::NumberOrString::String(diagnostic.rule.to_owned())),
        code_description: client
            .code_description
            .then(|| rule_url(diagnostic.rule).parse().ok())
            .flatten()
            .map(|href| lsp::CodeDescription { href }),
        source: Some(SOURCE.to_owned()),
        // One line: lists of problems show no more. Help and documentation are in the hover.
        message: diagnostic.message.clone(),
        related_information: (client.related_information && !related.is_empty()).then_some(related),
        tags: (diagnostic.rule == "unused-suppression").then(|| vec![lsp::DiagnosticTag::UNNECESSARY]),
        data: reported.filter(|_| client.diagnostic_data).map(|reported| {
            serde_json::json!({
                "fingerprint": reported.fingerprint,
                "confidence": diagnostic.confidence.as_str(),
                "unsure": unsure(reported),
                "hosts": reported.hosts,
            })
        }),
    }
}

/// Why it is not certain, as in the JSON of the command line.
fn unsure(reported: &Reported) -> Vec<serde_json::Value> {
    let reasons = reported.unsure.iter();
    let reasons = reasons.map(|one| serde_json::json!({ "kind": one.kind, "reason": one.reason }));
    reasons.collect()
}

fn related_to(files: &mut Files<'_>, span: Span, message: &str) -> Option<lsp::DiagnosticRelatedInformation> {
    let view = files.view(span.file);
    Some(lsp::DiagnosticRelatedInformation {
        location: lsp::Location {
            uri: files.snapshot.uri(&view.path)?,
            range: range(files, span),
        },
        message: message.to_owned(),
    })
}

pub(crate) fn range(files: &mut Files<'_>, span: Span) -> lsp::Range {
    let view = files.view(span.file);
    view.lines
        .range(&view.text, span.range, files.snapshot.client.encoding)
}

const fn severity(severity: Severity) -> lsp::DiagnosticSeverity {
    match severity {
        Severity::Critical | Severity::High => lsp::DiagnosticSeverity::ERROR,
        Severity::Medium => lsp::DiagnosticSeverity::WARNING,
        Severity::Low => lsp::DiagnosticSeverity::INFORMATION,
        Severity::Info => lsp::DiagnosticSeverity::HINT,
    }
}

/// What is to be said about a position.
pub(crate) fn hover(snapshot: &Snapshot, position: lsp::Position) -> Option<lsp::Hover> {
    let mut files = Files::new(snapshot);
    let file = snapshot.analysis.file_id(&snapshot.path)?;
    let view = files.view(file);
    let offset = view.lines.offset(&view.text, position, snapshot.client.encoding);
    let hover = snapshot
        .analysis
        .hover(&snapshot.path, crate::document::text_size(offset))?;
    let content = if snapshot.client.markdown_hover {
        lsp::MarkupContent {
            kind: lsp::MarkupKind::Markdown,
            value: hover.markdown,
        }
    } else {
        lsp::MarkupContent {
            kind: lsp::MarkupKind::PlainText,
            value: plaintext(&hover.markdown),
        }
    };
    Some(lsp::Hover {
        contents: lsp::HoverContents::Markup(content),
        range: Some(range(&mut files, hover.span)),
    })
}

/// The actions for a range. They are found again from the text, so nothing has to come back from the client.
pub(crate) fn code_actions(snapshot: &Snapshot, params: &lsp::CodeActionParams) -> lsp::CodeActionResponse {
    let only = params.context.only.as_deref();
    let mut response = Vec::new();
    let Some(file) = snapshot.analysis.file_id(&snapshot.path) else {
        return response;
    };
    let mut files = Files::new(snapshot);
    let view = files.view(file);
    if is_asked_for(only, &lsp::CodeActionKind::QUICKFIX) {
        let range = view
            .lines
            .text_range(&view.text, params.range, snapshot.client.encoding);
        let found = snapshot.analysis.code_actions(&snapshot.path, range);
        let mut preferred = Vec::new();
        for action in found {
            let Some(edit) = workspace_edit(&mut files, std::slice::from_ref(&action.fix)) else {
                continue;
            };
            let solved = solved(&mut files, &action, params);
            let first_for_it = !preferred.contains(&action.diagnostic);
            let prefer = action.kind == ActionKind::Fix
                && action.fix.applicability == Applicability::Safe
                && first_for_it;
            if prefer {
                preferred.push(action.diagnostic.clone());
            }
            response.push(lsp::CodeActionOrCommand::CodeAction(lsp::CodeAction {
                title: action.fix.title,
                kind: Some(lsp::CodeActionKind::QUICKFIX),
                diagnostics: Some(vec![solved]),
                edit: Some(edit),
                is_preferred: (snapshot.client.is_preferred && prefer).then_some(true),
                ..lsp::CodeAction::default()
            }));
        }
    }
    // Trying all fixes of a file costs time, so only who asks for it gets it.
    let fix_all = lsp::CodeActionKind::new(FIX_ALL);
    if only.is_some() && is_asked_for(only, &fix_all) {
        let fixes = all_safe_fixes(snapshot, &view.text);
        if let Some(edit) = workspace_edit(&mut files, &fixes) {
            response.push(lsp::CodeActionOrCommand::CodeAction(lsp::CodeAction {
                title: "Apply all safe fixes of nixpod-lint".to_owned(),
                kind: Some(fix_all),
                edit: Some(edit),
                ..lsp::CodeAction::default()
            }));
        }
    }
    response
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
fn solved(files: &mut Files<'_>, action: &Action, params: &lsp::CodeActionParams) -> lsp::Diagnostic {
    let ours = diagnostic(files, &action.diagnostic, None);
    let sent = params
        .context
        .diagnostics
        .iter()
        .find(|sent| sent.range == ours.range && sent.code == ours.code && sent.source == ours.source);
    sent.cloned().unwrap_or(ours)
}

fn all_safe_fixes(snapshot: &Snapshot, text: &str) -> Vec<Fix> {
    let whole = TextRange::up_to(crate::document::text_size(text.len()));
    let mut fixed: Vec<Diagnostic> = Vec::new();
    let mut fixes = Vec::new();
    for action in snapshot.analysis.code_actions(&snapshot.path, whole) {
        let is_safe = action.kind == ActionKind::Fix && action.fix.applicability == Applicability::Safe;
        if is_safe && !fixed.contains(&action.diagnostic) {
            fixed.push(action.diagnostic);
            fixes.push(action.fix);
        }
    }
    fixes
}

/// The edit of one or several fixes; a fix that touches what an earlier one changes is left out. `None` if there is
/// nothing to change.
fn workspace_edit(files: &mut Files<'_>, fixes: &[Fix]) -> Option<lsp::WorkspaceEdit> {
    let mut taken: BTreeMap<FileId, Vec<TextEdit>> = BTreeMap::new();
    for fix in fixes {
        if fix.applicability == Applicability::DisplayOnly {
            continue;
        }
        let clashes = fix.edits.iter().any(|(file, edits)| {
            let known = taken.get(file).map(Vec::as_slice).unwrap_or_default();
            edits.iter().any(|edit| {
                known.iter().any(|other| {
                    edit.range.start() <= other.range.end() && other.range.start() <= edit.range.end()
                })
            })
        });
        if !clashes {
            for (file, edits) in &fix.edits {
                taken.entry(*file).or_default().extend(edits.iter().cloned());
            }
        }
    }
    let encoding = files.snapshot.client.encoding;
    let mut by_file = Vec::new();
    for (file, edits) in taken {
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

//! From the analysis' nouns to the protocol's: diagnostics and hovers.

use crate::client::ClientOptions;
use crate::plaintext::plaintext;
use crate::snapshot::{Files, Snapshot};
use nixpod_analysis::{Diagnostic, Reported, Severity, Span, rule_url};
use tower_lsp::ls_types as lsp;

/// The name under which all of this appears.
pub(crate) const SOURCE: &str = "nixpod-lint";

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

pub(crate) fn diagnostic(
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

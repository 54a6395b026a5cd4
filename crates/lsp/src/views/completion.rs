//! What may be written at a place. The documentation follows when somebody looks at one of them.

use crate::document::text_size;
use crate::plaintext::plaintext;
use crate::snapshot::{Files, Snapshot};
use nixpod_analysis::{Completion, CompletionKind};
use serde::{Deserialize, Serialize};
use tower_lsp::ls_types as lsp;

/// After these characters something of ours may follow.
pub(crate) const TRIGGERS: [&str; 5] = [".", "\"", "-", "=", "["];

/// What comes back when the documentation is asked for.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Data {
    pub(crate) uri: lsp::Uri,
    topic: String,
}

/// What may be written at a position of the snapshot's file.
pub(crate) fn completions(snapshot: &Snapshot, position: lsp::Position) -> Option<lsp::CompletionResponse> {
    let mut files = Files::new(snapshot);
    let file = snapshot.analysis.file_id(&snapshot.path)?;
    let view = files.view(file);
    let uri = snapshot.uri(&snapshot.path)?;
    let offset = view.lines.offset(&view.text, position, snapshot.client.encoding);
    let found = snapshot.analysis.completions(&snapshot.path, text_size(offset));
    let items = found.into_iter().enumerate().map(|(nth, one)| {
        let range = view
            .lines
            .range(&view.text, one.replaced, snapshot.client.encoding);
        item(one, (nth, range), &uri)
    });
    Some(lsp::CompletionResponse::Array(items.collect()))
}

fn item(found: Completion, (nth, range): (usize, lsp::Range), uri: &lsp::Uri) -> lsp::CompletionItem {
    let has_documentation = matches!(found.kind, CompletionKind::Option | CompletionKind::Rule);
    let data = Data {
        uri: uri.clone(),
        topic: found.topic,
    };
    let begins_with_quote = found.insert.starts_with('"');
    lsp::CompletionItem {
        kind: Some(kind(found.kind)),
        detail: Some(found.detail).filter(|detail| !detail.is_empty()),
        // In our order, which is that of the modules' documentation.
        sort_text: Some(format!("{nth:04}")),
        filter_text: begins_with_quote.then(|| found.insert.trim_matches('"').to_owned()),
        text_edit: Some(lsp::CompletionTextEdit::Edit(lsp::TextEdit {
            range,
            new_text: found.insert,
        })),
        data: has_documentation
            .then(|| serde_json::to_value(data).ok())
            .flatten(),
        label: found.label,
        ..lsp::CompletionItem::default()
    }
}

/// The item with its documentation.
pub(crate) fn resolved(snapshot: &Snapshot, item: &lsp::CompletionItem) -> lsp::CompletionItem {
    let data = item
        .data
        .clone()
        .and_then(|data| serde_json::from_value::<Data>(data).ok());
    let markdown = data.and_then(|data| snapshot.analysis.described(&data.topic));
    let markup = |kind, value| lsp::Documentation::MarkupContent(lsp::MarkupContent { kind, value });
    let documentation = markdown.map(|markdown| match snapshot.client.markdown_completion {
        Some(true) => markup(lsp::MarkupKind::Markdown, markdown),
        Some(false) => markup(lsp::MarkupKind::PlainText, plaintext(&markdown)),
        None => lsp::Documentation::String(plaintext(&markdown)),
    });
    lsp::CompletionItem {
        documentation,
        ..item.clone()
    }
}

const fn kind(kind: CompletionKind) -> lsp::CompletionItemKind {
    match kind {
        CompletionKind::Option => lsp::CompletionItemKind::PROPERTY,
        CompletionKind::Value => lsp::CompletionItemKind::ENUM_MEMBER,
        CompletionKind::Capability | CompletionKind::Device => lsp::CompletionItemKind::CONSTANT,
        CompletionKind::Flag | CompletionKind::Key => lsp::CompletionItemKind::FIELD,
        CompletionKind::Name => lsp::CompletionItemKind::REFERENCE,
        CompletionKind::Rule => lsp::CompletionItemKind::KEYWORD,
    }
}

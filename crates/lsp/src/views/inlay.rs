//! Effective values among the code.

use crate::snapshot::{Files, Snapshot};
use tower_lsp::ls_types as lsp;

/// The hints in a part of the snapshot's file.
pub(crate) fn hints(snapshot: &Snapshot, part: lsp::Range) -> Vec<lsp::InlayHint> {
    let file = snapshot.analysis.file_id(&snapshot.path);
    let Some(file) = file.filter(|_| snapshot.options.inlay_hints) else {
        return Vec::new();
    };
    let view = Files::new(snapshot).view(file);
    let encoding = snapshot.client.encoding;
    let part = view.lines.text_range(&view.text, part, encoding);
    let found = snapshot.analysis.hints(&snapshot.path, part);
    let hints = found.into_iter().map(|hint| lsp::InlayHint {
        position: view.lines.position(&view.text, hint.at.into(), encoding),
        label: lsp::InlayHintLabel::String(hint.label),
        kind: None,
        text_edits: None,
        tooltip: None,
        padding_left: Some(true),
        padding_right: None,
        data: None,
    });
    hints.collect()
}

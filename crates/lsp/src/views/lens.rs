//! A line above each container that says how isolated it is.

use crate::convert::range;
use crate::snapshot::{Files, Snapshot};
use nixpod_analysis::Lens;
use tower_lsp::ls_types as lsp;

/// What a client may register to show the effective spec of containers. It gets an object with their `uri` and
/// `containers`, each with `surface`, `name` and `host`.
pub(crate) const SHOW_SPEC: &str = "nixpod-lint.showSpec";

/// The lenses of the snapshot's file.
pub(crate) fn lenses(snapshot: &Snapshot) -> Vec<lsp::CodeLens> {
    if !snapshot.options.code_lens {
        return Vec::new();
    }
    let mut files = Files::new(snapshot);
    let found = snapshot.analysis.lenses(&snapshot.path);
    let told = found.iter().filter(|lens| !lens.title.is_empty());
    told.map(|lens| code_lens(&mut files, lens)).collect()
}

fn code_lens(files: &mut Files<'_>, lens: &Lens) -> lsp::CodeLens {
    let whole = range(files, lens.span);
    let can_show = files
        .snapshot
        .options
        .commands
        .iter()
        .any(|name| name == SHOW_SPEC);
    let containers: Vec<serde_json::Value> = { lens.containers.iter() }
        .map(|one| serde_json::json!({ "surface": one.surface.as_str(), "name": one.name, "host": one.host }))
        .collect();
    let uri = files.snapshot.uri(&files.snapshot.path);
    let arguments = serde_json::json!({ "uri": uri, "containers": containers });
    lsp::CodeLens {
        // A lens has to stay in one line.
        range: lsp::Range {
            start: whole.start,
            end: match whole.end.line == whole.start.line {
                true => whole.end,
                false => whole.start,
            },
        },
        // Editors show a command without a name as text that does nothing.
        command: Some(lsp::Command {
            title: lens.title.clone(),
            command: if can_show {
                SHOW_SPEC.to_owned()
            } else {
                String::new()
            },
            arguments: can_show.then(|| vec![arguments]),
        }),
        data: None,
    }
}

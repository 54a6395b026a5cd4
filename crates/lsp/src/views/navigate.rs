//! Where options, containers and findings lead to, and the files that a file names.

use crate::convert::range;
use crate::document::text_size;
use crate::snapshot::{Files, Snapshot};
use nixpod_analysis::{Destinations, Span};
use tower_lsp::ls_types as lsp;

/// Where an option or a container is defined, and what leads to a finding.
pub(crate) fn definition(
    snapshot: &Snapshot,
    position: lsp::Position,
) -> Option<lsp::GotoDefinitionResponse> {
    let mut files = Files::new(snapshot);
    let offset = offset(&mut files, position)?;
    let found = snapshot.analysis.definition(&snapshot.path, offset)?;
    if !snapshot.client.definition_links {
        return Some(lsp::GotoDefinitionResponse::Array(locations(&mut files, &found)));
    }
    let file = snapshot.analysis.file_id(&snapshot.path)?;
    let from = Span {
        file,
        range: found.from,
    };
    let origin = range(&mut files, from);
    let links = locations(&mut files, &found)
        .into_iter()
        .map(|place| lsp::LocationLink {
            origin_selection_range: Some(origin),
            target_uri: place.uri,
            target_range: place.range,
            target_selection_range: place.range,
        });
    Some(lsp::GotoDefinitionResponse::Link(links.collect()))
}

/// Everywhere that an option or a container is defined.
pub(crate) fn references(snapshot: &Snapshot, position: lsp::Position) -> Option<Vec<lsp::Location>> {
    let mut files = Files::new(snapshot);
    let offset = offset(&mut files, position)?;
    let found = snapshot.analysis.references(&snapshot.path, offset)?;
    Some(locations(&mut files, &found))
}

/// The files that are named in the snapshot's file.
pub(crate) fn links(snapshot: &Snapshot) -> Vec<lsp::DocumentLink> {
    let mut files = Files::new(snapshot);
    let Some(file) = snapshot.analysis.file_id(&snapshot.path) else {
        return Vec::new();
    };
    let found = snapshot.analysis.links(&snapshot.path);
    let links = found.into_iter().map(|link| lsp::DocumentLink {
        range: range(
            &mut files,
            Span {
                file,
                range: link.range,
            },
        ),
        target: snapshot.uri(&link.target),
        tooltip: None,
        data: None,
    });
    links.collect()
}

fn offset(files: &mut Files<'_>, position: lsp::Position) -> Option<nixpod_analysis::TextSize> {
    let snapshot = files.snapshot;
    let view = files.view(snapshot.analysis.file_id(&snapshot.path)?);
    Some(text_size(view.lines.offset(
        &view.text,
        position,
        snapshot.client.encoding,
    )))
}

fn locations(files: &mut Files<'_>, found: &Destinations) -> Vec<lsp::Location> {
    let places = found.places.iter().filter_map(|place| {
        let view = files.view(place.file);
        let uri = files.snapshot.uri(&view.path)?;
        let range = range(files, *place);
        Some(lsp::Location { uri, range })
    });
    places.collect()
}

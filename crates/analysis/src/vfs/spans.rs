//! From places to text.

use crate::vfs::Files;
use nixpod_source::{Place, Span};

/// The text at a place; `None` if it is not in a file of this project, such as in the built-in library.
pub(crate) fn span_of(files: &Files<'_>, place: Place) -> Option<Span> {
    let file = place.site.file;
    let state = files.readable(file)?;
    let parsed = state.parsed();
    if place.site.expr.0 as usize >= parsed.hir.exprs().len() {
        return None;
    }
    let range = match place.within {
        Some((start, end)) => parsed.map.string_range(place.site.expr, start, end),
        None => parsed.map.range(place.site.expr),
    };
    Some(Span { file, range })
}

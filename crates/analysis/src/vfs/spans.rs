//! From places to text.

use crate::vfs::Files;
use nixpod_source::{ExprId, Place, Span, TextRange, TextSize};

/// The text at a place; `None` if it is not in a file of this project, such as in the built-in library.
pub(crate) fn span_of(files: &Files<'_>, place: Place) -> Option<Span> {
    let file = place.site.file;
    let state = files.readable(file)?;
    if place.site.expr == ExprId::TEXT {
        let range = range_of_text(&state.text, place.within);
        return Some(Span { file, range });
    }
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

/// A stretch of a file's text, whose bounds are moved to the nearest characters before them; without any, all of it.
pub(crate) fn range_of_text(text: &str, within: Option<(u32, u32)>) -> TextRange {
    let bound = |at: u32| {
        let mut at = (at as usize).min(text.len());
        while !text.is_char_boundary(at) {
            at -= 1;
        }
        TextSize::of(text.get(..at).unwrap_or_default())
    };
    let (start, end) = within.unwrap_or((0, u32::MAX));
    let start = bound(start);
    TextRange::new(start, bound(end).max(start))
}

//! Where the secrets that the rules came across are written.

use crate::report::secrets::{Hidden, Secrets};
use crate::rule::Secret;
use crate::vfs::Files;
use crate::vfs::spans::span_of;
use nixpod_source::{FileId, Origin, Place, Span, TextRange, TextSize};
use std::ops::Range;

/// Looks up the places of secrets.
pub(crate) fn look_up<'s>(files: &Files<'_>, secrets: impl Iterator<Item = &'s Secret>) -> Secrets {
    let hidden = secrets.map(|secret| Hidden {
        text: secret.text.clone(),
        common: secret.common,
        written: secret
            .written
            .iter()
            .filter_map(Origin::place)
            .filter_map(|place| stretch(files, place, &secret.text))
            .collect(),
        places: places(files, secret),
    });
    Secrets::new(hidden.collect())
}

/// Everything that the secret came through.
fn places(files: &Files<'_>, secret: &Secret) -> Vec<Span> {
    let origins = secret.written.iter().chain([&secret.used]);
    let hops = origins.flat_map(|origin| &origin.hops);
    hops.filter_map(|hop| span_of(files, hop.place)).collect()
}

/// The text at a place, if it is the secret and not only code that gives it.
fn stretch(files: &Files<'_>, place: Place, secret: &str) -> Option<(FileId, TextRange)> {
    let Span { file, range } = span_of(files, place)?;
    if place.within.is_some() {
        return Some((file, range));
    }
    let state = files.state(file);
    let text = state.text.get(Range::<usize>::from(range))?;
    for mark in ["''", "\""] {
        if text.len() >= 2 * mark.len() && text.starts_with(mark) && text.ends_with(mark) {
            let mark = TextSize::of(mark);
            return Some((file, TextRange::new(range.start() + mark, range.end() - mark)));
        }
    }
    // A number or an address without quotes.
    (text.trim() == secret.trim()).then_some((file, range))
}

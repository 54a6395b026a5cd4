//! Reads any text over rnix's concrete syntax tree, however broken it is.

mod conflicts;
mod errors;
pub(crate) mod guard;
mod lower;
mod quotes;
mod repair;

use crate::SyntaxError;
use crate::build::{Lowered, nothing};
use crate::source_map::moved;
use repair::Repaired;
use text_size::{TextRange, TextSize};

/// The stack that one parse may use, most of it never touched. At every bound of [`guard`], half of it was enough
/// even with rnix and rowan built without optimisation.
pub(crate) const STACK: usize = 64 * 1024 * 1024;

/// What was read.
pub(crate) struct Read {
    pub(crate) lowered: Lowered,
    /// In text order.
    pub(crate) errors: Vec<SyntaxError>,
    /// The text, of the same length, that was read instead.
    pub(crate) patched: Option<String>,
}

/// Reads a text.
pub(crate) fn parse(text: &str) -> Read {
    let scan = match guard::scan(text) {
        Ok(scan) => scan,
        Err(error) => {
            return Read {
                lowered: nothing(text),
                errors: vec![error],
                patched: None,
            };
        }
    };
    let source = scan.patched.as_deref().unwrap_or(text);
    let (read, resolved) = stacker::maybe_grow(STACK, STACK, || {
        let parse = rnix::Root::parse(source);
        if !parse.errors().is_empty()
            && let Some((resolved, mut errors)) = conflicts::without(source)
            && guard::scan(&resolved).is_ok()
        {
            errors.extend_from_slice(&scan.errors);
            let parse = rnix::Root::parse(&resolved);
            return (read(&resolved, &parse, errors), Some(resolved));
        }
        (read(source, &parse, scan.errors), None)
    });
    let (lowered, errors) = read;
    Read {
        lowered,
        errors,
        patched: resolved.or(scan.patched),
    }
}

/// What a text means, with what is wrong with it besides what was found before.
fn read(
    source: &str,
    parse: &rnix::Parse<rnix::Root>,
    found: Vec<SyntaxError>,
) -> (Lowered, Vec<SyntaxError>) {
    if !parse.errors().is_empty()
        && let Some(repaired) = parse_repaired(source, parse.errors().len(), &found)
    {
        return repaired;
    }
    lower(source, parse, found)
}

/// A repaired text and what rnix makes of it.
type Attempt = (Repaired, rnix::Parse<rnix::Root>);

/// What a text with errors may become: that with the fewest mistakes.
fn attempt(source: &str) -> Option<Attempt> {
    let read = |repaired: Repaired| {
        guard::scan(&repaired.text).ok()?;
        let parse = rnix::Root::parse(&repaired.text);
        Some((repaired, parse))
    };
    let plain = repair::repair(source, &[]).and_then(read);
    let missing = quotes::missing(source).into_iter();
    let closed = missing.filter_map(|marks| repair::repair(source, &marks).and_then(read));
    let attempts = plain.into_iter().chain(closed);
    attempts.min_by_key(|(repaired, parse)| {
        let odd = quotes::odd(&repaired.text);
        (parse.errors().len(), repaired.insertions.len() + odd)
    })
}

/// Reads what a text with errors may become, if that has fewer errors.
fn parse_repaired(
    source: &str,
    errors_before: usize,
    found: &[SyntaxError],
) -> Option<(Lowered, Vec<SyntaxError>)> {
    let (repaired, parse) = attempt(source)?;
    if parse.errors().len() >= errors_before {
        return None;
    }
    let (mut lowered, mut errors) = lower(&repaired.text, &parse, Vec::new());
    let original = |offset| repaired.original(offset);
    lowered.change_offsets(&original);
    for error in &mut errors {
        error.range = moved(error.range, &original);
    }
    for insertion in &repaired.insertions {
        let range = TextRange::empty(TextSize::new(insertion.at as u32));
        if !errors.iter().any(|error| error.range == range) {
            errors.push(SyntaxError::new(range, insertion.message));
        }
    }
    errors.extend_from_slice(found);
    sort(&mut errors);
    Some((lowered, errors))
}

fn lower(
    text: &str,
    parse: &rnix::Parse<rnix::Root>,
    mut errors: Vec<SyntaxError>,
) -> (Lowered, Vec<SyntaxError>) {
    errors::from_rnix(parse, &mut errors);
    let lowered = lower::lower(text, &parse.syntax(), &mut errors);
    sort(&mut errors);
    (lowered, errors)
}

fn sort(errors: &mut Vec<SyntaxError>) {
    errors.sort_by_key(|error| (error.range.start(), error.range.end()));
    errors.dedup();
}

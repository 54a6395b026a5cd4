//! Turns Nix text into HIR, a source map and suppression comments. Never fails.
//!
//! This crate must never know other files, evaluation or containers.

mod build;
mod comments;
pub mod edit;
mod error;
mod fast;
pub mod hir;
mod parents;
mod renumber;
mod source_map;
mod tree;

use std::sync::Arc;

pub use comments::{Suppression, SuppressionKind, Suppressions};
pub use error::SyntaxError;
#[doc(hidden)]
pub use hir::dump;
pub use hir::globals::GLOBALS;
pub use hir::{Hir, packed};
pub use parents::Parents;
pub use source_map::SourceMap;
pub use tree::guard::{MAX_CHAIN, MAX_FILE_SIZE, MAX_NESTING};
use tree::{guard, lower, repair};

/// One file's text, analysed as far as that is possible without any other file.
#[derive(Clone, Debug, PartialEq)]
pub struct ParsedFile {
    /// The expressions.
    pub hir: Arc<Hir>,
    /// Where they are in the text.
    pub map: SourceMap,
    /// What Nix would refuse, in text order.
    pub errors: Vec<SyntaxError>,
    /// Comments that silence findings.
    pub suppressions: Suppressions,
}

impl ParsedFile {
    /// The way from nodes outwards. Found anew at each call, since most files are never asked.
    pub fn parents(&self) -> Parents {
        Parents::new(self)
    }
}

/// The stack that one parse may use, most of it never touched. At every bound of [`guard`], half of it was enough
/// even with rnix and rowan built without optimisation.
const STACK: usize = 64 * 1024 * 1024;

/// Parses and lowers a text. Every text gives a result; what could not be understood is [`hir::Expr::Missing`].
pub fn parse(text: &str) -> ParsedFile {
    parse_quickly(text).unwrap_or_else(|| parse_slowly(text))
}

/// Parses a text that was another one before. Nodes that are in both keep their numbers, and those of nodes that are
/// gone are not used again (until too many are).
pub fn parse_again(text: &str, before: &Arc<Hir>) -> ParsedFile {
    let mut file = parse(text);
    renumber::renumber(&mut file, before);
    // Comparing two revisions is comparing pointers then.
    if file.hir == *before {
        file.hir = Arc::clone(before);
    }
    file
}

/// [`parse`] if it is certain that a text has no mistakes; for tests, which compare it with [`parse_slowly`].
#[doc(hidden)]
pub fn parse_quickly(text: &str) -> Option<ParsedFile> {
    fast::parse(text).map(|lowered| file(text, lowered, Vec::new()))
}

/// [`parse`] over the concrete syntax tree.
#[doc(hidden)]
pub fn parse_slowly(text: &str) -> ParsedFile {
    let scan = match guard::scan(text) {
        Ok(scan) => scan,
        Err(error) => return unparsed(text, error),
    };
    let source = scan.patched.as_deref().unwrap_or(text);
    stacker::maybe_grow(STACK, STACK, || {
        let parse = rnix::Root::parse(source);
        if !parse.errors().is_empty()
            && let Some(file) = parse_repaired(source, parse.errors().len(), &scan.errors)
        {
            return file;
        }
        finish(source, &parse, scan.errors)
    })
}

/// Parses what a text with errors may become, if that has fewer errors.
fn parse_repaired(source: &str, errors_before: usize, found: &[SyntaxError]) -> Option<ParsedFile> {
    let repaired = repair::repair(source)?;
    guard::scan(&repaired.text).ok()?;
    let parse = rnix::Root::parse(&repaired.text);
    if parse.errors().len() >= errors_before {
        return None;
    }
    let mut file = finish(&repaired.text, &parse, Vec::new());
    file.map.change_ranges(&repaired);
    for error in &mut file.errors {
        error.range = repaired.original(error.range);
    }
    file.suppressions.change_ranges(&|range| repaired.original(range));
    for insertion in &repaired.insertions {
        let at = text_size::TextSize::new(insertion.at as u32);
        let range = text_size::TextRange::empty(at);
        if !file.errors.iter().any(|error| error.range == range) {
            file.errors.push(SyntaxError::new(range, insertion.message));
        }
    }
    file.errors.extend_from_slice(found);
    sort(&mut file.errors);
    Some(file)
}

/// Lowers what was parsed.
fn finish(text: &str, parse: &rnix::Parse<rnix::Root>, mut errors: Vec<SyntaxError>) -> ParsedFile {
    error::from_rnix(parse, &mut errors);
    let root = parse.syntax();
    let lowered = lower::lower(text, &root, &mut errors);
    sort(&mut errors);
    file(text, lowered, errors)
}

/// A text and all that was found out about it.
fn file(text: &str, lowered: lower::Lowered, errors: Vec<SyntaxError>) -> ParsedFile {
    let remarks = lowered.remarks;
    ParsedFile {
        hir: Arc::new(lowered.hir),
        map: lowered.map,
        errors,
        suppressions: remarks.map_or_else(Suppressions::default, |remarks| comments::collect(text, remarks)),
    }
}

fn sort(errors: &mut Vec<SyntaxError>) {
    errors.sort_by_key(|error| (error.range.start(), error.range.end()));
    errors.dedup();
}

/// The result for a text that is not given to the parser.
fn unparsed(text: &str, error: SyntaxError) -> ParsedFile {
    file(text, lower::nothing(text), vec![error])
}

//! Turns Nix text into HIR, a source map and suppression comments. Never fails.
//!
//! This crate must never know other files, evaluation or containers.
//!
//! What holds always:
//! - Every text gives a [`ParsedFile`], in linear time and bounded stack (`limits`, `tree/guard`). What could not be
//!   understood is [`hir::Expr::Missing`] and has a [`SyntaxError`].
//! - A [`Hir`] has no ranges: texts that differ in white space and comments only give equal ones. The [`SourceMap`] alone
//!   knows where nodes are.
//! - There are two ways to read a text: `fast` takes most texts that are well-formed and gives up on all others, `tree`
//!   goes over rnix's concrete syntax tree and takes any. Where both give something they give the same, to the last
//!   range. With the feature `force-rnix`, [`parse`] does without the fast one.
//!
//! Begin reading with `hir/node`, then `build`, which both ways share, and `tree/lower`, which says in rnix's words what is
//! lowered to what.

mod build;
mod comments;
mod cursor;
mod document;
pub mod edit;
mod error;
mod fast;
pub mod hir;
mod limits;
mod parents;
mod parsed;
mod programs;
mod renumber;
mod script;
mod source_map;
mod tree;

use std::sync::Arc;

pub use comments::{Suppression, SuppressionKind, Suppressions};
pub use cursor::{Cursor, PathName, Writing};
pub use document::{Language, UNITS, comments_in_literal, is_recipe};
pub use error::SyntaxError;
#[doc(hidden)]
pub use hir::dump;
pub use hir::{GLOBALS, Hir};
pub use limits::{MAX_CHAIN, MAX_FILE_SIZE, MAX_NESTING};
pub use parents::Parents;
pub use parsed::ParsedFile;
pub use programs::Program;
pub use script::{begins_as_script, is_shell_name, may_be_script};
pub use source_map::SourceMap;

/// Reads a text of any language. In one that is no Nix there is no code, and nothing that Nix would refuse.
pub fn document(text: &str, language: Language) -> ParsedFile {
    match language {
        Language::Nix => parse(text),
        _ => document::read(text, language),
    }
}

/// Parses and lowers a text. Every text gives a result; what could not be understood is [`hir::Expr::Missing`].
pub fn parse(text: &str) -> ParsedFile {
    let fast = if cfg!(feature = "force-rnix") {
        None
    } else {
        parse_quickly(text)
    };
    fast.unwrap_or_else(|| parse_slowly(text))
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

/// For build scripts: lowers a text that has no mistakes, as bytes for [`Hir::unpack`].
///
/// # Errors
/// What is wrong with its syntax.
pub fn compile(text: &str) -> Result<Vec<u8>, String> {
    let parsed = parse(text);
    match parsed.errors.first() {
        Some(error) => Err(format!("{error:?}")),
        None => Ok(parsed.hir.pack()),
    }
}

/// [`parse`] if it is certain that a text has no mistakes; for tests, which compare it with [`parse_slowly`].
#[doc(hidden)]
pub fn parse_quickly(text: &str) -> Option<ParsedFile> {
    fast::parse(text).map(|lowered| file(text, lowered, Vec::new()))
}

/// [`parse`] over the concrete syntax tree.
#[doc(hidden)]
pub fn parse_slowly(text: &str) -> ParsedFile {
    let read = tree::parse(text);
    file(read.patched.as_deref().unwrap_or(text), read.lowered, read.errors)
}

/// A text and all that was found out about it.
fn file(text: &str, lowered: build::Lowered, errors: Vec<SyntaxError>) -> ParsedFile {
    let remarks = lowered.remarks;
    ParsedFile {
        hir: Arc::new(lowered.hir),
        map: lowered.map,
        errors,
        suppressions: remarks.map_or_else(Suppressions::default, |remarks| comments::collect(text, remarks)),
    }
}

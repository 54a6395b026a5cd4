//! The seam to what the syntax crate says about comments and edits.

use nixpod_source::{ExprId, TextEdit, TextRange};
use nixpod_syntax::ParsedFile;

#[derive(Clone, Debug)]
pub(crate) struct Suppression {
    pub(crate) range: TextRange,
    pub(crate) rules: Vec<(String, TextRange)>,
    pub(crate) reason: Option<String>,
    pub(crate) scope: Scope,
    pub(crate) problem: Option<String>,
}

#[derive(Clone, Debug)]
pub(crate) enum Scope {
    File,
    Range(TextRange),
}

pub(crate) fn suppressions(_parsed: &ParsedFile) -> Vec<Suppression> {
    Vec::new()
}

pub(crate) fn remove(
    _text: &str,
    _parsed: &ParsedFile,
    _expr: ExprId,
    _within: Option<(u32, u32)>,
) -> Option<Vec<TextEdit>> {
    None
}

pub(crate) fn set_in(
    _text: &str,
    _parsed: &ParsedFile,
    _expr: ExprId,
    _name: &str,
    _value: &str,
) -> Option<Vec<TextEdit>> {
    None
}

pub(crate) fn append_beside(
    _text: &str,
    _parsed: &ParsedFile,
    _expr: ExprId,
    _element: &str,
) -> Option<Vec<TextEdit>> {
    None
}

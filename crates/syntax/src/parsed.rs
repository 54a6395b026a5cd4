//! All that is known of one text.

use crate::comments::Suppressions;
use crate::error::SyntaxError;
use crate::hir::Hir;
use crate::parents::Parents;
use crate::source_map::SourceMap;
use std::sync::Arc;

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
        Parents::new(&self.hir, &self.map)
    }
}

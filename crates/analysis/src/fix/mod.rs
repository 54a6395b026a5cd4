//! From what a rule wants changed to edits of text, and to files without findings.

pub(crate) mod apply;
mod edits;
pub(crate) mod fixes;
pub(crate) mod promise;
mod uses;

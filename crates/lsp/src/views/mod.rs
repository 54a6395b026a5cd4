//! What editors show besides findings: outlines, lenses and the like. Each is a question to the analysis, put into the words
//! of the protocol.

pub(crate) mod completion;
pub(crate) mod inlay;
pub(crate) mod lens;
pub(crate) mod navigate;
pub(crate) mod project;
pub(crate) mod symbols;

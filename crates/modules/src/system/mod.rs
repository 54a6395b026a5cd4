//! What is known of the evaluations of one root: their data, what they report, and the parts of them that are used again.

pub(crate) mod evaluation;
pub(crate) mod memo;
pub(crate) mod report;

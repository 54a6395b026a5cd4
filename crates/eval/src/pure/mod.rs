//! What needs no evaluator: functions of plain data.

pub(crate) mod flakeref;
pub(crate) mod hash;
pub mod paths;
pub(crate) mod regex;
pub(crate) mod store_path;
pub(crate) mod versions;

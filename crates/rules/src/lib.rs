//! placeholder
/// All rules.
pub static ALL: &[&nixpod_analysis::Rule] = &[];

//! From targets to findings.

mod account;
mod budget;
mod candidates;
pub(crate) mod comments;
pub(crate) mod containers;
mod contradiction;
pub(crate) mod facts;
mod fragments;
mod gaps;
pub(crate) mod group;
mod islands;
mod left_out;
pub(crate) mod merge;
mod missing_import;
pub(crate) mod outcome;
pub(crate) mod part;
pub(crate) mod places;
mod scripts;
pub(crate) mod secrets;
pub(crate) mod snapshot;
pub(crate) mod targets;
mod templates;
pub(crate) mod tool_rules;
mod used;

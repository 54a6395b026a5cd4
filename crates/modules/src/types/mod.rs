//! Option types in their native form.

pub(crate) mod accept;

pub(crate) mod join;
pub(crate) mod native;
pub(crate) mod show;

//! Option types in their native form.

pub(crate) mod accept;
pub(crate) mod describe;
pub(crate) mod join;
pub(crate) mod native;

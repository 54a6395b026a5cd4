pub(crate) mod describe;
pub(crate) mod join;
pub(crate) mod native;

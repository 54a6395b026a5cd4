pub(crate) mod flake;
pub(crate) mod packages;
pub(crate) mod pinned;

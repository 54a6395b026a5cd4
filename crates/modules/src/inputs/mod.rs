//! What comes from outside of the project: packages, flakes, pinned sources. Mostly names for what is not here.

pub(crate) mod flake;
pub(crate) mod packages;
pub(crate) mod parts;
pub(crate) mod pinned;

//! What an evaluation consists of, each part by itself, and what it needs of the outside.

pub(crate) mod budget;
pub(crate) mod caches;
pub(crate) mod compiled;
pub(crate) mod conditions;
pub(crate) mod files;
pub(crate) mod implied;
pub(crate) mod names;
pub(crate) mod origins;
pub(crate) mod settings;
pub(crate) mod sizes;
pub(crate) mod source;
pub(crate) mod thunks;

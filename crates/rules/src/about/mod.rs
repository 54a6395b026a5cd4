//! What several rules ask of containers and systems.

pub(crate) mod credentials;
pub(crate) mod devices;
pub(crate) mod hardening;
pub(crate) mod images;
pub(crate) mod nesting;
pub(crate) mod overlay_support;
pub(crate) mod paths;
pub(crate) mod people;
pub(crate) mod places;
pub(crate) mod pods;
pub(crate) mod power;
pub(crate) mod releases;
pub(crate) mod secrets;
pub(crate) mod subids;
pub(crate) mod words;

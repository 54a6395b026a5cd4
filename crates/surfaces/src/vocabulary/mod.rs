//! What the words of containers mean, wherever they stand: command lines, mounts, ports and capabilities as texts. Nothing
//! here asks for an option.

pub(crate) mod capabilities;
pub(crate) mod certainty;
pub(crate) mod compose;
pub(crate) mod csv;
pub(crate) mod daemon;
pub(crate) mod described;
pub(crate) mod flags;
pub(crate) mod json;
pub(crate) mod line;
pub(crate) mod mounts;
pub(crate) mod nspawn;
pub(crate) mod options;
pub(crate) mod pasted;
pub(crate) mod pieces;
pub(crate) mod podman;
pub(crate) mod pods;
pub(crate) mod ports;
pub(crate) mod programs;
pub(crate) mod shell;
pub(crate) mod text;
pub(crate) mod toml;
pub(crate) mod unit;
pub(crate) mod words;

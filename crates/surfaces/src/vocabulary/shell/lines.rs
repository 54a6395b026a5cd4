//! What a script comes to: its commands, and the files that it writes.

use super::prefix::Who;
use super::tree::Stopped;
use super::values::{Element, When};
use nixpod_model::Text;
use nixpod_source::Origin;

/// Variables that say where Podman and Docker listen: addresses, and names under which one is kept. And first, where an X
/// server does.
pub(crate) const ENGINE_ADDRESSES: [&str; 5] = [
    "DISPLAY",
    "CONTAINER_HOST",
    "DOCKER_HOST",
    "CONTAINER_CONNECTION",
    "DOCKER_CONTEXT",
];

/// A command that a script comes to.
#[derive(Clone, Debug)]
pub(crate) struct Line {
    /// Its name without its folder.
    pub(crate) program: String,
    /// The words behind it.
    pub(crate) words: Vec<Element>,
    pub(crate) when: When,
    /// Who runs it.
    pub(crate) who: Who,
    /// Does another machine run it?
    pub(crate) elsewhere: bool,
    /// What the variables around it say of where an X server, Podman and Docker listen.
    pub(crate) addresses: Addresses,
    /// Is it a part of a unit, so that systemd puts in place of specifiers such as `%h` what they mean?
    pub(crate) in_unit: bool,
    /// Where it is written.
    pub(crate) origin: Origin,
}

/// Where they listen, in the order of [`ENGINE_ADDRESSES`].
pub(crate) type Addresses = [Option<Text>; 5];

/// What came of a script.
#[derive(Debug, Default)]
pub(crate) struct Followed {
    pub(crate) lines: Vec<Line>,
    /// The files that it writes.
    pub(crate) files: Vec<WrittenFile>,
    /// Where it could not be followed any further, if so, with that place.
    pub(crate) stopped: Option<(Stopped, Origin)>,
}

/// A file that a script writes, and what it puts into it.
#[derive(Clone, Debug)]
pub(crate) struct WrittenFile {
    pub(crate) path: Text,
    pub(crate) text: Text,
    pub(crate) when: When,
    pub(crate) who: Who,
    /// Where the path is written.
    pub(crate) origin: Origin,
}

/// Which commands of a script are told, by their names.
pub(crate) type Wanted = fn(&str) -> bool;

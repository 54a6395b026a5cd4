//! What the reader of a surface is told besides a container's options, and what it says besides the container.

use crate::read::{Found, OptionReader};
use nixpod_model::{Container, Field, PodmanRelease, SecretValue, SystemKind};

/// The system around a container that is read.
pub(crate) struct Surroundings<'s> {
    /// Its values.
    pub(crate) config: &'s Found,
    /// What it is.
    pub(crate) kind: SystemKind,
    /// Whose home, if that is known.
    pub(crate) home_of: Option<&'s str>,
    /// The engine of its `oci-containers`, by name.
    pub(crate) oci_backend: &'s Field<String>,
    /// Is it a file that no system was seen to import, so that what looks like containers may be something else?
    pub(crate) may_be_data: bool,
    /// The newest Podman that the system can have, if its release tells.
    pub(crate) podman: Option<PodmanRelease>,
    /// Values of the container's options that end in the world-readable store.
    pub(crate) secrets: Vec<SecretValue>,
}

/// Is there a container?
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Reading {
    /// Yes, and it was read.
    Container,
    /// No: it is switched off by itself.
    Off,
    /// No: what is at this path is data of the analysed code's own that looks like one.
    Data(String),
}

/// Reads the options of a container into one of which nothing is said.
pub(crate) type Read =
    fn(&mut OptionReader<'_, '_>, &Found, &mut Surroundings<'_>, &mut Container) -> Reading;

//! Who runs a container.

use crate::{FactValue, Text};

/// The program that runs a container. Where the container is written is its [`Surface`](crate::Surface): several of them
/// lead to the same engine, and one may lead to either.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Engine {
    /// systemd-nspawn.
    Nspawn,
    /// Podman, as root or as a user.
    Podman,
    /// Docker's daemon.
    Docker,
}

impl Engine {
    /// The name used in every format.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Nspawn => "nspawn",
            Self::Podman => "podman",
            Self::Docker => "docker",
        }
    }

    /// Does it run images of the Open Container Initiative?
    pub const fn is_oci(self) -> bool {
        matches!(self, Self::Podman | Self::Docker)
    }
}

impl FactValue for Engine {
    fn texts(&self) -> Vec<&Text> {
        Vec::new()
    }

    fn describe(&self) -> String {
        self.as_str().to_owned()
    }
}

//! Names of the options that are read, for whoever has to tell what may matter without reading it.

use nixpod_model::{Surface, SystemKind};

/// What is known of a surface before a container of it is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Table {
    /// Which it is.
    pub surface: Surface,
    /// Which systems declare such containers.
    pub systems: Systems,
    /// The option that is the set of its containers.
    pub path: &'static [&'static str],
    /// An option that is the same under an old name.
    pub old_path: Option<&'static [&'static str]>,
    /// The options of a container, in the order in which they are shown.
    pub options: &'static [&'static str],
    /// Names of which one at least is in every file that defines such a container in the usual way.
    pub telling: &'static [&'static str],
}

/// Kinds of systems.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Systems {
    /// NixOS: hosts and guests.
    Nixos,
    /// Users' homes.
    Homes,
    /// All of them.
    Both,
}

impl Systems {
    /// Is a system of this kind among them?
    pub(crate) fn have(self, kind: SystemKind) -> bool {
        match self {
            Self::Nixos => kind != SystemKind::Home,
            Self::Homes => kind == SystemKind::Home,
            Self::Both => true,
        }
    }
}

/// The first names of all other options that a system is read from. In debug builds it is an error to read one that is
/// missing here.
pub const SYSTEM_HEADS: [&str; 16] = [
    "boot",
    "environment",
    "fileSystems",
    "home",
    "home-manager",
    "nodes",
    "security",
    "selinux",
    "services",
    "specialisation",
    "system",
    "systemd",
    "testScript",
    "users",
    "virtualisation",
    "xdg",
];

/// Names of which one at least is in a file that says who may run containers, and with which engine.
pub(crate) const SYSTEM_TELLING: [&str; 5] = ["docker", "extraGroups", "home-manager", "linger", "users"];

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
    /// Those of which a fact tells what holds where nobody sets them, with all their parts.
    pub facts: &'static [&'static str],
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

/// An option that a system is read from, besides the sets of containers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ReadOption {
    /// Its path, or the beginning of the paths of several.
    pub path: &'static [&'static str],
    /// Is a file evaluated by itself because it sets this? Most of what is not says how something else is meant.
    pub tells: bool,
}

const fn tells(path: &'static [&'static str]) -> ReadOption {
    ReadOption { path, tells: true }
}

const fn explains(path: &'static [&'static str]) -> ReadOption {
    ReadOption { path, tells: false }
}

/// What programs of homes are given. There can be a secret in it, but the modules of Home Manager write hundreds of such
/// files from options that nobody sets, and to evaluate each of them takes more than twice as long: it is looked at in
/// what is evaluated for another reason.
const fn of_homes(path: &'static [&'static str]) -> ReadOption {
    ReadOption { path, tells: false }
}

/// All other options that a system is read from. In debug builds it is an error to read one that is missing here.
pub const READ: [ReadOption; 28] = [
    explains(&["boot"]),
    tells(&["environment", "etc"]),
    tells(&["environment", "sessionVariables"]),
    tells(&["environment", "variables"]),
    explains(&["fileSystems"]),
    of_homes(&["home", "file"]),
    of_homes(&["home", "sessionVariables"]),
    explains(&["home", "stateVersion"]),
    explains(&["home", "username"]),
    tells(&["home-manager"]),
    tells(&["nodes"]),
    tells(&["security", "allowUserNamespaces"]),
    explains(&["security", "selinux"]),
    explains(&["selinux"]),
    tells(&["services", "podman"]),
    tells(&["specialisation"]),
    explains(&["system", "stateVersion"]),
    tells(&["systemd", "globalEnvironment"]),
    tells(&["systemd", "services"]),
    of_homes(&["systemd", "user", "services"]),
    of_homes(&["systemd", "user", "sessionVariables"]),
    tells(&["testScript"]),
    tells(&["users"]),
    tells(&["virtualisation"]),
    of_homes(&["xdg", "cacheFile"]),
    of_homes(&["xdg", "configFile"]),
    of_homes(&["xdg", "dataFile"]),
    of_homes(&["xdg", "stateFile"]),
];

/// Is an option among those that are read?
pub(crate) fn is_read(path: &[&str]) -> bool {
    READ.iter().any(|option| path.starts_with(option.path))
}

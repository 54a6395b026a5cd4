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
    /// None: no option declares such containers, but files of a project do.
    None,
}

impl Systems {
    /// Is a system of this kind among them?
    pub(crate) fn have(self, kind: SystemKind) -> bool {
        match self {
            Self::Nixos => matches!(kind, SystemKind::Nixos | SystemKind::Guest),
            Self::Homes => kind == SystemKind::Home,
            Self::Both => true,
            Self::None => false,
        }
    }
}

/// An option that a system is read from, besides the sets of containers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ReadOption {
    /// Its path, or the beginning of the paths of several.
    pub path: &'static [&'static str],
    /// Is a file evaluated by itself because it sets this?
    pub tells: Tells,
}

/// Whether a file that no host imports is evaluated because it sets an option.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tells {
    /// It is.
    Always,
    /// Only if a secret can be in what it writes: the modules of Home Manager write hundreds of files and variables from
    /// options that nobody sets, and to evaluate each of them takes twice as long.
    Secrets,
    /// Only if a script that runs containers can be in it.
    Scripts,
    /// If either can be.
    SecretsOrScripts,
    /// It is not: the option says how something else is meant.
    Never,
}

const fn tells(path: &'static [&'static str]) -> ReadOption {
    let tells = Tells::Always;
    ReadOption { path, tells }
}

const fn tells_secrets(path: &'static [&'static str]) -> ReadOption {
    let tells = Tells::Secrets;
    ReadOption { path, tells }
}

const fn tells_scripts(path: &'static [&'static str]) -> ReadOption {
    let tells = Tells::Scripts;
    ReadOption { path, tells }
}

const fn tells_either(path: &'static [&'static str]) -> ReadOption {
    let tells = Tells::SecretsOrScripts;
    ReadOption { path, tells }
}

const fn explains(path: &'static [&'static str]) -> ReadOption {
    let tells = Tells::Never;
    ReadOption { path, tells }
}

/// All other options that a system is read from. In debug builds it is an error to read one that is missing here.
pub const READ: [ReadOption; 48] = [
    explains(&["boot"]),
    tells(&["environment", "etc"]),
    tells_scripts(&["environment", "extraInit"]),
    tells_scripts(&["environment", "interactiveShellInit"]),
    tells_scripts(&["environment", "loginShellInit"]),
    tells(&["environment", "sessionVariables"]),
    tells_scripts(&["environment", "shellAliases"]),
    tells_scripts(&["environment", "shellInit"]),
    tells_scripts(&["environment", "systemPackages"]),
    tells(&["environment", "variables"]),
    explains(&["fileSystems"]),
    tells_scripts(&["home", "activation"]),
    tells_either(&["home", "file"]),
    tells_scripts(&["home", "packages"]),
    tells_secrets(&["home", "sessionVariables"]),
    tells_scripts(&["home", "shellAliases"]),
    explains(&["home", "stateVersion"]),
    explains(&["home", "username"]),
    tells(&["home-manager"]),
    explains(&["networking", "firewall"]),
    explains(&["networking", "nftables"]),
    tells(&["nodes"]),
    tells_scripts(&["programs", "bash"]),
    tells_scripts(&["programs", "fish"]),
    tells_scripts(&["programs", "nushell"]),
    tells_scripts(&["programs", "zsh"]),
    tells(&["security", "allowUserNamespaces"]),
    explains(&["security", "selinux"]),
    explains(&["selinux"]),
    explains(&["services", "firewalld"]),
    tells(&["services", "podman"]),
    explains(&["services", "userborn"]),
    tells(&["specialisation"]),
    tells_scripts(&["system", "activationScripts"]),
    explains(&["system", "stateVersion"]),
    tells(&["systemd", "globalEnvironment"]),
    tells(&["systemd", "nspawn"]),
    tells(&["systemd", "services"]),
    explains(&["systemd", "sysusers"]),
    tells_either(&["systemd", "user", "services"]),
    tells_secrets(&["systemd", "user", "sessionVariables"]),
    tells(&["testScript"]),
    tells(&["users"]),
    tells(&["virtualisation"]),
    tells_secrets(&["xdg", "cacheFile"]),
    tells_either(&["xdg", "configFile"]),
    tells_either(&["xdg", "dataFile"]),
    tells_secrets(&["xdg", "stateFile"]),
];

/// Is an option among those that are read?
pub(crate) fn is_read(path: &[&str]) -> bool {
    READ.iter().any(|option| path.starts_with(option.path))
}

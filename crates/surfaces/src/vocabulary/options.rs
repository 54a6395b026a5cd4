//! Names of the options that are read, for whoever has to tell what may matter without reading it.

use nixpod_model::{EntryName, Surface, SystemKind};

/// In the path of a set of containers: any entry of a set around it.
pub(crate) const ANY: &str = "*";

/// Between the names of a container that is declared in such an entry.
const BETWEEN: char = '/';

/// What is known of a surface before a container of it is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Table {
    /// Which it is.
    pub surface: Surface,
    /// Which systems declare such containers.
    pub systems: Systems,
    /// The option that is the set of its containers. A `*` in it is any entry of a set around it.
    pub path: &'static [&'static str],
    /// An option that is the same under an old name.
    pub old_path: Option<&'static [&'static str]>,
    /// The name of a file that declares such containers by itself.
    pub file: Option<&'static str>,
    /// The options of a container, in the order in which they are shown.
    pub options: &'static [&'static str],
    /// Those of which a fact tells what holds where nobody sets them, with all their parts.
    pub facts: &'static [&'static str],
    /// The option of a container that is the configuration of a NixOS inside.
    pub guest: Option<&'static [&'static str]>,
    /// The option of a container that tells a module which is one container by itself.
    pub part: Option<&'static str>,
}

impl Table {
    /// The paths of the set of its containers, by all names that it has.
    pub fn paths(&self) -> impl Iterator<Item = &'static [&'static str]> + use<> {
        [Some(self.path), self.old_path].into_iter().flatten()
    }

    /// The name of a container whose set is in an entry of a set, from the outermost one in.
    pub(crate) fn name(names: &[EntryName]) -> EntryName {
        match names {
            [] => EntryName::Template,
            [only] => only.clone(),
            several if several.iter().all(|name| *name == EntryName::Template) => EntryName::Template,
            several => {
                let names: Vec<String> = several.iter().map(EntryName::to_string).collect();
                EntryName::Known(names.join(&BETWEEN.to_string()).into())
            }
        }
    }

    /// What a container of this table is called in its own set.
    pub(crate) fn innermost<'n>(&self, name: &'n str) -> &'n str {
        match name.rsplit_once(BETWEEN) {
            Some((_, inner)) if self.path.contains(&ANY) => inner,
            _ => name,
        }
    }

    /// The option that is the container of a name, if its set is at this path.
    pub(crate) fn option(path: &[&str], name: &EntryName, as_key: fn(&EntryName) -> String) -> String {
        let outer = path.iter().filter(|name| **name == ANY).count();
        let names: Vec<EntryName> = match name {
            EntryName::Known(known) => known
                .splitn(outer + 1, BETWEEN)
                .map(|name| match name == EntryName::Template.to_string() {
                    true => EntryName::Template,
                    false => EntryName::Known(name.into()),
                })
                .collect(),
            EntryName::Template => vec![EntryName::Template; outer + 1],
        };
        let mut names = names.iter().map(as_key);
        let mut out = String::new();
        for part in path {
            match *part {
                ANY => out.extend(names.next()),
                fixed => out.push_str(fixed),
            }
            out.push('.');
        }
        out.extend(names);
        out
    }
}

/// Does a name fit a part of the path of a set of containers?
pub(crate) fn fits(part: &str, name: &str) -> bool {
    part == ANY || part == name
}

/// Kinds of systems.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Systems {
    /// NixOS, hosts and guests, and systems of which only such declarations are known.
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
            Self::Nixos => kind != SystemKind::Home,
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
    /// Only if something in it is read from a file while Nix evaluates.
    Reads,
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

const fn tells_reads(path: &'static [&'static str]) -> ReadOption {
    let tells = Tells::Reads;
    ReadOption { path, tells }
}

const fn explains(path: &'static [&'static str]) -> ReadOption {
    let tells = Tells::Never;
    ReadOption { path, tells }
}

/// All other options that a system is read from. In debug builds it is an error to read one that is missing here.
pub const READ: [ReadOption; 127] = [
    tells(&["age"]),
    explains(&["boot"]),
    tells_secrets(&["boot", "initrd", "network", "ssh"]),
    tells_secrets(&["boot", "initrd", "secrets"]),
    tells_scripts(&["boot", "initrd", "services", "udev", "rules"]),
    tells_scripts(&["boot", "postBootCommands"]),
    tells(&["environment", "etc"]),
    tells_scripts(&["environment", "extraInit"]),
    tells_scripts(&["environment", "interactiveShellInit"]),
    tells_scripts(&["environment", "loginShellInit"]),
    tells(&["environment", "sessionVariables"]),
    tells_scripts(&["environment", "shellAliases"]),
    tells_scripts(&["environment", "shellInit"]),
    tells_scripts(&["environment", "systemPackages"]),
    tells(&["environment", "variables"]),
    tells(&["deployment", "keys"]),
    explains(&["fileSystems"]),
    explains(&["hardware", "nvidia-container-toolkit"]),
    tells_either(&["home", "activation"]),
    tells_either(&["home", "file"]),
    tells_scripts(&["home", "packages"]),
    tells_secrets(&["home", "sessionVariables"]),
    tells_scripts(&["home", "shellAliases"]),
    explains(&["home", "stateVersion"]),
    explains(&["home", "username"]),
    tells_either(&["hjem"]),
    tells(&["home-manager"]),
    tells(&["microvm", "vms"]),
    explains(&["networking", "bridges"]),
    explains(&["networking", "firewall"]),
    explains(&["networking", "hostName"]),
    explains(&["networking", "networkmanager"]),
    explains(&["networking", "nftables"]),
    explains(&["networking", "vswitches"]),
    explains(&["networking", "wireless"]),
    tells_scripts(&["networking", "localCommands"]),
    explains(&["nmt"]),
    tells(&["networking", "wg-quick"]),
    tells(&["networking", "wireguard"]),
    tells(&["nodes"]),
    tells_scripts(&["programs", "bash"]),
    tells_scripts(&["programs", "fish"]),
    tells_scripts(&["programs", "git"]),
    tells_scripts(&["programs", "nushell"]),
    tells_scripts(&["programs", "tmux"]),
    tells_scripts(&["programs", "zsh"]),
    tells(&["nix", "extraOptions"]),
    tells_secrets(&["nix", "settings", "access-tokens"]),
    tells(&["nix", "settings", "extra-trusted-users"]),
    tells_secrets(&["nix", "settings", "netrc-file"]),
    tells_secrets(&["nix", "settings", "secret-key-files"]),
    tells(&["nix", "settings", "trusted-users"]),
    tells(&["nix", "trustedUsers"]),
    explains(&[nixpod_modules::SCRIPTS]),
    tells(&["security", "allowUserNamespaces"]),
    explains(&["security", "apparmor"]),
    explains(&["security", "selinux"]),
    tells(&["security", "doas"]),
    tells(&["security", "polkit", "extraConfig"]),
    explains(&["security", "sudo"]),
    explains(&["security", "sudo-rs"]),
    tells(&["security", "sudo", "extraConfig"]),
    tells(&["security", "sudo", "extraRules"]),
    tells(&["security", "sudo-rs", "extraConfig"]),
    tells(&["security", "sudo-rs", "extraRules"]),
    explains(&["security", "unprivilegedUsernsClone"]),
    tells(&["security", "wrappers"]),
    explains(&["selinux"]),
    tells_reads(&["services"]),
    tells_scripts(&["services", "borgbackup"]),
    tells_scripts(&["services", "cron"]),
    explains(&["services", "firewalld"]),
    explains(&["services", "buildkite-agents"]),
    explains(&["services", "gitea-actions-runner"]),
    explains(&["services", "github-runners"]),
    explains(&["services", "gitlab-runner"]),
    explains(&["services", "jenkins"]),
    tells(&["services", "k3s", "autoDeployCharts"]),
    tells(&["services", "kubernetes", "addonManager", "addons"]),
    tells(&["services", "kubernetes", "addonManager", "bootstrapAddons"]),
    tells(&["services", "nomad", "settings", "plugin"]),
    tells(&["virtualisation", "incus", "preseed"]),
    tells(&["virtualisation", "lxc", "defaultConfig"]),
    tells(&["virtualisation", "lxc", "systemConfig"]),
    tells(&["virtualisation", "lxd", "preseed"]),
    tells(&["services", "k3s", "manifests"]),
    tells_secrets(&["services", "openssh", "hostKeys"]),
    tells(&["services", "podman"]),
    tells_scripts(&["services", "restic"]),
    tells_scripts(&["services", "udev"]),
    tells_scripts(&["services", "xserver", "displayManager", "sessionCommands"]),
    tells_scripts(&["services", "xserver", "displayManager", "setupCommands"]),
    tells_scripts(&["services", "xserver", "displayManager", "startx", "extraCommands"]),
    explains(&["services", "userborn"]),
    tells(&["sops"]),
    tells(&["specialisation"]),
    tells_either(&["system", "activationScripts"]),
    explains(&["system", "nixos", "variant_id"]),
    explains(&["system", "stateVersion"]),
    tells_scripts(&["system", "userActivationScripts"]),
    tells(&["systemd", "globalEnvironment"]),
    tells(&["systemd", "network", "netdevs"]),
    tells(&["systemd", "nspawn"]),
    tells_scripts(&["systemd", "packages"]),
    tells(&["systemd", "services"]),
    tells(&["systemd", "sockets"]),
    explains(&["systemd", "sysusers"]),
    explains(&["systemd", "timers"]),
    tells_either(&["systemd", "tmpfiles"]),
    tells_scripts(&["systemd", "units"]),
    tells_either(&["systemd", "user", "services"]),
    tells_secrets(&["systemd", "user", "sessionVariables"]),
    explains(&["systemd", "user", "timers"]),
    tells_scripts(&["systemd", "user", "tmpfiles"]),
    tells_scripts(&["systemd", "user", "units"]),
    tells(&["testScript"]),
    tells(&["users"]),
    tells(&["virtualisation"]),
    tells_scripts(&["wayland", "windowManager", "hyprland"]),
    tells_scripts(&["wayland", "windowManager", "sway"]),
    tells_secrets(&["xdg", "cacheFile"]),
    tells_either(&["xdg", "configFile"]),
    tells_either(&["xdg", "dataFile"]),
    tells_scripts(&["xdg", "desktopEntries"]),
    tells_secrets(&["xdg", "stateFile"]),
    explains(&["wsl"]),
    tells_scripts(&["xsession"]),
];

/// Does an option only say how something else is meant?
pub(crate) fn explains_only(path: &[&str]) -> bool {
    let mut options = READ.iter().filter(|option| path.starts_with(option.path));
    options.any(|option| matches!(option.tells, Tells::Never | Tells::Reads))
}

/// Is an option among those that are read?
pub(crate) fn is_read(path: &[&str]) -> bool {
    READ.iter().any(|option| path.starts_with(option.path))
}

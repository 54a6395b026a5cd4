//! A spec whose command is asked for.

/// The releases whose modules differ.
pub const RELEASES: &[&str] = &["24.11", "25.05", "25.11", "26.05"];

/// Those whose settings of engines differ, in their modules or in what is read of them, and the newest of each.
const OF_SETTINGS: &[&str] = &["24.11", "26.05", "26.11"];

/// All of them.
pub const ALL_RELEASES: &[&str] = &["24.11", "25.05", "25.11", "26.05", "26.11"];

/// Whose modules write the command.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// NixOS, `containers`.
    Nspawn,
    /// NixOS, `virtualisation.oci-containers`.
    Oci,
    /// Home Manager, `services.podman`.
    Home,
    /// `quadlet-nix` of SEIAROTg on NixOS.
    Seiarotg,
    /// The same in Home Manager.
    SeiarotgHome,
    /// `quadlet-nix` of mirkolenz on NixOS.
    Mirkolenz,
    /// The same in Home Manager.
    MirkolenzHome,
    /// NixOS, `virtualisation.containers`: no containers, but the files that engines read.
    Settings,
    /// Home Manager, `services.podman.settings`: the same of a user.
    HomeSettings,
}

impl Kind {
    /// All of them.
    pub const ALL: [Self; 9] = [
        Self::Nspawn,
        Self::Oci,
        Self::Home,
        Self::Seiarotg,
        Self::SeiarotgHome,
        Self::Mirkolenz,
        Self::MirkolenzHome,
        Self::Settings,
        Self::HomeSettings,
    ];

    /// As it is named in recordings.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Nspawn => "nspawn",
            Self::Oci => "oci",
            Self::Home => "home",
            Self::Seiarotg => "seiarotg",
            Self::SeiarotgHome => "seiarotg-home",
            Self::Mirkolenz => "mirkolenz",
            Self::MirkolenzHome => "mirkolenz-home",
            Self::Settings => "settings",
            Self::HomeSettings => "home-settings",
        }
    }

    /// The kind of a name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }

    /// Does a script start its containers? Otherwise units do.
    pub const fn is_script(self) -> bool {
        matches!(self, Self::Nspawn | Self::Oci)
    }

    /// Are they files that engines read, and no containers?
    pub const fn is_settings(self) -> bool {
        matches!(self, Self::Settings | Self::HomeSettings)
    }

    /// Is it a module of Home Manager?
    pub const fn is_home(self) -> bool {
        matches!(
            self,
            Self::Home | Self::SeiarotgHome | Self::MirkolenzHome | Self::HomeSettings
        )
    }

    /// The releases whose modules differ. Both `quadlet-nix` are of no release.
    pub const fn releases(self) -> &'static [&'static str] {
        match self {
            Self::Nspawn | Self::Oci | Self::Home => RELEASES,
            Self::Seiarotg | Self::SeiarotgHome | Self::Mirkolenz | Self::MirkolenzHome => &["26.05"],
            Self::Settings => OF_SETTINGS,
            Self::HomeSettings => &["26.11"],
        }
    }

    /// A whole module of what a spec says.
    pub fn module(self, text: &str) -> String {
        let version = if self.is_home() {
            "home.stateVersion"
        } else {
            "system.stateVersion"
        };
        format!("{{ lib, pkgs, ... }}:\n{{\n{version} = \"24.11\";\n{text}\n}}\n")
    }
}

/// A spec.
#[derive(Clone, Debug)]
pub struct Spec {
    /// What it is about.
    pub name: String,
    /// Whose modules read it.
    pub kind: Kind,
    /// What a module says, in Nix; or of the test data, the files of a system.
    pub text: String,
    /// The releases that are asked.
    pub releases: Vec<&'static str>,
    /// The files, if it is of the test data.
    pub files: Vec<String>,
    /// Arguments of the modules that a flake gives.
    pub arguments: Vec<String>,
}

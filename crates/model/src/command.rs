//! What an engine is told in the end: the words that start a container, and what is written for it besides.

use crate::{ContainerId, Field, PodmanRelease, Release, Text};
use rustc_hash::FxHashMap;
use std::fmt;

/// A word of a command line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CommandWord {
    /// What it says, and where that is written. What a module or a generator writes by itself is a default; where any number
    /// of words may stand that are not known, one that is not known stands for them.
    pub text: Field<Text>,
    /// Does it belong to the word before it, as the value of an option does?
    pub is_value: bool,
}

/// Who writes the words of a command.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CommandWriter {
    /// A module of NixOS, as it is in this release.
    Nixos(Release),
    /// A module of NixOS, as it is in this release, the newest that is known: which one the system has is not known.
    NewestNixos(Release),
    /// Podman's generator, as it is in this release.
    Generator(PodmanRelease),
    /// Podman's generator, as it is in this release, the newest that is known.
    NewestGenerator(PodmanRelease),
    /// Whoever wrote the line.
    Author,
}

impl fmt::Display for CommandWriter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Nixos(release) => write!(f, "as NixOS {release} writes it"),
            Self::NewestNixos(release) => {
                write!(f, "as NixOS {release} writes it; the release is not known")
            }
            Self::Generator(podman) => write!(f, "as the generator of Podman {podman} writes it"),
            Self::NewestGenerator(podman) => write!(
                f,
                "as the generator of Podman {podman} writes it; the release is not known"
            ),
            Self::Author => f.write_str("as it is written"),
        }
    }
}

/// What starts a container.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EngineCommand {
    /// Who writes it.
    pub writer: CommandWriter,
    /// Its words, the program first.
    pub words: Vec<CommandWord>,
    /// Settings of its service that the engine or the kernel obeys, such as `DeviceAllow=/dev/kvm rwm`, in systemd's words.
    pub service: Vec<Field<Text>>,
    /// The lines of the unit that is written for Podman's generator, if one is.
    pub unit: Vec<Field<Text>>,
}

/// What starts each container. Those that no command starts have none: a Compose project and a devcontainer are told to the
/// engine by their tools.
pub type Commands = FxHashMap<ContainerId, EngineCommand>;

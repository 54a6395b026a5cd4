//! What there is to write in containers, in words for whoever writes it: options, capabilities, devices, options of programs
//! and keys of units. Nothing that is read depends on it.

mod home;
mod nspawn;
mod oci;
mod option;
mod quadlet_nix;
mod words;

use crate::vocabulary::flags::Arity;
use crate::vocabulary::programs::{Known, NSPAWN, RUN};
use crate::vocabulary::unit::keys::{Becomes, Key, Takes};
use crate::vocabulary::unit::kinds::{Kind, OF_SYSTEMD, QUADLET, QUADLET_KEYS};
use nixpod_model::Surface;
pub use option::Described;

/// The options of containers of a surface; none where nobody has described them.
pub const fn described_options(surface: Surface) -> &'static [Described] {
    match surface {
        Surface::Nspawn => &nspawn::NSPAWN,
        Surface::OciContainers => &oci::OCI,
        Surface::HomeManagerPodman => &home::HOME,
        Surface::QuadletNix => &quadlet_nix::CONTAINERS,
        _ => &[],
    }
}

/// A word that may be written, with what it means.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Offered {
    /// The word.
    pub word: &'static str,
    /// What it means; empty if nobody has said.
    pub words: &'static str,
    /// The release of Podman that had it first, if that is of interest.
    pub since: Option<String>,
    /// Does a value follow?
    pub takes_value: bool,
}

const fn offered((word, words): (&'static str, &'static str)) -> Offered {
    Offered {
        word,
        words,
        since: None,
        takes_value: false,
    }
}

/// Programs whose options stand in lists.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OptionsOf {
    /// `podman run` and `docker run`.
    Run,
    /// `systemd-nspawn`.
    Nspawn,
}

/// The long options of a program, without dashes.
pub fn offered_flags(program: OptionsOf) -> impl Iterator<Item = Offered> {
    let table: &'static [Known] = match program {
        OptionsOf::Run => &RUN,
        OptionsOf::Nspawn => &NSPAWN,
    };
    let named = table
        .iter()
        .filter(|known| !known.0.is_empty() && known.0 != "help");
    named.map(|known| Offered {
        takes_value: known.2 != Arity::None,
        ..offered((known.0, words::of_flag(known.0)))
    })
}

/// What is offered for the value of an option of a program, or of what becomes one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Values {
    /// These words.
    Words(Vec<Offered>),
    /// Names of capabilities.
    Capabilities,
    /// Devices.
    Devices,
    /// Networks besides these words.
    Networks(Vec<Offered>),
    /// Pods.
    Pods,
    /// Volumes.
    Volumes,
    /// Nothing.
    Nothing,
}

/// What is offered for the value of an option, without dashes.
pub fn values_of_flag(name: &str) -> Values {
    match name {
        "cap-add" | "cap-drop" | "capability" | "drop-capability" | "ambient-capability" => {
            Values::Capabilities
        }
        "device" => Values::Devices,
        "network" | "net" => Values::Networks(listed(&words::NETWORKS)),
        "pod" => Values::Pods,
        "volume" => Values::Volumes,
        _ => match words::of_value(name) {
            [] => Values::Nothing,
            words => Values::Words(listed(words)),
        },
    }
}

fn listed(words: &'static [(&'static str, &'static str)]) -> Vec<Offered> {
    words.iter().copied().map(offered).collect()
}

/// All capabilities with what they grant, with `CAP_`.
pub fn offered_capabilities() -> impl Iterator<Item = Offered> {
    words::CAPABILITIES.into_iter().map(offered)
}

/// Devices that containers are often given.
pub fn offered_devices() -> impl Iterator<Item = Offered> {
    words::DEVICES.into_iter().map(offered)
}

/// The sections of a unit, by the name of its file.
pub fn unit_sections(file: &str) -> Vec<&'static str> {
    let kind = Kind::of_file(file).map(Kind::section);
    kind.into_iter().chain(OF_SYSTEMD).chain([QUADLET]).collect()
}

/// The keys of a section of units.
pub fn unit_keys(section: &str) -> Vec<Offered> {
    let keys = keys_of(section).iter();
    keys.map(|key| Offered {
        since: Some(key.since.to_string()),
        takes_value: true,
        ..offered((key.name, option_of(key).map_or("", words::of_flag)))
    })
    .collect()
}

/// What is offered for the value of a key of a section.
pub fn values_of_key(section: &str, name: &str) -> Values {
    let Some(key) = keys_of(section).iter().find(|key| key.name == name) else {
        return Values::Nothing;
    };
    let words = match key.takes {
        Takes::Switch => vec!["true", "false"],
        Takes::SwitchOr(more) => ["true", "false"]
            .into_iter()
            .chain(more.iter().copied())
            .collect(),
        Takes::OneOf(words, ..) => words.to_vec(),
        _ => return option_of(key).map_or(Values::Nothing, values_of_flag),
    };
    Values::Words(words.into_iter().map(|word| offered((word, ""))).collect())
}

fn keys_of(section: &str) -> &'static [Key] {
    match Kind::ALL.into_iter().find(|kind| kind.section() == section) {
        Some(kind) => kind.keys(),
        None if section == QUADLET => QUADLET_KEYS,
        None => &[],
    }
}

/// The option that a key becomes, without dashes.
fn option_of(key: &Key) -> Option<&'static str> {
    match key.becomes {
        Becomes::Option(option) | Becomes::Further(option) => Some(option.trim_start_matches('-')),
        _ => None,
    }
}

#[cfg(test)]
mod tests;

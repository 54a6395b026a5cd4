//! What the reader of a surface is told besides a container's options, and what it says besides the container.

use crate::read::{Found, OptionReader};
use nixpod_model::{
    CommandWriter, Container, EngineCommand, Field, PodmanRelease, Release, SecretValue, StateVersion,
    SystemKind,
};

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
    /// The release of NixOS that it is of, if that is certain.
    pub(crate) release: Option<Release>,
    /// The oldest release that it can be of, if that is certain.
    pub(crate) state_version: Option<StateVersion>,
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
    /// No: what is said here is read elsewhere.
    Elsewhere,
    /// No: that is what is said.
    Without,
    /// No: what is at this path is data of the analysed code's own that looks like one.
    Data(String),
}

/// Does somebody switch a unit off? Then it is a link to `/dev/null`, and nothing starts it.
pub(crate) fn is_unit_off(reader: &mut OptionReader<'_, '_>, config: &Found, service: &str) -> bool {
    let unit = reader.at(config, &["systemd", "services", service]);
    is_off(reader, &unit)
}

/// Is something with an option `enable` certainly switched off by it?
pub(crate) fn is_off(reader: &mut OptionReader<'_, '_>, found: &Found) -> bool {
    let enable = reader.get(found, "enable");
    reader.is_written(&enable) && reader.bool(&enable).certain() == Some(&false)
}

/// Reads the options of a container into one of which nothing is said.
pub(crate) type Read =
    fn(&mut OptionReader<'_, '_>, &Found, &mut Surroundings<'_>, &mut Container) -> Reading;

/// Puts together what starts the container of a name. Nothing: no command does.
pub(crate) type Tell = fn(&mut OptionReader<'_, '_>, &Found, &Surroundings<'_>, &str) -> EngineCommand;

/// The release of a module whose words are told, between the oldest and the newest that are known, and who writes them.
pub(crate) fn in_form_of(
    release: Option<Release>,
    oldest: Release,
    newest: Release,
) -> (Release, CommandWriter) {
    match release {
        Some(release) => {
            let known = release.clamp(oldest, newest);
            (known, CommandWriter::Nixos(known))
        }
        None => (newest, CommandWriter::NewestNixos(newest)),
    }
}

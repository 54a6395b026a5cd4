//! Home Manager's `services.podman.containers.<name>`: typed options that become keys of a quadlet file, and
//! `extraConfig`, which adds to lists and replaces single values.

use crate::read::{Found, OptionReader};
use crate::surface::section::{self, Beside, Section};
use crate::surface::surroundings::{Reading, Surroundings};
use crate::vocabulary::options::{Systems, Table};
use crate::vocabulary::unit::kinds::Kind;
use crate::vocabulary::unit::specifiers::Manager;
use nixpod_model::{Container, Field, Surface};

/// What is known of the surface before a container is read.
pub(crate) const TABLE: Table = Table {
    surface: Surface::HomeManagerPodman,
    systems: Systems::Homes,
    path: &["services", "podman", "containers"],
    old_path: None,
    file: None,
    options: &OPTIONS,
    facts: &["autoStart", "network", "userNS"],
    guest: None,
};

/// The options in the order in which they are shown.
const OPTIONS: [&str; 23] = [
    "image",
    "autoStart",
    "autoUpdate",
    "description",
    "user",
    "group",
    "userNS",
    "addCapabilities",
    "dropCapabilities",
    "devices",
    "network",
    "networkAlias",
    "ip4",
    "ip6",
    "ports",
    "volumes",
    "environment",
    "environmentFile",
    "extraPodmanArgs",
    "extraConfig",
    "entrypoint",
    "exec",
    "labels",
];

/// Typed options by the key they become.
const NAMES: [(&str, &str); 19] = [
    ("AddCapability", "addCapabilities"),
    ("AddDevice", "devices"),
    ("AutoUpdate", "autoUpdate"),
    ("DropCapability", "dropCapabilities"),
    ("Entrypoint", "entrypoint"),
    ("Environment", "environment"),
    ("EnvironmentFile", "environmentFile"),
    ("Exec", "exec"),
    ("Group", "group"),
    ("IP", "ip4"),
    ("IP6", "ip6"),
    ("Image", "image"),
    ("Label", "labels"),
    ("Network", "network"),
    ("PodmanArgs", "extraPodmanArgs"),
    ("PublishPort", "ports"),
    ("User", "user"),
    ("UserNS", "userNS"),
    ("Volume", "volumes"),
];

/// The same of a volume, which may be a directory of the host.
const VOLUMES: [(&str, &str); 3] = [("Device", "device"), ("Driver", "driver"), ("Type", "type")];

/// Reads one container into an empty one.
pub(crate) fn read(
    reader: &mut OptionReader<'_, '_>,
    found: &Found,
    around: &mut Surroundings<'_>,
    container: &mut Container,
) -> Reading {
    container.runs_as = around.home_of.map(|user| Field::default(user.to_owned()));
    let auto_start = reader.get(found, "autoStart");
    container.auto_start = reader.bool(&auto_start);
    container.rootful = Field::default(false);
    let extra = reader.at(found, &["extraConfig", "Container"]);
    container.unseen = match reader.is_unset(&extra) {
        true => None,
        false => reader.unseen(&extra),
    };
    let section = Section {
        typed: found,
        kind: Kind::Container,
        names: &NAMES,
        quoted: false,
        extra: vec![extra],
        raw: None,
        manager: Manager::User,
        podman: around.podman,
    };
    let beside = [Beside {
        kind: Kind::Volume,
        all: reader.option(around.config, &["services", "podman", "volumes"]),
        section: None,
        names: &VOLUMES,
        called: true,
    }];
    section::read(reader, &section, &beside, container);
    Reading::Container
}

//! Agents of Woodpecker: what the steps of its pipelines are run in, by the engine that an agent talks to.

use crate::read::{Found, OptionReader};
use crate::surface::runners::{is_off, is_there, started_by};
use crate::surface::surroundings::{Reading, Surroundings};
use crate::vocabulary::certainty::part;
use crate::vocabulary::mounts::volume;
use crate::vocabulary::options::{Systems, Table};
use crate::vocabulary::text::{origin_of, split_all};
use nixpod_model::{Container, Engine, Surface, Text};

/// What is known of the surface before a container is read.
pub(crate) const TABLE: Table = Table {
    surface: Surface::WoodpeckerAgent,
    systems: Systems::Nixos,
    path: &["services", "woodpecker-agents", "agents"],
    old_path: None,
    file: None,
    options: &[
        "enable",
        "environment",
        "environmentFile",
        "extraGroups",
        "package",
        "path",
    ],
    facts: &[],
    guest: None,
    part: None,
};

/// Reads one into an empty container. An agent with another backend has none.
pub(crate) fn read(
    reader: &mut OptionReader<'_, '_>,
    found: &Found,
    around: &mut Surroundings<'_>,
    container: &mut Container,
) -> Reading {
    let enable = reader.get(found, "enable");
    if is_off(reader, &enable) {
        return Reading::Off;
    }
    let environment = reader.get(found, "environment");
    let [backend, host, volumes] = [
        "WOODPECKER_BACKEND",
        "DOCKER_HOST",
        "WOODPECKER_BACKEND_DOCKER_VOLUMES",
    ]
    .map(|name| reader.get(&environment, name));
    let backend = is_there(reader, &backend).then(|| reader.string(&backend));
    // Where nothing is said, it takes the first backend that it finds, which is Docker's.
    let is_other = backend.is_some_and(|backend| {
        { backend.value() }.is_some_and(|backend| !matches!(backend.as_str(), "docker" | "auto-detect"))
    });
    if is_other {
        return Reading::Without;
    }
    started_by(reader, around.config, container);
    container.unseen = reader.unseen(found);
    if is_there(reader, &host) {
        let host = reader.text(&host);
        let is_podman = |host: &Text| host.pattern().contains("podman");
        container.engine = host.map(|host| match is_podman(host) {
            true => Engine::Podman,
            false => Engine::Docker,
        });
    }
    if is_there(reader, &volumes) {
        let volumes = reader.text(&volumes);
        for one in volumes.value().map(|all| split_all(all, ',')).unwrap_or_default() {
            let origin = origin_of(&one);
            container.mounts.push(part(&volumes, volume(&one), origin));
        }
    }
    Reading::Container
}

//! What features add to a container, as their `devcontainer-feature.json` in `devcontainers/features` says. Read at 765e8ebd of
//! 2026-07-14; of those of the repository that are not here none adds anything but volumes.

use crate::vocabulary::capabilities::normal_capability;
use crate::vocabulary::json::{Json, Member};
use nixpod_model::{Container, Field, Mount, Text};
use nixpod_source::Origin;

/// Where that repository publishes them.
const PUBLISHED: &str = "ghcr.io/devcontainers/features/";

/// A feature that is read.
struct Feature {
    name: &'static str,
    /// It runs a daemon inside.
    privileged: bool,
    /// It binds the socket of Docker's daemon outside.
    socket: bool,
    capability: Option<&'static str>,
    security: Option<&'static str>,
}

const NONE: Feature = Feature {
    name: "",
    privileged: false,
    socket: false,
    capability: None,
    security: None,
};

const DEBUGGED: Feature = Feature {
    capability: Some("SYS_PTRACE"),
    security: Some("seccomp=unconfined"),
    ..NONE
};

const FEATURES: [Feature; 5] = [
    Feature {
        name: "docker-in-docker",
        privileged: true,
        ..NONE
    },
    Feature {
        name: "docker-outside-of-docker",
        socket: true,
        ..NONE
    },
    // The same under its old name.
    Feature {
        name: "docker-from-docker",
        socket: true,
        ..NONE
    },
    Feature {
        name: "go",
        ..DEBUGGED
    },
    Feature {
        name: "rust",
        ..DEBUGGED
    },
];

/// Is a feature in a folder of the project? What it adds is not read.
pub(super) fn is_own(id: &str) -> bool {
    id.starts_with("./") || id.starts_with("../")
}

/// Does any of them add something to a container?
pub(super) fn adds(json: &Json) -> bool {
    members(json).iter().any(|member| of(member).is_some())
}

/// Adds what they do.
pub(super) fn add(json: &Json, container: &mut Container) {
    for member in members(json) {
        if let Some(feature) = of(member) {
            feature.add(&member.key, container);
        }
    }
}

fn members(json: &Json) -> &[Member] {
    json.get("features").map(Json::members).unwrap_or_default()
}

/// One that is known. Those that others publish under such a name may do something else.
fn of(member: &Member) -> Option<&'static Feature> {
    let id = member.name.split(['@', ':']).next()?;
    // Before features were published, editors brought some along.
    let name = id.strip_prefix(PUBLISHED).unwrap_or(id);
    FEATURES.iter().find(|feature| feature.name == name)
}

impl Feature {
    fn add(&self, key: &Origin, container: &mut Container) {
        let set = |text: &'static str| Field::set(Text::known(text, key.clone()), key.clone());
        if self.privileged {
            container.privileged = Field::set(true, key.clone());
        }
        if let Some(capability) = self.capability {
            let capability = Field::set(normal_capability(capability), key.clone());
            container.capabilities.push(capability);
        }
        container.security_options.extend(self.security.map(set));
        if self.socket {
            let mount = Mount {
                source: Text::known("/var/run/docker.sock", key.clone()),
                target: Text::known("/var/run/docker-host.sock", key.clone()),
                read_only: false,
                options: Vec::new(),
                is_bind: true,
                unclear_access: None,
                volume: None,
            };
            container.mounts.push(Field::set(mount, key.clone()));
        }
    }
}

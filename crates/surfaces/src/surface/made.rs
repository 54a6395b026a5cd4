//! What scripts and units make that containers name which are written elsewhere.

use crate::vocabulary::pods::Pod;
use nixpod_model::{Container, Engine, Existence, Field, Mount, NetworkMode};
use nixpod_source::Place;

/// Who makes something.
#[derive(Clone, Debug)]
pub(crate) struct Maker {
    /// The program that does it; none where that is not known.
    pub(crate) engine: Option<Engine>,
    /// Is it root's engine?
    pub(crate) rootful: Option<bool>,
    /// The user whose engine it is.
    pub(crate) user: Option<String>,
    /// Where the text is written that says it.
    pub(crate) definitions: Vec<Place>,
}

impl Maker {
    /// Podman, as options of a system or of a home have it.
    pub(crate) const fn by_options(rootful: bool) -> Self {
        Self {
            engine: Some(Engine::Podman),
            rootful: Some(rootful),
            user: None,
            definitions: Vec::new(),
        }
    }

    /// Is it certain that the engine of a container is that of another user, though the same program?
    pub(crate) fn is_of_others(&self, container: &Container) -> bool {
        let rootful = container.rootful.certain();
        self.engine.is_some()
            && container.engine.value() == self.engine.as_ref()
            && self.rootful.zip(rootful.copied()).is_some_and(|(a, b)| a != b)
    }

    /// Has a container of the same system the same engine, so that it may name what is made?
    pub(crate) fn is_for(&self, container: &Container) -> bool {
        if self.engine.is_none() || container.engine.value() != self.engine.as_ref() {
            return false;
        }
        // Whoever runs a script, it is one and the same.
        if !self.definitions.is_empty() && self.definitions == container.definitions {
            return true;
        }
        let user = container.runs_as.as_ref().and_then(Field::value);
        let is_other = self
            .user
            .as_ref()
            .zip(user)
            .is_some_and(|(one, other)| one != other);
        self.rootful.is_some() && container.rootful.value() == self.rootful.as_ref() && !is_other
    }
}

/// A volume that is made of a directory of the host.
pub(crate) struct HostVolume {
    pub(crate) name: String,
    /// The directory, at no place yet.
    pub(crate) mount: Field<Mount>,
    pub(crate) by: Maker,
}

impl HostVolume {
    /// Those that options make, by root's Podman or by a user's.
    pub(crate) fn of_options(
        bound: impl Iterator<Item = (String, Field<Mount>)>,
        rootful: bool,
    ) -> Vec<Self> {
        let by = Maker::by_options(rootful);
        bound
            .map(|(name, mount)| Self {
                name,
                mount,
                by: by.clone(),
            })
            .collect()
    }
}

/// A network.
pub(crate) struct MadeNetwork {
    pub(crate) name: String,
    /// How a container in it is connected, as its driver says.
    pub(crate) mode: NetworkMode,
    pub(crate) by: Maker,
}

/// A pod.
pub(crate) struct MadePod {
    pub(crate) pod: Pod,
    /// Is what makes it there?
    pub(crate) existence: Existence,
    pub(crate) by: Maker,
}

/// All of it, in one system.
#[derive(Default)]
pub(crate) struct Made {
    pub(crate) volumes: Vec<HostVolume>,
    pub(crate) pods: Vec<MadePod>,
    pub(crate) networks: Vec<MadeNetwork>,
    /// May something make networks of other names?
    pub(crate) networks_open: bool,
}

impl Made {
    pub(crate) fn append(&mut self, other: &mut Self) {
        self.volumes.append(&mut other.volumes);
        self.pods.append(&mut other.pods);
        self.networks.append(&mut other.networks);
        self.networks_open |= other.networks_open;
    }
}

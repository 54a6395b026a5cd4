//! What scripts and units make that containers name which are written elsewhere.

use crate::vocabulary::pods::Pod;
use nixpod_model::{Container, Engine, Existence, Field, Mount};
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
}

impl Made {
    pub(crate) fn append(&mut self, other: &mut Self) {
        self.volumes.append(&mut other.volumes);
        self.pods.append(&mut other.pods);
    }
}

//! The world that one root evaluates to.

use crate::{Container, ContainerId, Host, HostId, NotAnalysed, System, SystemId};
use indexmap::IndexMap;
use nixpod_source::{FileId, Place, Site};
use rustc_hash::{FxBuildHasher, FxHashSet};
use std::sync::Arc;

/// Things in the order in which they were read, which are also found by what they are known by.
pub type ById<I, T> = IndexMap<I, T, FxBuildHasher>;

/// All that one run saw. Whatever an id in it stands for is in it, too.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct World {
    /// The roots: hosts of a flake, or files taken as modules.
    pub hosts: ById<HostId, Host>,
    /// Hosts, guests and homes.
    pub systems: ById<SystemId, Arc<System>>,
    /// All containers of all systems.
    pub containers: ById<ContainerId, Arc<Container>>,
    /// What could not be looked into.
    pub not_analysed: Vec<NotAnalysed>,
    /// Descriptions of NixOS tests. Their machines run in the sandbox of a build, and are not read.
    pub tests: Vec<Place>,
    /// What was read of the definitions of containers and of sets of them, each once: whoever knows where containers are
    /// written finds those that nobody read.
    pub defined: Vec<Defined>,
    /// Files of modules that a host imports and disables.
    pub disabled: Vec<FileId>,
    /// Those that are disabled by a key of their own: sets in whatever file.
    pub disabled_sets: Vec<Site>,
}

/// A place that has a part in the definition of containers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Defined {
    /// A key, or an expression that the definition came through.
    pub site: Site,
    /// What became of what is defined here.
    pub state: DefinedState,
}

/// What became of a definition. Where several systems have read it, the least says what became of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum DefinedState {
    /// It was read.
    Read,
    /// It was read, and says that there is no container.
    Without,
    /// It defines a set, not all of which is known.
    Open,
    /// A condition leaves out all that it defines, or a stronger definition does.
    Off,
}

impl World {
    /// An id for one more host; those of the same name are told apart by their order.
    pub fn next_host(&self, name: &str) -> HostId {
        let mut nth = 0;
        loop {
            let id = HostId::new(name, nth);
            if !self.hosts.contains_key(&id) {
                return id;
            }
            nth += 1;
        }
    }

    /// Adds a host.
    pub fn add_host(&mut self, host: Host) {
        self.hosts.insert(host.id.clone(), host);
    }

    /// Adds a system.
    pub fn add_system(&mut self, system: impl Into<Arc<System>>) {
        let system = system.into();
        self.systems.insert(system.id.clone(), system);
    }

    /// Adds a container.
    pub fn add_container(&mut self, container: impl Into<Arc<Container>>) {
        let container = container.into();
        self.containers.insert(container.id.clone(), container);
    }

    /// Leaves out all containers but some, with the systems in them. Those that one of these stands in stay.
    pub fn keep_containers(&mut self, is_kept: impl Fn(&Container) -> bool) {
        let mut kept: FxHashSet<ContainerId> = FxHashSet::default();
        for container in self.containers.values().filter(|one| is_kept(one)) {
            kept.insert(container.id.clone());
            kept.extend(self.around(self.system(&container.system)).cloned());
        }
        let systems = self.systems.values();
        let stays = |system: &&Arc<System>| self.around(system).all(|around| kept.contains(around));
        let systems: FxHashSet<SystemId> = systems.filter(stays).map(|system| system.id.clone()).collect();
        self.containers.retain(|id, _| kept.contains(id));
        self.systems.retain(|id, _| systems.contains(id));
    }

    /// The containers that a system is in, or is the guest of, from within.
    fn around<'w>(&'w self, system: &'w System) -> impl Iterator<Item = &'w ContainerId> {
        let parent = |system: &&'w System| system.parent.as_ref().map(|id| self.system(id));
        std::iter::successors(Some(system), parent).filter_map(|system| system.container.as_ref())
    }

    /// A host.
    pub fn host(&self, id: &HostId) -> &Host {
        &self.hosts[id]
    }

    /// A system.
    pub fn system(&self, id: &SystemId) -> &System {
        &self.systems[id]
    }

    /// A container.
    pub fn container(&self, id: &ContainerId) -> &Container {
        &self.containers[id]
    }

    /// Is it a container of a variant, and just as it is on the host that this is a variant of?
    pub fn is_repeated(&self, container: &Container) -> bool {
        let Some(of) = &self.host(&container.host).variant_of else {
            return false;
        };
        let there = Container {
            id: container.id.on(of),
            host: of.clone(),
            system: container.system.on(of),
            guest: container.guest.as_ref().map(|guest| guest.on(of)),
            ..container.clone()
        };
        self.containers.get(&there.id).is_some_and(|one| **one == there)
    }
}

//! What is in which system. A rule that looked through a whole world for each of its systems would take quadratic time.

use nixpod_model::{Container, System, SystemId, SystemKind, World};
use rustc_hash::{FxHashMap, FxHashSet};

/// Made once for all rules that look at a world.
#[derive(Debug, Default)]
pub(crate) struct Index<'a> {
    /// By system, the containers that it declares, in the world's order.
    pub(crate) containers: FxHashMap<&'a SystemId, Vec<&'a Container>>,
    /// By system, the homes in it, in the world's order.
    pub(crate) homes: FxHashMap<&'a SystemId, Vec<&'a System>>,
    /// The guests in which, or in homes of which, OCI containers run.
    pub(crate) guests_with_oci: FxHashSet<&'a SystemId>,
}

impl<'a> Index<'a> {
    pub(crate) fn new(world: &'a World) -> Self {
        let mut index = Self::default();
        for container in world.containers.values() {
            let declared = index.containers.entry(&container.system).or_default();
            declared.push(container);
            if container.is_oci() {
                index.guests_with_oci.extend(guest_of(world, &container.system));
            }
        }
        for system in world.systems.values() {
            if let (SystemKind::Home, Some(parent)) = (system.kind, &system.parent) {
                index.homes.entry(parent).or_default().push(system);
            }
        }
        index
    }
}

/// The guest that a system is, or is a home of.
fn guest_of<'a>(world: &'a World, system: &SystemId) -> Option<&'a SystemId> {
    let mut system = world.system(system);
    while system.kind != SystemKind::Guest {
        system = world.system(system.parent.as_ref()?);
    }
    Some(&system.id)
}

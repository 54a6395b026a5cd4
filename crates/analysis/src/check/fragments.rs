//! Parts of containers that somebody else defines: files that no host imports beside one with the container itself, and what
//! a host says of a container whose definition is in a module that could not be read.
//!
//! `containers.proxy.config.services = ...;` beside a file with the container itself adds to it once somebody imports both.
//! By itself it says nothing about what the container is not, and no rule may take it to.

use crate::world::worlds::Known;
use nixpod_model::{Container, Doubt, EntryName, Host, Surface, Unseen, World};
use nixpod_source::Why;
use rustc_hash::FxHashMap;
use std::sync::Arc;

/// The worlds with such containers, by number, in which nothing is known of them but what is written.
pub(crate) fn with_fragments(worlds: &[Arc<Known>]) -> FxHashMap<usize, World> {
    let mut defined: FxHashMap<(Surface, &str), usize> = FxHashMap::default();
    for known in worlds {
        for container in known.world.containers.values().filter(|one| is_main(one)) {
            if let Some(key) = key(container) {
                *defined.entry(key).or_default() += 1;
            }
        }
    }
    let mut out = FxHashMap::default();
    for (at, known) in worlds.iter().enumerate() {
        let world = &known.world;
        let is_fragment = |container: &Container| {
            let host = world.host(&container.host);
            match is_loose(host) {
                true => !is_main(container) && key(container).is_some_and(|key| defined.contains_key(&key)),
                false => !host.closed_world && !is_main(container) && container.guest.is_none(),
            }
        };
        if !world.containers.values().any(|one| is_fragment(one)) {
            continue;
        }
        let mut world = world.clone();
        for container in world.containers.values_mut() {
            if is_fragment(container) {
                let container = Arc::make_mut(container);
                let why = Why::Undecided("another file or module defines the container".to_owned());
                container.visit_mut(&mut Doubt(why.clone()));
                container.unseen = Some(Unseen { why, place: None });
            }
        }
        out.insert(at, world);
    }
    out
}

fn key(container: &Container) -> Option<(Surface, &str)> {
    match container.id.name() {
        EntryName::Known(_) => Some((container.surface, container.name.as_str())),
        EntryName::Template(_) => None,
    }
}

/// Is it a file that nothing was seen to import?
fn is_loose(host: &Host) -> bool {
    !host.from_flake && !host.closed_world
}

/// Is anything said of a container that only whoever defines it says: what it runs, how it is started and isolated?
fn is_main(container: &Container) -> bool {
    let Some(nspawn) = &container.nspawn else {
        return container
            .image
            .as_ref()
            .is_some_and(|image| image.said().is_some());
    };
    container.auto_start.said().is_some()
        || nspawn.private_users.said().is_some()
        || nspawn.private_network.said().is_some()
        || nspawn.opaque.is_some()
        || !nspawn.network_options.is_empty()
}

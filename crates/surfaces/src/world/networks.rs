//! Networks that containers name, and whether something here makes them for the engine that has the container.

use crate::surface::Made;
use crate::world::joined::members;
use nixpod_model::{Container, Field, MissingNetwork, NetworkMode, Surface, SystemId, Text, World};
use std::sync::Arc;

/// Networks that an engine has by itself, and words that are no names.
const BY_ITSELF: [&str; 9] = [
    "bridge",
    "default",
    "host",
    "nat",
    "none",
    "pasta",
    "podman",
    "private",
    "slirp4netns",
];

/// Tells containers of `oci-containers` which of their networks nothing here makes.
pub(super) fn look_up(world: &mut World, system: &SystemId, made: &Made) {
    // Compose makes networks of its own, under names that it puts together. Where nothing makes any, they are made by hand.
    let has_compose = members(world, system).any(|container| container.surface == Surface::Arion);
    let may_have_others = has_compose || made.networks_open || made.networks.is_empty();
    for container in members(world, system).filter(|one| one.surface == Surface::OciContainers) {
        let missing: Vec<Field<MissingNetwork>> = { container.networks.iter() }
            .filter_map(|said| missing(container, said, made))
            .filter(|field| {
                let is_of_others = |network: &MissingNetwork| network.is_of_others;
                field.value().is_some_and(is_of_others) || !may_have_others
            })
            .collect();
        if !missing.is_empty() {
            Arc::make_mut(container).missing_networks = missing;
        }
    }
}

/// Tells containers how they are connected by networks that something here makes for their engine: one that is in no network but
/// those past the host's firewall is there itself.
pub(super) fn connect(world: &mut World, system: &SystemId, made: &Made) {
    if { made.networks.iter() }.all(|network| network.mode != NetworkMode::Lan) {
        return;
    }
    for container in members(world, system) {
        let is_lan = |said: &Field<Text>| {
            let name = said.value().map(Text::pattern).unwrap_or_default();
            let name = name.split(':').next().unwrap_or_default();
            let mut mine = { made.networks.iter() }
                .filter(|network| network.name == name && network.by.is_for(container))
                .peekable();
            mine.peek().is_some() && mine.all(|network| network.mode == NetworkMode::Lan)
        };
        if container.is_oci()
            && container.network.said() == Some(&NetworkMode::Private)
            && !container.networks.is_empty()
            && container.networks.iter().all(is_lan)
        {
            let container = Arc::make_mut(container);
            container.network = container.network.map(|_| NetworkMode::Lan);
        }
    }
}

fn missing(container: &Container, said: &Field<Text>, made: &Made) -> Option<Field<MissingNetwork>> {
    let text = said.value()?.as_known()?;
    let (name, options) = text.split_once(':').unwrap_or((&text, ""));
    let is_mode = matches!(name, "container" | "ns") && !options.is_empty();
    if is_mode || name.is_empty() || BY_ITSELF.contains(&name) {
        return None;
    }
    let mut of_others = false;
    for network in made.networks.iter().filter(|network| network.name == name) {
        if !network.by.is_of_others(container) {
            return None;
        }
        of_others = true;
    }
    Some(said.map(|_| MissingNetwork {
        name: name.to_owned(),
        is_of_others: of_others,
    }))
}

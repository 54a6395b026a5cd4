//! Units that containers of quadlet-nix name, and whether there are any.

use crate::surface::OtherUnits;
use crate::world::joined::members;
use nixpod_model::{Container, Field, Surface, SystemId, Text, UnitProblem, World};
use std::sync::Arc;

/// Tells containers which of the units that they name are not there.
pub(super) fn look_up(world: &mut World, system: &SystemId, units: &OtherUnits) {
    if units.is_open {
        return;
    }
    for container in members(world, system).filter(|one| one.surface == Surface::QuadletNix) {
        let named = named(container).into_iter();
        let missing = named.filter(|name| name.value().is_some_and(|name| !units.may_have(name)));
        let problems: Vec<Field<UnitProblem>> = missing
            .map(|name| name.map(|name| UnitProblem::NoSuchUnit(name.clone())))
            .collect();
        if !problems.is_empty() {
            Arc::make_mut(container).unit_problems.extend(problems);
        }
    }
}

/// The names of units that are still in what a container says: of those that are there it says what they make.
fn named(container: &Container) -> Vec<Field<String>> {
    let networks = container.networks.iter();
    let networks =
        networks.filter_map(|network| unit(network, network.value()?, &[".network", ".container"]));
    let volumes = container.mounts.iter().filter_map(|field| {
        let mount = field.value().filter(|mount| !mount.is_bind)?;
        unit(field, &mount.source, &[".volume"])
    });
    let image = container.image.iter();
    let image = image.filter_map(|image| unit(image, &image.value()?.reference, &[".image", ".build"]));
    let pods = container.run_options.iter().filter_map(|option| {
        let pod = option.value().filter(|option| option.name == "Pod")?;
        unit(option, &pod.value, &[".pod"])
    });
    networks.chain(volumes).chain(image).chain(pods).collect()
}

/// The name of a unit, if it is one of such a kind.
fn unit<T>(field: &Field<T>, text: &Text, endings: &[&str]) -> Option<Field<String>> {
    let text = text.as_known()?;
    let name = text.split(':').next().unwrap_or_default();
    // An instance is there where its template is.
    let is_unit = endings.iter().any(|ending| name.ends_with(ending)) && !name.contains(['/', '%', '@']);
    is_unit.then(|| field.map(|_| name.to_owned()))
}

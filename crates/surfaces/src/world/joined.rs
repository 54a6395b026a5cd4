//! Containers that name something which is written elsewhere in their system: volumes, pods, and each other.

use crate::surface::{HostVolume, Made, MadePod};
use crate::vocabulary::certainty::{maybe, weaken};
use crate::vocabulary::mounts::bind_volumes;
use crate::vocabulary::pods;
use crate::vocabulary::text::{origin_of, split_once};
use nixpod_model::{
    BoundVolume, Container, ContainerId, Existence, Field, Mount, NetworkMode, NotAnalysed, RunOption,
    Subject, Surface, SystemId, World,
};
use nixpod_source::Why;
use rustc_hash::{FxHashMap, FxHashSet};
use std::sync::Arc;

/// Gives the containers of a system what they have from elsewhere, and returns what could not be found.
pub(super) fn join(world: &mut World, system: &SystemId, made: &Made) -> Vec<NotAnalysed> {
    bind(world, system, &made.volumes);
    let mut not_analysed = in_pods(world, system, &made.pods);
    not_analysed.extend(volumes_of_others(world, system));
    tell_unused(world, system, &made.volumes);
    not_analysed
}

/// Volumes that are directories of the host, and that no container mounts.
fn tell_unused(world: &mut World, system: &SystemId, volumes: &[HostVolume]) {
    let mounted: FxHashSet<String> = members(world, system)
        .flat_map(|container| &container.mounts)
        .filter_map(|mount| mount.value()?.volume.clone())
        .collect();
    let unused = volumes.iter().filter(|volume| !mounted.contains(&volume.name));
    let unused: Vec<Field<BoundVolume>> = unused
        .map(|volume| {
            volume.mount.map(|mount| BoundVolume {
                name: volume.name.clone(),
                source: mount.source.clone(),
                read_only: mount.read_only,
                rootful: volume.by.rootful,
            })
        })
        .collect();
    if let Some(system) = world.systems.get_mut(system)
        && !unused.is_empty()
    {
        Arc::make_mut(system).bound_volumes = unused;
    }
}

pub(super) fn members<'w>(
    world: &'w mut World,
    system: &'w SystemId,
) -> impl Iterator<Item = &'w mut Arc<Container>> {
    { world.containers.values_mut() }.filter(move |container| container.system == *system)
}

/// Containers that name volumes which scripts make of directories of the host.
fn bind(world: &mut World, system: &SystemId, volumes: &[HostVolume]) {
    if volumes.is_empty() {
        return;
    }
    for container in members(world, system) {
        let names = |mount: &Field<Mount>, volume: &HostVolume| {
            let mount = mount.value().filter(|mount| !mount.is_bind);
            mount.is_some_and(|mount| mount.source.pattern() == volume.name)
        };
        let is_named = |volume: &&HostVolume| container.mounts.iter().any(|mount| names(mount, volume));
        let named = volumes.iter().filter(is_named);
        let mine: Vec<&HostVolume> = named.filter(|volume| volume.by.is_for(container)).collect();
        if !mine.is_empty() {
            bind_volumes(Arc::make_mut(container), |name| {
                let volume = mine.iter().find(|volume| volume.name == name);
                volume.map(|volume| &volume.mount)
            });
        }
    }
}

/// What a container of an engine is told by this option.
fn told<'c>(container: &'c Container, name: &'c str) -> impl Iterator<Item = &'c Field<RunOption>> {
    let options = container.run_options.iter().filter(|_| container.is_oci());
    options.filter(move |option| option.value().is_some_and(|option| option.name == name))
}

/// Pods that containers make for themselves, with the networks of those.
fn pods_of_containers(world: &World, system: &SystemId) -> Vec<(String, Field<NetworkMode>)> {
    let mine = { world.containers.values() }.filter(|container| container.system == *system);
    let pods = mine.filter_map(|container| {
        let value = told(container, "pod").next()?.value()?.value.as_known()?;
        Some((value.strip_prefix("new:")?.to_owned(), container.network.clone()))
    });
    pods.collect()
}

/// Containers that are put into pods by the words of their commands. The pod is there when they run, under whatever condition
/// a script makes it.
fn in_pods(world: &mut World, system: &SystemId, pods: &[MadePod]) -> Vec<NotAnalysed> {
    let mut not_analysed = Vec::new();
    let new = pods_of_containers(world, system);
    for container in members(world, system) {
        let options = ["pod", "pod-id-file"].map(|name| told(container, name).next().cloned());
        for option in options.into_iter().flatten() {
            let Some((name, value)) = option
                .value()
                .and_then(|one| Some((one.name, one.value.as_known()?)))
            else {
                continue;
            };
            if value.starts_with("new:") {
                continue;
            }
            let named = pods.iter().filter(|made| made.pod.is_named(name, &value));
            let mut mine: Vec<&MadePod> = named.filter(|made| made.by.is_for(container)).collect();
            // That of its own script is the one that is meant.
            if let Some(own) = mine
                .iter()
                .rfind(|made| made.by.definitions == container.definitions)
            {
                mine = vec![own];
            }
            let network = new.iter().find(|(name, _)| *name == value);
            if let ([], Some((_, network))) = (&mine[..], network) {
                let container = Arc::make_mut(container);
                if container.network.is_default() {
                    container.network = weaken(network.clone(), &option);
                }
                continue;
            }
            if mine.is_empty() {
                let why = Why::Undecided(format!("nothing here makes the pod `{value}`"));
                let container = Arc::make_mut(container);
                if container.network.is_default() {
                    container.network = Field::unknown(why.clone(), option.origin.clone());
                }
                not_analysed.push(not_found(container, "the pod of", why, &option));
                continue;
            }
            take_from(Arc::make_mut(container), &mine, &value, &option);
        }
    }
    not_analysed
}

/// Gives a container what it has from the pod that these make, of which only one is there.
fn take_from(container: &mut Container, pods: &[&MadePod], name: &str, option: &Field<RunOption>) {
    for made in pods {
        let mut options = made.pod.options.clone();
        let conditions = match &made.existence {
            // What makes it may be left out by what decides the container as well.
            Existence::Maybe(conditions) if made.by.definitions != container.definitions => {
                Some(conditions.clone())
            }
            _ if pods.len() > 1 => Some(Vec::new()),
            _ => None,
        };
        for shared in &mut options {
            shared.field = weaken(shared.field.clone(), option);
            if let Some(conditions) = &conditions {
                shared.field = maybe(shared.field.clone(), conditions.clone());
            }
        }
        pods::join(container, name, &options);
    }
}

fn not_found(container: &Container, what: &str, why: Why, option: &Field<RunOption>) -> NotAnalysed {
    NotAnalysed {
        place: option.origin.place(),
        what: format!("{what} {}", container.name),
        why,
        also: Vec::new(),
        subject: Subject::Container(container.id.clone()),
        hosts: Vec::new(),
        questions: Vec::new(),
    }
}

/// Containers that take their volumes from others, which may have some from yet others.
fn volumes_of_others(world: &mut World, system: &SystemId) -> Vec<NotAnalysed> {
    let mine = { world.containers.values() }.filter(|container| container.system == *system);
    let mine: Vec<&Arc<Container>> = mine.filter(|container| container.is_oci()).collect();
    if !mine
        .iter()
        .any(|container| told(container, "volumes-from").next().is_some())
    {
        return Vec::new();
    }
    let mut by_name: FxHashMap<String, Vec<Arc<Container>>> = FxHashMap::default();
    for container in mine {
        if let Some(name) = called(container) {
            by_name.entry(name).or_default().push(Arc::clone(container));
        }
    }
    let mut not_analysed = Vec::new();
    for container in members(world, system) {
        let options: Vec<_> = told(container, "volumes-from").cloned().collect();
        for option in options {
            let mut seen = vec![container.id.clone()];
            match mounts_from(container, &option, &by_name, &mut seen) {
                Some(mounts) => Arc::make_mut(container).mounts.extend(mounts),
                None => {
                    let value = option.value().map(|one| one.value.display()).unwrap_or_default();
                    let name = value.split(':').next().unwrap_or_default();
                    let why = Why::Undecided(format!("nothing here runs a container `{name}`"));
                    not_analysed.push(not_found(container, "the volumes of", why, &option));
                }
            }
        }
    }
    not_analysed
}

/// What the engine calls a container; none where it makes a name up.
fn called(container: &Container) -> Option<String> {
    if let Some(name) = told(container, "name").last() {
        return name.value()?.value.as_known();
    }
    match container.surface {
        Surface::OciContainers | Surface::HomeManagerPodman | Surface::QuadletNix => {
            Some(container.name.clone())
        }
        Surface::Quadlet => Some(format!("systemd-{}", container.name)),
        _ => None,
    }
}

/// The volumes of the containers that an option names: none where none was read.
fn mounts_from(
    container: &Container,
    option: &Field<RunOption>,
    by_name: &FxHashMap<String, Vec<Arc<Container>>>,
    seen: &mut Vec<ContainerId>,
) -> Option<Vec<Field<Mount>>> {
    let value = &option.value()?.value;
    let (name, how) = split_once(value, ':').unwrap_or((value.clone(), Default::default()));
    let is_read_only = how.pattern().split(',').any(|one| one == "ro");
    let others = by_name.get(&name.as_known()?)?.iter();
    let others = others.filter(|other| is_of_one_engine(container, other));
    let mut out = None;
    for other in others.collect::<Vec<_>>() {
        let mounts = out.get_or_insert_with(Vec::new);
        if seen.contains(&other.id) {
            continue;
        }
        seen.push(other.id.clone());
        let own = other
            .mounts
            .iter()
            .filter(|mount| mount.value().is_none_or(is_volume))
            .cloned();
        let further =
            told(other, "volumes-from").filter_map(|option| mounts_from(other, option, by_name, seen));
        let all: Vec<_> = own.chain(further.flatten().collect::<Vec<_>>()).collect();
        mounts.extend(all.into_iter().map(|mount| {
            let mut mount = weaken(mount, option).map(|mount| Mount {
                read_only: mount.read_only || is_read_only,
                ..mount.clone()
            });
            mount.origin = origin_of(value);
            mount.definitions.clone_from(&option.definitions);
            mount
        }));
    }
    out
}

/// Memory and images are the container's own.
fn is_volume(mount: &Mount) -> bool {
    let is_own = |kind: &String| matches!(kind.as_str(), "tmpfs" | "ramfs" | "image" | "devpts" | "artifact");
    mount.is_bind || mount.source.pattern() != "tmpfs" && !mount.options.first().is_some_and(is_own)
}

/// Do two containers of a system have the same engine, as far as that is known?
fn is_of_one_engine(one: &Container, other: &Container) -> bool {
    let differs = |one: Option<&String>, other: Option<&String>| {
        one.zip(other).is_some_and(|(one, other)| one != other)
    };
    let users = [one, other].map(|container| container.runs_as.as_ref().and_then(Field::value));
    one.engine.value() == other.engine.value()
        && one.rootful.value() == other.rootful.value()
        && !differs(users[0], users[1])
}

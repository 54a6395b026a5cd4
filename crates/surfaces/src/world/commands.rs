//! What starts each container: asked for by people, and so read apart from the world.

use crate::read::OptionReader;
use crate::surface::{SURFACES, Surroundings, TEXT_SURFACES, unless_refused};
use crate::system::release;
use crate::world::memo::{Memo, ReadContainer, ReadSystem};
use crate::world::texts::begin;
use nixpod_model::{Commands, Container, System, Task, World};

/// The commands of all containers that have one.
pub(super) fn of(reader: &mut OptionReader<'_, '_>, memo: &Memo, world: &World) -> Commands {
    let mut out = Commands::default();
    for container in world.containers.values() {
        let known = memo.containers.get(&container.id);
        let around = memo.systems.get(&container.system);
        if let (Some(known), Some(around)) = (known, around) {
            of_options(
                reader,
                (container, known),
                (world.system(&container.system), around),
                &mut out,
            );
        }
    }
    for system in world.systems.values() {
        if let Some(read) = memo.systems.get(&system.id) {
            of_texts(reader, world, (system, read), &mut out);
        }
    }
    out
}

/// A container that options declare.
fn of_options(
    reader: &mut OptionReader<'_, '_>,
    (container, known): (&Container, &ReadContainer),
    (system, around): (&System, &ReadSystem),
    out: &mut Commands,
) {
    // What is no container is started by nothing that is told.
    if container.task != Task::Run {
        return;
    }
    let surface = SURFACES.iter().find(|one| one.table.surface == container.surface);
    let Some(tell) = surface.and_then(|surface| surface.tell) else {
        return;
    };
    let around = Surroundings {
        config: &around.config,
        kind: system.kind,
        home_of: system.home_of.as_deref(),
        oci_backend: &system.engines.oci_backend,
        may_be_data: false,
        release: system.release.certain().copied(),
        state_version: system.state_version.certain().copied(),
        podman: release::podman(system),
        secrets: Vec::new(),
    };
    reader.given = known.given;
    reader.container = Some(OptionReader::path_of(&known.found));
    let command = tell(reader, &known.found, &around, &container.name);
    reader.forget();
    out.insert(container.id.clone(), unless_refused(container, command));
}

/// Containers that texts of a system run.
fn of_texts(
    reader: &mut OptionReader<'_, '_>,
    world: &World,
    (system, read): (&System, &ReadSystem),
    out: &mut Commands,
) {
    for surface in TEXT_SURFACES
        .iter()
        .filter(|surface| surface.systems.have(system.kind))
    {
        let is_of =
            |container: &Container| container.surface == surface.surface && container.system == system.id;
        if !world.containers.values().any(|container| is_of(container)) {
            continue;
        }
        reader.given = read.given;
        reader.container = None;
        let texts = (surface.find)(reader, &read.config, system.kind);
        let mut texts_read = begin(system, surface);
        texts_read.commands = Some(Commands::default());
        (surface.read)(&texts, &mut texts_read);
        reader.forget();
        out.extend(texts_read.commands.into_iter().flatten());
    }
}

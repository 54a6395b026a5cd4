//! The effective spec of each container, for `show`.

use crate::check::facts::{command, conditions, facts};
use crate::check::outcome::Outcome;
use crate::check::part::Pick;
use crate::check::places::span_of_origin;
use crate::report::secrets::Secrets;
use crate::report::{Shown, ShownUnknown, told};
use crate::vfs::Files;
use crate::vfs::spans::span_of;
use crate::world::evaluate::Listed;
use crate::world::worlds::Known;
use nixpod_model::{Container, Existence, OwnOption, SystemKind, World};
use nixpod_source::Span;
use std::sync::Arc;

/// Every container of every root, sorted by host, surface and name. Those of `listed` worlds come with their options.
pub(crate) fn containers(
    files: &Files<'_>,
    outcome: &Outcome,
    pick: &Pick<'_>,
    listed: &[(Arc<Known>, Arc<Listed>)],
) -> Vec<Shown> {
    let mut out = Vec::new();
    for (at, known) in outcome.worlds.iter().enumerate() {
        let listed = listed.get(at).map(|(_, listed)| listed);
        let all = known.world.containers.values();
        let told = all.filter(|container| {
            !known.world.is_repeated(container) && pick.has_container(&known.world, container)
        });
        for container in told {
            let options = listed.map(|listed| listed.options.get(&container.id));
            let options = options.map(|options| options.map_or(&[][..], Vec::as_slice));
            let mut shown = show(files, &outcome.secrets, &known.world, (container, options));
            let command = listed.and_then(|listed| listed.commands.get(&container.id));
            shown.command = command.map(|command| self::command(files, &outcome.secrets, command));
            out.push(shown);
        }
    }
    out.sort_by(|a, b| {
        (&a.host, a.surface, &a.name, &a.inside).cmp(&(&b.host, b.surface, &b.name, &b.inside))
    });
    out
}

fn show(
    files: &Files<'_>,
    secrets: &Secrets,
    world: &World,
    (container, options): (&Container, Option<&[OwnOption]>),
) -> Shown {
    let system = world.system(&container.system);
    let inside = match system.kind {
        SystemKind::Nixos | SystemKind::Elsewhere => None,
        SystemKind::Guest => Some(match &system.container {
            Some(guest) => format!("guest {}", world.container(guest).name),
            None => system.name.clone(),
        }),
        SystemKind::Home => Some(match &system.home_of {
            Some(user) => format!("home of {user}"),
            None => system.name.clone(),
        }),
    };
    let host = world.host(&container.host);
    let mut places: Vec<Span> = container
        .origin
        .hops
        .iter()
        .filter_map(|hop| span_of(files, hop.place))
        .collect();
    places.dedup();
    let condition = match &container.existence {
        Existence::Certain => None,
        Existence::Maybe(places) => Some(
            conditions(files, secrets, places)
                .unwrap_or_else(|| "a file that was not seen may decide it".to_owned()),
        ),
        Existence::Template => Some("for every name that is not known".to_owned()),
    };
    Shown {
        surface: container.surface,
        name: container.name.clone(),
        host: host.name.clone(),
        role: host.role,
        inside,
        span: span_of_origin(files, &container.origin),
        places,
        standing: host.standing,
        from_flake: host.from_flake,
        is_template: container.existence == Existence::Template,
        condition,
        facts: match options {
            Some(options) => facts(files, secrets, container, options),
            None => Vec::new(),
        },
        command: None,
        unknown: container
            .unknown()
            .into_iter()
            .map(|unknown| ShownUnknown {
                questions: unknown.questions,
                reason: told(&unknown.why.to_string(), secrets),
                span: unknown.place.and_then(|place| span_of(files, place)),
            })
            .collect(),
    }
}

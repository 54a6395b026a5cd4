//! The effective spec of each container, for `show`.

use crate::check::outcome::Outcome;
use crate::check::part::Pick;
use crate::check::places::span_of_origin;
use crate::report::secrets::Secrets;
use crate::report::{Certainty, Shown, ShownDefinition, ShownFact, ShownUnknown, told};
use crate::vfs::Files;
use crate::vfs::spans::span_of;
use crate::world::evaluate::Listed;
use crate::world::worlds::Known;
use nixpod_model::{Container, Existence, Fact, OwnOption, SystemKind, World};
use nixpod_source::visible::{cut, message};
use nixpod_source::{Place, Span};
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
        let options = listed.get(at).map(|(_, listed)| &listed.options);
        let all = known.world.containers.values();
        let told = all.filter(|container| {
            !known.world.is_repeated(container) && pick.has_container(&known.world, container)
        });
        for container in told {
            let options = options.and_then(|options| options.get(&container.id));
            let options = options.map(Vec::as_slice).unwrap_or_default();
            out.push(show(files, &outcome.secrets, &known.world, (container, options)));
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
    (container, options): (&Container, &[OwnOption]),
) -> Shown {
    let system = world.system(&container.system);
    let inside = match system.kind {
        SystemKind::Nixos => None,
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
        Existence::Maybe(places) => {
            Some(conditions(files, secrets, places).unwrap_or_else(|| "undecided".to_owned()))
        }
        Existence::Template => Some("for every name that is not known".to_owned()),
    };
    Shown {
        surface: container.surface,
        name: container.name.clone(),
        host: host.name.clone(),
        inside,
        span: span_of_origin(files, &container.origin),
        places,
        imported_by_no_host: host.imported_by_no_host,
        from_flake: host.from_flake,
        is_template: container.existence == Existence::Template,
        condition,
        facts: options
            .iter()
            .map(|option| fact(files, secrets, option))
            .collect(),
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

/// One option with where it was set, without the secrets in it.
pub(crate) fn fact(files: &Files<'_>, secrets: &Secrets, option: &OwnOption) -> ShownFact {
    let field = &option.value;
    let definitions = field.definitions.iter().map(|definition| definition.place);
    let hops = field.origin.hops.iter().map(|hop| hop.place);
    let places: Vec<Span> = definitions
        .chain(hops)
        .filter_map(|place| span_of(files, place))
        .collect();
    let shown = |value: &str| secrets.mask_at(value, &places);
    let (value, certainty, reason) = match &field.fact {
        Fact::Set(value) => (Some(shown(value)), Certainty::Set, None),
        Fact::Default(value) => (Some(shown(value)), Certainty::Default, None),
        Fact::Maybe(value) => (
            Some(shown(value)),
            Certainty::Maybe,
            conditions(files, secrets, &field.conditions),
        ),
        Fact::Unknown(why) => (None, Certainty::Unknown, Some(told(&why.to_string(), secrets))),
    };
    let mut definitions: Vec<ShownDefinition> = field
        .definitions
        .iter()
        .map(|definition| ShownDefinition {
            span: span_of(files, definition.place),
            value: shown(&definition.value),
            priority: definition.priority,
            won: definition.won,
            condition: definition.condition.and_then(|place| span_of(files, place)),
        })
        .collect();
    definitions.sort_by_key(|definition| (!definition.won, definition.priority));
    ShownFact {
        name: secrets.mask(&option.name),
        value,
        certainty,
        reason,
        holes: option.holes.clone(),
        definitions,
    }
}

/// The undecided conditions in the words of the code.
fn conditions(files: &Files<'_>, secrets: &Secrets, places: &[Place]) -> Option<String> {
    let mut words = Vec::new();
    for place in places {
        if let Some(span) = span_of(files, *place) {
            let state = files.state(span.file);
            let text = secrets.slice(span.file, &state.text, span.range);
            let line: Vec<&str> = text.split_whitespace().collect();
            words.push(format!("`{}`", cut(&line.join(" "), MAX_CONDITION)));
        }
    }
    (!words.is_empty()).then(|| message(&format!("only if {}", words.join(" and "))))
}

/// Conditions are read in one line of a table.
const MAX_CONDITION: usize = 60;

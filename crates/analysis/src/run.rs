//! Runs rules over a world.

use crate::index::Index;
use crate::rule::{Ceiling, Secret, Unsure, of_conditions};
use crate::{Check, Ctx, Finding, Rule, Sink};
use nixpod_model::{Container, EntryName, Existence, Standing, Surface, System, SystemKind, World};
use nixpod_source::Confidence;

/// What the rules find in a world: rule by rule, then in the world's order.
///
/// Findings on a container that may not be there, or a definition of which could not be seen, are one step less sure, as are those in a file that no host imports.
pub fn run_rules(rules: &[&'static Rule], world: &World) -> Vec<Finding> {
    run(rules, world).0
}

/// The same, and the secrets that the rules came across.
pub(crate) fn run(rules: &[&'static Rule], world: &World) -> (Vec<Finding>, Vec<Secret>) {
    let index = &Index::new(world);
    let ctx = Ctx { world, index };
    let mut findings = Vec::new();
    let mut secrets = Vec::new();
    for rule in rules {
        let (of_container, of_system) = match rule.check {
            Check::Container(check) => (Some(check), None),
            Check::System(check) => (None, Some(check)),
            Check::Both(container, system) => (Some(container), Some(system)),
        };
        if let Some(check) = of_container {
            for container in world.containers.values() {
                let ceiling = ceiling_of(world, container);
                let mut sink = Sink::new(
                    &rule.meta,
                    Some(container.id.clone()),
                    container.host.clone(),
                    container.origin.clone(),
                    ceiling,
                );
                check(&ctx, container, &mut sink);
                add_conditions(container, &mut sink);
                if !sink.findings.is_empty()
                    && let Some(reached) = reached(world, container)
                {
                    for finding in &mut sink.findings {
                        let help = finding.help.take().unwrap_or_default();
                        finding.help = Some(format!("{reached} {help}").trim_end().to_owned());
                    }
                }
                findings.append(&mut sink.findings);
                secrets.append(&mut sink.secrets);
            }
        }
        if let Some(check) = of_system {
            for system in world.systems.values() {
                // The guest of a container that may not be there may not be there either.
                let guest_of = ctx.container_of(system);
                let ceiling = match guest_of {
                    Some(container) => ceiling_of(world, container),
                    None => host_ceiling(world, system),
                };
                let (host, fallback) = (system.host.clone(), system.origin.clone());
                let mut sink = Sink::new(&rule.meta, None, host, fallback, ceiling);
                check(&ctx, system, &mut sink);
                if let Some(container) = guest_of {
                    add_conditions(container, &mut sink);
                }
                findings.append(&mut sink.findings);
                secrets.append(&mut sink.secrets);
            }
        }
    }
    (findings, secrets)
}

/// So many containers are named that a setting of their engine reaches.
const MAX_REACHED: usize = 6;

/// Which containers have what is said of the one that stands for every container of an engine, as a sentence.
fn reached(world: &World, all: &Container) -> Option<String> {
    if !stands_for_all(all) {
        return None;
    }
    let wanted = match all.id.name() {
        EntryName::Known(name) if name == "rootful" => Some(true),
        EntryName::Known(_) => Some(false),
        EntryName::Template(_) => None,
    };
    let is_inside = |one: &Container| {
        let system = world.system(&one.system);
        one.system == all.system
            || system.kind == SystemKind::Home && system.parent.as_ref() == Some(&all.system)
    };
    let names: Vec<String> = { world.containers.values() }
        .filter(|one| !stands_for_all(one) && is_inside(one))
        .filter(|one| one.engine.value() == all.engine.value())
        .filter(|one| wanted.is_none_or(|wanted| one.rootful.value() == Some(&wanted)))
        .map(|one| format!("`{}`", one.name))
        .collect();
    let (shown, more) = names.split_at(names.len().min(MAX_REACHED));
    let listed = match (shown, more.len()) {
        ([], _) => return None,
        ([only], 0) => only.clone(),
        ([init @ .., last], 0) => format!("{} and {last}", init.join(", ")),
        (shown, more) => format!("{} and {more} more", shown.join(", ")),
    };
    Some(format!(
        "It holds for each of these, unless one says otherwise: {listed}."
    ))
}

fn stands_for_all(container: &Container) -> bool {
    matches!(container.surface, Surface::ContainersConf | Surface::DaemonJson)
}

fn ceiling_of(world: &World, container: &Container) -> Ceiling {
    let mut ceiling = host_ceiling(world, world.system(&container.system));
    // What could not be seen of it may override what could.
    let unseen = container
        .unseen
        .as_ref()
        .map(|unseen| Unsure::Part(unseen.why.clone()));
    let existence = match &container.existence {
        Existence::Certain => Vec::new(),
        Existence::Maybe(conditions) => of_conditions(conditions).collect(),
        Existence::Template => vec![Unsure::Template],
    };
    if unseen.is_some() || container.existence != Existence::Certain {
        ceiling.confidence = ceiling.confidence.lower();
    }
    ceiling.unsure.extend(unseen.into_iter().chain(existence));
    ceiling.of_absence = container.unnamed.clone().map(Unsure::Unnamed);
    ceiling
}

fn host_ceiling(world: &World, system: &System) -> Ceiling {
    let host = world.host(&system.host);
    let unsure: Vec<Unsure> = match host.standing {
        Standing::Plain => Vec::new(),
        Standing::NoHost => vec![Unsure::NoHost],
        Standing::OwnCode => vec![Unsure::MadeByCode],
        Standing::Off => vec![Unsure::Off],
    };
    Ceiling {
        confidence: match unsure.is_empty() {
            true => Confidence::High,
            false => Confidence::High.lower(),
        },
        unsure,
        of_absence: None,
    }
}

fn add_conditions(container: &Container, sink: &mut Sink) {
    if let Existence::Maybe(conditions) = &container.existence {
        for finding in &mut sink.findings {
            finding.conditions.extend(conditions.iter().cloned());
        }
    }
}

//! Runs rules over a world.

use crate::index::Index;
use crate::rule::{About, Ceiling, Secret, Unsure, of_conditions};
use crate::{Check, Ctx, Finding, Rule, Sink};
use nixpod_model::{Container, EntryName, Existence, Standing, Surface, System, SystemKind, World};
use nixpod_source::Confidence;
use std::rc::Rc;

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
    let containers: Vec<(&Container, Rc<About>)> = { world.containers.values() }
        .map(|container| (&**container, Rc::new(of_container(world, container))))
        .collect();
    let systems: Vec<(&System, Rc<About>)> = { world.systems.values() }
        .map(|system| (&**system, Rc::new(of_system(&ctx, system))))
        .collect();
    let mut out = (Vec::new(), Vec::new());
    for rule in rules {
        let (look_at_container, look_at_system) = match rule.check {
            Check::Container(check) => (Some(check), None),
            Check::System(check) => (None, Some(check)),
            Check::Both(container, system) => (Some(container), Some(system)),
        };
        if let Some(check) = look_at_container {
            for (container, about) in &containers {
                let mut sink = Sink::new(&rule.meta, about);
                check(&ctx, container, &mut sink);
                add_conditions(container, &mut sink);
                add_reached(world, container, &mut sink);
                take(sink, &mut out);
            }
        }
        if let Some(check) = look_at_system {
            for (system, about) in &systems {
                let mut sink = Sink::new(&rule.meta, about);
                check(&ctx, system, &mut sink);
                if let Some(container) = ctx.container_of(system) {
                    add_conditions(container, &mut sink);
                }
                take(sink, &mut out);
            }
        }
    }
    out
}

fn take(mut sink: Sink, (findings, secrets): &mut (Vec<Finding>, Vec<Secret>)) {
    findings.append(&mut sink.findings);
    secrets.append(&mut sink.secrets);
}

fn of_container(world: &World, container: &Container) -> About {
    About {
        container: Some(container.id.clone()),
        host: container.host.clone(),
        fallback: container.origin.clone(),
        ceiling: ceiling_of(world, container),
    }
}

fn of_system(ctx: &Ctx<'_>, system: &System) -> About {
    About {
        container: None,
        host: system.host.clone(),
        fallback: system.origin.clone(),
        // The guest of a container that may not be there may not be there either.
        ceiling: match ctx.container_of(system) {
            Some(container) => ceiling_of(ctx.world, container),
            None => host_ceiling(ctx.world, system),
        },
    }
}

/// So many containers are named that a setting of their engine reaches.
const MAX_REACHED: usize = 6;

/// Says of what every container of an engine has which ones that are.
fn add_reached(world: &World, container: &Container, sink: &mut Sink) {
    if sink.findings.is_empty() {
        return;
    }
    let Some(reached) = reached(world, container) else {
        return;
    };
    for finding in &mut sink.findings {
        let help = finding.help.take().unwrap_or_default();
        finding.help = Some(format!("{reached} {help}").trim_end().to_owned());
    }
}

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

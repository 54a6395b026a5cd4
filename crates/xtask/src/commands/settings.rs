//! Holds the model that options give against the one that the recorded files give.
//!
//! Each spec is read twice: as it is, and as a system in which nothing is set but that the recorded texts are in `/etc`, or
//! in the home. What modules write by themselves is no setting of anybody: it stands in the files of a spec that says nothing,
//! and where options say nothing, the files have to say just that.

use super::compare::{Comparison, TOGETHER};
use super::golden::{Golden, Made};
use super::project;
use super::spec::Kind;
use nixpod_model::{Container, Fact, FactInfo, FactValue, Field, Surface, Visitor, World};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::sync::Arc;

/// The name of the spec that says nothing.
const NOTHING: &str = "nothing";

/// Facts whose order says nothing.
const IN_ANY_ORDER: [&str; 2] = ["insecure registry", "blocked registry"];

/// The facts of a system: for each name, by what they are of, their values in order.
type Facts = BTreeMap<String, Vec<Option<String>>>;

/// Compares recordings of settings.
pub(super) fn compare(goldens: &[Golden], out: &mut Comparison) {
    for kind in Kind::ALL.into_iter().filter(|kind| kind.is_settings()) {
        for release in kind.releases() {
            let of_release: Vec<(&Golden, &Made)> = goldens
                .iter()
                .filter(|golden| golden.kind == kind)
                .filter_map(|golden| Some((golden, made_in(golden, release)?)))
                .collect();
            let Some((_, nothing)) = of_release.iter().find(|(golden, _)| golden.name == NOTHING) else {
                continue;
            };
            let by_itself = facts(kind, release, &[as_files(kind, nothing)]).remove(0);
            for some in of_release.chunks(TOGETHER) {
                let options: Vec<String> = some
                    .iter()
                    .map(|(golden, _)| with_probe(kind, &golden.text))
                    .collect();
                let files: Vec<String> = some.iter().map(|(_, made)| as_files(kind, made)).collect();
                let options = facts(kind, release, &options);
                let files = facts(kind, release, &files);
                for (((golden, made), options), files) in some.iter().zip(&options).zip(&files) {
                    let label = format!("{} {} [{release}]", kind.name(), golden.name);
                    if made.is_empty() {
                        out.refused += 1;
                        continue;
                    }
                    out.specs += 1;
                    spec(&label, golden, [options, files, &by_itself], out);
                }
            }
        }
    }
}

fn made_in<'a>(golden: &'a Golden, release: &str) -> Option<&'a Made> {
    let made = golden
        .made
        .iter()
        .find(|(releases, _)| releases.iter().any(|one| one == release));
    made.map(|(_, made)| made)
}

fn spec(label: &str, golden: &Golden, facts: [&Facts; 3], out: &mut Comparison) {
    let [options, files, by_itself] = facts;
    let none = Vec::new();
    let names: BTreeSet<&String> = options.keys().chain(files.keys()).collect();
    for name in names {
        // That an option has gone is no setting of a file.
        if name.ends_with("gone option") {
            continue;
        }
        let ours = options.get(name).unwrap_or(&none);
        let real = files.get(name).unwrap_or(&none);
        out.words += real.len();
        if ours == real || ours.is_empty() && by_itself.get(name) == Some(real) {
            continue;
        }
        let fits = ours.len() == real.len()
            && ours
                .iter()
                .zip(real)
                .all(|(ours, real)| ours.is_none() || ours == real);
        let mut said = format!("{label}: {name}\n{}", golden.text);
        let _ = writeln!(said, "    options: {ours:?}\n    files: {real:?}");
        if fits {
            out.holes += ours.iter().filter(|value| value.is_none()).count();
            out.open.push(said);
        } else {
            out.differences.push(said);
        }
    }
}

/// A spec with a container that has what its engine is told.
fn with_probe(kind: Kind, text: &str) -> String {
    let probe = match kind.is_home() {
        true => "services.podman.containers.probe = { image = \"localhost/a\"; ports = [ \"80:80\" ]; };\n",
        false => {
            "virtualisation.oci-containers = { backend = \"podman\"; containers.probe = { image = \"localhost/a\"; ports = [ \"80:80\" ]; }; };\n"
        }
    };
    format!("{text}{probe}")
}

/// A system that has the recorded files, and nothing that would write them.
fn as_files(kind: Kind, made: &Made) -> String {
    let (enable, folder) = match kind.is_home() {
        true => ("services.podman.enable = true;", "xdg.configFile"),
        false => ("virtualisation.containers.enable = true;", "environment.etc"),
    };
    let mut out = format!("{enable}\n");
    for (name, file) in made.iter().filter(|(_, file)| file.problem.is_none()) {
        let text: String = file.unit.iter().map(|line| format!("{line}\n")).collect();
        let _ = writeln!(out, "{folder}.\"containers/{name}\".text = {};", in_nix(&text));
    }
    with_probe(kind, &out)
}

/// A text as Nix writes it.
fn in_nix(text: &str) -> String {
    let mut out = String::from("\"");
    for c in text.chars() {
        match c {
            '"' | '\\' | '$' => out.extend(['\\', c]),
            c => out.push(c),
        }
    }
    out.push('"');
    out
}

/// The facts of some specs, in their order.
fn facts(kind: Kind, release: &str, texts: &[String]) -> Vec<Facts> {
    let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
    let host = project::of(kind, release, &texts);
    let worlds = host.analysis().worlds(&[project::FOLDER.into()], of_world);
    let mut by_host: BTreeMap<String, Facts> = worlds.into_iter().flatten().collect();
    let numbers = 0..texts.len();
    numbers
        .map(|number| by_host.remove(&format!("h{number}")).unwrap_or_default())
        .collect()
}

fn of_world(world: &World) -> Vec<(String, Facts)> {
    let mut out = BTreeMap::<String, Facts>::new();
    for system in world.systems.values() {
        let Some(host) = world.hosts.get(&system.host) else {
            continue;
        };
        let facts = out.entry(host.name.clone()).or_default();
        system.visit(&mut All { of: "system", facts });
        let of_host = |container: &&Arc<Container>| container.system == system.id;
        for container in world.containers.values().filter(of_host) {
            let of = match container.surface {
                Surface::ContainersConf => "every container",
                _ => "probe",
            };
            container.visit(&mut All { of, facts });
        }
    }
    for facts in out.values_mut() {
        for (_, values) in facts
            .iter_mut()
            .filter(|(name, _)| IN_ANY_ORDER.iter().any(|one| name.ends_with(one)))
        {
            values.sort();
        }
    }
    out.into_iter().collect()
}

/// Collects all facts.
struct All<'a> {
    of: &'static str,
    facts: &'a mut Facts,
}

impl Visitor for All<'_> {
    fn fact<T: FactValue>(&mut self, info: FactInfo, field: &Field<T>) {
        // Texts in which secrets are looked for.
        if info.only_secrets {
            return;
        }
        let value = match &field.fact {
            Fact::Set(value) | Fact::Maybe(value) => Some(value.describe()),
            Fact::Default(value) => Some(format!("default {}", value.describe())),
            Fact::Unknown(_) => None,
        };
        let name = format!("{}: {}", self.of, info.name);
        self.facts.entry(name).or_default().push(value);
    }
}

//! The tables against what the programs list, and against what is read of each option.

use super::known::Says;
use super::told::{KUBE, UNSHARE};
use super::{BUILD, GLOBAL, Known, NETWORK, NSPAWN, POD, RUN, VOLUME};
use crate::vocabulary::flags::{Arity, Grammar, parse};
use crate::vocabulary::{nspawn, podman};
use nixpod_model::{
    Container, ContainerId, EntryName, FactInfo, FactValue, Field, HostId, Surface, SystemId, Text, Visitor,
};
use nixpod_source::Origin;
use std::path::Path;

/// What was recorded of each command, and the table that has to know it.
const RECORDED: [(&str, &[Known]); 16] = [
    ("docker-29.8.0", &GLOBAL),
    ("docker-29.8.0-build", &BUILD),
    ("docker-29.8.0-create", &RUN),
    ("docker-29.8.0-network-create", &NETWORK),
    ("docker-29.8.0-run", &RUN),
    ("docker-29.8.0-volume-create", &VOLUME),
    ("podman-5.4.2", &GLOBAL),
    ("podman-5.4.2-build", &BUILD),
    ("podman-5.4.2-create", &RUN),
    ("podman-5.4.2-kube-play", &KUBE),
    ("podman-5.4.2-network-create", &NETWORK),
    ("podman-5.4.2-pod-create", &POD),
    ("podman-5.4.2-run", &RUN),
    ("podman-5.4.2-volume-create", &VOLUME),
    ("systemd-nspawn-252", &NSPAWN),
    ("unshare-2.38.1", &UNSHARE),
];

#[test]
fn every_option_that_a_program_lists_is_known() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../testdata/flags");
    let mut wrong = Vec::new();
    for (name, table) in RECORDED {
        let listed = std::fs::read_to_string(folder.join(format!("{name}.txt"))).expect("it was recorded");
        for line in listed.lines().filter(|line| !line.starts_with('#')) {
            let [long, short, takes] = line.split(' ').collect::<Vec<_>>()[..] else {
                panic!("{name}: {line}");
            };
            let arity = match takes {
                "value" => Arity::Required,
                _ => Arity::None,
            };
            let short = if short == "-" {
                '\0'
            } else {
                short.chars().next().expect("a letter")
            };
            let long = if long == "-" { "" } else { long };
            let is_known = table
                .iter()
                .any(|known| known.0 == long && (short == '\0' || known.1 == short) && known.2 == arity);
            if !is_known {
                wrong.push(format!("{name}: {line}"));
            }
        }
    }
    assert_eq!(wrong, Vec::<String>::new());
    let files = std::fs::read_dir(folder).expect("it is there").count();
    assert_eq!(files, RECORDED.len(), "a list that no table is held against");
}

/// The facts of a container that are not as by default, by name.
#[derive(Default)]
struct Names(Vec<(&'static str, String)>);

impl Visitor for Names {
    fn fact<T: FactValue>(&mut self, info: FactInfo, field: &Field<T>) {
        self.0
            .push((info.name, format!("{:?}", field.value().map(FactValue::describe))));
    }
}

fn facts(container: &Container) -> Vec<(&'static str, String)> {
    let mut names = Names::default();
    container.visit(&mut names);
    names.0
}

/// A value that says something to each option that takes one.
fn sample(long: &str) -> &'static str {
    match long {
        "env" | "setenv" => "A=b",
        "mount" => "type=bind,src=/a,dst=/b",
        "private-users" => "pick",
        "userns" => "keep-id",
        "network" | "net" => "none",
        _ => "host",
    }
}

type Apply = fn(&mut Container, &[crate::vocabulary::flags::Opt]);

/// The options of a table that say a fact which reading them does not set, or the other way round.
fn unread(table: &[Known], grammar: &Grammar, apply: Apply) -> Vec<String> {
    let mut wrong = Vec::new();
    let system = SystemId::of_host(HostId::new("a", 0));
    let id = ContainerId::new(system, Surface::OciContainers, EntryName::Known("a".into()));
    let empty = Container::new(id, Origin::default());
    for (long, short, arity, says) in table {
        let name = if long.is_empty() {
            format!("-{short}")
        } else {
            format!("--{long}")
        };
        let mut words = vec![match (*arity, *long) {
            (Arity::None, "private-users") => format!("{name}={}", sample(long)),
            _ => name.clone(),
        }];
        if *arity == Arity::Required {
            words.push(sample(long).to_owned());
        }
        let fields = words
            .iter()
            .map(|word| Field::set(Text::known(word.as_str(), Origin::default()), Origin::default()));
        let (_, options) = parse(&fields.collect::<Vec<_>>(), grammar);
        let mut container = empty.clone();
        apply(&mut container, &options);
        let before = facts(&empty);
        let set: Vec<&str> = facts(&container)
            .iter()
            .filter(|fact| !before.contains(fact))
            .map(|fact| fact.0)
            .collect();
        let is_right = match says {
            Says::Fact(fact) => set.contains(fact),
            Says::Word | Says::Nothing => set.is_empty(),
        };
        if !is_right {
            wrong.push(format!("{name}: {says:?}, and reading it sets {set:?}"));
        }
    }
    wrong
}

#[test]
fn what_a_table_says_of_an_option_is_what_reading_it_sets() {
    assert_eq!(unread(&RUN, &podman::WORDS, podman::apply), Vec::<String>::new());
    // Of a build only what its table says is taken.
    let of_build: Vec<Known> = BUILD
        .into_iter()
        .filter(|known| matches!(known.3, Says::Fact(_)))
        .collect();
    assert_eq!(
        unread(&of_build, &podman::BUILDS, podman::apply),
        Vec::<String>::new()
    );
    let nspawn: Apply = |container, options| {
        let flags = nspawn::apply(container, options);
        let parts = container.nspawn.get_or_insert_default();
        parts.ownership = flags.ownership.unwrap_or_else(|| parts.ownership.clone());
        container.userns = flags.userns.unwrap_or_else(|| container.userns.clone());
        // A container of an engine has a network of its own already.
        container.network = flags.network.map_or_else(
            || container.network.clone(),
            |network| network.map(|_| nixpod_model::NetworkMode::None),
        );
    };
    let wrong = unread(&NSPAWN, &nspawn::GRAMMAR, nspawn);
    // The part of an nspawn container is shown once anything makes it one.
    let wrong: Vec<String> = wrong
        .into_iter()
        .filter(|line| !line.contains("private network"))
        .collect();
    assert_eq!(wrong, Vec::<String>::new());
}

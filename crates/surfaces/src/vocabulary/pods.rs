//! Pods, whose members have their namespaces, ports and volumes in common.

use crate::vocabulary::flags::Opt;
use crate::vocabulary::podman;
use nixpod_model::{Container, Field, Port, Text};

/// A pod that something makes.
#[derive(Clone, Debug)]
pub(crate) struct Pod {
    /// What Podman calls it.
    pub(crate) name: Option<String>,
    /// The file by which it is known as well.
    pub(crate) id_file: Option<String>,
    /// What is said of it, in options of `podman pod create`.
    pub(crate) options: Vec<Opt>,
}

impl Pod {
    /// A pod by the options of its command, and by its argument.
    pub(crate) fn of(options: Vec<Opt>, argument: Option<&Text>) -> Self {
        let value = |names: &[&str]| {
            let option = options
                .iter()
                .rfind(|option| names.contains(&option.name.as_str()))?;
            option.value.as_ref()?.as_known()
        };
        Self {
            name: value(&["--name", "-n"]).or_else(|| argument?.as_known()),
            id_file: value(&["--pod-id-file"]),
            options,
        }
    }

    /// Is it the one that this option of a container names?
    pub(crate) fn is_named(&self, option: &str, value: &str) -> bool {
        match option {
            "pod" => self.name.as_deref() == Some(value),
            "pod-id-file" => self.id_file.as_deref() == Some(value),
            _ => false,
        }
    }
}

/// What a container of which nothing else is said yet has from its pod.
pub(crate) fn begin_in(container: &mut Container, name: &str, options: &[Opt]) {
    let own = container.ports.len();
    podman::apply(container, options);
    for port in container.ports.iter_mut().skip(own) {
        *port = port.map(|port| Port {
            pod: Some(name.to_owned()),
            ..port.clone()
        });
    }
}

/// Options that are about the pod itself.
const OF_POD: [&str; 5] = ["hostname", "label", "label-file", "name", "pod-id-file"];

/// Gives a container that was read what it has from its pod. What it says itself holds.
pub(crate) fn join(container: &mut Container, name: &str, options: &[Opt]) {
    let mut shared = Container::new(container.id.clone(), container.origin.clone());
    shared.engine = container.engine.clone();
    begin_in(&mut shared, name, options);
    take(&mut container.network, shared.network);
    take(&mut container.userns, shared.userns);
    for namespace in shared.namespaces {
        let kind = namespace.value().map(|namespace| namespace.kind);
        let is_same =
            |known: &Field<_>| known.value().map(|known: &nixpod_model::Namespace| known.kind) == kind;
        if !container.namespaces.iter().any(is_same) {
            container.namespaces.push(namespace);
        }
    }
    container.mounts.extend(shared.mounts);
    container.devices.extend(shared.devices);
    container.ports.extend(shared.ports);
    // Of two of a kind the last one holds.
    container.security_options.splice(0..0, shared.security_options);
    for option in shared.run_options {
        let name = option.value().map(|option| option.name);
        let is_own = container
            .run_options
            .iter()
            .any(|known| known.value().map(|known| known.name) == name);
        if !is_own && name.is_none_or(|name| !OF_POD.contains(&name)) {
            container.run_options.push(option);
        }
    }
}

fn take<T>(own: &mut Field<T>, shared: Field<T>) {
    if own.is_default() && !shared.is_default() {
        *own = shared;
    }
}

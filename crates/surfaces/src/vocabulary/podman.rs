//! What options of `podman run` and `docker run` change, and those of builds.

use crate::vocabulary::capabilities::capabilities;
use crate::vocabulary::certainty::{override_with, part};
use crate::vocabulary::csv;
use crate::vocabulary::flags::{Arity, Grammar, Opt, boolean, decided};
use crate::vocabulary::mounts::{mount, tmpfs, volume};
use crate::vocabulary::ports::published;
use crate::vocabulary::programs::{self, BUILD, RUN, Says};
use crate::vocabulary::text::{concat, origin_of, split_all, split_once};
use nixpod_model::{
    Container, Device, Engine, EnvVar, Field, Namespace, NamespaceMode, NetworkMode, RunOption, Text, Userns,
};
use nixpod_source::Origin;
use std::borrow::Cow;

/// Each list element is one word of the command line, as oci-containers passes them.
pub(crate) const WORDS: Grammar = Grammar {
    long: |name| programs::long(&RUN, name),
    short: |name| programs::short(&RUN, name),
    pre_split: false,
};

/// The same of a build.
pub(crate) const BUILDS: Grammar = Grammar {
    long: |name| programs::long(&BUILD, name),
    short: |name| programs::short(&BUILD, name),
    pre_split: false,
};

/// Does an option of a build say what its steps reach?
pub(crate) fn is_of_steps(option: &Opt) -> bool {
    let name = match option.name.as_str() {
        "-v" => "volume",
        name => name.trim_start_matches('-'),
    };
    BUILD
        .iter()
        .any(|known| known.0 == name && matches!(known.3, Says::Fact(_)))
}

/// Applies options in their order.
pub(crate) fn apply(container: &mut Container, options: &[Opt]) {
    let is_podman = container.engine.value() == Some(&Engine::Podman);
    for option in options.iter().flat_map(|option| pieces(option, is_podman)) {
        let option = &*option;
        let value = option.value.clone().unwrap_or_default();
        match option.name.as_str() {
            "--privileged" => {
                let privileged = option.word(|value| boolean(&value.pattern()) != Some(false));
                override_with(&mut container.privileged, privileged);
            }
            "--cap-add" => container.capabilities.extend(capabilities(&value, &option.field)),
            "--cap-drop" => container
                .dropped_capabilities
                .extend(capabilities(&value, &option.field)),
            "--security-opt" => container.security_options.push(option.fact(value)),
            "--network" | "--net" => set_network(container, &option.fact(value)),
            "--pid" => set_namespace(container, "pid", &option.fact(value)),
            "--ipc" => set_namespace(container, "ipc", &option.fact(value)),
            "--uts" => set_namespace(container, "uts", &option.fact(value)),
            "--cgroupns" => set_namespace(container, "cgroup", &option.fact(value)),
            "--userns" => {
                set_size(container, option);
                override_with(&mut container.userns, option.word(userns));
            }
            "--uidmap" | "--gidmap" | "--subuidname" | "--subgidname"
                if container.userns.said() != Some(&Userns::KeepId)
                    // What may be a map says no more than what is known, or not known, already.
                    && (!option.field.is_unknown() || container.userns.is_default()) =>
            {
                let map = Userns::Other(format!("{}={}", option.name, value.display()));
                override_with(&mut container.userns, option.fact(map));
                run_option(container, &option.name, option);
            }
            "-v" | "--volume" => container.mounts.push(option.fact(volume(&value))),
            "--mount" => {
                let is_docker = container.engine.value() == Some(&Engine::Docker);
                if let Some(mount) = mount(&value, is_docker) {
                    container.mounts.push(option.fact(mount));
                }
            }
            "--tmpfs" => container.mounts.push(option.fact(tmpfs(&value))),
            "--device" => container.devices.push(option.fact(device(&value))),
            "--gpus" => {
                let node = concat([Text::known("nvidia.com/gpu=", Origin::default()), value]);
                container.devices.push(option.fact(device(&node)));
            }
            "-p" | "--publish" => container.ports.push(option.fact(published(&value))),
            "-e" | "--env" => variable(container, &value, option),
            "--env-file" => container.environment_files.push(option.fact(value)),
            "--entrypoint" => container.command.insert(0, option.fact(value)),
            name => run_option(container, name, option),
        }
    }
}

/// Options that Podman takes several values of in one, besides those for capabilities.
const SEVERAL: [&str; 12] = [
    "--add-host",
    "--decryption-key",
    "--device",
    "--device-cgroup-rule",
    "--dns",
    "--env-file",
    "--group-add",
    "--label-file",
    "--publish",
    "--sysctl",
    "--ulimit",
    "-p",
];

/// An option as many times as its value has fields. Docker takes the whole for one value.
fn pieces(option: &Opt, is_podman: bool) -> Vec<Cow<'_, Opt>> {
    let whole = || vec![Cow::Borrowed(option)];
    let Some(value) = option.value.as_ref().filter(|_| is_podman) else {
        return whole();
    };
    if !SEVERAL.contains(&option.name.as_str()) || !value.pattern().contains([',', '"']) {
        return whole();
    }
    let Some(fields) = csv::fields(value) else {
        return whole();
    };
    let fields = fields.into_iter().filter(|field| !field.parts.is_empty());
    let piece = |field: Text| {
        Cow::Owned(Opt {
            name: option.name.clone(),
            field: part(&option.field, (), origin_of(&field)),
            value: Some(field),
        })
    };
    fields.map(piece).collect()
}

/// A variable; the last one of a name holds.
fn variable(container: &mut Container, text: &Text, option: &Opt) {
    let (name, value) = match split_once(text, '=') {
        Some((name, value)) => (name.display(), value),
        None if option.field.is_unknown() => (String::new(), text.clone()),
        // The engine's own variable of that name.
        None => return,
    };
    container.environment.push(option.fact(EnvVar { name, value }));
}

/// Options that no other fact tells, and that say how a container is confined, who reaches it or what is secret in it.
const RUN_OPTIONS: [(&str, Times); 43] = [
    ("add-host", Times::Many),
    ("annotation", Times::Many),
    ("authfile", Times::Once),
    ("cgroup-parent", Times::Once),
    ("cgroups", Times::Once),
    ("creds", Times::Once),
    ("decryption-key", Times::Many),
    ("device-cgroup-rule", Times::Many),
    ("dns", Times::Many),
    ("env-host", Times::Once),
    ("gidmap", Times::Many),
    ("group-add", Times::Many),
    ("health-cmd", Times::Once),
    ("health-startup-cmd", Times::Once),
    ("hostname", Times::Once),
    ("http-proxy", Times::Once),
    ("init", Times::Once),
    ("ip", Times::Once),
    ("ip6", Times::Once),
    ("label", Times::Many),
    ("label-file", Times::Many),
    ("memory", Times::Once),
    ("name", Times::Once),
    ("no-hosts", Times::Once),
    ("oom-kill-disable", Times::Once),
    ("pids-limit", Times::Once),
    ("pod", Times::Once),
    ("pod-id-file", Times::Once),
    ("publish-all", Times::Once),
    ("pull", Times::Once),
    ("read-only", Times::Once),
    ("read-only-tmpfs", Times::Once),
    ("rootfs", Times::Once),
    ("runtime", Times::Once),
    ("secret", Times::Many),
    ("sysctl", Times::Many),
    ("systemd", Times::Once),
    ("tls-verify", Times::Once),
    ("uidmap", Times::Many),
    ("ulimit", Times::Many),
    ("umask", Times::Once),
    ("user", Times::Once),
    ("volumes-from", Times::Many),
];

/// How often an option counts.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Times {
    /// The last one holds.
    Once,
    /// They add up.
    Many,
}

pub(crate) fn run_option(container: &mut Container, name: &str, option: &Opt) {
    let long = match name {
        "-h" => "hostname",
        "-l" => "label",
        "-m" => "memory",
        "-P" => "publish-all",
        "-u" => "user",
        _ => name.trim_start_matches('-'),
    };
    let Some((name, times)) = RUN_OPTIONS.iter().find(|(known, _)| *known == long) else {
        return;
    };
    if *times == Times::Once {
        let is_other = |field: &Field<RunOption>| field.value().is_none_or(|other| other.name != *name);
        container.run_options.retain(is_other);
    }
    let is_switch = programs::long(&RUN, name) == Arity::None;
    let value = match &option.value {
        Some(value) => match boolean(&value.pattern()).filter(|_| is_switch) {
            Some(value_of) => Text::known(if value_of { "true" } else { "false" }, origin_of(value)),
            None => value.clone(),
        },
        None => Text::known("true", option.field.origin.clone()),
    };
    container.run_options.push(option.fact(RunOption { name, value }));
}

/// What `--userns` says besides the mode, such as how many ids there are, is an option by itself. The last one holds.
fn set_size(container: &mut Container, option: &Opt) {
    let name = "userns";
    let is_other = |field: &Field<RunOption>| field.value().is_none_or(|other| other.name != name);
    container.run_options.retain(is_other);
    let Some(value) = option.value.clone() else { return };
    if value.pattern().contains(':') {
        container.run_options.push(option.fact(RunOption { name, value }));
    }
}

/// Programs that make the network of a rootless container, and take options.
const PROGRAMS: [&str; 2] = ["pasta", "slirp4netns"];

/// Networks add up, and the host's is the one that matters. What is said to a program that makes one is an option by itself.
pub(crate) fn set_network(container: &mut Container, said: &Field<Text>) {
    let has_options = |text: &Text| {
        let pattern = text.pattern();
        PROGRAMS.iter().any(|program| {
            let rest = pattern.strip_prefix(program);
            rest.is_some_and(|rest| rest.starts_with(':'))
        })
    };
    if said.value().is_some_and(has_options) {
        let name = "network";
        let option = |value: &Text| RunOption {
            name,
            value: value.clone(),
        };
        container.run_options.push(said.map(option));
    }
    container.networks.push(said.clone());
    let network = decided(said, network);
    let is_host = |field: &Field<NetworkMode>| field.said() == Some(&NetworkMode::Host);
    let may_be_host = is_host(&container.network) || container.network.is_unknown();
    if !may_be_host || is_host(&network) {
        override_with(&mut container.network, network);
    }
}

/// The value of `--network`.
pub(crate) fn network(value: &Text) -> NetworkMode {
    let pattern = value.pattern();
    let name = pattern.split(',').next().unwrap_or_default();
    // What is not known of the other's name is told as a hole.
    let shown = |other: &str| value.slice(name.len() - other.len(), name.len()).display();
    match name {
        "host" => NetworkMode::Host,
        "none" => NetworkMode::None,
        _ => match name.split_once(':') {
            Some(("ns", path)) if is_of_the_host(path, "net") => NetworkMode::Host,
            Some(("container" | "ns", other)) => NetworkMode::Joined(shown(other)),
            _ if name.ends_with(".container") => NetworkMode::Joined(shown(name)),
            _ => NetworkMode::Private,
        },
    }
}

/// How a container is connected by a network of this driver. Without one it is a bridge.
pub(crate) fn by_driver(driver: Option<&str>) -> NetworkMode {
    match driver {
        Some("macvlan" | "ipvlan") => NetworkMode::Lan,
        Some("host") => NetworkMode::Host,
        _ => NetworkMode::Private,
    }
}

/// Is it the path of a namespace of process 1, or of the engine itself, which runs in the host's?
pub(crate) fn is_of_the_host(path: &str, kind: &str) -> bool {
    ["1", "self"]
        .iter()
        .any(|process| path == format!("/proc/{process}/ns/{kind}"))
}

/// The value of `--userns`.
pub(crate) fn userns(value: &Text) -> Userns {
    let pattern = value.pattern();
    match pattern.split(':').next().unwrap_or_default() {
        "host" => Userns::Host,
        "auto" => Userns::Pick,
        "keep-id" => Userns::KeepId,
        "nomap" => Userns::NoMap,
        _ => Userns::Other(value.display()),
    }
}

/// Sets with whom a namespace is shared.
pub(crate) fn set_namespace(container: &mut Container, kind: &'static str, mode: &Field<Text>) {
    let shared = decided(mode, |value| {
        let pattern = value.pattern();
        let mode = match pattern.split_once(':') {
            _ if pattern == "host" => NamespaceMode::Host,
            Some(("ns", path)) if is_of_the_host(path, kind) => NamespaceMode::Host,
            Some(("container", other)) => {
                let other = value.slice(pattern.len() - other.len(), pattern.len());
                NamespaceMode::Container(other.display())
            }
            _ => NamespaceMode::Other(value.display()),
        };
        Namespace { kind, mode }
    });
    // The last one wins.
    container
        .namespaces
        .retain(|field| field.value().is_none_or(|known| known.kind != kind));
    container.namespaces.push(shared);
}

/// `node[:inside][:access]`; a name such as `nvidia.com/gpu=all` is a node too.
pub(crate) fn device(value: &Text) -> Device {
    let parts = split_all(value, ':');
    let is_access = |text: &Text| {
        let pattern = text.pattern();
        !pattern.is_empty() && pattern.chars().all(|c| matches!(c, 'r' | 'w' | 'm'))
    };
    let access = parts
        .iter()
        .skip(1)
        .rfind(|part| is_access(part))
        .map_or("rwm".to_owned(), Text::pattern);
    Device {
        node: parts.first().cloned().unwrap_or_default(),
        access,
        allowed_only: false,
    }
}

/// `--security-opt` for a setting that has an option of its own elsewhere.
pub(crate) fn security(prefix: &str, field: &Field<Text>) -> Field<Text> {
    prefixed(prefix, field)
}

/// An option with a value.
pub(crate) fn option(name: &str, value: &Field<Text>) -> Opt {
    Opt {
        name: name.to_owned(),
        value: value.value().cloned(),
        field: part(value, (), Origin::default()),
    }
}

/// A text after a fixed one.
pub(crate) fn prefixed(prefix: &str, field: &Field<Text>) -> Field<Text> {
    field.map(|value| concat([Text::known(prefix, field.origin.clone()), value.clone()]))
}

/// The words that `containers.conf` has for pasta, each as an option of its own.
pub(crate) fn pasta_options(words: Vec<Field<Text>>) -> impl Iterator<Item = Field<RunOption>> {
    let option = |word: &Text| RunOption {
        name: "pasta-option",
        value: word.clone(),
    };
    words.into_iter().map(move |word| word.map(option))
}

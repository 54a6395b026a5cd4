//! Which engines a system has, and what they are told as a whole.

use crate::read::{Found, OptionReader};
use crate::system::apis;
use crate::system::config_files::{CONTAINERS, POLICY, REGISTRIES, STORAGE};
use crate::system::dockerd;
use crate::system::node::{Node, of_files};
use crate::system::switches::{any, switch, texts, written};
use nixpod_eval::Value;
use nixpod_model::{Engines, Field, Registries, Storage, SystemKind, Text};

/// Those of a user's home.
pub(super) fn of_home(reader: &mut OptionReader<'_, '_>, config: &Found) -> Engines {
    let settings = reader.option(config, &["services", "podman", "settings"]);
    let settings = Node::Option(settings);
    let part = |reader: &mut OptionReader<'_, '_>, path: &[&str]| settings.get(reader, path);
    let containers = part(reader, &["containers"]);
    let registries = part(reader, &["registries"]);
    let policy = part(reader, &["policy"]);
    let storage = part(reader, &["storage"]);
    let files = Files::read(
        reader,
        config,
        SystemKind::Home,
        [containers, registries, policy, storage],
    );
    Engines {
        podman: switch(reader, config, &["services", "podman", "enable"]),
        keyring: files.keyring(reader),
        auto_update: of_home_updates(reader, config),
        manage_lingering: Field::unset("users.manageLingering"),
        registries: files.registries(reader),
        storage: files.storage(reader),
        ..Engines::default()
    }
}

/// What runs containers of LXD.
const LXD: [&[&str]; 2] = [
    &["virtualisation", "lxd", "enable"],
    &["virtualisation", "incus", "enable"],
];

/// What gives NVIDIA's devices their names.
const NVIDIA_CDI: [&[&str]; 4] = [
    &["hardware", "nvidia-container-toolkit", "enable"],
    &[
        "virtualisation",
        "containers",
        "cdi",
        "dynamic",
        "nvidia",
        "enable",
    ],
    &["virtualisation", "podman", "enableNvidia"],
    &["virtualisation", "docker", "enableNvidia"],
];

/// Those of a system.
pub(super) fn of_system(reader: &mut OptionReader<'_, '_>, config: &Found) -> Engines {
    let backend = reader.option(config, &["virtualisation", "oci-containers", "backend"]);
    let lingering = reader.option(config, &["users", "manageLingering"]);
    let podman = reader.option(config, &["virtualisation", "podman"]);
    let docker = reader.option(config, &["virtualisation", "docker"]);
    let containers = reader.option(config, &["virtualisation", "containers"]);
    let containers = Node::Option(containers);
    let part = |reader: &mut OptionReader<'_, '_>, path: &[&str]| containers.get(reader, path);
    let settings = part(reader, &["containersConf", "settings"]);
    let registries = part(reader, &["registries"]);
    let policy = part(reader, &["policy"]);
    let storage = part(reader, &["storage", "settings"]);
    let files = Files::read(
        reader,
        config,
        SystemKind::Nixos,
        [settings, registries, policy, storage],
    );
    let daemon = reader.at(&docker, &["daemon", "settings"]);
    let apis = apis::of_system(reader, config, &podman, &docker);
    let mut registries = files.registries(reader);
    let rootless = reader.get(&docker, "rootless");
    for docker in [&docker, &rootless] {
        let insecure = dockerd::insecure_registries(reader, docker);
        registries.insecure.extend(insecure);
    }
    // A mirror is asked as its address says.
    let mirrors = texts(reader, &daemon, &["registry-mirrors"]);
    registries.insecure.extend(mirrors.iter().filter_map(without_tls));
    Engines {
        podman: switch(reader, config, &["virtualisation", "podman", "enable"]),
        docker: switch(reader, config, &["virtualisation", "docker", "enable"]),
        docker_rootless: switch(
            reader,
            config,
            &["virtualisation", "docker", "rootless", "enable"],
        ),
        lxd: any(reader, config, &LXD),
        libvirtd: switch(reader, config, &["virtualisation", "libvirtd", "enable"]),
        oci_backend: reader.string(&backend),
        keyring: files.keyring(reader),
        manage_lingering: reader.bool(&lingering),
        docker_socket: docker_socket(reader, config),
        docker_compat: switch(reader, config, &["virtualisation", "podman", "dockerCompat"]),
        nvidia_cdi: any(reader, config, &NVIDIA_CDI),
        docker_filters: docker_filters(reader, &docker, &daemon),
        auto_update: of_system_updates(reader, config),
        apis,
        registries,
        storage: Storage {
            docker_driver: docker_driver(reader, &docker, &daemon),
            ..files.storage(reader)
        },
    }
}

/// How Docker keeps images, if that is said: as an option of its own, or among its settings.
fn docker_driver(reader: &mut OptionReader<'_, '_>, docker: &Found, daemon: &Found) -> Option<Field<Text>> {
    let said = written(reader, docker, &["storageDriver"])
        .filter(|driver| !matches!(driver.value.value, Value::Null))
        .or_else(|| written(reader, daemon, &["storage-driver"]));
    said.map(|driver| reader.text(&driver))
}

/// Home Manager switches the timer on wherever it runs Podman; quadlet-nix does where it is told to.
fn of_home_updates(reader: &mut OptionReader<'_, '_>, config: &Found) -> Field<bool> {
    let quadlet = switch(
        reader,
        config,
        &["virtualisation", "quadlet", "autoUpdate", "enable"],
    );
    if quadlet.value() == Some(&true) {
        return quadlet;
    }
    let podman = reader.option(config, &["services", "podman"]);
    let enable = reader.get(&podman, "enable");
    let containers = reader.get(&podman, "containers");
    if !reader.is_written(&enable) && reader.entries(&containers).is_empty() {
        return quadlet;
    }
    let own = reader.at(&podman, &["autoUpdate", "enable"]);
    match reader.is_unset(&own) {
        true => Field::default(true),
        false => reader.bool(&own),
    }
}

/// The timer comes with Podman, and something has to want it.
fn of_system_updates(reader: &mut OptionReader<'_, '_>, config: &Found) -> Field<bool> {
    let quadlet = switch(
        reader,
        config,
        &["virtualisation", "quadlet", "autoUpdate", "enable"],
    );
    if quadlet.value() == Some(&true) {
        return quadlet;
    }
    let timer = reader.option(config, &["systemd", "timers", "podman-auto-update"]);
    let wanted = reader.get(&timer, "wantedBy");
    if reader.is_unset(&wanted) {
        return quadlet;
    }
    let by = reader.elements(&wanted);
    match by.first() {
        Some(first) => reader.string(first).map(|_| true),
        None => quadlet,
    }
}

/// The registry of an address that is asked without TLS.
fn without_tls(address: &Field<Text>) -> Option<Field<Text>> {
    let pattern = address.value()?.pattern();
    let rest = pattern.strip_prefix("http://")?;
    let start = pattern.len() - rest.len();
    Some(address.map(|text| text.slice(start, pattern.len())))
}

/// Podman's socket under the name of Docker's. Projects of arion need it where their engine is Podman.
fn docker_socket(reader: &mut OptionReader<'_, '_>, config: &Found) -> Field<bool> {
    let socket = switch(
        reader,
        config,
        &["virtualisation", "podman", "dockerSocket", "enable"],
    );
    let projects = reader.option(config, &["virtualisation", "arion", "projects"]);
    if !socket.is_default() || reader.entries(&projects).is_empty() {
        return socket;
    }
    let backend = reader.option(config, &["virtualisation", "arion", "backend"]);
    let backend = reader.string(&backend);
    match backend.value().is_some_and(|backend| backend == "podman-socket") {
        true => Field::default(true),
        false => socket,
    }
}

fn text(reader: &mut OptionReader<'_, '_>, base: &Found, path: &[&str]) -> Option<Field<Text>> {
    let found = written(reader, base, path)?;
    Some(reader.text(&found))
}

/// The configuration files of Podman and of what it is made of: options that become them, and texts.
struct Files {
    containers: Vec<Node>,
    registries: Vec<Node>,
    policy: Option<Node>,
    storage: Vec<Node>,
}

impl Files {
    /// The options that become the files are given in the order of the fields.
    fn read(
        reader: &mut OptionReader<'_, '_>,
        config: &Found,
        kind: SystemKind,
        options: [Option<Node>; 4],
    ) -> Self {
        let mut layers = |option: Option<Node>, file| {
            let (main, added) = of_files(reader, config, kind, file);
            let main = main.or(option).into_iter();
            main.chain(added).collect::<Vec<Node>>()
        };
        let [containers, registries, policy, storage] = options;
        Self {
            containers: layers(containers, &CONTAINERS),
            registries: layers(registries, &REGISTRIES),
            policy: layers(policy, &POLICY).into_iter().next(),
            storage: layers(storage, &STORAGE),
        }
    }

    /// The engine's own default is on.
    fn keyring(&self, reader: &mut OptionReader<'_, '_>) -> Field<bool> {
        let keyring = last(reader, &self.containers, &["containers", "keyring"]);
        keyring.map_or(Field::default(true), |keyring| keyring.bool(reader))
    }

    /// The old options, those of 26.11, which are `registries.conf` as it is, and that file, in its old form (a table of
    /// tables of lists) and its new one.
    fn registries(&self, reader: &mut OptionReader<'_, '_>) -> Registries {
        let mut out = Registries::default();
        for file in &self.registries {
            for (name, list) in [
                ("search", &mut out.search),
                ("insecure", &mut out.insecure),
                ("block", &mut out.blocked),
            ] {
                for path in [
                    &[name][..],
                    &["registries", name, "registries"],
                    &["settings", "registries", name, "registries"],
                ] {
                    list.extend(texts_of(reader, file, path));
                }
            }
            for path in [
                &["settings", "unqualified-search-registries"][..],
                &["unqualified-search-registries"],
            ] {
                out.search.extend(texts_of(reader, file, path));
            }
            for path in [&["settings", "registry"][..], &["registry"]] {
                let Some(list) = file.get(reader, path) else {
                    continue;
                };
                for registry in list.elements(reader) {
                    registry_of(reader, &registry, &mut out);
                }
            }
        }
        let rules = self
            .policy
            .as_ref()
            .and_then(|policy| policy.get(reader, &["default"]));
        if let Some(rules) = rules {
            let rules = rules.elements(reader);
            let kind = rules.last().and_then(|rule| rule.get(reader, &["type"]));
            out.policy = kind.map(|kind| kind.text(reader));
        }
        out
    }

    fn storage(&self, reader: &mut OptionReader<'_, '_>) -> Storage {
        let mut text = |path: &[&str]| {
            let found = last(reader, &self.storage, path)?;
            Some(found.text(reader))
        };
        Storage {
            driver: text(&["storage", "driver"]),
            mount_program: text(&["storage", "options", "overlay", "mount_program"])
                .or_else(|| text(&["storage", "options", "mount_program"])),
            directory: text(&["storage", "graphroot"]),
            auto_user: text(&["storage", "options", "root-auto-userns-user"]),
            docker_driver: None,
        }
    }
}

/// What the last of several files says that says something.
fn last(reader: &mut OptionReader<'_, '_>, files: &[Node], path: &[&str]) -> Option<Node> {
    files.iter().rev().find_map(|file| file.get(reader, path))
}

fn texts_of(reader: &mut OptionReader<'_, '_>, node: &Node, path: &[&str]) -> Vec<Field<Text>> {
    let Some(list) = node.get(reader, path) else {
        return Vec::new();
    };
    let elements = list.elements(reader);
    elements.iter().map(|element| element.text(reader)).collect()
}

/// One registry of `registries.conf`, with those that are asked in its place.
fn registry_of(reader: &mut OptionReader<'_, '_>, registry: &Node, out: &mut Registries) {
    if let Some(mirrors) = registry.get(reader, &["mirror"]) {
        for mirror in mirrors.elements(reader) {
            one_registry(reader, &mirror, out);
        }
    }
    one_registry(reader, registry, out);
}

fn one_registry(reader: &mut OptionReader<'_, '_>, registry: &Node, out: &mut Registries) {
    let name = ["prefix", "location"];
    let Some(name) = name.into_iter().find_map(|key| registry.get(reader, &[key])) else {
        return;
    };
    let name = name.text(reader);
    for (key, list) in [("insecure", &mut out.insecure), ("blocked", &mut out.blocked)] {
        if let Some(on) = registry.get(reader, &[key])
            && let on = on.bool(reader)
            && on.value() != Some(&false)
        {
            list.push(on.map(|_| name.value().cloned().unwrap_or_default()));
        }
    }
}

/// `iptables = false`, as a setting or an option.
fn docker_filters(reader: &mut OptionReader<'_, '_>, docker: &Found, daemon: &Found) -> Field<bool> {
    if let Some(setting) = written(reader, daemon, &["iptables"]) {
        return reader.bool(&setting);
    }
    let options = text(reader, docker, &["extraOptions"]);
    let off = options.filter(|options| {
        let pattern = options.value().map(Text::pattern).unwrap_or_default();
        pattern.contains("--iptables=false")
    });
    match off {
        Some(off) => off.map(|_| false),
        None => Field::default(true),
    }
}

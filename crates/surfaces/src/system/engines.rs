//! Which engines a system has, and what they are told as a whole.

use crate::read::{Found, OptionReader};
use crate::system::switches::{any, switch};
use crate::vocabulary::text::{concat, hole};
use nixpod_eval::Value;
use nixpod_model::{Api, Engine, Engines, Field, Registries, Storage, Text};
use nixpod_source::{Origin, Why};

/// Those of a user's home.
pub(super) fn of_home(reader: &mut OptionReader<'_, '_>, config: &Found) -> Engines {
    let settings = reader.option(config, &["services", "podman", "settings"]);
    let registries = reader.get(&settings, "registries");
    let policy = reader.get(&settings, "policy");
    let storage = reader.at(&settings, &["storage", "storage"]);
    Engines {
        podman: switch(reader, config, &["services", "podman", "enable"]),
        keyring: keyring(reader, &settings, &["containers", "containers", "keyring"]),
        manage_lingering: Field::unset("users.manageLingering"),
        registries: self::registries(reader, &registries, &policy),
        storage: self::storage(reader, &storage),
        ..Engines::default()
    }
}

/// Those of a system.
pub(super) fn of_system(reader: &mut OptionReader<'_, '_>, config: &Found) -> Engines {
    let backend = reader.option(config, &["virtualisation", "oci-containers", "backend"]);
    let lingering = reader.option(config, &["users", "manageLingering"]);
    let podman = reader.option(config, &["virtualisation", "podman"]);
    let docker = reader.option(config, &["virtualisation", "docker"]);
    let containers = reader.option(config, &["virtualisation", "containers"]);
    let registries = reader.get(&containers, "registries");
    let policy = reader.get(&containers, "policy");
    let storage = reader.at(&containers, &["storage", "settings", "storage"]);
    let keyring_path = ["containersConf", "settings", "containers", "keyring"];
    let daemon = reader.at(&docker, &["daemon", "settings"]);
    let mut apis = Vec::new();
    podman_api(reader, &podman, &mut apis);
    docker_apis(reader, &docker, &daemon, &mut apis);
    Engines {
        podman: switch(reader, config, &["virtualisation", "podman", "enable"]),
        docker: switch(reader, config, &["virtualisation", "docker", "enable"]),
        docker_rootless: switch(
            reader,
            config,
            &["virtualisation", "docker", "rootless", "enable"],
        ),
        lxd: any(
            reader,
            config,
            &[
                &["virtualisation", "lxd", "enable"],
                &["virtualisation", "incus", "enable"],
            ],
        ),
        libvirtd: switch(reader, config, &["virtualisation", "libvirtd", "enable"]),
        oci_backend: reader.string(&backend),
        keyring: keyring(reader, &containers, &keyring_path),
        manage_lingering: reader.bool(&lingering),
        docker_socket: docker_socket(reader, config),
        docker_compat: switch(reader, config, &["virtualisation", "podman", "dockerCompat"]),
        docker_filters: docker_filters(reader, &docker, &daemon),
        apis,
        registries: self::registries(reader, &registries, &policy),
        storage: self::storage(reader, &storage),
    }
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

/// A part of settings that somebody wrote.
fn written(reader: &mut OptionReader<'_, '_>, base: &Found, path: &[&str]) -> Option<Found> {
    let found = reader.at(base, path);
    let is_said =
        !reader.is_unset(&found) && !reader.is_default(&found) && !matches!(found.value.value, Value::Null);
    is_said.then_some(found)
}

fn texts(reader: &mut OptionReader<'_, '_>, base: &Found, path: &[&str]) -> Vec<Field<Text>> {
    let Some(list) = written(reader, base, path) else {
        return Vec::new();
    };
    let elements = reader.elements(&list);
    elements.iter().map(|element| reader.text(element)).collect()
}

fn text(reader: &mut OptionReader<'_, '_>, base: &Found, path: &[&str]) -> Option<Field<Text>> {
    let found = written(reader, base, path)?;
    Some(reader.text(&found))
}

/// The engine's own default is on. A set without the key is certain only if all its keys are known.
fn keyring(reader: &mut OptionReader<'_, '_>, base: &Found, path: &[&str]) -> Field<bool> {
    let found = reader.at(base, path);
    if reader.is_unset(&found) {
        return Field::default(true);
    }
    reader.bool(&found)
}

/// The old options, and those of 26.11, which are `registries.conf` as it is.
fn registries(reader: &mut OptionReader<'_, '_>, found: &Found, policy: &Found) -> Registries {
    let mut out = Registries {
        search: texts(reader, found, &["search"]),
        insecure: texts(reader, found, &["insecure"]),
        blocked: texts(reader, found, &["block"]),
        policy: None,
    };
    out.search.extend(texts(
        reader,
        found,
        &["settings", "unqualified-search-registries"],
    ));
    for path in [&["settings", "registry"][..], &["registry"]] {
        let Some(list) = written(reader, found, path) else {
            continue;
        };
        for registry in reader.elements(&list) {
            let name = [&["prefix"], &["location"]];
            let Some(name) = name.into_iter().find_map(|path| text(reader, &registry, path)) else {
                continue;
            };
            for (key, list) in [("insecure", &mut out.insecure), ("blocked", &mut out.blocked)] {
                if let Some(on) = written(reader, &registry, &[key])
                    && let on = reader.bool(&on)
                    && on.value() != Some(&false)
                {
                    list.push(on.map(|_| name.value().cloned().unwrap_or_default()));
                }
            }
        }
    }
    if let Some(rules) = written(reader, policy, &["default"]) {
        let rules = reader.elements(&rules);
        out.policy = rules.last().and_then(|rule| text(reader, rule, &["type"]));
    }
    out
}

fn storage(reader: &mut OptionReader<'_, '_>, found: &Found) -> Storage {
    let mount_program = [
        &["options", "overlay", "mount_program"][..],
        &["options", "mount_program"],
    ];
    Storage {
        driver: text(reader, found, &["driver"]),
        mount_program: mount_program.iter().find_map(|path| text(reader, found, path)),
        directory: text(reader, found, &["graphroot"]),
    }
}

/// `virtualisation.podman.networkSocket`, which NixOS puts behind a proxy that asks for certificates.
fn podman_api(reader: &mut OptionReader<'_, '_>, podman: &Found, out: &mut Vec<Field<Api>>) {
    let Some(enable) = written(reader, podman, &["networkSocket", "enable"]) else {
        return;
    };
    let enable = reader.bool(&enable);
    if enable.value() == Some(&false) {
        return;
    }
    let address = reader.at(podman, &["networkSocket", "listenAddress"]);
    let address = reader.text(&address);
    let known = |field: &Field<Text>, name: &str| {
        let known = field.value().cloned();
        known.unwrap_or_else(|| hole(Why::named(name), Origin::default()))
    };
    let address = known(&address, "virtualisation.podman.networkSocket.listenAddress");
    out.push(enable.map(|_| Api {
        engine: Engine::Podman,
        address: concat([Text::known("tcp://", Origin::default()), address.clone()]),
        is_guarded: true,
    }));
}

/// Where Docker's daemon listens besides its socket.
fn docker_apis(reader: &mut OptionReader<'_, '_>, docker: &Found, daemon: &Found, out: &mut Vec<Field<Api>>) {
    let guarded = written(reader, daemon, &["tlsverify"]);
    let guarded = guarded.map(|found| reader.bool(&found));
    let mut is_guarded = guarded.is_some_and(|guarded| guarded.value() == Some(&true));
    let options = text(reader, docker, &["extraOptions"]);
    let options = options
        .map(|options| crate::vocabulary::words::split_words(&[options], crate::vocabulary::words::blanks));
    let options = options.unwrap_or_default();
    let pattern = |field: &Field<Text>| field.value().map(Text::pattern).unwrap_or_default();
    is_guarded |=
        { options.iter() }.any(|word| matches!(pattern(word).as_str(), "--tlsverify" | "--tlsverify=true"));
    let mut addresses = texts(reader, docker, &["listenOptions"]);
    addresses.extend(texts(reader, daemon, &["hosts"]));
    let mut words = options.iter();
    while let Some(word) = words.next() {
        match pattern(word).as_str() {
            "-H" | "--host" => addresses.extend(words.next().cloned()),
            other => {
                let value = other.strip_prefix("--host=").or_else(|| other.strip_prefix("-H"));
                if let (Some(value), Some(text)) = (value, word.value()) {
                    let end = other.len();
                    let value = text.slice(end - value.len(), end);
                    addresses.push(word.map(|_| value.clone()));
                }
            }
        }
    }
    for address in addresses {
        // A unit of systemd for a socket has addresses without a scheme: a path is a socket of the machine's own.
        let is_remote = address.value().is_some_and(|address| {
            let pattern = address.pattern();
            pattern.starts_with("tcp:") || !pattern.starts_with(['/', '%', '@']) && !pattern.contains("://")
        });
        if is_remote {
            out.push(address.map(|address| Api {
                engine: Engine::Docker,
                address: address.clone(),
                is_guarded,
            }));
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

//! Where engines do what they are told, besides sockets that only their group may write to.

use crate::read::{Found, OptionReader};
use crate::system::dockerd;
use crate::system::switches::{texts, written};
use crate::vocabulary::daemon::{Listens, dockerd as dockerd_listens, is_for_everybody};
use crate::vocabulary::text::{concat, hole};
use nixpod_eval::Value;
use nixpod_model::{Api, Engine, Field, Text};
use nixpod_source::{Origin, Why};

/// Those of a system.
pub(super) fn of_system(
    reader: &mut OptionReader<'_, '_>,
    config: &Found,
    podman: &Found,
    docker: &Found,
) -> Vec<Field<Api>> {
    let mut out = Vec::new();
    podman_api(reader, podman, &mut out);
    docker_apis(reader, docker, &mut out);
    rootless_apis(reader, docker, &mut out);
    let sockets = reader.option(config, &["systemd", "sockets"]);
    if !reader.is_unset(&sockets) {
        let units = [
            ("docker", Engine::Docker, "/run/docker.sock"),
            ("podman", Engine::Podman, "/run/podman/podman.sock"),
        ];
        for (unit, engine, path) in units {
            let unit = reader.get(&sockets, unit);
            socket_unit(reader, &unit, (engine, path), &mut out);
        }
    }
    out
}

/// What is said of the unit for an engine's socket beside the engine's own options: the daemon takes all that it listens on.
fn socket_unit(
    reader: &mut OptionReader<'_, '_>,
    unit: &Found,
    (engine, path): (Engine, &str),
    out: &mut Vec<Field<Api>>,
) {
    let mut addresses = texts(reader, unit, &["listenStreams"]);
    if let Some(streams) = written(reader, unit, &["socketConfig", "ListenStream"]) {
        let streams = match &streams.value.value {
            Value::List(_) => reader.elements(&streams),
            _ => vec![streams],
        };
        addresses.extend(streams.iter().map(|stream| reader.text(stream)));
    }
    let listens = Listens {
        addresses,
        is_guarded: false,
    };
    out.extend(listens.apis(engine, false));
    if let Some(mode) = written(reader, unit, &["socketConfig", "SocketMode"]) {
        let mode = reader.text(&mode);
        let pattern = mode.value().map(Text::pattern).unwrap_or_default();
        if is_for_everybody(&pattern) {
            out.push(mode.map(|_| Api {
                engine,
                address: Text::known(path, Origin::default()),
                is_guarded: false,
                through_firewall: false,
                by_command: false,
                open: Some(format!("mode {pattern}")),
            }));
        }
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
    let api = |through_firewall: bool| Api {
        engine: Engine::Podman,
        address: concat([Text::known("tcp://", Origin::default()), address.clone()]),
        is_guarded: true,
        through_firewall,
        by_command: false,
        open: None,
    };
    out.push(enable.map(|_| api(false)));
    if let Some(opens) = written(reader, podman, &["networkSocket", "openFirewall"]) {
        let opens = reader.bool(&opens);
        if opens.value() != Some(&false) {
            out.push(opens.map(|opens| api(*opens)));
        }
    }
}

/// Where Docker's daemon listens besides its socket.
fn docker_apis(reader: &mut OptionReader<'_, '_>, docker: &Found, out: &mut Vec<Field<Api>>) {
    let mut listens = dockerd_listens(&dockerd::words(reader, docker));
    let daemon = reader.at(docker, &["daemon", "settings"]);
    listens.is_guarded |= asks_for_certificates(reader, &daemon);
    let settings = texts(reader, &daemon, &["hosts"]);
    listens.addresses = [
        texts(reader, docker, &["listenOptions"]),
        settings,
        listens.addresses,
    ]
    .concat();
    out.extend(listens.apis(Engine::Docker, false));
}

/// The same of the daemon of each user, which has no options but its settings.
fn rootless_apis(reader: &mut OptionReader<'_, '_>, docker: &Found, out: &mut Vec<Field<Api>>) {
    let daemon = reader.at(docker, &["rootless", "daemon", "settings"]);
    let listens = Listens {
        addresses: texts(reader, &daemon, &["hosts"]),
        is_guarded: asks_for_certificates(reader, &daemon),
    };
    out.extend(listens.apis(Engine::Docker, false));
}

fn asks_for_certificates(reader: &mut OptionReader<'_, '_>, daemon: &Found) -> bool {
    let asks = written(reader, daemon, &["tlsverify"]);
    asks.is_some_and(|asks| reader.bool(&asks).value() == Some(&true))
}

//! Options whose values end in the world-readable store.

use crate::read::{Found, OptionReader, as_key};
use crate::surface::Runs;
use crate::surface::tmpfiles;
use crate::surface::written_files::{Wanted, sets_of_hjem};
use crate::vocabulary::certainty::part;
use crate::vocabulary::text::{origin_of, split_once};
use crate::vocabulary::unit::kinds::is_unit;
use crate::vocabulary::words;
use crate::vocabulary::words::split_words;
use nixpod_eval::{Tracked, Value};
use nixpod_model::{EntryName, Field, SecretSlot, SecretValue, StoreRef, SystemKind, Text};
use nixpod_source::{Origin, Symbol};

/// Systems write a few hundred files and variables; more than this is generated data.
const MAX_SECRETS: usize = 2_000;

/// Sets of files that a system writes.
const fn files(kind: SystemKind) -> &'static [&'static [&'static str]] {
    match kind {
        SystemKind::Home => &[
            &["home", "file"],
            &["xdg", "configFile"],
            &["xdg", "dataFile"],
            &["xdg", "stateFile"],
            &["xdg", "cacheFile"],
        ],
        SystemKind::Nixos | SystemKind::Guest => &[&["environment", "etc"]],
        SystemKind::Elsewhere => &[],
    }
}

/// Sets of variables that a system writes.
const fn variables(kind: SystemKind) -> &'static [&'static [&'static str]] {
    match kind {
        SystemKind::Home => &[
            &["home", "sessionVariables"],
            &["systemd", "user", "sessionVariables"],
        ],
        SystemKind::Nixos | SystemKind::Guest => &[
            &["environment", "variables"],
            &["environment", "sessionVariables"],
            &["systemd", "globalEnvironment"],
        ],
        SystemKind::Elsewhere => &[],
    }
}

/// Collects them from a system.
pub(crate) fn read(
    reader: &mut OptionReader<'_, '_>,
    config: &Found,
    kind: SystemKind,
    secrets: &mut Vec<SecretValue>,
) {
    for path in files(kind) {
        let all = reader.option(config, path);
        written_files(reader, &all, secrets);
    }
    for set in sets_of_hjem(reader, config, kind) {
        written_files(reader, &set.all, secrets);
    }
    for path in variables(kind) {
        let all = reader.option(config, path);
        environment(reader, &all, secrets);
    }
    activations(reader, config, kind, secrets);
    placed(reader, config, kind, secrets);
    if kind == SystemKind::Home {
        images(reader, config, secrets);
        services_of_homes(reader, config, secrets);
    } else {
        services(reader, config, secrets);
    }
}

/// What is run whenever a system or a home is switched to.
fn activations(
    reader: &mut OptionReader<'_, '_>,
    config: &Found,
    kind: SystemKind,
    secrets: &mut Vec<SecretValue>,
) {
    let (path, part) = match kind {
        SystemKind::Home => (["home", "activation"], "data"),
        _ => (["system", "activationScripts"], "text"),
    };
    let all = reader.option(config, &path);
    if reader.is_unset(&all) || reader.is_default(&all) {
        return;
    }
    for (name, script) in reader.entries(&all).named {
        let text = match &script.value.value {
            Value::Attrs(_) => reader.get(&script, part),
            _ => script,
        };
        if secrets.len() < MAX_SECRETS && matches!(text.value.value, Value::String(_)) {
            let key = as_key(&EntryName::Known(name.as_str().into()));
            let slot = SecretSlot::Script(format!("{}.{key}", path.join(".")));
            reader.secret(&text, slot, secrets);
        }
    }
}

/// Files that systemd-tmpfiles writes, by their paths.
fn placed(
    reader: &mut OptionReader<'_, '_>,
    config: &Found,
    kind: SystemKind,
    secrets: &mut Vec<SecretValue>,
) {
    let wanted = Wanted {
        entry: |line| line.trim_start().starts_with(['f', 'F', 'w']),
        file: |_| true,
        folder: None,
    };
    for written in tmpfiles::files(reader, config, kind, &wanted, |_, _| Runs::Unknown) {
        let path = written.path.split('"').nth(1).unwrap_or(&written.path).to_owned();
        if secrets.len() >= MAX_SECRETS || is_unit(&path) {
            continue;
        }
        if written.text.value().is_some() {
            secrets.push(SecretValue {
                slot: SecretSlot::WrittenFile(path),
                value: written.text,
            });
        }
    }
}

/// Home Manager writes a unit's sections as they are.
fn services_of_homes(reader: &mut OptionReader<'_, '_>, config: &Found, secrets: &mut Vec<SecretValue>) {
    let all = reader.option(config, &["systemd", "user", "services"]);
    for (_, service) in reader.entries(&all).named {
        if secrets.len() >= MAX_SECRETS {
            return;
        }
        let lines = reader.at(&service, &["Service", "Environment"]);
        environment_lines(reader, &lines, secrets);
    }
}

fn services(reader: &mut OptionReader<'_, '_>, config: &Found, secrets: &mut Vec<SecretValue>) {
    for path in [
        &["systemd", "services"] as &[&str],
        &["systemd", "user", "services"],
    ] {
        let all = reader.option(config, path);
        for (name, service) in reader.entries(&all).named {
            if secrets.len() >= MAX_SECRETS {
                return;
            }
            let own = reader.get(&service, "environment");
            environment(reader, &own, secrets);
            let lines = reader.at(&service, &["serviceConfig", "Environment"]);
            environment_lines(reader, &lines, secrets);
            let unit = reader.get(&service, "serviceConfig");
            credentials(reader, &unit, secrets);
            let key = as_key(&EntryName::Known(name.as_str().into()));
            let option = format!("{}.{key}", path.join("."));
            scripts(reader, &service, &option, secrets);
        }
    }
    wireguard(reader, config, secrets);
    wireguard_of_networkd(reader, config, secrets);
    let key = reader.option(
        config,
        &["virtualisation", "podman", "networkSocket", "tls", "key"],
    );
    let slot = SecretSlot::SecretFile("virtualisation.podman.networkSocket.tls.key".to_owned());
    reader.secret(&key, slot, secrets);
}

fn written_files(reader: &mut OptionReader<'_, '_>, all: &Found, secrets: &mut Vec<SecretValue>) {
    for (name, file) in reader.entries(all).named {
        if secrets.len() >= MAX_SECRETS {
            return;
        }
        let text = reader.get(&file, "text");
        let slot = match is_unit(&name) {
            true => SecretSlot::Unit,
            false => SecretSlot::WrittenFile,
        };
        reader.secret(&text, slot(name.clone()), secrets);
        let source = reader.get(&file, "source");
        if reader.is_default(&source) || reader.is_unset(&source) {
            continue;
        }
        let field = reader.text(&source);
        written_by(&field, secrets);
        if matches!(source.value.value, Value::Path(_)) {
            reader.secret(&source, SecretSlot::File(name), secrets);
        }
    }
}

/// The texts of files that a value refers to.
pub(crate) fn written_by(field: &Field<Text>, secrets: &mut Vec<SecretValue>) {
    let Some(text) = field.value() else { return };
    for reference in &text.context {
        if let StoreRef::Written { name, text, .. } = reference {
            secrets.push(SecretValue {
                slot: SecretSlot::WrittenFile(name.clone()),
                value: field.map(|_| (**text).clone()),
            });
        }
    }
}

pub(super) fn environment(reader: &mut OptionReader<'_, '_>, all: &Found, secrets: &mut Vec<SecretValue>) {
    for (name, variable) in reader.entries(all).named {
        if secrets.len() >= MAX_SECRETS {
            return;
        }
        match &variable.value.value {
            Value::String(_) | Value::Path(_) | Value::Int(_) | Value::Either(_) => {
                reader.secret(&variable, SecretSlot::Environment(name), secrets);
            }
            // What it is is known by its name.
            Value::Unknown(unknown) if unknown.why.symbol() == Some(Symbol::Secret) => {
                let read = |this: &mut OptionReader<'_, '_>, value: &Tracked, origin: &Origin| {
                    Ok(this.text_or_hole(value, origin))
                };
                let value = reader.field(&variable, read);
                secrets.push(SecretValue {
                    slot: SecretSlot::Environment(name),
                    value,
                });
            }
            _ => {}
        }
    }
}

/// `Environment=` of a unit: `A=b` words, as one string or a list.
fn environment_lines(reader: &mut OptionReader<'_, '_>, found: &Found, secrets: &mut Vec<SecretValue>) {
    let lines = match &found.value.value {
        Value::String(_) => vec![found.clone()],
        Value::List(_) => reader.elements(found),
        _ => return,
    };
    for line in lines {
        let field = reader.text(&line);
        let fields = split_words(&[field], words::systemd);
        for word in fields {
            let Some((name, value)) = word.value().and_then(|text| split_once(text, '=')) else {
                continue;
            };
            let origin = origin_of(&value);
            secrets.push(SecretValue {
                slot: SecretSlot::Environment(name.display()),
                value: part(&word, value, origin),
            });
        }
    }
}

/// Home Manager's podman images: credentials become lines of unit files.
fn images(reader: &mut OptionReader<'_, '_>, config: &Found, secrets: &mut Vec<SecretValue>) {
    let all = reader.option(config, &["services", "podman", "images"]);
    for (name, image) in reader.entries(&all).all() {
        let name = as_key(&name);
        let password = reader.get(&image, "password");
        let slot = SecretSlot::Credential(format!("services.podman.images.{name}.password"));
        reader.secret(&password, slot, secrets);
        for option in ["authFile", "decryptionKeyFile"] {
            let file = reader.get(&image, option);
            let slot = SecretSlot::SecretFile(format!("services.podman.images.{name}.{option}"));
            reader.secret(&file, slot, secrets);
        }
    }
}

/// What a unit hands to its program as credentials: `SetCredential=id:text`, `LoadCredential=id:path`.
fn credentials(reader: &mut OptionReader<'_, '_>, unit: &Found, secrets: &mut Vec<SecretValue>) {
    for (key, is_text) in [("SetCredential", true), ("LoadCredential", false)] {
        let found = reader.get(unit, key);
        if reader.is_unset(&found) || reader.is_default(&found) {
            continue;
        }
        let words = match &found.value.value {
            Value::String(_) => vec![found.clone()],
            Value::List(_) => reader.elements(&found),
            _ => continue,
        };
        for word in words {
            let word = reader.text(&word);
            let Some((id, value)) = word.value().and_then(|text| split_once(text, ':')) else {
                continue;
            };
            let option = format!("{key}={}", id.display());
            let origin = origin_of(&value);
            secrets.push(SecretValue {
                slot: match is_text {
                    true => SecretSlot::UnitCredential(id.display()),
                    false => SecretSlot::SecretFile(option),
                },
                value: part(&word, value, origin),
            });
        }
    }
}

/// Lines that start programs.
fn scripts(reader: &mut OptionReader<'_, '_>, service: &Found, path: &str, secrets: &mut Vec<SecretValue>) {
    for option in [
        &["script"] as &[&str],
        &["preStart"],
        &["postStart"],
        &["serviceConfig", "ExecStart"],
        &["serviceConfig", "ExecStartPre"],
    ] {
        let found = reader.at(service, option);
        if reader.is_unset(&found) || reader.is_default(&found) {
            continue;
        }
        let lines = match &found.value.value {
            Value::String(_) => vec![found.clone()],
            Value::List(_) => reader.elements(&found),
            _ => continue,
        };
        for line in lines {
            let slot = SecretSlot::Script(format!("{path}.{}", option.join(".")));
            reader.secret(&line, slot, secrets);
        }
    }
}

/// Keys of WireGuard that are written out.
fn wireguard(reader: &mut OptionReader<'_, '_>, config: &Found, secrets: &mut Vec<SecretValue>) {
    for program in ["wireguard", "wg-quick"] {
        let path = ["networking", program, "interfaces"];
        let all = reader.option(config, &path);
        for (name, interface) in reader.entries(&all).named {
            let key = as_key(&EntryName::Known(name.as_str().into()));
            let option = format!("{}.{key}", path.join("."));
            let own = reader.get(&interface, "privateKey");
            let slot = SecretSlot::Credential(format!("{option}.privateKey"));
            reader.secret(&own, slot, secrets);
            let file = reader.get(&interface, "privateKeyFile");
            let slot = SecretSlot::SecretFile(format!("{option}.privateKeyFile"));
            reader.secret(&file, slot, secrets);
            let peers = reader.get(&interface, "peers");
            if reader.is_unset(&peers) {
                continue;
            }
            for peer in reader.elements(&peers) {
                let shared = reader.get(&peer, "presharedKey");
                let slot = SecretSlot::Credential(format!("{option}.peers.*.presharedKey"));
                reader.secret(&shared, slot, secrets);
            }
        }
    }
}

/// The same of systemd-networkd, which has its own words.
fn wireguard_of_networkd(reader: &mut OptionReader<'_, '_>, config: &Found, secrets: &mut Vec<SecretValue>) {
    let path = ["systemd", "network", "netdevs"];
    let all = reader.option(config, &path);
    if reader.is_unset(&all) || reader.is_default(&all) {
        return;
    }
    for (name, device) in reader.entries(&all).named {
        let key = as_key(&EntryName::Known(name.as_str().into()));
        let option = format!("{}.{key}", path.join("."));
        let own = reader.at(&device, &["wireguardConfig", "PrivateKey"]);
        let slot = SecretSlot::Credential(format!("{option}.wireguardConfig.PrivateKey"));
        reader.secret(&own, slot, secrets);
        let file = reader.at(&device, &["wireguardConfig", "PrivateKeyFile"]);
        let slot = SecretSlot::SecretFile(format!("{option}.wireguardConfig.PrivateKeyFile"));
        reader.secret(&file, slot, secrets);
        let peers = reader.get(&device, "wireguardPeers");
        if reader.is_unset(&peers) || reader.is_default(&peers) {
            continue;
        }
        for peer in reader.elements(&peers) {
            // Until 24.11 a peer was a set in a set.
            for place in [
                &["PresharedKey"] as &[&str],
                &["wireguardPeerConfig", "PresharedKey"],
            ] {
                let shared = reader.at(&peer, place);
                if reader.is_unset(&shared) {
                    continue;
                }
                let slot = SecretSlot::Credential(format!("{option}.wireguardPeers.*.PresharedKey"));
                reader.secret(&shared, slot, secrets);
            }
        }
    }
}

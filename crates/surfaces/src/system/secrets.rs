//! Options whose values end in the world-readable store.

use crate::census::may_be_secret;
use crate::read::{Found, OptionReader, as_key};
use crate::surface::tables;
use crate::surface::written_files::sets_of_hjem;
use crate::system::referred::{self, Of};
use crate::vocabulary::certainty::part;
use crate::vocabulary::text::{origin_of, split_once};
use crate::vocabulary::unit::kinds::is_unit;
use crate::vocabulary::words;
use crate::vocabulary::words::split_words;
use nixpod_eval::{ContextItem, Tracked, Value};
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
        environment(reader, &all, &path.join("."), secrets);
    }
    scripts_and_rules(reader, config, kind, secrets);
    let packages: &[&str] = if kind == SystemKind::Home {
        images(reader, config, secrets);
        services_of_homes(reader, config, secrets);
        &["home", "packages"]
    } else {
        services(reader, config, secrets);
        &["environment", "systemPackages"]
    };
    if kind != SystemKind::Elsewhere {
        let packages = reader.option(config, packages);
        referred::texts(reader, &packages, Of::Other, secrets);
    }
}

/// Home Manager writes a unit's sections as they are.
fn services_of_homes(reader: &mut OptionReader<'_, '_>, config: &Found, secrets: &mut Vec<SecretValue>) {
    let all = reader.option(config, &["systemd", "user", "services"]);
    for (name, service) in reader.entries(&all).named {
        if secrets.len() >= MAX_SECRETS {
            return;
        }
        let lines = reader.at(&service, &["Service", "Environment"]);
        let key = as_key(&EntryName::Known(name.as_str().into()));
        let option = format!("systemd.user.services.{key}.Service.Environment");
        environment_lines(reader, &lines, &option, secrets);
    }
}

/// Scripts of the activation, and lines for `systemd-tmpfiles`.
fn scripts_and_rules(
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
    if reader.is_written(&all) {
        for (name, script) in reader.entries(&all).named {
            let script = match &script.value.value {
                Value::Attrs(_) => reader.get(&script, part),
                _ => script,
            };
            let key = as_key(&EntryName::Known(name.as_str().into()));
            line(reader, &script, format!("{}.{key}", path.join(".")), secrets);
        }
    }
    for path in [
        &["systemd", "tmpfiles", "rules"] as &[&str],
        &["systemd", "user", "tmpfiles", "rules"],
    ] {
        let rules = reader.option(config, path);
        if reader.is_written(&rules) {
            for rule in reader.elements(&rules) {
                line(reader, &rule, path.join("."), secrets);
            }
        }
    }
    let groups = reader.option(config, &["systemd", "tmpfiles", "settings"]);
    if !reader.is_written(&groups) {
        return;
    }
    for (_, group) in reader.entries(&groups).named {
        for (_, file) in reader.entries(&group).named {
            for (_, entry) in reader.entries(&file).named {
                let argument = reader.get(&entry, "argument");
                line(reader, &argument, "systemd.tmpfiles.settings".to_owned(), secrets);
            }
        }
    }
}

/// A script or a line, if there can be a secret in it.
fn line(reader: &mut OptionReader<'_, '_>, found: &Found, option: String, secrets: &mut Vec<SecretValue>) {
    let copies = match &found.value.value {
        Value::String(string) => {
            let mut context = string.context.iter().flat_map(|context| context.iter());
            context.any(|item| matches!(item, ContextItem::Copied { .. } | ContextItem::Read { .. }))
        }
        _ => false,
    };
    if secrets.len() < MAX_SECRETS && (copies || reader.may_say(&found.value, may_be_secret)) {
        reader.secret(found, SecretSlot::Script(option), secrets);
    }
}

/// What the Nix daemon is told, and keys of the machine itself.
fn of_machine(reader: &mut OptionReader<'_, '_>, config: &Found, secrets: &mut Vec<SecretValue>) {
    let conf = || SecretSlot::WrittenFile("nix.conf".to_owned());
    let text = reader.option(config, &["nix", "extraOptions"]);
    reader.secret(&text, conf(), secrets);
    for (setting, names_file) in [
        ("access-tokens", false),
        ("netrc-file", true),
        ("secret-key-files", true),
    ] {
        let found = reader.option(config, &["nix", "settings", setting]);
        for value in one_or_several(reader, found) {
            let slot = match names_file {
                true => SecretSlot::SecretFile(format!("nix.settings.{setting}")),
                false => conf(),
            };
            reader.secret(&value, slot, secrets);
        }
    }
    let keys = reader.option(config, &["services", "openssh", "hostKeys"]);
    for key in one_or_several(reader, keys) {
        let path = reader.get(&key, "path");
        let slot = SecretSlot::SecretFile("services.openssh.hostKeys.*.path".to_owned());
        reader.secret(&path, slot, secrets);
    }
    let keys = reader.option(config, &["boot", "initrd", "network", "ssh", "hostKeys"]);
    for key in one_or_several(reader, keys) {
        let slot = SecretSlot::SecretFile("boot.initrd.network.ssh.hostKeys".to_owned());
        reader.secret(&key, slot, secrets);
    }
    let files = reader.option(config, &["boot", "initrd", "secrets"]);
    if reader.is_written(&files) {
        for (name, file) in reader.entries(&files).named {
            let key = as_key(&EntryName::Known(name.as_str().into()));
            let slot = SecretSlot::SecretFile(format!("boot.initrd.secrets.{key}"));
            reader.secret(&file, slot, secrets);
        }
    }
}

/// The elements of a list that somebody wrote, or what stands in its place.
fn one_or_several(reader: &mut OptionReader<'_, '_>, found: Found) -> Vec<Found> {
    match &found.value.value {
        _ if !reader.is_written(&found) => Vec::new(),
        Value::List(_) => reader.elements(&found),
        _ => vec![found],
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
            let key = as_key(&EntryName::Known(name.as_str().into()));
            let option = format!("{}.{key}", path.join("."));
            // Both are the environment of one unit.
            let of = format!("{option}.environment");
            let own = reader.get(&service, "environment");
            environment(reader, &own, &of, secrets);
            let lines = reader.at(&service, &["serviceConfig", "Environment"]);
            environment_lines(reader, &lines, &of, secrets);
            let unit = reader.get(&service, "serviceConfig");
            credentials(reader, &unit, secrets);
            scripts(reader, &service, &option, secrets);
        }
    }
    of_machine(reader, config, secrets);
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

/// The variables of a set, which is this option.
pub(super) fn environment(
    reader: &mut OptionReader<'_, '_>,
    all: &Found,
    option: &str,
    secrets: &mut Vec<SecretValue>,
) {
    // What the user's own module makes of its option nobody knows: it may well be a template.
    let is_declared = all.info.as_ref().is_some_and(|info| info.declared);
    let is_modelled = tables().any(|table| option.starts_with(&table.path.join(".")));
    let is_own = is_declared && !is_modelled;
    for (name, variable) in reader.entries(all).named {
        if secrets.len() >= MAX_SECRETS {
            return;
        }
        let slot = SecretSlot::Environment {
            variable: name,
            of: option.to_owned(),
        };
        match &variable.value.value {
            Value::String(_) | Value::Path(_) | Value::Int(_) | Value::Either(_) => {
                reader.secret(&variable, slot, secrets);
            }
            // What it is is known by its name.
            Value::Unknown(unknown) if !is_own && unknown.why.symbol() == Some(Symbol::Secret) => {
                let read = |this: &mut OptionReader<'_, '_>, value: &Tracked, origin: &Origin| {
                    Ok(this.text_or_hole(value, origin))
                };
                let value = reader.field(&variable, read);
                secrets.push(SecretValue { slot, value });
            }
            _ => {}
        }
    }
}

/// `Environment=` of a unit: `A=b` words, as one string or a list.
fn environment_lines(
    reader: &mut OptionReader<'_, '_>,
    found: &Found,
    option: &str,
    secrets: &mut Vec<SecretValue>,
) {
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
                slot: SecretSlot::Environment {
                    variable: name.display(),
                    of: option.to_owned(),
                },
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
            referred::texts(reader, &line, Of::Service, secrets);
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

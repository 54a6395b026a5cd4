//! arion: `virtualisation.arion.projects.<project>.settings.services.<name>`, and the same in `arion-compose.nix`. Projects
//! become Compose files, with `out.service` as what goes there as it is.

use crate::read::{Found, OptionReader};
use crate::surface::granted::capabilities;
use crate::surface::surroundings::{Reading, Surroundings};
use crate::vocabulary::certainty::weaken;
use crate::vocabulary::compose::{self, KEYS, LONG, Shape, joined};
use crate::vocabulary::flags::Opt;
use crate::vocabulary::mounts::{bind_volumes, host_volume};
use crate::vocabulary::options::{ANY, Systems, Table};
use crate::vocabulary::podman;
use crate::vocabulary::text::{concat, hole};
use nixpod_eval::Value;
use nixpod_model::{Container, Engine, EntryName, Field, Image, Mount, Surface, SystemKind, Text};
use nixpod_source::{Origin, Why};

/// What is known of the surface before a container is read.
pub(crate) const TABLE: Table = Table {
    surface: Surface::Arion,
    systems: Systems::Nixos,
    path: &["virtualisation", "arion", "projects", ANY, "settings", "services"],
    old_path: Some(&[
        "virtualisation",
        "arion",
        "projects",
        ANY,
        "settings",
        "docker-compose",
        "services",
    ]),
    file: Some("arion-compose.nix"),
    options: &["service", "out", "image", "build", "nixos"],
    facts: &["service.privileged"],
    guest: Some(&["nixos", "configuration"]),
    part: Some("service"),
};

/// Reads one service into an empty container.
pub(crate) fn read(
    reader: &mut OptionReader<'_, '_>,
    found: &Found,
    around: &mut Surroundings<'_>,
    container: &mut Container,
) -> Reading {
    who_runs(reader, around, container);
    let service = reader.get(found, "service");
    let raw = reader.at(found, &["out", "service"]);
    container.unseen = reader.unseen(&service);
    capabilities(reader, &service, container);
    store(reader, &service, container);
    for keys in [&service, &raw] {
        let options = options(reader, keys);
        podman::apply(container, &options);
        container.command.extend(words(reader, keys, "command"));
        let entrypoint = words(reader, keys, "entrypoint");
        container.command.splice(0..0, entrypoint);
    }
    volumes(reader, around, container);
    image(reader, found, &service, container);
    Reading::Container
}

/// The engine that NixOS starts it by. The program alone takes whatever Docker's client does.
fn who_runs(reader: &mut OptionReader<'_, '_>, around: &Surroundings<'_>, container: &mut Container) {
    if around.kind == SystemKind::Elsewhere {
        container.engine = Field::default(Engine::Docker);
        container.auto_start = Field::default(false);
        return;
    }
    let backend = reader.at(around.config, &["virtualisation", "arion", "backend"]);
    container.engine = reader.string(&backend).map(|backend| match backend.as_str() {
        "podman-socket" => Engine::Podman,
        _ => Engine::Docker,
    });
}

fn is_there(reader: &OptionReader<'_, '_>, found: &Found) -> bool {
    !matches!(found.value.value, Value::Null) && !reader.is_unset(found)
}

/// `useHostStore` binds the store, and with `useHostNixDaemon` the daemon's socket, too.
fn store(reader: &mut OptionReader<'_, '_>, service: &Found, container: &mut Container) {
    let [store, read_only, daemon] =
        ["useHostStore", "hostStoreAsReadOnly", "useHostNixDaemon"].map(|name| reader.get(service, name));
    let store = reader.bool(&store);
    if store.value() == Some(&false) {
        return;
    }
    let read_only = reader.bool_worst(&read_only, false);
    let is_read_only = read_only.value() != Some(&false);
    let mut bind = |field: &Field<bool>, path: &str, read_only: bool| {
        let origin = field.origin.clone();
        container.mounts.push(field.map(|_| Mount {
            source: Text::known(path, origin.clone()),
            target: Text::known(path, origin.clone()),
            read_only,
            options: Vec::new(),
            is_bind: true,
            unclear_access: None,
            volume: None,
        }));
    };
    let decides = match is_read_only {
        true => store.clone(),
        false => weaken(read_only, &store),
    };
    bind(&decides, "/nix/store", is_read_only);
    let daemon = reader.bool(&daemon);
    if daemon.value() != Some(&false) {
        bind(&weaken(daemon, &store), "/nix/var/nix/daemon-socket", false);
    }
}

/// Volumes of the project that are directories of the host are binds of a service that names them.
fn volumes(reader: &mut OptionReader<'_, '_>, around: &Surroundings<'_>, container: &mut Container) {
    let has_named = { container.mounts.iter().filter_map(Field::value) }
        .any(|mount| !mount.is_bind && !mount.source.parts.is_empty());
    let EntryName::Known(name) = container.id.name() else {
        return;
    };
    let Some((project, _)) = name.split_once('/').filter(|_| has_named) else {
        return;
    };
    let projects = reader.option(around.config, &["virtualisation", "arion", "projects"]);
    let settings = reader.at(&projects, &[project, "settings"]);
    let bound = bound(reader, &settings);
    bind_volumes(container, |name| {
        let volume = bound.iter().find(|(known, _)| known == name);
        volume.map(|(_, mount)| mount)
    });
}

/// Volumes that are directories of the host: `driver_opts = { type = "none"; o = "bind"; device = "/srv"; }`. What goes into
/// the Compose file as it is may have some, too.
fn bound(reader: &mut OptionReader<'_, '_>, settings: &Found) -> Vec<(String, Field<Mount>)> {
    let mut all = Vec::new();
    for path in [
        &["docker-compose", "volumes"][..],
        &["docker-compose", "raw", "volumes"],
    ] {
        let set = reader.at(settings, path);
        if !reader.is_unset(&set) {
            all.extend(reader.entries(&set).named);
        }
    }
    let mut out = Vec::new();
    for (name, volume) in all {
        let options = reader.get(&volume, "driver_opts");
        let [kind, how, device] = ["type", "o", "device"].map(|name| {
            let option = reader.get(&options, name);
            reader.text(&option)
        });
        let known = |field: &Field<Text>| field.value().map(Text::pattern).unwrap_or_default();
        let mount = device
            .value()
            .and_then(|device| host_volume(device, &known(&kind), &known(&how)));
        if let Some(mount) = mount {
            out.push((name, device.map(|_| mount.clone())));
        }
    }
    out
}

/// Those that no service names, each with where its directory is written. Nobody reaches them by what is read here.
pub(crate) fn unmounted(reader: &mut OptionReader<'_, '_>, settings: &Found) -> Vec<(String, Origin)> {
    let mut bound = bound(reader, settings);
    if bound.is_empty() {
        return Vec::new();
    }
    let services = reader.get(settings, "services");
    for (_, service) in reader.entries(&services).all() {
        for path in [&["service", "volumes"][..], &["out", "service", "volumes"]] {
            let volumes = reader.at(&service, path);
            if reader.is_unset(&volumes) {
                continue;
            }
            for volume in reader.elements(&volumes) {
                let source = match volume.value.value {
                    Value::Attrs(_) => reader.get(&volume, "source"),
                    _ => volume,
                };
                let Some(source) = reader.text(&source).value().map(Text::pattern) else {
                    // It may name any of them.
                    return Vec::new();
                };
                bound.retain(|(name, _)| source.split(':').next() != Some(name.as_str()));
            }
        }
    }
    bound
        .into_iter()
        .map(|(name, device)| (name, device.origin))
        .collect()
}

/// What the keys of a service say, as options of `docker run`.
fn options(reader: &mut OptionReader<'_, '_>, keys: &Found) -> Vec<Opt> {
    let mut out = Vec::new();
    for (key, option, shape) in KEYS {
        let found = reader.get(keys, key);
        if !is_there(reader, &found) {
            continue;
        }
        let is_set = matches!(found.value.value, Value::Attrs(_));
        match shape {
            Shape::Pairs(between) if is_set => out.extend(pairs(reader, (key, option, between), &found)),
            Shape::One => out.push(one(reader, (key, option), &found)),
            Shape::Many | Shape::Pairs(_) => {
                let elements = match found.value.value {
                    Value::String(_) => vec![found],
                    _ => reader.elements(&found),
                };
                out.extend(elements.iter().map(|element| one(reader, (key, option), element)));
            }
        }
    }
    out.extend(health(reader, keys));
    out
}

fn opt(option: &str, value: &Field<Text>) -> Opt {
    Opt {
        name: option.to_owned(),
        value: value.value().cloned(),
        field: value.map(|_| ()),
    }
}

/// An option with the value of a key, or with one of its values.
fn one(reader: &mut OptionReader<'_, '_>, (key, option): (&str, &str), found: &Found) -> Opt {
    let long = LONG.iter().find(|(known, ..)| *known == key);
    if let (Value::Attrs(_), Some((_, option, parts))) = (&found.value.value, long) {
        return opt(option, &long_form(reader, key, parts, found));
    }
    opt(option, &scalar(reader, key, found))
}

fn scalar(reader: &mut OptionReader<'_, '_>, key: &str, found: &Found) -> Field<Text> {
    let text = reader.field(found, |this, value, origin| this.scalar_text(value, origin));
    text.map(|text| compose::value(key, text))
}

/// An entry that is written as a set.
fn long_form(
    reader: &mut OptionReader<'_, '_>,
    key: &str,
    parts: &[(&'static str, &str)],
    found: &Found,
) -> Field<Text> {
    let mut texts = Vec::new();
    for (before, name) in parts {
        let part = reader.get(found, name);
        if !is_there(reader, &part) {
            continue;
        }
        let part = scalar(reader, key, &part);
        let text = match &part.value() {
            Some(text) => (*text).clone(),
            None => hole(Why::named(name), part.origin.clone()),
        };
        let before = if texts.is_empty() && before.len() == 1 {
            ""
        } else {
            before
        };
        texts.push(joined(before, text));
    }
    let text = concat(texts);
    reader.field(found, |_, _, _| Ok(text.clone()))
}

/// An option for each entry of a set.
fn pairs(
    reader: &mut OptionReader<'_, '_>,
    (key, option, between): (&str, &str, &str),
    found: &Found,
) -> Vec<Opt> {
    let entries = reader.entries(found);
    let open = entries.open.clone();
    let mut out: Vec<Opt> = { open.into_iter() }
        .map(|why| opt(option, &reader.unknown(found, why)))
        .collect();
    for (name, entry) in entries.all() {
        if matches!(entry.value.value, Value::Null) {
            continue;
        }
        let known = match &name {
            EntryName::Known(name) => Text::known(name.as_str(), Origin::default()),
            EntryName::Template(_) => hole(Why::named("name"), reader.key_origin(&entry)),
        };
        let value = reader.field(&entry, |this, value, origin| {
            let text = this.scalar_text(value, origin);
            Ok(text.unwrap_or_else(|why| hole(why, origin.clone())))
        });
        out.push(opt(
            option,
            &value.map(|text| {
                let value = compose::value(key, text);
                concat([known.clone(), Text::known(between, Origin::default()), value])
            }),
        ));
    }
    out
}

/// `healthcheck.test`: a command behind a word that says how it is run.
fn health(reader: &mut OptionReader<'_, '_>, keys: &Found) -> Option<Opt> {
    let test = reader.get(keys, "healthcheck");
    let words = words(reader, &test, "test");
    let words = words.into_iter().skip_while(|word| {
        let word = word.value().map(Text::pattern);
        matches!(word.as_deref(), Some("CMD" | "CMD-SHELL"))
    });
    let command = words.reduce(|line, word| {
        let Some(text) = word.value().cloned() else {
            return word;
        };
        let line = weaken(line, &word);
        line.map(|line| concat([line.clone(), joined(" ", text.clone())]))
    });
    command.map(|command| opt("--health-cmd", &command))
}

/// A command: one text, or a list of words.
fn words(reader: &mut OptionReader<'_, '_>, keys: &Found, key: &str) -> Vec<Field<Text>> {
    let found = reader.get(keys, key);
    if !is_there(reader, &found) {
        return Vec::new();
    }
    let elements = match found.value.value {
        Value::List(_) => reader.elements(&found),
        _ => vec![found],
    };
    elements
        .iter()
        .map(|element| scalar(reader, key, element))
        .collect()
}

/// Where a service neither names an image nor a Dockerfile, arion builds one with Nix.
fn image(reader: &mut OptionReader<'_, '_>, found: &Found, service: &Found, container: &mut Container) {
    let [image, context] = [&["image"][..], &["build", "context"]].map(|path| reader.at(service, path));
    if is_there(reader, &image) {
        container.image = Some(scalar(reader, "image", &image).map(|reference| Image {
            reference: reference.clone(),
            provided_by_nix: false,
        }));
    } else if !is_there(reader, &context) {
        let name = reader.at(found, &["image", "name"]);
        let name = match reader.string(&name).value() {
            Some(name) => Text::known(name.as_str(), Origin::default()),
            None => Text::known(container.name.as_str(), Origin::default()),
        };
        container.image = Some(Field::default(Image {
            reference: name,
            provided_by_nix: true,
        }));
    }
}

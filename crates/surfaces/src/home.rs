//! Home Manager's `services.podman.containers.<name>`: typed options that become keys of a quadlet file, and
//! `extraConfig`, which adds to lists and replaces single values.

use crate::facts::{Found, Reader};
use crate::flags::parse;
use crate::mounts::{mount, volume};
use crate::nspawn_flags::{capabilities, split_words};
use crate::oci::read_environment;
use crate::podman_flags::{self, WORDS, device, network, security, set_network, tmpfs, userns};
use crate::ports::published;
use crate::text::split_once;
use nixpod_eval::Value;
use nixpod_model::{Container, EnvVar, Fact, Field, Image, Text, Userns};
use nixpod_source::Origin;

const OPTIONS: [&str; 23] = [
    "image",
    "autoStart",
    "autoUpdate",
    "description",
    "user",
    "group",
    "userNS",
    "addCapabilities",
    "dropCapabilities",
    "devices",
    "network",
    "networkAlias",
    "ip4",
    "ip6",
    "ports",
    "volumes",
    "environment",
    "environmentFile",
    "extraPodmanArgs",
    "extraConfig",
    "entrypoint",
    "exec",
    "labels",
];

/// The `Container` sections of both.
struct Quadlet<'f> {
    typed: &'f Found,
    extra: Found,
}

impl Quadlet<'_> {
    /// All values of a key: those of the typed option, then those of `extraConfig`.
    fn list(&self, reader: &mut Reader<'_, '_>, option: Option<&str>, key: &str) -> Vec<Field<Text>> {
        let mut out = Vec::new();
        if let Some(option) = option {
            let found = reader.get(self.typed, option);
            out.extend(scalars(reader, &found));
        }
        let found = reader.get(&self.extra, key);
        if !reader.is_unset(&found) || self.is_unknown() {
            out.extend(scalars(reader, &found));
        }
        out
    }

    /// The value of a key that stands once: `extraConfig` wins.
    fn one(&self, reader: &mut Reader<'_, '_>, option: Option<&str>, key: &str) -> Option<Field<Text>> {
        self.list(reader, option, key).pop()
    }

    /// Is nothing known of `extraConfig`?
    fn is_unknown(&self) -> bool {
        matches!(&self.extra.value.value, Value::Unknown(unknown)
            if !matches!(unknown.why, nixpod_source::Why::UnsetOption(_)))
    }

    fn switch(&self, reader: &mut Reader<'_, '_>, key: &str) -> Option<Field<bool>> {
        let value = self.one(reader, None, key)?;
        Some(value.map(|text| matches!(text.pattern().as_str(), "true" | "yes" | "on" | "1")))
    }
}

/// A string, a number, a Boolean or a list of those.
fn scalars(reader: &mut Reader<'_, '_>, found: &Found) -> Vec<Field<Text>> {
    if reader.is_unset(found) || matches!(found.value.value, Value::Null) {
        return Vec::new();
    }
    let elements = match &found.value.value {
        Value::List(_) => reader.elements(found),
        Value::Either(all) if all.iter().any(|one| matches!(one.value.value, Value::List(_))) => {
            reader.elements(found)
        }
        _ => vec![found.clone()],
    };
    elements
        .iter()
        .map(|element| {
            reader.field(element, |this, value, origin| match &value.value {
                Value::Null => Err(crate::certainty::wrong("a string", &Value::Null)),
                _ => this.scalar_text(value, origin),
            })
        })
        .collect()
}

/// Reads one container into an empty one.
pub(crate) fn read(reader: &mut Reader<'_, '_>, found: &Found, container: &mut Container) {
    let extra = reader.at(found, &["extraConfig", "Container"]);
    let quadlet = Quadlet { typed: found, extra };
    let auto_start = reader.get(found, "autoStart");
    container.auto_start = reader.bool(&auto_start);
    container.rootful = Field::default(false);

    if let Some(mode) = quadlet.one(reader, Some("userNS"), "UserNS") {
        container.userns = mode.map(userns);
    }
    for key in ["UIDMap", "GIDMap", "SubUIDMap", "SubGIDMap", "RemapUsers"] {
        if let Some(map) = quadlet.one(reader, None, key)
            && container.userns.is_default()
        {
            container.userns = map.map(|map| Userns::Other(format!("{key}={}", map.display())));
        }
    }
    let image = quadlet
        .one(reader, Some("image"), "Image")
        .or_else(|| quadlet.one(reader, None, "Rootfs"));
    container.image = image.map(|image| {
        image.map(|reference| Image {
            reference: reference.clone(),
            provided_by_nix: false,
        })
    });

    for word in words(
        quadlet.list(reader, Some("addCapabilities"), "AddCapability"),
        crate::words::blanks,
    ) {
        push_capability(&word, &mut container.capabilities);
    }
    for word in words(
        quadlet.list(reader, Some("dropCapabilities"), "DropCapability"),
        crate::words::blanks,
    ) {
        push_capability(&word, &mut container.dropped_capabilities);
    }
    for word in words(
        quadlet.list(reader, Some("devices"), "AddDevice"),
        crate::words::blanks,
    ) {
        container.devices.push(word.map(device));
    }
    for value in quadlet.list(reader, Some("network"), "Network") {
        set_network(container, value.map(network));
    }
    for value in quadlet.list(reader, Some("ports"), "PublishPort") {
        container.ports.push(value.map(published));
    }
    for value in quadlet.list(reader, Some("volumes"), "Volume") {
        container.mounts.push(value.map(volume));
    }
    for word in words(quadlet.list(reader, None, "Mount"), crate::words::systemd) {
        if let Some(Some(mounted)) = word.value().map(mount) {
            container.mounts.push(word.map(|_| mounted.clone()));
        }
    }
    for value in quadlet.list(reader, None, "Tmpfs") {
        container.mounts.push(value.map(tmpfs));
    }
    environment(reader, &quadlet, container);
    container.environment_files.extend(words(
        quadlet.list(reader, Some("environmentFile"), "EnvironmentFile"),
        crate::words::systemd,
    ));
    security_options(reader, &quadlet, container);

    if let Some(entrypoint) = quadlet.one(reader, Some("entrypoint"), "Entrypoint") {
        container.command.push(entrypoint);
    }
    let exec = quadlet.one(reader, Some("exec"), "Exec");
    container.command.extend(words(exec, crate::words::systemd));

    let mut arguments = words(quadlet.list(reader, None, "GlobalArgs"), crate::words::systemd);
    container.flags = parse(&arguments, &WORDS).0;
    arguments = words(
        quadlet.list(reader, Some("extraPodmanArgs"), "PodmanArgs"),
        crate::words::systemd,
    );
    let (flags, options) = parse(&arguments, &WORDS);
    container.flags.extend(flags);
    podman_flags::apply(container, &options);
    container.options = reader.options(found, &OPTIONS);
}

fn words(
    fields: impl IntoIterator<Item = Field<Text>>,
    how: fn(&str) -> Vec<crate::words::Word>,
) -> Vec<Field<Text>> {
    let fields: Vec<_> = fields.into_iter().collect();
    split_words(&fields, how)
}

fn push_capability(word: &Field<Text>, out: &mut Vec<Field<String>>) {
    match word.value() {
        Some(text) => out.extend(capabilities(
            text,
            &crate::certainty::part(word, (), Origin::default()),
        )),
        None => out.push(word.map(|_| String::new())),
    }
}

/// Variables of the typed set, then `Environment` as a set or as `A=b` words.
fn environment(reader: &mut Reader<'_, '_>, quadlet: &Quadlet<'_>, container: &mut Container) {
    let typed = reader.get(quadlet.typed, "environment");
    let entries = reader.entries(&typed);
    read_environment(reader, entries, container);
    let extra = reader.get(&quadlet.extra, "Environment");
    if matches!(extra.value.value, Value::Attrs(_)) {
        let entries = reader.entries(&extra);
        read_environment(reader, entries, container);
        return;
    }
    for word in words(scalars(reader, &extra), crate::words::systemd) {
        let Some((name, value)) = word.value().and_then(|text| split_once(text, '=')) else {
            continue;
        };
        let name = name.display();
        container.environment.push(word.map(|_| EnvVar {
            name: name.clone(),
            value: value.clone(),
        }));
    }
}

/// Keys that quadlet turns into `--security-opt`.
fn security_options(reader: &mut Reader<'_, '_>, quadlet: &Quadlet<'_>, container: &mut Container) {
    for (key, option) in [
        ("SecurityLabelDisable", "label=disable"),
        ("SecurityLabelNested", "label=nested"),
        ("NoNewPrivileges", "no-new-privileges"),
    ] {
        if let Some(field) = quadlet.switch(reader, key)
            && field.value() != Some(&false)
        {
            let origin = field.origin.clone();
            container
                .security_options
                .push(field.map(|_| Text::known(option, origin.clone())));
        }
    }
    for (key, prefix) in [
        ("SecurityLabelType", "label=type:"),
        ("SecurityLabelLevel", "label=level:"),
        ("SecurityLabelFileType", "label=filetype:"),
        ("SeccompProfile", "seccomp="),
        ("AppArmor", "apparmor="),
        ("Unmask", "unmask="),
        ("Mask", "mask="),
    ] {
        if let Some(field) = quadlet.one(reader, None, key)
            && !matches!(field.fact, Fact::Default(_))
        {
            container.security_options.push(security(prefix, &field));
        }
    }
}

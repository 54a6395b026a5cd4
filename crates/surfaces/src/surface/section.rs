//! The `[Container]` section of a quadlet, from typed options, from keys as quadlet spells them, and from text.

use crate::read::{Found, OptionReader, wrong};
use crate::vocabulary::capabilities::capabilities;
use crate::vocabulary::certainty::{override_with, part};
use crate::vocabulary::flags::{decided, parse};
use crate::vocabulary::mounts::{mount, tmpfs, volume};
use crate::vocabulary::podman::{self, WORDS, device, network, security, set_network, userns};
use crate::vocabulary::ports::published;
use crate::vocabulary::text::{origin_of, split_all, split_once};
use crate::vocabulary::words;
use crate::vocabulary::words::split_words;
use nixpod_eval::Value;
use nixpod_model::{Container, EnvVar, Fact, Field, Image, Text, Userns};
use nixpod_source::Origin;

/// Where the keys of a section come from. Later sources add to lists and win where a key stands once.
pub(crate) struct Section<'f> {
    /// A set of typed options.
    pub(crate) typed: &'f Found,
    /// The typed option of a key.
    pub(crate) names: &'static [(&'static str, &'static str)],
    /// Is every element of a typed list quoted, so that it stays one word?
    pub(crate) quoted: bool,
    /// Sets of keys as quadlet spells them.
    pub(crate) extra: Vec<Found>,
    /// A text that takes the place of everything else.
    pub(crate) raw: Option<Field<Text>>,
}

impl Section<'_> {
    /// All values of a key that are not quoted, and those that are.
    fn values(&self, reader: &mut OptionReader<'_, '_>, key: &str) -> (Vec<Field<Text>>, Vec<Field<Text>>) {
        if let Some(raw) = &self.raw {
            return (from_text(raw, key), Vec::new());
        }
        let mut plain = Vec::new();
        let mut quoted = Vec::new();
        if let Some((_, option)) = self.names.iter().find(|(name, _)| *name == key) {
            let found = reader.get(self.typed, option);
            let values = scalars(reader, &found);
            if self.quoted && is_list(&found) {
                quoted = values;
            } else {
                plain = values;
            }
        }
        for extra in &self.extra {
            let found = reader.get(extra, key);
            if !reader.is_unset(&found) || is_unknown(extra) {
                plain.extend(scalars(reader, &found));
            }
        }
        (plain, quoted)
    }

    /// All values of a key.
    fn list(&self, reader: &mut OptionReader<'_, '_>, key: &str) -> Vec<Field<Text>> {
        let (plain, mut out) = self.values(reader, key);
        out.extend(plain);
        out
    }

    /// The words of all values of a key.
    fn words(
        &self,
        reader: &mut OptionReader<'_, '_>,
        key: &str,
        how: fn(&str) -> Vec<words::Word>,
    ) -> Vec<Field<Text>> {
        let (plain, mut out) = self.values(reader, key);
        out.extend(split_words(&plain, how));
        out
    }

    /// The value of a key that stands once.
    fn one(&self, reader: &mut OptionReader<'_, '_>, key: &str) -> Option<Field<Text>> {
        self.list(reader, key).pop()
    }

    fn switch(&self, reader: &mut OptionReader<'_, '_>, key: &str) -> Option<Field<bool>> {
        let value = self.one(reader, key)?;
        Some(decided(&value, |text| {
            matches!(text.pattern().as_str(), "true" | "yes" | "on" | "1")
        }))
    }
}

/// Is nothing known of a set?
fn is_unknown(found: &Found) -> bool {
    matches!(&found.value.value, Value::Unknown(unknown)
        if !matches!(unknown.why, nixpod_source::Why::UnsetOption(_)))
}

fn is_list(found: &Found) -> bool {
    match &found.value.value {
        Value::List(_) => true,
        Value::Either(all) => all.iter().any(|one| matches!(one.value.value, Value::List(_))),
        _ => false,
    }
}

/// The values of a key in the `[Container]` section of a quadlet's text. What cannot be known of the text as a whole
/// is not known of the key either.
fn from_text(raw: &Field<Text>, key: &str) -> Vec<Field<Text>> {
    let Some(text) = raw.value() else {
        return vec![raw.clone()];
    };
    let mut out = Vec::new();
    let mut inside = false;
    for line in split_all(text, '\n') {
        let pattern = line.pattern();
        let trimmed = pattern.trim();
        if trimmed.starts_with('[') {
            inside = trimmed == "[Container]";
            continue;
        }
        if !inside || trimmed.starts_with(['#', ';']) {
            continue;
        }
        if let Some((name, value)) = split_once(&line, '=')
            && name.pattern().trim() == key
        {
            let content = value.pattern();
            let start = content.len() - content.trim_start().len();
            let value = value.slice(start, content.trim_end().len().max(start));
            let origin = origin_of(&value);
            out.push(part(raw, value, origin));
        }
    }
    out
}

/// A string, a number, a Boolean or a list of those.
fn scalars(reader: &mut OptionReader<'_, '_>, found: &Found) -> Vec<Field<Text>> {
    if reader.is_unset(found) || matches!(found.value.value, Value::Null) {
        return Vec::new();
    }
    let elements = if is_list(found) {
        reader.elements(found)
    } else {
        vec![found.clone()]
    };
    elements
        .iter()
        .map(|element| {
            reader.field(element, |this, value, origin| match &value.value {
                Value::Null => Err(wrong("a string", &Value::Null)),
                _ => this.scalar_text(value, origin),
            })
        })
        .collect()
}

/// Reads what a pod's section has in common with a container's: users, networks, ports and volumes.
pub(crate) fn namespaces(
    reader: &mut OptionReader<'_, '_>,
    section: &Section<'_>,
    container: &mut Container,
) {
    if let Some(mode) = section.one(reader, "UserNS") {
        override_with(&mut container.userns, decided(&mode, userns));
    }
    for key in ["UIDMap", "GIDMap", "SubUIDMap", "SubGIDMap", "RemapUsers"] {
        if let Some(map) = section.one(reader, key)
            && container.userns.is_default()
        {
            container.userns = map.map(|map| Userns::Other(format!("{key}={}", map.display())));
        }
    }
    for value in section.list(reader, "Network") {
        set_network(container, decided(&value, network));
    }
    for value in section.list(reader, "PublishPort") {
        container.ports.push(value.map(published));
    }
    for value in section.list(reader, "Volume") {
        container.mounts.push(value.map(volume));
    }
}

/// Reads a section into a container; what the container is besides was read before.
pub(crate) fn read(reader: &mut OptionReader<'_, '_>, section: &Section<'_>, container: &mut Container) {
    namespaces(reader, section, container);
    let image = section
        .one(reader, "Image")
        .or_else(|| section.one(reader, "Rootfs"));
    container.image = image.map(|image| {
        image.map(|reference| Image {
            reference: reference.clone(),
            provided_by_nix: false,
        })
    });

    for word in section.words(reader, "AddCapability", words::blanks) {
        push_capability(&word, &mut container.capabilities);
    }
    for word in section.words(reader, "DropCapability", words::blanks) {
        push_capability(&word, &mut container.dropped_capabilities);
    }
    for word in section.words(reader, "AddDevice", words::blanks) {
        container.devices.push(word.map(device));
    }
    for word in section.words(reader, "Mount", words::systemd) {
        match word.value().map(mount) {
            Some(Some(mounted)) => container.mounts.push(word.map(|_| mounted.clone())),
            Some(None) => {}
            None => container.mounts.push(word.map(volume)),
        }
    }
    for value in section.list(reader, "Tmpfs") {
        container.mounts.push(value.map(tmpfs));
    }
    environment(reader, section, container);
    container
        .environment_files
        .extend(section.words(reader, "EnvironmentFile", words::systemd));
    security_options(reader, section, container);

    if let Some(entrypoint) = section.one(reader, "Entrypoint") {
        container.command.push(entrypoint);
    }
    let (exec, words) = section.values(reader, "Exec");
    container.command.extend(words);
    let last = exec.last().cloned();
    container
        .command
        .extend(split_words(last.as_slice(), words::systemd));

    let mut arguments = section.words(reader, "GlobalArgs", words::systemd);
    container.flags = parse(&arguments, &WORDS).0;
    arguments = section.words(reader, "PodmanArgs", words::systemd);
    let (flags, options) = parse(&arguments, &WORDS);
    container.flags.extend(flags);
    podman::apply(container, &options);
}

fn push_capability(word: &Field<Text>, out: &mut Vec<Field<String>>) {
    match word.value() {
        Some(text) => out.extend(capabilities(text, &part(word, (), Origin::default()))),
        None => out.push(word.map(|_| String::new())),
    }
}

/// Variables of sets, and `A=b` words.
fn environment(reader: &mut OptionReader<'_, '_>, section: &Section<'_>, container: &mut Container) {
    let mut lines = Vec::new();
    if let Some(raw) = &section.raw {
        lines = from_text(raw, "Environment");
    } else {
        let option = section.names.iter().find(|(name, _)| *name == "Environment");
        let mut sources = Vec::new();
        if let Some((_, option)) = option {
            sources.push(reader.get(section.typed, option));
        }
        for extra in &section.extra {
            sources.push(reader.get(extra, "Environment"));
        }
        for found in sources {
            match &found.value.value {
                Value::Unknown(_) if reader.is_unset(&found) => {}
                Value::Attrs(_) | Value::Unknown(_) => {
                    container.environment.extend(reader.variables(&found));
                }
                Value::Either(all) if all.iter().any(|one| matches!(one.value.value, Value::Attrs(_))) => {
                    container.environment.extend(reader.variables(&found));
                }
                _ => lines.extend(scalars(reader, &found)),
            }
        }
    }
    for word in split_words(&lines, words::systemd) {
        let Some((name, value)) = word.value().and_then(|text| split_once(text, '=')) else {
            if word.is_unknown() {
                container.environment.push(word.map(|value| EnvVar {
                    name: String::new(),
                    value: value.clone(),
                }));
            }
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
fn security_options(reader: &mut OptionReader<'_, '_>, section: &Section<'_>, container: &mut Container) {
    for (key, option) in [
        ("SecurityLabelDisable", "label=disable"),
        ("SecurityLabelNested", "label=nested"),
        ("NoNewPrivileges", "no-new-privileges"),
    ] {
        if let Some(field) = section.switch(reader, key)
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
        if let Some(field) = section.one(reader, key)
            && !matches!(field.fact, Fact::Default(_))
        {
            container.security_options.push(security(prefix, &field));
        }
    }
}

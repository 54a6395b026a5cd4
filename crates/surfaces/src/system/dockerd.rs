//! What Docker's daemon is told: `daemon.json`, and the same settings as options of its command line.

use crate::read::{Found, OptionReader};
use crate::surface::{Runs, Written};
use crate::system::node::Node;
use crate::system::switches::texts;
use crate::vocabulary::certainty::part;
use crate::vocabulary::json::{Json, Member};
use crate::vocabulary::text::origin_of;
use crate::vocabulary::words::{split_words, systemd};
use nixpod_model::{Existence, Field, Text};

/// Options with a value that are settings, as they are called there.
const VALUES: [&str; 7] = [
    "default-cgroupns-mode",
    "default-ipc-mode",
    "default-runtime",
    "ip",
    "seccomp-profile",
    "storage-driver",
    "userns-remap",
];

/// Those that are on or off.
const SWITCHES: [&str; 4] = ["icc", "iptables", "no-new-privileges", "tlsverify"];

/// The words of `extraOptions`, as the service manager splits them.
pub(super) fn words(reader: &mut OptionReader<'_, '_>, docker: &Found) -> Vec<Field<Text>> {
    let options = Node::Option(docker.clone()).get(reader, &["extraOptions"]);
    match options {
        Some(options) => split_words(&[options.text(reader)], systemd),
        None => Vec::new(),
    }
}

/// The registries that an engine of Docker may take images from without TLS, by its settings and its options.
pub(super) fn insecure_registries(reader: &mut OptionReader<'_, '_>, docker: &Found) -> Vec<Field<Text>> {
    let settings = reader.at(docker, &["daemon", "settings"]);
    let mut out = texts(reader, &settings, &["insecure-registries"]);
    let words = words(reader, docker);
    let mut words = words.iter();
    while let Some(word) = words.next() {
        let Some(text) = word.value() else { continue };
        let pattern = text.pattern();
        if pattern == "--insecure-registry" {
            out.extend(words.next().cloned());
        } else if pattern.starts_with("--insecure-registry=") {
            let from = "--insecure-registry=".len();
            let registry = text.slice(from, pattern.len());
            out.push(Field {
                origin: origin_of(&registry),
                ..word.map(|_| registry.clone())
            });
        }
    }
    out
}

/// The options of the command line as settings.
pub(super) fn options(reader: &mut OptionReader<'_, '_>, docker: &Found) -> Option<Node> {
    let words = words(reader, docker);
    let mut members = Vec::new();
    let mut at = 0;
    while let Some(word) = words.get(at) {
        at += 1;
        let Some(text) = word.value() else { continue };
        let pattern = text.pattern();
        let Some(option) = pattern.strip_prefix("--") else {
            continue;
        };
        let (name, value) = match option.split_once('=') {
            Some((name, value)) => {
                let end = pattern.len();
                (name, Some(text.slice(end - value.len(), end)))
            }
            None => (option, None),
        };
        let value = if SWITCHES.contains(&name) {
            let is_on = value.is_none_or(|value| value.pattern() != "false");
            Json::Bool(is_on, origin_of(text))
        } else if VALUES.contains(&name) {
            let next = || {
                let next = words.get(at)?.value().cloned();
                at += 1;
                next
            };
            match value.or_else(next) {
                Some(value) => Json::String(value),
                None => continue,
            }
        } else {
            continue;
        };
        members.push(Member {
            name: name.to_owned(),
            key: origin_of(text),
            value,
        });
    }
    let first = words.first().filter(|_| !members.is_empty())?;
    let certainty = part(first, (), first.origin.clone());
    let found = reader.get(docker, "extraOptions");
    let written = Written {
        addresses: crate::vocabulary::shell::Addresses::default(),
        path: "virtualisation.docker.extraOptions".to_owned(),
        text: first.clone(),
        runs: Runs::Root,
        definitions: reader.keys_of(&found),
        existence: Existence::Certain,
    };
    Some(Node::file(
        Json::Object(members, first.origin.clone()),
        certainty,
        written,
    ))
}

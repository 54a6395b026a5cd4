//! `systemd.nspawn.<name>`: settings of machines that `systemd-nspawn@.service` starts, and of containers that NixOS
//! declares. A setting is read as the option of the command line that says the same.

use crate::read::{Found, OptionReader};
use crate::surface::surroundings::{Reading, Surroundings};
use crate::vocabulary::certainty::part;
use crate::vocabulary::flags::parse;
use crate::vocabulary::nspawn::{self as flags, FromFlags, GRAMMAR};
use crate::vocabulary::options::{Systems, Table};
use crate::vocabulary::text::{concat, origin_of};
use crate::vocabulary::words::{self, split_words};
use nixpod_eval::Value;
use nixpod_model::{Container, Field, NetworkMode, Nspawn, Surface, Text, Userns};
use nixpod_source::Origin;

/// What is known of the surface before a container is read.
pub(crate) const TABLE: Table = Table {
    surface: Surface::SystemdNspawn,
    systems: Systems::Nixos,
    path: &["systemd", "nspawn"],
    old_path: None,
    file: None,
    options: &[
        "enable",
        "execConfig",
        "filesConfig",
        "networkConfig",
        "extraConfig",
    ],
    facts: &[],
    guest: None,
    part: None,
};

/// Which settings of a file a command line leaves in force: those of a group of which it says nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Group {
    Users,
    Capabilities,
    Network,
    Mounts,
    Environment,
    Other,
}

/// How a setting is written as an option.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum As {
    /// With the value.
    Value,
    /// Each word of the value by itself.
    Words,
    /// Without a value, if it is on.
    Switch,
}

/// Settings by section: the option of the command line, and its group.
const SETTINGS: [(&str, &str, &str, As, Group); 25] = [
    (
        "execConfig",
        "Capability",
        "--capability=",
        As::Words,
        Group::Capabilities,
    ),
    (
        "execConfig",
        "DropCapability",
        "--drop-capability=",
        As::Words,
        Group::Capabilities,
    ),
    (
        "execConfig",
        "Environment",
        "--setenv=",
        As::Words,
        Group::Environment,
    ),
    (
        "execConfig",
        "NoNewPrivileges",
        "--no-new-privileges=",
        As::Value,
        Group::Other,
    ),
    (
        "execConfig",
        "PrivateUsers",
        "--private-users=",
        As::Value,
        Group::Users,
    ),
    (
        "execConfig",
        "SystemCallFilter",
        "--system-call-filter=",
        As::Words,
        Group::Other,
    ),
    ("filesConfig", "Bind", "--bind=", As::Value, Group::Mounts),
    (
        "filesConfig",
        "BindReadOnly",
        "--bind-ro=",
        As::Value,
        Group::Mounts,
    ),
    ("filesConfig", "BindUser", "--bind-user=", As::Words, Group::Other),
    (
        "filesConfig",
        "Inaccessible",
        "--inaccessible=",
        As::Value,
        Group::Mounts,
    ),
    ("filesConfig", "Overlay", "--overlay=", As::Value, Group::Mounts),
    (
        "filesConfig",
        "OverlayReadOnly",
        "--overlay-ro=",
        As::Value,
        Group::Mounts,
    ),
    (
        "filesConfig",
        "PrivateUsersChown",
        "--private-users-chown",
        As::Switch,
        Group::Users,
    ),
    (
        "filesConfig",
        "PrivateUsersOwnership",
        "--private-users-ownership=",
        As::Value,
        Group::Users,
    ),
    ("filesConfig", "ReadOnly", "--read-only", As::Switch, Group::Other),
    (
        "filesConfig",
        "TemporaryFileSystem",
        "--tmpfs=",
        As::Value,
        Group::Mounts,
    ),
    (
        "networkConfig",
        "Bridge",
        "--network-bridge=",
        As::Value,
        Group::Network,
    ),
    (
        "networkConfig",
        "IPVLAN",
        "--network-ipvlan=",
        As::Words,
        Group::Network,
    ),
    (
        "networkConfig",
        "Interface",
        "--network-interface=",
        As::Words,
        Group::Network,
    ),
    (
        "networkConfig",
        "MACVLAN",
        "--network-macvlan=",
        As::Words,
        Group::Network,
    ),
    ("networkConfig", "Port", "--port=", As::Words, Group::Network),
    (
        "networkConfig",
        "Private",
        "--private-network",
        As::Switch,
        Group::Network,
    ),
    (
        "networkConfig",
        "VirtualEthernet",
        "--network-veth",
        As::Switch,
        Group::Network,
    ),
    (
        "networkConfig",
        "VirtualEthernetExtra",
        "--network-veth-extra=",
        As::Words,
        Group::Network,
    ),
    (
        "networkConfig",
        "Zone",
        "--network-zone=",
        As::Value,
        Group::Network,
    ),
];

/// How systemd says no.
const OFF: [&str; 6] = ["no", "n", "false", "f", "off", "0"];

/// Reads one machine into an empty one. What is declared under `containers`, too, is read there.
pub(crate) fn read(
    reader: &mut OptionReader<'_, '_>,
    found: &Found,
    around: &mut Surroundings<'_>,
    container: &mut Container,
) -> Reading {
    let enable = reader.get(found, "enable");
    if reader.bool(&enable).certain() == Some(&false) {
        return Reading::Off;
    }
    let declared = reader.at(around.config, &["containers", &container.name]);
    if !reader.is_unset(&declared) {
        return Reading::Elsewhere;
    }
    machine(&mut InOptions { reader, found }, container);
    Reading::Container
}

/// Where settings stand, by section and key.
pub(super) trait Settings {
    /// The values of a key, none where nothing sets it.
    fn setting(&mut self, section: &str, key: &str) -> Vec<Field<Text>>;
}

/// Those of options.
struct InOptions<'r, 'e, 's, 'f> {
    reader: &'r mut OptionReader<'e, 's>,
    found: &'f Found,
}

impl Settings for InOptions<'_, '_, '_, '_> {
    fn setting(&mut self, section: &str, key: &str) -> Vec<Field<Text>> {
        let reader = &mut *self.reader;
        let setting = reader.at(self.found, &[section, key]);
        if reader.is_unset(&setting) || matches!(setting.value.value, Value::Null) {
            return Vec::new();
        }
        match &setting.value.value {
            Value::List(_) => {
                let elements = reader.elements(&setting);
                elements.iter().map(|element| reader.text(element)).collect()
            }
            _ => vec![reader.field(&setting, |this, value, origin| this.scalar_text(value, origin))],
        }
    }
}

/// A machine that `systemd-nspawn@.service` starts. What the unit passes by itself: `--network-veth -U --settings=override`.
pub(super) fn machine(settings: &mut impl Settings, container: &mut Container) {
    let words = words_of(settings, |_, _| true);
    let from_flags = take(&words, container);
    container.userns = from_flags.userns.unwrap_or(Field::default(Userns::Pick));
    container.network = match from_flags.network {
        Some(network) => network,
        None => without_veth(settings).unwrap_or(Field::default(NetworkMode::Private)),
    };
    container.auto_start = Field::default(false);
    let ownership = Field::default(container.userns.value() == Some(&Userns::Pick));
    container.nspawn = Some(Nspawn {
        private_users: container.userns.clone(),
        ownership: from_flags.ownership.unwrap_or(ownership),
        other_private_network: container.network.map(|mode| *mode != NetworkMode::Host),
        ..Nspawn::default()
    });
}

/// `VirtualEthernet=no` takes back what the unit passes: the machine has the host's network.
fn without_veth(settings: &mut impl Settings) -> Option<Field<NetworkMode>> {
    let veth = settings.setting("networkConfig", "VirtualEthernet").pop()?;
    (!is_on(&veth)).then(|| veth.map(|_| NetworkMode::Host))
}

/// What the options of `systemd.nspawn.<name>` add to a container that NixOS declares.
pub(super) fn of_declared(
    reader: &mut OptionReader<'_, '_>,
    config: &Found,
    container: &mut Container,
    has_tun: bool,
) -> FromFlags {
    let settings = reader.at(config, &["systemd", "nspawn", &container.name]);
    if reader.is_unset(&settings) {
        return FromFlags::default();
    }
    let mut settings = InOptions {
        reader,
        found: &settings,
    };
    beside_the_line(&mut settings, container, has_tun)
}

/// What a file of settings adds to a container that NixOS declares: its start script always says which users the
/// container has, what it binds and variables, so that the file says nothing of these.
pub(super) fn beside_the_line(
    settings: &mut impl Settings,
    container: &mut Container,
    has_tun: bool,
) -> FromFlags {
    if is_off(container) {
        return FromFlags::default();
    }
    // The capability for tunnels stands on the command line, too.
    let has_capabilities =
        has_tun || !container.capabilities.is_empty() || !container.dropped_capabilities.is_empty();
    let has_flag = |option: &str| {
        let name = option.trim_end_matches('=');
        let words = container.flags.iter().filter_map(|flag| flag.word.value());
        let names = words.map(|word| word.pattern().split('=').next().unwrap_or_default().to_owned());
        names.into_iter().any(|other| other == name)
    };
    let words = words_of(settings, |group, option| match group {
        Group::Users | Group::Mounts | Group::Environment => false,
        Group::Capabilities => !has_capabilities,
        Group::Network => true,
        Group::Other => !has_flag(option),
    });
    take(&words, container)
}

/// Does its command line say that no file is to be read?
fn is_off(container: &Container) -> bool {
    let mut words = container
        .flags
        .iter()
        .filter_map(|flag| flag.word.certain()?.as_known());
    let mut is_off = false;
    while let Some(word) = words.next() {
        let value = match word.strip_prefix("--settings") {
            Some("") => words.next(),
            Some(rest) => rest.strip_prefix('=').map(str::to_owned),
            None => None,
        };
        if let Some(value) = value {
            is_off = OFF.contains(&value.as_str());
        }
    }
    is_off
}

fn take(words: &[Field<Text>], container: &mut Container) -> FromFlags {
    let (flags, options) = parse(words, &GRAMMAR);
    container.flags.extend(flags);
    flags::apply(container, &options)
}

/// The settings of some groups as words of a command line.
fn words_of(settings: &mut impl Settings, is_wanted: impl Fn(Group, &str) -> bool) -> Vec<Field<Text>> {
    let mut out = Vec::new();
    for (section, key, option, how, group) in SETTINGS {
        if !is_wanted(group, option) {
            continue;
        }
        let values = settings.setting(section, key);
        match how {
            As::Switch => out.extend(
                values
                    .iter()
                    .filter(|value| is_on(value))
                    .map(|value| switch(value, option)),
            ),
            As::Value => out.extend(values.iter().map(|value| with(value, option))),
            As::Words => {
                let words = split_words(&values, words::systemd);
                out.extend(words.iter().map(|word| with(word, option)));
            }
        }
    }
    out
}

fn is_on(value: &Field<Text>) -> bool {
    value
        .value()
        .is_none_or(|text| !OFF.contains(&text.pattern().as_str()))
}

/// An option with a value, each at its place.
fn with(value: &Field<Text>, option: &str) -> Field<Text> {
    let origin = value.value().map(origin_of).unwrap_or_default();
    let word = value.map(|text| concat([Text::known(option, Origin::default()), text.clone()]));
    let known = word.value().cloned().unwrap_or_default();
    part(&word, known, origin)
}

fn switch(value: &Field<Text>, option: &str) -> Field<Text> {
    value.map(|_| Text::known(option, value.origin.clone()))
}

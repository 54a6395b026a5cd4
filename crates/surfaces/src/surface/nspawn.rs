//! `containers.<name>`: systemd-nspawn.

use crate::read::{Found, OptionReader, as_key, wrong};
use crate::surface::nspawn_line::tun_access;
use crate::surface::nspawn_lists::{read_bind_mounts, read_device, read_port};
use crate::surface::nspawn_network::{links, network, network_options, other_private_network};
use crate::surface::surroundings::{Reading, Surroundings, is_unit_off};
use crate::surface::systemd_nspawn;
use crate::vocabulary::capabilities;
use crate::vocabulary::certainty::{part, weaken};
use crate::vocabulary::flags::parse;
use crate::vocabulary::mounts::tmpfs;
use crate::vocabulary::nspawn::{self as flags, FromFlags, GRAMMAR, IDS};
use crate::vocabulary::options::{Systems, Table};
use crate::vocabulary::text::{origin_of, split_once};
use crate::vocabulary::words::{self, split_words};
use nixpod_eval::{Tracked, Value};
use nixpod_model::{Container, Device, Fact, Field, Nspawn, Surface, Text, UnknownOption, Userns};
use nixpod_source::{Origin, Why};

/// What is known of the surface before a container is read.
pub(crate) const TABLE: Table = Table {
    surface: Surface::Nspawn,
    systems: Systems::Nixos,
    path: &["containers"],
    old_path: None,
    file: None,
    options: &OPTIONS,
    facts: &[
        "autoStart",
        "bindMounts",
        "enableTun",
        "privateNetwork",
        "privateUsers",
    ],
    guest: Some(&["config"]),
    part: None,
};

/// The options in the order in which they are shown.
const OPTIONS: [&str; 29] = [
    "config",
    "path",
    "flake",
    "nixpkgs",
    "specialArgs",
    "autoStart",
    "ephemeral",
    "privateUsers",
    "additionalCapabilities",
    "allowedDevices",
    "enableTun",
    "bindMounts",
    "tmpfs",
    "extraFlags",
    "privateNetwork",
    "hostBridge",
    "hostAddress",
    "hostAddress6",
    "localAddress",
    "localAddress6",
    "localMacAddress",
    "forwardPorts",
    "extraVeths",
    "interfaces",
    "macvlans",
    "networkNamespace",
    "copyResolvConf",
    "restartIfChanged",
    "timeoutStartSec",
];

/// Options by which a container is told from somebody's own record, whatever else that has.
const TELLING_OPTIONS: [&str; 14] = [
    "additionalCapabilities",
    "allowedDevices",
    "bindMounts",
    "enableTun",
    "ephemeral",
    "extraFlags",
    "extraVeths",
    "hostAddress",
    "hostAddress6",
    "hostBridge",
    "localAddress",
    "localAddress6",
    "privateNetwork",
    "privateUsers",
];

/// Reads one container into an empty one.
pub(crate) fn read(
    reader: &mut OptionReader<'_, '_>,
    found: &Found,
    around: &mut Surroundings<'_>,
    container: &mut Container,
) -> Reading {
    if around.may_be_data && is_data(reader, found) {
        return Reading::Data(format!("containers.{}", as_key(container.id.name())));
    }
    // NixOS makes no unit of any of them then.
    let containers = reader.option(around.config, &["boot", "enableContainers"]);
    if reader.is_written(&containers) && reader.bool(&containers).certain() == Some(&false) {
        return Reading::Off;
    }
    let service = format!("container@{}", container.id.name());
    if is_unit_off(reader, around.config, &service) {
        return Reading::Off;
    }
    let mut get = |name: &str| reader.get(found, name);
    let auto_start = get("autoStart");
    let tun = get("enableTun");
    let private_network = get("privateNetwork");
    let private_users = get("privateUsers");
    container.auto_start = reader.bool(&auto_start);
    let enable_tun = reader.bool(&tun);
    let private_network = reader.bool_worst(&private_network, false);
    let private_users = read_private_users(reader, &private_users);

    let mut elements = read_capabilities(reader, found, container);
    read_lists(reader, found, around.config, container);
    // The start script puts the capabilities' words first, so what was smuggled into them comes before the flags.
    let list = reader.get(found, "extraFlags");
    let mut flags = Vec::new();
    for element in reader.elements(&list) {
        flags.push(reader.text(&element));
    }
    elements.extend(split_words(&flags, words::blanks));
    let (flags, options) = parse(&elements, &GRAMMAR);
    container.flags = flags;
    let from_flags = flags::apply(container, &options);
    let from_settings = systemd_nspawn::of_declared(
        reader,
        around.config,
        container,
        enable_tun.value() == Some(&true),
    );
    let from_flags = FromFlags {
        network: from_flags.network.or(from_settings.network),
        ..from_flags
    };
    let unknown_flag = container.flags.iter().find_map(|flag| match &flag.word.fact {
        Fact::Unknown(why) => Some((why.clone(), flag.word.origin.clone())),
        _ => None,
    });
    let said = Said {
        private_users,
        private_network,
        enable_tun,
        tun_access: tun_access(around.release),
        from_flags,
        unknown_flag,
    };
    merge(reader, found, container, said);
    Reading::Container
}

/// Does it set options that no nspawn container has, and none by which one is told from a record of something else? Others
/// than NixOS call a set of theirs `containers`, too.
fn is_data(reader: &mut OptionReader<'_, '_>, found: &Found) -> bool {
    let definitions = found.info.iter().flat_map(|info| &info.definitions);
    let mut values = definitions.filter_map(|definition| Some(&definition.value.as_ref()?.value));
    let is_something_else = |value: &Value| {
        matches!(
            value,
            Value::Int(_) | Value::Float(_) | Value::Bool(_) | Value::String(_) | Value::List(_)
        )
    };
    if values.any(is_something_else) {
        return true;
    }
    let is_strange =
        |option: &&Field<UnknownOption>| option.value().is_none_or(|option| option.meant.is_none());
    let strange = reader.unknown_options.iter().filter(is_strange).count();
    if strange == 0 {
        return false;
    }
    let mut set = |names: &[&str]| {
        let options = names.iter().filter(|name| {
            let option = reader.get(found, name);
            reader.is_written(&option)
        });
        options.count()
    };
    set(&TELLING_OPTIONS) == 0 && set(&OPTIONS) < strange
}

/// `additionalCapabilities`; gives the words of the command line that are smuggled into it.
fn read_capabilities(
    reader: &mut OptionReader<'_, '_>,
    found: &Found,
    container: &mut Container,
) -> Vec<Field<Text>> {
    let mut words = Vec::new();
    let list = reader.get(found, "additionalCapabilities");
    for element in reader.elements(&list) {
        let text = reader.text(&element);
        capability(&text, container, &mut words);
    }
    words
}

/// Devices, mounts and ports.
fn read_lists(reader: &mut OptionReader<'_, '_>, found: &Found, config: &Found, container: &mut Container) {
    let list = reader.get(found, "allowedDevices");
    for element in reader.elements(&list) {
        let device = read_device(reader, &element);
        container.devices.push(device);
    }
    devices_of_service(reader, config, container);
    read_bind_mounts(reader, found, container);
    let list = reader.get(found, "tmpfs");
    for element in reader.elements(&list) {
        let text = reader.text(&element);
        container.mounts.push(text.map(tmpfs));
    }
    let list = reader.get(found, "forwardPorts");
    for element in reader.elements(&list) {
        let port = read_port(reader, &element);
        container.ports.push(port);
    }
}

/// `serviceConfig.DeviceAllow` of its service, which somebody sets beside it.
fn devices_of_service(reader: &mut OptionReader<'_, '_>, config: &Found, container: &mut Container) {
    let service = format!("container@{}", container.name);
    let settings = reader.at(config, &["systemd", "services", &service, "serviceConfig"]);
    let policy = reader.get(&settings, "DevicePolicy");
    if reader.is_written(&policy) {
        let kept = reader.string(&policy);
        if !matches!(kept.value().map(String::as_str), Some("closed" | "strict")) {
            // Then devices are open that nobody lists.
            let any = reader.unknown(&policy, Why::NotModelled("DevicePolicy".to_owned()));
            container.devices.push(any);
        }
    }
    let allowed = reader.get(&settings, "DeviceAllow");
    if reader.is_unset(&allowed) {
        return;
    }
    let values = match &allowed.value.value {
        Value::List(_) => reader.elements(&allowed),
        _ => vec![allowed],
    };
    for value in values {
        let text = reader.text(&value);
        container.devices.push(text.map(|text| {
            let (node, access) = split_once(text, ' ').unwrap_or((text.clone(), Text::default()));
            Device {
                node,
                // Nothing said means everything.
                access: match access.pattern().trim() {
                    "" => "rwm".to_owned(),
                    access => access.to_owned(),
                },
                allowed_only: true,
            }
        }));
    }
}

/// What options and flags say, before it is put together.
struct Said {
    private_users: Field<Userns>,
    private_network: Field<bool>,
    enable_tun: Field<bool>,
    tun_access: &'static str,
    from_flags: FromFlags,
    /// A word that is not known may be any flag.
    unknown_flag: Option<(Why, Origin)>,
}

fn read_private_users(reader: &mut OptionReader<'_, '_>, found: &Found) -> Field<Userns> {
    let read = |_: &mut OptionReader<'_, '_>, value: &Tracked, _: &Origin| match &value.value {
        Value::Int(first) => u32::try_from(*first)
            .map(|first| Userns::Fixed { first, count: IDS })
            .map_err(|_| Why::Error(format!("{first} is no user id"))),
        Value::String(text) if text.hole().is_none() => match text.text.as_str() {
            "no" => Ok(Userns::Host),
            "identity" => Ok(Userns::Identity),
            "pick" => Ok(Userns::Pick),
            other => Err(Why::Error(format!("`{other}` is no value of privateUsers"))),
        },
        other => Err(wrong("a user id or one of \"no\", \"identity\", \"pick\"", other)),
    };
    reader.worst_field(found, read, |userns| *userns == Userns::Host)
}

/// One element of `additionalCapabilities`. The start script writes the list between double quotes, so a quote in an
/// element ends the list, and what follows are further words.
fn capability(text: &Field<Text>, container: &mut Container, words: &mut Vec<Field<Text>>) {
    let Some(value) = text.value() else {
        container.capabilities.push(text.map(|_| String::new()));
        return;
    };
    let unit = part(text, (), Origin::default());
    let pattern = value.pattern();
    let Some(quote) = pattern.find('"') else {
        container
            .capabilities
            .extend(capabilities::of_nspawn(value, &unit));
        return;
    };
    let list = value.slice(0, quote);
    let unit = part(&unit, (), origin_of(&list));
    container
        .capabilities
        .extend(capabilities::of_nspawn(&list, &unit));
    let rest = value.slice(quote + 1, pattern.len());
    for word in words::split(&rest, words::shell) {
        let origin = origin_of(&word);
        words.push(part(text, word, origin));
    }
}

/// Puts options and flags together, and what NixOS adds by itself.
fn merge(reader: &mut OptionReader<'_, '_>, found: &Found, container: &mut Container, said: Said) {
    let Said {
        private_users,
        private_network,
        enable_tun,
        tun_access,
        from_flags,
        unknown_flag,
    } = said;
    // The module passes the option first, so a flag wins.
    container.userns = match (from_flags.userns, &unknown_flag) {
        (Some(flag), _) => flag,
        (None, Some((why, origin))) if private_users.value() == Some(&Userns::Host) => {
            Field::unknown(why.clone(), origin.clone())
        }
        _ => private_users.clone(),
    };
    let ownership = from_flags
        .ownership
        .unwrap_or_else(|| implied_ownership(&container.userns));
    let other = other_private_network(reader, found, from_flags.network.as_ref(), unknown_flag);
    container.network = network(reader, found, &private_network, &other, from_flags.network);
    let network_options = network_options(reader, found);
    let links = links(reader, found);
    let mut nspawn = Nspawn {
        private_users,
        ownership,
        private_network,
        enable_tun,
        network_options,
        links,
        other_private_network: other,
        opaque: None,
    };
    tun(container, &nspawn, tun_access);
    nspawn.opaque = opaque(reader, found);
    container.nspawn = Some(nspawn);
}

/// Picked users own their files.
fn implied_ownership(userns: &Field<Userns>) -> Field<bool> {
    let is_pick = userns.map(|userns| match userns {
        Userns::Pick => true,
        Userns::Other(mode) => mode == "managed",
        _ => false,
    });
    if is_pick.certain() == Some(&false) {
        Field::default(false)
    } else {
        is_pick
    }
}

/// The capability and the device that come with `enableTun`, and the device that NixOS gives to containers with users
/// and a network of their own.
fn tun(container: &mut Container, nspawn: &Nspawn, access: &str) {
    let device = |field: Field<()>| {
        let device = Device {
            node: Text::known("/dev/net/tun", field.origin.clone()),
            access: access.to_owned(),
            allowed_only: true,
        };
        part(&field, device, Origin::default())
    };
    let has_users = match nspawn.private_users.value() {
        Some(Userns::Pick) => true,
        Some(Userns::Fixed { first, .. }) => *first > 0,
        _ => false,
    };
    if nspawn.enable_tun.value() == Some(&true) {
        container
            .capabilities
            .push(nspawn.enable_tun.map(|_| "CAP_NET_ADMIN".to_owned()));
        container.devices.push(device(nspawn.enable_tun.map(|_| ())));
    } else if nspawn.private_network.value() == Some(&true) && has_users {
        let by_itself = weaken(Field::default(()), &nspawn.private_network);
        let by_itself = weaken(by_itself, &nspawn.private_users);
        container.devices.push(device(by_itself));
    }
}

/// A guest that is a `flake` or a `path`.
fn opaque(reader: &mut OptionReader<'_, '_>, found: &Found) -> Option<Field<String>> {
    for name in ["flake", "path"] {
        let option = reader.get(found, name);
        let is_null = matches!(option.value.value, Value::Null);
        if !is_null && reader.is_written(&option) {
            return Some(reader.field(&option, |this, value, origin| match &value.value {
                Value::Null => Err(Why::Undecided("it is null".to_owned())),
                _ => Ok(format!("{name} = {}", this.text_or_hole(value, origin).display())),
            }));
        }
    }
    None
}

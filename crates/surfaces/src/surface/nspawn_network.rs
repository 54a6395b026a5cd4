//! How a container of `containers.<name>` is connected.

use crate::read::{Found, OptionReader, print};
use crate::vocabulary::nspawn as flags;
use nixpod_eval::Value;
use nixpod_model::{Fact, Field, NetworkMode, NetworkOption};
use nixpod_source::{Origin, Why};

/// Options that take effect only in a private network.
const NETWORK_OPTIONS: [&str; 7] = [
    "hostBridge",
    "hostAddress",
    "hostAddress6",
    "localAddress",
    "localAddress6",
    "localMacAddress",
    "forwardPorts",
];

/// Those of [`NETWORK_OPTIONS`] that are set.
pub(crate) fn network_options(reader: &mut OptionReader<'_, '_>, found: &Found) -> Vec<Field<NetworkOption>> {
    let mut out = Vec::new();
    for name in NETWORK_OPTIONS {
        let option = reader.get(found, name);
        if is_set(reader, &option) {
            out.push(network_option(reader, &option, name));
        }
    }
    out
}

/// Options besides `privateNetwork` that connect it, and what is set in entries of `extraVeths` that the module never reads.
pub(crate) fn links(reader: &mut OptionReader<'_, '_>, found: &Found) -> Vec<Field<NetworkOption>> {
    const UNREAD: [(&str, &str); 2] = [
        ("forwardPorts", "extraVeths.*.forwardPorts"),
        ("localMacAddress", "extraVeths.*.localMacAddress"),
    ];
    let mut out = Vec::new();
    for name in ["interfaces", "macvlans", "networkNamespace"] {
        let option = reader.get(found, name);
        if is_set(reader, &option) {
            out.push(network_option(reader, &option, name));
        }
    }
    let veths = reader.get(found, "extraVeths");
    if reader.is_unset(&veths) {
        return out;
    }
    for (name, veth) in reader.entries(&veths).named {
        let field = reader.field(&veth, |_, _, _| {
            Ok(NetworkOption {
                name: "extraVeths",
                value: name.clone(),
            })
        });
        out.push(field);
        for (option, full) in UNREAD {
            let unread = reader.get(&veth, option);
            if is_set(reader, &unread) {
                let field = network_option(reader, &unread, full);
                out.push(field.map(|option| NetworkOption {
                    name: option.name,
                    value: name.clone(),
                }));
            }
        }
    }
    out
}

/// Does the analysed code set an option to something?
fn is_set(reader: &OptionReader<'_, '_>, option: &Found) -> bool {
    let is_something = match &option.value.value {
        Value::Null => false,
        Value::List(list) => !list.elems.is_empty(),
        _ => true,
    };
    is_something && reader.is_written(option)
}

/// An option of the network with its value, if it is known that it has one.
fn network_option(
    reader: &mut OptionReader<'_, '_>,
    option: &Found,
    name: &'static str,
) -> Field<NetworkOption> {
    reader.field(option, |this, value, _| match &value.value {
        Value::Null => Err(Why::Undecided("it is null".to_owned())),
        // It may be null.
        Value::Unknown(unknown) => Err(unknown.why.clone()),
        _ => Ok(NetworkOption {
            name,
            value: print::value(this.ev, value),
        }),
    })
}

/// Does something besides `privateNetwork` give the guest a network of its own?
pub(crate) fn other_private_network(
    reader: &mut OptionReader<'_, '_>,
    found: &Found,
    flag: Option<&Field<NetworkMode>>,
    unknown_flag: Option<(Why, Origin)>,
) -> Field<bool> {
    if let Some(flag) = flag {
        return flag.map(|mode| *mode != NetworkMode::Host);
    }
    let mut unknown = unknown_flag;
    for name in ["interfaces", "macvlans"] {
        let list = reader.get(found, name);
        for element in reader.elements(&list) {
            let field = reader.text(&element).map(|_| true);
            match field.fact {
                Fact::Unknown(why) => unknown = unknown.or(Some((why, field.origin))),
                _ => return field,
            }
        }
    }
    let veths = reader.get(found, "extraVeths");
    let entries = reader.entries(&veths);
    if let Some((_, first)) = entries.named.first() {
        return reader.field(first, |_, _, _| Ok(true));
    }
    if let Some(why) = entries.open {
        unknown = unknown.or(Some((why, reader.key_origin(&veths))));
    }
    let namespace = reader.get(found, "networkNamespace");
    if !matches!(namespace.value.value, Value::Null) && reader.is_written(&namespace) {
        return reader.field(&namespace, |this, value, origin| match &value.value {
            Value::Null => Err(Why::Undecided("it is null".to_owned())),
            _ => Ok(flags::joined(&this.text_or_hole(value, origin)) != NetworkMode::Host),
        });
    }
    match unknown {
        Some((why, origin)) => Field::unknown(why, origin),
        None => Field::default(false),
    }
}

pub(crate) fn network(
    reader: &mut OptionReader<'_, '_>,
    found: &Found,
    private_network: &Field<bool>,
    other: &Field<bool>,
    flag: Option<Field<NetworkMode>>,
) -> Field<NetworkMode> {
    let namespace = reader.get(found, "networkNamespace");
    if !matches!(namespace.value.value, Value::Null) && reader.is_written(&namespace) {
        return reader.field(&namespace, |this, value, origin| match &value.value {
            Value::Null => Err(Why::Undecided("it is null".to_owned())),
            _ => Ok(flags::joined(&this.text_or_hole(value, origin))),
        });
    }
    if let Some(flag) = flag {
        return flag;
    }
    if private_network.value() != Some(&true) && other.value() != Some(&false) {
        return other.map(|_| NetworkMode::Private);
    }
    private_network.map(|private| {
        if *private {
            NetworkMode::Private
        } else {
            NetworkMode::Host
        }
    })
}

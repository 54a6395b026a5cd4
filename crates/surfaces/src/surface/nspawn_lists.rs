//! The lists and sets of `containers.<name>`: devices, bind mounts and forwarded ports.

use crate::read::{Found, OptionReader};
use crate::vocabulary::certainty::{maybe, weaken};
use crate::vocabulary::line::after;
use crate::vocabulary::ports::with_protocol;
use crate::vocabulary::text::{concat, hole, split_once};
use nixpod_eval::Value;
use nixpod_model::{Container, Device, EntryName, Fact, Field, Mount, Port, Text};
use nixpod_source::{Origin, Why};

/// An element of `allowedDevices`.
pub(crate) fn read_device(reader: &mut OptionReader<'_, '_>, found: &Found) -> Field<Device> {
    if let Value::Unknown(unknown) = &found.value.value {
        return reader.unknown(found, unknown.why.clone());
    }
    let node = reader.get(found, "node");
    let modifier = reader.get(found, "modifier");
    let access = reader.string(&modifier);
    let node = reader.text(&node);
    let access_text = access.value().cloned().unwrap_or_default();
    let field = match &node.fact {
        Fact::Unknown(why) if matches!(found.value.value, Value::Attrs(_)) => {
            Field::set(hole(why.clone(), node.origin.clone()), node.origin.clone())
        }
        _ => node,
    };
    let (conditions, open) = reader.conditions(found.when);
    let mut field = field.map(|node| Device {
        node: node.clone(),
        access: access_text.clone(),
        allowed_only: true,
    });
    if open {
        field = maybe(field, conditions);
    }
    field
}

/// `bindMounts`.
pub(crate) fn read_bind_mounts(reader: &mut OptionReader<'_, '_>, found: &Found, container: &mut Container) {
    let all = reader.get(found, "bindMounts");
    let entries = reader.entries(&all);
    if let Some(why) = &entries.open {
        container.mounts.push(reader.unknown(&all, why.clone()));
    }
    for (name, entry) in entries.all() {
        container.mounts.push(bind_mount(reader, &name, &entry));
    }
}

fn bind_mount(reader: &mut OptionReader<'_, '_>, name: &EntryName, entry: &Found) -> Field<Mount> {
    let host_path = reader.get(entry, "hostPath");
    let mount_point = reader.get(entry, "mountPoint");
    let read_only = reader.get(entry, "isReadOnly");
    let read_only = reader.bool(&read_only);
    let key = reader.key_origin(entry);
    let mount_point = reader.text(&mount_point);
    let target = mounted_at(&mount_point, name, &key);
    let (source, target, options) = bound(reader, &host_path, target);
    let mut origin = reader.origin(host_path.value.origin, &host_path);
    if origin.hops.is_empty() {
        origin = key;
    }
    let mut field = Field::set(
        Mount {
            source,
            target,
            read_only: read_only.value().copied().unwrap_or(true),
            options,
            is_bind: true,
            unclear_access: match &read_only.fact {
                Fact::Unknown(why) if !read_only.origin.hops.is_empty() => Some(why.clone()),
                _ => read_only.or_unknown.clone(),
            },
            volume: None,
        },
        origin,
    );
    let when = reader.ev.both(entry.when, host_path.when);
    let (conditions, open) = reader.conditions(when);
    let host_field = reader.field(&host_path, |_, value, _| match &value.value {
        Value::Unknown(unknown) => Err(unknown.why.clone()),
        _ => Ok(()),
    });
    field = weaken(field, &host_field);
    field = weaken(field, &read_only);
    field.fails = host_field.fails;
    field.or_unknown = host_field.or_unknown;
    field.definitions = host_field.definitions;
    // Whoever sets a part of it has a say in what is mounted.
    field.definitions.extend(mount_point.definitions);
    field.definitions.extend(read_only.definitions);
    if open {
        field = maybe(field, conditions);
    }
    field
}

/// `mountPoint`, which is the entry's name unless it is set.
fn mounted_at(mount_point: &Field<Text>, name: &EntryName, key: &Origin) -> Text {
    let unknown = || hole(Why::named("name"), key.clone());
    if let Fact::Unknown(why) = &mount_point.fact
        && !mount_point.origin.hops.is_empty()
    {
        return hole(why.clone(), mount_point.origin.clone());
    }
    match (mount_point.value(), name) {
        (Some(text), _) if mount_point.is_default() => text
            .as_known()
            .map_or_else(unknown, |text| Text::known(text, key.clone())),
        (Some(text), _) => text.clone(),
        (None, EntryName::Known(name)) => Text::known(name.clone(), key.clone()),
        (None, EntryName::Template(_)) => unknown(),
    }
}

/// Source, target and options. The flag is `source:target`, so options after a colon in the target become options of
/// the mount.
fn bound(reader: &mut OptionReader<'_, '_>, host_path: &Found, target: Text) -> (Text, Text, Vec<String>) {
    if matches!(host_path.value.value, Value::Null) {
        let (source, target) = split_once(&target, ':').unwrap_or_else(|| (target.clone(), target));
        return (source, target, Vec::new());
    }
    let (target, options) = match split_once(&target, ':') {
        Some((path, words)) => (path, words.pattern().split(',').map(str::to_owned).collect()),
        None => (target, Vec::new()),
    };
    let field = reader.field(host_path, |this, value, origin| match &value.value {
        Value::Null => Ok(None),
        _ => Ok(Some(this.text_or_hole(value, origin))),
    });
    let source = match field.value() {
        Some(Some(text)) => text.clone(),
        _ => target.clone(),
    };
    (source, target, options)
}

/// The option that a bind mount becomes.
pub(crate) fn bind_flag(reader: &mut OptionReader<'_, '_>, name: &EntryName, entry: &Found) -> Field<Text> {
    let host_path = reader.get(entry, "hostPath");
    let mount_point = reader.get(entry, "mountPoint");
    let read_only = reader.get(entry, "isReadOnly");
    let read_only = match reader.is_unset(&read_only) {
        true => Field::default(true),
        false => reader.bool(&read_only),
    };
    let key = reader.key_origin(entry);
    let mount_point = reader.text(&mount_point);
    let target = mounted_at(&mount_point, name, &key);
    let flag = match read_only.certain() {
        Some(true) => Text::known("--bind-ro=", Origin::default()),
        Some(false) => Text::known("--bind=", Origin::default()),
        None => concat([
            Text::known("--bind", Origin::default()),
            hole(unclear(&read_only), read_only.origin.clone()),
            Text::known("=", Origin::default()),
        ]),
    };
    let is_null = reader.is_unset(&host_path) || matches!(host_path.value.value, Value::Null);
    let source = (!is_null).then(|| after("", &reader.text(&host_path)));
    let source =
        source.map(|source| source.map(|path| concat([path.clone(), Text::known(":", Origin::default())])));
    let (conditions, open) = reader.conditions(entry.when);
    let before = source.unwrap_or_else(|| Field::set(Text::default(), key.clone()));
    let field = before.map(|path| concat([flag.clone(), path.clone(), target.clone()]));
    match open {
        true => maybe(field, conditions),
        false => field,
    }
}

fn unclear(field: &Field<bool>) -> Why {
    match &field.fact {
        Fact::Unknown(why) => why.clone(),
        _ => Why::named("-ro"),
    }
}

/// The rule of the device's node, as systemd is told it.
pub(crate) fn device_rule(reader: &mut OptionReader<'_, '_>, found: &Found) -> Field<Text> {
    if let Value::Unknown(unknown) = &found.value.value {
        return reader.unknown(found, unknown.why.clone());
    }
    let [node, modifier] = ["node", "modifier"].map(|name| reader.get(found, name));
    let (node, modifier) = (reader.text(&node), reader.text(&modifier));
    let (node, modifier) = (after("", &node), after(" ", &modifier));
    let rule = modifier.map(|modifier| {
        let node = node.value().cloned().unwrap_or_default();
        concat([node, modifier.clone()])
    });
    let (conditions, open) = reader.conditions(found.when);
    match open {
        true => maybe(rule, conditions),
        false => weaken(rule, &node),
    }
}

/// An element of `forwardPorts`.
pub(crate) fn read_port(reader: &mut OptionReader<'_, '_>, found: &Found) -> Field<Port> {
    if let Value::Unknown(unknown) = &found.value.value {
        return reader.unknown(found, unknown.why.clone());
    }
    let host = reader.get(found, "hostPort");
    let inside = reader.get(found, "containerPort");
    let protocol = reader.get(found, "protocol");
    let protocol = reader.string(&protocol);
    let protocol = protocol.value().cloned().unwrap_or_default();
    let host_value = host.value.clone();
    let inside_value = inside.value.clone();
    reader.field(&host, move |this, value, origin| {
        let number = |this: &mut OptionReader<'_, '_>, value: &nixpod_eval::Tracked| {
            this.scalar_text(value, origin)
                .unwrap_or_else(|why| hole(why, origin.clone()))
        };
        let host = number(this, value);
        let container = match &inside_value.value {
            Value::Null => number(this, &host_value),
            _ => number(this, &inside_value),
        };
        Ok(Port {
            address: None,
            host: Some(host),
            container: with_protocol(container, &protocol),
            text: None,
            pod: None,
        })
    })
}

//! The lists and sets of `containers.<name>`: devices, bind mounts and forwarded ports.

use crate::read::{Found, Reader};
use crate::vocabulary::certainty::{maybe, weaken};
use crate::vocabulary::text::{hole, split_once};
use nixpod_eval::Value;
use nixpod_model::{Container, Device, EntryName, Fact, Field, Mount, Port, Text};
use nixpod_source::Why;

/// An element of `allowedDevices`.
pub(crate) fn read_device(reader: &mut Reader<'_, '_>, found: &Found) -> Field<Device> {
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
pub(crate) fn read_bind_mounts(reader: &mut Reader<'_, '_>, found: &Found, container: &mut Container) {
    let all = reader.get(found, "bindMounts");
    let entries = reader.entries(&all);
    if let Some(why) = &entries.open {
        let origin = reader.place_of(&all);
        container.mounts.push(Field::unknown(why.clone(), origin));
    }
    for (name, entry) in entries.all() {
        let host_path = reader.get(&entry, "hostPath");
        let mount_point = reader.get(&entry, "mountPoint");
        let read_only = reader.get(&entry, "isReadOnly");
        let read_only = reader.bool(&read_only);
        let key = reader.key_origin(&entry);
        let mount_point_field = reader.text(&mount_point);
        let mut target = match mount_point_field.value() {
            Some(text) if mount_point_field.is_default() => text.as_known().map_or_else(
                || hole(Why::External("name".to_owned()), key.clone()),
                |text| Text::known(text, key.clone()),
            ),
            Some(text) => text.clone(),
            None => match &name {
                EntryName::Known(name) => Text::known(name.clone(), key.clone()),
                EntryName::Template => hole(Why::External("name".to_owned()), key.clone()),
            },
        };
        // The flag is `source:target`, so options after a colon in the target become options of the mount.
        let mut options = Vec::new();
        let is_null = |value: &Value| matches!(value, Value::Null);
        let source = if is_null(&host_path.value.value) {
            let whole = target.clone();
            if let Some((source, rest)) = split_once(&whole, ':') {
                target = rest;
                source
            } else {
                whole
            }
        } else {
            if let Some((path, words)) = split_once(&target.clone(), ':') {
                options = words.pattern().split(',').map(str::to_owned).collect();
                target = path;
            }
            let field = reader.field(&host_path, |this, value, origin| match &value.value {
                Value::Null => Ok(None),
                _ => Ok(Some(this.text_or_hole(value, origin))),
            });
            match field.value() {
                Some(Some(text)) => text.clone(),
                _ => target.clone(),
            }
        };
        let source_origin = reader.origin(host_path.value.origin, &host_path);
        let origin = if source_origin.hops.is_empty() {
            key
        } else {
            source_origin
        };
        let mut field = Field::set(
            Mount {
                source,
                target,
                read_only: read_only.value().copied().unwrap_or(true),
                options,
                is_bind: true,
            },
            origin,
        );
        let when = reader.ev.both(entry.when, host_path.when);
        let (conditions, open) = reader.conditions(when);
        let host_field = reader.field(&host_path, |_, _, _| Ok(()));
        field = weaken(field, &host_field);
        field = weaken(field, &read_only);
        field.definitions = host_field.definitions;
        if open {
            field = maybe(field, conditions);
        }
        container.mounts.push(field);
    }
}

/// An element of `forwardPorts`.
pub(crate) fn read_port(reader: &mut Reader<'_, '_>, found: &Found) -> Field<Port> {
    let host = reader.get(found, "hostPort");
    let inside = reader.get(found, "containerPort");
    let host_value = host.value.clone();
    let inside_value = inside.value.clone();
    reader.field(&host, move |this, value, origin| {
        let number = |this: &mut Reader<'_, '_>, value: &nixpod_eval::Tracked| {
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
            container,
            text: None,
            pod: None,
        })
    })
}

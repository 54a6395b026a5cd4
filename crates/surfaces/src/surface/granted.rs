//! `capabilities`, a set that says of each whether it is granted or taken.

use crate::read::{Found, OptionReader};
use crate::vocabulary::capabilities::normal_capability;
use nixpod_eval::Value;
use nixpod_model::{Container, EntryName};
use nixpod_source::Why;

/// A set of capabilities that are granted or taken.
pub(crate) fn capabilities(reader: &mut OptionReader<'_, '_>, found: &Found, container: &mut Container) {
    let all = reader.get(found, "capabilities");
    let entries = reader.entries(&all);
    if let Some(why) = &entries.open {
        container.capabilities.push(reader.unknown(&all, why.clone()));
    }
    for (name, entry) in entries.all() {
        if matches!(entry.value.value, Value::Null) {
            continue;
        }
        let granted = reader.bool(&entry);
        let capability = match &name {
            EntryName::Known(name) => granted.map(|_| normal_capability(name)),
            EntryName::Template(_) => reader.unknown(
                &entry,
                Why::Undecided("which capability it is, is not known".to_owned()),
            ),
        };
        let list = match granted.value() {
            Some(false) => &mut container.dropped_capabilities,
            _ => &mut container.capabilities,
        };
        list.push(capability);
    }
}

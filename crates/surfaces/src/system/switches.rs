//! Options that are on or off, and what else is read of them all.

use crate::read::{Found, OptionReader};
use nixpod_eval::Value;
use nixpod_model::{Field, Text};

/// A Boolean that is off where nobody sets it.
pub(super) fn switch(reader: &mut OptionReader<'_, '_>, config: &Found, path: &[&str]) -> Field<bool> {
    let found = reader.option(config, path);
    if reader.is_unset(&found) {
        return Field::default(false);
    }
    reader.bool(&found)
}

/// The first switch that is on, or may be.
pub(super) fn any(reader: &mut OptionReader<'_, '_>, config: &Found, paths: &[&[&str]]) -> Field<bool> {
    let mut out: Option<Field<bool>> = None;
    for path in paths {
        let field = switch(reader, config, path);
        if field.value() == Some(&true) {
            return field;
        }
        if out.as_ref().is_none_or(|out| !out.is_unknown()) {
            out = Some(field);
        }
    }
    out.unwrap_or_else(|| Field::default(false))
}

/// A part of settings that somebody wrote.
pub(super) fn written(reader: &mut OptionReader<'_, '_>, base: &Found, path: &[&str]) -> Option<Found> {
    let found = reader.at(base, path);
    let is_said =
        !reader.is_unset(&found) && !reader.is_default(&found) && !matches!(found.value.value, Value::Null);
    is_said.then_some(found)
}

/// The elements of a list that somebody wrote, as texts.
pub(super) fn texts(reader: &mut OptionReader<'_, '_>, base: &Found, path: &[&str]) -> Vec<Field<Text>> {
    let Some(list) = written(reader, base, path) else {
        return Vec::new();
    };
    let elements = reader.elements(&list);
    elements.iter().map(|element| reader.text(element)).collect()
}

/// The first script of the activation that may say something.
pub(super) fn activation_script(
    reader: &mut OptionReader<'_, '_>,
    config: &Found,
    says: fn(&str) -> bool,
) -> Option<Found> {
    let scripts = reader.option(config, &["system", "activationScripts"]);
    if !reader.is_written(&scripts) {
        return None;
    }
    for (_, script) in reader.entries(&scripts).named {
        let script = match &script.value.value {
            Value::Attrs(_) => reader.get(&script, "text"),
            _ => script,
        };
        if reader.may_say(&script.value, says) {
            return Some(script);
        }
    }
    None
}

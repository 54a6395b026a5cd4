//! Texts of files that Nix writes and that no set of files names: what a value refers to, such as `${pkgs.writeText …}` in a
//! command, and what packages are given by functions that are not known.

use crate::read::{Found, OptionReader};
use crate::vocabulary::unit::kinds::is_unit;
use nixpod_eval::{ThunkId, Value};
use nixpod_model::{SecretSlot, SecretValue, StoreRef, Text};

/// Arguments of functions are sets of sets, mostly of no more than these.
const MAX_DEPTH: usize = 4;

/// More than these are generated.
const MAX_TEXTS: usize = 2_000;

/// Whose a script is that is among the texts.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Of {
    /// A service runs it.
    Service,
    /// Something else, or nobody, does.
    Other,
}

/// Collects them from a value.
pub(super) fn texts(
    reader: &mut OptionReader<'_, '_>,
    found: &Found,
    of: Of,
    secrets: &mut Vec<SecretValue>,
) {
    if !reader.is_default(found) && !reader.is_unset(found) {
        walk(reader, found, (of, MAX_DEPTH), secrets);
    }
}

fn walk(
    reader: &mut OptionReader<'_, '_>,
    found: &Found,
    (of, depth): (Of, usize),
    secrets: &mut Vec<SecretValue>,
) {
    if depth == 0 || secrets.len() >= MAX_TEXTS {
        return;
    }
    let below = (of, depth - 1);
    let given: Vec<ThunkId> = match &found.value.value {
        Value::String(string) => {
            if string.context.is_some() {
                add(reader, found, of, secrets);
            }
            let holes = string.parts.iter().flat_map(|parts| parts.iter());
            let holes = holes.filter_map(|part| part.hole.as_ref());
            holes.flat_map(|hole| hole.given.iter().copied()).collect()
        }
        Value::Attrs(set) if set.get(reader.ev.common().out_path).is_some() => {
            add(reader, found, of, secrets);
            Vec::new()
        }
        Value::Attrs(_) => {
            for (_, entry) in reader.entries(found).named {
                walk(reader, &entry, below, secrets);
            }
            Vec::new()
        }
        Value::List(_) => {
            for element in reader.elements(found) {
                walk(reader, &element, below, secrets);
            }
            Vec::new()
        }
        Value::Unknown(unknown) => unknown.given.clone(),
        _ => Vec::new(),
    };
    for thunk in given {
        let given = reader.found(thunk, found.when, found.site, false);
        walk(reader, &given, below, secrets);
    }
}

fn add(reader: &mut OptionReader<'_, '_>, found: &Found, of: Of, secrets: &mut Vec<SecretValue>) {
    let field = reader.text(found);
    let references = field.value().into_iter().flat_map(|text| &text.context);
    for reference in references {
        let StoreRef::Written { name, text, .. } = reference else {
            continue;
        };
        let slot = match (is_script(name, text), of) {
            (true, Of::Service) => SecretSlot::Script(name.clone()),
            // Containers that a script runs are looked at by themselves.
            (true, Of::Other) if runs_containers(text) => continue,
            _ if is_unit(name) => SecretSlot::Unit(name.clone()),
            _ => SecretSlot::WrittenFile(name.clone()),
        };
        secrets.push(SecretValue {
            slot,
            value: field.map(|_| (**text).clone()),
        });
    }
}

fn is_script(name: &str, text: &Text) -> bool {
    name.ends_with(".sh") || text.pattern().starts_with("#!")
}

fn runs_containers(text: &Text) -> bool {
    let pattern = text.pattern();
    let mut engines = ["podman", "docker", "nspawn"].iter();
    engines.any(|engine| pattern.contains(engine))
}

//! Merges that look at definitions only, and not into them.

use crate::definition::Definition;
use crate::fixpoint::by_type::{one, several};
use crate::fixpoint::compound::{concatenated, merged_function};
use crate::system::evaluation::At;
use crate::types::native::OptType;
use crate::values::plain;
use nixpod_eval::{Attr, Attrs, Evaluator, OriginId, Res, Stop, StringBuilder, Tracked, Unknown, Value};
use nixpod_source::Why;
use std::rc::Rc;

/// Options without a type: a single definition stays what it is, and several are joined as what they all are. Nothing in
/// them is a definition by itself, so `mkIf` inside of a set is a set.
pub(super) fn unspecified(
    ev: &mut Evaluator<'_>,
    at: At<'_>,
    native: &Rc<OptType>,
    defs: Vec<Definition>,
) -> Res<Tracked> {
    if let [only] = &defs[..]
        && only.when.is_always()
    {
        return Ok(only.value.clone());
    }
    let is_known = |def: &&Definition| !matches!(def.value.value, Value::Unknown(_) | Value::Either(_));
    let known: Vec<&Value> = { defs.iter() }
        .filter(is_known)
        .map(|def| &def.value.value)
        .collect();
    let all = |is: fn(&Value) -> bool| !known.is_empty() && known.iter().all(|value| is(value));
    if known.len() == defs.len() && defs.iter().all(|def| ev.is_function(&def.value.value)) {
        merged_function(ev, at, native, defs)
    } else if all(|value| matches!(value, Value::List(_))) {
        concatenated(ev, at, native, defs)
    } else if all(|value| matches!(value, Value::Attrs(_))) {
        combine_attrs_shallow(ev, defs)
    } else if all(|value| matches!(value, Value::Bool(_))) {
        bool_by_or(ev, defs)
    } else if all(|value| matches!(value, Value::String(_))) {
        joined(ev, "", defs)
    } else if defs.iter().filter(|def| def.when.is_always()).count() > 1
        && !all(|value| matches!(value, Value::Int(_)))
    {
        Err(several(ev, at.path, "", &defs))
    } else {
        one(ev, at, defs)
    }
}

pub(super) fn bool_by_or(ev: &mut Evaluator<'_>, defs: Vec<Definition>) -> Res<Tracked> {
    let mut undecided = None;
    let mut last = None;
    for def in defs {
        match &def.value.value {
            Value::Bool(true) if def.when.is_always() => return Ok(def.value),
            Value::Bool(false) => {}
            _ => undecided = Some(ev.undecided(&def.value)),
        }
        last = Some(def.value);
    }
    match (undecided, last) {
        (Some(why), _) => Err(Stop::Unknown(why)),
        (None, Some(value)) => Ok(value),
        (None, None) => Ok(plain(Value::Bool(false))),
    }
}

/// `types.attrs`: later definitions win over earlier ones, key by key.
pub(super) fn combine_attrs_shallow(ev: &mut Evaluator<'_>, defs: Vec<Definition>) -> Res<Tracked> {
    let mut merged = Attrs::default();
    let origin = defs.first().map(|def| def.value.origin).unwrap_or_default();
    for def in defs {
        let site = def.written.site();
        let set = ev.attrs_or_open(def.value, site)?;
        let conditional = if def.when.is_always() {
            (*set).clone()
        } else {
            let entries = set.entries.iter().map(|attr| Attr {
                when: ev.both(def.when, attr.when),
                ..*attr
            });
            Attrs {
                entries: entries.collect(),
                open: set.open.clone(),
                wildcard: set.wildcard,
                names: set.names.clone(),
                apart: set.apart.clone(),
            }
        };
        merged = ev.update_attrs(&merged, &conditional);
    }
    Ok(Tracked {
        value: Value::attrs(merged),
        origin,
    })
}

/// Strings joined by a separator.
pub(super) fn joined(ev: &mut Evaluator<'_>, separator: &str, defs: Vec<Definition>) -> Res<Tracked> {
    joined_by(ev, defs, |builder| {
        builder.push_literal(separator, OriginId::default(), 0)
    })
}

/// Different strings for an option that nobody declares. The configuration is taken to evaluate, so the option joins them;
/// only what it puts between them is not known.
pub(super) fn joined_somehow(ev: &mut Evaluator<'_>, defs: Vec<Definition>) -> Res<Tracked> {
    let why = "it joins its definitions, and what it puts between them is not known";
    let why = Unknown::new(Why::Undecided(why.to_owned()));
    joined_by(ev, defs, |builder| {
        builder.push_hole(why.clone(), OriginId::default())
    })
}

fn joined_by(
    ev: &mut Evaluator<'_>,
    defs: Vec<Definition>,
    between: impl Fn(&mut StringBuilder),
) -> Res<Tracked> {
    let mut builder = StringBuilder::default();
    let mut first = true;
    let origin = defs.first().map(|def| def.value.origin).unwrap_or_default();
    if let [only] = &defs[..]
        && only.when.is_always()
    {
        return Ok(only.value.clone());
    }
    for def in &defs {
        if !first {
            between(&mut builder);
        }
        first = false;
        match (&def.value.value, def.when.is_always()) {
            (Value::String(string), true) => builder.push_string(string, def.value.origin),
            (Value::String(_), false) => {
                let why = Unknown::new(Why::Undecided(
                    "a definition of it stands under a condition that is not known".to_owned(),
                ));
                builder.push_hole(why, def.value.origin);
            }
            _ => {
                let why = ev.undecided(&def.value);
                builder.push_hole(why, def.value.origin);
            }
        }
    }
    Ok(Tracked {
        value: builder.finish(),
        origin,
    })
}

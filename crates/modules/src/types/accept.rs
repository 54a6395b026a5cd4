//! Which values a type accepts.

use crate::types::native::{OptType, Scalar};
use nixpod_eval::{Attrs, Evaluator, OriginId, Res, Stop, ThunkId, Tracked, Value};
use nixpod_source::Site;
use std::rc::Rc;

/// Does a type accept a value? Exits early if the value is unknown.
pub(crate) fn accepts(
    ev: &mut Evaluator<'_>,
    native: &Rc<OptType>,
    value: &Tracked,
    site: Site,
) -> Res<bool> {
    match &value.value {
        Value::Unknown(unknown) => return Err(Stop::Unknown(unknown.clone())),
        Value::Either(_) => return Err(Stop::Unknown(ev.undecided(value))),
        _ => {}
    }
    Ok(match &**native {
        OptType::Scalar { kind, bounds, name } => is_scalar(ev, *kind, name, *bounds, &value.value),
        OptType::PathWith { in_store, absolute } => is_path(ev, &value.value, *in_store, *absolute),
        OptType::Joined(..) => matches!(value.value, Value::String(_)),
        OptType::Enum(values) => is_one_of(ev, values, value, site)?,
        OptType::ListOf(_) => matches!(value.value, Value::List(_)),
        OptType::NonEmptyListOf(_) => {
            matches!(&value.value, Value::List(list) if !list.elems.is_empty() || list.open.is_some())
        }
        OptType::AttrsOf { .. } => matches!(value.value, Value::Attrs(_)),
        OptType::AttrListOf(_) => matches!(value.value, Value::Attrs(_) | Value::List(_)),
        OptType::Submodule(_) | OptType::DeferredModule(_) => {
            matches!(value.value, Value::Attrs(_) | Value::Path(_)) || ev.is_function(&value.value)
        }
        OptType::Anything | OptType::Deep => true,
        OptType::Changed { inner, check, .. } => match check {
            Some(check) => call_check(ev, *check, value, site)?,
            None => accepts(ev, inner, value, site)?,
        },
        OptType::NullOr(inner) => matches!(value.value, Value::Null) || accepts(ev, inner, value, site)?,
        OptType::Either(a, b) => accepts(ev, a, value, site)? || accepts(ev, b, value, site)?,
        OptType::Coerced { from, to, with } => {
            if accepts(ev, from, value, site)? {
                let function = ev.force(*with)?;
                let argument = ev.alloc_tracked(value.clone());
                let converted = ev.apply(&function, argument, site)?;
                accepts(ev, to, &converted, site)?
            } else {
                accepts(ev, to, value, site)?
            }
        }
        OptType::FunctionTo(_) => ev.is_function(&value.value),
        OptType::Unique(inner, _) => accepts(ev, inner, value, site)?,
        OptType::Checked(inner, check) => {
            if !accepts(ev, inner, value, site)? {
                return Ok(false);
            }
            call_check(ev, *check, value, site)?
        }
        OptType::AttrTag(_) => matches!(&value.value, Value::Attrs(attrs) if attrs.entries.len() == 1),
        OptType::Custom {
            check: Some(check), ..
        } => call_check(ev, *check, value, site)?,
        OptType::Custom { check: None, .. } => true,
    })
}

/// Is it a value without parts of this kind?
fn is_scalar(
    ev: &mut Evaluator<'_>,
    kind: Scalar,
    name: &str,
    bounds: Option<(i64, i64)>,
    value: &Value,
) -> bool {
    match kind {
        Scalar::Any | Scalar::Raw => true,
        Scalar::Bool | Scalar::BoolByOr => matches!(value, Value::Bool(_)),
        Scalar::Int => match (value, bounds) {
            (Value::Int(int), Some((low, high))) => (low..=high).contains(int),
            (Value::Int(_), None) => true,
            _ => false,
        },
        Scalar::Float => matches!(value, Value::Float(_)),
        Scalar::Number => matches!(value, Value::Int(_) | Value::Float(_)),
        Scalar::Str => match value {
            Value::String(string) if name == "nonEmptyStr" => {
                string.hole().is_some() || !string.text.trim().is_empty()
            }
            Value::String(string) if name == "singleLineStr" => {
                !string.text.trim_end_matches('\n').contains('\n')
            }
            Value::String(_) => true,
            _ => false,
        },
        Scalar::Path => match value {
            Value::Path(_) => true,
            Value::String(string) => {
                let hole_first = string
                    .pieces(OriginId::default())
                    .first()
                    .is_some_and(|part| part.hole.is_some());
                hole_first || string.text.starts_with('/')
            }
            Value::Attrs(attrs) => attrs.get(ev.common().out_path).is_some() || attrs.open.is_some(),
            _ => false,
        },
        Scalar::OptionType => {
            matches!(value, Value::Attrs(attrs) if attrs.get(ev.common().tag).is_some())
        }
        Scalar::Package => match value {
            Value::Attrs(attrs) => {
                attrs.get(ev.common().out_path).is_some() || attrs.open.is_some() || is_derivation(ev, attrs)
            }
            Value::String(_) | Value::Path(_) => true,
            _ => false,
        },
        Scalar::Function => ev.is_function(value),
        Scalar::Attrs => matches!(value, Value::Attrs(_)),
    }
}

/// Is it certainly one of some values, or certainly none?
fn is_one_of(ev: &mut Evaluator<'_>, values: &[ThunkId], value: &Tracked, site: Site) -> Res<bool> {
    let mut unknown = None;
    for one in values {
        let one = ev.force(*one)?;
        match ev.equal(&one, value, site) {
            Ok(true) => return Ok(true),
            Ok(false) => {}
            Err(Stop::Unknown(why)) => unknown = Some(why),
            Err(error) => return Err(error),
        }
    }
    unknown.map_or(Ok(false), |why| Err(Stop::Unknown(why)))
}

fn call_check(ev: &mut Evaluator<'_>, check: ThunkId, value: &Tracked, site: Site) -> Res<bool> {
    let check = ev.force(check)?;
    let argument = ev.alloc_tracked(value.clone());
    let verdict = ev.apply(&check, argument, site)?;
    let verdict = ev.known(verdict)?;
    ev.as_bool(&verdict, site)
}

/// Does `types.pathWith` accept a value?
fn is_path(ev: &mut Evaluator<'_>, value: &Value, in_store: Option<bool>, absolute: Option<bool>) -> bool {
    match value {
        // A path is copied when it is used, so what it becomes is in the store.
        Value::Path(_) => in_store != Some(false) && absolute != Some(false),
        Value::String(string) => {
            if string.hole().is_some() {
                return true;
            }
            in_store.is_none_or(|wanted| wanted == is_in_store(&string.text))
                && absolute.is_none_or(|wanted| wanted == string.text.starts_with('/'))
        }
        Value::Attrs(attrs) => attrs.get(ev.common().out_path).is_some() || attrs.open.is_some(),
        _ => false,
    }
}

/// Is a text a path below a thing in the store (or of a content-addressed one)?
fn is_in_store(text: &str) -> bool {
    let rest = text.strip_prefix("/nix/store/").or_else(|| {
        let rest = text.strip_prefix('/')?;
        let hash = rest.split('/').next()?;
        (hash.len() == 52 && hash.chars().all(|c| c.is_ascii_alphanumeric())).then_some(rest)
    });
    rest.is_some_and(|rest| !rest.is_empty() && !rest.starts_with('.') && !rest.starts_with('/'))
}

/// Is a set a derivation by its `type`?
fn is_derivation(ev: &mut Evaluator<'_>, attrs: &Attrs) -> bool {
    attrs.get(ev.common().kind).map(|attr| attr.thunk).is_some_and(
        |kind| matches!(ev.force_or_unknown(kind).value, Value::String(text) if text.text == "derivation"),
    )
}

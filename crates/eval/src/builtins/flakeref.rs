//! `parseFlakeRef` and `flakeRefToString`. Nothing is fetched.

use super::table::{Builtin, Cost, plain};
use crate::pure::flakeref::{Field, Input, parse, show};
use crate::{Evaluator, OriginId, Res, ThunkId, Tracked, Value};
use nixpod_source::Site;

pub(super) const BUILTINS: &[Builtin] = &[
    ("parseFlakeRef", 1, 1, Cost::Sizes, parse_flake_ref),
    ("flakeRefToString", 1, 1, Cost::Sizes, flake_ref_to_string),
];

fn parse_flake_ref(ev: &mut Evaluator<'_>, args: &[ThunkId], site: Site) -> Res<Tracked> {
    let text = ev.force_plain_string(args[0], site)?.text.clone();
    match parse(&text) {
        Ok(input) => Ok(set_of(ev, input)),
        Err(message) => ev.fail(message, site),
    }
}

fn flake_ref_to_string(ev: &mut Evaluator<'_>, args: &[ThunkId], site: Site) -> Res<Tracked> {
    let input = input_of(ev, args[0], site)?;
    match show(&input) {
        Ok(text) => plain(Value::string(text)),
        Err(message) => ev.fail(message, site),
    }
}

fn set_of(ev: &mut Evaluator<'_>, input: Input) -> Tracked {
    let entries: Vec<(String, ThunkId)> = input
        .into_iter()
        .map(|(name, field)| {
            let value = match field {
                Field::Text(text) => Value::string(text),
                Field::Number(number) => Value::Int(number),
                Field::Flag(flag) => Value::Bool(flag),
            };
            (name, ev.alloc(value, OriginId(0)))
        })
        .collect();
    let entries = entries
        .iter()
        .map(|(name, thunk)| (name.as_str(), *thunk))
        .collect();
    Tracked {
        value: Value::attrs(ev.attrs_from(entries)),
        origin: OriginId(0),
    }
}

fn input_of(ev: &mut Evaluator<'_>, thunk: ThunkId, site: Site) -> Res<Input> {
    let set = ev.force_attrs(thunk, site)?;
    ev.exact_attrs(&set)?;
    let mut input = Input::new();
    for attr in ev.sorted(&set) {
        let name = ev.name(attr.name).to_string();
        let value = ev.force_known(attr.thunk)?;
        let field = match &value.value {
            Value::Int(number) if *number >= 0 => Field::Number(*number),
            Value::Int(number) => {
                let message = format!("negative value given for flake ref attr {name}: {number}");
                return ev.fail(message, site);
            }
            Value::Bool(flag) => Field::Flag(*flag),
            Value::String(string) => match string.hole() {
                None => Field::Text(string.text.to_string()),
                Some(hole) => return Err(crate::Stop::Unknown(hole.clone())),
            },
            other => {
                let kind = other.type_of().unwrap_or("unknown");
                let message = format!(
                    "flake reference attribute sets may only contain integers, Booleans, and strings, but attribute '{name}' is {}",
                    match kind {
                        "lambda" => "a function".to_owned(),
                        "set" | "list" | "path" | "float" => format!("a {kind}"),
                        _ => kind.to_owned(),
                    }
                );
                return ev.fail(message, site);
            }
        };
        input.insert(name, field);
    }
    Ok(input)
}

//! Values in Nix syntax, shortened for lists of options and definitions.

use nixpod_eval::print::{float_text, is_identifier, quote};
use nixpod_eval::{Attrs, Evaluator, List, NixString, OriginId, Tracked, Unknown, Value};
use nixpod_source::Why;

/// More values inside of one are not looked at for unknown ones.
const MAX_PARTS: usize = 2_000;
/// As many reasons as anybody reads.
const MAX_HOLES: usize = 8;

/// Why parts of a value are not known, each reason once.
pub(crate) fn holes(ev: &mut Evaluator<'_>, value: &Tracked) -> Vec<Why> {
    let mut out = Vec::new();
    let mut budget = MAX_PARTS;
    collect(ev, &value.value, &mut out, &mut budget, 0);
    out
}

fn collect(ev: &mut Evaluator<'_>, value: &Value, out: &mut Vec<Why>, budget: &mut usize, depth: u32) {
    if *budget == 0 || out.len() >= MAX_HOLES || depth > MAX_DEPTH {
        return;
    }
    *budget -= 1;
    let mut push = |unknown: &Unknown| {
        if !out.contains(&unknown.why) {
            out.push(unknown.why.clone());
        }
    };
    match value {
        Value::Unknown(unknown) => push(unknown),
        Value::String(string) => {
            for part in string.parts.iter().flat_map(|parts| parts.iter()) {
                part.hole.iter().for_each(|hole| push(hole));
            }
        }
        Value::List(list) => {
            list.open.iter().for_each(|open| push(open));
            for elem in &list.elems {
                let inner = ev.force_part(elem.thunk);
                collect(ev, &inner.value, out, budget, depth + 1);
            }
        }
        // A package is known by its name.
        Value::Attrs(set) if set.get(ev.common().out_path).is_none() => {
            set.open.iter().for_each(|open| push(open));
            for attr in &set.entries {
                let inner = ev.force_part(attr.thunk);
                collect(ev, &inner.value, out, budget, depth + 1);
            }
        }
        Value::Either(alternatives) => {
            // Under a condition the container is there and sets it; otherwise neither.
            let unset = |value: &Value| matches!(value, Value::Unknown(unknown) if matches!(unknown.why, Why::UnsetOption(_)));
            for alternative in alternatives
                .iter()
                .filter(|one| depth > 0 || !unset(&one.value.value))
            {
                collect(ev, &alternative.value.value, out, budget, depth + 1);
            }
        }
        _ => {}
    }
}

/// As long as a line of a terminal shows with a name and a place beside it.
const MAX_LEN: usize = 120;
const MAX_DEPTH: u32 = 4;

/// A value in Nix syntax.
pub(crate) fn value(ev: &mut Evaluator<'_>, value: &Tracked) -> String {
    let mut out = String::new();
    write(ev, value, &mut out, 0);
    if out.len() > MAX_LEN {
        let mut end = MAX_LEN;
        while !out.is_char_boundary(end) {
            end -= 1;
        }
        out.truncate(end);
        out.push('…');
    }
    out
}

fn write(ev: &mut Evaluator<'_>, value: &Tracked, out: &mut String, depth: u32) {
    if out.len() > MAX_LEN {
        return;
    }
    if depth > MAX_DEPTH {
        out.push('…');
        return;
    }
    match &value.value {
        Value::Null => out.push_str("null"),
        Value::Bool(bool) => out.push_str(if *bool { "true" } else { "false" }),
        Value::Int(int) => out.push_str(&int.to_string()),
        Value::Float(float) => out.push_str(&float_text(*float)),
        Value::Path(path) => out.push_str(path),
        Value::String(string) => write_string(string, out),
        Value::List(list) => write_list(ev, list, out, depth),
        Value::Attrs(set) => write_set(ev, set, out, depth),
        Value::Lambda(_) | Value::Primop(_) => out.push_str("«function»"),
        Value::Opaque(_) => out.push_str("«module system»"),
        Value::Unknown(unknown) => match unknown.name() {
            Some(name) => out.push_str(&format!("«{name}»")),
            None => out.push_str("«unknown»"),
        },
        Value::Either(alternatives) => {
            for (at, alternative) in alternatives.clone().iter().enumerate() {
                if at > 0 {
                    out.push_str(" or ");
                }
                write(ev, &alternative.value, out, depth + 1);
            }
        }
    }
}

fn write_string(string: &NixString, out: &mut String) {
    let mut text = String::new();
    let mut at = 0;
    for part in string.pieces(OriginId::default()) {
        match &part.hole {
            Some(hole) => text.push_str(&format!("${{{}}}", hole.name().unwrap_or("…"))),
            None => {
                let end = at + part.len as usize;
                text.push_str(string.text.get(at..end).unwrap_or_default());
                at = end;
            }
        }
        if text.len() > MAX_LEN {
            break;
        }
    }
    // Holes are written as interpolations, so their dollar sign must stay as it is.
    out.push_str(&if string.parts.is_some() {
        quote(&text).replace("\\${", "${")
    } else {
        quote(&text)
    });
}

fn write_list(ev: &mut Evaluator<'_>, list: &List, out: &mut String, depth: u32) {
    out.push_str("[ ");
    for elem in &list.elems {
        if out.len() > MAX_LEN {
            return;
        }
        let inner = ev.force_part(elem.thunk);
        write(ev, &inner, out, depth + 1);
        out.push(' ');
    }
    if list.open.is_some() {
        out.push_str("… ");
    }
    out.push(']');
}

fn write_set(ev: &mut Evaluator<'_>, set: &Attrs, out: &mut String, depth: u32) {
    let name = ev.symbol("name").and_then(|symbol| set.get(symbol).copied());
    let is_package = set.get(ev.common().out_path).is_some();
    if is_package && let Some(name) = name {
        let name = ev.force_part(name.thunk);
        if let Value::String(name) = &name.value {
            out.push_str(&format!("«{}»", name.text));
            return;
        }
    }
    out.push_str("{ ");
    for attr in ev.sorted(set) {
        if out.len() > MAX_LEN {
            return;
        }
        let name = ev.name(attr.name).clone();
        if is_identifier(&name) {
            out.push_str(&name);
        } else {
            out.push_str(&quote(&name));
        }
        out.push_str(" = ");
        let inner = ev.force_part(attr.thunk);
        write(ev, &inner, out, depth + 1);
        out.push_str("; ");
    }
    if set.open.is_some() {
        out.push_str("… ");
    }
    out.push('}');
}

//! Values and definitions in messages.

use crate::definition::Definition;
use nixpod_eval::{Evaluator, Tracked, Value};

/// Longer values are cut off in messages.
const MAX_SHOWN: usize = 200;

/// A value as messages show it.
pub(crate) fn show(ev: &mut Evaluator<'_>, value: &Tracked) -> String {
    let text = match &value.value {
        Value::Attrs(set) if !set.entries.is_empty() => None,
        _ => ev.print(value).ok(),
    };
    match text {
        Some(text) if text.len() <= MAX_SHOWN => text,
        _ => value.value.describe().to_owned(),
    }
}

/// The definitions of an option as messages list them.
pub(crate) fn show_definitions(ev: &mut Evaluator<'_>, defs: &[Definition]) -> String {
    let mut out = String::new();
    for def in defs {
        let file = def.file_name(ev);
        let value = show(ev, &def.value);
        out.push_str(&format!("\n- In `{file}': {value}"));
    }
    out
}

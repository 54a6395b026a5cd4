//! Linux capabilities as texts.

use crate::vocabulary::certainty::{part, unknown};
use crate::vocabulary::text::first_hole;
use nixpod_model::{Field, Text};
use nixpod_source::Origin;

/// A comma-separated list of capabilities, each with its own place.
pub(crate) fn capabilities(text: &Text, field: &Field<()>) -> Vec<Field<String>> {
    named(text, field, normal_capability)
}

/// The same in the words of systemd-nspawn.
pub(crate) fn of_nspawn(text: &Text, field: &Field<()>) -> Vec<Field<String>> {
    named(text, field, normal_in_nspawn)
}

fn named(text: &Text, field: &Field<()>, normal: fn(&str) -> String) -> Vec<Field<String>> {
    if field.is_unknown() {
        return vec![part(field, String::new(), Origin::default())];
    }
    let pattern = text.pattern();
    let mut out = Vec::new();
    let mut at = 0;
    for name in pattern.split(',') {
        let (start, end) = (at, at + name.len());
        at = end + 1;
        if name.trim().is_empty() {
            continue;
        }
        let origin = if (start, end) == (0, pattern.len()) {
            Origin::default()
        } else {
            text.origin_of(start, end)
        };
        let piece = text.slice(start, end);
        out.push(match first_hole(&piece) {
            Some(why) => unknown(&part(field, (), origin), why),
            None => part(field, normal(&piece.display()), origin),
        });
    }
    out
}

/// systemd-nspawn takes `cap_sys_admin`, but neither `sys_admin` nor `ALL`: those stay as they are, and are no capability.
fn normal_in_nspawn(name: &str) -> String {
    let name = name.trim();
    match name
        .get(..4)
        .is_some_and(|start| start.eq_ignore_ascii_case("CAP_"))
    {
        true => name.to_ascii_uppercase(),
        false => name.to_owned(),
    }
}

/// `sys_admin`, `CAP_SYS_ADMIN` and `SYS_ADMIN` are one; `all` stays.
pub(crate) fn normal_capability(name: &str) -> String {
    let upper = name.trim().to_ascii_uppercase();
    if upper == "ALL" || upper == "CAP_ALL" {
        return "all".to_owned();
    }
    if upper.starts_with("CAP_") {
        upper
    } else {
        format!("CAP_{upper}")
    }
}

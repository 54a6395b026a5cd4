//! Linux capabilities as texts.

use crate::vocabulary::certainty::{part, unknown};
use crate::vocabulary::text::first_hole;
use nixpod_model::{Field, Text};
use nixpod_source::Origin;

/// What Podman grants to a container of which nothing is said.
const DEFAULT_CAPABILITIES: [&str; 11] = [
    "CAP_CHOWN",
    "CAP_DAC_OVERRIDE",
    "CAP_FOWNER",
    "CAP_FSETID",
    "CAP_KILL",
    "CAP_NET_BIND_SERVICE",
    "CAP_SETFCAP",
    "CAP_SETGID",
    "CAP_SETPCAP",
    "CAP_SETUID",
    "CAP_SYS_CHROOT",
];

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

/// What a list of capabilities comes to where it stands in place of what Podman grants by default.
pub(crate) struct Granted {
    /// Those that nobody has by default.
    pub(crate) added: Vec<Field<String>>,
    /// Those by default that it leaves out.
    pub(crate) dropped: Vec<Field<String>>,
}

/// Tells a list from what is granted by default.
pub(crate) fn instead_of_default(listed: Vec<Field<String>>) -> Granted {
    let has = |name: &str| {
        // What is not known may be any.
        let is_it = |one: &String| one == name || one == "all";
        listed.iter().any(|field| field.certain().is_none_or(is_it))
    };
    let left_out = DEFAULT_CAPABILITIES.iter().filter(|name| !has(name));
    let dropped = left_out.map(|name| Field::default((*name).to_owned())).collect();
    let is_default = |field: &Field<String>| {
        let name = field.value();
        name.is_some_and(|name| DEFAULT_CAPABILITIES.contains(&name.as_str()))
    };
    let added = listed.into_iter().filter(|field| !is_default(field)).collect();
    Granted { added, dropped }
}

/// What settings say of capabilities, but for those of which a container says the opposite.
pub(crate) fn left_by(settings: &[Field<String>], opposite: &[Field<String>]) -> Vec<Field<String>> {
    let is_opposed = |name: &String| {
        let said = opposite.iter().filter_map(|field| field.said());
        said.into_iter().any(|other| other == name || other == "all")
    };
    let left = settings
        .iter()
        .filter(|field| !field.value().is_some_and(is_opposed));
    left.cloned().collect()
}

//! Builtins on version numbers.

use super::{Registry, plain};
use crate::{OriginId, Value};
use std::cmp::Ordering;

pub(super) fn register(r: &mut Registry<'_, '_>) {
    r.function("compareVersions", 2, 3, |ev, args, site| {
        let a = ev.force_string(args[0], site)?;
        let b = ev.force_string(args[1], site)?;
        plain(Value::Int(compare_versions(&a.text, &b.text) as i64))
    });
    r.function("splitVersion", 1, 1, |ev, args, site| {
        let (version, origin) = ev.force_string_with_holes(args[0], site)?;
        if let Some(hole) = version.hole() {
            return Err(crate::Stop::Unknown(hole.clone()));
        }
        let mut rest = version.text.as_str();
        let mut thunks = Vec::new();
        while let Some((component, after)) = next_component(rest) {
            let start = version.text.len() - after.len() - component.len();
            let mut builder = crate::StringBuilder::default();
            super::strings::push_bare_slice(&mut builder, &version, origin, start, start + component.len());
            thunks.push(ev.alloc(builder.finish(), origin));
            rest = after;
        }
        plain(Value::list(thunks))
    });
    r.function("parseDrvName", 1, 1, |ev, args, site| {
        let name = ev.force_string(args[0], site)?;
        let bytes = name.text.as_bytes();
        let cut = (0..bytes.len()).find(|at| {
            bytes[*at] == b'-' && bytes.get(at + 1).is_some_and(|next| !next.is_ascii_alphabetic())
        });
        let (name, version) = match cut {
            Some(at) => (&name.text[..at], &name.text[at + 1..]),
            None => (name.text.as_str(), ""),
        };
        let name = ev.alloc(Value::string(name), OriginId(0));
        let version = ev.alloc(Value::string(version), OriginId(0));
        let attrs = ev.attrs_from(vec![("name", name), ("version", version)]);
        plain(Value::attrs(attrs))
    });
}

/// The next component of a version and what follows it: a run of digits, or of anything but digits, dots and dashes.
fn next_component(version: &str) -> Option<(&str, &str)> {
    let version = version.trim_start_matches(['.', '-']);
    let first = version.as_bytes().first()?;
    let end = if first.is_ascii_digit() {
        version.find(|c: char| !c.is_ascii_digit())
    } else {
        version.find(|c: char| c.is_ascii_digit() || c == '.' || c == '-')
    };
    Some(version.split_at(end.unwrap_or(version.len())))
}

/// Is the component `a` older than `b`?
fn component_less(a: &str, b: &str) -> bool {
    let number = |text: &str| -> Option<u64> { if text.is_empty() { None } else { text.parse().ok() } };
    match (number(a), number(b)) {
        (Some(a), Some(b)) => a < b,
        (None, Some(_)) if a.is_empty() => true,
        _ if a == "pre" && b != "pre" => true,
        _ if b == "pre" => false,
        (None, Some(_)) => true,
        (Some(_), None) => false,
        (None, None) => a < b,
    }
}

/// The order of versions as Nix and nix-env see it.
pub(crate) fn compare_versions(a: &str, b: &str) -> Ordering {
    let (mut a, mut b) = (a, b);
    loop {
        let (left, right) = (next_component(a), next_component(b));
        if left.is_none() && right.is_none() {
            return Ordering::Equal;
        }
        let (x, rest_a) = left.unwrap_or(("", ""));
        let (y, rest_b) = right.unwrap_or(("", ""));
        if component_less(x, y) {
            return Ordering::Less;
        }
        if component_less(y, x) {
            return Ordering::Greater;
        }
        (a, b) = (rest_a, rest_b);
    }
}

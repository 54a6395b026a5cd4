//! Version numbers as Nix and nix-env see them.

use std::cmp::Ordering;

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

/// The next component of a version and what follows it: a run of digits, or of anything but digits, dots and dashes.
pub(crate) fn next_component(version: &str) -> Option<(&str, &str)> {
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

//! What looks like a secret: by its shape, or by the name it is given to.
//!
//! The cost of a false alarm is high here: real configurations carry hundreds of variables. So a name counts by its
//! last words only (`DB_PASSWORD`, not `PASSWORD_STORE`), and a value that is a path, a reference, a switch or empty
//! never counts.

mod hit;
mod names;
mod shapes;
#[cfg(test)]
mod tests;
mod values;

pub(crate) use hit::{Hit, Kind};
pub(crate) use names::announced_by;
#[cfg(test)]
pub(crate) use shapes::TOKENS;

use crate::about::paths::HOLE;
use shapes::shape;
use values::{can_be_secret, is_hash, is_placeholder, is_reference};

/// Judges a value that is given to a name.
pub(crate) fn judge(name: &str, value: &str) -> Option<Hit> {
    if let Some(hit) = shape(value) {
        return Some(hit);
    }
    let whole = (0, value.len());
    let announced = announced_by(name);
    if is_hash(value) && (announced.is_some() || name.to_ascii_lowercase().contains("pass")) {
        return Some(Hit {
            range: whole,
            kind: Kind::Hash,
        });
    }
    let announced = announced?;
    if !can_be_secret(announced, value) {
        return None;
    }
    Some(Hit {
        range: whole,
        kind: if is_placeholder(value) {
            Kind::Placeholder
        } else {
            Kind::Named
        },
    })
}

/// Judges a value that is a credential for certain, such as a user's password.
pub(crate) fn judge_credential(value: &str) -> Option<Hit> {
    if value.trim().is_empty() || value.contains(HOLE) {
        return None;
    }
    let kind = if is_hash(value) {
        Kind::Hash
    } else if is_reference(value) {
        return None;
    } else if is_placeholder(value) {
        Kind::Placeholder
    } else {
        Kind::Named
    };
    Some(Hit {
        range: (0, value.len()),
        kind,
    })
}

/// Secrets in the lines of a configuration or environment file, as `(name, hit)`, the name empty for shapes.
pub(crate) fn judge_lines(text: &str) -> Vec<(String, Hit)> {
    let mut hits = Vec::new();
    let mut start = 0;
    for line in text.split_inclusive('\n') {
        let found = match shape(line) {
            Some(hit) => Some((String::new(), hit)),
            None => assignment(line).and_then(|(name, from, value)| {
                let identical = name.eq_ignore_ascii_case(value);
                let mut hit = judge(name, value).filter(|_| !identical)?;
                hit.range = (hit.range.0 + from, hit.range.1 + from);
                Some((name.to_owned(), hit))
            }),
        };
        if let Some((name, mut hit)) = found {
            hit.range = (hit.range.0 + start, hit.range.1 + start);
            hits.push((name, hit));
        }
        start += line.len();
    }
    hits
}

/// `name = "value"`, `name: value`, `export NAME=value`: name, start of the value, value. Anything that looks like
/// program text is left alone.
fn assignment(line: &str) -> Option<(&str, usize, &str)> {
    let trimmed = line.trim_start();
    if trimmed.starts_with(['#', ';', '/', '*', '-', '<']) {
        return None;
    }
    let at = line.find(['=', ':'])?;
    let (before, after) = (line.get(..at)?, line.get(at + 1..)?);
    let name = before.trim().trim_matches(['"', '\'']);
    let name = name.strip_prefix("export ").unwrap_or(name).trim();
    let is_name = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.');
    if name.is_empty() || !name.chars().all(is_name) {
        return None;
    }
    let raw = after.trim();
    let raw = raw.trim_end_matches([',', ';']);
    let quoted = raw
        .strip_prefix('"')
        .and_then(|r| r.strip_suffix('"'))
        .or_else(|| raw.strip_prefix('\'').and_then(|r| r.strip_suffix('\'')));
    let value = quoted.unwrap_or(raw);
    let plain = |c: char| !c.is_whitespace() && !"(){}[]<>\"'`".contains(c);
    if value.is_empty() || !value.chars().all(plain) {
        return None;
    }
    // Only white space and a quote can stand before the value, and it contains neither, so the first hit is it.
    let from = at + 1 + after.find(value)?;
    Some((name, from, value))
}

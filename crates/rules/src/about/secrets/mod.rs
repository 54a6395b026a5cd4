//! What looks like a secret: by its shape, or by the name it is given to.
//!
//! The cost of a false alarm is high here: real configurations carry hundreds of variables. So a name counts by its
//! last words only (`DB_PASSWORD`, not `PASSWORD_STORE`), and a value that is a path, a reference, a switch or empty
//! never counts.

mod containers;
mod files;
mod found;
mod hit;
mod lines;
mod names;
mod shapes;
mod systems;
#[cfg(test)]
mod tests;
mod values;

pub(crate) use containers::check_container;
pub(crate) use files::{is_encrypted_name, is_public, is_secret_name, is_sure_name};
use hit::{Hit, Kind};
use lines::{judge_lines, judge_option, judge_words};
pub(crate) use names::announced_by;
#[cfg(test)]
pub(crate) use shapes::TOKENS;
pub(crate) use systems::check_system;
use values::is_configuration;

use crate::about::paths::HOLE;
use names::Announced;
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
    match announced {
        // A document is no password, but may have one in it.
        Some(announced) if !value.trim().contains('\n') => judge_value(announced, value),
        _ => lines::inside(name, value),
    }
}

fn judge_value(announced: Announced, value: &str) -> Option<Hit> {
    can_be_secret(announced, value).then(|| Hit {
        range: (0, value.len()),
        kind: match is_placeholder(value) {
            true => Kind::Placeholder,
            false => Kind::Named,
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

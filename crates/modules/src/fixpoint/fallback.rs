//! What an option is where nothing certain defines it.

use crate::definition::{Definition, OPTION_DEFAULT_PRIORITY, is_off};
use crate::fixpoint::collect::Collected;
use crate::fixpoint::option::Declared;
use crate::harmless::is_harmless;
use crate::own::Written;
use crate::path::{OptionPath, dotted, is_at};
use crate::system::evaluation::{At, Mode};
use crate::types::native::{OptType, empty_value};
use crate::values::plain;
use nixpod_eval::{Alternative, Evaluator, NO_SITE, OriginId, Tracked, Unknown, Value, When};
use nixpod_source::{HopKind, Why};
use std::rc::Rc;

/// What an option is where nothing certain defines it.
pub(crate) enum Fallback {
    /// What its declaration says, which is a definition like others: weaker ones do not count, and it is merged with
    /// those that are as weak.
    Declared(Definition),
    /// What its type says.
    Empty(Definition),
    /// Nothing.
    None,
}

/// Options of the system itself that nearly every configuration sets and others read: where that cannot be seen, their
/// default would be a guess.
const ELSEWHERE: [&[&str]; 1] = [&["time", "timeZone"]];

/// May one of those be, or be in, what a system has under a name?
pub(crate) fn leads_elsewhere(at: At<'_>, name: &str) -> bool {
    let leads = |known: &&[&str]| match known.get(..=at.path.len()).and_then(<[&str]>::split_last) {
        Some((last, before)) => *last == name && is_at(at.path, before),
        None => false,
    };
    at.system.prefix.is_empty() && ELSEWHERE.iter().any(leads)
}

/// Is it one of those, where that cannot be seen?
pub(crate) fn is_set_elsewhere(ev: &mut Evaluator<'_>, at: At<'_>) -> bool {
    let is_one = ELSEWHERE.iter().any(|known| is_at(at.path, known));
    is_one && (at.system.open_world() || has_unread_module(ev, at))
}

/// Has the system a module that was not read and that may define anything?
pub(crate) fn has_unread_module(ev: &mut Evaluator<'_>, at: At<'_>) -> bool {
    let shared = &at.system.shared;
    let unread = |collected: &Collected| {
        let mut unread = collected.opaque.iter();
        unread.any(|gap| !is_harmless(shared, &gap.why))
    };
    at.system.collect(ev).is_some_and(|collected| unread(&collected))
}

/// Is it an option of a system that was seen only in part, and not of something in it?
///
/// Whoever writes a container sets all that it has in one place, mostly. What the machine around it is set to is said in
/// files that nothing tells of.
pub(crate) fn belongs_to_unseen(at: At<'_>) -> bool {
    at.system.open_world() && at.system.prefix.is_empty()
}

/// May a file or a definition that was not seen add names to a set of things?
pub(crate) fn has_names_elsewhere(ev: &mut Evaluator<'_>, at: At<'_>, declared: &Declared) -> bool {
    let OptType::AttrsOf { elem, .. } = &*declared.native else {
        return false;
    };
    if at.mode() != Mode::WholeSystem {
        return false;
    }
    let is_host = at.system.prefix.is_empty();
    let has_things = !declared.written.is_ours() || matches!(**elem, OptType::Submodule(_));
    let by_others = declared.written.is_ours() && has_unread_module(ev, at);
    has_things
        && (is_host && at.system.open_world() || by_others || at.unseen.iter().any(|def| !is_off(ev, def)))
}

/// What the option is where nothing certain defines it.
pub(crate) fn default_of(ev: &mut Evaluator<'_>, at: At<'_>, declared: &Declared) -> Fallback {
    if let Some(thunk) = declared.default {
        let mut value = ev.force_or_unknown(thunk);
        if declared.written.is_ours() {
            value.origin = OriginId::default();
        } else if let Some(site) = ev.last_site(value.origin)
            && !matches!(value.value, Value::Attrs(_) | Value::List(_))
        {
            value.origin = ev.origin(HopKind::Default, site, value.origin);
        }
        let default = Definition::plain(value, thunk, OPTION_DEFAULT_PRIORITY, declared.written);
        return Fallback::Declared(as_far_as_seen(ev, at, declared, default));
    }
    // In whole systems our models say where an option is empty.
    if declared.written.is_ours() && at.mode() == Mode::WholeSystem {
        return Fallback::None;
    }
    match empty(ev, &declared.native) {
        Some(default) => Fallback::Empty(as_far_as_seen(ev, at, declared, default)),
        None => Fallback::None,
    }
}

/// The user's own option may be set in a file that was not seen.
fn as_far_as_seen(
    ev: &mut Evaluator<'_>,
    at: At<'_>,
    declared: &Declared,
    default: Definition,
) -> Definition {
    let is_scalar = !matches!(default.value.value, Value::Attrs(_) | Value::List(_));
    let elsewhere = match declared.written.is_ours() {
        true => belongs_to_unseen(at) && is_scalar,
        false => at.system.open_world(),
    };
    match elsewhere {
        true => perhaps_set_elsewhere(ev, at.path, default),
        false => default,
    }
}

/// What a type says of an option without definitions.
pub(crate) fn empty(ev: &mut Evaluator<'_>, native: &OptType) -> Option<Definition> {
    let value = plain(empty_value(ev, native)?);
    let thunk = ev.alloc_tracked(value.clone());
    Some(Definition::plain(
        value,
        thunk,
        OPTION_DEFAULT_PRIORITY,
        Written::BY_US,
    ))
}

fn perhaps_set_elsewhere(ev: &mut Evaluator<'_>, path: &OptionPath, default: Definition) -> Definition {
    let unknown = Unknown::new(Why::UnsetOption(dotted(path)));
    if matches!(default.value.value, Value::Attrs(_) | Value::List(_)) {
        // What is added elsewhere cannot take away what is here.
        let mut value = default.value.clone();
        value.value = match value.value {
            Value::Attrs(set) => {
                let mut set = (*set).clone();
                set.open.get_or_insert(unknown);
                Value::attrs(set)
            }
            Value::List(list) => {
                let mut list = (*list).clone();
                list.open.get_or_insert(unknown);
                Value::List(Rc::new(list))
            }
            other => other,
        };
        let thunk = ev.alloc_tracked(value.clone());
        return default.with(value, thunk);
    }
    let site = ev.last_site(default.value.origin).unwrap_or(NO_SITE);
    let when = ev.condition(site, unknown.clone(), When::ALWAYS);
    let otherwise = ev.otherwise(when);
    let origin = default.value.origin;
    let joined = ev.join(vec![
        Alternative {
            value: default.value.clone(),
            when,
        },
        Alternative {
            value: Tracked {
                value: Value::Unknown(unknown),
                origin,
            },
            when: otherwise,
        },
    ]);
    let thunk = ev.alloc_tracked(joined.clone());
    default.with(joined, thunk)
}

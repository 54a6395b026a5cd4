//! Merging the winning definitions of an option by its type.

use crate::definition::Definition;
use crate::fixpoint::attr_list::attr_list;
use crate::fixpoint::compound::{attr_tag, attrs_of, function_to, list_of, merged_function};
use crate::fixpoint::option_value::location;
use crate::fixpoint::shallow::{bool_by_or, combine_attrs_shallow, joined, joined_somehow, unspecified};
use crate::fixpoint::submodule::{deferred_module, submodule_value};
use crate::fixpoint::words::describe;
use crate::path::{OptionPath, dotted};
use crate::system::evaluation::{At, Mode};
use crate::types::accept::accepts;
use crate::types::join::join;
use crate::types::native::{OptType, Scalar, native};
use crate::types::show::show_definitions;
use crate::values::plain;
use nixpod_eval::{
    Alternative, Elem, ErrorKind, Evaluator, List, NO_SITE, NixString, OriginId, Res, Stop, ThunkId, Tracked,
    Unknown, Value, When,
};
use nixpod_source::{Site, Why};
use std::rc::Rc;

/// Merges definitions that are all of the winning priority (or stronger, under undecided conditions).
pub(crate) fn combine(
    ev: &mut Evaluator<'_>,
    at: At<'_>,
    native: &Rc<OptType>,
    defs: Vec<Definition>,
) -> Res<Tracked> {
    if at.mode() == Mode::AsNix {
        coherent(ev, at.path, native)?;
    }
    let defs = possible(ev, at, native, defs);
    match &**native {
        OptType::Scalar { kind, name, .. } => scalar(ev, at, native, (*kind, name), defs),
        OptType::Joined(_, separator) => {
            check_all(ev, at, native, &defs)?;
            joined(ev, separator, defs)
        }
        OptType::Anything | OptType::Deep => anything(ev, at, native, defs),
        OptType::Unspecified => unspecified(ev, at, native, defs),
        OptType::Changed {
            check: None, inner, ..
        } if at.mode() != Mode::AsNix => combine(ev, at, inner, defs),
        OptType::Changed { inner, .. } | OptType::Checked(inner, _) => {
            check_all(ev, at, native, &defs)?;
            combine(ev, at, inner, defs)
        }
        OptType::ListOf(elem) | OptType::NonEmptyListOf(elem) => {
            if at.mode() == Mode::AsNix {
                check_all(ev, at, native, &defs)?;
            }
            list_of(ev, at, elem, native, defs)
        }
        OptType::AttrsOf { elem, lazy, .. } => attrs_of(ev, at, elem, *lazy, native, defs),
        OptType::AttrListOf(list) => attr_list(ev, at, list, native, defs),
        OptType::Submodule(submodule) => submodule_value(ev, at, submodule, defs),
        OptType::DeferredModule(declared) => Ok(deferred_module(ev, at, declared, &defs)),
        OptType::NullOr(inner) => null_or(ev, at, inner, defs),
        OptType::Either(a, _) if all_accept(ev, a, &defs) => combine(ev, at, a, defs),
        OptType::Either(_, b) if all_accept(ev, b, &defs) => combine(ev, at, b, defs),
        OptType::Enum(_) | OptType::PathWith { .. } | OptType::Either(..) => {
            check_all(ev, at, native, &defs)?;
            one(ev, at, defs)
        }
        OptType::Coerced { from, with, to } => {
            if at.mode() == Mode::AsNix {
                check_all(ev, at, native, &defs)?;
            }
            let defs = coerced(ev, from, *with, defs)?;
            combine(ev, at, to, defs)
        }
        OptType::FunctionTo(to) => function_to(ev, at, to, defs),
        OptType::Unique(inner, message) => {
            if defs.iter().filter(|def| def.when.is_always()).count() > 1 {
                return Err(several(ev, at.path, message, &defs));
            }
            combine(ev, at, inner, defs)
        }
        OptType::AttrTag(tags) => attr_tag(ev, at, tags, native, defs),
        OptType::Custom { merge, .. } => {
            check_all(ev, at, native, &defs)?;
            match merge {
                None => one(ev, at, defs),
                Some(merge) => custom(ev, at.path, *merge, defs),
            }
        }
    }
}

/// Without definitions that would fail if an undecided condition held: the configuration is taken to evaluate, so it does
/// not. Unless that leaves none.
fn possible(
    ev: &mut Evaluator<'_>,
    at: At<'_>,
    native: &Rc<OptType>,
    defs: Vec<Definition>,
) -> Vec<Definition> {
    if at.mode() == Mode::AsNix || defs.iter().all(|def| def.when.is_always()) {
        return defs;
    }
    let mut fits = |def: &Definition| {
        def.when.is_always() || !matches!(accepts(ev, native, &def.value, def.written.site()), Ok(false))
    };
    let fitting: Vec<bool> = defs.iter().map(&mut fits).collect();
    if !fitting.contains(&true) {
        return defs;
    }
    let kept = defs.into_iter().zip(fitting).filter(|(_, fits)| *fits);
    kept.map(|(def, _)| def).collect()
}

/// A value without parts.
fn scalar(
    ev: &mut Evaluator<'_>,
    at: At<'_>,
    native: &Rc<OptType>,
    (kind, name): (Scalar, &str),
    defs: Vec<Definition>,
) -> Res<Tracked> {
    if kind == Scalar::Raw && at.mode() == Mode::AsNix && defs.len() > 1 {
        return Err(several(ev, at.path, "", &defs));
    }
    check_all(ev, at, native, &defs)?;
    match kind {
        Scalar::BoolByOr => bool_by_or(ev, defs),
        Scalar::OptionType => merged_type(ev, at.path, defs),
        Scalar::Attrs => combine_attrs_shallow(ev, defs),
        Scalar::Str if name == "singleLineStr" => Ok(without_line_end(one(ev, at, defs)?)),
        _ => one(ev, at, defs),
    }
}

/// Null, or a value of the inner type; either of them where conditions are undecided.
fn null_or(ev: &mut Evaluator<'_>, at: At<'_>, inner: &Rc<OptType>, defs: Vec<Definition>) -> Res<Tracked> {
    let defs = apart(ev, defs);
    let (nulls, rest): (Vec<_>, Vec<_>) = defs
        .into_iter()
        .partition(|def| matches!(def.value.value, Value::Null));
    if rest.is_empty() {
        return one(ev, at, nulls);
    }
    let certain = |defs: &[Definition]| defs.iter().any(|def| def.when.is_always());
    if certain(&nulls) && certain(&rest) {
        let message = format!(
            "The option `{}' is defined both null and not null",
            dotted(at.path)
        );
        return Err(ev.error(ErrorKind::Conflict, message, first_site(&rest)));
    }
    let Some(null) = nulls.first().map(|def| def.value.clone()) else {
        return combine(ev, at, inner, rest);
    };
    let cases: Vec<When> = match certain(&rest) {
        true => nulls.iter().map(|def| def.when).collect(),
        false => rest.iter().map(|def| def.when).collect(),
    };
    let one = ev.any_of(&cases);
    let contested: Vec<When> = nulls
        .iter()
        .map(|def| def.when)
        .filter(|when| !when.is_always())
        .collect();
    let (of_null, of_other) = match (certain(&rest), contested.is_empty()) {
        (true, _) => (one, ev.otherwise(one)),
        (false, true) => (ev.otherwise(one), one),
        // Where both are there, one of them may be the stronger one.
        (false, false) => {
            let any = ev.any_of(&contested);
            let otherwise = ev.otherwise(any);
            (When::ALWAYS, ev.both(one, otherwise))
        }
    };
    // Where it is not null one of them is there.
    let given = ev.common_of(&cases);
    let rest = rest.into_iter().map(|def| Definition {
        when: ev.without(def.when, given),
        ..def
    });
    let rest = rest.collect();
    let other = combine(ev, at, inner, rest)?;
    Ok(ev.join(vec![
        Alternative {
            value: other,
            when: of_other,
        },
        Alternative {
            value: null,
            when: of_null,
        },
    ]))
}

/// Definitions of the first type become those of the second one.
fn coerced(
    ev: &mut Evaluator<'_>,
    from: &Rc<OptType>,
    with: ThunkId,
    defs: Vec<Definition>,
) -> Res<Vec<Definition>> {
    let mut coerced = Vec::with_capacity(defs.len());
    for def in defs {
        match accepts(ev, from, &def.value, def.written.site()) {
            Ok(true) => {
                let function = ev.force(with)?;
                let argument = ev.alloc_tracked(def.value.clone());
                let mut value = ev.apply(&function, argument, NO_SITE)?;
                if value.origin == OriginId::default() {
                    value.origin = def.value.origin;
                }
                let thunk = ev.alloc_tracked(value.clone());
                coerced.push(def.with(value, thunk));
            }
            Ok(false) | Err(Stop::Unknown(_)) => coerced.push(def),
            Err(error) => return Err(error),
        }
    }
    Ok(coerced)
}

/// Several definitions where there may be one.
pub(super) fn several(ev: &mut Evaluator<'_>, path: &OptionPath, message: &str, defs: &[Definition]) -> Stop {
    let text = format!(
        "The option `{}' is defined multiple times while it's expected to be unique.\n{message}",
        dotted(path)
    );
    let last = defs.iter().rfind(|def| def.when.is_always());
    ev.error(ErrorKind::Conflict, text, last.map(|def| def.written.site()))
}

/// Fails where a type that merges by more than its `check` got another one by `//`.
fn coherent(ev: &mut Evaluator<'_>, path: &OptionPath, native: &OptType) -> Res<()> {
    let parts: [Option<&OptType>; 2] = match native {
        OptType::Either(a, b) => [Some(a), Some(b)],
        OptType::Coerced { from, to, .. } => [Some(from), Some(to)],
        OptType::Checked(inner, _) | OptType::NullOr(inner) => [Some(inner), None],
        other => [Some(other), None],
    };
    for part in parts.into_iter().flatten() {
        let OptType::Changed {
            inner,
            check: Some(_),
            ..
        } = part
        else {
            continue;
        };
        if !is_coherent(inner) {
            continue;
        }
        let kind = describe(ev, inner);
        let message = format!(
            "The option `{}' has a type `{kind}' that uses an ad-hoc `type // {{ check = ...; }}' override, which is incompatible with how it merges. Please use `lib.types.addCheck' instead.",
            dotted(path)
        );
        return Err(ev.error(ErrorKind::Eval, message, None));
    }
    Ok(())
}

/// Types of which a replaced `check` leaves no trace in what their merging decides.
fn is_coherent(native: &OptType) -> bool {
    match native {
        OptType::Unique(inner, _) | OptType::Checked(inner, _) => is_coherent(inner),
        OptType::AttrsOf { .. }
        | OptType::ListOf(_)
        | OptType::Submodule(_)
        | OptType::Either(..)
        | OptType::NullOr(_)
        | OptType::Coerced { .. } => true,
        _ => false,
    }
}

/// Definitions of one of several values become several conditional definitions.
fn apart(ev: &mut Evaluator<'_>, defs: Vec<Definition>) -> Vec<Definition> {
    let mut out = Vec::with_capacity(defs.len());
    for def in defs {
        let Value::Either(alternatives) = &def.value.value else {
            out.push(def);
            continue;
        };
        for alternative in alternatives.clone().iter() {
            let thunk = ev.alloc_tracked(alternative.value.clone());
            let mut one = def.with(alternative.value.clone(), thunk);
            one.when = ev.both(def.when, alternative.when);
            out.push(one);
        }
    }
    out
}

/// A one-line string loses the line break at its end.
fn without_line_end(merged: Tracked) -> Tracked {
    let Value::String(string) = &merged.value else {
        return merged;
    };
    let (Some(text), None) = (string.text.strip_suffix('\n'), string.hole()) else {
        return merged;
    };
    let mut shorter = NixString::clone(string);
    shorter.text = text.into();
    if let Some(parts) = &string.parts {
        let mut parts = parts.to_vec();
        if let Some(last) = parts.last_mut() {
            last.len = last.len.saturating_sub(1);
        }
        shorter.parts = Some(parts.into());
    }
    Tracked {
        value: Value::String(Rc::new(shorter)),
        origin: merged.origin,
    }
}

pub(crate) fn first_site(defs: &[Definition]) -> Option<Site> {
    defs.iter()
        .map(|def| def.written.site())
        .find(|site| *site != NO_SITE)
}

pub(super) fn all_accept(ev: &mut Evaluator<'_>, native: &Rc<OptType>, defs: &[Definition]) -> bool {
    defs.iter()
        .all(|def| accepts(ev, native, &def.value, def.written.site()).unwrap_or(true))
}

/// Fails with Nix's message if a definition is of the wrong type; unknown values pass.
fn check_all(ev: &mut Evaluator<'_>, at: At<'_>, native: &Rc<OptType>, defs: &[Definition]) -> Res<()> {
    for def in defs {
        match accepts(ev, native, &def.value, def.written.site()) {
            Ok(true) | Err(Stop::Unknown(_)) => {}
            Ok(false) => return Err(wrong_type(ev, at, native, std::slice::from_ref(def))),
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

/// The error of Nix for definitions that do not fit.
pub(crate) fn wrong_type(ev: &mut Evaluator<'_>, at: At<'_>, native: &OptType, defs: &[Definition]) -> Stop {
    let kind = describe(ev, native);
    let start = format!(
        "A definition for option `{}' is not of type `{kind}'. Definition value",
        dotted(at.path)
    );
    let message = match defs {
        // In whole systems the place stands beside the message, so one line is enough.
        [def, ..] if at.mode() != Mode::AsNix => format!("{start}: {}", def.value.value.describe()),
        _ => format!("{start}s:{}", show_definitions(ev, defs)),
    };
    ev.error(ErrorKind::Eval, message, first_site(defs))
}

/// A value of which there can be only one: equal definitions are one, different ones conflict. Definitions under
/// undecided conditions are alternatives, where they are stronger than the certain one.
pub(crate) fn one(ev: &mut Evaluator<'_>, at: At<'_>, defs: Vec<Definition>) -> Res<Tracked> {
    let (certain, perhaps): (Vec<_>, Vec<_>) = defs.into_iter().partition(|def| def.when.is_always());
    let mut value = None;
    for def in &certain {
        match &value {
            None => value = Some(def.value.clone()),
            Some(first) => match ev.equal(first, &def.value, def.written.site()) {
                Ok(true) | Err(Stop::Unknown(_)) => {}
                Ok(false) => {
                    let mut message = format!(
                        "The option `{}' has conflicting definition values",
                        dotted(at.path)
                    );
                    if at.mode() == Mode::AsNix {
                        message.push(':');
                        message.push_str(&show_definitions(ev, &certain));
                    }
                    return Err(ev.error(ErrorKind::Conflict, message, Some(def.written.site())));
                }
                Err(error) => return Err(error),
            },
        }
    }
    let certain_priority = certain.iter().map(|def| def.priority).min();
    let perhaps: Vec<Definition> = perhaps
        .into_iter()
        .filter(|def| certain_priority.is_none_or(|priority| def.priority < priority))
        .collect();
    match (value, perhaps.is_empty()) {
        (Some(value), true) => Ok(value),
        (Some(value), false) => Ok(perhaps_one(ev, perhaps, value)),
        (None, is_unset) => {
            let why = Unknown::new(Why::UnsetOption(dotted(at.path)));
            match is_unset {
                true => Err(Stop::Unknown(why)),
                // Nothing is certain: it may also be left undefined.
                false => Ok(perhaps_one(ev, perhaps, plain(Value::Unknown(why)))),
            }
        }
    }
}

/// A value that is one of several definitions where they are there, the strongest of those, and else another.
fn perhaps_one(ev: &mut Evaluator<'_>, perhaps: Vec<Definition>, otherwise: Tracked) -> Tracked {
    let cases: Vec<(When, i64)> = perhaps.iter().map(|def| (def.when, def.priority)).collect();
    // That none of those is there that are stronger; nothing if one certainly is.
    let none_below = |ev: &mut Evaluator<'_>, priority: i64| {
        let stronger = cases.iter().filter(|(_, of)| *of < priority);
        let stronger: Vec<When> = stronger.map(|(when, _)| *when).collect();
        if stronger.is_empty() {
            return Some(When::ALWAYS);
        }
        let any = ev.any_of(&stronger);
        (!any.is_always()).then(|| ev.otherwise(any))
    };
    let mut alternatives = Vec::with_capacity(perhaps.len() + 1);
    for def in perhaps {
        if let Some(none) = none_below(ev, def.priority) {
            let when = ev.both(def.when, none);
            alternatives.push(Alternative {
                value: def.value,
                when,
            });
        }
    }
    if let Some(when) = none_below(ev, i64::MAX) {
        alternatives.push(Alternative {
            value: otherwise,
            when,
        });
    }
    ev.join(alternatives)
}

/// Option types as values merge as those of declarations do.
fn merged_type(ev: &mut Evaluator<'_>, path: &OptionPath, defs: Vec<Definition>) -> Res<Tracked> {
    if let [only] = &defs[..] {
        return Ok(only.value.clone());
    }
    let mut joined: Option<Rc<OptType>> = None;
    for def in &defs {
        let native = native(ev, &def.value);
        joined = Some(match joined {
            None => native,
            Some(first) => match join(ev, &first, &native)? {
                Some(both) => both,
                None => {
                    let message = format!("The option `{}' has types that do not merge", dotted(path));
                    return Err(ev.error(ErrorKind::Eval, message, first_site(&defs)));
                }
            },
        });
    }
    let joined = joined.unwrap_or_else(|| Rc::new(OptType::Anything));
    Ok(plain(crate::fixpoint::type_value::value(ev, joined)))
}

/// Undeclared options and `types.anything`: sets deeply, lists joined, everything else as one value.
fn anything(ev: &mut Evaluator<'_>, at: At<'_>, elem: &Rc<OptType>, defs: Vec<Definition>) -> Res<Tracked> {
    // `types.anything` does not join lists; what nobody declares (a list of some kind) does.
    let joins = !(at.mode() == Mode::AsNix && matches!(**elem, OptType::Deep));
    if let [only] = &defs[..]
        && only.when.is_always()
        && !plain_set(ev, &only.value.value)
    {
        return Ok(only.value.clone());
    }
    let known: Vec<&Definition> = defs
        .iter()
        .filter(|def| !matches!(def.value.value, Value::Unknown(_) | Value::Either(_)))
        .collect();
    let all_sets = !known.is_empty() && known.iter().all(|def| plain_set(ev, &def.value.value));
    let all_lists = !known.is_empty() && known.iter().all(|def| matches!(def.value.value, Value::List(_)));
    let unknown_count = defs.len() - known.len();
    if all_sets && (unknown_count == 0 || known.len() > 1) {
        return attrs_of(ev, at, elem, joins, elem, defs);
    }
    let kinds: std::collections::BTreeSet<_> = known.iter().map(|def| def.value.value.type_of()).collect();
    if !joins && kinds.len() > 1 {
        let shown = show_definitions(ev, &defs);
        let message = format!(
            "The option `{}' has conflicting option types in definitions:{shown}",
            dotted(at.path)
        );
        return Err(ev.error(ErrorKind::Eval, message, first_site(&defs)));
    }
    if all_lists && joins {
        return list_of(ev, at, elem, elem, defs);
    }
    if !known.is_empty()
        && known.len() == defs.len()
        && known.iter().all(|def| ev.is_function(&def.value.value))
    {
        return merged_function(ev, at, elem, defs);
    }
    if joins && at.mode() != Mode::AsNix && are_different_texts(&defs) {
        return joined_somehow(ev, defs);
    }
    one(ev, at, defs)
}

/// Are there strings for certain of which one differs from another?
fn are_different_texts(defs: &[Definition]) -> bool {
    let certain = || defs.iter().filter(|def| def.when.is_always());
    let text = |def: &Definition| match &def.value.value {
        Value::String(string) if string.hole().is_none() => Some(string.text.clone()),
        _ => None,
    };
    let mut texts = certain().map(text);
    let first = texts.next().flatten();
    first.is_some() && texts.clone().all(|text| text.is_some()) && texts.any(|text| text != first)
}

fn plain_set(ev: &mut Evaluator<'_>, value: &Value) -> bool {
    let Value::Attrs(set) = value else { return false };
    set.get(ev.common().functor).is_none()
        && set.get(ev.common().out_path).is_none()
        && set.get(ev.common().tag).is_none()
}

/// A type's own `merge loc defs`.
fn custom(ev: &mut Evaluator<'_>, path: &OptionPath, merge: ThunkId, defs: Vec<Definition>) -> Res<Tracked> {
    let location = location(ev, path);
    let mut elems = Vec::with_capacity(defs.len());
    for def in &defs {
        let file = def.file_name(ev);
        let file = ev.alloc(Value::string(file), OriginId::default());
        let value = ev.alloc_tracked(def.value.clone());
        let set = ev.attrs_from(vec![("file", file), ("value", value)]);
        let thunk = ev.alloc(Value::attrs(set), OriginId::default());
        elems.push(Elem {
            thunk,
            when: def.when,
        });
    }
    let list = ev.alloc(
        Value::List(Rc::new(List { elems, open: None })),
        OriginId::default(),
    );
    let function = ev.force(merge)?;
    let mut value = ev.apply_all(&function, &[location, list], NO_SITE)?;
    if value.origin == OriginId::default() {
        value.origin = defs.first().map(|def| def.value.origin).unwrap_or_default();
    }
    Ok(value)
}

//! Primitives on attribute sets that keep what is partly known.

use crate::builtins::{Builtin, Cost, name_thunk, plain};
use crate::{
    Attr, Attrs, Elem, Evaluator, List, OriginId, PASSED_ON, Res, Stop, ThunkId, Tracked, Value, When,
};
use nixpod_source::Site;
use std::rc::Rc;

pub(super) const PRIMITIVES: &[Builtin] = &[
    ("filterAttrs", 2, 2 | PASSED_ON << 1, Cost::Bytes, filter_attrs),
    (
        "mapAttrsToList",
        2,
        2 | PASSED_ON << 1,
        Cost::Bytes,
        map_attrs_to_list,
    ),
    ("mergeAttrsList", 1, 1, Cost::Sizes, merge_attrs_list),
    ("optionalAttrs", 2, 0, Cost::Call, optional_attrs),
    ("recursiveUpdate", 2, 0, Cost::Sizes, recursive_update),
    ("external", 1, 1, Cost::Call, external),
];

/// A value that comes from outside, by its symbolic name.
fn external(ev: &mut Evaluator<'_>, args: &[ThunkId], site: Site) -> Res<Tracked> {
    let name = ev.force_string(args[0], site)?;
    let why = nixpod_source::Why::named(&name.text);
    plain(Value::unknown(why))
}

fn filter_attrs(ev: &mut Evaluator<'_>, args: &[ThunkId], site: Site) -> Res<Tracked> {
    let value = ev.force(args[1])?;
    let set = ev.attrs_or_open(value.clone(), site)?;
    let predicate = ev.force(args[0])?;
    ev.charge(set.entries.len() * size_of::<Attr>())?;
    let mut entries = Vec::with_capacity(set.entries.len());
    for attr in ev.sorted(&set) {
        let name = name_thunk(ev, &attr);
        let verdict = ev.apply_all(&predicate, &[name, attr.thunk], site);
        let verdict = ev.settle(verdict)?;
        match &verdict.value {
            Value::Bool(true) => entries.push(attr),
            Value::Bool(false) => {}
            Value::Unknown(_) | Value::Either(_) => {
                let at = ev.origin_site(verdict.origin).unwrap_or(site);
                let when = ev.condition_on(&verdict, at, attr.when);
                entries.push(Attr { when, ..attr });
            }
            other => return ev.type_error("a Boolean", other, site),
        }
    }
    let mut out = Attrs::from_entries(entries);
    if let Some(open) = &set.open {
        // A predicate that certainly refuses the further entries closes the set.
        let call = crate::builtins::wildcard_call(ev, args[0], set.wildcard, open.clone(), site);
        let refused = matches!(ev.force(call), Ok(verdict) if matches!(verdict.value, Value::Bool(false)));
        if !refused {
            out.open = Some(open.clone());
            out.wildcard = set.wildcard;
            out.names.clone_from(&set.names);
        }
    }
    Ok(Tracked {
        value: Value::attrs(out),
        origin: value.origin,
    })
}

fn map_attrs_to_list(ev: &mut Evaluator<'_>, args: &[ThunkId], site: Site) -> Res<Tracked> {
    let set = ev.force(args[1])?;
    let set = ev.attrs_or_open(set, site)?;
    ev.charge(set.entries.len() * size_of::<Elem>())?;
    let mut elems = Vec::with_capacity(set.entries.len());
    for attr in ev.sorted(&set) {
        let name = name_thunk(ev, &attr);
        elems.push(Elem {
            thunk: ev.alloc_apply(args[0], &[name, attr.thunk], site),
            when: attr.when,
        });
    }
    if let Some(open) = &set.open {
        let thunk = crate::builtins::wildcard_call(ev, args[0], set.wildcard, open.clone(), site);
        let when = ev.condition(crate::NO_SITE, open.clone(), When::ALWAYS);
        elems.push(Elem { thunk, when });
    }
    plain(Value::List(Rc::new(List {
        elems,
        open: set.open.clone(),
    })))
}

/// The same entries under one more condition.
fn under(ev: &mut Evaluator<'_>, set: &Attrs, when: When) -> Attrs {
    let entries = set
        .entries
        .iter()
        .map(|attr| Attr {
            when: ev.both(when, attr.when),
            ..*attr
        })
        .collect();
    Attrs {
        entries,
        open: set.open.clone(),
        wildcard: set.wildcard,
        names: set.names.clone(),
        apart: set.apart.clone(),
    }
}

fn merge_attrs_list(ev: &mut Evaluator<'_>, args: &[ThunkId], site: Site) -> Res<Tracked> {
    let list = ev.force_list(args[0], site)?;
    let mut sets = Vec::with_capacity(list.elems.len());
    for elem in &list.elems {
        let mut set = ev.force(elem.thunk)?;
        if !elem.when.is_always() {
            let attrs = ev.attrs_or_open(set, site)?;
            set = Tracked {
                value: Value::attrs(under(ev, &attrs, elem.when)),
                origin: OriginId(0),
            };
        }
        sets.push(set);
    }
    if let Some(open) = &list.open {
        sets.push(Tracked {
            value: Value::Unknown(open.clone()),
            origin: OriginId(0),
        });
    }
    // Neighbours are merged in rounds, so that a long list of small sets does not cost its square.
    while sets.len() > 1 {
        let mut merged = Vec::with_capacity(sets.len().div_ceil(2));
        let mut rest = sets.into_iter();
        while let Some(left) = rest.next() {
            merged.push(match rest.next() {
                Some(right) => ev.update(left, right, site, OriginId(0))?,
                None => left,
            });
        }
        sets = merged;
    }
    match sets.pop() {
        Some(set) => plain(Value::Attrs(ev.attrs_or_open(set, site)?)),
        None => plain(ev.empty_attrs()),
    }
}

fn optional_attrs(ev: &mut Evaluator<'_>, args: &[ThunkId], site: Site) -> Res<Tracked> {
    let decided = ev.force(args[0])?;
    match &decided.value {
        Value::Bool(true) => Ok(ev.force(args[1])?),
        Value::Bool(false) => plain(ev.empty_attrs()),
        Value::Unknown(_) | Value::Either(_) => {
            let Ok(set) = ev.force(args[1]) else {
                return plain(ev.empty_attrs());
            };
            let origin = set.origin;
            // What is no set is not asked for: the condition does not hold.
            let Ok(set) = ev.attrs_or_open(set, site) else {
                ev.conditions.drops += 1;
                return plain(ev.empty_attrs());
            };
            let asked = ev.asked_at(&decided, site);
            let when = ev.condition_on(&decided, asked, When::ALWAYS);
            Ok(Tracked {
                value: Value::attrs(under(ev, &set, when)),
                origin,
            })
        }
        other => ev.type_error("a Boolean", other, site),
    }
}

fn recursive_update(ev: &mut Evaluator<'_>, args: &[ThunkId], site: Site) -> Res<Tracked> {
    let left = ev.force(args[0])?;
    let right = ev.force(args[1])?;
    let origin = right.origin;
    let left = ev.attrs_or_open(left, site)?;
    let right = ev.attrs_or_open(right, site)?;
    merged(ev, &left, &right, origin, site)
}

/// `left // right`, with the sets that both have merged in the same way.
fn merged(
    ev: &mut Evaluator<'_>,
    left: &Rc<Attrs>,
    right: &Rc<Attrs>,
    origin: OriginId,
    site: Site,
) -> Res<Tracked> {
    let mut entries = Vec::with_capacity(right.entries.len());
    for attr in &right.entries {
        let thunk = match left.get(attr.name) {
            Some(below) => {
                let (below, above) = (below.thunk, attr.thunk);
                ev.alloc_native(move |ev| merged_value(ev, below, above, site))
            }
            None => attr.thunk,
        };
        entries.push(Attr { thunk, ..*attr });
    }
    let right = Attrs {
        entries,
        open: right.open.clone(),
        wildcard: right.wildcard,
        names: right.names.clone(),
        apart: right.apart.clone(),
    };
    let whole = |attrs: Rc<Attrs>| Tracked {
        value: Value::Attrs(attrs),
        origin,
    };
    ev.update(whole(left.clone()), whole(Rc::new(right)), site, origin)
}

fn merged_value(ev: &mut Evaluator<'_>, below: ThunkId, above: ThunkId, site: Site) -> Res<Tracked> {
    let above = ev.force(above)?;
    match &above.value {
        Value::Attrs(right) => {
            let right = right.clone();
            let below = ev.force(below)?;
            match &below.value {
                Value::Attrs(left) => {
                    let left = left.clone();
                    merged(ev, &left, &right, above.origin, site)
                }
                // It may be a set that goes on below this one, or something that is replaced.
                Value::Unknown(unknown) => {
                    let left = Rc::new(crate::open_set(unknown.clone()));
                    merged(ev, &left, &right, above.origin, site)
                }
                Value::Either(alternatives) => {
                    let alternatives = alternatives.clone();
                    ev.each_alternative(&alternatives, |ev, one| match &one.value {
                        Value::Attrs(left) => {
                            let left = left.clone();
                            merged(ev, &left, &right, above.origin, site)
                        }
                        Value::Unknown(unknown) => Err(Stop::Unknown(unknown.clone())),
                        _ => Ok(above.clone()),
                    })
                }
                _ => Ok(above),
            }
        }
        Value::Either(alternatives) => {
            let alternatives = alternatives.clone();
            ev.each_alternative(&alternatives, |ev, one| {
                let one = ev.alloc_tracked(one);
                merged_value(ev, below, one, site)
            })
        }
        _ => Ok(above),
    }
}

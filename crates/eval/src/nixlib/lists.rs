//! Primitives on lists that keep what is partly known.

use crate::builtins::{Builtin, Cost, plain};
use crate::{Elem, Evaluator, List, OriginId, Res, Stop, ThunkId, Tracked, Value, When};
use nixpod_source::Site;
use rustc_hash::FxHashMap;
use std::rc::Rc;

pub(super) const PRIMITIVES: &[Builtin] = &[
    ("optional", 2, 0, Cost::Call, optional),
    ("optionals", 2, 0, Cost::Call, optionals),
    ("flatten", 1, 1, Cost::Steps, flatten),
    ("imap0", 2, 2, Cost::Bytes, |ev, args, site| {
        imap(ev, args, site, 0)
    }),
    ("imap1", 2, 2, Cost::Bytes, |ev, args, site| {
        imap(ev, args, site, 1)
    }),
    ("findFirstIndex", 3, 4, Cost::Calls, find_first_index),
    ("reverseList", 1, 1, Cost::Sizes, reverse),
    ("unique", 1, 1, Cost::Steps, unique),
];

fn optional(ev: &mut Evaluator<'_>, args: &[ThunkId], site: Site) -> Res<Tracked> {
    let decided = ev.force(args[0])?;
    match &decided.value {
        Value::Bool(true) => plain(Value::list([args[1]])),
        Value::Bool(false) => plain(ev.empty_list()),
        Value::Unknown(_) | Value::Either(_) => {
            let asked = ev.asked_at(&decided, site);
            let when = ev.condition_on(&decided, asked, When::ALWAYS);
            let elems = vec![Elem { thunk: args[1], when }];
            plain(Value::List(Rc::new(List { elems, open: None })))
        }
        other => ev.type_error("a Boolean", other, site),
    }
}

fn optionals(ev: &mut Evaluator<'_>, args: &[ThunkId], site: Site) -> Res<Tracked> {
    let decided = ev.force(args[0])?;
    match &decided.value {
        Value::Bool(true) => Ok(ev.force(args[1])?),
        Value::Bool(false) => plain(ev.empty_list()),
        Value::Unknown(_) | Value::Either(_) => {
            let Ok(list) = ev.force(args[1]) else {
                return plain(ev.empty_list());
            };
            // What is no list is not asked for: the condition does not hold.
            let Ok(list) = ev.list_or_open(list, site) else {
                ev.conditions.drops += 1;
                return plain(ev.empty_list());
            };
            let asked = ev.asked_at(&decided, site);
            let when = ev.condition_on(&decided, asked, When::ALWAYS);
            let elems = list
                .elems
                .iter()
                .map(|elem| Elem {
                    thunk: elem.thunk,
                    when: ev.both(when, elem.when),
                })
                .collect();
            let open = list.open.clone();
            plain(Value::List(Rc::new(List { elems, open })))
        }
        other => ev.type_error("a Boolean", other, site),
    }
}

fn flatten(ev: &mut Evaluator<'_>, args: &[ThunkId], _site: Site) -> Res<Tracked> {
    let mut out = List::default();
    // Work that is left, last first.
    let mut pending = vec![Elem {
        thunk: args[0],
        when: When::ALWAYS,
    }];
    while let Some(elem) = pending.pop() {
        ev.step()?;
        let value = ev.force(elem.thunk)?;
        match &value.value {
            Value::List(list) => {
                push_elements(ev, &mut pending, &mut out, list, elem.when);
            }
            Value::Either(alternatives) => {
                for alternative in alternatives.iter().rev() {
                    let when = ev.both(elem.when, alternative.when);
                    let thunk = ev.alloc_tracked(alternative.value.clone());
                    pending.push(Elem { thunk, when });
                }
            }
            Value::Unknown(unknown) => {
                out.elems.push(elem);
                // A package is one element; anything else unknown may be a list of several.
                let one = unknown.store_path || unknown.why.is_of_packages();
                if !one {
                    out.open.get_or_insert_with(|| unknown.clone());
                }
            }
            _ => out.elems.push(elem),
        }
    }
    plain(Value::List(Rc::new(out)))
}

fn push_elements(ev: &mut Evaluator<'_>, pending: &mut Vec<Elem>, out: &mut List, list: &List, when: When) {
    for elem in list.elems.iter().rev() {
        let when = ev.both(when, elem.when);
        pending.push(Elem {
            thunk: elem.thunk,
            when,
        });
    }
    if out.open.is_none() {
        out.open = list.open.clone();
    }
}

/// `map` with the position; behind the first element that may be missing, positions are not known.
fn imap(ev: &mut Evaluator<'_>, args: &[ThunkId], site: Site, first: i64) -> Res<Tracked> {
    let list = ev.force_list(args[1], site)?;
    ev.charge(list.elems.len() * size_of::<Elem>())?;
    let mut unsure = list.open.clone();
    let mut elems = Vec::with_capacity(list.elems.len());
    for (at, elem) in (first..).zip(&list.elems) {
        let index = match &unsure {
            None => Value::Int(at),
            Some(why) => Value::Unknown(why.clone()),
        };
        let index = ev.alloc(index, OriginId(0));
        elems.push(Elem {
            thunk: ev.alloc_apply(args[0], &[index, elem.thunk], site),
            when: elem.when,
        });
        if unsure.is_none() && !elem.when.is_always() {
            unsure = Some(ev.condition_reason(elem.when));
        }
    }
    plain(Value::List(Rc::new(List {
        elems,
        open: list.open.clone(),
    })))
}

fn find_first_index(ev: &mut Evaluator<'_>, args: &[ThunkId], site: Site) -> Res<Tracked> {
    let list = ev.force_list(args[2], site)?;
    if list.elems.is_empty() {
        // The predicate is not even looked at.
        ev.exact_list(&list)?;
        return Ok(ev.force(args[1])?);
    }
    let predicate = ev.force(args[0])?;
    for (at, elem) in list.elems.iter().enumerate() {
        let verdict = ev.apply(&predicate, elem.thunk, site)?;
        let verdict = ev.known(verdict)?;
        let found = ev.as_bool(&verdict, site)?;
        if found || !elem.when.is_always() || list.open.is_some() {
            // Whatever may or may not be there shifts the position.
            ev.exact_list(&list)?;
        }
        if found {
            return plain(Value::Int(at as i64));
        }
    }
    ev.exact_list(&list)?;
    Ok(ev.force(args[1])?)
}

fn reverse(ev: &mut Evaluator<'_>, args: &[ThunkId], site: Site) -> Res<Tracked> {
    let list = ev.force_list(args[0], site)?;
    let elems = list.elems.iter().rev().copied().collect();
    plain(Value::List(Rc::new(List {
        elems,
        open: list.open.clone(),
    })))
}

fn unique(ev: &mut Evaluator<'_>, args: &[ThunkId], site: Site) -> Res<Tracked> {
    let list = ev.force_list(args[0], site)?;
    let mut out: Vec<Elem> = Vec::with_capacity(list.elems.len());
    let mut texts: FxHashMap<smol_str::SmolStr, usize> = FxHashMap::default();
    let mut others: Vec<(Tracked, usize)> = Vec::new();
    for elem in &list.elems {
        // A bound that is reached while values are compared would be taken for values that cannot be compared.
        ev.work(1)?;
        let value = ev.force(elem.thunk)?;
        let known_text = match &value.value {
            Value::String(string) if string.hole().is_none() => Some(string.text.clone()),
            _ => None,
        };
        let mut same = known_text.as_ref().and_then(|text| texts.get(text).copied());
        let mut perhaps = None;
        if same.is_none() && !(known_text.is_some() && others.is_empty()) {
            for (seen, at) in &others {
                match ev.equal(seen, &value, site) {
                    Ok(true) => {
                        same = Some(*at);
                        break;
                    }
                    Ok(false) => {}
                    Err(Stop::Unknown(why)) => perhaps = Some(why),
                    Err(error) => return Err(error),
                }
            }
        }
        if let Some(at) = same {
            if let Some(first) = out.get_mut(at) {
                first.when = ev.any_of(&[first.when, elem.when]);
            }
            continue;
        }
        let mut when = elem.when;
        if known_text.is_none() && perhaps.is_none() && !texts.is_empty() {
            // A value that is not known may equal one of the texts.
            perhaps = match &value.value {
                Value::Unknown(_) | Value::Either(_) => Some(ev.undecided(&value)),
                Value::String(string) => string.hole().cloned(),
                _ => None,
            };
        }
        if let Some(why) = perhaps {
            when = ev.condition(site, why, when);
        }
        let at = out.len();
        match known_text {
            Some(text) => {
                texts.insert(text, at);
            }
            None => others.push((value, at)),
        }
        out.push(Elem {
            thunk: elem.thunk,
            when,
        });
    }
    plain(Value::List(Rc::new(List {
        elems: out,
        open: list.open.clone(),
    })))
}

//! Builtins on lists.

use super::table::{Builtin, Cost, plain};
use crate::{Elem, Evaluator, List, OriginId, PASSED_ON, Res, Stop, ThunkId, Tracked, Value, When};
use nixpod_source::Site;
use rustc_hash::FxHashSet;
use smol_str::SmolStr;
use std::cmp::Ordering;
use std::rc::Rc;

pub(super) const BUILTINS: &[Builtin] = &[
    ("map", 2, 2 | PASSED_ON << 1, Cost::Bytes, map),
    ("filter", 2, 2, Cost::Calls, filter),
    ("length", 1, 1, Cost::Call, |ev, args, site| {
        let list = ev.force_exact_list(args[0], site)?;
        plain(Value::Int(list.elems.len() as i64))
    }),
    ("head", 1, 1, Cost::Call, head),
    ("tail", 1, 1, Cost::Sizes, tail),
    ("elemAt", 2, 3, Cost::Call, elem_at),
    ("elem", 2, 2, Cost::Steps, elem),
    ("any", 2, 2, Cost::Calls, |ev, args, site| {
        quantify(ev, args, site, true)
    }),
    ("all", 2, 2, Cost::Calls, |ev, args, site| {
        quantify(ev, args, site, false)
    }),
    ("concatLists", 1, 1, Cost::Bytes, |ev, args, site| {
        let list = ev.force_list(args[0], site)?;
        concat_all(ev, &list, |_, thunk| Ok(thunk), site)
    }),
    ("concatMap", 2, 2, Cost::Bytes, concat_map),
    ("genList", 2, 2, Cost::Bytes, gen_list),
    ("foldl'", 3, 4, Cost::Calls, foldl),
    ("sort", 2, 2, Cost::Calls, sort),
    ("partition", 2, 2, Cost::Calls, partition),
    ("groupBy", 2, 2, Cost::Calls, group_by),
    ("genericClosure", 1, 1, Cost::Bytes, generic_closure),
];

fn map(ev: &mut Evaluator<'_>, args: &[ThunkId], site: Site) -> Res<Tracked> {
    let value = ev.force(args[1])?;
    let list = ev.list_or_open(value.clone(), site)?;
    ev.charge(list.elems.len() * size_of::<Elem>())?;
    let elems = list
        .elems
        .iter()
        .map(|elem| Elem {
            thunk: ev.alloc_apply(args[0], &[elem.thunk], site),
            when: elem.when,
        })
        .collect();
    let mut out = List {
        elems,
        open: list.open.clone(),
    };
    if let Some(open) = &list.open {
        // What the function gives for an unknown element stands for all of them.
        let unknown = ev.alloc(Value::Unknown(open.select("*")), OriginId(0));
        let thunk = ev.alloc_apply(args[0], &[unknown], site);
        let when = ev.condition(crate::NO_SITE, open.clone(), When::ALWAYS);
        out.elems.push(Elem { thunk, when });
    }
    Ok(Tracked {
        value: Value::List(Rc::new(out)),
        origin: value.origin,
    })
}

fn filter(ev: &mut Evaluator<'_>, args: &[ThunkId], site: Site) -> Res<Tracked> {
    let value = ev.force(args[1])?;
    let Value::List(list) = &value.value else {
        return ev.type_error("a list", &value.value, site);
    };
    let predicate = ev.force(args[0])?;
    let mut out = List {
        elems: Vec::new(),
        open: list.open.clone(),
    };
    for elem in &list.elems {
        let verdict = ev.apply(&predicate, elem.thunk, site);
        let verdict = ev.settle(verdict).map_err(Stop::from);
        let Some(verdict) = ev.unless_absent(elem.when, verdict)? else {
            continue;
        };
        match &verdict.value {
            Value::Bool(true) => out.elems.push(*elem),
            Value::Bool(false) => {}
            Value::Unknown(_) | Value::Either(_) => {
                let at = ev.origin_site(verdict.origin).unwrap_or(site);
                let when = ev.condition_on(&verdict, at, elem.when);
                out.elems.push(Elem {
                    thunk: elem.thunk,
                    when,
                });
            }
            other => return ev.type_error("a Boolean", other, site),
        }
    }
    Ok(Tracked {
        value: Value::List(Rc::new(out)),
        origin: value.origin,
    })
}

fn head(ev: &mut Evaluator<'_>, args: &[ThunkId], site: Site) -> Res<Tracked> {
    let list = ev.force_list(args[0], site)?;
    match list.elems.first() {
        Some(elem) if elem.when.is_always() && list.open.is_none() => Ok(ev.force(elem.thunk)?),
        _ => {
            ev.exact_list(&list)?;
            ev.fail("'builtins.head' called on an empty list", site)
        }
    }
}

fn tail(ev: &mut Evaluator<'_>, args: &[ThunkId], site: Site) -> Res<Tracked> {
    let list = ev.force_list(args[0], site)?;
    match list.elems.split_first() {
        Some((first, rest)) if first.when.is_always() && list.open.is_none() => {
            plain(Value::List(Rc::new(List {
                elems: rest.to_vec(),
                open: None,
            })))
        }
        _ => {
            ev.exact_list(&list)?;
            ev.fail("'tail' called on an empty list", site)
        }
    }
}

fn elem_at(ev: &mut Evaluator<'_>, args: &[ThunkId], site: Site) -> Res<Tracked> {
    let list = ev.force_exact_list(args[0], site)?;
    let at = ev.force_int(args[1], site)?;
    match usize::try_from(at).ok().and_then(|at| list.elems.get(at)) {
        Some(elem) => Ok(ev.force(elem.thunk)?),
        None => ev.fail(
            format!(
                "'builtins.elemAt' called with index {at} on a list of size {}",
                list.elems.len()
            ),
            site,
        ),
    }
}

fn elem(ev: &mut Evaluator<'_>, args: &[ThunkId], site: Site) -> Res<Tracked> {
    let list = ev.force_list(args[1], site)?;
    let mut unknown = list.open.clone();
    if list.elems.is_empty() {
        return decide(unknown, false);
    }
    let wanted = ev.force(args[0])?;
    for elem in &list.elems {
        let value = match (ev.force(elem.thunk), &unknown) {
            (Ok(value), _) => value,
            (Err(_), _) if !elem.when.is_always() => {
                ev.conditions.drops += 1;
                continue;
            }
            (Err(_), Some(why)) => return Err(ev.perhaps_not_reached(why.clone())),
            (Err(error), None) => return Err(error.into()),
        };
        match ev.equal(&wanted, &value, site) {
            Ok(true) if elem.when.is_always() => return plain(Value::Bool(true)),
            Ok(true) => unknown = Some(ev.condition_reason(elem.when)),
            Ok(false) => {}
            Err(Stop::Unknown(why)) => unknown = Some(why),
            Err(error) => match unknown {
                Some(why) => return Err(ev.perhaps_not_reached(why)),
                None => return Err(error),
            },
        }
    }
    decide(unknown, false)
}

fn concat_map(ev: &mut Evaluator<'_>, args: &[ThunkId], site: Site) -> Res<Tracked> {
    let list = ev.force_list(args[1], site)?;
    let function = args[0];
    let mut list = (*list).clone();
    if let Some(open) = &list.open {
        let unknown = ev.alloc(Value::Unknown(open.clone()), OriginId(0));
        let when = ev.condition(crate::NO_SITE, open.clone(), When::ALWAYS);
        list.elems.push(Elem { thunk: unknown, when });
    }
    concat_all(
        ev,
        &list,
        |ev, thunk| Ok(ev.alloc_apply(function, &[thunk], site)),
        site,
    )
}

fn gen_list(ev: &mut Evaluator<'_>, args: &[ThunkId], site: Site) -> Res<Tracked> {
    let len = ev.force_int(args[1], site)?;
    let Ok(size) = usize::try_from(len) else {
        return ev.fail(format!("cannot create list of size {len}"), site);
    };
    ev.charge(size.saturating_mul(size_of::<Elem>()))?;
    // So large a list is beyond every bound on one piece.
    let numbers = 0..u32::try_from(size).unwrap_or(u32::MAX);
    let elems = numbers
        .map(|number| Elem {
            thunk: ev.alloc_generated(args[0], number, site),
            when: When::ALWAYS,
        })
        .collect();
    plain(Value::List(Rc::new(List { elems, open: None })))
}

fn foldl(ev: &mut Evaluator<'_>, args: &[ThunkId], site: Site) -> Res<Tracked> {
    let list = ev.force_exact_list(args[2], site)?;
    let function = ev.force(args[0])?;
    let mut accumulator = args[1];
    for elem in &list.elems {
        let step = ev.apply_all(&function, &[accumulator, elem.thunk], site);
        let step = ev.settle(step)?;
        accumulator = ev.alloc_tracked(step);
    }
    Ok(ev.force(accumulator)?)
}

fn partition(ev: &mut Evaluator<'_>, args: &[ThunkId], site: Site) -> Res<Tracked> {
    let list = ev.force_list(args[1], site)?;
    let predicate = ev.force(args[0])?;
    let mut right = List {
        elems: Vec::new(),
        open: list.open.clone(),
    };
    let mut wrong = right.clone();
    for elem in &list.elems {
        let verdict = ev.apply(&predicate, elem.thunk, site);
        let verdict = ev.settle(verdict).map_err(Stop::from);
        let Some(verdict) = ev.unless_absent(elem.when, verdict)? else {
            continue;
        };
        match &verdict.value {
            Value::Bool(true) => right.elems.push(*elem),
            Value::Bool(false) => wrong.elems.push(*elem),
            Value::Unknown(_) | Value::Either(_) => {
                let is_right = ev.condition_on(&verdict, site, When::ALWAYS);
                let is_wrong = ev.otherwise(is_right);
                for (part, when) in [(&mut right, is_right), (&mut wrong, is_wrong)] {
                    let when = ev.both(elem.when, when);
                    part.elems.push(Elem { when, ..*elem });
                }
            }
            other => return ev.type_error("a Boolean", other, site),
        }
    }
    let right = ev.alloc(Value::List(Rc::new(right)), OriginId(0));
    let wrong = ev.alloc(Value::List(Rc::new(wrong)), OriginId(0));
    let attrs = ev.attrs_from(vec![("right", right), ("wrong", wrong)]);
    plain(Value::attrs(attrs))
}

fn group_by(ev: &mut Evaluator<'_>, args: &[ThunkId], site: Site) -> Res<Tracked> {
    let list = ev.force_list(args[1], site)?;
    let function = ev.force(args[0])?;
    let mut groups: indexed::Groups = indexed::Groups::default();
    let mut open = list.open.clone();
    for elem in &list.elems {
        let key = ev.apply(&function, elem.thunk, site);
        let key = ev.settle(key).map_err(Stop::from);
        let Some(key) = ev.unless_absent(elem.when, key)? else {
            continue;
        };
        match &key.value {
            Value::String(string) if string.hole().is_none() => {
                let symbol = ev.intern(&string.text.clone());
                groups.push(symbol, *elem);
            }
            Value::String(_) | Value::Unknown(_) | Value::Either(_) => open = Some(ev.undecided(&key)),
            other => return ev.type_error("a string", other, site),
        }
    }
    let mut entries = Vec::new();
    for (name, elems) in groups.into_entries() {
        let cases: Vec<When> = elems.iter().map(|elem| elem.when).collect();
        let when = ev.any_of(&cases);
        let thunk = ev.alloc(
            Value::List(Rc::new(List {
                elems,
                open: open.clone(),
            })),
            OriginId(0),
        );
        entries.push(crate::Attr {
            name,
            thunk,
            site: crate::NO_SITE,
            when,
        });
    }
    let mut set = crate::Attrs::from_entries(entries);
    set.open = open;
    plain(Value::attrs(set))
}

mod indexed {
    use crate::{Elem, Symbol};
    use rustc_hash::FxHashMap;

    /// Groups in the order of their first element.
    #[derive(Default)]
    pub(super) struct Groups {
        order: Vec<(Symbol, Vec<Elem>)>,
        at: FxHashMap<Symbol, usize>,
    }

    impl Groups {
        pub(super) fn push(&mut self, key: Symbol, elem: Elem) {
            let at = *self.at.entry(key).or_insert_with(|| {
                self.order.push((key, Vec::new()));
                self.order.len() - 1
            });
            self.order[at].1.push(elem);
        }

        pub(super) fn into_entries(self) -> Vec<(Symbol, Vec<Elem>)> {
            self.order
        }
    }
}

fn decide(unknown: Option<Rc<crate::Unknown>>, otherwise: bool) -> Res<Tracked> {
    match unknown {
        Some(why) => Err(Stop::Unknown(why)),
        None => plain(Value::Bool(otherwise)),
    }
}

/// `any` (stops at true) and `all` (stops at false).
fn quantify(ev: &mut Evaluator<'_>, args: &[ThunkId], site: Site, stop: bool) -> Res<Tracked> {
    let list = ev.force_list(args[1], site)?;
    let predicate = ev.force(args[0])?;
    let mut unknown = list.open.clone();
    for elem in &list.elems {
        let verdict = ev.apply(&predicate, elem.thunk, site);
        let verdict = match (ev.settle(verdict), &unknown) {
            (Ok(verdict), _) => verdict,
            (Err(_), _) if !elem.when.is_always() => {
                ev.conditions.drops += 1;
                continue;
            }
            (Err(_), Some(why)) => return Err(ev.perhaps_not_reached(why.clone())),
            (Err(error), None) => return Err(error.into()),
        };
        match &verdict.value {
            Value::Bool(bool) if *bool == stop && elem.when.is_always() => return plain(Value::Bool(stop)),
            Value::Bool(bool) if *bool == stop => unknown = Some(ev.condition_reason(elem.when)),
            Value::Bool(_) => {}
            Value::Unknown(_) | Value::Either(_) => unknown = Some(ev.undecided(&verdict)),
            other => return ev.type_error("a Boolean", other, site),
        }
    }
    decide(unknown, !stop)
}

fn concat_all(
    ev: &mut Evaluator<'_>,
    list: &List,
    mut each: impl FnMut(&mut Evaluator<'_>, ThunkId) -> Res<ThunkId>,
    site: Site,
) -> Res<Tracked> {
    let mut out = List {
        elems: Vec::new(),
        open: list.open.clone(),
    };
    for elem in &list.elems {
        let inner = each(ev, elem.thunk)?;
        let inner = match ev.force(inner) {
            Ok(inner) => ev.list_or_open(inner, site),
            Err(error) => Err(error.into()),
        };
        let Some(inner) = ev.unless_absent(elem.when, inner)? else {
            continue;
        };
        ev.charge(inner.elems.len() * size_of::<Elem>())?;
        for one in &inner.elems {
            let when = ev.both(elem.when, one.when);
            out.elems.push(Elem {
                thunk: one.thunk,
                when,
            });
        }
        out.open = out.open.or_else(|| inner.open.clone());
    }
    plain(Value::List(Rc::new(out)))
}

/// A stable merge sort with a fallible comparison written in Nix.
fn sort(ev: &mut Evaluator<'_>, args: &[ThunkId], site: Site) -> Res<Tracked> {
    let list = ev.force_exact_list(args[1], site)?;
    let compare = ev.force(args[0])?;
    if list.elems.is_empty() {
        return plain(ev.empty_list());
    }
    if !ev.is_function(&compare.value) && !matches!(compare.value, Value::Unknown(_) | Value::Either(_)) {
        return ev.type_error("a function", &compare.value, site);
    }
    let less_than = matches!(&compare.value, Value::Primop(app)
        if app.args.is_empty() && ev.thunks.primop(app.primop).name == "lessThan");
    let less = |ev: &mut Evaluator<'_>, a: ThunkId, b: ThunkId| -> Res<bool> {
        if less_than {
            let a = ev.force_known(a)?;
            let b = ev.force_known(b)?;
            return Ok(ev.compare(&a, &b, site)? == Some(Ordering::Less));
        }
        let verdict = ev.apply_all(&compare, &[a, b], site)?;
        let verdict = ev.known(verdict)?;
        ev.as_bool(&verdict, site)
    };
    let mut sorted: Vec<ThunkId> = list.elems.iter().map(|elem| elem.thunk).collect();
    let mut width = 1;
    while width < sorted.len() {
        let mut merged = Vec::with_capacity(sorted.len());
        for pair in sorted.chunks(width * 2) {
            let (left, right) = pair.split_at(width.min(pair.len()));
            let (mut l, mut r) = (0, 0);
            while l < left.len() && r < right.len() {
                if less(ev, right[r], left[l])? {
                    merged.push(right[r]);
                    r += 1;
                } else {
                    merged.push(left[l]);
                    l += 1;
                }
            }
            merged.extend_from_slice(&left[l..]);
            merged.extend_from_slice(&right[r..]);
        }
        sorted = merged;
        width *= 2;
    }
    plain(Value::list(sorted))
}

/// The keys that `genericClosure` has met.
#[derive(Default)]
struct Keys {
    first: Option<Tracked>,
    texts: FxHashSet<SmolStr>,
    others: Vec<Tracked>,
}

impl Keys {
    /// Is it a new one?
    fn add(&mut self, ev: &mut Evaluator<'_>, key: Tracked, site: Site) -> Res<bool> {
        // All keys must be comparable with one another.
        let first = self.first.get_or_insert_with(|| key.clone());
        let number = |value: &Value| matches!(value, Value::Int(_) | Value::Float(_));
        let alike = std::mem::discriminant(&first.value) == std::mem::discriminant(&key.value)
            || number(&first.value) && number(&key.value);
        if !alike {
            ev.compare(first, &key, site)?;
        }
        match &key.value {
            Value::String(string) => Ok(self.texts.insert(string.text.clone())),
            Value::Int(_) | Value::Float(_) | Value::Path(_) | Value::List(_) | Value::Bool(_) => {
                for seen in &self.others {
                    if ev.compare(seen, &key, site)? == Some(Ordering::Equal) {
                        return Ok(false);
                    }
                }
                self.others.push(key);
                Ok(true)
            }
            other => {
                let kind = other.describe();
                let message =
                    format!("cannot compare {kind} with {kind}; values of that type are incomparable");
                ev.fail(message, site)
            }
        }
    }
}

fn generic_closure(ev: &mut Evaluator<'_>, args: &[ThunkId], site: Site) -> Res<Tracked> {
    let base = ev.force_known(args[0])?;
    let start = ev.select_value(&base, ev.names.common.start_set, site)?;
    let start = ev.alloc_tracked(start);
    let start = ev.force_list(start, site)?;
    let operator = ev.select_value(&base, ev.names.common.operator, site)?;
    let mut open = start.open.clone();
    let mut queue: std::collections::VecDeque<Elem> = start.elems.iter().copied().collect();
    let mut keys = Keys::default();
    let mut out = Vec::new();
    while let Some(elem) = queue.pop_front() {
        ev.charge(size_of::<Elem>())?;
        let item = ev.force_known(elem.thunk)?;
        let key = ev.select_value(&item, ev.names.common.key, site)?;
        let key = ev.known(key)?;
        let fresh = keys.add(ev, key, site)?;
        if !fresh {
            continue;
        }
        out.push(elem);
        let next = ev.apply(&operator, elem.thunk, site);
        let next = ev.settle(next)?;
        let next = ev.list_or_open(next, site)?;
        open = open.or_else(|| next.open.clone());
        for one in &next.elems {
            let when = ev.both(elem.when, one.when);
            queue.push_back(Elem {
                thunk: one.thunk,
                when,
            });
        }
    }
    plain(Value::List(Rc::new(List { elems: out, open })))
}

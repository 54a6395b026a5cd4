//! Joining the values that an undecided expression may have.
//!
//! Sets are joined attribute by attribute and lists element by element, so that a definite part stays visible:
//! `if unknown then { a = 1; b = 2; } else { a = 1; }` is a set with a certain `a` and a conditional `b`.

use crate::{
    Alternative, Attr, Attrs, Elem, Evaluator, List, NO_SITE, OriginId, Symbol, ThunkId, Tracked, Unknown,
    Value, When,
};
use nixpod_source::Why;
use smol_str::SmolStr;
use std::rc::Rc;

/// More alternatives than this collapse into an unknown.
pub const MAX_ALTERNATIVES: usize = 8;

/// Joins alternatives; flat, without duplicates, bounded.
pub(crate) fn join(ev: &mut Evaluator<'_>, alternatives: Vec<Alternative>) -> Tracked {
    let mut flat: Vec<Alternative> = Vec::with_capacity(alternatives.len());
    for alternative in alternatives {
        match &alternative.value.value {
            Value::Either(inner) => {
                for one in inner.iter() {
                    let when = ev.both(alternative.when, one.when);
                    push_distinct(
                        ev,
                        &mut flat,
                        Alternative {
                            value: one.value.clone(),
                            when,
                        },
                    );
                }
            }
            _ => push_distinct(ev, &mut flat, alternative),
        }
    }
    let sets = flat
        .iter()
        .filter(|one| matches!(one.value.value, Value::Attrs(_)))
        .count();
    if sets > 1 {
        flat = join_sets(ev, flat);
    }
    let lists = flat
        .iter()
        .filter(|one| matches!(one.value.value, Value::List(_)))
        .count();
    if lists > 1 {
        flat = join_kind(ev, flat, |value| matches!(value, Value::List(_)), join_lists);
    }
    match flat.len() {
        0 => Tracked {
            value: Value::unknown(Why::Undecided("none of its cases gives a value".to_owned())),
            origin: OriginId(0),
        },
        1 => flat.swap_remove(0).value,
        _ if flat
            .iter()
            .all(|one| matches!(one.value.value, Value::Unknown(_))) =>
        {
            unlike_others(flat.swap_remove(0).value)
        }
        len if len > MAX_ALTERNATIVES => {
            let why = Why::Undecided(format!("more than {MAX_ALTERNATIVES} values are possible"));
            Tracked {
                value: Value::unknown(why),
                origin: OriginId(0),
            }
        }
        _ => {
            let origin = flat.first().map(|first| first.value.origin).unwrap_or_default();
            Tracked {
                value: Value::Either(Rc::new(flat)),
                origin,
            }
        }
    }
}

/// An unknown that stands for several, which need not be the same.
pub(crate) fn unlike_others(value: Tracked) -> Tracked {
    match &value.value {
        Value::Unknown(unknown) => Tracked {
            value: Value::Unknown(Rc::new(Unknown {
                literal: None,
                ..(**unknown).clone()
            })),
            origin: value.origin,
        },
        _ => value,
    }
}

/// Adds an alternative unless an equal one is there, which is then the value in both cases.
fn push_distinct(ev: &mut Evaluator<'_>, flat: &mut Vec<Alternative>, new: Alternative) {
    let same = flat
        .iter_mut()
        .find(|old| match (&old.value.value, &new.value.value) {
            (Value::Null, Value::Null) => true,
            (Value::Bool(a), Value::Bool(b)) => a == b,
            (Value::Int(a), Value::Int(b)) => a == b,
            (Value::Path(a), Value::Path(b)) => a == b,
            (Value::String(a), Value::String(b)) => {
                a.hole().is_none()
                    && b.hole().is_none()
                    && a.text == b.text
                    && a.context.is_none() == b.context.is_none()
            }
            (Value::Attrs(a), Value::Attrs(b)) => Rc::ptr_eq(a, b),
            (Value::List(a), Value::List(b)) => {
                Rc::ptr_eq(a, b)
                    || (a.elems.is_empty() && b.elems.is_empty() && a.open.is_none() && b.open.is_none())
            }
            (Value::Lambda(a), Value::Lambda(b)) => Rc::ptr_eq(a, b),
            (Value::Primop(a), Value::Primop(b)) => Rc::ptr_eq(a, b),
            (Value::Unknown(a), Value::Unknown(b)) => a == b,
            _ => false,
        });
    let Some(same) = same else {
        flat.push(new);
        return;
    };
    same.when = ev.any_of(&[same.when, new.when]);
    if let (Value::Unknown(old), Value::Unknown(new)) = (&same.value.value, &new.value.value)
        && !Rc::ptr_eq(old, new)
    {
        same.value = unlike_others(same.value.clone());
    }
}

/// Joins sets; an `mkIf`, an `mkMerge` or another set with a `_type` only with others of that type, because the type
/// says how the rest is meant.
fn join_sets(ev: &mut Evaluator<'_>, flat: Vec<Alternative>) -> Vec<Alternative> {
    let is_set = |value: &Value| matches!(value, Value::Attrs(_));
    let mut kinds: Vec<(Option<SmolStr>, Vec<Alternative>)> = Vec::new();
    let mut rest = Vec::new();
    for one in flat {
        if !is_set(&one.value.value) {
            rest.push(one);
            continue;
        }
        let tag = tag_of(ev, &one.value.value);
        match kinds.iter_mut().find(|(known, _)| *known == tag) {
            Some((_, all)) => all.push(one),
            None => kinds.push((tag, vec![one])),
        }
    }
    let joined = kinds.into_iter().map(|(_, mut all)| match all.len() {
        1 => all.swap_remove(0),
        _ => join_attrs(ev, all),
    });
    let mut out: Vec<Alternative> = joined.collect();
    out.append(&mut rest);
    out
}

/// The `_type` of a set.
fn tag_of(ev: &mut Evaluator<'_>, value: &Value) -> Option<SmolStr> {
    let Value::Attrs(set) = value else { return None };
    let tag = set.get(ev.common().tag)?.thunk;
    match ev.force_or_unknown(tag).value {
        Value::String(tag) => Some(tag.text.clone()),
        _ => None,
    }
}

fn join_kind(
    ev: &mut Evaluator<'_>,
    flat: Vec<Alternative>,
    is_kind: impl Fn(&Value) -> bool,
    join: impl Fn(&mut Evaluator<'_>, Vec<Alternative>) -> Alternative,
) -> Vec<Alternative> {
    let (kind, mut rest): (Vec<_>, Vec<_>) = flat.into_iter().partition(|one| is_kind(&one.value.value));
    let joined = join(ev, kind);
    rest.insert(0, joined);
    rest
}

/// A thunk that is the join of thunks, computed when forced.
pub fn join_thunks(ev: &mut Evaluator<'_>, thunks: Vec<(ThunkId, When)>) -> ThunkId {
    if let Some(((first, _), rest)) = thunks.split_first()
        && rest.iter().all(|(thunk, _)| thunk == first)
    {
        return *first;
    }
    ev.alloc_native(move |ev| {
        let mut alternatives = Vec::with_capacity(thunks.len());
        let mut failure = None;
        for &(thunk, when) in &thunks {
            match ev.force(thunk) {
                Ok(value) => alternatives.push(Alternative { value, when }),
                Err(error) => failure = Some(error),
            }
        }
        if let Some(error) = failure {
            if alternatives.is_empty() {
                return Err(error.into());
            }
            ev.conditions.drops += 1;
        }
        Ok(ev.join(alternatives))
    })
}

pub(crate) fn join_attrs(ev: &mut Evaluator<'_>, alternatives: Vec<Alternative>) -> Alternative {
    let first = alternatives[0].clone();
    let sets: Vec<(Rc<Attrs>, When)> = alternatives
        .iter()
        .filter_map(|one| match &one.value.value {
            Value::Attrs(attrs) => Some((attrs.clone(), one.when)),
            _ => None,
        })
        .collect();
    let mut names: Vec<_> = sets
        .iter()
        .flat_map(|(set, _)| set.entries.iter().map(|attr| attr.name))
        .collect();
    names.sort_unstable();
    names.dedup();
    let entries = names
        .into_iter()
        .map(|name| join_entry(ev, &sets, name))
        .collect();
    let mut joined = Attrs {
        entries,
        ..Attrs::default()
    };
    joined.open = sets.iter().find_map(|(set, _)| set.open.clone());
    let wildcards: Vec<_> = sets
        .iter()
        .filter_map(|(set, when)| Some((set.wildcard?, *when)))
        .collect();
    if !wildcards.is_empty() {
        joined.wildcard = Some(join_thunks(ev, wildcards));
    }
    Alternative {
        value: Tracked {
            value: Value::attrs(joined),
            origin: first.value.origin,
        },
        when: any_case(ev, &alternatives),
    }
}

/// That any of several alternatives is the one.
fn any_case(ev: &mut Evaluator<'_>, alternatives: &[Alternative]) -> When {
    let cases: Vec<When> = alternatives.iter().map(|one| one.when).collect();
    ev.any_of(&cases)
}

/// An attribute that some of the sets have.
fn join_entry(ev: &mut Evaluator<'_>, sets: &[(Rc<Attrs>, When)], name: Symbol) -> Attr {
    let mut thunks = Vec::new();
    let mut site = NO_SITE;
    let mut cases = Vec::new();
    let mut everywhere = true;
    for (set, when) in sets {
        if let Some(attr) = set.get(name) {
            if thunks.is_empty() {
                site = attr.site;
            }
            everywhere &= attr.when.is_always();
            let presence = ev.both(*when, attr.when);
            cases.push(presence);
            thunks.push((attr.thunk, presence));
            continue;
        }
        everywhere = false;
        // An open set may have it, with a value of its own.
        if let Some(open) = &set.open {
            let thunk = match set.wildcard {
                Some(wildcard) => wildcard,
                None => {
                    let selected = open.select(&ev.name(name).clone());
                    ev.alloc(Value::Unknown(selected), OriginId(0))
                }
            };
            thunks.push((thunk, *when));
        }
    }
    Attr {
        name,
        thunk: join_thunks(ev, thunks),
        site,
        when: if everywhere {
            When::ALWAYS
        } else {
            ev.any_of(&cases)
        },
    }
}

fn join_lists(ev: &mut Evaluator<'_>, alternatives: Vec<Alternative>) -> Alternative {
    let first = alternatives[0].clone();
    let lists: Vec<(Rc<List>, When)> = alternatives
        .iter()
        .filter_map(|one| match &one.value.value {
            Value::List(list) => Some((list.clone(), one.when)),
            _ => None,
        })
        .collect();
    let len = lists[0].0.elems.len();
    let aligned = lists
        .iter()
        .all(|(list, _)| list.elems.len() == len && list.is_exact());
    let mut joined = List {
        elems: Vec::new(),
        open: lists.iter().find_map(|(list, _)| list.open.clone()),
    };
    if aligned {
        joined.elems = join_aligned(ev, &lists, len);
    } else {
        join_unaligned(ev, &lists, &mut joined);
    }
    Alternative {
        value: Tracked {
            value: Value::List(Rc::new(joined)),
            origin: first.value.origin,
        },
        when: any_case(ev, &alternatives),
    }
}

/// Lists of one length: element by element.
fn join_aligned(ev: &mut Evaluator<'_>, lists: &[(Rc<List>, When)], len: usize) -> Vec<Elem> {
    let join = |at: usize| {
        let thunks = lists
            .iter()
            .map(|(list, when)| (list.elems[at].thunk, *when))
            .collect();
        Elem {
            thunk: join_thunks(ev, thunks),
            when: When::ALWAYS,
        }
    };
    (0..len).map(join).collect()
}

/// Other lists: a common beginning stays certain (`[ a ] ++ optional c b` in both branches), all else is conditional.
fn join_unaligned(ev: &mut Evaluator<'_>, lists: &[(Rc<List>, When)], joined: &mut List) {
    let first = &lists[0].0.elems;
    let is_common = |(at, elem): &(usize, &Elem)| {
        let same = |other: &Elem| other.when.is_always() && other.thunk == elem.thunk;
        elem.when.is_always()
            && lists
                .iter()
                .all(|(list, _)| list.elems.get(*at).is_some_and(same))
    };
    let common = first.iter().enumerate().take_while(is_common).count();
    joined.elems.extend_from_slice(&first[..common]);
    for (list, when) in lists {
        for elem in &list.elems[common..] {
            let when = ev.both(*when, elem.when);
            let mut known = joined.elems.iter_mut().skip(common);
            if let Some(seen) = known.find(|seen| seen.thunk == elem.thunk) {
                seen.when = ev.any_of(&[seen.when, when]);
                continue;
            }
            joined.elems.push(Elem {
                thunk: elem.thunk,
                when,
            });
        }
    }
    if joined.elems.len() > common && joined.elems[common..].iter().all(|elem| elem.when.is_always()) {
        // Without a condition to name, the rest must still not look certain.
        let why = || Unknown::new(Why::Undecided("the lists of several cases differ".to_owned()));
        joined.open.get_or_insert_with(why);
        joined.elems.truncate(common);
    }
}

impl Evaluator<'_> {
    /// Applies a function to each alternative of a value and joins the results; failing ones are left out unless all
    /// fail.
    #[cold]
    pub(crate) fn each_alternative(
        &mut self,
        alternatives: &[Alternative],
        mut run: impl FnMut(&mut Self, Tracked) -> crate::Res<Tracked>,
    ) -> crate::Res<Tracked> {
        let mut results = Vec::with_capacity(alternatives.len());
        let mut failure = None;
        for alternative in alternatives.iter() {
            let result = run(self, alternative.value.clone());
            match self.settle(result) {
                Ok(value) => results.push(Alternative {
                    value,
                    when: alternative.when,
                }),
                Err(error) => failure = Some(error),
            }
        }
        if let Some(error) = failure {
            if results.is_empty() {
                return Err(error.into());
            }
            self.conditions.drops += 1;
        }
        Ok(self.join(results))
    }
}

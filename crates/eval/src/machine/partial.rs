//! Joining the values that an undecided expression may have.
//!
//! Sets are joined attribute by attribute and lists element by element, so that a definite part stays visible:
//! `if unknown then { a = 1; b = 2; } else { a = 1; }` is a set with a certain `a` and a conditional `b`.

use crate::{
    Alternative, Attr, Attrs, Elem, Evaluator, List, OriginId, ThunkId, Tracked, Unknown, Value, When,
};
use nixpod_source::Why;
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
                        &mut flat,
                        Alternative {
                            value: one.value.clone(),
                            when,
                        },
                    );
                }
            }
            _ => push_distinct(&mut flat, alternative),
        }
    }
    let sets = flat
        .iter()
        .filter(|one| matches!(one.value.value, Value::Attrs(_)))
        .count();
    if sets > 1 {
        flat = join_kind(ev, flat, |value| matches!(value, Value::Attrs(_)), join_attrs);
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
            value: Value::unknown(Why::Undecided("nothing".to_owned())),
            origin: OriginId(0),
        },
        1 => flat.swap_remove(0).value,
        _ if flat
            .iter()
            .all(|one| matches!(one.value.value, Value::Unknown(_))) =>
        {
            flat.swap_remove(0).value
        }
        len if len > MAX_ALTERNATIVES => {
            let why = Why::Undecided("too many alternatives".to_owned());
            Tracked {
                value: Value::unknown(why),
                origin: OriginId(0),
            }
        }
        _ => {
            let origin = flat.first().map(|first| first.value.origin).unwrap_or_default();
            Tracked {
                value: Value::Either(flat.into()),
                origin,
            }
        }
    }
}

/// Adds an alternative unless an equal one is there.
fn push_distinct(flat: &mut Vec<Alternative>, new: Alternative) {
    let same = flat.iter().any(|old| match (&old.value.value, &new.value.value) {
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
    if !same {
        flat.push(new);
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
pub(crate) fn join_thunks(ev: &mut Evaluator<'_>, thunks: Vec<(ThunkId, When)>) -> ThunkId {
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

fn join_attrs(ev: &mut Evaluator<'_>, alternatives: Vec<Alternative>) -> Alternative {
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
    let mut entries = Vec::with_capacity(names.len());
    for name in names {
        let mut thunks = Vec::new();
        let mut site = crate::NO_SITE;
        let mut presence = When::ALWAYS;
        let mut everywhere = true;
        for (set, when) in &sets {
            match set.get(name) {
                Some(attr) => {
                    if thunks.is_empty() {
                        site = attr.site;
                    }
                    if !attr.when.is_always() {
                        everywhere = false;
                    }
                    let both = ev.both(*when, attr.when);
                    presence = both;
                    thunks.push((attr.thunk, both));
                }
                None => {
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
            }
        }
        let thunk = join_thunks(ev, thunks);
        let when = if everywhere { When::ALWAYS } else { presence };
        entries.push(Attr {
            name,
            thunk,
            site,
            when,
        });
    }
    let mut joined = Attrs {
        entries,
        open: None,
        wildcard: None,
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
        when: first.when,
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
        for at in 0..len {
            let thunks = lists
                .iter()
                .map(|(list, when)| (list.elems[at].thunk, *when))
                .collect();
            let thunk = join_thunks(ev, thunks);
            joined.elems.push(Elem {
                thunk,
                when: When::ALWAYS,
            });
        }
    } else {
        // A common beginning stays certain (`[ a ] ++ optional c b` in both branches).
        let common = (0..)
            .take_while(|at| {
                let at: usize = *at;
                let elem = lists[0].0.elems.get(at).filter(|elem| elem.when.is_always());
                elem.is_some_and(|elem| {
                    lists.iter().all(|(list, _)| {
                        list.elems
                            .get(at)
                            .is_some_and(|e| e.when.is_always() && e.thunk == elem.thunk)
                    })
                })
            })
            .count();
        joined.elems.extend_from_slice(&lists[0].0.elems[..common]);
        for (list, when) in &lists {
            for elem in &list.elems[common..] {
                if joined.elems[common..].iter().any(|seen| seen.thunk == elem.thunk) {
                    continue;
                }
                let when = ev.both(*when, elem.when);
                joined.elems.push(Elem {
                    thunk: elem.thunk,
                    when,
                });
            }
        }
        if joined.elems.len() > common && joined.elems[common..].iter().all(|elem| elem.when.is_always()) {
            // Without a condition to name, the rest must still not look certain.
            joined.open = joined
                .open
                .or_else(|| Some(Unknown::new(Why::Undecided("a list".to_owned()))));
            joined.elems.truncate(common);
        }
    }
    Alternative {
        value: Tracked {
            value: Value::List(Rc::new(joined)),
            origin: first.value.origin,
        },
        when: first.when,
    }
}

impl Evaluator<'_> {
    /// Applies a function to each alternative of a value and joins the results; failing ones are left out unless all
    /// fail.
    pub(crate) fn each_alternative(
        &mut self,
        alternatives: &Rc<[Alternative]>,
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

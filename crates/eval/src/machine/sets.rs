//! `++` and `//`, and the lists and sets that they take: what is only partly known of them stays known.

use crate::partial::{join_attrs, join_thunks};
use crate::{
    Alternative, Attr, Attrs, Elem, Evaluator, List, OriginId, Res, Symbol, ThunkId, Tracked, Unknown, Value,
    When,
};
use nixpod_source::{Site, Why};
use std::rc::Rc;

impl Evaluator<'_> {
    /// `++`: an unknown operand leaves the list open.
    pub(crate) fn concat(&mut self, a: Tracked, b: Tracked, site: Site, origin: OriginId) -> Res<Tracked> {
        let a = self.list_or_open(a, site)?;
        let b = self.list_or_open(b, site)?;
        let value = if a.elems.is_empty() && a.open.is_none() {
            Value::List(b)
        } else if b.elems.is_empty() && b.open.is_none() {
            Value::List(a)
        } else {
            self.charge((a.elems.len() + b.elems.len()) * size_of::<Elem>())?;
            let elems = a.elems.iter().chain(&b.elems).copied().collect();
            Value::List(Rc::new(List {
                elems,
                open: a.open.clone().or_else(|| b.open.clone()),
            }))
        };
        Ok(Tracked { value, origin })
    }

    /// A list; what is not known becomes a list of unknown elements.
    #[inline]
    pub fn list_or_open(&mut self, value: Tracked, site: Site) -> Res<Rc<List>> {
        match value.value {
            Value::List(list) => Ok(list),
            other => self.open_list(&other, site),
        }
    }

    #[inline(never)]
    fn open_list(&mut self, value: &Value, site: Site) -> Res<Rc<List>> {
        match value {
            Value::List(list) => Ok(list.clone()),
            Value::Unknown(unknown) => Ok(Rc::new(List {
                elems: Vec::new(),
                open: Some(unknown.clone()),
            })),
            Value::Either(alternatives) => {
                let mut list = List::default();
                let (mut is_one, mut wrong) = (false, None);
                for alternative in alternatives.iter() {
                    match &alternative.value.value {
                        Value::List(inner) => {
                            for elem in &inner.elems {
                                let when = self.both(alternative.when, elem.when);
                                list.elems.push(Elem {
                                    thunk: elem.thunk,
                                    when,
                                });
                            }
                            list.open = list.open.or_else(|| inner.open.clone());
                        }
                        Value::Unknown(unknown) => list.open = Some(unknown.clone()),
                        // As with sets: the other branch must be the one.
                        other => {
                            wrong = wrong.or(Some(other));
                            continue;
                        }
                    }
                    is_one = true;
                }
                match wrong {
                    Some(other) if !is_one => return self.type_error("a list", other, site),
                    Some(_) => self.conditions.drops += 1,
                    None => {}
                }
                Ok(Rc::new(list))
            }
            other => self.type_error("a list", other, site),
        }
    }

    /// A set; what is not known becomes an open set.
    #[inline]
    pub fn attrs_or_open(&mut self, value: Tracked, site: Site) -> Res<Rc<Attrs>> {
        match value.value {
            Value::Attrs(attrs) => Ok(attrs),
            other => self.open_attrs(&other, site),
        }
    }

    #[inline(never)]
    fn open_attrs(&mut self, value: &Value, site: Site) -> Res<Rc<Attrs>> {
        match value {
            Value::Attrs(attrs) => Ok(attrs.clone()),
            Value::Unknown(unknown) => Ok(Rc::new(open_set(unknown.clone()))),
            Value::Either(alternatives) => {
                let mut set = Attrs::default();
                let alternatives = self.one_set(alternatives);
                for alternative in &alternatives {
                    match &alternative.value.value {
                        Value::Attrs(inner) => {
                            let entries = inner
                                .entries
                                .iter()
                                .map(|attr| Attr {
                                    when: self.both(alternative.when, attr.when),
                                    ..*attr
                                })
                                .collect();
                            set.entries = entries;
                            set.open = set.open.or_else(|| inner.open.clone());
                            set.wildcard = set.wildcard.or(inner.wildcard);
                        }
                        Value::Unknown(unknown) => set.open = Some(unknown.clone()),
                        // A null or another type in one branch would fail; the other branch must be the one.
                        _ => self.conditions.drops += 1,
                    }
                }
                let unknown = alternatives
                    .iter()
                    .find_map(|alternative| match &alternative.value.value {
                        Value::Unknown(unknown) => Some((unknown.clone(), alternative.when)),
                        _ => None,
                    });
                if let Some((unknown, when)) = unknown {
                    // The unknown alternative may have the same keys with other values.
                    for attr in &mut set.entries {
                        let selected = unknown.select(&self.name(attr.name).clone());
                        let selected = self.alloc(Value::Unknown(selected), OriginId(0));
                        attr.thunk = join_thunks(self, vec![(attr.thunk, attr.when), (selected, when)]);
                    }
                }
                Ok(Rc::new(set))
            }
            other => self.type_error("a set", other, site),
        }
    }

    /// Alternatives of which at most one is a set: those that were kept apart by their `_type` are joined.
    fn one_set(&mut self, alternatives: &[Alternative]) -> Vec<Alternative> {
        let is_set = |one: &Alternative| matches!(one.value.value, Value::Attrs(_));
        let (mut sets, mut rest): (Vec<_>, Vec<_>) = alternatives.iter().cloned().partition(is_set);
        if sets.len() > 1 {
            sets = vec![join_attrs(self, sets)];
        }
        sets.append(&mut rest);
        sets
    }

    /// `//`: the right side wins, key by key.
    pub(crate) fn update(&mut self, a: Tracked, b: Tracked, site: Site, origin: OriginId) -> Res<Tracked> {
        let origins = [a.origin, b.origin];
        let a = self.attrs_or_open(a, site)?;
        let b = self.attrs_or_open(b, site)?;
        if a.entries.is_empty() && a.open.is_none() {
            return Ok(Tracked {
                value: Value::Attrs(b),
                origin,
            });
        }
        if b.entries.is_empty() && b.open.is_none() {
            return Ok(Tracked {
                value: Value::Attrs(a),
                origin,
            });
        }
        self.charge((a.entries.len() + b.entries.len()) * size_of::<Attr>())?;
        // What comes of a call is told of each side by itself.
        let [a, b] = match site.file.is_own() {
            true => [a, b],
            false => [(a, origins[0]), (b, origins[1])].map(|(set, origin)| self.with_calls(set, origin)),
        };
        let merged = self.update_attrs(&a, &b);
        Ok(Tracked {
            value: Value::attrs(merged),
            origin,
        })
    }

    /// A set whose values know by themselves the calls that it came through.
    fn with_calls(&mut self, set: Rc<Attrs>, origin: OriginId) -> Rc<Attrs> {
        let calls = self.calls(origin);
        if calls.is_empty() || set.get(self.common().tag).is_some() {
            return set;
        }
        let calls: Rc<[Site]> = calls.as_slice().into();
        let mut known = (*set).clone();
        let entries = known.entries.iter_mut().map(|attr| &mut attr.thunk);
        for thunk in entries.chain(&mut known.wildcard) {
            let (inner, calls) = (*thunk, Rc::clone(&calls));
            *thunk = self.alloc_native(move |ev| {
                let mut value = ev.force(inner)?;
                for call in calls.iter().rev() {
                    value.origin = ev.through_call(*call, value.origin);
                }
                Ok(value)
            });
        }
        Rc::new(known)
    }

    /// `//` on sets that may be partly known.
    pub fn update_attrs(&mut self, a: &Attrs, b: &Attrs) -> Attrs {
        let mut entries = Vec::with_capacity(a.entries.len() + b.entries.len());
        let (mut left, mut right) = (a.entries.iter().peekable(), b.entries.iter().peekable());
        let is_wrapper = a.get(self.common().tag).is_some();
        loop {
            match (left.peek(), right.peek()) {
                (Some(x), Some(y)) if x.name == y.name => {
                    let (x, y) = (**x, **y);
                    left.next();
                    right.next();
                    if y.when.is_always() {
                        entries.push(y);
                    } else {
                        entries.push(self.perhaps_replaced(x, y, b));
                    }
                }
                (Some(x), Some(y)) if y.name < x.name => {
                    entries.push(**y);
                    right.next();
                }
                (Some(x), _) => {
                    let x = **x;
                    left.next();
                    entries.push(match is_wrapper && self.is_of_wrappers(x.name) {
                        true => x,
                        false => self.perhaps_overridden(x, b),
                    });
                }
                (None, Some(y)) => {
                    entries.push(**y);
                    right.next();
                }
                (None, None) => break,
            }
        }
        Attrs {
            entries,
            open: b.open.clone().or_else(|| a.open.clone()),
            wildcard: join_wildcards(a, b),
            names: match (&a.open, &b.open) {
                (Some(_), None) => a.names.clone(),
                (None, Some(_)) => b.names.clone(),
                _ => b.names.clone().filter(|names| a.names.as_ref() == Some(names)),
            },
            apart: match (&a.open, &b.open) {
                (Some(_), None) => a.apart.clone(),
                (None, Some(_)) => b.apart.clone(),
                _ => None,
            },
        }
    }

    /// Is it a name that makes a set an `mkIf`, an `mkMerge` or another wrapper? `mkIf c { } // f` stays one, and nobody
    /// who adds something unknown to it means to change its parts.
    fn is_of_wrappers(&self, name: Symbol) -> bool {
        let common = self.common();
        [
            common.tag,
            common.condition,
            common.content,
            common.contents,
            common.priority,
        ]
        .contains(&name)
    }

    /// An entry of the left side that the right side has under a condition, and else perhaps as well.
    fn perhaps_replaced(&mut self, x: Attr, y: Attr, right: &Attrs) -> Attr {
        let mut kept = self.otherwise(y.when);
        let mut thunks = vec![(y.thunk, y.when)];
        if let Some(open) = &right.open {
            let selected = open.select(&self.name(y.name).clone());
            let also = self.condition(y.site, selected.clone(), When::ALWAYS);
            let also_there = self.both(kept, also);
            thunks.push((self.alloc(Value::Unknown(selected), OriginId(0)), also_there));
            let otherwise = self.otherwise(also);
            kept = self.both(kept, otherwise);
        }
        thunks.insert(1, (x.thunk, kept));
        Attr {
            name: y.name,
            thunk: join_thunks(self, thunks),
            site: y.site,
            when: self.any_of(&[x.when, y.when]),
        }
    }

    /// An entry of the left side when the right side may have further keys.
    fn perhaps_overridden(&mut self, attr: Attr, right: &Attrs) -> Attr {
        let Some(open) = &right.open else { return attr };
        if right
            .names
            .as_ref()
            .is_some_and(|names| !names.fit(self.name(attr.name)))
        {
            return attr;
        }
        // What is left of the library are a few functions that we lack: nobody names something of their own like one
        // of these, and `mine // nixpkgs.lib` is how many flakes extend it.
        if matches!(&open.why, Why::NotModelled(name) if name == "lib") {
            return attr;
        }
        let selected = open.select(&self.name(attr.name).clone());
        let when = self.condition(attr.site, selected.clone(), When::ALWAYS);
        let other = match right.wildcard {
            Some(wildcard) => wildcard,
            None => self.alloc(Value::Unknown(selected), OriginId(0)),
        };
        let kept = self.otherwise(when);
        let thunk = join_thunks(self, vec![(attr.thunk, kept), (other, when)]);
        Attr { thunk, ..attr }
    }
}

fn join_wildcards(a: &Attrs, b: &Attrs) -> Option<ThunkId> {
    match (&a.open, &b.open) {
        (Some(_), None) => a.wildcard,
        (None, Some(_)) => b.wildcard,
        _ => b.wildcard.filter(|wildcard| Some(*wildcard) == a.wildcard),
    }
}

/// A set of which nothing is known.
pub fn open_set(unknown: Rc<Unknown>) -> Attrs {
    Attrs {
        open: Some(unknown),
        ..Attrs::default()
    }
}

//! Builtins on attribute sets.

use super::table::{Builtin, Cost, plain};
use crate::{
    Affixes, Attr, Attrs, Elem, Evaluator, List, Lookup, NO_SITE, OriginId, PASSED_ON, Res, Stop, Symbol,
    ThunkId, Tracked, Unknown, Value, When,
};
use nixpod_source::{HopKind, Site};
use rustc_hash::FxHashMap;
use std::rc::Rc;

pub(super) const BUILTINS: &[Builtin] = &[
    ("attrNames", 1, 1 | PASSED_ON, Cost::Sizes, attr_names),
    ("attrValues", 1, 1 | PASSED_ON, Cost::Sizes, attr_values),
    ("getAttr", 2, 1, Cost::Call, get_attr),
    ("hasAttr", 2, 3, Cost::Call, has_attr),
    ("removeAttrs", 2, 3, Cost::Sizes, remove_attrs),
    ("listToAttrs", 1, 1 | PASSED_ON, Cost::Sizes, list_to_attrs),
    ("intersectAttrs", 2, 3, Cost::Sizes, intersect_attrs),
    ("catAttrs", 2, 3, Cost::Sizes, cat_attrs),
    ("mapAttrs", 2, 2 | PASSED_ON << 1, Cost::Bytes, map_attrs),
    ("zipAttrsWith", 2, 2, Cost::Sizes, zip_attrs_with),
    ("unsafeGetAttrPos", 2, 3, Cost::Call, unsafe_get_attr_pos),
];

fn attr_names(ev: &mut Evaluator<'_>, args: &[ThunkId], site: Site) -> Res<Tracked> {
    let attrs = ev.force(args[0])?;
    let attrs = ev.attrs_or_open(attrs, site)?;
    let elems = ev
        .sorted(&attrs)
        .iter()
        .map(|attr| Elem {
            thunk: name_thunk(ev, attr),
            when: attr.when,
        })
        .collect();
    plain(Value::List(Rc::new(List {
        elems,
        open: attrs.open.clone(),
    })))
}

fn attr_values(ev: &mut Evaluator<'_>, args: &[ThunkId], site: Site) -> Res<Tracked> {
    let attrs = ev.force(args[0])?;
    let attrs = ev.attrs_or_open(attrs, site)?;
    let elems = ev
        .sorted(&attrs)
        .iter()
        .map(|attr| Elem {
            thunk: attr.thunk,
            when: attr.when,
        })
        .collect();
    plain(Value::List(Rc::new(List {
        elems,
        open: attrs.open.clone(),
    })))
}

fn get_attr(ev: &mut Evaluator<'_>, args: &[ThunkId], site: Site) -> Res<Tracked> {
    let name = ev.force_plain_string(args[0], site)?;
    let symbol = ev.intern(&name.text);
    let base = ev.force(args[1])?;
    if !matches!(base.value, Value::Attrs(_) | Value::Unknown(_) | Value::Either(_)) {
        return ev.type_error("a set", &base.value, site);
    }
    ev.select_value(&base, symbol, site)
}

fn has_attr(ev: &mut Evaluator<'_>, args: &[ThunkId], site: Site) -> Res<Tracked> {
    let name = ev.force_plain_string(args[0], site)?;
    let symbol = ev.intern(&name.text);
    let attrs = ev.force_attrs(args[1], site)?;
    match attrs.get(symbol) {
        Some(attr) if attr.when.is_always() => plain(Value::Bool(true)),
        Some(attr) => Err(Stop::Unknown(ev.condition_reason(attr.when))),
        None => match &attrs.open {
            Some(open) => Err(Stop::Unknown(open.select(&name.text))),
            None => plain(Value::Bool(false)),
        },
    }
}

fn remove_attrs(ev: &mut Evaluator<'_>, args: &[ThunkId], site: Site) -> Res<Tracked> {
    let attrs = ev.force_attrs(args[0], site)?;
    let names = ev.force_exact_list(args[1], site)?;
    let mut removed = Vec::with_capacity(names.elems.len());
    for elem in &names.elems {
        let name = ev.force_string(elem.thunk, site)?;
        removed.push(ev.intern(&name.text));
    }
    let mut set = (*attrs).clone();
    set.entries.retain(|attr| !removed.contains(&attr.name));
    plain(Value::attrs(set))
}

fn intersect_attrs(ev: &mut Evaluator<'_>, args: &[ThunkId], site: Site) -> Res<Tracked> {
    let left = ev.force_attrs(args[0], site)?;
    let right = ev.force_attrs(args[1], site)?;
    let mut entries = Vec::new();
    for attr in &right.entries {
        match left.get(attr.name) {
            Some(other) => {
                let when = ev.both(other.when, attr.when);
                entries.push(Attr { when, ..*attr });
            }
            None => {
                if let Some(open) = &left.open {
                    let name = ev.name(attr.name).clone();
                    let when = ev.condition(attr.site, open.select(&name), attr.when);
                    entries.push(Attr { when, ..*attr });
                }
            }
        }
    }
    let mut set = Attrs::from_entries(entries);
    set.open = right
        .open
        .clone()
        .filter(|_| left.open.is_some() || !left.entries.is_empty());
    plain(Value::attrs(set))
}

fn cat_attrs(ev: &mut Evaluator<'_>, args: &[ThunkId], site: Site) -> Res<Tracked> {
    let name = ev.force_plain_string(args[0], site)?;
    let symbol = ev.intern(&name.text);
    let list = ev.force_list(args[1], site)?;
    let mut out = List {
        elems: Vec::new(),
        open: list.open.clone(),
    };
    for elem in &list.elems {
        let base = ev.force(elem.thunk).map_err(Stop::from);
        let Some(base) = ev.unless_absent(elem.when, base)? else {
            continue;
        };
        if !matches!(base.value, Value::Attrs(_) | Value::Unknown(_) | Value::Either(_)) {
            return ev.type_error("a set", &base.value, site);
        }
        if let Value::Attrs(attrs) = &base.value
            && attrs.open.is_none()
        {
            if let Some(attr) = attrs.get(symbol) {
                let when = ev.both(elem.when, attr.when);
                out.elems.push(Elem {
                    thunk: attr.thunk,
                    when,
                });
            }
            continue;
        }
        match ev.lookup(&base, symbol)? {
            Lookup::Found(value) => {
                out.elems.push(Elem {
                    thunk: ev.alloc_tracked(value),
                    when: elem.when,
                });
            }
            Lookup::Perhaps(value, when) => {
                let when = ev.both(elem.when, when);
                out.elems.push(Elem {
                    thunk: ev.alloc_tracked(value),
                    when,
                });
            }
            Lookup::Absent => {}
        }
    }
    plain(Value::List(Rc::new(out)))
}

fn map_attrs(ev: &mut Evaluator<'_>, args: &[ThunkId], site: Site) -> Res<Tracked> {
    let function = args[0];
    let value = ev.force(args[1])?;
    let attrs = ev.attrs_or_open(value.clone(), site)?;
    ev.charge(attrs.entries.len() * size_of::<Attr>())?;
    let mut entries = Vec::with_capacity(attrs.entries.len());
    for attr in &attrs.entries {
        let thunk = map_entry(ev, function, attr, site);
        ev.mark_generated(thunk);
        entries.push(Attr { thunk, ..*attr });
    }
    let mut set = Attrs {
        entries,
        open: attrs.open.clone(),
        wildcard: None,
        names: attrs.names.clone(),
        apart: None,
    };
    if let Some(open) = &attrs.open {
        set.wildcard = Some(wildcard_call(ev, function, attrs.wildcard, open.clone(), site));
    }
    Ok(Tracked {
        value: Value::attrs(set),
        origin: value.origin,
    })
}

fn zip_attrs_with(ev: &mut Evaluator<'_>, args: &[ThunkId], site: Site) -> Res<Tracked> {
    let list = ev.force_list(args[1], site)?;
    let mut names: Vec<Symbol> = Vec::new();
    let mut values: FxHashMap<Symbol, Vec<(Elem, Site)>> = Default::default();
    let mut open = list.open.clone();
    for elem in &list.elems {
        let set = match ev.force(elem.thunk) {
            Ok(set) => ev.attrs_or_open(set, site),
            Err(error) => Err(error.into()),
        };
        let Some(set) = ev.unless_absent(elem.when, set)? else {
            continue;
        };
        open = open.or_else(|| set.open.clone());
        for attr in &set.entries {
            let when = ev.both(elem.when, attr.when);
            let group = values.entry(attr.name).or_insert_with(|| {
                names.push(attr.name);
                Vec::new()
            });
            group.push((
                Elem {
                    thunk: attr.thunk,
                    when,
                },
                attr.site,
            ));
        }
    }
    let mut entries = Vec::with_capacity(names.len());
    for name in names {
        let group = values.remove(&name).unwrap_or_default();
        entries.push(zipped(ev, args[0], name, group, &open, site));
    }
    let mut set = Attrs::from_entries(entries);
    set.open = open;
    plain(Value::attrs(set))
}

/// The entry that the function gives for all values of one name.
fn zipped(
    ev: &mut Evaluator<'_>,
    function: ThunkId,
    name: Symbol,
    group: Vec<(Elem, Site)>,
    open: &Option<Rc<Unknown>>,
    site: Site,
) -> Attr {
    let first = group.first().copied();
    let cases: Vec<When> = group.iter().map(|(elem, _)| elem.when).collect();
    let list = Value::List(Rc::new(List {
        elems: group.into_iter().map(|(elem, _)| elem).collect(),
        open: open.clone(),
    }));
    let list = ev.alloc(list, OriginId(0));
    let text = ev.name_string(name);
    let text = ev.alloc(text, OriginId(0));
    let thunk = ev.alloc_apply(function, &[text, list], site);
    ev.mark_generated(thunk);
    Attr {
        name,
        thunk,
        site: first.map_or(NO_SITE, |(_, site)| site),
        when: ev.any_of(&cases),
    }
}

fn unsafe_get_attr_pos(ev: &mut Evaluator<'_>, args: &[ThunkId], site: Site) -> Res<Tracked> {
    let name = ev.force_string(args[0], site)?;
    let symbol = ev.intern(&name.text);
    let attrs = ev.force_attrs(args[1], site)?;
    match attrs.get(symbol) {
        Some(attr) if ev.thunks.is_generated(attr.thunk) => plain(Value::Null),
        Some(attr) => Ok(ev.position_value(attr.site)),
        None => plain(Value::Null),
    }
}

/// The origin of an attribute's name: its key.
fn key_origin(ev: &mut Evaluator<'_>, attr: &Attr) -> OriginId {
    if attr.site == NO_SITE {
        return OriginId(0);
    }
    ev.origin(HopKind::Literal, attr.site, OriginId(0))
}

/// A thunk of an attribute's name, written where its key is.
pub(crate) fn name_thunk(ev: &mut Evaluator<'_>, attr: &Attr) -> ThunkId {
    let name = ev.name_string(attr.name);
    let origin = key_origin(ev, attr);
    ev.alloc(name, origin)
}

fn map_entry(ev: &mut Evaluator<'_>, function: ThunkId, attr: &Attr, site: Site) -> ThunkId {
    let name = name_thunk(ev, attr);
    ev.alloc_apply(function, &[name, attr.thunk], site)
}

/// The function applied to an unknown name and the wildcard's (or an unknown) value.
pub(crate) fn wildcard_call(
    ev: &mut Evaluator<'_>,
    function: ThunkId,
    wildcard: Option<ThunkId>,
    open: Rc<Unknown>,
    site: Site,
) -> ThunkId {
    let name = ev.alloc(Value::Unknown(open.select("*")), OriginId(0));
    let value = match wildcard {
        Some(value) => value,
        None => ev.alloc(Value::Unknown(open.select("<name>")), OriginId(0)),
    };
    ev.alloc_apply(function, &[name, value], site)
}

/// The set that `listToAttrs` makes.
struct Pairs {
    set: Attrs,
    /// Where in the set the entry of a name is.
    at: FxHashMap<Symbol, usize>,
    /// Was there a pair whose name is not known?
    generic: bool,
}

fn list_to_attrs(ev: &mut Evaluator<'_>, args: &[ThunkId], site: Site) -> Res<Tracked> {
    let list = ev.force(args[0])?;
    let list = ev.list_or_open(list, site)?;
    let mut pairs = Pairs {
        set: Attrs {
            open: list.open.clone(),
            ..Attrs::default()
        },
        at: FxHashMap::default(),
        generic: false,
    };
    for elem in &list.elems {
        let pair = ev.force(elem.thunk).map_err(Stop::from);
        let Some(pair) = ev.unless_absent(elem.when, pair)? else {
            continue;
        };
        let name = match ev.lookup(&pair, ev.names.common.name)? {
            Lookup::Found(name) | Lookup::Perhaps(name, _) => name,
            Lookup::Absent => match &pair.value {
                Value::Attrs(_) => return ev.fail("attribute 'name' missing", site),
                other => return ev.type_error("a set", other, site),
            },
        };
        let thunk = value_of_pair(ev, pair, site);
        match &name.value {
            Value::String(string) => match string.hole().cloned() {
                None => {
                    let attr = Attr {
                        name: ev.intern(&string.text),
                        thunk,
                        site: ev.origin_site(name.origin).unwrap_or(NO_SITE),
                        when: elem.when,
                    };
                    pairs.add(ev, attr);
                }
                Some(hole) => {
                    let names = Affixes::of(string);
                    pairs.add_generic(ev, (hole, names), thunk, elem.when, &list.open);
                }
            },
            Value::Unknown(_) | Value::Either(_) => {
                let unknown = ev.undecided(&name);
                pairs.add_generic(ev, (unknown, None), thunk, elem.when, &list.open);
            }
            other => return ev.type_error("a string", other, site),
        }
    }
    let mut sorted = Attrs::from_entries(pairs.set.entries);
    sorted.open = pairs.set.open;
    sorted.wildcard = pairs.set.wildcard;
    sorted.names = pairs.set.names;
    plain(Value::attrs(sorted))
}

/// The value of `{ name = ...; value = ...; }`, not forced.
fn value_of_pair(ev: &mut Evaluator<'_>, pair: Tracked, site: Site) -> ThunkId {
    let value = ev.names.common.value;
    if let Value::Attrs(attrs) = &pair.value
        && let Some(attr) = attrs.get(value).filter(|attr| attr.when.is_always())
    {
        return attr.thunk;
    }
    ev.alloc_native(move |ev| ev.select_value(&pair, value, site))
}

impl Pairs {
    /// The first of two pairs with one name counts.
    fn add(&mut self, ev: &mut Evaluator<'_>, attr: Attr) {
        let Some(at) = self.at.get(&attr.name).copied() else {
            self.at.insert(attr.name, self.set.entries.len());
            self.set.entries.push(attr);
            return;
        };
        let first = self.set.entries[at];
        if first.when.is_always() {
            return;
        }
        let otherwise = ev.otherwise(first.when);
        let second = ev.both(otherwise, attr.when);
        let either = vec![(first.thunk, first.when), (attr.thunk, second)];
        self.set.entries[at] = Attr {
            thunk: crate::partial::join_thunks(ev, either),
            when: ev.any_of(&[first.when, attr.when]),
            ..first
        };
    }

    /// A pair whose name is not known.
    fn add_generic(
        &mut self,
        ev: &mut Evaluator<'_>,
        (name, names): (Rc<Unknown>, Option<Rc<Affixes>>),
        value: ThunkId,
        when: When,
        list_open: &Option<Rc<Unknown>>,
    ) {
        // It speaks for all further keys if it is the only one, or what a generator gives for the unknown part of the
        // list.
        let for_all = match list_open {
            None => self.set.open.is_none(),
            Some(open) => !when.is_always() && ev.condition_reason(when) == *open,
        };
        let for_all = for_all && !self.generic;
        self.set.wildcard = for_all.then_some(value);
        self.set.names = names.filter(|_| for_all);
        self.generic = true;
        self.set.open = Some(name);
    }
}

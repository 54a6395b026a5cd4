//! Making values that stand nowhere in the analysed code, and small look-ups in sets.

use nixpod_eval::{
    Attr, Attrs, Evaluator, Lookup, NO_SITE, OriginId, Res, Symbol, ThunkId, Tracked, Value, When,
};
use nixpod_source::Site;
use rustc_hash::FxBuildHasher;
use smol_str::SmolStr;

/// What is found by name or the like, in the order in which it was found.
pub(crate) type InOrder<K, V> = indexmap::IndexMap<K, V, FxBuildHasher>;

/// A value without an origin.
pub(crate) fn plain(value: Value) -> Tracked {
    Tracked {
        value,
        origin: OriginId::default(),
    }
}

/// An attribute that nobody wrote.
pub(crate) fn entry(name: Symbol, thunk: ThunkId) -> Attr {
    Attr {
        name,
        thunk,
        site: NO_SITE,
        when: When::ALWAYS,
    }
}

/// A place, if there is one.
pub(crate) fn known(site: Site) -> Option<Site> {
    (site != NO_SITE).then_some(site)
}

/// A set made of names and values.
pub(crate) fn set(ev: &mut Evaluator<'_>, entries: Vec<(&str, Value)>) -> Attrs {
    let entries = entries
        .into_iter()
        .map(|(name, value)| {
            let thunk = ev.alloc(value, OriginId::default());
            entry(ev.intern(name), thunk)
        })
        .collect();
    Attrs::from_entries(entries)
}

/// The attribute of a set.
pub(crate) fn find(ev: &mut Evaluator<'_>, set: &Attrs, name: &str) -> Option<ThunkId> {
    let symbol = ev.intern(name);
    set.get(symbol).map(|attr| attr.thunk)
}

/// The attribute of a set, if it is a text.
pub(crate) fn find_text(ev: &mut Evaluator<'_>, set: &Attrs, name: &str) -> Option<SmolStr> {
    let thunk = find(ev, set, name)?;
    match ev.force_or_unknown(thunk).value {
        Value::String(text) => Some(text.text.clone()),
        _ => None,
    }
}

/// The attribute of a set, if it is `true` or `false`.
pub(crate) fn find_bool(ev: &mut Evaluator<'_>, set: &Attrs, name: &str) -> Option<bool> {
    let thunk = find(ev, set, name)?;
    match ev.force_or_unknown(thunk).value {
        Value::Bool(bool) => Some(bool),
        _ => None,
    }
}

/// An attribute of a value, if it is certainly there and evaluates.
pub(crate) fn look_up(ev: &mut Evaluator<'_>, value: &Tracked, name: &str) -> Option<Tracked> {
    let symbol = ev.intern(name);
    match ev.lookup(value, symbol) {
        Ok(Lookup::Found(value)) => Some(value),
        _ => None,
    }
}

/// Does a value call itself by this `_type`?
pub(crate) fn is_tagged(ev: &mut Evaluator<'_>, value: &Tracked, tag: &str) -> bool {
    matches!(
        look_up(ev, value, "_type"),
        Some(Tracked { value: Value::String(found), .. }) if found.text == tag
    )
}

/// Modules in a list under a key.
pub(crate) fn modules_in(ev: &mut Evaluator<'_>, set: &Attrs, name: &str, site: Site) -> Res<Vec<ThunkId>> {
    let Some(thunk) = find(ev, set, name) else {
        return Ok(Vec::new());
    };
    let value = ev.force(thunk)?;
    let list = ev.list_or_open(value.clone(), site)?;
    if list.is_exact() {
        return Ok(list.elems.iter().map(|elem| elem.thunk).collect());
    }
    // A list that is not exactly known is one module that imports it.
    let imports = ev.alloc_tracked(value);
    let set = ev.attrs_from(vec![("imports", imports)]);
    Ok(vec![ev.alloc(Value::attrs(set), OriginId::default())])
}

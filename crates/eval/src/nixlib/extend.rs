//! `lib.extend`: a copy of `lib` with overlays on top, visible to them as `final`.

use crate::builtins::plain;
use crate::{Attr, Attrs, Evaluator, NO_SITE, Res, ThunkId, Tracked, Value, When};
use nixpod_source::Site;
use std::rc::Rc;

/// The set with `extend` in it.
pub(super) fn extensible(ev: &mut Evaluator<'_>, base: Attrs) -> Tracked {
    let base = Rc::new(base);
    let value = Value::attrs(with_extend(ev, &base, &base, Rc::new(Vec::new())));
    Tracked {
        value,
        origin: crate::OriginId(0),
    }
}

fn with_extend(ev: &mut Evaluator<'_>, set: &Attrs, base: &Rc<Attrs>, overlays: Rc<Vec<ThunkId>>) -> Attrs {
    let base = base.clone();
    let extend = ev.primop("extend", 1, 0, move |ev, args, site| {
        let mut all = (*overlays).clone();
        all.extend_from_slice(args);
        extended(ev, base.clone(), Rc::new(all), site)
    });
    let thunk = ev.alloc(extend, crate::OriginId(0));
    let name = ev.intern("extend");
    let mut entries = set.entries.clone();
    entries.push(Attr {
        name,
        thunk,
        site: NO_SITE,
        when: When::ALWAYS,
    });
    Attrs {
        open: set.open.clone(),
        wildcard: set.wildcard,
        names: set.names.clone(),
        apart: set.apart.clone(),
        ..Attrs::from_entries(entries)
    }
}

fn extended(ev: &mut Evaluator<'_>, base: Rc<Attrs>, overlays: Rc<Vec<ThunkId>>, site: Site) -> Res<Tracked> {
    let last = ev.reserve();
    ev.fill_native(last, move |ev| {
        let mut set = base.clone();
        for overlay in overlays.iter() {
            let previous = ev.alloc(Value::Attrs(set.clone()), crate::OriginId(0));
            let overlay = ev.force(*overlay)?;
            let additions = ev.apply_all(&overlay, &[last, previous], site);
            let additions = ev.settle(additions)?;
            let additions = ev.attrs_or_open(additions, site)?;
            set = Rc::new(overlaid(ev, &set, &additions)?);
        }
        let set = with_extend(ev, &set, &base, overlays.clone());
        plain(Value::attrs(set))
    });
    Ok(ev.force(last)?)
}

/// The additions on top of the set. Unlike with `//`, additions that are not known are taken to leave the functions of
/// `lib` as they are: that is what overlays of `lib` are for, and the alternative would make all of `lib` unknown.
fn overlaid(ev: &mut Evaluator<'_>, set: &Rc<Attrs>, additions: &Attrs) -> Res<Attrs> {
    let listed = Attrs {
        entries: additions.entries.clone(),
        ..Attrs::default()
    };
    let whole = |attrs: Rc<Attrs>| Tracked {
        value: Value::Attrs(attrs),
        origin: crate::OriginId(0),
    };
    let merged = ev.update(
        whole(set.clone()),
        whole(Rc::new(listed)),
        NO_SITE,
        crate::OriginId(0),
    )?;
    let merged = ev.as_attrs(&merged, NO_SITE)?;
    Ok(Attrs {
        entries: merged.entries.clone(),
        open: additions.open.clone().or_else(|| set.open.clone()),
        wildcard: additions.wildcard.or(set.wildcard),
        ..Attrs::default()
    })
}

//! `types.attrListWith`: a list of sets with one name each. It may be written as such a list or as a set, and the values
//! may say their order and priority.

use crate::definition::{DEFAULT_PRIORITY, Definition, RawDef, peel, presence_of};
use crate::fixpoint::by_type::wrong_type;
use crate::fixpoint::compound::{first_origin, has_sound, left_out};
use crate::fixpoint::meta::later;
use crate::fixpoint::option::delay_merge;
use crate::path::{dotted, extend};
use crate::system::evaluation::{At, Mode};
use crate::types::native::{AttrList, OptType};
use crate::types::show::show_definitions;
use crate::values::{InOrder, entry, is_tagged, plain};
use nixpod_eval::{
    Attr, Attrs, Elem, ErrorKind, Evaluator, List, NO_SITE, OriginId, Res, Stop, Symbol, ThunkId, Tracked,
    Unknown, Value, When,
};
use std::rc::Rc;

/// One name with a value, as a definition has it.
struct Item {
    key: Symbol,
    raw: RawDef,
    priority: i64,
    order: i64,
    when: When,
}

/// All that definitions say, in the order of the result.
struct Items {
    all: Vec<Item>,
    /// Why there may be more.
    open: Option<Rc<Unknown>>,
}

impl Items {
    fn of(ev: &mut Evaluator<'_>, at: At<'_>, native: &OptType, defs: &[Definition]) -> Res<Self> {
        let mut items = Self {
            all: Vec::new(),
            open: None,
        };
        let sound = has_sound(at, defs, |value| {
            matches!(value, Value::Attrs(_) | Value::List(_))
        });
        for def in defs {
            match &def.value.value {
                Value::List(list) => {
                    for elem in &list.elems {
                        items.add_element(ev, at, native, def, *elem)?;
                    }
                    items.open = items.open.or_else(|| list.open.clone());
                }
                Value::Attrs(set) => {
                    for attr in ev.sorted(set) {
                        items.add(ev, def, &attr, None);
                    }
                    items.open = items.open.or_else(|| set.open.clone());
                }
                Value::Unknown(unknown) => items.open = Some(unknown.clone()),
                Value::Either(_) => items.open = Some(ev.undecided(&def.value)),
                _ => items.open = Some(left_out(ev, at, native, def, sound)?),
            }
        }
        items.keep_strongest();
        items.keep_present(ev);
        Ok(items)
    }

    /// Adds an element of a list, which may say its order.
    fn add_element(
        &mut self,
        ev: &mut Evaluator<'_>,
        at: At<'_>,
        native: &OptType,
        def: &Definition,
        elem: Elem,
    ) -> Res<()> {
        let mut value = match at.mode() {
            Mode::AsNix => ev.force(elem.thunk)?,
            Mode::WholeSystem | Mode::Submodule => ev.force_part(elem.thunk),
        };
        let mut order = None;
        if is_tagged(ev, &value, "order") {
            let peeled = peel(ev, elem.thunk);
            order = Some(peeled.order);
            value = ev.force_part(peeled.value);
        }
        match &value.value {
            Value::Attrs(set) if set.open.is_some() => {
                self.open = self.open.take().or_else(|| set.open.clone())
            }
            Value::Attrs(set) if set.entries.len() == 1 => {
                let attr = set.entries[0];
                let when = ev.both(elem.when, attr.when);
                self.add(ev, def, &Attr { when, ..attr }, order);
            }
            Value::Unknown(unknown) => self.open = Some(unknown.clone()),
            Value::Either(_) => self.open = Some(ev.undecided(&value)),
            other => {
                let what = match other {
                    Value::Attrs(set) => {
                        format!("a single-key attribute set, but got {} keys", set.entries.len())
                    }
                    other => format!(
                        "an attribute set, but got {}",
                        other.type_of().unwrap_or("unknown")
                    ),
                };
                return Err(not_an_item(ev, at, native, def, elem, &what));
            }
        }
        Ok(())
    }

    fn add(&mut self, ev: &mut Evaluator<'_>, def: &Definition, attr: &Attr, order: Option<i64>) {
        let peeled = peel(ev, attr.thunk);
        let raw = def.raw(
            ev,
            &Attr {
                thunk: peeled.value,
                ..*attr
            },
        );
        self.all.push(Item {
            key: attr.name,
            when: raw.when,
            raw,
            priority: peeled.priority,
            order: order.unwrap_or(peeled.order),
        });
    }

    /// Of each name what is of the strongest priority, sorted by order.
    fn keep_strongest(&mut self) {
        let mut strongest: InOrder<Symbol, i64> = InOrder::default();
        for item in self.all.iter().filter(|item| item.when.is_always()) {
            let best = strongest.entry(item.key).or_insert(DEFAULT_PRIORITY);
            *best = item.priority.min(*best);
        }
        self.all.retain(|item| {
            let best = strongest.get(&item.key).copied().unwrap_or(DEFAULT_PRIORITY);
            match item.when.is_always() {
                true => item.priority == best,
                // What is there only perhaps takes nothing else away.
                false => item.priority <= best,
            }
        });
        self.all.sort_by_key(|item| item.order);
    }

    /// Leaves out what is off.
    fn keep_present(&mut self, ev: &mut Evaluator<'_>) {
        let all = std::mem::take(&mut self.all);
        for mut item in all {
            if let Some(when) = presence_of(ev, std::slice::from_mut(&mut item.raw)) {
                item.when = when;
                self.all.push(item);
            }
        }
    }
}

fn not_an_item(
    ev: &mut Evaluator<'_>,
    at: At<'_>,
    native: &OptType,
    def: &Definition,
    elem: Elem,
    what: &str,
) -> Stop {
    if at.mode() != Mode::AsNix {
        return wrong_type(ev, at, native, std::slice::from_ref(def));
    }
    let kind = crate::fixpoint::words::describe(ev, native);
    let value = ev.force_or_unknown(elem.thunk);
    let shown = show_definitions(ev, &[def.with(value, elem.thunk)]);
    let message = format!(
        "A definition for option `{}' is not of type `{kind}'. Each list element must be {what}.{shown}",
        dotted(at.path)
    );
    ev.error(ErrorKind::Eval, message, Some(def.written.site()))
}

/// The thunk of a set with one name.
fn single(ev: &mut Evaluator<'_>, key: Symbol, value: ThunkId) -> ThunkId {
    let set = Attrs::from_entries(vec![entry(key, value)]);
    ev.alloc(Value::attrs(set), OriginId::default())
}

/// The values under their names, each merged by the type of elements.
fn values(
    ev: &mut Evaluator<'_>,
    at: At<'_>,
    list: &AttrList,
    items: &Items,
) -> Vec<(Symbol, ThunkId, When)> {
    let mut values = Vec::with_capacity(items.all.len());
    for item in &items.all {
        let path = extend(at.path, ev.name(item.key));
        let thunk = delay_merge(ev, at.system, path, list.elem.clone(), vec![item.raw.clone()]);
        values.push((item.key, thunk, item.when));
    }
    values
}

/// Merges definitions of such a type.
pub(crate) fn attr_list(
    ev: &mut Evaluator<'_>,
    at: At<'_>,
    list: &AttrList,
    native: &Rc<OptType>,
    defs: Vec<Definition>,
) -> Res<Tracked> {
    let items = Items::of(ev, at, native, &defs)?;
    let values = values(ev, at, list, &items);
    let value = match list.as_attrs {
        true => together(ev, list, &values, items.open)?,
        false => {
            let mut elems = Vec::with_capacity(values.len());
            for (key, value, when) in values {
                let thunk = single(ev, key, value);
                elems.push(Elem { thunk, when });
            }
            Value::List(Rc::new(List {
                elems,
                open: items.open,
            }))
        }
    };
    Ok(Tracked {
        value,
        origin: first_origin(&defs),
    })
}

/// The set of what is said under each name: what the type's function makes of the values, or a list of them.
fn together(
    ev: &mut Evaluator<'_>,
    list: &AttrList,
    values: &[(Symbol, ThunkId, When)],
    open: Option<Rc<Unknown>>,
) -> Res<Value> {
    let mut by_name: InOrder<Symbol, Vec<Elem>> = InOrder::default();
    for (key, thunk, when) in values {
        by_name.entry(*key).or_default().push(Elem {
            thunk: *thunk,
            when: *when,
        });
    }
    let mut entries = Vec::with_capacity(by_name.len());
    for (key, elems) in by_name {
        // A name is there for certain if one of its values is.
        let when = elems.iter().map(|elem| elem.when).find(|when| when.is_always());
        let when = when.unwrap_or(elems[0].when);
        let open = open.clone();
        let all = ev.alloc(Value::List(Rc::new(List { elems, open })), OriginId::default());
        let thunk = match list.together {
            None => all,
            Some(function) => {
                let name = ev.alloc(Value::string(ev.name(key).clone()), OriginId::default());
                ev.alloc_apply(function, &[name, all], NO_SITE)
            }
        };
        entries.push(Attr {
            when,
            ..entry(key, thunk)
        });
    }
    let mut set = Attrs::from_entries(entries);
    set.open = open;
    Ok(Value::attrs(set))
}

/// `valueMeta`: what is known of each value, the list that the value would be, and definitions that make the same again.
pub(super) fn attr_list_meta(
    ev: &mut Evaluator<'_>,
    at: At<'_>,
    list: &AttrList,
    native: &Rc<OptType>,
    defs: Vec<Definition>,
) -> Res<Value> {
    let items = Items::of(ev, at, native, &defs)?;
    let (mut metas, mut singles, mut definitions) = (Vec::new(), Vec::new(), Vec::new());
    let values = values(ev, at, list, &items);
    for (item, (key, value, when)) in items.all.iter().zip(values) {
        let path = extend(at.path, ev.name(key));
        let thunk = later(ev, at.system, path, &list.elem, vec![item.raw.clone()]);
        metas.push(Elem { thunk, when });
        let thunk = single(ev, key, value);
        singles.push(Elem { thunk, when });
        let ordered = vec![
            ("_type", Value::string("order")),
            ("priority", Value::Int(item.order)),
        ];
        let ordered = tagged(ev, ordered, ("content", thunk));
        let file = crate::definition::file_name(ev, item.raw.file, item.raw.written.site());
        let definition = vec![
            ("_type", Value::string("definition")),
            ("file", Value::string(file)),
        ];
        let thunk = tagged(ev, definition, ("value", ordered));
        definitions.push(Elem { thunk, when });
    }
    let mut entries = Vec::new();
    for (name, elems) in [
        ("attrList", metas),
        ("attrListValue", singles),
        ("definitions", definitions),
    ] {
        let open = items.open.clone();
        let all = plain(Value::List(Rc::new(List { elems, open })));
        entries.push((name, ev.alloc_tracked(all)));
    }
    Ok(Value::attrs(ev.attrs_from(entries)))
}

/// A set with a `_type`, what that says, and what it is around.
fn tagged(
    ev: &mut Evaluator<'_>,
    says: Vec<(&'static str, Value)>,
    inner: (&'static str, ThunkId),
) -> ThunkId {
    let mut entries = vec![inner];
    for (name, value) in says {
        entries.push((name, ev.alloc(value, OriginId::default())));
    }
    let set = ev.attrs_from(entries);
    ev.alloc(Value::attrs(set), OriginId::default())
}

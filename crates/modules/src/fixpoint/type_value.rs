//! Types as values of Nix code: sets with `name`, `check`, `merge` and so on.

use crate::definition::{DEFAULT_ORDER, DEFAULT_PRIORITY, Definition};
use crate::fixpoint::by_type::combine;
use crate::path::Step;
use crate::system::evaluation::{At, System};
use crate::types::accept::accepts;
use crate::types::describe::{class, describe};
use crate::types::native::{NATIVE, OptType, TypeParts, empty_value};
use crate::values::{look_up, plain};
use nixpod_eval::{Evaluator, NO_SITE, Opaque, OriginId, Res, ThunkId, Tracked, Value};
use nixpod_source::Site;
use std::rc::Rc;

/// The attribute set that stands for a type in Nix code.
pub(crate) fn value(ev: &mut Evaluator<'_>, native: Rc<OptType>) -> Value {
    let tag = ev.alloc(Value::string("option-type"), OriginId::default());
    let name = ev.alloc(Value::string(native.name()), OriginId::default());
    let described = native.clone();
    let description = ev.alloc_native(move |ev| {
        let text = describe(ev, &described);
        Ok(plain(Value::string(text)))
    });
    let class = class(&native).name();
    let class = ev.alloc(Value::string(class), OriginId::default());
    let empty = ev.empty_attrs();
    let empty = ev.alloc(empty, OriginId::default());
    let for_empty = native.clone();
    let when_empty = ev.alloc_native(move |ev| {
        let entries = match empty_value(ev, &for_empty) {
            Some(value) => vec![("value", ev.alloc(value, OriginId::default()))],
            None => Vec::new(),
        };
        Ok(plain(Value::attrs(ev.attrs_from(entries))))
    });
    let for_check = native.clone();
    let check = ev.primop("check", 1, 0, move |ev, args, site| {
        let value = ev.force(args[0])?;
        let verdict = accepts(ev, &for_check, &value, site)?;
        Ok(plain(Value::Bool(verdict)))
    });
    let check = ev.alloc(check, OriginId::default());
    let for_merge = native.clone();
    let merge = ev.primop("merge", 2, 0, move |ev, args, site| {
        crate::fixpoint::type_value::merge_from_nix(ev, &for_merge, args[0], args[1], site)
    });
    let merge = ev.alloc(merge, OriginId::default());
    let hidden = ev.alloc(
        Value::Opaque(Opaque(Rc::new(TypeParts {
            native: native.clone(),
            check,
            merge,
            empty: when_empty,
        }))),
        OriginId::default(),
    );
    let for_options = native.clone();
    let sub_options = ev.primop("getSubOptions", 1, 1, move |ev, args, site| {
        let prefix = ev.force_list(args[0], site)?;
        let mut path = Vec::new();
        for elem in &prefix.elems {
            path.push(match ev.force_or_unknown(elem.thunk).value {
                Value::String(part) => Step::from_nix(&part.text),
                _ => Step::Name("*".into()),
            });
        }
        crate::fixpoint::meta::sub_options(ev, &for_options, &path.into())
    });
    let sub_options = ev.alloc(sub_options, OriginId::default());
    let mut entries = vec![
        ("getSubOptions", sub_options),
        ("_type", tag),
        ("name", name),
        ("description", description),
        ("descriptionClass", class),
        (NATIVE, hidden),
        ("check", check),
        ("merge", merge),
        ("emptyValue", when_empty),
    ];
    let nested = match &*native {
        OptType::ListOf(inner) | OptType::AttrsOf { elem: inner, .. } | OptType::NullOr(inner) => {
            let elem = value(ev, inner.clone());
            let elem = ev.alloc(elem, OriginId::default());
            let set = ev.attrs_from(vec![("elemType", elem)]);
            ev.alloc(Value::attrs(set), OriginId::default())
        }
        _ => empty,
    };
    entries.push(("nestedTypes", nested));
    if let Some(submodule) = native.submodule() {
        let modules = ev.alloc(
            Value::list(submodule.modules.iter().copied()),
            OriginId::default(),
        );
        entries.push(("getSubModules", modules));
    }
    Value::attrs(ev.attrs_from(entries))
}

/// `type.merge loc defs` called by Nix code: definitions are sets with `value` and `file`.
pub(crate) fn merge_from_nix(
    ev: &mut Evaluator<'_>,
    native: &Rc<OptType>,
    location: ThunkId,
    definitions: ThunkId,
    site: Site,
) -> Res<Tracked> {
    let location = ev.force_list(location, site)?;
    let mut path = Vec::new();
    for elem in &location.elems {
        let part = ev.force_known(elem.thunk)?;
        path.push(match &part.value {
            Value::String(string) => Step::from_nix(&string.text),
            _ => Step::Name("*".into()),
        });
    }
    let list = ev.force_list(definitions, site)?;
    let value = ev.intern("value");
    let mut on = Vec::new();
    for elem in &list.elems {
        let def = ev.force_known(elem.thunk)?;
        let inner = ev.select_value(&def, value, site)?;
        let thunk = ev.alloc_tracked(inner.clone());
        on.push(Definition {
            value: inner,
            thunk,
            priority: DEFAULT_PRIORITY,
            order: DEFAULT_ORDER,
            when: elem.when,
            site: NO_SITE,
            hidden: false,
            guard: None,
            file: match look_up(ev, &def, "file") {
                Some(Tracked {
                    value: Value::String(file),
                    ..
                }) => Some(ev.intern(&file.text)),
                _ => None,
            },
        });
    }
    let system = System::detached(ev);
    let (system, path) = (&system, &path.into());
    combine(ev, At { system, path }, native, on)
}

//! Types as values of Nix code: sets with `name`, `check`, `merge` and so on.

use crate::calls::Calls;
use crate::definition::{DEFAULT_ORDER, DEFAULT_PRIORITY, Definition};
use crate::fixpoint::by_type::combine;
use crate::fixpoint::meta::sub_options;
use crate::fixpoint::words::{class, describe};
use crate::own::Written;
use crate::path::Step;
use crate::system::evaluation::{At, ModuleEvaluation};
use crate::types::accept::accepts;
use crate::types::native::{AttrList, NATIVE, OptType, Said, TypeParts, empty_value};
use crate::values::{entry, look_up, plain};
use nixpod_eval::{Attrs, Evaluator, Opaque, OriginId, Res, ThunkId, Tracked, Value};
use nixpod_source::Site;
use std::rc::Rc;

/// The attribute set that stands for a type in Nix code.
pub(crate) fn value(ev: &mut Evaluator<'_>, native: Rc<OptType>) -> Value {
    let parts = parts(ev, &native);
    let common = *ev.common();
    let mut entries = vec![
        entry(common.sub_options, sub_options_of(ev, &native)),
        entry(common.check, parts.check),
        entry(common.merge, parts.merge),
        entry(common.empty_value, parts.empty),
        entry(common.nested_types, nested_types(ev, &native)),
    ];
    let Said { description, class } = parts.said;
    entries.extend(description.map(|thunk| entry(common.description, thunk)));
    entries.extend(class.map(|thunk| entry(common.description_class, thunk)));
    for (name, value) in [
        (common.tag, Value::string("option-type")),
        (common.name, Value::string(native.name())),
        (ev.intern(NATIVE), Opaque::value(Rc::new(parts))),
    ] {
        entries.push(entry(name, ev.alloc(value, OriginId::default())));
    }
    if let Some(submodule) = native.submodule() {
        let modules = Value::list(submodule.modules.iter().copied());
        entries.push(entry(common.sub_modules, ev.alloc(modules, OriginId::default())));
    }
    Value::attrs(Attrs::from_entries(entries))
}

/// The functions that Nix code may replace.
fn parts(ev: &mut Evaluator<'_>, native: &Rc<OptType>) -> TypeParts {
    // Nearly no code asks for any of them, and there are hundreds of types in every system.
    let for_check = native.clone();
    let check = ev.alloc_native(move |ev| {
        let native = for_check.clone();
        let check = ev.primop("check", 1, 0, move |ev, args, site| {
            let value = ev.force(args[0])?;
            let verdict = accepts(ev, &native, &value, site)?;
            Ok(plain(Value::Bool(verdict)))
        });
        Ok(plain(check))
    });
    let for_merge = native.clone();
    let merge = ev.alloc_native(move |ev| {
        let native = for_merge.clone();
        let merge = ev.primop("merge", 2, 0, move |ev, args, site| {
            merge_from_nix(ev, &native, args[0], args[1], site)
        });
        Ok(plain(merge))
    });
    let for_empty = native.clone();
    let empty = ev.alloc_native(move |ev| {
        let entries = match empty_value(ev, &for_empty) {
            Some(value) => vec![("value", ev.alloc(value, OriginId::default()))],
            None => Vec::new(),
        };
        Ok(plain(Value::attrs(ev.attrs_from(entries))))
    });
    TypeParts {
        native: native.clone(),
        check,
        merge,
        empty,
        said: Said {
            description: Some(description(ev, native)),
            class: Some(class_of(ev, native)),
        },
    }
}

fn class_of(ev: &mut Evaluator<'_>, native: &Rc<OptType>) -> ThunkId {
    let native = native.clone();
    ev.alloc_native(move |ev| {
        let class = class(ev, &native);
        Ok(plain(
            class.map_or(Value::Null, |class| Value::string(class.name())),
        ))
    })
}

fn description(ev: &mut Evaluator<'_>, native: &Rc<OptType>) -> ThunkId {
    let native = native.clone();
    ev.alloc_native(move |ev| Ok(plain(Value::string(describe(ev, &native)))))
}

/// `getSubOptions`, which takes the path of the option.
fn sub_options_of(ev: &mut Evaluator<'_>, native: &Rc<OptType>) -> ThunkId {
    let native = native.clone();
    ev.alloc_native(move |ev| {
        let native = native.clone();
        let function = ev.primop("getSubOptions", 1, 1, move |ev, args, site| {
            let prefix = ev.force_list(args[0], site)?;
            let mut path = Vec::new();
            for elem in &prefix.elems {
                path.push(match ev.force_or_unknown(elem.thunk).value {
                    Value::String(part) => Step::from_nix(&part.text),
                    _ => Step::Name("*".into()),
                });
            }
            sub_options(ev, &native, &path.into())
        });
        Ok(plain(function))
    })
}

fn nested_types(ev: &mut Evaluator<'_>, native: &OptType) -> ThunkId {
    match native {
        OptType::ListOf(inner)
        | OptType::NonEmptyListOf(inner)
        | OptType::AttrsOf { elem: inner, .. }
        | OptType::AttrListOf(AttrList { elem: inner, .. })
        | OptType::FunctionTo(inner)
        | OptType::Unique(inner, _)
        | OptType::NullOr(inner) => {
            let inner = inner.clone();
            ev.alloc_native(move |ev| {
                let elem = value(ev, inner.clone());
                let elem = ev.alloc(elem, OriginId::default());
                Ok(plain(Value::attrs(ev.attrs_from(vec![("elemType", elem)]))))
            })
        }
        _ => {
            let none = ev.empty_attrs();
            ev.alloc(none, OriginId::default())
        }
    }
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
            written: Written::SOMEWHERE,
            guard: None,
            calls: Calls::default(),
            file: match look_up(ev, &def, "file") {
                Some(Tracked {
                    value: Value::String(file),
                    ..
                }) => Some(ev.intern(&file.text)),
                _ => None,
            },
        });
    }
    let system = ModuleEvaluation::detached(ev);
    let (system, path) = (&system, &path.into());
    combine(ev, At::new(system, path), native, on)
}

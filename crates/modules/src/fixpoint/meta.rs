//! What Nix code can ask of a type besides merging: the options inside of it, and what its values are made of.

use crate::declaration::Decl;
use crate::definition::{Definition, RawDef, strongest};
use crate::fixpoint::attr_list::attr_list_meta;
use crate::fixpoint::option_value::{WayDown, tree};
use crate::fixpoint::submodule::submodule_system;
use crate::path::{OptionPath, extend, extend_any};
use crate::system::evaluation::{At, ModuleEvaluation};
use crate::types::native::OptType;
use crate::values::{InOrder, entry, plain};
use nixpod_eval::{Attrs, Evaluator, List, NO_SITE, OriginId, Res, Symbol, ThunkId, Tracked, Value};
use std::rc::Rc;

/// `type.getSubOptions prefix`.
pub(crate) fn sub_options(ev: &mut Evaluator<'_>, native: &OptType, path: &OptionPath) -> Res<Tracked> {
    match native {
        OptType::Submodule(submodule) => {
            let outer = ModuleEvaluation::detached(ev);
            let at = At::new(&outer, path);
            let system = submodule_system(ev, at, submodule, Vec::new())?;
            let options = ev.force(system.options)?;
            let Some(free) = crate::fixpoint::freeform::freeform(ev, &system)? else {
                return Ok(options);
            };
            let Value::Attrs(options) = &options.value else {
                return Ok(options);
            };
            let path = path.clone();
            let free = ev.alloc_native(move |ev| sub_options(ev, &free, &path));
            let free = ev.attrs_from(vec![("_freeformOptions", free)]);
            let all = ev.update_attrs(options, &free);
            Ok(plain(Value::attrs(all)))
        }
        OptType::AttrsOf {
            elem, placeholder, ..
        } => {
            let path = extend_any(path, &format!("<{placeholder}>"), 0);
            sub_options(ev, elem, &path)
        }
        OptType::ListOf(elem) | OptType::NonEmptyListOf(elem) => sub_options(ev, elem, &extend(path, "*")),
        OptType::FunctionTo(to) => sub_options(ev, to, &extend_any(path, "<function body>", 0)),
        OptType::AttrListOf(list) => sub_options(ev, &list.elem, &extend(path, "*")),
        OptType::NullOr(inner)
        | OptType::Unique(inner, _)
        | OptType::Checked(inner, _)
        | OptType::Changed { inner, .. }
        | OptType::Coerced { to: inner, .. } => sub_options(ev, inner, path),
        OptType::Either(a, b) => {
            let (first, second) = (sub_options(ev, a, path)?, sub_options(ev, b, path)?);
            let (Value::Attrs(first), Value::Attrs(second)) = (&first.value, &second.value) else {
                return Ok(first);
            };
            let both = ev.update_attrs(first, second);
            Ok(plain(Value::attrs(both)))
        }
        OptType::AttrTag(tags) => options_of_tags(ev, tags, path),
        _ => Ok(plain(ev.empty_attrs())),
    }
}

fn options_of_tags(ev: &mut Evaluator<'_>, tags: &[ThunkId], path: &OptionPath) -> Res<Tracked> {
    let mut children: InOrder<Symbol, Vec<Decl>> = InOrder::default();
    for set in tags {
        for attr in &ev.force_attrs(*set, NO_SITE)?.entries {
            children.entry(attr.name).or_default().push(Decl::of_tag(attr));
        }
    }
    let system = ModuleEvaluation::detached(ev);
    let mut entries = Vec::new();
    for (name, decls) in children {
        let (system, path) = (system.clone(), extend(path, ev.name(name)));
        let way = WayDown::new(Vec::new());
        let thunk = ev.alloc_native(move |ev| {
            let (system, path) = (&system, &path);
            tree(ev, At::new(system, path), decls.clone(), &way)
        });
        entries.push(entry(name, thunk));
    }
    Ok(plain(Value::attrs(Attrs::from_entries(entries))))
}

/// `options.x.valueMeta`: the evaluations behind submodules, by name or by place.
pub(crate) fn value_meta(
    ev: &mut Evaluator<'_>,
    at: At<'_>,
    native: &Rc<OptType>,
    defs: Vec<Definition>,
) -> Res<Value> {
    match &**native {
        OptType::Submodule(submodule) => {
            let inner = submodule_system(ev, at, submodule, defs)?;
            let configuration = crate::fixpoint::system_value::system_value(ev, &inner);
            let configuration = ev.alloc(configuration, OriginId::default());
            Ok(Value::attrs(
                ev.attrs_from(vec![("configuration", configuration)]),
            ))
        }
        OptType::AttrsOf { elem, .. } => {
            let mut children: InOrder<Symbol, Vec<RawDef>> = InOrder::default();
            for def in &defs {
                if let Value::Attrs(set) = &def.value.value {
                    for attr in &set.entries {
                        let raw = def.raw(ev, attr);
                        children.entry(attr.name).or_default().push(raw);
                    }
                }
            }
            let mut entries = Vec::new();
            for (name, raws) in children {
                let path = extend(at.path, ev.name(name));
                let thunk = later(ev, at.system, path, elem, raws);
                entries.push(entry(name, thunk));
            }
            let all = ev.alloc(Value::attrs(Attrs::from_entries(entries)), OriginId::default());
            Ok(Value::attrs(ev.attrs_from(vec![("attrs", all)])))
        }
        OptType::ListOf(elem) | OptType::NonEmptyListOf(elem) => {
            let mut all = List::default();
            for def in &defs {
                if let Value::List(list) = &def.value.value {
                    for element in &list.elems {
                        let raw = def.raw(ev, &entry(ev.common().value, element.thunk));
                        let path = extend(at.path, &format!("[entry {}]", all.elems.len() + 1));
                        let thunk = later(ev, at.system, path, elem, vec![raw]);
                        all.elems.push(nixpod_eval::Elem { thunk, ..*element });
                    }
                }
            }
            let all = ev.alloc(Value::List(Rc::new(all)), OriginId::default());
            Ok(Value::attrs(ev.attrs_from(vec![("list", all)])))
        }
        OptType::AttrListOf(list) => attr_list_meta(ev, at, list, native, defs),
        OptType::NullOr(inner)
        | OptType::Unique(inner, _)
        | OptType::Changed { inner, .. }
        | OptType::Checked(inner, _) => value_meta(ev, at, inner, defs),
        _ => Ok(ev.empty_attrs()),
    }
}

/// The same one level deeper, when somebody asks.
pub(super) fn later(
    ev: &mut Evaluator<'_>,
    system: &Rc<ModuleEvaluation>,
    path: OptionPath,
    native: &Rc<OptType>,
    raws: Vec<RawDef>,
) -> ThunkId {
    let (system, native) = (system.clone(), native.clone());
    ev.alloc_native(move |ev| {
        let defs = strongest(ev, &raws);
        let (system, path) = (&system, &path);
        Ok(plain(value_meta(ev, At::new(system, path), &native, defs)?))
    })
}

//! Merging lists, sets and submodules: types whose values have parts that are merged by themselves.

use crate::definition::{Definition, OPTION_DEFAULT_PRIORITY, RawDef, presence_of};
use crate::fixpoint::by_type::{one, wrong_type};
use crate::fixpoint::option::delay_merge;
use crate::path::{OptionPath, Step, dotted, extend, extend_any};
use crate::system::evaluation::{Mode, Setup, System};
use crate::system::report::Gap;
use crate::types::native::{OptType, Submodule};
use crate::values::{entry, is_tagged, look_up, plain};
use nixpod_eval::{
    Attr, Attrs, Elem, Evaluator, List, NO_SITE, OriginId, Res, Stop, Symbol, ThunkId, Tracked, Unknown,
    Value, When,
};
use nixpod_source::{Site, Why};
use std::rc::Rc;

/// Do the elements of this type need merging of their own?
fn is_atomic(native: &OptType) -> bool {
    match native {
        OptType::Scalar {
            kind: crate::types::native::Scalar::OptionType,
            ..
        } => false,
        OptType::Scalar { .. } | OptType::PathWith { .. } | OptType::Enum(_) | OptType::Joined(..) => true,
        OptType::NullOr(inner) | OptType::Unique(inner, _) => is_atomic(inner),
        OptType::Either(a, b) => is_atomic(a) && is_atomic(b),
        _ => false,
    }
}

pub(crate) fn list_of(
    ev: &mut Evaluator<'_>,
    system: &Rc<System>,
    path: &OptionPath,
    elem: &Rc<OptType>,
    native: &Rc<OptType>,
    defs: Vec<Definition>,
) -> Res<Tracked> {
    let mut out = List::default();
    let mut origin = OriginId::default();
    let strongest = defs
        .iter()
        .filter(|def| def.when.is_always())
        .map(|def| def.priority)
        .min();
    // A stronger definition under an undecided condition may replace all others.
    let contested = defs
        .iter()
        .find(|def| !def.when.is_always() && strongest.is_none_or(|strongest| def.priority < strongest));
    let contested = match contested {
        Some(def) if strongest.is_some() => Some(def.when),
        _ => None,
    };
    let atomic = is_atomic(elem);
    let sound =
        system.mode() != Mode::AsNix && defs.iter().any(|def| matches!(def.value.value, Value::List(_)));
    let mut index = 0;
    for def in defs {
        if origin == OriginId::default() {
            origin = def.value.origin;
        }
        let list = match &def.value.value {
            Value::List(list) => list.clone(),
            Value::Unknown(_) | Value::Either(_) => ev.list_or_open(def.value.clone(), def.site)?,
            _ if sound => {
                out.open = Some(left_out(ev, system, path, native, &def));
                continue;
            }
            _ => return wrong_type(ev, system, path, native, std::slice::from_ref(&def)),
        };
        for element in &list.elems {
            let mut when = ev.both(def.when, element.when);
            if let Some(contested) = contested {
                when = ev.both(contested, when);
            }
            let thunk = if atomic {
                with_hop(ev, element.thunk, &def)
            } else {
                let child = extend(path, &format!("[definition {}-entry {}]", 1, index + 1));
                let attr = entry(ev.common().value, element.thunk);
                let raw = def.raw(ev, &attr);
                delay_merge(ev, system, child, elem.clone(), vec![raw])
            };
            index += 1;
            out.elems.push(Elem { thunk, when });
        }
        out.open = out.open.or_else(|| list.open.clone());
    }
    Ok(Tracked {
        value: Value::List(Rc::new(out)),
        origin,
    })
}

/// An element whose trail also names the definition of the list.
fn with_hop(ev: &mut Evaluator<'_>, thunk: ThunkId, def: &Definition) -> ThunkId {
    if def.hidden || def.site == NO_SITE {
        return thunk;
    }
    let site = def.site;
    ev.alloc_native(move |ev| {
        let mut value = ev.force(thunk)?;
        value.origin = ev.origin(nixpod_source::HopKind::Merge, site, value.origin);
        Ok(value)
    })
}

/// Leaves a definition of the wrong type out, where others are sound: one mistake must not hide all the rest. What it
/// would have added is not known.
fn left_out(
    ev: &mut Evaluator<'_>,
    system: &System,
    path: &OptionPath,
    native: &OptType,
    def: &Definition,
) -> Rc<Unknown> {
    let unknown = mistake(ev, system, path, native, def);
    // A default that does not fit is only a mistake where it is the value.
    if def.site != NO_SITE || def.priority < OPTION_DEFAULT_PRIORITY {
        let gap = Gap {
            site: (def.site != NO_SITE).then_some(def.site),
            what: dotted(path),
            why: unknown.why.clone(),
        };
        system.shared.gap(ev, gap);
    }
    unknown
}

/// What stands for a definition of the wrong type.
fn mistake(
    ev: &mut Evaluator<'_>,
    system: &System,
    path: &OptionPath,
    native: &OptType,
    def: &Definition,
) -> Rc<Unknown> {
    match wrong_type::<()>(ev, system, path, native, std::slice::from_ref(def)) {
        Err(Stop::Error(error)) => nixpod_eval::error_unknown(&error),
        Err(Stop::Unknown(unknown)) => unknown,
        Ok(()) => Unknown::new(Why::UnsetOption(dotted(path))),
    }
}

pub(crate) fn attrs_of(
    ev: &mut Evaluator<'_>,
    system: &Rc<System>,
    path: &OptionPath,
    elem: &Rc<OptType>,
    lazy: bool,
    native: &Rc<OptType>,
    defs: Vec<Definition>,
) -> Res<Tracked> {
    let mut children: indexmap::IndexMap<nixpod_eval::Symbol, (Vec<RawDef>, Site)> =
        indexmap::IndexMap::new();
    let mut open = None;
    let mut wildcard = Vec::new();
    let mut origin = OriginId::default();
    let sound =
        system.mode() != Mode::AsNix && defs.iter().any(|def| matches!(def.value.value, Value::Attrs(_)));
    for def in &defs {
        if origin == OriginId::default() {
            origin = def.value.origin;
        }
        let set = match &def.value.value {
            Value::Attrs(set) => set.clone(),
            Value::Unknown(_) | Value::Either(_) => ev.attrs_or_open(def.value.clone(), def.site)?,
            _ if sound => {
                open = Some(left_out(ev, system, path, native, def));
                continue;
            }
            _ => return wrong_type(ev, system, path, native, std::slice::from_ref(def)),
        };
        for attr in &set.entries {
            let raw = def.raw(ev, attr);
            let child = children
                .entry(attr.name)
                .or_insert_with(|| (Vec::new(), raw.site));
            child.0.push(raw);
        }
        if let Some(unknown) = &set.open {
            open = Some(unknown.clone());
            if let Some(thunk) = set.wildcard {
                let attr = entry(ev.common().name, thunk);
                wildcard.push(def.raw(ev, &attr));
            }
        }
    }
    let mut entries = Vec::with_capacity(children.len());
    for (name, (raws, site)) in children {
        let when = if lazy {
            When::ALWAYS
        } else {
            match presence_of(ev, &raws) {
                Some(when) => when,
                None => continue,
            }
        };
        let text = ev.name(name).clone();
        let thunk = delay_merge(ev, system, extend(path, &text), elem.clone(), raws);
        entries.push(Attr {
            name,
            thunk,
            site,
            when,
        });
    }
    let mut set = Attrs::from_entries(entries);
    set.open = open;
    if !wildcard.is_empty() {
        set.wildcard = Some(delay_merge(
            ev,
            system,
            extend_any(path, "<name>"),
            elem.clone(),
            wildcard,
        ));
    }
    Ok(Tracked {
        value: Value::attrs(set),
        origin,
    })
}

pub(crate) fn submodule_value(
    ev: &mut Evaluator<'_>,
    system: &Rc<System>,
    path: &OptionPath,
    submodule: &Rc<Submodule>,
    defs: Vec<Definition>,
) -> Res<Tracked> {
    let origin = defs
        .iter()
        .map(|def| def.value.origin)
        .find(|origin| *origin != OriginId::default());
    let inner = submodule_system(ev, system, path, submodule, defs)?;
    let mut value = ev.force(inner.config)?;
    value.origin = origin.unwrap_or_default();
    Ok(value)
}

/// The evaluation of a submodule with its definitions as modules.
pub(crate) fn submodule_system(
    ev: &mut Evaluator<'_>,
    system: &Rc<System>,
    path: &OptionPath,
    submodule: &Rc<Submodule>,
    defs: Vec<Definition>,
) -> Res<Rc<System>> {
    let mut modules = Vec::with_capacity(defs.len());
    let mut base = submodule.own.clone();
    let sound =
        system.mode() != Mode::AsNix && defs.iter().any(|def| matches!(def.value.value, Value::Attrs(_)));
    for def in defs {
        let module = match &def.value.value {
            Value::Attrs(set) if submodule.shorthand_only_config && !is_module_list(ev, set) => {
                let config = ev.alloc_tracked(def.value.clone());
                let mut entries = vec![("config", config)];
                if let Some(file) = def.file {
                    let file = Value::string(ev.name(file).clone());
                    entries.push(("_file", ev.alloc(file, OriginId::default())));
                }
                let set = ev.attrs_from(entries);
                let module = ev.alloc(Value::attrs(set), def.value.origin);
                let module = conditional(ev, module, def.when);
                if def.hidden {
                    base.push(module)
                } else {
                    modules.push(module)
                }
                continue;
            }
            Value::Attrs(_) | Value::Path(_) | Value::String(_) | Value::Unknown(_) | Value::Either(_) => {
                ev.alloc_tracked(def.value.clone())
            }
            other if ev.is_function(other) => ev.alloc_tracked(def.value.clone()),
            _ => {
                let native = OptType::Submodule(submodule.clone());
                if !sound {
                    return wrong_type(ev, system, path, &native, std::slice::from_ref(&def));
                }
                // A module that could not be read leaves open what it would have set.
                let unknown = mistake(ev, system, path, &native, &def);
                ev.alloc(Value::Unknown(unknown), def.value.origin)
            }
        };
        let module = match def.file {
            Some(file) => {
                let file = ev.name(file).clone();
                located(ev, module, &file)
            }
            None => module,
        };
        let module = conditional(ev, module, def.when);
        if def.hidden {
            base.push(module)
        } else {
            modules.push(module)
        }
    }
    let name = match path.last() {
        Some(Step::Any(_)) => Value::unknown(nixpod_source::Why::External("name".to_owned())),
        Some(Step::Name(name)) => Value::string(name.clone()),
        None => Value::string(""),
    };
    let name = ev.alloc(name, OriginId::default());
    let mut args: Vec<_> = system
        .extra_args()
        .iter()
        .filter(|(arg, _)| matches!(arg.as_str(), "lib" | "pkgs" | "modulesPath"))
        .cloned()
        .collect();
    args.push(("name".into(), name));
    // Declaring an option wraps the modules of its type into one import each, so that they merge as imports do.
    let mut own = |thunk: &ThunkId| {
        let imports = ev.alloc(Value::list([*thunk]), OriginId::default());
        let set = ev.attrs_from(vec![("imports", imports)]);
        ev.alloc(Value::attrs(set), OriginId::default())
    };
    let types: Vec<ThunkId> = submodule.modules.iter().map(&mut own).collect();
    let setup = match &submodule.system {
        Some(kind) => crate::models::nested(ev, system, kind, submodule, base, modules, args, path),
        None => Setup {
            // The type's own modules come first; those of our model are told apart by their files.
            modules: types.into_iter().chain(modules).collect(),
            base,
            special: submodule.special,
            args,
            mode: system.mode().inside(),
            open_world: system.open_world(),
            prefix: path.to_vec(),
            class: submodule.class.clone(),
            library: system.setup.library.clone(),
        },
    };
    Ok(System::new(ev, &system.shared, setup))
}

/// Does a definition of a submodule use module syntax?
fn is_module_list(ev: &mut Evaluator<'_>, set: &Attrs) -> bool {
    let imports = ev.common().imports;
    set.get(imports).is_some()
}

/// A module with the name of its file, as its definer calls it.
pub(crate) fn located(ev: &mut Evaluator<'_>, module: ThunkId, file: &str) -> ThunkId {
    let file = ev.alloc(Value::string(file), OriginId::default());
    let imports = ev.alloc(Value::list([module]), OriginId::default());
    let set = ev.attrs_from(vec![("_file", file), ("imports", imports)]);
    ev.alloc(Value::attrs(set), OriginId::default())
}

/// A module that is there only under undecided conditions.
fn conditional(ev: &mut Evaluator<'_>, module: ThunkId, when: When) -> ThunkId {
    if when.is_always() {
        return module;
    }
    // An import list with a conditional element carries the condition to all definitions.
    let list = List {
        elems: vec![Elem { thunk: module, when }],
        open: None,
    };
    let imports = ev.alloc(Value::List(Rc::new(list)), OriginId::default());
    let set = ev.attrs_from(vec![("imports", imports)]);
    ev.alloc(Value::attrs(set), OriginId::default())
}

/// Functions that are called together: the results are merged.
pub(crate) fn merged_function(
    ev: &mut Evaluator<'_>,
    system: &Rc<System>,
    path: &OptionPath,
    to: &Rc<OptType>,
    defs: Vec<Definition>,
) -> Res<Tracked> {
    let origin = defs.first().map(|def| def.value.origin).unwrap_or_default();
    let system = system.clone();
    let path = extend_any(path, "<function body>");
    let to = to.clone();
    let value = ev.primop("functionTo", 1, 0, move |ev, args, site| {
        let mut results = Vec::with_capacity(defs.len());
        for def in &defs {
            let value = ev.apply(def.value.clone(), args[0], site)?;
            let thunk = ev.alloc_tracked(value);
            let attr = entry(ev.common().value, thunk);
            results.push(def.raw(ev, &attr));
        }
        let thunk = delay_merge(ev, &system, path.clone(), to.clone(), results);
        Ok(ev.force(thunk)?)
    });
    Ok(Tracked { value, origin })
}

/// The value of an option of type `functionTo`: a set that can be called and says which arguments it takes.
pub(crate) fn function_to(
    ev: &mut Evaluator<'_>,
    system: &Rc<System>,
    path: &OptionPath,
    to: &Rc<OptType>,
    defs: Vec<Definition>,
) -> Res<Tracked> {
    let definitions = defs.clone();
    let arguments = ev.alloc_native(move |ev| arguments_of_all(ev, &definitions));
    let function = merged_function(ev, system, path, to, defs)?;
    let origin = function.origin;
    let function = ev.alloc_tracked(function);
    let functor = ev.primop("functionTo", 1, 0, move |ev, _, _| Ok(ev.force(function)?));
    let functor = ev.alloc(functor, OriginId::default());
    let set = ev.attrs_from(vec![("__functor", functor), ("__functionArgs", arguments)]);
    Ok(Tracked {
        value: Value::attrs(set),
        origin,
    })
}

/// The named arguments of functions that are called together; one has a default if it has in all that name it.
fn arguments_of_all(ev: &mut Evaluator<'_>, defs: &[Definition]) -> Res<Tracked> {
    let mut all: Vec<(Symbol, bool)> = Vec::new();
    for def in defs {
        let mut wanted = Vec::new();
        if let Some(given) = look_up(ev, &def.value, "__functionArgs") {
            if let Value::Attrs(set) = &given.value {
                for attr in &set.entries {
                    wanted.push((attr.name, ev.force_bool(attr.thunk, NO_SITE)?));
                }
            }
        } else if let Some(fields) = ev.function_args(&def.value.value) {
            wanted.extend(fields.into_iter().map(|(name, default, _)| (name, default)));
        }
        for (name, default) in wanted {
            match all.iter_mut().find(|(known, _)| *known == name) {
                Some((_, known)) => *known &= default,
                None => all.push((name, default)),
            }
        }
    }
    let entries = all
        .into_iter()
        .map(|(name, default)| Attr {
            name,
            thunk: ev.alloc(Value::Bool(default), OriginId::default()),
            site: NO_SITE,
            when: When::ALWAYS,
        })
        .collect();
    Ok(plain(Value::attrs(Attrs::from_entries(entries))))
}

pub(crate) fn attr_tag(
    ev: &mut Evaluator<'_>,
    system: &Rc<System>,
    path: &OptionPath,
    attr_tags: &[ThunkId],
    native: &Rc<OptType>,
    defs: Vec<Definition>,
) -> Res<Tracked> {
    let mut tags: Vec<Rc<Attrs>> = Vec::new();
    for set in attr_tags {
        tags.push(ev.force_attrs(*set, NO_SITE)?);
    }
    for set in tags.iter().filter(|_| system.mode() == Mode::AsNix) {
        for attr in &set.entries {
            let tag = ev.force_or_unknown(attr.thunk);
            if !is_tagged(ev, &tag, "option") {
                let message = format!(
                    "In attrTag, each tag value must be an option, but tag {} was a bare type, not wrapped in mkOption.",
                    ev.name(attr.name)
                );
                return ev.fail(message, attr.site);
            }
        }
    }
    let is_tag = |name| tags.iter().any(|tags| tags.get(name).is_some());
    let mut name = None;
    let mut raws = Vec::new();
    let origin = defs.first().map(|def| def.value.origin).unwrap_or_default();
    for def in &defs {
        let set = match &def.value.value {
            Value::Attrs(set) => set.clone(),
            Value::Unknown(_) | Value::Either(_) => ev.as_attrs(&def.value.clone(), def.site)?,
            _ => return wrong_type(ev, system, path, native, std::slice::from_ref(def)),
        };
        let [attr] = &set.entries[..] else {
            return wrong_type(ev, system, path, native, &defs);
        };
        if name.is_some_and(|name| name != attr.name) || !is_tag(attr.name) {
            return wrong_type(ev, system, path, native, &defs);
        }
        name = Some(attr.name);
        raws.push(def.raw(ev, attr));
    }
    let Some(name) = name else {
        return one(ev, system, path, defs);
    };
    let text = ev.name(name).clone();
    let child = extend(path, &text);
    let slot = ev.reserve();
    let decls: Vec<_> = tags
        .iter()
        .filter_map(|tags| tags.get(name))
        .map(|tag| crate::declaration::Decl {
            value: tag.thunk,
            hidden: false,
            site: tag.site,
            file: None,
        })
        .collect();
    let system = system.clone();
    ev.fill_native(slot, move |ev| {
        crate::fixpoint::tree::node(ev, &system, &child, &decls, &raws, slot)
    });
    let attr = entry(name, slot);
    Ok(Tracked {
        value: Value::attrs(Attrs::from_entries(vec![attr])),
        origin,
    })
}

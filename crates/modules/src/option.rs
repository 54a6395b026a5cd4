//! One declared option: its type, default and `apply`, and its value.

use crate::definitions::{Definition, RawDef, discharge};
use crate::info::OptionPath;
use crate::merge::{OPTION_DEFAULT_PRIORITY, dotted, merge_option};
use crate::system::System;
use crate::types::{OptType, Submodule, native};
use nixpod_eval::{
    Alternative, Attrs, Evaluator, NO_SITE, OriginId, Res, ThunkId, Tracked, Unknown, Value, When,
};
use nixpod_source::Why;
use std::rc::Rc;

/// An option's declarations taken together.
pub(crate) struct Declared {
    pub(crate) native: Rc<OptType>,
    pub(crate) default: Option<ThunkId>,
    pub(crate) apply: Option<ThunkId>,
    pub(crate) hidden: bool,
}

/// Reads the declarations of one option.
pub(crate) fn declared(ev: &mut Evaluator<'_>, options: &[(Rc<Attrs>, bool)]) -> Declared {
    let mut types = Vec::new();
    let mut default = None;
    let mut apply = None;
    for (set, _) in options {
        let find = |ev: &mut Evaluator<'_>, name: &str| {
            let symbol = ev.intern(name);
            set.get(symbol).map(|attr| attr.thunk)
        };
        if let Some(thunk) = find(ev, "type") {
            let value = ev.force_or_unknown(thunk);
            types.push(native(ev, &value));
        }
        if let Some(modules) = find(ev, "options") {
            // `options` of an old-style submodule declaration are modules of their own.
            let modules = ev.force_or_unknown(modules);
            if let Value::List(list) = &modules.value {
                types.push(Rc::new(OptType::Submodule(Rc::new(Submodule {
                    modules: list.elems.iter().map(|elem| elem.thunk).collect(),
                    own: Vec::new(),
                    special: None,
                    shorthand_only_config: false,
                    system: None,
                }))));
            }
        }
        default = default.or_else(|| find(ev, "default"));
        apply = apply.or_else(|| find(ev, "apply"));
    }
    let native = types
        .into_iter()
        .reduce(|a, b| join_types(&a, &b))
        .unwrap_or_else(|| Rc::new(OptType::Anything));
    Declared {
        native,
        default,
        apply,
        hidden: options.iter().all(|(_, hidden)| *hidden),
    }
}

/// The type of an option declared twice: submodules take both, otherwise the first counts.
fn join_types(a: &Rc<OptType>, b: &Rc<OptType>) -> Rc<OptType> {
    match (&**a, &**b) {
        (OptType::Submodule(x), OptType::Submodule(y)) => Rc::new(OptType::Submodule(Rc::new(Submodule {
            modules: x.modules.iter().chain(&y.modules).copied().collect(),
            own: x.own.iter().chain(&y.own).copied().collect(),
            special: x.special.or(y.special),
            shorthand_only_config: x.shorthand_only_config || y.shorthand_only_config,
            system: x.system.clone().or_else(|| y.system.clone()),
        }))),
        (OptType::AttrsOf { elem: x, lazy }, OptType::AttrsOf { elem: y, .. }) => Rc::new(OptType::AttrsOf {
            elem: join_types(x, y),
            lazy: *lazy,
        }),
        (OptType::ListOf(x), OptType::ListOf(y)) => Rc::new(OptType::ListOf(join_types(x, y))),
        (OptType::NullOr(x), OptType::NullOr(y)) => Rc::new(OptType::NullOr(join_types(x, y))),
        (OptType::Enum(x), OptType::Enum(y)) => Rc::new(OptType::Enum(x.iter().chain(y).copied().collect())),
        _ => a.clone(),
    }
}

/// The value of an option.
pub(crate) fn evaluate(
    ev: &mut Evaluator<'_>,
    system: &Rc<System>,
    path: &OptionPath,
    options: &[(Rc<Attrs>, bool)],
    defs: Vec<RawDef>,
    slot: ThunkId,
) -> Res<Tracked> {
    let declared = declared(ev, options);
    let definitions = discharge(ev, &defs);
    let mut default = declared.default.map(|thunk| {
        let mut value = ev.force_or_unknown(thunk);
        if declared.hidden {
            value.origin = OriginId::default();
        }
        Definition::plain(value, thunk, OPTION_DEFAULT_PRIORITY, declared.hidden)
    });
    if system.open_world() && !declared.hidden {
        // The user's own option may be set in a file that was not seen.
        default = default.map(|default| perhaps_set_elsewhere(ev, path, default));
    }
    let value = merge_option(
        ev,
        system,
        path,
        &declared.native,
        definitions,
        default,
        slot,
        true,
    )?;
    match declared.apply {
        None => Ok(value),
        Some(apply) => {
            let origin = value.origin;
            let apply = ev.force(apply)?;
            let argument = ev.alloc_tracked(value);
            let mut applied = ev.apply(apply, argument, NO_SITE)?;
            if applied.origin == OriginId::default() {
                applied.origin = origin;
            }
            Ok(applied)
        }
    }
}

fn perhaps_set_elsewhere(ev: &mut Evaluator<'_>, path: &OptionPath, default: Definition) -> Definition {
    let unknown = Unknown::new(Why::UnsetOption(dotted(path)));
    if matches!(default.value.value, Value::Attrs(_) | Value::List(_)) {
        // What is added elsewhere cannot take away what is here.
        let mut value = default.value.clone();
        value.value = match value.value {
            Value::Attrs(set) => {
                let mut set = (*set).clone();
                set.open.get_or_insert(unknown);
                Value::attrs(set)
            }
            Value::List(list) => {
                let mut list = (*list).clone();
                list.open.get_or_insert(unknown);
                Value::List(Rc::new(list))
            }
            other => other,
        };
        let thunk = ev.alloc_tracked(value.clone());
        return default.with(value, thunk);
    }
    let site = ev.last_site(default.value.origin).unwrap_or(NO_SITE);
    let when = ev.condition(site, unknown.clone(), When::ALWAYS);
    let origin = default.value.origin;
    let joined = ev.join(vec![
        Alternative {
            value: default.value.clone(),
            when,
        },
        Alternative {
            value: Tracked {
                value: Value::Unknown(unknown),
                origin,
            },
            when,
        },
    ]);
    let thunk = ev.alloc_tracked(joined.clone());
    default.with(joined, thunk)
}

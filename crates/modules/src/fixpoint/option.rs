//! One declared option: its type, default and `apply`, and its value.

use crate::declaration::{Decl, Declaration};
use crate::definition::{Definition, Definitions, OPTION_DEFAULT_PRIORITY, RawDef, discharge, file_name};
use crate::path::{OptionPath, dotted, extend, is_at};
use crate::system::evaluation::{Mode, System};
use crate::system::report::{DefinitionInfo, OptionInfo};
use crate::types::describe::describe;
use crate::types::join::join;
use crate::types::native::{OptType, Submodule, native};
use crate::values::{find, plain};
use nixpod_eval::{
    Alternative, ErrorKind, Evaluator, NO_SITE, Opaque, OriginId, Res, Stop, ThunkId, Tracked, Unknown,
    Value, When,
};
use nixpod_source::Why;
use std::rc::Rc;

/// An option's declarations taken together.
pub(crate) struct Declared {
    pub(crate) native: Rc<OptType>,
    pub(crate) default: Option<ThunkId>,
    pub(crate) apply: Option<ThunkId>,
    pub(crate) hidden: bool,
    /// Does the real system add to it what our model does not have? Then what nobody sets in it is not absent.
    open: bool,
}

impl std::fmt::Debug for Declared {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Declared({})", self.native.name())
    }
}

/// Reads the declarations of one option.
pub(crate) fn declared(
    ev: &mut Evaluator<'_>,
    system: &System,
    path: &OptionPath,
    options: &[Declaration],
    below: &[Declaration],
) -> Res<Rc<Declared>> {
    let ([Declaration { decl, .. }], []) = (options, below) else {
        return Ok(Rc::new(read_declarations(
            ev,
            system.mode(),
            path,
            options,
            below,
        )?));
    };
    let known = system.shared.declared.borrow().get(&decl.value).copied();
    let thunk = known.unwrap_or_else(|| {
        let (mode, path, options) = (system.mode(), path.clone(), options.to_vec());
        let thunk = ev.alloc_native(move |ev| {
            let read = read_declarations(ev, mode, &path, &options, &[])?;
            Ok(plain(Value::Opaque(Opaque(Rc::new(read)))))
        });
        system.shared.declared.borrow_mut().insert(decl.value, thunk);
        thunk
    });
    match ev.opaque(thunk) {
        Some(known) => Ok(known),
        None => Ok(Rc::new(read_declarations(
            ev,
            system.mode(),
            path,
            options,
            below,
        )?)),
    }
}

fn read_declarations(
    ev: &mut Evaluator<'_>,
    mode: Mode,
    path: &OptionPath,
    options: &[Declaration],
    below: &[Declaration],
) -> Res<Declared> {
    let mut types = Vec::new();
    let mut default = None;
    let mut apply = None;
    let mut open = false;
    for Declaration { set, decl } in options {
        open |= decl.hidden && find(ev, set, "nixpodOpen").is_some();
        if let Some(thunk) = find(ev, set, "type") {
            let value = match mode {
                Mode::AsNix => ev.force(thunk)?,
                Mode::WholeSystem | Mode::Part => ev.force_or_unknown(thunk),
            };
            types.push((native(ev, &value), *decl));
        }
        if let Some(modules) = find(ev, set, "options") {
            // `options` of an old-style submodule declaration are modules of their own.
            let modules = ev.force_or_unknown(modules);
            if let Value::List(list) = &modules.value {
                let modules = list.elems.iter().map(|elem| elem.thunk).collect();
                types.push((submodule_of(modules), *decl));
            }
        }
        for (part, seen) in [("default", &mut default), ("apply", &mut apply)] {
            match (find(ev, set, part), &seen) {
                (Some(_), Some(_)) if mode == Mode::AsNix => return declared_twice(ev, path, options, *decl),
                (Some(thunk), None) => *seen = Some(thunk),
                _ => {}
            }
        }
    }
    if let Some(first) = below.first() {
        // Options below an option: its type must be a submodule, and they become a module of it.
        let fits = types
            .iter()
            .all(|(native, _)| matches!(**native, OptType::Submodule(_)));
        if !fits || types.is_empty() {
            if mode == Mode::AsNix {
                return is_no_parent(ev, path, &types, options, first);
            }
        } else {
            for declaration in below.iter().rev() {
                let set = plain(Value::Attrs(declaration.set.clone()));
                let set = ev.alloc_tracked(set);
                let module = ev.attrs_from(vec![("options", set)]);
                let module = ev.alloc(Value::attrs(module), OriginId::default());
                types.push((submodule_of(vec![module]), declaration.decl));
            }
        }
    }
    let mut native: Option<Rc<OptType>> = None;
    for (one, decl) in types {
        native = Some(match native {
            None => one,
            Some(first) => match join(ev, &first, &one)? {
                Some(both) => both,
                None if mode == Mode::AsNix => return declared_twice(ev, path, options, decl),
                None => first,
            },
        });
    }
    let native = native.unwrap_or_else(|| Rc::new(OptType::Anything));
    Ok(Declared {
        native,
        default,
        apply,
        hidden: options.iter().all(|declaration| declaration.decl.hidden),
        open,
    })
}

fn submodule_of(modules: Vec<ThunkId>) -> Rc<OptType> {
    Rc::new(OptType::Submodule(Rc::new(Submodule {
        modules,
        own: Vec::new(),
        special: None,
        shorthand_only_config: false,
        system: None,
        class: None,
    })))
}

/// Options are declared below one that cannot have any.
fn is_no_parent<T>(
    ev: &mut Evaluator<'_>,
    path: &OptionPath,
    types: &[(Rc<OptType>, Decl)],
    options: &[Declaration],
    below: &Declaration,
) -> Res<T> {
    let kind = match types.first() {
        Some((native, _)) => describe(ev, native),
        None => "<no description>".to_owned(),
    };
    let own = options.first().map(|declaration| declaration.decl);
    let own = own.map(|decl| file_name(ev, decl.file, decl.site));
    let mut names = String::new();
    for attr in ev.sorted(&below.set) {
        let name = extend(path, ev.name(attr.name).as_str());
        let file = file_name(ev, below.decl.file, below.decl.site);
        names.push_str(&format!(
            "\n- option(s) with prefix `{}' in module `{file}'",
            dotted(&name)
        ));
    }
    let message = format!(
        "The option `{}' in module `{}' would be a parent of the following options, but its type `{kind}' does not support nested options.{names}",
        dotted(path),
        own.unwrap_or_default(),
    );
    Err(ev.error(ErrorKind::Eval, message, Some(below.decl.site)))
}

/// Declarations that contradict each other.
fn declared_twice<T>(
    ev: &mut Evaluator<'_>,
    path: &OptionPath,
    options: &[Declaration],
    second: Decl,
) -> Res<T> {
    let file = |decl: Decl| file_name(ev, decl.file, decl.site);
    let first = options
        .iter()
        .map(|declaration| declaration.decl)
        .find(|decl| decl.value != second.value);
    let message = format!(
        "The option `{}' in `{}' is already declared in `{}'.",
        dotted(path),
        file(second),
        first.map(file).unwrap_or_default(),
    );
    Err(ev.error(ErrorKind::Eval, message, Some(second.site)))
}

/// Options of the system itself that nearly every configuration sets and others read: where that cannot be seen, their
/// default would be a guess.
const ELSEWHERE: [&[&str]; 1] = [&["time", "timeZone"]];

/// The value of an option.
pub(crate) fn evaluate(
    ev: &mut Evaluator<'_>,
    system: &Rc<System>,
    path: &OptionPath,
    options: &[Declaration],
    below: &[Declaration],
    defs: &[RawDef],
    slot: ThunkId,
) -> Res<Tracked> {
    let declared = declared(ev, system, path, options, below)?;
    let elsewhere = system.open_world() && ELSEWHERE.iter().any(|known| is_at(path, known));
    if defs.is_empty()
        && system.mode() != Mode::AsNix
        && !elsewhere
        && let Some(value) = plain_default(ev, &declared)
    {
        system.shared.record(
            slot,
            OptionInfo {
                path: path.clone(),
                definitions: Vec::new(),
                default: true,
                declared: true,
            },
        );
        return Ok(value);
    }
    let definitions = discharge(ev, defs);
    let mut default = declared.default.map(|thunk| {
        let mut value = ev.force_or_unknown(thunk);
        if declared.hidden {
            value.origin = OriginId::default();
        }
        Definition::plain(value, thunk, OPTION_DEFAULT_PRIORITY, declared.hidden)
    });
    if default.is_none()
        && !(declared.hidden && system.mode() == Mode::WholeSystem)
        && let Some(value) = crate::types::native::empty_value(ev, &declared.native)
    {
        let value = plain(value);
        let thunk = ev.alloc_tracked(value.clone());
        default = Some(Definition::plain(value, thunk, OPTION_DEFAULT_PRIORITY, true));
    }
    if elsewhere {
        default = None;
    }
    if system.open_world() && !declared.hidden {
        // The user's own option may be set in a file that was not seen.
        default = default.map(|default| perhaps_set_elsewhere(ev, path, default));
    }
    let mut merged = merge_option(
        ev,
        system,
        path,
        &declared.native,
        definitions,
        default,
        slot,
        true,
    );
    if declared.open
        && let Ok(Tracked {
            value: Value::Attrs(set),
            ..
        }) = &mut merged
    {
        let unknown = || Unknown::new(Why::UnsetOption(dotted(path)));
        Rc::make_mut(set).open.get_or_insert_with(unknown);
    }
    let Some(apply) = declared.apply else {
        return merged;
    };
    match merged {
        // The function may not need a value: an alias takes that of another option.
        Err(stop) if system.mode() == Mode::AsNix => {
            let argument = ev.alloc_native(move |_| Err(stop.clone()));
            let apply = ev.force(apply)?;
            ev.apply(apply, argument, NO_SITE)
        }
        Err(stop) => Err(stop),
        Ok(value) => {
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

/// The default of an option of our models that is a value as it stands: most options of most systems are not set.
fn plain_default(ev: &mut Evaluator<'_>, declared: &Declared) -> Option<Tracked> {
    if !declared.hidden || declared.open || declared.apply.is_some() || !declared.native.keeps_plain_values()
    {
        return None;
    }
    let value = ev.force(declared.default?).ok()?.value;
    let is_plain = match &value {
        Value::Null | Value::Bool(_) | Value::Int(_) | Value::Float(_) => true,
        Value::String(string) => string.hole().is_none(),
        Value::List(list) => list.elems.is_empty() && list.open.is_none(),
        Value::Attrs(set) => set.entries.is_empty() && set.open.is_none(),
        _ => false,
    };
    is_plain.then(|| plain(value))
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

/// A thunk that merges definitions by a type, for values inside of options.
pub(crate) fn delay_merge(
    ev: &mut Evaluator<'_>,
    system: &Rc<System>,
    path: OptionPath,
    native: Rc<OptType>,
    defs: Vec<RawDef>,
) -> ThunkId {
    let key = crate::system::memo::Made {
        path: (&path, ""),
        native: Some(&native),
        decls: &[],
        defs: &defs,
    };
    let key = system.key(ev, &key);
    system.part(ev, key, Some(&native.clone()), |ev| {
        let slot = ev.reserve();
        let system = system.clone();
        ev.fill_native(slot, move |ev| {
            let definitions = discharge(ev, &defs);
            let mut default = None;
            if definitions.on.is_empty()
                && let Some(value) = crate::types::native::empty_value(ev, &native)
            {
                let origin = OriginId::default();
                let value = Tracked { value, origin };
                let thunk = ev.alloc_tracked(value.clone());
                default = Some(Definition::plain(value, thunk, OPTION_DEFAULT_PRIORITY, true));
            }
            merge_option(ev, &system, &path, &native, definitions, default, slot, true)
        });
        slot
    })
}

/// Chooses the winning definitions, merges them by type, and remembers all of them.
#[expect(clippy::too_many_arguments, reason = "an option is known by all of these")]
pub(crate) fn merge_option(
    ev: &mut Evaluator<'_>,
    system: &Rc<System>,
    path: &OptionPath,
    native: &Rc<OptType>,
    definitions: Definitions,
    default: Option<Definition>,
    slot: ThunkId,
    declared: bool,
) -> Res<Tracked> {
    let Definitions { mut on, off } = definitions;
    let strongest = on
        .iter()
        .filter(|def| def.when.is_always())
        .map(|def| def.priority)
        .min();
    let certain = strongest.is_some();
    let best = strongest.unwrap_or(i64::MAX);
    let is_default = on.is_empty();
    let mut infos: Vec<DefinitionInfo> = on
        .iter()
        .map(|def| DefinitionInfo {
            value: Some(def.value.clone()),
            site: def.site,
            priority: def.priority,
            won: def.priority <= best,
            when: def.when,
            guard: def.guard,
            off: false,
            hidden: def.hidden,
            origin: def.value.origin,
        })
        .collect();
    infos.extend(off.into_iter().map(|(def, priority, guard)| DefinitionInfo {
        value: None,
        site: def.site,
        priority,
        won: false,
        when: def.when,
        guard,
        off: true,
        hidden: def.hidden,
        origin: OriginId::default(),
    }));
    on.retain(|def| def.priority <= best);
    if !certain && let Some(default) = default {
        on.push(default);
    }
    on.sort_by_key(|def| def.order);
    system.shared.record(
        slot,
        OptionInfo {
            path: path.clone(),
            definitions: infos,
            default: is_default,
            declared,
        },
    );
    if on.is_empty() && system.mode() == Mode::AsNix {
        let message = format!(
            "The option `{}' was accessed but has no value defined. Try setting the option.",
            dotted(path)
        );
        return ev.fail(message, NO_SITE);
    }
    if on.is_empty() {
        return Err(Stop::Unknown(Unknown::new(Why::UnsetOption(dotted(path)))));
    }
    crate::fixpoint::by_type::combine(ev, system, path, native, on)
}

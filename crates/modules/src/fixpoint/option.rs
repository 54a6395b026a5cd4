//! One declared option: its type, default and `apply`, and its value.

use crate::declaration::{Decl, Declaration, Declarations, split};
use crate::definition::{Definition, Definitions, RawDef, discharge, file_name};
use crate::fixpoint::by_type::combine;
use crate::fixpoint::fallback::{
    Fallback, belongs_to_unseen, default_of, empty, has_names_elsewhere, is_set_elsewhere,
};
use crate::fixpoint::words::describe;
use crate::own::Written;
use crate::path::{OptionPath, dotted, extend};
use crate::system::evaluation::{At, Mode, ModuleEvaluation};
use crate::system::memo::MadeFrom;
use crate::system::report::{DefinitionInfo, Gap, OptionInfo};
use crate::types::join::join;
use crate::types::native::{OptType, Scalar, Submodule, native};
use crate::values::{find, plain};
use nixpod_eval::{
    Attr, Attrs, ErrorKind, Evaluator, NO_SITE, Opaque, OriginId, Res, ThunkId, Tracked, Unknown, Value, When,
};
use nixpod_source::{Site, Why};
use std::rc::Rc;

/// An option's declarations taken together.
pub(crate) struct Declared {
    pub(crate) native: Rc<OptType>,
    pub(crate) default: Option<ThunkId>,
    pub(crate) apply: Option<ThunkId>,
    /// By us, if all of them are.
    pub(crate) written: Written,
    /// Does the real system add to it what our model does not have? Then what nobody sets in it is not absent. The value is
    /// the set of what it has in any case.
    open: Option<ThunkId>,
}

impl std::fmt::Debug for Declared {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Declared({})", self.native.name())
    }
}

/// What the declarations of an option say together, read once where it is declared once.
pub(crate) fn declared(ev: &mut Evaluator<'_>, at: At<'_>, all: &Declarations) -> Res<Rc<Declared>> {
    if let ([Declaration { decl, .. }], []) = (&all.options[..], &all.below[..]) {
        let known = at.system.shared.declared.borrow().get(&decl.value).copied();
        let thunk = known.unwrap_or_else(|| {
            let (mode, path, all) = (at.mode(), at.path.clone(), all.clone());
            let thunk = ev.alloc_native(move |ev| {
                let read = read_declarations(ev, mode, &path, &all)?;
                Ok(plain(Opaque::value(Rc::new(read))))
            });
            at.system.shared.declared.borrow_mut().insert(decl.value, thunk);
            thunk
        });
        if let Some(known) = ev.opaque(thunk) {
            return Ok(known);
        }
    }
    Ok(Rc::new(read_declarations(ev, at.mode(), at.path, all)?))
}

fn read_declarations(
    ev: &mut Evaluator<'_>,
    mode: Mode,
    path: &OptionPath,
    all: &Declarations,
) -> Res<Declared> {
    let mut types = Vec::new();
    let mut default = None;
    let mut apply = None;
    let mut open = None;
    for declaration in &all.options {
        let Declaration { set, decl } = declaration;
        if decl.written.is_ours() {
            open = open.or(find(ev, set, "nixpodOpen"));
        }
        add_types(ev, mode, declaration, &mut types)?;
        let common = *ev.common();
        for (part, seen) in [(common.default, &mut default), (common.apply, &mut apply)] {
            match (set.get(part).map(|attr| attr.thunk), &seen) {
                (Some(_), Some(_)) if mode == Mode::AsNix => {
                    return declared_twice(ev, path, &all.options, *decl);
                }
                (Some(thunk), None) => *seen = Some(thunk),
                _ => {}
            }
        }
    }
    add_types_below(ev, mode, path, all, &mut types)?;
    let mut native: Option<Rc<OptType>> = None;
    for (one, decl) in types {
        native = Some(match native {
            None => one,
            Some(first) => match join(ev, &first, &one)? {
                Some(both) => both,
                None if mode == Mode::AsNix => return declared_twice(ev, path, &all.options, decl),
                None => first,
            },
        });
    }
    let mut options = all.options.iter();
    let is_ours = options.all(|declaration| declaration.decl.written.is_ours());
    Ok(Declared {
        native: native.unwrap_or_else(|| Rc::new(untyped(&all.options))),
        default,
        apply,
        written: match is_ours {
            true => Written::BY_US,
            false => Written::SOMEWHERE,
        },
        open,
    })
}

/// What stands for the type of an option whose declarations give none. Of those in our models it is not known.
fn untyped(declarations: &[Declaration]) -> OptType {
    let mut declarations = declarations.iter();
    match declarations.any(|one| one.decl.written.is_ours() || one.set.open.is_some()) {
        true => OptType::Anything,
        false => OptType::Unspecified,
    }
}

/// The types that one declaration gives its option.
fn add_types(
    ev: &mut Evaluator<'_>,
    mode: Mode,
    Declaration { set, decl }: &Declaration,
    types: &mut Vec<(Rc<OptType>, Decl)>,
) -> Res<()> {
    if let Some(thunk) = set.get(ev.common().kind).map(|attr| attr.thunk) {
        let value = match mode {
            Mode::AsNix => ev.force(thunk)?,
            Mode::WholeSystem | Mode::Submodule => ev.force_or_unknown(thunk),
        };
        let mut native = native(ev, &value);
        if is_extensible(ev, set, decl.written)
            && let Some(extensible) = native.extensible()
        {
            native = extensible;
        }
        types.push((native, *decl));
    }
    if let Some(modules) = set.get(ev.common().options).map(|attr| attr.thunk) {
        // `options` of an old-style submodule declaration are modules of their own.
        let modules = ev.force_or_unknown(modules);
        if let Value::List(list) = &modules.value {
            let modules = list.elems.iter().map(|elem| elem.thunk).collect();
            types.push((submodule_of(modules), *decl));
        }
    }
    Ok(())
}

/// Options below an option: its type must be a submodule, and they become a module of it.
fn add_types_below(
    ev: &mut Evaluator<'_>,
    mode: Mode,
    path: &OptionPath,
    all: &Declarations,
    types: &mut Vec<(Rc<OptType>, Decl)>,
) -> Res<()> {
    let Some(first) = all.below.first() else {
        return Ok(());
    };
    let mut kinds = types.iter().map(|(native, _)| native.under_words());
    let fits = !types.is_empty() && kinds.all(|native| matches!(**native, OptType::Submodule(_)));
    if !fits {
        return match mode {
            Mode::AsNix => is_no_parent(ev, path, types, &all.options, first),
            Mode::WholeSystem | Mode::Submodule => Ok(()),
        };
    }
    for declaration in all.below.iter().rev() {
        let set = ev.alloc_tracked(plain(Value::Attrs(declaration.set.clone())));
        let module = ev.attrs_from(vec![("options", set)]);
        let module = ev.alloc(Value::attrs(module), OriginId::default());
        types.push((submodule_of(vec![module]), declaration.decl));
    }
    Ok(())
}

/// Does a declaration say nothing but a type, which it may add to that of another module? Of those in our models it is known.
fn is_extensible(ev: &mut Evaluator<'_>, set: &Attrs, written: Written) -> bool {
    if written.is_ours() {
        return find(ev, set, "nixpodExtensible").is_some();
    }
    let mut own = ["default", "description", "example", "apply"].into_iter();
    !own.any(|part| find(ev, set, part).is_some())
}

fn submodule_of(modules: Vec<ThunkId>) -> Rc<OptType> {
    Rc::new(OptType::Submodule(Rc::new(Submodule {
        modules,
        ours: Vec::new(),
        special: None,
        shorthand_only_config: false,
        system: None,
        class: None,
        extensible: true,
        description: None,
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
    let file = options.first().map(|declaration| declaration.decl);
    let file = file.map(|decl| file_name(ev, decl.file, decl.written.site()));
    let mut names = String::new();
    for attr in ev.sorted(&below.set) {
        let name = extend(path, ev.name(attr.name).as_str());
        let file = file_name(ev, below.decl.file, below.decl.written.site());
        names.push_str(&format!(
            "\n- option(s) with prefix `{}' in module `{file}'",
            dotted(&name)
        ));
    }
    let message = format!(
        "The option `{}' in module `{}' would be a parent of the following options, but its type `{kind}' does not support nested options.{names}",
        dotted(path),
        file.unwrap_or_default(),
    );
    Err(ev.error(ErrorKind::Eval, message, Some(below.decl.written.site())))
}

/// Declarations that contradict each other.
fn declared_twice<T>(
    ev: &mut Evaluator<'_>,
    path: &OptionPath,
    options: &[Declaration],
    second: Decl,
) -> Res<T> {
    let file = |decl: Decl| file_name(ev, decl.file, decl.written.site());
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
    Err(ev.error(ErrorKind::Eval, message, Some(second.written.site())))
}

/// The value of an option.
pub(crate) fn evaluate(
    ev: &mut Evaluator<'_>,
    at: At<'_>,
    declarations: &Declarations,
    defs: &[RawDef],
    slot: ThunkId,
) -> Res<Tracked> {
    let declared = declared(ev, at, declarations)?;
    let open = declared.open.is_some() || has_names_elsewhere(ev, at, &declared);
    if defs.is_empty()
        && at.mode() != Mode::AsNix
        && !belongs_to_unseen(at)
        && !is_set_elsewhere(ev, at)
        && !open
        && let Some(value) = plain_default(ev, &declared)
    {
        let info = OptionInfo {
            about: at.system.option(at.path),
            definitions: Vec::new(),
            default: true,
            declared: true,
        };
        at.system.shared.record(ev, slot, info);
        return Ok(value);
    }
    let definitions = discharge(ev, defs);
    let wanted = Wanted {
        native: declared.native.clone(),
        default: match is_set_elsewhere(ev, at) {
            true => Fallback::None,
            false => default_of(ev, at, &declared),
        },
        declared: true,
    };
    let mut merged = merge_option(ev, at, slot, wanted, definitions);
    if open
        && let Ok(Tracked {
            value: Value::Attrs(set),
            ..
        }) = &mut merged
    {
        let unknown = || Unknown::new(Why::UnsetOption(dotted(at.path)));
        let set = Rc::make_mut(set);
        set.open.get_or_insert_with(unknown);
        if let Some(fixed) = declared.open {
            with_fixed(ev, set, fixed);
        }
    }
    match declared.apply {
        Some(apply) => applied(ev, at.mode(), apply, merged),
        None => merged,
    }
}

/// Adds what every system has in a set, unless the code says what it is. It is the same for all systems, and is not merged
/// in each.
fn with_fixed(ev: &mut Evaluator<'_>, set: &mut Attrs, fixed: ThunkId) {
    let Value::Attrs(fixed) = ev.force_or_unknown(fixed).value else {
        return;
    };
    let missing = fixed.entries.iter().filter(|attr| set.get(attr.name).is_none());
    let missing: Vec<Attr> = missing.cloned().collect();
    if !missing.is_empty() {
        let mut entries = set.entries.clone();
        entries.extend(missing);
        set.entries = Attrs::from_entries(entries).entries;
    }
}

/// The value that the option's `apply` makes of the merged one.
fn applied(ev: &mut Evaluator<'_>, mode: Mode, apply: ThunkId, merged: Res<Tracked>) -> Res<Tracked> {
    match merged {
        // The function may not need a value: an alias takes that of another option.
        Err(stop) if mode == Mode::AsNix => {
            let argument = ev.alloc_native(move |_| Err(stop.clone()));
            let apply = ev.force(apply)?;
            ev.apply(&apply, argument, NO_SITE)
        }
        Err(stop) => Err(stop),
        Ok(value) => {
            let origin = value.origin;
            let apply = ev.force(apply)?;
            let argument = ev.alloc_tracked(value);
            let mut applied = ev.apply(&apply, argument, NO_SITE)?;
            if applied.origin == OriginId::default() {
                applied.origin = origin;
            }
            Ok(applied)
        }
    }
}

/// Does a declaration by itself give an option that is a value as it stands where nothing defines it?
pub(crate) fn has_plain_default(ev: &mut Evaluator<'_>, at: At<'_>, decl: Decl) -> bool {
    let declarations = split(ev, &[decl]);
    !declarations.options.is_empty()
        && declared(ev, at, &declarations).is_ok_and(|declared| plain_default(ev, &declared).is_some())
}

/// The default of an option of our models that is a value as it stands: most options of most systems are not set.
fn plain_default(ev: &mut Evaluator<'_>, declared: &Declared) -> Option<Tracked> {
    if !declared.written.is_ours()
        || declared.open.is_some()
        || declared.apply.is_some()
        || !declared.native.keeps_plain_values()
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

/// A thunk that merges definitions by a type, for values inside of options.
pub(crate) fn delay_merge(
    ev: &mut Evaluator<'_>,
    system: &Rc<ModuleEvaluation>,
    path: OptionPath,
    native: Rc<OptType>,
    defs: Vec<RawDef>,
) -> ThunkId {
    delay_merge_among(ev, system, path, native, defs, None)
}

/// The same of an entry of a set, where something of a name that is not known may be it, too.
pub(crate) fn delay_merge_among(
    ev: &mut Evaluator<'_>,
    system: &Rc<ModuleEvaluation>,
    path: OptionPath,
    native: Rc<OptType>,
    defs: Vec<RawDef>,
    perhaps: Option<Rc<Gap>>,
) -> ThunkId {
    let made_from = MadeFrom {
        path: (&path, ""),
        native: Some(&native),
        decls: &[],
        defs: &defs,
        unseen: &[],
        perhaps: perhaps.as_deref(),
    };
    let key = system.key(ev, &made_from);
    system.part(ev, key, Some(&native.clone()), |ev| {
        let slot = ev.reserve();
        let system = system.clone();
        ev.fill_native(slot, move |ev| {
            let definitions = discharge(ev, &defs);
            let default = match definitions.on.is_empty() {
                true => empty(ev, &native).map_or(Fallback::None, Fallback::Empty),
                false => Fallback::None,
            };
            let wanted = Wanted {
                native: native.clone(),
                default,
                declared: true,
            };
            system.shared.record_unnamed(slot, perhaps.clone());
            let (system, path) = (&system, &path);
            merge_option(ev, At::new(system, path), slot, wanted, definitions)
        });
        slot
    })
}

/// What the merge of an option's definitions rests on besides them.
pub(crate) struct Wanted {
    native: Rc<OptType>,
    default: Fallback,
    declared: bool,
}

impl Wanted {
    /// What is wanted of what is handed on as it is.
    pub(crate) fn raw() -> Self {
        let raw = OptType::Scalar {
            kind: Scalar::Raw,
            name: "raw".into(),
            bounds: None,
        };
        Self {
            native: Rc::new(raw),
            ..Self::anything()
        }
    }

    /// What is wanted of a name that nobody declares.
    pub(crate) fn anything() -> Self {
        Self {
            native: Rc::new(OptType::Anything),
            default: Fallback::None,
            declared: false,
        }
    }
}

/// Chooses the winning definitions, merges them by type, and remembers all of them.
pub(crate) fn merge_option(
    ev: &mut Evaluator<'_>,
    at: At<'_>,
    slot: ThunkId,
    wanted: Wanted,
    definitions: Definitions,
) -> Res<Tracked> {
    let Definitions { mut on, off } = definitions;
    let mut strongest = strongest_certain(ev, &on);
    if let Fallback::Declared(default) = &wanted.default {
        strongest = Some(strongest.map_or(default.priority, |best| best.min(default.priority)));
    }
    // Under an undecided condition, what is stronger than all that is certain may win, too.
    let best = strongest.unwrap_or(i64::MAX);
    let mut definitions: Vec<DefinitionInfo> = on.iter().map(|def| on_info(def, best)).collect();
    definitions.extend(off.into_iter().map(off_info));
    on.retain(|def| def.priority <= best);
    let info = OptionInfo {
        about: at.system.option(at.path),
        definitions,
        default: on.is_empty(),
        declared: wanted.declared,
    };
    match wanted.default {
        Fallback::Declared(default) if default.priority == best => on.insert(0, default),
        Fallback::Empty(default) if strongest.is_none() => on.push(default),
        _ => {}
    }
    on.sort_by_key(|def| def.order);
    at.system.shared.record(ev, slot, info);
    if on.is_empty() {
        let name = dotted(at.path);
        return match at.mode() {
            Mode::AsNix => {
                let message = format!(
                    "The option `{name}' was accessed but has no value defined. Try setting the option."
                );
                ev.fail(message, NO_SITE)
            }
            Mode::WholeSystem | Mode::Submodule => Ok(plain(Value::unknown(Why::UnsetOption(name)))),
        };
    }
    combine(ev, at, &wanted.native, on)
}

/// The strongest priority of which a definition is certainly there, or one of several.
fn strongest_certain(ev: &mut Evaluator<'_>, on: &[Definition]) -> Option<i64> {
    let certain = on.iter().filter(|def| def.when.is_always());
    if let Some(strongest) = certain.map(|def| def.priority).min() {
        return Some(strongest);
    }
    let mut priorities: Vec<i64> = on.iter().map(|def| def.priority).collect();
    priorities.sort_unstable();
    priorities.dedup();
    priorities.into_iter().find(|priority| {
        let there = on.iter().filter(|def| def.priority <= *priority);
        let cases: Vec<When> = there.map(|def| def.when).collect();
        ev.any_of(&cases).is_always()
    })
}

fn on_info(def: &Definition, best: i64) -> DefinitionInfo {
    DefinitionInfo {
        value: Some(def.value.clone()),
        written: def.written,
        priority: def.priority,
        won: def.priority <= best,
        when: def.when,
        guard: def.guard,
        off: false,
        origin: def.value.origin,
    }
}

fn off_info((def, priority, guard): (RawDef, i64, Option<Site>)) -> DefinitionInfo {
    DefinitionInfo {
        value: None,
        written: def.written,
        priority,
        won: false,
        when: def.when,
        guard,
        off: true,
        origin: OriginId::default(),
    }
}

//! Submodules: definitions of an option become modules of an evaluation of its own.

use crate::definition::Definition;
use crate::fixpoint::compound::{first_origin, has_sound, misfit};
use crate::models::whole_system;
use crate::path::{Step, dotted};
use crate::system::evaluation::{At, Mode, ModuleEvaluation, Setup};
use crate::types::native::{OptType, Submodule};
use crate::values::set;
use nixpod_eval::{Attrs, Elem, Evaluator, List, OriginId, Res, ThunkId, Tracked, Value, When};
use nixpod_source::Why;
use smol_str::SmolStr;
use std::rc::Rc;

pub(crate) fn submodule_value(
    ev: &mut Evaluator<'_>,
    at: At<'_>,
    submodule: &Rc<Submodule>,
    defs: Vec<Definition>,
) -> Res<Tracked> {
    let origin = first_origin(&defs);
    let inner = submodule_system(ev, at, submodule, defs)?;
    let mut value = ev.force(inner.config)?;
    value.origin = origin;
    Ok(value)
}

/// A module that imports all definitions, which are modules for later.
pub(super) fn deferred_module(
    ev: &mut Evaluator<'_>,
    at: At<'_>,
    declared: &[ThunkId],
    defs: &[Definition],
) -> Tracked {
    let mut modules = declared.to_vec();
    for def in defs {
        modules.push(match at.mode() {
            // With the name of the option through which it came, for messages.
            Mode::AsNix => {
                let file = format!("{}, via option {}", def.file_name(ev), dotted(at.path));
                located(ev, def.thunk, &file)
            }
            Mode::WholeSystem | Mode::Submodule => def.thunk,
        });
    }
    let imports = ev.alloc(Value::list(modules), OriginId::default());
    let set = ev.attrs_from(vec![("imports", imports)]);
    Tracked {
        value: Value::attrs(set),
        origin: defs.first().map(|def| def.value.origin).unwrap_or_default(),
    }
}

/// The evaluation of a submodule with its definitions as modules.
pub(crate) fn submodule_system(
    ev: &mut Evaluator<'_>,
    at: At<'_>,
    submodule: &Rc<Submodule>,
    defs: Vec<Definition>,
) -> Res<Rc<ModuleEvaluation>> {
    // The type's own modules come first; those of our model are told apart by their files.
    let mut modules = match submodule.system {
        Some(_) => submodule.modules.clone(),
        None => submodule
            .modules
            .iter()
            .map(|module| imported(ev, *module))
            .collect(),
    };
    let mut base = submodule.ours.clone();
    let sound = has_sound(at, &defs, |value| matches!(value, Value::Attrs(_)));
    for def in defs {
        let module = definition_as_module(ev, at, submodule, &def, sound)?;
        let module = conditional(ev, module, def.when);
        match def.written.is_ours() {
            true => base.push(module),
            false => modules.push(module),
        }
    }
    let setup = Setup {
        modules,
        base,
        special: submodule.special,
        args: arguments_inside(ev, at),
        kind: None,
        mode: at.mode().inside(),
        open_world: at.system.open_world(),
        prefix: at.path.clone(),
        class: submodule.class.clone(),
        extensible: submodule.extensible,
        library: at.system.setup.library.clone(),
    };
    let setup = match submodule.system {
        Some(nested) => whole_system(ev, at, nested, setup),
        None => setup,
    };
    Ok(ModuleEvaluation::within(ev, at.system, setup))
}

/// What the modules of a submodule get from the evaluation around it, and its name.
fn arguments_inside(ev: &mut Evaluator<'_>, at: At<'_>) -> Vec<(SmolStr, ThunkId)> {
    let name = match at.path.last() {
        Some(Step::Any(..)) => Value::unknown(Why::named("name")),
        Some(Step::Name(name)) => Value::string(name.clone()),
        None => Value::string(""),
    };
    let name = ev.alloc(name, OriginId::default());
    let passed_on = ["lib", "pkgs", "modulesPath"];
    let args = at.system.extra_args().iter();
    let args = args.filter(|(arg, _)| passed_on.contains(&arg.as_str()));
    args.cloned().chain([("name".into(), name)]).collect()
}

/// A definition of a submodule as one of its modules.
fn definition_as_module(
    ev: &mut Evaluator<'_>,
    at: At<'_>,
    submodule: &Rc<Submodule>,
    def: &Definition,
    sound: bool,
) -> Res<ThunkId> {
    let file = def.file.map(|file| ev.name(file).clone());
    let module = match &def.value.value {
        Value::Attrs(set) if submodule.shorthand_only_config && !is_module_list(ev, set) => {
            let config = ev.alloc_tracked(def.value.clone());
            let mut entries = vec![("config", config)];
            if let Some(file) = file {
                entries.push(("_file", ev.alloc(Value::string(file), OriginId::default())));
            }
            let set = ev.attrs_from(entries);
            return Ok(ev.alloc(Value::attrs(set), def.value.origin));
        }
        Value::Attrs(_) | Value::Path(_) | Value::String(_) | Value::Unknown(_) | Value::Either(_) => {
            ev.alloc_tracked(def.value.clone())
        }
        other if ev.is_function(other) => ev.alloc_tracked(def.value.clone()),
        _ => {
            // A module that could not be read leaves open what it would have set.
            let native = OptType::Submodule(submodule.clone());
            let unknown = misfit(ev, at, &native, def, sound)?;
            ev.alloc(Value::Unknown(unknown), def.value.origin)
        }
    };
    Ok(match file {
        Some(file) => located(ev, module, &file),
        None => module,
    })
}

/// Does a definition of a submodule use module syntax?
fn is_module_list(ev: &mut Evaluator<'_>, set: &Attrs) -> bool {
    let imports = ev.common().imports;
    set.get(imports).is_some()
}

/// Declaring an option wraps the modules of its type into one import each, so that they merge as imports do.
fn imported(ev: &mut Evaluator<'_>, module: ThunkId) -> ThunkId {
    importing(ev, Value::list([module]), None)
}

/// A module with the name of its file, as its definer calls it.
pub(crate) fn located(ev: &mut Evaluator<'_>, module: ThunkId, file: &str) -> ThunkId {
    importing(ev, Value::list([module]), Some(file))
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
    importing(ev, Value::List(Rc::new(list)), None)
}

/// A module that says nothing but what it imports, and perhaps what its file is called.
fn importing(ev: &mut Evaluator<'_>, imports: Value, file: Option<&str>) -> ThunkId {
    let mut entries = vec![("imports", imports)];
    entries.extend(file.map(|file| ("_file", Value::string(file))));
    let set = set(ev, entries);
    ev.alloc(Value::attrs(set), OriginId::default())
}

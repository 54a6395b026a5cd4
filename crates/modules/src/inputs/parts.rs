//! flake-parts, and functions like its `mkFlake` that are not known: what a flake gives them is read all the same.

use crate::inputs::packages;
use crate::own::{self, OwnFile};
use crate::path::OptionPath;
use crate::system::evaluation::{Library, Mode, ModuleEvaluation, Setup};
use crate::values::{find, plain};
use nixpod_eval::{Attrs, Evaluator, NO_SITE, OriginId, Res, ThunkId, Tracked, Unknown, Value};
use nixpod_source::Why;
use std::rc::Rc;

/// Functions of functions deeper than this are not called.
const MAX_ARGUMENTS: usize = 4;

/// Outputs of which a set of outputs has one at least.
const OUTPUTS: [&str; 6] = [
    "nixosConfigurations",
    "homeConfigurations",
    "nixosModules",
    "homeModules",
    "colmena",
    "colmenaHive",
];

/// Keys of a module of flake-parts.
const OF_PARTS: [&str; 3] = ["flake", "perSystem", "imports"];

/// The outputs that a flake hands to a function that is not known, which may add to them: a set, a module as those of
/// flake-parts, or a function that makes one of these.
pub(crate) fn given_outputs(
    ev: &mut Evaluator<'_>,
    library: &Library,
    outputs: &Tracked,
    inputs: ThunkId,
) -> Option<Tracked> {
    let Value::Unknown(unknown) = &outputs.value else {
        return None;
    };
    for given in unknown.given.iter().rev() {
        let Some((set, module)) = called(ev, *given, inputs) else {
            continue;
        };
        let has =
            |ev: &mut Evaluator<'_>, names: &[&str]| names.iter().any(|name| find(ev, &set, name).is_some());
        let mut found = if has(ev, &OUTPUTS) {
            (*set).clone()
        } else if has(ev, &OF_PARTS) {
            let given = ev.attrs_from(vec![("inputs", inputs)]);
            match flake_parts(ev, library, library.lib, &given, module).ok()?.value {
                Value::Attrs(set) => (*set).clone(),
                _ => return None,
            }
        } else {
            continue;
        };
        for attr in &mut found.entries {
            let name = ev.name(attr.name).clone();
            if OUTPUTS.contains(&name.as_str()) {
                attr.thunk = opened(ev, attr.thunk, unknown.select(&name));
            }
        }
        found.open = Some(unknown.clone());
        return Some(plain(Value::attrs(found)));
    }
    None
}

/// A set of outputs, to which the function may have added.
fn opened(ev: &mut Evaluator<'_>, outputs: ThunkId, why: Rc<Unknown>) -> ThunkId {
    ev.alloc_native(move |ev| {
        let mut outputs = ev.force(outputs)?;
        if let Value::Attrs(set) = &mut outputs.value {
            Rc::make_mut(set).open.get_or_insert_with(|| why.clone());
        }
        Ok(outputs)
    })
}

/// The set that an argument is, or gives when it is called with what is not known, and the argument as a module.
fn called(ev: &mut Evaluator<'_>, given: ThunkId, inputs: ThunkId) -> Option<(Rc<Attrs>, ThunkId)> {
    let mut value = ev.force_or_unknown(given);
    let mut arguments = 0;
    while ev.is_function(&value.value) && arguments < MAX_ARGUMENTS {
        let argument = argument(ev, &value, inputs);
        let result = ev.apply(&value, argument, NO_SITE);
        value = ev.settle(result).ok()?;
        arguments += 1;
    }
    match value.value {
        Value::Attrs(set) => Some((set, given)),
        _ => None,
    }
}

/// What a function that somebody calls gets: its flake's inputs by their names, and for all others what is not known.
fn argument(ev: &mut Evaluator<'_>, function: &Tracked, inputs: ThunkId) -> ThunkId {
    let unknown = Why::named("an argument of the caller");
    let Some(formals) = ev
        .function_args(&function.value)
        .filter(|formals| !formals.is_empty())
    else {
        return ev.alloc_unknown(unknown);
    };
    let mut entries = vec![("inputs", inputs)];
    let known = ["self", "nixpkgs"];
    for name in known {
        if formals.iter().any(|(formal, _, _)| ev.name(*formal) == name) {
            let symbol = ev.intern(name);
            let thunk = ev.alloc_native(move |ev| {
                let inputs = ev.force(inputs)?;
                ev.select_value(&inputs, symbol, NO_SITE)
            });
            entries.push((name, thunk));
        }
    }
    let mut set = ev.attrs_from(entries);
    set.open = Some(Unknown::new(unknown));
    ev.alloc(Value::attrs(set), OriginId::default())
}

/// What one of our files makes of `given` and of `open`.
fn opening(
    ev: &mut Evaluator<'_>,
    file: &'static OwnFile,
    mut given: Vec<(&'static str, ThunkId)>,
) -> ThunkId {
    let open = packages::open(ev);
    given.push(("open", ev.alloc(open, OriginId::default())));
    let given = ev.attrs_from(given);
    let given = ev.alloc(Value::attrs(given), OriginId::default());
    let function = file.value(ev);
    ev.alloc_apply(function, &[given], NO_SITE)
}

/// `flake-parts-lib`.
pub(crate) fn library_of_parts(ev: &mut Evaluator<'_>, library: &Library) -> ThunkId {
    opening(ev, &own::FLAKE_PARTS_LIB, vec![("lib", library.lib)])
}

/// A function that calls its last argument with what `perSystem` gives, which is not evaluated.
fn with_unknown(ev: &mut Evaluator<'_>, name: &'static str, arguments: usize) -> ThunkId {
    let with_unknown = ev.primop(name, arguments, 0, move |ev, args, site| {
        let function = ev.force(args[arguments - 1])?;
        let argument = ev.alloc_unknown(Why::named("perSystem"));
        ev.apply(&function, argument, site)
    });
    ev.alloc(with_unknown, OriginId::default())
}

/// `mkFlake`, with the `lib` that its modules get: a module evaluation whose `config.flake` are the outputs.
pub(crate) fn flake_parts(
    ev: &mut Evaluator<'_>,
    library: &Library,
    lib: ThunkId,
    given: &Attrs,
    module: ThunkId,
) -> Res<Tracked> {
    let mut special = Vec::new();
    if let Some(inputs) = find(ev, given, "inputs") {
        special.push(("inputs", inputs));
        let itself = ev.intern("self");
        let thunk = ev.alloc_native(move |ev| {
            let inputs = ev.force(inputs)?;
            ev.select_value(&inputs, itself, NO_SITE)
        });
        special.push(("self", thunk));
    }
    for (name, arguments) in [("withSystem", 2), ("moduleWithSystem", 1)] {
        special.push((name, with_unknown(ev, name, arguments)));
    }
    special.push(("flake-parts-lib", library_of_parts(ev, library)));
    let mut special = ev.attrs_from(special);
    if let Some(own) = find(ev, given, "specialArgs") {
        let own = ev.force_attrs(own, NO_SITE)?;
        special = ev.update_attrs(&special, &own);
    }
    let special = ev.alloc(Value::attrs(special), OriginId::default());
    let model = opening(ev, &own::FLAKE_PARTS, Vec::new());
    let setup = Setup {
        modules: vec![module],
        base: vec![model],
        special: Some(special),
        args: vec![("lib".into(), lib)],
        kind: None,
        mode: Mode::WholeSystem,
        open_world: false,
        prefix: OptionPath::default(),
        library: Some(library.clone()),
        ..Setup::default()
    };
    let system = ModuleEvaluation::new(ev, &library.shared, setup);
    let flake = ev.intern("flake");
    let config = ev.force(system.config)?;
    ev.select_value(&config, flake, NO_SITE)
}

//! Whole systems: NixOS hosts, guests and Home Manager users, on our own models of what they declare.

use crate::fixpoint::system_value::system_value;
use crate::models::{models, modules_path, with_hm};
use crate::own::Kind;
use crate::system::evaluation::{Library, Mode, ModuleEvaluation, Setup};
use crate::values::{find, look_up, modules_in, plain};
use nixpod_eval::{Evaluator, NO_SITE, Res, ThunkId, Tracked, Value};
use nixpod_source::Site;
use smol_str::SmolStr;
use std::rc::Rc;

/// A whole system from its modules and arguments.
pub fn system(
    ev: &mut Evaluator<'_>,
    library: &Library,
    kind: Kind,
    modules: Vec<ThunkId>,
    special: Option<ThunkId>,
    open_world: bool,
) -> Rc<ModuleEvaluation> {
    let args = library.arguments(kind == Kind::Nixos && !open_world);
    let setup = Setup {
        modules,
        special,
        args,
        open_world,
        ..Setup::default()
    };
    whole(ev, library, kind, setup)
}

/// A system that is not seen whole, of one module that nobody was seen to import, with further arguments.
pub(crate) fn open_system(
    ev: &mut Evaluator<'_>,
    library: &Library,
    kind: Kind,
    module: ThunkId,
    further: Vec<(SmolStr, ThunkId)>,
) -> Rc<ModuleEvaluation> {
    let mut args = library.arguments(false);
    args.extend(further);
    let setup = Setup {
        modules: vec![module],
        args,
        open_world: true,
        ..Setup::default()
    };
    whole(ev, library, kind, setup)
}

/// A whole system; `setup` says of what modules, arguments and world.
fn whole(ev: &mut Evaluator<'_>, library: &Library, kind: Kind, mut setup: Setup) -> Rc<ModuleEvaluation> {
    setup.args.push(("modulesPath".into(), modules_path(ev)));
    let setup = Setup {
        base: models(ev, &library.shared, kind),
        kind: Some(kind),
        mode: Mode::WholeSystem,
        library: Some(library.clone()),
        ..setup
    };
    ModuleEvaluation::new(ev, &library.shared, setup)
}

/// `nixosSystem` and `homeManagerConfiguration` as functions.
pub(crate) fn constructor(ev: &mut Evaluator<'_>, library: &Library, kind: Kind) -> Value {
    let library = library.clone();
    let name = match kind {
        Kind::Nixos | Kind::Projects => "nixosSystem",
        Kind::Home => "homeManagerConfiguration",
    };
    ev.primop(name, 1, 1, move |ev, args, site| {
        construct(ev, &library, kind, (args[0], library.lib), site)
    })
}

/// `import <nixpkgs/nixos>`: a system with what is mostly built of it.
pub(crate) fn entry(ev: &mut Evaluator<'_>, library: &Library) -> Value {
    let library = library.clone();
    ev.primop("nixos", 1, 1, move |ev, args, site| {
        let made = construct(ev, &library, Kind::Nixos, (args[0], library.lib), site)?;
        let Value::Attrs(system) = &made.value else {
            return Ok(made);
        };
        let Some(config) = find(ev, system, "config") else {
            return Ok(made);
        };
        let built = [
            ("system", "toplevel"),
            ("vm", "vm"),
            ("vmWithBootLoader", "vmWithBootLoader"),
        ];
        let built = built.map(|(name, product)| {
            let path = ["system", "build", product].map(|part| ev.intern(part));
            let value = ev.alloc_native(move |ev| {
                let mut at = ev.force(config)?;
                for part in path {
                    at = ev.select_value(&at, part, NO_SITE)?;
                }
                Ok(at)
            });
            (name, value)
        });
        let built = ev.attrs_from(built.to_vec());
        let whole = ev.update_attrs(system, &built);
        Ok(plain(Value::attrs(whole)))
    })
}

/// `nixosSystem` of a `lib`, its first argument.
pub(crate) fn constructor_of(ev: &mut Evaluator<'_>, library: &Library) -> Value {
    let library = library.clone();
    ev.primop("nixosSystem", 2, 2, move |ev, args, site| {
        construct(ev, &library, Kind::Nixos, (args[1], args[0]), site)
    })
}

/// Makes a system from what such a function is given, with this `lib` where it says no other.
fn construct(
    ev: &mut Evaluator<'_>,
    library: &Library,
    kind: Kind,
    (given, lib): (ThunkId, ThunkId),
    site: Site,
) -> Res<Tracked> {
    let given = ev.force_attrs(given, site)?;
    let mut modules = modules_in(ev, &given, "modules", site)?;
    modules.extend(find(ev, &given, "configuration"));
    let special = match kind {
        Kind::Nixos | Kind::Projects => "specialArgs",
        Kind::Home => "extraSpecialArgs",
    };
    let lib = match (find(ev, &given, "lib"), kind) {
        (Some(lib), Kind::Nixos | Kind::Projects) => lib,
        (None, Kind::Nixos | Kind::Projects) => lib,
        (Some(lib), Kind::Home) => with_hm(ev, lib, library.lib),
        (None, Kind::Home) => match find(ev, &given, "pkgs") {
            Some(packages) => lib_of(ev, packages, library.lib),
            None => library.lib,
        },
    };
    let mut setup = Setup {
        modules,
        special: find(ev, &given, special),
        args: library.arguments(kind == Kind::Nixos),
        ..Setup::default()
    };
    for (name, thunk) in &mut setup.args {
        if name == "lib" {
            *thunk = lib;
        }
    }
    let system = whole(ev, library, kind, setup);
    library.shared.makes_system(ev, &system);
    Ok(plain(system_value(ev, &system)))
}

/// The `lib` of packages with what Home Manager adds; `own` is one that is known to have that.
fn lib_of(ev: &mut Evaluator<'_>, packages: ThunkId, own: ThunkId) -> ThunkId {
    let lib = ev.alloc_native(move |ev| {
        let packages = ev.force_or_unknown(packages);
        match look_up(ev, &packages, "lib") {
            Some(
                lib @ Tracked {
                    value: Value::Attrs(_),
                    ..
                },
            ) => Ok(lib),
            _ => Ok(ev.force(own)?),
        }
    });
    with_hm(ev, lib, own)
}

//! Whole systems: NixOS hosts, guests and Home Manager users, on our own models of what they declare.

use crate::fixpoint::system_value::system_value;
use crate::models::{models, modules_path};
use crate::own::Kind;
use crate::path::OptionPath;
use crate::system::evaluation::{Library, Mode, ModuleEvaluation, Setup};
use crate::values::plain;
use nixpod_eval::{Evaluator, ThunkId, Value};
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
    let mut args = library.arguments(kind == Kind::Nixos && !open_world);
    args.push(("modulesPath".into(), modules_path(ev)));
    let base = models(ev, &library.shared, kind).to_vec();
    let setup = Setup {
        modules,
        base,
        special,
        args,
        kind: Some(kind),
        mode: Mode::WholeSystem,
        open_world,
        prefix: OptionPath::default(),
        class: None,
        library: Some(library.clone()),
    };
    ModuleEvaluation::new(ev, &library.shared, setup)
}

/// `nixosSystem` and `homeManagerConfiguration` as functions.
pub(crate) fn constructor(ev: &mut Evaluator<'_>, library: &Library, kind: Kind) -> Value {
    let library = library.clone();
    let name = match kind {
        Kind::Nixos => "nixosSystem",
        Kind::Home => "homeManagerConfiguration",
    };
    ev.primop(name, 1, 1, move |ev, args, site| {
        let given = ev.force_attrs(args[0], site)?;
        let mut modules = crate::values::modules_in(ev, &given, "modules", site)?;
        if let Some(configuration) = crate::values::find(ev, &given, "configuration") {
            modules.push(configuration);
        }
        let special = crate::values::find(
            ev,
            &given,
            match kind {
                Kind::Nixos => "specialArgs",
                Kind::Home => "extraSpecialArgs",
            },
        );
        let system = system(ev, &library, kind, modules, special, false);
        library.shared.makes_system(ev, &system);
        Ok(plain(system_value(ev, &system)))
    })
}

//! Evaluations as values of Nix code: what `evalModules` gives.

use crate::fixpoint::type_value::value;
use crate::own::Kind;
use crate::system::evaluation::{Mode, ModuleEvaluation, Setup};
use crate::types::native::{OptType, Submodule};
use crate::values::{find, modules_in, plain, set};
use nixpod_eval::{Evaluator, NO_SITE, Opaque, OriginId, StringBuilder, ThunkId, Tracked, Unknown, Value};
use nixpod_source::Why;
use std::rc::Rc;

/// The hidden attribute of an evaluated system by which native code finds it again.
pub(crate) const SYSTEM: &str = "__nixpodSystem";

/// The result of an evaluation as a value: `config`, `options`, `extendModules`, `type`.
pub(crate) fn system_value(ev: &mut Evaluator<'_>, system: &Rc<ModuleEvaluation>) -> Value {
    let hidden = ev.alloc(Opaque::value(Rc::new(system.clone())), OriginId::default());
    let extend = extend_modules(ev, system, Extends::Result);
    let kind = module_type(ev, system);
    let config = system.config;
    let module = ev.intern("_module");
    let internal = ev.alloc_native(move |ev| {
        let config = ev.force(config)?;
        ev.select_value(&config, module, NO_SITE)
    });
    let tag = ev.alloc(Value::string("configuration"), OriginId::default());
    let class = system.class_value();
    let class = ev.alloc(class, OriginId::default());
    let mut entries = vec![
        ("_type", tag),
        ("class", class),
        ("config", system.config),
        ("options", system.options),
        ("extendModules", extend),
        ("type", kind),
        ("_module", internal),
        (SYSTEM, hidden),
    ];
    if let Some(library) = &system.setup.library {
        entries.push(("pkgs", library.pkgs));
        entries.push(("lib", system.argument(ev, "lib").unwrap_or(library.lib)));
    }
    Value::attrs(ev.attrs_from(entries))
}

/// A module that says what the system is when it is built, and the thunk of that, if it is a system that can be.
pub(crate) fn building(ev: &mut Evaluator<'_>, setup: &Setup) -> Option<(ThunkId, ThunkId)> {
    let is_host = setup.kind == Some(Kind::Nixos) && setup.library.is_some();
    if setup.mode != Mode::WholeSystem || !is_host {
        return None;
    }
    let built = ev.reserve();
    let mut at = built;
    for name in ["toplevel", "build", "system"] {
        let set = ev.attrs_from(vec![(name, at)]);
        at = ev.alloc(Value::attrs(set), OriginId::default());
    }
    Some((at, built))
}

/// `config.system.build.toplevel`: a package by which native code finds the system again.
pub(crate) fn toplevel(ev: &mut Evaluator<'_>, system: &Rc<ModuleEvaluation>) -> Value {
    let name = "system.build.toplevel";
    let hidden = Opaque::value(Rc::new(system.clone()));
    let mut path = StringBuilder::default();
    path.push_hole(
        Rc::new(Unknown {
            store_path: true,
            ..(*Unknown::new(Why::named(name))).clone()
        }),
        OriginId::default(),
    );
    let entries = vec![
        (SYSTEM, hidden),
        ("type", Value::string("derivation")),
        ("outPath", path.finish()),
    ];
    let mut package = set(ev, entries);
    package.open = Some(Unknown::new(Why::named(name)));
    Value::attrs(package)
}

/// Who has `extendModules`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Extends {
    /// Whoever has the result of the evaluation.
    Result,
    /// A module of the system, which gets it as an argument.
    Argument,
}

/// `extendModules`: the same evaluation with further modules.
pub(crate) fn extend_modules(
    ev: &mut Evaluator<'_>,
    system: &Rc<ModuleEvaluation>,
    extends: Extends,
) -> ThunkId {
    let system = system.clone();
    let extend = ev.primop("extendModules", 1, 1, move |ev, args, site| {
        let given = ev.force_attrs(args[0], site)?;
        let mut setup = system.setup.clone();
        setup.modules.extend(modules_in(ev, &given, "modules", site)?);
        if let Some(special) = find(ev, &given, "specialArgs") {
            let old = system.special(ev);
            let new = ev.force_attrs(special, site)?;
            let merged = ev.update_attrs(&old, &new);
            setup.special = Some(ev.alloc(Value::attrs(merged), OriginId::default()));
        }
        let extended = ModuleEvaluation::new(ev, &system.shared, setup);
        if extends == Extends::Argument && system.mode() == Mode::WholeSystem {
            system.shared.extends_system(ev, &extended, system.id);
        }
        Ok(plain(system_value(ev, &extended)))
    });
    ev.alloc(extend, OriginId::default())
}

/// The type whose values are evaluations of the same modules and more.
pub(crate) fn module_type(ev: &mut Evaluator<'_>, system: &Rc<ModuleEvaluation>) -> ThunkId {
    let native = OptType::Submodule(Rc::new(Submodule {
        modules: system.setup.modules.clone(),
        ours: Vec::new(),
        special: system.setup.special,
        shorthand_only_config: false,
        system: None,
        class: system.setup.class.clone(),
        extensible: false,
        description: None,
    }));
    let kind = value(ev, Rc::new(native));
    ev.alloc(kind, OriginId::default())
}

/// The evaluation behind a value, if it is one.
pub fn system_of(ev: &mut Evaluator<'_>, value: &Tracked) -> Option<Rc<ModuleEvaluation>> {
    let Value::Attrs(set) = &value.value else {
        return None;
    };
    let symbol = ev.symbol(SYSTEM)?;
    match ev.force(set.get(symbol)?.thunk).ok()?.value {
        Value::Opaque(opaque) => opaque
            .downcast::<Rc<ModuleEvaluation>>()
            .map(|system| (*system).clone()),
        _ => None,
    }
}

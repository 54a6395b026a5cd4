//! Whole systems in systems: what our models of NixOS and Home Manager add to a host, a guest and a user.

use crate::own;
use crate::own::{Kind, OwnFile};
use crate::path::{OptionPath, Step};
use crate::system::evaluation::{At, Mode, ModuleEvaluation, Setup};
use crate::system::report::Shared;
use crate::types::native::Nested;
use crate::values::plain;
use nixpod_eval::{Attrs, Evaluator, NO_SITE, OriginId, ThunkId, Value};
use nixpod_source::Why;
use smol_str::SmolStr;
use std::rc::Rc;

/// Our models of what NixOS or Home Manager declares, as modules, with what quadlet-nix and arion add.
///
/// What they declare is the same for all systems of a root, so that it is made once.
pub(crate) fn models(ev: &mut Evaluator<'_>, shared: &Shared, kind: Kind) -> Vec<ThunkId> {
    let nixos = (&shared.nixos, &own::NIXOS);
    let home = (&shared.home, &own::HOME);
    let quadlet = (&shared.quadlet, &own::QUADLET);
    let arion = (&shared.arion, &own::ARION);
    let all = match kind {
        Kind::Nixos => vec![nixos, quadlet, arion],
        Kind::Home => vec![home, quadlet],
        Kind::Projects => vec![arion],
    };
    let made = all
        .into_iter()
        .map(|(cell, file)| *cell.get_or_init(|| model(ev, shared, file)));
    made.collect()
}

/// A module of nixpkgs that does so much for a system that there is a model of it: what makes a live image, by the path of the
/// file that is imported, however its beginning is said.
pub(crate) fn of_nixpkgs(ev: &mut Evaluator<'_>, shared: &Shared, path: &Value) -> Option<ThunkId> {
    let is_live = match path {
        Value::String(path) => is_live_image(&path.text),
        Value::Path(path) => is_live_image(path),
        Value::Unknown(unknown) => match &unknown.why {
            Why::External(outside) => is_live_image(outside.path()),
            _ => false,
        },
        _ => false,
    };
    is_live.then(|| model(ev, shared, &own::INSTALLER))
}

/// Does a file of nixpkgs import `profiles/installation-device.nix`, or is it that?
fn is_live_image(path: &str) -> bool {
    path.ends_with("/profiles/installation-device.nix")
        || path.contains("/installer/cd-dvd/installation-cd-")
        || path.contains("/installer/netboot/netboot-") && !path.ends_with("/netboot.nix")
        || path.contains("/installer/sd-card/sd-image-") && path.ends_with("-installer.nix")
}

fn model(ev: &mut Evaluator<'_>, shared: &Shared, own_file: &'static OwnFile) -> ThunkId {
    let file = own_file.value(ev);
    let lib = match shared.lib.get() {
        Some(lib) => *lib,
        None => ev.alloc_unknown(Why::NotModelled("lib".to_owned())),
    };
    let mut arguments = vec![("lib", lib)];
    if std::ptr::eq(own_file, &own::NIXOS) {
        arguments.push(("ids", own::IDS.value(ev)));
    }
    let arguments = ev.attrs_from(arguments);
    let arguments = ev.alloc(Value::attrs(arguments), OriginId::default());
    ev.alloc_apply(file, &[arguments], NO_SITE)
}

pub(crate) fn modules_path(ev: &mut Evaluator<'_>) -> ThunkId {
    ev.alloc_unknown(Why::named("modulesPath"))
}

/// Makes the value of an option a system of its own.
pub(crate) fn whole_system(ev: &mut Evaluator<'_>, at: At<'_>, nested: Nested, mut setup: Setup) -> Setup {
    let kind = match nested {
        Nested::Guest | Nested::Image => Kind::Nixos,
        Nested::Home => Kind::Home,
        Nested::Variant => return variant(ev, at, setup),
    };
    setup.kind = Some(kind);
    setup.mode = Mode::WholeSystem;
    setup.class = None;
    setup.args.retain(|(name, _)| name != "name");
    if !setup.args.iter().any(|(name, _)| name == "modulesPath") {
        setup.args.push(("modulesPath".into(), modules_path(ev)));
    }
    setup.base.extend(models(ev, &at.system.shared, kind));
    match nested {
        Nested::Guest => guest(ev, at, &mut setup),
        Nested::Home => home(ev, at, &mut setup),
        Nested::Image | Nested::Variant => setup.open_world = false,
    }
    setup
}

/// The system around a specialisation with the modules of that, or with nothing but them. As in NixOS it has no
/// specialisations itself.
fn variant(ev: &mut Evaluator<'_>, at: At<'_>, setup: Setup) -> Setup {
    let Some(parent) = at.system.around.clone() else {
        return setup;
    };
    let inherits = option(ev, at.system, &["inheritParentConfig"]);
    let mut modules = match ev.force_or_unknown(inherits).value {
        Value::Bool(false) => Vec::new(),
        _ => parent.setup.modules.clone(),
    };
    modules.extend(setup.modules);
    let none = ev.empty_attrs();
    let none = ev.alloc(none, OriginId::default());
    let none = with_priority(ev, 0, none);
    let none = ev.attrs_from(vec![("specialisation", none)]);
    let none = ev.alloc(Value::attrs(none), OriginId::default());
    let mut base = parent.setup.base.clone();
    base.extend(setup.base);
    base.push(none);
    Setup {
        modules,
        base,
        prefix: setup.prefix,
        ..parent.setup.clone()
    }
}

fn guest(ev: &mut Evaluator<'_>, at: At<'_>, setup: &mut Setup) {
    setup.base.push(guest_defaults(ev, at.path));
    // A guest has the modules that its container gives it, whatever else the system around it may have.
    setup.open_world = false;
    setup.special = Some(option(ev, at.system, &["specialArgs"]));
}

fn home(ev: &mut Evaluator<'_>, at: At<'_>, setup: &mut Setup) {
    let host = at.system.clone();
    let user = at.path.last().map(|step| step.text().clone()).unwrap_or_default();
    setup.base.push(home_defaults(ev, &host, user));
    let shared = option(ev, &host, &["home-manager", "sharedModules"]);
    let set = ev.attrs_from(vec![("imports", shared)]);
    setup
        .modules
        .push(ev.alloc(Value::attrs(set), OriginId::default()));
    // Which users there are is seen from the host.
    setup.open_world = false;
    setup.special = Some(ev.alloc_native(move |ev| {
        let given = option(ev, &host, &["home-manager", "extraSpecialArgs"]);
        let given = ev.force_or_unknown(given);
        let mut special = ev.attrs_from(vec![("osConfig", host.config), ("nixosConfig", host.config)]);
        if let Some(lib) = home_lib(ev, &host) {
            let lib = ev.attrs_from(vec![("lib", lib)]);
            special = ev.update_attrs(&special, &lib);
        }
        if let Value::Attrs(given) = &given.value {
            special = ev.update_attrs(&special, given);
        }
        Ok(plain(Value::attrs(special)))
    }));
}

/// Home Manager extends the `lib` of the host, which may be one of its own.
fn home_lib(ev: &mut Evaluator<'_>, parent: &Rc<ModuleEvaluation>) -> Option<ThunkId> {
    let own = parent.setup.library.as_ref()?.lib;
    let lib = parent.argument(ev, "lib")?;
    (lib != own).then(|| with_hm(ev, lib, own))
}

/// A `lib` with what Home Manager adds; `hm` is one that has it.
pub(crate) fn with_hm(ev: &mut Evaluator<'_>, lib: ThunkId, hm: ThunkId) -> ThunkId {
    ev.alloc_native(move |ev| {
        let mut lib = ev.force(lib)?;
        let name = ev.intern("hm");
        if let Value::Attrs(set) = &lib.value
            && set.get(name).is_none()
        {
            let thunk = ev.alloc_native(move |ev| {
                let lib = ev.force(hm)?;
                ev.select_value(&lib, name, NO_SITE)
            });
            let extra = ev.attrs_from(vec![("hm", thunk)]);
            lib.value = Value::attrs(ev.update_attrs(set, &extra));
        }
        Ok(lib)
    })
}

/// A thunk of an option's value, by path.
pub fn option(ev: &mut Evaluator<'_>, system: &Rc<ModuleEvaluation>, path: &[&str]) -> ThunkId {
    let config = system.config;
    let path: Vec<SmolStr> = path.iter().map(SmolStr::new).collect();
    ev.alloc_native(move |ev| {
        let mut at = ev.force(config)?;
        for part in &path {
            let symbol = ev.intern(part);
            at = ev.select_value(&at, symbol, NO_SITE)?;
        }
        Ok(at)
    })
}

fn module_of(ev: &mut Evaluator<'_>, entries: Vec<(&str, Value)>) -> ThunkId {
    let set = crate::values::set(ev, entries);
    ev.alloc(Value::attrs(set), OriginId::default())
}

/// What every guest has.
fn guest_defaults(ev: &mut Evaluator<'_>, path: &OptionPath) -> ThunkId {
    let boot = crate::values::set(ev, vec![("isContainer", Value::Bool(true))]);
    let mut entries = vec![("boot", Value::attrs(boot))];
    // `containers.<name>.config` is called like its container, unless the name is not known.
    if let [.., Step::Name(name), _] = &path[..] {
        let name = ev.alloc(Value::string(name.clone()), OriginId::default());
        let name = as_default(ev, name);
        let networking = ev.attrs_from(vec![("hostName", name)]);
        entries.push(("networking", Value::attrs(networking)));
    }
    module_of(ev, entries)
}

/// `mkDefault`
fn as_default(ev: &mut Evaluator<'_>, content: ThunkId) -> ThunkId {
    with_priority(ev, 1000, content)
}

/// `mkOverride`
fn with_priority(ev: &mut Evaluator<'_>, priority: i64, content: ThunkId) -> ThunkId {
    let tag = ev.alloc(Value::string("override"), OriginId::default());
    let priority = ev.alloc(Value::Int(priority), OriginId::default());
    let set: Attrs = ev.attrs_from(vec![("_type", tag), ("priority", priority), ("content", content)]);
    ev.alloc(Value::attrs(set), OriginId::default())
}

/// The name and home directory of a user whose home is configured in NixOS.
fn home_defaults(ev: &mut Evaluator<'_>, host: &Rc<ModuleEvaluation>, user: SmolStr) -> ThunkId {
    let host = host.clone();
    let name = user.clone();
    let directory = ev.alloc_native(move |ev| {
        let home = option(ev, &host, &["users", "users", &user, "home"]);
        Ok(ev.force(home)?)
    });
    let directory = as_default(ev, directory);
    let name = ev.alloc(Value::string(name), OriginId::default());
    let name = as_default(ev, name);
    let home = ev.attrs_from(vec![("homeDirectory", directory), ("username", name)]);
    module_of(ev, vec![("home", Value::attrs(home))])
}

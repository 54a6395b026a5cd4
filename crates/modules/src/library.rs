//! The part of `lib` that belongs to the module system: `types`, `mkIf`, `mkOption`, `evalModules` and so on.

use crate::fixpoint::collect::{Mode, Setup, System};
use crate::system::report::Shared;
use crate::types::native::{OptType, Submodule, value};
use crate::values::{entry, find, find_text, plain, set};
use nixpod_eval::{Attr, Attrs, Evaluator, NO_SITE, Opaque, OriginId, Res, ThunkId, Tracked, Value};
use nixpod_source::Site;
use std::rc::Rc;

/// The hidden attribute of an evaluated system by which native code finds it again.
pub(crate) const SYSTEM: &str = "__nixpodSystem";

/// Everything that module evaluations of one root need.
#[derive(Clone)]
pub struct Library {
    /// What all evaluations share.
    pub shared: Rc<Shared>,
    /// `lib`.
    pub lib: ThunkId,
    /// `pkgs`: symbols and writers.
    pub pkgs: ThunkId,
    /// `pkgs` of a system that is certainly a Linux.
    pub linux_pkgs: ThunkId,
}

/// Options of sops-nix and agenix that are strings, whatever they are.
static TEXTS: [(&str, &str); 4] = [
    ("sops.secrets.", ".path"),
    ("sops.templates.", ".path"),
    ("sops.placeholder.", ""),
    ("age.secrets.", ".path"),
];

impl Library {
    /// Builds `lib` and `pkgs`.
    pub fn new(ev: &mut Evaluator<'_>) -> Self {
        let shared = Rc::new(Shared::default());
        let lib_slot = ev.reserve();
        let pkgs_slot = ev.reserve();
        let linux_slot = ev.reserve();
        let library = Self {
            shared,
            lib: lib_slot,
            pkgs: pkgs_slot,
            linux_pkgs: linux_slot,
        };
        library.shared.lib.get_or_init(|| lib_slot);
        let types = crate::lib_types::types(ev);
        let types = ev.alloc(Value::attrs(types), OriginId::default());
        let natives = natives(ev, &library);
        let natives = ev.alloc(Value::attrs(natives), OriginId::default());
        let prelude = crate::own::MODULES.value(ev);
        let hm = ev.alloc_unknown(nixpod_source::Why::External("lib.hm".to_owned()));
        let arguments = ev.attrs_from(vec![
            ("lib", lib_slot),
            ("natives", natives),
            ("types", types),
            ("hm", hm),
        ]);
        let arguments = ev.alloc(Value::attrs(arguments), OriginId::default());
        let prelude = ev.alloc_apply(prelude, vec![arguments], NO_SITE);
        let mut extra = Vec::new();
        let mut names = Vec::new();
        if let Ok(Tracked {
            value: Value::Attrs(all),
            ..
        }) = ev.force(prelude)
        {
            for attr in ev.sorted(&all) {
                names.push((ev.name(attr.name).to_string(), attr.thunk));
            }
        }
        extra.extend(names.iter().map(|(name, thunk)| (name.as_str(), *thunk)));
        extra.push(("modules", prelude));
        extra.push(("options", prelude));
        let lib = nixpod_eval::nixlib::install_lib(ev, extra);
        ev.fill_native(lib_slot, move |ev| Ok(ev.force(lib)?));
        let packages = crate::own::PACKAGES.value(ev);
        let written = crate::inputs::packages::written(ev);
        let written = ev.alloc(written, OriginId::default());
        let open = crate::inputs::packages::open(ev);
        let open = ev.alloc(open, OriginId::default());
        for (slot, linux) in [(pkgs_slot, false), (linux_slot, true)] {
            let linux = ev.alloc(Value::Bool(linux), OriginId::default());
            let arguments = ev.attrs_from(vec![
                ("lib", lib_slot),
                ("written", written),
                ("open", open),
                ("linux", linux),
            ]);
            let arguments = ev.alloc(Value::attrs(arguments), OriginId::default());
            let packages = ev.alloc_apply(packages, vec![arguments], NO_SITE);
            ev.fill_native(slot, move |ev| crate::inputs::packages::set(ev, packages, "pkgs"));
        }
        crate::inputs::flake::register_paths(ev, &library, "nixpkgs");
        crate::inputs::flake::register_paths(ev, &library, "pkgs.path");
        crate::inputs::pinned::register(ev, &library);
        ev.set_text_symbols(&TEXTS);
        library
    }

    /// The arguments that every module gets.
    pub fn arguments(&self, linux: bool) -> Vec<(smol_str::SmolStr, ThunkId)> {
        let pkgs = if linux { self.linux_pkgs } else { self.pkgs };
        vec![("lib".into(), self.lib), ("pkgs".into(), pkgs)]
    }
}

/// The result of an evaluation as a value: `config`, `options`, `extendModules`, `type`.
pub(crate) fn system_value(ev: &mut Evaluator<'_>, system: &Rc<System>) -> Value {
    let hidden = ev.alloc(
        Value::Opaque(Opaque(Rc::new(system.clone()))),
        OriginId::default(),
    );
    let extend = extend_modules(ev, system);
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
        entries.push(("lib", library.lib));
    }
    Value::attrs(ev.attrs_from(entries))
}

/// `extendModules`: the same evaluation with further modules.
pub(crate) fn extend_modules(ev: &mut Evaluator<'_>, system: &Rc<System>) -> ThunkId {
    let system = system.clone();
    let extend = ev.primop("extendModules", 1, 1, move |ev, args, site| {
        let given = ev.force_attrs(args[0], site)?;
        let mut setup = system.setup.clone();
        setup.modules.extend(list_of(ev, &given, "modules", site)?);
        if let Some(special) = find(ev, &given, "specialArgs") {
            let old = system.special(ev);
            let new = ev.force_attrs(special, site)?;
            let merged = ev.update_attrs(&old, &new);
            setup.special = Some(ev.alloc(Value::attrs(merged), OriginId::default()));
        }
        let extended = System::new(ev, &system.shared, setup);
        Ok(plain(system_value(ev, &extended)))
    });
    ev.alloc(extend, OriginId::default())
}

/// The type whose values are evaluations of the same modules and more.
pub(crate) fn module_type(ev: &mut Evaluator<'_>, system: &Rc<System>) -> ThunkId {
    let native = OptType::Submodule(Rc::new(Submodule {
        modules: system.setup.modules.clone(),
        own: Vec::new(),
        special: system.setup.special,
        shorthand_only_config: false,
        system: None,
        class: system.setup.class.clone(),
    }));
    let kind = value(ev, Rc::new(native));
    ev.alloc(kind, OriginId::default())
}

/// The evaluation behind a value, if it is one.
pub fn system_of(ev: &mut Evaluator<'_>, value: &Tracked) -> Option<Rc<System>> {
    let Value::Attrs(set) = &value.value else {
        return None;
    };
    let symbol = ev.symbol(SYSTEM)?;
    match ev.force(set.get(symbol)?.thunk).ok()?.value {
        Value::Opaque(Opaque(any)) => any.downcast::<Rc<System>>().ok().map(|system| (*system).clone()),
        _ => None,
    }
}

/// Modules in a list under a key.
pub(crate) fn list_of(ev: &mut Evaluator<'_>, set: &Attrs, name: &str, site: Site) -> Res<Vec<ThunkId>> {
    let Some(thunk) = find(ev, set, name) else {
        return Ok(Vec::new());
    };
    let value = ev.force(thunk)?;
    let list = ev.list_or_open(value.clone(), site)?;
    if list.is_exact() {
        return Ok(list.elems.iter().map(|elem| elem.thunk).collect());
    }
    // A list that is not exactly known is one module that imports it.
    let imports = ev.alloc_tracked(value);
    let set = ev.attrs_from(vec![("imports", imports)]);
    Ok(vec![ev.alloc(Value::attrs(set), OriginId::default())])
}

/// Functions that need native code; `own/modules.nix` builds the rest on them.
fn natives(ev: &mut Evaluator<'_>, library: &Library) -> Attrs {
    let mk_if = ev.primop("mkIf", 2, 0, |ev, args, site| {
        let tag = ev.alloc(Value::string("if"), OriginId::default());
        let common = *ev.common();
        let condition = Attr {
            site,
            ..entry(common.condition, args[0])
        };
        let attrs = Attrs::from_entries(vec![
            entry(common.tag, tag),
            condition,
            entry(common.content, args[1]),
        ]);
        Ok(plain(Value::attrs(attrs)))
    });
    let library = library.clone();
    let eval_modules = ev.primop("evalModules", 1, 1, move |ev, args, site| {
        let given = ev.force_attrs(args[0], site)?;
        let modules = list_of(ev, &given, "modules", site)?;
        let special = find(ev, &given, "specialArgs");
        let mut prefix = Vec::new();
        for part in list_of(ev, &given, "prefix", site)? {
            if let Value::String(part) = ev.force_or_unknown(part).value {
                prefix.push(part.text.clone());
            }
        }
        let setup = Setup {
            modules,
            special,
            args: vec![("lib".into(), library.lib)],
            mode: Mode::AsNix,
            library: Some(library.clone()),
            class: find_text(ev, &given, "class"),
            prefix: prefix.into_iter().collect(),
            ..Setup::default()
        };
        let system = System::new(ev, &library.shared, setup);
        Ok(plain(system_value(ev, &system)))
    });
    set(ev, vec![("mkIf", mk_if), ("evalModules", eval_modules)])
}

//! The part of `lib` that belongs to the module system: `types`, `mkIf`, `mkOption`, `evalModules` and so on.

use crate::fixpoint::system_value::system_value;
use crate::inputs::flake;
use crate::inputs::packages;
use crate::inputs::pinned;
use crate::lib_types::types;
use crate::nixos;
use crate::own::{self, Kind};
use crate::path::Step;
use crate::system::evaluation::{Library, Mode, ModuleEvaluation, Setup};
use crate::system::report::Shared;
use crate::values::{entry, find, find_text, modules_in, plain, set};
use nixpod_eval::{Attr, Attrs, Evaluator, NO_SITE, OriginId, Tracked, Value};
use nixpod_source::Why;
use std::rc::Rc;

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
        let library = Self {
            shared: Rc::new(Shared::default()),
            lib: ev.reserve(),
            pkgs: ev.reserve(),
            linux_pkgs: ev.reserve(),
        };
        library.shared.lib.get_or_init(|| library.lib);
        library.fill_lib(ev);
        library.fill_packages(ev);
        flake::register_paths(ev, &library, "nixpkgs");
        flake::register_paths(ev, &library, "pkgs.path");
        pinned::register(ev, &library);
        ev.set_text_symbols(&TEXTS);
        library
    }

    /// `lib`: what `nixpod-eval` has of it, and what belongs to the module system.
    fn fill_lib(&self, ev: &mut Evaluator<'_>) {
        let types = types(ev);
        let types = ev.alloc(Value::attrs(types), OriginId::default());
        let natives = natives(ev, self);
        let natives = ev.alloc(Value::attrs(natives), OriginId::default());
        let hm = ev.alloc_unknown(Why::named("lib.hm"));
        let arguments = ev.attrs_from(vec![
            ("lib", self.lib),
            ("natives", natives),
            ("types", types),
            ("hm", hm),
        ]);
        let arguments = ev.alloc(Value::attrs(arguments), OriginId::default());
        let modules = own::MODULES.value(ev);
        let modules = ev.alloc_apply(modules, &[arguments], NO_SITE);
        let mut names = Vec::new();
        if let Ok(Tracked {
            value: Value::Attrs(all),
            ..
        }) = ev.force(modules)
        {
            for attr in ev.sorted(&all) {
                names.push((ev.name(attr.name).to_string(), attr.thunk));
            }
        }
        let all = names.iter().map(|(name, thunk)| (name.as_str(), *thunk));
        let all = all.chain([("modules", modules), ("options", modules)]);
        let lib = nixpod_eval::nixlib::install_lib(ev, all.collect());
        ev.fill_native(self.lib, move |ev| Ok(ev.force(lib)?));
    }

    /// `pkgs`, of any system and of a Linux.
    fn fill_packages(&self, ev: &mut Evaluator<'_>) {
        let packages = own::PACKAGES.value(ev);
        let [written, program] = [false, true].map(|is_program| {
            let function = packages::written(ev, is_program);
            ev.alloc(function, OriginId::default())
        });
        let open = packages::open(ev);
        let open = ev.alloc(open, OriginId::default());
        let store_path = flake::store_path(ev);
        let store_path = ev.alloc(store_path, OriginId::default());
        let system = nixos::constructor(ev, self, Kind::Nixos);
        let system = ev.alloc(system, OriginId::default());
        for (slot, linux) in [(self.pkgs, false), (self.linux_pkgs, true)] {
            let linux = ev.alloc(Value::Bool(linux), OriginId::default());
            let arguments = ev.attrs_from(vec![
                ("lib", self.lib),
                ("written", written),
                ("program", program),
                ("open", open),
                ("storePath", store_path),
                ("nixosSystem", system),
                ("linux", linux),
            ]);
            let arguments = ev.alloc(Value::attrs(arguments), OriginId::default());
            let packages = ev.alloc_apply(packages, &[arguments], NO_SITE);
            ev.fill_native(slot, move |ev| packages::set(ev, packages, "pkgs"));
        }
    }
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
        let modules = modules_in(ev, &given, "modules", site)?;
        let special = find(ev, &given, "specialArgs");
        let mut prefix = Vec::new();
        for part in modules_in(ev, &given, "prefix", site)? {
            if let Value::String(part) = ev.force_or_unknown(part).value {
                prefix.push(Step::from_nix(&part.text));
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
        let system = ModuleEvaluation::new(ev, &library.shared, setup);
        Ok(plain(system_value(ev, &system)))
    });
    set(ev, vec![("mkIf", mk_if), ("evalModules", eval_modules)])
}

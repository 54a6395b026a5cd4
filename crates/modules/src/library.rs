//! The part of `lib` that belongs to the module system: `types`, `mkIf`, `mkOption`, `evalModules` and so on.

use crate::info::Shared;
use crate::system::{Setup, System};
use crate::types::{OptType, Scalar, Submodule, native_of, set, value};
use nixpod_eval::{
    Attr, Attrs, Compiled, Evaluator, NO_SITE, OWN_FILES, Opaque, OriginId, Res, ThunkId, Tracked, Value,
    When,
};
use nixpod_source::{FileId, Site};
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

fn tracked(value: Value) -> Tracked {
    Tracked {
        value,
        origin: OriginId::default(),
    }
}

/// The value of one of our own Nix files, a function. Each has a number of its own.
pub(crate) fn own_file(ev: &mut Evaluator<'_>, code: &'static Compiled, number: u32) -> ThunkId {
    ev.own_unit(FileId::own(OWN_FILES + number), code)
}

/// Options of sops-nix and agenix that are strings, whatever they are.
static TEXTS: [(&str, &str); 4] = [
    ("sops.secrets.", ".path"),
    ("sops.templates.", ".path"),
    ("sops.placeholder.", ""),
    ("age.secrets.", ".path"),
];

static PRELUDE: Compiled = nixpod_eval::compiled!("modules");
static PACKAGES: Compiled = nixpod_eval::compiled!("packages");

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
        let types = types(ev, &library);
        let types = ev.alloc(Value::attrs(types), OriginId::default());
        let natives = natives(ev, &library);
        let natives = ev.alloc(Value::attrs(natives), OriginId::default());
        let prelude = own_file(ev, &PRELUDE, 1);
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
        let packages = own_file(ev, &PACKAGES, 2);
        let written = crate::packages::written(ev);
        let written = ev.alloc(written, OriginId::default());
        let open = crate::packages::open(ev);
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
            ev.fill_native(slot, move |ev| crate::packages::set(ev, packages, "pkgs"));
        }
        crate::flake::register_paths(ev, &library, "nixpkgs");
        crate::flake::register_paths(ev, &library, "pkgs.path");
        crate::pinned::register(ev, &library);
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
        Ok(tracked(system_value(ev, &extended)))
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

pub(crate) fn find(ev: &mut Evaluator<'_>, set: &Attrs, name: &str) -> Option<ThunkId> {
    let symbol = ev.intern(name);
    set.get(symbol).map(|attr| attr.thunk)
}

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
        let entry = |name, thunk, site| Attr {
            name,
            thunk,
            site,
            when: When::ALWAYS,
        };
        let common = *ev.common();
        let attrs = Attrs::from_entries(vec![
            entry(common.tag, tag, NO_SITE),
            entry(common.condition, args[0], site),
            entry(common.content, args[1], NO_SITE),
        ]);
        Ok(tracked(Value::attrs(attrs)))
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
            strict: true,
            library: Some(library.clone()),
            class: text_of(ev, &given, "class"),
            prefix: prefix.into_iter().collect(),
            ..Setup::default()
        };
        let system = System::new(ev, &library.shared, setup);
        Ok(tracked(system_value(ev, &system)))
    });
    set(ev, vec![("mkIf", mk_if), ("evalModules", eval_modules)])
}

/// A text under a key.
fn text_of(ev: &mut Evaluator<'_>, set: &Attrs, name: &str) -> Option<smol_str::SmolStr> {
    let thunk = find(ev, set, name)?;
    match ev.force_or_unknown(thunk).value {
        Value::String(text) => Some(text.text.clone()),
        _ => None,
    }
}

fn scalar(name: &str, kind: Scalar) -> Rc<OptType> {
    Rc::new(OptType::Scalar {
        name: name.into(),
        kind,
        bounds: None,
    })
}

fn bounded(name: &str, low: i64, high: i64) -> Rc<OptType> {
    Rc::new(OptType::Scalar {
        name: name.into(),
        kind: Scalar::Int,
        bounds: Some((low, high)),
    })
}

/// `lib.types`.
fn types(ev: &mut Evaluator<'_>, library: &Library) -> Attrs {
    let mut entries: Vec<(String, Value)> = Vec::new();
    let scalars = [
        ("str", Scalar::Str),
        ("nonEmptyStr", Scalar::Str),
        ("singleLineStr", Scalar::Str),
        ("passwdEntryStr", Scalar::Str),
        ("bool", Scalar::Bool),
        ("boolByOr", Scalar::BoolByOr),
        ("int", Scalar::Int),
        ("float", Scalar::Float),
        ("number", Scalar::Number),
        ("path", Scalar::Path),
        ("package", Scalar::Package),
        ("shellPackage", Scalar::Package),
        ("pkgs", Scalar::Any),
        ("raw", Scalar::Raw),
        ("optionType", Scalar::OptionType),
        ("function", Scalar::Function),
        ("attrs", Scalar::Attrs),
        ("luaInline", Scalar::Any),
        ("fileset", Scalar::Any),
        ("nixosTest", Scalar::Any),
    ];
    for (name, kind) in scalars {
        entries.push((name.to_owned(), value(ev, scalar(name, kind))));
    }
    entries.push(("port".to_owned(), value(ev, bounded("unsignedInt16", 0, 65_535))));
    for (name, in_store) in [("pathInStore", true), ("externalPath", false)] {
        let native = OptType::PathWith {
            in_store: Some(in_store),
            absolute: Some(true),
        };
        entries.push((name.to_owned(), value(ev, Rc::new(native))));
    }
    entries.push(("anything".to_owned(), value(ev, Rc::new(OptType::Deep))));
    entries.push(("unspecified".to_owned(), value(ev, Rc::new(OptType::Anything))));
    for (name, separator) in [("lines", "\n"), ("commas", ","), ("envVar", ":"), ("string", "")] {
        let native = Rc::new(OptType::Joined("separatedString".into(), separator.into()));
        entries.push((name.to_owned(), value(ev, native)));
    }
    entries.push((
        "deferredModule".to_owned(),
        value(ev, Rc::new(OptType::DeferredModule(Vec::new()))),
    ));
    let ranges = [
        ("u8", 0, 255),
        ("u16", 0, 65535),
        ("u32", 0, 4_294_967_295),
        ("s8", -128, 127),
        ("s16", -32768, 32767),
        ("s32", -2_147_483_648, 2_147_483_647),
        ("positive", 1, i64::MAX),
        ("unsigned", 0, i64::MAX),
    ];
    let mut ints: Vec<(&str, Value)> = Vec::new();
    for (name, low, high) in ranges {
        ints.push((name, value(ev, bounded(name, low, high))));
    }
    let between = ev.primop("between", 2, 3, |ev, args, site| {
        let low = ev.force_int(args[0], site)?;
        let high = ev.force_int(args[1], site)?;
        Ok(tracked(value(ev, bounded("intBetween", low, high))))
    });
    ints.push(("between", between));
    let ints = Value::attrs(set(ev, ints));
    entries.push(("ints".to_owned(), ints));
    let number = value(ev, scalar("number", Scalar::Number));
    let any_number = ev.primop("between", 2, 0, |ev, _, _| {
        Ok(tracked(value(ev, scalar("number", Scalar::Number))))
    });
    let numbers = set(
        ev,
        vec![
            ("nonnegative", number.clone()),
            ("positive", number),
            ("between", any_number),
        ],
    );
    entries.push(("numbers".to_owned(), Value::attrs(numbers)));
    entries.extend(type_functions(ev));
    let submodule = ev.primop("submodule", 1, 0, |ev, args, site| {
        let (modules, own) = whose(submodule_modules(ev, args[0]), site);
        let native = OptType::Submodule(Rc::new(Submodule {
            modules,
            own,
            special: None,
            shorthand_only_config: true,
            system: None,
            class: None,
        }));
        Ok(tracked(value(ev, Rc::new(native))))
    });
    entries.push(("submodule".to_owned(), submodule));
    let submodule_with = ev.primop("submoduleWith", 1, 1, |ev, args, site| {
        let given = ev.force_attrs(args[0], site)?;
        let shorthand = match find(ev, &given, "shorthandOnlyDefinesConfig") {
            Some(thunk) => matches!(ev.force_or_unknown(thunk).value, Value::Bool(true)),
            None => false,
        };
        let system = match find(ev, &given, "nixpodSystem") {
            Some(thunk) => match ev.force_or_unknown(thunk).value {
                Value::String(string) => Some(string.text.clone()),
                _ => None,
            },
            None => None,
        };
        let (modules, own) = whose(list_of(ev, &given, "modules", site)?, site);
        let native = OptType::Submodule(Rc::new(Submodule {
            modules,
            own,
            special: find(ev, &given, "specialArgs"),
            shorthand_only_config: shorthand,
            system,
            class: text_of(ev, &given, "class"),
        }));
        Ok(tracked(value(ev, Rc::new(native))))
    });
    entries.push(("submoduleWith".to_owned(), submodule_with));
    let _ = library;
    let mut out = Vec::with_capacity(entries.len());
    for (name, value) in &entries {
        out.push((name.as_str(), value.clone()));
    }
    set(ev, out)
}

/// Modules of the analysed code, and those of our models: calls in our own files have no place.
fn whose(modules: Vec<ThunkId>, call: Site) -> (Vec<ThunkId>, Vec<ThunkId>) {
    if call == NO_SITE {
        (Vec::new(), modules)
    } else {
        (modules, Vec::new())
    }
}

/// `submodule` takes a module or (in old code) a list of modules.
fn submodule_modules(ev: &mut Evaluator<'_>, thunk: ThunkId) -> Vec<ThunkId> {
    match ev.force_or_unknown(thunk).value {
        Value::List(list) => list.elems.iter().map(|elem| elem.thunk).collect(),
        _ => vec![thunk],
    }
}

/// Types made from other types.
fn type_functions(ev: &mut Evaluator<'_>) -> Vec<(String, Value)> {
    type Wrap = fn(Rc<OptType>) -> OptType;
    let unary: [(&str, Wrap); 10] = [
        ("listOf", |elem| OptType::ListOf(elem)),
        ("nonEmptyListOf", |elem| OptType::NonEmptyListOf(elem)),
        ("attrsOf", |elem| OptType::AttrsOf {
            elem,
            lazy: false,
            placeholder: "name".into(),
        }),
        ("lazyAttrsOf", |elem| OptType::AttrsOf {
            elem,
            lazy: true,
            placeholder: "name".into(),
        }),
        ("loaOf", |elem| OptType::AttrsOf {
            elem,
            lazy: false,
            placeholder: "name".into(),
        }),
        ("nullOr", OptType::NullOr),
        ("functionTo", OptType::FunctionTo),
        ("uniq", |inner| {
            OptType::Unique(inner, smol_str::SmolStr::default())
        }),
        ("nonEmptyAttrsOf", |elem| OptType::AttrsOf {
            elem,
            lazy: false,
            placeholder: "name".into(),
        }),
        ("attrListOf", |elem| OptType::ListOf(elem)),
    ];
    let mut out = Vec::new();
    for (name, wrap) in unary {
        let primop = ev.primop(name, 1, 0, move |ev, args, _| {
            let elem = native_of(ev, args[0]);
            Ok(tracked(value(ev, Rc::new(wrap(elem)))))
        });
        out.push((name.to_owned(), primop));
    }
    let either = ev.primop("either", 2, 0, |ev, args, _| {
        let (a, b) = (native_of(ev, args[0]), native_of(ev, args[1]));
        Ok(tracked(value(ev, Rc::new(OptType::Either(a, b)))))
    });
    out.push(("either".to_owned(), either));
    let one_of = ev.primop("oneOf", 1, 1, |ev, args, site| {
        let list = ev.force_exact_list(args[0], site)?;
        let types: Vec<Rc<OptType>> = list.elems.iter().map(|elem| native_of(ev, elem.thunk)).collect();
        let joined = types
            .into_iter()
            .rev()
            .reduce(|rest, one| Rc::new(OptType::Either(one, rest)));
        match joined {
            Some(native) => Ok(tracked(value(ev, native))),
            None => ev.fail("types.oneOf needs at least one type in its argument", site),
        }
    });
    out.push(("oneOf".to_owned(), one_of));
    let enumeration = ev.primop("enum", 1, 1, |ev, args, site| {
        let list = ev.force_exact_list(args[0], site)?;
        let values = list.elems.iter().map(|elem| elem.thunk).collect();
        Ok(tracked(value(ev, Rc::new(OptType::Enum(values)))))
    });
    out.push(("enum".to_owned(), enumeration));
    let coerced = ev.primop("coercedTo", 3, 0, |ev, args, _| {
        let (from, to) = (native_of(ev, args[0]), native_of(ev, args[2]));
        Ok(tracked(value(
            ev,
            Rc::new(OptType::Coerced {
                from,
                with: args[1],
                to,
            }),
        )))
    });
    out.push(("coercedTo".to_owned(), coerced));
    let checked = ev.primop("addCheck", 2, 0, |ev, args, _| {
        let inner = native_of(ev, args[0]);
        Ok(tracked(value(ev, Rc::new(OptType::Checked(inner, args[1])))))
    });
    out.push(("addCheck".to_owned(), checked));
    let unique = ev.primop("unique", 2, 0, |ev, args, site| {
        let given = ev.force_known(args[0])?;
        let symbol = ev.intern("message");
        let message = match ev.lookup(&given, symbol)? {
            nixpod_eval::Lookup::Found(Tracked {
                value: Value::String(text),
                ..
            }) => text.text.clone(),
            _ => smol_str::SmolStr::default(),
        };
        let _ = site;
        let inner = native_of(ev, args[1]);
        Ok(tracked(value(ev, Rc::new(OptType::Unique(inner, message)))))
    });
    out.push(("unique".to_owned(), unique));
    let separated = ev.primop("separatedString", 1, 1, |ev, args, site| {
        let separator = ev.force_string(args[0], site)?.text.clone();
        Ok(tracked(value(
            ev,
            Rc::new(OptType::Joined("separatedString".into(), separator)),
        )))
    });
    out.push(("separatedString".to_owned(), separated));
    for name in [
        "strMatching",
        "passwdEntry",
        "pathWith",
        "deferredModuleWith",
        "entryAnything",
    ] {
        let primop = ev.primop(name, 1, 0, move |ev, args, site| {
            let native = match name {
                "strMatching" => {
                    let check = matching(ev, args[0]);
                    let pattern = match ev.force_or_unknown(args[0]).value {
                        Value::String(pattern) => nixpod_eval::print::quote(&pattern.text),
                        _ => "\"\"".to_owned(),
                    };
                    let name = format!("strMatching {pattern}");
                    Rc::new(OptType::Checked(scalar(&name, Scalar::Str), check))
                }
                "passwdEntry" => native_of(ev, args[0]),
                "pathWith" => {
                    let given = ev.force_attrs(args[0], site)?;
                    let mut flag = |name: &str| {
                        let thunk = find(ev, &given, name)?;
                        match ev.force_or_unknown(thunk).value {
                            Value::Bool(flag) => Some(flag),
                            _ => None,
                        }
                    };
                    let (in_store, absolute) = (flag("inStore"), flag("absolute"));
                    if in_store == Some(true) && absolute == Some(false) {
                        return ev.fail("In pathWith, inStore means the path must be absolute", site);
                    }
                    Rc::new(OptType::PathWith { in_store, absolute })
                }
                _ => Rc::new(OptType::DeferredModule(Vec::new())),
            };
            Ok(tracked(value(ev, native)))
        });
        out.push((name.to_owned(), primop));
    }
    let attrs_with = ev.primop("attrsWith", 1, 1, |ev, args, site| {
        let given = ev.force_attrs(args[0], site)?;
        let elem = match find(ev, &given, "elemType") {
            Some(thunk) => native_of(ev, thunk),
            None => Rc::new(OptType::Anything),
        };
        let lazy = match find(ev, &given, "lazy") {
            Some(thunk) => matches!(ev.force_or_unknown(thunk).value, Value::Bool(true)),
            None => false,
        };
        let placeholder = match find(ev, &given, "placeholder").map(|thunk| ev.force_or_unknown(thunk).value)
        {
            Some(Value::String(text)) => text.text.clone(),
            _ => "name".into(),
        };
        let native = OptType::AttrsOf {
            elem,
            lazy,
            placeholder,
        };
        Ok(tracked(value(ev, Rc::new(native))))
    });
    out.push(("attrsWith".to_owned(), attrs_with));
    let attr_tag = ev.primop("attrTag", 1, 0, |ev, args, _| {
        Ok(tracked(value(ev, Rc::new(OptType::AttrTag(vec![args[0]])))))
    });
    out.push(("attrTag".to_owned(), attr_tag));
    out
}

/// A function that tells whether a text matches a pattern.
fn matching(ev: &mut Evaluator<'_>, pattern: ThunkId) -> ThunkId {
    let builtins = ev.builtins();
    let check = ev.primop("strMatching", 1, 0, move |ev, args, site| {
        let builtins = ev.force(builtins)?;
        let name = ev.intern("match");
        let function = ev.select_value(&builtins, name, site)?;
        let found = ev.apply_all(function, &[pattern, args[0]], site)?;
        let found = ev.known(found)?;
        Ok(tracked(Value::Bool(!matches!(found.value, Value::Null))))
    });
    ev.alloc(check, OriginId::default())
}

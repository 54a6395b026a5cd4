//! Roots: the hosts of a flake, and files taken as modules.

use crate::info::Gap;
use crate::library::{Library, find, own_file, system_of};
use crate::nixos::{self, Kind};
use crate::system::{Setup, System};
use nixpod_eval::{
    Attrs, Evaluator, Lookup, NO_SITE, NixString, OriginId, Part, Res, ThunkId, Tracked, Unknown, Value,
    error_unknown,
};
use nixpod_source::{Utf8Path, Why};
use nixpod_syntax::ParsedFile;
use std::collections::BTreeSet;
use std::rc::Rc;
use std::sync::OnceLock;

/// A system that is evaluated as a whole.
#[derive(Clone, Debug)]
pub struct RootSystem {
    /// The host's name, or the file's path.
    pub name: String,
    /// The evaluation.
    pub system: Rc<System>,
    /// NixOS or Home Manager.
    pub kind: Kind,
    /// Is it an output of a flake?
    pub from_flake: bool,
    /// Was the whole module tree seen?
    pub closed_world: bool,
    /// Are there hosts, and does none of them import this file?
    pub imported_by_no_host: bool,
    /// Names of flake inputs that were not on disk and that modules of the host come from.
    pub missing_inputs: Vec<String>,
    /// The NixOS release that the flake's nixpkgs follows: year without century, month.
    pub release: Option<(u32, u32)>,
}

static FLAKE: OnceLock<ParsedFile> = OnceLock::new();
static PARTS: OnceLock<ParsedFile> = OnceLock::new();

/// Nested flakes deeper than this are not read.
const MAX_FLAKES: usize = 16;

/// Inputs whose modules are known to declare or set nothing of container specs, users' sub-ids, groups or engines.
const HARMLESS: [&str; 93] = [
    "aagl",
    "agenix",
    "agenix-rekey",
    "ags",
    "anyrun",
    "apple-silicon",
    "apple-silicon-support",
    "attic",
    "authentik-nix",
    "base16",
    "caelestia",
    "caelestia-shell",
    "catppuccin",
    "chaotic",
    "colmena",
    "comin",
    "copyparty",
    "dankmaterialshell",
    "deploy-rs",
    "determinate",
    "devshell",
    "disko",
    "disko-zfs",
    "dms",
    "emacs-overlay",
    "flake-parts",
    "git-hooks",
    "grub2-themes",
    "hardware",
    "haskell-flake",
    "hjem",
    "home-manager",
    "hyprland",
    "impermanence",
    "jovian",
    "jovian-nixos",
    "lan-mouse",
    "lanzaboote",
    "lix",
    "lix-module",
    "mango",
    "mangowm",
    "microvm",
    "musnix",
    "neovim-nightly-overlay",
    "nh",
    "niri",
    "niri-flake",
    "nix-colors",
    "nix-darwin",
    "nix-doom-emacs-unstraightened",
    "nix-flatpak",
    "nix-gaming",
    "nix-index-database",
    "nix-minecraft",
    "nix-snapd",
    "nix-topology",
    "nixcord",
    "nixos-apple-silicon",
    "nixos-avf",
    "nixos-cosmic",
    "nixos-facter-modules",
    "nixos-generators",
    "nixos-hardware",
    "nixos-mailserver",
    "nixos-vscode-server",
    "nixos-wsl",
    "nixpkgs",
    "nixvim",
    "nixvirt",
    "noctalia",
    "nur",
    "nurpkgs",
    "nvchad4nix",
    "nvf",
    "one-password-shell-plugins",
    "plasma-manager",
    "pre-commit-hooks",
    "quadlet-nix",
    "ragenix",
    "simple-nixos-mailserver",
    "sops-nix",
    "spicetify-nix",
    "srvos",
    "stylix",
    "treefmt-nix",
    "vicinae",
    "vscode-server",
    "walker",
    "wsl",
    "xremap",
    "xremap-flake",
    "zen-browser",
];

/// Is what could not be read known to be of no matter for containers? Modules of the real nixpkgs are part of our
/// model, and some inputs are known to have other business.
pub fn is_harmless(why: &Why) -> bool {
    let Why::External(name) = why else { return false };
    let name = name.strip_prefix("import ").unwrap_or(name);
    if name.starts_with("modulesPath")
        || name.starts_with("pkgs.mkShell")
        || name.starts_with("<nixpkgs")
        || name.starts_with("<home-manager")
    {
        return true;
    }
    let Some(input) = name.strip_prefix("inputs.") else {
        return false;
    };
    let input = input
        .split(['.', ' ', '/'])
        .next()
        .unwrap_or(input)
        .trim_matches('"')
        .to_lowercase();
    HARMLESS.contains(&&*input)
        || [
            "nixpkgs",
            "nixos-unstable",
            "nixos-stable",
            "nixos-2",
            "home-manager",
        ]
        .iter()
        .any(|prefix| input.starts_with(prefix))
}

/// The name of the input that an unknown comes from.
pub fn input_name(why: &Why) -> Option<String> {
    let Why::External(name) = why else { return None };
    let name = name.strip_prefix("import ").unwrap_or(name);
    let input = name.strip_prefix("inputs.")?;
    Some(input.split(['.', ' ', '/']).next().unwrap_or(input).to_owned())
}

/// A file as a module of a system that is not seen whole.
pub fn file_root(
    ev: &mut Evaluator<'_>,
    library: &Library,
    path: &Utf8Path,
    name: String,
    imported_by_no_host: bool,
) -> RootSystem {
    let kind = if looks_like_home(ev, path) {
        Kind::Home
    } else {
        Kind::Nixos
    };
    let module = ev.alloc(Value::Path(path.as_str().into()), OriginId::default());
    let system = nixos::system(ev, library, kind, vec![module], None, true);
    RootSystem {
        name,
        system,
        kind,
        from_flake: false,
        closed_world: false,
        imported_by_no_host,
        missing_inputs: Vec::new(),
        release: None,
    }
}

/// Does a file by itself define Home Manager options?
fn looks_like_home(ev: &mut Evaluator<'_>, path: &Utf8Path) -> bool {
    let Ok(loaded) = ev.source().load(path) else {
        return false;
    };
    let has = |name: &str| loaded.hir.names.iter().any(|known| known == name);
    let nixos = [
        "home-manager",
        "virtualisation",
        "containers",
        "boot",
        "networking",
        "isNormalUser",
    ];
    let home =
        has("homeDirectory") || has("xdg") || (has("services") && has("podman") && !has("virtualisation"));
    home && !nixos.iter().any(|name| has(name) && *name != "containers")
}

/// A plain configuration (`configuration.nix`, `default.nix`) that is a system's entry by its name: its tree is whole
/// if every import was read.
pub fn entry_root(ev: &mut Evaluator<'_>, library: &Library, path: &Utf8Path, name: String) -> RootSystem {
    let mut root = file_root(ev, library, path, name, false);
    if path.file_name() == Some("configuration.nix") {
        let module = ev.alloc(Value::Path(path.as_str().into()), OriginId::default());
        root.system = nixos::system(ev, library, root.kind, vec![module], None, false);
        close(ev, &mut root);
    }
    root
}

/// Looks whether the module tree was seen whole.
fn close(ev: &mut Evaluator<'_>, root: &mut RootSystem) {
    let Some(collected) = root.system.collect(ev) else {
        return;
    };
    let mut missing = BTreeSet::new();
    let mut closed = true;
    for gap in &collected.opaque {
        if let Some(input) = input_name(&gap.why) {
            missing.insert(input);
        }
        closed &= is_harmless(&gap.why);
    }
    root.closed_world = closed;
    root.missing_inputs = missing.into_iter().collect();
}

/// The hosts of the flake in a directory.
pub fn flake_roots(
    ev: &mut Evaluator<'_>,
    library: &Library,
    directory: &Utf8Path,
    hosts: Option<&[String]>,
) -> Vec<RootSystem> {
    let mut roots = Vec::new();
    let loaded = match load(ev, library, directory, None, 0) {
        Ok(loaded) => loaded,
        Err(error) => {
            let why = match &error {
                nixpod_eval::Stop::Error(error) => error_unknown(error).why.clone(),
                nixpod_eval::Stop::Unknown(unknown) => unknown.why.clone(),
            };
            let site = match &error {
                nixpod_eval::Stop::Error(error) => error.site,
                nixpod_eval::Stop::Unknown(_) => None,
            };
            library.shared.gap(Gap {
                site,
                what: "the flake's outputs".to_owned(),
                why,
            });
            return roots;
        }
    };
    let wanted = |name: &str| hosts.is_none_or(|hosts| hosts.iter().any(|host| host == name));
    for (output, kind) in [
        ("nixosConfigurations", Kind::Nixos),
        ("homeConfigurations", Kind::Home),
    ] {
        let Some(set) = output_set(ev, library, &loaded.outputs, output) else {
            continue;
        };
        for attr in ev.sorted(&set) {
            let name = ev.name(attr.name).to_string();
            if !wanted(&name) {
                continue;
            }
            let value = ev.force_or_unknown(attr.thunk);
            match system_of(ev, &value) {
                Some(system) => roots.push(found(ev, name, system, kind, loaded.release)),
                None => {
                    let why = match &value.value {
                        Value::Unknown(unknown) => unknown.why.clone(),
                        other => Why::Error(format!("{} is not a system", other.describe())),
                    };
                    let site = ev
                        .last_site(value.origin)
                        .or((attr.site != NO_SITE).then_some(attr.site));
                    library.shared.gap(Gap {
                        site,
                        what: format!("{output}.{name}"),
                        why,
                    });
                }
            }
        }
        if let Some(open) = &set.open {
            library.shared.gap(Gap {
                site: None,
                what: format!("further {output}"),
                why: open.why.clone(),
            });
        }
    }
    hive(ev, library, &loaded, &mut roots, &wanted);
    roots
}

fn found(
    ev: &mut Evaluator<'_>,
    name: String,
    system: Rc<System>,
    kind: Kind,
    release: Option<(u32, u32)>,
) -> RootSystem {
    let mut root = RootSystem {
        name,
        system,
        kind,
        from_flake: true,
        closed_world: false,
        imported_by_no_host: false,
        missing_inputs: Vec::new(),
        release,
    };
    close(ev, &mut root);
    root
}

/// An output that is a set.
fn output_set(ev: &mut Evaluator<'_>, library: &Library, outputs: &Tracked, name: &str) -> Option<Rc<Attrs>> {
    let symbol = ev.intern(name);
    let value = match ev.lookup(outputs, symbol) {
        Ok(Lookup::Found(value) | Lookup::Perhaps(value, _)) => value,
        Ok(Lookup::Absent) => return None,
        Err(nixpod_eval::Stop::Error(error)) => {
            let why = error_unknown(&error).why.clone();
            library.shared.gap(Gap {
                site: error.site,
                what: name.to_owned(),
                why,
            });
            return None;
        }
        Err(nixpod_eval::Stop::Unknown(_)) => return None,
    };
    match ev.attrs_or_open(value, NO_SITE) {
        Ok(set) => Some(set),
        Err(_) => None,
    }
}

/// Nodes of a colmena hive that are no hosts by themselves.
fn hive(
    ev: &mut Evaluator<'_>,
    library: &Library,
    loaded: &Flake,
    roots: &mut Vec<RootSystem>,
    wanted: &dyn Fn(&str) -> bool,
) {
    let Some(nodes) = output_set(ev, library, &loaded.outputs, "colmena") else {
        return;
    };
    let meta = find(ev, &nodes, "meta").map(|thunk| ev.force_or_unknown(thunk));
    let special = meta.and_then(|meta| match &meta.value {
        Value::Attrs(meta) => find(ev, meta, "specialArgs"),
        _ => None,
    });
    let defaults = find(ev, &nodes, "defaults");
    for attr in ev.sorted(&nodes) {
        let name = ev.name(attr.name).to_string();
        let known = roots.iter().any(|root| root.name == name);
        if matches!(name.as_str(), "meta" | "defaults" | "network") || known || !wanted(&name) {
            continue;
        }
        let modules = defaults.into_iter().chain([attr.thunk]).collect();
        let system = nixos::system(ev, library, Kind::Nixos, modules, special, false);
        let root = found(ev, name, system, Kind::Nixos, loaded.release);
        roots.push(root);
    }
}

/// A flake whose outputs were evaluated.
struct Flake {
    outputs: Tracked,
    release: Option<(u32, u32)>,
}

fn load(
    ev: &mut Evaluator<'_>,
    library: &Library,
    directory: &Utf8Path,
    name: Option<&str>,
    depth: usize,
) -> Res<Flake> {
    if depth > MAX_FLAKES {
        return ev.fail("flakes are nested too deeply", NO_SITE);
    }
    let thunk = match ev.import(&directory.join("flake.nix")) {
        Ok(thunk) => thunk,
        Err(why) => return Err(nixpod_eval::Stop::Unknown(Unknown::new(why))),
    };
    let flake = ev.force_known(thunk)?;
    let set = ev.as_attrs(&flake, NO_SITE)?;
    let declared = match find(ev, &set, "inputs") {
        Some(thunk) => thunk,
        None => {
            let empty = ev.empty_attrs();
            ev.alloc(empty, OriginId::default())
        }
    };
    let Some(outputs) = find(ev, &set, "outputs") else {
        return ev.fail("the flake has no `outputs'", NO_SITE);
    };
    let outputs = ev.force_known(outputs)?;
    let formals: Vec<ThunkId> = ev
        .function_args(&outputs.value)
        .unwrap_or_default()
        .into_iter()
        .map(|(name, _, _)| {
            let text = ev.name(name).clone();
            ev.alloc(Value::string(text), OriginId::default())
        })
        .collect();
    let formals = ev.alloc(Value::list(formals), OriginId::default());
    let root = ev.alloc(Value::string(directory.as_str()), OriginId::default());
    let lock = read_lock(ev, directory);
    let natives = natives(ev, library, directory, depth);
    let natives = ev.alloc(Value::attrs(natives), OriginId::default());
    let itself = ev.reserve();
    let arguments = ev.attrs_from(vec![
        ("lib", library.lib),
        ("pkgs", library.pkgs),
        ("natives", natives),
        ("declared", declared),
        ("lock", lock),
        ("root", root),
        ("formals", formals),
        ("self", itself),
    ]);
    let arguments = ev.alloc(Value::attrs(arguments), OriginId::default());
    let models = own_file(ev, &FLAKE, 3, include_str!("own/flake.nix"));
    let models = ev.force(models)?;
    let models = ev.apply(models, arguments, NO_SITE)?;
    let part = |ev: &mut Evaluator<'_>, name: &str| {
        let symbol = ev.intern(name);
        ev.select_value(&models, symbol, NO_SITE)
    };
    let inputs = part(ev, "inputs")?;
    register_nixpkgs(ev, library, &models)?;
    let release = release(ev, &models);
    let inputs = ev.alloc_tracked(inputs);
    let function = ev.alloc_tracked(outputs);
    let called = ev.alloc_apply(function, vec![inputs], NO_SITE);
    let source = name.map(str::to_owned);
    ev.fill_native(itself, move |ev| {
        // `self` is what the outputs are, with the flake's own path: lazily, for outputs refer to it.
        let outputs = ev.force(called)?;
        let extra = ev.attrs_from(vec![("outPath", root), ("inputs", inputs), ("outputs", called)]);
        let extra = Tracked {
            value: Value::attrs(extra),
            origin: OriginId::default(),
        };
        let unknown = source.as_deref().unwrap_or("self").to_owned();
        let mut set = match (&outputs.value, &extra.value) {
            (Value::Attrs(outputs), Value::Attrs(extra)) => ev.update_attrs(outputs, extra),
            (_, Value::Attrs(extra)) => (**extra).clone(),
            _ => Attrs::default(),
        };
        set.open
            .get_or_insert_with(|| Unknown::new(Why::External(unknown)));
        Ok(Tracked {
            value: Value::attrs(set),
            origin: OriginId::default(),
        })
    });
    let outputs = ev.force(called)?;
    Ok(Flake { outputs, release })
}

fn read_lock(ev: &mut Evaluator<'_>, directory: &Utf8Path) -> ThunkId {
    let path = directory.join("flake.lock");
    let text = ev
        .source()
        .read(&path)
        .ok()
        .and_then(|bytes| String::from_utf8(bytes).ok());
    let empty = ev.empty_attrs();
    let empty = ev.alloc(empty, OriginId::default());
    let Some(text) = text else { return empty };
    let builtins = ev.builtins();
    let from_json = ev.intern("fromJSON");
    let text = ev.alloc(Value::string(text), OriginId::default());
    ev.alloc_native(move |ev| {
        let builtins = ev.force(builtins)?;
        let from_json = ev.select_value(&builtins, from_json, NO_SITE)?;
        match ev.apply(from_json, text, NO_SITE) {
            Ok(
                lock @ Tracked {
                    value: Value::Attrs(_),
                    ..
                },
            ) => Ok(lock),
            _ => Ok(ev.force(empty)?),
        }
    })
}

fn release(ev: &mut Evaluator<'_>, models: &Tracked) -> Option<(u32, u32)> {
    let symbol = ev.intern("release");
    let value = ev.select_value(models, symbol, NO_SITE).ok()?;
    let Value::List(list) = &value.value else {
        return None;
    };
    let [year, month] = &list.elems[..] else {
        return None;
    };
    let year = ev.force_int(year.thunk, NO_SITE).ok()?;
    let month = ev.force_string(month.thunk, NO_SITE).ok()?.text.parse().ok()?;
    Some((u32::try_from(year).ok()?, month))
}

/// Importing an input that is nixpkgs, or a file in it, is answered natively.
fn register_nixpkgs(ev: &mut Evaluator<'_>, library: &Library, models: &Tracked) -> Res<()> {
    let symbol = ev.intern("nixpkgsNames");
    let names = ev.select_value(models, symbol, NO_SITE)?;
    let Value::List(names) = &names.value else {
        return Ok(());
    };
    let mut prefixes = Vec::new();
    for elem in &names.elems {
        prefixes.push(format!("inputs.{}", ev.force_string(elem.thunk, NO_SITE)?.text));
    }
    for prefix in prefixes {
        register_paths(ev, library, &prefix);
    }
    // `import inputs.import-tree` is the function that the input itself also is.
    let symbol = ev.intern("importTree");
    let tree = ev.select_value(models, symbol, NO_SITE)?;
    let tree = ev.alloc_tracked(tree);
    ev.set_search_path("import-tree", tree);
    Ok(())
}

/// Makes `import <prefix>` and the entry points below it known.
pub fn register_paths(ev: &mut Evaluator<'_>, library: &Library, prefix: &str) {
    let pkgs = library.pkgs;
    let packages = ev.primop("import nixpkgs", 1, 0, move |ev, _, _| Ok(ev.force(pkgs)?));
    let packages = ev.alloc(packages, OriginId::default());
    ev.set_search_path(prefix, packages);
    ev.set_search_path(&format!("{prefix}/lib"), library.lib);
    let system = nixos::constructor(ev, library, Kind::Nixos);
    let system = ev.alloc(system, OriginId::default());
    for path in ["nixos/lib/eval-config.nix", "nixos"] {
        ev.set_search_path(&format!("{prefix}/{path}"), system);
    }
}

fn symbol_value(name: &str) -> Value {
    Value::unknown(Why::External(name.to_owned()))
}

/// What `own/flake.nix` cannot say in Nix.
fn natives(ev: &mut Evaluator<'_>, library: &Library, directory: &Utf8Path, depth: usize) -> Attrs {
    let plain = |value| {
        Ok(Tracked {
            value,
            origin: OriginId::default(),
        })
    };
    let symbol = ev.primop("symbol", 1, 1, move |ev, args, site| {
        let name = ev.force_string(args[0], site)?;
        plain(symbol_value(&name.text))
    });
    let store_path = ev.primop("storePath", 1, 1, move |ev, args, site| {
        let name = ev.force_string(args[0], site)?;
        let hole = Unknown {
            why: Why::External(name.text.to_string()),
            store_path: true,
        };
        let part = Part {
            len: 0,
            origin: OriginId::default(),
            offset: 0,
            hole: Some(Rc::new(hole)),
        };
        let text = NixString {
            text: "".into(),
            parts: Some(Rc::new([part])),
            context: None,
        };
        plain(Value::String(Rc::new(text)))
    });
    let open = crate::packages::open(ev);
    let nixos_system = nixos::constructor(ev, library, Kind::Nixos);
    let home = nixos::constructor(ev, library, Kind::Home);
    let for_parts = library.clone();
    let parts = ev.primop("mkFlake", 2, 1, move |ev, args, site| {
        let given = ev.force_attrs(args[0], site)?;
        flake_parts(ev, &for_parts, &given, args[1])
    });
    let (for_sub, base) = (library.clone(), directory.to_owned());
    let subflake = ev.primop("subflake", 2, 3, move |ev, args, site| {
        let path = ev.force_string(args[0], site)?;
        let name = ev.force_string(args[1], site)?;
        let path = nixpod_eval::paths::normalise(&path.text);
        let path = Utf8Path::new(&*path);
        if path == base || !matches!(ev.source().kind(&path.join("flake.nix")), Ok(Some(_))) {
            return plain(symbol_value(&format!("inputs.{}", name.text)));
        }
        let flake = load(
            ev,
            &for_sub,
            path,
            Some(&format!("inputs.{}", name.text)),
            depth + 1,
        )?;
        let out_path = ev.alloc(Value::string(path.as_str()), OriginId::default());
        let extra = ev.attrs_from(vec![("outPath", out_path)]);
        let outputs = ev.attrs_or_open(flake.outputs, site)?;
        let merged = ev.update_attrs(&outputs, &extra);
        plain(Value::attrs(merged))
    });
    crate::types::set(
        ev,
        vec![
            ("symbol", symbol),
            ("storePath", store_path),
            ("open", open),
            ("nixosSystem", nixos_system),
            ("homeManagerConfiguration", home),
            ("flakeParts", parts),
            ("subflake", subflake),
        ],
    )
}

/// `mkFlake`: a module evaluation whose `config.flake` are the outputs.
fn flake_parts(ev: &mut Evaluator<'_>, library: &Library, given: &Attrs, module: ThunkId) -> Res<Tracked> {
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
    let with_unknown = ev.primop("withSystem", 2, 0, |ev, args, site| {
        let function = ev.force(args[1])?;
        let argument = ev.alloc_unknown(Why::External("perSystem".to_owned()));
        ev.apply(function, argument, site)
    });
    let with_unknown = ev.alloc(with_unknown, OriginId::default());
    special.push(("withSystem", with_unknown));
    let module_with = ev.primop("moduleWithSystem", 1, 0, |ev, args, site| {
        let function = ev.force(args[0])?;
        let argument = ev.alloc_unknown(Why::External("perSystem".to_owned()));
        ev.apply(function, argument, site)
    });
    let module_with = ev.alloc(module_with, OriginId::default());
    special.push(("moduleWithSystem", module_with));
    let mut special = ev.attrs_from(special);
    if let Some(own) = find(ev, given, "specialArgs") {
        let own = ev.force_attrs(own, NO_SITE)?;
        special = ev.update_attrs(&special, &own);
    }
    let special = ev.alloc(Value::attrs(special), OriginId::default());
    let model = own_file(ev, &PARTS, crate::OWN_MODELS + 2, include_str!("own/parts.nix"));
    let setup = Setup {
        modules: vec![module],
        base: vec![model],
        special: Some(special),
        args: vec![("lib".into(), library.lib)],
        generic: true,
        open_world: false,
        prefix: Vec::new(),
    };
    let system = System::new(ev, &library.shared, setup);
    let flake = ev.intern("flake");
    let config = ev.force(system.config)?;
    ev.select_value(&config, flake, NO_SITE)
}

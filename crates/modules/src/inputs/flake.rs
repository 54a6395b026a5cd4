//! Flakes: inputs as models and symbols, outputs as ordinary evaluation.

use crate::fixpoint::system_value::system_of;
use crate::inputs::packages::{self, open};
use crate::inputs::parts;
use crate::nixos;
use crate::own::{self, Kind, OwnFile};
use crate::system::evaluation::{Library, ModuleEvaluation, Setup};
use crate::values::{entry, find, look_up, modules_in, plain, set};
use nixpod_eval::{
    Attr, Attrs, Evaluator, NO_SITE, NixString, OriginId, Res, Stop, StringPart, ThunkId, Tracked, Unknown,
    Value, When, Whence,
};
use nixpod_source::{Site, Utf8Path, Utf8PathBuf, Why};
use smol_str::SmolStr;
use std::rc::Rc;

/// Nested flakes deeper than this are not read.
const MAX_FLAKES: usize = 16;

/// A flake whose outputs were evaluated.
pub(crate) struct Flake {
    pub(crate) outputs: Tracked,
    /// What its outputs know as `self`, and others as an input.
    itself: ThunkId,
    pub(crate) release: Option<(u32, u32)>,
    /// `makeHive`: the nodes of a hive as systems.
    pub(crate) make_hive: ThunkId,
    /// May packages be containers that run on any host?
    pub(crate) has_containers: bool,
}

/// What a flake is an input of.
#[derive(Clone)]
struct Parent {
    /// The input's name.
    name: String,
    /// The lock file that says what the input's own inputs are, the input's node in it, and the `self` of its flake.
    locked: Option<(ThunkId, ThunkId, ThunkId)>,
    depth: usize,
}

/// Evaluates the flake in a directory.
pub(crate) fn load(ev: &mut Evaluator<'_>, library: &Library, directory: &Utf8Path) -> Res<Flake> {
    let flake = load_input(ev, library, directory, None)?;
    library
        .shared
        .flakes
        .borrow_mut()
        .insert(directory.to_owned(), flake.itself);
    Ok(flake)
}

/// The arguments by which a module that nobody was seen to import knows the flake in whose tree its file lies: that one is
/// evaluated when it is asked for. What else a flake hands to its modules is not known.
pub(crate) fn arguments_around(
    ev: &mut Evaluator<'_>,
    library: &Library,
    file: &Utf8Path,
) -> Vec<(SmolStr, ThunkId)> {
    let mut above = file.ancestors().skip(1);
    let directory = above.find(|above| matches!(ev.source().kind(&above.join("flake.nix")), Ok(Some(_))));
    let Some(directory) = directory.map(Utf8Path::to_owned) else {
        return Vec::new();
    };
    let known = library.shared.flakes.borrow().get(&directory).copied();
    let itself = known.unwrap_or_else(|| {
        let (owner, path) = (library.clone(), directory.clone());
        let itself = ev.alloc_native(move |ev| match load_input(ev, &owner, &path, None) {
            Ok(flake) => Ok(ev.force(flake.itself)?),
            Err(_) => Ok(plain(symbol_value("self"))),
        });
        library.shared.flakes.borrow_mut().insert(directory, itself);
        itself
    });
    let mut inputs = ev.attrs_from(vec![("self", itself)]);
    inputs.open = Some(Unknown::new(Why::named("inputs")));
    let inputs = ev.alloc(Value::attrs(inputs), OriginId::default());
    vec![("self".into(), itself), ("inputs".into(), inputs)]
}

/// Evaluates a flake that may be an input of another.
fn load_input(
    ev: &mut Evaluator<'_>,
    library: &Library,
    directory: &Utf8Path,
    parent: Option<&Parent>,
) -> Res<Flake> {
    let depth = parent.map_or(0, |parent| parent.depth);
    if depth > MAX_FLAKES {
        return ev.fail("flakes are nested too deeply", NO_SITE);
    }
    let written = read(ev, directory)?;
    let itself = ev.reserve();
    let null = ev.alloc(Value::Null, OriginId::default());
    let locked = parent.and_then(|parent| parent.locked);
    let (lock, key, top) = locked.unwrap_or_else(|| (read_lock(ev, directory), null, itself));
    let place = FlakePlace {
        library: library.clone(),
        directory: directory.to_owned(),
        lock,
        top,
        depth,
    };
    let root = ev.alloc(Value::string(directory.as_str()), OriginId::default());
    let (models, frameworks) = models(ev, &place, &written, [key, root, itself])?;
    let inputs = select(ev, &models, "inputs")?;
    register_inputs(ev, library, &models)?;
    register_harmless(ev, library, &models)?;
    let release = release(ev, &models);
    let has_containers = select(ev, &models, "hasContainers")?;
    let has_containers = matches!(has_containers.value, Value::Bool(true));
    let inputs = ev.alloc_tracked(inputs);
    let outputs = call_outputs(ev, library, written.outputs, inputs);
    let name = parent.map_or_else(|| "self".to_owned(), |parent| format!("inputs.{}", parent.name));
    fill_self(ev, itself, name, [root, inputs, outputs]);
    Ok(Flake {
        outputs: ev.force(outputs)?,
        itself,
        release,
        has_containers,
        make_hive: ev.alloc_native(move |ev| {
            let frameworks = ev.force(frameworks)?;
            select(ev, &frameworks, "makeHive")
        }),
    })
}

/// The host of the project's own tree that a reference to a flake names, as containers do it: `DIRECTORY#NAME`.
pub fn host_of_reference(
    ev: &mut Evaluator<'_>,
    library: &Library,
    reference: &str,
) -> Option<Rc<ModuleEvaluation>> {
    let (directory, name) = reference.split_once('#').unwrap_or((reference, "container"));
    let directory = directory.strip_prefix("path:").unwrap_or(directory);
    let directory = nixpod_eval::paths::normalise(directory);
    let itself = library
        .shared
        .flakes
        .borrow()
        .get(Utf8Path::new(&*directory))
        .copied()?;
    let mut at = ev.force_or_unknown(itself);
    for name in ["nixosConfigurations", name] {
        at = look_up(ev, &at, name)?;
    }
    system_of(ev, &at)
}

/// What the outputs function gives, or what it hands to one that is not known.
fn call_outputs(ev: &mut Evaluator<'_>, library: &Library, outputs: ThunkId, inputs: ThunkId) -> ThunkId {
    let called = ev.alloc_apply(outputs, &[inputs], NO_SITE);
    let library = library.clone();
    ev.alloc_native(move |ev| {
        let value = ev.force(called)?;
        Ok(parts::given_outputs(ev, &library, &value, inputs).unwrap_or(value))
    })
}

/// What a `flake.nix` says.
struct Written {
    inputs: ThunkId,
    /// The function, and the names of its arguments.
    outputs: ThunkId,
    formals: ThunkId,
}

fn read(ev: &mut Evaluator<'_>, directory: &Utf8Path) -> Res<Written> {
    let thunk = match ev.import(&directory.join("flake.nix")) {
        Ok(thunk) => thunk,
        Err(why) => return Err(Stop::Unknown(Unknown::new(why))),
    };
    let flake = ev.force_known(thunk)?;
    let set = ev.as_attrs(&flake, NO_SITE)?;
    let inputs = match find(ev, &set, "inputs") {
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
    Ok(Written {
        inputs,
        outputs: ev.alloc_tracked(outputs),
        formals: ev.alloc(Value::list(formals), OriginId::default()),
    })
}

/// What `own/flake.nix` makes of a flake, and what frameworks make of flakes.
fn models(
    ev: &mut Evaluator<'_>,
    place: &FlakePlace,
    written: &Written,
    [key, root, itself]: [ThunkId; 3],
) -> Res<(Tracked, ThunkId)> {
    let library = &place.library;
    let natives = place.natives(ev);
    let natives = ev.alloc(Value::attrs(natives), OriginId::default());
    let frameworks = model(ev, library, &own::FRAMEWORKS, natives);
    let den = model(ev, library, &own::DEN, natives);
    let folders = model(ev, library, &own::FOLDERS, natives);
    let cells = model(ev, library, &own::CELLS, natives);
    let denix = model(ev, library, &own::DENIX, natives);
    let import_tree = model(ev, library, &own::IMPORT_TREE, natives);
    let parts_lib = parts::library_of_parts(ev, library);
    let arguments = ev.attrs_from(vec![
        ("lib", library.lib),
        ("pkgs", library.pkgs),
        ("natives", natives),
        ("frameworks", frameworks),
        ("den", den),
        ("folders", folders),
        ("cells", cells),
        ("denix", denix),
        ("importTree", import_tree),
        ("partsLib", parts_lib),
        ("declared", written.inputs),
        ("lock", place.lock),
        ("key", key),
        ("root", root),
        ("formals", written.formals),
        ("self", itself),
        ("top", place.top),
    ]);
    let models = own::FLAKE.value(ev);
    let arguments = ev.alloc(Value::attrs(arguments), OriginId::default());
    let models = ev.force(models)?;
    Ok((ev.apply(&models, arguments, NO_SITE)?, frameworks))
}

/// What one of our files makes of `lib` and of what it cannot say in Nix.
fn model(ev: &mut Evaluator<'_>, library: &Library, file: &'static OwnFile, natives: ThunkId) -> ThunkId {
    let given = ev.attrs_from(vec![("lib", library.lib), ("natives", natives)]);
    let given = ev.alloc(Value::attrs(given), OriginId::default());
    let function = file.value(ev);
    ev.alloc_apply(function, &[given], NO_SITE)
}

/// `self` is what the outputs are, with what the flake is and where: lazily, for outputs refer to it.
fn fill_self(ev: &mut Evaluator<'_>, itself: ThunkId, name: String, [root, inputs, outputs]: [ThunkId; 3]) {
    ev.fill_native(itself, move |ev| {
        let source = source_info(ev, &name, root);
        let parts = vec![
            ("inputs", inputs),
            ("outputs", outputs),
            (
                "sourceInfo",
                ev.alloc(Value::attrs(source.clone()), OriginId::default()),
            ),
            ("_type", ev.alloc(Value::string("flake"), OriginId::default())),
        ];
        let parts = ev.attrs_from(parts);
        let mut set = ev.update_attrs(&source, &parts);
        let outputs = ev.force(outputs)?;
        match &outputs.value {
            Value::Attrs(outputs) => set = ev.update_attrs(outputs, &set),
            _ => set.open = Some(Unknown::new(Why::named(&name))),
        }
        Ok(plain(Value::attrs(set)))
    });
}

/// Where a flake is. Of when and which revision nothing is in the tree, and a tree without version control has no
/// revision.
fn source_info(ev: &mut Evaluator<'_>, name: &str, root: ThunkId) -> Attrs {
    let mut set = ev.attrs_from(vec![("outPath", root)]);
    let unknown = Unknown::new(Why::named(name));
    let perhaps = ev.condition(NO_SITE, unknown.clone(), When::ALWAYS);
    let certain = ["lastModified", "lastModifiedDate", "narHash"].map(|part| (part, When::ALWAYS));
    let revision = [
        "rev",
        "shortRev",
        "revCount",
        "dirtyRev",
        "dirtyShortRev",
        "submodules",
    ];
    for (part, when) in certain.into_iter().chain(revision.map(|part| (part, perhaps))) {
        let thunk = ev.alloc(Value::Unknown(unknown.select(part)), OriginId::default());
        set.entries.push(Attr {
            when,
            ..entry(ev.intern(part), thunk)
        });
    }
    Attrs::from_entries(set.entries)
}

/// The part of a model that has this name.
fn select(ev: &mut Evaluator<'_>, models: &Tracked, name: &str) -> Res<Tracked> {
    let symbol = ev.intern(name);
    ev.select_value(models, symbol, NO_SITE)
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
        match ev.apply(&from_json, text, NO_SITE) {
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

pub(crate) fn release(ev: &mut Evaluator<'_>, models: &Tracked) -> Option<(u32, u32)> {
    let value = select(ev, models, "release").ok()?;
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
pub(crate) fn register_names(ev: &mut Evaluator<'_>, library: &Library, models: &Tracked) -> Res<()> {
    let names = select(ev, models, "nixpkgsNames")?;
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
    Ok(())
}

/// What importing inputs gives.
fn register_inputs(ev: &mut Evaluator<'_>, library: &Library, models: &Tracked) -> Res<()> {
    register_names(ev, library, models)?;
    // `import inputs.import-tree` is the function that the input itself also is.
    let tree = select(ev, models, "importTree")?;
    let tree = ev.alloc_tracked(tree);
    ev.set_search_path("import-tree", tree);
    let imported = select(ev, models, "imported")?;
    if let Value::Attrs(imported) = &imported.value {
        for attr in &imported.entries {
            let name = format!("inputs.{}", ev.name(attr.name));
            ev.set_search_path(&name, attr.thunk);
        }
    }
    Ok(())
}

/// Files of nixpkgs whose value is the function that makes a package set.
const PACKAGE_FILES: [&str; 4] = [
    "default.nix",
    "pkgs/top-level",
    "pkgs/top-level/default.nix",
    "pkgs/top-level/impure.nix",
];

/// Files of nixpkgs whose value is the function that makes a system.
const SYSTEM_FILE: &str = "nixos/lib/eval-config.nix";

/// The same with what is built of it.
const ENTRIES: [&str; 2] = ["nixos", "nixos/default.nix"];

/// Makes `import <prefix>` and the entry points below it known.
pub(crate) fn register_paths(ev: &mut Evaluator<'_>, library: &Library, prefix: &str) {
    let packages = packages::import(ev, library.pkgs);
    let packages = ev.alloc(packages, OriginId::default());
    ev.set_search_path(prefix, packages);
    for path in PACKAGE_FILES {
        ev.set_search_path(&format!("{prefix}/{path}"), packages);
    }
    for path in ["lib", "lib/default.nix"] {
        ev.set_search_path(&format!("{prefix}/{path}"), library.lib);
    }
    let system = nixos::constructor(ev, library, Kind::Nixos);
    let system = ev.alloc(system, OriginId::default());
    ev.set_search_path(&format!("{prefix}/{SYSTEM_FILE}"), system);
    let entry = nixos::entry(ev, library);
    let entry = ev.alloc(entry, OriginId::default());
    for path in ENTRIES {
        ev.set_search_path(&format!("{prefix}/{path}"), entry);
    }
    // A nixpkgs with patches is a package, of which nothing is known: what has a file of this name is one all the same.
    ev.set_search_path("/nixos/lib/eval-config.nix", system);
}

/// Remembers which inputs have nothing to do with containers and which may have, whatever they are called here.
pub(crate) fn register_harmless(ev: &mut Evaluator<'_>, library: &Library, models: &Tracked) -> Res<()> {
    for (list, is_harmless) in [("harmless", true), ("others", false)] {
        let names = select(ev, models, list)?;
        let Value::List(names) = &names.value else {
            continue;
        };
        for elem in &names.elems {
            let name = ev.force_string(elem.thunk, NO_SITE)?;
            library.shared.judge_input(ev, &name.text, is_harmless);
        }
    }
    Ok(())
}

fn symbol_value(name: &str) -> Value {
    Value::unknown(Why::named(name))
}

/// A function from a name to the path in the store that it stands for.
pub(crate) fn store_path(ev: &mut Evaluator<'_>) -> Value {
    ev.primop("storePath", 1, 1, move |ev, args, site| {
        let name = ev.force_string(args[0], site)?;
        let hole = Unknown {
            why: Why::named(&name.text),
            store_path: true,
            likely: None,
            text: None,
            given: Vec::new(),
            whence: Whence::Name,
            literal: None,
        };
        let part = StringPart {
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
        Ok(plain(Value::String(Rc::new(text))))
    })
}

/// Does an input have nothing to do with containers? Its name, and its repository (`OWNER/REPOSITORY`) or the empty text.
pub(crate) fn harmless_test(ev: &mut Evaluator<'_>) -> Value {
    ev.primop("isHarmless", 2, 3, move |ev, args, site| {
        let name = ev.force_string(args[0], site)?;
        let repository = ev.force_string(args[1], site)?;
        let repository = Some(repository.text.as_str()).filter(|text| !text.is_empty());
        let is_harmless = crate::harmless::is_harmless_input(&name.text, repository);
        Ok(plain(Value::Bool(is_harmless)))
    })
}

/// Where a flake is, for the functions that its inputs are made by.
#[derive(Clone)]
struct FlakePlace {
    library: Library,
    directory: Utf8PathBuf,
    /// The lock file that says what its inputs are, and the `self` of the flake that has it.
    lock: ThunkId,
    top: ThunkId,
    depth: usize,
}

impl FlakePlace {
    /// What `own/flake.nix` cannot say in Nix.
    fn natives(&self, ev: &mut Evaluator<'_>) -> Attrs {
        let symbol = ev.primop("symbol", 1, 1, move |ev, args, site| {
            let name = ev.force_string(args[0], site)?;
            Ok(plain(symbol_value(&name.text)))
        });
        let for_parts = self.library.clone();
        let parts = ev.primop("mkFlake", 3, 2, move |ev, args, site| {
            let given = ev.force_attrs(args[1], site)?;
            parts::flake_parts(ev, &for_parts, args[0], &given, args[2])
        });
        let for_evaluation = self.library.clone();
        let evaluation = ev.primop("evaluation", 1, 1, move |ev, args, site| {
            let given = ev.force_attrs(args[0], site)?;
            let setup = Setup {
                modules: modules_in(ev, &given, "modules", site)?,
                args: vec![("lib".into(), for_evaluation.lib)],
                ..Setup::default()
            };
            parts::configuration(ev, &for_evaluation, setup)
        });
        let place = self.clone();
        let subflake = ev.primop("subflake", 3, 3, move |ev, args, site| {
            place.subflake(ev, args, site)
        });
        let entries = vec![
            ("root", Value::string(self.directory.as_str())),
            ("symbol", symbol),
            ("storePath", store_path(ev)),
            ("open", open(ev)),
            ("nixosSystem", nixos::constructor(ev, &self.library, Kind::Nixos)),
            ("nixosSystemOf", nixos::constructor_of(ev, &self.library)),
            (
                "homeManagerConfiguration",
                nixos::constructor(ev, &self.library, Kind::Home),
            ),
            ("flakeParts", parts),
            ("evaluation", evaluation),
            ("subflake", subflake),
            ("tree", ev.primop("tree", 2, 3, tree)),
            ("stored", ev.primop("stored", 1, 3, stored)),
            ("isHarmless", harmless_test(ev)),
            ("notModelled", ev.primop("notModelled", 2, 1, not_modelled)),
            ("isUnknown", ev.primop("isUnknown", 1, 0, is_unknown)),
        ];
        set(ev, entries)
    }

    /// An input that is a flake on this disk: its path, its name, its node in the lock file or null.
    fn subflake(&self, ev: &mut Evaluator<'_>, args: &[ThunkId], site: Site) -> Res<Tracked> {
        let path = ev.force_string(args[0], site)?;
        let name = ev.force_string(args[1], site)?.text.to_string();
        let path = nixpod_eval::paths::normalise(&path.text);
        let path = Utf8Path::new(&*path);
        if path == self.directory || !matches!(ev.source().kind(&path.join("flake.nix")), Ok(Some(_))) {
            return Ok(plain(Value::unknown(Why::input(&name))));
        }
        let is_locked = !matches!(ev.force(args[2])?.value, Value::Null);
        let parent = Parent {
            name,
            locked: is_locked.then_some((self.lock, args[2], self.top)),
            depth: self.depth + 1,
        };
        let flake = load_input(ev, &self.library, path, Some(&parent))?;
        Ok(ev.force(flake.itself)?)
    }
}

/// What stands for a value of the analysed code that nothing is made of: what it is, and the value.
fn not_modelled(ev: &mut Evaluator<'_>, args: &[ThunkId], site: Site) -> Res<Tracked> {
    let what = ev.force_string(args[0], site)?;
    let origin = ev.force_or_unknown(args[1]).origin;
    Ok(Tracked {
        value: Value::unknown(Why::NotModelled(what.text.to_string())),
        origin,
    })
}

/// Is nothing known of a value?
fn is_unknown(ev: &mut Evaluator<'_>, args: &[ThunkId], _: Site) -> Res<Tracked> {
    let is_unknown = matches!(ev.force_or_unknown(args[0]).value, Value::Unknown(_));
    Ok(plain(Value::Bool(is_unknown)))
}

/// An input that is no flake: its path, its name.
fn tree(ev: &mut Evaluator<'_>, args: &[ThunkId], site: Site) -> Res<Tracked> {
    let path = ev.force_string(args[0], site)?;
    let path = nixpod_eval::paths::normalise(&path.text);
    if !matches!(ev.source().kind(Utf8Path::new(&*path)), Ok(Some(_))) {
        let name = ev.force_string(args[1], site)?;
        return Ok(plain(Value::unknown(Why::input(&name.text))));
    }
    let out_path = ev.alloc(Value::string(&*path), OriginId::default());
    let set = ev.attrs_from(vec![("outPath", out_path)]);
    Ok(plain(Value::attrs(set)))
}

/// The path in the store of what has this hash, if it may be read; otherwise null.
fn stored(ev: &mut Evaluator<'_>, args: &[ThunkId], site: Site) -> Res<Tracked> {
    let hash = ev.force_string(args[0], site)?;
    let path = nixpod_eval::builtins::source_path(&hash.text);
    let path = path.filter(|path| ev.source().admit(Utf8Path::new(path)));
    Ok(plain(path.map_or(Value::Null, Value::string)))
}

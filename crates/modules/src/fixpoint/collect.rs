//! Finding the modules of an evaluation: `imports`, files, functions, `disabledModules`.

use crate::calls::Calls;
use crate::definition::UNKNOWN_FILE;
use crate::fixpoint::arguments::is_factory;
use crate::fixpoint::import::Import;
use crate::harmless::is_harmless;
use crate::keys::Keys;
use crate::models::of_nixpkgs;
use crate::own::Written;
use crate::system::evaluation::{Mode, ModuleEvaluation};
use crate::system::report::{Gap, ModuleId};
use crate::values::{find, find_text, known};
use nixpod_eval::{
    Attr, Attrs, EvalResult, Evaluator, FileKind, NO_SITE, OriginId, Res, Reserve, Share, Stop, Symbol,
    ThunkId, Tracked, Value, When, error_unknown,
};
use nixpod_source::{Site, Utf8Path, Utf8PathBuf, Why};
use rustc_hash::{FxHashMap, FxHashSet};
use std::collections::VecDeque;
use std::rc::Rc;

/// Whoever writes a module and forgets `config` forgets it for few options. A set with more is something else.
const FEW_STRAYS: usize = 5;

/// More modules than this in one evaluation are not read; real systems stay below 3,000 of their own.
const MAX_MODULES: usize = 200_000;

/// Modules without a file of their own that import each other deeper than this are not read. The value of a file can import
/// itself without end.
const MAX_DEPTH: u32 = 500;

/// The modules of an evaluation.
pub struct Collected {
    /// In the order in which they are merged.
    pub modules: Vec<Module>,
    /// The type of undeclared options.
    pub freeform: Vec<ThunkId>,
    /// Why the evaluation as a whole fails in Nix.
    pub(crate) fatal: Option<String>,
    /// Modules that could not be read.
    pub opaque: Vec<Gap>,
    /// Files of modules that `disabledModules` leaves out.
    pub disabled: Vec<Utf8PathBuf>,
    /// Those of them that have a key of their own, where they stand: there may be more in their files.
    pub disabled_sets: Vec<Site>,
}

/// One module.
pub struct Module {
    /// The path of its file, or a name made from that of its parent.
    pub key: String,
    /// Its `options`.
    pub options: Option<ThunkId>,
    /// Its `config`.
    pub config: Option<ThunkId>,
    /// Under which undecided conditions it is imported.
    pub when: When,
    /// Whose it is.
    pub written: Written,
    /// The calls that gave it.
    pub(crate) calls: Calls,
    /// What it calls its file (`_file`), or what the module that imports it does.
    pub(crate) file: Option<Symbol>,
    /// The set that it is, where that stands in the code.
    set: Option<Site>,
    /// Is it one that the system is given, and none that another imports?
    pub(crate) is_given: bool,
}

/// The modules of an evaluation.
pub(super) fn collect(ev: &mut Evaluator<'_>, system: &Rc<ModuleEvaluation>) -> Collected {
    Collection::new(ev, system).run(ev)
}

/// Modules that are functions of functions deeper than this are not read.
const MAX_NESTED: u32 = 8;

/// Elements of all modules that are lists of modules: a list that has itself in it twice doubles with each step.
const MAX_IN_LISTS: usize = 4_000;

/// Finding the modules of one evaluation.
struct Collection<'s> {
    system: &'s Rc<ModuleEvaluation>,
    keys: Keys,
    out: Collected,
    queue: VecDeque<Import>,
    /// The keys of modules that were read.
    seen: FxHashSet<String>,
    /// The keys of modules that shall not be there.
    disabled: FxHashSet<String>,
    /// By key, what a module imports; those of the empty key are the first ones.
    children: FxHashMap<String, Vec<String>>,
    /// What of the work is set aside for the modules in the queue.
    reserve: Reserve,
    /// Was a list of modules left out because of its depth or length?
    too_many: bool,
    /// How many elements modules that are lists have had so far.
    in_lists: usize,
}

impl<'s> Collection<'s> {
    fn new(ev: &mut Evaluator<'_>, system: &'s Rc<ModuleEvaluation>) -> Self {
        let base = system.setup.base.iter().chain(&system.built).enumerate();
        let base = base.map(|(at, value)| Import::first(*value, format!(":anon-base-{at}"), Written::BY_US));
        // What stands in the call itself is in no file that Nix knows.
        let is_first = system.mode() == Mode::AsNix && system.around.is_none() && system.prefix.is_empty();
        let file = is_first.then(|| ev.intern(UNKNOWN_FILE));
        let modules = system.setup.modules.iter().enumerate();
        let modules = modules.map(|(at, value)| Import {
            file,
            ..Import::first(*value, format!(":anon-{}", at + 1), Written::SOMEWHERE)
        });
        Self {
            system,
            keys: Keys::new(ev),
            out: Collected {
                modules: Vec::new(),
                freeform: Vec::new(),
                fatal: None,
                opaque: Vec::new(),
                disabled: Vec::new(),
                disabled_sets: Vec::new(),
            },
            queue: base.chain(modules).collect(),
            seen: FxHashSet::default(),
            disabled: FxHashSet::default(),
            too_many: false,
            in_lists: 0,
            children: FxHashMap::default(),
            reserve: Reserve::new(Share::Most),
        }
    }

    fn run(mut self, ev: &mut Evaluator<'_>) -> Collected {
        self.set_aside(ev, 0);
        while let Some(next) = self.queue.pop_front() {
            if self.out.modules.len() >= MAX_MODULES {
                self.out.opaque.push(Gap {
                    site: None,
                    what: "modules".to_owned(),
                    why: Why::Limit(format!("more than {MAX_MODULES} modules")),
                });
                break;
            }
            let outer = ev.begin_reserved(&mut self.reserve, next.portion);
            let before = self.queue.len();
            let value = ev.force_or_unknown(next.value);
            self.load(ev, next, value);
            ev.end_part(outer);
            self.set_aside(ev, before);
        }
        if self.as_nix() && self.out.fatal.is_none() {
            // What cannot be read as a module, or fails while its imports are found, fails all.
            self.out.fatal = self
                .out
                .opaque
                .iter()
                .find_map(|gap| gap.why.failure().map(str::to_owned));
        }
        self.drop_disabled();
        // Nix merges definitions of later imports first.
        self.out.modules.reverse();
        self.out
    }

    /// Sets a part of the work aside for each module that was added to the queue when it had this length.
    fn set_aside(&mut self, ev: &Evaluator<'_>, before: usize) {
        let added = self.queue.len() - before;
        let portion = ev.set_aside(&mut self.reserve, added);
        for import in self.queue.iter_mut().skip(before) {
            import.portion = portion;
        }
    }

    fn as_nix(&self) -> bool {
        self.system.mode() == Mode::AsNix
    }

    /// Reads a module and what it imports.
    fn load(&mut self, ev: &mut Evaluator<'_>, mut item: Import, value: Tracked) {
        let value = match self.resolve(ev, &mut item, value, 0) {
            Ok(value) => value,
            Err(gap) => {
                self.out.opaque.push(gap);
                return;
            }
        };
        match &value.value {
            Value::Attrs(set) => self.load_set(ev, item, set, value.origin),
            Value::List(list) => {
                // A file that is a list of modules, which may have itself in it.
                let why = match item.depth >= MAX_DEPTH {
                    true => Some(format!("modules import each other more than {MAX_DEPTH} deep")),
                    false if self.in_lists + list.elems.len() > MAX_IN_LISTS => {
                        Some(format!("lists of modules have more than {MAX_IN_LISTS} elements"))
                    }
                    false => None,
                };
                if let Some(why) = why {
                    // One is told for all: there may be as many as there is memory.
                    if !std::mem::replace(&mut self.too_many, true) {
                        self.out.opaque.push(item.gap(ev, &value, Why::Limit(why)));
                    }
                    return;
                }
                item.depth += 1;
                self.in_lists += list.elems.len();
                for (at, elem) in list.elems.iter().enumerate() {
                    let when = ev.both(item.when, elem.when);
                    let key = format!("{}:{at}", item.key);
                    self.queue.push_back(item.instead(elem.thunk, key, when));
                }
            }
            Value::Either(alternatives) => {
                for alternative in alternatives.iter() {
                    let when = ev.both(item.when, alternative.when);
                    let thunk = ev.alloc_tracked(alternative.value.clone());
                    let key = format!("{}:either", item.key);
                    self.queue.push_back(item.instead(thunk, key, when));
                }
            }
            other => {
                let why = match other {
                    Value::Unknown(unknown) => unknown.why.clone(),
                    _ if self.as_nix() => {
                        let file = item.file_name(ev);
                        let key = &item.key;
                        Why::Error(format!("Module {file} ({key}) does not look like a module."))
                    }
                    other => Why::Error(format!("{} is not a module", other.describe())),
                };
                self.out.opaque.push(item.gap(ev, &value, why));
            }
        }
    }

    /// Reads a module that is a set.
    fn load_set(&mut self, ev: &mut Evaluator<'_>, mut item: Import, set: &Attrs, origin: OriginId) {
        self.name(ev, &mut item, set);
        let is_given = item.parent.is_empty();
        if self.as_nix() && !item.written.is_ours() && self.out.fatal.is_none() {
            self.out.fatal = self.system.not_a_module(ev, set, &self.keys, &item);
        }
        self.children
            .entry(std::mem::take(&mut item.parent))
            .or_default()
            .push(item.key.clone());
        if !self.seen.insert(item.key.clone()) {
            return;
        }
        self.imports(ev, set, &item);
        if let Some(attr) = set.get(self.keys.disabled)
            && let Err(message) = self.disable(ev, attr.thunk, &item)
        {
            self.out.fatal.get_or_insert(message);
        }
        if let Some(freeform) = set.get(self.keys.freeform) {
            self.out.freeform.push(freeform.thunk);
        }
        let written = ev.origin_site(origin);
        let module = |options, config| Module {
            options,
            config,
            key: item.key.clone(),
            when: item.when,
            written: item.written,
            calls: item.calls.clone(),
            file: item.file,
            set: written,
            is_given,
        };
        if let Some(config) = self.strays(ev, set, &item, origin) {
            self.out.modules.push(module(None, Some(config)));
        }
        let options = set.get(self.keys.options).map(|attr| attr.thunk);
        let config = self.config(ev, set, origin);
        self.out.modules.push(module(options, config));
    }

    /// Configuration beside `config` or `options`, for which Nix refuses the module. That is told, and it is read as if it
    /// stood in `config`: that is what its author means, and whoever mends the module must not be the first to see what
    /// is in it.
    fn strays(
        &mut self,
        ev: &mut Evaluator<'_>,
        set: &Attrs,
        item: &Import,
        origin: OriginId,
    ) -> Option<ThunkId> {
        if self.as_nix() || item.written.is_ours() {
            return None;
        }
        let strays: Vec<Attr> = self.keys.strays(set).copied().collect();
        // What nobody imports may be no module at all: a container by itself has a `config`, too, and `lib` has `options`.
        let has = |key| set.get(key).is_some();
        let looks_like_one = has(self.keys.options) || has(self.keys.imports);
        let is_module = !self.system.open_world() || looks_like_one && strays.len() <= FEW_STRAYS;
        for stray in strays.iter().filter(|_| is_module) {
            let name = ev.name(stray.name);
            self.out.opaque.push(Gap {
                site: known(stray.site).or_else(|| ev.last_site(origin)),
                what: "module".to_owned(),
                why: Why::Error(format!(
                    "unsupported attribute `{name}` beside `config` or `options`: all configuration has to be in `config`"
                )),
            });
        }
        (!strays.is_empty()).then(|| ev.alloc(Value::attrs(Attrs::from_entries(strays)), origin))
    }

    /// A module may say what it is known by, and what its file is called.
    fn name(&self, ev: &mut Evaluator<'_>, item: &mut Import, set: &Attrs) {
        if let Some(key) = set.get(self.keys.key) {
            match ev.force_or_unknown(key.thunk).value {
                Value::String(key) => item.key = key.text.to_string(),
                Value::Int(key) => item.key = key.to_string(),
                _ => {}
            }
        }
        if let Some(attr) = set.get(self.keys.file) {
            match ev.force_or_unknown(attr.thunk).value {
                Value::String(file) => item.file = Some(ev.intern(&file.text)),
                Value::Path(file) => item.file = Some(ev.intern(&file)),
                _ => {}
            }
        }
    }

    /// What a module defines: its `config`, or all that is no other key where it has neither `config` nor `options`.
    fn config(&mut self, ev: &mut Evaluator<'_>, set: &Attrs, origin: OriginId) -> Option<ThunkId> {
        let config = set.get(self.keys.config).map(|attr| attr.thunk);
        if config.is_some() || set.get(self.keys.options).is_some() {
            if let Some(open) = &set.open {
                self.out.opaque.push(Gap {
                    site: ev.last_site(origin),
                    what: "part of a module".to_owned(),
                    why: open.why.clone(),
                });
            }
            return config;
        }
        let entries = set.entries.iter();
        let entries = entries.filter(|attr| !self.keys.special(attr.name));
        let mut config = Attrs::from_entries(entries.copied().collect());
        config.open.clone_from(&set.open);
        config.wildcard = set.wildcard;
        config.names.clone_from(&set.names);
        config.apart.clone_from(&set.apart);
        Some(ev.alloc(Value::attrs(config), origin))
    }

    fn imports(&mut self, ev: &mut Evaluator<'_>, set: &Attrs, item: &Import) {
        for name in [self.keys.require, self.keys.imports] {
            let Some(attr) = set.get(name) else { continue };
            let mut gap = |site, why| {
                let what = "imports".to_owned();
                self.out.opaque.push(Gap { site, what, why });
            };
            let imports = ev.force_part(attr.thunk);
            let origin = imports.origin;
            let Ok(list) = ev.list_or_open(imports, attr.site) else {
                gap(Some(attr.site), Why::Error("`imports` is not a list".to_owned()));
                continue;
            };
            if let Some(open) = &list.open {
                gap(ev.last_site(origin).or(Some(attr.site)), open.why.clone());
            }
            if item.depth >= MAX_DEPTH && !list.elems.is_empty() {
                let why = Why::Limit(format!("modules import each other more than {MAX_DEPTH} deep"));
                gap(Some(attr.site), why);
                return;
            }
            for (at, elem) in list.elems.iter().enumerate() {
                let import = Import {
                    value: elem.thunk,
                    key: format!("{}:anon-{}", item.key, at + 1),
                    parent: item.key.clone(),
                    when: ev.both(item.when, elem.when),
                    site: attr.site,
                    depth: item.depth + 1,
                    ..item.clone()
                };
                self.queue.push_back(import);
            }
        }
    }

    /// Reads `disabledModules`; an item that names no module is an error.
    fn disable(&mut self, ev: &mut Evaluator<'_>, thunk: ThunkId, item: &Import) -> Result<(), String> {
        let Ok(Tracked {
            value: Value::List(list),
            ..
        }) = ev.force(thunk)
        else {
            return Ok(());
        };
        for elem in &list.elems {
            match &ev.force_or_unknown(elem.thunk).value {
                Value::Path(path) => {
                    self.disabled.insert(path.to_string());
                }
                Value::String(string) if string.hole().is_none() => {
                    self.disabled.insert(string.text.to_string());
                    // A relative name lies in the folder of the system's own modules.
                    let special = self.system.special(ev);
                    if let Some(folder) = find(ev, &special, "modulesPath")
                        && let Value::Path(folder) = ev.force_or_unknown(folder).value
                    {
                        self.disabled.insert(format!("{folder}/{}", string.text));
                    }
                }
                Value::Int(key) => {
                    self.disabled.insert(key.to_string());
                }
                Value::Attrs(set) => {
                    let Some(key) = find_text(ev, set, "key") else {
                        return Err(format!(
                            "Module `{}' contains a disabledModules item that is an attribute set, presumably a module, that does not have a `key' attribute. Without one it is not clear which module is meant.",
                            item.file_name(ev)
                        ));
                    };
                    self.disabled.insert(key.to_string());
                }
                _ => {}
            }
        }
        Ok(())
    }

    /// Follows paths and applies functions until a set (or several, or something unknown) is there.
    fn resolve(
        &self,
        ev: &mut Evaluator<'_>,
        item: &mut Import,
        value: Tracked,
        depth: u32,
    ) -> Result<Tracked, Gap> {
        if depth > MAX_NESTED {
            let why = Why::Error("too many nested functions".to_owned());
            return Err(item.gap(ev, &value, why));
        }
        item.calls = item.calls.inside(ev, value.origin);
        let result = match &value.value {
            Value::Path(_) | Value::String(_) => {
                let inner = self.read(ev, item, &value)?;
                return self.resolve(ev, item, inner, depth + 1);
            }
            Value::Unknown(unknown) => {
                let is_of_nixpkgs = is_harmless(&self.system.shared, &unknown.why);
                let model = is_of_nixpkgs.then(|| of_nixpkgs(ev, &self.system.shared, &value.value));
                match model.flatten() {
                    Some(thunk) => Ok(ev.force_or_unknown(thunk)),
                    None => return Err(item.gap(ev, &value, unknown.why.clone())),
                }
            }
            other if self.system.open_world() && is_factory(ev, other) => {
                // Called by somebody with an argument that is not there to be seen.
                let argument = ev.alloc_unknown(Why::named("an argument of the caller"));
                let result = ev.apply(&value, argument, NO_SITE);
                ev.settle(result)
            }
            other if ev.is_function(other) => self.call(ev, item, &value),
            _ => {
                if let Some(site) = ev.last_site(value.origin) {
                    self.system.shared.use_module(ev, ModuleId::Site(site));
                }
                return Ok(value);
            }
        };
        match result {
            Ok(inner) => self.resolve(ev, item, inner, depth + 1),
            Err(error) => Err(Gap {
                site: error.site,
                what: "module".to_owned(),
                why: error_unknown(&error).why.clone(),
            }),
        }
    }

    /// The value of the file at a path.
    fn read(&self, ev: &mut Evaluator<'_>, item: &mut Import, value: &Tracked) -> Result<Tracked, Gap> {
        let site = ev.last_site(value.origin).unwrap_or(item.site);
        let path = match ev.to_path(value, site) {
            Ok(path) => path,
            Err(Stop::Unknown(unknown)) if is_harmless(&self.system.shared, &unknown.why) => {
                return match of_nixpkgs(ev, &self.system.shared, &value.value) {
                    Some(thunk) => Ok(ev.force_or_unknown(thunk)),
                    None => Err(item.gap(ev, value, unknown.why.clone())),
                };
            }
            Err(Stop::Unknown(unknown)) => return Err(item.gap(ev, value, unknown.why.clone())),
            Err(Stop::Error(error)) => {
                return Err(item.gap(ev, value, error.why()));
            }
        };
        if !item.when.is_always() && is_other_text(ev, Utf8Path::new(&*path)) {
            // Whoever takes all files of a folder has a condition on their names, which decides that.
            return Err(item.gap(ev, value, ev.condition_reason(item.when).why.clone()));
        }
        let thunk = match ev.import(Utf8Path::new(&*path)) {
            Ok(thunk) => thunk,
            // It is there whatever is undecided, and Nix fails without it.
            Err(Why::MissingFile(path)) if item.when.is_always() => {
                return Err(item.gap(ev, value, Why::MissingModule(path)));
            }
            Err(why) => return Err(item.gap(ev, value, why)),
        };
        self.system.shared.use_module(ev, ModuleId::Path((&*path).into()));
        item.key = path.to_string();
        item.depth = 0;
        item.calls = Calls::default();
        // Only where mistakes are reported as Nix does: elsewhere places are enough.
        item.file = self.as_nix().then(|| ev.intern(&path));
        Ok(ev.force(thunk).unwrap_or_else(|error| Tracked {
            value: Value::Unknown(error_unknown(&error)),
            origin: value.origin,
        }))
    }

    /// What a module that is a function gives.
    fn call(&self, ev: &mut Evaluator<'_>, item: &Import, function: &Tracked) -> EvalResult<Tracked> {
        if let Value::Lambda(lambda) = &function.value {
            let site = ev.lambda_site(lambda);
            self.system.shared.use_module(ev, ModuleId::Site(site));
        }
        let key = item.key.clone();
        match &function.value {
            Value::Lambda(lambda) if ev.retains() => {
                let thunk = self.system.applied(ev, lambda, &key, |ev| {
                    let (system, function, key) = (self.system.clone(), function.clone(), key.clone());
                    ev.alloc_native(move |ev| system.call(ev, &function, &key))
                });
                ev.force(thunk)
            }
            _ => {
                let result = self.system.call(ev, function, &key);
                ev.settle(result)
            }
        }
    }

    /// Leaves out disabled modules and what only they import.
    fn drop_disabled(&mut self) {
        let disabled = &self.disabled;
        if disabled.is_empty() {
            return;
        }
        let is_disabled =
            |key: &str| disabled.contains(key) || disabled.contains(&format!("{key}/default.nix"));
        let mut kept: FxHashSet<&str> = FxHashSet::default();
        let mut pending = vec![""];
        while let Some(key) = pending.pop() {
            for child in self.children.get(key).into_iter().flatten() {
                if !is_disabled(child) && kept.insert(child) {
                    pending.push(child);
                }
            }
        }
        self.out.modules.retain(|module| {
            let is_kept = kept.contains(module.key.as_str());
            if !is_kept && !module.written.is_ours() {
                match module.key.starts_with('/') {
                    true => self.out.disabled.push(module.key.as_str().into()),
                    false => self.out.disabled_sets.extend(module.set),
                }
            }
            is_kept
        });
    }
}

impl ModuleEvaluation {
    /// Calls a module that is a function.
    fn call(self: &Rc<Self>, ev: &mut Evaluator<'_>, function: &Tracked, key: &str) -> Res<Tracked> {
        let argument = self.arguments(ev, &function.value, key);
        let argument = ev.alloc(Value::attrs(argument), OriginId::default());
        ev.apply(function, argument, NO_SITE)
    }
}

/// Is it a file that by its name is not Nix?
fn is_other_text(ev: &Evaluator<'_>, path: &Utf8Path) -> bool {
    path.extension() != Some("nix") && matches!(ev.source().kind(path), Ok(Some(FileKind::Regular)))
}

//! One module evaluation: finding its modules and giving them their arguments.

use crate::declaration::Decl;
use crate::definition::RawDef;
use crate::keys::Names;
use crate::system::evaluation::{Mode, Setup, System};
use crate::system::report::{Gap, ModuleId, Shared};
use crate::values::plain;
use nixpod_eval::{
    Attr, Attrs, Evaluator, NO_SITE, Opaque, OriginId, Res, Symbol, ThunkId, Tracked, Value, When,
    error_unknown,
};
use nixpod_source::{Site, Why};
use rustc_hash::{FxHashMap, FxHashSet};
use std::cell::Cell;
use std::collections::VecDeque;
use std::rc::Rc;

/// More modules than this in one evaluation are not read; real systems stay below 3,000 of their own.
const MAX_MODULES: usize = 20_000;

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
    /// Is it one of our own?
    pub hidden: bool,
    /// What it calls its file (`_file`), or what the module that imports it does.
    pub(crate) file: Option<Symbol>,
}

pub(crate) struct Pending {
    value: ThunkId,
    pub(crate) key: String,
    /// The key of the module that imports it; empty for the first ones.
    parent: String,
    when: When,
    hidden: bool,
    site: Site,
    pub(crate) file: Option<Symbol>,
}

impl Pending {
    /// The file that messages name for it.
    pub(crate) fn file_name(&self, ev: &Evaluator<'_>) -> String {
        match self.file {
            Some(file) => ev.name(file).to_string(),
            None => self.key.clone(),
        }
    }
}

impl System {
    /// A module evaluation; nothing is computed yet.
    pub fn new(ev: &mut Evaluator<'_>, shared: &Rc<Shared>, setup: Setup) -> Rc<Self> {
        let config = ev.reserve();
        let options = ev.reserve();
        let collected = ev.reserve();
        let system = Rc::new(Self {
            shared: shared.clone(),
            prefix: setup.prefix.clone().into(),
            config,
            options,
            setup,
            id: shared.new_system(),
            collected,
            collecting: Cell::new(false),
            asked: Cell::new(false),
        });
        system.fill_config(ev);
        let this = system.clone();
        ev.fill_native(options, move |ev| this.eval_options(ev));
        let this = system.clone();
        ev.fill_native(collected, move |ev| {
            Ok(plain(Value::Opaque(Opaque(Rc::new(this.find(ev))))))
        });
        system
    }

    fn fill_config(self: &Rc<Self>, ev: &mut Evaluator<'_>) {
        let this = self.clone();
        ev.fill_native(self.config, move |ev| this.eval_config(ev));
    }

    fn eval_config(self: &Rc<Self>, ev: &mut Evaluator<'_>) -> Res<Tracked> {
        let Some(collected) = self.collect(ev) else {
            self.asked.set(true);
            return ev.fail(
                "infinite recursion encountered: `imports` depend on `config`",
                NO_SITE,
            );
        };
        let (decls, defs) = self.top(&collected);
        if self.mode() == Mode::AsNix
            && let Some(message) = &collected.fatal
        {
            return ev.fail(message.clone(), NO_SITE);
        }
        crate::fixpoint::tree::root(ev, self, decls, defs, &collected)
    }

    fn eval_options(self: &Rc<Self>, ev: &mut Evaluator<'_>) -> Res<Tracked> {
        let Some(collected) = self.collect(ev) else {
            return ev.fail(
                "infinite recursion encountered: `imports` depend on `options`",
                NO_SITE,
            );
        };
        let (decls, defs) = self.top(&collected);
        let prefix = match self.mode() {
            Mode::WholeSystem => Rc::from([]),
            Mode::Part | Mode::AsNix => self.prefix.clone(),
        };
        crate::fixpoint::option_value::tree(
            ev,
            self,
            prefix,
            decls,
            crate::fixpoint::option_value::Pending::new(defs),
        )
    }

    pub(crate) fn top(&self, collected: &Collected) -> (Vec<Decl>, Vec<RawDef>) {
        let mut decls = Vec::new();
        let mut defs = Vec::new();
        for module in &collected.modules {
            if let Some(value) = module.options {
                decls.push(Decl {
                    value,
                    hidden: module.hidden,
                    site: NO_SITE,
                    file: module.file,
                });
            }
            if let Some(value) = module.config {
                let mut def = RawDef::new(value, module.when, module.hidden);
                def.file = module.file;
                defs.push(def);
            }
        }
        (decls, defs)
    }

    /// The modules, found once. Nothing while they are being found (a module whose imports depend on the result).
    pub fn collect(self: &Rc<Self>, ev: &mut Evaluator<'_>) -> Option<Rc<Collected>> {
        if self.collecting.get() {
            return None;
        }
        ev.opaque(self.collected)
    }

    fn find(self: &Rc<Self>, ev: &mut Evaluator<'_>) -> Collected {
        self.collecting.set(true);
        let collected = self.find_modules(ev);
        self.collecting.set(false);
        if self.asked.take() && self.mode() != Mode::AsNix {
            // What asked too early has its error; all others shall have the configuration.
            ev.spoil();
            self.fill_config(ev);
        }
        for gap in &collected.opaque {
            if !crate::is_harmless(&self.shared, &gap.why) {
                let mut gap = gap.clone();
                if !self.prefix.is_empty() && gap.what == "module" {
                    gap.what = format!("a definition of {}", crate::dotted(&self.prefix));
                }
                self.shared.gap(ev, gap);
            }
        }
        collected
    }

    fn find_modules(self: &Rc<Self>, ev: &mut Evaluator<'_>) -> Collected {
        let mut out = Collected {
            modules: Vec::new(),
            freeform: Vec::new(),
            fatal: None,
            opaque: Vec::new(),
        };
        let mut queue = VecDeque::new();
        let pending = |value: &ThunkId, at: usize, hidden: bool| Pending {
            value: *value,
            key: format!(":anon-{}{at}", if hidden { "base-" } else { "" }),
            parent: String::new(),
            when: When::ALWAYS,
            hidden,
            site: NO_SITE,
            file: None,
        };
        queue.extend(
            self.setup
                .base
                .iter()
                .enumerate()
                .map(|(at, value)| pending(value, at, true)),
        );
        queue.extend(
            self.setup
                .modules
                .iter()
                .enumerate()
                .map(|(at, value)| pending(value, at, false)),
        );
        let mut seen: FxHashSet<String> = FxHashSet::default();
        let mut disabled: FxHashSet<String> = FxHashSet::default();
        let mut children: FxHashMap<String, Vec<String>> = FxHashMap::default();
        while let Some(next) = queue.pop_front() {
            if out.modules.len() >= MAX_MODULES {
                out.opaque.push(Gap {
                    site: None,
                    what: "modules".to_owned(),
                    why: Why::OutOfFuel(format!("more than {MAX_MODULES} modules")),
                });
                break;
            }
            let value = ev.force_or_unknown(next.value);
            self.load(
                ev,
                next,
                value,
                &mut out,
                &mut queue,
                &mut seen,
                &mut disabled,
                &mut children,
            );
        }
        if self.mode() == Mode::AsNix && out.fatal.is_none() {
            // What cannot be read as a module, or fails while its imports are found, fails all.
            out.fatal = out.opaque.iter().find_map(|gap| match &gap.why {
                Why::Error(message) | Why::Cycle(message) => Some(message.clone()),
                _ => None,
            });
        }
        if !disabled.is_empty() {
            drop_disabled(&mut out.modules, &disabled, &children);
        }
        // Nix merges definitions of later imports first.
        out.modules.reverse();
        out
    }

    #[expect(clippy::too_many_arguments, reason = "the state of one loop")]
    fn load(
        self: &Rc<Self>,
        ev: &mut Evaluator<'_>,
        mut item: Pending,
        value: Tracked,
        out: &mut Collected,
        queue: &mut VecDeque<Pending>,
        seen: &mut FxHashSet<String>,
        disabled: &mut FxHashSet<String>,
        children: &mut FxHashMap<String, Vec<String>>,
    ) {
        let value = match self.resolve(ev, &mut item, value, 0) {
            Ok(value) => value,
            Err(gap) => {
                out.opaque.push(gap);
                return;
            }
        };
        let set = match &value.value {
            Value::Attrs(set) => set.clone(),
            Value::List(list) => {
                // A file that is a list of modules.
                for (at, elem) in list.elems.iter().enumerate() {
                    queue.push_back(Pending {
                        value: elem.thunk,
                        key: format!("{}:{at}", item.key),
                        parent: item.parent.clone(),
                        when: ev.both(item.when, elem.when),
                        hidden: item.hidden,
                        site: item.site,
                        file: item.file,
                    });
                }
                return;
            }
            Value::Either(alternatives) => {
                for alternative in alternatives.iter() {
                    let when = ev.both(item.when, alternative.when);
                    let thunk = ev.alloc_tracked(alternative.value.clone());
                    queue.push_back(Pending {
                        value: thunk,
                        key: format!("{}:either", item.key),
                        parent: item.parent.clone(),
                        when,
                        hidden: item.hidden,
                        site: item.site,
                        file: item.file,
                    });
                }
                return;
            }
            other => {
                out.opaque.push(Gap {
                    site: ev
                        .last_site(value.origin)
                        .or((item.site != NO_SITE).then_some(item.site)),
                    what: "module".to_owned(),
                    why: match other {
                        Value::Unknown(unknown) => unknown.why.clone(),
                        _ if self.mode() == Mode::AsNix => Why::Error(format!(
                            "Module {} ({}) does not look like a module.",
                            item.file_name(ev),
                            item.key
                        )),
                        other => Why::Error(format!("{} is not a module", other.describe())),
                    },
                });
                return;
            }
        };
        let names = Names::new(ev);
        if let Some(key) = set.get(names.key) {
            match ev.force_or_unknown(key.thunk).value {
                Value::String(key) => item.key = key.text.to_string(),
                Value::Int(key) => item.key = key.to_string(),
                _ => {}
            }
        }
        if let Some(attr) = set.get(names.file) {
            match ev.force_or_unknown(attr.thunk).value {
                Value::String(file) => item.file = Some(ev.intern(&file.text)),
                Value::Path(file) => item.file = Some(ev.intern(&file)),
                _ => {}
            }
        }
        if self.mode() == Mode::AsNix && !item.hidden && out.fatal.is_none() {
            out.fatal = self.not_a_module(ev, &set, &names, &item);
        }
        children
            .entry(std::mem::take(&mut item.parent))
            .or_default()
            .push(item.key.clone());
        if !seen.insert(item.key.clone()) {
            return;
        }
        self.imports(ev, &set, &names, &item, out, queue);
        if let Some(attr) = set.get(names.disabled)
            && let Err(message) = self.disabled(ev, attr.thunk, &item, disabled)
        {
            out.fatal.get_or_insert(message);
        }
        let structured = set.get(names.config).is_some() || set.get(names.options).is_some();
        if let Some(freeform) = set.get(names.freeform) {
            out.freeform.push(freeform.thunk);
        }
        let config = if structured {
            set.get(names.config).map(|attr| attr.thunk)
        } else {
            let entries: Vec<Attr> = set
                .entries
                .iter()
                .filter(|attr| !names.special(attr.name))
                .copied()
                .collect();
            let mut config = Attrs::from_entries(entries);
            config.open.clone_from(&set.open);
            config.wildcard = set.wildcard;
            Some(ev.alloc(Value::attrs(config), value.origin))
        };
        if let Some(open) = set.open.as_ref().filter(|_| structured) {
            out.opaque.push(Gap {
                site: ev.last_site(value.origin),
                what: "part of a module".to_owned(),
                why: open.why.clone(),
            });
        }
        let options = set.get(names.options).map(|attr| attr.thunk);
        out.modules.push(Module {
            key: item.key,
            options,
            config,
            when: item.when,
            hidden: item.hidden,
            file: item.file,
        });
    }

    fn imports(
        self: &Rc<Self>,
        ev: &mut Evaluator<'_>,
        set: &Attrs,
        names: &Names,
        item: &Pending,
        out: &mut Collected,
        queue: &mut VecDeque<Pending>,
    ) {
        for name in [names.require, names.imports] {
            let Some(attr) = set.get(name) else { continue };
            let imports = ev.force_or_unknown(attr.thunk);
            let list = match ev.list_or_open(imports.clone(), attr.site) {
                Ok(list) => list,
                Err(_) => {
                    let why = Why::Error("`imports` is not a list".to_owned());
                    out.opaque.push(Gap {
                        site: Some(attr.site),
                        what: "imports".to_owned(),
                        why,
                    });
                    continue;
                }
            };
            if let Some(open) = &list.open {
                out.opaque.push(Gap {
                    site: ev.last_site(imports.origin).or(Some(attr.site)),
                    what: "imports".to_owned(),
                    why: open.why.clone(),
                });
            }
            for (at, elem) in list.elems.iter().enumerate() {
                let key = format!("{}:anon-{at}", item.key);
                let when = ev.both(item.when, elem.when);
                queue.push_back(Pending {
                    value: elem.thunk,
                    key,
                    parent: item.key.clone(),
                    when,
                    hidden: item.hidden,
                    site: attr.site,
                    file: item.file,
                });
            }
        }
    }

    /// Reads `disabledModules`; an item that names no module is an error.
    fn disabled(
        &self,
        ev: &mut Evaluator<'_>,
        thunk: ThunkId,
        item: &Pending,
        disabled: &mut FxHashSet<String>,
    ) -> Result<(), String> {
        let Ok(Tracked {
            value: Value::List(list),
            ..
        }) = ev.force(thunk)
        else {
            return Ok(());
        };
        for elem in &list.elems {
            let value = ev.force_or_unknown(elem.thunk);
            match &value.value {
                Value::Path(path) => {
                    disabled.insert(path.to_string());
                }
                Value::String(string) if string.hole().is_none() => {
                    disabled.insert(string.text.to_string());
                    // A relative name lies in the folder of the system's own modules.
                    let name = ev.intern("modulesPath");
                    if let Some(attr) = self.special(ev).get(name)
                        && let Value::Path(folder) = ev.force_or_unknown(attr.thunk).value
                    {
                        disabled.insert(format!("{folder}/{}", string.text));
                    }
                }
                Value::Int(key) => {
                    disabled.insert(key.to_string());
                }
                Value::Attrs(set) => {
                    let key = ev.intern("key");
                    if let Some(attr) = set.get(key)
                        && let Ok(Tracked {
                            value: Value::String(key),
                            ..
                        }) = ev.force(attr.thunk)
                    {
                        disabled.insert(key.text.to_string());
                    } else {
                        return Err(format!(
                            "Module `{}' contains a disabledModules item that is an attribute set, presumably a module, that does not have a `key' attribute. Without one it is not clear which module is meant.",
                            item.file_name(ev)
                        ));
                    }
                }
                _ => {}
            }
        }
        Ok(())
    }

    /// Follows paths and applies functions until a set (or several, or something unknown) is there.
    fn resolve(
        self: &Rc<Self>,
        ev: &mut Evaluator<'_>,
        item: &mut Pending,
        value: Tracked,
        depth: u32,
    ) -> Result<Tracked, Gap> {
        let gap = |ev: &Evaluator<'_>, value: &Tracked, what: &str, why: Why| Gap {
            site: ev
                .last_site(value.origin)
                .or((item.site != NO_SITE).then_some(item.site)),
            what: what.to_owned(),
            why,
        };
        if depth > 8 {
            return Err(gap(
                ev,
                &value,
                "module",
                Why::Error("too many nested functions".to_owned()),
            ));
        }
        match &value.value {
            Value::Path(_) | Value::String(_) => {
                let site = ev.last_site(value.origin).unwrap_or(item.site);
                let path = match ev.to_path(&value, site) {
                    Ok(path) => path,
                    Err(nixpod_eval::Stop::Unknown(unknown)) => {
                        return Err(gap(ev, &value, "module", unknown.why.clone()));
                    }
                    Err(nixpod_eval::Stop::Error(error)) => {
                        return Err(gap(ev, &value, "module", Why::Error(error.message.clone())));
                    }
                };
                match ev.import(nixpod_source::Utf8Path::new(&*path)) {
                    Ok(thunk) => {
                        self.shared.use_module(ev, ModuleId::Path((&*path).into()));
                        item.key = path.to_string();
                        // Only where mistakes are reported as Nix does: elsewhere places are enough.
                        item.file = (self.mode() == Mode::AsNix).then(|| ev.intern(&path));
                        let inner = ev.force(thunk).unwrap_or_else(|error| Tracked {
                            value: Value::Unknown(error_unknown(&error)),
                            origin: value.origin,
                        });
                        self.resolve(ev, item, inner, depth + 1)
                    }
                    Err(why) => Err(gap(ev, &value, "module", why)),
                }
            }
            Value::Unknown(unknown) => Err(gap(ev, &value, "module", unknown.why.clone())),
            other if self.setup.open_world && crate::fixpoint::arguments::is_factory(ev, other) => {
                // Called by somebody with an argument that is not there to be seen.
                let argument = ev.alloc_unknown(Why::External("an argument of the caller".to_owned()));
                let result = ev.apply(value.clone(), argument, NO_SITE);
                match ev.settle(result) {
                    Ok(inner) => self.resolve(ev, item, inner, depth + 1),
                    Err(error) => Err(Gap {
                        site: error.site,
                        what: "module".to_owned(),
                        why: error_unknown(&error).why.clone(),
                    }),
                }
            }
            other if ev.is_function(other) => {
                if let Value::Lambda(lambda) = other {
                    let site = ev.lambda_site(lambda);
                    // A module of a type that our models declare is theirs, whatever its sets are put together from.
                    item.hidden |= crate::own::is_model(site);
                    self.shared.use_module(ev, ModuleId::Site(site));
                }
                let file = item.file_name(ev);
                let result = match other {
                    Value::Lambda(lambda) if ev.retains() => {
                        let thunk = self.applied(ev, lambda, &file, |ev| {
                            let (this, function, file) = (self.clone(), value.clone(), file.clone());
                            ev.alloc_native(move |ev| this.call(ev, &function, &file))
                        });
                        ev.force(thunk)
                    }
                    _ => {
                        let result = self.call(ev, &value, &file);
                        ev.settle(result)
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
            _ => {
                if let Some(site) = ev.last_site(value.origin) {
                    self.shared.use_module(ev, ModuleId::Site(site));
                }
                Ok(value)
            }
        }
    }

    /// Calls a module that is a function.
    fn call(self: &Rc<Self>, ev: &mut Evaluator<'_>, function: &Tracked, file: &str) -> Res<Tracked> {
        let argument = self.arguments(ev, &function.value, file);
        let argument = ev.alloc(Value::attrs(argument), OriginId::default());
        ev.apply(function.clone(), argument, NO_SITE)
    }
}

/// Leaves out disabled modules and what only they import. The children of the empty key are the roots.
fn drop_disabled(
    modules: &mut Vec<Module>,
    disabled: &FxHashSet<String>,
    children: &FxHashMap<String, Vec<String>>,
) {
    let is_disabled = |key: &str| disabled.contains(key) || disabled.contains(&format!("{key}/default.nix"));
    let mut kept: FxHashSet<&str> = FxHashSet::default();
    let mut pending = vec![""];
    while let Some(key) = pending.pop() {
        for child in children.get(key).into_iter().flatten() {
            if !is_disabled(child) && kept.insert(child) {
                pending.push(child);
            }
        }
    }
    modules.retain(|module| kept.contains(module.key.as_str()));
}

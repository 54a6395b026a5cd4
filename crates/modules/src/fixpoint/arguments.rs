//! What module functions are called with, and which sets Nix takes for modules.

use crate::fixpoint::import::Import;
use crate::fixpoint::system_value::{Extends, extend_modules, system_value};
use crate::keys::Keys;
use crate::own::{self, Kind};
use crate::system::evaluation::{Mode, ModuleEvaluation, Setup};
use crate::system::report::Shared;
use crate::values::{entry, plain};
use nixpod_eval::{
    Attr, Attrs, ErrorKind, Evaluator, NO_SITE, OriginId, Res, Symbol, ThunkId, Tracked, Unknown, Value,
};
use nixpod_source::Why;
use std::rc::Rc;

/// The argument by which modules of our models get the `config` around their submodule. So the type of an option need
/// not be made anew for each system that has it.
const AROUND: &str = "nixpodAround";

impl ModuleEvaluation {
    /// Why Nix does not take a set for a module of this evaluation.
    pub(crate) fn not_a_module(
        &self,
        ev: &mut Evaluator<'_>,
        set: &Attrs,
        keys: &Keys,
        item: &Import,
    ) -> Option<String> {
        let mut text = |name: Symbol| match ev.force_or_unknown(set.get(name)?.thunk).value {
            Value::String(text) => Some(text.text.clone()),
            _ => None,
        };
        let (class, tag) = (text(keys.class), text(keys.tag));
        let file = item.file_name(ev);
        if let (Some(class), Some(expected)) = (class, &self.setup.class)
            && class != *expected
        {
            return Some(format!(
                "The module `{file}` (class: \"{class}\") cannot be imported into a module evaluation that expects class \"{expected}\"."
            ));
        }
        if let Some(stray) = keys.strays(set).next() {
            return Some(format!(
                "Module `{file}' has an unsupported attribute `{}'. This is caused by introducing a top-level `config' or `options' attribute. Add configuration attributes immediately on the top level instead, or move all of them into the explicit `config' attribute.",
                ev.name(stray.name)
            ));
        }
        let tag =
            tag.filter(|tag| !matches!(tag.as_str(), "if" | "merge" | "override" | "order" | "definition"))?;
        let hint = match tag.as_str() {
            "configuration" => {
                " If you wanted to extend it, please only import the modules that make up the configuration."
            }
            _ => "",
        };
        Some(format!(
            "Expected a module, but found a value of type \"{tag}\", while trying to load a module into {file}.{hint}"
        ))
    }

    /// The arguments of a module function: what every module gets, `specialArgs`, and whatever it names.
    pub(crate) fn arguments(self: &Rc<Self>, ev: &mut Evaluator<'_>, function: &Value, key: &str) -> Attrs {
        let special = self.special(ev);
        let mut entries: Vec<Attr> = Vec::new();
        for (name, thunk) in &self.setup.args {
            entries.push(entry(ev.intern(name), *thunk));
        }
        if self.mode() == Mode::AsNix {
            for (name, value) in self.of_the_evaluation(ev, &special) {
                let thunk = ev.alloc(value, OriginId::default());
                entries.push(entry(ev.intern(name), thunk));
            }
        }
        for name in formals(ev, function) {
            let text = ev.name(name).clone();
            let known = self.setup.args.iter().any(|(arg, _)| *arg == text)
                || special.get(name).is_some()
                || matches!(text.as_str(), "config" | "options")
                || self.mode() == Mode::AsNix
                    && matches!(text.as_str(), "_class" | "_prefix" | "specialArgs");
            if !known {
                let this = self.clone();
                let key = key.to_owned();
                let thunk = ev.alloc_native(move |ev| this.named_argument(ev, &text, &key));
                entries.push(entry(name, thunk));
            }
        }
        // The last entry of a name stays: specialArgs over our own, `config` and `options` over all.
        entries.extend(special.entries.iter().copied());
        entries.push(entry(ev.common().config, self.config));
        entries.push(entry(ev.common().options, self.options));
        let mut arguments = Attrs::from_entries(entries);
        if self.open_world() {
            // Whoever imports it may give it more.
            arguments.open = Some(Unknown::new(Why::named("an argument of the caller")));
        }
        arguments
    }

    /// What modules can ask of the evaluation itself.
    fn of_the_evaluation(&self, ev: &mut Evaluator<'_>, special: &Rc<Attrs>) -> [(&'static str, Value); 3] {
        let prefix: Vec<ThunkId> = self
            .prefix
            .iter()
            .map(|step| ev.alloc(Value::string(step.text().clone()), OriginId::default()))
            .collect();
        [
            ("_class", self.class_value()),
            ("_prefix", Value::list(prefix)),
            ("specialArgs", Value::Attrs(special.clone())),
        ]
    }

    /// An evaluation without modules, for merging values outside of one.
    pub(crate) fn detached(ev: &mut Evaluator<'_>) -> Rc<Self> {
        let setup = Setup {
            args: ev
                .search_path("nixpkgs/lib")
                .map(|lib| ("lib".into(), lib))
                .into_iter()
                .collect(),
            mode: Mode::AsNix,
            ..Setup::default()
        };
        Self::new(ev, &Rc::new(Shared::default()), setup)
    }

    /// An argument that `_module.args` may define; otherwise an unknown of that name.
    fn named_argument(self: &Rc<Self>, ev: &mut Evaluator<'_>, name: &str, key: &str) -> Res<Tracked> {
        if let (AROUND, Some(around)) = (name, &self.around) {
            return Ok(ev.force(around.config)?);
        }
        if name == "extendModules" && self.mode() != Mode::Submodule {
            let thunk = extend_modules(ev, self, Extends::Argument);
            return Ok(ev.force(thunk)?);
        }
        if name == "noUserModules" && self.mode() == Mode::WholeSystem {
            let setup = Setup {
                modules: Vec::new(),
                ..self.setup.clone()
            };
            let system = Self::new(ev, &self.shared, setup);
            return Ok(plain(system_value(ev, &system)));
        }
        if self.mode() == Mode::AsNix {
            match name {
                "moduleType" => {
                    let thunk = crate::fixpoint::system_value::module_type(ev, self);
                    return Ok(ev.force(thunk)?);
                }
                _ if self.collecting.get() => {
                    return self.no_argument(ev, name, key, "infinite recursion encountered");
                }
                _ => {}
            }
        }
        if self.collecting.get() {
            ev.depends_on_order();
            // `imports` that depend on an argument: `_module.args` cannot define it, so a caller must have.
            let why = Why::named(name);
            return Ok(plain(Value::unknown(why)));
        }
        let mut at = match ev.force(self.config) {
            // What the configuration is depends on the argument, so that it does not define it.
            Err(error) if error.kind == ErrorKind::Recursion && self.mode() != Mode::AsNix => {
                ev.depends_on_order();
                return Ok(plain(Value::unknown(Why::named(name))));
            }
            config => config?,
        };
        for part in ["_module", "args", name] {
            let symbol = ev.intern(part);
            match &at.value {
                Value::Attrs(set) => match set.get(symbol) {
                    Some(attr) => at = ev.force(attr.thunk)?,
                    None if self.mode() == Mode::AsNix && self.setup.class.is_none() => {
                        return self.no_argument(ev, name, key, &format!("attribute '{name}' missing"));
                    }
                    None => return self.argument_of_nixos(ev, name),
                },
                _ => break,
            }
        }
        Ok(at)
    }

    /// An argument that nobody was seen to define. NixOS defines one for its own modules, which all others get, too.
    fn argument_of_nixos(&self, ev: &mut Evaluator<'_>, name: &str) -> Res<Tracked> {
        let mut value = Value::unknown(Why::named(name));
        if let ("utils", Some(Kind::Nixos), Some(library)) = (name, self.setup.kind, &self.setup.library) {
            let file = own::UTILS.value(ev);
            let given = ev.attrs_from(vec![("lib", library.lib)]);
            let given = ev.alloc(Value::attrs(given), OriginId::default());
            let utils = ev.alloc_apply(file, &[given], NO_SITE);
            let mut utils = (*ev.force_attrs(utils, NO_SITE)?).clone();
            utils.open = Some(Unknown::new(Why::named(name)));
            value = Value::attrs(utils);
        }
        Ok(plain(value))
    }

    fn no_argument(&self, ev: &Evaluator<'_>, name: &str, key: &str, why: &str) -> Res<Tracked> {
        let message = format!("while evaluating the module argument `{name}' in \"{key}\":\n{why}");
        ev.fail(message, NO_SITE)
    }

    /// An argument by name, as a module would get it.
    pub fn argument(self: &Rc<Self>, ev: &mut Evaluator<'_>, name: &str) -> Option<ThunkId> {
        let symbol = ev.intern(name);
        let special = self.special(ev);
        if let Some(attr) = special.get(symbol) {
            return Some(attr.thunk);
        }
        self.setup
            .args
            .iter()
            .find(|(arg, _)| arg == name)
            .map(|(_, thunk)| *thunk)
    }
}

/// The arguments that a function names.
fn formals(ev: &mut Evaluator<'_>, function: &Value) -> Vec<Symbol> {
    let formals = match function {
        Value::Attrs(set) => {
            let functor = set.get(ev.common().functor).map(|attr| attr.thunk);
            functor.and_then(|functor| {
                let functor = ev.force_or_unknown(functor);
                let itself = ev.alloc(function.clone(), OriginId::default());
                let inner = ev.apply(&functor, itself, NO_SITE).ok()?;
                ev.function_args(&inner.value)
            })
        }
        other => ev.function_args(other),
    };
    formals.into_iter().flatten().map(|(name, _, _)| name).collect()
}

/// Is it a function of one plain argument whose result is a function, as in `name: { config, ... }: { }`?
pub(crate) fn is_factory(ev: &mut Evaluator<'_>, value: &Value) -> bool {
    match value {
        Value::Lambda(lambda) => ev.is_curried(lambda),
        _ => false,
    }
}

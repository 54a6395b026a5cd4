//! Where an evaluation starts: the thunks of its modules, its `config` and its `options`.

use crate::declaration::Decl;
use crate::definition::RawDef;
use crate::fixpoint::collect::{Collected, collect};
use crate::fixpoint::option_value::{WayDown, tree};
use crate::fixpoint::system_value::{Extends, building, extend_modules, module_type, toplevel};
use crate::fixpoint::tree::root;
use crate::own::{self, Written};
use crate::system::evaluation::{At, Mode, ModuleEvaluation, Setup};
use crate::system::report::Shared;
use crate::values::plain;
use nixpod_eval::{Evaluator, NO_SITE, Opaque, OriginId, Res, Tracked, Value, When};
use std::cell::Cell;
use std::rc::Rc;

impl ModuleEvaluation {
    /// A module evaluation; nothing is computed yet.
    pub fn new(ev: &mut Evaluator<'_>, shared: &Rc<Shared>, setup: Setup) -> Rc<Self> {
        let id = shared.new_system();
        Self::make(ev, shared, setup, (id, id), None)
    }

    /// One that is the value of an option of another.
    pub(crate) fn within(ev: &mut Evaluator<'_>, outer: &Rc<Self>, setup: Setup) -> Rc<Self> {
        let id = outer.shared.new_system();
        Self::make(
            ev,
            &outer.shared,
            setup,
            (id, outer.outermost),
            Some(outer.clone()),
        )
    }

    fn make(
        ev: &mut Evaluator<'_>,
        shared: &Rc<Shared>,
        setup: Setup,
        (id, outermost): (u64, u64),
        around: Option<Rc<Self>>,
    ) -> Rc<Self> {
        let values = setup.modules.len() + setup.base.len() + setup.args.len();
        ev.keeps(size_of::<Self>() + values * size_of::<nixpod_eval::Attr>());
        let config = ev.reserve();
        let options = ev.reserve();
        let collected = ev.reserve();
        let built = building(ev, &setup);
        let system = Rc::new(Self {
            shared: shared.clone(),
            prefix: setup.prefix.clone(),
            config,
            options,
            setup,
            id,
            outermost,
            around,
            built: built.map(|(module, _)| module),
            collected,
            collecting: Cell::new(false),
            asked: Cell::new(false),
        });
        system.fill_config(ev);
        if let Some((_, built)) = built {
            let this = system.clone();
            ev.fill_native(built, move |ev| Ok(plain(toplevel(ev, &this))));
        }
        let this = system.clone();
        ev.fill_native(options, move |ev| this.eval_options(ev));
        let this = system.clone();
        ev.fill_native(collected, move |ev| {
            Ok(plain(Opaque::value(Rc::new(this.find(ev)))))
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
        root(ev, self, &decls, &defs, &collected)
    }

    fn eval_options(self: &Rc<Self>, ev: &mut Evaluator<'_>) -> Res<Tracked> {
        let Some(collected) = self.collect(ev) else {
            return ev.fail(
                "infinite recursion encountered: `imports` depend on `options`",
                NO_SITE,
            );
        };
        let (mut decls, mut defs) = self.top(&collected);
        if self.mode() == Mode::AsNix {
            self.add_own_options(ev, &collected, &mut decls, &mut defs);
        }
        let path = &match self.mode() {
            Mode::WholeSystem => Rc::from([]),
            Mode::Submodule | Mode::AsNix => self.prefix.clone(),
        };
        let at = At::new(self, path);
        tree(ev, at, decls, &WayDown::new(defs))
    }

    /// Adds what an evaluation declares of itself, and what its modules say of that.
    fn add_own_options(
        self: &Rc<Self>,
        ev: &mut Evaluator<'_>,
        collected: &Collected,
        decls: &mut Vec<Decl>,
        defs: &mut Vec<RawDef>,
    ) {
        let Some(lib) = self.setup.args.iter().find(|(name, _)| name == "lib") else {
            return;
        };
        let is_root = ev.alloc(Value::Bool(self.prefix.is_empty()), OriginId::default());
        let arguments = ev.attrs_from(vec![("lib", lib.1), ("isRoot", is_root)]);
        let arguments = ev.alloc(Value::attrs(arguments), OriginId::default());
        let own = own::EVALUATION.value(ev);
        let value = ev.alloc_apply(own, &[arguments], NO_SITE);
        let file = Some(ev.intern("lib/modules.nix"));
        let written = Written::BY_US;
        decls.push(Decl { value, written, file });
        let given = vec![
            ("extendModules", extend_modules(ev, self, Extends::Argument)),
            ("moduleType", module_type(ev, self)),
        ];
        let given = ev.attrs_from(given);
        let given = ev.alloc(Value::attrs(given), OriginId::default());
        let freeform = collected.freeform.iter().map(|thunk| ("freeformType", *thunk));
        for said in freeform.chain([("args", given)]) {
            let inside = ev.attrs_from(vec![said]);
            let inside = ev.alloc(Value::attrs(inside), OriginId::default());
            let all = ev.attrs_from(vec![("_module", inside)]);
            let all = ev.alloc(Value::attrs(all), OriginId::default());
            let mut def = RawDef::new(all, When::ALWAYS, Written::SOMEWHERE);
            def.file = file;
            defs.push(def);
        }
    }

    /// What its modules declare and define, by module.
    pub(crate) fn top(&self, collected: &Collected) -> (Vec<Decl>, Vec<RawDef>) {
        let mut decls = Vec::new();
        let mut defs = Vec::new();
        for module in &collected.modules {
            if let Some(value) = module.options {
                decls.push(Decl {
                    value,
                    written: module.written,
                    file: module.file,
                });
            }
            if let Some(value) = module.config {
                let mut def = RawDef::new(value, module.when, module.written);
                def.file = module.file;
                def.calls = module.calls.clone();
                def.is_given = module.is_given;
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
        let collected = collect(ev, self);
        self.collecting.set(false);
        if self.asked.take() && self.mode() != Mode::AsNix {
            // What asked too early has its error; all others shall have the configuration.
            ev.depends_on_order();
            self.fill_config(ev);
        }
        for gap in &collected.opaque {
            if !crate::is_harmless(&self.shared, &gap.why) {
                let mut gap = gap.clone();
                if !self.prefix.is_empty() && gap.what == "module" {
                    gap.what = format!("a definition of {}", crate::dotted(&self.prefix));
                }
                self.shared.gap(ev, self.about(), gap);
            }
        }
        collected
    }
}

//! What is remembered of each option: all definitions, which won, under which conditions.

use crate::path::OptionPath;
use nixpod_eval::{Evaluator, OriginId, ThunkId, Tracked, When};
use nixpod_source::{Site, Why};
use rustc_hash::{FxHashMap, FxHashSet};
use smol_str::SmolStr;
use std::cell::{Cell, OnceCell, RefCell};
use std::rc::{Rc, Weak};

/// One definition of an option.
#[derive(Clone, Debug)]
pub struct DefinitionInfo {
    /// The value; `None` if its conditions are false, so that it was not looked at.
    pub value: Option<Tracked>,
    /// The place of the key that defines it.
    pub site: Site,
    /// The priority, 100 for a plain one.
    pub priority: i64,
    /// Did it take part in the effective value?
    pub won: bool,
    /// Undecided conditions.
    pub when: When,
    /// The place of the innermost `mkIf` around it.
    pub guard: Option<Site>,
    /// Was it decided that the condition is false?
    pub off: bool,
    /// Does it come from our own model of NixOS and not from the analysed code?
    pub hidden: bool,
    /// Its origin.
    pub origin: OriginId,
}

/// An option that was evaluated.
#[derive(Clone, Debug)]
pub struct OptionInfo {
    /// Its path.
    pub path: OptionPath,
    /// Its definitions, in the order in which they are merged.
    pub definitions: Vec<DefinitionInfo>,
    /// Is the effective value the option's default?
    pub default: bool,
    /// Is the option declared anywhere that was seen?
    pub declared: bool,
}

/// Why a part of a system was not seen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Gap {
    /// Where.
    pub site: Option<Site>,
    /// What.
    pub what: String,
    /// Why.
    pub why: Why,
}

/// What all module evaluations of one root share.
#[derive(Debug, Default)]
pub struct Shared {
    infos: RefCell<FxHashMap<ThunkId, Rc<OptionInfo>>>,
    gaps: RefCell<Vec<Gap>>,
    /// `lib`
    pub(crate) lib: OnceCell<ThunkId>,
    /// Our model of NixOS, a module.
    pub(crate) nixos: OnceCell<ThunkId>,
    /// Our model of Home Manager, a module.
    pub(crate) home: OnceCell<ThunkId>,
    /// Our model of quadlet-nix, a module.
    pub(crate) quadlet: OnceCell<ThunkId>,
    /// The systems that `nixosSystem`, `<nixpkgs/nixos>` and the like made, in order.
    pub(crate) made: RefCell<Vec<(crate::Kind, Weak<crate::System>)>>,
    /// The NixOS release that pinned sources follow: year without century, month.
    pub(crate) release: Cell<Option<(u32, u32)>>,
    /// Stands for whichever system has a part that nothing defines.
    pub(crate) no_system: RefCell<Weak<crate::System>>,
    /// Parts of our models that nothing defines, by the thunks of their declarations.
    pub(crate) defaults: RefCell<FxHashMap<ThunkId, ThunkId>>,
    /// What single declarations say, by their thunks. Those of our models are the same in all systems.
    pub(crate) declared: RefCell<FxHashMap<ThunkId, ThunkId>>,
    /// Parts of systems that are the same after an edit.
    pub(crate) parts: RefCell<crate::system::memo::Memo>,
    /// How many systems there are.
    systems: Cell<u64>,
    modules: RefCell<FxHashSet<ModuleId>>,
    outputs: RefCell<Option<Tracked>>,
    /// Names of inputs whose repository is known to have nothing to do with containers.
    harmless: RefCell<FxHashSet<String>>,
}

/// What a module is known by, in whichever system it takes part.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) enum ModuleId {
    /// A file.
    Path(SmolStr),
    /// A function, or a set that is written out.
    Site(Site),
}

impl Shared {
    /// The number of a new system.
    pub(crate) fn new_system(&self) -> u64 {
        self.systems.set(self.systems.get() + 1);
        self.systems.get()
    }

    /// Remembers an option by the thunk of its value.
    pub fn record(&self, thunk: ThunkId, info: OptionInfo) {
        self.infos.borrow_mut().insert(thunk, Rc::new(info));
    }

    /// What is known of the option whose value a thunk is. Only after it was forced.
    pub fn info(&self, thunk: ThunkId) -> Option<Rc<OptionInfo>> {
        self.infos.borrow().get(&thunk).cloned()
    }

    /// Remembers something that was not seen, once.
    pub fn gap(&self, ev: &mut Evaluator<'_>, gap: Gap) {
        let mut gaps = self.gaps.borrow_mut();
        if gaps.len() < 10_000 && !gaps.contains(&gap) {
            gaps.push(gap);
        }
        ev.tells(gaps.len());
    }

    /// Is this known not to have been seen, whichever place it has?
    pub fn has_gap(&self, what: &str, why: &Why) -> bool {
        let gaps = self.gaps.borrow();
        gaps.iter().any(|gap| gap.what == what && gap.why == *why)
    }

    /// Remembers that a system has a module.
    pub(crate) fn use_module(&self, ev: &mut Evaluator<'_>, module: ModuleId) {
        ev.claims(&module);
        let new = self.modules.borrow_mut().insert(module);
        if new && ev.is_renewal() {
            // The modules that no system has were looked for already.
            ev.spoil();
        }
    }

    /// Does a system have this module?
    pub(crate) fn uses_module(&self, module: &ModuleId) -> bool {
        self.modules.borrow().contains(module)
    }

    /// Keeps the outputs of the project's flake.
    pub(crate) fn keep_outputs(&self, ev: &mut Evaluator<'_>, outputs: Tracked) {
        ev.tells(self.gap_count());
        *self.outputs.borrow_mut() = Some(outputs);
    }

    pub(crate) fn outputs(&self) -> Option<Tracked> {
        self.outputs.borrow().clone()
    }

    /// All that was not seen so far.
    pub fn gaps(&self) -> Vec<Gap> {
        self.gaps.borrow().clone()
    }

    /// Remembers that an input has nothing to do with containers.
    pub(crate) fn harmless_input(&self, ev: &mut Evaluator<'_>, name: &str) {
        ev.tells(self.gap_count());
        self.harmless.borrow_mut().insert(name.to_owned());
    }

    /// Was it remembered?
    pub(crate) fn is_harmless_input(&self, name: &str) -> bool {
        self.harmless.borrow().contains(name)
    }

    /// How much was not seen so far.
    pub fn gap_count(&self) -> usize {
        self.gaps.borrow().len()
    }

    /// What was not seen in a stretch of the evaluation, by counts of gaps before and after it.
    pub fn gaps_in(&self, range: std::ops::Range<usize>) -> Vec<Gap> {
        self.gaps
            .borrow()
            .get(range)
            .map(<[Gap]>::to_vec)
            .unwrap_or_default()
    }
}

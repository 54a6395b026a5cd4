//! The data of one module evaluation. What is computed with it is in `fixpoint`.

use crate::definition::RawDef;
use crate::own::Kind;
use crate::path::OptionPath;
use crate::system::report::{About, Gap, Shared};
use nixpod_eval::{Attrs, Evaluator, ThunkId, Tracked, Value};
use smol_str::SmolStr;
use std::cell::Cell;
use std::rc::Rc;

/// What kind of evaluation it is: what becomes of options that nobody declares, and of mistakes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Mode {
    /// A host, a guest, a user's home, or the options of a flake. Our models declare a part of what the real one
    /// does: options that nobody declares merge as they are, and what nobody sets is unknown and not absent.
    WholeSystem,
    /// The value of an option inside of one, of a submodule type. All its options are declared: what defines another
    /// is told as a mistake, and so is a definition of the wrong type, but the rest keeps its value.
    #[default]
    Submodule,
    /// An evaluation that the analysed code asks for itself, by `evalModules`, and all inside of it. It has just the
    /// options that its modules declare, and a mistake fails what Nix fails, with the message that Nix has: the code
    /// may catch it.
    AsNix,
}

impl Mode {
    /// The mode of the evaluations that are values of options.
    pub(crate) fn inside(self) -> Self {
        match self {
            Self::WholeSystem | Self::Submodule => Self::Submodule,
            Self::AsNix => Self::AsNix,
        }
    }
}

/// What a module evaluation starts from.
#[derive(Clone, Default)]
pub struct Setup {
    /// The modules: paths, functions or sets.
    pub modules: Vec<ThunkId>,
    /// Modules of our own that model what the real system declares and adds.
    pub base: Vec<ThunkId>,
    /// `specialArgs`, a set.
    pub special: Option<ThunkId>,
    /// Further arguments, such as `lib`, `pkgs` and `name`; `specialArgs` win over them.
    pub args: Vec<(SmolStr, ThunkId)>,
    /// What is evaluated, if it is a whole system that one of the functions for that made.
    pub kind: Option<Kind>,
    /// What becomes of undeclared options and of mistakes.
    pub mode: Mode,
    /// May definitions be missing because the module tree was not seen from a root?
    pub open_world: bool,
    /// The path of the option that this evaluation is the value of.
    pub prefix: OptionPath,
    /// The class that its modules must have if they say one.
    pub class: Option<SmolStr>,
    /// Is it of a submodule type to which modules that were not read may add?
    pub extensible: bool,
    /// What all evaluations need, where `evalModules` was called by the analysed code.
    pub library: Option<crate::Library>,
}

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

/// One module evaluation.
pub struct ModuleEvaluation {
    /// What all evaluations of the root share.
    pub shared: Rc<Shared>,
    /// The path of the option that it is the value of.
    pub prefix: OptionPath,
    /// Its `config`.
    pub config: ThunkId,
    /// Its `options`.
    pub options: ThunkId,
    pub(crate) setup: Setup,
    /// Tells it from all others of the root.
    pub(crate) id: u64,
    /// The outermost evaluation that it is a part of, which may be itself.
    pub(crate) outermost: u64,
    /// The evaluation that it is directly a part of.
    pub(crate) around: Option<Rc<Self>>,
    /// A module that says what it is when it is built.
    pub(crate) built: Option<ThunkId>,
    /// Its modules, found when they are first asked for.
    pub(crate) collected: ThunkId,
    pub(crate) collecting: Cell<bool>,
    /// Did a module ask for `config` to know what it imports?
    pub(crate) asked: Cell<bool>,
}

impl std::fmt::Debug for ModuleEvaluation {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ModuleEvaluation")
            .field("prefix", &self.prefix)
            .finish_non_exhaustive()
    }
}

impl ModuleEvaluation {
    /// The arguments besides `specialArgs`.
    pub fn extra_args(&self) -> &[(SmolStr, ThunkId)] {
        &self.setup.args
    }

    /// Was the evaluation started from a file that no host imports?
    pub fn open_world(&self) -> bool {
        self.setup.open_world
    }

    /// What becomes of undeclared options and of mistakes.
    pub fn mode(&self) -> Mode {
        self.setup.mode
    }

    /// `specialArgs` as a set.
    pub fn special(&self, ev: &mut Evaluator<'_>) -> Rc<Attrs> {
        match self.setup.special.map(|thunk| ev.force_or_unknown(thunk)) {
            Some(Tracked {
                value: Value::Attrs(set),
                ..
            }) => set,
            _ => Rc::default(),
        }
    }

    /// What notes about the evaluation as a whole are about: its modules, and the definitions that are not of one option.
    pub fn about(&self) -> About {
        self.option(&self.prefix)
    }

    /// What notes about an option are about.
    pub(crate) fn option(&self, path: &OptionPath) -> About {
        About {
            evaluation: self.outermost,
            path: path.clone(),
        }
    }

    /// The class as Nix code sees it.
    pub(crate) fn class_value(&self) -> Value {
        match &self.setup.class {
            Some(class) => Value::string(class.clone()),
            None => Value::Null,
        }
    }
}

impl Library {
    /// The arguments that every module gets.
    pub fn arguments(&self, linux: bool) -> Vec<(smol_str::SmolStr, ThunkId)> {
        let pkgs = if linux { self.linux_pkgs } else { self.pkgs };
        vec![("lib".into(), self.lib), ("pkgs".into(), pkgs)]
    }
}

/// Where a merge is at work: an option of an evaluation, or a set of options.
#[derive(Clone, Copy)]
pub(crate) struct At<'a> {
    pub(crate) system: &'a Rc<ModuleEvaluation>,
    pub(crate) path: &'a OptionPath,
    /// The definitions of what is around it that could not be seen, or only in part: a set of things may have further
    /// names by them.
    pub(crate) unseen: &'a [RawDef],
}

impl<'a> At<'a> {
    /// An option around which all was seen.
    pub(crate) fn new(system: &'a Rc<ModuleEvaluation>, path: &'a OptionPath) -> Self {
        Self {
            system,
            path,
            unseen: &[],
        }
    }

    /// What becomes of undeclared options and of mistakes.
    pub(crate) fn mode(self) -> Mode {
        self.system.mode()
    }

    /// What defines something here was not seen, or is a mistake.
    pub(crate) fn gap(self, ev: &mut Evaluator<'_>, gap: Gap) {
        self.system.shared.gap(ev, self.system.option(self.path), gap);
    }

    /// The same of one definition, which is of no matter if that is off.
    pub(crate) fn gap_in(self, ev: &mut Evaluator<'_>, gap: Gap, def: &RawDef) {
        let about = self.system.option(self.path);
        self.system.shared.gap_in(ev, about, gap, def);
    }
}

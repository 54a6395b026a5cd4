//! What is evaluated as a whole.

use crate::harmless::{input_name, is_harmless};
use crate::inputs::flake::arguments_around;
use crate::models::option;
use crate::nixos;
use crate::own::Kind;
use crate::system::evaluation::{Library, ModuleEvaluation};
use crate::system::report::Gap;
use nixpod_eval::{Evaluator, OriginId, ThunkId, Value};
use nixpod_source::Utf8Path;
use std::collections::BTreeSet;
use std::rc::Rc;

/// What a root is to whoever wrote it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// A whole system.
    Host,
    /// A module that a flake offers.
    Module,
    /// A file, or a module in one.
    File,
}

/// How it is known that a system has what is evaluated.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Standing {
    /// It is a system, or there is none that could have it.
    Plain,
    /// There are hosts, and none of them imports it.
    NoHost,
    /// The code makes a part of a system of it, in a way that is not known.
    OwnCode,
    /// Every host leaves it out; it is looked at as if none did.
    Off,
}

/// A system that is evaluated as a whole.
#[derive(Clone, Debug)]
pub struct RootSystem {
    /// The name of the host or module, or the file's path.
    pub name: String,
    /// Which of them it is.
    pub role: Role,
    /// The evaluation.
    pub system: Rc<ModuleEvaluation>,
    /// NixOS or Home Manager.
    pub kind: Kind,
    /// Is it one of a guest whose container is not known?
    pub in_guest: bool,
    /// Is it an output of a flake?
    pub from_flake: bool,
    /// Does the module tree begin here, so that all of it may have been seen?
    pub rooted: bool,
    /// Was the whole module tree seen?
    pub closed_world: bool,
    /// Parts of the module tree that were not seen and that may set anything.
    pub unseen: Vec<Gap>,
    /// How it is known that a system has it.
    pub standing: Standing,
    /// Names of flake inputs that were not on disk and that modules of the host come from.
    pub missing_inputs: Vec<String>,
    /// The NixOS release that the flake's nixpkgs follows: year without century, month.
    pub release: Option<(u32, u32)>,
}

impl RootSystem {
    /// A system of which nothing else is known yet.
    pub(crate) fn new(name: String, system: Rc<ModuleEvaluation>, kind: Kind) -> Self {
        Self {
            name,
            role: Role::Host,
            system,
            kind,
            in_guest: false,
            from_flake: false,
            rooted: false,
            closed_world: false,
            unseen: Vec::new(),
            standing: Standing::Plain,
            missing_inputs: Vec::new(),
            release: None,
        }
    }
}

/// A module as a part of a system that is not seen whole.
pub(crate) fn loose(
    ev: &mut Evaluator<'_>,
    library: &Library,
    module: ThunkId,
    kind: Kind,
    name: String,
    standing: Standing,
) -> RootSystem {
    let system = nixos::system(ev, library, kind, vec![module], None, true);
    RootSystem {
        role: Role::Module,
        standing,
        ..RootSystem::new(name, system, kind)
    }
}

/// The same of a module in a file, which knows the flake around it.
pub(crate) fn loose_in(
    ev: &mut Evaluator<'_>,
    library: &Library,
    file: &Utf8Path,
    module: ThunkId,
    kind: Kind,
    name: String,
) -> RootSystem {
    let around = arguments_around(ev, library, file);
    let system = nixos::open_system(ev, library, kind, module, around);
    RootSystem {
        role: Role::File,
        ..RootSystem::new(name, system, kind)
    }
}

/// What a system calls itself.
pub(crate) fn host_name(ev: &mut Evaluator<'_>, system: &Rc<ModuleEvaluation>) -> Option<String> {
    let name = option(ev, system, &["networking", "hostName"]);
    let written = ev.force_or_unknown(name);
    match &written.value {
        Value::String(name) if name.hole().is_none() && written.origin != OriginId::default() => {
            Some(name.text.to_string())
        }
        _ => None,
    }
}

/// Looks whether the module tree was seen whole.
pub(crate) fn close(ev: &mut Evaluator<'_>, library: &Library, root: &mut RootSystem) {
    root.rooted = true;
    ev.unobserved(|ev| look_again(ev, library, root));
}

/// Looks whether the module tree was seen whole, of a root whose tree begins there; after an edit, too.
pub fn look_again(ev: &mut Evaluator<'_>, library: &Library, root: &mut RootSystem) {
    if !root.rooted {
        return;
    }
    let Some(collected) = root.system.collect(ev) else {
        return;
    };
    let mut missing = BTreeSet::new();
    let mut unseen = Vec::new();
    for gap in &collected.opaque {
        if let Some(input) = input_name(&gap.why) {
            missing.insert(input);
        }
        if !is_harmless(&library.shared, &gap.why) {
            unseen.push(gap.clone());
        }
    }
    root.closed_world = unseen.is_empty();
    root.unseen = unseen;
    root.missing_inputs = missing.into_iter().map(str::to_owned).collect();
}

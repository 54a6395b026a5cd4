//! Hosts that are made by functions that are not known: their own modules are read all the same.

use crate::nixos;
use crate::own::Kind;
use crate::system::evaluation::{Library, ModuleEvaluation};
use crate::values::{find, modules_in};
use nixpod_eval::{Attrs, Evaluator, NO_SITE, ThunkId, Value};
use std::rc::Rc;

/// Where such functions take modules from: in a list, or one.
const LISTS: [&str; 3] = ["modules", "extraModules", "nixosModules"];
const SINGLE: [&str; 2] = ["module", "configuration"];

/// The host that a call of a function that is not known makes, as far as its arguments say: modules, or the path of one.
/// What else the function adds is not there to be seen, so that the world is open.
pub(crate) fn of_call(
    ev: &mut Evaluator<'_>,
    library: &Library,
    kind: Kind,
    given: &[ThunkId],
) -> Option<Rc<ModuleEvaluation>> {
    let mut said = Said::default();
    for argument in given {
        match ev.force_or_unknown(*argument).value {
            Value::Attrs(set) => said.add(ev, &set),
            Value::Path(_) => said.modules.push(*argument),
            _ => {}
        }
    }
    said.host(ev, library, kind, true)
}

/// The host that a set describes for a framework: `{ system, modules, specialArgs }`.
pub(crate) fn of_record(
    ev: &mut Evaluator<'_>,
    library: &Library,
    kind: Kind,
    record: &Attrs,
) -> Option<Rc<ModuleEvaluation>> {
    let mut said = Said::default();
    said.add(ev, record);
    said.host(ev, library, kind, false)
}

#[derive(Default)]
struct Said {
    modules: Vec<ThunkId>,
    special: Option<ThunkId>,
}

impl Said {
    fn add(&mut self, ev: &mut Evaluator<'_>, set: &Attrs) {
        for name in LISTS {
            // One that fails is of no use, and the others are.
            self.modules
                .extend(modules_in(ev, set, name, NO_SITE).unwrap_or_default());
        }
        for name in SINGLE {
            self.modules.extend(find(ev, set, name));
        }
        for name in ["specialArgs", "extraSpecialArgs"] {
            self.special = self.special.or(find(ev, set, name));
        }
    }

    fn host(
        self,
        ev: &mut Evaluator<'_>,
        library: &Library,
        kind: Kind,
        open_world: bool,
    ) -> Option<Rc<ModuleEvaluation>> {
        let Self { modules, special } = self;
        (!modules.is_empty()).then(|| nixos::system(ev, library, kind, modules, special, open_world))
    }
}

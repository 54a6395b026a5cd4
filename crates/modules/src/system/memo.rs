//! Parts of evaluations that are used again after an edit.
//!
//! Where a merge is done again, what it makes from the same ingredients is the thunk that it made before: with its value,
//! if the edit did not concern that. So one new container among many leaves the others alone. Only heaps that survive
//! edits remember parts.

use crate::declaration::Decl;
use crate::definition::RawDef;
use crate::path::OptionPath;
use crate::system::evaluation::ModuleEvaluation;
use crate::system::report::Gap;
use crate::types::native::OptType;
use nixpod_eval::{Evaluator, Lambda, ThunkId};
use rustc_hash::FxHashMap;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::rc::{Rc, Weak};

/// Thunks by a hash of all that they are made from.
#[derive(Debug, Default)]
pub(crate) struct Memo {
    known: FxHashMap<u64, Kept>,
}

#[derive(Debug)]
struct Kept {
    thunk: ThunkId,
    /// As long as these are here, what they point at keeps its address to itself.
    _native: Weak<OptType>,
    _function: Weak<Lambda>,
}

/// What a part of a system is made from.
pub(crate) struct MadeFrom<'a> {
    /// Where it is: the path of what it is in, and its name there.
    pub(crate) path: (&'a OptionPath, &'a str),
    /// Its type, where it has no declarations of its own.
    pub(crate) native: Option<&'a Rc<OptType>>,
    pub(crate) decls: &'a [Decl],
    pub(crate) defs: &'a [RawDef],
    /// Those around it that could not be seen.
    pub(crate) unseen: &'a [RawDef],
    /// What may define more of it under a name that is not known.
    pub(crate) perhaps: Option<&'a Gap>,
}

impl ModuleEvaluation {
    /// What a part of this system is remembered by, if it is at all.
    pub(crate) fn key(&self, ev: &Evaluator<'_>, made: &MadeFrom<'_>) -> Option<u64> {
        ev.retains().then(|| {
            let mut hasher = DefaultHasher::new();
            let native = made.native.map(Rc::as_ptr);
            (self.id, made.path, native, made.decls, made.defs).hash(&mut hasher);
            made.unseen.hash(&mut hasher);
            made.perhaps.hash(&mut hasher);
            hasher.finish()
        })
    }

    /// The part that was made before, or else a new one.
    pub(crate) fn part(
        &self,
        ev: &mut Evaluator<'_>,
        key: Option<u64>,
        native: Option<&Rc<OptType>>,
        make: impl FnOnce(&mut Evaluator<'_>) -> ThunkId,
    ) -> ThunkId {
        let native = native.map(Rc::downgrade).unwrap_or_default();
        match key {
            Some(key) => self.same(ev, key, native, Weak::new(), make),
            None => make(ev),
        }
    }

    /// What a module that is a function gives in this system.
    pub(crate) fn applied(
        &self,
        ev: &mut Evaluator<'_>,
        function: &Rc<Lambda>,
        file: &str,
        make: impl FnOnce(&mut Evaluator<'_>) -> ThunkId,
    ) -> ThunkId {
        if !ev.retains() {
            return make(ev);
        }
        let mut hasher = DefaultHasher::new();
        (self.id, Rc::as_ptr(function), file).hash(&mut hasher);
        self.same(ev, hasher.finish(), Weak::new(), Rc::downgrade(function), make)
    }

    fn same(
        &self,
        ev: &mut Evaluator<'_>,
        key: u64,
        native: Weak<OptType>,
        function: Weak<Lambda>,
        make: impl FnOnce(&mut Evaluator<'_>) -> ThunkId,
    ) -> ThunkId {
        let known = self.shared.parts.borrow().known.get(&key).map(|part| part.thunk);
        if let Some(thunk) = known {
            ev.adopt(thunk);
            return thunk;
        }
        let thunk = make(ev);
        let part = Kept {
            thunk,
            _native: native,
            _function: function,
        };
        self.shared.parts.borrow_mut().known.insert(key, part);
        thunk
    }
}

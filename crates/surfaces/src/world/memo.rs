//! What was read of containers and guests, so that after an edit only those are read again that it concerns.

use crate::read::Found;
use crate::system::engine_settings::Settings;
use nixpod_eval::{NoteId, Observed, ThunkId, When};
use nixpod_model::{
    Container, ContainerId, Defined, Existence, Field, Kernel, NotAnalysed, Release, SecretValue, Seen,
    System, SystemId, SystemKind,
};
use rustc_hash::FxHashMap;
use std::sync::Arc;

/// What is remembered of a reading.
#[derive(Default)]
pub(super) struct Memo {
    pub(super) parts: FxHashMap<Key, ReadPart>,
    /// The modules of the first roots and of all systems in them.
    pub(super) modules: Vec<NoteId>,
    /// The containers that were read, for those who ask for more of them later.
    pub(super) containers: FxHashMap<ContainerId, ReadContainer>,
    /// The systems that were read, likewise.
    pub(super) systems: FxHashMap<SystemId, ReadSystem>,
}

/// A container that was read.
pub(super) struct ReadContainer {
    pub(super) found: Found,
    /// The conditions under which it is there.
    pub(super) given: When,
}

/// A system that was read.
pub(super) struct ReadSystem {
    pub(super) config: Found,
    /// The conditions under which it is there.
    pub(super) given: When,
}

/// What is read by itself. Most edits concern a container or its guest and not both.
#[derive(Clone, PartialEq, Eq, Hash)]
pub(super) enum WorldPart {
    /// A container without its guest.
    Container(ContainerId),
    /// A guest, of which all definitions could be seen or not.
    Guest { id: SystemId, seen: Seen },
}

/// Which part it is, and where its value is in the heap.
pub(super) type Key = (WorldPart, ThunkId);

/// What counts besides the values of a part: if it changed, the part is read again.
#[derive(PartialEq)]
pub(super) struct Setting {
    pub(super) outer: Inherited,
    pub(super) existence: Existence,
    pub(super) when: When,
    pub(super) given: When,
}

/// A part that was read, with all that is in it.
pub(super) struct ReadPart {
    pub(super) setting: Setting,
    /// The values that it was read from.
    pub(super) observed: Observed,
    pub(super) containers: Vec<Arc<Container>>,
    pub(super) systems: Vec<Arc<System>>,
    pub(super) secrets: Vec<SecretValue>,
    pub(super) not_analysed: Vec<NotAnalysed>,
    pub(super) defined: Vec<Defined>,
    pub(super) data: Vec<String>,
}

/// What systems in a system take over from it.
#[derive(Clone, PartialEq)]
pub(super) struct Inherited {
    pub(super) id: SystemId,
    pub(super) kernel: Field<Kernel>,
    pub(super) release: Field<Release>,
    pub(super) name: String,
    pub(super) seen: Seen,
    pub(super) settings: Arc<Settings>,
}

impl Inherited {
    /// A system in this one, of which nothing else is known yet.
    pub(super) fn nested(&self, id: SystemId, kind: SystemKind, name: String) -> System {
        System {
            release: self.release.clone(),
            kernel: self.kernel.clone(),
            ..System::new(id, kind, name)
        }
    }
}

//! Reading the systems of a root again after an edit: only what changed is read, the rest is taken over.

use crate::read::{Found, Reader};
use crate::world::{Inherited, Project, Walk, complete_world, read_root};
use nixpod_eval::{Evaluator, NoteId, Observed, ThunkId, When};
use nixpod_model::{
    Container, ContainerId, Existence, Listing, NotAnalysed, SecretValue, System, SystemId, World,
};
use nixpod_modules::{Library, RootSystem};
use nixpod_source::{Place, Site};
use rustc_hash::FxHashMap;
use std::sync::Arc;

/// The systems of a root, and what was read of them.
pub struct Survey {
    project: Project,
    roots: Vec<RootSystem>,
    further: Vec<RootSystem>,
    memory: Memory,
}

impl Survey {
    /// Nothing is read yet.
    pub fn new(roots: Vec<RootSystem>, project: Project) -> Self {
        Self {
            project,
            roots,
            further: Vec::new(),
            memory: Memory::default(),
        }
    }

    /// Reads all that the roots define, and then what further roots do: those that are only known once the first are
    /// read.
    pub fn read(
        &mut self,
        ev: &mut Evaluator<'_>,
        library: &Library,
        further: impl FnOnce(&mut Evaluator<'_>) -> Vec<RootSystem>,
    ) -> World {
        let mut world = World::default();
        let mut data = Vec::new();
        let (project, memory) = (&self.project, &mut self.memory);
        for root in &self.roots {
            read_root(ev, library, root, project, memory, &mut world, &mut data);
        }
        memory.modules = library.shared.modules_in_use(ev);
        self.further = further(ev);
        for root in &self.further {
            read_root(ev, library, root, project, memory, &mut world, &mut data);
        }
        complete_world(ev, library, &data, &mut world);
        world
    }

    /// Reads what changed since; only after [`Evaluator::renew`] kept the heap and while the roots are the same.
    /// `further` says that the search for further roots is up to date. Nothing: a fresh evaluation is needed.
    pub fn read_again(
        &mut self,
        ev: &mut Evaluator<'_>,
        library: &Library,
        further: impl FnOnce(&mut Evaluator<'_>),
    ) -> Option<World> {
        let mut world = World::default();
        let mut data = Vec::new();
        let (project, memory) = (&self.project, &mut self.memory);
        for root in &mut self.roots {
            nixpod_modules::look_again(ev, library, root);
            read_root(ev, library, root, project, memory, &mut world, &mut data);
        }
        // Modules that no system has are roots by themselves.
        if library.shared.modules_in_use(ev) != memory.modules {
            return None;
        }
        further(ev);
        for root in &mut self.further {
            nixpod_modules::look_again(ev, library, root);
            read_root(ev, library, root, project, memory, &mut world, &mut data);
        }
        complete_world(ev, library, &data, &mut world);
        ev.is_faithful().then_some(world)
    }

    /// Lists the options of containers that were read, over the same heap. The world stays as it is.
    pub fn list<'c>(
        &self,
        ev: &mut Evaluator<'_>,
        library: &Library,
        containers: impl Iterator<Item = &'c ContainerId>,
    ) -> Listing {
        let mut nothing = Memory::default();
        let mut reader = Reader::new(ev, library.shared.clone(), &self.project, &mut nothing);
        let mut listing = Listing::default();
        for id in containers {
            if let Some(Read { found, given }) = self.memory.containers.get(id) {
                reader.given.clone_from(given);
                listing.insert(id.clone(), reader.list(id.surface(), found));
            }
        }
        listing
    }
}

/// A container that was read.
struct Read {
    found: Found,
    /// The conditions under which it is there.
    given: Vec<Site>,
}

/// What is remembered of a reading.
#[derive(Default)]
pub(crate) struct Memory {
    pieces: FxHashMap<Key, Piece>,
    /// The modules of the first roots and of all systems in them.
    modules: Vec<NoteId>,
    /// The containers that were read, for those who ask for more of them later.
    containers: FxHashMap<ContainerId, Read>,
}

impl Reader<'_, '_> {
    /// Remembers where a container is in the heap.
    pub(crate) fn remember(&mut self, id: &ContainerId, found: &Found) {
        let mut given = self.given.clone();
        let conditions = self.ev.conditions(found.when);
        given.extend(conditions.into_iter().map(|(place, _)| place.site));
        let read = Read {
            found: found.clone(),
            given,
        };
        self.memory.containers.insert(id.clone(), read);
    }
}

/// What is read by itself.
#[derive(Clone, PartialEq, Eq, Hash)]
pub(crate) enum Part {
    /// A container without its guest.
    Container(ContainerId),
    /// A guest, of which all definitions could be seen or not.
    Guest { id: SystemId, complete: bool },
}

/// Which part it is, and where its value is in the heap.
type Key = (Part, ThunkId);

/// What counts besides the values of a part.
#[derive(PartialEq)]
pub(crate) struct Setting {
    outer: Inherited,
    existence: Existence,
    when: When,
    given: Vec<Site>,
}

/// A part, with all that is in it.
struct Piece {
    setting: Setting,
    observed: Observed,
    containers: Vec<Arc<Container>>,
    systems: Vec<Arc<System>>,
    secrets: Vec<SecretValue>,
    not_analysed: Vec<NotAnalysed>,
    switched_off: Vec<Place>,
    data: Vec<String>,
}

impl Walk<'_, '_, '_> {
    /// Reads a part, or takes over what was read of it.
    pub(crate) fn piece(
        &mut self,
        part: Part,
        found: &Found,
        existence: &Existence,
        outer: &Inherited,
        read: impl FnOnce(&mut Self),
    ) {
        let Some(thunk) = found.thunk.filter(|_| self.reader.ev.retains()) else {
            return read(self);
        };
        let setting = Setting {
            outer: outer.clone(),
            existence: existence.clone(),
            when: found.when,
            given: self.reader.given.clone(),
        };
        let key = (part, thunk);
        let known = self.reader.memory.pieces.remove(&key);
        let before = known.as_ref().map(|piece| piece.observed);
        if let Some(piece) = known
            && piece.setting == setting
            && !self.reader.ev.is_stale(piece.observed)
        {
            self.take_over(&piece, &outer.id);
            self.reader.memory.pieces.insert(key, piece);
            return;
        }
        let (containers, systems) = (self.world.containers.len(), self.world.systems.len());
        let secrets = self.secrets(&outer.id);
        let (not_analysed, switched_off, data) = (
            self.reader.not_analysed.len(),
            self.world.switched_off.len(),
            self.data.len(),
        );
        let observation = self.reader.ev.start_observing(before);
        // What is known of it already was not asked for by this work.
        let _ = self.reader.ev.force_or_unknown(thunk);
        read(self);
        let observed = self.reader.ev.stop_observing(observation);
        let world = &self.world;
        let piece = Piece {
            observed,
            containers: world.containers.values().skip(containers).cloned().collect(),
            systems: world.systems.values().skip(systems).cloned().collect(),
            secrets: match world.systems.get(&outer.id) {
                Some(system) => since(&system.secrets, secrets),
                None => Vec::new(),
            },
            not_analysed: since(&self.reader.not_analysed, not_analysed),
            switched_off: since(&world.switched_off, switched_off),
            data: since(&self.data, data),
            setting,
        };
        self.reader.memory.pieces.insert(key, piece);
    }

    fn secrets(&self, system: &SystemId) -> usize {
        let system = self.world.systems.get(system);
        system.map_or(0, |system| system.secrets.len())
    }

    fn take_over(&mut self, piece: &Piece, outer: &SystemId) {
        for container in &piece.containers {
            self.world.add_container(container.clone());
        }
        for system in &piece.systems {
            self.world.add_system(system.clone());
        }
        self.add_secrets(outer, &piece.secrets);
        self.reader
            .not_analysed
            .extend(piece.not_analysed.iter().cloned());
        self.world.switched_off.extend(piece.switched_off.iter().copied());
        self.data.extend(piece.data.iter().cloned());
        self.reader.ev.reuse(piece.observed);
    }
}

fn since<T: Clone>(all: &[T], at: usize) -> Vec<T> {
    all.get(at..).unwrap_or_default().to_vec()
}

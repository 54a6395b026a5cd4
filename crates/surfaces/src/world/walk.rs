//! Going through a root: what was read so far, and taking over what an edit does not concern.

use crate::read::{Found, OptionReader};
use crate::system::engine_settings::Settings;
use crate::world::memo::{Inherited, Memo, ReadContainer, ReadPart, Setting, WorldPart};
use nixpod_eval::{Value, When};
use nixpod_model::{ContainerId, Existence, SecretValue, Seen, SystemId, Unseen, World};
use nixpod_modules::{Gap, Library};
use nixpod_source::{Place, Site, Why};
use rustc_hash::FxHashSet;
use std::sync::Arc;

/// A root that is being read.
pub(super) struct Walk<'w, 'e, 's> {
    pub(super) reader: OptionReader<'e, 's>,
    pub(super) library: &'w Library,
    pub(super) world: &'w mut World,
    pub(super) memo: &'w mut Memo,
    /// What every container of an engine has in the system that is read.
    pub(super) settings: Arc<Settings>,
    /// The names of the units that the system around a home has for the generators of users.
    pub(super) units_of_users: FxHashSet<String>,
    /// How many guests the walk is in.
    pub(super) nesting: u32,
    /// Options that were taken for containers, but are data of the analysed code's own.
    pub(super) data: Vec<String>,
}

impl Walk<'_, '_, '_> {
    /// Runs with the conditions of a value taken for granted.
    pub(super) fn under(&mut self, when: When, run: impl FnOnce(&mut Self)) {
        let before = self.reader.given;
        self.reader.given = self.reader.ev.both(before, when);
        run(self);
        self.reader.given = before;
    }

    /// Remembers where a container is in the heap.
    pub(super) fn remember(&mut self, id: &ContainerId, found: &Found) {
        let given = self.reader.ev.both(self.reader.given, found.when);
        let read = ReadContainer {
            found: found.clone(),
            given,
        };
        self.memo.containers.insert(id.clone(), read);
    }

    pub(super) fn add_secrets(&mut self, system: &SystemId, secrets: &[SecretValue]) {
        if let Some(system) = self.world.systems.get_mut(system)
            && !secrets.is_empty()
        {
            Arc::make_mut(system).secrets.extend(secrets.iter().cloned());
        }
    }

    /// Was all seen that defines a system, so that what is not among it is not set?
    pub(super) fn seen(&self, unseen: &[Gap], config: &Found) -> Seen {
        let matters = |why: &Why| {
            !matches!(why, Why::UnsetOption(_)) && !nixpod_modules::is_harmless(&self.library.shared, why)
        };
        let itself = match &config.value.value {
            Value::Attrs(set) => set.open.as_ref().map(|open| open.why.clone()),
            Value::Unknown(unknown) => return Seen::but([unseen_part(unknown.why.clone(), None)]),
            _ => return Seen::Partly(Arc::default()),
        };
        let gaps = unseen.iter().map(|gap| (&gap.why, gap.site));
        let all = gaps.chain(itself.as_ref().map(|why| (why, None)));
        let all = all.filter(|(why, _)| matters(why));
        Seen::but(all.map(|(why, site)| unseen_part(why.clone(), site)))
    }

    /// Reads a part, or takes over what was read of it.
    pub(super) fn part(
        &mut self,
        part: WorldPart,
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
            given: self.reader.given,
        };
        let key = (part, thunk);
        let known = self.memo.parts.remove(&key);
        let before = known.as_ref().map(|read| read.observed);
        if let Some(read) = known
            && read.setting == setting
            && !self.reader.ev.is_stale(read.observed)
        {
            self.take_over(&read, &outer.id);
            self.memo.parts.insert(key, read);
            return;
        }
        let (containers, systems) = (self.world.containers.len(), self.world.systems.len());
        let secrets = self.secrets(&outer.id);
        let (not_analysed, defined, data) = (
            self.reader.not_analysed.len(),
            self.world.defined.len(),
            self.data.len(),
        );
        let observation = self.reader.ev.start_observing(before);
        // What is known of it already was not asked for by this work.
        let _ = self.reader.ev.force_or_unknown(thunk);
        read(self);
        let observed = self.reader.ev.stop_observing(observation);
        let world = &self.world;
        let read = ReadPart {
            observed,
            containers: world.containers.values().skip(containers).cloned().collect(),
            systems: world.systems.values().skip(systems).cloned().collect(),
            secrets: match world.systems.get(&outer.id) {
                Some(system) => since(&system.secrets, secrets),
                None => Vec::new(),
            },
            not_analysed: since(&self.reader.not_analysed, not_analysed),
            defined: since(&world.defined, defined),
            data: since(&self.data, data),
            setting,
        };
        self.memo.parts.insert(key, read);
    }

    fn secrets(&self, system: &SystemId) -> usize {
        let system = self.world.systems.get(system);
        system.map_or(0, |system| system.secrets.len())
    }

    fn take_over(&mut self, part: &ReadPart, outer: &SystemId) {
        for container in &part.containers {
            self.world.add_container(container.clone());
        }
        for system in &part.systems {
            self.world.add_system(system.clone());
        }
        self.add_secrets(outer, &part.secrets);
        self.reader.not_analysed.extend(part.not_analysed.iter().cloned());
        self.world.defined.extend(part.defined.iter().copied());
        self.data.extend(part.data.iter().cloned());
        self.reader.ev.reuse(part.observed);
    }
}

fn since<T: Clone>(all: &[T], at: usize) -> Vec<T> {
    all.get(at..).unwrap_or_default().to_vec()
}

/// A part of a system that was not seen.
pub(super) fn unseen_part(why: Why, site: Option<Site>) -> Unseen {
    let place = site.filter(|site| !site.file.is_own()).map(Place::whole);
    Unseen { why, place }
}

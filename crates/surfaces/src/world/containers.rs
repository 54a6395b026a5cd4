//! The containers of a system, surface by surface.

use crate::read::{Found, OptionReader, as_key};
use crate::surface::{OptionSurface, Read, Reading, SURFACES, Surroundings, TASKS};
use crate::system::release;
use crate::vocabulary::options::{ANY, Table, unlike_others};
use crate::vocabulary::unit::kinds::Kind;
use crate::world::memo::{Inherited, WorldPart};
use crate::world::walk::Walk;
use nixpod_eval::{Reserve, Share, Value};
use nixpod_model::{
    Container, ContainerId, DefinedState, Doubt, EntryName, Existence, Subject, System, SystemId, SystemKind,
};
use nixpod_modules::{host_of_reference, system_of};
use nixpod_source::Why;

/// Guests in guests in guests: nobody writes more, but a guest could contain itself.
const MAX_NESTING: u32 = 4;

/// A container that is declared.
pub(super) struct Declared {
    id: ContainerId,
    existence: Existence,
    /// Its set of options.
    found: Found,
    read: Read,
    /// The path of that option.
    path: String,
    table: &'static Table,
}

impl Walk<'_, '_, '_> {
    /// All containers of a system, surface by surface.
    pub(super) fn declared(&mut self, config: &Found, kind: SystemKind, outer: &Inherited) -> Vec<Declared> {
        let surfaces = SURFACES.iter().filter(|surface| surface.table.systems.have(kind));
        let mut reserve = Reserve::new(Share::Most);
        let portion = self.reader.ev.set_aside(&mut reserve, SURFACES.len());
        let mut all = Vec::new();
        for surface in surfaces {
            let others = self.reader.ev.begin_reserved(&mut reserve, portion);
            let subject = self.reader.about(Subject::Set);
            self.declared_by(config, surface, None, outer, &mut all);
            self.reader.about(subject);
            self.reader.ev.end_part(others);
        }
        let tasks = TASKS
            .iter()
            .filter(|(surface, _)| surface.table.systems.have(kind));
        for (surface, kind) in tasks {
            let subject = self.reader.about(Subject::Set);
            self.declared_by(config, surface, Some(*kind), outer, &mut all);
            self.reader.about(subject);
        }
        all
    }

    /// The entries of a surface's set of containers, or of one of what its engine does besides.
    fn declared_by(
        &mut self,
        config: &Found,
        surface: &OptionSurface,
        task: Option<Kind>,
        outer: &Inherited,
        out: &mut Vec<Declared>,
    ) {
        let OptionSurface { table, read, .. } = *surface;
        let mut all = vec![(Vec::new(), config.clone())];
        let mut at = Vec::new();
        for part in table.path.split(|part| *part == ANY) {
            at.extend(part);
            let outer_sets = std::mem::take(&mut all);
            for (names, found) in outer_sets {
                let set = self.reader.at(&found, part);
                let entries = self.declared_in(&set, &at);
                // Those of the innermost sets are accounted for when it is known what they are.
                if at.len() < table.path.len() {
                    for (_, found) in &entries {
                        self.account_for(found, DefinedState::Read);
                    }
                }
                let named = |(name, found)| ([&names[..], &[name]].concat(), found);
                all.extend(entries.into_iter().map(named));
            }
            at.push(ANY);
        }
        for (names, found) in all {
            let name = Table::name(&names);
            let path = Table::option(table.path, &name, as_key);
            let (conditions, open) = self.reader.conditions(found.when);
            let existence = match names.iter().any(EntryName::is_template) {
                true => Existence::Template,
                false if open => Existence::Maybe(conditions),
                false => Existence::Certain,
            };
            let name = match task {
                Some(kind) => EntryName::Known(kind.task(&unlike_others(&name)).into()),
                None => name,
            };
            out.push(Declared {
                id: ContainerId::new(outer.id.clone(), table.surface, name),
                existence,
                found,
                read,
                path,
                table,
            });
        }
    }

    /// The entries of a set that is told by its path.
    fn declared_in(&mut self, all: &Found, path: &[&str]) -> Vec<(EntryName, Found)> {
        if self.reader.is_unset(all) {
            return Vec::new();
        }
        let entries = self.reader.entries(all);
        // That others may add names, which nobody was seen to do, is no gap, and says nothing of those that are seen.
        let open = entries.open.as_ref();
        let open = open.filter(|why| !self.reader.is_by_itself(all, why));
        let state = match (open.is_some(), entries.is_empty()) {
            (true, _) => DefinedState::Open,
            (false, false) => DefinedState::Read,
            // There is none, whatever is written.
            (false, true) => DefinedState::Off,
        };
        self.account_for(all, state);
        if let Some(why) = open
            // What was left out is told with its own place.
            && !self.reader.gaps(all).iter().any(|gap| gap.why == *why)
        {
            let origin = self.reader.place_of(all);
            self.reader.gap(path.join("."), why.clone(), &origin);
        }
        let condition = format!("a condition of {}", path.join("."));
        let entries = entries.all();
        for (_, found) in &entries {
            self.reader.tell_conditions(&condition, found.when);
        }
        entries
    }

    /// Reads a container by itself, or takes over what was read of it before an edit.
    pub(super) fn container(&mut self, declared: Declared, config: &Found, outer: &Inherited) {
        let Declared {
            id,
            existence,
            found,
            read,
            path,
            table,
        } = declared;
        self.remember(&id, &found);
        let system = self.world.system(&outer.id);
        let (kind, home_of) = (system.kind, system.home_of.clone());
        let oci_backend = system.engines.oci_backend.clone();
        let podman = release::podman(system);
        let host = self.world.host(outer.id.host());
        let mut around = Surroundings {
            config,
            kind,
            home_of: home_of.as_deref(),
            oci_backend: &oci_backend,
            may_be_data: !host.closed_world && !host.from_flake && self.nesting == 0,
            release: system.release.certain().copied(),
            state_version: system.state_version.certain().copied(),
            podman,
            secrets: Vec::new(),
        };
        let subject = self.reader.about(Subject::Container(id.clone()));
        let part = WorldPart::Container(id.clone());
        let limits = self.reader.ev.limits_hit().len();
        self.part(part, &found, &existence, outer, |walk| {
            let mut container = walk.empty(id, existence.clone(), &found, table);
            walk.under(found.when, |walk| {
                // Half is left for its guest.
                let guest = walk.reader.ev.begin_part(Share::Half);
                walk.reader.container = Some(OptionReader::path_of(&found));
                walk.reader.collect_unknown_options(&found);
                let reading = read(&mut walk.reader, &found, &mut around, &mut container);
                walk.reader.container = None;
                container.unknown_options = walk.reader.take_unknown_options(&found);
                walk.reader.ev.end_part(guest);
                match reading {
                    Reading::Container => {
                        walk.account_for_container(&found, DefinedState::Read);
                        if let Some(part) = table.part {
                            let part = walk.reader.get(&found, part);
                            walk.account_for(&part, DefinedState::Read);
                        }
                        walk.add_secrets(&outer.id, &around.secrets);
                        walk.add((&found, &path), container, table, outer);
                    }
                    Reading::Off => walk.account_for_container(&found, DefinedState::Off),
                    Reading::Elsewhere => walk.account_for_container(&found, DefinedState::Read),
                    Reading::Without => walk.account_for_container(&found, DefinedState::Without),
                    // That the entry itself is no container stays told: it is not silent.
                    Reading::Data(path) => {
                        walk.account_for(&found, DefinedState::Read);
                        walk.data.push(path + ".");
                    }
                }
            });
        });
        self.reader.about(subject);
        self.reader.ev.limits_within(limits, &path, found.site);
    }

    /// A container of which nothing is said but that it is there.
    fn empty(&mut self, id: ContainerId, existence: Existence, found: &Found, table: &Table) -> Container {
        let mut container = Container {
            existence,
            definitions: self.reader.keys_of(found),
            ..Container::new(id, self.reader.main_place_of(found, table))
        };
        // In a set of sets, the name says more than its last part.
        if let Some(name) = found.known_name.as_ref()
            && container.id.name().is_template()
        {
            container.name.clone_from(name);
        }
        container
    }

    /// What all surfaces have in common once a container is read.
    fn add(
        &mut self,
        (found, path): (&Found, &str),
        mut container: Container,
        table: &'static Table,
        outer: &Inherited,
    ) {
        container.unseen = container.unseen.or_else(|| self.reader.unseen(found));
        outer.settings.apply(&mut container);
        container.unnamed = self.reader.unnamed(found);
        if let Some(unseen) = &container.unseen {
            container.visit_mut(&mut Doubt(unseen.why.clone()));
        }
        self.count_unknown((found, path), &container);
        let opaque = container
            .nspawn
            .as_ref()
            .and_then(|nspawn| nspawn.opaque.as_ref());
        let guest = opaque.and_then(|opaque| {
            let guest = self.host_as_guest(found, &container, outer);
            if guest.is_none() {
                let what = format!("the guest of containers.{}", container.name);
                let why = Why::named(opaque.value().map_or("", String::as_str));
                self.reader.gap(what, why, &opaque.origin);
            }
            guest
        });
        let guest = guest.or_else(|| self.guest(found, &container, table, outer));
        container.guest = guest.as_ref().map(|(guest, _)| guest.id.clone());
        self.world.add_container(container);
        if let Some((system, config)) = guest {
            self.read_guest(&config, system, outer);
        }
    }

    /// Counts what is not known of a container, unless it was told with the definition that could not be seen.
    fn count_unknown(&mut self, (found, what): (&Found, &str), container: &Container) {
        let told = self.reader.gaps(found);
        let mut unknown = container.unknown();
        unknown.retain(|facts| !told.iter().any(|gap| gap.why == facts.why));
        self.reader.count_unknown(what, unknown);
    }

    /// The guest of a container, if it can be looked into.
    fn guest(
        &mut self,
        found: &Found,
        container: &Container,
        table: &Table,
        outer: &Inherited,
    ) -> Option<(System, Found)> {
        if self.nesting >= MAX_NESTING {
            return None;
        }
        let path = table.guest?;
        let mut config = self.reader.at(found, path);
        if self.reader.is_default(&config) && !matches!(config.value.value, Value::Unknown(_)) {
            return None;
        }
        let origin = self.reader.place_of(&config);
        let name = &container.name;
        match &config.value.value {
            Value::Attrs(_) => {}
            Value::Either(alternatives) => {
                let alternatives = alternatives.clone();
                let set = alternatives
                    .iter()
                    .find(|one| matches!(one.value.value, Value::Attrs(_)))?;
                config.value = set.value.clone();
            }
            Value::Unknown(unknown) => {
                let why = unknown.why.clone();
                let whole = Table::option(table.path, container.id.name(), as_key);
                self.reader
                    .gap(format!("{whole}.{}", path.join(".")), why, &origin);
                return None;
            }
            _ => return None,
        }
        let unseen = self.reader.gaps(&config);
        let seen = outer.seen.and(self.seen(&unseen, &config));
        let id = SystemId::guest(container.id.clone());
        let system = System {
            origin,
            seen,
            ..outer.nested(id, SystemKind::Guest, format!("guest {name} of {}", outer.name))
        };
        Some((system, config))
    }

    /// The guest of a container that is a host of the same tree: its `path` is what that builds, or its `flake` names it.
    fn host_as_guest(
        &mut self,
        found: &Found,
        container: &Container,
        outer: &Inherited,
    ) -> Option<(System, Found)> {
        if self.nesting >= MAX_NESTING {
            return None;
        }
        let [path, flake] = ["path", "flake"].map(|name| self.reader.get(found, name));
        let (host, option) = match (system_of(self.reader.ev, &path.value), &flake.value.value) {
            (Some(host), _) => (host, path),
            (None, Value::String(text)) if text.hole().is_none() => {
                let reference = text.text.clone();
                (
                    host_of_reference(self.reader.ev, self.library, &reference)?,
                    flake,
                )
            }
            _ => return None,
        };
        self.library.shared.is_a_guest(self.reader.ev, &host);
        let config = self.reader.root(host.config);
        let unseen = self
            .library
            .shared
            .gaps_about(self.reader.ev, &host.about(), host.config);
        let name = &container.name;
        let system = System {
            origin: self.reader.place_of(&option),
            seen: self.seen(&unseen, &config),
            ..outer.nested(
                SystemId::guest(container.id.clone()),
                SystemKind::Guest,
                format!("guest {name} of {}", outer.name),
            )
        };
        Some((system, config))
    }

    fn read_guest(&mut self, config: &Found, system: System, outer: &Inherited) {
        let part = WorldPart::Guest {
            id: system.id.clone(),
            seen: system.seen.clone(),
        };
        self.part(part, config, &Existence::Certain, outer, |walk| {
            walk.nesting += 1;
            walk.system(config, system);
            walk.nesting -= 1;
        });
    }
}

//! The containers of a system, surface by surface.

use crate::read::{Found, as_key};
use crate::surface::{home, nspawn, oci, quadlet, table};
use crate::vocabulary::certainty::Doubt;
use crate::world::memo::{Inherited, WorldPart};
use crate::world::walk::Walk;
use nixpod_eval::Value;
use nixpod_model::{
    Container, ContainerId, EntryName, Existence, Field, Surface, System, SystemId, SystemKind,
};
use nixpod_source::Why;

/// Guests in guests in guests: nobody writes more, but a guest could contain itself.
const MAX_NESTING: u32 = 4;

/// A container that is declared.
struct Declared {
    id: ContainerId,
    existence: Existence,
    /// Its set of options.
    found: Found,
}

impl Walk<'_, '_, '_> {
    /// The entries of a surface's set of containers.
    fn declared(&mut self, config: &Found, surface: Surface, outer: &Inherited) -> Vec<Declared> {
        let path = table(surface).path;
        let all = self.reader.at(config, path);
        if self.reader.is_unset(&all) {
            return Vec::new();
        }
        for place in self.reader.switched_off(&all) {
            self.world.switched_off.push(place);
        }
        let entries = self.reader.entries(&all);
        if let Some(why) = &entries.open
            && !matches!(why, Why::UnsetOption(_))
            // What was left out is told with its own place.
            && !self.reader.gaps(&all).iter().any(|gap| gap.why == *why)
        {
            let origin = self.reader.place_of(&all);
            self.reader.gap(path.join("."), why.clone(), &origin);
        }
        let mut out = Vec::new();
        let condition = format!("a condition of {}", path.join("."));
        for (name, found) in entries.all() {
            self.reader.broken_conditions(&condition, found.when);
            if let Value::Unknown(unknown) = &found.value.value {
                let origin = self.reader.place_of(&found);
                let what = format!("{}.{}", path.join("."), as_key(&name));
                self.reader.gap(what, unknown.why.clone(), &origin);
            }
            let (conditions, open) = self.reader.conditions(found.when);
            let existence = match name {
                EntryName::Template => Existence::Template,
                EntryName::Known(_) if open => Existence::Maybe(conditions),
                EntryName::Known(_) => Existence::Certain,
            };
            out.push(Declared {
                id: ContainerId::new(outer.id.clone(), surface, name),
                existence,
                found,
            });
        }
        out
    }

    /// Is an entry of `containers` in a file that no system was seen to import something else? A record of services,
    /// say, has names that no nspawn container has.
    fn is_data(&self, found: &Found, path: &str, outer: &Inherited) -> bool {
        let host = self.world.host(outer.id.host());
        if host.closed_world || host.from_flake || self.nesting > 0 {
            return false;
        }
        self.reader.gaps(found).iter().any(|gap| {
            gap.what
                .strip_prefix(path)
                .is_some_and(|rest| rest.starts_with('.'))
                && matches!(&gap.why, Why::Error(message) if message.ends_with("does not exist"))
        })
    }

    /// Reads a container by itself, or takes over what was read of it before an edit. `read` reads it into one of which
    /// nothing is said, and tells whether there is one at all.
    fn container(
        &mut self,
        declared: Declared,
        outer: &Inherited,
        read: impl FnOnce(&mut Self, &Found, &mut Container) -> bool,
    ) {
        let Declared { id, existence, found } = declared;
        self.remember(&id, &found);
        let part = WorldPart::Container(id.clone());
        self.part(part, &found, &existence, outer, |walk| {
            let mut container = Container {
                existence: existence.clone(),
                ..Container::new(id, walk.reader.place_of(&found))
            };
            if read(walk, &found, &mut container) {
                walk.under(found.when, |walk| walk.add(&found, container, outer));
            }
        });
    }

    /// What all surfaces have in common once a container is read.
    fn add(&mut self, found: &Found, mut container: Container, outer: &Inherited) {
        if let Some(why) = self.reader.unseen(found) {
            container.visit_mut(&mut Doubt(why));
        }
        let guest = match &container.nspawn {
            Some(nspawn) => {
                if let Some(opaque) = &nspawn.opaque {
                    let what = format!("the guest of containers.{}", container.name);
                    let why = Why::External(opaque.value().cloned().unwrap_or_default());
                    self.reader.gap(what, why, &opaque.origin);
                }
                self.guest(found, &container, outer)
            }
            None => None,
        };
        container.guest = guest.as_ref().map(|(guest, _)| guest.id.clone());
        self.world.add_container(container);
        if let Some((system, config)) = guest {
            self.read_guest(&config, system, outer);
        }
    }

    pub(super) fn nspawn_containers(&mut self, config: &Found, outer: &Inherited) {
        for declared in self.declared(config, Surface::Nspawn, outer) {
            self.container(declared, outer, |walk, found, container| {
                let path = format!("containers.{}", as_key(container.id.name()));
                if walk.is_data(found, &path, outer) {
                    walk.data.push(format!("{path}."));
                    return false;
                }
                walk.under(found.when, |walk| {
                    nspawn::read(&mut walk.reader, found, container)
                });
                true
            });
        }
    }

    /// The guest of a container, if it can be looked into.
    fn guest(&mut self, found: &Found, container: &Container, outer: &Inherited) -> Option<(System, Found)> {
        if self.nesting >= MAX_NESTING {
            return None;
        }
        let mut config = self.reader.get(found, "config");
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
                self.reader.gap(format!("containers.{name}.config"), why, &origin);
                return None;
            }
            _ => return None,
        }
        let unseen = self.reader.gaps(&config);
        let complete = outer.complete && self.is_whole(&unseen, &config);
        let id = SystemId::guest(container.id.clone());
        let system = System {
            origin,
            complete,
            ..outer.nested(id, SystemKind::Guest, format!("guest {name} of {}", outer.name))
        };
        Some((system, config))
    }

    fn read_guest(&mut self, config: &Found, system: System, outer: &Inherited) {
        let part = WorldPart::Guest {
            id: system.id.clone(),
            complete: system.complete,
        };
        self.part(part, config, &Existence::Certain, outer, |walk| {
            walk.nesting += 1;
            walk.system(config, system);
            walk.nesting -= 1;
        });
    }

    pub(super) fn oci_containers(&mut self, config: &Found, outer: &Inherited) {
        for declared in self.declared(config, Surface::OciContainers, outer) {
            self.container(declared, outer, |walk, found, container| {
                walk.under(found.when, |walk| {
                    let secrets = oci::read(&mut walk.reader, found, container);
                    walk.add_secrets(&outer.id, &secrets);
                });
                true
            });
        }
    }

    /// Containers of quadlet-nix, of the system's own engine or of the user whose home it is.
    pub(super) fn quadlets(&mut self, config: &Found, outer: &Inherited, user: Option<String>) {
        let home = self.world.system(&outer.id).kind == SystemKind::Home;
        let declared = self.declared(config, Surface::QuadletNix, outer);
        if declared.is_empty() {
            return;
        }
        let module = quadlet::QuadletModule::new(&mut self.reader, config);
        for one in declared {
            self.container(one, outer, |walk, found, container| {
                module.ask(&mut walk.reader);
                if quadlet::is_off(&mut walk.reader, found) {
                    return false;
                }
                container.runs_as = user.clone().map(Field::default);
                walk.under(found.when, |walk| {
                    quadlet::read(&mut walk.reader, &module, found, home, container);
                });
                true
            });
        }
    }

    pub(super) fn home_containers(&mut self, config: &Found, outer: &Inherited, user: Option<String>) {
        for declared in self.declared(config, Surface::HomeManagerPodman, outer) {
            self.container(declared, outer, |walk, found, container| {
                container.runs_as = user.clone().map(Field::default);
                walk.under(found.when, |walk| home::read(&mut walk.reader, found, container));
                true
            });
        }
    }
}

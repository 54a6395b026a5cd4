//! The containers of a system, surface by surface.

use crate::read::{Found, as_key};
use crate::surface::{home, nspawn, oci, quadlet, table};
use crate::vocabulary::certainty::doubt;
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

    /// Reads a container by itself, or takes over what was read of it before an edit.
    fn container(
        &mut self,
        declared: Declared,
        outer: &Inherited,
        read: impl FnOnce(&mut Self, &Found, Container),
    ) {
        let Declared { id, existence, found } = declared;
        self.remember(&id, &found);
        let part = WorldPart::Container(id.clone());
        self.part(part, &found, &existence, outer, |walk| {
            let container = Container {
                existence: existence.clone(),
                ..Container::new(id, walk.reader.place_of(&found))
            };
            read(walk, &found, container);
        });
    }

    pub(super) fn nspawn_containers(&mut self, config: &Found, outer: &Inherited) {
        for declared in self.declared(config, Surface::Nspawn, outer) {
            self.container(declared, outer, |walk, found, container| {
                walk.nspawn_container(found, container, outer);
            });
        }
    }

    fn nspawn_container(&mut self, found: &Found, mut container: Container, outer: &Inherited) {
        let path = format!("containers.{}", as_key(container.id.name()));
        if self.is_data(found, &path, outer) {
            self.data.push(format!("{path}."));
            return;
        }
        self.under(found.when, |walk| {
            nspawn::read(&mut walk.reader, found, &mut container);
            walk.doubt_defaults(found, &mut container);
            let opaque = container
                .nspawn
                .as_ref()
                .and_then(|nspawn| nspawn.opaque.as_ref());
            if let Some(opaque) = opaque {
                let what = format!("the guest of containers.{}", container.name);
                let why = Why::External(opaque.value().cloned().unwrap_or_default());
                walk.reader.gap(what, why, &opaque.origin);
            }
            let guest = walk.guest(found, &container, outer);
            container.guest = guest.as_ref().map(|(guest, _)| guest.id.clone());
            walk.world.add_container(container);
            if let Some((system, config)) = guest {
                walk.read_guest(&config, system, outer);
            }
        });
    }

    /// Where a part of a container's definitions could not be seen, what nobody was seen to set is not known.
    fn doubt_defaults(&self, found: &Found, container: &mut Container) {
        let Some(why) = self.reader.unseen(found) else {
            return;
        };
        doubt(&mut container.auto_start, &why);
        doubt(&mut container.userns, &why);
        doubt(&mut container.network, &why);
        if container.surface.is_oci() {
            doubt(&mut container.privileged, &why);
        }
        if matches!(container.surface, Surface::OciContainers | Surface::QuadletNix)
            && container.runs_as.is_none()
        {
            doubt(&mut container.rootful, &why);
        }
        if let Some(nspawn) = &mut container.nspawn {
            doubt(&mut nspawn.private_users, &why);
            doubt(&mut nspawn.ownership, &why);
            doubt(&mut nspawn.private_network, &why);
            doubt(&mut nspawn.enable_tun, &why);
            doubt(&mut nspawn.other_private_network, &why);
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
            self.container(declared, outer, |walk, found, mut container| {
                walk.under(found.when, |walk| {
                    let secrets = oci::read(&mut walk.reader, found, &mut container);
                    walk.add_secrets(&outer.id, &secrets);
                });
                walk.world.add_container(container);
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
            self.container(one, outer, |walk, found, mut container| {
                module.ask(&mut walk.reader);
                if quadlet::is_off(&mut walk.reader, found) {
                    return;
                }
                container.runs_as = user.clone().map(Field::default);
                walk.under(found.when, |walk| {
                    quadlet::read(&mut walk.reader, &module, found, home, &mut container);
                    walk.doubt_defaults(found, &mut container);
                });
                walk.world.add_container(container);
            });
        }
    }

    pub(super) fn home_containers(&mut self, config: &Found, outer: &Inherited, user: Option<String>) {
        for declared in self.declared(config, Surface::HomeManagerPodman, outer) {
            self.container(declared, outer, |walk, found, mut container| {
                container.runs_as = user.clone().map(Field::default);
                walk.under(found.when, |walk| {
                    home::read(&mut walk.reader, found, &mut container);
                    walk.doubt_defaults(found, &mut container);
                });
                walk.world.add_container(container);
            });
        }
    }
}

//! A system, the containers in it and the systems in those.

use crate::read::Found;
use crate::system;
use crate::world::memo::Inherited;
use crate::world::walk::Walk;
use nixpod_eval::Value;
use nixpod_model::{System, SystemId, SystemKind};

impl Walk<'_, '_, '_> {
    /// Reads a system with all that is in it.
    pub(super) fn system(&mut self, config: &Found, mut system: System) {
        let kind = system.kind;
        system::read(&mut self.reader, config, &mut system);
        let inherited = Inherited {
            id: system.id.clone(),
            kernel: system.kernel.clone(),
            release: system.release.clone(),
            name: system.name.clone(),
            complete: system.complete,
        };
        self.world.add_system(system);
        self.containers(config, &inherited);
        if kind != SystemKind::Home {
            self.homes(config, &inherited);
        }
    }

    fn homes(&mut self, config: &Found, outer: &Inherited) {
        let all = self.reader.option(config, &["home-manager", "users"]);
        if self.reader.is_unset(&all) {
            return;
        }
        let entries = self.reader.entries(&all);
        if let Some(why) = &entries.open {
            let origin = self.reader.place_of(&all);
            self.reader
                .gap("home-manager.users".to_owned(), why.clone(), &origin);
        }
        for (name, found) in entries.all() {
            if let Value::Unknown(unknown) = &found.value.value {
                let why = unknown.why.clone();
                let origin = self.reader.place_of(&found);
                self.reader
                    .gap(format!("home-manager.users.{name}"), why, &origin);
                continue;
            }
            let unseen = self.reader.gaps(&found);
            let complete = outer.complete && self.is_whole(&unseen, &found);
            let called = format!("home of {name}");
            let home_of = Some(name.to_string());
            let id = SystemId::home(outer.id.clone(), name);
            let system = System {
                home_of,
                origin: self.reader.place_of(&found),
                complete,
                ..outer.nested(id, SystemKind::Home, called)
            };
            self.under(found.when, |walk| walk.system(&found, system));
        }
    }
}

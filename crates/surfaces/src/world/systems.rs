//! A system, the containers in it and the systems in those.

use crate::read::Found;
use crate::surface::tables;
use crate::system::{self, engine_settings::Settings};
use crate::vocabulary::options::ANY;
use crate::world::memo::{Inherited, ReadSystem};
use crate::world::walk::Walk;
use nixpod_eval::{Reserve, Share, Value};
use nixpod_model::{EntryName, Subject, Surface, System, SystemId, SystemKind, UnknownFacts};
use nixpod_source::Why;
use std::sync::Arc;

impl Walk<'_, '_, '_> {
    /// Reads a system with all that is in it.
    pub(super) fn system(&mut self, config: &Found, mut system: System) {
        let kind = system.kind;
        let read = ReadSystem {
            config: config.clone(),
            given: self.reader.given,
        };
        self.memo.systems.insert(system.id.clone(), read);
        let others = self.reader.ev.begin_part(Share::Half);
        system::read(&mut self.reader, config, &mut system);
        self.reader.ev.end_part(others);
        let settings = self.engine_settings(config, &system);
        let outer_settings = std::mem::replace(&mut self.settings, settings);
        let inherited = Inherited {
            id: system.id.clone(),
            kernel: system.kernel.clone(),
            release: system.release.clone(),
            name: system.name.clone(),
            seen: system.seen.clone(),
            settings: self.settings.clone(),
        };
        self.count_unknown_of_system(&system);
        self.world.add_system(system);
        self.add_settings(&inherited.id);
        // All that is in it is found before any of it is read, so that something can be set aside for each.
        let containers = self.declared(config, kind, &inherited);
        let homes = match kind {
            SystemKind::Home => Vec::new(),
            _ => self.homes(config),
        };
        let mut reserve = Reserve::new(Share::Half);
        let portion = self
            .reader
            .ev
            .set_aside(&mut reserve, containers.len() + homes.len());
        for declared in containers {
            let others = self.reader.ev.begin_reserved(&mut reserve, portion);
            self.container(declared, config, &inherited);
            self.reader.ev.end_part(others);
        }
        let others = self.reader.ev.begin_part(Share::Half);
        self.texts(config, kind, &inherited);
        self.reader.ev.end_part(others);
        for (name, found) in homes {
            let others = self.reader.ev.begin_reserved(&mut reserve, portion);
            self.home(name, &found, &inherited);
            self.reader.ev.end_part(others);
        }
        self.settings = outer_settings;
    }

    /// What every container has in a system. A home takes over what the system around it has, a guest does not.
    fn engine_settings(&mut self, config: &Found, system: &System) -> Arc<Settings> {
        let around = Some(&*self.settings).filter(|_| system.kind == SystemKind::Home);
        Arc::new(Settings::read(&mut self.reader, config, system, around))
    }

    /// Adds the containers that stand for all, where it is this system whose settings say something.
    fn add_settings(&mut self, system: &SystemId) {
        let settings = Arc::clone(&self.settings);
        for settings in settings.all() {
            if settings.all.system != *system || !settings.say_something() {
                continue;
            }
            let subject = self.reader.about(Subject::Container(settings.all.id.clone()));
            self.reader
                .count_unknown(&settings.all.name, settings.all.unknown());
            self.reader.about(subject);
            self.world.add_container(settings.all.clone());
        }
    }

    /// Counts what is not known of a system and its users. What fails in Nix, or looks at a file that may not or cannot be
    /// read, was told when it was read.
    fn count_unknown_of_system(&mut self, system: &System) {
        let mut count = |what: &str, mut unknown: Vec<UnknownFacts>| {
            unknown.retain(|facts| !facts.why.is_fault());
            self.reader.count_unknown(what, unknown);
        };
        count(&system.name, system.unknown());
        for user in &system.users {
            count(&format!("users.users.{}", user.name), user.unknown());
        }
    }

    /// Is it a NixOS test and no system? Its `containers` and `nodes` are machines that the test driver runs in the sandbox
    /// of a build.
    pub(super) fn is_test(&mut self, config: &Found) -> bool {
        let [script, nodes] = ["testScript", "nodes"].map(|name| self.reader.option(config, &[name]));
        let is_own = |option: &Found| option.info.as_ref().is_some_and(|info| info.declared);
        let has_script = !matches!(script.value.value, Value::Unknown(_)) && !is_own(&script);
        let has_nodes = matches!(nodes.value.value, Value::Attrs(_)) && !is_own(&nodes);
        // A script for nmt, by which Home Manager and nix-darwin test their modules.
        let nmt = self.reader.option(config, &["nmt", "script"]);
        let has_nmt = !matches!(nmt.value.value, Value::Unknown(_)) && !is_own(&nmt);
        let telling = match (has_script, has_nodes) {
            _ if has_nmt => nmt,
            (true, _) => script,
            // Tools that deploy several hosts have an option of that name.
            (false, true) if !self.sets_anything_else(config) => nodes,
            (false, _) => return false,
        };
        self.world.tests.extend(self.reader.place_of(&telling).place());
        true
    }

    /// Does it set options of a system, so that it is one?
    fn sets_anything_else(&mut self, config: &Found) -> bool {
        let surfaces = tables().filter(|table| table.surface != Surface::Nspawn);
        // The outermost set, if there are sets in sets.
        let outermost = surfaces.filter_map(|table| table.path.split(|part| *part == ANY).next());
        let mut names = outermost.chain([&["users", "users"][..], &["systemd", "services"]]);
        names.any(|names| {
            let option = self.reader.at(config, names);
            let info = option.info.as_ref();
            info.is_some_and(|info| info.definitions.iter().any(|one| !one.written.is_ours()))
        })
    }

    /// The specialisations of a host: further systems that it may be started as.
    pub(super) fn variants(&mut self, config: &Found) -> Vec<(EntryName, Found)> {
        let all = self.reader.option(config, &["specialisation"]);
        if self.reader.is_unset(&all) || self.reader.is_default(&all) {
            return Vec::new();
        }
        let entries = self.reader.entries(&all);
        if let Some(why) = entries
            .open
            .as_ref()
            .filter(|why| !matches!(why, Why::UnsetOption(_)))
        {
            let origin = self.reader.place_of(&all);
            self.reader.gap("specialisation".to_owned(), why.clone(), &origin);
        }
        let mut variants = Vec::new();
        for (name, found) in entries.all() {
            let mut configuration = self.reader.get(&found, "configuration");
            configuration.when = self.reader.ev.both(found.when, configuration.when);
            if let Value::Unknown(unknown) = &configuration.value.value {
                let why = unknown.why.clone();
                let origin = self.reader.place_of(&found);
                self.reader.gap(format!("specialisation.{name}"), why, &origin);
                continue;
            }
            if !self.is_idle(&found, &configuration) {
                variants.push((name, configuration));
            }
        }
        variants
    }

    /// Is a variant certainly like its parent in all that is looked at? To evaluate a whole system again is dear.
    fn is_idle(&mut self, found: &Found, configuration: &Found) -> bool {
        let inherits = self.reader.get(found, "inheritParentConfig");
        let Some(info) = &configuration.info else {
            return false;
        };
        let definitions = info.definitions.iter().filter_map(|one| one.value.as_ref());
        matches!(inherits.value.value, Value::Bool(true))
            && definitions
                .cloned()
                .collect::<Vec<_>>()
                .iter()
                .all(|module| nixpod_modules::is_idle(self.reader.ev, module))
    }

    /// The homes that are declared in a system.
    fn homes(&mut self, config: &Found) -> Vec<(EntryName, Found)> {
        let all = self.reader.option(config, &["home-manager", "users"]);
        if self.reader.is_unset(&all) {
            return Vec::new();
        }
        let entries = self.reader.entries(&all);
        // A home that is not seen may have containers.
        let subject = self.reader.about(Subject::Containers);
        // A user who is called by an option that another file may set is there by the name that is likely.
        let is_likely = |why: &&Why| matches!(why, Why::UnsetOption(_)) && !entries.named.is_empty();
        if let Some(why) = entries.open.as_ref().filter(|why| !is_likely(why))
            // That nobody was seen to set it as a whole is no gap.
            && !self.reader.is_by_itself(&all, why)
        {
            let origin = self.reader.place_of(&all);
            self.reader
                .gap("home-manager.users".to_owned(), why.clone(), &origin);
        }
        self.reader.about(subject);
        entries.all()
    }

    fn home(&mut self, name: EntryName, found: &Found, outer: &Inherited) {
        if let Value::Unknown(unknown) = &found.value.value {
            let why = unknown.why.clone();
            let origin = self.reader.place_of(found);
            let subject = self.reader.about(Subject::Containers);
            self.reader
                .gap(format!("home-manager.users.{name}"), why, &origin);
            self.reader.about(subject);
            return;
        }
        let unseen = self.reader.gaps(found);
        let seen = outer.seen.and(self.seen(&unseen, found));
        let called = format!("home of {name}");
        let home_of = Some(name.to_string());
        let id = SystemId::home(outer.id.clone(), name);
        let system = System {
            home_of,
            origin: self.reader.place_of(found),
            seen,
            ..outer.nested(id, SystemKind::Home, called)
        };
        self.under(found.when, |walk| walk.system(found, system));
    }
}

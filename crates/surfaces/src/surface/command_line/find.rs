//! Where scripts and command lines stand in a system.

use super::files::{may_name_script, with_files};
use super::inside::{LINES, gap, is_unit_line};
use super::names::{may_run_containers, names_program};
use super::of_programs::{alias_of_git, commands_of_udev, cron_line};
use super::places::{ALIASES, ALIASES_OF_GIT, FILES, INITS, JOBS, OF_ROOT, OTHERS, PACKAGES, RULES_OF_UDEV};
use super::sets::Sets;
use super::stay;
use crate::read::{Found, OptionReader, as_key};
use crate::surface::quadlet_text;
use crate::surface::surroundings::is_off;
use crate::surface::texts::{Runs, Written};
use crate::surface::written_files::{sets_of_hjem, users_of_hjem};
use crate::vocabulary::shell::{Addresses, ENGINE_ADDRESSES};
use crate::vocabulary::unit::kinds::Kind;
use nixpod_eval::Value;
use nixpod_model::{Existence, Field, StoreRef, SystemKind, Text};
use nixpod_source::Why;

/// Systems have a few hundred scripts; more are generated.
const MAX_SCRIPTS: usize = 2_000;

/// Scripts of a service, as NixOS writes them.
const SCRIPTS: [&str; 6] = ["preStart", "script", "postStart", "reload", "preStop", "postStop"];

/// Finds the scripts of a system that may run containers.
pub(super) fn find(reader: &mut OptionReader<'_, '_>, config: &Found, kind: SystemKind) -> Vec<Written> {
    let is_home = kind == SystemKind::Home;
    let mut found = Finder {
        reader,
        out: Vec::new(),
    };
    if !is_home {
        found.services(config, &["systemd", "services"], is_home);
    }
    found.services(config, &["systemd", "user", "services"], is_home);
    found.units(config, kind);
    found.unit_texts(config, is_home);
    found.of_code(config);
    found.activations(config, is_home);
    let of_user = Runs::User(None);
    // Options of homes and of NixOS are called apart, but for those of programs.
    let is_there = |path: &&&[&str]| match path.first() {
        Some(&"environment" | &"services") => !is_home,
        Some(&"home" | &"xdg" | &"xsession") => is_home,
        _ => true,
    };
    let mut sets = Sets::default();
    for path in ALIASES.iter().filter(is_there) {
        if sets.has(found.reader, config, path) {
            found.aliases(config, path, &of_user);
        }
    }
    for path in INITS.iter().filter(is_there) {
        if sets.has(found.reader, config, path) {
            let option = found.option(config, path);
            found.add(path.join("."), &option, &of_user);
        }
    }
    for (what, path) in OTHERS {
        if sets.has(found.reader, config, path) {
            found.tell(config, path, what);
        }
    }
    if !is_home {
        found.of_root(config, &mut sets);
    }
    for path in ALIASES_OF_GIT {
        found.aliases_of_git(config, path);
    }
    found.functions_of_fish(config);
    for path in PACKAGES.iter().filter(is_there) {
        let all = found.option(config, path);
        found.packages(&path.join("."), &all, &of_user);
    }
    if !is_home {
        found.packages_of_users(config);
    }
    for path in FILES.iter().filter(is_there) {
        let all = found.option(config, path);
        found.files(&all, &path.join("."), &of_user);
    }
    found.of_desktops(config, is_home);
    found.of_hjem(config, kind);
    found.out
}

pub(super) struct Finder<'r, 'e, 's> {
    pub(super) reader: &'r mut OptionReader<'e, 's>,
    out: Vec<Written>,
}

impl Finder<'_, '_, '_> {
    pub(super) fn option(&mut self, config: &Found, path: &[&str]) -> Found {
        self.reader.option(config, path)
    }

    /// What the root of the system runs besides units.
    fn of_root(&mut self, config: &Found, sets: &mut Sets) {
        for path in OF_ROOT {
            let option = self.option(config, path);
            self.add(path.join("."), &option, &Runs::Root);
        }
        for (path, options) in JOBS {
            if sets.has(self.reader, config, path) {
                self.each(config, path, options, &Runs::Root);
            }
        }
        self.cron(config);
        self.udev(config);
    }

    /// Tells of a script that may run containers and is not read.
    fn tell(&mut self, config: &Found, path: &[&str], what: &str) {
        let option = self.option(config, path);
        self.tell_of(path.join("."), &option, what);
    }

    fn tell_of(&mut self, path: String, option: &Found, what: &str) {
        if self.reader.is_default(option) || self.reader.is_unset(option) {
            return;
        }
        let text = self.reader.text(option);
        if text.value().is_some_and(may_run_containers) {
            let why = Why::NotModelled(what.to_owned());
            self.reader.not_analysed.push(gap(path, why, &text.origin));
        }
    }

    /// Functions of fish, each a script or a set with one in it.
    fn functions_of_fish(&mut self, config: &Found) {
        let all = self.option(config, &["programs", "fish", "functions"]);
        if self.reader.is_unset(&all) {
            return;
        }
        for (name, entry) in self.reader.entries(&all).all() {
            let found = match &entry.value.value {
                Value::Attrs(_) => self.reader.get(&entry, "body"),
                _ => entry,
            };
            let path = format!("programs.fish.functions.{}", as_key(&name));
            self.tell_of(path, &found, "scripts of fish");
        }
    }

    /// May a value be a script that runs containers, or refer to one? Nearly none does, and to read all that is known of one
    /// takes longer.
    pub(super) fn may_matter(&mut self, found: &Found) -> bool {
        self.reader.may_say(&found.value, names_program) || may_name_script(self.reader, found)
    }

    /// Adds a text, if somebody writes it and it may run containers.
    pub(super) fn add(&mut self, path: String, found: &Found, runs: &Runs) {
        if self.reader.is_default(found) || self.reader.is_unset(found) || !self.may_matter(found) {
            return;
        }
        let text = self.reader.text(found);
        self.add_text(path, text, found, runs);
    }

    pub(super) fn add_text(&mut self, path: String, text: Field<Text>, found: &Found, runs: &Runs) {
        let text = text.map(|text| with_files(self.reader, text, is_unit_line(&path)));
        let is_wanted = text.value().is_some_and(may_run_containers);
        if !is_wanted || self.out.len() >= MAX_SCRIPTS {
            return;
        }
        self.out.push(Written {
            addresses: Addresses::default(),
            is_main: false,
            path,
            text,
            runs: runs.clone(),
            definitions: self.reader.keys_of(found),
            existence: Existence::Certain,
        });
    }

    /// The entries of a set, each a script or a set with some in it, under these names.
    pub(super) fn each(&mut self, config: &Found, path: &[&str], parts: &[&str], runs: &Runs) {
        let all = self.option(config, path);
        if self.reader.is_unset(&all) {
            return;
        }
        for (name, entry) in self.reader.entries(&all).all() {
            let path = format!("{}.{}", path.join("."), as_key(&name));
            if !matches!(entry.value.value, Value::Attrs(_)) {
                self.add(path, &entry, runs);
                continue;
            }
            if is_off(self.reader, &entry) {
                continue;
            }
            for part in parts {
                let found = self.reader.get(&entry, part);
                self.add(path.clone(), &found, runs);
            }
        }
    }

    /// The lines of cron: when, who, and the command.
    fn cron(&mut self, config: &Found) {
        let jobs = self.option(config, &["services", "cron", "systemCronJobs"]);
        if self.reader.is_unset(&jobs) || self.reader.is_default(&jobs) {
            return;
        }
        for found in self.reader.elements(&jobs) {
            if !self.may_matter(&found) {
                continue;
            }
            let text = self.reader.text(&found);
            let Some((user, command)) = text.value().and_then(cron_line) else {
                continue;
            };
            let runs = match user.as_known().as_deref() {
                Some("root") => Runs::Root,
                Some(name) => Runs::User(Some(Box::new(text.map(|_| name.to_owned())))),
                None => Runs::Unknown,
            };
            let command = text.map(|_| command.clone());
            self.add_text("services.cron.systemCronJobs".to_owned(), command, &found, &runs);
        }
    }

    /// What udev runs for devices, by options and by packages of rules.
    fn udev(&mut self, config: &Found) {
        for path in RULES_OF_UDEV {
            let rules = self.option(config, path);
            if self.reader.is_default(&rules) || self.reader.is_unset(&rules) || !self.may_matter(&rules) {
                continue;
            }
            let text = self.reader.text(&rules);
            self.rules(&path.join("."), &text, &rules);
        }
        let packages = self.option(config, &["services", "udev", "packages"]);
        if self.reader.is_unset(&packages) || self.reader.is_default(&packages) {
            return;
        }
        for package in self.reader.elements(&packages) {
            if !self.may_matter(&package) {
                continue;
            }
            let text = self.reader.text(&package);
            let written = text.value().into_iter().flat_map(|text| &text.context);
            let rules = written.filter_map(|reference| match reference {
                StoreRef::Written { text, .. } => Some((**text).clone()),
                _ => None,
            });
            for one in rules.collect::<Vec<_>>() {
                self.rules("services.udev.packages", &text.map(|_| one.clone()), &package);
            }
        }
    }

    fn rules(&mut self, path: &str, rules: &Field<Text>, found: &Found) {
        let commands = rules.value().map(commands_of_udev).unwrap_or_default();
        for command in commands {
            let command = rules.map(|_| command.clone());
            self.add_text(path.to_owned(), command, found, &Runs::Root);
        }
    }

    /// Aliases of git that are lines of a shell, in a set or in the sets of a list.
    fn aliases_of_git(&mut self, config: &Found, path: &[&str]) {
        let settings = self.option(config, path);
        if self.reader.is_unset(&settings) {
            return;
        }
        let sets = match &settings.value.value {
            Value::List(_) => self.reader.elements(&settings),
            _ => vec![settings],
        };
        for set in sets {
            let aliases = match path.contains(&"alias") || path.contains(&"aliases") {
                true => set,
                false => self.reader.get(&set, "alias"),
            };
            self.aliases_in(&path.join("."), &aliases);
        }
    }

    fn aliases_in(&mut self, path: &str, all: &Found) {
        if self.reader.is_unset(all) {
            return;
        }
        for (name, alias) in self.reader.entries(all).all() {
            if !self.may_matter(&alias) {
                continue;
            }
            let text = self.reader.text(&alias);
            if let Some(line) = text.value().and_then(alias_of_git) {
                let path = format!("{path}.{}", as_key(&name));
                self.add_text(path, text.map(|_| line.clone()), &alias, &Runs::User(None));
            }
        }
    }

    /// A script that stands in code and that no option is known to have.
    fn of_code(&mut self, config: &Found) {
        let all = self.option(config, &[nixpod_modules::SCRIPTS]);
        if self.reader.is_unset(&all) {
            return;
        }
        for (name, entry) in self.reader.entries(&all).all() {
            self.add(name.to_string(), &entry, &Runs::Unknown);
        }
    }

    fn services(&mut self, config: &Found, path: &[&str], is_home: bool) {
        let all = self.option(config, path);
        let of_user = path.contains(&"user").then_some(Runs::User(None));
        let name = path.join(".");
        let before = self.out.len();
        self.services_in(&all, &name, of_user, is_home);
        if self.out.iter().skip(before).any(|written| written.is_main)
            && let Some((_, around)) = path.split_last()
        {
            let timers = self.option(config, &[around, &["timers"]].concat());
            let written = self.out.get_mut(before..).unwrap_or_default();
            stay::leave_out_timed(self.reader, &timers, &name, written);
        }
    }

    /// Those of one set, which a service manager runs as this user or as each of them says.
    fn services_in(&mut self, all: &Found, path: &str, of_user: Option<Runs>, is_home: bool) {
        if self.reader.is_unset(all) {
            return;
        }
        let section = if is_home { "Service" } else { "serviceConfig" };
        for (name, service) in self.reader.entries(all).all() {
            if is_off(self.reader, &service) {
                continue;
            }
            let path = format!("{path}.{}", as_key(&name));
            let config = self.reader.get(&service, section);
            let runs = match &of_user {
                Some(runs) => runs.clone(),
                None => self.user_of(&config),
            };
            let before = self.out.len();
            if !is_home {
                for option in SCRIPTS {
                    let found = self.reader.get(&service, option);
                    if !is_nothing(&found) {
                        self.add(format!("{path}.{option}"), &found, &runs);
                    }
                }
            }
            for option in LINES {
                let found = self.reader.get(&config, option);
                if !is_nothing(&found) {
                    self.lines(&format!("{path}.{section}.{option}"), &found, &runs);
                }
            }
            if let Some(written) = self.out.get_mut(before..) {
                stay::mark(self.reader, &service, &config, &path, written);
            }
            if !is_home && self.out.len() > before {
                let environment = self.reader.get(&service, "environment");
                let addresses = ENGINE_ADDRESSES.map(|name| {
                    let address = self.reader.get(&environment, name);
                    match self.reader.is_unset(&address) || is_nothing(&address) {
                        true => None,
                        false => self.reader.text(&address).value().cloned(),
                    }
                });
                for written in self.out.iter_mut().skip(before) {
                    written.addresses = addresses.clone();
                }
            }
        }
    }

    /// The services of units of Podman's generator.
    fn units(&mut self, config: &Found, kind: SystemKind) {
        let texts = quadlet_text::find(self.reader, config, kind).into_iter();
        let may_run = |written: &Written| written.text.value().is_some_and(may_run_containers);
        self.out.extend(texts.filter(may_run));
        let is_home = kind == SystemKind::Home;
        let of_homes = [&["services", "podman"][..]].into_iter().filter(|_| is_home);
        for path in of_homes.chain([&["virtualisation", "quadlet"][..]]) {
            for kind in Kind::ALL {
                let option = format!("{}s", kind.extension());
                self.typed_units(config, &[path, &[&*option]].concat(), is_home);
            }
        }
    }

    /// Units of systemd that are texts: options, and packages that Nix writes.
    fn unit_texts(&mut self, config: &Found, is_home: bool) {
        if is_home {
            return;
        }
        for (path, runs) in [
            (&["systemd", "units"][..], Runs::Root),
            (&["systemd", "user", "units"], Runs::User(None)),
        ] {
            let all = self.option(config, path);
            if self.reader.is_unset(&all) {
                continue;
            }
            for (name, unit) in self.reader.entries(&all).all() {
                let text = self.reader.get(&unit, "text");
                self.add(format!("{}.{}", path.join("."), as_key(&name)), &text, &runs);
            }
        }
        let packages = self.option(config, &["systemd", "packages"]);
        if self.reader.is_unset(&packages) {
            return;
        }
        for package in self.reader.elements(&packages) {
            if self.may_matter(&package) {
                self.units_of_package(&package);
            }
        }
    }

    fn units_of_package(&mut self, package: &Found) {
        let text = self.reader.text(package);
        let Some(whole) = text.value() else { return };
        let written = whole.context.iter().filter_map(|reference| match reference {
            StoreRef::Written { name, text, .. } if text.pattern().contains("[Service]") => {
                Some((name, text))
            }
            _ => None,
        });
        let units: Vec<(String, Field<Text>)> = written
            .map(|(name, unit)| {
                let stem = name.strip_suffix(".service").unwrap_or(name);
                (
                    format!("systemd.packages.{stem}.service"),
                    text.map(|_| (**unit).clone()),
                )
            })
            .collect();
        for (path, text) in units {
            self.add_text(path, text, package, &Runs::Root);
        }
    }

    fn typed_units(&mut self, config: &Found, path: &[&str], is_home: bool) {
        let all = self.option(config, path);
        if self.reader.is_unset(&all) {
            return;
        }
        for (name, unit) in self.reader.entries(&all).all() {
            let path = format!("{}.{}", path.join("."), as_key(&name));
            let raw = self.reader.get(&unit, "rawConfig");
            let of_manager = match is_home || self.has_uid(&unit) {
                true => Runs::User(None),
                false => Runs::Root,
            };
            self.add(format!("{path}.rawConfig"), &raw, &of_manager);
            for section in [&["serviceConfig"][..], &["extraConfig", "Service"]] {
                let service = self.reader.at(&unit, section);
                if !self.reader.is_written(&service) {
                    continue;
                }
                let runs = match self.user_of(&service) {
                    Runs::Root => of_manager.clone(),
                    runs => runs,
                };
                for option in LINES {
                    let found = self.reader.get(&service, option);
                    if !is_nothing(&found) {
                        self.lines(&format!("{path}.{}.{option}", section.join(".")), &found, &runs);
                    }
                }
            }
        }
    }

    /// Is a unit one that the system's service manager runs as a user?
    fn has_uid(&mut self, unit: &Found) -> bool {
        let mut is_number = |path: &[&str]| {
            let uid = self.reader.at(unit, path);
            self.reader.int(&uid).value().is_some()
        };
        is_number(&["rootlessConfig", "uid"]) || is_number(&["uid"])
    }

    /// One line, or a list of them.
    pub(super) fn lines(&mut self, path: &str, found: &Found, runs: &Runs) {
        match &found.value.value {
            Value::List(_) => {
                for line in self.reader.elements(found) {
                    self.add(path.to_owned(), &line, runs);
                }
            }
            _ => self.add(path.to_owned(), found, runs),
        }
    }

    /// Who runs a service of the system.
    fn user_of(&mut self, config: &Found) -> Runs {
        let user = self.reader.get(config, "User");
        if self.reader.is_unset(&user) || matches!(user.value.value, Value::Null) {
            let dynamic = self.reader.get(config, "DynamicUser");
            return match self.reader.bool(&dynamic).certain() {
                // Some user that is made for it.
                Some(true) => Runs::User(None),
                _ => Runs::Root,
            };
        }
        let user = self.reader.string(&user);
        match user.value().map(String::as_str) {
            Some("root" | "0") => Runs::Root,
            _ => Runs::User(Some(Box::new(user))),
        }
    }

    /// What is run whenever a system or a home is switched to.
    fn activations(&mut self, config: &Found, is_home: bool) {
        let (path, part, runs) = match is_home {
            true => (["home", "activation"], "data", Runs::User(None)),
            false => (["system", "activationScripts"], "text", Runs::Root),
        };
        self.each(config, &path, &[part], &runs);
        if !is_home {
            let path = ["system", "userActivationScripts"];
            self.each(config, &path, &[part], &Runs::User(None));
        }
    }

    /// Packages that are scripts: what `writeShellScriptBin` and its like make.
    fn packages(&mut self, path: &str, all: &Found, runs: &Runs) {
        if self.reader.is_unset(all) {
            return;
        }
        // Hundreds of packages are nothing to this: what cannot be known of one is not told.
        let Ok(list) = self.reader.ev.list_or_open(all.value.clone(), all.site) else {
            return;
        };
        for element in &list.elems {
            let value = self.reader.ev.force_part(element.thunk);
            if matches!(&value.value, Value::Attrs(set) if set.get(self.reader.ev.common().out_path).is_some())
            {
                let when = self.reader.ev.both(all.when, element.when);
                let mut found = self.reader.found(element.thunk, when, all.site, false);
                found.info.clone_from(&all.info);
                if self.may_matter(&found) {
                    self.written_by(path, &found, runs, false);
                }
            }
        }
    }

    fn packages_of_users(&mut self, config: &Found) {
        let users = self.option(config, &["users", "users"]);
        if self.reader.is_unset(&users) {
            return;
        }
        for (name, user) in self.reader.entries(&users).all() {
            let all = self.reader.get(&user, "packages");
            let path = format!("users.users.{}.packages", as_key(&name));
            self.packages(&path, &all, &Runs::User(None));
        }
    }

    /// The files and services of users that hjem has.
    fn of_hjem(&mut self, config: &Found, kind: SystemKind) {
        for set in sets_of_hjem(self.reader, config, kind) {
            self.files(&set.all, &set.path, &set.runs);
        }
        for user in users_of_hjem(self.reader, config, kind) {
            let services = self.reader.at(&user.all, &["systemd", "services"]);
            let path = format!("{}.systemd.services", user.path);
            self.services_in(&services, &path, Some(user.runs), false);
        }
    }
}

/// Is there nothing that could be a script?
fn is_nothing(found: &Found) -> bool {
    matches!(found.value.value, Value::Unknown(_) | Value::Null)
}

//! From evaluated roots to the world: systems in systems and the containers of each.

mod survey;

pub(crate) use survey::Memory;
pub use survey::Survey;

use crate::read::{Found, Reader, as_key};
use crate::surface::{home, nspawn, oci, quadlet, table};
use crate::system::{self, release};
use crate::vocabulary::certainty::doubt;
use nixpod_eval::{Evaluator, Value, When};
use nixpod_model::{
    Container, ContainerId, EntryName, Existence, Field, Host, Kernel, NotAnalysed, Release, SecretValue,
    Surface, System, SystemId, SystemKind, World,
};
use nixpod_modules::{Gap, Kind, Library, RootSystem};
use nixpod_source::{Origin, Utf8PathBuf, Why};
use std::sync::Arc;
use survey::Part;

/// Guests in guests in guests: nobody writes more, but a guest could contain itself.
const MAX_NESTING: u32 = 4;

/// What the roots are parts of.
#[derive(Clone, Debug, Default)]
pub struct Project {
    /// Its directory, to which paths are told relative.
    pub directory: Option<Utf8PathBuf>,
    /// Is there a `flake.nix`, so that its whole tracked tree is in the store?
    pub is_flake: bool,
}

/// Adds what could not be seen, once each.
pub(crate) fn complete_world(ev: &Evaluator<'_>, library: &Library, data: &[String], world: &mut World) {
    for gap in library.shared.gaps(ev) {
        let is_data = || data.iter().any(|prefix| gap.what.starts_with(prefix.as_str()));
        if nixpod_modules::is_harmless(&library.shared, &gap.why) || is_data() {
            continue;
        }
        let gap = NotAnalysed {
            place: gap
                .site
                .filter(|site| !site.file.is_own())
                .map(nixpod_source::Place::whole),
            what: gap.what,
            why: gap.why,
            also: Vec::new(),
        };
        if !world.not_analysed.contains(&gap) {
            world.not_analysed.push(gap);
        }
    }
    if let Some(why) = ev.exhausted() {
        world.not_analysed.push(NotAnalysed {
            place: None,
            what: "the rest of the evaluation".to_owned(),
            why: why.clone(),
            also: Vec::new(),
        });
    }
    let mut seen = Vec::new();
    world.switched_off.retain(|place| {
        let new = !seen.contains(place);
        if new {
            seen.push(*place);
        }
        new
    });
}

pub(crate) fn read_root(
    ev: &mut Evaluator<'_>,
    library: &Library,
    root: &RootSystem,
    project: &Project,
    memory: &mut Memory,
    world: &mut World,
    data: &mut Vec<String>,
) {
    let host = world.next_host(&root.name);
    let collected = root.system.collect(ev);
    let modules = collected.map_or(0, |collected| {
        collected.modules.iter().filter(|module| !module.hidden).count()
    });
    world.add_host(Host {
        id: host.clone(),
        name: root.name.clone(),
        closed_world: root.closed_world,
        from_flake: root.from_flake,
        in_flake: project.is_flake,
        imported_by_no_host: root.imported_by_no_host,
        modules,
        missing_inputs: root.missing_inputs.clone(),
    });
    let mut reader = Reader::new(ev, library.shared.clone(), project, memory);
    let config = reader.root(root.system.config);
    let unseen = reader
        .shared
        .gaps_about(reader.ev, &root.system.about(), root.system.config);
    let complete = root.closed_world && !may_matter(library, &unseen) && is_whole(library, &config);
    let (kind, home_of) = match root.kind {
        Kind::Nixos => (SystemKind::Nixos, None),
        Kind::Home => {
            let name = reader.option(&config, &["home", "username"]);
            (SystemKind::Home, reader.string(&name).value().cloned())
        }
    };
    if let Value::Unknown(unknown) = &config.value.value {
        reader.gap(root.name.clone(), unknown.why.clone(), &Origin::default());
    }
    let system = System {
        home_of,
        release: release::given(root.release),
        complete,
        ..System::new(SystemId::of_host(host), kind, root.name.as_str())
    };
    let mut walk = Walk {
        reader,
        library,
        world,
        nesting: 0,
        data: Vec::new(),
    };
    walk.system(&config, system);
    let not_analysed = std::mem::take(&mut walk.reader.not_analysed);
    data.append(&mut walk.data);
    for gap in not_analysed {
        if !world.not_analysed.contains(&gap) {
            world.not_analysed.push(gap);
        }
    }
}

/// Does what stayed unseen perhaps matter?
fn may_matter(library: &Library, unseen: &[Gap]) -> bool {
    unseen.iter().any(|gap| {
        !matches!(&gap.why, Why::UnsetOption(_)) && !nixpod_modules::is_harmless(&library.shared, &gap.why)
    })
}

/// Are all definitions of a system there, so that what is not among them is not set?
fn is_whole(library: &Library, config: &Found) -> bool {
    match &config.value.value {
        Value::Attrs(set) => set.open.as_ref().is_none_or(|open| {
            matches!(open.why, Why::UnsetOption(_)) || nixpod_modules::is_harmless(&library.shared, &open.why)
        }),
        _ => false,
    }
}

pub(crate) struct Walk<'w, 'e, 's> {
    pub(crate) reader: Reader<'e, 's>,
    pub(crate) library: &'w Library,
    pub(crate) world: &'w mut World,
    nesting: u32,
    /// Options that were taken for containers, but are data of the analysed code's own.
    pub(crate) data: Vec<String>,
}

/// A container that is declared.
struct Declared {
    id: ContainerId,
    existence: Existence,
    /// Its set of options.
    found: Found,
}

/// What systems in a system take over from it.
#[derive(Clone, PartialEq)]
pub(crate) struct Inherited {
    pub(crate) id: SystemId,
    kernel: Field<Kernel>,
    release: Field<Release>,
    name: String,
    complete: bool,
}

impl Inherited {
    /// A system in this one, of which nothing else is known yet.
    fn nested(&self, id: SystemId, kind: SystemKind, name: String) -> System {
        System {
            release: self.release.clone(),
            kernel: self.kernel.clone(),
            ..System::new(id, kind, name)
        }
    }
}

impl Walk<'_, '_, '_> {
    fn system(&mut self, config: &Found, mut system: System) {
        let kind = system.kind;
        let home_of = system.home_of.clone();
        system::read(&mut self.reader, config, &mut system);
        let inherited = Inherited {
            id: system.id.clone(),
            kernel: system.kernel.clone(),
            release: system.release.clone(),
            name: system.name.clone(),
            complete: system.complete,
        };
        self.world.add_system(system);
        if kind == SystemKind::Home {
            self.quadlets(config, &inherited, home_of.clone());
            self.home_containers(config, &inherited, home_of);
        } else {
            self.nspawn_containers(config, &inherited);
            self.oci_containers(config, &inherited);
            self.quadlets(config, &inherited, None);
            self.homes(config, &inherited);
        }
    }

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

    /// Runs with the conditions of a value taken for granted.
    fn under(&mut self, when: When, run: impl FnOnce(&mut Self)) {
        let before = self.reader.given.len();
        let conditions = self.reader.ev.conditions(when);
        self.reader
            .given
            .extend(conditions.into_iter().map(|(place, _)| place.site));
        run(self);
        self.reader.given.truncate(before);
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
        self.reader.remember(&id, &found);
        let part = Part::Container(id.clone());
        self.piece(part, &found, &existence, outer, |walk| {
            let container = Container {
                existence: existence.clone(),
                ..Container::new(id, walk.reader.place_of(&found))
            };
            read(walk, &found, container);
        });
    }

    fn nspawn_containers(&mut self, config: &Found, outer: &Inherited) {
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
        let complete = outer.complete
            && !may_matter(self.library, &self.reader.gaps(&config))
            && is_whole(self.library, &config);
        let id = SystemId::guest(container.id.clone());
        let system = System {
            origin,
            complete,
            ..outer.nested(id, SystemKind::Guest, format!("guest {name} of {}", outer.name))
        };
        Some((system, config))
    }

    /// Most edits concern a container or its guest and not both, so each is a piece of its own.
    fn read_guest(&mut self, config: &Found, system: System, outer: &Inherited) {
        let part = Part::Guest {
            id: system.id.clone(),
            complete: system.complete,
        };
        self.piece(part, config, &Existence::Certain, outer, |walk| {
            walk.nesting += 1;
            walk.system(config, system);
            walk.nesting -= 1;
        });
    }

    fn oci_containers(&mut self, config: &Found, outer: &Inherited) {
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
    fn quadlets(&mut self, config: &Found, outer: &Inherited, user: Option<String>) {
        let home = self.world.system(&outer.id).kind == SystemKind::Home;
        let declared = self.declared(config, Surface::QuadletNix, outer);
        if declared.is_empty() {
            return;
        }
        let module = quadlet::Module::new(&mut self.reader, config);
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

    fn home_containers(&mut self, config: &Found, outer: &Inherited, user: Option<String>) {
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

    pub(crate) fn add_secrets(&mut self, system: &SystemId, secrets: &[SecretValue]) {
        if let Some(system) = self.world.systems.get_mut(system)
            && !secrets.is_empty()
        {
            Arc::make_mut(system).secrets.extend(secrets.iter().cloned());
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
            let complete = outer.complete
                && !may_matter(self.library, &self.reader.gaps(&found))
                && is_whole(self.library, &found);
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

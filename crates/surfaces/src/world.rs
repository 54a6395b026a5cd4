//! From evaluated roots to the world: systems in systems and the containers of each.

use crate::certainty::doubt;
use crate::facts::{Found, Reader};
use crate::survey::Memory;
use crate::{home, nspawn, oci, quadlet, release, system};
use nixpod_eval::{Evaluator, Value};
use nixpod_model::{
    Container, Existence, Field, Host, HostId, Kernel, NotAnalysed, Release, SecretValue, Surface, System,
    SystemId, SystemKind, World,
};
use nixpod_modules::{Kind, Library, RootSystem};
use nixpod_source::{Origin, Site, Utf8PathBuf, Why};
use std::sync::Arc;

/// Guests in guests in guests: nobody writes more, but a guest could contain itself.
const MAX_NESTING: u32 = 4;

/// What the roots are parts of.
#[derive(Clone, Debug, Default)]
pub struct Project {
    /// Its directory, to which paths are told relative.
    pub directory: Option<Utf8PathBuf>,
    /// Is there a `flake.nix`, so that its whole tracked tree is in the store?
    pub is_flake: bool,
    /// Which options of containers are listed one by one.
    pub options: Options,
}

/// Which options of containers are listed one by one, besides what the model has fields for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Options {
    /// Those that rules ask for.
    #[default]
    Needed,
    /// Those that the analysed code sets.
    Written,
    /// All, for people to look at.
    All,
}

/// Adds what could not be seen, once each.
pub(crate) fn complete_world(ev: &Evaluator<'_>, library: &Library, data: &[String], world: &mut World) {
    for gap in library.shared.gaps() {
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
    let host = HostId(world.hosts.len() as u32);
    let gaps = || library.shared.gap_count();
    let before = memory.told(gaps());
    let (collected, _) = memory.measure(ev, root.system.options, gaps, |ev| root.system.collect(ev));
    let modules = collected.map_or(0, |collected| {
        collected.modules.iter().filter(|module| !module.hidden).count()
    });
    world.hosts.push(Host {
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
    let complete = root.closed_world
        && !has_gaps(library, (before, reader.memory.told(gaps())))
        && is_whole(library, &config);
    let (kind, home_of) = match root.kind {
        Kind::Nixos => (SystemKind::Nixos, None),
        Kind::Home => {
            let name = reader.at(&config, &["home", "username"]);
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
        ..System::new(kind, root.name.as_str(), host)
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

/// Did something stay unseen that may matter?
fn has_gaps(library: &Library, range: (usize, usize)) -> bool {
    library.shared.gaps_in(range.0..range.1).iter().any(|gap| {
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

/// What systems in a system take over from it.
#[derive(Clone, PartialEq)]
pub(crate) struct Inherited {
    pub(crate) id: SystemId,
    host: HostId,
    kernel: Field<Kernel>,
    release: Field<Release>,
    name: String,
    complete: bool,
}

impl Inherited {
    /// A system in this one of which nothing else is known yet.
    fn nested(&self, kind: SystemKind, name: String) -> System {
        System {
            parent: Some(self.id),
            release: self.release.clone(),
            kernel: self.kernel.clone(),
            ..System::new(kind, name, self.host)
        }
    }
}

impl Walk<'_, '_, '_> {
    fn system(&mut self, config: &Found, mut system: System) -> SystemId {
        let id = SystemId(self.world.systems.len() as u32);
        let kind = system.kind;
        let home_of = system.home_of.clone();
        system::read(&mut self.reader, config, &mut system);
        let inherited = Inherited {
            id,
            host: system.host,
            kernel: system.kernel.clone(),
            release: system.release.clone(),
            name: system.name.clone(),
            complete: system.complete,
        };
        self.world.systems.push(Arc::new(system));
        if kind == SystemKind::Home {
            self.quadlets(config, &inherited, home_of.clone());
            self.home_containers(config, &inherited, home_of);
        } else {
            self.nspawn_containers(config, &inherited);
            self.oci_containers(config, &inherited);
            self.quadlets(config, &inherited, None);
            self.homes(config, &inherited);
        }
        id
    }

    /// The entries of a set of containers, each with whether it exists.
    fn containers(&mut self, config: &Found, path: &[&str]) -> Vec<(String, Found, Existence, Vec<Site>)> {
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
            && !self.library.shared.has_gap(&path.join("."), why)
        {
            let origin = self.reader.place_of(&all);
            self.reader.gap(path.join("."), why.clone(), &origin);
        }
        let mut out = Vec::new();
        let condition = format!("a condition of {}", path.join("."));
        for (name, found) in entries.all() {
            self.reader.broken_conditions(&condition, found.when);
            let (conditions, open) = self.reader.conditions(found.when);
            let existence = if name.starts_with('<') {
                Existence::Template
            } else if open {
                Existence::Maybe(conditions)
            } else {
                Existence::Certain
            };
            let given = self
                .reader
                .ev
                .conditions(found.when)
                .into_iter()
                .map(|(place, _)| place.site)
                .collect();
            if let Value::Unknown(unknown) = &found.value.value {
                let origin = self.reader.place_of(&found);
                let what = format!(
                    "{}.{}",
                    path.join("."),
                    nixpod_modules::dotted(&[name.as_str().into()])
                );
                self.reader.gap(what, unknown.why.clone(), &origin);
            }
            out.push((name, found, existence, given));
        }
        out
    }

    /// Runs with further conditions taken for granted.
    fn under<T>(&mut self, given: Vec<Site>, run: impl FnOnce(&mut Self) -> T) -> T {
        let before = self.reader.given.len();
        self.reader.given.extend(given);
        let out = run(self);
        self.reader.given.truncate(before);
        out
    }

    /// Is an entry of `containers` in a file that no system was seen to import something else? A record of services,
    /// say, has names that no nspawn container has.
    fn is_data(&self, found: &Found, name: &str, outer: &Inherited) -> bool {
        let host = self.world.host(outer.host);
        if host.closed_world || host.from_flake || self.nesting > 0 {
            return false;
        }
        let path = nixpod_modules::dotted(&["containers".into(), name.into()]);
        let gaps = self.reader.shared.gaps_in(found.gaps.0..found.gaps.1);
        gaps.iter().any(|gap| {
            gap.what
                .strip_prefix(path.as_str())
                .is_some_and(|rest| rest.starts_with('.'))
                && matches!(&gap.why, Why::Error(message) if message.ends_with("does not exist"))
        })
    }

    fn nspawn_containers(&mut self, config: &Found, outer: &Inherited) {
        for (name, found, existence, given) in self.containers(config, &["containers"]) {
            self.piece(Surface::Nspawn, &name, &found, &existence, outer, |walk| {
                walk.nspawn_container(&name, &found, &existence, given, outer);
            });
        }
    }

    fn nspawn_container(
        &mut self,
        name: &str,
        found: &Found,
        existence: &Existence,
        given: Vec<Site>,
        outer: &Inherited,
    ) {
        if self.is_data(found, name, outer) {
            let path = nixpod_modules::dotted(&["containers".into(), name.into()]);
            self.data.push(format!("{path}."));
            return;
        }
        let mut container = self.empty(Surface::Nspawn, name, found, existence, outer);
        self.under(given, |walk| {
            nspawn::read(&mut walk.reader, found, &mut container);
            walk.doubt_defaults(found, &mut container);
            if let Some(opaque) = container
                .nspawn
                .as_ref()
                .and_then(|nspawn| nspawn.opaque.as_ref())
            {
                let what = format!("the guest of containers.{name}");
                let why = Why::External(opaque.value().cloned().unwrap_or_default());
                let origin = opaque.origin.clone();
                walk.reader.gap(what, why, &origin);
            }
            let at = walk.world.containers.len();
            walk.world.containers.push(Arc::new(container));
            let guest = walk.guest(found, name, at as u32, outer);
            if let Some(container) = walk.world.containers.get_mut(at) {
                Arc::make_mut(container).guest = guest;
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

    fn guest(&mut self, found: &Found, name: &str, container: u32, outer: &Inherited) -> Option<SystemId> {
        if self.nesting >= MAX_NESTING {
            return None;
        }
        let mut config = self.reader.get(found, "config");
        let origin = self.reader.place_of(&config);
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
        let complete =
            outer.complete && !has_gaps(self.library, config.gaps) && is_whole(self.library, &config);
        let system = System {
            container: Some(container),
            origin,
            complete,
            ..outer.nested(SystemKind::Guest, format!("guest {name} of {}", outer.name))
        };
        let id = SystemId(self.world.systems.len() as u32);
        // Most edits concern the container or its guest, not both.
        let part = format!("{name}, its guest{}", if complete { "" } else { ", in part" });
        self.piece(
            Surface::Nspawn,
            &part,
            &config,
            &Existence::Certain,
            outer,
            |walk| {
                walk.nesting += 1;
                walk.system(&config, system);
                walk.nesting -= 1;
            },
        );
        Some(id)
    }

    fn oci_containers(&mut self, config: &Found, outer: &Inherited) {
        let path = ["virtualisation", "oci-containers", "containers"];
        for (name, found, existence, given) in self.containers(config, &path) {
            self.piece(Surface::OciContainers, &name, &found, &existence, outer, |walk| {
                let mut container = walk.empty(Surface::OciContainers, &name, &found, &existence, outer);
                let secrets = walk.under(given, |walk| oci::read(&mut walk.reader, &found, &mut container));
                walk.world.containers.push(Arc::new(container));
                walk.add_secrets(outer.id, &secrets);
            });
        }
    }

    /// Containers of quadlet-nix, of the system's own engine or of the user whose home it is.
    fn quadlets(&mut self, config: &Found, outer: &Inherited, user: Option<String>) {
        let home = self
            .world
            .systems
            .get(outer.id.0 as usize)
            .is_some_and(|system| system.kind == SystemKind::Home);
        let path = ["virtualisation", "quadlet", "containers"];
        let found = self.containers(config, &path);
        if found.is_empty() {
            return;
        }
        let module = quadlet::Module::new(&mut self.reader, config);
        for (name, found, existence, given) in found {
            self.piece(Surface::QuadletNix, &name, &found, &existence, outer, |walk| {
                module.ask(&mut walk.reader);
                if quadlet::is_off(&mut walk.reader, &found) {
                    return;
                }
                let mut container = walk.empty(Surface::QuadletNix, &name, &found, &existence, outer);
                container.runs_as = user.clone().map(Field::default);
                walk.under(given, |walk| {
                    quadlet::read(&mut walk.reader, &module, &found, home, &mut container);
                    walk.doubt_defaults(&found, &mut container);
                });
                walk.world.containers.push(Arc::new(container));
            });
        }
    }

    fn home_containers(&mut self, config: &Found, outer: &Inherited, user: Option<String>) {
        let path = ["services", "podman", "containers"];
        for (name, found, existence, given) in self.containers(config, &path) {
            self.piece(
                Surface::HomeManagerPodman,
                &name,
                &found,
                &existence,
                outer,
                |walk| {
                    let mut container =
                        walk.empty(Surface::HomeManagerPodman, &name, &found, &existence, outer);
                    container.runs_as = user.clone().map(Field::default);
                    walk.under(given, |walk| {
                        home::read(&mut walk.reader, &found, &mut container);
                        walk.doubt_defaults(&found, &mut container);
                    });
                    walk.world.containers.push(Arc::new(container));
                },
            );
        }
    }

    /// A container of which nothing is read yet.
    fn empty(
        &self,
        surface: Surface,
        name: &str,
        found: &Found,
        existence: &Existence,
        outer: &Inherited,
    ) -> Container {
        let origin = self.reader.place_of(found);
        Container {
            existence: existence.clone(),
            ..Container::new(surface, name, origin, outer.host, outer.id)
        }
    }

    pub(crate) fn add_secrets(&mut self, system: SystemId, secrets: &[SecretValue]) {
        if let Some(system) = self.world.systems.get_mut(system.0 as usize)
            && !secrets.is_empty()
        {
            Arc::make_mut(system).secrets.extend(secrets.iter().cloned());
        }
    }

    fn homes(&mut self, config: &Found, outer: &Inherited) {
        let all = self.reader.at(config, &["home-manager", "users"]);
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
            let complete =
                outer.complete && !has_gaps(self.library, found.gaps) && is_whole(self.library, &found);
            let system = System {
                origin: self.reader.place_of(&found),
                complete,
                ..outer.nested(SystemKind::Home, format!("home of {name}"))
            };
            let system = System {
                home_of: Some(name),
                ..system
            };
            let given = self.reader.ev.conditions(found.when);
            let given = given.into_iter().map(|(place, _)| place.site).collect();
            self.under(given, |walk| walk.system(&found, system));
        }
    }
}

//! Texts with containers in them: those that options of a system hold, and files of the project that no system has.

use crate::read::{Found, OptionReader, counted};
use crate::surface::{
    Made, OtherUnits, Runs, TEXT_SURFACES, TextFile, TextSurface, TextsRead, Written, is_service_file,
    networks_of_quadlet_nix, pods_of_quadlet_nix, problems_of_quadlet_nix, quadlet_text, volumes_of_home,
    volumes_of_quadlet_nix, written_by_scripts,
};
use crate::system::release;
use crate::vocabulary::unit::kinds::{FOLDER, Kind};
use crate::world::joined;
use crate::world::memo::Inherited;
use crate::world::networks;
use crate::world::units;
use crate::world::walk::Walk;
use nixpod_model::{
    Commands, Host, NotAnalysed, PodmanRelease, Role, Seen, Standing, Subject, Surface, System, SystemId,
    SystemKind, World,
};
use nixpod_source::Utf8Path;
use nixpod_syntax::{Program, may_be_script};
use std::sync::Arc;

/// In the path of a unit that the generators of users read, besides those in their homes.
const OF_USERS: &str = "containers/systemd/users/";

impl Walk<'_, '_, '_> {
    /// The containers in texts that options of a system hold.
    pub(super) fn texts(&mut self, config: &Found, kind: SystemKind, outer: &Inherited) {
        let is_home = kind == SystemKind::Home;
        if !is_home {
            self.units_of_users.clear();
        }
        let mut made = self.made_by_options(config, is_home);
        let mut found = Vec::new();
        for surface in TEXT_SURFACES.iter().filter(|surface| surface.systems.have(kind)) {
            let subject = self.reader.about(Subject::Set);
            let texts = (surface.find)(&mut self.reader, config, kind);
            self.reader.about(subject);
            found.push((surface, texts));
        }
        let are_written = add_written(&mut found);
        let of_modules = units_of_modules(&mut self.reader, config);
        let mut units = of_modules.clone();
        units.is_open |= are_written;
        for (surface, texts) in found {
            if texts.is_empty() {
                continue;
            }
            let mut read = begin(self.world.system(&outer.id), surface);
            read.other_units = of_modules.clone();
            // What writes one file may write others.
            read.other_units.is_open |= are_written;
            if is_home {
                read.other_units.names.extend(self.units_of_users.iter().cloned());
            } else {
                let of_users = texts.iter().filter(|text| text.path.contains(OF_USERS));
                let names = of_users.filter_map(|text| text.path.trim_end_matches('"').rsplit('/').next());
                self.units_of_users.extend(names.map(str::to_owned));
            }
            if surface.surface == Surface::Quadlet {
                units.add_files(&texts);
            }
            (surface.read)(&texts, &mut read);
            for container in &mut read.containers {
                outer.settings.apply(container);
            }
            made.append(&mut read.made);
            add(self.world, read, &mut self.reader.not_analysed);
        }
        let not_found = joined::join(self.world, &outer.id, &made);
        networks::look_up(self.world, &outer.id, &made);
        units::look_up(self.world, &outer.id, &units);
        networks::connect(self.world, &outer.id, &made);
        self.reader.not_analysed.extend(not_found);
        let podman = release::podman(self.world.system(&outer.id));
        let problems = problems_of_quadlet_nix(&mut self.reader, config, (is_home, podman));
        if let Some(system) = self.world.systems.get_mut(&outer.id)
            && !problems.is_empty()
        {
            Arc::make_mut(system).unit_problems.extend(problems);
        }
    }
}

impl Walk<'_, '_, '_> {
    /// What containers may name that options make.
    fn made_by_options(&mut self, config: &Found, is_home: bool) -> Made {
        let reader = &mut self.reader;
        let mut volumes = volumes_of_quadlet_nix(reader, config, is_home);
        if is_home {
            volumes.extend(volumes_of_home(reader, config));
        }
        let etc = reader.option(config, &["environment", "etc"]);
        let of_files = !reader.is_unset(&etc) && {
            let names = reader.entries(&etc).all().into_iter();
            { names }.any(|(name, _)| name.to_string().contains("containers/networks"))
        };
        let mut made = Made {
            pods: pods_of_quadlet_nix(reader, config, is_home),
            volumes,
            networks: Vec::new(),
            networks_open: of_files,
        };
        networks_of_quadlet_nix(reader, config, is_home, &mut made);
        made
    }
}

/// Adds the files that the scripts among these texts write, each to those that are read as it is. Are there any?
fn add_written(found: &mut [(&TextSurface, Vec<Written>)]) -> bool {
    let scripts = found
        .iter()
        .find(|(surface, _)| surface.surface == Surface::CommandLine);
    let files = scripts
        .map(|(_, scripts)| written_by_scripts(scripts))
        .unwrap_or_default();
    for (surface, texts) in found {
        let mine = files.iter().filter(|file| (surface.is_file)(&file.path));
        texts.extend(mine.cloned());
    }
    !files.is_empty()
}

/// Texts of a system of which nothing is read yet.
pub(super) fn begin(system: &System, surface: &TextSurface) -> TextsRead {
    let mut out = TextsRead::new(system.id.clone(), surface.surface);
    out.home_of.clone_from(&system.home_of);
    out.podman = release::podman(system);
    out
}

/// The units that quadlet-nix puts beside those in texts.
fn units_of_modules(reader: &mut OptionReader<'_, '_>, config: &Found) -> OtherUnits {
    let mut out = OtherUnits::default();
    for kind in Kind::ALL {
        let option = format!("{}s", kind.extension());
        let all = reader.option(config, &["virtualisation", "quadlet", &option]);
        if reader.is_unset(&all) {
            continue;
        }
        let entries = reader.entries(&all);
        // What is called by an unknown name may be any.
        out.is_open |= entries.open.is_some() || !entries.templates.is_empty();
        let names = entries.named.iter();
        out.names
            .extend(names.map(|(name, _)| format!("{name}.{}", kind.extension())));
    }
    out
}

/// Adds what was read, and counts what is not known of it.
fn add(world: &mut World, read: TextsRead, not_analysed: &mut Vec<NotAnalysed>) {
    if let Some(system) = world.systems.get_mut(&read.system)
        && !(read.problems.is_empty() && read.apis.is_empty() && read.x_access.is_empty())
    {
        let system = Arc::make_mut(system);
        system.unit_problems.extend(read.problems);
        system.engines.apis.extend(read.apis);
        system.x_access.extend(read.x_access);
    }
    for container in read.containers {
        let subject = Subject::Container(container.id.clone());
        not_analysed.extend(counted(&container.name, &subject, container.unknown()));
        world.add_container(container);
    }
    not_analysed.extend(read.not_analysed);
}

/// May a file of the project that is no Nix say how containers are run? By its path alone.
pub fn is_text(path: &str) -> bool {
    TEXT_SURFACES.iter().any(|surface| (surface.is_file)(path))
}

/// May a file be such a text although its path alone does not tell?
pub fn may_be_text(path: &str) -> bool {
    may_be_script(path) || is_service_file(path) || Program::of(path).is_some()
}

/// The same, by its path and by what is in it.
pub fn is_text_with(path: &str, text: &str) -> bool {
    TEXT_SURFACES.iter().any(|surface| surface.has(path, text))
}

/// May a file say how containers are run, by its path and its text?
pub fn has_containers(path: &str, text: &str) -> bool {
    { TEXT_SURFACES.iter() }.any(|surface| surface.has(path, text) && (surface.has_any)(text))
}

/// Is a file a unit of Podman's generator, or a drop-in of one? By its path alone.
pub fn is_unit(path: &str) -> bool {
    quadlet_text::is_file(path)
}

/// The folder to which a text belongs: that of the unit for a drop-in, and the whole folder that Podman's generator reads
/// for what is in there.
pub fn folder_of_text(path: &Utf8Path) -> &Utf8Path {
    let mut above = path.ancestors().skip(1);
    if is_unit(path.as_str())
        && let Some(top) = above.find(|folder| folder.ends_with(FOLDER))
    {
        return top;
    }
    let folder = path.parent().unwrap_or(Utf8Path::new(""));
    match (folder.as_str().ends_with(".d"), folder.parent()) {
        (true, Some(outer)) => outer,
        _ => folder,
    }
}

/// Reads files of one folder that no system here has. Nothing is known of what runs them.
pub fn read_texts(name: &str, files: &[TextFile]) -> World {
    read_files(name, files, None).0
}

/// What starts the containers of these files, as Podman's generator writes it in a release; none: in the newest one that is
/// known.
pub fn text_commands(name: &str, files: &[TextFile], podman: Option<PodmanRelease>) -> Commands {
    let asked = Some((Commands::default(), podman));
    let commands = read_files(name, files, asked).1;
    commands.unwrap_or_default()
}

fn read_files(
    name: &str,
    files: &[TextFile],
    asked: Option<(Commands, Option<PodmanRelease>)>,
) -> (World, Option<Commands>) {
    let (mut commands, podman) = match asked {
        Some((commands, podman)) => (Some(commands), podman),
        None => (None, None),
    };
    let mut world = World::default();
    let host = world.next_host(name);
    world.add_host(Host {
        id: host.clone(),
        name: name.to_owned(),
        host_name: None,
        role: Role::File,
        closed_world: true,
        from_flake: false,
        in_flake: false,
        standing: Standing::Plain,
        modules: 0,
        missing_inputs: Vec::new(),
        variant_of: None,
    });
    let id = SystemId::of_host(host);
    world.add_system(System {
        seen: Seen::Whole,
        ..System::new(id.clone(), SystemKind::Elsewhere, name)
    });
    let mut not_analysed = Vec::new();
    let mut made = Made::default();
    let found = TEXT_SURFACES.iter().map(|surface| {
        let mine = { files.iter() }.filter(|file| surface.has(&file.place, &file.text));
        let texts: Vec<Written> = mine
            .map(|file| {
                let runs: Runs = (surface.runs_file)(&file.place);
                file.written(runs)
            })
            .collect();
        (surface, texts)
    });
    let mut found: Vec<_> = found.collect();
    add_written(&mut found);
    for (surface, texts) in found {
        let mut read = TextsRead::new(id.clone(), surface.surface);
        read.commands = commands.take();
        read.podman = podman;
        (surface.read)(&texts, &mut read);
        commands = read.commands.take();
        made.append(&mut read.made);
        add(&mut world, read, &mut not_analysed);
    }
    not_analysed.extend(joined::join(&mut world, &id, &made));
    networks::connect(&mut world, &id, &made);
    world.not_analysed = not_analysed;
    (world, commands)
}

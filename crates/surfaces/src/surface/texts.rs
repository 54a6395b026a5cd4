//! Containers that are written in texts: unit files, scripts, JSON. Options hold such texts, and files of the project are
//! such texts.

use crate::read::{Found, OptionReader};
use crate::surface::made::{Made, Maker};
use crate::vocabulary::options::Systems;
use crate::vocabulary::shell::Addresses;
use crate::vocabulary::text::HOLE;
use nixpod_model::{
    Api, Commands, Consequence, Container, ContainerId, Engine, EngineCommand, EntryName, Existence, Field,
    NotAnalysed, PodmanRelease, Surface, SystemId, SystemKind, Text, UnitProblem, XAccess,
};
use nixpod_source::{FileId, Origin, Place};
use rustc_hash::{FxHashMap, FxHashSet};

/// A text that may say how containers are run.
#[derive(Clone, Debug)]
pub(crate) struct Written {
    /// The option, or the file from the project on: a name that no other text of the system has.
    pub(crate) path: String,
    /// What it says, each piece with where it is written.
    pub(crate) text: Field<Text>,
    /// Who runs it.
    pub(crate) runs: Runs,
    /// The keys of its definitions; the file itself where it is one.
    pub(crate) definitions: Vec<Place>,
    /// Is it there?
    pub(crate) existence: Existence,
    /// Where Podman and Docker listen, as the surroundings of a script say it.
    pub(crate) addresses: Addresses,
    /// Is it the main command of a service that is there to stay?
    pub(crate) is_main: bool,
}

/// Who runs what a text says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Runs {
    /// The root of the system.
    Root,
    /// A user: this one, if that is known.
    User(Option<Box<Field<String>>>),
    /// One or the other.
    Unknown,
}

impl Written {
    /// Whoever runs the text makes things with this engine.
    pub(crate) fn maker(&self, engine: Option<Engine>) -> Maker {
        let (rootful, user) = match &self.runs {
            Runs::Root => (Some(true), None),
            Runs::User(user) => (Some(false), user.as_ref().and_then(|user| user.value().cloned())),
            Runs::Unknown => (None, None),
        };
        Maker {
            engine,
            rootful,
            user,
            definitions: self.definitions.clone(),
        }
    }
}

/// One kind of text with containers in it.
pub(crate) struct TextSurface {
    /// Which it is.
    pub(crate) surface: Surface,
    /// Where such texts stand, for people: options and files.
    pub(crate) places: &'static [&'static str],
    /// Which systems have options with such texts.
    pub(crate) systems: Systems,
    /// Finds those of a system.
    pub(crate) find: fn(&mut OptionReader<'_, '_>, &Found, SystemKind) -> Vec<Written>,
    /// Is a file such a text, by its path?
    pub(crate) is_file: fn(&str) -> bool,
    /// Is it one by its text, where its path alone does not tell?
    pub(crate) tells: fn(&str, &str) -> bool,
    /// May there be containers in the text of such a file of the project?
    pub(crate) has_any: fn(&str) -> bool,
    /// Who runs a file of the project, by its path.
    pub(crate) runs_file: fn(&str) -> Runs,
    /// Reads all texts of a system together, since unit files name each other.
    pub(crate) read: fn(&[Written], &mut TextsRead),
}

impl TextSurface {
    /// Is a file such a text?
    pub(crate) fn has(&self, path: &str, text: &str) -> bool {
        (self.is_file)(path) || (self.tells)(path, text)
    }
}

/// Units beside those that are read, as far as their names are known.
#[derive(Clone, Debug, Default)]
pub(crate) struct OtherUnits {
    /// The names of their files.
    pub(crate) names: FxHashSet<String>,
    /// May there be more of them?
    pub(crate) is_open: bool,
}

impl OtherUnits {
    /// Adds those of files. What is called by an unknown name may be any.
    pub(crate) fn add_files(&mut self, files: &[Written]) {
        for written in files {
            let name = written.path.trim_end_matches('"').rsplit('/').next();
            let name = name.unwrap_or_default();
            self.is_open |= name.contains(['<', HOLE]);
            self.names.insert(name.to_owned());
        }
    }

    /// May there be one of this name?
    pub(crate) fn may_have(&self, name: &str) -> bool {
        self.is_open || self.names.contains(name)
    }
}

/// What was read of the texts of a system.
pub(crate) struct TextsRead {
    pub(crate) system: SystemId,
    surface: Surface,
    pub(crate) containers: Vec<Container>,
    pub(crate) not_analysed: Vec<NotAnalysed>,
    /// What the texts make that containers which are written elsewhere may name.
    pub(crate) made: Made,
    /// Where scripts have engines listen.
    pub(crate) apis: Vec<Field<Api>>,
    /// Whom scripts let connect to an X server.
    pub(crate) x_access: Vec<Field<XAccess>>,
    /// What is wrong with units that are no containers.
    pub(crate) problems: Vec<Field<UnitProblem>>,
    /// Whose home the system is, if it is one.
    pub(crate) home_of: Option<String>,
    /// The newest Podman that the system can have.
    pub(crate) podman: Option<PodmanRelease>,
    /// What starts each container, if somebody asks for it.
    pub(crate) commands: Option<Commands>,
    /// Units of the same generator that are none of these texts.
    pub(crate) other_units: OtherUnits,
    /// The names that are taken, each with how many were called so.
    names: FxHashMap<String, u32>,
}

impl TextsRead {
    pub(crate) fn new(system: SystemId, surface: Surface) -> Self {
        Self {
            system,
            surface,
            containers: Vec::new(),
            not_analysed: Vec::new(),
            made: Made::default(),
            apis: Vec::new(),
            x_access: Vec::new(),
            problems: Vec::new(),
            home_of: None,
            podman: None,
            commands: None,
            other_units: OtherUnits::default(),
            names: FxHashMap::default(),
        }
    }

    /// Adds a container, with what starts it if somebody asks for that.
    pub(crate) fn add(&mut self, container: Container, command: impl FnOnce() -> EngineCommand) {
        if let Some(commands) = &mut self.commands {
            commands.insert(container.id.clone(), unless_refused(&container, command()));
        }
        self.containers.push(container);
    }

    /// A container of which nothing is said yet. Two that are called the same are told apart by their order.
    pub(crate) fn container(&mut self, name: &str, written: &Written, origin: Origin) -> Container {
        let mut unique = name.to_owned();
        while self.names.contains_key(&unique) {
            let nth = self.names.entry(name.to_owned()).or_insert(1);
            *nth += 1;
            unique = format!("{name} ({nth})");
        }
        self.names.insert(unique.clone(), 1);
        let name = EntryName::Known(unique.into());
        Container {
            existence: written.existence.clone(),
            definitions: written.definitions.clone(),
            ..Container::new(ContainerId::new(self.system.clone(), self.surface, name), origin)
        }
    }
}

/// A command as it is run. Where Podman's generator refuses the unit, there is none.
pub(crate) fn unless_refused(container: &Container, command: EngineCommand) -> EngineCommand {
    let mut problems = container.unit_problems.iter().filter_map(Field::certain);
    match problems.any(|problem| problem.consequence() == Consequence::NoService) {
        true => EngineCommand {
            words: Vec::new(),
            ..command
        },
        false => command,
    }
}

/// A file of the project that is no Nix.
#[derive(Clone, Debug)]
pub struct TextFile {
    /// Its path from the project on, or its name where it lies in none.
    pub path: String,
    /// The same with the folders that it lies in, as far as that tells what it is.
    pub place: String,
    /// Its number, for places in it.
    pub file: FileId,
    /// What is in it.
    pub text: String,
}

impl TextFile {
    /// As a text of which every stretch has a place.
    pub(crate) fn written(&self, runs: Runs) -> Written {
        let end = u32::try_from(self.text.len()).unwrap_or(u32::MAX);
        let place = Place::of_text(self.file, 0, end);
        let text = Text::known(self.text.as_str(), Origin::at(place));
        Written {
            path: self.path.clone(),
            text: Field::set(text, Origin::at(place)),
            runs,
            definitions: vec![place],
            existence: Existence::Certain,
            addresses: Addresses::default(),
            is_main: false,
        }
    }
}

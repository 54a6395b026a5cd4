//! Lines of Podman and Docker: what they run, and what the same script says of pods and volumes.

use super::line::{Base, doubted, options};
use super::verb::{Verb, address, compose_runs, connection, engine, is_elsewhere, root_by_address, verb};
use crate::vocabulary::certainty::{maybe, unknown};
use crate::vocabulary::flags::{Arity, Grammar, Opt, parse};
use crate::vocabulary::mounts::{bind_volumes, host_volume};
use crate::vocabulary::podman::{BUILDS, WORDS, apply, by_driver, is_of_steps};
use crate::vocabulary::pods::Pod;
use crate::vocabulary::programs::{self, NETWORK, POD, VOLUME};
use crate::vocabulary::shell::{Element, Line};
use crate::vocabulary::text::{HOLE, first_hole, origin_of, split_once};
use nixpod_model::{
    Container, Engine, Existence, Field, FlagForm, Image, Mount, NetworkMode, RunOption, Text, TextPart,
};
use nixpod_source::{Origin, Place, Symbol, Why};
use rustc_hash::FxHashMap;

/// What a line does.
pub(super) enum Command {
    Run(Run),
    /// It runs containers that are written elsewhere, or on another machine: what that is, for people.
    NotRead(&'static str),
    Nothing,
}

/// `run` or `create`, or a build whose steps reach the host.
pub(super) struct Run {
    /// What the line calls its container.
    pub(super) name: Option<String>,
    /// What stands behind `run`.
    words: Vec<Element>,
    /// Is it the build of an image?
    pub(super) is_build: bool,
}

impl Run {
    /// Where the options end among the words of the line.
    pub(super) fn end(&self, line: &Line) -> usize {
        let verb = line.words.len().saturating_sub(self.words.len());
        verb + options(&self.words, &WORDS, true).end
    }

    /// What says how the container is run: the options and the image, and not what runs in it.
    pub(super) fn spec(&self) -> &[Element] {
        // Options of a build may stand behind its folder.
        if self.is_build {
            return &self.words;
        }
        let end = options(&self.words, &WORDS, true).end;
        self.words.get(..=end).unwrap_or(&self.words)
    }
}

/// A build, if its steps reach more of the host than those of others.
fn build(words: &[Element]) -> Option<Run> {
    let fields = words
        .iter()
        .map(|word| Field::set(word.text.clone(), Origin::default()));
    let options = parse(&fields.collect::<Vec<_>>(), &BUILDS).1;
    let reaches = |option: &Opt| match option.name.as_str() {
        "--cap-add" | "--device" | "--security-opt" | "-v" | "--volume" => true,
        "--cap-drop" => false,
        _ => {
            let value = option.value.as_ref().map(Text::pattern);
            is_of_steps(option) && value.as_deref() == Some("host")
        }
    };
    let tag = value_of(&options, "--tag").or_else(|| value_of(&options, "-t"));
    options.iter().any(reaches).then(|| Run {
        name: tag.map(|tag| format!("build of {tag}")),
        words: words.to_vec(),
        is_build: true,
    })
}

const PODS: Grammar = Grammar {
    long: |name| programs::long(&POD, name),
    short: |name| programs::short(&POD, name),
    pre_split: false,
};

const VOLUMES: Grammar = Grammar {
    long: |name| programs::long(&VOLUME, name),
    short: |name| programs::short(&VOLUME, name),
    pre_split: false,
};

const NETWORKS: Grammar = Grammar {
    long: |name| programs::long(&NETWORK, name),
    short: |name| programs::short(&NETWORK, name),
    pre_split: false,
};

/// All options of `network connect` have a value.
const CONNECT: Grammar = Grammar {
    long: |_| Arity::Required,
    short: |_| Arity::Required,
    pre_split: false,
};

/// What a line does.
pub(super) fn command(line: &Line) -> Command {
    let verb = verb(line);
    if is_elsewhere(line) {
        return match verb {
            Some((Verb::Run, _)) if connection(line) => {
                Command::NotRead("run over a connection that is kept elsewhere")
            }
            Some((Verb::Run, _)) => Command::NotRead("run on another machine"),
            _ => Command::Nothing,
        };
    }
    match verb {
        Some((Verb::Run, words)) if starts_nothing(words) => Command::Nothing,
        Some((Verb::Run, words)) => Command::Run(Run {
            name: name(words),
            words: words.to_vec(),
            is_build: false,
        }),
        Some((Verb::Build, words)) => build(words).map_or(Command::Nothing, Command::Run),
        Some((Verb::Kube, _)) => Command::NotRead("kube play"),
        Some((Verb::Compose, words)) if compose_runs(words) => Command::NotRead("compose"),
        Some((Verb::Stack, _)) => Command::NotRead("stack deploy"),
        Some((Verb::Swarm, _)) => Command::NotRead("service create"),
        _ => Command::Nothing,
    }
}

/// Is nothing said at all, or only help asked for? An alias may leave the image to whoever calls it.
fn starts_nothing(words: &[Element]) -> bool {
    let end = options(words, &WORDS, true).end;
    let mut before = words.iter().take(end);
    words.is_empty() || before.any(|word| word.text.pattern() == "--help")
}

/// The value of `--name`.
fn name(words: &[Element]) -> Option<String> {
    let end = options(words, &WORDS, true).end;
    let mut words = words.get(..end)?.iter();
    while let Some(word) = words.next() {
        let pattern = word.text.pattern();
        if pattern == "--name" {
            return words.next()?.text.as_known();
        }
        if pattern.starts_with("--name=") {
            return word.text.slice("--name=".len(), pattern.len()).as_known();
        }
    }
    None
}

/// What a script says of pods and volumes before it uses them.
#[derive(Default)]
pub(super) struct Known<'l> {
    /// The pods that it makes, each with its line.
    pub(super) pods: Vec<(&'l Line, Pod)>,
    /// The host paths that named volumes are.
    volumes: FxHashMap<String, (&'l Line, Field<Mount>)>,
    /// The networks that it makes, each with its line, its name, if that is known, and how containers in it are connected.
    pub(super) networks: Vec<(&'l Line, Option<String>, NetworkMode)>,
    /// The addresses on which networks of Docker publish ports that name none.
    bindings: FxHashMap<String, Text>,
    /// Networks that containers are connected to once they are there, by the containers' names.
    connected: FxHashMap<String, Vec<Text>>,
}

impl<'l> Known<'l> {
    /// The directories of the host that volumes are which the script makes, each with its line and its name.
    pub(super) fn volumes(&self) -> Vec<(&'l Line, &String, &Field<Mount>)> {
        let all = self.volumes.iter();
        let mut all: Vec<_> = all.map(|(name, (line, mount))| (*line, name, mount)).collect();
        all.sort_by_key(|(_, name, _)| *name);
        all
    }

    pub(super) fn of(base: &Base<'_>, lines: &'l [Line]) -> Self {
        let mut known = Self::default();
        for line in lines.iter().filter(|line| !is_elsewhere(line)) {
            match verb(line) {
                Some((Verb::Pod, words)) => known.pod(base, line, words),
                Some((Verb::Volume, words)) => known.volume(base, line, words),
                Some((Verb::Network, words)) => known.network(base, line, words),
                Some((Verb::Connect, words)) => known.connect(words),
                _ => {}
            }
        }
        known
    }

    fn pod(&mut self, base: &Base<'_>, line: &'l Line, words: &[Element]) {
        let (options, argument) = taken(base, words, &PODS);
        self.pods.push((line, Pod::of(options, argument.as_ref())));
    }

    fn volume(&mut self, base: &Base<'_>, line: &'l Line, words: &[Element]) {
        let (options, argument) = taken(base, words, &VOLUMES);
        let Some(name) = argument.and_then(|text| text.as_known()) else {
            return;
        };
        let mut device = None;
        let mut how = String::new();
        for option in options
            .iter()
            .filter(|option| matches!(option.name.as_str(), "-o" | "--opt"))
        {
            let Some((key, value)) = option.value.as_ref().and_then(|value| split_once(value, '=')) else {
                continue;
            };
            match key.pattern().as_str() {
                "device" => device = Some(value),
                "o" => how = value.pattern(),
                _ => {}
            }
        }
        let Some(mount) = device.and_then(|device| host_volume(&device, "", &how)) else {
            return;
        };
        let origin = origin_of(&mount.source);
        let mount = base.fact(mount, origin);
        let mount = match base.existence(line.when.maybe, &line.when.conditions) {
            Existence::Certain | Existence::Template => mount,
            Existence::Maybe(conditions) => maybe(mount, conditions),
        };
        self.volumes.insert(name, (line, mount));
    }

    fn network(&mut self, base: &Base<'_>, line: &'l Line, words: &[Element]) {
        let (options, argument) = taken(base, words, &NETWORKS);
        let name = argument.and_then(|text| text.as_known());
        let driver = value_of(&options, "--driver").or_else(|| value_of(&options, "-d"));
        self.networks
            .push((line, name.clone(), by_driver(driver.as_deref())));
        let Some(name) = name else { return };
        let settings = options
            .iter()
            .filter(|option| matches!(option.name.as_str(), "-o" | "--opt"));
        for (key, value) in settings.filter_map(|option| split_once(option.value.as_ref()?, '=')) {
            if key.pattern() == "com.docker.network.bridge.host_binding_ipv4" {
                self.bindings.insert(name.clone(), value);
            }
        }
    }

    /// `network connect [OPTIONS] NETWORK CONTAINER`.
    fn connect(&mut self, words: &[Element]) {
        let end = options(words, &CONNECT, true).end;
        if let (Some(network), Some(container)) = (words.get(end), words.get(end + 1))
            && let Some(container) = container.text.as_known()
        {
            let networks = self.connected.entry(container).or_default();
            networks.push(network.text.clone());
        }
    }

    /// Does the script make a network of this name in which containers are connected so?
    fn makes(&self, name: &str, mode: &NetworkMode) -> bool {
        let mut named = self
            .networks
            .iter()
            .filter(|(_, own, _)| own.as_deref() == Some(name));
        named.any(|(_, _, own)| own == mode)
    }

    /// What networks of the script say of a container in them.
    fn apply_networks(&self, name: Option<&str>, options: &[Opt], container: &mut Container) {
        let of_line = options
            .iter()
            .filter(|option| matches!(option.name.as_str(), "--network" | "--net"));
        let of_line = of_line.filter_map(|option| option.value.as_ref()?.as_known());
        let later = name.and_then(|name| self.connected.get(name));
        for network in later.into_iter().flatten() {
            if container.network.said() == Some(&NetworkMode::None) {
                let origin = crate::vocabulary::text::origin_of(network);
                container.network = Field::set(crate::vocabulary::podman::network(network), origin);
            }
        }
        let later = later.into_iter().flatten().filter_map(Text::as_known);
        let all: Vec<String> = of_line.chain(later).collect();
        let is_lan = |network: &String| self.makes(network, &NetworkMode::Lan);
        if container.network.said() == Some(&NetworkMode::Private)
            && !all.is_empty()
            && all.iter().all(is_lan)
        {
            container.network = container.network.map(|_| NetworkMode::Lan);
        }
        for network in all {
            if self.makes(&network, &NetworkMode::Host) {
                container.network = container.network.map(|_| NetworkMode::Host);
            }
            if let Some(address) = self.bindings.get(&network) {
                for port in &mut container.ports {
                    *port = port.map(|port| nixpod_model::Port {
                        address: port.address.clone().or_else(|| Some(address.clone())),
                        ..port.clone()
                    });
                }
            }
        }
    }
}

/// The options of a line, and its first argument: what makes pods, volumes and networks takes options behind that, too.
fn taken(base: &Base<'_>, words: &[Element], grammar: &Grammar) -> (Vec<Opt>, Option<Text>) {
    let mut all = Vec::new();
    let mut argument = None;
    let mut rest = words;
    while !rest.is_empty() {
        let end = options(rest, grammar, argument.is_none()).end;
        let (before, behind) = rest.split_at(end);
        all.extend(base.words(before));
        let Some((first, behind)) = behind.split_first() else {
            break;
        };
        argument.get_or_insert_with(|| first.text.clone());
        rest = match before.last() {
            Some(last) if last.text.pattern() == "--" => &[],
            _ => behind,
        };
    }
    (parse(&all, grammar).1, argument)
}

fn value_of(options: &[Opt], name: &str) -> Option<String> {
    let option = options.iter().rfind(|option| option.name == name)?;
    option.value.as_ref()?.as_known()
}

/// Reads a line into a container of which nothing is said.
pub(super) fn read(base: &Base<'_>, line: &Line, run: &Run, known: &Known<'_>, container: &mut Container) {
    let engine = engine(line);
    match root_by_address(line) {
        Some(is_root) => {
            let origin = address(line).map_or_else(|| line.origin.clone(), origin_of);
            container.rootful = base.fact(is_root, origin);
            if is_root {
                container.runs_as = None;
            }
        }
        // Its daemon does it, whoever asks.
        None if engine == Some(Engine::Docker) => {
            container.rootful = Field::default(true);
            container.runs_as = None;
        }
        None => {}
    }
    container.engine = match engine {
        Some(engine) => base.fact(engine, line.origin.clone()),
        None => {
            let why = Why::NotModelled("containerd".to_owned());
            unknown(&base.fact((), line.origin.clone()), &why)
        }
    };
    if run.is_build {
        return read_build(base, run, container);
    }
    let found = options(&run.words, &WORDS, true);
    let words = base.words(run.words.get(..found.end).unwrap_or_default());
    let (certain, rest) = words.split_at(found.doubtful.unwrap_or(words.len()));
    let (flags, mut all) = parse(certain, &WORDS);
    container.flags.extend(flags);
    if !rest.is_empty() {
        let rest: Vec<Field<Text>> = rest.iter().cloned().map(doubted).collect();
        let (flags, more) = parse(&rest, &WORDS);
        container.flags.extend(flags);
        all.extend(more);
    }
    apply(container, &all);
    known.apply_networks(run.name.as_deref(), &all, container);
    bind_volumes(container, |name| known.volumes.get(name).map(|(_, mount)| mount));
    not_expanded(&run.words, container);
    image(base, run, found.end, found.doubtful.is_some(), container);
    let has_rootfs = all.iter().any(|option| option.name == "--rootfs");
    // What stands where the image would is the directory.
    if has_rootfs && let Some(directory) = container.image.take() {
        for option in &mut container.run_options {
            if option
                .value()
                .is_some_and(|option| option.name == "rootfs" && option.value.pattern() == "true")
            {
                *option = directory.map(|directory| RunOption {
                    name: "rootfs",
                    value: directory.reference.clone(),
                });
            }
        }
    }
}

/// What the steps of a build reach. Their image is what the build makes.
fn read_build(base: &Base<'_>, run: &Run, container: &mut Container) {
    let (flags, options) = parse(&base.words(&run.words), &BUILDS);
    container
        .flags
        .extend(flags.into_iter().filter(|flag| flag.form != FlagForm::Value));
    let of_steps: Vec<Opt> = options.into_iter().filter(is_of_steps).collect();
    apply(container, &of_steps);
    not_expanded(&run.words, container);
    container.image = None;
}

/// A `~` that the shell leaves alone is no home for the engine either: it takes the word for the name of a volume.
fn not_expanded(words: &[Element], container: &mut Container) {
    let literal: Vec<Place> = words
        .iter()
        .flat_map(|word| word.literal.iter().copied())
        .collect();
    if literal.is_empty() {
        return;
    }
    for mount in &mut container.mounts {
        let first = mount.value().and_then(|mount| match mount.source.parts.first()? {
            TextPart::Known { origin, .. } => origin.place(),
            TextPart::Hole { .. } => None,
        });
        let is_literal = first.is_some_and(|first| {
            let begins = |one: &Place| {
                one.site == first.site && one.within.map(|at| at.0) == first.within.map(|at| at.0)
            };
            literal.iter().any(begins)
        });
        if is_literal {
            *mount = mount.map(|mount| nixpod_model::Mount {
                is_bind: false,
                ..mount.clone()
            });
        }
    }
}

/// The image and the command, which follow the options.
fn image(base: &Base<'_>, run: &Run, at: usize, is_doubtful: bool, container: &mut Container) {
    let Some(word) = run.words.get(at) else {
        return;
    };
    let field = base.word(word);
    let by_nix = |text: &Text| {
        first_hole(text).is_some_and(|why| why.symbol() == Some(Symbol::Package))
            && text.pattern().starts_with(HOLE)
    };
    let mut image = field.map(|reference| Image {
        reference: reference.clone(),
        provided_by_nix: by_nix(reference),
    });
    if is_doubtful {
        // What stands before it may have been the image.
        let why = Why::Undecided("words before the image may be options or the image itself".to_owned());
        image = unknown(&image, &why);
    }
    container.image = Some(image);
    let command = base.words(run.words.get(at + 1..).unwrap_or_default());
    match is_doubtful {
        true => container.command.extend(command.into_iter().map(doubted)),
        false => container.command.extend(command),
    }
}

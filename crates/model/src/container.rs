//! One container.

use crate::{
    ContainerId, Device, Engine, EntryName, EnvVar, FactInfo, Field, Flag, FlagForm, HostId, Image,
    MissingNetwork, Mount, Namespace, NetworkMode, NetworkOption, Port, RunOption, Surface, SystemId, Text,
    Topic, UnitProblem, UnknownOption, Unseen, Userns, Visitor, VisitorMut,
};
use nixpod_source::{Condition, Origin, Place, Why};
use rustc_hash::FxHashMap;

/// Is the container certainly there?
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Existence {
    /// Yes.
    Certain,
    /// Only under conditions that could not be decided.
    Maybe(Vec<Condition>),
    /// It stands for any number of containers: a template over unknown names.
    Template,
}

/// What an engine is told to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Task {
    /// To run a container.
    Run,
    /// To build an image, whose steps run in containers.
    Build,
    /// To fetch an image or an artifact.
    Pull,
}

/// A container's effective spec.
///
/// Facts from typed options and from command line flags are merged: `--privileged` among the extra options sets
/// `privileged`. `flags` keeps every word for rules that look at the words themselves.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Container {
    /// What it is known by. Surface, name, host and system are told by it, too.
    pub id: ContainerId,
    /// Where it is declared.
    pub surface: Surface,
    /// Its name; `<name>` for a template.
    pub name: String,
    /// Is it there?
    pub existence: Existence,
    /// Where the container's set or name is defined.
    pub origin: Origin,
    /// The key of every definition that has a part in it, in the order in which they are merged.
    pub definitions: Vec<Place>,
    /// The host it belongs to.
    pub host: HostId,
    /// The system (host, guest or user's home) whose configuration declares it.
    pub system: SystemId,
    /// The guest system, for nspawn containers with a `config`.
    pub guest: Option<SystemId>,
    /// The service that somebody wrote to run it, if that is there to stay and its command runs the container:
    /// `systemd.services.web`.
    pub service: Option<String>,
    /// Is it started without anybody asking?
    pub auto_start: Field<bool>,
    /// What the engine does. What is said of a build or of an image that is fetched is said in a container's words.
    pub task: Task,
    /// The program that runs it.
    pub engine: Field<Engine>,
    /// Does the engine run as root of its system? False for Home Manager and for `podman.user`.
    pub rootful: Field<bool>,
    /// The user that runs a rootless container.
    pub runs_as: Option<Field<String>>,
    /// The user namespace.
    pub userns: Field<Userns>,
    /// The privileged switch of OCI engines.
    pub privileged: Field<bool>,
    /// Capabilities added, normalised to `CAP_X` or `all`.
    pub capabilities: Vec<Field<String>>,
    /// Capabilities dropped, normalised likewise.
    pub dropped_capabilities: Vec<Field<String>>,
    /// How it is connected.
    pub network: Field<NetworkMode>,
    /// Namespaces shared with the host or another container; only what is written.
    pub namespaces: Vec<Field<Namespace>>,
    /// Bind mounts and volumes.
    pub mounts: Vec<Field<Mount>>,
    /// Devices passed in or allowed.
    pub devices: Vec<Field<Device>>,
    /// Published ports.
    pub ports: Vec<Field<Port>>,
    /// Environment variables.
    pub environment: Vec<Field<EnvVar>>,
    /// Files with environment variables.
    pub environment_files: Vec<Field<Text>>,
    /// The image; `None` for nspawn.
    pub image: Option<Field<Image>>,
    /// `--security-opt` values.
    pub security_options: Vec<Field<Text>>,
    /// The command's words and the entry point.
    pub command: Vec<Field<Text>>,
    /// Every word of the extra flags.
    pub flags: Vec<Flag>,
    /// When the service counts as started, for those whose module lets it be said: `podman.sdnotify`.
    pub sdnotify: Option<Field<String>>,
    /// What it is told of its networks, word by word; `network` is what that comes to.
    pub networks: Vec<Field<Text>>,
    /// Networks that it names and that nothing here makes for its engine.
    pub missing_networks: Vec<Field<MissingNetwork>>,
    /// What only nspawn has.
    pub nspawn: Option<Nspawn>,
    /// Options of its engine's command line that are told by no other fact, in their order.
    pub run_options: Vec<Field<RunOption>>,
    /// What the section of its service limits, as `MemoryMax=` does for all that is in the control group of the unit.
    pub service_limits: Vec<Field<RunOption>>,
    /// Options that it sets and that nobody declares.
    pub unknown_options: Vec<Field<UnknownOption>>,
    /// What is wrong with the unit that it is made of, if it is one.
    pub unit_problems: Vec<Field<UnitProblem>>,
    /// Why a part of its definitions could not be seen, if so. Then what nobody was seen to set is not known either.
    pub unseen: Option<Unseen>,
    /// What else may define it: something of a name that is not known, and that may be its own. What it says itself holds
    /// all the same; that nobody sets something is not certain.
    pub unnamed: Option<Unseen>,
}

impl Container {
    /// A container of which nothing is said: everything is as its surface has it by default. It is there for certain,
    /// unless its name is not known.
    pub fn new(id: ContainerId, origin: Origin) -> Self {
        let surface = id.surface();
        let is_nspawn = matches!(surface, Surface::Nspawn | Surface::SystemdNspawn);
        let system = id.system().clone();
        Self {
            surface,
            name: id.name().to_string(),
            existence: match id.name() {
                EntryName::Known(_) => Existence::Certain,
                EntryName::Template(_) => Existence::Template,
            },
            origin,
            definitions: Vec::new(),
            host: system.host().clone(),
            system,
            id,
            guest: None,
            service: None,
            auto_start: Field::default(!is_nspawn && surface != Surface::Quadlet),
            task: Task::Run,
            engine: Field::default(match surface {
                Surface::Nspawn | Surface::SystemdNspawn => Engine::Nspawn,
                Surface::DaemonJson => Engine::Docker,
                _ => Engine::Podman,
            }),
            rootful: Field::default(surface != Surface::HomeManagerPodman),
            runs_as: None,
            userns: Field::default(Userns::Host),
            privileged: Field::default(false),
            capabilities: Vec::new(),
            dropped_capabilities: Vec::new(),
            network: Field::default(if is_nspawn {
                NetworkMode::Host
            } else {
                NetworkMode::Private
            }),
            namespaces: Vec::new(),
            mounts: Vec::new(),
            devices: Vec::new(),
            ports: Vec::new(),
            environment: Vec::new(),
            environment_files: Vec::new(),
            image: None,
            security_options: Vec::new(),
            command: Vec::new(),
            flags: Vec::new(),
            sdnotify: None,
            networks: Vec::new(),
            missing_networks: Vec::new(),
            nspawn: is_nspawn.then(Nspawn::default),
            run_options: Vec::new(),
            service_limits: Vec::new(),
            unknown_options: Vec::new(),
            unit_problems: Vec::new(),
            unseen: None,
            unnamed: None,
        }
    }

    /// Is it run from an image, by Podman or Docker? Where it is not known which of the two, it is one of them.
    pub fn is_oci(&self) -> bool {
        self.engine.value().is_none_or(|engine| engine.is_oci())
    }
}

/// Shows all facts of a container to a visitor, in the order in which people want to read them.
///
/// One enumeration serves references of both kinds. A field that is not named does not compile; whoever adds one says
/// here what it is called, and whether its default is in doubt where a definition could not be seen.
macro_rules! every_fact {
    ($container:expr, $visitor:expr) => {{
        let visitor = $visitor;
        let Container {
            id: _,
            surface,
            name: _,
            existence: _,
            origin: _,
            definitions: _,
            host: _,
            system: _,
            guest: _,
            service: _,
            auto_start,
            task: _,
            engine,
            rootful,
            runs_as,
            userns,
            privileged,
            capabilities,
            dropped_capabilities,
            network,
            namespaces,
            mounts,
            devices,
            ports,
            environment,
            environment_files,
            image,
            security_options,
            command,
            flags,
            sdnotify,
            networks: _,
            missing_networks: _,
            nspawn,
            run_options,
            service_limits,
            unknown_options,
            unit_problems,
            unseen: _,
            unnamed: _,
        } = $container;
        let default = FactInfo::by_default;
        let certain = FactInfo::certain;
        visitor.fact(
            default("auto start", "whether it is started by itself").on(Topic::Start),
            auto_start,
        );
        let is_oci = engine.value().is_none_or(|engine| engine.is_oci());
        let may_be_rootless =
            matches!(surface, Surface::OciContainers | Surface::QuadletNix) && runs_as.is_none();
        let by_surface = |may_be_set: bool, name, question| match may_be_set {
            true => default(name, question),
            false => certain(name, question),
        };
        visitor.fact(certain("engine", "which engine runs it"), engine);
        visitor.fact(
            by_surface(may_be_rootless, "rootful", "whether its engine runs as root"),
            rootful,
        );
        if let Some(user) = runs_as {
            visitor.fact(certain("runs as", "which user runs it"), user);
        }
        visitor.fact(default("users", "how its users map to those of the host"), userns);
        visitor.fact(
            by_surface(is_oci, "privileged", "whether it is privileged"),
            privileged,
        );
        every_fact!(
            visitor,
            FactInfo::certain("capability", "which capabilities it has").word(),
            capabilities
        );
        every_fact!(
            visitor,
            FactInfo::certain("dropped", "which capabilities it drops").word(),
            dropped_capabilities
        );
        visitor.fact(default("network", "which network it has"), network);
        every_fact!(
            visitor,
            FactInfo::certain("namespace", "which namespaces it shares"),
            namespaces
        );
        every_fact!(
            visitor,
            FactInfo::certain("mount", "what it mounts").on(Topic::Reach),
            mounts
        );
        every_fact!(
            visitor,
            FactInfo::certain("device", "which devices it gets").on(Topic::Reach),
            devices
        );
        every_fact!(
            visitor,
            FactInfo::certain("port", "which ports it publishes").on(Topic::Reach),
            ports
        );
        every_fact!(
            visitor,
            FactInfo::secret("environment", "what is in its environment").on(Topic::Content),
            environment
        );
        every_fact!(
            visitor,
            FactInfo::certain("environment file", "which files its environment comes from")
                .on(Topic::Content),
            environment_files
        );
        if let Some(image) = image {
            visitor.fact(certain("image", "which image it runs").on(Topic::Content), image);
        }
        every_fact!(
            visitor,
            FactInfo::certain("security", "which security options it has").decisive(),
            security_options
        );
        every_fact!(
            visitor,
            FactInfo::secret("command", "what it runs")
                .on(Topic::Content)
                .word(),
            command
        );
        for Flag { word, form } in flags {
            let name = match form {
                FlagForm::Option => "flag",
                FlagForm::Value => "flag value",
                FlagForm::Malformed => "malformed flag",
            };
            visitor.fact(
                certain(name, "which options it is started with")
                    .on(Topic::Start)
                    .word(),
                word,
            );
        }
        if let Some(sdnotify) = sdnotify {
            visitor.fact(
                default("sdnotify", "how it tells that it runs").on(Topic::Start),
                sdnotify,
            );
        }
        every_fact!(
            visitor,
            FactInfo::secret("option", "which options it is started with").on(Topic::Start),
            run_options
        );
        every_fact!(
            visitor,
            FactInfo::certain("service limit", "what its service limits").on(Topic::Start),
            service_limits
        );
        every_fact!(
            visitor,
            FactInfo::certain("unknown option", "which options it has").on(Topic::Start),
            unknown_options
        );
        every_fact!(
            visitor,
            FactInfo::certain("unit problem", "what its unit says").on(Topic::Start),
            unit_problems
        );
        if let Some(nspawn) = nspawn {
            let Nspawn {
                private_users,
                ownership,
                private_network,
                enable_tun,
                network_options,
                links,
                other_private_network,
                opaque,
            } = nspawn;
            visitor.fact(
                default("private users", "how its users map to those of the host"),
                private_users,
            );
            visitor.fact(default("ownership", "who owns its files"), ownership);
            visitor.fact(
                default("private network", "which network it has"),
                private_network,
            );
            visitor.fact(default("tun", "whether it may make tunnels"), enable_tun);
            every_fact!(
                visitor,
                FactInfo::certain("network option", "which network options it sets").on(Topic::Start),
                network_options
            );
            every_fact!(
                visitor,
                FactInfo::certain("link", "which links it has").on(Topic::Start),
                links
            );
            visitor.fact(
                default("other private network", "which network it has"),
                other_private_network,
            );
            if let Some(opaque) = opaque {
                visitor.fact(certain("opaque", "what guest it has").on(Topic::Content), opaque);
            }
        }
    }};
    // The entries of a list.
    ($visitor:ident, $info:expr, $list:expr) => {
        for field in $list {
            $visitor.fact($info, field);
        }
    };
}

impl Container {
    /// Shows all facts.
    pub fn visit(&self, visitor: &mut impl Visitor) {
        every_fact!(self, visitor);
    }

    /// Hands out all facts for changing.
    pub fn visit_mut(&mut self, visitor: &mut impl VisitorMut) {
        every_fact!(self, visitor);
    }
}

/// One option of a container for display: value in Nix syntax.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OwnOption {
    /// The name relative to the container, such as `bindMounts./data.hostPath`.
    pub name: String,
    /// The value in Nix syntax.
    pub value: Field<String>,
    /// What inside of the value is not known: interpolations, elements, entries.
    pub holes: Vec<Why>,
    /// Does a fact tell what holds where nobody sets it?
    pub of_fact: bool,
}

/// Every option of containers as it is written or defaulted, in the order of the schema. Nothing that rules look at: it is
/// made for people, when they ask.
pub type Listing = FxHashMap<ContainerId, Vec<OwnOption>>;

/// What only nspawn has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Nspawn {
    /// The option `privateUsers` as such (flags are merged into [`Container::userns`]).
    pub private_users: Field<Userns>,
    /// Ownership handling of the root directory is on (`pick`, or the flag).
    pub ownership: Field<bool>,
    /// `privateNetwork` as such.
    pub private_network: Field<bool>,
    /// `enableTun`.
    pub enable_tun: Field<bool>,
    /// Network options that take effect only with a private network.
    pub network_options: Vec<Field<NetworkOption>>,
    /// What else connects it: `interfaces`, `macvlans`, `extraVeths` and what is set in an entry of those, `networkNamespace`.
    pub links: Vec<Field<NetworkOption>>,
    /// Does something else than `privateNetwork` give it a network of its own (interfaces, macvlans, flags...)?
    pub other_private_network: Field<bool>,
    /// The guest is a `flake` or a `path`, which is not looked into.
    pub opaque: Option<Field<String>>,
}

/// What nspawn does where nothing is said.
impl Default for Nspawn {
    fn default() -> Self {
        Self {
            private_users: Field::default(Userns::Host),
            ownership: Field::default(false),
            private_network: Field::default(false),
            enable_tun: Field::default(false),
            network_options: Vec::new(),
            links: Vec::new(),
            other_private_network: Field::default(false),
            opaque: None,
        }
    }
}

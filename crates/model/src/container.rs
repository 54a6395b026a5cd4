//! One container.

use crate::{ContainerId, EntryName, Field, HostId, Surface, SystemId, Text};
use nixpod_source::{Origin, Place, Why};
use rustc_hash::FxHashMap;

/// Is the container certainly there?
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Existence {
    /// Yes.
    Certain,
    /// Only under conditions that could not be decided.
    Maybe(Vec<Place>),
    /// It stands for any number of containers: a template over unknown names.
    Template,
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
    /// The host it belongs to.
    pub host: HostId,
    /// The system (host, guest or user's home) whose configuration declares it.
    pub system: SystemId,
    /// The guest system, for nspawn containers with a `config`.
    pub guest: Option<SystemId>,
    /// Is it started without anybody asking?
    pub auto_start: Field<bool>,
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
    /// What only nspawn has.
    pub nspawn: Option<Nspawn>,
}

impl Container {
    /// A container of which nothing is said: everything is as its surface has it by default. It is there for certain,
    /// unless its name is not known.
    pub fn new(id: ContainerId, origin: Origin) -> Self {
        let surface = id.surface();
        let is_nspawn = surface == Surface::Nspawn;
        let system = id.system().clone();
        Self {
            surface,
            name: id.name().to_string(),
            existence: match id.name() {
                EntryName::Known(_) => Existence::Certain,
                EntryName::Template => Existence::Template,
            },
            origin,
            host: system.host().clone(),
            system,
            id,
            guest: None,
            auto_start: Field::default(!is_nspawn),
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
            nspawn: is_nspawn.then(Nspawn::default),
        }
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
}

/// Every option of containers as it is written or defaulted, in the order of the schema. Nothing that rules look at: it is
/// made for people, when they ask.
pub type Listing = FxHashMap<ContainerId, Vec<OwnOption>>;

/// How a container's users map to those of its system.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Userns {
    /// The container's root is the system's root (or, rootless, the user).
    Host,
    /// A namespace that maps every id to itself.
    Identity,
    /// A range picked at start (`pick`, `-U`, `--userns=auto`).
    Pick,
    /// A fixed first id (nspawn) with the number of ids.
    Fixed {
        /// The first id on the host.
        first: u32,
        /// How many.
        count: u32,
    },
    /// `keep-id`.
    KeepId,
    /// `nomap`.
    NoMap,
    /// Explicit maps or another named mode.
    Other(String),
}

/// A published or forwarded port.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Port {
    /// The host address; `None`: all.
    pub address: Option<Text>,
    /// The host port or range as written; `None`: chosen by the engine.
    pub host: Option<Text>,
    /// The container port as written.
    pub container: Text,
    /// The whole text, where it is one.
    pub text: Option<Text>,
    /// The pod that publishes it for all of its containers.
    pub pod: Option<String>,
}

/// How a container is connected.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NetworkMode {
    /// The system's own network.
    Host,
    /// A network namespace of its own.
    Private,
    /// Another container's or a named namespace.
    Joined(String),
    /// None at all.
    None,
}

/// A namespace other than user and network.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Namespace {
    /// `pid`, `ipc`, `uts` or `cgroup`.
    pub kind: &'static str,
    /// With whom it is shared.
    pub mode: NamespaceMode,
}

/// With whom a namespace is shared.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NamespaceMode {
    /// The host.
    Host,
    /// Another container.
    Container(String),
    /// Its own or another mode.
    Other(String),
}

/// A bind mount or a volume.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mount {
    /// The host path or the volume's name; for nspawn with a null `hostPath` the same as the target.
    pub source: Text,
    /// The path inside.
    pub target: Text,
    /// Is it read-only?
    pub read_only: bool,
    /// Further options such as `Z`, `idmap` or `U`.
    pub options: Vec<String>,
    /// Is `source` a host path (and not a named volume or tmpfs)?
    pub is_bind: bool,
}

/// A device.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Device {
    /// The node on the host.
    pub node: Text,
    /// `r`, `w`, `m` as far as given.
    pub access: String,
    /// Was it only allowed in the device cgroup (nspawn's `allowedDevices`), and not bound?
    pub allowed_only: bool,
}

/// An environment variable.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EnvVar {
    /// Its name.
    pub name: String,
    /// Its value.
    pub value: Text,
}

/// An image reference.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Image {
    /// The reference.
    pub reference: Text,
    /// Is the content provided by Nix (`imageFile`, `imageStream`), so that the reference is only a name?
    pub provided_by_nix: bool,
}

/// A word of the extra flags.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Flag {
    /// The word after splitting as the surface splits it.
    pub word: Field<Text>,
    /// How it takes part.
    pub form: FlagForm,
}

/// How a flag word takes part.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FlagForm {
    /// An option, possibly with `=value`.
    Option,
    /// The value of the option before it.
    Value,
    /// One list element that holds an option, white space and more: the engine sees one unknown word.
    Malformed,
}

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
    /// Network options that take effect only with a private network: name and where it is set.
    pub network_options: Vec<Field<String>>,
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
            other_private_network: Field::default(false),
            opaque: None,
        }
    }
}

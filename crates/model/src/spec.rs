//! What the facts of a container are: mounts, ports, namespaces and others.

use crate::symbol::symbol_name;
use crate::{FactValue, Field, Text, TextPart};
use nixpod_source::Why;

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
    /// A device of its own in the network that a device of the host is in (macvlan, ipvlan), past the host's firewall.
    Lan,
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
    /// Why it is not known whether it is read-only, if so; `read_only` is then what holds by default.
    pub unclear_access: Option<Why>,
    /// The volume that is this directory, where the container names it by that.
    pub volume: Option<String>,
}

/// A network that a container names, and that its engine does not have as far as is told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MissingNetwork {
    /// Its name.
    pub name: String,
    /// Is there one of that name, of another user's engine?
    pub is_of_others: bool,
}

/// A volume that is a directory of the host, and that no container here mounts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BoundVolume {
    /// What the engine calls it.
    pub name: String,
    /// The directory.
    pub source: Text,
    /// Is it read-only for all?
    pub read_only: bool,
    /// Is it one of root's engine, if that is known?
    pub rootful: Option<bool>,
}

impl FactValue for BoundVolume {
    fn texts(&self) -> Vec<&Text> {
        let Self {
            name: _,
            source,
            read_only: _,
            rootful: _,
        } = self;
        vec![source]
    }

    fn describe(&self) -> String {
        format!("{} is {}", self.name, self.source.describe())
    }
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

/// An option of the network that is set.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NetworkOption {
    /// Its name.
    pub name: &'static str,
    /// Its value in Nix syntax.
    pub value: String,
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

/// An option that nobody declares.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnknownOption {
    /// Its path from the container.
    pub name: String,
    /// The option beside it that was most likely meant.
    pub meant: Option<String>,
}

/// A text with others beside it.
fn among(text: &Text) -> String {
    match &text.parts[..] {
        [TextPart::Hole { why, .. }] => symbol_name(why).unwrap_or_else(|| text.display()),
        _ => text.display(),
    }
}

impl FactValue for Userns {
    fn texts(&self) -> Vec<&Text> {
        Vec::new()
    }

    fn describe(&self) -> String {
        format!("{self:?}")
    }

    fn tell(&self) -> String {
        match self {
            Self::Host => "host".to_owned(),
            Self::Identity => "identity".to_owned(),
            Self::Pick => "a range picked at start".to_owned(),
            Self::Fixed { first, count } => format!("{count} ids from {first}"),
            Self::KeepId => "keep-id".to_owned(),
            Self::NoMap => "nomap".to_owned(),
            Self::Other(mode) => mode.clone(),
        }
    }
}

impl FactValue for NetworkMode {
    fn texts(&self) -> Vec<&Text> {
        Vec::new()
    }

    fn describe(&self) -> String {
        format!("{self:?}")
    }

    fn tell(&self) -> String {
        match self {
            Self::Host => "host".to_owned(),
            Self::Private => "private".to_owned(),
            Self::Lan => "a device of its own in the host's network (macvlan, ipvlan)".to_owned(),
            Self::Joined(other) => format!("that of {other}"),
            Self::None => "none".to_owned(),
        }
    }
}

impl FactValue for NetworkOption {
    fn texts(&self) -> Vec<&Text> {
        Vec::new()
    }

    fn describe(&self) -> String {
        self.name.to_owned()
    }

    fn tell(&self) -> String {
        format!("{} = {}", self.name, self.value)
    }
}

impl FactValue for UnknownOption {
    fn texts(&self) -> Vec<&Text> {
        Vec::new()
    }

    fn describe(&self) -> String {
        format!("{self:?}")
    }

    fn tell(&self) -> String {
        match &self.meant {
            Some(meant) => format!("{} (probably {meant})", self.name),
            None => self.name.clone(),
        }
    }
}

impl FactValue for Namespace {
    fn texts(&self) -> Vec<&Text> {
        let Self { kind: _, mode: _ } = self;
        Vec::new()
    }

    fn describe(&self) -> String {
        format!("{} {:?}", self.kind, self.mode)
    }

    fn tell(&self) -> String {
        match &self.mode {
            NamespaceMode::Host => format!("{}: host", self.kind),
            NamespaceMode::Container(other) => format!("{}: that of {other}", self.kind),
            NamespaceMode::Other(mode) => format!("{}: {mode}", self.kind),
        }
    }
}

/// Directories of the host in which the name of an entry tells how dangerous it is.
const TELLING_DIRECTORIES: [&str; 7] = ["/", "/run/", "/var/run/", "/dev/", "/etc/", "/proc/", "/sys/"];

impl FactValue for Mount {
    fn texts(&self) -> Vec<&Text> {
        let Self {
            source,
            target,
            read_only: _,
            options: _,
            is_bind: _,
            unclear_access: _,
            volume: _,
        } = self;
        vec![source, target]
    }

    /// A path that begins with something unknown may be any, unless that is a package, a secret or a home; so may what ends
    /// with it in a directory where sockets, devices and settings of the host are.
    fn missing(&self) -> Option<&Why> {
        { self.source.beginning() }
            .or_else(|| self.source.ending_in(&TELLING_DIRECTORIES))
            .or(self.unclear_access.as_ref())
    }

    fn is_enough(why: &Why) -> bool {
        why.symbol().is_some()
    }

    fn describe(&self) -> String {
        let kind = if self.is_bind { "" } else { "volume " };
        let (source, target) = (self.source.describe(), self.target.describe());
        let access = if self.read_only { "ro" } else { "rw" };
        let options: String = self.options.iter().map(|option| format!(" {option}")).collect();
        format!("{kind}{source} at {target} {access}{options}")
    }

    fn tell(&self) -> String {
        let (source, target) = (among(&self.source), among(&self.target));
        let access = match (&self.unclear_access, self.read_only) {
            (Some(_), _) => "ro or rw",
            (None, true) => "ro",
            (None, false) => "rw",
        };
        let mut out = match (self.is_bind, source.as_str()) {
            (true, _) | (false, "tmpfs") => format!("{access} {source}"),
            (false, "") => format!("{access} new volume"),
            (false, _) => format!("{access} volume {source}"),
        };
        if source != target && !target.is_empty() {
            out.push_str(&format!(" at {target}"));
        }
        for option in &self.options {
            out.push_str(&format!(", {option}"));
        }
        out
    }
}

impl FactValue for Device {
    fn texts(&self) -> Vec<&Text> {
        let Self {
            node,
            access: _,
            allowed_only: _,
        } = self;
        vec![node]
    }

    fn missing(&self) -> Option<&Why> {
        self.node.beginning().or_else(|| self.node.ending_in(&["/dev/"]))
    }

    fn describe(&self) -> String {
        let allowed = if self.allowed_only { " allowed" } else { "" };
        format!("{} {}{allowed}", self.node.describe(), self.access)
    }

    fn tell(&self) -> String {
        let allowed = if self.allowed_only { ", allowed only" } else { "" };
        format!("{}, {}{allowed}", self.node.tell(), self.access)
    }
}

impl FactValue for Port {
    fn texts(&self) -> Vec<&Text> {
        let Self {
            address,
            host,
            container,
            text,
            pod: _,
        } = self;
        [address, host, text]
            .into_iter()
            .flatten()
            .chain([container])
            .collect()
    }

    /// Who reaches it matters, and not which port it is; what stands where the address would may hold one.
    fn missing(&self) -> Option<&Why> {
        self.address.as_ref().or(self.host.as_ref())?.beginning()
    }

    fn describe(&self) -> String {
        let optional = |text: &Option<Text>| text.as_ref().map_or("-".to_owned(), Text::describe);
        let pod = self.pod.iter().map(|pod| format!(" of pod {pod}"));
        format!(
            "{} {} -> {}{}",
            optional(&self.address),
            optional(&self.host),
            self.container.describe(),
            pod.collect::<String>()
        )
    }

    fn tell(&self) -> String {
        let address = self.address.as_ref().map_or("*".to_owned(), Text::tell);
        let host = self.host.as_ref().map_or("any".to_owned(), Text::tell);
        let pod = self.pod.iter().map(|pod| format!(" of pod {pod}"));
        let pod: String = pod.collect();
        let container = self.container.tell();
        // The protocol stands behind the last port of the text, which the container's port may be without.
        let text = self.text.as_ref().map(Text::pattern).unwrap_or_default();
        let protocol = match text.rsplit_once('/') {
            Some((_, protocol)) if !container.contains('/') => format!("/{protocol}"),
            _ => String::new(),
        };
        match address.contains(':') {
            true => format!("[{address}]:{host} -> {container}{protocol}{pod}"),
            false => format!("{address}:{host} -> {container}{protocol}{pod}"),
        }
    }
}

impl FactValue for EnvVar {
    fn texts(&self) -> Vec<&Text> {
        let Self { name: _, value } = self;
        vec![value]
    }

    /// Where a part of it is known, the whole is no secret of the analysed code.
    fn missing(&self) -> Option<&Why> {
        match &self.value.parts[..] {
            [TextPart::Hole { why, .. }] if !Text::is_enough(why) => Some(why),
            _ => None,
        }
    }

    fn describe(&self) -> String {
        format!("{} = {}", self.name, self.value.describe())
    }

    fn tell(&self) -> String {
        match self.name.as_str() {
            "" => self.value.tell(),
            name => format!("{name}={}", self.value.tell()),
        }
    }
}

impl FactValue for Image {
    fn texts(&self) -> Vec<&Text> {
        let Self {
            reference,
            provided_by_nix: _,
        } = self;
        vec![reference]
    }

    /// Where Nix provides the image its reference is only a name. Else a rule asks for what comes after the name: a tag
    /// or a digest.
    fn missing(&self) -> Option<&Why> {
        let [.., TextPart::Hole { why, .. }] = &self.reference.parts[..] else {
            return None;
        };
        (!self.provided_by_nix && why.symbol().is_none()).then_some(why)
    }

    fn is_enough(why: &Why) -> bool {
        why.symbol().is_some()
    }

    fn describe(&self) -> String {
        let by_nix = if self.provided_by_nix { " by nix" } else { "" };
        format!("{}{by_nix}", self.reference.describe())
    }

    fn tell(&self) -> String {
        let by_nix = if self.provided_by_nix {
            ", provided by Nix"
        } else {
            ""
        };
        format!("{}{by_nix}", self.reference.tell())
    }
}

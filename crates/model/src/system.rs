//! The systems that containers run in, and the world that one root evaluates to.

use crate::secret::{ManagedSecret, SecretValue, visit_secrets};
use crate::{
    ContainerId, Engines, FactInfo, FactValue, Field, Firewall, HostId, SystemId, Text, UnitProblem, UsersBy,
    Visitor, VisitorMut,
};
use nixpod_source::{Origin, Place, Why};
use std::fmt;
use std::sync::Arc;

/// One root.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Host {
    /// What it is known by.
    pub id: HostId,
    /// `web` for `nixosConfigurations.web`, `nixosModules.web` for a module that a flake offers, or the file's path for
    /// a file taken as a module.
    pub name: String,
    /// Which of them it is.
    pub role: Role,
    /// Was its whole module tree seen? Then absence is certain.
    pub closed_world: bool,
    /// Does it come from a flake output (and not from a file by itself)?
    pub from_flake: bool,
    /// Is the project a flake (a `flake.nix` at its root), so that its whole tracked tree is in the store?
    pub in_flake: bool,
    /// How it is known that a system has what is in it.
    pub standing: Standing,
    /// How many modules were read.
    pub modules: usize,
    /// Names of inputs that were not on disk.
    pub missing_inputs: Vec<String>,
    /// The host that this is a variant of: what that may be started as instead.
    pub variant_of: Option<HostId>,
}

/// What a root is to whoever wrote it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Role {
    /// A whole system.
    Host,
    /// What a host may be started as instead.
    Variant,
    /// A module that a flake offers.
    Module,
    /// A file that is taken as a module.
    File,
}

impl Role {
    /// The name used in every format.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Host => "host",
            Self::Variant => "variant",
            Self::Module => "module",
            Self::File => "file",
        }
    }
}

/// How it is known that a system has what is told of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Standing {
    /// It is a system, or there is none that could have it.
    Plain,
    /// There are hosts, and none of them imports it.
    NoHost,
    /// The code makes a part of a system of it, in a way that is not known.
    OwnCode,
    /// Every host leaves it out; it is looked at as if none did.
    Off,
}

/// What a system is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SystemKind {
    /// A NixOS host.
    Nixos,
    /// The NixOS guest of an nspawn container.
    Guest,
    /// A user's Home Manager configuration.
    Home,
    /// Whatever runs files of the project that no system here has: unit files and scripts. Nothing is known of it.
    Elsewhere,
}

/// One system.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct System {
    /// What it is known by. Host, parent and container are told by it, too.
    pub id: SystemId,
    /// What it is.
    pub kind: SystemKind,
    /// Its host.
    pub host: HostId,
    /// The system it is nested in.
    pub parent: Option<SystemId>,
    /// The container whose guest it is.
    pub container: Option<ContainerId>,
    /// The user whose home it is.
    pub home_of: Option<String>,
    /// Where it is defined: the `config` of a guest, `home-manager.users.<u>` of a home; empty for a host.
    pub origin: Origin,
    /// A name for messages: the host's name, `guest web of host`, `home of alice`.
    pub name: String,
    /// The NixOS release, if something tells.
    pub release: Field<Release>,
    /// `system.stateVersion`.
    pub state_version: Field<StateVersion>,
    /// The kernel of the *host* (guests inherit it).
    pub kernel: Field<Kernel>,
    /// Is SELinux configured?
    pub selinux: Field<bool>,
    /// Are user namespaces available?
    pub user_namespaces: Field<bool>,
    /// File system type of `/nix/store`, if something sets it.
    pub store_fs_type: Option<Field<String>>,
    /// Users, sorted by name.
    pub users: Vec<User>,
    /// Does `sudo` ask members of `wheel` for no password?
    pub wheel_is_root: Field<bool>,
    /// `users.groups.<g>.members`: group, member.
    pub group_members: Vec<Field<(String, String)>>,
    /// `Group=` and `SupplementaryGroups=` of its services: group, service.
    pub service_groups: Vec<Field<(String, String)>>,
    /// Engines.
    pub engines: Engines,
    /// What of the network reaches it.
    pub firewall: Firewall,
    /// What makes its users, and gives them subordinate ids.
    pub users_by: Field<UsersBy>,
    /// Places where the system's options put literal secrets in the store.
    pub secrets: Vec<SecretValue>,
    /// Files that are made at run time, by a manager of secrets, with the mode that is asked for.
    pub managed_secrets: Vec<ManagedSecret>,
    /// The files of the keys with which it decrypts its secrets.
    pub decryption_keys: Vec<Field<Text>>,
    /// What is wrong with units of it that are no containers: pods, networks, volumes.
    pub unit_problems: Vec<Field<UnitProblem>>,
    /// How much of what defines it was seen.
    pub seen: Seen,
}

/// How much was seen of what defines a system.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Seen {
    /// All of it: what nobody was seen to set is not set.
    Whole,
    /// Not all: the first few of the reasons; none for a file that is nobody's whole system.
    Partly(Arc<[Unseen]>),
}

/// Something that may set options of a system and could not be seen.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Unseen {
    /// Why.
    pub why: Why,
    /// Where the code asks for it.
    pub place: Option<Place>,
}

/// So many reasons are kept.
const MAX_UNSEEN: usize = 3;

impl Seen {
    /// All but these could be seen.
    pub fn but(unseen: impl IntoIterator<Item = Unseen>) -> Self {
        let mut reasons: Vec<Unseen> = Vec::new();
        for one in unseen {
            if reasons.len() < MAX_UNSEEN && !reasons.contains(&one) {
                reasons.push(one);
            }
        }
        match reasons.is_empty() {
            true => Self::Whole,
            false => Self::Partly(reasons.into()),
        }
    }

    /// Was all of it seen?
    pub const fn is_whole(&self) -> bool {
        matches!(self, Self::Whole)
    }

    /// Of both.
    #[must_use]
    pub fn and(&self, other: Self) -> Self {
        match (self, other) {
            (Self::Whole, other) => other,
            (Self::Partly(_), Self::Whole) => self.clone(),
            (Self::Partly(first), Self::Partly(second)) => {
                let all = first.iter().chain(&*second).cloned();
                match Self::but(all) {
                    Self::Whole => self.clone(),
                    both => both,
                }
            }
        }
    }
}

impl System {
    /// A system in which nothing is set, and of which nobody has looked at the whole.
    pub fn new(id: SystemId, kind: SystemKind, name: impl Into<String>) -> Self {
        Self {
            kind,
            host: id.host().clone(),
            parent: id.parent().cloned(),
            container: id.container().cloned(),
            id,
            home_of: None,
            origin: Origin::default(),
            name: name.into(),
            release: Field::unset("nixpkgs"),
            state_version: Field::unset("system.stateVersion"),
            kernel: Field::unset("boot.kernelPackages"),
            selinux: Field::default(false),
            user_namespaces: Field::default(true),
            store_fs_type: None,
            users: Vec::new(),
            wheel_is_root: Field::default(false),
            group_members: Vec::new(),
            service_groups: Vec::new(),
            engines: Engines::default(),
            firewall: Firewall::default(),
            users_by: Field::default(UsersBy::Perl),
            secrets: Vec::new(),
            managed_secrets: Vec::new(),
            decryption_keys: Vec::new(),
            unit_problems: Vec::new(),
            seen: Seen::Partly(Arc::default()),
        }
    }
}

impl System {
    /// Shows all facts but those of its users. A field that is not named does not compile.
    pub fn visit(&self, visitor: &mut impl Visitor) {
        let Self {
            id: _,
            kind: _,
            host: _,
            parent: _,
            container: _,
            home_of: _,
            origin: _,
            name: _,
            release,
            state_version,
            kernel,
            selinux,
            user_namespaces,
            store_fs_type,
            users: _,
            wheel_is_root,
            group_members,
            service_groups,
            engines,
            firewall,
            users_by,
            secrets,
            managed_secrets,
            decryption_keys,
            unit_problems,
            seen: _,
        } = self;
        let default = FactInfo::by_default;
        visitor.fact(default("release", "which release it is"), release);
        let began = default("state version", "which release it began with");
        visitor.fact(began, state_version);
        visitor.fact(default("kernel", "which kernel it has"), kernel);
        visitor.fact(default("selinux", "whether SELinux is on"), selinux);
        visitor.fact(
            default("sudo", "whether `sudo` asks for a password"),
            wheel_is_root,
        );
        visitor.fact(
            default("user namespaces", "whether user namespaces are allowed"),
            user_namespaces,
        );
        if let Some(kind) = store_fs_type {
            visitor.fact(default("store", "which file system the store is on"), kind);
        }
        engines.visit(visitor);
        firewall.visit(visitor);
        visitor.fact(default("users by", "what makes its users"), users_by);
        let of_service = FactInfo::certain("service group", "which groups its services have");
        for group in service_groups {
            visitor.fact(of_service, group);
        }
        for member in group_members {
            visitor.fact(FactInfo::certain("member", "who is in which group"), member);
        }
        visit_secrets(secrets, managed_secrets, decryption_keys, visitor);
        for problem in unit_problems {
            visitor.fact(FactInfo::certain("unit problem", "what its units say"), problem);
        }
    }
}

/// The same of a user as there is of a container.
macro_rules! every_fact {
    ($user:expr, $visitor:expr) => {{
        let visitor = $visitor;
        let User {
            name: _,
            origin: _,
            is_normal,
            is_system,
            uid,
            linger,
            auto_sub_ids,
            sub_uids,
            sub_gids,
            sub_ids_known: _,
            group,
            extra_groups,
        } = $user;
        let default = FactInfo::by_default;
        visitor.fact(default("normal", "whether it is a person"), is_normal);
        visitor.fact(default("system", "whether it is a system user"), is_system);
        visitor.fact(default("uid", "which id it has"), uid);
        visitor.fact(default("linger", "whether it lingers"), linger);
        visitor.fact(
            default("auto sub-ids", "which subordinate ids it has"),
            auto_sub_ids,
        );
        for range in sub_uids {
            visitor.fact(
                FactInfo::certain("sub-uids", "which subordinate ids it has"),
                range,
            );
        }
        for range in sub_gids {
            visitor.fact(
                FactInfo::certain("sub-gids", "which subordinate ids it has"),
                range,
            );
        }
        visitor.fact(default("group", "which groups it is in"), group);
        for group in extra_groups {
            visitor.fact(FactInfo::certain("extra group", "which groups it is in"), group);
        }
    }};
}

impl User {
    /// A user of whom nothing is said.
    pub fn new(name: impl Into<String>, origin: Origin) -> Self {
        Self {
            name: name.into(),
            origin,
            is_normal: Field::default(false),
            is_system: Field::default(false),
            uid: Field::default(None),
            linger: Field::default(None),
            auto_sub_ids: Field::default(false),
            sub_uids: Vec::new(),
            sub_gids: Vec::new(),
            sub_ids_known: true,
            group: Field::default(None),
            extra_groups: Vec::new(),
        }
    }

    /// Shows all facts.
    pub fn visit(&self, visitor: &mut impl Visitor) {
        every_fact!(self, visitor);
    }

    /// Hands out all facts for changing.
    pub fn visit_mut(&mut self, visitor: &mut impl VisitorMut) {
        every_fact!(self, visitor);
    }
}

impl FactValue for Release {
    /// Rules ask it only when something began to hold, and are less sure where that is not known.
    fn is_enough(_why: &Why) -> bool {
        true
    }

    fn texts(&self) -> Vec<&Text> {
        let Self { year: _, month: _ } = self;
        Vec::new()
    }

    fn describe(&self) -> String {
        format!("{}.{:02}", self.year, self.month)
    }
}

impl FactValue for Kernel {
    /// As for a [`Release`].
    fn is_enough(_why: &Why) -> bool {
        true
    }

    fn texts(&self) -> Vec<&Text> {
        let Self {
            major: _,
            minor: _,
            at_least: _,
            source: _,
        } = self;
        Vec::new()
    }

    fn describe(&self) -> String {
        let newer = if self.at_least { "+" } else { "" };
        format!("{}.{}{newer} ({})", self.major, self.minor, self.source)
    }
}

impl FactValue for SubIdRange {
    fn texts(&self) -> Vec<&Text> {
        let Self {
            start: _,
            count: _,
            count_written: _,
        } = self;
        Vec::new()
    }

    fn describe(&self) -> String {
        let unwritten = if self.count_written { "" } else { " unwritten" };
        format!("{} + {}{unwritten}", self.start, self.count)
    }
}

/// Group and member.
impl FactValue for (String, String) {
    /// Users that NixOS has by itself are no people.
    fn is_enough(why: &Why) -> bool {
        matches!(why, Why::UnsetOption(name) if name == "users.users")
    }

    fn texts(&self) -> Vec<&Text> {
        Vec::new()
    }

    fn describe(&self) -> String {
        let (group, member) = self;
        format!("{member} in {group}")
    }
}

/// A NixOS release, such as 25.05.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Release {
    /// The year without century.
    pub year: u32,
    /// 5 or 11.
    pub month: u32,
}

impl Release {
    /// A release by the numbers of its name.
    pub const fn new(year: u32, month: u32) -> Self {
        Self { year, month }
    }
}

impl fmt::Display for Release {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:02}.{:02}", self.year, self.month)
    }
}

/// `system.stateVersion`: the system is at least that new.
pub type StateVersion = Release;

/// A Linux kernel version, as far as known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Kernel {
    /// Major version.
    pub major: u32,
    /// Minor version.
    pub minor: u32,
    /// Is it only a lower bound?
    pub at_least: bool,
    /// How it is known, such as `pkgs.linuxPackages_6_6` or `default of NixOS 24.05`.
    pub source: String,
}

/// A user of a system.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct User {
    /// The attribute name.
    pub name: String,
    /// Where it is defined.
    pub origin: Origin,
    /// `isNormalUser`.
    pub is_normal: Field<bool>,
    /// `isSystemUser`.
    pub is_system: Field<bool>,
    /// `uid`.
    pub uid: Field<Option<i64>>,
    /// `linger`; `None` is null.
    pub linger: Field<Option<bool>>,
    /// `autoSubUidGidRange`, with what `isNormalUser` implies.
    pub auto_sub_ids: Field<bool>,
    /// `subUidRanges`.
    pub sub_uids: Vec<Field<SubIdRange>>,
    /// `subGidRanges`.
    pub sub_gids: Vec<Field<SubIdRange>>,
    /// Are the lists of ranges certain (no unknown definition)?
    pub sub_ids_known: bool,
    /// `group`.
    pub group: Field<Option<String>>,
    /// `extraGroups`.
    pub extra_groups: Vec<Field<String>>,
}

/// A range of subordinate ids.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SubIdRange {
    /// The first id.
    pub start: i64,
    /// How many; NixOS' default is 1.
    pub count: i64,
    /// Was `count` written?
    pub count_written: bool,
}

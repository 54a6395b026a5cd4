//! The systems that containers run in, and the world that one root evaluates to.

use crate::secret::{ManagedSecret, SecretValue, visit_secrets};
use crate::{
    BoundVolume, ContainerId, Engines, FactInfo, FactValue, Field, Firewall, ForgeRunner, GoneOption, HostId,
    JobUser, Release, Right, StateVersion, SystemId, Text, UnitProblem, User, UsersBy, Visitor, XAccess,
};
use nixpod_source::{Origin, Place, Why};
use std::sync::Arc;

/// One root.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Host {
    /// What it is known by.
    pub id: HostId,
    /// `web` for `nixosConfigurations.web`, `nixosModules.web` for a module that a flake offers, or the file's path for
    /// a file taken as a module.
    pub name: String,
    /// What the machine is called by `networking.hostName`, if that is known.
    pub host_name: Option<String>,
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
    /// Is AppArmor?
    pub apparmor: Field<bool>,
    /// Are user namespaces available?
    pub user_namespaces: Field<bool>,
    /// File system type of `/nix/store`, if something sets it.
    pub store_fs_type: Option<Field<String>>,
    /// Users, sorted by name.
    pub users: Vec<User>,
    /// Are these all of its users, but for those that NixOS has by itself?
    pub users_known: bool,
    /// Does `sudo` ask members of `wheel` for no password?
    pub wheel_is_root: Field<bool>,
    /// Is it a live image to install from, which logs in without passwords by design?
    pub is_installer: Field<bool>,
    /// `users.groups.<g>.members`: group, member.
    pub group_members: Vec<Field<(String, String)>>,
    /// `Group=` and `SupplementaryGroups=` of its services: group, service.
    pub service_groups: Vec<Field<(String, String)>>,
    /// Whom its Nix daemon trusts as it does root: users, `@group` and `*`.
    pub nix_trusted: Vec<Field<String>>,
    /// What somebody may run as root.
    pub rights: Vec<Field<Right>>,
    /// Who runs the jobs that others hand in.
    pub job_users: Vec<Field<JobUser>>,
    /// The lowest port on which everybody may listen.
    pub lowest_free_port: Field<i64>,
    /// Engines.
    pub engines: Engines,
    /// What of the network reaches it.
    pub firewall: Firewall,
    /// What makes its users, and gives them subordinate ids.
    pub users_by: Field<UsersBy>,
    /// Does something besides the options of users write `/etc/subuid` or `/etc/subgid`?
    pub sub_id_files: Field<bool>,
    /// Places where the system's options put literal secrets in the store.
    pub secrets: Vec<SecretValue>,
    /// Files that are made at run time, by a manager of secrets, with the mode that is asked for.
    pub managed_secrets: Vec<ManagedSecret>,
    /// The files of the keys with which it decrypts its secrets.
    pub decryption_keys: Vec<Field<Text>>,
    /// Options that it sets and that a release no longer has.
    pub gone_options: Vec<Field<GoneOption>>,
    /// The bridges that its options make.
    pub bridges: Vec<Field<String>>,
    /// Does nothing else make a bridge, such as a script or another program that sets up the network?
    pub bridges_known: bool,
    /// Volumes of it that are directories of the host, and that none of its containers mounts.
    pub bound_volumes: Vec<Field<BoundVolume>>,
    /// Paths that other systems have and this one has not: nothing of NixOS, and nothing here, makes them.
    pub missing_paths: Vec<&'static str>,
    /// What runs jobs of forges in it, by the service manager.
    pub forge_runners: Vec<Field<ForgeRunner>>,
    /// What is wrong with units of it that are no containers: pods, networks, volumes.
    pub unit_problems: Vec<Field<UnitProblem>>,
    /// Whom its scripts let connect to an X server.
    pub x_access: Vec<Field<XAccess>>,
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
            apparmor: Field::default(false),
            user_namespaces: Field::default(true),
            store_fs_type: None,
            users: Vec::new(),
            users_known: true,
            wheel_is_root: Field::default(false),
            is_installer: Field::default(false),
            group_members: Vec::new(),
            service_groups: Vec::new(),
            nix_trusted: Vec::new(),
            rights: Vec::new(),
            job_users: Vec::new(),
            lowest_free_port: Field::default(1024),
            engines: Engines::default(),
            firewall: Firewall::default(),
            users_by: Field::default(UsersBy::Perl),
            sub_id_files: Field::default(false),
            secrets: Vec::new(),
            managed_secrets: Vec::new(),
            decryption_keys: Vec::new(),
            gone_options: Vec::new(),
            bridges: Vec::new(),
            bridges_known: false,
            bound_volumes: Vec::new(),
            missing_paths: Vec::new(),
            unit_problems: Vec::new(),
            forge_runners: Vec::new(),
            x_access: Vec::new(),
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
            apparmor,
            user_namespaces,
            store_fs_type,
            users: _,
            users_known: _,
            wheel_is_root,
            is_installer,
            group_members,
            service_groups,
            nix_trusted,
            rights,
            job_users,
            lowest_free_port,
            engines,
            firewall,
            users_by,
            sub_id_files,
            secrets,
            managed_secrets,
            decryption_keys,
            gone_options,
            bridges,
            bridges_known: _,
            bound_volumes,
            missing_paths: _,
            unit_problems,
            forge_runners,
            x_access,
            seen: _,
        } = self;
        let default = FactInfo::by_default;
        let ground = (kernel, selinux, apparmor, user_namespaces);
        visit_ground(visitor, (release, state_version), ground);
        if let Some(kind) = store_fs_type {
            visitor.fact(default("store", "which file system the store is on"), kind);
        }
        engines.visit(visitor);
        firewall.visit(visitor);
        visit_users(visitor, (users_by, sub_id_files), service_groups, group_members);
        let root = (wheel_is_root, is_installer);
        visit_rights(visitor, root, nix_trusted, rights);
        visit_jobs(visitor, job_users, forge_runners);
        let free = default("lowest free port", "on which ports everybody may listen");
        visitor.fact(free, lowest_free_port);
        visit_secrets(secrets, managed_secrets, decryption_keys, visitor);
        visit_surroundings(visitor, gone_options, bridges);
        visit_units(visitor, bound_volumes, unit_problems, x_access);
    }
}

/// What its units and scripts make besides containers, and what is wrong with them.
fn visit_units(
    visitor: &mut impl Visitor,
    bound_volumes: &[Field<BoundVolume>],
    unit_problems: &[Field<UnitProblem>],
    x_access: &[Field<XAccess>],
) {
    for volume in bound_volumes {
        visitor.fact(FactInfo::certain("volume", "which volumes it makes"), volume);
    }
    for problem in unit_problems {
        visitor.fact(FactInfo::certain("unit problem", "what its units say"), problem);
    }
    for access in x_access {
        let info = FactInfo::certain("x access", "who may connect to its X server");
        visitor.fact(info, access);
    }
}

/// What makes its users, and which groups somebody is in.
fn visit_users(
    visitor: &mut impl Visitor,
    (users_by, sub_id_files): (&Field<UsersBy>, &Field<bool>),
    service_groups: &[Field<(String, String)>],
    group_members: &[Field<(String, String)>],
) {
    let default = FactInfo::by_default;
    visitor.fact(default("users by", "what makes its users"), users_by);
    let written = default(
        "sub-id files",
        "whether its files of subordinate ids are written by hand",
    );
    visitor.fact(written, sub_id_files);
    for group in service_groups {
        visitor.fact(
            FactInfo::certain("service group", "which groups its services have"),
            group,
        );
    }
    for member in group_members {
        visitor.fact(FactInfo::certain("member", "who is in which group"), member);
    }
}

/// What its options are, and what they make for containers.
fn visit_surroundings(visitor: &mut impl Visitor, gone: &[Field<GoneOption>], bridges: &[Field<String>]) {
    for option in gone {
        visitor.fact(
            FactInfo::certain("gone option", "which old options it sets"),
            option,
        );
    }
    for bridge in bridges {
        visitor.fact(FactInfo::certain("bridge", "which bridges it makes"), bridge);
    }
}

/// What a system is made of.
fn visit_ground(
    visitor: &mut impl Visitor,
    (release, state_version): (&Field<Release>, &Field<StateVersion>),
    (kernel, selinux, apparmor, user_namespaces): (&Field<Kernel>, &Field<bool>, &Field<bool>, &Field<bool>),
) {
    let default = FactInfo::by_default;
    visitor.fact(default("release", "which release it is"), release);
    let began = default("state version", "which release it began with");
    visitor.fact(began, state_version);
    visitor.fact(default("kernel", "which kernel it has"), kernel);
    visitor.fact(default("selinux", "whether SELinux is on"), selinux);
    visitor.fact(default("apparmor", "whether AppArmor is on"), apparmor);
    let allowed = default("user namespaces", "whether user namespaces are allowed");
    visitor.fact(allowed, user_namespaces);
}

/// Who acts as root, or may have root act.
fn visit_rights(
    visitor: &mut impl Visitor,
    (wheel_is_root, is_installer): (&Field<bool>, &Field<bool>),
    nix_trusted: &[Field<String>],
    rights: &[Field<Right>],
) {
    let asks = FactInfo::by_default("sudo", "whether `sudo` asks for a password");
    visitor.fact(asks, wheel_is_root);
    let installs = FactInfo::by_default("installer", "whether it is an image to install from");
    visitor.fact(installs, is_installer);
    for trusted in nix_trusted {
        visitor.fact(FactInfo::certain("nix trusts", "whom Nix trusts"), trusted);
    }
    for right in rights {
        visitor.fact(FactInfo::certain("right", "who may act as root"), right);
    }
}

/// Who runs jobs of others, and whose.
fn visit_jobs(visitor: &mut impl Visitor, users: &[Field<JobUser>], runners: &[Field<ForgeRunner>]) {
    for user in users {
        visitor.fact(FactInfo::certain("job user", "who runs jobs of others"), user);
    }
    for runner in runners {
        visitor.fact(FactInfo::certain("forge runner", "whose jobs it runs"), runner);
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

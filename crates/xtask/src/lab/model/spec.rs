//! A container that is to be tried: what a system says of it, and what it takes to run it.

/// What runs a container.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Runner {
    /// `systemd-nspawn` in a unit of NixOS.
    Nspawn,
    /// Podman, as root.
    Podman,
    /// Podman, as a user.
    Rootless,
}

impl Runner {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Nspawn, Self::Podman, Self::Rootless];

    /// As it is called in recordings.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Nspawn => "nspawn",
            Self::Podman => "podman",
            Self::Rootless => "podman-rootless",
        }
    }

    /// The one of that name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|runner| runner.name() == name)
    }
}

/// A container, which is always called `c`.
#[derive(Clone, Debug)]
pub(super) struct Spec {
    /// What runs it.
    pub runner: Runner,
    /// Which one it is of those of a seed.
    pub number: u64,
    /// What a module of the system says.
    pub nix: String,
    /// The line of a shell that runs it, where the system has just that line.
    pub shell: Option<String>,
    /// Files of the host, by path, that the system writes besides.
    pub files: Vec<(&'static str, String)>,
}

/// The image of the containers; it holds what a guest of nspawn has, too.
pub(super) const IMAGE: &str = "localhost/lab";

/// What runs inside and tells what the kernel says.
pub(super) const REPORT: &str = "/bin/report";

/// The folders of the host that are bound. Each has a file with its name in it.
pub(super) const SOURCES: &[&str] = &["/lab/src/a", "/lab/src/b", "/lab/src/c d"];

/// Where they are bound, and where file systems in memory are. A mount anywhere of these that nobody told of is a difference.
pub(super) const TARGETS: &[&str] = &["/m1", "/m2", "/srv/m3", "/m 4"];

/// Devices of the host.
pub(super) const DEVICES: &[&str] = &["/dev/fuse", "/dev/net/tun", "/dev/kvm", "/dev/loop-control"];

/// Settings of the kernel that belong to a namespace.
pub(super) const SYSCTLS: &[(&str, &str)] = &[
    ("net.ipv4.ip_unprivileged_port_start", "80"),
    ("kernel.msgmax", "1000"),
];

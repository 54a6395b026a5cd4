//! What hosts, systems and containers are known by.
//!
//! An id is made of names: what a thing is called, and what it is nested in. So the same code read again gives the same
//! ids, whatever was put beside it. Nobody but the reader of a world makes one; others compare them and look them up.

use smol_str::SmolStr;
use std::fmt;
use std::sync::Arc;

/// What an entry of a set of containers, users or mounts is called.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum EntryName {
    /// By this name.
    Known(SmolStr),
    /// By a name that is not known: the entry stands for any number of them. The number tells apart what is not certainly
    /// called the same.
    Template(u32),
}

impl EntryName {
    /// Is the name not known?
    pub const fn is_template(&self) -> bool {
        matches!(self, Self::Template(_))
    }
}

impl fmt::Display for EntryName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Known(name) => f.pad(name),
            Self::Template(_) => f.pad("<name>"),
        }
    }
}

/// Where a container is declared.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Surface {
    /// `containers.<name>`: systemd-nspawn.
    Nspawn,
    /// `systemd.nspawn.<name>`: settings of a machine that systemd starts.
    SystemdNspawn,
    /// `virtualisation.oci-containers.containers.<name>`.
    OciContainers,
    /// Home Manager's `services.podman.containers.<name>`.
    HomeManagerPodman,
    /// quadlet-nix: `virtualisation.quadlet.containers.<name>`, of NixOS or of Home Manager.
    QuadletNix,
    /// arion: `virtualisation.arion.projects.<project>.settings.services.<name>`, and `arion-compose.nix`.
    Arion,
    /// `services.gitlab-runner.services.<name>`: what jobs of GitLab are run in.
    GitlabRunner,
    /// `services.gitea-actions-runner.instances.<name>`: what jobs of Gitea are run in, or of Forgejo.
    GiteaRunner,
    /// `services.forgejo-runner.instances.<name>`: likewise.
    ForgejoRunner,
    /// `services.woodpecker-agents.agents.<name>`: what steps of Woodpecker are run in.
    WoodpeckerAgent,
    /// Home Manager's `programs.distrobox.containers.<name>`.
    Distrobox,
    /// `devcontainer.json`.
    Devcontainer,
    /// A Compose file.
    Compose,
    /// A manifest of Kubernetes.
    Kubernetes,
    /// Settings of LXC.
    Lxc,
    /// A task of Ansible.
    Ansible,
    /// The recipe of an image.
    Containerfile,
    /// A line of a script that runs `podman`, `docker` or `systemd-nspawn`.
    CommandLine,
    /// `containers.conf`, as `virtualisation.containers.containersConf.settings` and `services.podman.settings.containers`:
    /// what every container of Podman has.
    ContainersConf,
    /// Docker's `daemon.json`, as `virtualisation.docker.daemon.settings`: what every container of Docker has.
    DaemonJson,
    /// A unit file of Podman's generator, which an option writes or which is a file of the project.
    Quadlet,
}

impl Surface {
    /// The name used in every format.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Nspawn => "nspawn",
            Self::SystemdNspawn => "systemd-nspawn",
            Self::OciContainers => "oci-containers",
            Self::HomeManagerPodman => "home-manager-podman",
            Self::QuadletNix => "quadlet-nix",
            Self::Arion => "arion",
            Self::GitlabRunner => "gitlab-runner",
            Self::GiteaRunner => "gitea-actions-runner",
            Self::ForgejoRunner => "forgejo-runner",
            Self::WoodpeckerAgent => "woodpecker-agent",
            Self::Distrobox => "distrobox",
            Self::Devcontainer => "devcontainer",
            Self::Compose => "compose",
            Self::Kubernetes => "kubernetes",
            Self::Lxc => "lxc",
            Self::Ansible => "ansible",
            Self::Containerfile => "containerfile",
            Self::CommandLine => "command-line",
            Self::ContainersConf => "containers-conf",
            Self::DaemonJson => "daemon-json",
            Self::Quadlet => "quadlet",
        }
    }
}

/// One of [`World::hosts`](crate::World::hosts).
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct HostId {
    name: SmolStr,
    /// How many hosts of that name came before.
    nth: u32,
}

impl HostId {
    /// The host of a name, after `nth` others that are called the same.
    pub fn new(name: impl Into<SmolStr>, nth: u32) -> Self {
        let name = name.into();
        Self { name, nth }
    }
}

/// One of [`World::systems`](crate::World::systems). Cheap to clone.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SystemId(Arc<SystemName>);

#[derive(Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
enum SystemName {
    Host(HostId),
    Guest(ContainerId),
    Home(SystemId, EntryName),
}

impl SystemId {
    /// The outermost system of a host.
    pub fn of_host(host: HostId) -> Self {
        Self(Arc::new(SystemName::Host(host)))
    }

    /// The guest of a container.
    pub fn guest(container: ContainerId) -> Self {
        Self(Arc::new(SystemName::Guest(container)))
    }

    /// The home of a user in a system.
    pub fn home(system: SystemId, user: EntryName) -> Self {
        Self(Arc::new(SystemName::Home(system, user)))
    }

    /// The host it belongs to.
    pub fn host(&self) -> &HostId {
        let mut system = self;
        loop {
            system = match &*system.0 {
                SystemName::Host(host) => return host,
                SystemName::Guest(container) => container.system(),
                SystemName::Home(parent, _) => parent,
            }
        }
    }

    /// The system of the same name on another host.
    pub fn on(&self, host: &HostId) -> Self {
        Self(Arc::new(match &*self.0 {
            SystemName::Host(_) => SystemName::Host(host.clone()),
            SystemName::Guest(container) => SystemName::Guest(container.on(host)),
            SystemName::Home(parent, user) => SystemName::Home(parent.on(host), user.clone()),
        }))
    }

    /// The system that it is nested in.
    pub fn parent(&self) -> Option<&SystemId> {
        match &*self.0 {
            SystemName::Host(_) => None,
            SystemName::Guest(container) => Some(container.system()),
            SystemName::Home(parent, _) => Some(parent),
        }
    }

    /// The container whose guest it is.
    pub fn container(&self) -> Option<&ContainerId> {
        match &*self.0 {
            SystemName::Guest(container) => Some(container),
            SystemName::Host(_) | SystemName::Home(..) => None,
        }
    }
}

/// One of [`World::containers`](crate::World::containers). Cheap to clone.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ContainerId(Arc<ContainerName>);

#[derive(Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
struct ContainerName {
    system: SystemId,
    surface: Surface,
    name: EntryName,
}

impl ContainerId {
    /// The container that a system declares by a name.
    pub fn new(system: SystemId, surface: Surface, name: EntryName) -> Self {
        Self(Arc::new(ContainerName {
            system,
            surface,
            name,
        }))
    }

    /// The container of the same name on another host.
    pub fn on(&self, host: &HostId) -> Self {
        Self(Arc::new(ContainerName {
            system: self.0.system.on(host),
            surface: self.0.surface,
            name: self.0.name.clone(),
        }))
    }

    /// The system whose configuration declares it.
    pub fn system(&self) -> &SystemId {
        &self.0.system
    }

    /// Where in the system it is declared.
    pub fn surface(&self) -> Surface {
        self.0.surface
    }

    /// What it is called there.
    pub fn name(&self) -> &EntryName {
        &self.0.name
    }
}

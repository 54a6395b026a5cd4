//! What the engines of a system are told as a whole.

use crate::{Engine, FactInfo, FactValue, Field, Text, Visitor};

/// Engines and sockets of a system.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Engines {
    /// `virtualisation.podman.enable`, also through oci-containers with that backend; for a home
    /// `services.podman.enable`.
    pub podman: Field<bool>,
    /// `virtualisation.docker.enable`, also through oci-containers with that backend.
    pub docker: Field<bool>,
    /// `virtualisation.docker.rootless.enable`.
    pub docker_rootless: Field<bool>,
    /// LXD or Incus, by name of the enabled one.
    pub lxd: Field<bool>,
    /// libvirtd.
    pub libvirtd: Field<bool>,
    /// The backend of oci-containers, `podman` or `docker`.
    pub oci_backend: Field<String>,
    /// `virtualisation.containers.containersConf.settings.containers.keyring`.
    pub keyring: Field<bool>,
    /// `users.manageLingering`.
    pub manage_lingering: Field<bool>,
    /// `virtualisation.podman.dockerSocket.enable`: `/run/docker.sock` is Podman's.
    pub docker_socket: Field<bool>,
    /// `virtualisation.podman.dockerCompat`: the command `docker` is Podman.
    pub docker_compat: Field<bool>,
    /// Does something make the names of NVIDIA's devices, such as `nvidia.com/gpu=all`?
    pub nvidia_cdi: Field<bool>,
    /// Where engines can be told what to do over the network.
    pub apis: Vec<Field<Api>>,
    /// Does the Docker daemon change the packet filter, so that published ports pass by the firewall?
    pub docker_filters: Field<bool>,
    /// Does Podman's timer for updates run?
    pub auto_update: Field<bool>,
    /// Where images come from.
    pub registries: Registries,
    /// Where images and containers are kept.
    pub storage: Storage,
}

/// An address on which an engine does what it is told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Api {
    /// Whose it is.
    pub engine: Engine,
    /// The address, such as `tcp://0.0.0.0:2375`.
    pub address: Text,
    /// Must who connects show a certificate?
    pub is_guarded: bool,
    /// Does the same option let the network through the firewall to it?
    pub through_firewall: bool,
    /// Does a command start it, whatever the system's own options say?
    pub by_command: bool,
    /// Where it is a socket that every user of the system may write to: what opens it, such as `mode 0666`.
    pub open: Option<String>,
}

/// Where images come from.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Registries {
    /// Those that are asked for short names, in their order; only what is written.
    pub search: Vec<Field<Text>>,
    /// Those that are reached without TLS.
    pub insecure: Vec<Field<Text>>,
    /// Those that are never asked.
    pub blocked: Vec<Field<Text>>,
    /// What `policy.json` asks of an image that nothing else is said of: `insecureAcceptAnything`, `reject`, ...; only
    /// what is written.
    pub policy: Option<Field<Text>>,
}

/// Where images and containers are kept (`storage.conf`, `daemon.json`); only what is written.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Storage {
    /// The driver.
    pub driver: Option<Field<Text>>,
    /// The program that mounts overlays, such as fuse-overlayfs.
    pub mount_program: Option<Field<Text>>,
    /// The directory.
    pub directory: Option<Field<Text>>,
    /// The user whose subordinate ids `--userns=auto` takes.
    pub auto_user: Option<Field<Text>>,
    /// The driver of Docker.
    pub docker_driver: Option<Field<Text>>,
}

/// No engine is on.
impl Default for Engines {
    fn default() -> Self {
        Self {
            podman: Field::default(false),
            docker: Field::default(false),
            docker_rootless: Field::default(false),
            lxd: Field::default(false),
            libvirtd: Field::default(false),
            oci_backend: Field::default("podman".to_owned()),
            keyring: Field::default(true),
            manage_lingering: Field::default(true),
            docker_socket: Field::default(false),
            docker_compat: Field::default(false),
            nvidia_cdi: Field::default(false),
            apis: Vec::new(),
            docker_filters: Field::default(true),
            auto_update: Field::default(false),
            registries: Registries::default(),
            storage: Storage::default(),
        }
    }
}

impl Engines {
    pub(crate) fn visit(&self, visitor: &mut impl Visitor) {
        let Self {
            podman,
            docker,
            docker_rootless,
            lxd,
            libvirtd,
            oci_backend,
            keyring,
            manage_lingering,
            docker_socket,
            docker_compat,
            nvidia_cdi,
            apis,
            docker_filters,
            auto_update,
            registries,
            storage,
        } = self;
        let default = FactInfo::by_default;
        visitor.fact(default("podman", "whether podman is on"), podman);
        visitor.fact(default("docker", "whether docker is on"), docker);
        visitor.fact(
            default("docker rootless", "whether rootless docker is on"),
            docker_rootless,
        );
        visitor.fact(default("lxd", "whether LXD or Incus is on"), lxd);
        visitor.fact(default("libvirtd", "whether libvirtd is on"), libvirtd);
        visitor.fact(
            default("keyring", "whether containers share its keyring"),
            keyring,
        );
        visitor.fact(
            default("oci backend", "which engine runs its containers"),
            oci_backend,
        );
        visitor.fact(
            default("manage lingering", "whether it manages lingering"),
            manage_lingering,
        );
        let socket = default("docker socket", "whether Docker's socket is Podman's");
        visitor.fact(socket, docker_socket);
        let compat = default("docker compat", "whether the command `docker` is Podman");
        visitor.fact(compat, docker_compat);
        let cdi = default("nvidia devices", "whether NVIDIA's devices have names");
        visitor.fact(cdi, nvidia_cdi);
        for api in apis {
            visitor.fact(FactInfo::certain("api", "where its engines listen"), api);
        }
        visitor.fact(
            default("docker filters", "whether Docker changes the packet filter"),
            docker_filters,
        );
        visitor.fact(
            default("auto update", "whether images are updated by a timer"),
            auto_update,
        );
        registries.visit(visitor);
        storage.visit(visitor);
    }
}

impl Registries {
    fn visit(&self, visitor: &mut impl Visitor) {
        let Self {
            search,
            insecure,
            blocked,
            policy,
        } = self;
        let lists = [
            ("search registry", search),
            ("insecure registry", insecure),
            ("blocked registry", blocked),
        ];
        for (name, list) in lists {
            for registry in list {
                visitor.fact(FactInfo::certain(name, "where images come from"), registry);
            }
        }
        if let Some(policy) = policy {
            visitor.fact(FactInfo::certain("image policy", "which images it takes"), policy);
        }
    }
}

impl Storage {
    fn visit(&self, visitor: &mut impl Visitor) {
        let Self {
            driver,
            mount_program,
            directory,
            auto_user,
            docker_driver,
        } = self;
        let settings = [
            ("storage driver", driver),
            ("storage driver of Docker", docker_driver),
            ("mount program", mount_program),
            ("storage", directory),
        ];
        for (name, setting) in settings {
            if let Some(setting) = setting {
                visitor.fact(FactInfo::certain(name, "where images are kept"), setting);
            }
        }
        if let Some(user) = auto_user {
            let info = FactInfo::certain("user of automatic ids", "whose ids automatic users are");
            visitor.fact(info, user);
        }
    }
}

impl FactValue for Api {
    fn texts(&self) -> Vec<&Text> {
        let Self {
            engine: _,
            address,
            is_guarded: _,
            through_firewall: _,
            by_command: _,
            open: _,
        } = self;
        vec![address]
    }

    fn describe(&self) -> String {
        let guard = match (self.is_guarded, &self.open) {
            (true, _) => ", with certificates".to_owned(),
            (false, Some(open)) => format!(", {open}"),
            (false, None) => String::new(),
        };
        let through = match self.through_firewall {
            true => ", through the firewall",
            false => "",
        };
        format!(
            "{} at {}{guard}{through}",
            self.engine.as_str(),
            self.address.display()
        )
    }
}

//! Decisions of rules on worlds built by hand: one container or system at a time, in few words.

use crate::ALL;
use expect_test::{Expect, expect};
use nixpod_analysis::run_rules;
use nixpod_model::{
    Container, Device, Engines, EnvVar, Existence, Field, Host, HostId, Image, Kernel, Mount, Namespace,
    NamespaceMode, NetworkMode, Nspawn, Port, Release, SecretSlot, SecretValue, StoreRef, SubIdRange, Surface, System,
    SystemId, SystemKind, Text, TextPart, User, Userns, World,
};
use nixpod_source::{ExprId, FileId, Origin, Place, Site, Why};

/// Some place in code, so that findings there are told from findings of absence.
fn here() -> Origin {
    Origin::at(Place::whole(Site {
        file: FileId(0),
        expr: ExprId(0),
    }))
}

fn set<T>(value: T) -> Field<T> {
    Field::set(value, here())
}

fn unknown<T>() -> Field<T> {
    Field::unknown(Why::External("inputs.secret".into()), here())
}

/// A text in which `${}` stands for a hole.
fn text(pattern: &str) -> Text {
    let mut parts = Vec::new();
    for (at, piece) in pattern.split("${}").enumerate() {
        if at > 0 {
            parts.push(TextPart::Hole {
                why: Why::External("config.users.users.alice.uid".into()),
                origin: here(),
            });
        }
        if !piece.is_empty() {
            parts.push(TextPart::Known {
                text: piece.into(),
                origin: here(),
            });
        }
    }
    Text {
        parts,
        context: Vec::new(),
    }
}

fn system(kind: SystemKind, name: &str, parent: Option<u32>) -> System {
    System {
        kind,
        host: HostId(0),
        parent: parent.map(SystemId),
        container: None,
        home_of: None,
        origin: Origin::default(),
        name: name.into(),
        release: Field::unknown(Why::UnsetOption("nixpkgs".into()), Origin::default()),
        state_version: Field::unknown(Why::UnsetOption("system.stateVersion".into()), Origin::default()),
        kernel: Field::unknown(Why::UnsetOption("boot.kernelPackages".into()), Origin::default()),
        selinux: Field::default(false),
        user_namespaces: Field::default(true),
        store_fs_type: None,
        users: Vec::new(),
        group_members: Vec::new(),
        engines: Engines {
            podman: Field::default(false),
            docker: Field::default(false),
            docker_rootless: Field::default(false),
            lxd: Field::default(false),
            libvirtd: Field::default(false),
            oci_backend: Field::default("podman".into()),
            keyring: Field::default(true),
            manage_lingering: Field::default(true),
        },
        secrets: Vec::new(),
        complete: true,
    }
}

fn container(surface: Surface, name: &str, system: u32) -> Container {
    let is_nspawn = surface == Surface::Nspawn;
    Container {
        surface,
        name: name.into(),
        existence: Existence::Certain,
        origin: here(),
        host: HostId(0),
        system: SystemId(system),
        guest: None,
        auto_start: Field::default(true),
        rootful: Field::default(surface != Surface::HomeManagerPodman),
        runs_as: None,
        userns: Field::default(Userns::Host),
        privileged: Field::default(false),
        capabilities: Vec::new(),
        dropped_capabilities: Vec::new(),
        network: Field::default(if is_nspawn { NetworkMode::Host } else { NetworkMode::Private }),
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
        nspawn: is_nspawn.then(|| Nspawn {
            private_users: Field::default(Userns::Host),
            ownership: Field::default(false),
            private_network: Field::default(false),
            enable_tun: Field::default(false),
            network_options: Vec::new(),
            other_private_network: Field::default(false),
            opaque: None,
        }),
        options: Vec::new(),
    }
}

fn user(name: &str) -> User {
    User {
        name: name.into(),
        origin: here(),
        is_normal: set(true),
        is_system: Field::default(false),
        uid: Field::default(None),
        linger: Field::default(None),
        auto_sub_ids: Field::default(true),
        sub_uids: Vec::new(),
        sub_gids: Vec::new(),
        sub_ids_known: true,
        group: Field::default(None),
        extra_groups: Vec::new(),
    }
}

fn range(start: i64, count: i64) -> Field<SubIdRange> {
    set(SubIdRange {
        start,
        count,
        count_written: true,
    })
}

fn mount(source: &str, read_only: bool) -> Field<Mount> {
    set(Mount {
        source: text(source),
        target: text("/inside"),
        read_only,
        options: Vec::new(),
        is_bind: true,
    })
}

fn device(node: &str, allowed_only: bool) -> Field<Device> {
    set(Device {
        node: text(node),
        access: "rw".into(),
        allowed_only,
    })
}

fn kernel(major: u32, minor: u32) -> Field<Kernel> {
    set(Kernel {
        major,
        minor,
        at_least: false,
        source: format!("pkgs.linuxPackages_{major}_{minor}"),
    })
}

/// A host alone in the world.
fn world() -> World {
    World {
        hosts: vec![Host {
            name: "box".into(),
            closed_world: true,
            from_flake: true,
            in_flake: true,
            imported_by_no_host: false,
            modules: 1,
            missing_inputs: Vec::new(),
        }],
        systems: vec![system(SystemKind::Nixos, "box", None)],
        containers: Vec::new(),
        not_analysed: Vec::new(),
    }
}

/// A world with one container on the host.
fn with(container: Container) -> World {
    let mut world = world();
    world.containers.push(container);
    world
}

fn nspawn(change: impl FnOnce(&mut Container)) -> World {
    let mut web = container(Surface::Nspawn, "web", 0);
    change(&mut web);
    with(web)
}

fn oci(change: impl FnOnce(&mut Container)) -> World {
    let mut web = container(Surface::OciContainers, "web", 0);
    change(&mut web);
    with(web)
}

/// A guest `web` of the host with a user `app` whose home runs a rootless container.
fn nested(userns: Userns, change: impl FnOnce(&mut User)) -> World {
    let mut world = nspawn(|web| {
        web.userns = set(userns);
        web.guest = Some(SystemId(1));
    });
    let mut guest = system(SystemKind::Guest, "guest web", Some(0));
    guest.container = Some(0);
    let mut app = user("app");
    change(&mut app);
    guest.users.push(app);
    let mut home = system(SystemKind::Home, "home of app", Some(1));
    home.home_of = Some("app".into());
    world.systems.extend([guest, home]);
    world.containers.push(container(Surface::HomeManagerPodman, "pod", 2));
    world
}

/// Compares what one rule finds: severity, confidence and message, and the titles of fixes.
#[track_caller]
fn check(id: &str, world: &World, expected: Expect) {
    let rules: Vec<_> = ALL.iter().copied().filter(|rule| rule.meta.id == id).collect();
    assert_eq!(rules.len(), 1, "{id}");
    let mut out = String::new();
    for finding in run_rules(&rules, world) {
        assert!(!finding.message.ends_with('.') && !finding.message.contains('\n'), "{}", finding.message);
        let help = finding.help.as_deref().unwrap_or_default();
        assert!(help.ends_with('.') && !help.contains("  "), "{help}");
        out.push_str(&format!(
            "{} {}: {}\n",
            finding.severity.as_str(),
            finding.confidence.as_str(),
            finding.message
        ));
        for fix in finding.fixes {
            out.push_str(&format!("  {} ({})\n", fix.title, fix.applicability.as_str()));
        }
    }
    expected.assert_eq(&out);
}

#[track_caller]
fn silent(id: &str, world: &World) {
    check(id, world, expect![""]);
}

#[test]
fn user_namespaces_of_guests() {
    let rule = "missing-private-users";
    check(rule, &nspawn(|_| {}), expect![[""]]);
    check(rule, &nspawn(|web| web.userns = set(Userns::Fixed { first: 0, count: 65_536 })), expect![[""]]);
    let mut open = nspawn(|_| {});
    open.systems[0].complete = false;
    open.systems[0].release = set(Release { year: 24, month: 11 });
    check(rule, &open, expect![[""]]);
    let mut overlay = nspawn(|_| {});
    overlay.systems[0].store_fs_type = Some(set("overlay".into()));
    check(rule, &overlay, expect![[""]]);
    silent(rule, &nspawn(|web| web.userns = set(Userns::Pick)));
    silent(rule, &nspawn(|web| web.userns = unknown()));
    silent(rule, &oci(|_| {}));
}

#[test]
fn sys_admin_names_the_kernel() {
    let rule = "sys-admin-capability";
    let asks = |web: &mut Container| web.capabilities.push(set("CAP_SYS_ADMIN".into()));
    let mut world = nspawn(asks);
    check(rule, &world, expect![[""]]);
    world.systems[0].kernel = kernel(6, 12);
    check(rule, &world, expect![[""]]);
    world.systems[0].kernel = kernel(5, 12);
    world.systems[0].selinux = set(true);
    world.containers[0].userns = set(Userns::Pick);
    check(rule, &world, expect![[""]]);
    check(rule, &oci(asks), expect![[""]]);
    silent(rule, &oci(|web| web.capabilities.push(set("all".into()))));
}

#[test]
fn dangerous_capabilities() {
    let rule = "dangerous-capability";
    let given = |name: &'static str| move |web: &mut Container| web.capabilities.push(set(name.into()));
    check(rule, &oci(given("CAP_SYS_MODULE")), expect![[""]]);
    check(rule, &nspawn(given("all")), expect![[""]]);
    check(rule, &nspawn(given("all\" --system-call-filter=\"bpf")), expect![[""]]);
    check(rule, &nspawn(given("CAP_NET_ADMIN")), expect![[""]]);
    // What nspawn gives anyway, or what stays in the container's own network.
    silent(rule, &nspawn(given("CAP_SYS_PTRACE")));
    silent(rule, &oci(given("CAP_NET_ADMIN")));
    silent(rule, &oci(given("CAP_NET_BIND_SERVICE")));
    let rootless = oci(|web| {
        web.rootful = set(false);
        web.capabilities.push(set("CAP_SYS_MODULE".into()));
    });
    check(rule, &rootless, expect![[""]]);
}

#[test]
fn fuse_is_for_old_kernels_and_other_programs() {
    let rule = "fuse-device";
    let mut world = nested(Userns::Pick, |_| {});
    world.containers[0].devices.push(device("/dev/fuse", true));
    check(rule, &world, expect![[""]]);
    world.systems[0].kernel = kernel(6, 6);
    check(rule, &world, expect![[""]]);
    world.systems[0].kernel = kernel(5, 10);
    silent(rule, &world);
    let image = |name: &'static str| {
        move |web: &mut Container| {
            web.devices.push(device("/dev/fuse", false));
            web.image = Some(set(Image {
                reference: text(name),
                provided_by_nix: false,
            }));
        }
    };
    check(rule, &oci(image("quay.io/podman/stable")), expect![[""]]);
    silent(rule, &oci(image("docker.io/rclone/rclone:1.68")));
}

#[test]
fn networks() {
    let rule = "shared-host-network";
    check(rule, &nspawn(|_| {}), expect![[""]]);
    check(rule, &oci(|web| web.network = set(NetworkMode::Host)), expect![[""]]);
    silent(rule, &oci(|_| {}));
    silent(rule, &nspawn(|web| web.network = set(NetworkMode::Private)));
    silent(rule, &nspawn(|web| web.network = unknown()));

    let rule = "ignored-network-option";
    let addresses = |web: &mut Container| {
        if let Some(nspawn) = &mut web.nspawn {
            nspawn.network_options = vec![set("hostAddress".into()), set("localAddress".into())];
        }
    };
    check(rule, &nspawn(addresses), expect![[""]]);
    silent(
        rule,
        &nspawn(|web| {
            addresses(web);
            if let Some(nspawn) = &mut web.nspawn {
                nspawn.private_network = set(true);
            }
        }),
    );
}

#[test]
fn sockets_of_the_session() {
    let binds = |sources: &'static [&'static str]| {
        nspawn(move |web| web.mounts = sources.iter().map(|source| mount(source, true)).collect())
    };
    check(
        "x11-socket-bind",
        &binds(&["/tmp/.X11-unix", "/tmp/.X11-unix/X0", "/home/${}/.Xauthority", "/tmp", "/tmp/x"]),
        expect![[""]],
    );
    check(
        "runtime-dir-bind",
        &binds(&[
            "/run/user/${}/",
            "/run/user",
            "$XDG_RUNTIME_DIR",
            "/run/user/1000/bus",
            "/run/user/1000/wayland-1",
            "/run/user/1000/pipewire-0",
            "/run/user/1000/gnupg/S.gpg-agent",
            "/run/user/1000/podman/podman.sock",
            "/run/user/1000/app/app.sock",
            "/run/users",
        ]),
        expect![[""]],
    );
}

#[test]
fn graphics_devices() {
    let rule = "gpu-device";
    check(rule, &nspawn(|web| web.mounts.push(mount("/dev/dri", true))), expect![[""]]);
    check(
        rule,
        &nspawn(|web| {
            web.mounts.push(mount("/dev/dri", true));
            web.devices.push(device("/dev/dri/renderD128", true));
        }),
        expect![[""]],
    );
    check(rule, &oci(|web| web.devices.push(device("/dev/dri", false))), expect![[""]]);
    check(rule, &oci(|web| web.devices.push(device("nvidia.com/gpu=all", false))), expect![[""]]);
    silent(rule, &oci(|web| web.devices.push(device("/dev/ttyUSB0", false))));
}

#[test]
fn sockets_of_engines() {
    let rule = "engine-socket-bind";
    let sources = [
        "/var/run/docker.sock",
        "/run/podman/podman.sock",
        "/run/user/1000/podman/podman.sock",
        "%t/podman/podman.sock",
        "/nix/var/nix/daemon-socket",
        "/run/docker-proxy.sock",
    ];
    let binds = |web: &mut Container| web.mounts = sources.iter().map(|source| mount(source, true)).collect();
    check(rule, &oci(binds), expect![[""]]);
    check(
        rule,
        &nspawn(|web| {
            web.userns = set(Userns::Pick);
            binds(web);
        }),
        expect![[""]],
    );
    let proxy = oci(|web| {
        web.mounts.push(mount("/var/run/docker.sock", true));
        web.image = Some(set(Image {
            reference: text("docker.io/tecnativa/docker-socket-proxy:0.3"),
            provided_by_nix: false,
        }));
    });
    check(rule, &proxy, expect![[""]]);
}

#[test]
fn sensitive_paths() {
    let rule = "sensitive-bind";
    let with_binds = |sources: &'static [&'static str], read_only: bool| {
        oci(move |web| web.mounts = sources.iter().map(|source| mount(source, read_only)).collect())
    };
    const PATHS: &[&str] = &[
        "/", "/etc", "/home/alice", "/home/${}/.ssh", "/var/lib", "/run", "/dev", "/proc", "/sys", "/boot",
        "/etc/ssh/ssh_host_ed25519_key", "/run/secrets", "~/.bashrc",
    ];
    check(rule, &with_binds(PATHS, false), expect![[""]]);
    check(rule, &with_binds(PATHS, true), expect![[""]]);
    const FINE: &[&str] = &[
        "/var/lib/gitea", "/home/alice/project", "/etc/localtime", "/etc/ssl/certs", "/etc/passwd.d", "/dev/null",
        "/sys/fs/cgroup", "/run/secrets/db", "/home/alice/.config/app", "/etc/ssh/ssh_host_ed25519_key.pub", "data",
        "/srv", "/mnt/media", "/root/data", "/lib/modules", "/${}", "/tmp", "/home/alice/.ssh/known_hosts",
        "/persist/containers/web/ssh_host_ed25519_key",
    ];
    silent(rule, &with_binds(FINE, false));
    silent(rule, &with_binds(&["/etc/passwd", "/etc/nixos", "/sys"], true));
    let rootless = oci(|web| {
        web.rootful = set(false);
        web.mounts = vec![mount("/etc", true), mount("/home/alice", false)];
    });
    check(rule, &rootless, expect![[""]]);
}

#[test]
fn secrets() {
    let rule = "secret-in-store";
    let variable = |name: &str, value: &str| {
        set(EnvVar {
            name: name.into(),
            value: text(value),
        })
    };
    let world = oci(|web| {
        web.environment = vec![
            variable("POSTGRES_PASSWORD", "hunter2"),
            variable("ADMIN_PASSWORD", "changeme"),
            variable("DATABASE_URL", "postgres://app:hunter2@db/app"),
            variable("PASSWORD_HASH", "$2y$05$abcdefghijklmnopqrstuv"),
            variable("POSTGRES_PASSWORD_FILE", "/run/secrets/db"),
            variable("API_TOKEN", "${}"),
            variable("TOKEN_EXPIRY", "3600"),
        ];
        web.command = ["redis-server", "--requirepass", "hunter2"].map(|word| set(text(word))).into();
        web.environment_files.push(set(Text {
            context: vec![StoreRef::Written {
                name: "web.env".into(),
                text: Box::new(text("DB=1\nDB_PASSWORD=hunter2\n")),
            }],
            ..text("/nix/store/x-web.env")
        }));
    });
    check(rule, &world, expect![[""]]);
    let mut users = self::world();
    let secret = |slot: SecretSlot, value: &str| SecretValue {
        slot,
        value: set(text(value)),
    };
    users.systems[0].secrets = vec![
        secret(SecretSlot::Password("alice".into(), "initialPassword"), "secret"),
        secret(SecretSlot::HashedPassword("bob".into(), "hashedPassword"), "$6$salt$hash"),
        secret(SecretSlot::HashedPassword("locked".into(), "hashedPassword"), "!"),
        secret(SecretSlot::Password("empty".into(), "password"), ""),
        secret(SecretSlot::Credential("services.podman.images.web.password".into()), "hunter2"),
        secret(SecretSlot::WrittenFile("app.conf".into()), "listen = 80\npassword = hunter2\n"),
    ];
    check(rule, &users, expect![[""]]);
}

#[test]
fn files_with_secrets() {
    let rule = "secret-file-in-store";
    let copied = |path: &str, encrypted: bool| Text {
        context: vec![StoreRef::Copied {
            path: path.into(),
            origin: here(),
            encrypted,
        }],
        ..text(&format!("/nix/store/x-{path}"))
    };
    let bound = |path: &'static str, encrypted: bool| {
        oci(move |web| {
            web.mounts.push(set(Mount {
                source: copied(path, encrypted),
                target: text("/run/secret"),
                read_only: true,
                options: Vec::new(),
                is_bind: true,
            }));
        })
    };
    check(rule, &bound("db-password.txt", false), expect![[""]]);
    check(rule, &bound("id_ed25519", false), expect![[""]]);
    silent(rule, &bound("secrets.yaml", true));
    silent(rule, &bound("secret.age", false));
    silent(rule, &bound("nginx.conf", false));
    let named = Text {
        context: vec![StoreRef::Path {
            path: "secrets.env".into(),
            origin: here(),
            encrypted: false,
        }],
        ..text("/project/secrets.env")
    };
    let mut world = oci(|web| web.environment_files.push(set(named)));
    check(rule, &world, expect![[""]]);
    world.hosts[0].in_flake = false;
    check(rule, &world, expect![[""]]);
}

#[test]
fn lingering() {
    let rule = "missing-linger";
    check(rule, &nested(Userns::Host, |_| {}), expect![[""]]);
    check(rule, &nested(Userns::Host, |app| app.linger = set(Some(false))), expect![[""]]);
    silent(rule, &nested(Userns::Host, |app| app.linger = set(Some(true))));
    silent(rule, &nested(Userns::Host, |app| app.linger = unknown()));
    let mut standalone = world();
    standalone.systems[0] = system(SystemKind::Home, "home of app", None);
    standalone.containers.push(container(Surface::HomeManagerPodman, "pod", 0));
    silent(rule, &standalone);
    let mut rootless = oci(|web| {
        web.rootful = set(false);
        web.runs_as = Some(set("app".into()));
    });
    rootless.systems[0].users.push(user("app"));
    silent(rule, &rootless);
    rootless.systems[0].release = set(Release { year: 26, month: 5 });
    check(rule, &rootless, expect![[""]]);
}

#[test]
fn subordinate_ids() {
    let rule = "missing-subid-ranges";
    let manual = |uids: Vec<Field<SubIdRange>>, gids: Vec<Field<SubIdRange>>| {
        nested(Userns::Host, move |app| {
            app.auto_sub_ids = Field::default(false);
            app.sub_uids = uids;
            app.sub_gids = gids;
        })
    };
    check(rule, &manual(vec![], vec![]), expect![[""]]);
    check(rule, &manual(vec![range(200_000, 65_536)], vec![]), expect![[""]]);
    check(rule, &manual(vec![range(200_000, 1)], vec![range(200_000, 65_536)]), expect![[""]]);
    silent(rule, &manual(vec![range(200_000, 65_536)], vec![range(200_000, 65_536)]));
    silent(rule, &nested(Userns::Host, |_| {}));

    let rule = "colliding-subid-ranges";
    let users = |users: Vec<User>| {
        let mut world = world();
        world.systems[0].users = users;
        world
    };
    let explicit = |name: &str, start: i64| User {
        auto_sub_ids: Field::default(false),
        sub_uids: vec![range(start, 65_536)],
        sub_gids: vec![range(start, 65_536)],
        ..user(name)
    };
    check(rule, &users(vec![user("alice"), explicit("bob", 100_000)]), expect![[""]]);
    check(rule, &users(vec![explicit("alice", 300_000), explicit("bob", 310_000)]), expect![[""]]);
    let real = User {
        uid: set(Some(1000)),
        auto_sub_ids: Field::default(false),
        ..user("alice")
    };
    check(rule, &users(vec![real, explicit("bob", 500)]), expect![[""]]);
    silent(rule, &users(vec![explicit("bob", 100_000)]));
    silent(rule, &users(vec![user("alice"), user("bob"), explicit("carol", 300_000)]));

    let rule = "nested-ids-out-of-range";
    check(rule, &nested(Userns::Pick, |_| {}), expect![[""]]);
    check(
        rule,
        &nested(Userns::Pick, |app| {
            app.auto_sub_ids = Field::default(false);
            app.sub_uids = vec![range(100_000, 65_536)];
            app.sub_gids = vec![range(100_000, 65_536)];
        }),
        expect![[""]],
    );
    silent(
        rule,
        &nested(Userns::Pick, |app| {
            app.auto_sub_ids = Field::default(false);
            app.sub_uids = vec![range(10_000, 55_536)];
            app.sub_gids = vec![range(10_000, 55_536)];
        }),
    );
    silent(rule, &nested(Userns::Host, |_| {}));
}

#[test]
fn groups() {
    let rule = "root-equivalent-group";
    let member = |group: &str| {
        let mut alice = user("alice");
        alice.extra_groups.push(set(group.into()));
        alice
    };
    let mut world = world();
    world.systems[0].users = vec![member("podman"), member("wheel")];
    silent(rule, &world);
    world.systems[0].complete = false;
    check(rule, &world, expect![[""]]);
    world.systems[0].complete = true;
    world.systems[0].engines.podman = set(true);
    check(rule, &world, expect![[""]]);
    world.systems[0].users.clear();
    world.systems[0].group_members.push(set(("podman".into(), "bob".into())));
    check(rule, &world, expect![[""]]);
    check(rule, &nested(Userns::Host, |app| app.extra_groups.push(set("wheel".into()))), expect![[""]]);
    silent(rule, &nested(Userns::Pick, |app| app.extra_groups.push(set("wheel".into()))));
}

#[test]
fn privileges_and_namespaces() {
    let rule = "privileged-container";
    check(rule, &oci(|web| web.privileged = set(true)), expect![[""]]);
    let rootless = oci(|web| {
        web.privileged = set(true);
        web.rootful = set(false);
    });
    check(rule, &rootless, expect![[""]]);
    silent(rule, &oci(|web| web.privileged = unknown()));

    let rule = "host-namespace";
    let shared = |kind: &'static str, mode: NamespaceMode| {
        oci(move |web| web.namespaces.push(set(Namespace { kind, mode })))
    };
    check(rule, &shared("pid", NamespaceMode::Host), expect![[""]]);
    check(rule, &shared("uts", NamespaceMode::Host), expect![[""]]);
    check(rule, &oci(|web| web.userns = set(Userns::Host)), expect![[""]]);
    silent(rule, &shared("pid", NamespaceMode::Container("db".into())));
    silent(rule, &oci(|_| {}));
}

#[test]
fn ports_and_images() {
    let rule = "published-on-all-interfaces";
    let port = |address: Option<&str>, host: &str| {
        set(Port {
            address: address.map(text),
            host: Some(text(host)),
            container: text("80"),
            text: Some(text(&match address {
                Some(address) => format!("{address}:{host}:80"),
                None => format!("{host}:80"),
            })),
        })
    };
    let ports = vec![
        port(None, "8080"),
        port(Some("0.0.0.0"), "8081"),
        port(Some("127.0.0.1"), "8082"),
        port(Some("${}"), "8083"),
        port(None, "${}"),
    ];
    let world = oci(|web| web.ports = ports.clone());
    check(rule, &world, expect![[""]]);
    let mut rootless = world.clone();
    rootless.containers[0].rootful = set(false);
    silent(rule, &rootless);
    let mut shared = world;
    shared.containers[0].network = set(NetworkMode::Host);
    silent(rule, &shared);

    let rule = "unpinned-image";
    let image = |reference: &'static str, provided_by_nix: bool| {
        oci(move |web| {
            web.image = Some(set(Image {
                reference: text(reference),
                provided_by_nix,
            }));
        })
    };
    check(rule, &image("nginx", false), expect![[""]]);
    check(rule, &image("nginx:latest", false), expect![[""]]);
    check(rule, &image("nginx:1.27", false), expect![[""]]);
    silent(rule, &image("nginx:latest", true));
}

//! Decisions of rules on worlds built by hand.

use super::worlds::{check, device, kernel, nested, nspawn, oci, set, silent, text, unknown};
use expect_test::expect;
use nixpod_model::{
    Container, Image, Namespace, NamespaceMode, NetworkMode, NetworkOption, Port, Release, Unseen, Userns,
};
use nixpod_source::Why;
use std::sync::Arc;

/// What has a name that is not known may be this container, and say what it does not say itself.
#[test]
fn what_is_absent_may_be_said_under_an_unknown_name() {
    let unnamed = Some(Unseen {
        why: Why::named("inputs.x.names.*"),
        place: None,
    });
    check(
        "missing-private-users",
        &nspawn(|web| web.unnamed = unnamed.clone()),
        expect![[r#"
            high medium: `web` has no user namespace: its root is the host's root
              set `privateUsers = "pick"` (unsafe)
        "#]],
    );
    check(
        "missing-private-users",
        &nspawn(|web| {
            web.unnamed = unnamed.clone();
            web.userns = set(Userns::Host);
        }),
        expect![[r#"
            high high: `web` has no user namespace: its root is the host's root
        "#]],
    );
}

#[test]
fn user_namespaces_of_guests() {
    let rule = "missing-private-users";
    check(
        rule,
        &nspawn(|_| {}),
        expect![[r#"
        high high: `web` has no user namespace: its root is the host's root
          set `privateUsers = "pick"` (unsafe)
    "#]],
    );
    check(
        rule,
        &nspawn(|web| {
            web.userns = set(Userns::Fixed {
                first: 0,
                count: 65_536,
            })
        }),
        expect![[r#"
            high high: `web` maps user ids to themselves: its root is the host's root
        "#]],
    );
    let mut open = nspawn(|_| {});
    Arc::make_mut(&mut open.systems[0]).seen = nixpod_model::Seen::Partly(Arc::default());
    Arc::make_mut(&mut open.systems[0]).release = set(Release { year: 24, month: 11 });
    check(
        rule,
        &open,
        expect![[r#"
        high medium: `web` has no user namespace: its root is the host's root
          add the flag `--private-users=pick` (unsafe)
    "#]],
    );
    let mut overlay = nspawn(|_| {});
    Arc::make_mut(&mut overlay.systems[0]).store_fs_type = Some(set("overlay".into()));
    check(
        rule,
        &overlay,
        expect![[r#"
        high high: `web` has no user namespace: its root is the host's root
    "#]],
    );
    silent(rule, &nspawn(|web| web.userns = set(Userns::Pick)));
    silent(rule, &nspawn(|web| web.userns = unknown()));
    silent(rule, &oci(|_| {}));
}

#[test]
fn sys_admin_names_the_kernel() {
    let rule = "sys-admin-capability";
    let asks = |web: &mut Container| web.capabilities.push(set("CAP_SYS_ADMIN".into()));
    let mut world = nspawn(asks);
    check(
        rule,
        &world,
        expect![[r#"
            low high: `web` asks for CAP_SYS_ADMIN, which nspawn grants anyway; since kernel 5.11 (5.13 with SELinux) rootless overlay storage needs neither it nor /dev/fuse
              remove CAP_SYS_ADMIN (safe)
        "#]],
    );
    Arc::make_mut(&mut world.systems[0]).kernel = kernel(6, 12);
    check(
        rule,
        &world,
        expect![[r#"
            low high: `web` asks for CAP_SYS_ADMIN, which nspawn grants anyway; on kernel 6.12 (pkgs.linuxPackages_6_12) rootless overlay storage needs neither it nor /dev/fuse
              remove CAP_SYS_ADMIN (safe)
        "#]],
    );
    Arc::make_mut(&mut world.systems[0]).kernel = kernel(5, 12);
    Arc::make_mut(&mut world.systems[0]).selinux = set(true);
    Arc::make_mut(&mut world.containers[0]).userns = set(Userns::Pick);
    check(
        rule,
        &world,
        expect![[r#"
        low high: `web` asks for CAP_SYS_ADMIN, which nspawn grants anyway; kernel 5.12 (pkgs.linuxPackages_5_12) has no rootless overlay storage, but fuse-overlayfs needs only /dev/fuse, not this
          remove CAP_SYS_ADMIN (safe)
    "#]],
    );
    check(
        rule,
        &oci(asks),
        expect![[r#"
        high high: `web` is given CAP_SYS_ADMIN, which is root in all but name
          remove CAP_SYS_ADMIN (unsafe)
    "#]],
    );
    check(
        rule,
        &oci(|web| {
            asks(web);
            web.image = Some(set(Image {
                reference: text("quay.io/podman/stable:v5"),
                provided_by_nix: false,
            }));
        }),
        expect![[r#"
        high high: `web` is given CAP_SYS_ADMIN; since kernel 5.11 (5.13 with SELinux) rootless overlay storage needs neither it nor /dev/fuse
          remove CAP_SYS_ADMIN (unsafe)
    "#]],
    );
    silent(rule, &oci(|web| web.capabilities.push(set("all".into()))));
}

#[test]
fn dangerous_capabilities() {
    let rule = "dangerous-capability";
    let given = |name: &'static str| move |web: &mut Container| web.capabilities.push(set(name.into()));
    check(
        rule,
        &oci(given("CAP_SYS_MODULE")),
        expect![[r#"
            high high: `web` is given CAP_SYS_MODULE, which loads kernel modules
              remove `CAP_SYS_MODULE` (unsafe)
        "#]],
    );
    check(
        rule,
        &nspawn(given("all")),
        expect![[r#"
            high high: `web` is given every capability
              remove `all` (unsafe)
        "#]],
    );
    check(
        rule,
        &nspawn(given("all\" --system-call-filter=\"bpf")),
        expect![[r#"
            high high: `web` smuggles further flags through the capability `all`
              remove `all` (unsafe)
        "#]],
    );
    check(
        rule,
        &nspawn(given("CAP_NET_ADMIN")),
        expect![[r#"
            high high: `web` is given CAP_NET_ADMIN, which reconfigures the host's interfaces and firewall
              set `privateNetwork = true` (unsafe)
        "#]],
    );
    // What nspawn gives anyway, or what stays in the container's own network.
    silent(rule, &nspawn(given("CAP_SYS_PTRACE")));
    silent(rule, &oci(given("CAP_NET_ADMIN")));
    silent(rule, &oci(given("CAP_NET_BIND_SERVICE")));
    let rootless = oci(|web| {
        web.rootful = set(false);
        web.capabilities.push(set("CAP_SYS_MODULE".into()));
    });
    // The kernel refuses it in a user namespace.
    silent(rule, &rootless);
}

#[test]
fn fuse_is_for_old_kernels_and_other_programs() {
    let rule = "fuse-device";
    let mut world = nested(Userns::Pick, |_| {});
    Arc::make_mut(&mut world.containers[0])
        .devices
        .push(device("/dev/fuse", true));
    check(
        rule,
        &world,
        expect![[r#"
        low medium: `web` is given /dev/fuse, but every default kernel since NixOS 22.05 mounts rootless overlays without it
    "#]],
    );
    Arc::make_mut(&mut world.systems[0]).kernel = kernel(6, 6);
    check(
        rule,
        &world,
        expect![[r#"
        low high: `web` is given /dev/fuse, but kernel 6.6 (pkgs.linuxPackages_6_6) mounts rootless overlays without it
    "#]],
    );
    Arc::make_mut(&mut world.systems[0]).kernel = kernel(5, 10);
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
    check(
        rule,
        &oci(image("quay.io/podman/stable")),
        expect![[r#"
        low medium: `web` is given /dev/fuse, but every default kernel since NixOS 22.05 mounts rootless overlays without it
          remove /dev/fuse (unsafe)
    "#]],
    );
    silent(rule, &oci(image("docker.io/rclone/rclone:1.68")));
}

#[test]
fn networks() {
    let rule = "shared-host-network";
    check(
        rule,
        &nspawn(|_| {}),
        expect![[r#"
        medium high: `web` shares the host's network
          set `privateNetwork = true` (unsafe)
    "#]],
    );
    check(
        rule,
        &oci(|web| web.network = set(NetworkMode::Host)),
        expect![[r#"
            medium high: `web` shares the host's network
              use a network of its own (unsafe)
        "#]],
    );
    silent(rule, &oci(|_| {}));
    silent(rule, &nspawn(|web| web.network = set(NetworkMode::Private)));
    silent(rule, &nspawn(|web| web.network = unknown()));

    let rule = "ignored-network-option";
    let addresses = |web: &mut Container| {
        if let Some(nspawn) = &mut web.nspawn {
            let option = |name| {
                let value = "\"192.0.2.1\"".to_owned();
                set(NetworkOption { name, value })
            };
            nspawn.network_options = vec![option("hostAddress"), option("localAddress")];
        }
    };
    check(
        rule,
        &nspawn(addresses),
        expect![[r#"
            high high: `hostAddress` and `localAddress` do nothing for `web`: it has no private network, and it shares the host's network
              set `privateNetwork = true` (unsafe)
        "#]],
    );
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
fn privileges_and_namespaces() {
    let rule = "privileged-container";
    check(
        rule,
        &oci(|web| web.privileged = set(true)),
        expect![[r#"
        critical high: `web` runs privileged: its root is root on the host
          run it unprivileged (unsafe)
    "#]],
    );
    let rootless = oci(|web| {
        web.privileged = set(true);
        web.rootful = set(false);
    });
    check(
        rule,
        &rootless,
        expect![[r#"
        high high: `web` runs privileged, without system call filter and masked paths
          run it unprivileged (unsafe)
    "#]],
    );
    silent(rule, &oci(|web| web.privileged = unknown()));

    let rule = "host-namespace";
    let shared = |kind: &'static str, mode: NamespaceMode| {
        oci(move |web| web.namespaces.push(set(Namespace { kind, mode })))
    };
    check(
        rule,
        &shared("pid", NamespaceMode::Host),
        expect![[r#"
        high high: `web` shares the host's processes
          give it a namespace of its own (unsafe)
    "#]],
    );
    check(
        rule,
        &shared("uts", NamespaceMode::Host),
        expect![[r#"
        low high: `web` shares the host's name
          give it a namespace of its own (unsafe)
    "#]],
    );
    check(
        rule,
        &oci(|web| web.userns = set(Userns::Host)),
        expect![[r#"
        medium high: `web` is told to run without a user namespace
          leave the user namespace to the engine (unsafe)
    "#]],
    );
    silent(rule, &shared("pid", NamespaceMode::Container("db".into())));
    silent(rule, &oci(|_| {}));
}

#[test]
fn ports_on_all_interfaces() {
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
            pod: None,
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
    check(
        rule,
        &world,
        expect![[r#"
            info high: `web` publishes ports 8080 and 8081 on every address, past the firewall
              publish on 127.0.0.1 only (unsafe)
        "#]],
    );
    let mut rootless = world.clone();
    Arc::make_mut(&mut rootless.containers[0]).rootful = set(false);
    silent(rule, &rootless);
    let mut shared = world;
    Arc::make_mut(&mut shared.containers[0]).network = set(NetworkMode::Host);
    silent(rule, &shared);
}

#[test]
fn images_that_move() {
    let rule = "unpinned-image";
    let image = |reference: &'static str, provided_by_nix: bool| {
        oci(move |web| {
            web.image = Some(set(Image {
                reference: text(reference),
                provided_by_nix,
            }));
        })
    };
    check(
        rule,
        &image("nginx", false),
        expect![[r#"
            info high: `web` runs `nginx` without tag or digest, which means `latest`
        "#]],
    );
    check(
        rule,
        &image("nginx:latest", false),
        expect![[r#"
            info high: `web` runs `nginx:latest`, a tag that moves, without a digest
        "#]],
    );
    check(rule, &image("nginx:1.27", false), expect![""]);
    silent(rule, &image("nginx:latest", true));
}

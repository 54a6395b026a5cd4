//! Decisions of rules on worlds built by hand.

use super::worlds::{check, device, mount, nspawn, oci, set, silent, text};
use expect_test::expect;
use nixpod_model::{Container, Image, Userns, World};

#[test]
fn sockets_of_the_session() {
    let binds = |sources: &'static [&'static str]| {
        nspawn(move |web| web.mounts = sources.iter().map(|source| mount(source, true)).collect())
    };
    check(
        "x11-socket-bind",
        &binds(&[
            "/tmp/.X11-unix",
            "/tmp/.X11-unix/X0",
            "/home/${}/.Xauthority",
            "/tmp/x",
        ]),
        expect![[r#"
            high high: `web` gets the X11 socket `/tmp/.X11-unix`: it can read every window and every key
            high high: `web` gets the X11 socket `/tmp/.X11-unix/X0`: it can read every window and every key of that X server
            high high: `web` gets the X11 cookie `/home/${config.users.users.alice.uid}/.Xauthority`: it can read every window and every key
        "#]],
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
        expect![[r#"
            high high: `web` gets the whole runtime directory `/run/user/${config.users.users.alice.uid}/`, with the session bus and every agent
            high high: `web` gets the whole runtime directory `/run/user`, with the session bus and every agent
            high high: `web` gets the whole runtime directory `$XDG_RUNTIME_DIR`, with the session bus and every agent
            high high: `web` gets the session bus `/run/user/1000/bus`
            info high: `web` gets the Wayland socket `/run/user/1000/wayland-1`
            low high: `web` gets the sound server's socket `/run/user/1000/pipewire-0`
            high high: `web` gets an agent for keys at `/run/user/1000/gnupg/S.gpg-agent`
        "#]],
    );
}

#[test]
fn graphics_devices() {
    let rule = "gpu-device";
    check(
        rule,
        &nspawn(|web| web.mounts.push(mount("/dev/dri", true))),
        expect![[r#"
            medium high: `web` gets `/dev/dri` but allows no such device, so opening it fails
        "#]],
    );
    check(
        rule,
        &nspawn(|web| {
            web.mounts.push(mount("/dev/dri", true));
            web.devices.push(device("/dev/dri/renderD128", true));
        }),
        expect![[r#"
            info high: `web` gets the render node `/dev/dri/renderD128`
        "#]],
    );
    check(
        rule,
        &oci(|web| web.devices.push(device("/dev/dri", false))),
        expect![[r#"
            medium high: `web` gets every graphics device in `/dev/dri`
        "#]],
    );
    check(
        rule,
        &oci(|web| web.devices.push(device("nvidia.com/gpu=all", false))),
        expect![[r#"
            info high: `web` gets the NVIDIA device `nvidia.com/gpu=all`
        "#]],
    );
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
    check(
        rule,
        &oci(binds),
        expect![[r#"
        critical high: `web` gets Docker's socket `/var/run/docker.sock`, which is root on the host
        critical high: `web` gets Podman's socket `/run/podman/podman.sock`, which is root on the host
        high high: `web` gets the user's own Podman socket `/run/user/1000/podman/podman.sock`, and so all of the user's files
        high high: `web` gets the user's own Podman socket `%t/podman/podman.sock`, and so all of the user's files
        high high: `web` gets the Nix daemon's socket `/nix/var/nix/daemon-socket` as the host's root
    "#]],
    );
    check(
        rule,
        &nspawn(|web| {
            web.userns = set(Userns::Pick);
            binds(web);
        }),
        expect![[r#"
            low high: `web` gets Docker's socket `/var/run/docker.sock`, which none of its users may open
            low high: `web` gets Podman's socket `/run/podman/podman.sock`, which none of its users may open
            low high: `web` gets Podman's socket `/run/user/1000/podman/podman.sock`, which none of its users may open
            low high: `web` gets Podman's socket `%t/podman/podman.sock`, which none of its users may open
        "#]],
    );
    let proxy = oci(|web| {
        web.mounts.push(mount("/var/run/docker.sock", true));
        web.image = Some(set(Image {
            reference: text("docker.io/tecnativa/docker-socket-proxy:0.3"),
            provided_by_nix: false,
        }));
    });
    check(
        rule,
        &proxy,
        expect![[r#"
        medium high: `web` gets Docker's socket `/var/run/docker.sock` to filter it
    "#]],
    );
}

const SENSITIVE: &[&str] = &[
    "/",
    "/etc",
    "/home/alice",
    "/home/${}/.ssh",
    "/var/lib",
    "/run",
    "/dev",
    "/proc",
    "/sys",
    "/boot",
    "/usr/bin",
    "/etc/ssh/ssh_host_ed25519_key",
    "/run/secrets",
    "~/.bashrc",
];

fn with_binds(sources: &'static [&'static str], read_only: bool) -> World {
    oci(move |web| web.mounts = sources.iter().map(|source| mount(source, read_only)).collect())
}

#[test]
fn sensitive_paths_writable() {
    check(
        "sensitive-bind",
        &with_binds(SENSITIVE, false),
        expect![[r#"
            critical high: `web` gets the host's root directory `/`, writable
            high high: `web` gets the host's configuration and password hashes in `/etc`, writable
            high high: `web` gets the whole home `/home/alice`, writable
            high high: `web` gets the state of all services in `/var/lib`, writable
            critical high: `web` gets the sockets and secrets of the host's services in `/run`, writable
            high high: `web` gets all devices in `/dev`, writable
            high high: `web` gets the host's processes in `/proc`, writable
            high high: `web` gets the host's devices and kernel settings in `/sys`, writable
            high high: `web` gets the host's boot files in `/boot`, writable
            high high: `web` gets the host's programs in `/usr/bin`, writable
            high high: `web` gets the host's SSH key `/etc/ssh/ssh_host_ed25519_key`, writable
            high high: `web` gets all decrypted secrets in `/run/secrets`, writable
            high high: `web` gets a user's start files in `~/.bashrc`, writable
        "#]],
    );
}

#[test]
fn sensitive_paths_read_only() {
    check(
        "sensitive-bind",
        &with_binds(SENSITIVE, true),
        expect![[r#"
            critical high: `web` gets the host's root directory `/`, read-only, but what is mounted below it stays writable
            high high: `web` gets the host's configuration and password hashes in `/etc`, read-only
            high high: `web` gets the whole home `/home/alice`, read-only
            high high: `web` gets the state of all services in `/var/lib`, read-only
            critical high: `web` gets the sockets and secrets of the host's services in `/run`, read-only
            high high: `web` gets all devices in `/dev`, read-only
            low high: `web` gets the host's processes in `/proc`, read-only
            low high: `web` gets the host's boot files in `/boot`, read-only
            high high: `web` gets the host's SSH key `/etc/ssh/ssh_host_ed25519_key`, read-only
            high high: `web` gets all decrypted secrets in `/run/secrets`, read-only
        "#]],
    );
    silent(
        "sensitive-bind",
        &with_binds(&["/etc/passwd", "/etc/nixos", "/sys"], true),
    );
}

#[test]
fn paths_that_are_not_sensitive() {
    const FINE: &[&str] = &[
        "/var/lib/gitea",
        "/home/alice/project",
        "/etc/localtime",
        "/etc/ssl/certs",
        "/etc/passwd.d",
        "/dev/null",
        "/sys/fs/cgroup",
        "/run/secrets/db",
        "/home/alice/.config/app",
        "/etc/ssh/ssh_host_ed25519_key.pub",
        "data",
        "/srv",
        "/mnt/media",
        "/root/data",
        "/lib/modules",
        "/${}",
        "/home/alice/.ssh/known_hosts",
        "/persist/containers/web/ssh_host_ed25519_key",
    ];
    silent("sensitive-bind", &with_binds(FINE, false));
}

#[test]
fn sensitive_paths_without_root() {
    let rootless = oci(|web| {
        web.rootful = set(false);
        web.mounts = vec![mount("/etc", true), mount("/home/alice", false)];
    });
    check(
        "sensitive-bind",
        &rootless,
        expect![[r#"
            low high: `web` gets the host's configuration in `/etc`, read-only
            high high: `web` gets the whole home `/home/alice`, writable
        "#]],
    );
}

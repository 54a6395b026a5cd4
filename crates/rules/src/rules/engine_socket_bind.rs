//! engine-socket-bind

use crate::about::paths::{Base, HostPath, host_path};
use crate::about::people::stranger_to;
use crate::about::power::{RootUser, is_filter, is_nobody_there, lets_all_through, root_of};
use crate::about::words::{ground, name};
use nixpod_analysis::{Attack, Control, Controls, Ctx, Proof, Severity, Sink, declare_rule};
use nixpod_model::{Container, Mount, NetworkMode, Text};

declare_rule! {
    /// ## What it flags
    /// The socket of a container engine (Docker, Podman, containerd, CRI-O, Incus, LXD, libvirt) or of the Nix daemon
    /// bound into a container. The rootful engine's is critical, a user's own engine's is high. What the jobs of a runner of
    /// Gitea or Forgejo may mount (`settings.container.valid_volumes`) counts, too (high). The socket of root's Docker or Podman
    /// is closed to a rootless container whose user is not in the group of that name, which is an info.
    /// ## Why
    /// Whoever talks to the engine starts a container with the host's root directory mounted and every capability: the
    /// socket is root on the host, or all of the user's files. Read-only does not help, because connecting to a socket
    /// is no write to the file system. Root at the Nix daemon is a trusted user, who can replace what the host runs.
    /// ## Bad
    /// ```nix
    /// {
    ///   virtualisation.oci-containers.containers.proxy = {
    ///     image = "docker.io/library/traefik:3.2";
    ///     volumes = [ "/var/run/docker.sock:/var/run/docker.sock:ro" ];
    ///   };
    /// }
    /// ```
    /// ## Good
    /// ```nix
    /// {
    ///   virtualisation.oci-containers.containers.proxy = {
    ///     image = "docker.io/library/traefik:3.2";
    ///     volumes = [ "/etc/traefik:/etc/traefik:ro" ];
    ///   };
    /// }
    /// ```
    /// ## Fix safety
    /// No fix: the program inside wants the socket for something. A filtering socket proxy, or the program's own
    /// configuration in place of discovery, is the way out.
    pub static RULE = {
        id: "engine-socket-bind",
        summary: "container engine's socket bound into a container",
        severity: Critical,
        group: Isolation,
        since: "0.1.0",
        fix: None,
        proof: Proof::Experiments(&[
            "nspawn-socket-through-read-only-bind",
            "nspawn-socket-peer-is-root",
            "nspawn-peer-is-root-through-idmap",
            "nspawn-root-only-socket",
            "podman-socket-read-only",
            "engine-socket-is-root",
            "engine-socket-in-a-container",
            "engine-socket-of-the-user",
            "nix-daemon-trusts-guest-root",
            "nix-daemon-runs-root-code",
            "docker-socket-in-a-container",
        ]),
        controls: Controls::Cover(&[Control::Cis("5.32"), Control::Attack("T1610"), Control::Attack("T1611")]),
        stakes: [HostRoot x Command, Account x Command, HostRoot x Step, Account x Step, Account x Weakness, Nothing x Itself],
        attack: Attack::Typed {
            experiment: "engine-socket-in-a-container",
            command: "podman --remote --url unix:///run/podman/podman.sock run --rm -v /:/host IMAGE cat /host/etc/shadow",
            gives: "the host's password hashes",
        },
        check: Container(check),
    }
}

enum Socket {
    /// An engine that runs as root.
    Rootful(&'static str),
    /// A user's own engine.
    Own(&'static str),
    /// The Nix daemon.
    Nix,
}

fn check(ctx: &Ctx<'_>, container: &Container, sink: &mut Sink) {
    for field in &container.mounts {
        let Some(field) = field.written().filter(|field| field.get().is_bind) else {
            continue;
        };
        let mount = field.get();
        let Some(socket) = host_path(&mount.source).as_ref().and_then(socket) else {
            continue;
        };
        let said = match socket {
            Socket::Rootful(engine) => Some(match may_not_open(ctx, container, engine) {
                Some(user) => of_stranger(container, mount, engine, &user),
                None if is_nobody_there(ctx, container, mount) => of_nobody(container, mount, engine),
                None if is_filter(container) && !lets_all_through(container) => {
                    of_filter(container, mount, engine)
                }
                None => of_roots_engine(ctx, container, mount, engine),
            }),
            Socket::Own(engine) if is_nobody_there(ctx, container, mount) => {
                Some(of_nobody(container, mount, engine))
            }
            Socket::Own(engine) => Some(of_users_engine(container, mount, engine)),
            Socket::Nix => of_nix_daemon(ctx, container, mount),
        };
        if let Some((severity, message, help)) = said {
            sink.report(field, message).severity(severity).help(help);
        }
    }
    check_jobs(ctx, container, sink);
}

/// What the jobs of a runner may mount by themselves: a workflow says `volumes`, and the runner lets through what
/// `valid_volumes` lists.
fn check_jobs(ctx: &Ctx<'_>, container: &Container, sink: &mut Sink) {
    if root_of(ctx, container) != RootUser::Host {
        return;
    }
    for field in &container.run_options {
        let Some(field) = field
            .written()
            .filter(|field| field.get().name == "valid-volumes")
        else {
            continue;
        };
        let Some(listed) = field.get().value.as_known() else {
            continue;
        };
        let folder = listed.trim_end_matches(['*', '/']);
        let origin = field.get().value.origin_of(0, folder.len());
        let path = host_path(&Text::known(folder, origin));
        let what = match path.as_ref() {
            _ if folder.is_empty() => "whatever the host has, its engine's socket among it".to_owned(),
            Some(path) if matches!(path.rest().as_str(), "nix" | "nix/var" | "nix/var/nix") => {
                "the Nix daemon's socket as the host's root".to_owned()
            }
            Some(path) => match socket(path) {
                Some(Socket::Rootful(engine)) => format!("{engine}'s socket, which is root on the host"),
                Some(Socket::Nix) => "the Nix daemon's socket as the host's root".to_owned(),
                Some(Socket::Own(_)) | None => continue,
            },
            None => continue,
        };
        sink.report(field, format!("jobs of {} may mount `{listed}`: {what}", name(container)))
            .severity(Severity::High)
            .help(
                "Whoever can push a workflow has it. List only the folders that jobs are to share, and let them build with a \
                 daemon of their own.",
            );
    }
}

/// What is said of a socket: severity, message and help.
type Said = (Severity, String, String);

/// The user of a rootless container, for whom the socket of root's engine is closed: it is its group's, which is called as the
/// engine is.
fn may_not_open(ctx: &Ctx<'_>, container: &Container, engine: &str) -> Option<String> {
    if !matches!(engine, "Docker" | "Podman") {
        return None;
    }
    let apis = ctx.outermost(&container.system).engines.apis.iter();
    let is_open = { apis }.any(|api| api.value().is_none_or(|api| api.open.is_some()));
    let user = stranger_to(ctx, container, &engine.to_ascii_lowercase());
    user.filter(|_| !is_open)
}

fn of_stranger(container: &Container, mount: &Mount, engine: &str, user: &str) -> Said {
    (
        Severity::Info,
        format!(
            "{} gets {engine}'s socket `{}`, which `{user}` may not open",
            name(container),
            mount.source.display()
        ),
        format!(
            "Only root and the group `{}` may, and a rootless container can do no more than its user. Leave it out.",
            engine.to_ascii_lowercase()
        ),
    )
}

fn of_filter(container: &Container, mount: &Mount, engine: &str) -> Said {
    let what = format!(
        "{} gets {engine}'s socket `{}` to filter it",
        name(container),
        mount.source.display()
    );
    if is_pinned(container) && container.network.value() != Some(&NetworkMode::Host) {
        return (
            Severity::Info,
            what,
            "That is the right place for the socket. Keep it on a network that only its users share."
                .to_owned(),
        );
    }
    (
        Severity::Medium,
        what,
        "A filtering proxy is the right place for the socket, but the proxy itself is root on the host. Pin its image by \
         digest and put it on a network that only its users share."
            .to_owned(),
    )
}

/// Is its image pinned by a digest?
fn is_pinned(container: &Container) -> bool {
    let image = container.image.as_ref().and_then(|image| image.value());
    image.is_some_and(|image| image.provided_by_nix || image.reference.pattern().contains("@sha256:"))
}

/// A socket that belongs to somebody who has no id in the guest.
fn of_nobody(container: &Container, mount: &Mount, engine: &str) -> Said {
    (
        Severity::Low,
        format!(
            "{} gets {engine}'s socket `{}`, which none of its users may open",
            name(container),
            mount.source.display()
        ),
        "The socket is closed to all but its owner and its group, and these have no ids in a guest with users of its own. Leave it \
         out: with a mapping of ids, such as `idmap`, or without a user namespace it is root's again."
            .to_owned(),
    )
}

fn of_roots_engine(ctx: &Ctx<'_>, container: &Container, mount: &Mount, engine: &str) -> Said {
    // An unprivileged user cannot open the socket, unless something maps the owner. In a guest it is the guest's.
    let ground = ground(ctx, ctx.system(container));
    let is_in_guest = ground != "the host";
    let root = match mount
        .options
        .iter()
        .any(|option| option.ends_with("idmap") && option != "noidmap")
    {
        true => RootUser::Host,
        false => root_of(ctx, container),
    };
    let severity = match (root, is_in_guest) {
        (RootUser::Confined, true) => Severity::Medium,
        (RootUser::Confined, false) | (_, true) => Severity::High,
        _ => Severity::Critical,
    };
    let place = if is_in_guest {
        format!("in {ground}")
    } else {
        "on the host".to_owned()
    };
    let read_only = read_only(mount);
    (
        severity,
        format!(
            "{} gets {engine}'s socket `{}`, which is root {place}",
            name(container),
            mount.source.display()
        ),
        format!(
            "Who talks to the engine starts a container with the root directory of {ground} mounted.{read_only} {}",
            match is_filter(container) {
                true =>
                    "With `POST` or `EXEC` the proxy lets through what changes things, so that it is as good as the socket. Leave \
                         these out.",
                false => "Leave it out, or put a filtering socket proxy in between.",
            }
        ),
    )
}

fn of_users_engine(container: &Container, mount: &Mount, engine: &str) -> Said {
    let read_only = read_only(mount);
    (
        Severity::High,
        format!(
            "{} gets the user's own {engine} socket `{}`, and so all of the user's files",
            name(container),
            mount.source.display()
        ),
        format!(
            "Who talks to the engine starts a container with the user's home mounted.{read_only} Leave it out, or put a \
             filtering socket proxy in between."
        ),
    )
}

/// Only for root the daemon does more than for everybody.
fn of_nix_daemon(ctx: &Ctx<'_>, container: &Container, mount: &Mount) -> Option<Said> {
    if root_of(ctx, container) != RootUser::Host {
        return None;
    }
    // Every nspawn guest has it anyway, so leaving the line out is no way out there.
    let way_out = if container.nspawn.is_some() {
        "Every guest has the socket, so set `privateUsers = \"pick\"`: its root is then no trusted user."
    } else {
        "Leave it out, or run the container in a user namespace."
    };
    let read_only = read_only(mount);
    Some((
        Severity::High,
        format!(
            "{} gets the Nix daemon's socket `{}` as the host's root",
            name(container),
            mount.source.display()
        ),
        format!(
            "Root is a trusted user of the daemon and can replace what the host runs.{read_only} {way_out}"
        ),
    ))
}

fn read_only(mount: &Mount) -> &'static str {
    if mount.read_only {
        " Read-only does not help, because connecting to a socket needs no write."
    } else {
        ""
    }
}

fn socket(path: &HostPath) -> Option<Socket> {
    let rest = path.rest();
    let rest = rest.as_str();
    match path.base {
        Base::System => match rest {
            "run/docker.sock" | "run/docker" => Some(Socket::Rootful("Docker")),
            "run/podman/podman.sock" | "run/podman" => Some(Socket::Rootful("Podman")),
            "run/containerd/containerd.sock" | "run/containerd" | "run/docker/containerd/containerd.sock" => {
                Some(Socket::Rootful("containerd"))
            }
            "run/k3s/containerd/containerd.sock" => Some(Socket::Rootful("containerd")),
            "run/crio/crio.sock" | "run/crio" => Some(Socket::Rootful("CRI-O")),
            "var/lib/incus/unix.socket" => Some(Socket::Rootful("Incus")),
            "var/lib/lxd/unix.socket" => Some(Socket::Rootful("LXD")),
            "run/libvirt/libvirt-sock" | "run/libvirt" => Some(Socket::Rootful("libvirt")),
            "nix/var/nix/daemon-socket" | "nix/var/nix/daemon-socket/socket" => Some(Socket::Nix),
            _ => None,
        },
        Base::Runtime => match rest {
            "podman/podman.sock" | "podman" => Some(Socket::Own("Podman")),
            "docker.sock" => Some(Socket::Own("Docker")),
            _ => None,
        },
        Base::Home => None,
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use nixpod_testing::{check, check_none, whole_host};

    #[test]
    fn filters() {
        check(
            &RULE,
            r#"
{
  virtualisation.oci-containers.containers.right = {
    image = "ghcr.io/tecnativa/docker-socket-proxy:1@sha256:0000000000000000000000000000000000000000000000000000000000000000";
    environment.CONTAINERS = "1";
    volumes = [ "/run/docker.sock:/run/docker.sock:ro" ];
              # ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ info: `right` gets Docker's socket `/run/docker.sock` to filter it
  };
  virtualisation.oci-containers.containers.wide = {
    image = "docker.io/wollomatic/socket-proxy:1@sha256:0000000000000000000000000000000000000000000000000000000000000000";
    cmd = [ "-allowGET=.*" "-allowPOST=.*" ];
    volumes = [ "/run/docker.sock:/run/docker.sock:ro" ];
              # ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ critical: `wide` gets Docker's socket `/run/docker.sock`, which is root on the host
  };
  virtualisation.oci-containers.containers.open = {
    image = "ghcr.io/tecnativa/docker-socket-proxy:1@sha256:0000000000000000000000000000000000000000000000000000000000000000";
    environment.POST = "1";
    volumes = [ "/run/docker.sock:/run/docker.sock:ro" ];
              # ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ critical: `open` gets Docker's socket `/run/docker.sock`, which is root on the host
  };
}
"#,
        );
    }

    /// wollomatic's takes patterns of the paths that it lets through, for each method.
    #[test]
    fn filters_by_patterns() {
        let with = |cmd: &str, mark: &str| {
            let words = format!("cmd = [ \"-loglevel=info\" {cmd} ];");
            format!(
                r#"
{{
  virtualisation.oci-containers.containers.p = {{
    image = "docker.io/wollomatic/socket-proxy:1@sha256:0000000000000000000000000000000000000000000000000000000000000000";
    {words}
    volumes = [ "/run/docker.sock:/run/docker.sock:ro" ];
              # ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ {mark}
  }};
}}
"#
            )
        };
        for narrow in [
            r#""-allowGET=.*""#,
            r#""-allowGET=/v1\\..{1,2}/(version|containers/.*|events.*)" "-allowHEAD=/_ping""#,
            r#""-allowPOST=/(v1\\.[0-9]{1,2}/)?containers/[a-zA-Z0-9_.-]+/restart""#,
            r#""-allowPOST=/v1\\..{1,2}/containers/.*/(start|kill)""#,
            r#""-allowPOST=.*" "-allowbindmountfrom=/srv""#,
            r#""-allowPOST=(((""#,
        ] {
            check(
                &RULE,
                &with(
                    narrow,
                    "info: `p` gets Docker's socket `/run/docker.sock` to filter it",
                ),
            );
        }
        for wide in [
            r#""-allowPOST=.+""#,
            r#""--allowPOST=.*""#,
            r#""-allowPOST" ".*""#,
            r#""-allowPOST=/v1\\..{2}/(containers/.*|images/.*|networks/.*)""#,
            r#""-allowPOST=/v1\\.[0-9]{1,2}/(images/create|containers/(create|([a-f0-9]{12})/(start|kill)))""#,
        ] {
            check(
                &RULE,
                &with(
                    wide,
                    "critical: `p` gets Docker's socket `/run/docker.sock`, which is root on the host",
                ),
            );
        }
    }

    /// The owner of the socket has no id in such a guest.
    #[test]
    fn closed_to_whoever_has_users_of_its_own() {
        check(
            &RULE,
            r#"
{
  containers.web = { privateUsers = "pick"; bindMounts."/s".hostPath = "/run/docker.sock"; config = { }; };
                                                                     # ^^^^^^^^^^^^^^^^^^ low: `web` gets Docker's socket `/run/docker.sock`, which none of its users may open
  containers.own = { privateUsers = "pick"; bindMounts."/s:idmap".hostPath = "/run/docker.sock"; config = { }; };
                                                                           # ^^^^^^^^^^^^^^^^^^ critical: `own` gets Docker's socket `/run/docker.sock`, which is root on the host
  containers.api = { bindMounts."/s".hostPath = "/run/podman"; config = { }; };
                                              # ^^^^^^^^^^^^^ critical: `api` gets Podman's socket `/run/podman`, which is root on the host
}
"#,
        );
    }

    #[test]
    fn read_only_does_not_help() {
        check(
            &RULE,
            r#"
{
  virtualisation.oci-containers.containers.web = { image = "a:1"; volumes = [ "/var/run/docker.sock:/var/run/docker.sock:ro" ]; };
                                                                            # ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ critical: `web` gets Docker's socket `/var/run/docker.sock`, which is root on the host
}
"#,
        );
    }

    /// The socket is its group's, and a rootless container is its user.
    #[test]
    fn of_users_who_may_not_open_it() {
        check(
            &RULE,
            &whole_host(
                r#"
{
  users.users.ann = { isNormalUser = true; };
  users.users.bob = { isNormalUser = true; extraGroups = [ "docker" ]; };
  virtualisation.docker.enable = true;
  virtualisation.oci-containers.backend = "podman";
  virtualisation.oci-containers.containers.ann = { image = "a:1"; podman.user = "ann"; volumes = [ "/run/docker.sock:/s" ]; };
                                                                                                 # ^^^^^^^^^^^^^^^^^^^^^ info: `ann` gets Docker's socket `/run/docker.sock`, which `ann` may not open
  virtualisation.oci-containers.containers.bob = { image = "a:1"; podman.user = "bob"; volumes = [ "/run/docker.sock:/s" ]; };
                                                                                                 # ^^^^^^^^^^^^^^^^^^^^^ high: `bob` gets Docker's socket `/run/docker.sock`, which is root on the host
  virtualisation.oci-containers.containers.root = { image = "a:1"; volumes = [ "/run/docker.sock:/s" ]; };
                                                                             # ^^^^^^^^^^^^^^^^^^^^^ critical: `root` gets Docker's socket `/run/docker.sock`, which is root on the host
}
"#,
            ),
        );
    }

    /// `valid_volumes` of act_runner: what a workflow may mount into its job.
    #[test]
    fn what_jobs_may_mount() {
        check(
            &RULE,
            r#"
{
  virtualisation.docker.enable = true;
  services.gitea-actions-runner.instances.main = {
    enable = true;
    labels = [ "own:docker://docker.io/library/node:22" ];
    settings.container.valid_volumes = [ "/nix" "/var/run/docker.sock" "**" "/srv/cache/**" "cache" ];
                                       # ^^^^^^ high: jobs of `main` may mount `/nix`: the Nix daemon's socket as the host's root
                                              # ^^^^^^^^^^^^^^^^^^^^^^ high: jobs of `main` may mount `/var/run/docker.sock`: Docker's socket, which is root on the host
                                                                     # ^^^^ high: jobs of `main` may mount `**`: whatever the host has, its engine's socket among it
  };
}
"#,
        );
    }

    #[test]
    fn proxied() {
        check_none(
            &RULE,
            r#"
{ virtualisation.oci-containers.containers.web = { image = "a:1"; environment.DOCKER_HOST = "tcp://proxy:2375"; }; }
"#,
        );
    }
}

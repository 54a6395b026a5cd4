//! host-namespace

use crate::about::power::{RootUser, has_capability, is_ignored, root_of};
use crate::about::words::{ground, name, of_ground, removal};
use nixpod_analysis::{Applicability, Attack, Control, Controls, Ctx, Proof, Severity, Sink, declare_rule};
use nixpod_model::{Container, Engine, NamespaceMode, Userns};

declare_rule! {
    /// ## What it flags
    /// An OCI container that shares the host's processes (`--pid=host`), shared memory (`--ipc=host`), host name
    /// (`--uts=host`) or control groups (`--cgroupns=host`), or that a rootful engine is told to run without a user
    /// namespace: `--userns=host`, and `--userns=keep-id`, which is for rootless containers only. The network is
    /// shared-host-network.
    /// ## Why
    /// With the host's processes in sight the container reads their arguments and signals those of its own user. With
    /// `CAP_SYS_PTRACE`, or where a process has no more capabilities than the container, it also reads their environment,
    /// memory and open files. Both `pid` and `ipc` also switch off SELinux separation without a word. A rootful Podman
    /// takes no notice of `keep-id` (5.4 and newer) or refuses to start (4.3): it reads like a user namespace and is none.
    /// ## Bad
    /// ```nix
    /// {
    ///   virtualisation.oci-containers.containers.agent = {
    ///     image = "docker.io/library/agent:1";
    ///     extraOptions = [ "--pid=host" ];
    ///   };
    /// }
    /// ```
    /// ## Good
    /// ```nix
    /// {
    ///   virtualisation.oci-containers.containers.agent = {
    ///     image = "docker.io/library/agent:1";
    ///     extraOptions = [ "--pid=container:web" ];
    ///   };
    /// }
    /// ```
    /// ## Fix safety
    /// Unsafe: programs that watch the host stop seeing it.
    pub static RULE = {
        id: "host-namespace",
        summary: "OCI container in a namespace of the host",
        severity: High,
        group: Oci,
        since: "0.1.0",
        fix: Sometimes,
        proof: Proof::Experiments(&[
            "podman-sys-ptrace-alone-stays-inside",
            "podman-pid-host",
            "podman-pid-host-equal-caps",
            "podman-pid-host-rootless",
            "podman-pid-host-privileged-escape",
            "podman-ipc-host",
            "podman-uts-host",
            "podman-cgroupns-host",
            "podman-userns-host-is-the-default",
            "podman-uidmap",
            "podman-namespace-last-wins",
            "podman-ns-path",
            "podman-container-namespace",
            "settings-namespaces",
            "settings-userns",
            "quadlet-no-key",
            "quadlet-userns",
        ]),
        controls: Controls::Cover(&[Control::Cis("5.16"), Control::Cis("5.17"), Control::Cis("5.21"), Control::Cis("5.31"), Control::Nsa("1.3"), Control::Nsa("1.4"), Control::Attack("T1611")]),
        stakes: [HostRoot x Step, Part x Command, Part x Step],
        attack: Attack::Typed {
            experiment: "podman-pid-host-privileged-escape",
            command: "nsenter -t 1 -m cat /etc/shadow",
            gives: "the host's password hashes, where the container is privileged, too",
        },
        check: Container(check),
    }
}

fn check(ctx: &Ctx<'_>, container: &Container, sink: &mut Sink) {
    if !container.is_oci() {
        return;
    }
    let who = name(container);
    let ground = ground(ctx, ctx.system(container));
    let confined = root_of(ctx, container) == RootUser::Confined;
    for field in &container.namespaces {
        let Some(field) = { field.written() }.filter(|field| field.get().mode == NamespaceMode::Host) else {
            continue;
        };
        let Some((severity, what, help)) = words(container, field.get().kind, confined) else {
            continue;
        };
        let builder = sink
            .report(field, format!("{who} shares {}", of_ground(what, &ground)))
            .severity(severity)
            .help(of_ground(help, &ground));
        if let Some(change) = removal(container, &field.origin) {
            builder.fix("give it a namespace of its own", Applicability::Unsafe, change);
        }
    }
    check_users(container, &who, sink);
}

/// How bad it is to share a kind of namespace, what is shared, and what to do.
fn words(
    container: &Container,
    kind: &str,
    confined: bool,
) -> Option<(Severity, &'static str, &'static str)> {
    let with_power = if confined {
        Severity::Medium
    } else {
        Severity::High
    };
    Some(match kind {
        "pid" if confined => (
            with_power,
            "the host's processes",
            "It sees all processes with their arguments and can signal those of its user. Leave it out, or join another \
             container's with `--pid=container:NAME`.",
        ),
        "pid" if has_capability(container, "CAP_SYS_PTRACE") => (
            with_power,
            "the host's processes",
            "It sees all processes with their arguments, and signals and reads them with their environment, memory and \
             open files. Leave it out, or join another container's with `--pid=container:NAME`.",
        ),
        "pid" => (
            with_power,
            "the host's processes",
            "It sees all processes with their arguments, signals those of its own user, which is root if the engine is \
             rootful, and reads the environment and open files of those that have no more capabilities than it has. Leave \
             it out, or join another container's with `--pid=container:NAME`.",
        ),
        "ipc" => (
            with_power,
            "the host's shared memory",
            "Databases, browsers and sound servers keep data there, and SELinux separation is switched off. Leave it \
             out, or share with one container with `--ipc=container:NAME`.",
        ),
        "uts" => (
            Severity::Low,
            "the host's name",
            "With CAP_SYS_ADMIN it renames the host; without, it only reads the name. Set `--hostname` instead.",
        ),
        "cgroup" => (
            Severity::Low,
            "the host's control groups",
            "It sees the host's services and their limits. Leave it out unless systemd inside needs it.",
        ),
        _ => return None,
    })
}

/// `--userns=host` said to a rootful engine, or what comes to the same.
fn check_users(container: &Container, who: &str, sink: &mut Sink) {
    let (Some(userns), Some(true)) = (container.userns.written(), container.rootful.value()) else {
        return;
    };
    let (message, help) = if *userns.get() == Userns::Host {
        (
            format!("{who} is told to run without a user namespace"),
            if container.engine.value() == Some(&Engine::Docker) {
                "Its root is root on the host. It is the engine's default too, so leaving it out keeps things as they are; \
                 where `virtualisation.docker.daemon.settings.userns-remap` gives containers ids of their own, this one has none."
            } else {
                "Its root is root on the host. It is the engine's default too, so leaving it out keeps things as they are, \
                 and `--userns=auto` gives it ids of its own."
            },
        )
    } else if is_ignored(container, userns.get()) && container.engine.value() == Some(&Engine::Podman) {
        (
            format!("{who} asks for `keep-id`, which gives a rootful container no user namespace"),
            "Podman 5.4 and newer take no notice of it without a word, and 4.3 does not start. Its root is root on the \
             host. `--userns=auto` gives it ids of its own.",
        )
    } else {
        return;
    };
    let builder = sink
        .report(userns, message)
        .severity(Severity::Medium)
        .depends_on(&container.rootful)
        .help(help);
    if let Some(change) = removal(container, &container.userns.origin) {
        builder.fix(
            "leave the user namespace to the engine",
            Applicability::Unsafe,
            change,
        );
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use nixpod_testing::{check, check_fix, check_none};

    #[test]
    fn processes() {
        check(
            &RULE,
            r#"
{
  virtualisation.oci-containers.containers.web = { image = "a:1"; extraOptions = [ "--pid=host" ]; };
                                                                                 # ^^^^^^^^^^^^ high: `web` shares the host's processes
}
"#,
        );
    }

    #[test]
    fn a_user_namespace_that_is_none() {
        check(
            &RULE,
            r#"
{
  virtualisation.oci-containers.containers.web = { image = "a:1"; extraOptions = [ "--userns=keep-id" ]; };
                                                                                 # ^^^^^^^^^^^^^^^^^^ medium: `web` asks for `keep-id`, which gives a rootful container no user namespace
  services.podman.containers.web = { image = "a:1"; userNS = "keep-id"; };
}
"#,
        );
    }

    /// A path of the kernel's is the same namespace by another name.
    #[test]
    fn by_path() {
        check(
            &RULE,
            r#"
{
  virtualisation.oci-containers.containers.web = { image = "a:1"; extraOptions = [ "--pid=ns:/proc/1/ns/pid" ]; };
                                                                                 # ^^^^^^^^^^^^^^^^^^^^^^^^^ high: `web` shares the host's processes
}
"#,
        );
    }

    #[test]
    fn of_another_container() {
        check_none(
            &RULE,
            r#"
{ virtualisation.oci-containers.containers.web = { image = "a:1"; extraOptions = [ "--pid=container:db" ]; }; }
"#,
        );
    }

    #[test]
    fn removes_the_flag() {
        check_fix(
            &RULE,
            r#"
{ virtualisation.oci-containers.containers.web = { image = "a:1"; extraOptions = [ "--pid=host" "--init" ]; }; }
"#,
            r#"
{ virtualisation.oci-containers.containers.web = { image = "a:1"; extraOptions = [ "--init" ]; }; }
"#,
        );
    }
}

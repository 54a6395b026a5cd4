//! host-namespace

use crate::about::power::{RootUser, root_of};
use crate::about::words::{name, removal};
use nixpod_analysis::{Applicability, Ctx, Severity, Sink, declare_rule};
use nixpod_model::{Container, NamespaceMode, Userns};

declare_rule! {
    /// ## What it flags
    /// An OCI container that shares the host's processes (`--pid=host`), shared memory (`--ipc=host`), host name
    /// (`--uts=host`) or control groups (`--cgroupns=host`), or that a rootful engine is told to run without a user
    /// namespace (`--userns=host`). The network is shared-host-network.
    /// ## Why
    /// With the host's processes in sight the container can signal and inspect them, and read what is in their
    /// environment and open files as far as their owner allows. Both `pid` and `ipc` also switch off SELinux separation
    /// without a word.
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
        check: Container(check),
    }
}

fn check(ctx: &Ctx<'_>, container: &Container, sink: &mut Sink) {
    if !container.is_oci() {
        return;
    }
    let who = name(container);
    let confined = root_of(ctx, container) == RootUser::Confined;
    for field in &container.namespaces {
        let Some(field) = { field.written() }.filter(|field| field.get().mode == NamespaceMode::Host) else {
            continue;
        };
        let Some((severity, what, help)) = words(field.get().kind, confined) else {
            continue;
        };
        let builder = sink
            .report(field, format!("{who} shares {what}"))
            .severity(severity)
            .help(help);
        if let Some(change) = removal(container, &field.origin) {
            builder.fix("give it a namespace of its own", Applicability::Unsafe, change);
        }
    }
    check_users(container, &who, sink);
}

/// How bad it is to share a kind of namespace, what is shared, and what to do.
fn words(kind: &str, confined: bool) -> Option<(Severity, &'static str, &'static str)> {
    let with_power = if confined {
        Severity::Medium
    } else {
        Severity::High
    };
    Some(match kind {
        "pid" => (
            with_power,
            "the host's processes",
            "It sees all processes with their arguments and can signal and inspect those of its own user, which is root \
             if the engine is rootful. Leave it out, or join another container's with `--pid=container:NAME`.",
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
            "A privileged program inside can rename the host. Set `--hostname` instead.",
        ),
        "cgroup" => (
            Severity::Low,
            "the host's control groups",
            "It sees the host's services and their limits. Leave it out unless systemd inside needs it.",
        ),
        _ => return None,
    })
}

/// `--userns=host` said to a rootful engine.
fn check_users(container: &Container, who: &str, sink: &mut Sink) {
    let host = { container.userns.written() }.filter(|userns| *userns.get() == Userns::Host);
    let (Some(host), Some(true)) = (host, container.rootful.value()) else {
        return;
    };
    let builder = sink
        .report(
            host,
            format!("{who} is told to run without a user namespace"),
        )
        .severity(Severity::Medium)
        .depends_on(&container.rootful)
        .help(
            "Its root is root on the host. It is the engine's default too, so leaving it out keeps things as they are, \
             and `--userns=auto` gives it ids of its own.",
        );
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

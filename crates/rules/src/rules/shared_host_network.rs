//! shared-host-network

use crate::about::power::{enclosing, has_user_namespace};
use crate::about::words::{ground, name, of_ground, removal};
use nixpod_analysis::{
    Applicability, Attack, Change, Control, Controls, Ctx, Proof, Severity, Sink, declare_rule,
};
use nixpod_model::{Container, NetworkMode, Written};

declare_rule! {
    /// ## What it flags
    /// A container in its host's own network: an nspawn container without `privateNetwork = true` or anything that
    /// implies it (`interfaces`, `macvlans`, `extraVeths`, `networkNamespace`, `--private-network`, `--network-*`), and
    /// an OCI container with `--network=host`.
    /// ## Why
    /// It reaches every service on localhost, which many programs trust, and every abstract socket: X servers listen on
    /// one, so programs inside can read the screen and the keyboard although no socket was bound. Ports it opens are
    /// the host's.
    /// ## Bad
    /// ```nix
    /// { containers.web.config = { }; }
    /// ```
    /// ```nix
    /// {
    ///   virtualisation.oci-containers.containers.web = {
    ///     image = "docker.io/library/nginx:1.27";
    ///     extraOptions = [ "--network=host" ];
    ///   };
    /// }
    /// ```
    /// ## Good
    /// ```nix
    /// {
    ///   containers.web = {
    ///     privateNetwork = true;
    ///     hostAddress = "192.0.2.1";
    ///     localAddress = "192.0.2.2";
    ///     config = { };
    ///   };
    /// }
    /// ```
    /// ## Fix safety
    /// Unsafe: what listens without a published port or an address of its own is no longer reached. A guest also loses its
    /// connection until addresses, a bridge or ports are set.
    pub static RULE = {
        id: "shared-host-network",
        summary: "container in the host's network",
        severity: Medium,
        group: Isolation,
        since: "0.1.0",
        fix: Sometimes,
        proof: Proof::Experiments(&[
            "nspawn-shared-network-under-pick-has-no-low-ports",
            "nspawn-abstract-sockets",
            "nspawn-localhost",
            "nspawn-shared-network-sniffing",
            "nspawn-net-admin-on-shared-network",
            "nspawn-shared-network-sysctl",
            "nspawn-private-by-implication",
            "nspawn-namespace-path-excludes-veth",
            "podman-net-raw",
            "podman-net-admin",
            "podman-namespace-last-wins",
            "podman-ns-path",
            "settings-namespaces",
            "settings-sysctls",
            "ports-of-host-network",
            "podman-network-modes",
            "rootless-default-network-is-own",
            "quadlet-network-and-ports",
            "x11-keys-and-windows",
        ]),
        controls: Controls::Cover(&[Control::Cis("5.10"), Control::Nsa("1.5"), Control::Attack("T1040")]),
        stakes: [Part x Command, Part x Step],
        attack: Attack::Typed {
            experiment: "nspawn-localhost",
            command: "nc 127.0.0.1 5432",
            gives: "a database that listens for the host alone answers",
        },
        check: Container(check),
    }
}

/// A container of an engine. Only what is written counts: no engine shares the network by itself.
fn by_engine(ctx: &Ctx<'_>, container: &Container, message: String, ground: &str, sink: &mut Sink) {
    let Some(network) = container.network.written() else {
        return;
    };
    let help = "It reaches every service on localhost and every abstract socket, such as an X server's, and its ports are \
                the host's. Use a network of its own and publish the ports it offers.";
    // There it is the network of one guest.
    let is_in_private = { enclosing(ctx, &container.system) }
        .is_some_and(|guest| guest.network.value() == Some(&NetworkMode::Private));
    let builder = sink
        .report(network, message)
        .severity(match is_in_private {
            true => Severity::Low,
            false => Severity::Medium,
        })
        .help(of_ground(help, ground));
    if let Some(change) = removal(container, &container.network.origin) {
        builder.fix("use a network of its own", Applicability::Unsafe, change);
    }
}

fn check(ctx: &Ctx<'_>, container: &Container, sink: &mut Sink) {
    if container.network.value() != Some(&NetworkMode::Host) {
        return;
    }
    let ground = ground(ctx, ctx.system(container));
    let message = format!("{} shares the network of {ground}", name(container))
        .replace("the network of the host", "the host's network");
    let Some(nspawn) = &container.nspawn else {
        return by_engine(ctx, container, message, &ground, sink);
    };
    // The path of the host's own namespace, where others name one of their own.
    if let Some(network) = container.network.written()
        && network.origin != nspawn.private_network.origin
    {
        return by_path(container, network, message, sink);
    }
    // Something else may give it a network, so what is not known keeps the rule silent.
    if nspawn.other_private_network.value() != Some(&false) {
        return;
    }
    let Some(false) = nspawn.private_network.value() else {
        return;
    };
    let written = nspawn.private_network.written();
    let builder = match (
        ctx.absent(ctx.system(container), &nspawn.private_network),
        written,
    ) {
        (Some(absent), _) => sink.report_absence(&absent, message),
        (None, Some(written)) => sink.report(written, message),
        (None, None) => return,
    };
    let change = if written.is_some() {
        Change::Replace(nspawn.private_network.origin.clone(), "true".into())
    } else {
        Change::SetIn(container.origin.clone(), "privateNetwork".into(), "true".into())
    };
    // nspawn leaves CAP_NET_RAW to every guest; a user namespace makes it count for nothing in the host's network.
    let traffic = if has_user_namespace(ctx, container) == Some(false) {
        " It can also listen to the host's traffic."
    } else {
        ""
    };
    builder
        .help(format!(
            "The guest reaches every service on localhost and every abstract socket, such as an X server's.{traffic} Set \
             `privateNetwork = true` with addresses or a bridge."
        ))
        .fix("set `privateNetwork = true`", Applicability::Unsafe, change);
}

/// It is given the path of the host's namespace.
fn by_path(container: &Container, network: Written<'_, NetworkMode>, message: String, sink: &mut Sink) {
    let builder = sink.report(network, message).help(
        "This is the network namespace of the host. Use `privateNetwork`, or a namespace of the container's own.",
    );
    if let Some(change) = removal(container, &container.network.origin) {
        builder.fix("leave the host's namespace", Applicability::Unsafe, change);
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use nixpod_testing::{check, check_fix, check_none};

    #[test]
    fn the_hosts_namespace_by_its_path() {
        check(
            &RULE,
            r#"
{
  containers.a = { privateUsers = "pick"; extraFlags = [ "--network-namespace-path=/proc/1/ns/net" ]; };
                                                       # ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ medium: `a` shares the host's network
  containers.b = { networkNamespace = "/proc/1/ns/net"; };
                                    # ^^^^^^^^^^^^^^^^ medium: `b` shares the host's network
  containers.c = { networkNamespace = "/run/netns/vpn"; };
}
"#,
        );
    }

    #[test]
    fn oci() {
        check(
            &RULE,
            r#"
{
  virtualisation.oci-containers.containers.web = { image = "a:1"; extraOptions = [ "--network=host" ]; };
                                                                                 # ^^^^^^^^^^^^^^^^ medium: `web` shares the host's network
}
"#,
        );
    }

    #[test]
    fn switched_off() {
        check(
            &RULE,
            r#"
{
  containers.web = { privateNetwork = false; config = { }; };
                                    # ^^^^^ medium: `web` shares the host's network
}
"#,
        );
    }

    #[test]
    fn what_implies_a_private_network() {
        check_none(
            &RULE,
            r#"
{
  containers.a = { macvlans = [ "eth0" ]; config = { }; };
  containers.b = { interfaces = [ "eth1" ]; config = { }; };
  containers.c = { networkNamespace = "/run/netns/c"; config = { }; };
  containers.d = { extraFlags = [ "--network-veth" ]; config = { }; };
  containers.e = { extraVeths.x.hostAddress = "192.0.2.1"; config = { }; };
}
"#,
        );
    }

    #[test]
    fn sets_the_option() {
        check_fix(
            &RULE,
            r#"
{ containers.web = { privateNetwork = false; config = { }; }; }
"#,
            r#"
{ containers.web = { privateNetwork = true; config = { }; }; }
"#,
        );
    }
}

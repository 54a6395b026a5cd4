//! guest-firewall

use crate::about::power::{has_capability, has_user_namespace};
use crate::about::words::name;
use nixpod_analysis::{Attack, Controls, Ctx, Proof, Severity, Sink, declare_rule};
use nixpod_model::{Container, Firewall, NetworkMode, OpenPorts, Surface};

declare_rule! {
    /// ## What it flags
    /// Options of the firewall in a guest that is in its host's network. Where the guest has `CAP_NET_ADMIN` and no user
    /// namespace (`enableTun`, `additionalCapabilities`), it is high; elsewhere low, and silent where the host opens the same
    /// ports.
    /// ## Why
    /// The firewall's unit asks for the capability to change the network, which such a guest does not have, so it never runs
    /// (`ConditionCapability=CAP_NET_ADMIN` in nixpkgs' firewall modules). The host's firewall alone decides: ports that the
    /// guest opens stay closed, and ports that it closes stay open. With the capability it does run, and there is only one
    /// packet filter in that network: it flushes the chains of the host's firewall, which have the same names, and puts its
    /// own in their place.
    /// ## Bad
    /// ```nix
    /// { containers.db.config = { networking.firewall.allowedTCPPorts = [ 5432 ]; }; }
    /// ```
    /// ## Good
    /// ```nix
    /// {
    ///   containers.db = {
    ///     privateNetwork = true;
    ///     hostAddress = "192.0.2.1";
    ///     localAddress = "192.0.2.2";
    ///     config = { networking.firewall.allowedTCPPorts = [ 5432 ]; };
    ///   };
    /// }
    /// ```
    /// ## Fix safety
    /// No fix: whether the ports are to be open on the host is not known.
    pub static RULE = {
        id: "guest-firewall",
        summary: "firewall of a guest that shares its host's network",
        severity: Low,
        group: Correctness,
        since: "0.1.0",
        fix: None,
        proof: Proof::Experiments(&[
            "nspawn-net-admin-on-shared-network",
        ]),
        controls: Controls::Nowhere("they are about containers, and not about firewalls in them"),
        stakes: [Promise x Itself, Comfort x Itself],
        attack: Attack::Nothing("it happens by itself: the guest's firewall flushes the host's chains when it starts"),
        check: Container(check),
    }
}

fn check(ctx: &Ctx<'_>, container: &Container, sink: &mut Sink) {
    let (Surface::Nspawn, Some(guest)) = (container.surface, ctx.guest(container)) else {
        return;
    };
    if container.network.certain() != Some(&NetworkMode::Host) || guest.firewall.enable.value() != Some(&true)
    {
        return;
    }
    let Some(userns) = has_user_namespace(ctx, container) else {
        return;
    };
    let runs = has_capability(container, "CAP_NET_ADMIN") && !userns;
    let host = &ctx.outermost(&container.system).firewall;
    let firewall = &guest.firewall;
    let own = { firewall.open() }.filter_map(|field| field.written());
    let closed: Vec<_> = own.filter(|ports| runs || !is_open(host, ports.get())).collect();
    let who = name(container);
    let (severity, message, help) = match runs {
        true => (
            Severity::High,
            format!("the firewall of guest {who} takes the place of the host's"),
            "It runs in the host's network and flushes the chains of the host's firewall. Set `privateNetwork = true`, or \
             `networking.firewall.enable = false` in the guest.",
        ),
        false => (
            Severity::Low,
            format!("the firewall of guest {who} never runs: it is in the host's network"),
            "The guest may not change the network, so only the host's firewall decides. Open the port there, or set \
             `privateNetwork = true`.",
        ),
    };
    let builder = match (closed.first(), firewall.enable.written()) {
        (Some(ports), _) => sink.report(*ports, message),
        // That it is on is what it is by itself.
        (None, Some(enable)) if runs => sink.report(enable, message),
        _ => return,
    };
    builder.severity(severity).help(help);
}

/// Does the host open these ports, or something that is not known? A host without a firewall has all of them open.
fn is_open(host: &Firewall, ports: &OpenPorts) -> bool {
    let opens = |field: &nixpod_model::Field<OpenPorts>| {
        field
            .value()
            .is_none_or(|open| open.first <= ports.first && ports.last <= open.last)
    };
    let all = if ports.is_udp {
        &host.open_udp
    } else {
        &host.open_tcp
    };
    host.enable.value() != Some(&true) || all.iter().any(opens)
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use nixpod_testing::{check, check_none};

    #[test]
    fn it_never_runs() {
        check(
            &RULE,
            r#"
{
  networking.firewall.allowedTCPPorts = [ 80 ];
  containers.db.config = { networking.firewall.allowedTCPPorts = [ 80 5432 ]; };
                                                                    # ^^^^ low: the firewall of guest `db` never runs: it is in the host's network
  containers.pick = { privateUsers = "pick"; enableTun = true; config.networking.firewall.allowedUDPPorts = [ 80 ]; };
                                                                                                            # ^^ low: the firewall of guest `pick` never runs: it is in the host's network
}
"#,
        );
    }

    #[test]
    fn it_runs_for_the_host() {
        check(
            &RULE,
            r#"
{
  networking.firewall.allowedTCPPorts = [ 1194 ];
  containers.vpn = { enableTun = true; config.networking.firewall.allowedTCPPorts = [ 1194 ]; };
                                                                                    # ^^^^ high: the firewall of guest `vpn` takes the place of the host's
  containers.net = { additionalCapabilities = [ "CAP_NET_ADMIN" ]; config.networking.firewall.enable = true; };
                                                                                                     # ^^^^ high: the firewall of guest `net` takes the place of the host's
}
"#,
        );
    }

    #[test]
    fn where_nothing_is_wrong() {
        check_none(
            &RULE,
            r#"
{ config, ... }: {
  networking.firewall.allowedTCPPorts = [ 80 ];
  networking.firewall.allowedTCPPortRanges = [ { from = 8000; to = 8100; } ];
  containers.same.config.networking.firewall.allowedTCPPorts = [ 80 8080 ];
  containers.own = { privateNetwork = true; config.networking.firewall.allowedTCPPorts = [ 5432 ]; };
  containers.veth = { extraVeths.lan.localAddress = "192.0.2.2"; config.networking.firewall.allowedTCPPorts = [ 5432 ]; };
  containers.off.config = { networking.firewall = { enable = false; allowedTCPPorts = [ 5432 ]; }; };
  containers.tun = { enableTun = true; config.networking.firewall.enable = false; };
  containers.nothing.config = { networking.firewall.enable = true; };
  containers.unknown = { privateNetwork = config.my.private; config.networking.firewall.allowedTCPPorts = [ 5432 ]; };
}
"#,
        );
    }

    #[test]
    fn a_host_without_a_firewall() {
        check_none(
            &RULE,
            r#"
{
  networking.firewall.enable = false;
  containers.db.config.networking.firewall.allowedTCPPorts = [ 5432 ];
}
"#,
        );
    }
}

//! network-sanity

use crate::about::words::name;
use nixpod_analysis::{Ctx, Proof, Severity, Sink, declare_rule};
use nixpod_model::{Container, NetworkOption, Surface, Written};

declare_rule! {
    /// ## What it flags
    /// Addresses of nspawn containers that cannot be: two containers of a system with one `localAddress`, or one that is the
    /// `hostAddress` of either (low unless both start by themselves); two that forward one port of the host. Options that the module does not read:
    /// `forwardPorts` and `localMacAddress` of an entry of `extraVeths`. With `hostBridge`, a `localAddress` that stands without
    /// its netmask and without a `hostAddress` (low), and `hostAddress`, which the host does not get then (info).
    /// What the guest says itself, such as `networking.defaultGateway` and `networking.nameservers`, holds in a bridge and is no
    /// matter of this rule.
    /// ## Why
    /// The host adds a route for each `localAddress`; for the second one of the same address that fails, and the container
    /// does not start. A packet for a forwarded port goes to one container only. Of `extraVeths` the module reads addresses and
    /// bridges, and nothing else (nixos-containers.nix in nixpkgs). In a bridge the host makes no routes: an address without
    /// a netmask is alone in its network, and the `hostAddress` is no more than the guest's default route.
    /// ## Bad
    /// ```nix
    /// {
    ///   containers.a = { privateNetwork = true; hostAddress = "192.0.2.1"; localAddress = "192.0.2.2"; config = { }; };
    ///   containers.b = { privateNetwork = true; hostAddress = "192.0.2.1"; localAddress = "192.0.2.2"; config = { }; };
    /// }
    /// ```
    /// ```nix
    /// {
    ///   containers.web = {
    ///     privateNetwork = true;
    ///     extraVeths.lan.forwardPorts = [ { hostPort = 8080; containerPort = 80; } ];
    ///     config = { };
    ///   };
    /// }
    /// ```
    /// ## Good
    /// ```nix
    /// {
    ///   containers.a = { privateNetwork = true; hostAddress = "192.0.2.1"; localAddress = "192.0.2.2"; config = { }; };
    ///   containers.b = { privateNetwork = true; hostAddress = "192.0.2.1"; localAddress = "192.0.2.3"; config = { }; };
    ///   containers.c = { privateNetwork = true; hostBridge = "br0"; localAddress = "198.51.100.2/24"; config = { }; };
    /// }
    /// ```
    /// ## Fix safety
    /// No fix: which address is free is not known.
    pub static RULE = {
        id: "network-sanity",
        summary: "addresses and ports of nspawn containers that clash or are never read",
        severity: Medium,
        group: Correctness,
        since: "0.1.0",
        fix: None,
        proof: Proof::NotRunnable("it is about scripts of the NixOS module, which the lab has not"),
        stakes: [Service x Itself, Comfort x Itself, Nothing x Itself],
        check: Container(check),
    }
}

/// An option of the network with its address.
type Address<'a> = (Written<'a, NetworkOption>, &'a str);

fn check(ctx: &Ctx<'_>, container: &Container, sink: &mut Sink) {
    let (Surface::Nspawn, Some(nspawn)) = (container.surface, &container.nspawn) else {
        return;
    };
    for field in &nspawn.links {
        unread(container, field.written(), sink);
    }
    // Without a private network none of them holds; that is ignored-network-option.
    if nspawn.private_network.value() != Some(&true) {
        return;
    }
    for (local, host) in [("localAddress", "hostAddress"), ("localAddress6", "hostAddress6")] {
        clash(ctx, container, (local, host), sink);
        in_bridge(container, (local, host), sink);
    }
    forwarded_twice(ctx, container, sink);
}

/// What is set in an entry of `extraVeths` in vain.
fn unread(container: &Container, link: Option<Written<'_, NetworkOption>>, sink: &mut Sink) {
    let Some(link) = link else { return };
    let Some(option) = link.get().name.strip_prefix("extraVeths.*.") else {
        return;
    };
    let veth = &link.get().value;
    let help = match option {
        "forwardPorts" => {
            "NixOS forwards only what `forwardPorts` of the container itself says, over its main link. Say it there, or \
             forward the port by `networking.nat.forwardPorts`."
        }
        _ => "NixOS sets only the address of the main link. Set it in the guest, by `networking.interfaces`.",
    };
    sink.report(
        link,
        format!("`extraVeths.{veth}.{option}` of {} does nothing", name(container)),
    )
    .help(help);
}

/// The option of a name, if it is certain what it is: the address without its netmask.
fn address<'a>(container: &'a Container, option: &str) -> Option<Address<'a>> {
    let nspawn = container.nspawn.as_ref()?;
    let field = { nspawn.network_options.iter() }
        .filter_map(|field| field.written())
        .find(|field| field.get().name == option)?;
    let text = field.get().value.strip_prefix('"')?.strip_suffix('"')?;
    let is_known = text
        .chars()
        .all(|c| c.is_ascii_hexdigit() || matches!(c, '.' | ':' | '/'));
    is_known.then_some((field, text))
}

fn without_mask(address: &str) -> &str {
    address.split('/').next().unwrap_or(address)
}

/// One address for two.
fn clash(ctx: &Ctx<'_>, container: &Container, (local, host): (&str, &str), sink: &mut Sink) {
    let Some((field, text)) = address(container, local) else {
        return;
    };
    let own = without_mask(text);
    if own_clash(container, field, (own, host), sink) {
        return;
    }
    let bridge = address_of_bridge(container);
    let others = ctx.containers_of(ctx.system(container)).iter();
    for other in others.filter(|other| other.surface == Surface::Nspawn && other.id != container.id) {
        let is_private = other
            .nspawn
            .as_ref()
            .is_some_and(|nspawn| nspawn.private_network.value() == Some(&true));
        // In bridges of their own they are in networks of their own.
        if !is_private || address_of_bridge(other) != bridge {
            continue;
        }
        let taken = |option: &str| address(other, option).filter(|(_, text)| without_mask(text) == own);
        // Of two that are the same the second one is told.
        let is_before = other.id < container.id;
        let (twin, message) = match (taken(local), taken(host)) {
            (Some((twin, _)), _) if is_before => (
                twin,
                format!("{} has the address {own} of {}", name(container), name(other)),
            ),
            (None, Some((twin, _))) => (
                twin,
                format!(
                    "{} has the address {own}, which is the host's in the link to {}",
                    name(container),
                    name(other)
                ),
            ),
            _ => continue,
        };
        // Of two that somebody starts, mostly one runs in the place of the other.
        let both_start = [container, other]
            .iter()
            .all(|one| one.auto_start.value() == Some(&true));
        let severity = if both_start {
            Severity::Medium
        } else {
            Severity::Low
        };
        sink.report(field, message)
            .severity(severity)
            .depends_on(twin.field())
            .related(&twin.origin, "it is given here, too")
            .help(match bridge {
                Some(_) => {
                    "In the bridge both are there, and which of them answers is chance. Give each an address of its own."
                }
                None => {
                    "The host can have only one route for an address, so one of the containers does not start. Give each an \
                     address of its own."
                }
            });
        return;
    }
}

/// One address for both ends.
fn own_clash(
    container: &Container,
    field: Written<'_, NetworkOption>,
    (own, host): (&str, &str),
    sink: &mut Sink,
) -> bool {
    if let Some((other, outside)) = address(container, host)
        && without_mask(outside) == own
    {
        sink.report(
            field,
            format!(
                "{} has one address, {own}, inside and on the host",
                name(container)
            ),
        )
        .depends_on(other.field())
        .related(&other.origin, "it is the host's here")
        .help("Both ends of the link need an address of their own.");
        return true;
    }
    false
}

/// The bridge that a container is in, as it is written; nothing if it is in none.
fn address_of_bridge(container: &Container) -> Option<&str> {
    let nspawn = container.nspawn.as_ref()?;
    let options = { nspawn.network_options.iter() }.filter_map(|field| field.value());
    { options }
        .find(|option| option.name == "hostBridge")
        .map(|option| option.value.as_str())
}

/// What a bridge leaves out.
fn in_bridge(container: &Container, (local, host): (&str, &str), sink: &mut Sink) {
    let Some(nspawn) = &container.nspawn else { return };
    let bridge = { nspawn.network_options.iter() }
        .filter_map(|field| field.written())
        .find(|field| field.get().name == "hostBridge");
    let Some(bridge) = bridge else { return };
    let outside =
        { nspawn.network_options.iter() }.any(|field| field.value().is_none_or(|one| one.name == host));
    if let Some((field, text)) = address(container, host) {
        sink.report(
            field,
            format!(
                "the host does not get {} of {}: with `hostBridge` it is the guest's route alone",
                text,
                name(container)
            ),
        )
        .severity(Severity::Info)
        .depends_on(bridge.field())
        .related(&bridge.origin, "the bridge is said here")
        .help("Give the address to the bridge: `networking.interfaces.BRIDGE.ipv4.addresses`.");
    }
    if let Some((field, text)) = address(container, local)
        && !text.contains('/')
        && !outside
    {
        sink.report(field, format!("{} is alone in its bridge: {text} has no netmask", name(container)))
            .severity(Severity::Low)
            .depends_on(bridge.field())
            .related(&bridge.origin, "the bridge is said here")
            .at_most(
                nixpod_analysis::Confidence::Medium,
                "routes may be added inside of the guest",
            )
            .help("Without a netmask it has no route to any other address of the network. Write it with one, such as `/24`.");
    }
}

/// One port of the host for two containers.
fn forwarded_twice(ctx: &Ctx<'_>, container: &Container, sink: &mut Sink) {
    let ports = |container: &Container| -> Vec<String> {
        let ports = container.ports.iter().filter_map(|field| field.said());
        ports.filter_map(forwarded).collect()
    };
    if container.ports.is_empty() {
        return;
    }
    let before = ctx.containers_of(ctx.system(container)).iter();
    let before = before.filter(|other| other.surface == Surface::Nspawn && other.id < container.id);
    for other in before {
        let is_private = other
            .nspawn
            .as_ref()
            .is_some_and(|nspawn| nspawn.private_network.value() == Some(&true));
        let both_start = [container, other]
            .iter()
            .all(|one| one.auto_start.value() == Some(&true));
        let theirs = ports(other);
        for field in container.ports.iter().filter_map(|field| field.written()) {
            let Some(port) = forwarded(field.get()).filter(|port| theirs.contains(port)) else {
                continue;
            };
            if !is_private || !both_start {
                continue;
            }
            let twin = other
                .ports
                .iter()
                .find(|other| other.said().and_then(forwarded).as_ref() == Some(&port));
            let Some(twin) = twin else { continue };
            sink.report(
                field,
                format!(
                    "{} and {} both forward port {port} of the host",
                    name(other),
                    name(container)
                ),
            )
            .depends_on(twin)
            .related(&twin.origin, "the other one is here")
            .help("Only one of them gets what arrives there. Give each a port of its own.");
        }
    }
}

/// `80/tcp`: which port of the host is forwarded.
fn forwarded(port: &nixpod_model::Port) -> Option<String> {
    let host = port.host.as_ref()?.as_known()?;
    let container = port.container.as_known()?;
    let protocol = container.rsplit_once('/').map_or("tcp", |(_, protocol)| protocol);
    Some(format!("{host}/{protocol}"))
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use nixpod_testing::{check, check_none};

    #[test]
    fn one_address_for_two() {
        check(
            &RULE,
            r#"
let make = last: { privateNetwork = true; hostAddress = "192.0.2.1"; localAddress = "192.0.2.${last}"; autoStart = true; config = { }; }; in
                                                                                  # ^^^^^^^^^^^^^^^^^ medium: `c` has the address 192.0.2.2 of `a`
                                                                                  # ^^^^^^^^^^^^^^^^^ medium: `d` has one address, 192.0.2.1, inside and on the host
{
  containers.a = make "2";
  containers.b = make "3";
  containers.c = make "2";
  containers.d = make "1";
}
"#,
        );
    }

    #[test]
    fn in_one_bridge() {
        check(
            &RULE,
            r#"
{
  containers.a = { privateNetwork = true; hostBridge = "br0"; localAddress = "192.0.2.2/24"; config = { }; };
  containers.b = { privateNetwork = true; hostBridge = "br0"; localAddress = "192.0.2.2/24"; config = { }; };
                                                                           # ^^^^^^^^^^^^^^ low: `b` has the address 192.0.2.2 of `a`
  containers.c = { privateNetwork = true; hostBridge = "br1"; localAddress = "192.0.2.2/24"; config = { }; };
  containers.d = { privateNetwork = true; hostBridge = "br1"; localAddress = "192.0.2.4"; config = { }; };
                                                                           # ^^^^^^^^^^^ low: `d` is alone in its bridge: 192.0.2.4 has no netmask
  containers.e = { privateNetwork = true; hostBridge = "br1"; hostAddress = "192.0.2.1"; localAddress = "192.0.2.5"; config = { }; };
                                                                          # ^^^^^^^^^^^ info: the host does not get 192.0.2.1 of `e`: with `hostBridge` it is the guest's route alone
}
"#,
        );
    }

    #[test]
    fn options_that_nobody_reads() {
        check(
            &RULE,
            r#"
{
  containers.web = {
    privateNetwork = true;
    extraVeths.lan = { hostBridge = "br0"; localAddress = "192.0.2.2/24"; forwardPorts = [ { hostPort = 80; } ]; localMacAddress = "02:00:00:00:00:01"; };
                                                                        # ^^^^^^^^^^^^ medium: `extraVeths.lan.forwardPorts` of `web` does nothing
                                                                                                                                 # ^^^^^^^^^^^^^^^^^^^ medium: `extraVeths.lan.localMacAddress` of `web` does nothing
    config = { };
  };
}
"#,
        );
    }

    #[test]
    fn one_port_for_two() {
        check(
            &RULE,
            r#"
let make = { autoStart = true; privateNetwork = true; forwardPorts = [ { hostPort = 8080; containerPort = 80; } ]; config = { }; }; in
                                                                                  # ^^^^ medium: `a` and `b` both forward port 8080/tcp of the host
{
  containers.a = make // { localAddress = "192.0.2.2"; };
  containers.b = make // { localAddress = "192.0.2.3"; };
}
"#,
        );
    }

    #[test]
    fn networks_that_work() {
        check_none(
            &RULE,
            r#"
{ config, ... }: {
  containers.a = { privateNetwork = true; hostAddress = "192.0.2.1"; localAddress = "192.0.2.2"; config = { }; };
  containers.b = { privateNetwork = true; hostAddress = "192.0.2.1"; localAddress = "192.0.2.3"; config = { }; };
  containers.c = { privateNetwork = true; hostAddress = config.my.a; localAddress = config.my.b; config = { }; };
  containers.d = { privateNetwork = true; hostAddress = config.my.a; localAddress = config.my.b; config = { }; };
  containers.e = { privateNetwork = true; hostBridge = "br0"; localAddress = "198.51.100.2/24"; config = { }; };
  containers.f = { privateNetwork = true; hostBridge = "br0"; config = { }; };
  containers.g = { privateNetwork = true; extraVeths.lan = { hostAddress = "203.0.113.1"; localAddress = "203.0.113.2"; }; config = { }; };
  containers.h = { hostAddress = "192.0.2.1"; localAddress = "192.0.2.2"; config = { }; };
  containers.i = { privateNetwork = true; forwardPorts = [ { hostPort = 53; protocol = "tcp"; } ]; autoStart = true; config = { }; };
  containers.j = { privateNetwork = true; forwardPorts = [ { hostPort = 53; protocol = "udp"; } ]; autoStart = true; config = { }; };
}
"#,
        );
    }
}

//! ports-without-effect

use crate::about::pods::joined_pod;
use crate::about::words::{ground, listed, name, of_ground};
use nixpod_analysis::{Control, Controls, Ctx, Proof, Severity, Sink, declare_rule};
use nixpod_model::{Container, Engine, NetworkMode, Port, Text, Written};

declare_rule! {
    /// ## What it flags
    /// Ports that an OCI container publishes although it has no network of its own: in the host's (`--network=host`), in
    /// another container's (`--network=container:x`), in a namespace by its path (`ns:…`), in one of the driver `macvlan` or
    /// `ipvlan` that is made beside it, or in none; and those of a container that Podman is to put into a pod (`--pod`, and
    /// `Pod=` of a quadlet), which keep it from starting.
    /// ## Why
    /// Engines discard them. In the host's network a program listens where it says itself, on every address and at its own
    /// port, however the publication reads; `127.0.0.1:8080:80` limits nothing there. In another container's network the
    /// ports are published by that container. In one of `macvlan` or `ipvlan` the container has an address of its own, and no
    /// port of the host leads there. There a port that names no address and is not translated is a hint: it is reached
    /// under its number all the same.
    /// ## Bad
    /// ```nix
    /// {
    ///   virtualisation.oci-containers.containers.web = {
    ///     image = "docker.io/library/web:1";
    ///     ports = [ "127.0.0.1:8080:80" ];
    ///     extraOptions = [ "--network=host" ];
    ///   };
    /// }
    /// ```
    /// ## Good
    /// ```nix
    /// {
    ///   virtualisation.oci-containers.containers.vpn = {
    ///     image = "docker.io/library/vpn:1";
    ///     ports = [ "127.0.0.1:8080:80" ];
    ///   };
    ///   virtualisation.oci-containers.containers.web = {
    ///     image = "docker.io/library/web:1";
    ///     extraOptions = [ "--network=container:vpn" ];
    ///   };
    /// }
    /// ```
    /// ## Fix safety
    /// No fix: whether the port or the network is wrong is not known.
    pub static RULE = {
        id: "ports-without-effect",
        summary: "published port that the engine discards",
        severity: Medium,
        group: Correctness,
        since: "0.1.0",
        fix: None,
        proof: Proof::Experiments(&[
            "ports-of-host-network",
            "ports-discarded-in-other-modes",
            "quadlet-network-and-ports",
        ]),
        controls: Controls::Cover(&[Control::Cis("5.14")]),
        stakes: [Service x Itself, Nothing x Itself],
        check: Container(check),
    }
}

fn check(ctx: &Ctx<'_>, container: &Container, sink: &mut Sink) {
    check_pod(container, sink);
    // Docker refuses some of these, and discards the others.
    if !container.is_oci() || container.engine.value() == Some(&Engine::Nspawn) {
        return;
    }
    let Some(network) = container.network.written() else {
        return;
    };
    let Some((how, help)) = words(network.get()) else {
        return;
    };
    let ground = ground(ctx, ctx.system(container));
    let (how, help) = (of_ground(&how, &ground), of_ground(help, &ground));
    // What a pod publishes is not the container's to say.
    let written = { container.ports.iter().filter_map(|field| field.written()) };
    let ports: Vec<Written<'_, Port>> = written.filter(|port| port.get().pod.is_none()).collect();
    let Some(first) = ports.first() else {
        return;
    };
    let names: Vec<String> = ports.iter().map(|port| shown(port.get())).collect();
    let (noun, verb) = match names.len() {
        1 => ("port", "is"),
        _ => ("ports", "are"),
    };
    let mut builder = sink
        .report(
            *first,
            format!(
                "{noun} {} of {} {verb} not published: it is {how}",
                listed(&names, 3),
                name(container)
            ),
        )
        .depends_on(&container.network)
        .help(help)
        .related(&container.network.origin, "the network is said here");
    let is_lan = *network.get() == NetworkMode::Lan;
    if is_lan && ports.iter().all(|port| is_itself(port.get())) {
        builder = builder.severity(Severity::Info);
    }
    for port in ports.iter().skip(1) {
        builder = builder.related(&port.origin, "and this port");
    }
}

/// Is a port the same outside and inside, on every address, so that nothing is lost where it is not published?
fn is_itself(port: &Port) -> bool {
    let inside = port.container.pattern();
    let inside = inside.split('/').next().unwrap_or_default();
    port.address.is_none() && port.host.as_ref().is_none_or(|host| host.pattern() == inside)
}

/// Podman refuses ports of a container that it is to put into a pod which is there already.
fn check_pod(container: &Container, sink: &mut Sink) {
    // One with a network of its own is not in the pod's, and publishes there.
    let has_own = !container.networks.is_empty();
    let Some(pod) = joined_pod(container).filter(|_| !has_own) else {
        return;
    };
    let written = { container.ports.iter().filter_map(|field| field.written()) };
    let ports: Vec<Written<'_, Port>> = written.filter(|port| port.get().pod.is_none()).collect();
    let Some(first) = ports.first() else {
        return;
    };
    let names: Vec<String> = ports.iter().map(|port| shown(port.get())).collect();
    sink.report(
        *first,
        format!(
            "{} does not start: it publishes {}, and is in a pod",
            name(container),
            listed(&names, 3)
        ),
    )
    .depends_on(pod.field())
    .related(&pod.origin, "the pod is said here")
    .help("The containers of a pod share its network, and the ports are said when the pod is made. Publish them there.");
}

fn shown(port: &Port) -> String {
    let text: &Text = port.text.as_ref().unwrap_or(&port.container);
    format!("`{}`", text.display())
}

/// Which network without ports of its own it is, and what to do.
fn words(network: &NetworkMode) -> Option<(String, &'static str)> {
    Some(match network {
        NetworkMode::Host => (
            "in the host's network".to_owned(),
            "The program listens on the host's addresses at its own port, and the firewall decides who reaches it. Remove the \
             ports, or use a network of its own.",
        ),
        NetworkMode::None => (
            "in no network".to_owned(),
            "Nothing reaches it, and it reaches nothing. Remove the ports, or give it a network.",
        ),
        NetworkMode::Joined(other) if other.starts_with('/') => (
            format!("in the network namespace at `{other}`"),
            "Whoever set up the namespace says what reaches it. Remove the ports, or forward them there.",
        ),
        NetworkMode::Joined(other) => (
            format!("in the network of `{other}`"),
            "Publish the port at the container that the network belongs to.",
        ),
        NetworkMode::Lan => (
            "in a network of the driver `macvlan` or `ipvlan`, by an address of its own".to_owned(),
            "Such a network forwards no ports: other machines reach the container at its own address, on every port that it \
             listens on, past the firewall. Remove the ports, or use a bridge.",
        ),
        NetworkMode::Private => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use nixpod_testing::{check, check_none};

    #[test]
    fn of_the_host_and_of_others() {
        check(
            &RULE,
            r#"
{
  virtualisation.oci-containers.containers.web = { image = "a:1"; ports = [ "127.0.0.1:80:80" "81:81" ]; extraOptions = [ "--network=host" ]; };
                                                                          # ^^^^^^^^^^^^^^^^^ medium: ports `127.0.0.1:80:80` and `81:81` of `web` are not published: it is in the host's network
  virtualisation.oci-containers.containers.own = { image = "a:1"; ports = [ "80:80" ]; extraOptions = [ "--network=container:vpn" ]; };
                                                                          # ^^^^^^^ medium: port `80:80` of `own` is not published: it is in the network of `vpn`
}
"#,
        );
    }

    /// Whoever makes the network: a script, quadlet-nix or a unit. Of a name that nothing here makes the driver is not known.
    #[test]
    fn in_a_network_past_the_host() {
        check(
            &RULE,
            r#"
{
  virtualisation.oci-containers.backend = "podman";
  systemd.services.lan.script = "podman network create -d macvlan -o parent=eth0 lan";
  virtualisation.oci-containers.containers = {
    web = { image = "a:1"; ports = [ "127.0.0.1:80:80" ]; extraOptions = [ "--network=lan" ]; };
                                   # ^^^^^^^^^^^^^^^^^ medium: port `127.0.0.1:80:80` of `web` is not published: it is in a network of the driver `macvlan` or `ipvlan`, by an address of its own
    dns = { image = "a:1"; ports = [ "53:53/udp" ]; networks = [ "lan" ]; };
                                   # ^^^^^^^^^^^ info: port `53:53/udp` of `dns` is not published: it is in a network of the driver `macvlan` or `ipvlan`, by an address of its own
    two = { image = "a:1"; ports = [ "81:80" ]; networks = [ "lan" "podman" ]; };
    far = { image = "a:1"; ports = [ "82:80" ]; networks = [ "other" ]; };
  };
  virtualisation.quadlet.networks.wire.networkConfig.driver = "ipvlan";
  virtualisation.quadlet.containers.ink.containerConfig = { image = "a:1"; networks = [ "wire" ]; publishPorts = [ "90:91" ]; };
                                                                                                                 # ^^^^^^^ medium: port `90:91` of `ink` is not published: it is in a network of the driver `macvlan` or `ipvlan`, by an address of its own
  environment.etc."containers/systemd/own.network".text = "[Network]\nDriver=macvlan\n";
  environment.etc."containers/systemd/own.container".text = ''
    [Container]
    Image=a:1
    Network=own.network
    PublishPort=92:93
              # ^^^^^ medium: port `92:93` of `own` is not published: it is in a network of the driver `macvlan` or `ipvlan`, by an address of its own
  '';
}
"#,
        );
    }

    /// The generator hands both to Podman.
    #[test]
    fn in_a_pod_of_quadlets() {
        check(
            &RULE,
            r#"
{ config, ... }: {
  virtualisation.quadlet.pods.desk.podConfig.publishPorts = [ "8080:80" ];
  virtualisation.quadlet.containers = {
    ink.containerConfig = { image = "a:1"; pod = config.virtualisation.quadlet.pods.desk.ref; publishPorts = [ "81:81" ]; };
                                                                                                             # ^^^^^^^ medium: `ink` does not start: it publishes `81:81`, and is in a pod
    pen.containerConfig = { image = "a:1"; pod = "desk.pod"; podmanArgs = [ "--publish=82:82" ]; };
                                                                          # ^^^^^^^^^^^^^^^^^ medium: `pen` does not start: it publishes `82:82`, and is in a pod
    cup.containerConfig = { image = "a:1"; pod = "desk.pod"; };
    jar.containerConfig = { image = "a:1"; pod = "desk.pod"; networks = [ "tea" ]; publishPorts = [ "85:85" ]; };
  };
  environment.etc."containers/systemd/web.pod".text = "[Pod]\nPublishPort=83:83\n";
  environment.etc."containers/systemd/own.container".text = ''
    [Container]
    Image=a:1
    Pod=web.pod
    PublishPort=84:84
              # ^^^^^ medium: `own` does not start: it publishes `84:84`, and is in a pod
  '';
}
"#,
        );
    }

    #[test]
    fn in_a_pod() {
        check(
            &RULE,
            r#"
{
  virtualisation.oci-containers.containers.web = { image = "a:1"; ports = [ "80:80" ]; extraOptions = [ "--pod=front" ]; };
                                                                          # ^^^^^^^ medium: `web` does not start: it publishes `80:80`, and is in a pod
  virtualisation.oci-containers.containers.own = { image = "a:1"; ports = [ "81:80" ]; extraOptions = [ "--pod=new:own" ]; };
}
"#,
        );
    }

    /// Either the one or the other, and never both.
    #[test]
    fn under_opposite_conditions() {
        check_none(
            &RULE,
            r#"
{ config, lib, ... }: {
  virtualisation.oci-containers.containers.a = {
    image = "a:1";
    ports = lib.optionals (!config.my.vpn) [ "127.0.0.1:80:80" ];
    extraOptions = lib.optionals config.my.vpn [ "--network=container:vpn" ];
  };
  virtualisation.oci-containers.containers.b = lib.mkMerge [
    { image = "a:1"; }
    (lib.mkIf (config.my.kind == "host") { extraOptions = [ "--network=host" ]; })
    (lib.mkIf (config.my.kind == "own") { ports = [ "80:80" ]; })
  ];
}
"#,
        );
    }

    #[test]
    fn networks_of_its_own() {
        check_none(
            &RULE,
            r#"
{
  virtualisation.oci-containers.containers.web = { image = "a:1"; ports = [ "80:80" ]; extraOptions = [ "--network=web" ]; };
  virtualisation.oci-containers.containers.own = { image = "a:1"; ports = [ "80:80" ]; };
}
"#,
        );
    }
}

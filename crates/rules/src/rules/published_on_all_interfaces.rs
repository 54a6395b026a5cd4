//! published-on-all-interfaces

use crate::about::words::{listed, name, replace_text};
use nixpod_analysis::{Applicability, Change, Ctx, Proof, Severity, Sink, declare_rule};
use nixpod_model::{Container, NetworkMode, Port, TextPart, Written};

declare_rule! {
    /// ## What it flags
    /// Ports that a rootful container publishes on every address of the host: `"8080:80"`, `"0.0.0.0:8080:80"`, and
    /// nspawn's `forwardPorts`, which have no address. One finding for each container or pod. Rootless containers and
    /// containers in the host's network are left out: there the firewall holds.
    /// ## Why
    /// The engine translates addresses before the NixOS firewall looks at packets, so the port is open to every
    /// network although `networking.firewall` does not list it. Publishing on 127.0.0.1 closes that way. Another stays open:
    /// a machine on the same network that routes to the engine's bridge reaches the container's own address, unless
    /// `networking.firewall.filterForward` is on.
    /// ## Bad
    /// ```nix
    /// {
    ///   virtualisation.oci-containers.containers.db = {
    ///     image = "docker.io/library/postgres:17";
    ///     ports = [ "5432:5432" ];
    ///   };
    /// }
    /// ```
    /// ## Good
    /// ```nix
    /// {
    ///   virtualisation.oci-containers.containers.db = {
    ///     image = "docker.io/library/postgres:17";
    ///     ports = [ "127.0.0.1:5432:5432" ];
    ///   };
    /// }
    /// ```
    /// ## Fix safety
    /// Unsafe: other machines lose access.
    pub static RULE = {
        id: "published-on-all-interfaces",
        summary: "port published past the firewall on every address",
        severity: Low,
        group: Oci,
        since: "0.1.0",
        fix: Sometimes,
        proof: Proof::Experiments(&[
            "nspawn-port-needs-private-network",
            "ports-bypass-the-firewall",
            "ports-bypass-filter-forward",
            "ports-rootless-obey-the-firewall",
            "ports-rootless-low",
            "ports-of-host-network",
            "ports-discarded-in-other-modes",
            "ports-neighbours-reach-containers",
            "nspawn-ports-bypass-the-firewall",
            "quadlet-network-and-ports",
        ]),
        check: Container(check),
    }
}

fn check(_ctx: &Ctx<'_>, container: &Container, sink: &mut Sink) {
    let is_nspawn = container.nspawn.is_some();
    if is_nspawn {
        // Without a private network nspawn does not forward at all; that is ignored-network-option.
        if container.network.value() != Some(&NetworkMode::Private) {
            return;
        }
    } else if container.rootful.value() != Some(&true)
        || container.network.value() == Some(&NetworkMode::Host)
    {
        return;
    }
    let written = container.ports.iter().filter_map(|field| field.written());
    let open = written.filter(|port| is_open(port.get()));
    // What a pod publishes is the pod's.
    let (of_pod, own): (Vec<_>, Vec<_>) = open.partition(|port| port.get().pod.is_some());
    for ports in [own, of_pod] {
        report(container, &ports, is_nspawn, sink);
    }
}

fn report(container: &Container, open: &[Written<'_, Port>], is_nspawn: bool, sink: &mut Sink) {
    let Some(first) = open.first() else {
        return;
    };
    let port = first.get();
    let ports: Vec<String> = open
        .iter()
        .map(|port| match &port.get().host {
            Some(host) => host.display(),
            None => format!("{} (at a free port)", port.get().container.display()),
        })
        .collect();
    let noun = if ports.len() == 1 { "port" } else { "ports" };
    let who = match &port.pod {
        Some(pod) => format!("pod `{pod}`"),
        None => name(container),
    };
    let severity = if is_nspawn { Severity::Info } else { Severity::Low };
    let mut builder = sink
        .report(
            *first,
            format!(
                "{who} publishes {noun} {} on every address, past the firewall",
                listed(&ports, 3)
            ),
        )
        .severity(severity)
        .depends_on(&container.rootful)
        .help(if is_nspawn {
            "Packets are redirected before the NixOS firewall looks at them, and `forwardPorts` has no address. Where \
             that is not meant, let a proxy on the host reach the guest's own address."
        } else {
            "Packets are redirected before the NixOS firewall looks at them. Where only this machine or a proxy needs \
             the port, publish it as `127.0.0.1:PORT:PORT`. A neighbour that routes to the engine's bridge reaches the \
             container's own address even then, unless `networking.firewall.filterForward` is on."
        });
    if port.pod.is_some() {
        builder = builder.shared();
    }
    for field in open.iter().skip(1) {
        builder = builder.related(&field.origin, "this one too");
    }
    let changes: Option<Vec<Change>> = open.iter().map(|port| on_loopback(port.get())).collect();
    if let Some(changes) = changes
        && !is_nspawn
    {
        builder.fix_all("publish on 127.0.0.1 only", Applicability::Unsafe, changes);
    }
}

/// Is it certain that the port is open on every address? An unknown part may hold an address.
fn is_open(port: &Port) -> bool {
    match &port.address {
        Some(address) => matches!(
            address.as_known().as_deref(),
            Some("" | "0.0.0.0" | "::" | "[::]" | "*")
        ),
        None => !port.host.as_ref().is_some_and(nixpod_model::Text::has_hole),
    }
}

/// The same port on the loopback address, where the whole text is one literal.
fn on_loopback(port: &Port) -> Option<Change> {
    let text = port.text.as_ref()?;
    let [TextPart::Known { text: whole, origin }] = text.parts.as_slice() else {
        return None;
    };
    let host = match &port.host {
        Some(host) => host.as_known()?,
        None => String::new(),
    };
    let protocol = whole
        .rsplit_once('/')
        .map_or(String::new(), |(_, p)| format!("/{p}"));
    let inside = port.container.as_known()?;
    let inside = inside.split('/').next().unwrap_or_default();
    replace_text(origin, &format!("127.0.0.1:{host}:{inside}{protocol}"))
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use nixpod_testing::{check, check_fix, check_none};

    #[test]
    fn what_a_pod_publishes_is_told_once() {
        check(
            &RULE,
            r#"
{ config, ... }: {
  virtualisation.quadlet = {
    pods.desk.podConfig.publishPorts = [ "8080:80" "127.0.0.1:81:81" "9090:90" ];
                                       # ^^^^^^^^^ low: pod `desk` publishes ports 8080 and 9090 on every address, past the firewall
    containers.ink.containerConfig = { image = "a:1"; pod = config.virtualisation.quadlet.pods.desk.ref; };
    containers.pen.containerConfig = { image = "a:1"; pod = "desk.pod"; };
    containers.cup.containerConfig = { image = "a:1"; publishPorts = [ "82:82" ]; };
                                                                     # ^^^^^^^ low: `cup` publishes port 82 on every address, past the firewall
  };
}
"#,
        );
    }

    #[test]
    fn one_finding_for_a_container() {
        check(
            &RULE,
            r#"
{
  virtualisation.oci-containers.containers.web = {
    image = "a:1";
    ports = [ "127.0.0.1:80:80" "8080:80" "0.0.0.0:8443:443" ];
                              # ^^^^^^^^^ low: `web` publishes ports 8080 and 8443 on every address, past the firewall
  };
}
"#,
        );
    }

    #[test]
    fn a_port_that_the_engine_chooses() {
        check(
            &RULE,
            r#"
{ virtualisation.oci-containers.containers.web = { image = "a:1"; ports = [ "80" ]; }; }
                                                                          # ^^^^ low: `web` publishes port 80 (at a free port) on every address, past the firewall
"#,
        );
    }

    #[test]
    fn where_the_firewall_holds() {
        check_none(
            &RULE,
            r#"
{
  virtualisation.oci-containers.containers.a = { image = "a:1"; ports = [ "127.0.0.1:80:80" "[::1]:80:80" ]; };
  virtualisation.oci-containers.containers.b = { image = "a:1"; ports = [ "80:80" ]; extraOptions = [ "--network=host" ]; };
  home-manager.users.app.services.podman.containers.c = { image = "a:1"; ports = [ "8080:80" ]; };
}
"#,
        );
    }

    #[test]
    fn publishes_on_loopback() {
        check_fix(
            &RULE,
            r#"
{ virtualisation.oci-containers.containers.web = { image = "a:1"; ports = [ "8080:80" "53:53/udp" ]; }; }
"#,
            r#"
{ virtualisation.oci-containers.containers.web = { image = "a:1"; ports = [ "127.0.0.1:8080:80" "127.0.0.1:53:53/udp" ]; }; }
"#,
        );
    }
}

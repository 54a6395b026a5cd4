//! Whether a published port is open: what of the network it passes.

use nixpod_model::{Container, Engine, Field, Firewall, FirewallBackend, OpenPorts, Port, Surface, System};

/// How a published port is open although no firewall opens it.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Way {
    PastTheFirewall,
    NoFirewall,
}

/// `None`: what is forwarded does not pass, or whether it does is not known.
pub(super) fn way(container: &Container, system: &System) -> Option<Way> {
    let firewall = &system.firewall;
    let may_be_firewalld = !matches!(
        firewall.backend.value(),
        Some(FirewallBackend::Iptables | FirewallBackend::Nftables)
    );
    match firewall.enable.value()? {
        // Then firewalld may run by itself.
        false => (!may_be_firewalld).then_some(Way::NoFirewall),
        true => {
            let by_docker = container.engine.value() == Some(&Engine::Docker)
                && system.engines.docker_filters.value() == Some(&false);
            let is_strict = may_be_firewalld && firewall.strict_forward.value() == Some(&true);
            (!by_docker && !is_strict).then_some(Way::PastTheFirewall)
        }
    }
}

/// `forwardPorts` takes effect with `privateNetwork` only, whatever else makes the network a private one; a flag always does.
pub(super) fn is_forwarded(container: &Container, port: &Port) -> bool {
    let is_flag = port.text.is_some();
    is_flag || container.surface != Surface::Nspawn || { container.nspawn.iter() }
        .all(|nspawn| nspawn.private_network.value() == Some(&true))
}

/// Does the firewall open the port anyway? Of a port that is not known itself, anything may be so.
pub(super) fn is_meant(firewall: &Firewall, port: &Port) -> bool {
    let number = port.host.as_ref().and_then(|host| host.as_known());
    // The first of a range stands for all of it.
    let number = number.map(|number| number.split('-').next().unwrap_or_default().to_owned());
    let Some(number) = number.and_then(|number| number.parse::<u16>().ok()) else {
        return false;
    };
    let opens = |open: &OpenPorts| (open.first..=open.last).contains(&number);
    opened(firewall, port)
        .iter()
        .any(|field| field.value().is_some_and(opens))
}

/// A port that the firewall opens and whose number is not known, so that it may be this one.
pub(super) fn perhaps_meant<'a>(firewall: &'a Firewall, port: &Port) -> Option<&'a Field<OpenPorts>> {
    opened(firewall, port)
        .iter()
        .find(|field| field.value().is_none())
}

fn opened<'a>(firewall: &'a Firewall, port: &Port) -> &'a [Field<OpenPorts>] {
    match &*protocol(port) {
        "udp" => &firewall.open_udp,
        _ => &firewall.open_tcp,
    }
}

/// The protocol of a port, `tcp` where nothing is said.
pub(super) fn protocol(port: &Port) -> String {
    let texts = [port.text.as_ref(), Some(&port.container)];
    let patterns = texts.into_iter().flatten().map(nixpod_model::Text::pattern);
    let protocols = patterns.filter_map(|text| Some(text.rsplit_once('/')?.1.to_ascii_lowercase()));
    { protocols }.next().unwrap_or_else(|| "tcp".to_owned())
}

#[cfg(test)]
mod tests {
    use crate::rules::published_on_all_interfaces::RULE;
    use nixpod_testing::{check, check_none};

    #[test]
    fn where_nothing_is_passed() {
        for (system, port) in [
            ("networking.firewall.enable = false;", "80:80"),
            ("networking.firewall.allowedTCPPorts = [ 80 ];", "80:80"),
            (
                "networking.firewall.allowedUDPPortRanges = [ { from = 50; to = 60; } ];",
                "53:53/udp",
            ),
        ] {
            check_none(
                &RULE,
                &format!(
                    "{{ {system} virtualisation.oci-containers.containers.a = {{ image = \"a:1\"; ports = [ \"{port}\" ]; }}; }}"
                ),
            );
        }
    }

    /// What keeps ports of each engine from being reached past the firewall, and what does not.
    #[test]
    fn conditions_of_each_engine() {
        let with = |lines: &str| {
            format!(
                r#"
{{
  {lines}
  virtualisation.oci-containers.containers.db = {{ image = "docker.io/library/postgres:16.3"; ports = [ "5432:5432" ]; }};
MARK
}}
"#
            )
        };
        const DOCKER: &str =
            "virtualisation.oci-containers.backend = \"docker\"; virtualisation.docker.enable = true;";
        const PODMAN: &str = "virtualisation.oci-containers.backend = \"podman\";";
        for (engine, line) in [
            (DOCKER, "virtualisation.docker.daemon.settings.iptables = false;"),
            (
                DOCKER,
                "virtualisation.docker.extraOptions = \"--iptables=false\";",
            ),
            (
                DOCKER,
                "virtualisation.docker.daemon.settings.ip = \"127.0.0.1\";",
            ),
            (DOCKER, "virtualisation.docker.extraOptions = \"--ip=127.0.0.1\";"),
            (DOCKER, STRICT),
            (PODMAN, STRICT),
            (
                PODMAN,
                "virtualisation.containers.containersConf.settings.network.default_host_ips = [ \"127.0.0.1\" \"::1\" ];",
            ),
        ] {
            check_none(&RULE, &with(&format!("{engine} {line}")).replace("MARK\n", ""));
        }
        let marker = "                                                                                                     # ^^^^^^^^^^^ medium: `db` publishes port 5432 on every address, past the firewall, and a database listens there\n";
        for (engine, line) in [
            (DOCKER, "virtualisation.docker.daemon.settings.iptables = true;"),
            (DOCKER, "virtualisation.docker.daemon.settings.ip = \"0.0.0.0\";"),
            // Of the other engine.
            (
                DOCKER,
                "virtualisation.containers.containersConf.settings.network.default_host_ips = [ \"127.0.0.1\" ];",
            ),
            (
                PODMAN,
                "virtualisation.docker.daemon.settings.ip = \"127.0.0.1\";",
            ),
            (PODMAN, "virtualisation.docker.daemon.settings.iptables = false;"),
            (PODMAN, "services.firewalld.enable = true;"),
            (
                PODMAN,
                "virtualisation.containers.containersConf.settings.network.default_host_ips = [ \"127.0.0.1\" \"0.0.0.0\" ];",
            ),
        ] {
            check(
                &RULE,
                &with(&format!("{engine} {line}")).replace("MARK\n", marker),
            );
        }
    }

    const STRICT: &str = "services.firewalld = { enable = true; settings.StrictForwardPorts = true; };";

    /// One port whose number is not known hides no other: packets pass it by in any case.
    #[test]
    fn what_opens_an_unknown_port() {
        let host = |opened: &str, marker: &str| {
            format!(
                r#"
{{ config, ... }}: {{
  networking.firewall = {{ {opened} }};
  virtualisation.oci-containers.backend = "podman";
  virtualisation.oci-containers.containers.db = {{ image = "docker.io/library/postgres:16.3"; ports = [ "5432:5432" ]; }};
{marker}}}
"#
            )
        };
        let marker = "                                                                                                     # ^^^^^^^^^^^ medium: `db` publishes port 5432 on every address, past the firewall, and a database listens there\n";
        for opened in [
            "allowedUDPPorts = [ config.services.tailscale.port ];",
            "allowedTCPPorts = [ config.services.nginx.defaultHTTPListenPort 22 ];",
            "allowedTCPPorts = [ config.services.other.port ];",
            "allowedTCPPorts = [ 22 ] ++ config.services.openssh.ports;",
        ] {
            check(&RULE, &host(opened, marker));
        }
    }

    /// A system without a firewall is no safer than one with.
    #[test]
    fn without_a_firewall() {
        check(
            &RULE,
            r#"
{
  networking.firewall.enable = false;
  virtualisation.oci-containers.containers.db = { image = "docker.io/library/postgres:16.3"; ports = [ "80:80" "5439-5441:5430-5434" ]; };
                                                                                                             # ^^^^^^^^^^^^^^^^^^^^^ medium: `db` publishes port 5439-5441 on every address, and a database listens there
  virtualisation.oci-containers.containers.web = { image = "a:1"; ports = [ "81:80" ]; };
}
"#,
        );
    }

    /// A setting without the program that reads it filters nothing.
    #[test]
    fn settings_that_nobody_reads() {
        let host = |release: &str, line: &str| {
            format!(
                r#"
#- /flake.nix
{{
  inputs.nixpkgs.url = "github:NixOS/nixpkgs/nixos-{release}";
  outputs = {{ nixpkgs, ... }}: {{
    nixosConfigurations.den = nixpkgs.lib.nixosSystem {{ modules = [ ./configuration.nix ]; }};
  }};
}}
#- /configuration.nix
{{
  {line}
  virtualisation.oci-containers.backend = "podman";
  virtualisation.oci-containers.containers.db = {{ image = "docker.io/library/postgres:16.3"; ports = [ "5432:5432" ]; }};
MARK
}}
"#
            )
        };
        let marker = "                                                                                                     # ^^^^^^^^^^^ medium: `db` publishes port 5432 on every address, past the firewall, and a database listens there\n";
        let strict = "services.firewalld.settings.StrictForwardPorts = true;";
        let address =
            "virtualisation.containers.containersConf.settings.network.default_host_ips = [ \"127.0.0.1\" ];";
        check(&RULE, &host("25.11", strict).replace("MARK\n", marker));
        check(&RULE, &host("25.05", address).replace("MARK\n", marker));
        let enabled = format!("services.firewalld.enable = true; {strict}");
        check_none(&RULE, &host("25.11", &enabled).replace("MARK\n", ""));
        check_none(&RULE, &host("26.11", address).replace("MARK\n", ""));
    }

    /// nspawn never hears of them there.
    #[test]
    fn what_is_not_forwarded() {
        check_none(
            &RULE,
            r#"
{ containers.web = { privateUsers = "pick"; interfaces = [ "eth1" ]; forwardPorts = [ { hostPort = 8080; } ]; config = { }; }; }
"#,
        );
        check(
            &RULE,
            r#"
{ containers.web = { privateUsers = "pick"; interfaces = [ "eth1" ]; extraFlags = [ "--port=tcp:8080" ]; config = { }; }; }
                                                                                  # ^^^^^^^^^^^^^^^^^ info: `web` publishes port 8080 on every address, past the firewall
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
}

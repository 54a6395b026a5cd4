//! engine-api-exposed

use crate::about::paths::HOLE;
use crate::about::words::inside;
use nixpod_analysis::{Attack, Control, Controls, Ctx, Proof, Severity, Sink, declare_rule};
use nixpod_model::{Api, Engine, System, Written};

declare_rule! {
    /// ## What it flags
    /// An engine that does what it is told over TCP without asking for a certificate: `virtualisation.docker.listenOptions`
    /// or `daemon.settings.hosts` with `tcp://`, `-H tcp://` among the daemon's options, addresses of `systemd.sockets.docker`
    /// and `podman`, and scripts and units in which root runs `dockerd -H tcp://…`, `podman system service tcp://…` or a `socat`
    /// from a port to the engine's socket. Likewise a socket that every user may write to (`SocketMode = "0666"`,
    /// `chmod 666 /run/docker.sock`). And Podman's API behind certificates where the network is let through to it
    /// (`virtualisation.podman.networkSocket.openFirewall`).
    /// ## Why
    /// Who reaches the port starts a container that has the host's root directory, and is root of the host. On 127.0.0.1
    /// these are all users and all services of the host, and every container in its network; on other addresses whoever
    /// the firewall lets through, and web pages that a browser on the host loads reach local ones, too.
    /// ## Bad
    /// ```nix
    /// {
    ///   virtualisation.docker = {
    ///     enable = true;
    ///     listenOptions = [ "/run/docker.sock" "tcp://0.0.0.0:2375" ];
    ///   };
    /// }
    /// ```
    /// ## Good
    /// ```nix
    /// {
    ///   virtualisation.docker = {
    ///     enable = true;
    ///     listenOptions = [ "/run/docker.sock" ];
    ///   };
    /// }
    /// ```
    /// ## Fix safety
    /// No fix: what talks to the port has to be told another way, such as `DOCKER_HOST=ssh://host`.
    pub static RULE = {
        id: "engine-api-exposed",
        summary: "engine that obeys whoever reaches its port",
        severity: Critical,
        group: Oci,
        since: "0.1.0",
        fix: None,
        proof: Proof::Experiments(&["docker-api-on-the-network"]),
        controls: Controls::Cover(&[Control::Cis("2.7"), Control::Attack("T1610"), Control::Attack("T1609")]),
        stakes: [HostRoot x Command, HostRoot x Step, HostRoot x Weakness],
        attack: Attack::Typed {
            experiment: "docker-api-on-the-network",
            command: "docker -H tcp://HOST:2375 run --rm -v /:/host IMAGE cat /host/etc/shadow",
            gives: "the host's password hashes, from another machine",
        },
        check: System(check),
    }
}

fn check(ctx: &Ctx<'_>, system: &System, sink: &mut Sink) {
    let engines = &system.engines;
    let is_off = |engine: Engine| match engine {
        Engine::Docker => {
            engines.docker.value() == Some(&false) && engines.docker_rootless.value() == Some(&false)
        }
        Engine::Podman | Engine::Nspawn => engines.podman.value() == Some(&false),
    };
    for field in &system.engines.apis {
        let Some(field) = field.written() else {
            continue;
        };
        let api = field.get();
        let is_off = !api.by_command && is_off(api.engine);
        if is_off {
            continue;
        }
        let engine = match api.engine {
            Engine::Docker => "Docker",
            Engine::Podman | Engine::Nspawn => "Podman",
        };
        if let Some(how) = &api.open {
            let socket = api.address.display();
            let place = inside(ctx, system);
            sink.report(field, format!("{engine} obeys every user{place}: {how} opens its socket `{socket}`"))
                .severity(Severity::High)
                .help(
                    "Whoever can tell the engine what to do is root of its system. Leave the socket to its group, and give \
                     people an engine of their own (rootless).",
                );
            continue;
        }
        if api.is_guarded && api.through_firewall {
            of_network(field, sink);
            continue;
        }
        let Some(listens) = listens(api) else {
            continue;
        };
        let (severity, who) = match listens {
            Listens::Here => (Severity::High, "every program on the host"),
            Listens::Everywhere => (Severity::Critical, "everybody who reaches the port"),
        };
        sink.report(
            field,
            format!(
                "{engine} obeys {who} at `{}`{}",
                api.address.display(),
                inside(ctx, system)
            ),
        )
        .severity(severity)
        .help(
            "Whoever can tell the engine what to do is root of its system. Leave the address out and connect by \
             `ssh://`, or ask for certificates (`--tlsverify`).",
        );
    }
}

/// What asks for certificates, and is open to the network.
fn of_network(field: Written<'_, Api>, sink: &mut Sink) {
    let address = &field.get().address;
    let pattern = address.pattern();
    let host = pattern.strip_prefix("tcp://").unwrap_or_default();
    if ["127.", "localhost", "::1", "[::1]"]
        .iter()
        .any(|local| host.starts_with(local))
    {
        return;
    }
    sink.report(
        field,
        format!(
            "root's Podman obeys everybody in the network who has a certificate, at `{}`",
            address.display()
        ),
    )
    .severity(Severity::Medium)
    .help(
        "One key of a client that gets lost is root on the host, and so is a fault in the proxy that asks for it. Leave the          firewall closed and connect by `ssh://`, or open the port in a network of your own only \
         (`networking.firewall.interfaces`).",
    );
}

/// From where an engine can be reached.
enum Listens {
    Here,
    Everywhere,
}

/// Where an engine listens that asks for no certificate; `None`: not over TCP, or it is not known.
fn listens(api: &Api) -> Option<Listens> {
    if api.is_guarded {
        return None;
    }
    let address = api.address.pattern();
    // A unit for a socket says the address or the port alone.
    let rest = address.strip_prefix("tcp://").unwrap_or(&address);
    if rest.contains("://") {
        return None;
    }
    // What is not known may be the machine's own address, or no address of a network at all.
    let host = rest.rsplit_once(':').map_or("", |(host, _)| host);
    if host.contains(HOLE) || (host.is_empty() && rest.contains(HOLE)) || rest.starts_with("vsock:") {
        return None;
    }
    let is_local = ["127.", "localhost", "[::1]"]
        .iter()
        .any(|local| rest.starts_with(local));
    Some(if is_local {
        Listens::Here
    } else {
        Listens::Everywhere
    })
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use nixpod_testing::{check, check_none};

    #[test]
    fn in_all_the_places() {
        check(
            &RULE,
            r#"
{
  virtualisation.docker = {
    enable = true;
    listenOptions = [ "tcp://0.0.0.0:2375" ];
                    # ^^^^^^^^^^^^^^^^^^^^ critical: Docker obeys everybody who reaches the port at `tcp://0.0.0.0:2375`
    daemon.settings.hosts = [ "tcp://127.0.0.1:2375" ];
                            # ^^^^^^^^^^^^^^^^^^^^^^ high: Docker obeys every program on the host at `tcp://127.0.0.1:2375`
  };
}
"#,
        );
    }

    #[test]
    fn by_a_unit_for_a_socket() {
        check(
            &RULE,
            r#"
{ virtualisation.docker = { enable = true; listenOptions = [ "2375" ]; }; }
                                                           # ^^^^^^ critical: Docker obeys everybody who reaches the port at `2375`
"#,
        );
    }

    #[test]
    fn by_a_command() {
        check(
            &RULE,
            r#"
{ pkgs, ... }: {
  systemd.services.api.serviceConfig.ExecStart = "${pkgs.podman}/bin/podman system service --time=0 tcp://0.0.0.0:8888";
                                                                                                  # ^^^^^^^^^^^^^^^^^^ critical: Podman obeys everybody who reaches the port at `tcp://0.0.0.0:8888`
  systemd.services.daemon.script = "dockerd -H unix:///run/d.sock --host=tcp://127.0.0.1:2375";
                                                                # ^^^^^^^^^^^^^^^^^^^^^^^^^^^ high: Docker obeys every program on the host at `tcp://127.0.0.1:2375`
}
"#,
        );
    }

    /// The daemon takes every address of the unit for its socket, and everybody who may write to it.
    #[test]
    fn sockets_by_their_units_and_modes() {
        check(
            &RULE,
            r#"
{ pkgs, ... }: {
  virtualisation.docker.enable = true;
  virtualisation.podman.enable = true;
  systemd.sockets.docker.listenStreams = [ "/run/second.sock" "0.0.0.0:2375" ];
                                                            # ^^^^^^^^^^^^^^ critical: Docker obeys everybody who reaches the port at `0.0.0.0:2375`
  systemd.sockets.podman.socketConfig = { ListenStream = "127.0.0.1:8888"; SocketMode = "0666"; };
                                                       # ^^^^^^^^^^^^^^^^ high: Podman obeys every program on the host at `127.0.0.1:8888`
                                                                                      # ^^^^^^ high: Podman obeys every user: mode 0666 opens its socket `/run/podman/podman.sock`
  systemd.services.docker.postStart = "chmod a+rw /var/run/docker.sock";
                                                # ^^^^^^^^^^^^^^^^^^^^ high: Docker obeys every user: `chmod a+rw` opens its socket `/var/run/docker.sock`
  systemd.services.p.serviceConfig.ExecStart = "${pkgs.socat}/bin/socat TCP-LISTEN:2375,fork UNIX-CONNECT:/var/run/docker.sock";
                                                                      # ^^^^^^^^^^^^^^^^^^^^ critical: Docker obeys everybody who reaches the port at `tcp://0.0.0.0:2375`
}
"#,
        );
        check_none(
            &RULE,
            r#"
{ pkgs, ... }: {
  virtualisation.docker.enable = true;
  virtualisation.podman.enable = false;
  systemd.sockets.docker.socketConfig = { SocketMode = "0660"; ListenStream = "/run/docker.sock"; };
  systemd.sockets.podman = { listenStreams = [ "0.0.0.0:8888" ]; socketConfig.SocketMode = "0666"; };
  systemd.services.docker.postStart = "chmod 660 /run/docker.sock; chmod +w /run/docker.sock; chmod 777 /run/app.sock";
  systemd.services.p.script = "${pkgs.socat}/bin/socat TCP-LISTEN:80,fork UNIX-CONNECT:/run/app.sock";
}
"#,
        );
    }

    /// NixOS puts a proxy in front that asks for certificates; who else reaches it is said by the firewall.
    #[test]
    fn behind_certificates() {
        check(
            &RULE,
            r#"
{
  virtualisation.podman.enable = true;
  virtualisation.podman.networkSocket = {
    enable = true;
    server = "ghostunnel";
    openFirewall = true;
                 # ^^^^ medium: root's Podman obeys everybody in the network who has a certificate, at `tcp://0.0.0.0`
    tls = { cert = "/run/keys/cert.pem"; key = "/run/keys/key.pem"; cacert = "/run/keys/ca.pem"; };
  };
}
"#,
        );
        for socket in [
            "enable = true;",
            "enable = true; openFirewall = false;",
            "enable = false; openFirewall = true;",
            "openFirewall = true;",
            "enable = true; openFirewall = true; listenAddress = \"127.0.0.1\";",
            "enable = true; openFirewall = config.my.open;",
        ] {
            check_none(
                &RULE,
                &format!(
                    "{{ config, ... }}: {{ virtualisation.podman = {{ enable = true; networkSocket = {{ {socket} }}; }}; }}"
                ),
            );
        }
    }

    #[test]
    fn commands_that_do_not() {
        check_none(
            &RULE,
            r#"
{ pkgs, ... }: {
  systemd.services = {
    socket.script = "podman system service --time 0 unix:///run/p.sock; podman system service";
    guarded.script = "dockerd --tlsverify -H tcp://0.0.0.0:2376";
    told.script = "echo dockerd -H tcp://0.0.0.0:2375; docker -H tcp://host:2375 ps";
    user = { script = "podman system service tcp://0.0.0.0:8888"; serviceConfig.User = "ann"; };
  };
  systemd.user.services.own.script = "podman system service tcp://0.0.0.0:8888";
}
"#,
        );
    }

    #[test]
    fn what_is_not_known() {
        check_none(
            &RULE,
            r#"
{ config, ... }: {
  virtualisation.docker = { enable = true; listenOptions = [ config.my.socket "${config.my.other}" "${config.my.ip}:2375" "vsock:2:2375" ]; };
}
"#,
        );
    }

    #[test]
    fn sockets_and_certificates() {
        check_none(
            &RULE,
            r#"
{
  containers.off.config.virtualisation.docker.listenOptions = [ "tcp://0.0.0.0:2375" ];
  virtualisation.docker = {
    enable = true;
    listenOptions = [ "/run/docker.sock" ];
    daemon.settings = {
      hosts = [ "tcp://0.0.0.0:2376" "unix:///run/docker.sock" ];
      tlsverify = true;
    };
  };
}
"#,
        );
    }
}

//! host-loopback

use crate::about::words::{name, removal};
use nixpod_analysis::{Applicability, Attack, Ctx, Proof, Severity, Sink, declare_rule};
use nixpod_model::Container;

declare_rule! {
    /// ## What it flags
    /// The network of a rootless container made so that it reaches the host's loopback: `pasta:--map-gw`, `pasta:--map-
    /// host-loopback=ADDRESS`, `pasta:-T,auto`, `slirp4netns:allow_host_loopback=true`.
    /// ## Why
    /// Services that listen on 127.0.0.1 do so because nobody but the programs of the machine is to reach them, and many
    /// ask for no password: databases, admin pages, the interfaces of other containers that are published to 127.0.0.1
    /// alone. Podman keeps a container from them by default (podman-run(1), `--network`); pasta(1) and slirp4netns(1) say
    /// of these options that they open them to it.
    /// ## Bad
    /// ```nix
    /// { services.podman.containers.app = { image = "docker.io/library/app:1"; network = "pasta:--map-gw"; }; }
    /// ```
    /// ```nix
    /// {
    ///   virtualisation.oci-containers.containers.app = {
    ///     image = "docker.io/library/app:1";
    ///     extraOptions = [ "--network=slirp4netns:allow_host_loopback=true" ];
    ///   };
    /// }
    /// ```
    /// ## Good
    /// ```nix
    /// { services.podman.containers.app = { image = "docker.io/library/app:1"; network = "pasta:-T,5432"; }; }
    /// ```
    /// ## Fix safety
    /// Unsafe: the program may need one of the host's services, which `pasta:-T,PORT` hands over alone.
    pub static RULE = {
        id: "host-loopback",
        summary: "container that reaches what listens on the host's 127.0.0.1",
        severity: Medium,
        group: Oci,
        since: "0.1.0",
        fix: Sometimes,
        proof: Proof::Experiments(&["podman-map-gw-reaches-loopback", "podman-slirp-reaches-loopback"]),
        stakes: [Part x Command, Part x Step],
        attack: Attack::Typed {
            experiment: "podman-map-gw-reaches-loopback",
            command: "nc 192.0.2.2 5432",
            gives: "a database that listens on the host's loopback interface alone answers at the gateway's address",
        },
        check: Container(check),
    }
}

fn check(_ctx: &Ctx<'_>, container: &Container, sink: &mut Sink) {
    for field in &container.run_options {
        let Some(field) = field.written().filter(|field| field.get().name == "network") else {
            continue;
        };
        let Some(option) = opening(&field.get().value.pattern()) else {
            continue;
        };
        let builder = sink
            .report(
                field,
                format!("{} reaches what listens on the host's 127.0.0.1 (`{option}`)", name(container)),
            )
            .severity(Severity::Medium)
            .help(
                "Services listen there so that only programs of the machine reach them, and many ask for no password. \
                 `pasta:-T,PORT` hands one port of the host over; a network that both share keeps the host out of it.",
            );
        if let Some(change) = removal(container, &field.origin) {
            builder.fix(
                "Leave the host's loopback to the host",
                Applicability::Unsafe,
                change,
            );
        }
    }
}

/// The option by which a program for networks opens the host's loopback.
fn opening(network: &str) -> Option<String> {
    let (program, options) = network.split_once(':')?;
    // All ports, as pasta does by itself and Podman keeps it from doing; one port is what the help advises.
    let words: Vec<&str> = options.split([',', '=']).collect();
    let all = words.windows(2).find_map(|pair| match pair {
        [
            option @ ("-T" | "--tcp-ns" | "-U" | "--udp-ns"),
            value @ ("auto" | "all"),
        ] => Some(format!("{option},{value}")),
        _ => None,
    });
    if let Some(all) = all.filter(|_| program == "pasta") {
        return Some(all);
    }
    let mut options = options.split(',');
    let found = match program {
        "pasta" => options.find(|option| {
            let name = option.split('=').next().unwrap_or(option);
            matches!(name, "--map-gw" | "--map-host-loopback") && !option.ends_with("=none")
        }),
        "slirp4netns" => options.find(|option| *option == "allow_host_loopback=true"),
        _ => None,
    };
    found.map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use nixpod_testing::{check, check_none};

    #[test]
    fn opened_by_options() {
        check(
            &RULE,
            r#"
{
  services.podman.containers.app = { image = "a:1"; network = "pasta:--map-gw"; };
                                                            # ^^^^^^^^^^^^^^^^ medium: `app` reaches what listens on the host's 127.0.0.1 (`--map-gw`)
  services.podman.containers.api = { image = "a:1"; extraPodmanArgs = [ "--network=pasta:-I,eth7,--map-host-loopback,10.0.2.2" ]; };
                                                                      # ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ medium: `api` reaches what listens on the host's 127.0.0.1 (`--map-host-loopback`)
  services.podman.containers.all = { image = "a:1"; network = "pasta:--tcp-ns,auto"; };
                                                            # ^^^^^^^^^^^^^^^^^^^^^ medium: `all` reaches what listens on the host's 127.0.0.1 (`--tcp-ns,auto`)
  virtualisation.oci-containers.containers.old = { image = "a:1"; networks = [ "slirp4netns:mtu=1500,allow_host_loopback=true" ]; };
                                                                             # ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ medium: `old` reaches what listens on the host's 127.0.0.1 (`allow_host_loopback=true`)
}
"#,
        );
    }

    #[test]
    fn closed_networks() {
        check_none(
            &RULE,
            r#"
{
  services.podman.containers.app = { image = "a:1"; network = "pasta"; };
  services.podman.containers.api = { image = "a:1"; network = "pasta:-T,5432,-U,none,--map-host-loopback=none"; };
  virtualisation.oci-containers.containers.old = { image = "a:1"; networks = [ "slirp4netns:allow_host_loopback=false" ]; };
  virtualisation.oci-containers.containers.web = { image = "a:1"; networks = [ "web" ]; };
}
"#,
        );
    }
}

//! host-loopback

use crate::about::words::{name, removal};
use nixpod_analysis::{Applicability, Attack, Ctx, Proof, Severity, Sink, declare_rule};
use nixpod_model::Container;

declare_rule! {
    /// ## What it flags
    /// The network of a rootless container made so that it reaches the host's loopback: `pasta:--map-gw`, `pasta:--map-
    /// host-loopback=ADDRESS`, `pasta:-T,auto` or `-T,all`, `slirp4netns:allow_host_loopback=true`; and the same as
    /// `pasta_options` of `containers.conf`, for all rootless containers.
    /// ## Why
    /// Services that listen on 127.0.0.1 do so because nobody but the programs of the machine is to reach them, and many
    /// ask for no password: databases, admin pages, the interfaces of other containers that are published to 127.0.0.1
    /// alone. Podman keeps a container from them by default (podman-run(1), `--network`); pasta(1) and slirp4netns(1) say
    /// of these options that they open them to it: `-T` hands ports of the host's loopback over, and `auto` is every one
    /// that somebody listens on.
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
    check_settings(container, sink);
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
                format!(
                    "{} reaches what listens on the host's 127.0.0.1 (`{option}`)",
                    name(container)
                ),
            )
            .severity(Severity::Medium)
            .help(HELP);
        if let Some(change) = removal(container, &field.origin) {
            builder.fix(
                "Leave the host's loopback to the host",
                Applicability::Unsafe,
                change,
            );
        }
    }
}

const HELP: &str = "Services listen there so that only programs of the machine reach them, and many ask for no password. \
    `pasta:-T,PORT` hands one port of the host over; a network that both share keeps the host out of it.";

/// `pasta_options` of `containers.conf`: Podman gives them to each rootless container that has pasta's network, as those have
/// by default.
fn check_settings(container: &Container, sink: &mut Sink) {
    let options = { container.run_options.iter() }
        .filter_map(|field| field.written())
        .filter(|field| field.get().name == "pasta-option");
    let options: Vec<_> = options.collect();
    let words: Vec<String> = options.iter().map(|field| field.get().value.pattern()).collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    if let Some((at, opening)) = opening_of_pasta(&words)
        && let Some(field) = options.get(at)
    {
        sink.report(
            *field,
            format!(
                "rootless containers of Podman reach what listens on the host's 127.0.0.1 (`{}`)",
                opening.join(" ")
            ),
        )
        .severity(Severity::Medium)
        .help(HELP);
    }
}

/// Where pasta's option stands that opens the host's loopback, and its words.
fn opening_of_pasta<'w>(words: &[&'w str]) -> Option<(usize, Vec<&'w str>)> {
    words.iter().enumerate().find_map(|(at, word)| {
        let (name, value) = match word.split_once('=') {
            Some((name, value)) => (name, Some(value)),
            None => (*word, None),
        };
        let next = || words.get(at + 1).copied();
        match name {
            "--map-gw" => Some((at, vec![name])),
            "--map-host-loopback" => (value.or_else(next) != Some("none")).then(|| (at, vec![name])),
            "-T" | "--tcp-ns" | "-U" | "--udp-ns" => {
                let ports = value.or_else(next)?;
                // All ports, as pasta does by itself and Podman keeps it from doing; one port is what the help advises. Where
                // only exclusions are listed, they are of all ports.
                let is_wide = matches!(ports, "auto" | "all") || ports.starts_with('~');
                is_wide.then(|| (at, vec![name, ports]))
            }
            _ => None,
        }
    })
}

/// The option by which a program for networks opens the host's loopback.
fn opening(network: &str) -> Option<String> {
    let (program, options) = network.split_once(':')?;
    let mut options = options.split(',');
    let found = match program {
        "pasta" => return Some(opening_of_pasta(&options.collect::<Vec<_>>())?.1.join(",")),
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
    fn all_ports_of_the_loopback() {
        check(
            &RULE,
            r#"
{
  services.podman.containers.app = { image = "a:1"; network = "pasta:--tcp-ns,auto"; };
                                                            # ^^^^^^^^^^^^^^^^^^^^^ medium: `app` reaches what listens on the host's 127.0.0.1 (`--tcp-ns,auto`)
  services.podman.containers.api = { image = "a:1"; network = "pasta:-I,eth7,-U,all"; };
                                                            # ^^^^^^^^^^^^^^^^^^^^^^ medium: `api` reaches what listens on the host's 127.0.0.1 (`-U,all`)
  services.podman.containers.web = { image = "a:1"; network = "pasta:-t,auto,-T,none"; };
}
"#,
        );
    }

    #[test]
    fn for_every_container() {
        check(
            &RULE,
            r#"
{
  virtualisation.containers.containersConf.settings.network.pasta_options = [ "-T" "5432" "--map-gw" ];
                                                                                        # ^^^^^^^^^^ medium: rootless containers of Podman reach what listens on the host's 127.0.0.1 (`--map-gw`)
}
"#,
        );
        check_none(
            &RULE,
            r#"
{
  virtualisation.containers.containersConf.settings.network.pasta_options = [ "-T" "5432" "--map-host-loopback" "none" ];
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

//! published-on-all-interfaces

mod way;

use crate::about::pods::joined_pod;
use crate::about::power::{is_filter, lets_all_through};
use crate::about::words::{listed, name, replace_text};
use nixpod_analysis::{
    Applicability, Attack, Change, Confidence, Control, Controls, Ctx, Proof, Severity, Sink, declare_rule,
};
use nixpod_model::{Container, Firewall, NetworkMode, Port, TextPart, Written};
use nixpod_source::{Origin, Site};
use way::{Way, is_forwarded, is_meant, perhaps_meant, protocol, way};

declare_rule! {
    /// ## What it flags
    /// Ports that a rootful container publishes on every address of the host: `"8080:80"`, `"0.0.0.0:8080:80"`, and
    /// nspawn's `forwardPorts`, which have no address; and `--publish-all`. One finding for each container or pod: a hint for
    /// a service, and more for a database, for what administers, and for a proxy of an engine's socket. Rootless containers
    /// are left out, since there the firewall holds, and so are ports that the firewall opens anyway, and systems with a
    /// firewall that what engines forward does not pass. Where there is no firewall nothing is passed, and a service is meant to
    /// be reached; a database, what administers and a proxy of a socket are told all the same.
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
        severity: Medium,
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
            "docker-ports-bypass-the-firewall",
            "ports-and-firewalld",
        ]),
        controls: Controls::Cover(&[Control::Cis("5.14"), Control::Cis("5.9"), Control::Attack("T1190"), Control::Attack("T1133")]),
        stakes: [HostRoot x Command, Account x Step, Part x Command, Part x Step, Nothing x Itself],
        attack: Attack::Typed {
            experiment: "ports-bypass-the-firewall",
            command: "probe tcp HOST PORT",
            gives: "the service answers, though the firewall lists only port 22",
        },
        check: Container(check),
    }
}

fn check(ctx: &Ctx<'_>, container: &Container, sink: &mut Sink) {
    let is_nspawn = container.nspawn.is_some();
    if is_nspawn {
        // Without a private network nspawn does not forward at all; that is ignored-network-option.
        if container.network.value() != Some(&NetworkMode::Private) {
            return;
        }
    } else if container.rootful.value() != Some(&true)
        // Elsewhere ports are discarded; that is ports-without-effect.
        || container.network.value().is_some_and(|network| *network != NetworkMode::Private)
    {
        return;
    }
    let outer = ctx.outermost(&container.system);
    let Some(way) = way(container, outer) else {
        return;
    };
    if way == Way::PastTheFirewall {
        check_all(container, sink);
    }
    let written = container.ports.iter().filter_map(|field| field.written());
    let open = written.filter(|port| {
        let (what, port) = (behind(container, port.get()), port.get());
        let is_told = match way {
            Way::PastTheFirewall => !is_meant(&outer.firewall, port),
            // Nothing is passed there, and a service is meant to be reached.
            Way::NoFirewall => what > Behind::Service,
        };
        is_open(port) && is_forwarded(container, port) && is_told
    });
    // What a pod publishes is the pod's.
    let (of_pod, own): (Vec<_>, Vec<_>) = open.partition(|port| port.get().pod.is_some());
    // In a pod of another's making it does not start with ports of its own; that is ports-without-effect, too.
    let own = match joined_pod(container) {
        Some(_) => Vec::new(),
        None => own,
    };
    for ports in [own, of_pod] {
        let firewall = (way == Way::PastTheFirewall).then_some(&outer.firewall);
        report(container, &ports, way, firewall, sink);
    }
}

/// `--publish-all`: ports that only the image names.
fn check_all(container: &Container, sink: &mut Sink) {
    let mut options = container.run_options.iter();
    let last = options.rfind(|field| field.value().is_none_or(|option| option.name == "publish-all"));
    let Some(field) = last.and_then(|field| field.written()) else {
        return;
    };
    if field.get().value.as_known().as_deref() != Some("true") {
        return;
    }
    sink.report(
        field,
        format!(
            "{} publishes every port that its image names, on every address, past the firewall",
            name(container)
        ),
    )
    .severity(Severity::Low)
    .depends_on(&container.rootful)
    .help("Which ports these are is decided by whoever makes the image. Publish those that are needed, by number.");
}

/// What listens behind a port, if whoever reaches it gets more than a page.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Behind {
    /// Nothing of the kind.
    Service,
    Database,
    Administration,
    /// A proxy of an engine's socket that only answers questions.
    Answers,
    /// One that does what it is told.
    Engine,
}

impl Behind {
    /// How bad it is, what to say, and the help's first sentence.
    const fn words(self) -> (Severity, &'static str, &'static str) {
        match self {
            Self::Service => (Severity::Info, "", ""),
            Self::Database => (
                Severity::Medium,
                ", and a database listens there",
                "Whoever is on the network may try its passwords. ",
            ),
            Self::Administration => (
                Severity::Medium,
                ", and administers from there",
                "Whoever logs in there has what the administrator has. ",
            ),
            Self::Answers => (
                Severity::Medium,
                ", and tells there what the engine knows",
                "Environment variables of all containers are among it, and with them their passwords. ",
            ),
            Self::Engine => (
                Severity::Critical,
                ", where the engine does what it is told",
                "Whoever is on the network starts a container with the host's root directory. ",
            ),
        }
    }
}

fn behind(container: &Container, port: &Port) -> Behind {
    const DATABASES: [u16; 11] = [5432, 3306, 6379, 27017, 9200, 11211, 1433, 5984, 2379, 9042, 8529];
    const ADMINISTRATION: [&str; 8] = [
        "portainer",
        "adminer",
        "phpmyadmin",
        "pgadmin",
        "mongo-express",
        "dockge",
        "selfhostedpro/yacht",
        "redis-commander",
    ];
    let image = container.image.as_ref().and_then(|image| image.value());
    let image = image.map(|image| image.reference.pattern()).unwrap_or_default();
    if is_filter(container) {
        return match lets_all_through(container) {
            true => Behind::Engine,
            false => Behind::Answers,
        };
    }
    if ADMINISTRATION.iter().any(|word| image.contains(word)) {
        return Behind::Administration;
    }
    let inside = port.container.as_known().unwrap_or_default();
    let inside = inside.split('/').next().unwrap_or_default();
    // A range is as bad as the worst in it.
    let (first, last) = inside.split_once('-').unwrap_or((inside, inside));
    let is_database = match (first.parse::<u16>(), last.parse::<u16>()) {
        (Ok(first), Ok(last)) => DATABASES.iter().any(|port| (first..=last).contains(port)),
        _ => false,
    };
    match is_database && protocol(port) == "tcp" {
        true => Behind::Database,
        false => Behind::Service,
    }
}

/// The ports in words, with their protocols where not all are TCP.
fn numbers(open: &[Written<'_, Port>]) -> Vec<String> {
    let with_protocol = open.iter().any(|port| protocol(port.get()) != "tcp");
    let words = open.iter().map(|port| {
        let port = port.get();
        let protocol = match with_protocol {
            true => format!("/{}", protocol(port)),
            false => String::new(),
        };
        match &port.host {
            Some(host) => format!("{}{protocol}", host.display()),
            None => format!("{} (at a free port)", port.container.display()),
        }
    });
    words.collect()
}

fn report(
    container: &Container,
    open: &[Written<'_, Port>],
    way: Way,
    firewall: Option<&Firewall>,
    sink: &mut Sink,
) {
    let is_nspawn = container.nspawn.is_some();
    let Some(first) = open.first() else {
        return;
    };
    let port = first.get();
    let ports = numbers(open);
    let noun = if ports.len() == 1 { "port" } else { "ports" };
    let who = match &port.pod {
        Some(pod) => format!("pod `{pod}`"),
        None => name(container),
    };
    let worst = open.iter().map(|port| behind(container, port.get())).max();
    let (severity, what, danger) = worst.unwrap_or(Behind::Service).words();
    let past = match way {
        Way::PastTheFirewall => ", past the firewall",
        Way::NoFirewall => "",
    };
    let mut builder = sink
        .report(
            *first,
            format!(
                "{who} publishes {noun} {} on every address{past}{what}",
                listed(&ports, 3)
            ),
        )
        .severity(severity)
        .depends_on(&container.rootful)
        .help(format!("{danger}{}", help(way, is_nspawn)));
    if let Some(rules) = firewall.map(|firewall| &firewall.own_rules)
        && rules.value() != Some(&false)
    {
        builder = builder
            .at_most(Confidence::Medium, "rules of the system's own may close the port")
            .related(&rules.origin, "these rules may close it");
    }
    if let Some(field) = { open.iter() }.find_map(|port| perhaps_meant(firewall?, port.get())) {
        builder = builder
            .at_most(Confidence::Medium, "the firewall may open the port on purpose")
            .related(&field.origin, "which port this opens is not known");
    }
    if port.pod.is_some() {
        builder = builder.shared();
    }
    for field in open.iter().skip(1) {
        builder = builder.related(&field.origin, "this one too");
    }
    let changes: Option<Vec<(String, Change)>> = open.iter().map(|port| on_loopback(port)).collect();
    if let Some(changes) = changes
        && !is_nspawn
        && are_different(&changes)
        && !open.iter().any(|port| is_taken(container, port.get()))
    {
        let changes = changes.into_iter().map(|(_, change)| change).collect();
        builder.fix_all("publish on 127.0.0.1 only", Applicability::Unsafe, changes);
    }
}

const fn help(way: Way, is_nspawn: bool) -> &'static str {
    match (way, is_nspawn) {
        (Way::NoFirewall, _) => {
            "The system has no firewall, so that every machine on its networks reaches the port. Where only this machine needs \
             it, publish it as `127.0.0.1:PORT:PORT`."
        }
        (Way::PastTheFirewall, true) => {
            "Packets are redirected before the NixOS firewall looks at them, and `forwardPorts` has no address. Where that is \
             not meant, let a proxy on the host reach the guest's own address."
        }
        (Way::PastTheFirewall, false) => {
            "Packets are redirected before the NixOS firewall looks at them. Where only this machine or a proxy needs the \
             port, publish it as `127.0.0.1:PORT:PORT`. A neighbour that routes to the engine's bridge reaches the container's \
             own address even then, unless `networking.firewall.filterForward` is on."
        }
    }
}

/// Two ports that become one text would not start.
fn are_different(changes: &[(String, Change)]) -> bool {
    let mut texts = changes.iter().enumerate();
    texts.all(|(at, (text, _))| !changes.iter().skip(at + 1).any(|(other, _)| other == text))
}

/// Does the container publish the same port on 127.0.0.1 as well?
fn is_taken(container: &Container, port: &Port) -> bool {
    let host = |port: &Port| port.host.as_ref().and_then(|host| host.as_known());
    let all = container.ports.iter().filter_map(|field| field.value());
    let mut on_loopback = all.filter(|other| {
        let address = other.address.as_ref().and_then(|address| address.as_known());
        address.as_deref() == Some("127.0.0.1")
    });
    on_loopback.any(|other| host(other) == host(port) && protocol(other) == protocol(port))
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

/// The same port on the loopback address, and the change that makes it so: of the whole text where that is one literal, and
/// at the beginning of one that is put together and has no address.
fn on_loopback(written: &Written<'_, Port>) -> Option<(String, Change)> {
    let port = written.get();
    let text = port.text.as_ref()?;
    let host = match &port.host {
        Some(host) => host.as_known()?,
        None => String::new(),
    };
    let whole = text.as_known()?;
    let protocol = whole
        .rsplit_once('/')
        .map_or(String::new(), |(_, p)| format!("/{p}"));
    let inside = port.container.as_known()?;
    let inside = inside.split('/').next().unwrap_or_default();
    let new = format!("127.0.0.1:{host}:{inside}{protocol}");
    let change = match text.parts.as_slice() {
        // A number that is put into the text is no port by itself.
        [TextPart::Known { origin, .. }] if site_of(origin) == site_of(&written.origin) => {
            replace_text(origin, &new)?
        }
        _ => {
            let missing = new.strip_suffix(whole.as_str())?;
            Change::Prepend(written.origin.clone(), missing.to_owned())
        }
    };
    Some((new, change))
}

fn site_of(origin: &Origin) -> Option<Site> {
    Some(origin.place()?.site)
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
                                       # ^^^^^^^^^ info: pod `desk` publishes ports 8080 and 9090 on every address, past the firewall
    containers.ink.containerConfig = { image = "a:1"; pod = config.virtualisation.quadlet.pods.desk.ref; };
    containers.pen.containerConfig = { image = "a:1"; pod = "desk.pod"; };
    containers.cup.containerConfig = { image = "a:1"; publishPorts = [ "82:82" ]; };
                                                                     # ^^^^^^^ info: `cup` publishes port 82 on every address, past the firewall
  };
}
"#,
        );
    }

    /// The driver of the network forwards none; that is ports-without-effect.
    #[test]
    fn in_a_network_past_the_host() {
        check_none(
            &RULE,
            r#"
{
  virtualisation.oci-containers.backend = "docker";
  systemd.services.lan.script = "docker network create --driver macvlan -o parent=eth0 lan";
  virtualisation.oci-containers.containers.db = { image = "postgres:17"; ports = [ "5432:5432" ]; extraOptions = [ "--network=lan" ]; };
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
                              # ^^^^^^^^^ info: `web` publishes ports 8080 and 8443 on every address, past the firewall
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
                                                                          # ^^^^ info: `web` publishes port 80 (at a free port) on every address, past the firewall
"#,
        );
    }

    #[test]
    fn what_listens_there() {
        check(
            &RULE,
            r#"
{
  virtualisation.oci-containers.containers.db = { image = "docker.io/library/postgres:17"; ports = [ "5432:5432" "53:53/udp" ]; };
                                                                                                   # ^^^^^^^^^^^ medium: `db` publishes ports 5432/tcp and 53/udp on every address, past the firewall, and a database listens there
  virtualisation.oci-containers.containers.proxy = { image = "tecnativa/docker-socket-proxy:1"; ports = [ "2375:2375" ]; environment.POST = "1"; };
                                                                                                        # ^^^^^^^^^^^ critical: `proxy` publishes port 2375 on every address, past the firewall, where the engine does what it is told
  virtualisation.oci-containers.containers.all = { image = "a:1"; extraOptions = [ "-P" ]; };
                                                                                 # ^^^^ low: `all` publishes every port that its image names, on every address, past the firewall
}
"#,
        );
    }

    /// Docker asks this chain first.
    #[test]
    fn rules_of_the_system_itself() {
        check(
            &RULE,
            r#"
{
  virtualisation.oci-containers.backend = "docker";
  networking.firewall.extraCommands = "iptables -I DOCKER-USER -i enp3s0 -j DROP";
                                    # ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ note: these rules may close it
  virtualisation.oci-containers.containers.db = { image = "docker.io/library/postgres:16.3"; ports = [ "5432:5432" ]; };
                                                                                                     # ^^^^^^^^^^^ medium: `db` publishes port 5432 on every address, past the firewall, and a database listens there
}
"#,
        );
    }

    /// Two that are the same would not start.
    #[test]
    fn no_fix_where_the_port_is_there_already() {
        for ports in [
            r#""80:80" "127.0.0.1:80:80""#,
            r#""0.0.0.0:80:80" "[::]:80:80""#,
            r#""127.0.0.1:80:8080" "80:80""#,
        ] {
            let text = format!(
                "\n{{ virtualisation.oci-containers.containers.web = {{ image = \"a:1\"; ports = [ {ports} ]; }}; }}\n"
            );
            check_fix(&RULE, &text, &text);
        }
    }

    /// A port that is put together gets the address at its beginning.
    #[test]
    fn publishes_on_loopback_what_is_put_together() {
        check_fix(
            &RULE,
            r#"
{ lib, ... }:
let port = 8080; in
{
  virtualisation.oci-containers.containers = {
    web = { image = "a:1"; ports = [ "${toString port}:80" ]; };
    dns = { image = "a:1"; ports = [ "${toString 53}:${toString 53}/udp" "54:54" ]; };
    free = { image = "a:1"; ports = [ "${toString 90}" ]; };
    open = { image = "a:1"; ports = [ "0.0.0.0:${toString 91}:91" ]; };
    sum = { image = "a:1"; ports = [ (toString 92 + ":92") ]; };
  };
}
"#,
            r#"
{ lib, ... }:
let port = 8080; in
{
  virtualisation.oci-containers.containers = {
    web = { image = "a:1"; ports = [ "127.0.0.1:${toString port}:80" ]; };
    dns = { image = "a:1"; ports = [ "127.0.0.1:${toString 53}:${toString 53}/udp" "127.0.0.1:54:54" ]; };
    free = { image = "a:1"; ports = [ "127.0.0.1::${toString 90}" ]; };
    open = { image = "a:1"; ports = [ "0.0.0.0:${toString 91}:91" ]; };
    sum = { image = "a:1"; ports = [ (toString 92 + ":92") ]; };
  };
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

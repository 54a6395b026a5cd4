//! invalid-option-value

use crate::about::paths::HOLE;
use crate::about::words::name;
use nixpod_analysis::{Ctx, Proof, Sink, declare_rule};
use nixpod_model::{Container, NetworkOption, Port, Surface, Text, Userns, Written};

declare_rule! {
    /// ## What it flags
    /// Values of the right type that the engine or its module does not take: ports beyond 65535 and protocols that there are
    /// not; options of a bind that nspawn does not know, such as `:ro` behind a mount point; users that `--private-users` does
    /// not know; a `localMacAddress` that is none; a `hostAddress` with a netmask, and without a bridge a `localAddress` with
    /// one. What Nix itself refuses is `failing-value`.
    /// ## Why
    /// The container does not start: an engine stops at what it cannot read, and so do the scripts of NixOS. They hand the
    /// addresses to `ip route add`, which takes no netmask for a gateway, and none that leaves bits of the address over for a
    /// route.
    /// ## Bad
    /// ```nix
    /// { virtualisation.oci-containers.containers.web = { image = "docker.io/library/nginx:1.27"; ports = [ "80800:80" ]; }; }
    /// ```
    /// ```nix
    /// { containers.web = { bindMounts."/data:ro".hostPath = "/srv/data"; config = { }; }; }
    /// ```
    /// ## Good
    /// ```nix
    /// {
    ///   virtualisation.oci-containers.containers.web = { image = "docker.io/library/nginx:1.27"; ports = [ "8080:80" ]; };
    ///   containers.web = { bindMounts."/data" = { hostPath = "/srv/data"; isReadOnly = true; }; config = { }; };
    /// }
    /// ```
    /// ## Fix safety
    /// No fix: which value is meant is not known.
    pub static RULE = {
        id: "invalid-option-value",
        summary: "value that the engine does not take",
        severity: Medium,
        group: Correctness,
        since: "0.1.0",
        fix: None,
        proof: Proof::Experiments(&[
            "nspawn-bare-private-users-takes-no-word",
            "nspawn-owneridmap",
        ]),
        stakes: [Service x Itself],
        check: Container(check),
    }
}

fn check(_ctx: &Ctx<'_>, container: &Container, sink: &mut Sink) {
    if container.surface == Surface::CommandLine {
        return;
    }
    check_ports(container, sink);
    if container.surface == Surface::Nspawn {
        check_binds(container, sink);
        check_users(container, sink);
        check_addresses(container, sink);
    }
}

fn check_ports(container: &Container, sink: &mut Sink) {
    for port in container.ports.iter().filter_map(|field| field.written()) {
        // What a pod publishes is said once, by the pod.
        if port.get().pod.is_some() {
            continue;
        }
        let Some(wrong) = wrong_port(port.get()) else {
            continue;
        };
        let shown = port
            .get()
            .text
            .as_ref()
            .or(port.get().host.as_ref())
            .map(Text::display)
            .unwrap_or_default();
        sink.report(
            port,
            format!("{} does not start: port `{shown}` has {wrong}", name(container)),
        )
        .help("A port is `HOST:CONTAINER` or `ADDRESS:HOST:CONTAINER`, with numbers from 1 to 65535 and `/tcp`, `/udp` or `/sctp`.");
    }
}

/// What is wrong with a port, as words.
fn wrong_port(port: &Port) -> Option<String> {
    let container = port.container.as_known()?;
    let (inside, protocol) = container.split_once('/').unwrap_or((&container, "tcp"));
    if !matches!(protocol.to_ascii_lowercase().as_str(), "tcp" | "udp" | "sctp") {
        return Some(format!("no protocol that there is: `{protocol}`"));
    }
    let outside = match &port.host {
        Some(host) => host.as_known()?,
        None => String::new(),
    };
    let numbers = [inside, &outside].into_iter().flat_map(|text| text.split('-'));
    let is_wrong = |number: &&str| {
        number
            .parse::<u64>()
            .is_ok_and(|number| number > u64::from(u16::MAX))
    };
    let number = { numbers }.find(is_wrong)?;
    Some(format!("no number that there is: {number}"))
}

/// Options of a bind that nspawn knows.
const OPTIONS: [&str; 6] = ["idmap", "noidmap", "rootidmap", "owneridmap", "rbind", "norbind"];

fn check_binds(container: &Container, sink: &mut Sink) {
    for field in container.mounts.iter().filter_map(|field| field.written()) {
        let mount = field.get();
        // The directories below an overlay are told from binds by this one, which nobody wrote.
        let is_overlay = mount.read_only && mount.options == ["O"];
        let is_known = |option: &str| OPTIONS.contains(&option) || option.contains(HOLE) || is_overlay;
        let is_unknown = |option: &&String| !is_known(option);
        let Some(option) = mount.options.iter().filter(|_| mount.is_bind).find(is_unknown) else {
            continue;
        };
        let help = match option.as_str() {
            "ro" | "rw" => "Whether it is read-only is said by `isReadOnly`.",
            _ => "nspawn knows `idmap`, `rootidmap`, `owneridmap`, `noidmap`, `rbind` and `norbind` there.",
        };
        sink.report(
            field,
            format!(
                "{} does not start: no bind has the option `{option}`",
                name(container)
            ),
        )
        .help(help);
    }
}

fn check_users(container: &Container, sink: &mut Sink) {
    let Some(users) = container.userns.written() else {
        return;
    };
    let Userns::Other(mode) = users.get() else { return };
    let is_known = matches!(
        mode.to_ascii_lowercase().as_str(),
        "yes" | "managed" | "true" | "on" | "y" | "t" | "1"
    );
    if is_known || mode.contains(HOLE) || mode.contains(['<', '$']) {
        return;
    }
    sink.report(
        users,
        format!(
            "{} does not start: `--private-users` takes no `{mode}`",
            name(container)
        ),
    )
    .help("It takes `pick`, `no`, `identity`, or a first id with the number of ids, such as `524288:65536`.");
}

fn check_addresses(container: &Container, sink: &mut Sink) {
    let Some(nspawn) = &container.nspawn else { return };
    if nspawn.private_network.value() != Some(&true) {
        return;
    }
    let has_bridge = { nspawn.network_options.iter() }
        .any(|field| field.value().is_none_or(|option| option.name == "hostBridge"));
    for field in nspawn.network_options.iter().filter_map(|field| field.written()) {
        let NetworkOption { name: option, value } = field.get();
        let Some(text) = value.strip_prefix('"').and_then(|value| value.strip_suffix('"')) else {
            continue;
        };
        if text.contains(['$', '…']) {
            continue;
        }
        let wrong = match *option {
            "localMacAddress" => (!is_mac(text)).then_some("it is no address of a network card"),
            "hostAddress" | "hostAddress6" => text
                .contains('/')
                .then_some("it is the guest's gateway, which has no netmask"),
            "localAddress" if !has_bridge => {
                leaves_bits(text).then_some("without a bridge it has no netmask")
            }
            _ => None,
        };
        if let Some(wrong) = wrong {
            report_address(container, field, (option, text), wrong, sink);
        }
    }
}

fn report_address(
    container: &Container,
    field: Written<'_, NetworkOption>,
    (option, text): (&str, &str),
    wrong: &str,
    sink: &mut Sink,
) {
    sink.report(
        field,
        format!("{} does not start: `{option}` cannot be `{text}`: {wrong}", name(container)),
    )
    .help(match option {
        "localMacAddress" => "Write six pairs of hexadecimal digits with colons between them.",
        _ => {
            "The scripts of NixOS hand it to `ip route add`, which refuses it, and the unit fails. Write the address alone; a \
             netmask is for `localAddress` with `hostBridge`."
        }
    });
}

/// Does a netmask leave something of the address over? Then it is no destination of a route.
fn leaves_bits(text: &str) -> bool {
    let Some((address, mask)) = text.split_once('/') else {
        return false;
    };
    let (Ok(address), Ok(mask)) = (address.parse::<core::net::Ipv4Addr>(), mask.parse::<u32>()) else {
        return false;
    };
    let hosts = u32::MAX.checked_shr(mask).unwrap_or(0);
    u32::from(address) & hosts != 0
}

fn is_mac(text: &str) -> bool {
    let mut pairs = 0;
    text.split(':').all(|pair| {
        pairs += 1;
        pair.len() == 2 && pair.chars().all(|c| c.is_ascii_hexdigit())
    }) && pairs == 6
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use nixpod_testing::{check, check_none};

    /// The empty middle is a temporary directory for what is written.
    #[test]
    fn overlays() {
        check_none(
            &RULE,
            r#"
{
  containers.x = {
    privateUsers = "pick";
    extraFlags = [ "--overlay=/srv/a:/srv/up:/e" "--overlay=/srv/b::/f" "--overlay-ro=/srv/a:/srv/b:/g" ];
    config = { };
  };
}
"#,
        );
    }

    #[test]
    fn ports() {
        check(
            &RULE,
            r#"
{
  virtualisation.oci-containers.containers.web = { image = "a:1"; ports = [ "80800:80" "53:53/udp" ]; };
                                                                          # ^^^^^^^^^^ medium: `web` does not start: port `80800:80` has no number that there is: 80800
  containers.dns = { privateNetwork = true; forwardPorts = [ { hostPort = 53; protocol = "dns"; } ]; config = { }; };
}
"#,
        );
    }

    #[test]
    fn binds_and_users() {
        check(
            &RULE,
            r#"
{
  containers.web = { bindMounts."/data:ro".hostPath = "/srv/data"; config = { }; };
                                                    # ^^^^^^^^^^^ medium: `web` does not start: no bind has the option `ro`
  containers.db = { extraFlags = [ "--private-users=auto" ]; config = { }; };
                                 # ^^^^^^^^^^^^^^^^^^^^^^ medium: `db` does not start: `--private-users` takes no `auto`
}
"#,
        );
    }

    #[test]
    fn addresses() {
        check(
            &RULE,
            r#"
{
  containers.a = { privateNetwork = true; hostAddress = "192.0.2.1/24"; localAddress = "192.0.2.2/24"; config = { }; };
                                                      # ^^^^^^^^^^^^^^ medium: `a` does not start: `hostAddress` cannot be `192.0.2.1/24`: it is the guest's gateway, which has no netmask
                                                                                     # ^^^^^^^^^^^^^^ medium: `a` does not start: `localAddress` cannot be `192.0.2.2/24`: without a bridge it has no netmask
  containers.b = { privateNetwork = true; localMacAddress = "02:00:00:00:00"; config = { }; };
                                                          # ^^^^^^^^^^^^^^^^ medium: `b` does not start: `localMacAddress` cannot be `02:00:00:00:00`: it is no address of a network card
}
"#,
        );
    }

    #[test]
    fn good_values() {
        check_none(
            &RULE,
            r#"
{ config, ... }: {
  virtualisation.oci-containers.containers.web = { image = "a:1"; ports = [ "8080-8090:80-90" "53:53/udp" "127.0.0.1::80" "${config.my.port}:80" "[::1]:443:443/TCP" ]; };
  containers.a = { privateNetwork = true; hostAddress = "192.0.2.1"; localAddress = "192.0.2.2/32"; localMacAddress = "02:00:00:00:00:01"; config = { }; };
  containers.b = { privateNetwork = true; hostBridge = "br0"; localAddress = "192.0.2.2/24"; config = { }; };
  containers.c = { privateNetwork = true; hostAddress = "${config.my.prefix}.1"; localAddress = config.my.address; config = { }; };
  containers.d = { extraFlags = [ "--private-users=yes" ]; bindMounts."/data:idmap,norbind".hostPath = "/srv"; config = { }; };
  containers.e = { extraFlags = [ "--private-users=${config.my.users}" ]; bindMounts."/data:${config.my.options}".hostPath = "/srv"; config = { }; };
}
"#,
        );
    }
}

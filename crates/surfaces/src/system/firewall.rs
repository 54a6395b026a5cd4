//! The firewall of a system, and what makes its users.

use crate::read::{Found, OptionReader, wrong};
use crate::system::switches::switch;
use nixpod_eval::Value;
use nixpod_model::{Field, Firewall, FirewallBackend, OpenPorts, UsersBy};
use nixpod_source::Why;

pub(super) fn read(reader: &mut OptionReader<'_, '_>, config: &Found) -> Firewall {
    let firewall = reader.option(config, &["networking", "firewall"]);
    let enable = reader.get(&firewall, "enable");
    let open_tcp = ports(reader, &firewall, "TCP");
    let open_udp = ports(reader, &firewall, "UDP");
    Firewall {
        enable: match reader.is_unset(&enable) {
            true => Field::default(true),
            false => reader.bool(&enable),
        },
        backend: backend(reader, config, &firewall),
        filter_forward: of(reader, &firewall, "filterForward"),
        strict_forward: strict_forward(reader, config),
        own_rules: own_rules(reader, config),
        open_tcp,
        open_udp,
    }
}

/// A switch that is off where nobody sets it.
fn of(reader: &mut OptionReader<'_, '_>, base: &Found, name: &str) -> Field<bool> {
    let found = reader.get(base, name);
    match reader.is_unset(&found) {
        true => Field::default(false),
        false => reader.bool(&found),
    }
}

/// `backend` says it; without, the other services that are enabled do.
fn backend(reader: &mut OptionReader<'_, '_>, config: &Found, firewall: &Found) -> Field<FirewallBackend> {
    let backend = reader.get(firewall, "backend");
    if !reader.is_unset(&backend) {
        return reader.field(&backend, |_, value, _| match &value.value {
            Value::String(text) => match &*text.text {
                "iptables" => Ok(FirewallBackend::Iptables),
                "nftables" => Ok(FirewallBackend::Nftables),
                "firewalld" => Ok(FirewallBackend::Firewalld),
                other => Err(Why::Error(format!("`{other}` is no firewall"))),
            },
            other => Err(wrong("a string", other)),
        });
    }
    let services = [
        (&["services", "firewalld", "enable"], FirewallBackend::Firewalld),
        (&["networking", "nftables", "enable"], FirewallBackend::Nftables),
    ];
    for (path, backend) in services {
        let enabled = switch(reader, config, path);
        match enabled.value() {
            Some(false) => {}
            _ => return enabled.map(|_| backend),
        }
    }
    Field::default(FirewallBackend::Iptables)
}

fn strict_forward(reader: &mut OptionReader<'_, '_>, config: &Found) -> Field<bool> {
    let settings = reader.option(config, &["services", "firewalld", "settings"]);
    let strict = reader.get(&settings, "StrictForwardPorts");
    if reader.is_unset(&strict) {
        return Field::default(false);
    }
    reader.field(&strict, |_, value, _| match &value.value {
        Value::Bool(bool) => Ok(*bool),
        Value::String(text) => Ok(matches!(&*text.text, "yes" | "true")),
        other => Err(wrong("a Boolean", other)),
    })
}

/// Rules that somebody writes for packets before or while they are forwarded: in Docker's own chain for that, which is asked
/// first, or in tables beside those of NixOS.
fn own_rules(reader: &mut OptionReader<'_, '_>, config: &Found) -> Field<bool> {
    for path in [
        &["networking", "firewall", "extraForwardRules"] as &[&str],
        &["networking", "firewall", "extraCommands"],
        &["networking", "nftables", "ruleset"],
    ] {
        let rules = reader.option(config, path);
        if reader.is_written(&rules) && reader.may_say(&rules.value, says_forwarded) {
            return Field::set(true, reader.place_of(&rules));
        }
    }
    let tables = reader.option(config, &["networking", "nftables", "tables"]);
    if reader.is_written(&tables) {
        for (_, table) in reader.entries(&tables).named {
            let content = reader.get(&table, "content");
            if reader.may_say(&content.value, says_forwarded) {
                return Field::set(true, reader.place_of(&content));
            }
        }
    }
    Field::default(false)
}

fn says_forwarded(text: &str) -> bool {
    let lower = text.to_ascii_lowercase();
    ["docker-user", "forward", "prerouting", "drop", "reject"]
        .iter()
        .any(|word| lower.contains(word))
}

/// `allowedTCPPorts` and `allowedTCPPortRanges`, or those of UDP.
fn ports(reader: &mut OptionReader<'_, '_>, firewall: &Found, name: &str) -> Vec<Field<OpenPorts>> {
    let is_udp = name == "UDP";
    let mut out = Vec::new();
    let number = |value: i64| u16::try_from(value).unwrap_or(u16::MAX);
    let all = reader.get(firewall, &format!("allowed{name}Ports"));
    if !reader.is_unset(&all) {
        for port in reader.elements(&all) {
            let port = reader.int(&port);
            out.push(port.map(|port| OpenPorts {
                is_udp,
                first: number(*port),
                last: number(*port),
            }));
        }
    }
    let ranges = reader.get(firewall, &format!("allowed{name}PortRanges"));
    if !reader.is_unset(&ranges) {
        for range in reader.elements(&ranges) {
            let [from, to] = ["from", "to"].map(|name| reader.get(&range, name));
            let (from, to) = (reader.int(&from), reader.int(&to));
            let last = to.value().copied();
            out.push(from.map(|from| OpenPorts {
                is_udp,
                first: number(*from),
                last: number(last.unwrap_or(*from)),
            }));
        }
    }
    out
}

/// What makes the users.
pub(super) fn users_by(reader: &mut OptionReader<'_, '_>, config: &Found) -> Field<UsersBy> {
    for (path, by) in [
        (&["services", "userborn", "enable"], UsersBy::Userborn),
        (&["systemd", "sysusers", "enable"], UsersBy::Sysusers),
    ] {
        let enabled = switch(reader, config, path);
        match enabled.value() {
            Some(false) => {}
            _ => return enabled.map(|_| by),
        }
    }
    Field::default(UsersBy::Perl)
}

//! What of the network reaches a system.

use crate::{FactInfo, FactValue, Field, Text, Visitor};

/// The firewall of a system, as far as published ports have to do with it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Firewall {
    /// `networking.firewall.enable`.
    pub enable: Field<bool>,
    /// What filters packets.
    pub backend: Field<FirewallBackend>,
    /// `networking.firewall.filterForward`: what is forwarded is filtered, too.
    pub filter_forward: Field<bool>,
    /// firewalld's `StrictForwardPorts`: what engines forward is refused unless firewalld itself forwards it.
    pub strict_forward: Field<bool>,
    /// Are there rules of the system's own for what is forwarded, which may close a port that an engine opens?
    pub own_rules: Field<bool>,
    /// The TCP ports that are open on all interfaces, by number or range.
    pub open_tcp: Vec<Field<OpenPorts>>,
    /// The UDP ports.
    pub open_udp: Vec<Field<OpenPorts>>,
}

/// Nothing is set: NixOS has a firewall, with nothing open.
impl Default for Firewall {
    fn default() -> Self {
        Self {
            enable: Field::default(true),
            backend: Field::default(FirewallBackend::Iptables),
            filter_forward: Field::default(false),
            strict_forward: Field::default(false),
            own_rules: Field::default(false),
            open_tcp: Vec::new(),
            open_udp: Vec::new(),
        }
    }
}

impl Firewall {
    /// All ports that are open on all interfaces.
    pub fn open(&self) -> impl Iterator<Item = &Field<OpenPorts>> {
        self.open_tcp.iter().chain(&self.open_udp)
    }

    pub(crate) fn visit(&self, visitor: &mut impl Visitor) {
        let Self {
            enable,
            backend,
            filter_forward,
            strict_forward,
            own_rules,
            open_tcp,
            open_udp,
        } = self;
        let default = FactInfo::by_default;
        visitor.fact(default("firewall", "whether it has a firewall"), enable);
        visitor.fact(default("firewall backend", "what filters packets"), backend);
        visitor.fact(
            default("filter forward", "whether forwarded packets are filtered"),
            filter_forward,
        );
        visitor.fact(
            default("strict forward", "whether foreign forwarding is refused"),
            strict_forward,
        );
        visitor.fact(
            default(
                "own rules",
                "whether it has rules of its own for what is forwarded",
            ),
            own_rules,
        );
        for ports in open_tcp.iter().chain(open_udp) {
            visitor.fact(FactInfo::certain("open ports", "which ports are open"), ports);
        }
    }
}

/// What filters packets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FirewallBackend {
    /// iptables.
    Iptables,
    /// nftables.
    Nftables,
    /// firewalld.
    Firewalld,
}

/// Ports that are open on all interfaces.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OpenPorts {
    /// Of UDP, and not of TCP?
    pub is_udp: bool,
    /// The first.
    pub first: u16,
    /// The last.
    pub last: u16,
}

impl FactValue for FirewallBackend {
    fn texts(&self) -> Vec<&Text> {
        Vec::new()
    }

    fn describe(&self) -> String {
        match self {
            Self::Iptables => "iptables",
            Self::Nftables => "nftables",
            Self::Firewalld => "firewalld",
        }
        .to_owned()
    }
}

impl FactValue for OpenPorts {
    fn texts(&self) -> Vec<&Text> {
        Vec::new()
    }

    fn describe(&self) -> String {
        let protocol = if self.is_udp { "udp" } else { "tcp" };
        match self.first == self.last {
            true => format!("{}/{protocol}", self.first),
            false => format!("{}-{}/{protocol}", self.first, self.last),
        }
    }
}

/// What makes the users of a system from its configuration, and gives them subordinate ids.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UsersBy {
    /// The script that NixOS has always had. It alone writes subordinate ids in every release.
    Perl,
    /// `systemd.sysusers.enable`: no subordinate ids.
    Sysusers,
    /// `services.userborn.enable`: subordinate ids from NixOS 26.11 on.
    Userborn,
}

impl FactValue for UsersBy {
    fn texts(&self) -> Vec<&Text> {
        Vec::new()
    }

    fn describe(&self) -> String {
        match self {
            Self::Perl => "perl",
            Self::Sysusers => "sysusers",
            Self::Userborn => "userborn",
        }
        .to_owned()
    }
}

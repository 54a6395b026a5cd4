//! What `extraFlags` change: systemd-nspawn's own options.

use crate::vocabulary::capabilities;
use crate::vocabulary::flags::{Grammar, Opt};
use crate::vocabulary::mounts::{nspawn_bind, nspawn_overlay, tmpfs};
use crate::vocabulary::podman::{self, is_of_the_host, security};
use crate::vocabulary::ports::forwarded;
use crate::vocabulary::programs::{self, NSPAWN};
use crate::vocabulary::text::split_once;
use nixpod_model::{Container, EnvVar, Field, NetworkMode, Text, Userns};

/// systemd-nspawn's command line after NixOS' start script split it.
pub(crate) const GRAMMAR: Grammar = Grammar {
    long: |name| programs::long(&NSPAWN, name),
    short: |name| programs::short(&NSPAWN, name),
    pre_split: true,
};

/// How many ids nspawn maps unless it is told.
pub(crate) const IDS: u32 = 65536;

/// What the flags say about users and the network, for the caller to merge.
#[derive(Default)]
pub(crate) struct FromFlags {
    pub(crate) userns: Option<Field<Userns>>,
    pub(crate) ownership: Option<Field<bool>>,
    pub(crate) network: Option<Field<NetworkMode>>,
}

/// Applies options in their order; later ones win as they do in nspawn.
#[expect(clippy::too_many_lines, reason = "one arm an option")]
pub(crate) fn apply(container: &mut Container, options: &[Opt]) -> FromFlags {
    let mut out = FromFlags::default();
    for option in options {
        let value = option.value.clone().unwrap_or_default();
        match option.name.as_str() {
            "--private-users" => {
                out.userns = Some(match &option.value {
                    None => option.fact(Userns::Other("yes".to_owned())),
                    Some(_) => option.word(|value| private_users(&value.pattern())),
                });
            }
            "-U" => {
                out.userns = Some(option.fact(Userns::Pick));
                out.ownership = Some(option.fact(true));
            }
            "--private-users-chown" => out.ownership = Some(option.fact(true)),
            "--private-users-ownership" => {
                out.ownership = Some(option.fact(value.pattern() != "off"));
            }
            "--capability" => {
                for capability in capabilities::of_nspawn(&value, &option.field) {
                    container.capabilities.push(capability);
                }
            }
            "--drop-capability" => {
                for capability in capabilities::of_nspawn(&value, &option.field) {
                    container.dropped_capabilities.push(capability);
                }
            }
            "--bind" | "--bind-ro" => {
                let mount = nspawn_bind(&value, option.name == "--bind-ro");
                container.mounts.push(option.fact(mount));
            }
            "--overlay" | "--overlay-ro" => {
                let lower = nspawn_overlay(&value, option.name == "--overlay-ro");
                container
                    .mounts
                    .extend(lower.into_iter().map(|mount| option.fact(mount)));
            }
            "--tmpfs" => container.mounts.push(option.fact(tmpfs(&value))),
            "--private-network" | "--network-veth" | "-n" => {
                out.network = Some(option.fact(NetworkMode::Private));
            }
            "--network-zone"
            | "--network-bridge"
            | "--network-interface"
            | "--network-macvlan"
            | "--network-ipvlan"
            | "--network-veth-extra" => out.network = Some(option.fact(NetworkMode::Private)),
            "--network-namespace-path" => {
                out.network = Some(option.fact(joined(&value)));
            }
            "--no-new-privileges" => container
                .security_options
                .push(security("no-new-privileges=", &option.fact(value))),
            // The same options as Podman's.
            "--read-only" | "--hostname" => podman::run_option(container, &option.name, option),
            "--port" | "-p" => container.ports.push(option.fact(forwarded(&value))),
            "--setenv" | "-E" => {
                if let Some((name, value)) = split_once(&value, '=') {
                    let name = name.display();
                    container.environment.push(option.fact(EnvVar { name, value }));
                }
            }
            _ => {}
        }
    }
    out
}

/// The network namespace at a path.
pub(crate) fn joined(path: &Text) -> NetworkMode {
    match is_of_the_host(&path.pattern(), "net") {
        true => NetworkMode::Host,
        false => NetworkMode::Joined(path.display()),
    }
}

/// The value of `--private-users=`.
fn private_users(text: &str) -> Userns {
    match text {
        "no" | "n" | "false" | "f" | "off" => Userns::Host,
        "identity" => Userns::Identity,
        "pick" => Userns::Pick,
        _ => {
            let (first, count) = match text.split_once(':') {
                Some((first, count)) => (first.parse(), count.parse()),
                None => (text.parse(), Ok(IDS)),
            };
            match (first, count) {
                (Ok(first), Ok(count)) => Userns::Fixed { first, count },
                _ => Userns::Other(text.to_owned()),
            }
        }
    }
}

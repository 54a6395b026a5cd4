//! Options around containers that a release of NixOS no longer has. Read in November 2026 from the pull requests of nixpkgs that
//! are named with each.

use crate::read::{Found, OptionReader};
use nixpod_eval::Value;
use nixpod_model::{Field, GoneOption, Release};

/// An option by its path, and what is known of its end.
const GONE: [(&[&str], GoneOption); 7] = [
    // Pull request 549611.
    (
        &["security", "unprivilegedUsernsClone"],
        refused(
            "security.unprivilegedUsernsClone",
            Release::new(26, 11),
            "It was for kernels that are gone with the profile `hardened`. Leave it out: every kernel of NixOS lets users make user \
             namespaces, and `user.max_user_namespaces` limits them.",
        ),
    ),
    // Pull request 441370.
    (
        &["virtualisation", "lxd", "enable"],
        refused(
            "virtualisation.lxd.enable",
            Release::new(25, 11),
            "LXD left NixOS. Incus has the same containers: `virtualisation.incus.enable = true`, and `lxd-to-incus` moves what is there.",
        ),
    ),
    // Both of pull request 199965.
    (
        &["virtualisation", "podman", "defaultNetwork", "dnsname", "enable"],
        refused(
            "virtualisation.podman.defaultNetwork.dnsname.enable",
            Release::new(23, 5),
            "Podman's networks are netavark's now. Write `virtualisation.podman.defaultNetwork.settings.dns_enabled = true`.",
        ),
    ),
    (
        &["virtualisation", "podman", "defaultNetwork", "extraPlugins"],
        refused(
            "virtualisation.podman.defaultNetwork.extraPlugins",
            Release::new(23, 5),
            "Podman's networks are netavark's now, which has no plugins of CNI. Leave it out.",
        ),
    ),
    // The module of `virtualisation.containers` as it is in 26.11 warns of these.
    (
        &["virtualisation", "containers", "registries", "search"],
        warned("virtualisation.containers.registries.search"),
    ),
    (
        &["virtualisation", "containers", "registries", "insecure"],
        warned("virtualisation.containers.registries.insecure"),
    ),
    (
        &["virtualisation", "containers", "registries", "block"],
        warned("virtualisation.containers.registries.block"),
    ),
];

const fn refused(name: &'static str, since: Release, instead: &'static str) -> GoneOption {
    GoneOption {
        name,
        since,
        is_refused: true,
        instead,
    }
}

/// Those of registries.
const fn warned(name: &'static str) -> GoneOption {
    GoneOption {
        name,
        since: Release::new(26, 11),
        is_refused: false,
        instead: "Write it as `registries.conf` has it, below `virtualisation.containers.registries.settings`.",
    }
}

/// Those that a system sets.
pub(super) fn read(reader: &mut OptionReader<'_, '_>, config: &Found) -> Vec<Field<GoneOption>> {
    let mut out = Vec::new();
    for (path, option) in GONE {
        let found = reader.option(config, path);
        if reader.is_written(&found) {
            // What is not known may be a definition that is switched off.
            out.push(reader.field(&found, |_, value, _| match &value.value {
                Value::Unknown(unknown) => Err(unknown.why.clone()),
                _ => Ok(option),
            }));
        }
    }
    out
}

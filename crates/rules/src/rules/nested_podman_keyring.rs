//! nested-podman-keyring

use crate::about::releases::systemd_range;
use crate::about::words::name;
use nixpod_analysis::{Applicability, Change, Confidence, Ctx, Proof, Severity, Sink, declare_rule};
use nixpod_model::{Container, Engine, Existence, System, SystemKind};

declare_rule! {
    /// ## What it flags
    /// Podman containers in an nspawn guest whose `containers.conf` leaves `keyring` on, where the host has a systemd before
    /// 258 (NixOS 25.05 and older). Where the release is not known, it is info.
    /// ## Why
    /// The container's runtime, crun, asks the kernel for a session keyring. systemd-nspawn refuses that call with an error
    /// that crun does not forgive, and no container starts: `create keyring: Operation not permitted`. systemd 258 allows
    /// the call (systemd pull request 36346).
    ///
    /// It is not all that it takes: see nested-ids-out-of-range for subordinate ids, and from systemd 254 on the guest needs a
    /// fresh proc mounted somewhere.
    /// ## Bad
    /// ```nix
    /// {
    ///   containers.pods.config = {
    ///     virtualisation.oci-containers.containers.web.image = "docker.io/library/nginx:1.27";
    ///   };
    /// }
    /// ```
    /// ## Good
    /// ```nix
    /// {
    ///   containers.pods.config = {
    ///     virtualisation.containers.containersConf.settings.containers.keyring = false;
    ///     virtualisation.oci-containers.containers.web.image = "docker.io/library/nginx:1.27";
    ///   };
    /// }
    /// ```
    /// ## Fix safety
    /// Unsafe: it changes a setting of all containers in the guest, which then share a keyring.
    pub static RULE = {
        id: "nested-podman-keyring",
        summary: "Podman in a guest that may not have keyrings",
        severity: Medium,
        group: Users,
        since: "0.1.0",
        fix: Sometimes,
        proof: Proof::Experiments(&[
            "nested-podman-keyring",
            "nspawn-filter-and-keyring",
            "nspawn-filter-words",
            "nested-podman-proc",
            "settings-keyring",
        ]),
        stakes: [Service x Itself, Nothing x Itself],
        check: System(check),
    }
}

/// The first systemd whose nspawn allows the call.
const ALLOWED_SINCE: u32 = 258;

/// The setting that mends it.
const SETTING: &str = "virtualisation.containers.containersConf.settings.containers.keyring";

fn check(ctx: &Ctx<'_>, guest: &System, sink: &mut Sink) {
    if guest.kind != SystemKind::Guest {
        return;
    }
    let Some(container) = ctx.container_of(guest) else {
        return;
    };
    let (at_least, at_most) = systemd_range(ctx.system(container));
    if at_least.is_some_and(|version| version >= ALLOWED_SINCE) || may_have_keyrings(container) {
        return;
    }
    let Some(inner) = podman_container(ctx, guest) else {
        return;
    };
    let message = format!(
        "no Podman container starts in guest {}: nspawn refuses its keyring",
        name(container)
    );
    let builder = match (
        ctx.absent(guest, &guest.engines.keyring),
        guest.engines.keyring.written(),
    ) {
        (Some(absent), _) => sink.report_absence(&absent, message),
        (None, Some(written)) if *written.get() => sink.report(written, message),
        _ => return,
    };
    let is_known = at_most.is_some_and(|version| version < ALLOWED_SINCE);
    let (severity, confidence) = match is_known {
        true => (Severity::Medium, Confidence::High),
        false => (Severity::Info, Confidence::Medium),
    };
    let builder = builder
        .severity(severity)
        .at_most(confidence, "systemd 258 and newer allow it")
        .related(&inner.origin, "such a container is here")
        .help(format!(
            "Before systemd 258 nspawn's filter refuses the system call `keyctl`. Set `{SETTING} = false;` in the guest. From \
             systemd 254 on it also needs a fresh proc, such as `fileSystems.\"/run/proc\" = {{ device = \"proc\"; fsType = \
             \"proc\"; }};`."
        ));
    if guest.engines.keyring.is_default() && guest.origin.place().is_some() {
        builder.fix(
            "leave the keyring out",
            Applicability::Unsafe,
            Change::SetIn(guest.origin.clone(), SETTING.into(), "false".into()),
        );
    }
}

/// Is the call let through, or may it be?
fn may_have_keyrings(container: &Container) -> bool {
    let mut words = container.flags.iter().map(|flag| &flag.word);
    words.any(|word| match word.value() {
        None => true,
        Some(text) => {
            let pattern = text.pattern();
            match pattern.strip_prefix("--system-call-filter=") {
                Some(calls) => calls
                    .split_whitespace()
                    .any(|call| matches!(call, "@keyring" | "keyctl")),
                None => false,
            }
        }
    })
}

/// A container that Podman runs in a guest, with the keyring that the guest has by itself.
fn podman_container<'a>(ctx: &Ctx<'a>, guest: &'a System) -> Option<&'a Container> {
    let leaves_it = |home: &&&System| home.engines.keyring.said() != Some(&false);
    let homes = ctx.homes_of(guest).iter().filter(leaves_it).copied();
    let systems = std::iter::once(guest).chain(homes);
    let containers = systems.flat_map(|system| ctx.containers_of(system).iter().copied());
    let is_podman = |container: &&Container| {
        container.engine.value() == Some(&Engine::Podman) && container.existence == Existence::Certain
    };
    containers.into_iter().find(is_podman)
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use nixpod_testing::{check, check_fix, check_none};

    #[test]
    fn of_a_release_that_refuses() {
        check(
            &RULE,
            r#"
#- /flake.nix
{
  inputs.nixpkgs.url = "github:NixOS/nixpkgs/nixos-25.05";
  outputs = { nixpkgs, ... }: { nixosConfigurations.oak = nixpkgs.lib.nixosSystem { modules = [ ./oak.nix ]; }; };
}
#- /oak.nix
{
  containers.pods.config = { virtualisation.oci-containers.containers.web.image = "a:1"; };
                # ^^^^^^ medium: no Podman container starts in guest `pods`: nspawn refuses its keyring
}
"#,
        );
    }

    #[test]
    fn of_a_user() {
        check(
            &RULE,
            r#"
{
  containers.pods.config = { ... }: {
                # ^^^^^^ info: no Podman container starts in guest `pods`: nspawn refuses its keyring
    home-manager.users.app.services.podman.containers.web.image = "a:1";
  };
}
"#,
        );
    }

    #[test]
    fn where_it_is_on() {
        check(
            &RULE,
            r#"
{
  containers.pods.config = {
    virtualisation.containers.containersConf.settings.containers.keyring = true;
                                                                         # ^^^^ info: no Podman container starts in guest `pods`: nspawn refuses its keyring
    virtualisation.oci-containers.containers.web.image = "a:1";
  };
}
"#,
        );
    }

    #[test]
    fn what_starts() {
        check_none(
            &RULE,
            r#"
{
  containers.filter = { extraFlags = [ "--system-call-filter=@keyring" ]; config.virtualisation.oci-containers.containers.web.image = "a:1"; };
  containers.setting.config = {
    virtualisation.containers.containersConf.settings.containers.keyring = false;
    virtualisation.oci-containers.containers.web.image = "a:1";
  };
  containers.docker.config.virtualisation.oci-containers = { backend = "docker"; containers.web.image = "a:1"; };
  containers.plain.config.services.nginx.enable = true;
  virtualisation.oci-containers.containers.web.image = "a:1";
}
"#,
        );
    }

    #[test]
    fn a_system_that_began_with_a_newer_one() {
        check_none(
            &RULE,
            r#"
{
  system.stateVersion = "25.11";
  containers.pods.config.virtualisation.oci-containers.containers.web.image = "a:1";
}
"#,
        );
    }

    #[test]
    fn sets_it() {
        check_fix(
            &RULE,
            r#"
{
  containers.pods.config = {
    virtualisation.oci-containers.containers.web.image = "a:1";
  };
}
"#,
            r#"
{
  containers.pods.config = {
    virtualisation.oci-containers.containers.web.image = "a:1";
    virtualisation.containers.containersConf.settings.containers.keyring = false;
  };
}
"#,
        );
    }
}

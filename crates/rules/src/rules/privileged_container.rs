//! privileged-container

use crate::about::power::{RootUser, is_default_profile, profile, root_of};
use crate::about::words::{name, removal};
use nixpod_analysis::{Applicability, Attack, Control, Controls, Ctx, Proof, Severity, Sink, declare_rule};
use nixpod_model::Container;

declare_rule! {
    /// ## What it flags
    /// A container started with `--privileged` or `privileged = true`.
    /// ## Why
    /// It gets every capability and every device, and no system call filter, masked path or security label is left.
    /// Root in a rootful one is root on the host. In a rootless one it cannot exceed its user, but nothing else holds it:
    /// every device is there that the user may open, and read-only mounts can be undone. `--cap-drop` beside it does nothing,
    /// and neither does Podman's own seccomp profile; a profile of one's own does hold.
    /// ## Bad
    /// ```nix
    /// {
    ///   virtualisation.oci-containers.containers.web = {
    ///     image = "docker.io/library/nginx:1.27";
    ///     extraOptions = [ "--privileged" ];
    ///   };
    /// }
    /// ```
    /// ```nix
    /// {
    ///   virtualisation.oci-containers.containers.web = {
    ///     image = "docker.io/library/nginx:1.27";
    ///     privileged = true;
    ///   };
    /// }
    /// ```
    /// ## Good
    /// ```nix
    /// {
    ///   virtualisation.oci-containers.containers.web = {
    ///     image = "docker.io/library/nginx:1.27";
    ///     extraOptions = [ "--cap-add=NET_ADMIN" ];
    ///   };
    /// }
    /// ```
    /// ## Fix safety
    /// Unsafe: the workload may need a single capability or device instead.
    pub static RULE = {
        id: "privileged-container",
        summary: "container runs privileged",
        severity: Critical,
        group: Oci,
        since: "0.1.0",
        fix: Sometimes,
        proof: Proof::Experiments(&[
            "podman-privileged",
            "podman-privileged-later-flag-wins",
            "podman-privileged-keeps-all",
            "podman-privileged-user",
            "podman-pid-host-privileged-escape",
            "rootless-privileged",
            "rootless-privileged-devices",
            "rootless-cannot-exceed-the-user",
            "podman-userns-undoes-read-only",
            "settings-privileged",
            "quadlet-podman-args",
            "quadlet-no-key",
            "quadlet-starts",
            "docker-privileged",
            "arion-starts",
            "quadlet-nix-starts",
        ]),
        controls: Controls::Cover(&[Control::Cis("5.5"), Control::Nsa("1.2"), Control::Attack("T1611")]),
        stakes: [HostRoot x Command, Account x Command],
        attack: Attack::Typed {
            experiment: "podman-privileged",
            command: "echo '|PROGRAM' > /proc/sys/kernel/core_pattern",
            gives: "PROGRAM runs as root of the host at the next crash; the experiment opens the file for writing and leaves the setting alone",
        },
        check: Container(check),
    }
}

fn check(ctx: &Ctx<'_>, container: &Container, sink: &mut Sink) {
    let Some(privileged) = container.privileged.written().filter(|on| *on.get()) else {
        return;
    };
    let who = name(container);
    let (severity, message, help) = if root_of(ctx, container) == RootUser::Host {
        (
            Severity::Critical,
            format!("{who} runs privileged: its root is root on the host"),
            "Nothing is left between the container and the host. Grant the capability or device that the program needs \
             instead.",
        )
    } else {
        (
            Severity::High,
            format!("{who} runs privileged, without system call filter and masked paths"),
            "It cannot exceed its user, but the kernel lies open to it. Grant the capability or device that the \
             program needs instead.",
        )
    };
    let builder = sink
        .report(privileged, message)
        .severity(severity)
        .help(format!("{help}{}", what_is_dead(container)));
    if let Some(change) = removal(container, &container.privileged.origin) {
        builder.fix("run it unprivileged", Applicability::Unsafe, change);
    }
}

/// Hardening beside it that does nothing, as a sentence.
fn what_is_dead(container: &Container) -> String {
    let drops = container
        .dropped_capabilities
        .iter()
        .any(|field| field.said().is_some());
    let filters = container
        .security_options
        .iter()
        .filter_map(|field| profile(field.said()?))
        .any(|profile| is_default_profile(&profile));
    let what = match (drops, filters) {
        (true, true) => "The capabilities that it drops and its seccomp profile do",
        (true, false) => "The capabilities that it drops do",
        (false, true) => "Its seccomp profile does",
        (false, false) => return String::new(),
    };
    format!(" {what} nothing beside it.")
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use nixpod_testing::{check, check_fix, check_none};

    #[test]
    fn flag() {
        check(
            &RULE,
            r#"
{
  virtualisation.oci-containers.containers.web = { image = "a:1"; extraOptions = [ "--privileged" ]; };
                                                                                 # ^^^^^^^^^^^^^^ critical: `web` runs privileged: its root is root on the host
}
"#,
        );
    }

    #[test]
    fn rootless() {
        check(
            &RULE,
            r#"
{
  services.podman.containers.web = { image = "a:1"; extraPodmanArgs = [ "--privileged" ]; };
                                                                      # ^^^^^^^^^^^^^^ high: `web` runs privileged, without system call filter and masked paths
}
"#,
        );
    }

    #[test]
    fn switched_off() {
        check_none(
            &RULE,
            r#"
{ virtualisation.oci-containers.containers.web = { image = "a:1"; privileged = false; extraOptions = [ "--privileged=false" ]; }; }
"#,
        );
    }

    #[test]
    fn removes_the_flag() {
        check_fix(
            &RULE,
            r#"
{ virtualisation.oci-containers.containers.web = { image = "a:1"; extraOptions = [ "--init" "--privileged" ]; }; }
"#,
            r#"
{ virtualisation.oci-containers.containers.web = { image = "a:1"; extraOptions = [ "--init" ]; }; }
"#,
        );
    }

    /// In the NixOS of a service of arion nothing is more than what the service has.
    #[test]
    fn in_a_service_of_arion() {
        check(
            &RULE,
            r#"
{
  virtualisation.arion.backend = "podman-socket";
  virtualisation.arion.projects.shop.settings.services = {
    lab = {
      service.useHostStore = true;
      nixos.useSystemd = true;
      nixos.configuration.virtualisation.oci-containers.containers.inner = { image = "a:1"; privileged = true; };
                                                                                                       # ^^^^ high: `inner` runs privileged, without system call filter and masked paths
    };
  };
}
"#,
        );
    }
}

//! seccomp-unconfined

use crate::about::power::{RootUser, profile, root_of};
use crate::about::words::{name, removal};
use nixpod_analysis::{Applicability, Attack, Control, Controls, Ctx, Proof, Severity, Sink, declare_rule};
use nixpod_model::Container;

declare_rule! {
    /// ## What it flags
    /// An OCI container without a filter of system calls: `--security-opt=seccomp=unconfined`, `SeccompProfile=unconfined`.
    /// Privileged containers have none either; that is privileged-container.
    /// ## Why
    /// The filter that Podman and Docker come with refuses some fifty system calls that containers do not need, many of
    /// which had holes through which a container became root of the host. Without it only the kernel's own checks are
    /// left.
    /// ## Bad
    /// ```nix
    /// {
    ///   virtualisation.oci-containers.containers.db = {
    ///     image = "docker.io/library/db:1";
    ///     extraOptions = [ "--security-opt=seccomp=unconfined" ];
    ///   };
    /// }
    /// ```
    /// ## Good
    /// ```nix
    /// {
    ///   virtualisation.oci-containers.containers.db = {
    ///     image = "docker.io/library/db:1";
    ///     extraOptions = [ "--security-opt=seccomp=/etc/containers/db-seccomp.json" ];
    ///   };
    /// }
    /// ```
    /// ## Fix safety
    /// Unsafe: a program that needs one of the refused calls stops working; a profile of its own lets that one through.
    pub static RULE = {
        id: "seccomp-unconfined",
        summary: "OCI container without a filter of system calls",
        severity: Medium,
        group: Oci,
        since: "0.1.0",
        fix: Sometimes,
        proof: Proof::Experiments(&[
            "podman-seccomp-unconfined",
            "podman-security-opt-duplicates",
            "podman-privileged-keeps-all",
            "settings-seccomp-profile",
            "quadlet-security-keys",
        ]),
        controls: Controls::Cover(&[Control::Cis("5.22"), Control::Nsa("1.10"), Control::Attack("T1068")]),
        stakes: [HostRoot x Weakness, Account x Weakness],
        attack: Attack::Typed {
            experiment: "podman-seccomp-unconfined",
            command: "grep Seccomp: /proc/self/status",
            gives: "`Seccomp: 0`: every system call of the kernel can be tried for a fault in it",
        },
        check: Container(check),
    }
}

fn check(ctx: &Ctx<'_>, container: &Container, sink: &mut Sink) {
    if !container.is_oci() || container.privileged.value() != Some(&false) {
        return;
    }
    // Of several profiles the last one counts.
    let mut profiles = { container.security_options.iter() }.filter(|field| {
        field
            .value()
            .is_none_or(|option| profile(option).is_some() || option.has_hole())
    });
    let Some(last) = profiles.next_back().and_then(|field| field.written()) else {
        return;
    };
    if profile(last.get()).as_deref() != Some("unconfined") {
        return;
    }
    let severity = match root_of(ctx, container) {
        RootUser::Host => Severity::Medium,
        RootUser::Confined | RootUser::Unknown => Severity::Low,
    };
    let builder = sink
        .report(last, format!("{} may make every system call", name(container)))
        .severity(severity)
        .depends_on(&container.privileged)
        .help(
            "Without the filter only the kernel's own checks stand between the container and the host. Leave it out, or name \
             a profile that lets through what is needed: `seccomp=/path/profile.json`.",
        );
    if let Some(change) = removal(container, &last.origin) {
        builder.fix("keep the engine's filter", Applicability::Unsafe, change);
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use nixpod_testing::{check, check_fix, check_none};

    #[test]
    fn rootful() {
        check(
            &RULE,
            r#"
{
  virtualisation.oci-containers.containers.web = { image = "a:1"; extraOptions = [ "--security-opt" "seccomp:unconfined" ]; };
                                                                                                  # ^^^^^^^^^^^^^^^^^^^^ medium: `web` may make every system call
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
  services.podman.containers.web = { image = "a:1"; extraPodmanArgs = [ "--security-opt=seccomp=unconfined" ]; };
                                                                      # ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ low: `web` may make every system call
}
"#,
        );
    }

    #[test]
    fn the_last_one_counts() {
        check_none(
            &RULE,
            r#"
{
  virtualisation.oci-containers.containers.web = {
    image = "a:1";
    extraOptions = [ "--security-opt=seccomp=unconfined" "--security-opt=seccomp=/etc/profile.json" ];
  };
  virtualisation.oci-containers.containers.all = {
    image = "a:1";
    privileged = true;
    extraOptions = [ "--security-opt=seccomp=unconfined" ];
  };
}
"#,
        );
    }

    #[test]
    fn removes_the_option() {
        check_fix(
            &RULE,
            r#"
{ virtualisation.oci-containers.containers.web = { image = "a:1"; extraOptions = [ "--security-opt=seccomp=unconfined" "--init" ]; }; }
"#,
            r#"
{ virtualisation.oci-containers.containers.web = { image = "a:1"; extraOptions = [ "--init" ]; }; }
"#,
        );
    }
}

//! confinement-disabled

use crate::about::power::{RootUser, root_of};
use crate::about::words::{name, removal};
use nixpod_analysis::{Applicability, Attack, Control, Controls, Ctx, Proof, Severity, Sink, declare_rule};
use nixpod_model::{Container, Field, Surface};

declare_rule! {
    /// ## What it flags
    /// An OCI container for which the paths below `/proc` and `/sys` are uncovered that engines hide or mount read-only
    /// (`--security-opt=unmask=ALL`, `systempaths=unconfined`), and, where SELinux is on, one that is not separated by
    /// labels (`label=disable`), or, where AppArmor is on, one without a profile (`apparmor=unconfined`). Privileged
    /// containers have neither; that is privileged-container.
    /// ## Why
    /// With all paths uncovered, root of a rootful container writes the host's kernel settings: a program that it enters in
    /// `/proc/sys/kernel/core_pattern` runs as root of the host at the next crash. A rootless container can write only what
    /// its user may.
    ///
    /// Without SELinux, as on NixOS unless somebody sets it up, `label=disable` is accepted and changes nothing, and so
    /// does `apparmor=unconfined` without AppArmor. Where AppArmor is on, Podman gives a container that names no profile
    /// the one of `containers.conf` (`setupApparmor` in containers/podman, pkg/specgen/generate/security_linux.go), and
    /// only to rootful ones, since loading a profile takes root (containers/common, pkg/apparmor/apparmor_linux.go).
    /// ## Bad
    /// ```nix
    /// {
    ///   virtualisation.oci-containers.containers.builder = {
    ///     image = "docker.io/library/builder:1";
    ///     extraOptions = [ "--security-opt=systempaths=unconfined" ];
    ///   };
    /// }
    /// ```
    /// ## Good
    /// ```nix
    /// {
    ///   virtualisation.oci-containers.containers.builder = {
    ///     image = "docker.io/library/builder:1";
    ///     podman.user = "builder";
    ///     extraOptions = [ "--security-opt=unmask=/proc/acpi" ];
    ///   };
    /// }
    /// ```
    /// ## Fix safety
    /// Unsafe: containers in the container may need the paths.
    pub static RULE = {
        id: "confinement-disabled",
        summary: "OCI container with uncovered kernel settings or without labels",
        severity: High,
        group: Oci,
        since: "0.1.0",
        fix: Sometimes,
        proof: Proof::Experiments(&[
            "podman-unmask",
            "podman-label-without-selinux",
            "podman-apparmor-without",
            "podman-security-opt-duplicates",
            "quadlet-security-keys",
        ]),
        controls: Controls::Cover(&[Control::Cis("5.2"), Control::Cis("5.3"), Control::Nsa("1.8"), Control::Nsa("1.9"), Control::Attack("T1611")]),
        stakes: [HostRoot x Step, Account x Step, Part x Step],
        attack: Attack::Typed {
            experiment: "podman-unmask",
            command: "echo '|PROGRAM' > /proc/sys/kernel/core_pattern",
            gives: "PROGRAM runs as root of the host at the next crash; the experiment opens the file for writing and leaves the setting alone",
        },
        check: Container(check),
    }
}

fn check(ctx: &Ctx<'_>, container: &Container, sink: &mut Sink) {
    if !container.is_oci() || container.privileged.value() != Some(&false) {
        return;
    }
    for field in &container.security_options {
        let Some(field) = field.written() else {
            continue;
        };
        let Some(option) = field.get().as_known() else {
            continue;
        };
        let Some((severity, what, help)) = words(ctx, container, &option) else {
            continue;
        };
        let builder = sink
            .report(field, format!("{} {what}", name(container)))
            .severity(severity)
            .depends_on(&container.privileged)
            .help(help);
        if let Some(change) = removal(container, &field.origin) {
            builder.fix("leave it out", Applicability::Unsafe, change);
        }
    }
}

/// How bad a security option is, what it does, and what to do instead.
fn words(
    ctx: &Ctx<'_>,
    container: &Container,
    option: &str,
) -> Option<(Severity, &'static str, &'static str)> {
    let (key, value) = option.split_once(['=', ':'])?;
    let uncovers_all = match key {
        "unmask" => value.split(':').any(|path| {
            path.eq_ignore_ascii_case("all") || matches!(path, "/proc/*" | "/proc/sys" | "/proc/sys/kernel")
        }),
        "systempaths" => value == "unconfined",
        _ => false,
    };
    if uncovers_all {
        return Some(match root_of(ctx, container) {
            RootUser::Host => (
                Severity::High,
                "can write the host's kernel settings below /proc and /sys",
                "Whoever is root in it has a program run as root of the host, by /proc/sys/kernel/core_pattern. Uncover only \
                 the path that is needed, or run it rootless.",
            ),
            RootUser::Confined | RootUser::Unknown => (
                Severity::Low,
                "has the paths below /proc and /sys uncovered that engines hide",
                "Containers in the container may need them. If there are none, leave it out.",
            ),
        });
    }
    let is_on = |field: &Field<bool>| field.said() == Some(&true);
    if (key, value) == ("apparmor", "unconfined")
        && gets_profile(container)
        && is_on(&ctx.system(container).apparmor)
    {
        return Some((
            Severity::Medium,
            "is told to run without AppArmor's profile",
            "The engine's own profile keeps root in a container from mounting and from the kernel's settings. Leave it out, or \
             name a profile that allows what is needed.",
        ));
    }
    let has_labels = is_on(&ctx.system(container).selinux);
    (has_labels && key == "label" && value == "disable").then_some((
        Severity::Medium,
        "is not separated by SELinux",
        "SELinux keeps a container from the files and processes of others, also where it is root. Give it a type of its own \
         with `label=type:NAME`, or relabel what it needs with `:Z`.",
    ))
}

/// Would the engine give it a profile of its own? Loading one takes root, so that no rootless container has any.
fn gets_profile(container: &Container) -> bool {
    container.rootful.value() == Some(&true) || container.surface == Surface::ContainersConf
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use nixpod_testing::{check, check_none};

    #[test]
    fn all_paths() {
        check(
            &RULE,
            r#"
{
  virtualisation.oci-containers.containers.web = { image = "a:1"; extraOptions = [ "--security-opt=unmask=ALL" ]; };
                                                                                 # ^^^^^^^^^^^^^^^^^^^^^^^^^^^ high: `web` can write the host's kernel settings below /proc and /sys
  services.podman.containers.own = { image = "a:1"; extraPodmanArgs = [ "--security-opt=systempaths=unconfined" ]; };
                                                                      # ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ low: `own` has the paths below /proc and /sys uncovered that engines hide
}
"#,
        );
    }

    #[test]
    fn labels_where_there_are_labels() {
        check(
            &RULE,
            r#"
{
  boot.kernelParams = [ "security=selinux" ];
  virtualisation.oci-containers.containers.web = { image = "a:1"; extraOptions = [ "--security-opt=label=disable" ]; };
                                                                                 # ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ medium: `web` is not separated by SELinux
}
"#,
        );
    }

    #[test]
    fn profiles_where_there_are_profiles() {
        check(
            &RULE,
            r#"
{
  security.apparmor.enable = true;
  virtualisation.oci-containers.backend = "docker";
  virtualisation.oci-containers.containers.web = { image = "a:1"; extraOptions = [ "--security-opt=apparmor=unconfined" ]; };
                                                                                 # ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ medium: `web` is told to run without AppArmor's profile
  virtualisation.oci-containers.containers.own = { image = "a:1"; extraOptions = [ "--security-opt=apparmor=own" ]; };
  home-manager.users.ann.services.podman.containers.app = { image = "a:1"; extraPodmanArgs = [ "--security-opt=apparmor=unconfined" ]; };
}
"#,
        );
    }

    #[test]
    fn what_changes_nothing() {
        check_none(
            &RULE,
            r#"
{
  virtualisation.oci-containers.containers.web = {
    image = "a:1";
    extraOptions = [ "--security-opt=label=disable" "--security-opt=apparmor=unconfined" "--security-opt=unmask=/proc/acpi" ];
  };
}
"#,
        );
    }
}

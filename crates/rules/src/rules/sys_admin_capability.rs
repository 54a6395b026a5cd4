//! sys-admin-capability

use crate::about::nesting::runs_containers;
use crate::about::overlay_support::{NativeOverlay, native_overlay};
use crate::about::power::has_user_namespace;
use crate::about::words::{name, removal};
use nixpod_analysis::{Applicability, Attack, Control, Controls, Ctx, Proof, Severity, Sink, declare_rule};
use nixpod_model::Container;

declare_rule! {
    /// ## What it flags
    /// `CAP_SYS_ADMIN` among the capabilities that a container is given, unless it is privileged, by which it has all.
    /// ## Why
    /// It is the capability for mounts, namespaces and much else: without a user namespace it is root on the host in
    /// all but name. systemd-nspawn guests have it anyway, so asking for it there does nothing, except that the next
    /// reader believes it was needed. The usual reason, rootless Podman storage, went away with Linux 5.11 (5.13 with
    /// SELinux): since then neither this capability nor `/dev/fuse` is needed.
    /// ## Bad
    /// ```nix
    /// {
    ///   containers.web = {
    ///     additionalCapabilities = [ "CAP_SYS_ADMIN" ];
    ///     config = { };
    ///   };
    /// }
    /// ```
    /// ```nix
    /// {
    ///   virtualisation.oci-containers.containers.web = {
    ///     image = "docker.io/library/nginx:1.27";
    ///     extraOptions = [ "--cap-add=SYS_ADMIN" ];
    ///   };
    /// }
    /// ```
    /// ## Good
    /// ```nix
    /// { containers.web = { privateUsers = "pick"; additionalCapabilities = [ "CAP_IPC_LOCK" ]; config = { }; }; }
    /// ```
    /// ## Fix safety
    /// Safe for nspawn, where removing it changes nothing. Unsafe for OCI containers: the workload may mount
    /// something.
    pub static RULE = {
        id: "sys-admin-capability",
        summary: "container with CAP_SYS_ADMIN",
        severity: High,
        group: Isolation,
        since: "0.1.0",
        fix: Sometimes,
        proof: Proof::Experiments(&[
            "nspawn-default-capabilities",
            "nspawn-sys-admin-is-a-no-op",
            "nspawn-drop-beats-add",
            "nspawn-drop-sys-admin",
            "nspawn-new-user-namespace-inside",
            "podman-default-capabilities",
            "podman-cap-conflicts",
            "podman-sys-admin",
            "podman-userns-undoes-read-only",
            "nested-podman-needs-no-capability",
            "settings-default-capabilities",
            "settings-rootless-overlay",
            "quadlet-capabilities",
            "quadlet-drop-ins",
            "quadlet-starts",
            "arion-starts",
            "quadlet-nix-starts",
        ]),
        controls: Controls::Cover(&[Control::Cis("5.4"), Control::Attack("T1611")]),
        stakes: [HostRoot x Step, Account x Step, Comfort x Itself],
        attack: Attack::Typed {
            experiment: "podman-sys-admin",
            command: "mount -o remount,rw,bind /host; echo changed > /host/file",
            gives: "a file of the host is changed through a read-only bind",
        },
        check: Container(check),
    }
}

fn check(ctx: &Ctx<'_>, container: &Container, sink: &mut Sink) {
    // Who is privileged has every capability, and another rule says so.
    if container.privileged.certain() == Some(&true) {
        return;
    }
    let written = { container.capabilities.iter().filter_map(|field| field.written()) };
    let all: Vec<_> = written.filter(|field| field.get() == "CAP_SYS_ADMIN").collect();
    let Some(field) = all.first().copied() else {
        return;
    };
    let is_nspawn = container.nspawn.is_some();
    let is_confined = has_user_namespace(ctx, container) == Some(true);
    let (severity, help) = danger(is_nspawn, is_confined);
    let mut builder = sink
        .report(field, message(ctx, container, is_confined))
        .severity(severity)
        .help(help);
    for other in all.iter().skip(1) {
        builder = builder.related(&other.origin, "it is asked for here, too");
    }
    let applicability = if is_nspawn {
        Applicability::Safe
    } else {
        Applicability::Unsafe
    };
    let changes: Option<Vec<_>> = { all.iter() }
        .map(|field| removal(container, &field.origin))
        .collect();
    if let Some(changes) = changes {
        builder.fix_all("remove CAP_SYS_ADMIN", applicability, changes);
    }
}

fn message(ctx: &Ctx<'_>, container: &Container, is_confined: bool) -> String {
    let who = name(container);
    let overlay = match native_overlay(ctx.system(container)) {
        NativeOverlay::Yes(kernel) => {
            format!("on {kernel} rootless overlay storage needs neither it nor /dev/fuse")
        }
        NativeOverlay::No(kernel) => {
            format!(
                "{kernel} has no rootless overlay storage, but fuse-overlayfs needs only /dev/fuse, not this"
            )
        }
        NativeOverlay::LikelyByDefault | NativeOverlay::Unknown => {
            "since kernel 5.11 (5.13 with SELinux) rootless overlay storage needs neither it nor /dev/fuse"
                .to_owned()
        }
    };
    if container.nspawn.is_some() {
        format!("{who} asks for CAP_SYS_ADMIN, which nspawn grants anyway; {overlay}")
    } else if runs_containers(ctx, container) {
        format!("{who} is given CAP_SYS_ADMIN; {overlay}")
    } else if is_confined {
        format!("{who} is given CAP_SYS_ADMIN, which undoes read-only mounts in its user namespace, too")
    } else {
        // Programs that watch the system want it for other reasons than storage.
        format!("{who} is given CAP_SYS_ADMIN, which is root in all but name")
    }
}

/// How bad it is, and what to do. `confined`: a user namespace certainly limits it.
fn danger(is_nspawn: bool, confined: bool) -> (Severity, &'static str) {
    match (is_nspawn, confined) {
        (true, true) => (
            Severity::Low,
            "The line changes nothing, because nspawn never takes this capability away, and the user namespace \
             confines it. Remove it.",
        ),
        // That it counts is what missing-private-users says.
        (true, false) => (
            Severity::Low,
            "The line itself changes nothing, because nspawn never takes this capability away; but without a user \
             namespace it is real power over the host. Remove it and set `privateUsers = \"pick\"`.",
        ),
        (false, true) => (
            Severity::Medium,
            "In a user namespace it reaches less, but read-only volumes are undone with it even there, and it opens much \
             more of the kernel to attack than any other capability. Remove it, or grant the narrower one that the \
             workload needs.",
        ),
        (false, false) => (
            Severity::High,
            "With it root in the container can mount, join namespaces and leave the container. Remove it, or grant \
             the narrower capability that the workload needs.",
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use nixpod_testing::{check, check_fix, check_none};

    /// One finding, and one fix, for what is written twice.
    #[test]
    fn asked_for_twice() {
        check_fix(
            &RULE,
            r#"
{ containers.web = { additionalCapabilities = [ "CAP_SYS_ADMIN" "CAP_SYS_ADMIN" "CAP_SYS_TIME" ]; config = { }; }; }
"#,
            r#"
{ containers.web = { additionalCapabilities = [ "CAP_SYS_TIME" ]; config = { }; }; }
"#,
        );
    }

    #[test]
    fn names_the_kernel() {
        check(
            &RULE,
            r#"
{ pkgs, ... }: {
  boot.kernelPackages = pkgs.linuxPackages_6_6;
  containers.web = { privateUsers = "pick"; additionalCapabilities = [ "CAP_SYS_ADMIN" ]; config = { }; };
                                                                     # ^^^^^^^^^^^^^^^ low: `web` asks for CAP_SYS_ADMIN, which nspawn grants anyway; on kernel 6.6 (pkgs.linuxPackages_6_6) rootless overlay storage needs neither it nor /dev/fuse
}
"#,
        );
    }

    #[test]
    fn other_capabilities() {
        check_none(
            &RULE,
            r#"
{ virtualisation.oci-containers.containers.web = { image = "a:1"; privileged = true; capabilities.SYS_ADMIN = true; }; }
"#,
        );
        check_none(
            &RULE,
            r#"
{ containers.web = { additionalCapabilities = [ "CAP_IPC_LOCK" ]; config = { }; }; }
"#,
        );
    }

    #[test]
    fn removes_what_does_nothing() {
        check_fix(
            &RULE,
            r#"
{ containers.web = { additionalCapabilities = [ "CAP_IPC_LOCK" "CAP_SYS_ADMIN" ]; config = { }; }; }
"#,
            r#"
{ containers.web = { additionalCapabilities = [ "CAP_IPC_LOCK" ]; config = { }; }; }
"#,
        );
    }
}

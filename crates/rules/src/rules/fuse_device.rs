//! fuse-device

use crate::about::nesting::runs_containers;
use crate::about::overlay_support::{NativeOverlay, native_overlay};
use crate::about::paths::host_path;
use crate::about::power::maps_root_to_root;
use crate::about::releases::systemd_at_least;
use crate::about::words::{name, removal};
use nixpod_analysis::{
    Applicability, Confidence, Control, Controls, Ctx, Proof, Severity, Sink, declare_rule,
};
use nixpod_model::{Container, Device, Text, Userns, Written};

declare_rule! {
    /// ## What it flags
    /// `/dev/fuse` given to a container that itself runs containers, on a kernel where rootless overlay storage works
    /// without it: Linux 5.11, or 5.13 with SELinux. And `/dev/fuse` allowed without the letter `m` to an nspawn container
    /// in a user namespace, which then does not start (systemd 257 and newer, so NixOS 25.05).
    /// ## Why
    /// The device was needed for fuse-overlayfs. On newer kernels it only lets the container mount file systems of its
    /// own making, which is one more part of the kernel to attack. Containers that run no containers keep it without
    /// a finding, because other programs (rclone, sshfs) need it.
    ///
    /// systemd-nspawn makes the node in every guest that is allowed it, which takes the right to make nodes: with
    /// `modifier = "rw"` it fails, and the container with it. Write `"rwm"`; in a user namespace the guest can make no
    /// nodes all the same.
    /// ## Bad
    /// ```nix
    /// {
    ///   system.stateVersion = "25.05";
    ///   containers.builder = {
    ///     privateUsers = "pick";
    ///     allowedDevices = [ { node = "/dev/fuse"; modifier = "rwm"; } ];
    ///     config = { virtualisation.podman.enable = true; };
    ///   };
    /// }
    /// ```
    /// ## Good
    /// ```nix
    /// {
    ///   system.stateVersion = "25.05";
    ///   containers.builder = {
    ///     privateUsers = "pick";
    ///     config = { virtualisation.podman.enable = true; };
    ///   };
    /// }
    /// ```
    /// ## Fix safety
    /// Unsafe: storage that was once used with fuse-overlayfs keeps using it until `podman system reset`.
    pub static RULE = {
        id: "fuse-device",
        summary: "/dev/fuse that nested containers do not need, or that keeps the container from starting",
        severity: Low,
        group: Isolation,
        since: "0.1.0",
        fix: Sometimes,
        proof: Proof::Experiments(&[
            "nspawn-new-user-namespace-inside",
            "nspawn-device-nodes",
            "unit-closed-device-policy",
            "unit-allowed-device-node",
            "unit-fuse-rw-does-not-start",
            "podman-device",
            "nested-podman-needs-no-capability",
            "nested-podman-without-tun",
            "settings-rootless-overlay",
            "settings-mount-program-sticks",
        ]),
        controls: Controls::Cover(&[Control::Cis("5.18")]),
        stakes: [Service x Itself, Part x Step],
        check: Container(check),
    }
}

fn check(ctx: &Ctx<'_>, container: &Container, sink: &mut Sink) {
    check_start(ctx, container, sink);
    let (kernel, confidence) = match native_overlay(ctx.system(container)) {
        NativeOverlay::Yes(kernel) => (kernel, Confidence::High),
        NativeOverlay::LikelyByDefault => (
            "every default kernel since NixOS 22.05".to_owned(),
            Confidence::Medium,
        ),
        NativeOverlay::No(_) | NativeOverlay::Unknown => return,
    };
    if !runs_containers(ctx, container) {
        return;
    }
    let Some(field) = given(container) else {
        return;
    };
    let builder = sink
        .report(
            field,
            format!(
                "{} is given /dev/fuse, but {kernel} mounts rootless overlays without it",
                name(container)
            ),
        )
        .at_most(confidence, "nothing says which kernel it has")
        .help(
            "The kernel's own overlay file system works in user namespaces since 5.11 (5.13 with SELinux) and is \
             faster. Remove the device and any `mount_program = fuse-overlayfs`.",
        );
    // In nspawn the device is an attribute set in a list, and its node is what is written at the origin.
    if !container.is_oci() {
        return;
    }
    if let Some(change) = removal(container, &field.origin) {
        builder.fix("remove /dev/fuse", Applicability::Unsafe, change);
    }
}

/// The first systemd that makes /dev/fuse in guests.
const MAKES_THE_NODE: u32 = 257;

/// Does it keep the container from starting?
fn check_start(ctx: &Ctx<'_>, container: &Container, sink: &mut Sink) {
    let has_users = container.nspawn.is_some()
        && matches!(
            container.userns.value(),
            Some(Userns::Pick | Userns::Fixed { .. })
        )
        && !container.userns.value().is_some_and(maps_root_to_root);
    let makes_the_node =
        systemd_at_least(ctx.system(container)).is_some_and(|version| version >= MAKES_THE_NODE);
    let Some(field) = given(container) else {
        return;
    };
    let device = field.get();
    // No letters mean all of them.
    if !has_users
        || !makes_the_node
        || !device.allowed_only
        || device.access.is_empty()
        || device.access.contains('m')
    {
        return;
    }
    sink.report(
        field,
        format!(
            "{} is allowed /dev/fuse with `{}` in a user namespace, so it does not start",
            name(container),
            device.access
        ),
    )
    .severity(Severity::Medium)
    .depends_on(&container.userns)
    .help(
        "systemd 257 and newer make the node in the guest, for which the letter `m` is needed. Write `modifier = \"rwm\"`, \
         or leave the device out.",
    );
}

fn given(container: &Container) -> Option<Written<'_, Device>> {
    let mut written = container.devices.iter().filter_map(|field| field.written());
    written.find(|field| is_fuse(&field.get().node))
}

fn is_fuse(node: &Text) -> bool {
    host_path(node).is_some_and(|path| path.is_system("dev/fuse"))
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use nixpod_testing::{check, check_none};

    #[test]
    fn on_a_new_kernel() {
        check(
            &RULE,
            r#"
{ pkgs, ... }: {
  boot.kernelPackages = pkgs.linuxPackages_6_6;
  containers.web = {
    allowedDevices = [ { node = "/dev/fuse"; modifier = "rwm"; } ];
                              # ^^^^^^^^^^^ low: `web` is given /dev/fuse, but kernel 6.6 (pkgs.linuxPackages_6_6) mounts rootless overlays without it
    config.virtualisation.podman.enable = true;
  };
}
"#,
        );
    }

    #[test]
    fn without_the_letter() {
        check(
            &RULE,
            r#"
{
  system.stateVersion = "25.05";
  containers.web = {
    privateUsers = "pick";
    allowedDevices = [ { node = "/dev/fuse"; modifier = "rw"; } ];
                              # ^^^^^^^^^^^ medium: `web` is allowed /dev/fuse with `rw` in a user namespace, so it does not start
    config = { };
  };
  containers.all = { privateUsers = "pick"; allowedDevices = [ { node = "/dev/fuse"; modifier = "rwm"; } ]; config = { }; };
  containers.old = { allowedDevices = [ { node = "/dev/fuse"; modifier = "rw"; } ]; config = { }; };
}
"#,
        );
        check_none(
            &RULE,
            r#"
{
  system.stateVersion = "24.11";
  containers.web = { privateUsers = "pick"; allowedDevices = [ { node = "/dev/fuse"; modifier = "rw"; } ]; config = { }; };
}
"#,
        );
    }

    #[test]
    fn old_kernels_and_other_programs() {
        check_none(
            &RULE,
            r#"
{ pkgs, ... }: {
  boot.kernelPackages = pkgs.linuxPackages_5_10;
  containers.web = { allowedDevices = [ { node = "/dev/fuse"; modifier = "rw"; } ]; config.virtualisation.podman.enable = true; };
  containers.files = { allowedDevices = [ { node = "/dev/fuse"; modifier = "rw"; } ]; config = { }; };
}
"#,
        );
    }
}

//! fuse-device

use crate::about::nesting::runs_containers;
use crate::about::overlay_support::{NativeOverlay, native_overlay};
use crate::about::paths::host_path;
use crate::about::words::{name, removal};
use nixpod_analysis::{Applicability, Confidence, Ctx, Sink, declare_rule};
use nixpod_model::{Container, Text};

declare_rule! {
    /// ## What it flags
    /// `/dev/fuse` given to a container that itself runs containers, on a kernel where rootless overlay storage works
    /// without it: Linux 5.11, or 5.13 with SELinux.
    /// ## Why
    /// The device was needed for fuse-overlayfs. On newer kernels it only lets the container mount file systems of its
    /// own making, which is one more part of the kernel to attack. Containers that run no containers keep it without
    /// a finding, because other programs (rclone, sshfs) need it.
    /// ## Bad
    /// ```nix
    /// {
    ///   system.stateVersion = "25.05";
    ///   containers.builder = {
    ///     privateUsers = "pick";
    ///     allowedDevices = [ { node = "/dev/fuse"; modifier = "rw"; } ];
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
        summary: "/dev/fuse for nested containers on a kernel that needs none",
        severity: Low,
        group: Isolation,
        since: "0.1.0",
        fix: Sometimes,
        check: Container(check),
    }
}

fn check(ctx: &Ctx<'_>, container: &Container, sink: &mut Sink) {
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
    let Some(field) = container
        .devices
        .iter()
        .filter_map(|field| field.written())
        .find(|field| is_fuse(&field.get().node))
    else {
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

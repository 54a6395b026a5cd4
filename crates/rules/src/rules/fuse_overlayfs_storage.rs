//! fuse-overlayfs-storage

use crate::about::overlay_support::{NativeOverlay, native_overlay};
use crate::about::words::inside;
use nixpod_analysis::{Confidence, Ctx, Proof, Severity, Sink, declare_rule};
use nixpod_model::System;

declare_rule! {
    /// ## What it flags
    /// Podman's storage told to mount overlays by fuse-overlayfs on a kernel that does it itself also for users (Linux
    /// 5.11, or 5.13 with SELinux), and storage without overlays (`driver = "vfs"`).
    /// ## Why
    /// fuse-overlayfs was needed once. It is slower, needs `/dev/fuse` in nested containers, and storage that was used with
    /// it keeps it when the setting is gone, until `podman system reset`. `vfs` copies every layer of every image whole.
    /// ## Bad
    /// ```nix
    /// {
    ///   system.stateVersion = "25.05";
    ///   virtualisation.containers.storage.settings.storage.driver = "vfs";
    /// }
    /// ```
    /// ## Good
    /// ```nix
    /// {
    ///   system.stateVersion = "25.05";
    ///   virtualisation.containers.storage.settings.storage.driver = "overlay";
    /// }
    /// ```
    /// ## Fix safety
    /// No fix: storage that exists has to be reset, and its images and volumes with it.
    pub static RULE = {
        id: "fuse-overlayfs-storage",
        summary: "storage of containers that is slower than the kernel's own",
        severity: Low,
        group: Oci,
        since: "0.1.0",
        fix: None,
        proof: Proof::Experiments(&[
            "settings-rootless-overlay",
            "settings-mount-program-sticks",
            "settings-mount-program-of-the-system",
        ]),
        stakes: [Comfort x Itself],
        check: System(check),
    }
}

fn check(ctx: &Ctx<'_>, system: &System, sink: &mut Sink) {
    let storage = &system.engines.storage;
    of_docker(ctx, system, sink);
    let driver = storage.driver.as_ref().and_then(|driver| driver.written());
    if let Some(driver) = driver.filter(|driver| driver.get().as_known().as_deref() == Some("vfs")) {
        sink.report(
            driver,
            format!("storage without overlays copies every layer whole{}", inside(ctx, system)),
        )
        .severity(Severity::Low)
        .help("Use `overlay`, which kernels since 5.11 mount for every user, and run `podman system reset` once.");
        return;
    }
    let (kernel, confidence) = match native_overlay(system) {
        NativeOverlay::Yes(kernel) => (kernel, Confidence::High),
        NativeOverlay::LikelyByDefault => (
            "every default kernel since NixOS 22.05".to_owned(),
            Confidence::Medium,
        ),
        NativeOverlay::No(_) | NativeOverlay::Unknown => return,
    };
    let Some(program) = storage
        .mount_program
        .as_ref()
        .and_then(|program| program.written())
    else {
        return;
    };
    if !program.get().display().contains("fuse-overlayfs") {
        return;
    }
    sink.report(
        program,
        format!(
            "storage is mounted by fuse-overlayfs, but {kernel} does it without{}",
            inside(ctx, system)
        ),
    )
    .severity(Severity::Low)
    .at_most(confidence, "nothing says which kernel it has")
    .help(
        "The kernel's own overlay file system works for users since 5.11 (5.13 with SELinux) and is faster. Remove the \
         setting, and run `podman system reset` once, since storage keeps what it was first used with.",
    );
}

/// Docker's daemon is root, or mounts overlays in a user namespace as any kernel since 5.11 lets it.
fn of_docker(ctx: &Ctx<'_>, system: &System, sink: &mut Sink) {
    let driver = &system.engines.storage.docker_driver;
    let Some(driver) = driver.as_ref().and_then(|driver| driver.written()) else {
        return;
    };
    let what = match driver.get().as_known().as_deref() {
        Some("vfs") => "Docker's storage without overlays copies every layer whole",
        Some("fuse-overlayfs") => {
            "Docker's storage is mounted by fuse-overlayfs, which its daemon does not need"
        }
        _ => return,
    };
    sink.report(driver, format!("{what}{}", inside(ctx, system)))
        .severity(Severity::Low)
        .help(
            "Leave it out, or say `overlay2`. Images and containers that were made with the other driver are not seen by it and \
             have to be pulled and made again.",
        );
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use nixpod_testing::{check, check_none};

    #[test]
    fn a_program_that_the_kernel_does_not_need() {
        check(
            &RULE,
            r#"
{ pkgs, ... }: {
  boot.kernelPackages = pkgs.linuxPackages_6_12;
  virtualisation.containers.storage.settings.storage.options.overlay.mount_program = "${pkgs.fuse-overlayfs}/bin/fuse-overlayfs";
                                                                                   # ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ low: storage is mounted by fuse-overlayfs, but kernel 6.12 (pkgs.linuxPackages_6_12) does it without
}
"#,
        );
    }

    #[test]
    fn where_it_is_needed() {
        check_none(
            &RULE,
            r#"
{ pkgs, ... }: {
  boot.kernelPackages = pkgs.linuxPackages_5_10;
  virtualisation.containers.storage.settings.storage.options.overlay.mount_program = "${pkgs.fuse-overlayfs}/bin/fuse-overlayfs";
}
"#,
        );
    }

    #[test]
    fn drivers_of_docker() {
        check(
            &RULE,
            r#"
#- /a.nix
{ virtualisation.docker = { enable = true; daemon.settings."storage-driver" = "fuse-overlayfs"; }; }
                                                                            # ^^^^^^^^^^^^^^^^ low: Docker's storage is mounted by fuse-overlayfs, which its daemon does not need
#- /b.nix
{ virtualisation.docker = { enable = true; storageDriver = "vfs"; }; }
                                                         # ^^^^^ low: Docker's storage without overlays copies every layer whole
#- /c.nix
{ virtualisation.docker = { enable = true; storageDriver = null; daemon.settings.storage-driver = "overlay2"; }; }
"#,
        );
    }
}

//! gpu-device

use crate::about::devices::{closed_by_device_rules, dead_entry, may_have_node};
use crate::about::paths::{HOLE, HostPath, host_path};
use crate::about::words::name;
use nixpod_analysis::{Attack, Control, Controls, Ctx, Proof, Severity, Sink, declare_rule};
use nixpod_model::{Container, Field, Text, Written};

declare_rule! {
    /// ## What it flags
    /// Graphics devices given to a container: the whole of `/dev/dri` or a card node (medium), a render node or an
    /// NVIDIA device (info). Also a bind of `/dev/dri` that cannot work: in nspawn without `allowedDevices`, in a rootful
    /// Podman container without `--device`.
    /// ## Why
    /// A card node sets display modes and reaches buffers that other programs share by name; a render node only
    /// computes. Graphics drivers are large parts of the kernel either way. The unit of an nspawn container denies all
    /// devices that `allowedDevices` does not list, so a bind alone ends in "operation not permitted".
    /// ## Bad
    /// ```nix
    /// {
    ///   containers.desktop = {
    ///     bindMounts.dri = rec { hostPath = "/dev/dri"; mountPoint = hostPath; };
    ///     config = { };
    ///   };
    /// }
    /// ```
    /// ```nix
    /// {
    ///   virtualisation.oci-containers.containers.media = {
    ///     image = "docker.io/jellyfin/jellyfin:10.10";
    ///     extraOptions = [ "--device=/dev/dri:/dev/dri" ];
    ///   };
    /// }
    /// ```
    /// ## Good
    /// ```nix
    /// {
    ///   containers.desktop = {
    ///     allowedDevices = [ { node = "/dev/snd/timer"; modifier = "rw"; } ];
    ///     config = { };
    ///   };
    /// }
    /// ```
    /// ## Fix safety
    /// No fix: which node belongs to which card is known to the machine only.
    pub static RULE = {
        id: "gpu-device",
        summary: "graphics device given to a container",
        severity: Medium,
        group: Isolation,
        since: "0.1.0",
        fix: None,
        proof: Proof::Experiments(&[
            "unit-closed-device-policy",
            "unit-device-allow-forms",
            "podman-device",
            "podman-device-folder",
            "podman-bound-device",
        ]),
        controls: Controls::Cover(&[Control::Cis("5.18"), Control::Attack("T1113")]),
        stakes: [HostRoot x Weakness, Account x Step, Part x Weakness, Nothing x Itself],
        attack: Attack::Nothing(
            "it takes a fault in the driver, or a program of the host that shares its buffers by name",
        ),
        check: Container(check),
    }
}

/// Which part of the graphics hardware; the worse the greater.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Gpu {
    Nvidia,
    Render,
    Card,
    Whole,
}

fn check(_ctx: &Ctx<'_>, container: &Container, sink: &mut Sink) {
    let who = name(container);
    let is_nspawn = container.nspawn.is_some();
    let devices = || {
        container
            .devices
            .iter()
            .filter_map(|field| field.written().map(|field| (field, field.get())))
    };
    let worst = devices()
        .filter(|(_, device)| !is_nspawn || device.allowed_only)
        .filter(|(_, device)| dead_entry(device).is_none())
        // What is allowed and not there is dead-flag.
        .filter(|(_, device)| !is_nspawn || may_have_node(container, device))
        .filter_map(|(field, device)| Some((gpu(&device.node)?, field, device)))
        // The first of equals, so that the finding stays where it is when another one is added.
        .reduce(|best, other| if other.0 > best.0 { other } else { best });
    if let Some((part, field, device)) = worst {
        report(sink, part, field, &who, &device.node.display());
        return;
    }
    for field in &container.mounts {
        let Some(field) = field.written().filter(|field| field.get().is_bind) else {
            continue;
        };
        let mount = field.get();
        let Some(part) = gpu(&mount.source) else {
            continue;
        };
        let source = mount.source.display();
        if !is_nspawn {
            if closed_by_device_rules(container) {
                sink.report(
                    field,
                    format!("{who} gets `{source}` but is given no such device, so opening it fails"),
                )
                .depends_on(&container.rootful)
                .help(
                    "A rootful engine keeps devices closed that are only mounted. Give it a render node with `--device`, \
                     such as `/dev/dri/renderD128`, and leave the mount out.",
                );
            } else {
                report(sink, part, field, &who, &source);
            }
            return;
        }
        if may_be_allowed(container) || is_allowed_in_vain(container) {
            return;
        }
        sink.report(
            field,
            format!("{who} gets `{source}` but allows no such device, so opening it fails"),
        )
        .help(
            "The container's unit denies devices that `allowedDevices` does not list. Allow a render node, such as \
             `allowedDevices = [ { node = \"/dev/dri/renderD128\"; modifier = \"rw\"; } ]`, and bind only that.",
        );
        return;
    }
}

/// A node that is not known, or a whole class of devices, may be the one that is bound.
fn may_be_allowed(container: &Container) -> bool {
    container.devices.iter().any(|field| {
        field.value().is_none_or(|device| {
            if dead_entry(device).is_some() {
                return false;
            }
            let node = device.node.pattern();
            node.contains(HOLE) || node.starts_with("char-") || node.contains('*')
        })
    })
}

/// An entry that was to allow them and opens nothing: dead-flag says so, and what to write.
fn is_allowed_in_vain(container: &Container) -> bool {
    let mut devices = container.devices.iter().filter_map(Field::value);
    devices.any(|device| dead_entry(device).is_some() && gpu(&device.node).is_some())
}

fn report<T>(sink: &mut Sink, part: Gpu, field: Written<'_, T>, who: &str, node: &str) {
    let (severity, message, help) = match part {
        Gpu::Whole => (
            Severity::Medium,
            format!("{who} gets every graphics device in `{node}`"),
            "Card nodes set display modes and reach buffers that programs share by name. Give it the render node \
             alone, such as `/dev/dri/renderD128`, which is enough to compute and to decode video.",
        ),
        Gpu::Card => (
            Severity::Medium,
            format!("{who} gets the card node `{node}`"),
            "Card nodes set display modes and reach buffers that programs share by name. A render node, such as \
             `/dev/dri/renderD128`, is enough to compute and to decode video.",
        ),
        Gpu::Render => (
            Severity::Info,
            format!("{who} gets the render node `{node}`"),
            "A render node only computes and decodes, so this is the narrow way. The graphics driver remains a large \
             part of the kernel to attack.",
        ),
        Gpu::Nvidia => (
            Severity::Info,
            format!("{who} gets the NVIDIA device `{node}`"),
            "NVIDIA's driver has no separate node that only computes. It is a large part of the kernel to attack, so \
             give it only to containers that need it.",
        ),
    };
    sink.report(field, message).severity(severity).help(help);
}

fn gpu(node: &Text) -> Option<Gpu> {
    let pattern = node.pattern();
    if pattern.starts_with("nvidia.com/gpu") {
        return Some(Gpu::Nvidia);
    }
    if pattern == "char-drm" {
        return Some(Gpu::Whole);
    }
    let path: HostPath = host_path(node)?;
    let rest = path.rest();
    let below = rest.strip_prefix("dev/")?;
    if below == "dri" {
        return Some(Gpu::Whole);
    }
    if let Some(device) = below.strip_prefix("dri/") {
        return if device.starts_with("renderD") {
            Some(Gpu::Render)
        } else if device.starts_with("card") {
            Some(Gpu::Card)
        } else if device.starts_with('*') {
            Some(Gpu::Whole)
        } else {
            None
        };
    }
    below.starts_with("nvidia").then_some(Gpu::Nvidia)
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use nixpod_testing::{check, check_none};

    #[test]
    fn bound_but_not_allowed() {
        check(
            &RULE,
            r#"
{
  containers.web = { bindMounts.dri = { hostPath = "/dev/dri"; mountPoint = "/dev/dri"; }; config = { }; };
                                                 # ^^^^^^^^^^ medium: `web` gets `/dev/dri` but allows no such device, so opening it fails
}
"#,
        );
    }

    #[test]
    fn render_node() {
        check(
            &RULE,
            r#"
{
  virtualisation.oci-containers.containers.web = { image = "a:1"; devices = [ "/dev/dri/renderD128:/dev/dri/renderD128" ]; };
                                                                            # ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ info: `web` gets the render node `/dev/dri/renderD128`
}
"#,
        );
    }

    /// Nothing binds it, and its root cannot make it.
    #[test]
    fn allowed_and_not_there() {
        check_none(
            &RULE,
            r#"
{ containers.web = { privateUsers = "pick"; allowedDevices = [ { node = "/dev/nvidia0"; modifier = "rw"; } { node = "char-drm"; modifier = "rw"; } ]; config = { }; }; }
"#,
        );
        check(
            &RULE,
            r#"
{ containers.web = { privateUsers = "pick"; allowedDevices = [ { node = "/dev/nvidia0"; modifier = "rw"; } ]; bindMounts."/dev/nvidia0".hostPath = "/dev/nvidia0"; config = { }; }; }
                                                                      # ^^^^^^^^^^^^^^ info: `web` gets the NVIDIA device `/dev/nvidia0`
"#,
        );
    }

    /// What opens nothing gives no graphics; dead-flag says that, and of each bind no more.
    #[test]
    fn entries_that_open_nothing() {
        check_none(
            &RULE,
            r#"
{
  containers.a = { bindMounts."/dev/dri".hostPath = "/dev/dri"; allowedDevices = [ { node = "/dev/dri"; modifier = "rw"; } ]; config = { }; };
  containers.b = { bindMounts."/dev/dri".hostPath = "/dev/dri"; allowedDevices = [ { node = "/dev/dri/card?"; modifier = "rw"; } ]; config = { }; };
  containers.c = { bindMounts."/dev/nvidia0".hostPath = "/dev/nvidia0"; allowedDevices = [ { node = "/dev/nvidia[0-9]"; modifier = "rw"; } { node = "/dev/nvidia0"; modifier = "drm"; } ]; config = { }; };
}
"#,
        );
    }

    #[test]
    fn mounted_but_not_given() {
        check(
            &RULE,
            r#"
{
  virtualisation.oci-containers.backend = "podman";
  virtualisation.oci-containers.containers.web = { image = "a:1"; volumes = [ "/dev/dri:/dev/dri" ]; };
                                                                            # ^^^^^^^^^^^^^^^^^^^ medium: `web` gets `/dev/dri` but is given no such device, so opening it fails
  services.podman.containers.own = { image = "a:1"; volumes = [ "/dev/dri:/dev/dri" ]; };
                                                              # ^^^^^^^^^^^^^^^^^^^ medium: `own` gets every graphics device in `/dev/dri`
}
"#,
        );
    }

    #[test]
    fn other_devices() {
        check_none(
            &RULE,
            r#"
{ virtualisation.oci-containers.containers.web = { image = "a:1"; devices = [ "/dev/ttyUSB0:/dev/ttyUSB0" ]; }; }
"#,
        );
    }
}

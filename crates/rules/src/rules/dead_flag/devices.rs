//! Devices that are shown and closed, or open and not there.

use crate::about::devices::{Sort, closed_by_device_rules, dead_entry, may_have, may_have_node, sort};
use crate::about::words::{also, name};
use nixpod_analysis::{Severity, Sink};
use nixpod_model::{Container, Device, Mount, Written};
use nixpod_source::Place;

pub(super) fn check_nspawn(container: &Container, sink: &mut Sink) {
    check_entries(container, sink);
    check_binds(container, sink);
    check_nodes(container, sink);
}

pub(super) fn check_oci(container: &Container, sink: &mut Sink) {
    if !closed_by_device_rules(container) {
        return;
    }
    // The runtimes of Podman open that for tunnels to every container.
    let closed = closed(container).into_iter();
    for (field, _) in closed.filter(|(_, sort)| *sort != Sort::Tun) {
        sink.report(
            field,
            format!(
                "{} gets `{}` but is given no such device, so opening it fails",
                name(container),
                field.get().source.display()
            ),
        )
        .severity(Severity::Medium)
        .depends_on(&container.rootful)
        .help(
            "A rootful engine keeps devices closed that are only mounted. Give it the device with `--device`, and leave the \
             mount out.",
        );
    }
}

/// Devices that are allowed in words that allow none.
fn check_entries(container: &Container, sink: &mut Sink) {
    let mut told: Vec<(Vec<Place>, &str)> = Vec::new();
    for field in &container.devices {
        let Some(field) = field.written() else {
            continue;
        };
        let device = field.get();
        let Some(why) = dead_entry(device) else {
            continue;
        };
        // What a function gives a wrong modifier is wrong once, with all of its nodes.
        let made = made_at(field);
        if told.contains(&(made.clone(), why)) {
            continue;
        }
        let is_alike = |other: &Written<'_, Device>| {
            is_of_modifier(why) && made_at(*other) == made && dead_entry(other.get()) == Some(why)
        };
        let alike = container.devices.iter().filter_map(|field| field.written());
        let nodes: Vec<String> = { alike.filter(is_alike) }
            .map(|other| other.get().node.display())
            .collect();
        let nodes: Vec<&str> = nodes.iter().map(String::as_str).collect();
        let others = also(if made.is_empty() { &[] } else { &nodes });
        if is_of_modifier(why) && !made.is_empty() {
            told.push((made, why));
        }
        sink.report(
            field,
            format!(
                "`{}`{others} among the allowed devices of {} opens nothing: {why}",
                device.node.display(),
                name(container)
            ),
        )
        .severity(Severity::Medium)
        .help(
            "systemd takes the path of a node, such as `/dev/dri/renderD128`, or a class, such as `char-drm`, with the letters \
             `r`, `w` and `m`, and leaves out everything else.",
        );
    }
}

/// Where the code makes the entry of a node that is written elsewhere, as a function does.
fn made_at(field: Written<'_, Device>) -> Vec<Place> {
    field.origin.hops.iter().skip(1).map(|hop| hop.place).collect()
}

fn is_of_modifier(why: &str) -> bool {
    why.starts_with("its modifier")
}

/// Binds of devices of which none is allowed. Graphics are told by gpu-device.
fn closed(container: &Container) -> Vec<(Written<'_, Mount>, Sort)> {
    let binds = container.mounts.iter().filter_map(|field| field.written());
    binds
        .filter(|field| field.get().is_bind)
        .filter_map(|field| Some((field, sort(&field.get().source)?)))
        .filter(|(_, sort)| *sort != Sort::Graphics && !may_have(container, *sort))
        .collect()
}

fn check_binds(container: &Container, sink: &mut Sink) {
    for (field, _) in closed(container) {
        sink.report(
            field,
            format!(
                "{} gets `{}` but allows no such device, so opening it fails",
                name(container),
                field.get().source.display()
            ),
        )
        .severity(Severity::Medium)
        .help(
            "The container's unit denies devices that `allowedDevices` does not list. Name the node there, such as \
             `{ node = \"/dev/kvm\"; modifier = \"rw\"; }`; for a whole folder its class, such as `char-alsa` for `/dev/snd`.",
        );
    }
}

/// Devices that are allowed and have no node.
fn check_nodes(container: &Container, sink: &mut Sink) {
    for field in container.devices.iter().filter_map(|field| field.written()) {
        let device = field.get();
        let is_alive = device.allowed_only && dead_entry(device).is_none();
        if !is_alive || may_have_node(container, device) {
            continue;
        }
        sink.report(
            field,
            format!(
                "{} is allowed `{}` and has no such node",
                name(container),
                device.node.display()
            ),
        )
        .severity(Severity::Low)
        .help("`allowedDevices` opens a device and does not bring it along. Bind the node, too, or leave the entry out.");
    }
}

#[cfg(test)]
mod tests {
    use crate::rules::dead_flag::RULE;
    use nixpod_testing::{check, check_none};

    /// One function that gives a wrong modifier is one cause.
    #[test]
    fn a_modifier_of_many() {
        check(
            &RULE,
            r#"
{
  containers.a = {
    allowedDevices = map (node: { inherit node; modifier = "drm"; }) [ "/dev/dri/card0" "/dev/dri/renderD128" "/dev/nvidia0" ];
                                                                     # ^^^^^^^^^^^^^^^^ medium: `/dev/dri/card0` (also `/dev/dri/renderD128` and `/dev/nvidia0`) among the allowed devices of `a` opens nothing: its modifier has other letters than `r`, `w` and `m`
    config = { };
  };
}
"#,
        );
    }

    #[test]
    fn devices_that_stay_closed() {
        check(
            &RULE,
            r#"
{
  containers.a = { bindMounts."/dev/snd".hostPath = "/dev/snd"; config = { }; };
                                                  # ^^^^^^^^^^ medium: `a` gets `/dev/snd` but allows no such device, so opening it fails
  containers.b = { enableTun = true; bindMounts."/dev/ttyUSB0" = { hostPath = "/dev/ttyUSB0"; isReadOnly = false; }; config = { }; };
                                                                            # ^^^^^^^^^^^^^^ medium: `b` gets `/dev/ttyUSB0` but allows no such device, so opening it fails
  containers.c = { bindMounts."/dev/kvm" = { }; allowedDevices = [ { node = "/dev/dri/renderD128"; modifier = "rw"; } { node = "char-alsa"; modifier = "rw"; } ]; config = { }; };
                            # ^^^^^^^^^^ medium: `c` gets `/dev/kvm` but allows no such device, so opening it fails
                                                                          # ^^^^^^^^^^^^^^^^^^^^^ low: `c` is allowed `/dev/dri/renderD128` and has no such node
                                                                                                                             # ^^^^^^^^^^^ low: `c` is allowed `char-alsa` and has no such node
}
"#,
        );
    }

    #[test]
    fn devices_that_are_opened() {
        check_none(
            &RULE,
            r#"
{ config, ... }: {
  containers.a = { bindMounts."/dev/snd".hostPath = "/dev/snd"; allowedDevices = [ { node = "char-alsa"; modifier = "rw"; } ]; config = { }; };
  containers.b = { bindMounts."/dev/shm".hostPath = "/dev/shm"; bindMounts."/dev/log".hostPath = "/dev/log"; bindMounts."/dev/null".hostPath = "/dev/null"; config = { }; };
  containers.c = { bindMounts."/dev/serial/by-id/usb-Stick-if00".hostPath = "/dev/serial/by-id/usb-Stick-if00"; allowedDevices = [ { node = "/dev/ttyACM0"; modifier = "rw"; } ]; config = { }; };
  containers.d = { bindMounts."/dev/ttyUSB0".hostPath = "/dev/ttyUSB0"; allowedDevices = [ { node = "/dev/zigbee"; modifier = "rw"; } ]; config = { }; };
  containers.e = { bindMounts."/dev/kvm".hostPath = "/dev/kvm"; allowedDevices = [ { node = "char-misc"; modifier = "rw"; } ]; config = { }; };
  containers.f = { bindMounts."/dev/kvm".hostPath = "/dev/kvm"; allowedDevices = config.my.devices; config = { }; };
  containers.g = { bindMounts."/dev/kvm".hostPath = "/dev/kvm"; config = { }; };
  systemd.services."container@g".serviceConfig.DeviceAllow = [ "/dev/kvm rw" ];
  containers.h = { bindMounts."/dev/kvm".hostPath = "/dev/kvm"; config = { }; };
  systemd.services."container@h".serviceConfig.DevicePolicy = "auto";
  containers.i = { enableTun = true; bindMounts."/dev/net/tun" = { hostPath = "/dev/net/tun"; isReadOnly = false; }; config = { }; };
  containers.j = { bindMounts."/dev/input".hostPath = "/dev/input"; allowedDevices = [ { node = "char-*"; modifier = "rw"; } ]; config = { }; };
  containers.k = { bindMounts."/dev/dri".hostPath = "/dev/dri"; config = { }; };
}
"#,
        );
    }

    #[test]
    fn devices_without_a_node() {
        check(
            &RULE,
            r#"
{ config, ... }: {
  containers.a = { allowedDevices = [ { node = "/dev/kvm"; modifier = "rw"; } ]; config = { }; };
                                             # ^^^^^^^^^^ low: `a` is allowed `/dev/kvm` and has no such node
  containers.b = { privateUsers = "pick"; allowedDevices = [ { node = "/dev/ttyUSB0"; modifier = "rwm"; } ]; config = { }; };
                                                                    # ^^^^^^^^^^^^^^ low: `b` is allowed `/dev/ttyUSB0` and has no such node
  containers.c = { allowedDevices = [ { node = "/dev/kvm"; modifier = "rwm"; } { node = "/dev/fuse"; modifier = "rw"; } { node = "/dev/zigbee"; modifier = "rw"; } ]; config = { }; };
  containers.d = { allowedDevices = [ { node = "/dev/ttyUSB0"; modifier = "rw"; } ]; extraFlags = [ "--bind=/dev/serial/by-id/usb-Stick" ]; config = { }; };
  containers.e = { allowedDevices = [ { node = "/dev/kvm"; modifier = "rw"; } ]; bindMounts = config.my.binds; config = { }; };
  containers.f = { allowedDevices = [ { node = "/dev/kvm"; modifier = "rw"; } ]; bindMounts."/dev" = { }; config = { }; };
  containers.g = { privateUsers = "pick"; allowedDevices = [ { node = "/dev/nvidia0"; modifier = "rw"; } ]; config = { }; };
                                                                    # ^^^^^^^^^^^^^^ low: `g` is allowed `/dev/nvidia0` and has no such node
  containers.h = { allowedDevices = [ { node = "char-alsa"; modifier = "rw"; } ]; config = { }; };
                                             # ^^^^^^^^^^^ low: `h` is allowed `char-alsa` and has no such node
}
"#,
        );
    }

    #[test]
    fn entries_that_open_nothing() {
        check(
            &RULE,
            r#"
{
  containers.a = {
    allowedDevices = [
      { node = "/dev/input/by-id"; modifier = "rw"; }
             # ^^^^^^^^^^^^^^^^^^ medium: `/dev/input/by-id` among the allowed devices of `a` opens nothing: it is a directory and no device
      { node = "/dev/input/event?"; modifier = "rw"; }
             # ^^^^^^^^^^^^^^^^^^^ medium: `/dev/input/event?` among the allowed devices of `a` opens nothing: patterns are for classes such as `char-*`, and not for paths
    ];
    config = { };
  };
}
"#,
        );
    }

    #[test]
    fn volumes_of_podman() {
        check(
            &RULE,
            r#"
{
  virtualisation.oci-containers.backend = "podman";
  virtualisation.oci-containers.containers.web = { image = "a:1"; volumes = [ "/dev/ttyUSB0:/dev/ttyUSB0" "/dev/null:/etc/motd:ro" "/dev/shm:/dev/shm" "/dev/net/tun:/dev/net/tun" ]; };
                                                                            # ^^^^^^^^^^^^^^^^^^^^^^^^^^^ medium: `web` gets `/dev/ttyUSB0` but is given no such device, so opening it fails
  virtualisation.oci-containers.containers.stick = { image = "a:1"; volumes = [ "/dev/serial/by-id:/dev/serial/by-id" ]; devices = [ "/dev/ttyUSB0" ]; };
  virtualisation.oci-containers.containers.numbers = { image = "a:1"; volumes = [ "/dev/bus/usb:/dev/bus/usb" ]; extraOptions = [ "--device-cgroup-rule=c 189:* rmw" ]; };
  virtualisation.oci-containers.containers.all = { image = "a:1"; volumes = [ "/dev/bus/usb:/dev/bus/usb" ]; privileged = true; };
  services.podman.containers.own = { image = "a:1"; volumes = [ "/dev/snd:/dev/snd" ]; };
}
"#,
        );
    }
}

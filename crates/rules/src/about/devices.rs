//! Which devices a container can open, of those that it is shown.

use crate::about::paths::{HOLE, host_path};
use crate::about::power::maps_root_to_root;
use nixpod_model::{Container, Device, Engine, Field, RunOption, Text};

/// Directories of devices. systemd allows nodes and classes, and no directories.
const DIRECTORIES: [&str; 20] = [
    "/dev",
    "/dev/block",
    "/dev/bus",
    "/dev/bus/usb",
    "/dev/char",
    "/dev/disk",
    "/dev/dri",
    "/dev/dri/by-path",
    "/dev/dvb",
    "/dev/input",
    "/dev/input/by-id",
    "/dev/input/by-path",
    "/dev/mapper",
    "/dev/net",
    "/dev/serial",
    "/dev/serial/by-id",
    "/dev/serial/by-path",
    "/dev/snd",
    "/dev/v4l",
    "/dev/vfio",
];

/// Why an allowed device opens nothing, if so: words that go on after "because".
pub(crate) fn dead_entry(device: &Device) -> Option<&'static str> {
    if !device.allowed_only {
        return None;
    }
    let node = device.node.pattern();
    if !device.access.chars().all(|letter| "rwm".contains(letter)) {
        return Some("its modifier has other letters than `r`, `w` and `m`");
    }
    if node.contains(HOLE) || !node.starts_with('/') {
        return None;
    }
    if node.contains(['*', '?', '[']) {
        return Some("patterns are for classes such as `char-*`, and not for paths");
    }
    DIRECTORIES
        .contains(&node.trim_end_matches('/'))
        .then_some("it is a directory and no device")
}

/// What a device is for, as far as its name says so. Devices of one sort may be the same under several names, such as
/// `/dev/ttyUSB0` and a link in `/dev/serial/by-id`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Sort {
    Disk,
    Fuse,
    Graphics,
    HumanInterface,
    Input,
    Kvm,
    MakesInput,
    Serial,
    Sound,
    Tun,
    Usb,
    Vhost,
    Video,
}

/// Names of devices below `/dev`, and folders of such, by their sort. Numbers may follow.
const NAMES: [(&str, Sort); 24] = [
    ("bus/usb", Sort::Usb),
    ("disk", Sort::Disk),
    ("dri", Sort::Graphics),
    ("dvb", Sort::Video),
    ("fuse", Sort::Fuse),
    ("hidraw", Sort::HumanInterface),
    ("input", Sort::Input),
    ("kfd", Sort::Graphics),
    ("kvm", Sort::Kvm),
    ("mapper", Sort::Disk),
    ("md", Sort::Disk),
    ("media", Sort::Video),
    ("net/tun", Sort::Tun),
    ("nvidia", Sort::Graphics),
    ("nvme", Sort::Disk),
    ("serial", Sort::Serial),
    ("snd", Sort::Sound),
    ("ttyACM", Sort::Serial),
    ("ttyAMA", Sort::Serial),
    ("ttyUSB", Sort::Serial),
    ("uinput", Sort::MakesInput),
    ("vhost-net", Sort::Vhost),
    ("vhost-vsock", Sort::Vhost),
    ("video", Sort::Video),
];

/// The sort of a device by its path.
pub(crate) fn sort(node: &Text) -> Option<Sort> {
    let path = host_path(node)?;
    let rest = path.rest();
    let below = rest.strip_prefix("dev/")?;
    let is = |name: &str| {
        below.strip_prefix(name).is_some_and(|rest| {
            let number = rest.trim_start_matches(|c: char| c.is_ascii_digit());
            rest.is_empty()
                || rest.starts_with('/')
                || number.is_empty()
                || name == "nvidia"
                || name == "nvme"
        })
    };
    let found = NAMES.iter().find(|(name, _)| is(name));
    found.map(|(_, sort)| *sort)
}

/// May this class of `DeviceAllow=` have devices of a sort in it? Classes are those of `/proc/devices`; `misc` holds many.
fn class_may_be(class: &str, sort: Sort) -> bool {
    if class.contains(['*', '?', '[']) || class.contains(HOLE) {
        return true;
    }
    match class {
        "char-alsa" => sort == Sort::Sound,
        "char-drm"
        | "char-nvidia"
        | "char-nvidia-frontend"
        | "char-nvidia-uvm"
        | "char-nvidiactl"
        | "char-kfd" => sort == Sort::Graphics,
        "char-input" => sort == Sort::Input,
        "char-hidraw" => sort == Sort::HumanInterface,
        "char-usb_device" => sort == Sort::Usb,
        "char-pts" | "char-tty" => false,
        "char-ttyUSB" | "char-ttyACM" | "char-ttyAMA" | "char-ttyS" => sort == Sort::Serial,
        "char-misc" => matches!(
            sort,
            Sort::Fuse | Sort::Kvm | Sort::MakesInput | Sort::Tun | Sort::Vhost
        ),
        _ if class.starts_with("block-") => sort == Sort::Disk,
        _ => true,
    }
}

/// The sort of devices that are allowed: of a path, or of a class that has only one.
pub(crate) fn sort_of_allowed(device: &Device) -> Option<Sort> {
    let node = device.node.pattern();
    match node.as_str() {
        "char-alsa" => Some(Sort::Sound),
        "char-drm" => Some(Sort::Graphics),
        "char-input" => Some(Sort::Input),
        "char-hidraw" => Some(Sort::HumanInterface),
        "char-usb_device" => Some(Sort::Usb),
        _ => sort(&device.node),
    }
}

/// May a device that a guest of nspawn is allowed have a node inside: one that is bound, or that its root can make, which
/// takes the letter `m` and no users of its own? nspawn makes those of fuse and tun by itself.
pub(crate) fn may_have_node(container: &Container, device: &Device) -> bool {
    let mounts = || container.mounts.iter();
    let Some(of) = sort_of_allowed(device) else {
        return true;
    };
    let can_make = (device.access.is_empty() || device.access.contains('m'))
        && container.userns.value().is_none_or(maps_root_to_root);
    let has_node = mounts().filter_map(|field| field.value()).any(|mount| {
        let is_of_devices = mount.source.pattern().trim_end_matches('/').starts_with("/dev");
        (is_of_devices && sort(&mount.source).is_none_or(|other| other == of)) || mount.source.has_hole()
    });
    let is_open = mounts().any(|field| field.value().is_none());
    can_make || has_node || is_open || matches!(of, Sort::Fuse | Sort::Tun)
}

/// May a device that is given or allowed be one of this sort? Whatever has a name that says nothing may be a link to it.
pub(crate) fn may_be(device: &Device, sort: Sort) -> bool {
    let node = device.node.pattern();
    if !node.starts_with('/') {
        return class_may_be(&node, sort);
    }
    self::sort(&device.node).is_none_or(|other| other == sort)
}

/// Is a device of this sort, or may it be, among those that a container is given or allowed, in whatever words?
pub(crate) fn may_have(container: &Container, sort: Sort) -> bool {
    { container.devices.iter() }.any(|field| field.value().is_none_or(|device| may_be(device, sort)))
}

/// Does the engine keep devices closed that are only mounted? Podman opens those that a rootful container is given; a rootless
/// one opens what its user may.
pub(crate) fn closed_by_device_rules(container: &Container) -> bool {
    let rule = |field: &Field<RunOption>| {
        field
            .value()
            .is_none_or(|option| option.name == "device-cgroup-rule")
    };
    container.engine.value() == Some(&Engine::Podman)
        && container.rootful.value() == Some(&true)
        && container.privileged.value() == Some(&false)
        && !container.run_options.iter().any(rule)
}

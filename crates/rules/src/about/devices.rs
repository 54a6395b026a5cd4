//! What `allowedDevices` of nspawn containers make of what is written.

use crate::about::paths::HOLE;
use nixpod_model::Device;

/// Directories of devices. systemd allows nodes and classes, and no directories.
const DIRECTORIES: [&str; 8] = [
    "/dev",
    "/dev/dri",
    "/dev/input",
    "/dev/snd",
    "/dev/bus/usb",
    "/dev/mapper",
    "/dev/disk",
    "/dev/net",
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
    if node.contains('*') {
        return Some("patterns are for classes such as `char-*`, and not for paths");
    }
    DIRECTORIES
        .contains(&node.trim_end_matches('/'))
        .then_some("it is a directory and no device")
}

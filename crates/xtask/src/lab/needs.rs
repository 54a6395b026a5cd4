//! What the lab needs of the machine, and what is missing.

use super::data::Need;
use super::host::Place;
use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

/// Programs that unpack packages and make hosts.
const PROGRAMS: &[&str] = &[
    "sh", "awk", "unshare", "chattr", "apt-get", "dpkg-deb", "tar", "cc",
];

/// Why nothing can be run here, if that is so.
pub(super) fn missing() -> Option<String> {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let field = |name: &str| {
        let line = status.lines().find_map(|line| line.strip_prefix(name));
        line.unwrap_or_default().trim().to_owned()
    };
    if !field("Uid:").starts_with("0\t") {
        return Some("it needs root".to_owned());
    }
    const SYS_ADMIN: u32 = 21;
    let capabilities = u64::from_str_radix(&field("CapEff:"), 16).unwrap_or(0);
    if capabilities & (1 << SYS_ADMIN) == 0 {
        return Some("it needs CAP_SYS_ADMIN".to_owned());
    }
    let path = std::env::var_os("PATH").unwrap_or_default();
    let has = |program: &str| std::env::split_paths(&path).any(|folder| folder.join(program).is_file());
    if let Some(program) = PROGRAMS.iter().find(|program| !has(program)) {
        return Some(format!("it needs the program {program}"));
    }
    let all = [
        "--mount", "--net", "--pid", "--ipc", "--uts", "--cgroup", "--fork", "true",
    ];
    if !works(Command::new("unshare").args(all)) {
        return Some("it needs namespaces".to_owned());
    }
    let mounts = fs::read_to_string("/proc/self/mountinfo").unwrap_or_default();
    let unified = mounts.lines().find(|line| line.contains(" - cgroup2 "));
    let unified = unified.and_then(|line| line.split(' ').nth(4));
    let group = unified.map(|mount| Path::new(mount).join(format!("nixpod-lab-{}", std::process::id())));
    let made = group.is_some_and(|group| {
        fs::create_dir(&group)
            .and_then(|()| fs::remove_dir(&group))
            .is_ok()
    });
    (!made).then(|| "it needs a control group of its own".to_owned())
}

/// Why this need is not met, if it is not.
pub(super) fn unmet(need: Need, place: &Place) -> Option<String> {
    let names = |file: &str, name: &str| {
        let text = fs::read_to_string(file).unwrap_or_default();
        text.lines()
            .any(|line| line.split_whitespace().nth(1) == Some(name))
    };
    let (met, what) = match need {
        Need::Fuse => (names("/proc/misc", "fuse"), "/dev/fuse"),
        Need::Tun => (names("/proc/misc", "tun"), "/dev/net/tun"),
        Need::Loop => (names("/proc/devices", "loop"), "loop devices"),
        Need::Network => (
            has_networks(place),
            "pairs of network interfaces and packet filters",
        ),
        Need::Nix => (place.root.join("usr/bin/nix").exists(), "Nix"),
    };
    (!met).then(|| format!("it needs {what}"))
}

fn has_networks(place: &Place) -> bool {
    let tries = "ip link add lab0 type veth peer name lab1 && ip link add lab2 type bridge && \
                 nft 'add table inet t; add chain inet t c { type nat hook output priority 0; }'";
    let mut inside = Command::new("unshare");
    inside.args(["--net", "--fork", "chroot"]);
    works(inside.arg(&place.root).args(["/bin/sh", "-c", tries]))
}

fn works(command: &mut Command) -> bool {
    let quiet = command
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    quiet.status().is_ok_and(|status| status.success())
}

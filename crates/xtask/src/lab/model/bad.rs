//! Bad specs: dangerous words, put together at random. They are made of what the engines have options for, and know nothing
//! of the rules and their examples: a container that breaks out and that no rule names is a rule that is missing.

use super::quoting::{nix, nix_list};
use super::spec::{IMAGE, REPORT, Runner, Spec};
use crate::random::Random;
use std::fmt::Write as _;

/// The capabilities of the kernel, but for those that the lab cannot give away (SYS_RESOURCE) or that stop it (SYS_BOOT).
const CAPABILITIES: &[&str] = &[
    "AUDIT_CONTROL",
    "AUDIT_READ",
    "AUDIT_WRITE",
    "BLOCK_SUSPEND",
    "BPF",
    "CHECKPOINT_RESTORE",
    "DAC_READ_SEARCH",
    "IPC_LOCK",
    "IPC_OWNER",
    "LEASE",
    "LINUX_IMMUTABLE",
    "MAC_ADMIN",
    "MAC_OVERRIDE",
    "MKNOD",
    "NET_ADMIN",
    "NET_BROADCAST",
    "NET_RAW",
    "PERFMON",
    "SYSLOG",
    "SYS_ADMIN",
    "SYS_MODULE",
    "SYS_NICE",
    "SYS_PACCT",
    "SYS_PTRACE",
    "SYS_RAWIO",
    "SYS_TIME",
    "SYS_TTY_CONFIG",
    "WAKE_ALARM",
    "ALL",
];

/// Paths of a host, dangerous or not.
const PATHS: &[&str] = &[
    "/",
    "/etc",
    "/root",
    "/home",
    "/home/lab",
    "/home/lab/.ssh",
    "/run",
    "/run/podman",
    "/run/podman/podman.sock",
    "/run/docker.sock",
    "/run/user/1001",
    "/run/user/1001/podman/podman.sock",
    "/run/systemd",
    "/run/dbus",
    "/var",
    "/var/lib",
    "/var/lib/containers",
    "/usr",
    "/usr/bin",
    "/dev",
    "/dev/shm",
    "/proc",
    "/proc/sys",
    "/proc/1",
    "/sys",
    "/sys/kernel",
    "/sys/fs/cgroup",
    "/tmp",
    "/opt",
    "/nix",
    "/srv/data",
    "/etc/passwd",
    "/etc/shadow",
    "/lab/src/a",
    "/root/.ssh",
];

const DEVICES: &[&str] = &[
    "/dev/fuse",
    "/dev/net/tun",
    "/dev/kvm",
    "/dev/mem",
    "/dev/kmsg",
    "/dev/sda",
];

/// Options of `podman run` that open something, from its list of options, with what may be said behind them.
fn podman_words(random: &mut Random, rootless: bool) -> Vec<String> {
    let path = *random.of(PATHS);
    let at = *random.of(&["/h", "/k"]);
    let one = |text: String| vec![text];
    match random.below(if rootless { 20 } else { 24 }) {
        0..5 => one(format!(
            "--volume={path}:{at}{}",
            random.of(&["", ":ro", ":rslave", ":z"])
        )),
        5 | 6 => one(format!(
            "--mount=type=bind,src={path},dst={at}{}",
            random.of(&["", ",ro", ",bind-propagation=rshared"])
        )),
        7..10 => one(format!("--cap-add={}", random.of(CAPABILITIES))),
        10 => one("--privileged".to_owned()),
        11 => one("--network=host".to_owned()),
        12 => one("--pid=host".to_owned()),
        13 => one("--ipc=host".to_owned()),
        14 => one("--uts=host".to_owned()),
        15 => one("--cgroupns=host".to_owned()),
        16 => one(format!(
            "--security-opt={}",
            random.of(&[
                "seccomp=unconfined",
                "unmask=ALL",
                "unmask=/proc/sys",
                "label=disable",
                "proc-opts=rw"
            ])
        )),
        17 => vec![format!("--device={}", random.of(DEVICES))],
        18 => one(format!("--userns={}", random.of(&["host", "keep-id"]))),
        19 => one(format!(
            "--annotation={}",
            random.of(&[
                "run.oci.keep_original_groups=1",
                "run.oci.systemd.force_cgroup_v1=/x"
            ])
        )),
        20 => one(format!(
            "--device-cgroup-rule={}",
            random.of(&["b *:* rwm", "b 8:* rwm", "b 7:* rwm", "c *:* rwm", "a *:* rwm"])
        )),
        21 => one(format!(
            "--network={}",
            random.of(&["ns:/proc/1/ns/net", "ns:/proc/self/ns/net"])
        )),
        22 => one(format!(
            "--pid={}",
            random.of(&["ns:/proc/1/ns/pid", "ns:/proc/self/ns/pid"])
        )),
        _ => one("--uidmap=0:0:4294967295".to_owned()),
    }
}

/// Flags of `systemd-nspawn` that open something, likewise.
fn nspawn_words(random: &mut Random) -> Vec<String> {
    let path = *random.of(PATHS);
    let at = *random.of(&["/h", "/k"]);
    let one = |text: String| vec![text];
    match random.below(19) {
        0..5 => one(format!(
            "--bind={path}:{at}{}",
            random.of(&["", "", ":idmap", ":rootidmap", ":norbind"])
        )),
        5 | 6 => one(format!("--bind-ro={path}:{at}{}", random.of(&["", ":idmap"]))),
        7..10 => one(format!(
            "--capability=CAP_{}",
            random.of(&CAPABILITIES[..CAPABILITIES.len() - 1])
        )),
        10 => one("--capability=all".to_owned()),
        11 | 12 => one(format!(
            "--private-users={}",
            random.of(&["no", "identity", "0", "0:65536"])
        )),
        13 => one(format!(
            "--system-call-filter={}",
            random.of(&[
                "@system-service",
                "bpf perf_event_open",
                "@clock",
                "@module",
                "@raw-io"
            ])
        )),
        14 => one(format!("--overlay={path}:/srv/data:{at}")),
        15 => one(format!("--overlay-ro={path}:/opt:{at}")),
        16 => one("--network-namespace-path=/proc/1/ns/net".to_owned()),
        17 => one(format!(
            "--ambient-capability=CAP_{}",
            random.of(&["SYS_ADMIN", "DAC_READ_SEARCH", "SYS_PTRACE"])
        )),
        _ => one(format!("--property=DeviceAllow={} rwm", random.of(DEVICES))),
    }
}

/// One bad spec; everything that is not said is as closed as it can be.
pub(super) fn spec(runner: Runner, number: u64, random: &mut Random) -> Spec {
    let count = 1 + random.below(3);
    let mut words: Vec<String> = Vec::new();
    for _ in 0..count {
        let new = match runner {
            Runner::Nspawn => nspawn_words(random),
            Runner::Podman | Runner::Rootless => podman_words(random, runner == Runner::Rootless),
        };
        // One mount at a place, and each option that has one value once.
        let clashes = new.iter().any(|new| {
            let name = new.split('=').next().unwrap_or_default();
            let at = |word: &str| {
                ["/h", "/k"]
                    .into_iter()
                    .find(|at| word.contains(&format!(":{at}")) || word.contains(&format!("dst={at}")))
            };
            words.iter().any(|word| {
                let is_same = word.split('=').next() == Some(name)
                    && !matches!(
                        name,
                        "--volume" | "--mount" | "--bind" | "--bind-ro" | "--cap-add" | "--capability"
                    );
                is_same || at(word).is_some() && at(word) == at(new)
            })
        });
        if !clashes {
            words.extend(new);
        }
    }
    let mut text = String::new();
    match runner {
        Runner::Nspawn => machine(random, &words, &mut text),
        Runner::Podman | Runner::Rootless => {
            if !words.iter().any(|word| word.starts_with("--network")) {
                words.push("--network=none".to_owned());
            }
            let user = if runner == Runner::Rootless {
                "  podman.user = \"lab\";\n"
            } else {
                ""
            };
            let _ = writeln!(
                text,
                "virtualisation.oci-containers.containers.c = {{\n  image = \"{IMAGE}\";\n  cmd = [ \"{REPORT}\" ];\n{user}  extraOptions = {};\n}};",
                nix_list(&words)
            );
        }
    }
    Spec {
        runner,
        number,
        nix: text,
        shell: None,
        files: Vec::new(),
    }
}

/// A container of nspawn with users and a network of its own, unless the words say otherwise.
fn machine(random: &mut Random, words: &[String], text: &mut String) {
    let own_network = !words.iter().any(|word| word.starts_with("--network")) && random.chance(85);
    // A flag that takes back the option's users keeps the container from starting: NixOS has mapped its mounts by then.
    text.push_str(
        match words.iter().any(|word| word.starts_with("--private-users")) {
            true => "containers.c = {\n",
            false => "containers.c = {\n  privateUsers = \"pick\";\n",
        },
    );
    if own_network {
        text.push_str("  privateNetwork = true;\n");
    }
    if random.chance(20) {
        let node = *random.of(&["block-loop", "char-mem", "/dev/fuse", "/dev/sda"]);
        let _ = writeln!(
            text,
            "  allowedDevices = [ {{ node = {}; modifier = \"rwm\"; }} ];",
            nix(node)
        );
    }
    let flags: Vec<&String> = words
        .iter()
        .filter(|word| !word.starts_with("--property"))
        .collect();
    let _ = writeln!(text, "  extraFlags = {};\n}};", nix_list(&flags));
    for word in words
        .iter()
        .filter_map(|word| word.strip_prefix("--property=DeviceAllow="))
    {
        let _ = writeln!(
            text,
            "systemd.services.\"container@c\".serviceConfig.DeviceAllow = [ {} ];",
            nix(word)
        );
    }
}

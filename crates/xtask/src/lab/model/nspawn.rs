//! Containers of systemd-nspawn, as NixOS declares them.

use super::quoting::{nix, nix_list};
use super::settings::capability;
use super::spec::{DEVICES, Runner, SOURCES, Spec, TARGETS};
use crate::random::Random;
use std::fmt::Write as _;

pub(super) fn spec(number: u64, random: &mut Random) -> Spec {
    let mut lines = String::new();
    let mut flags: Vec<String> = Vec::new();
    let mut rest = String::new();
    users(random, &mut lines, &mut flags);
    capabilities(random, &mut lines, &mut flags);
    network(random, &mut lines, &mut flags);
    mounts(random, &mut lines, &mut flags);
    devices(random, &mut lines, &mut rest);
    other(random, &mut flags);
    let mut files = Vec::new();
    if random.chance(15) {
        let (text, file) = settings(random);
        rest.push_str(&text);
        files.push(("/etc/systemd/nspawn/c.nspawn", file));
    }
    if !flags.is_empty() {
        let _ = writeln!(lines, "  extraFlags = {};", nix_list(&flags));
    }
    Spec {
        runner: Runner::Nspawn,
        number,
        nix: format!("containers.c = {{\n{lines}}};\n{rest}"),
        shell: None,
        files,
    }
}

/// A flag in one of its forms: the start script splits elements at white space.
fn flag(name: &str, value: &str, random: &mut Random, flags: &mut Vec<String>) {
    match random.below(4) {
        0 => flags.push(format!("{name} {value}")),
        1 => flags.extend([name.to_owned(), value.to_owned()]),
        _ => flags.push(format!("{name}={value}")),
    }
}

fn users(random: &mut Random, lines: &mut String, flags: &mut Vec<String>) {
    if random.chance(35) {
        let value = random.of(&[
            "\"no\"",
            "\"identity\"",
            "\"pick\"",
            "\"pick\"",
            "0",
            "983040",
            "524288",
        ]);
        let _ = writeln!(lines, "  privateUsers = {value};");
    }
    if random.chance(30) {
        match random.below(4) {
            0 => flags.push("-U".to_owned()),
            // The value stands behind the sign or nowhere.
            _ => {
                let value = random.of(&[
                    "no",
                    "false",
                    "off",
                    "0",
                    "identity",
                    "pick",
                    "983040",
                    "983040:65536",
                    "1048576:32768",
                    "yes",
                    "true",
                    "0:65536",
                ]);
                flags.push(format!("--private-users={value}"));
            }
        }
        if random.chance(25) {
            let value = *random.of(&["auto", "off", "chown", "map"]);
            flag("--private-users-ownership", value, random, flags);
        }
    }
}

/// nspawn takes a name only with its prefix, in any case.
fn full(random: &mut Random) -> String {
    let name = capability(random).to_ascii_uppercase();
    let name = format!("CAP_{}", name.trim_start_matches("CAP_"));
    match random.below(4) {
        0 => name.to_ascii_lowercase(),
        _ => name,
    }
}

fn capabilities(random: &mut Random, lines: &mut String, flags: &mut Vec<String>) {
    // Some are written as Podman would take them.
    let one = |random: &mut Random| match random.below(16) {
        0 => "all".to_owned(),
        1 => capability(random),
        2 => format!("{},{}", full(random), full(random)),
        _ => full(random),
    };
    if random.chance(30) {
        let names: Vec<String> = (0..1 + random.below(3)).map(|_| one(random)).collect();
        let _ = writeln!(lines, "  additionalCapabilities = {};", nix_list(&names));
    }
    if random.chance(20) {
        let name = one(random);
        flag("--capability", &name, random, flags);
    }
    if random.chance(25) {
        let name = one(random);
        flag("--drop-capability", &name, random, flags);
    }
}

fn network(random: &mut Random, lines: &mut String, flags: &mut Vec<String>) {
    match random.below(20) {
        0..5 => lines.push_str("  privateNetwork = true;\n"),
        5 => lines.push_str(
            "  privateNetwork = true;\n  hostAddress = \"10.233.1.1\";\n  localAddress = \"10.233.1.2\";\n",
        ),
        6 => lines.push_str("  privateNetwork = true;\n  hostBridge = \"br0\";\n"),
        7 => lines.push_str("  networkNamespace = \"/run/netns/lab\";\n"),
        8 => lines.push_str("  macvlans = [ \"dummy0\" ];\n"),
        9 => lines.push_str("  extraVeths.vx = { };\n"),
        10 => flags.push("--private-network".to_owned()),
        11 => flags.push((*random.of(&["-n", "--network-veth"])).to_owned()),
        12 => flag("--network-bridge", "br0", random, flags),
        13 => flag("--network-macvlan", "dummy0", random, flags),
        14 => flag("--network-namespace-path", "/run/netns/lab", random, flags),
        15 => flag("--network-zone", "z", random, flags),
        _ => {}
    }
}

/// Sources and targets without a blank, which would end the word.
const NEAR: [&str; 2] = ["/lab/src/a", "/lab/src/b"];
const FAR: [&str; 3] = ["/m1", "/m2", "/srv/m3"];

/// An entry of `bindMounts`.
fn bind(random: &mut Random, at: &mut usize, is_mapped: bool, lines: &mut String) {
    *at += 1;
    // What stands behind the blank is run.
    let (target, source) = match random.chance(3) {
        true => (TARGETS[*at % TARGETS.len()], *random.of(SOURCES)),
        false => (FAR[*at % FAR.len()], *random.of(&NEAR)),
    };
    let option = match is_mapped {
        true => *random.of(&["", "", "", "", ":norbind", ":rbind", ":idmap", ":noidmap"]),
        false => *random.of(&["", "", "", "", ":norbind", ":rbind", ":noidmap"]),
    };
    let access = *random.of(&["", "isReadOnly = false; ", "isReadOnly = true; "]);
    let path = nix(&format!("{target}{option}"));
    let _ = writeln!(
        lines,
        "  bindMounts.{path} = {{ hostPath = {}; {access}}};",
        nix(source)
    );
}

fn mounts(random: &mut Random, lines: &mut String, flags: &mut Vec<String>) {
    let mut at = random.below(TARGETS.len());
    if random.chance(55) {
        for _ in 0..=random.below(2) {
            let is_mapped = lines.contains("pick") || flags.iter().any(|flag| flag.contains("pick"));
            bind(random, &mut at, is_mapped, lines);
        }
    }
    let mut next = || {
        at += 1;
        FAR[at % FAR.len()]
    };
    if random.chance(30) {
        let (source, target) = (*random.of(&NEAR), next());
        let name = *random.of(&["--bind", "--bind-ro"]);
        let sign = if random.chance(4) { "-" } else { "" };
        // Ids that are not mapped cannot be mapped back.
        let options: &[&str] = match lines.contains("pick") || random.chance(3) {
            true => &["", "", "", ":norbind", ":rbind", ":idmap", ":rootidmap"],
            false => &["", "", "", ":norbind", ":rbind"],
        };
        let option = *random.of(options);
        flag(name, &format!("{sign}{source}:{target}{option}"), random, flags);
    }
    if random.chance(20) {
        let target = next();
        match random.chance(50) {
            true => {
                let option = *random.of(&["", ":size=1M", ":mode=755,size=1M"]);
                let _ = writeln!(lines, "  tmpfs = [ {} ];", nix(&format!("{target}{option}")));
            }
            false => flag(
                "--tmpfs",
                &format!("{target}{}", random.of(&["", ":size=1M", ":ro"])),
                random,
                flags,
            ),
        }
    }
}

fn devices(random: &mut Random, lines: &mut String, rest: &mut String) {
    if random.chance(20) {
        lines.push_str(match random.chance(80) {
            true => "  enableTun = true;\n",
            false => "  enableTun = false;\n",
        });
    }
    if random.chance(30) {
        let device = *random.of(DEVICES);
        let access = *random.of(&["rwm", "rwm", "rwm", "rw", "r"]);
        let _ = writeln!(
            lines,
            "  allowedDevices = [ {{ node = \"{device}\"; modifier = \"{access}\"; }} ];"
        );
        if random.chance(60) && !lines.contains("bindMounts") {
            let _ = writeln!(
                lines,
                "  bindMounts.\"{device}\" = {{ hostPath = \"{device}\"; isReadOnly = false; }};"
            );
        }
    } else if random.chance(10) {
        let _ = writeln!(
            rest,
            "systemd.services.\"container@c\".serviceConfig.DeviceAllow = [ \"/dev/fuse rwm\" ];"
        );
    }
}

fn other(random: &mut Random, flags: &mut Vec<String>) {
    if random.chance(15) {
        let value = *random.of(&["yes", "no", "true"]);
        flag("--no-new-privileges", value, random, flags);
    }
    if random.chance(12) {
        flags.push("--read-only".to_owned());
    }
    if random.chance(12) {
        let value = *random.of(&["bpf", "@keyring", "~@mount"]);
        flag("--system-call-filter", value, random, flags);
    }
    if random.chance(15) {
        let name = *random.of(&["--setenv", "-E"]);
        let value = *random.of(&["LAB_A=1", "LAB_B=a,b=c", "LAB_A="]);
        match name {
            "-E" => flags.push(format!("-E {value}")),
            _ => flag(name, value, random, flags),
        }
    }
    if random.chance(10) {
        flag("--hostname", "labby", random, flags);
    }
    if random.chance(15) {
        flags.push(
            (*random.of(&[
                "--as-pid2",
                "--resolv-conf=off",
                "--timezone=off",
                "--settings=no",
            ]))
            .to_owned(),
        );
    }
}

/// A file of settings beside the command line: its module, and its text.
fn settings(random: &mut Random) -> (String, String) {
    let (mut text, mut file) = (String::new(), String::new());
    let mut line = |section: &str, key: &str, value: &str| {
        let option = match section {
            "Exec" => "execConfig",
            "Files" => "filesConfig",
            _ => "networkConfig",
        };
        let _ = writeln!(text, "systemd.nspawn.c.{option}.{key} = {};", nix(value));
        let _ = writeln!(file, "[{section}]\n{key}={value}");
    };
    for _ in 0..=random.below(2) {
        match random.below(8) {
            0 => line("Exec", "Capability", "CAP_SYS_TIME CAP_BPF"),
            1 => line("Exec", "DropCapability", "CAP_MKNOD"),
            2 => line("Exec", "NoNewPrivileges", "yes"),
            3 => line("Exec", "PrivateUsers", "pick"),
            4 => line("Files", "Bind", "/lab/src/a:/m1"),
            5 => line("Files", "ReadOnly", "yes"),
            6 => line("Network", "Private", "yes"),
            _ => line("Exec", "Environment", "LAB_A=file"),
        }
    }
    (text, file)
}

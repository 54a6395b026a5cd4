//! What a container of Podman is told, before it is said where that is written.

use super::spec::{DEVICES, SOURCES, TARGETS};
use crate::random::Random;

/// An option of `podman run`, by its long name.
#[derive(Clone, Debug)]
pub(super) struct Flag {
    pub(super) name: &'static str,
    pub(super) value: Option<String>,
}

/// All of a container.
#[derive(Clone, Debug, Default)]
pub(super) struct Settings {
    pub(super) flags: Vec<Flag>,
    /// Lines of the section `[containers]` of `containers.conf`: name, and value in Nix and in TOML.
    pub(super) conf: Vec<(&'static str, &'static str, &'static str)>,
}

const CAPABILITIES: &[&str] = &[
    "CHOWN",
    "NET_RAW",
    "NET_ADMIN",
    "SYS_ADMIN",
    "SYS_PTRACE",
    "MKNOD",
    "AUDIT_WRITE",
    "SETUID",
    "KILL",
    "DAC_OVERRIDE",
    "SYS_CHROOT",
    "NET_BIND_SERVICE",
    "SYS_TIME",
    "BPF",
    "PERFMON",
    "SYSLOG",
    "SETFCAP",
];

const ALL: [&str; 3] = ["all", "ALL", "All"];

/// What every container is told by `containers.conf`, one at a time.
const CONF: &[(&str, &str, &str)] = &[
    (
        "default_capabilities",
        r#"[ "CHOWN" "NET_ADMIN" ]"#,
        r#"["CHOWN", "NET_ADMIN"]"#,
    ),
    ("default_capabilities", r#"[ "all" ]"#, r#"["all"]"#),
    ("default_capabilities", "[ ]", "[]"),
    ("netns", r#""host""#, r#""host""#),
    ("netns", r#""none""#, r#""none""#),
    ("pidns", r#""host""#, r#""host""#),
    ("ipcns", r#""host""#, r#""host""#),
    ("utsns", r#""host""#, r#""host""#),
    ("cgroupns", r#""host""#, r#""host""#),
    ("userns", r#""host""#, r#""host""#),
    ("userns", r#""auto""#, r#""auto""#),
    ("privileged", "true", "true"),
    ("read_only", "true", "true"),
    ("seccomp_profile", r#""unconfined""#, r#""unconfined""#),
    ("devices", r#"[ "/dev/fuse" ]"#, r#"["/dev/fuse"]"#),
    (
        "volumes",
        r#"[ "/lab/src/b:/m2:ro" ]"#,
        r#"["/lab/src/b:/m2:ro"]"#,
    ),
    ("env", r#"[ "LAB_A=conf" ]"#, r#"["LAB_A=conf"]"#),
    (
        "default_sysctls",
        r#"[ "net.ipv4.ip_unprivileged_port_start=80" ]"#,
        r#"["net.ipv4.ip_unprivileged_port_start=80"]"#,
    ),
];

const SECURITY: &[&str] = &[
    "no-new-privileges",
    "no-new-privileges:true",
    "no-new-privileges=true",
    "no-new-privileges:false",
    "seccomp=unconfined",
    "seccomp=unconfined",
    "seccomp=/lab/seccomp.json",
    "label=disable",
    "label:disable",
    "mask=/proc/version",
    "unmask=ALL",
    "unmask=/proc/acpi",
    "apparmor=unconfined",
];

/// What may stand behind a volume.
const OF_VOLUMES: &[&str] = &[
    "",
    "",
    ":ro",
    ":rw",
    ":ro,Z",
    ":z",
    ":noexec,ro",
    ":nosuid,nodev",
    ":rslave",
    ":ro,rprivate",
    ":O",
    ":rw,rbind",
    ":bind,ro",
    ":exec",
];

/// And behind a bind of `--mount`.
const OF_BINDS: &[&str] = &[
    "",
    "",
    ",ro",
    ",readonly",
    ",ro=true",
    ",ro=false",
    ",readonly=true",
    ",rw",
    ",rw=true",
    ",rw=false",
    ",readonly=false",
    ",bind-propagation=rslave",
    ",relabel=shared",
    ",bind-nonrecursive,ro",
    ",ro=1",
];

/// Flags that change nothing that is looked at.
const NOISE: &[(&str, Option<&str>)] = &[
    ("label", Some("a=b c")),
    ("annotation", Some("x.y=1")),
    ("workdir", Some("/tmp")),
    ("shm-size", Some("1m")),
    ("stop-timeout", Some("3")),
    ("interactive", None),
    ("no-hosts", None),
    ("umask", Some("0027")),
];

/// Chooses settings.
pub(super) fn settings(random: &mut Random, rootless: bool) -> Settings {
    let mut out = Settings::default();
    namespaces(random, rootless, &mut out);
    privileges(random, &mut out);
    mounts(random, rootless, &mut out);
    surroundings(random, &mut out);
    if random.chance(15) {
        let line = *random.of(CONF);
        let is_said = |names: &[&str]| out.flags.iter().any(|flag| names.contains(&flag.name));
        // What the line needs, or what cannot be beside it.
        let fits = match line.0 {
            "userns" => !rootless && !is_said(&["device", "network"]),
            "privileged" => !is_said(&["privileged", "cap-add", "cap-drop", "device"]),
            "volumes" => !is_said(&["volume", "mount", "tmpfs"]),
            "default_capabilities" => !is_said(&["privileged"]),
            "ipcns" | "utsns" => !is_said(&["sysctl", "hostname"]),
            "default_sysctls" => !is_said(&["network", "privileged"]),
            _ => true,
        };
        if fits {
            out.conf.push(line);
        }
    }
    shuffled(&mut out.flags, random);
    out
}

/// Options come in any order.
fn shuffled<T>(all: &mut [T], random: &mut Random) {
    for at in (1..all.len()).rev() {
        all.swap(at, random.below(at + 1));
    }
}

impl Settings {
    fn add(&mut self, name: &'static str, value: impl Into<String>) {
        self.flags.push(Flag {
            name,
            value: Some(value.into()),
        });
    }

    fn switch(&mut self, name: &'static str) {
        self.flags.push(Flag { name, value: None });
    }

    fn has(&self, name: &str, value: &str) -> bool {
        let is_it = |flag: &Flag| flag.name == name && flag.value.as_deref() == Some(value);
        self.flags.iter().any(is_it)
    }
}

fn namespaces(random: &mut Random, rootless: bool, out: &mut Settings) {
    // A network of its own takes long to make, and none is as private.
    match random.below(20) {
        0..12 => out.add("network", "none"),
        12..16 => out.add("network", "host"),
        16 => out.add("network", "private"),
        17 if !rootless => out.add("network", "ns:/run/netns/lab"),
        18 if !rootless => out.add("network", "ns:/proc/1/ns/net"),
        _ => {}
    }
    if random.chance(20) {
        out.add("pid", *random.of(&["host", "host", "private"]));
    }
    if random.chance(20) {
        out.add(
            "ipc",
            *random.of(&["host", "host", "private", "none", "shareable"]),
        );
    }
    if random.chance(15) {
        out.add("uts", *random.of(&["host", "private"]));
    }
    if random.chance(15) {
        out.add("cgroupns", *random.of(&["host", "private"]));
    }
    // Other users may not mount the processes of others, nor set what a network that they join is.
    let joins = out
        .flags
        .iter()
        .any(|flag| flag.value.as_ref().is_some_and(|value| value.starts_with("ns:")));
    if random.chance(35) {
        let modes: &[&str] = match rootless {
            true => &[
                "host",
                "keep-id",
                "keep-id:uid=1000,gid=1000",
                "nomap",
                "auto",
                "auto:size=4096",
            ],
            false => &["host", "auto", "auto:size=4096", "keep-id"],
        };
        out.add("userns", *random.of(modes));
    } else if random.chance(10) && !out.has("pid", "host") && !joins {
        let map = if rootless { "0:1:65536" } else { "0:200000:66000" };
        out.add("uidmap", map);
        out.add("gidmap", map);
    }
}

fn privileges(random: &mut Random, out: &mut Settings) {
    let mut adds_all = false;
    if random.chance(35) {
        adds_all = random.chance(15);
        let value = match adds_all {
            true => (*random.of(&ALL)).to_owned(),
            false => capabilities(random),
        };
        out.add("cap-add", value);
        if random.chance(25) && !adds_all {
            let one = capability(random);
            out.add("cap-add", one);
        }
    }
    if random.chance(30) {
        dropped(random, adds_all, out);
    }
    if random.chance(12) {
        match random.below(6) {
            0..3 => out.switch("privileged"),
            3 => out.add("privileged", "true"),
            4 => out.add("privileged", *random.of(&["1", "t", "TRUE"])),
            _ => out.add("privileged", *random.of(&["false", "0", "F"])),
        }
    }
    if random.chance(35) {
        out.add("security-opt", *random.of(SECURITY));
        if random.chance(30) {
            out.add("security-opt", *random.of(SECURITY));
        }
    }
}

fn dropped(random: &mut Random, adds_all: bool, out: &mut Settings) {
    let added: Vec<String> = out
        .flags
        .iter()
        .filter(|flag| flag.name == "cap-add")
        .filter_map(|flag| flag.value.clone())
        .collect();
    let value = match random.chance(40) && !adds_all {
        true => (*random.of(&ALL)).to_owned(),
        false => capability(random),
    };
    let bare = |name: &str| name.to_ascii_uppercase().trim_start_matches("CAP_").to_owned();
    // What is both added and dropped is refused, and that is known to be so.
    let clashes = added
        .iter()
        .any(|added| added.split(',').any(|one| bare(one) == bare(&value)));
    if !clashes || random.chance(5) {
        out.add("cap-drop", value);
    }
}

/// One or several, in one of the spellings that Podman takes.
fn capabilities(random: &mut Random) -> String {
    let mut out = capability(random);
    while random.chance(30) {
        out.push(',');
        out.push_str(&capability(random));
    }
    out
}

pub(super) fn capability(random: &mut Random) -> String {
    let name = *random.of(CAPABILITIES);
    match random.below(5) {
        0 => format!("CAP_{name}"),
        1 => name.to_ascii_lowercase(),
        2 => format!("cap_{}", name.to_ascii_lowercase()),
        _ => name.to_owned(),
    }
}

fn mounts(random: &mut Random, rootless: bool, out: &mut Settings) {
    let mut targets: Vec<&str> = TARGETS.to_vec();
    shuffled(&mut targets, random);
    let count = random.below(4);
    for target in targets.into_iter().take(count) {
        let source = *random.of(SOURCES);
        match random.below(10) {
            0..5 => {
                let mut options = (*random.of(OF_VOLUMES)).to_owned();
                // Ids that are mapped cannot lay an overlay.
                if options == ":O" && (rootless || out.flags.iter().any(|flag| flag.name == "userns")) {
                    options.clear();
                }
                if !rootless && random.chance(5) {
                    ":idmap".clone_into(&mut options);
                }
                out.add("volume", format!("{source}:{target}{options}"));
            }
            5 | 6 => {
                let (src, dst) = *random.of(&[("source", "target"), ("src", "dst"), ("src", "destination")]);
                out.add(
                    "mount",
                    format!("type=bind,{src}={source},{dst}={target}{}", random.of(OF_BINDS)),
                );
            }
            7 => {
                let options = ["", ",ro", ",tmpfs-size=1m", ",tmpfs-mode=1777", ",rw", ",ro=true"];
                out.add("mount", format!("type=tmpfs,dst={target}{}", random.of(&options)));
            }
            8 => {
                let options = ["", ":size=1m", ":ro", ":rw,noexec", ":ro,size=1m,mode=1777"];
                out.add("tmpfs", format!("{target}{}", random.of(&options)));
            }
            _ => {
                let options = ["", ":ro", ":rw"];
                out.add("volume", format!("data:{target}{}", random.of(&options)));
            }
        }
    }
    if random.chance(25) {
        let device = *random.of(DEVICES);
        let access = *random.of(&["", "", ":rwm", ":r", ":rw", ":w"]);
        let text = match random.chance(30) && !access.is_empty() {
            true => format!("{device}:{device}{access}"),
            false => format!("{device}{access}"),
        };
        out.add("device", text);
    }
}

fn surroundings(random: &mut Random, out: &mut Settings) {
    if random.chance(20) {
        out.add(
            "user",
            *random.of(&["1000", "1000:1000", "user", "0", "root", "0:0", "nobody"]),
        );
    }
    if random.chance(25) {
        match random.below(5) {
            0..3 => out.switch("read-only"),
            3 => out.add("read-only", "true"),
            _ => out.add("read-only", "false"),
        }
    }
    let is_named = out.has("uts", "host");
    if random.chance(15) && !is_named {
        out.add("hostname", "labby");
    }
    let values = [
        "LAB_A=1",
        "LAB_A=two words",
        "LAB_B=it's",
        "LAB_B=say \"hi\"",
        "LAB_A=a,b=c",
        "LAB_B=$x",
        "LAB_A=",
    ];
    if random.chance(30) {
        out.add("env", *random.of(&values));
    }
    if random.chance(10) {
        out.add("env", *random.of(&values));
    }
    // The network is one of its own, and so is what System V has.
    if random.chance(15) && out.has("network", "none") {
        out.add("sysctl", "net.ipv4.ip_unprivileged_port_start=80");
    } else if random.chance(5) && !out.has("ipc", "host") {
        out.add("sysctl", "kernel.msgmax=1000");
    }
    for _ in 0..random.below(3) {
        let (name, value) = *random.of(NOISE);
        if name == "shm-size" && out.flags.iter().any(|flag| flag.name == "ipc") {
            continue;
        }
        if !out.flags.iter().any(|flag| flag.name == name) {
            out.flags.push(Flag {
                name,
                value: value.map(str::to_owned),
            });
        }
    }
}

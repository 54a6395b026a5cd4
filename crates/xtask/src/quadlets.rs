//! Units at random, and those of `testdata/quadlet/cases`, with what Podman's own generator makes of them.
//!
//! The recording is compared with what we read of the same units: the options of `podman run` that the generator writes,
//! read as a command line, have to give the same container.

use anyhow::{Context, Result, bail};
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// So many units are made at random.
const COUNT: u64 = 300;

/// Where the units are when they run.
const FOLDER: &str = "/etc/containers/systemd";

/// Files by name.
type Files = BTreeMap<String, String>;

/// Asks the generator about every case, and writes what it says, for each release of Podman by itself.
pub fn record(root: &Path, quadlet: &str) -> Result<String> {
    let version = Command::new(quadlet).arg("-version").output();
    let version = version.with_context(|| format!("{quadlet} cannot be run"))?;
    let version = String::from_utf8_lossy(&version.stdout).trim().to_owned();
    let release: Vec<&str> = version.splitn(3, '.').take(2).collect();
    let release = release.join(".");
    let folder = root.join("testdata/quadlet");
    let mut written = String::new();
    for (name, cases) in [
        (format!("cases-{release}.txt"), by_hand(&folder.join("cases"))?),
        (format!("random-{release}.txt"), at_random()),
    ] {
        let mut out = format!("Podman {version}\n");
        for (case, files) in &cases {
            let made = generate(quadlet, files).with_context(|| format!("case {case}"))?;
            writeln!(out, "=== {case}")?;
            for (name, text) in files {
                write!(out, "--- {name}\n{}\n", text.trim_end_matches('\n'))?;
            }
            out.push_str(&made);
        }
        fs::write(folder.join(&name), out)?;
        writeln!(written, "wrote testdata/quadlet/{name}: {} cases", cases.len())?;
    }
    Ok(written)
}

/// Asks the generator about the units of other people, all files of a folder together, and holds our reading against what it
/// says. Nothing of it is kept.
pub fn compare_others(root: &Path, quadlet: &str, folder: &Path) -> Result<String> {
    let recording = std::env::temp_dir().join(format!("nixpod-quadlets-{}.txt", std::process::id()));
    let recorded = record_others(quadlet, folder, &recording)?;
    let test = Command::new("cargo")
        .args(["test", "--quiet", "--package", "nixpod-surfaces", "--lib"])
        .args(["units_by_hand", "--", "--nocapture"])
        .env("QUADLET_RECORDING", &recording)
        .current_dir(root)
        .output()?;
    fs::remove_file(&recording)?;
    let said = String::from_utf8_lossy(&test.stderr).into_owned();
    if !said.contains("passed ") {
        bail!("the comparison did not run\n{said}");
    }
    Ok(format!("{recorded}{said}"))
}

/// What the generator makes of each unit, with those that it names.
fn record_others(quadlet: &str, folder: &Path, to: &Path) -> Result<String> {
    let mut files = Files::new();
    let top = folder;
    let mut pending = vec![(folder.to_owned(), String::new())];
    while let Some((folder, below)) = pending.pop() {
        for entry in fs::read_dir(&folder)? {
            let path = entry?.path();
            let name = format!(
                "{below}{}",
                path.file_name().unwrap_or_default().to_string_lossy()
            );
            match fs::read_to_string(&path) {
                Ok(text) => drop(files.insert(name, text)),
                Err(_) if path.is_dir() => pending.push((path, format!("{name}/"))),
                Err(_) => {}
            }
        }
    }
    let mut out = "Podman\n".to_owned();
    let mut count = 0;
    for name in files.keys().filter(|name| !name.contains('/')) {
        let files = with_named(&files, name);
        let made = generate(quadlet, &files).with_context(|| format!("unit {name}"))?;
        writeln!(out, "=== {name}")?;
        for (name, text) in &files {
            write!(out, "--- {name}\n{}\n", text.trim_end_matches('\n'))?;
        }
        out.push_str(&made);
        count += 1;
    }
    fs::write(to, out)?;
    Ok(format!("{count} units of {}\n", top.display()))
}

/// A unit with its drop-ins, and with the units that these name.
fn with_named(all: &Files, unit: &str) -> Files {
    let mut out = Files::new();
    let mut pending = vec![unit];
    while let Some(unit) = pending.pop() {
        let own = all
            .iter()
            .filter(|(name, _)| *name == unit || name.contains(".d/"));
        for (name, text) in own {
            if out.insert(name.clone(), text.clone()).is_none() {
                let named = all.keys().filter(|name| text.contains(name.as_str()));
                pending.extend(named.map(String::as_str));
            }
        }
    }
    out
}

/// The folders of a folder.
fn by_hand(folder: &Path) -> Result<Vec<(String, Files)>> {
    let mut out = Vec::new();
    let mut cases: Vec<PathBuf> = fs::read_dir(folder)?
        .map(|entry| Ok(entry?.path()))
        .collect::<Result<_>>()?;
    cases.sort();
    for case in cases {
        let mut files = Files::new();
        for entry in fs::read_dir(&case)? {
            let path = entry?.path();
            let name = path
                .file_name()
                .unwrap_or_default()
                .to_string_lossy()
                .into_owned();
            files.insert(name, fs::read_to_string(&path)?);
        }
        out.push((
            case.file_name()
                .unwrap_or_default()
                .to_string_lossy()
                .into_owned(),
            files,
        ));
    }
    Ok(out)
}

/// Runs the generator over files. What it runs of each service, and what it complains about.
fn generate(quadlet: &str, files: &Files) -> Result<String> {
    let folder = std::env::temp_dir().join(format!("nixpod-quadlet-{}", std::process::id()));
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder)?;
    for (name, text) in files {
        let path = folder.join(name);
        fs::create_dir_all(path.parent().unwrap_or(&folder))?;
        fs::write(path, text)?;
    }
    let output = Command::new(quadlet)
        .arg("-dryrun")
        .env("QUADLET_UNIT_DIRS", &folder)
        .output()?;
    let here = folder.to_string_lossy().into_owned();
    fs::remove_dir_all(&folder)?;
    let said = String::from_utf8_lossy(&output.stdout).replace(&here, FOLDER);
    let mut out = String::new();
    let mut service = "";
    for line in said.lines() {
        if let Some(name) = line.strip_prefix("---").and_then(|line| line.strip_suffix("---")) {
            service = name;
        }
        // A pod is made before it is started.
        let command = line
            .strip_prefix("ExecStart=")
            .or_else(|| line.strip_prefix("ExecStartPre="));
        let command = command.filter(|command| !command.contains(" pod start "));
        if let Some(command) = command {
            writeln!(out, "+++ {service}\n{command}")?;
        }
    }
    for line in String::from_utf8_lossy(&output.stderr)
        .replace(&here, FOLDER)
        .lines()
    {
        if let Some((_, message)) = line.split_once("]: ")
            && !message.starts_with("Loading source")
            && !message.starts_with("Warning: ")
        {
            writeln!(out, "!!! {message}")?;
        }
    }
    if out.is_empty() {
        bail!("the generator says nothing of {files:?}");
    }
    Ok(out)
}

fn at_random() -> Vec<(String, Files)> {
    (1..=COUNT)
        .map(|seed| (format!("{seed:03}"), Case::new(seed).files()))
        .collect()
}

/// Keys of a container with values that are worth a try.
const KEYS: &[(&str, &[&str])] = &[
    (
        "AddCapability",
        &[
            "NET_ADMIN",
            "sys_admin CAP_SYS_TIME",
            "\"SYS_PTRACE\" 'MKNOD'",
            "all",
        ],
    ),
    ("DropCapability", &["all", "NET_RAW CHOWN"]),
    (
        "AddDevice",
        &[
            "/dev/fuse",
            "/dev/kvm:/dev/kvm:rw /dev/dri",
            "\"/dev/x y\":/dev/z",
            "nvidia.com/gpu=all",
        ],
    ),
    (
        "Network",
        &[
            "host",
            "none",
            "lane.network",
            "lane.network:ip=10.9.0.2",
            "pasta:-t,80",
            "other",
            "side.container",
            "ns:/run/netns/a",
        ],
    ),
    (
        "PublishPort",
        &[
            "8080:80",
            "127.0.0.1:80:80/tcp",
            "[::1]:53:53/udp",
            "443",
            "%i:80",
        ],
    ),
    (
        "Volume",
        &[
            "/srv/a:/a",
            "/srv/a:/a:ro,Z",
            "data:/d",
            "ink.volume:/ink",
            "%h/x:/x",
            "%t/podman/podman.sock:/s",
            "%S/web:/w:O",
            "/only",
            "./here:/here",
            "/a b:/c",
        ],
    ),
    (
        "Mount",
        &[
            "type=bind,source=/srv,target=/s,ro",
            "type=tmpfs,destination=/t",
            "type=volume,source=ink.volume,target=/i",
            "\"type=bind,src=/a b,dst=/c\"",
            "type=bind,source=./x,target=/x",
        ],
    ),
    ("Tmpfs", &["/tmp", "/run:size=1M,mode=755"]),
    (
        "Environment",
        &["A=b", "\"B=c d\" C='e f'", "D=%h \\x41=1", "E=a\\tb", "F=\"x\"y"],
    ),
    ("EnvironmentFile", &["/etc/a.env", "./b.env", "%E/c.env"]),
    ("Label", &["a=b", "\"traefik.rule=Host(`x`)\" c=d"]),
    ("Annotation", &["a=b"]),
    (
        "Exec",
        &[
            "run",
            "sh -c 'echo a b' \\",
            "--flag \"x y\" z\\x20w",
            "a %n %N %p %% %t",
        ],
    ),
    ("Entrypoint", &["/bin/sh", "[\"a\"]"]),
    ("NoNewPrivileges", &["true", "yes", "no", "y", "1"]),
    ("SecurityLabelDisable", &["true", "false", "on"]),
    ("SecurityLabelNested", &["true", "0"]),
    ("SecurityLabelType", &["spc_t"]),
    ("SecurityLabelFileType", &["usr_t"]),
    ("SecurityLabelLevel", &["s0:c1,c2"]),
    ("SeccompProfile", &["unconfined", "/etc/seccomp.json"]),
    ("Mask", &["/proc/a:/proc/b"]),
    ("Unmask", &["ALL", "/proc/a \"/proc/b c\""]),
    ("Sysctl", &["net.core.somaxconn=1024", "a=1 b=2"]),
    ("Ulimit", &["nofile=1000:10000", "host"]),
    ("ReadOnly", &["true", "off", "enabled"]),
    ("ReadOnlyTmpfs", &["true", "false"]),
    ("VolatileTmp", &["true", "no"]),
    ("RunInit", &["yes", "no"]),
    ("EnvironmentHost", &["true", "no"]),
    ("User", &["1000", "web", "%U"]),
    (
        "UserNS",
        &[
            "keep-id",
            "keep-id:uid=200,gid=210",
            "auto:size=1000",
            "host",
            "nomap",
        ],
    ),
    ("UIDMap", &["0:100000:65536", "0:1:1 1:2:2"]),
    ("SubUIDMap", &["web"]),
    ("HostName", &["web", "\"a.example\""]),
    ("IP", &["10.9.0.3"]),
    ("DNS", &["1.1.1.1", "9.9.9.9"]),
    ("AddHost", &["db:10.0.0.1"]),
    ("GroupAdd", &["keep-groups", "video"]),
    ("Secret", &["db,type=env,target=DB", "\"a b\""]),
    ("ContainerName", &["web", "web-%i"]),
    ("PidsLimit", &["100"]),
    ("Pull", &["newer", "never"]),
    ("CgroupsMode", &["no-conmon"]),
    ("AutoUpdate", &["registry"]),
    ("HealthCmd", &["curl -f http://localhost || exit 1", "none"]),
    ("Notify", &["yes", "healthy"]),
    ("LogDriver", &["journald"]),
    ("Timezone", &["local"]),
    ("WorkingDir", &["/app"]),
    ("StopTimeout", &["20"]),
    (
        "PodmanArgs",
        &[
            "--privileged",
            "--pid=host --ipc host",
            "--cap-add SYS_CHROOT \"--security-opt=label=disable\"",
            "--device=/dev/net/tun -v /x:/y -e Z=1",
            "--cgroupns=host --uts=host",
            "--read-only --runtime=crun",
        ],
    ),
    ("GlobalArgs", &["--log-level=debug", "--cgroup-manager systemd"]),
    ("ContainersConfModule", &["/etc/nvd.conf"]),
    ("Pod", &["desk.pod"]),
];

/// What Podman does not take.
const MISTAKES: &[&str] = &[
    "Volumes=/a:/b",
    "no key",
    "Rootfs=/srv/root",
    "Group=5",
    "Network=gone.network",
    "Volume=gone.volume:/x",
    "Image=gone.image",
    "Pod=gone.pod",
    "Pod=desk",
    "ExposeHostPort=http",
    "RemapUsers=sometimes",
    "RemapUid=0:1:1",
    "Image=",
    "[Service]\nKillMode=process",
    "[Service]\nType=simple",
    "[Quadlet]\nColour=red",
];

/// One unit that is made at random, with others that it names.
struct Case {
    state: u64,
}

impl Case {
    fn new(seed: u64) -> Self {
        Self {
            state: seed.wrapping_mul(0x9E37_79B9_7F4A_7C15),
        }
    }

    /// A number below another one.
    fn below(&mut self, bound: usize) -> usize {
        self.state = self
            .state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.state >> 33).unwrap_or_default() % bound.max(1)
    }

    fn files(mut self) -> Files {
        let mut lines = vec![
            "[Unit]".to_owned(),
            "Description=At random".to_owned(),
            "[Container]".to_owned(),
        ];
        lines.push("Image=docker.io/library/nginx:1".to_owned());
        let count = 3 + self.below(9);
        let mut taken = Vec::new();
        for _ in 0..count {
            let at = self.below(KEYS.len());
            // Names of variables and of labels are sorted by the generator, so each key stands once or as a list.
            if taken.contains(&at) {
                continue;
            }
            taken.push(at);
            self.key(at, &mut lines);
        }
        if self.below(8) == 0 {
            let at = self.below(MISTAKES.len());
            lines.extend(MISTAKES.get(at).map(|line| (*line).to_owned()));
        }
        lines.push("[Install]".to_owned());
        lines.push("WantedBy=default.target".to_owned());
        let name = match self.below(10) {
            0 => "web@.container",
            1 => "web@one.container",
            _ => "web-app.container",
        };
        let mut files = Files::from([(name.to_owned(), lines.join("\n"))]);
        let text = lines.join("\n");
        for (name, other) in [
            ("lane.network", "[Network]\nSubnet=10.9.0.0/24"),
            ("ink.volume", "[Volume]\nVolumeName=inkwell"),
            ("side.container", "[Container]\nImage=quay.io/a/b:1"),
            (
                "desk.pod",
                "[Pod]\nPublishPort=9000:9000\nNetwork=lane.network\nVolume=/srv/desk:/desk",
            ),
        ] {
            if text.contains(&format!("={name}")) || name == "lane.network" && text.contains("Pod=desk.pod") {
                files.insert(name.to_owned(), other.to_owned());
            }
        }
        files
    }

    fn key(&mut self, at: usize, lines: &mut Vec<String>) {
        let Some((key, values)) = KEYS.get(at) else { return };
        let is_list = matches!(
            *key,
            "AddCapability"
                | "AddDevice"
                | "Volume"
                | "Mount"
                | "PublishPort"
                | "PodmanArgs"
                | "Tmpfs"
                | "Sysctl"
        );
        let times = if is_list { 1 + self.below(3) } else { 1 };
        for _ in 0..times {
            let value = values.get(self.below(values.len())).copied().unwrap_or_default();
            match self.below(12) {
                0 => lines.push(format!("  {key}  =  {value}")),
                1 => lines.push(format!("# {key}=not this")),
                2 if is_list => lines.push(format!("{key}=")),
                3 if !value.contains('\\') && value.contains(' ') => {
                    let (first, rest) = value.split_once(' ').unwrap_or((value, ""));
                    lines.push(format!("{key}={first} \\\n; between\n  {rest}"));
                }
                _ if value.ends_with('\\') => lines.push(format!("{key}={value}\n  --more")),
                _ => lines.push(format!("{key}={value}")),
            }
        }
    }
}

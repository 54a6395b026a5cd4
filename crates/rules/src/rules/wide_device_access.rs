//! wide-device-access

use crate::about::devices::dead_entry;
use crate::about::paths::host_path;
use crate::about::power::{RootUser, has_capability, is_in_guest, root_of};
use crate::about::words::{listed, name};
use nixpod_analysis::{
    Attack, Confidence, Control, Controls, Ctx, FindingBuilder, Proof, Severity, Sink, declare_rule,
};
use nixpod_model::{Container, Device, Surface, Text, Written};

declare_rule! {
    /// ## What it flags
    /// Disks and partitions, the machine's memory and I/O ports (`/dev/mem` and `/dev/port`, beside `CAP_SYS_RAWIO`, without
    /// which they do not open), whole classes of block devices and the whole of `/dev` given to a container: `/dev/sda`,
    /// `/dev/mapper/…`, `block-*`, `--device=/dev`, `--device-cgroup-rule='b *:* rwm'` or `'b 8:* rwm'`. Low is the kernel's
    /// log, `/dev/kmsg`.
    /// ## Why
    /// Who reads a disk reads all files of its file systems, whoever owns them, and who writes it is root of the host after
    /// the next start. In a user namespace and rootless the node's own rights decide, which are for root and a group.
    /// ## Bad
    /// ```nix
    /// {
    ///   virtualisation.oci-containers.containers.smart = {
    ///     image = "docker.io/library/smart:1";
    ///     devices = [ "/dev/sda" ];
    ///   };
    /// }
    /// ```
    /// ## Good
    /// ```nix
    /// {
    ///   virtualisation.oci-containers.containers.zigbee = {
    ///     image = "docker.io/library/zigbee:1";
    ///     devices = [ "/dev/serial/by-id/usb-Stick_0001" ];
    ///   };
    /// }
    /// ```
    /// ## Fix safety
    /// No fix: which device is needed is not known.
    pub static RULE = {
        id: "wide-device-access",
        summary: "disks, memory or all devices of the host given to a container",
        severity: High,
        group: Isolation,
        since: "0.1.0",
        fix: None,
        proof: Proof::Experiments(&[
            "unit-raw-disk",
            "unit-device-allow-forms",
            "podman-device",
            "podman-device-folder",
            "podman-mknod",
        ]),
        controls: Controls::Cover(&[Control::Cis("5.18"), Control::Attack("T1611")]),
        stakes: [HostRoot x Step, HostRoot x Weakness, Part x Command, Part x Step],
        attack: Attack::Typed {
            experiment: "unit-raw-disk",
            command: "mknod /d b MAJOR MINOR && head -c 11 /d",
            gives: "what is on the host's disk, and dd writes it",
        },
        check: Container(check),
    }
}

fn check(ctx: &Ctx<'_>, container: &Container, sink: &mut Sink) {
    // A container that is not root outside opens what the nodes' own rights let it. Of a unit in a file that may be for any
    // folder nobody says whose it is.
    let root = root_of(ctx, container);
    let is_unsure =
        root == RootUser::Unknown && container.surface == Surface::Quadlet && container.rootful.is_unknown();
    if root != RootUser::Host && !is_unsure
        || container.privileged.value() == Some(&true)
        || is_in_guest(ctx, &container.system)
    {
        return;
    }
    let is_nspawn = container.nspawn.is_some();
    let given = { container.devices.iter().filter_map(|field| field.written()) }.filter_map(|field| {
        let device = field.get();
        // In nspawn a node that is only bound stays closed.
        if is_nspawn && !device.allowed_only || dead_entry(device).is_some() {
            return None;
        }
        // The letter `m` alone opens nothing.
        let opens = device.access.is_empty() || device.access.contains(['r', 'w']);
        let what = wide(&device.node).filter(|_| opens)?;
        // The kernel asks whoever opens it for this capability, which no engine gives by itself.
        let is_there = !is_memory(what) || has_capability(container, "CAP_SYS_RAWIO");
        is_there.then_some((field, what))
    });
    let mut of_kind: Vec<(&str, bool, Vec<Written<'_, Device>>)> = Vec::new();
    for (field, what) in given {
        // No letters mean all of them.
        let access = &field.get().access;
        let writes = access.is_empty() || access.contains('w');
        match of_kind
            .iter_mut()
            .find(|(other, also_writes, _)| *other == what && *also_writes == writes)
        {
            Some((_, _, fields)) => fields.push(field),
            None => of_kind.push((what, writes, vec![field])),
        }
    }
    for (what, writes, fields) in &of_kind {
        let finding = report(container, what, *writes, fields, sink);
        if let Some(finding) = finding.filter(|_| is_unsure) {
            let severity = if *what == LOG {
                Severity::Low
            } else {
                Severity::Medium
            };
            finding
                .severity(severity)
                .at_most(Confidence::Low, "whether its engine runs as root is not known");
        }
    }
    if !is_unsure {
        check_rules(container, sink);
    }
}

/// One finding for all devices of a kind.
fn report<'s>(
    container: &Container,
    what: &str,
    writes: bool,
    fields: &[Written<'_, Device>],
    sink: &'s mut Sink,
) -> Option<FindingBuilder<'s>> {
    let first = fields.first()?;
    let nodes: Vec<String> = fields
        .iter()
        .map(|field| format!("`{}`", field.get().node.display()))
        .collect();
    let (severity, gets, help) = match what {
        LOG => (
            Severity::Low,
            "gets",
            "What it writes there stands in the host's journal as if the kernel had said it, and what the kernel says of the \
             whole machine it reads unless `kernel.dmesg_restrict` is on. Leave the device out.",
        ),
        MEMORY | PORTS => (
            Severity::High,
            if writes { "reads and writes" } else { "reads" },
            "Who has the machine's memory or its ports has the kernel. Leave the device out, and `CAP_SYS_RAWIO`.",
        ),
        _ => (
            Severity::High,
            if writes { "reads and writes" } else { "reads" },
            "It gets at every file there, whoever owns it. Bind the directory that it needs instead, or run it in a user \
             namespace. A program that only asks disks how they are can be given `:r`, which still reads all of them.",
        ),
    };
    let mut builder = sink
        .report(
            *first,
            format!("{} {gets} {what} by {}", name(container), listed(&nodes, 2)),
        )
        .severity(severity)
        .help(help);
    for field in fields.iter().skip(1) {
        builder = builder.related(&field.origin, "and this one");
    }
    Some(builder)
}

/// Rules that open classes of devices by their numbers.
fn check_rules(container: &Container, sink: &mut Sink) {
    for field in &container.run_options {
        let Some(field) = field
            .written()
            .filter(|field| field.get().name == "device-cgroup-rule")
        else {
            continue;
        };
        // The numbers have to be known; the letters are only shown.
        let rule = field.get().value.display();
        let mut words = rule.split_whitespace();
        let (kind, numbers) = (words.next(), words.next());
        let which = match (kind, numbers) {
            (Some("a"), None | Some("*:*")) | (Some("b" | "c"), Some("*:*")) => "every device",
            (Some("b"), Some(numbers)) if is_of_disks(numbers) => "disks",
            _ => continue,
        };
        let letters = words.next().unwrap_or("rwm");
        if !letters.contains(['r', 'w']) {
            continue;
        }
        sink.report(
            field,
            format!("{} may use {which} that it has a node of, by `{rule}`", name(container)),
        )
        .severity(Severity::Medium)
        .help(
            "With `CAP_MKNOD`, which Docker gives by default, it makes the nodes itself. Name the class by its number: \
             `c 188:* rmw` are serial lines on USB.",
        );
    }
}

/// Are the numbers of a class of block devices those of disks? Those of partitions that are many, of mapped and of encrypted
/// disks are given out as they come, mostly from 252 on.
fn is_of_disks(numbers: &str) -> bool {
    let major = numbers.split(':').next().unwrap_or_default();
    let major = major.parse::<u32>();
    major.is_ok_and(
        |major| matches!(major, 3 | 8 | 9 | 22 | 65..=71 | 128..=135 | 179 | 202 | 230 | 252..=259),
    )
}

const MEMORY: &str = "the machine's memory";
const PORTS: &str = "the machine's I/O ports";
const LOG: &str = "the kernel's log";

fn is_memory(what: &str) -> bool {
    matches!(what, MEMORY | PORTS)
}

/// What a node opens, if that is all of something.
fn wide(node: &Text) -> Option<&'static str> {
    let pattern = node.pattern();
    if pattern.starts_with("block-") {
        return Some("all disks of a class");
    }
    if pattern == "char-*" {
        return Some("all devices that are no disks");
    }
    let path = host_path(node)?;
    let rest = path.rest();
    if rest == "dev" && path.is_system("dev") {
        return Some("every device of the host");
    }
    let below = rest.strip_prefix("dev/")?;
    if below.is_empty() || below == "*" {
        return Some("every device of the host");
    }
    match below {
        "mem" | "kmem" => return Some(MEMORY),
        "port" => return Some(PORTS),
        "kmsg" => return Some(LOG),
        _ => {}
    }
    is_disk(below).then_some("a disk of the host")
}

/// Is it the name that the kernel or udev gives a disk, a partition or a volume?
fn is_disk(below: &str) -> bool {
    const FOLDERS: [&str; 3] = ["mapper/", "disk/", "zvol/"];
    if FOLDERS.iter().any(|folder| below.starts_with(folder)) {
        return below != "mapper/control";
    }
    // `sds011` and `sdm630` are sensors with names that people gave them.
    let is_lettered = |rest: &str| {
        let letters = rest.trim_end_matches(|c: char| c.is_ascii_digit());
        let digits = rest.len() - letters.len();
        (1..=2).contains(&letters.len()) && digits <= 2 && letters.chars().all(|c| c.is_ascii_lowercase())
    };
    let is_numbered = |rest: &str| rest.starts_with(|c: char| c.is_ascii_digit());
    let named = |prefixes: &[&str], is: &dyn Fn(&str) -> bool| {
        prefixes
            .iter()
            .any(|prefix| below.strip_prefix(prefix).is_some_and(is))
    };
    named(&["sd", "vd", "xvd"], &is_lettered)
        || named(
            &["nvme", "mmcblk", "md", "dm-", "loop", "sr", "nbd", "zd", "bcache"],
            &is_numbered,
        )
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use nixpod_testing::{check, check_none};

    /// Nobody says whose unit it is.
    #[test]
    fn of_a_unit_in_a_file() {
        check(
            &RULE,
            r#"
#- /default.nix
{ }
#- /a.container
[Container]
Image=docker.io/a/b:1
AddDevice=/dev/sda
        # ^^^^^^^^ medium: `a` reads and writes a disk of the host by `/dev/sda`
"#,
        );
    }

    #[test]
    fn disks_and_memory() {
        check(
            &RULE,
            r#"
{
  virtualisation.oci-containers.containers.web = { image = "a:1"; devices = [ "/dev/nvme0n1:/dev/nvme0n1:r" "/dev/mem" ]; capabilities.SYS_RAWIO = true; };
                                                                            # ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ high: `web` reads a disk of the host by `/dev/nvme0n1`
                                                                                                          # ^^^^^^^^^^ high: `web` reads and writes the machine's memory by `/dev/mem`
  containers.own = { allowedDevices = [ { node = "block-sd"; modifier = "rwm"; } ]; config = { }; };
                                               # ^^^^^^^^^^ high: `own` reads and writes all disks of a class by `block-sd`
}
"#,
        );
    }

    /// For memory and ports the kernel asks for a capability, too.
    #[test]
    fn raw_devices() {
        check(
            &RULE,
            r#"
{
  virtualisation.oci-containers.containers.raw = { image = "a:1"; devices = [ "/dev/port" "/dev/mem:/dev/mem:r" ]; capabilities.SYS_RAWIO = true; };
                                                                            # ^^^^^^^^^^^ high: `raw` reads and writes the machine's I/O ports by `/dev/port`
                                                                                        # ^^^^^^^^^^^^^^^^^^^^^ high: `raw` reads the machine's memory by `/dev/mem`
  virtualisation.oci-containers.containers.log = { image = "a:1"; devices = [ "/dev/kmsg:/dev/kmsg" ]; };
                                                                            # ^^^^^^^^^^^^^^^^^^^^^ low: `log` gets the kernel's log by `/dev/kmsg`
  containers.own = { allowedDevices = [ { node = "/dev/port"; modifier = "rw"; } ]; config = { }; };
}
"#,
        );
    }

    #[test]
    fn rules_of_control_groups() {
        check(
            &RULE,
            r#"
{
  virtualisation.oci-containers.containers.web = { image = "a:1"; extraOptions = [ "--device-cgroup-rule=b *:* rwm" ]; };
                                                                                 # ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ medium: `web` may use every device that it has a node of, by `b *:* rwm`
}
"#,
        );
    }

    #[test]
    fn rules_for_disks() {
        check(
            &RULE,
            r#"
{
  virtualisation.oci-containers.containers.web = { image = "a:1"; extraOptions = [ "--device-cgroup-rule" "b 8:* rwm" "--device-cgroup-rule=b 7:* rwm" "--device-cgroup-rule=b 259:0 m" ]; };
                                                                                                        # ^^^^^^^^^^^ medium: `web` may use disks that it has a node of, by `b 8:* rwm`
}
"#,
        );
    }
    #[test]
    fn single_devices_and_users() {
        check_none(
            &RULE,
            r#"
{
  virtualisation.oci-containers.containers.web = { image = "a:1"; devices = [ "/dev/ttyUSB0" "/dev/fuse" "/dev/sds011" "/dev/sdm630" "/dev/hdmi0" "/dev/loop-control" ]; extraOptions = [ "--device-cgroup-rule=c 188:* rmw" ]; };
  services.podman.containers.own = { image = "a:1"; devices = [ "/dev/sda" ]; };
  containers.pick = { privateUsers = "pick"; allowedDevices = [ { node = "/dev/sda"; modifier = "r"; } ]; config = { }; };
}
"#,
        );
    }
}

//! What engines are told as a whole: `virtualisation.containers` of NixOS, and `services.podman.settings` of Home Manager.

use super::options::{Opt, Surface, Value};

/// As NixOS calls them.
pub(super) const SURFACE: Surface = Surface {
    around: |inner| format!("virtualisation.containers = {{\n  enable = true;\n{inner}}};"),
    always: &[],
    options: OPTIONS,
    by_hand: &[
        (
            "lists of two modules",
            "imports = [\n  { virtualisation.containers.containersConf.settings.containers = { volumes = [ \"/b:/b\" ]; netns = \"host\"; }; }\n  { virtualisation.containers.registries.search = [ \"ghcr.io\" ]; }\n];\nvirtualisation.containers = {\n  enable = true;\n  containersConf.settings.containers.volumes = [ \"/a:/a\" ];\n  registries.search = [ \"quay.io\" ];\n};",
        ),
        (
            "one that comes first, and one that wins",
            "imports = [\n  { virtualisation.containers.containersConf.settings.containers = { env = lib.mkBefore [ \"FIRST=1\" ]; userns = lib.mkForce \"auto\"; }; }\n];\nvirtualisation.containers = {\n  enable = true;\n  containersConf.settings.containers = { env = [ \"SECOND=2\" ]; userns = \"host\"; };\n};",
        ),
        (
            "storage all of one's own",
            "virtualisation.containers = {\n  enable = true;\n  storage.settings = lib.mkForce { storage = { driver = \"zfs\"; graphroot = \"/tank\"; }; };\n};",
        ),
        (
            "all that a registry can be",
            "virtualisation.containers = {\n  enable = true;\n  registries = { search = [ \"a.example\" ]; insecure = [ \"b.example\" ]; block = [ \"c.example\" ]; };\n};",
        ),
    ],
};

/// As Home Manager calls them.
pub(super) const HOME: Surface = Surface {
    around: |inner| {
        let mut out = "services.podman = {\n  enable = true;\n".to_owned();
        for line in inner.lines() {
            let line = line.trim();
            let renamed = OF_HOME
                .iter()
                .find_map(|(name, of_home)| Some(format!("{of_home}{}", line.strip_prefix(name)?)));
            out.push_str(&format!(
                "  settings.{};\n",
                renamed.as_deref().unwrap_or(line).trim_end_matches(';')
            ));
        }
        out.push_str("};");
        out
    },
    always: &[],
    options: OPTIONS,
    by_hand: &[(
        "lists of two modules",
        "imports = [\n  { services.podman.settings.containers.containers.devices = [ \"/dev/b\" ]; }\n];\nservices.podman = {\n  enable = true;\n  settings.containers.containers.devices = [ \"/dev/a\" ];\n};",
    )],
};

/// Names of NixOS, and what Home Manager calls them below its settings.
const OF_HOME: [(&str, &str); 4] = [
    ("containersConf.settings.", "containers."),
    ("storage.settings.", "storage."),
    (
        "registries.settings.unqualified-search-registries",
        "registries.search",
    ),
    ("registries.settings.", "registries."),
];

const OPTIONS: &[Opt] = &[
    Opt::new(
        "containersConf.settings.containers.volumes",
        Value::Texts(&["[ ]", "[ \"/:/host\" \"data:/data:ro\" ]", "[ \"/a:/a\" { append = true; } ]"]),
    ),
    Opt::new(
        "containersConf.settings.containers.mounts",
        Value::Of(&[
            "[ \"type=bind,source=/etc,target=/etc\" ]",
            "[ \"type=tmpfs,target=/t\" \"type=glob,src=/a*,dst=/b\" ]",
        ]),
    ),
    Opt::new(
        "containersConf.settings.containers.devices",
        Value::Of(&["[ ]", "[ \"/dev/fuse\" \"/dev/dri:/dev/dri:r\" ]", "[ \"nvidia.com/gpu=all\" ]"]),
    ),
    Opt::new(
        "containersConf.settings.containers.env",
        Value::Texts(&["[ ]", "[ \"TZ=UTC\" \"EMPTY=\" \"NONE\" ]"]),
    ),
    Opt::new("containersConf.settings.containers.env_host", Value::Bool),
    Opt::new(
        "containersConf.settings.containers.default_capabilities",
        Value::Of(&["[ ]", "[ \"CHOWN\" \"CAP_SYS_ADMIN\" ]", "[ \"all\" ]", "[ \"net_raw\" ]"]),
    ),
    Opt::new(
        "containersConf.settings.containers.default_sysctls",
        Value::Of(&["[ ]", "[ \"net.ipv4.ping_group_range=0 0\" ]"]),
    ),
    Opt::new(
        "containersConf.settings.containers.default_ulimits",
        Value::Of(&["[ \"nofile=1024:2048\" ]"]),
    ),
    Opt::new(
        "containersConf.settings.containers.annotations",
        Value::Of(&["[ \"run.oci.keep_original_groups=1\" ]"]),
    ),
    Opt::new(
        "containersConf.settings.containers.userns",
        Value::Of(&["\"host\"", "\"auto\"", "\"keep-id\"", "\"nomap\"", "\"\""]),
    ),
    Opt::new(
        "containersConf.settings.containers.netns",
        Value::Of(&["\"host\"", "\"private\"", "\"none\"", "\"bridge\"", "\"slirp4netns\""]),
    ),
    Opt::new("containersConf.settings.containers.pidns", Value::Of(&["\"host\"", "\"private\""])),
    Opt::new(
        "containersConf.settings.containers.ipcns",
        Value::Of(&["\"host\"", "\"shareable\"", "\"none\""]),
    ),
    Opt::new("containersConf.settings.containers.utsns", Value::Of(&["\"host\"", "\"private\""])),
    Opt::new("containersConf.settings.containers.cgroupns", Value::Of(&["\"host\"", "\"private\""])),
    Opt::new(
        "containersConf.settings.containers.cgroups",
        Value::Of(&["\"disabled\"", "\"no-conmon\""]),
    ),
    Opt::new("containersConf.settings.containers.privileged", Value::Bool),
    Opt::new("containersConf.settings.containers.label", Value::Bool),
    Opt::new("containersConf.settings.containers.keyring", Value::Bool),
    Opt::new("containersConf.settings.containers.read_only", Value::Bool),
    Opt::new("containersConf.settings.containers.http_proxy", Value::Bool),
    Opt::new("containersConf.settings.containers.no_hosts", Value::Bool),
    Opt::new("containersConf.settings.containers.init", Value::Bool),
    Opt::new("containersConf.settings.containers.pids_limit", Value::Of(&["0", "-1", "2048"])),
    Opt::new(
        "containersConf.settings.containers.seccomp_profile",
        Value::Text(&["\"unconfined\"", "\"/etc/containers/seccomp.json\""]),
    ),
    Opt::new(
        "containersConf.settings.containers.apparmor_profile",
        Value::Of(&["\"unconfined\"", "\"\""]),
    ),
    Opt::new("containersConf.settings.containers.umask", Value::Of(&["\"0022\""])),
    Opt::new("containersConf.settings.containers.tz", Value::Of(&["\"local\""])),
    Opt::new("containersConf.settings.containers.shm_size", Value::Of(&["\"65536k\""])),
    Opt::new(
        "containersConf.settings.engine.runtime",
        Value::Text(&["\"crun\"", "\"runsc\""]),
    ),
    Opt::new(
        "containersConf.settings.engine.hooks_dir",
        Value::Of(&["[ ]", "[ \"/etc/hooks\" ]"]),
    ),
    Opt::new(
        "containersConf.settings.engine.cgroup_manager",
        Value::Of(&["\"cgroupfs\"", "\"systemd\""]),
    ),
    Opt::new(
        "containersConf.settings.network.default_host_ips",
        Value::Of(&["[ ]", "[ \"127.0.0.1\" ]", "[ \"127.0.0.1\" \"::1\" ]"]),
    ),
    Opt::new(
        "containersConf.settings.network.network_backend",
        Value::Of(&["\"netavark\"", "\"cni\""]),
    ),
    Opt::new(
        "storage.settings.storage.driver",
        Value::Of(&["\"vfs\"", "\"btrfs\"", "lib.mkForce \"zfs\""]),
    ),
    Opt::new(
        "storage.settings.storage.graphroot",
        Value::Text(&["\"/srv/containers\""]),
    ),
    Opt::new(
        "storage.settings.storage.options.overlay.mount_program",
        Value::Of(&["\"/run/current-system/sw/bin/fuse-overlayfs\"", "\"\""]),
    ),
    Opt::new(
        "storage.settings.storage.options.mount_program",
        Value::Of(&["\"/bin/fuse-overlayfs\""]),
    ),
    Opt::new(
        "registries.search",
        Value::Texts(&["[ ]", "[ \"ghcr.io\" ]", "[ \"docker.io\" \"quay.io\" \"localhost:5000\" ]"]),
    )
    .not_with(&["registries."]),
    Opt::new(
        "registries.insecure",
        Value::Of(&["[ ]", "[ \"registry.lan:5000\" \"10.0.0.1\" ]"]),
    )
    .not_with(&["registries.settings"]),
    Opt::new("registries.block", Value::Of(&["[ ]", "[ \"docker.io\" ]"])).not_with(&["registries.settings"]),
    Opt::new(
        "registries.settings.unqualified-search-registries",
        Value::Of(&["[ ]", "[ \"docker.io\" ]", "[ \"a.example\" \"b.example\" ]"]),
    )
    .since("26.11"),
    Opt::new(
        "registries.settings.registry",
        Value::Of(&[
            "[ ]",
            "[ { location = \"docker.io\"; } ]",
            "[ { location = \"a.example\"; insecure = true; } { location = \"b.example\"; blocked = true; } ]",
            "[ { location = \"c.example/team\"; insecure = false; blocked = true; } ]",
        ]),
    )
    .since("26.11"),
    Opt::new(
        "policy",
        Value::Of(&[
            "{ }",
            "{ default = [ { type = \"reject\"; } ]; }",
            "{ default = [ { type = \"insecureAcceptAnything\"; } ]; transports.docker.\"ghcr.io\" = [ { type = \"reject\"; } ]; }",
        ]),
    ),
];

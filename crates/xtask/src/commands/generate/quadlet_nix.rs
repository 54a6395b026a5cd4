//! `virtualisation.quadlet` of both `quadlet-nix`.

use super::options::{Opt, Surface, Value};

fn around(inner: &str) -> String {
    format!("virtualisation.quadlet.containers.c = {{\n{inner}}};")
}

fn around_enabled(inner: &str) -> String {
    format!("virtualisation.quadlet.enable = true;\nvirtualisation.quadlet.containers.c = {{\n{inner}}};")
}

pub(super) const SEIAROTG: Surface = Surface {
    around,
    always: &[("containerConfig.image", "\"docker.io/library/web:1.2\"")],
    options: SEIAROTG_OPTIONS,
    by_hand: &[
        (
            "objects that name each other",
            "virtualisation.quadlet = {\n  networks.net.networkConfig.internal = true;\n  volumes.data = { };\n  containers.c.containerConfig = {\n    image = \"web\";\n    networks = [ \"net.network\" ];\n    volumes = [ \"data.volume:/data\" ];\n  };\n};",
        ),
        (
            "a pod",
            "virtualisation.quadlet = {\n  pods.p.podConfig.publishPorts = [ \"80:80\" ];\n  containers.c.containerConfig = {\n    image = \"web\";\n    pod = \"p.pod\";\n  };\n};",
        ),
        (
            "text as it is",
            "virtualisation.quadlet.containers.c.rawConfig = \"[Container]\\nImage=web\\nUser=1000\\n\";",
        ),
        (
            "nothing is quoted",
            "virtualisation.quadlet = {\n  autoEscape = false;\n  containers.c.containerConfig = {\n    image = \"web\";\n    environments.A = \"b\";\n    exec = [ \"a\" \"b\" ];\n  };\n};",
        ),
        (
            "rootless",
            "virtualisation.quadlet.containers.c = {\n  containerConfig.image = \"web\";\n  rootlessConfig.uid = 1000;\n};",
        ),
    ],
};

pub(super) const SEIAROTG_HOME: Surface = Surface {
    by_hand: &[],
    ..SEIAROTG
};

pub(super) const MIRKOLENZ: Surface = Surface {
    around: around_enabled,
    always: &[("containerConfig.Image", "\"docker.io/library/web:1.2\"")],
    options: MIRKOLENZ_OPTIONS,
    by_hand: &[
        (
            "objects that name each other",
            "virtualisation.quadlet = {\n  enable = true;\n  networks.net = { };\n  volumes.data = { };\n  containers.c.containerConfig = {\n    Image = \"web\";\n    Network = [ \"net.network\" ];\n    Volume = [ \"data.volume:/data\" ];\n  };\n};",
        ),
        (
            "text as it is",
            "virtualisation.quadlet.enable = true;\nvirtualisation.quadlet.containers.c.rawConfig = \"[Container]\\nImage=web\\nUser=1000\\n\";",
        ),
        (
            "rootless",
            "virtualisation.quadlet.enable = true;\nvirtualisation.quadlet.containers.c = {\n  containerConfig.Image = \"web\";\n  uid = 1000;\n};",
        ),
        (
            "more sections",
            "virtualisation.quadlet.enable = true;\nvirtualisation.quadlet.containers.c = {\n  containerConfig.Image = \"web\";\n  extraConfig.Container.User = \"5\";\n  quadletConfig.DefaultDependencies = false;\n};",
        ),
    ],
};

pub(super) const MIRKOLENZ_HOME: Surface = Surface {
    by_hand: &[],
    ..MIRKOLENZ
};

const SEIAROTG_OPTIONS: &[Opt] = &[
    Opt::new("autoStart", Value::Of(&["false", "\"my.target\""])),
    Opt::new(
        "serviceConfig",
        Value::Of(&[
            "{ Restart = \"no\"; }",
            "{ TimeoutStartSec = 5; ExecStartPre = [ \"/bin/true\" ]; }",
        ]),
    ),
    Opt::new(
        "unitConfig",
        Value::Of(&["{ Description = \"Mine\"; After = [ \"a.service\" \"b.service\" ]; }"]),
    ),
    Opt::new("quadletConfig.defaultDependencies", Value::Bool),
    Opt::new(
        "containerConfig.addCapabilities",
        Value::Texts(&[r#"[ "NET_ADMIN" ]"#]),
    ),
    Opt::new("containerConfig.addGroups", Value::Of(&[r#"[ "keep-groups" ]"#])),
    Opt::new("containerConfig.addHosts", Value::Of(&[r#"[ "a:10.0.0.1" ]"#])),
    Opt::new(
        "containerConfig.annotations",
        Value::Pairs(&[r#"{ a = "b"; }"#, r#"[ "a=b c" ]"#]),
    ),
    Opt::new("containerConfig.appArmor", Value::Of(&[r#""unconfined""#])),
    Opt::new("containerConfig.autoUpdate", Value::Of(&[r#""registry""#])),
    Opt::new("containerConfig.cgroupsMode", Value::Of(&[r#""no-conmon""#])),
    Opt::new(
        "containerConfig.devices",
        Value::Texts(&[r#"[ "/dev/dri" "/dev/kvm:/dev/kvm:rw" ]"#]),
    ),
    Opt::new("containerConfig.dns", Value::Of(&[r#"[ "1.1.1.1" ]"#])),
    Opt::new("containerConfig.dnsOption", Value::Of(&[r#"[ "ndots:1" ]"#])),
    Opt::new("containerConfig.dnsSearch", Value::Of(&[r#"[ "a.b" ]"#])),
    Opt::new(
        "containerConfig.dropCapabilities",
        Value::Texts(&[r#"[ "all" ]"#]),
    ),
    Opt::new(
        "containerConfig.entrypoint",
        Value::Text(&[r#""/bin/app""#, r#"[ "sh" "-c" "a b" ]"#]),
    ),
    Opt::new(
        "containerConfig.environmentFiles",
        Value::Texts(&[r#"[ "/run/a.env" ]"#]),
    ),
    Opt::new("containerConfig.environmentHost", Value::Bool),
    Opt::new(
        "containerConfig.environments",
        Value::Pairs(&[r#"{ A = "b"; PORT = "80"; }"#]),
    ),
    Opt::new(
        "containerConfig.exec",
        Value::Text(&[
            r#""sleep inf""#,
            r#"[ "sh" "-c" "echo \"a b\"" ]"#,
            r#"[ "a" "b" ]"#,
        ]),
    ),
    Opt::new("containerConfig.exposePorts", Value::Of(&[r#"[ "80" ]"#])),
    Opt::new("containerConfig.gidMaps", Value::Of(&[r#"[ "0:10000:10" ]"#]))
        .not_with(&["containerConfig.userns"]),
    Opt::new(
        "containerConfig.globalArgs",
        Value::Texts(&[r#"[ "--log-level=debug" ]"#]),
    ),
    Opt::new("containerConfig.group", Value::Of(&[r#""100""#])).needs("containerConfig.user = \"1000\";"),
    Opt::new("containerConfig.healthCmd", Value::Text(&[r#""curl localhost""#])),
    Opt::new("containerConfig.healthInterval", Value::Of(&[r#""1m""#])),
    Opt::new(
        "containerConfig.healthLogDestination",
        Value::Of(&[r#""/var/log""#]),
    ),
    Opt::new("containerConfig.healthMaxLogCount", Value::Of(&["3", "0"])),
    Opt::new("containerConfig.healthMaxLogSize", Value::Of(&["3", "0"])),
    Opt::new("containerConfig.healthOnFailure", Value::Of(&[r#""kill""#])),
    Opt::new("containerConfig.healthRetries", Value::Of(&["3", "0"])),
    Opt::new("containerConfig.healthStartPeriod", Value::Of(&[r#""1m""#])),
    Opt::new("containerConfig.healthStartupCmd", Value::Of(&[r#""true""#])),
    Opt::new("containerConfig.healthStartupInterval", Value::Of(&[r#""1m""#])),
    Opt::new("containerConfig.healthStartupRetries", Value::Of(&["3", "0"])),
    Opt::new("containerConfig.healthStartupSuccess", Value::Of(&["3", "0"])),
    Opt::new("containerConfig.healthStartupTimeout", Value::Of(&[r#""1m""#])),
    Opt::new("containerConfig.healthTimeout", Value::Of(&[r#""20s""#])),
    Opt::new("containerConfig.hostname", Value::Text(&[r#""web""#])),
    Opt::new("containerConfig.httpProxy", Value::Bool),
    Opt::new("containerConfig.image", Value::Text(&[r#""web""#])),
    Opt::new("containerConfig.ip", Value::Of(&[r#""10.0.0.2""#])).not_with(&["containerConfig.networks"]),
    Opt::new("containerConfig.ip6", Value::Of(&[r#""fd00::2""#])).not_with(&["containerConfig.networks"]),
    Opt::new(
        "containerConfig.labels",
        Value::Pairs(&[r#"{ app = "web"; }"#, r#"[ "a=b c" "d=e" ]"#]),
    ),
    Opt::new("containerConfig.logDriver", Value::Of(&[r#""journald""#])),
    Opt::new("containerConfig.logOptions", Value::Texts(&[r#"[ "tag=x" ]"#])),
    Opt::new("containerConfig.mask", Value::Text(&[r#""/proc/a:/proc/b""#])),
    Opt::new("containerConfig.memory", Value::Of(&[r#""1g""#])),
    Opt::new("containerConfig.modules", Value::Of(&[r#"[ "/etc/m.conf" ]"#])),
    Opt::new(
        "containerConfig.mounts",
        Value::Texts(&[r#"[ "type=bind,source=/srv,destination=/srv" ]"#]),
    ),
    Opt::new("containerConfig.name", Value::Of(&[r#""web""#])),
    Opt::new("containerConfig.networkAliases", Value::Of(&[r#"[ "www" ]"#]))
        .not_with(&["containerConfig.networks"]),
    Opt::new(
        "containerConfig.networks",
        Value::Texts(&[
            r#"[ "host" ]"#,
            r#"[ "none" ]"#,
            r#"[ "a" "b" ]"#,
            r#"[ "pasta:-t,80" ]"#,
        ]),
    ),
    Opt::new("containerConfig.noNewPrivileges", Value::Bool),
    Opt::new("containerConfig.notify", Value::Of(&["true", "\"healthy\""])),
    Opt::new("containerConfig.pidsLimit", Value::Of(&["3", "0"])),
    Opt::new("containerConfig.podmanArgs", Value::Texts(&[r#"[ "--init" ]"#])),
    Opt::new(
        "containerConfig.publishPorts",
        Value::Texts(&[r#"[ "8080:80" "127.0.0.1:53:53/udp" ]"#]),
    ),
    Opt::new("containerConfig.pull", Value::Of(&[r#""never""#])),
    Opt::new("containerConfig.readOnly", Value::Bool),
    Opt::new("containerConfig.readOnlyTmpfs", Value::Bool),
    Opt::new("containerConfig.reloadCmd", Value::Of(&[r#""kill -HUP 1""#])),
    Opt::new("containerConfig.reloadSignal", Value::Of(&[r#""SIGHUP""#])),
    Opt::new("containerConfig.retry", Value::Of(&["3", "0"])),
    Opt::new("containerConfig.retryDelay", Value::Of(&[r#""5s""#])),
    Opt::new("containerConfig.runInit", Value::Bool),
    Opt::new("containerConfig.seccompProfile", Value::Of(&[r#""/etc/s.json""#])),
    Opt::new("containerConfig.secrets", Value::Texts(&[r#"[ "pw,type=env" ]"#])),
    Opt::new("containerConfig.securityLabelDisable", Value::Bool),
    Opt::new(
        "containerConfig.securityLabelFileType",
        Value::Of(&[r#""usr_t""#]),
    ),
    Opt::new("containerConfig.securityLabelLevel", Value::Of(&[r#""s0:c1""#])),
    Opt::new("containerConfig.securityLabelNested", Value::Bool),
    Opt::new("containerConfig.securityLabelType", Value::Of(&[r#""spc_t""#])),
    Opt::new("containerConfig.shmSize", Value::Of(&[r#""100m""#])),
    Opt::new("containerConfig.stopSignal", Value::Of(&[r#""SIGINT""#])),
    Opt::new("containerConfig.stopTimeout", Value::Of(&["3", "0"])),
    Opt::new(
        "containerConfig.sysctl",
        Value::Pairs(&[r#"{ "net.ipv4.ip_forward" = "1"; }"#]),
    ),
    Opt::new("containerConfig.timezone", Value::Of(&[r#""local""#])),
    Opt::new("containerConfig.tmpfses", Value::Of(&[r#"[ "/tmp:size=1M" ]"#])),
    Opt::new("containerConfig.uidMaps", Value::Of(&[r#"[ "0:10000:10" ]"#]))
        .not_with(&["containerConfig.userns", "containerConfig.gidMaps"]),
    Opt::new(
        "containerConfig.ulimits",
        Value::Of(&[r#"[ "nofile=1000:2000" ]"#]),
    ),
    Opt::new("containerConfig.unmask", Value::Text(&[r#""ALL""#])),
    Opt::new("containerConfig.user", Value::Text(&[r#""1000""#])),
    Opt::new(
        "containerConfig.userns",
        Value::Text(&[r#""keep-id""#, r#""auto:size=65536""#, r#""host""#]),
    ),
    Opt::new(
        "containerConfig.volumes",
        Value::Texts(&[
            r#"[ "/srv:/srv:ro" "data:/data" ]"#,
            r#"[ "%h/x:/x:Z" ]"#,
            r#"[ "/run/podman/podman.sock:/s" ]"#,
        ]),
    ),
    Opt::new("containerConfig.workdir", Value::Of(&[r#""/srv""#])),
];

const MIRKOLENZ_OPTIONS: &[Opt] = &[
    Opt::new("autoStart", Value::Bool),
    Opt::new(
        "serviceConfig",
        Value::Of(&["{ Restart = \"no\"; }", "{ Environment = { A = \"b c\"; }; }"]),
    ),
    Opt::new(
        "unitConfig",
        Value::Of(&["{ After = [ \"a.service\" \"b.service\" ]; }"]),
    ),
    Opt::new("containerConfig.Image", Value::Text(&[r#""web""#])),
    Opt::new(
        "containerConfig.AddCapability",
        Value::Texts(&[r#"[ "NET_ADMIN" "CHOWN" ]"#]),
    ),
    Opt::new("containerConfig.DropCapability", Value::Of(&[r#"[ "all" ]"#])),
    Opt::new("containerConfig.AddDevice", Value::Of(&[r#"[ "/dev/dri" ]"#])),
    Opt::new("containerConfig.Annotation", Value::Of(&[r#"[ "a=b" ]"#])),
    Opt::new("containerConfig.AutoUpdate", Value::Of(&[r#""registry""#])),
    Opt::new("containerConfig.ContainerName", Value::Of(&[r#""web""#])),
    Opt::new("containerConfig.DNS", Value::Of(&[r#"[ "1.1.1.1" ]"#])),
    Opt::new("containerConfig.Entrypoint", Value::Text(&[r#""/bin/app""#])),
    Opt::new(
        "containerConfig.Environment",
        Value::Pairs(&[r#"{ A = "b"; N = 3; T = true; }"#, r#"[ "A=b" ]"#]),
    ),
    Opt::new(
        "containerConfig.EnvironmentFile",
        Value::Of(&[r#"[ "/run/a.env" ]"#]),
    ),
    Opt::new("containerConfig.EnvironmentHost", Value::Of(&["true"])),
    Opt::new("containerConfig.Exec", Value::Text(&[r#""sleep inf""#])),
    Opt::new("containerConfig.HealthCmd", Value::Of(&[r#""true""#])),
    Opt::new("containerConfig.HostName", Value::Of(&[r#""web""#])),
    Opt::new(
        "containerConfig.Label",
        Value::Pairs(&[r#"{ app = "web"; }"#, r#"[ "a=b" ]"#]),
    ),
    Opt::new("containerConfig.LogDriver", Value::Of(&[r#""none""#])),
    Opt::new("containerConfig.Mask", Value::Of(&[r#""/proc/a""#])),
    Opt::new(
        "containerConfig.Mount",
        Value::Of(&[r#"[ "type=tmpfs,destination=/t" ]"#]),
    ),
    Opt::new(
        "containerConfig.Network",
        Value::Texts(&[r#"[ "host" ]"#, r#""none""#]),
    ),
    Opt::new("containerConfig.NoNewPrivileges", Value::Of(&["true"])),
    Opt::new("containerConfig.Notify", Value::Of(&["true", r#""healthy""#])),
    Opt::new("containerConfig.PidsLimit", Value::Of(&["100"])),
    Opt::new(
        "containerConfig.PodmanArgs",
        Value::Texts(&[r#"[ "--init" ]"#, r#""--memory 1g""#]),
    ),
    Opt::new("containerConfig.PublishPort", Value::Of(&[r#"[ "8080:80" ]"#])),
    Opt::new("containerConfig.Pull", Value::Of(&[r#""never""#])),
    Opt::new("containerConfig.ReadOnly", Value::Of(&["true"])),
    Opt::new("containerConfig.ReadOnlyTmpfs", Value::Of(&["false"])),
    Opt::new("containerConfig.RunInit", Value::Of(&["true"])),
    Opt::new("containerConfig.SeccompProfile", Value::Of(&[r#""unconfined""#])),
    Opt::new("containerConfig.Secret", Value::Texts(&[r#"[ "pw,type=env" ]"#])),
    Opt::new("containerConfig.SecurityLabelDisable", Value::Of(&["true"])),
    Opt::new("containerConfig.SecurityLabelType", Value::Of(&[r#""spc_t""#])),
    Opt::new("containerConfig.ShmSize", Value::Of(&[r#""1m""#])),
    Opt::new("containerConfig.StopTimeout", Value::Of(&["20"])),
    Opt::new(
        "containerConfig.Sysctl",
        Value::Of(&[r#"[ "a.b=1" ]"#, r#"{ "net.a" = 1; }"#]),
    ),
    Opt::new("containerConfig.Timezone", Value::Of(&[r#""local""#])),
    Opt::new("containerConfig.Tmpfs", Value::Of(&[r#"[ "/tmp" ]"#])),
    Opt::new("containerConfig.Ulimit", Value::Of(&[r#"[ "nofile=1:2" ]"#])),
    Opt::new("containerConfig.Unmask", Value::Of(&[r#""ALL""#])),
    Opt::new("containerConfig.User", Value::Text(&[r#""1000""#, "1000"])),
    Opt::new(
        "containerConfig.UserNS",
        Value::Of(&[r#""keep-id""#, r#""auto""#, r#""host""#]),
    ),
    Opt::new(
        "containerConfig.Volume",
        Value::Texts(&[r#"[ "/srv:/srv" "data:/d:ro" ]"#]),
    ),
    Opt::new("containerConfig.WorkingDir", Value::Of(&[r#""/srv""#])),
    Opt::new("containerConfig.Memory", Value::Of(&[r#""1g""#])),
    Opt::new("containerConfig.CgroupsMode", Value::Of(&[r#""split""#])),
];

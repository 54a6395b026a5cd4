//! `services.podman` of Home Manager.

use super::options::{Opt, Surface, Value};

pub(super) const SURFACE: Surface = Surface {
    around: |inner| format!("services.podman.enable = true;\nservices.podman.containers.c = {{\n{inner}}};"),
    always: &[("image", "\"docker.io/library/web:1.2\"")],
    options: &[
        Opt::new(
            "addCapabilities",
            Value::Texts(&["[ ]", "[ \"NET_ADMIN\" \"CAP_CHOWN\" ]"]),
        ),
        Opt::new("autoStart", Value::Bool),
        Opt::new("autoUpdate", Value::Of(&["null", "\"registry\"", "\"local\""])),
        Opt::new("description", Value::Text(&["null", "\"My web\""])),
        Opt::new(
            "devices",
            Value::Texts(&["[ ]", "[ \"/dev/dri:/dev/dri\" \"/dev/kvm\" ]"]),
        ),
        Opt::new("dropCapabilities", Value::Texts(&["[ ]", "[ \"all\" ]"])),
        Opt::new(
            "entrypoint",
            Value::Text(&["null", "\"/bin/app\"", "\"[\\\"/bin/sh\\\", \\\"-c\\\"]\""]),
        ),
        Opt::new(
            "environment",
            Value::Pairs(&[
                "{ }",
                "{ A = \"b\"; PORT = 80; ON = true; OFF = false; }",
                "{ EMPTY = null; A = \"b\"; }",
                "{ LIST = [ \"a\" 1 ]; }",
                "{ P = /etc/hosts; }",
            ]),
        ),
        Opt::new(
            "environmentFile",
            Value::Texts(&["[ ]", "[ \"/run/a.env\" \"%h/b.env\" ]"]),
        ),
        Opt::new(
            "exec",
            Value::Text(&["null", "\"sleep inf\"", "\"sh -c 'echo hi'\""]),
        ),
        Opt::new(
            "extraPodmanArgs",
            Value::Texts(&[
                "[ ]",
                "[ \"--security-opt=no-new-privileges\" ]",
                "[ \"--memory\" \"1g\" ]",
            ]),
        ),
        Opt::new(
            "extraConfig",
            Value::Of(&[
                "{ }",
                "{ Container.User = 1000; }",
                "{ Container.ReadOnly = true; Service.TimeoutStartSec = 15; }",
                "{ Container.Volume = [ \"/x:/y\" ]; Unit.After = [ \"a.service\" \"b.service\" ]; }",
                "{ Container.Environment = { A = \"b c\"; D = 1; }; }",
                "{ Container.PodmanArgs = \"--init\"; Container.Label = { x = \"y\"; }; }",
                "{ Service.Restart = \"no\"; Install.WantedBy = [ \"x.target\" ]; }",
                "{ Container.NoNewPrivileges = true; Container.Tmpfs = [ \"/tmp\" ]; Container.Notify = null; }",
                "{ Service.Environment = { B = \"c\"; }; Service.ExecStartPre = [ \"/bin/true\" ]; }",
                "{ Container.AddCapability = [ ]; Container.Network = \"host\"; }",
                "{ Quadlet.DefaultDependencies = false; }",
            ]),
        ),
        Opt::new("group", Value::Of(&["null", "100", "\"users\""])).needs("user = 1000;"),
        Opt::new("image", Value::Text(&["\"web\"", "\"x.image\"", "\"x.build\""])),
        Opt::new("ip4", Value::Of(&["null", "\"10.88.0.5\""])),
        Opt::new("ip6", Value::Of(&["null", "\"fd00::5\""])),
        Opt::new(
            "labels",
            Value::Pairs(&["{ }", "{ app = \"web\"; \"a.b/c\" = \"d\"; }"]),
        ),
        Opt::new(
            "network",
            Value::Of(&[
                "[ ]",
                "\"host\"",
                "[ \"a\" \"b\" ]",
                "\"net\"",
                "\"pasta:--map-gw\"",
                "[ \"x.network\" ]",
                "\"slirp4netns:port_handler=rootlesskit\"",
            ]),
        ),
        Opt::new("networkAlias", Value::Texts(&["[ ]", "[ \"web\" \"www\" ]"])),
        Opt::new(
            "ports",
            Value::Texts(&["[ ]", "[ \"8080:80\" \"127.0.0.1:53:53/udp\" ]"]),
        ),
        Opt::new(
            "userNS",
            Value::Text(&["null", "\"keep-id\"", "\"keep-id:uid=1000,gid=1000\"", "\"host\""]),
        ),
        Opt::new("user", Value::Of(&["null", "1000", "\"0\"", "\"app\""])),
        Opt::new(
            "volumes",
            Value::Texts(&[
                "[ ]",
                "[ \"/tmp:/tmp\" \"data:/data:ro\" ]",
                "[ \"%h/x:/x:Z\" ]",
                "[ \"x.volume:/v\" ]",
            ]),
        ),
    ],
    by_hand: &[
        (
            "a network of ours",
            "services.podman.enable = true;\nservices.podman.networks.net = {\n  subnet = \"10.9.0.0/24\";\n  internal = true;\n};\nservices.podman.containers.c = {\n  image = \"web\";\n  network = \"net\";\n};",
        ),
        (
            "a network by its file",
            "services.podman.enable = true;\nservices.podman.networks.net = { };\nservices.podman.containers.c = {\n  image = \"web\";\n  network = [ \"net.network\" ];\n};",
        ),
        (
            "a volume by its file",
            "services.podman.enable = true;\nservices.podman.volumes.data = { };\nservices.podman.containers.c = {\n  image = \"web\";\n  volumes = [ \"data.volume:/data:ro\" ];\n};",
        ),
        (
            "an image by its file",
            "services.podman.enable = true;\nservices.podman.images.web.image = \"docker.io/library/web\";\nservices.podman.containers.c = {\n  image = \"web.image\";\n};",
        ),
        (
            "two definitions",
            "imports = [ { services.podman.containers.c.environment.B = \"b\"; } ];\nservices.podman.enable = true;\nservices.podman.containers.c = {\n  image = \"web\";\n  environment.A = \"a\";\n};",
        ),
        (
            "two containers",
            "services.podman.enable = true;\nservices.podman.containers = {\n  a.image = \"web\";\n  my-b = { image = \"db\"; network = \"container:a\"; };\n};",
        ),
    ],
};

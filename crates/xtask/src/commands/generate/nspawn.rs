//! `containers` of NixOS.

use super::options::{Opt, Surface, Value};

const PRIVATE: &str = "privateNetwork = true;";
const ROUTE: &[&str] = &[
    "path",
    "flake",
    "networkNamespace",
    "privateNetwork",
    "interfaces",
];

pub(super) const SURFACE: Surface = Surface {
    around: |inner| format!("containers.c = {{\n{inner}}};"),
    always: &[("config", "{ }")],
    options: &[
        Opt::new(
            "additionalCapabilities",
            Value::Texts(&[
                "[ ]",
                "[ \"CAP_NET_ADMIN\" ]",
                "[ \"CAP_MKNOD\" \"CAP_SYS_ADMIN\" ]",
                "[ \"all\" ]",
                "[ \"CAP_A,CAP_B\" ]",
            ]),
        ),
        Opt::new(
            "allowedDevices",
            Value::Of(&[
                "[ ]",
                "[ { node = \"/dev/kvm\"; modifier = \"rwm\"; } ]",
                "[ { node = \"/dev/fuse\"; modifier = \"rw\"; } { node = \"char-drm\"; modifier = \"r\"; } ]",
                "[ { node = \"/dev/a b\"; modifier = \"rwm\"; } ]",
            ]),
        ),
        Opt::new("autoStart", Value::Bool),
        Opt::new(
            "bindMounts",
            Value::Of(&[
                "{ }",
                "{ \"/data\" = { }; }",
                "{ \"/data\".hostPath = \"/srv\"; }",
                "{ \"/data\" = { hostPath = \"/srv\"; isReadOnly = false; }; }",
                "{ \"/data\".hostPath = null; }",
                "{ \"/data\" = { isReadOnly = false; }; \"/b\" = { }; \"/a\".hostPath = \"/x\"; }",
                "{ data = { mountPoint = \"/data\"; hostPath = \"/srv\"; }; }",
                "{ \"/a b\".hostPath = \"/c d\"; }",
                "{ \"/a\".hostPath = \"/srv:idmap\"; }",
                "{ \"/a\" = { hostPath = \"/srv\"; mountPoint = \"/a:norbind\"; isReadOnly = false; }; }",
                "{ \"/q\\\"uote\".hostPath = \"/it's\"; }",
                "{ \"/d$ollar\".hostPath = \"/back\\\\slash\"; }",
                "{ \"/st*r\".hostPath = \"/für\"; }",
                "{ \"/\" = { hostPath = \"/\"; }; }",
                "{ \"/x\" = lib.mkForce { hostPath = \"/y\"; }; }",
                "lib.genAttrs [ \"/one\" \"/two\" ] (path: { hostPath = \"/srv${path}\"; })",
            ]),
        ),
        Opt::new("enableTun", Value::Bool),
        Opt::new("ephemeral", Value::Bool),
        Opt::new("privateNetwork", Value::Bool),
        Opt::new(
            "extraFlags",
            Value::Texts(&[
                "[ ]",
                "[ \"--drop-capability=CAP_SYS_CHROOT\" ]",
                "[ \"-U\" ]",
                "[ \"--bind\" \"/a:/b\" ]",
                "[ \"--private-users=pick\" \"--private-users-ownership=auto\" ]",
                "[ \"--bind=/a /b\" ]",
                "[ \"--system-call-filter=@keyring bpf\" ]",
                "[ \"--property=DeviceAllow=/dev/kvm rwm\" ]",
            ]),
        ),
        Opt::new(
            "extraVeths",
            Value::Of(&[
                "{ }",
                "{ ve-a = { }; }",
                "{ ve-b.hostAddress = \"10.1.0.1\"; ve-a.localAddress = \"10.1.0.2\"; }",
                "{ \"ve-a:inside\" = { hostBridge = \"br0\"; }; }",
                "{ \"ve a\" = { }; \"it's\" = { }; }",
            ]),
        ),
        Opt::new("hostBridge", Value::Text(&["null", "\"br0\""])).needs(PRIVATE),
        Opt::new(
            "forwardPorts",
            Value::Of(&[
                "[ ]",
                "[ { hostPort = 80; } ]",
                "[ { hostPort = 80; containerPort = 8080; } { protocol = \"udp\"; hostPort = 53; } ]",
                "[ { hostPort = 1; containerPort = null; protocol = \"tcp\"; } ]",
            ]),
        )
        .needs(PRIVATE),
        Opt::new("hostAddress", Value::Text(&["null", "\"10.0.0.1\""])).needs(PRIVATE),
        Opt::new(
            "localAddress",
            Value::Text(&["null", "\"10.0.0.2\"", "\"10.0.0.2/24\""]),
        )
        .needs(PRIVATE),
        Opt::new("hostAddress6", Value::Of(&["null", "\"fc00::1\""])).needs(PRIVATE),
        Opt::new("localAddress6", Value::Of(&["null", "\"fc00::2\""])).needs(PRIVATE),
        Opt::new("localMacAddress", Value::Of(&["null", "\"de:b7:73:01:10:90\""]))
            .since("26.05")
            .needs(PRIVATE),
        Opt::new(
            "interfaces",
            Value::Texts(&["[ ]", "[ \"eth1\" ]", "[ \"eth1\" \"eth2:inner\" ]"]),
        ),
        Opt::new(
            "macvlans",
            Value::Texts(&["[ ]", "[ \"eth1\" ]", "[ \"eth1\" \"eth2\" ]"]),
        ),
        Opt::new(
            "networkNamespace",
            Value::Of(&["null", "\"/run/netns/a\"", "\"/run/netns/a b\"", "/run/netns/c"]),
        )
        .since("25.05")
        .not_with(ROUTE),
        Opt::new(
            "privateUsers",
            Value::Of(&["\"no\"", "\"identity\"", "\"pick\"", "0", "1", "65536", "524288"]),
        )
        .since("25.05"),
        Opt::new("restartIfChanged", Value::Bool),
        Opt::new("timeoutStartSec", Value::Of(&["\"1min\"", "\"infinity\""])),
        Opt::new(
            "tmpfs",
            Value::Texts(&[
                "[ ]",
                "[ \"/var\" ]",
                "[ \"/var:size=10M\" \"/tmp\" ]",
                "[ \"/a:mode=755,size=1M\" ]",
            ]),
        ),
        Opt::new("specialArgs", Value::Of(&["{ a = 1; }"])),
        Opt::new("path", Value::Of(&["lib.mkForce \"/nix/var/nix/profiles/web\""])).alone(),
    ],
    by_hand: &[
        (
            "hostAddress without a network",
            "containers.c = {\n  config = { };\n  hostAddress = \"10.0.0.1\";\n  hostBridge = \"br0\";\n};",
        ),
        (
            "path alone",
            "containers.c = {\n  path = \"/nix/var/nix/profiles/per-container/c\";\n};",
        ),
        (
            "tun with users",
            "containers.c = {\n  config = { };\n  enableTun = true;\n  privateNetwork = true;\n  allowedDevices = [ { node = \"/dev/kvm\"; modifier = \"rw\"; } ];\n};",
        ),
        (
            "all of the network",
            "containers.c = {\n  config = { };\n  privateNetwork = true;\n  hostBridge = \"br0\";\n  hostAddress = \"10.0.0.1\";\n  localAddress = \"10.0.0.2\";\n  hostAddress6 = \"fc00::1\";\n  localAddress6 = \"fc00::2\";\n  forwardPorts = [ { hostPort = 80; } { hostPort = 443; containerPort = 8443; } ];\n  extraVeths.ve-x.hostAddress = \"10.2.0.1\";\n  interfaces = [ \"eth1\" ];\n  macvlans = [ \"eth2\" ];\n};",
        ),
        (
            "two containers",
            "containers.a = {\n  config = { };\n  ephemeral = true;\n};\ncontainers.b-c = {\n  config = { };\n  bindMounts.\"/x\" = { };\n};",
        ),
        (
            "two definitions",
            "imports = [\n  { containers.c.extraFlags = [ \"--second\" ]; }\n  { containers.c.extraFlags = lib.mkBefore [ \"--first\" ]; }\n  { containers.c.bindMounts.\"/m\".isReadOnly = false; }\n];\ncontainers.c = {\n  config = { };\n  extraFlags = [ \"--main\" ];\n  bindMounts.\"/m\".hostPath = \"/h\";\n};",
        ),
        (
            "the service of a container",
            "containers.c.config = { };\nsystemd.services.\"container@c\".serviceConfig.DeviceAllow = [ \"/dev/kvm rwm\" ];",
        ),
        (
            "users in a number",
            "containers.c = {\n  config = { };\n  privateUsers = 65536 * 3;\n  privateNetwork = true;\n};",
        ),
        ("flake", "containers.c = {\n  flake = \"github:me/site\";\n};"),
    ],
};

//! `virtualisation.oci-containers` of NixOS, with both engines.

use super::options::{Opt, Surface, Value};

pub(super) const SURFACE: Surface = Surface {
    around: |inner| {
        // The engine is chosen as a line among the others, which stands beside the container.
        let (outer, inner): (Vec<&str>, Vec<&str>) =
            inner.lines().partition(|line| line.starts_with("  backend ="));
        let mut out = String::new();
        for line in outer {
            out.push_str(&format!("virtualisation.oci-containers.{}\n", line.trim()));
        }
        let mut users = "";
        if inner
            .iter()
            .any(|line| line.contains("podman.user") && line.contains("\"app\""))
        {
            users = "\nusers.users.app = { uid = 1001; linger = true; isNormalUser = true; };";
        }
        out.push_str(&format!(
            "virtualisation.oci-containers.containers.c = {{\n{}\n}};{users}",
            inner.join("\n")
        ));
        out
    },
    always: &[("image", "\"docker.io/library/web:1.2\"")],
    options: &[
        Opt::new("backend", Value::Of(&["\"podman\"", "\"docker\""])),
        Opt::new(
            "image",
            Value::Text(&[
                "\"web\"",
                "\"localhost/a/b:latest\"",
                "\"ghcr.io/a/b@sha256:0123456789abcdef\"",
            ]),
        ),
        Opt::new("imageFile", Value::Of(&["null", "pkgs.image"])),
        Opt::new(
            "cmd",
            Value::Texts(&[
                "[ ]",
                "[ \"--port=9000\" ]",
                "[ \"sh\" \"-c\" \"echo $HOME > /x; exit\" ]",
            ]),
        ),
        Opt::new(
            "labels",
            Value::Pairs(&["{ }", "{ \"traefik.rule\" = \"Host(`a.b`) && Path(`/`)\"; }"]),
        ),
        Opt::new("entrypoint", Value::Text(&["null", "\"/bin/app\""])),
        Opt::new(
            "environment",
            Value::Pairs(&["{ }", "{ PORT = \"80\"; HOST = \"a.b\"; }"]),
        ),
        Opt::new(
            "environmentFiles",
            Value::Of(&["[ ]", "[ \"/run/a.env\" \"/run/b c.env\" ]", "[ /run/d.env ]"]),
        ),
        Opt::new(
            "log-driver",
            Value::Of(&["\"journald\"", "\"none\"", "\"json-file --log-opt max-size=1m\""]),
        ),
        Opt::new(
            "ports",
            Value::Texts(&[
                "[ ]",
                "[ \"80:8080\" ]",
                "[ \"127.0.0.1:1234-1236:1234-1236/tcp\" \"[::1]:53:53/udp\" ]",
            ]),
        ),
        Opt::new("user", Value::Text(&["null", "\"1000:100\"", "\"nobody\""])),
        Opt::new(
            "volumes",
            Value::Texts(&[
                "[ ]",
                "[ \"data:/data\" \"/srv:/srv:ro\" ]",
                "[ \"/run/podman/podman.sock:/s.sock\" ]",
            ]),
        ),
        Opt::new("workdir", Value::Text(&["null", "\"/srv\""])),
        Opt::new("hostname", Value::Text(&["null", "\"web\""])),
        Opt::new(
            "preRunExtraOptions",
            Value::Texts(&["[ ]", "[ \"--runtime\" \"runsc\" ]", "[ \"--log-level=debug\" ]"]),
        ),
        Opt::new(
            "extraOptions",
            Value::Texts(&[
                "[ ]",
                "[ \"--network=host\" \"--cap-add=NET_ADMIN\" ]",
                "[ \"--security-opt\" \"no-new-privileges\" ]",
                "[ \"--pull=always\" \"--privileged\" ]",
                "[ \"--device=/dev/dri\" \"-it\" \"--rm=false\" ]",
            ]),
        ),
        Opt::new("autoStart", Value::Bool),
        Opt::new(
            "login",
            Value::Of(&["{ username = \"me\"; passwordFile = \"/run/pw\"; registry = \"ghcr.io\"; }"]),
        ),
        Opt::new("serviceName", Value::Of(&["\"web\"", "\"odd name\""])).since("25.05"),
        Opt::new(
            "podman.sdnotify",
            Value::Of(&["\"conmon\"", "\"healthy\"", "\"container\""]),
        )
        .since("25.05")
        .not_with(&["backend"]),
        Opt::new("podman.user", Value::Of(&["\"root\"", "\"app\""]))
            .since("25.05")
            .not_with(&["backend"]),
        Opt::new(
            "pull",
            Value::Of(&["\"always\"", "\"missing\"", "\"never\"", "\"newer\""]),
        )
        .since("25.05"),
        Opt::new(
            "capabilities",
            Value::Of(&[
                "{ }",
                "{ NET_ADMIN = true; }",
                "{ ALL = false; NET_RAW = true; }",
                "{ SYS_ADMIN = null; CHOWN = false; }",
                "{ \"odd cap\" = true; \"it's\" = false; }",
                "{ A = true; B = false; C = null; D = true; }",
            ]),
        )
        .since("25.05"),
        Opt::new(
            "devices",
            Value::Texts(&[
                "[ ]",
                "[ \"/dev/dri:/dev/dri\" ]",
                "[ \"/dev/kvm\" \"nvidia.com/gpu=all\" ]",
            ]),
        )
        .since("25.05"),
        Opt::new("privileged", Value::Bool).since("25.05"),
        Opt::new("autoRemoveOnStop", Value::Bool).since("25.05"),
        Opt::new(
            "networks",
            Value::Texts(&[
                "[ ]",
                "[ \"host\" ]",
                "[ \"a\" \"b\" \"a\" ]",
                "[ \"container:d\" ]",
            ]),
        )
        .since("25.05"),
    ],
    by_hand: &[
        (
            "a name with a blank",
            "virtualisation.oci-containers.containers.\"my app\" = {\n  image = \"web\";\n};",
        ),
        (
            "a name with a quotation mark",
            "virtualisation.oci-containers.containers.\"it's\" = {\n  image = \"web\";\n};",
        ),
        (
            "one that depends on another",
            "virtualisation.oci-containers.containers = {\n  a = { image = \"web\"; dependsOn = [ \"b\" ]; };\n  b = { image = \"db\"; };\n};",
        ),
        (
            "docker with everything",
            "virtualisation.oci-containers = {\n  backend = \"docker\";\n  containers.c = {\n    image = \"web\";\n    cmd = [ \"run\" ];\n    user = \"1\";\n    ports = [ \"1:1\" ];\n    volumes = [ \"a:/a\" ];\n    environment.A = \"b\";\n    labels.l = \"m\";\n    hostname = \"h\";\n    workdir = \"/w\";\n    entrypoint = \"/e\";\n    extraOptions = [ \"--init\" ];\n  };\n};",
        ),
        (
            "two definitions",
            "imports = [\n  { virtualisation.oci-containers.containers.c.extraOptions = lib.mkAfter [ \"--last\" ]; }\n  { virtualisation.oci-containers.containers.c.environment.B = \"b\"; }\n];\nvirtualisation.oci-containers.containers.c = {\n  image = \"web\";\n  environment.A = \"a\";\n  extraOptions = [ \"--first\" ];\n};",
        ),
        (
            "a password in the environment",
            "virtualisation.oci-containers.containers.c = {\n  image = \"web\";\n  environment.DB_PASSWORD = \"hunter2\";\n};",
        ),
    ],
};

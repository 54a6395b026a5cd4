//! Options of `virtualisation.oci-containers.containers.<name>`.

use super::option::{Described, described};

pub(super) const OCI: [Described; 32] = [
    described("login", "submodule", "{ }", "How to log in to the registry."),
    described("image", "string", "", "Image reference."),
    described(
        "imageFile",
        "null or package",
        "null",
        "An image that Nix made, loaded before the start.",
    ),
    described(
        "imageStream",
        "null or package",
        "null",
        "A script that streams an image, run before the start.",
    ),
    described("serviceName", "string", "<backend>-<name>", "systemd unit name."),
    described("login.username", "null or string", "null", "Registry user."),
    described(
        "login.passwordFile",
        "null or string",
        "null",
        "Run-time file with the registry password; strings only.",
    ),
    described(
        "login.registry",
        "null or string",
        "null",
        "Registry to log in to.",
    ),
    described("cmd", "list of strings", "[ ]", "Arguments for the entrypoint."),
    described(
        "labels",
        "attribute set of strings",
        "{ }",
        "Labels of the container.",
    ),
    described("entrypoint", "null or string", "null", "Replaces the entrypoint."),
    described(
        "environment",
        "attribute set of strings",
        "{ }",
        "Variables of the environment. They are written to the store, so no secrets.",
    ),
    described(
        "environmentFiles",
        "list of absolute paths",
        "[ ]",
        "Files with variables of the environment, read when it starts.",
    ),
    described("log-driver", "string", "\"journald\"", "Log driver."),
    described(
        "ports",
        "list of strings",
        "[ ]",
        "Ports that are published, `[[address:]host:]inside[/protocol]`; without an address on all of them.",
    ),
    described("user", "null or string", "null", "User inside the container."),
    described(
        "volumes",
        "list of strings",
        "[ ]",
        "Volumes and paths of the host, `source:inside[:options]`.",
    ),
    described("workdir", "null or string", "null", "Working directory."),
    described(
        "dependsOn",
        "list of strings",
        "[ ]",
        "Other containers to start first.",
    ),
    described("hostname", "null or string", "null", "Hostname."),
    described(
        "preRunExtraOptions",
        "list of strings",
        "[ ]",
        "Options of the engine before `run`.",
    ),
    described(
        "extraOptions",
        "list of strings",
        "[ ]",
        "Options of `run`. Each element is one argument.",
    ),
    described("autoStart", "boolean", "true", "Start at boot.").values(&["true", "false"]),
    described(
        "podman",
        "null or submodule",
        "{ } for the podman backend, else null",
        "Podman-only settings.",
    ),
    described(
        "podman.sdnotify",
        "one of \"conmon\", \"healthy\", \"container\"",
        "\"conmon\"",
        "Readiness mode.",
    )
    .values(&["\"conmon\"", "\"healthy\"", "\"container\""])
    .since("25.05"),
    described(
        "podman.user",
        "string",
        "\"root\"",
        "The user that runs it; any but root is rootless.",
    )
    .since("25.05"),
    described(
        "pull",
        "one of \"always\", \"missing\", \"never\", \"newer\"",
        "\"missing\"",
        "Pull policy.",
    )
    .values(&["\"always\"", "\"missing\"", "\"never\"", "\"newer\""]),
    described(
        "capabilities",
        "lazy attribute set of null or boolean",
        "{ }",
        "Capabilities by name: `true` adds one, `false` drops it.",
    ),
    described(
        "devices",
        "list of strings",
        "[ ]",
        "Devices of the host, `node[:inside][:rwm]`.",
    ),
    described(
        "privileged",
        "boolean",
        "false",
        "Run it with `--privileged`: all capabilities and devices, no confinement.",
    )
    .values(&["true", "false"]),
    described("autoRemoveOnStop", "boolean", "true", "Passes --rm.").values(&["true", "false"]),
    described(
        "networks",
        "list of strings",
        "[ ]",
        "The networks that it joins.",
    ),
];

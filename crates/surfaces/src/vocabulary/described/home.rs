//! Options of `services.podman.containers.<name>` of Home Manager.

use super::option::{Described, described};

pub(super) const HOME: [Described; 23] = [
    described(
        "addCapabilities",
        "list of strings",
        "[ ]",
        "Capabilities added on top of the podman default set.",
    ),
    described(
        "autoStart",
        "boolean",
        "true",
        "Adds default.target/multi-user.target to WantedBy; only effective at boot when the user lingers.",
    )
    .values(&["true", "false"]),
    described(
        "autoUpdate",
        "one of null, \"registry\", \"local\"",
        "null",
        "Opts this container in to podman auto-update.",
    )
    .values(&["null", "\"registry\"", "\"local\""]),
    described("description", "null or string", "null", "Unit description text."),
    described(
        "devices",
        "list of strings",
        "[ ]",
        "Host device nodes passed through.",
    ),
    described(
        "dropCapabilities",
        "list of strings",
        "[ ]",
        "Capabilities removed from the default set.",
    ),
    described(
        "entrypoint",
        "null or string",
        "null",
        "Replaces the image entrypoint.",
    ),
    described(
        "environment",
        "attribute set of strings, numbers, paths or lists of them",
        "{ }",
        "Variables of the environment. They are written to the store, so no secrets.",
    ),
    described(
        "environmentFile",
        "list of strings",
        "[ ]",
        "Files with environment variables, read by podman at run time; strings only, a path literal is a type error.",
    ),
    described("exec", "null or string", "null", "Command run in the container."),
    described(
        "extraConfig",
        "attribute set of sections",
        "{ }",
        "Sections and keys of the unit, laid over those that the module writes.",
    ),
    described(
        "extraPodmanArgs",
        "list of strings",
        "[ ]",
        "Options of `podman run`.",
    ),
    described(
        "group",
        "null or signed integer or string",
        "null",
        "Group inside the container.",
    ),
    described(
        "image",
        "string",
        "",
        "Image reference, or the name of a declared .image/.build unit.",
    ),
    described("ip4", "null or string", "null", "Static IPv4 address."),
    described("ip6", "null or string", "null", "Static IPv6 address."),
    described(
        "labels",
        "attribute set of strings",
        "{ }",
        "Container labels; io.containers.autoupdate here also opts in to auto-update.",
    ),
    described(
        "network",
        "string or list of strings",
        "[ ]",
        "Network mode or networks; a single string is accepted and turned into a list.",
    ),
    described(
        "networkAlias",
        "list of strings",
        "[ ]",
        "DNS aliases on the joined networks.",
    ),
    described(
        "ports",
        "list of strings",
        "[ ]",
        "Published ports, [[ip:]hostPort:]containerPort[/proto].",
    ),
    described(
        "user",
        "null or signed integer or string",
        "null",
        "User inside the container.",
    ),
    described(
        "userNS",
        "null or string",
        "null",
        "The user namespace, as `podman run --userns` takes it.",
    ),
    described(
        "volumes",
        "list of strings",
        "[ ]",
        "Bind mounts and volumes, source:dest[:options].",
    ),
];

//! Every rule, through the ways by which a value comes to an option: written out, a `let`, a function in another file,
//! an undecided `mkIf`, and from something that is not known.

use crate::ALL;
use nixpod_analysis::Confidence;
use nixpod_testing::{Fixture, pedantic_host, targets};

/// A rule, a module with `@` for a value, and a value that the rule is against.
const CASES: &[(&str, &str, &str)] = &[
    (
        "missing-private-users",
        "{ containers.web = { privateUsers = @; config = { }; }; }",
        "\"identity\"",
    ),
    (
        "sys-admin-capability",
        "{ containers.web = { additionalCapabilities = @; config = { }; }; }",
        "[ \"CAP_SYS_ADMIN\" ]",
    ),
    (
        "dangerous-capability",
        "{ containers.web = { additionalCapabilities = @; config = { }; }; }",
        "[ \"CAP_SYS_MODULE\" ]",
    ),
    (
        "failing-value",
        "{ containers.web = @; }",
        "{ privateUsers = \"nobody\"; config = { }; }",
    ),
    (
        "quadlet-invalid",
        "{ virtualisation.quadlet.containers.web = { containerConfig = @; }; }",
        "{ image = \"a:1\"; Pull = \"sometimes\"; }",
    ),
    (
        "unknown-capability",
        "{ containers.web = { additionalCapabilities = @; config = { }; }; }",
        "[ \"NET_ADMIN\" ]",
    ),
    (
        "unknown-option",
        "{ containers.web = @; }",
        "{ privateUser = \"no\"; config = { }; }",
    ),
    (
        "fuse-device",
        "{ boot.kernelPackages = pkgs.linuxPackages_6_12; containers.web = { allowedDevices = @; config.virtualisation.podman.enable = true; }; }",
        "[ { node = \"/dev/fuse\"; modifier = \"rw\"; } ]",
    ),
    (
        "shared-host-network",
        "{ virtualisation.oci-containers.containers.web = { image = \"a:1\"; extraOptions = @; }; }",
        "[ \"--network=host\" ]",
    ),
    (
        "ignored-network-option",
        "{ containers.web = { hostBridge = @; config = { }; }; }",
        "\"br0\"",
    ),
    (
        "public-forge-jobs",
        "{ services.github-runners.web = { enable = true; url = @; }; }",
        "\"https://github.com/o/r\"",
    ),
    (
        "x11-open-to-all",
        "{ services.xserver.displayManager.sessionCommands = @; }",
        "\"xhost +local:\"",
    ),
    (
        "x11-socket-bind",
        "{ containers.web = { bindMounts.a = { hostPath = @; mountPoint = \"/a\"; }; config = { }; }; }",
        "\"/tmp/.X11-unix\"",
    ),
    (
        "runtime-dir-bind",
        "{ containers.web = { bindMounts.a = { hostPath = @; mountPoint = \"/a\"; }; config = { }; }; }",
        "\"/run/user/1000\"",
    ),
    (
        "gpu-device",
        "{ containers.web = { bindMounts.a = { hostPath = @; mountPoint = \"/a\"; }; config = { }; }; }",
        "\"/dev/dri\"",
    ),
    (
        "engine-socket-bind",
        "{ containers.web = { bindMounts.a = { hostPath = @; mountPoint = \"/a\"; }; config = { }; }; }",
        "\"/run/podman/podman.sock\"",
    ),
    (
        "sensitive-bind",
        "{ containers.web = { bindMounts.a = { hostPath = @; mountPoint = \"/a\"; isReadOnly = false; }; config = { }; }; }",
        "\"/etc\"",
    ),
    (
        "secret-in-store",
        "{ virtualisation.oci-containers.containers.web = { image = \"a:1\"; environment.DB_PASSWORD = @; }; }",
        "\"plum-cartwheel-41\"",
    ),
    (
        "secret-file-in-store",
        "{ virtualisation.oci-containers.containers.web = { image = \"a:1\"; environmentFiles = @; }; }",
        "[ ./secrets.env ]",
    ),
    (
        "missing-linger",
        "{ users.users.app = { isNormalUser = true; linger = @; }; home-manager.users.app.services.podman.containers.web.image = \"a:1\"; }",
        "false",
    ),
    (
        "missing-subid-ranges",
        "{ users.users.app = { isNormalUser = true; subUidRanges = @; subGidRanges = [ ]; }; home-manager.users.app.services.podman.containers.web.image = \"a:1\"; }",
        "[ { startUid = 200000; count = 65536; } ]",
    ),
    (
        "colliding-subid-ranges",
        "{ users.users.alice.isNormalUser = true; users.users.bob = { isNormalUser = true; subUidRanges = @; }; }",
        "[ { startUid = 100000; count = 65536; } ]",
    ),
    (
        "nested-ids-out-of-range",
        "{ containers.pods = { privateUsers = \"pick\"; config = { users.users.app = { isNormalUser = true; autoSubUidGidRange = false; subUidRanges = @; }; home-manager.users.app.services.podman.containers.web.image = \"a:1\"; }; }; }",
        "[ { startUid = 100000; count = 65536; } ]",
    ),
    (
        "root-equivalent-group",
        "{ virtualisation.docker.enable = true; users.users.a = { isNormalUser = true; extraGroups = @; }; }",
        "[ \"docker\" ]",
    ),
    (
        "privileged-container",
        "{ virtualisation.oci-containers.containers.web = { image = \"a:1\"; privileged = @; }; }",
        "true",
    ),
    (
        "host-namespace",
        "{ virtualisation.oci-containers.containers.web = { image = \"a:1\"; extraOptions = @; }; }",
        "[ \"--pid=host\" ]",
    ),
    (
        "published-on-all-interfaces",
        "{ virtualisation.oci-containers.containers.web = { image = \"a:1\"; ports = @; }; }",
        "[ \"8080:80\" ]",
    ),
    (
        "unpinned-image",
        "{ virtualisation.oci-containers.containers.web = { image = @; }; }",
        "\"docker.io/library/nginx:latest\"",
    ),
    (
        "seccomp-unconfined",
        "{ virtualisation.oci-containers.containers.web = { image = \"a:1\"; extraOptions = @; }; }",
        "[ \"--security-opt=seccomp=unconfined\" ]",
    ),
    (
        "confinement-disabled",
        "{ virtualisation.oci-containers.containers.web = { image = \"a:1\"; extraOptions = @; }; }",
        "[ \"--security-opt=unmask=ALL\" ]",
    ),
    (
        "engine-api-exposed",
        "{ virtualisation.docker = { enable = true; listenOptions = @; }; }",
        "[ \"tcp://0.0.0.0:2375\" ]",
    ),
    (
        "insecure-registry",
        "{ virtualisation.containers.registries.insecure = @; }",
        "[ \"registry.lan:5000\" ]",
    ),
    (
        "secret-path-as-value",
        "{ virtualisation.oci-containers.containers.web = { image = \"a:1\"; environment.DB_PASSWORD = @; }; }",
        "\"/run/secrets/db\"",
    ),
    ("secret-file-mode", "{ age.secrets.db.mode = @; }", "\"0444\""),
    (
        "secret-read-at-eval",
        "{ virtualisation.oci-containers.containers.web = { image = \"a:1\"; environment.DB_PASSWORD = @; }; }",
        "(builtins.readFile /run/agenix/db)",
    ),
    (
        "host-loopback",
        "{ virtualisation.oci-containers.containers.web = { image = \"a:1\"; extraOptions = @; }; }",
        "[ \"--network=pasta:--map-gw\" ]",
    ),
    (
        "unlimited",
        "{ virtualisation.oci-containers.containers.web = { image = \"a:1\"; extraOptions = @; }; }",
        "[ \"--pids-limit=-1\" ]",
    ),
    (
        "unqualified-image",
        "{ virtualisation.oci-containers.containers.web = { image = @; }; }",
        "\"nginx:1.27\"",
    ),
    (
        "handwritten-podman-service",
        "{ systemd.services.web.script = @; }",
        "\"podman run --name web docker.io/library/nginx:1.27\"",
    ),
    (
        "unattended-update",
        "{ services.podman.containers.web = { image = \"a:1\"; autoUpdate = @; }; }",
        "\"registry\"",
    ),
    (
        "relabelled-system-dir",
        "{ virtualisation.oci-containers.containers.web = { image = \"a:1\"; volumes = @; }; }",
        "[ \"/etc:/host:z\" ]",
    ),
    (
        "store-rootfs-without-overlay",
        "{ virtualisation.quadlet.containers.web.containerConfig.rootfs = @; }",
        "\"/nix/store/abc-root\"",
    ),
    (
        "raw-config-discards-hardening",
        "{ virtualisation.quadlet.containers.web = { rawConfig = \"[Container]\\nImage=a:1\\n\"; containerConfig.noNewPrivileges = @; }; }",
        "true",
    ),
    (
        "shadowed-policy",
        "{ virtualisation.containers.registries.block = @; users.users.a.isNormalUser = true; home-manager.users.a.services.podman.containers.web.image = \"a:1\"; }",
        "[ \"docker.io\" ]",
    ),
    (
        "secret-in-arguments",
        "{ systemd.services.job.script = @; }",
        "\"podman run img tool --password $(cat /run/x)\"",
    ),
    (
        "root-in-container",
        "{ virtualisation.oci-containers.containers = @; }",
        "{ web.image = \"a:1\"; }",
    ),
    (
        "new-privileges-allowed",
        "{ virtualisation.oci-containers.containers = @; }",
        "{ web.image = \"a:1\"; }",
    ),
    (
        "capabilities-not-dropped",
        "{ virtualisation.oci-containers.containers = @; }",
        "{ web.image = \"a:1\"; }",
    ),
    (
        "writable-rootfs",
        "{ virtualisation.oci-containers.containers = @; }",
        "{ web.image = \"a:1\"; }",
    ),
    (
        "no-resource-limits",
        "{ virtualisation.oci-containers.containers = @; }",
        "{ web.image = \"a:1\"; }",
    ),
    (
        "credential-directory-bind",
        "{ virtualisation.oci-containers.containers.web = { image = \"a:1\"; volumes = @; }; }",
        "[ \"/home/a/.ssh:/k\" ]",
    ),
    (
        "env-host",
        "{ virtualisation.oci-containers.containers.web = { image = \"a:1\"; extraOptions = @; }; }",
        "[ \"--env-host\" ]",
    ),
    (
        "mount-propagation",
        "{ virtualisation.oci-containers.containers.web = { image = \"a:1\"; privileged = true; volumes = @; }; }",
        "[ \"/srv:/srv:rshared\" ]",
    ),
    (
        "input-devices",
        "{ virtualisation.oci-containers.containers.web = { image = \"a:1\"; devices = @; }; }",
        "[ \"/dev/input\" ]",
    ),
    (
        "wide-device-access",
        "{ virtualisation.oci-containers.containers.web = { image = \"a:1\"; devices = @; }; }",
        "[ \"/dev/sda\" ]",
    ),
    (
        "ports-without-effect",
        "{ virtualisation.oci-containers.containers.web = { image = \"a:1\"; extraOptions = [ \"--network=host\" ]; ports = @; }; }",
        "[ \"80:80\" ]",
    ),
    (
        "chowned-system-dir",
        "{ virtualisation.oci-containers.containers.web = { image = \"a:1\"; volumes = @; }; }",
        "[ \"/var/lib:/data:U\" ]",
    ),
    (
        "removed-option",
        "{ system.stateVersion = \"25.11\"; virtualisation.lxd.enable = @; }",
        "true",
    ),
    (
        "user-namespaces-disabled",
        "{ security.allowUserNamespaces = @; containers.web = { privateUsers = \"pick\"; config = { }; }; }",
        "false",
    ),
    (
        "fuse-overlayfs-storage",
        "{ virtualisation.containers.storage.settings.storage.driver = @; }",
        "\"vfs\"",
    ),
    (
        "writable-store-bind",
        "{ containers.web = { bindMounts.a = { hostPath = @; mountPoint = \"/a\"; isReadOnly = false; }; config = { }; }; }",
        "\"/nix\"",
    ),
    (
        "dead-flag",
        "{ containers.web = { extraFlags = @; config = { }; }; }",
        "[ \"--slice=web.slice\" ]",
    ),
    (
        "opaque-guest",
        "{ containers.web = { path = @; }; }",
        "\"/srv/web\"",
    ),
    (
        "will-not-start",
        "{ virtualisation.oci-containers.containers.web = { image = \"a:1\"; volumes = @; }; }",
        "[ \"/a:/data\" \"/b:/data\" ]",
    ),
    (
        "image-without-digest",
        "{ virtualisation.oci-containers.containers.web = { image = @; }; }",
        "\"docker.io/library/nginx:1.27.3\"",
    ),
    (
        "store-in-container",
        "{ virtualisation.oci-containers.containers.web = { image = \"a:1\"; volumes = @; }; }",
        "[ \"/nix/store:/nix/store:ro\" ]",
    ),
    (
        "empty-password",
        "{ users.users.a = { isNormalUser = true; hashedPassword = @; }; }",
        "\"\"",
    ),
    (
        "nix-trusted-user",
        "{ nix.settings.trusted-users = @; }",
        "[ \"*\" ]",
    ),
    (
        "runs-as-trusted",
        "{ nix.settings.trusted-users = [ \"ci\" ]; services.github-runners.web = { enable = true; user = @; }; }",
        "\"ci\"",
    ),
    (
        "engine-rights",
        "{ security.sudo.extraRules = [ { users = [ \"a\" ]; commands = @; } ]; }",
        "[ \"/run/current-system/sw/bin/podman\" ]",
    ),
    (
        "nested-podman-keyring",
        "{ containers.pods.config = { virtualisation.containers.containersConf.settings.containers.keyring = @; virtualisation.oci-containers.containers.web.image = \"a:1\"; }; }",
        "true",
    ),
    (
        "half-private-users",
        "{ containers.web = { privateUsers = @; config = { }; }; }",
        "1000",
    ),
    (
        "guest-firewall",
        "{ containers.db.config.networking.firewall.allowedTCPPorts = @; }",
        "[ 5432 ]",
    ),
    (
        "network-sanity",
        "{ containers.a = { privateNetwork = true; localAddress = \"192.0.2.2\"; config = { }; }; containers.b = { privateNetwork = true; localAddress = @; config = { }; }; }",
        "\"192.0.2.2\"",
    ),
    (
        "conflicting-options",
        "{ containers.web = { privateNetwork = true; networkNamespace = @; config = { }; }; }",
        "\"/run/netns/web\"",
    ),
    (
        "invalid-container-name",
        "{ containers = @; }",
        "{ my_web.config = { }; }",
    ),
    (
        "overridden-hardening",
        "lib.mkMerge [ { containers.web = { privateUsers = @; config = { }; }; } { containers.web.privateUsers = lib.mkForce \"no\"; } ]",
        "\"pick\"",
    ),
    (
        "nspawn-hardening-disabled",
        "{ containers.web = { extraFlags = @; config = { }; }; }",
        "[ \"--system-call-filter=open_by_handle_at\" ]",
    ),
    (
        "invalid-option-value",
        "{ virtualisation.oci-containers.containers.web = { image = \"a:1\"; ports = @; }; }",
        "[ \"80800:80\" ]",
    ),
];

/// The surest finding of a rule in a whole system of this module.
fn surest(rule: &str, module: &str, more: &str) -> Option<Confidence> {
    let flake = "{ inputs.other.url = \"github:o/other\"; outputs = { nixpkgs, other, ... }: { nixosConfigurations.h = \
                 nixpkgs.lib.nixosSystem { specialArgs = { inherit other; }; modules = [ ./main.nix ]; }; }; }";
    let fixture = format!(
        "#- /flake.nix\n{flake}\n#- /main.nix\n{{ config, lib, pkgs, other, ... }}: {module}\n#- /secrets.env\nDB_PASSWORD=plum-cart-77\n{more}"
    );
    let analysis = pedantic_host(ALL, &Fixture::parse(&fixture)).analysis();
    let findings = analysis.check(&targets()).findings;
    let own = findings.iter().filter(|finding| finding.diagnostic.rule == rule);
    own.map(|finding| finding.diagnostic.confidence).max()
}

#[test]
fn all_rules_have_a_case() {
    let mut of_cases: Vec<&str> = CASES.iter().map(|case| case.0).collect();
    let mut of_rules: Vec<&str> = ALL.iter().map(|rule| rule.meta.id).collect();
    of_cases.sort_unstable();
    of_rules.sort_unstable();
    assert_eq!(of_cases, of_rules, "each rule has one entry in `CASES` above");
}

#[test]
fn values_are_found_however_they_come() {
    let mut wrong = Vec::new();
    for &(rule, module, value) in CASES {
        let written = surest(rule, &module.replace('@', value), "");
        if written.is_none() {
            wrong.push(format!("{rule}, written out: nothing is found"));
        }
        let body = module.replace('@', "v");
        let bound = surest(rule, &format!("let v = {value}; in {body}"), "");
        if bound != written {
            wrong.push(format!("{rule}, let: {bound:?} instead of {written:?}"));
        }
        let called = surest(
            rule,
            &format!("let v = (import ./lib.nix).make {{ unused = 1; }}; in {body}"),
            &format!("#- /lib.nix\n{{ make = {{ unused }}: {value}; }}\n"),
        );
        if called != written {
            wrong.push(format!("{rule}, function: {called:?} instead of {written:?}"));
        }
        let guarded = format!("(lib.mkIf config.services.undecided.enable {value})");
        let guarded = surest(rule, &module.replace('@', &guarded), "");
        // Without the ranges the user would get others, so nothing is certain about them. A script that may not be there is
        // counted, and not read. What may not be there beats nothing for certain.
        let silent = guarded.is_none()
            && matches!(
                rule,
                "missing-subid-ranges"
                    | "secret-in-arguments"
                    | "overridden-hardening"
                    | "handwritten-podman-service"
            );
        if !silent && guarded.is_none_or(|confidence| confidence > Confidence::Medium) {
            wrong.push(format!("{rule}, mkIf: {guarded:?} instead of medium"));
        }
        let unknown = surest(rule, &module.replace('@', "other.lib.value"), "");
        if unknown.is_some() {
            wrong.push(format!("{rule}, unknown: {unknown:?} instead of nothing"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

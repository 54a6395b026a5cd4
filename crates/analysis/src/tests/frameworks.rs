//! Hosts that a framework finds are hosts as any other: seen as a whole, so that absence counts.

use super::check;
use expect_test::{Expect, expect};

/// One module with containers, and whatever makes hosts of it. `toy-absent` is about what nobody says.
fn hosts(files: &[(&str, &str)], expected: Expect) {
    let module = "{ containers.lone.autoStart = true; }";
    let mut all = vec![("pods.nix", module)];
    all.extend_from_slice(files);
    expected.assert_eq(&check(&all));
}

#[test]
fn of_blueprint() {
    hosts(
        &[
            (
                "flake.nix",
                r#"{
  inputs.blueprint.url = "github:numtide/blueprint";
  outputs = inputs: inputs.blueprint { inherit inputs; prefix = "nix/"; };
}"#,
            ),
            (
                "nix/hosts/oak/configuration.nix",
                "{ flake, ... }: { imports = [ flake.nixosModules.pods ]; }",
            ),
            (
                "nix/modules/nixos/pods.nix",
                "{ imports = [ ../../../pods.nix ]; }",
            ),
            (
                "nix/hosts/oak/users/ada.nix",
                r#"{ services.podman.containers.n = { image = "x"; extraPodmanArgs = [ "--all" ]; }; }"#,
            ),
        ],
        expect![[r#"
            nix/hosts/oak/users/ada.nix:1:69 `"--all"` high/high toy-flag: `n` uses `--all` [oak]
              fix (safe): Remove `--all`
            pods.nix:1:14 `lone` medium/high toy-absent: `lone` is not isolated [oak]
              fix (safe): Isolate it
        "#]],
    );
}

#[test]
fn of_easy_hosts() {
    hosts(
        &[
            (
                "flake.nix",
                r#"{
  inputs.flake-parts.url = "github:hercules-ci/flake-parts";
  inputs.easy-hosts.url = "github:tgirlcloud/easy-hosts";
  outputs = inputs: inputs.flake-parts.lib.mkFlake { inherit inputs; } {
    imports = [ inputs.easy-hosts.flakeModule ];
    easy-hosts = { autoConstruct = true; path = ./machines; shared.modules = [ ./pods.nix ]; };
  };
}"#,
            ),
            ("machines/x86_64-nixos/oak/default.nix", "{ }"),
        ],
        expect![[r#"
            pods.nix:1:14 `lone` medium/high toy-absent: `lone` is not isolated [oak]
              fix (safe): Isolate it
        "#]],
    );
}

#[test]
fn of_flakelight() {
    hosts(
        &[
            (
                "flake.nix",
                r#"{
  inputs.flakelight.url = "github:nix-community/flakelight";
  outputs = { flakelight, ... }: flakelight ./. { };
}"#,
            ),
            (
                "nix/nixosConfigurations/oak.nix",
                r#"{ system = "x86_64-linux"; modules = [ ../../pods.nix ]; }"#,
            ),
        ],
        expect![[r#"
            pods.nix:1:14 `lone` medium/high toy-absent: `lone` is not isolated [oak]
              fix (safe): Isolate it
        "#]],
    );
}

//! What every host leaves out, by a condition or otherwise.

use super::flake;
use super::islands::{check, check_with};
use crate::settings::Settings;
use expect_test::expect;

/// What a definition that could not be seen adds is not known: nothing is switched off by the names that it may have.
#[test]
fn nothing_is_off_for_names_that_could_not_be_seen() {
    check(
        &[
            (
                "flake.nix",
                &flake(&[("seen", "seen.nix"), ("unseen", "unseen.nix")]),
            ),
            (
                "box.nix",
                r#"
{ config, lib, ... }: {
  virtualisation.oci-containers.containers = {
    beside = lib.mkIf (config.containers ? vault) { image = "x"; extraOptions = [ "--all" ]; };
  };
}"#,
            ),
            ("seen.nix", "{ imports = [ ./box.nix ]; }"),
            (
                "unseen.nix",
                "{ vaults, lib, ... }: { imports = [ ./box.nix ]; config = lib.mkMerge [ vaults.config ]; }",
            ),
        ],
        expect![[r#"
            box.nix:4:83 `"--all"` high/medium toy-flag: `beside` uses `--all` [unseen]
              box.nix:4:24 `config.containers ? vault` only if this holds
            gap /p/unseen.nix: `a module's definitions`: `vaults.config` comes from outside
        "#]],
    );
    check(
        &[
            ("flake.nix", &flake(&[("seen", "box.nix")])),
            (
                "box.nix",
                r#"
{ config, lib, ... }: {
  virtualisation.oci-containers.containers.beside =
    lib.mkIf (config.containers ? vault) { image = "x"; extraOptions = [ "--all" ]; };
}"#,
            ),
        ],
        expect![[r#"
            left out (off): beside
        "#]],
    );
}

/// Who asks for it sees what all hosts leave out, as if none did, and what stands beside it only once.
#[test]
fn what_is_off_can_be_looked_at() {
    let settings = Settings {
        with_off: true,
        ..Settings::default()
    };
    check_with(
        settings,
        &[
            ("flake.nix", &flake(&[("box", "box.nix")])),
            (
                "box.nix",
                r#"
{ config, lib, ... }: {
  imports = [ ./shop.nix ] ++ lib.optional (1 > 2) ./never.nix;
  virtualisation.oci-containers.containers = lib.mkMerge [
    { off = lib.mkIf false { image = "x"; extraOptions = [ "--all" ]; }; }
    (lib.optionalAttrs (1 > 2) { neither = { image = "x"; extraOptions = [ "--all" ]; }; })
    (if config.shop.enable then { first = { image = "x"; extraOptions = [ "--all" ]; }; } else { second = { image = "x"; extraOptions = [ "--all" ]; }; })
  ];
}"#,
            ),
            ("never.nix", r#"{ containers.never.autoStart = true; }"#),
            (
                "shop.nix",
                r#"
{ config, lib, ... }: {
  options.shop.enable = lib.mkEnableOption "the shop";
  options.shop.flags = lib.mkOption { default = [ "--all" ]; };
  config = lib.mkIf config.shop.enable {
    virtualisation.oci-containers.containers.shop = { image = "x"; extraOptions = config.shop.flags; };
  };
}"#,
            ),
        ],
        expect![[r#"
            box.nix:5:60 `"--all"` high/medium toy-flag: `off` uses `--all` [box.nix]
            box.nix:6:76 `"--all"` high/medium toy-flag: `neither` uses `--all` [box.nix]
            box.nix:7:75 `"--all"` high/medium toy-flag: `first` uses `--all` [box.nix]
            box.nix:7:139 `"--all"` high/high toy-flag: `second` uses `--all` [box]
            never.nix:1:14 `never` medium/medium toy-absent: `never` is not isolated [never.nix] imported by no host
            shop.nix:4:51 `"--all"` high/medium toy-flag: `shop` uses `--all` [shop.nix]
              shop.nix:6:68 `extraOptions` set here
            gap /p/shop.nix: `virtualisation.oci-containers.containers.shop`: which options it is started with is not known: hosts that leave it out may set option `shop.flags`, which is not looked at here
        "#]],
    );
}

/// A container that is on beside one that is off goes with its guest, and one that is off in a guest has its system.
#[test]
fn guests_beside_what_is_off_are_told_elsewhere() {
    let settings = Settings {
        with_off: true,
        ..Settings::default()
    };
    check_with(
        settings,
        &[
            ("flake.nix", &flake(&[("box", "box.nix")])),
            (
                "box.nix",
                r#"
{ lib, ... }: lib.mkMerge [
  { containers.on.config = { }; }
  (lib.mkIf false { containers.off.config = { }; })
  {
    containers.outer.config = {
      containers = lib.mkIf false { inner.config = { }; };
    };
  }
]"#,
            ),
        ],
        expect![[r#"
            box.nix:3:16 `on` medium/high toy-absent: `on` is not isolated [box]
            box.nix:4:32 `off` medium/medium toy-absent: `off` is not isolated [box.nix]
            box.nix:6:16 `outer` medium/high toy-absent: `outer` is not isolated [box]
            box.nix:7:37 `inner` medium/medium toy-absent: `inner` is not isolated [box.nix: containers.outer.config]
        "#]],
    );
}

/// What stands in the argument of a function that nobody knows is off all the same.
#[test]
fn under_a_condition_that_is_written_as_false_everything_is_off() {
    check(
        &[(
            "a.nix",
            r#"{ lib, shop, ... }: { config = lib.mkIf false (shop.merge [ { containers.quiet.config = { }; } ]); }"#,
        )],
        expect![[r#"
            left out (off): quiet
        "#]],
    );
}

/// The jobs of such a runner run on the machine itself.
#[test]
fn runners_without_containers_are_told() {
    check(
        &[(
            "a.nix",
            r#"
{ config, ... }: {
  services.gitlab-runner = { enable = true; services.shell.executor = "shell"; };
  services.gitea-actions-runner.instances = {
    oak = { enable = true; labels = [ "native:host" ]; };
    elm = { enable = true; labels = config.shop.labels; };
  };
}"#,
        )],
        expect![[r#"
            left out (no-container): shell
            left out (no-container): oak
        "#]],
    );
}

/// Of two conditions that exclude each other both cannot hold.
#[test]
fn opposites_are_looked_at_one_by_one() {
    let settings = Settings {
        with_off: true,
        ..Settings::default()
    };
    check_with(
        settings,
        &[
            ("flake.nix", &flake(&[("box", "box.nix")])),
            (
                "box.nix",
                r#"
{ config, lib, ... }: {
  imports = [ ./shop.nix ];
  shop.flags = [ "--all" ];
}"#,
            ),
            (
                "shop.nix",
                r#"
{ config, lib, ... }:
let cfg = config.shop; in {
  options.shop.enable = lib.mkEnableOption "the shop";
  options.shop.large = lib.mkEnableOption "more";
  options.shop.flags = lib.mkOption { };
  config.virtualisation.oci-containers.containers = lib.mkMerge [
    (lib.mkIf (cfg.enable && cfg.large) { both = { image = "x"; extraOptions = [ "--all" ]; autoStart = true; }; })
    (lib.mkIf (cfg.enable && !cfg.large) { both = { image = "y"; extraOptions = cfg.flags; autoStart = false; }; })
  ];
}"#,
            ),
        ],
        expect![[r#"
            shop.nix:8:82 `"--all"` high/medium toy-flag: `both` uses `--all` [shop.nix]
            gap /p/shop.nix: `virtualisation.oci-containers.containers.both`: which options it is started with is not known: hosts that leave it out may set option `shop.flags`, which is not looked at here
        "#]],
    );
}

/// Only a condition that was decided switches something off.
#[test]
fn what_depends_on_a_condition_that_fails_is_not_off() {
    check(
        &[
            ("flake.nix", &flake(&[("box", "box.nix")])),
            (
                "box.nix",
                r#"
{ unknown, ... }: {
  containers = if throw "no" then { a.autoStart = true; } else { b.autoStart = true; };
  virtualisation.oci-containers.containers = if unknown.on
    then { db = { image = "x"; extraOptions = [ "--all" ]; }; }
    else { db = { image = "x"; }; };
}"#,
            ),
        ],
        expect![[r#"
            box.nix:5:49 `"--all"` high/medium toy-flag: `db` uses `--all` [box]
              box.nix:4:49 `unknown.on` only if this holds
            gap /p/box.nix: `containers`: evaluation fails: no
            gap /p/box.nix: container `a` (nspawn): nothing that was evaluated has it
            gap /p/box.nix: container `b` (nspawn): nothing that was evaluated has it
        "#]],
    );
}

/// What a host imports and does not have is no module that nobody imports.
#[test]
fn what_a_host_drops_is_off() {
    check(
        &[
            ("flake.nix", &flake(&[("box", "box.nix")])),
            (
                "box.nix",
                r#"
{ lib, ... }: {
  imports = [
    ./never.nix
    { virtualisation.oci-containers.containers = lib.mkDefault { weak = { image = "x"; extraOptions = [ "--all" ]; }; }; }
  ];
  disabledModules = [ ./never.nix ];
  virtualisation.oci-containers.containers.strong.image = "x";
  containers.web = lib.mkMerge [ (lib.mkDefault { autoStart = false; }) { autoStart = true; privateNetwork = true; } ];
}"#,
            ),
            ("never.nix", r#"{ containers.never.autoStart = true; }"#),
        ],
        expect![[r#"
            left out (off): weak
            left out (off): never
        "#]],
    );
}

/// Modules are disabled by their keys, too, which they may have of their own.
#[test]
fn what_a_host_drops_by_a_key_is_off() {
    check(
        &[
            ("flake.nix", &flake(&[("box", "box.nix")])),
            (
                "box.nix",
                r#"
{ lib, ... }: {
  imports = [
    ./keyed.nix
    { key = "here"; virtualisation.oci-containers.containers.inline = { image = "x"; extraOptions = [ "--all" ]; }; }
    { virtualisation.oci-containers.containers.kept = { image = "x"; extraOptions = [ "--all" ]; }; }
    ./other.nix
  ];
  disabledModules = [ { key = "keyed"; } "here" (import ./other.nix) ];
}"#,
            ),
            (
                "keyed.nix",
                r#"{ lib, ... }: { key = "keyed"; containers.keyed.autoStart = true; }"#,
            ),
            (
                "other.nix",
                r#"{ key = "other"; imports = [ ./below.nix ]; containers.other.autoStart = true; }"#,
            ),
            ("below.nix", r#"{ containers.below.autoStart = true; }"#),
        ],
        expect![[r#"
            box.nix:6:87 `"--all"` high/high toy-flag: `kept` uses `--all` [box]
            left out (off): below
            left out (off): inline
            left out (off): keyed
            left out (off): other
        "#]],
    );
}

/// A module that could not be read may set what a condition is about, but not what depends on nothing.
#[test]
fn what_is_off_beside_an_unread_module_is_so_as_far_as_seen() {
    let flake = |more: &str| {
        format!(
            "{{ outputs = {{ nixpkgs, odd, ... }}: {{ nixosConfigurations.box = nixpkgs.lib.nixosSystem {{ modules = [ ./box.nix {more} ]; }}; }}; }}"
        )
    };
    let module = r#"
{ config, lib, ... }: {
  imports = [ ./dropped.nix ];
  disabledModules = [ ./dropped.nix ];
  virtualisation.oci-containers.containers = lib.mkMerge [
    { seen = lib.mkIf config.services.openssh.enable { image = "x"; extraOptions = [ "--all" ]; }; }
    { never = lib.mkIf (1 > 2) { image = "x"; extraOptions = [ "--all" ]; }; }
  ];
  services.openssh.enable = lib.mkDefault false;
}"#;
    let dropped = "{ containers.dropped.autoStart = true; }";
    for (more, expected) in [
        (
            "",
            expect![[r#"
        left out (off): seen
        left out (off): never
        left out (off): dropped
    "#]],
        ),
        (
            "odd.nixosModules.x",
            expect![[r#"
        gap /p/flake.nix: `module`: `inputs.odd.nixosModules.x` comes from outside
        left out (off-as-far-as-seen): seen
        left out (off): never
        left out (off): dropped
    "#]],
        ),
    ] {
        check(
            &[
                ("flake.nix", &flake(more)),
                ("box.nix", module),
                ("dropped.nix", dropped),
            ],
            expected,
        );
    }
}

#[test]
fn what_is_off_on_every_host_is_told_and_so_are_machines_of_tests() {
    check(
        &[
            ("flake.nix", &flake(&[("box", "box.nix")])),
            (
                "box.nix",
                r#"
{ lib, ... }: {
  virtualisation.oci-containers.containers = lib.mkMerge [
    { never = lib.mkIf false { image = "x"; extraOptions = [ "--all" ]; }; }
    (lib.optionalAttrs (1 > 2) { neither = { image = "x"; extraOptions = [ "--all" ]; }; })
  ];
}"#,
            ),
            (
                "test.nix",
                r#"
{
  nodes.machine = { ... }: { virtualisation.oci-containers.containers.t = { image = "x"; extraOptions = [ "--all" ]; }; };
  testScript = "start_all()";
}"#,
            ),
        ],
        expect![[r#"
            left out (off): never
            left out (off): neither
            left out (test): t
            left out (test): <name>
        "#]],
    );
}

/// What the machine around a lone file is set to is said elsewhere: no default of NixOS switches anything off there.
#[test]
fn a_lone_file_is_not_switched_off_by_what_it_does_not_say() {
    check(
        &[
            (
                "by-name.nix",
                r#"
{ config, lib, ... }: lib.mkIf (config.networking.hostName == "web1") {
  containers.by-name = { autoStart = true; };
}"#,
            ),
            (
                "engine.nix",
                "{ config, lib, ... }: { containers = lib.mkIf config.virtualisation.podman.enable { engine.autoStart = true; }; }",
            ),
            (
                "said.nix",
                r#"
{ config, lib, ... }: {
  virtualisation.podman.enable = false;
  containers = lib.mkIf config.virtualisation.podman.enable { off.autoStart = true; };
}"#,
            ),
        ],
        expect![[r#"
            by-name.nix:3:14 `by-name` medium/medium toy-absent: `by-name` is not isolated [by-name.nix]
              by-name.nix:2:33 `config.networking.hostName == "web1"` only if this holds
            engine.nix:1:85 `engine` medium/medium toy-absent: `engine` is not isolated [engine.nix]
              engine.nix:1:47 `config.virtualisation.podman.enable` only if this holds
            left out (off): off
        "#]],
    );
}

/// What a condition says of an option holds wherever the file asks for it, by whatever name.
#[test]
fn what_is_taken_to_hold_holds_throughout() {
    let settings = Settings {
        with_off: true,
        ..Settings::default()
    };
    check_with(
        settings,
        &[
            ("flake.nix", &flake(&[("box", "box.nix")])),
            (
                "box.nix",
                r#"
{ config, lib, ... }:
let
  cfg = config.my.web;
  inherit (config.my) other;
in {
  options.my.web.enable = lib.mkEnableOption "web";
  options.my.other.enable = lib.mkEnableOption "other";
  config = lib.mkIf (cfg.enable && !other.enable) {
    virtualisation.oci-containers.containers.web = {
      image = "x";
      extraOptions = lib.optional (!config.my.web.enable) "--all" ++ lib.optional config.my.other.enable "--all"
        ++ (if config.my.web.enable then [ ] else [ "--all" ]);
    };
  };
}"#,
            ),
        ],
        expect![[r#""#]],
    );
}

/// What a function that is not known is given stands under the conditions around the call.
#[test]
fn what_is_given_under_a_condition() {
    check(
        &[
            ("flake.nix", &flake(&[("box", "box.nix")])),
            (
                "box.nix",
                r#"
{ lib, own, ... }:
let cfg = { on = true; off = false; }; in
{
  config = lib.mkMerge [
    (lib.mkIf cfg.off (own.merged [ { virtualisation.oci-containers.containers.off = { image = "x"; extraOptions = [ "--all" ]; }; } ]))
    (lib.mkIf cfg.on (own.merged [ { virtualisation.oci-containers.containers.on = { image = "x"; extraOptions = [ "--all" ]; }; } ]))
  ];
}"#,
            ),
        ],
        expect![[r#"
            box.nix:7:116 `"--all"` high/medium toy-flag: `on` uses `--all` [box.nix: config] imported by no host
            gap /p/box.nix: `a module's definitions`: `own.merged (…)` comes from outside
            left out (off): off
        "#]],
    );
}

/// Of a machine of systemd's that only says what no rule asks for.
#[test]
fn what_is_read_of_machines_is_not_told() {
    check(
        &[
            ("flake.nix", &flake(&[("box", "box.nix")])),
            (
                "box.nix",
                r#"
{
  systemd.nspawn.a = { execConfig.Boot = true; wantedBy = [ "machines.target" ]; };
  systemd.nspawn.b.execConfig.Boot = true;
  systemd.nspawn.c.wantedBy = [ "machines.target" ];
  systemd.nspawn.d = { enable = false; execConfig.Boot = true; };
}"#,
            ),
        ],
        expect![[r#"
            left out (off): d
        "#]],
    );
}

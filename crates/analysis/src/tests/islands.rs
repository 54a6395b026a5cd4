//! Containers that stand in the text and that no host has: evaluated where they stand, told as left out, or named.

use super::{flake, host, project, render};
use crate::settings::Settings;
use expect_test::{Expect, expect};
use std::fmt::Write as _;

/// Findings and gaps, and what is left out.
pub(super) fn check(files: &[(&str, &str)], expected: Expect) {
    check_with(Settings::default(), files, expected);
}

pub(super) fn check_with(settings: Settings, files: &[(&str, &str)], expected: Expect) {
    let (mut host, _) = host(files);
    host.set_settings(settings);
    let analysis = host.analysis();
    let report = analysis.check(&project());
    let mut out = render(&analysis, &report);
    for one in &report.left_out {
        let name = one.name.as_deref().unwrap_or("<name>");
        let _ = writeln!(out, "left out ({}): {name}", one.reason.as_str());
    }
    expected.assert_eq(&out);
}

#[test]
fn what_a_framework_makes_of_a_module_need_not_be_known() {
    check(
        &[(
            "aspects.nix",
            r#"
{ inputs, lib, ... }:
let
  tools = { flag = "--all"; };
in
{
  aspects.web.nixos = { config, ... }: {
    virtualisation.oci-containers.containers.web = { image = "x"; extraOptions = [ tools.flag ]; };
  };
  hosts = with tools; inputs.wrap.lib.mk (system: {
    virtualisation.oci-containers.containers.db = { image = "x"; extraOptions = [ (lib.id flag) ]; };
  });
}"#,
        )],
        expect![[r#"
            aspects.nix:4:20 `"--all"` high/high toy-flag: `db` uses `--all` [aspects.nix: hosts]
              aspects.nix:11:91 `flag` used here
            aspects.nix:4:20 `"--all"` high/high toy-flag: `web` uses `--all` [aspects.nix: aspects.web.nixos]
              aspects.nix:8:84 `tools.flag` used here
        "#]],
    );
}

#[test]
fn a_helper_that_nobody_calls_makes_a_template() {
    check(
        &[
            ("flake.nix", &flake(&[("box", "box.nix")])),
            ("box.nix", "{ }"),
            (
                "mk.nix",
                r#"
{ lib }: name: { image, tag ? null }: {
  virtualisation.oci-containers.containers.${name} = { inherit image; extraOptions = [ "--all" ]; };
}"#,
            ),
        ],
        expect![[r#"
            mk.nix:3:88 `"--all"` high/low toy-flag: `<name>` uses `--all` [mk.nix] imported by no host
            gap /p/mk.nix: `virtualisation.oci-containers.containers.<name>`: which image it runs is not known: `image` comes from outside
        "#]],
    );
}

#[test]
fn what_a_host_has_is_not_read_again() {
    let text =
        r#"{ virtualisation.oci-containers.containers.web = { image = "x"; extraOptions = [ "--all" ]; }; }"#;
    check(
        &[
            ("flake.nix", &flake(&[("box", "box.nix")])),
            ("box.nix", "{ imports = [ (import ./mk.nix { }) ]; }"),
            ("mk.nix", &format!("{{ }}: {text}")),
        ],
        expect![[r#"
            mk.nix:1:87 `"--all"` high/high toy-flag: `web` uses `--all` [box]
              box.nix:1:16 `import ./mk.nix { }` passed through this call
        "#]],
    );
}

/// What a test imports and nothing else does is a part of its machines, and so is what that imports.
#[test]
fn files_that_only_tests_import_are_counted_as_machines_of_tests() {
    let with = |name: &str, imports: &str| {
        format!(
            "{{ ... }}: {{ imports = [ {imports} ]; virtualisation.oci-containers.containers.{name} = {{ image = \"x\"; extraOptions = [ \"--all\" ]; }}; }}"
        )
    };
    let test = r#"{ pkgs, ... }:
let common = ./common.nix; in
pkgs.testers.runNixOSTest {
  nodes.machine = { imports = [ common ./profile.nix ../shared.nix ../entry ]; };
  testScript = "start_all()";
}"#;
    let flake = r#"{
  outputs = { nixpkgs, ... }: {
    nixosConfigurations.box = nixpkgs.lib.nixosSystem { modules = [ ./box.nix ]; };
    checks.one = nixpkgs.lib.nixos.runTest { nodes.a = { imports = [ ./tests/inline.nix ./box.nix ./idle.nix ]; }; testScript = ""; };
    nixosModules.idle = ./idle.nix;
  };
}"#;
    check(
        &[
            ("flake.nix", flake),
            ("box.nix", &with("box", "./shared.nix")),
            ("shared.nix", &with("shared", "")),
            ("idle.nix", &with("idle", "")),
            ("entry/default.nix", &with("entry", "")),
            ("other.nix", &with("other", "./entry")),
            ("tests/test.nix", test),
            ("tests/common.nix", &with("common", "")),
            ("tests/profile.nix", &with("profile", "./deep.nix")),
            (
                "tests/deep.nix",
                r#"{ systemd.services.web.environment.API_PASSWORD = "plum-cartwheel-41"; }"#,
            ),
            ("tests/inline.nix", &with("inline", "")),
        ],
        expect![[r#"
            box.nix:1:119 `"--all"` high/high toy-flag: `box` uses `--all` [box]
            entry/default.nix:1:109 `"--all"` high/medium toy-flag: `entry` uses `--all` [other.nix] imported by no host
            idle.nix:1:108 `"--all"` high/medium toy-flag: `idle` uses `--all` [nixosModules.idle] imported by no host
            other.nix:1:116 `"--all"` high/medium toy-flag: `other` uses `--all` [other.nix] imported by no host
            shared.nix:1:110 `"--all"` high/high toy-flag: `shared` uses `--all` [box]
            gap /p/tests/test.nix: `module`: `pkgs.testers.runNixOSTest (…)` comes from outside
            left out (test): common
            left out (test): inline
            left out (test): profile
        "#]],
    );
}

#[test]
fn what_nothing_comes_to_is_named() {
    check(
        &[
            ("flake.nix", &flake(&[("box", "box.nix")])),
            (
                "box.nix",
                "{ virtualisation.oci-containers.containers = inputs.x.containers; }",
            ),
            (
                "units.nix",
                r#"{ units."ledger.container".Container = { Image = "x"; Volume = [ "/:/host" ]; }; }"#,
            ),
            (
                "lost.nix",
                r#"
let name = throw "no"; in
{ a = x: { ${name} = { virtualisation.oci-containers.containers.lost = { image = "x"; extraOptions = [ "--all" ]; }; }; }; }"#,
            ),
        ],
        expect![[r#"
            lost.nix:3:104 `"--all"` high/medium toy-flag: `lost` uses `--all` [lost.nix: a.<name>] imported by no host
            gap /p/box.nix: `virtualisation.oci-containers.containers`: evaluation fails: undefined variable 'inputs'
        "#]],
    );
}

/// `toy-absent` is about what a container does not say.
#[test]
fn a_part_of_a_container_is_no_container_of_its_own() {
    let whole = "{ containers.proxy = { autoStart = true; privateNetwork = true; }; containers.lone = { autoStart = true; }; }";
    let part = "{ containers.proxy.config.services.nginx.enable = true; containers.other.config = { }; }";
    check(
        &[
            ("flake.nix", &flake(&[("box", "box.nix")])),
            ("box.nix", whole),
            ("part.nix", part),
        ],
        expect![[r#"
            box.nix:1:79 `lone` medium/high toy-absent: `lone` is not isolated [box]
            part.nix:1:68 `other` medium/medium toy-absent: `other` is not isolated [part.nix] imported by no host
        "#]],
    );
}

/// What `recursiveUpdate` makes of two sets stands where one of them does; the other is no container of its own.
#[test]
fn sets_that_are_put_together_are_one_container() {
    check(
        &[(
            "whole.nix",
            r#"
{ lib, ... }: {
  config = lib.recursiveUpdate { containers.x.autoStart = true; } { containers.x.privateNetwork = true; };
}"#,
        )],
        expect![[""]],
    );
}

/// Nothing but the configuration of a guest, in a value that only code of the user's own can make something of.
#[test]
fn a_guest_that_is_bound_to_a_name_is_named() {
    check(
        &[(
            "data.nix",
            "let web = { containers.z = { config = { }; }; }; in { hosts.h = web; }",
        )],
        expect![[r#"
            gap /p/data.nix: container `z` (nspawn): nothing that was evaluated has it
        "#]],
    );
}

/// A set called `containers` in an option of the code's own is neither an island nor off.
#[test]
fn an_option_of_the_codes_own_is_no_set_of_containers() {
    check(
        &[
            ("flake.nix", &flake(&[("box", "box.nix")])),
            (
                "box.nix",
                r#"
{ config, lib, ... }: {
  imports = [ ./shop.nix ./other.nix ];
  config = {
    shop.containers = { ledger.enable = true; ledger.autoStart = true; };
    other.containers.ledger = lib.mkIf false { autoStart = true; privateNetwork = true; };
    virtualisation.oci-containers.containers = lib.mkIf config.shop.containers.ledger.enable {
      ledger = { image = "x"; extraOptions = [ "--all" ]; };
    };
  };
}"#,
            ),
            (
                "shop.nix",
                r#"
{ lib, ... }: {
  options.shop.containers = lib.mkOption {
    type = lib.types.attrsOf (lib.types.submodule { options = { enable = lib.mkEnableOption "it"; autoStart = lib.mkEnableOption "it"; }; });
  };
}"#,
            ),
            (
                "other.nix",
                "{ lib, ... }: { options = { other = { containers.ledger = lib.mkOption { default = { }; }; }; }; }",
            ),
        ],
        expect![[r#"
            box.nix:8:48 `"--all"` high/high toy-flag: `ledger` uses `--all` [box]
        "#]],
    );
}

/// Code that makes modules of what quadlet-nix has, in a way of its own: who runs the containers is not known.
#[test]
fn options_of_quadlet_nix_are_read_wherever_they_stand() {
    check(
        &[(
            "shop.nix",
            r#"
{ delib, ... }: delib.module rec {
  name = "shop";
  home.ifEnabled = delib.rootless { } (quadlets: {
    autoEscape = true;
    containers.${name}.containerConfig = { image = "x"; podmanArgs = [ "--all" ]; };
    containers."${name}-db" = { autoStart = false; containerConfig.image = quadlets.image; };
  });
}"#,
        )],
        expect![[r#"
            shop.nix:6:72 `"--all"` high/high toy-flag: `shop` uses `--all` [shop.nix: home.ifEnabled]
            gap /p/shop.nix: `module`: `delib.module (…)` comes from outside
            gap /p/shop.nix: `virtualisation.quadlet.containers.shop-db`: which image it runs is not known: `quadlets.image` comes from outside
        "#]],
    );
}

/// Nobody can see a container in what is no set of options, although all of it was read.
#[test]
fn what_makes_no_container_is_named() {
    check(
        &[(
            "vars.nix",
            r#"
vars: let numbers = { first = 1; second = 2; }; in {
  containers = builtins.mapAttrs (_: number: number) numbers;
}"#,
        )],
        expect![[r#"
            gap /p/vars.nix: `containers.first`: evaluation fails: A definition for option `containers.first' is not of type `submodule'. Definition value: an integer
            gap /p/vars.nix: `containers.second`: evaluation fails: A definition for option `containers.second' is not of type `submodule'. Definition value: an integer
            gap /p/vars.nix: containers (nspawn): no container came of what is defined here
        "#]],
    );
}

/// Options of a fork of quadlet-nix are not known, but their shape tells.
#[test]
fn containers_of_another_quadlet_module_are_read() {
    check(
        &[(
            "a.nix",
            r#"{ home.shop.quadlet.containers.ledger = { containerConfig.podmanArgs = [ "--all" ]; }; }"#,
        )],
        expect![[r#"
            a.nix:1:74 `"--all"` high/high toy-flag: `ledger` uses `--all` [a.nix: home.shop.quadlet]
        "#]],
    );
}

#[test]
fn records_with_entries_that_are_no_sets_are_data() {
    check(
        &[(
            "vars.nix",
            r#"vars: { containers = builtins.mapAttrs (name: value: value) { idCount = 2000; groups = [ "ledger" ]; }; }"#,
        )],
        expect![[r#"
            gap /p/vars.nix: `containers.idCount`: evaluation fails: A definition for option `containers.idCount' is not of type `submodule'. Definition value: an integer
            gap /p/vars.nix: `containers.groups`: evaluation fails: A definition for option `containers.groups' is not of type `submodule'. Definition value: a list
        "#]],
    );
}

/// Tools that deploy several hosts have an option `nodes`.
#[test]
fn a_host_that_sets_something_of_others_is_no_test() {
    check(
        &[(
            "a.nix",
            r#"{ nodes.mail.services.postfix.enable = true; virtualisation.oci-containers.containers.ledger = { image = "x"; extraOptions = [ "--all" ]; }; }"#,
        )],
        expect![[r#"
            a.nix:1:128 `"--all"` high/high toy-flag: `ledger` uses `--all` [a.nix]
        "#]],
    );
}

/// A container of which a host says a part: an input that could not be read may define it.
#[test]
fn a_part_of_a_container_of_an_unread_module_is_not_judged_as_a_whole() {
    let flake = |modules: &str| {
        format!(
            "{{ outputs = {{ nixpkgs, extra, ... }}: {{ nixosConfigurations.box = nixpkgs.lib.nixosSystem {{ system = \"x86_64-linux\"; modules = [ {modules} ./box.nix ]; }}; }}; }}"
        )
    };
    let part = r#"{ containers.ledger.extraFlags = [ "--capability=CAP_NET_RAW" ]; containers.whole.config = { }; }"#;
    check(
        &[
            ("flake.nix", &flake("extra.nixosModules.guests")),
            ("box.nix", part),
        ],
        expect![[r#"
            box.nix:1:77 `whole` medium/high toy-absent: `whole` is not isolated [box]
            gap /p/flake.nix: `module`: `inputs.extra.nixosModules.guests` comes from outside
        "#]],
    );
    check(
        &[("flake.nix", &flake("")), ("box.nix", part)],
        expect![[r#"
        box.nix:1:14 `ledger` medium/high toy-absent: `ledger` is not isolated [box]
        box.nix:1:77 `whole` medium/high toy-absent: `whole` is not isolated [box]
    "#]],
    );
}

/// Files that the code writes by itself: what is in them is read, and a little less certain.
#[test]
fn sets_in_the_shape_of_quadlet_files_are_read() {
    let module = r#"{ config, lib, ... }: {
      programs.units.units."web.container".Container = { Image = "x"; PodmanArgs = [ "--all" ]; };
      my.units = lib.mkIf config.my.enable {
        "db.container" = { Container.PodmanArgs = "--all"; Service.Restart = "always"; };
        "all.pod".Pod.PublishPort = "80:80";
      };
    }"#;
    let files = [("flake.nix", &*flake(&[("box", "box.nix")])), ("box.nix", module)];
    check(
        &files,
        expect![[r#"
            box.nix:2:86 `"--all"` high/medium toy-flag: `web` uses `--all` [box.nix: programs.units.units.web.container]
            box.nix:4:51 `"--all"` high/medium toy-flag: `db` uses `--all` [box.nix: my.units.db.container]
        "#]],
    );
}

/// Nobody says that they are modules, so that no failure of theirs is a mistake of its own: all have one cause.
#[test]
fn files_that_are_no_modules_have_one_cause() {
    let (host, _) = host(&[
        ("flake.nix", &flake(&[("box", "box.nix")])),
        ("box.nix", "{ containers.web.config = { }; }"),
        (
            "helpers.nix",
            "{ lib }: { containers = map (x: x) [ 1 2 ]; users = [ ]; }",
        ),
        (
            "data.nix",
            r#"{ containers = { a = "10.0.0.1"; }; users = [ "a" ]; }"#,
        ),
        (
            "overlay.nix",
            "final: prev: { containers.a = prev.a; users = prev.users; }",
        ),
        (
            "tool.nix",
            r#"{ stdenv, fetchurl }: stdenv.mkDerivation { name = "containers"; }"#,
        ),
        ("number.nix", "let containers = 1; in containers"),
        ("words.nix", r#"{ lib, ... }: map lib.toUpper [ "a" ]"#),
        ("throws.nix", r#"{ lib, ... }: { users = throw "set it"; }"#),
        ("text.nix", r#"{ name, containers, ... }: "runs ${name}""#),
    ]);
    let report = host.analysis().check(&project());
    let mut out = String::new();
    for gap in &report.not_analysed {
        let _ = writeln!(out, "{}: {}", gap.cause.as_str(), gap.reason);
    }
    expect![[r#"
        alone: `a definition of containers.a`: evaluation fails: string '10.0.0.1' doesn't represent an absolute path
        alone: `users`: evaluation fails: `users' is defined as a list although it has options
        alone: `containers`: evaluation fails: A definition for option `containers' is not of type `attribute set of (submodule)'. Definition value: a list
        alone: `users`: evaluation fails: `users' is defined as a list although it has options
        alone: `module`: evaluation fails: an integer is not a module
        argument: `a definition of containers.a`: `an argument of the caller.a` comes from outside
        argument: `users`: `an argument of the caller.users` comes from outside
        alone: `users`: evaluation fails: set it
        alone: `module`: evaluation fails: string 'A' doesn't represent an absolute path
    "#]].assert_eq(&out);
}

/// Names of which only a part is known: each binding is read, and what is said of it names that part where it can.
#[test]
fn containers_of_half_known_names() {
    check(
        &[(
            "site.nix",
            r#"
{ site, ... }: {
  virtualisation.oci-containers.containers = {
    "probe-${site.card}" = { image = "probe"; extraOptions = [ "--all" ]; };
    "web-${site.name}" = { image = "web"; };
    ${site.other} = { image = "other"; };
    plain.image = "plain";
  };
  data.fork.containers."lab-${site.name}" = { autoStart = true; privateNetwork = true; };
}"#,
        )],
        expect![[r#"
            site.nix:4:64 `"--all"` high/medium toy-flag: `probe-…` uses `--all` [site.nix]
            gap /p/site.nix: container `lab-…` (nspawn): nothing that was evaluated has it
        "#]],
    );
}

/// What stands below an option whose name comes from outside is not read by anything, and not passed over either.
#[test]
fn what_is_set_in_an_option_of_an_unknown_name_is_named() {
    check(
        &[(
            "web.nix",
            r#"{ inputs, lib, ... }:
let known = "containers"; in
{
  ${inputs.engines.name}.web = { image = "x"; ports = [ "80:80" ]; };
  virtualisation.${inputs.engines.name}.containers.db = { image = "x"; ports = [ "80:80" ]; };
  ${known}.guest = { autoStart = true; };
}"#,
        )],
        expect![[r#"
            web.nix:6:12 `guest` medium/high toy-absent: `guest` is not isolated [web.nix]
            gap /p/web.nix: container `web` (oci-containers): the name of the option that it is set in is not known
            gap /p/web.nix: container `db` (oci-containers): the name of the option that it is set in is not known
        "#]],
    );
}

/// Somebody who switches off a container may leave nothing of it.
#[test]
fn an_empty_spec_that_is_switched_off_is_told() {
    check(
        &[
            ("flake.nix", &flake(&[("box", "box.nix")])),
            (
                "box.nix",
                "{ lib, ... }: { containers.off = lib.mkIf false { }; virtualisation.vmVariant.containers.test = { }; }",
            ),
        ],
        expect![[r#"
            left out (off): off
            left out (vm-variant): test
        "#]],
    );
}

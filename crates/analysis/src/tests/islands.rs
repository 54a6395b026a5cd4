//! Containers that stand in the text and that no host has: evaluated where they stand, told as left out, or named.

use super::{flake, host, project, render};
use expect_test::{Expect, expect};
use std::fmt::Write as _;

/// Findings and gaps, and what is left out.
fn check(files: &[(&str, &str)], expected: Expect) {
    let (host, _) = host(files);
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
        "#]],
    );
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
            gap /p/units.nix: quadlet file `ledger.container`: a set that the code makes a file of by itself
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

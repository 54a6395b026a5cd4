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
              box.nix:1:16 `import ./mk.nix { }` passed through this call
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

/// Options of a fork of quadlet-nix are not known, but their shape tells.
#[test]
fn containers_of_another_quadlet_module_are_named() {
    check(
        &[(
            "a.nix",
            r#"{ home.shop.quadlet.containers.ledger = { containerConfig.image = "x"; }; }"#,
        )],
        expect![[r#"
            gap /p/a.nix: container `ledger` (quadlet-nix): nothing that was evaluated has it
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
        gap /p/box.nix: quadlet file `all.pod`: a set that the code makes a file of by itself
    "#]],
    );
}

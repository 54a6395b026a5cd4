//! Specialisations as further hosts: what they have beside their parent is told, and nothing twice.

use super::{check, flake, host, project};
use expect_test::expect;

const BOX: &str = r#"{ lib, ... }: {
  virtualisation.oci-containers.containers.base.image = "docker.io/library/base:latest";
  virtualisation.oci-containers.containers.calm.image = "docker.io/library/calm:latest";
  containers.kept = { privateUsers = lib.mkDefault "pick"; config = { }; };
  specialisation.lab.configuration = {
    virtualisation.oci-containers.containers.base.privileged = true;
    containers.kept.privateUsers = "no";
  };
}"#;

#[test]
fn a_variant_has_what_its_parent_has_not() {
    let files = [("flake.nix", &*flake(&[("box", "box.nix")])), ("box.nix", BOX)];
    expect![[r#"
        box.nix:4:14 `kept` medium/high toy-absent: `kept` is not isolated [box]
          fix (safe): Isolate it
    "#]]
    .assert_eq(&check(&files));
}

#[test]
fn containers_of_a_variant_are_those_that_differ() {
    let (host, _) = host(&[("flake.nix", &*flake(&[("box", "box.nix")])), ("box.nix", BOX)]);
    let report = host.analysis().check(&project());
    let all: Vec<String> = report
        .containers
        .iter()
        .map(|one| format!("{} of {}", one.name, one.host))
        .collect();
    expect![[r#"
        kept of box
        base of box
        calm of box
        kept of variant lab of box
        base of variant lab of box"#]]
    .assert_eq(&all.join("\n"));
}

/// What only starts in another way is not evaluated again.
#[test]
fn idle_variants_are_no_hosts() {
    let module = r#"{ lib, ... }: {
      containers.a = { privateUsers = "pick"; };
      specialisation.rescue.configuration = { lib, ... }: { systemd.defaultUnit = lib.mkForce "rescue.target"; boot.kernelParams = [ "x" ]; };
      specialisation.vm.configuration = { boot.loader.timeout = 1; boot.kernelPackages = null; };
      specialisation.bare = { inheritParentConfig = false; configuration = { }; };
    }"#;
    let (host, _) = host(&[("flake.nix", &*flake(&[("box", "box.nix")])), ("box.nix", module)]);
    let report = host.analysis().check(&project());
    let all: Vec<&str> = report.roots.iter().map(|root| root.name.as_str()).collect();
    expect!["box, variant bare of box, variant vm of box"].assert_eq(&all.join(", "));
}

/// What is missing on the host is missing in its variant, and said once.
#[test]
fn gaps_of_a_variant_are_those_of_its_parent() {
    let module = r#"{ inputs, config, ... }: {
      imports = [ inputs.odd.nixosModules.x ];
      containers.a = { autoStart = true; bindMounts = inputs.odd.mounts; };
      containers.b.path = inputs.odd.mounts + 1;
      specialisation.lab.configuration = { imports = [ inputs.other.nixosModules.y ]; };
    }"#;
    let flake = r#"{
      inputs.odd.url = "github:someone/odd";
      inputs.other.url = "github:someone/other";
      outputs = { nixpkgs, ... }@inputs: {
        nixosConfigurations.box = nixpkgs.lib.nixosSystem { specialArgs = { inherit inputs; }; modules = [ ./box.nix ]; };
      };
    }"#;
    expect![[r#"
        box.nix:3:18 `a` medium/high toy-absent: `a` is not isolated [box]
          fix (safe): Isolate it
        box.nix:4:18 `b` medium/high toy-absent: `b` is not isolated [box]
          fix (safe): Isolate it
        gap /p/box.nix: `module`: `inputs.odd.nixosModules.x` comes from outside
        gap /p/box.nix: `containers.a`: what it mounts is not known: `inputs.odd.mounts` comes from outside
        gap /p/box.nix: `the guest of containers.b`: `path = ${inputs.odd.mounts}` comes from outside
        gap /p/box.nix: `a definition of specialisation.lab.configuration`: `inputs.other.nixosModules.y` comes from outside
    "#]].assert_eq(&check(&[("flake.nix", flake), ("box.nix", module)]));
}

/// A system that is no output by itself, and of which only what extends it is one; and one that a module makes of its own.
#[test]
fn systems_that_only_extend_modules_reaches() {
    let flake = r#"{
  outputs = { nixpkgs, ... }:
    let base = nixpkgs.lib.nixosSystem { modules = [ ./base.nix ]; }; in
    {
      nixosConfigurations.oak = base.extendModules { modules = [ ./more.nix ]; specialArgs.tag = "1"; };
      nixosConfigurations.elm = (base.extendModules { modules = [ { containers.e.autoStart = true; } ]; }).extendModules {
        modules = [ { virtualisation.oci-containers.containers.base.extraOptions = [ "--all" ]; } ];
      };
      nixosConfigurations.ash = nixpkgs.lib.nixosSystem { modules = [ ./ash.nix ]; };
    };
}"#;
    let files = [
        ("flake.nix", flake),
        (
            "base.nix",
            r#"{ virtualisation.oci-containers.containers.base.image = "x"; }"#,
        ),
        (
            "more.nix",
            "{ tag, ... }: { containers.${tag}.autoStart = true; }",
        ),
        (
            "ash.nix",
            r#"{ extendModules, ... }: {
  system.build.lab = (extendModules { modules = [ ./lab.nix ]; }).config.system.build.toplevel;
}"#,
        ),
        ("lab.nix", "{ containers.lab.autoStart = true; }"),
    ];
    expect![[r#"
        flake.nix:6:80 `e` medium/high toy-absent: `e` is not isolated [elm]
          fix (safe): Isolate it
        flake.nix:7:86 `"--all"` high/high toy-flag: `base` uses `--all` [elm]
          fix (safe): Remove `--all`
        lab.nix:1:14 `lab` medium/medium toy-absent: `lab` is not isolated [lab.nix] imported by no host
          fix (safe): Isolate it
        more.nix:1:30 `tag` medium/high toy-absent: `1` is not isolated [oak]
          fix (safe): Isolate it
    "#]]
    .assert_eq(&check(&files));
}

/// The module argument `extendModules` makes another system of the host, unless that is the guest of a container.
#[test]
fn what_extend_modules_makes_is_a_variant() {
    let module = r#"{ lib, extendModules, ... }:
let
  lab = extendModules { modules = [ { containers.kept.privateUsers = lib.mkForce "no"; } ]; };
  inner = extendModules { modules = [ { containers = lib.mkForce { only.privateUsers = "no"; }; } ]; };
in {
  containers.kept = { privateUsers = "pick"; config = { }; };
  containers.outer = { privateUsers = "pick"; path = inner.config.system.build.toplevel; };
  environment.etc."lab".source = lab.config.system.build.toplevel;
}"#;
    let (host, _) = host(&[("flake.nix", &*flake(&[("box", "box.nix")])), ("box.nix", module)]);
    let report = host.analysis().check(&project());
    let all: Vec<String> = { report.containers.iter() }
        .map(|one| format!("{} in {:?} of {}", one.name, one.inside, one.host))
        .collect();
    expect![[r#"
        kept in None of box
        only in Some("guest outer") of box
        outer in None of box
        kept in None of variant extendModules of box"#]]
    .assert_eq(&all.join("\n"));
}

/// A guest is not started as one of its specialisations, but what they say stands in the store.
#[test]
fn variants_of_guests_and_homes_are_named() {
    let module = r#"{
  containers.a = { privateUsers = "pick"; config.specialisation.lab.configuration.services.nginx.enable = true; };
  home-manager.users.ann.specialisation.dark.configuration.services.podman.enable = true;
}"#;
    expect![[r#"
        box.nix:2:14 `a` medium/high toy-absent: `a` is not isolated [box]
          fix (safe): Isolate it
        gap /p/box.nix: `specialisation.lab`: `a specialisation of a guest or a home` is not modelled
        gap /p/box.nix: `specialisation.dark`: `a specialisation of a guest or a home` is not modelled
    "#]]
    .assert_eq(&check(&[
        ("flake.nix", &*flake(&[("box", "box.nix")])),
        ("box.nix", module),
    ]));
}

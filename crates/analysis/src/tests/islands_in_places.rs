//! Islands in places where one would not look for a module, and what looks like one and is none.

use super::islands::check;
use super::{flake, host, project};
use expect_test::expect;
use std::fmt::Write as _;

/// What is handed to the maker of a container, or stands in what a guest is built of, is told.
#[test]
fn what_makes_a_guest_may_have_containers() {
    check(
        &[(
            "default.nix",
            r#"{ inputs, ... }: {
  containers.a = { privateUsers = "pick"; path = inputs.x.sys { modules = [ ({ ... }: { containers.b.config = { }; }) ]; }; };
  containers.c = inputs.x.mk { config = { containers.d.config = { }; }; };
}"#,
        )],
        expect![[r#"
            default.nix:2:14 `a` medium/high toy-absent: `a` is not isolated [default.nix]
            default.nix:2:100 `b` medium/high toy-absent: `b` is not isolated [default.nix: containers.a.path.modules]
            default.nix:3:54 `d` medium/high toy-absent: `d` is not isolated [default.nix: containers.c]
            gap /p/default.nix: `the guest of containers.a`: `path = ${inputs.x.sys (…)}` comes from outside
            gap /p/default.nix: `a definition of containers.c`: `inputs.x.mk (…)` comes from outside
        "#]],
    );
}

/// The guest is not the host, and what is in it is not the host's.
#[test]
fn an_island_in_a_guest_is_a_guest() {
    let (host, _) = host(&[(
        "default.nix",
        r#"{ inputs, ... }: {
  containers.a = { privateUsers = "pick"; config = inputs.x.mk { containers.b.config = { }; }; };
}"#,
    )]);
    let report = host.analysis().check(&project());
    let inside: Vec<String> = { report.containers.iter() }
        .map(|one| format!("{} in {:?} of {}", one.name, one.inside, one.host))
        .collect();
    expect![[r#"
        a in None of default.nix
        b in Some("default.nix: containers.a.config") of default.nix: containers.a.config"#]]
    .assert_eq(&inside.join("\n"));
}

/// What becomes a text is no module.
#[test]
fn a_set_that_becomes_a_text_is_no_island() {
    check(
        &[(
            "default.nix",
            r#"{ lib, pkgs, ... }: {
  environment.etc."a.json".text = builtins.toJSON { containers.a.config = { }; };
  environment.etc."b.json".source = (pkgs.formats.json { }).generate "b.json" { containers.b.config = { }; };
  environment.etc."c.yaml".text = lib.generators.toYAML { } { containers.c = { path = "/x"; config.a = 1; }; };
  services.telegraf.extraConfig.inputs.docker.containers.d.config = { };
}"#,
        )],
        expect![[r#"
            gap /p/default.nix: container `d` (nspawn): nothing that was evaluated has it
        "#]],
    );
}

#[test]
fn defaults_may_be_modules() {
    check(
        &[(
            "default.nix",
            r#"{ lib, extra ? { containers.a = { config = { }; }; }, ... }: {
  imports = [ extra ];
  options.my.base = lib.mkOption {
    type = lib.types.deferredModule;
    default = { containers.b = { config = { }; }; };
  };
  options.my.data = lib.mkOption { type = lib.types.attrs; default = { containers.c = { config = { }; }; }; };
}"#,
        )],
        expect![[r#"
            default.nix:1:29 `a` medium/high toy-absent: `a` is not isolated [default.nix]
            default.nix:5:28 `b` medium/high toy-absent: `b` is not isolated [default.nix: options]
            gap /p/default.nix: `module`: `extra` comes from outside
        "#]],
    );
}

/// Nix refuses the file; both definitions are looked at all the same.
#[test]
fn both_definitions_of_a_name_are_read() {
    check(
        &[(
            "default.nix",
            r#"{ lib, config, ... }: {
  containers = lib.mkIf config.my.x { a = { config = { }; }; };
  containers.b = { config = { }; };
  virtualisation = lib.mkMerge [ { oci-containers.containers.c = { image = "x"; extraOptions = [ "--all" ]; }; } ];
  virtualisation.oci-containers.containers.d = { image = "x"; extraOptions = [ "--all" ]; };
}"#,
        )],
        expect![[r#"
            default.nix:2:39 `a` medium/medium toy-absent: `a` is not isolated [default.nix]
              default.nix:2:25 `config.my.x` only if this holds
            default.nix:3:3 `containers.b` high/high parse-error: attribute `containers` is already defined, and 1 more error in this file
            default.nix:3:14 `b` medium/high toy-absent: `b` is not isolated [default.nix]
            default.nix:4:98 `"--all"` high/high toy-flag: `c` uses `--all` [default.nix]
            default.nix:5:80 `"--all"` high/high toy-flag: `d` uses `--all` [default.nix]
        "#]],
    );
}

/// A specialisation has no specialisations.
#[test]
fn a_variant_of_a_variant_is_none() {
    let module = r#"{
  specialisation.lab.configuration = {
    boot.tmp.useTmpfs = true;
    specialisation.deep.configuration.containers.a.config = { };
  };
}"#;
    check(
        &[("flake.nix", &flake(&[("box", "box.nix")])), ("box.nix", module)],
        expect![[r#"
            left out (off): a
        "#]],
    );
}

/// Quadlet files that the code makes by itself are read together: a container has what its pod says.
#[test]
fn units_of_the_codes_own_are_read_together() {
    let files = [(
        "default.nix",
        r#"{
  my.files."p.pod".Pod = { PodmanArgs = "--pid=host"; Volume = [ "/srv:/s" ]; };
  my.files."c.container".Container = { Image = "docker.io/x/y:1"; Pod = "p.pod"; };
  my.files."k.kube".Kube = { Yaml = "k.yaml"; };
}"#,
    )];
    check(
        &files,
        expect![[r#"
        gap /p/default.nix: quadlet file `k.kube`: a set that the code makes a file of by itself
    "#]],
    );
    let (host, _) = host(&files);
    let mut facts = String::new();
    host.analysis().worlds(&project(), |world| {
        for container in world.containers.values() {
            for mount in container.mounts.iter().filter_map(|mount| mount.value()) {
                let _ = writeln!(facts, "{} mounts {}", container.name, mount.source.display());
            }
            for space in container.namespaces.iter().filter_map(|space| space.value()) {
                let _ = writeln!(
                    facts,
                    "{} has {:?} for {}",
                    container.name, space.mode, space.kind
                );
            }
        }
    });
    expect![[r#"
        c mounts /srv
        c has Host for pid
    "#]]
    .assert_eq(&facts);
}

/// A name on the way to a module may be that of a set of containers.
#[test]
fn an_aspect_may_be_called_containers() {
    check(
        &[(
            "default.nix",
            r#"{
  den.aspects.server.provides.containers.nixos = { containers.a = { autoStart = true; config = { }; }; };
  shop.containers.web = { colour = "red"; parts.containers = [ "x" ]; };
}"#,
        )],
        expect![[r#"
            default.nix:2:63 `a` medium/high toy-absent: `a` is not isolated [default.nix: den.aspects.server.provides.containers.nixos]
        "#]],
    );
}

//! What the census of a file finds, and what is only called like a container.

use crate::census;
use expect_test::{Expect, expect};
use std::fmt::Write;

fn check(text: &str, expected: Expect) {
    let parsed = nixpod_syntax::parse(text);
    let mut out = String::new();
    let found = census(&parsed.hir);
    for site in found.specs {
        let name = site.name.as_deref().unwrap_or("<name>");
        let line = text[..usize::from(site.range(&parsed).start())].lines().count();
        let told = if site.is_told { "" } else { " perhaps" };
        let machine = site
            .machine
            .map_or(String::new(), |machine| format!(" of a {machine:?}"));
        let _ = writeln!(out, "{line} {} {name}{told}{machine}", site.surface.as_str());
    }
    for quadlet in found.quadlets {
        let line = text[..usize::from(parsed.map.range(quadlet.key).start())]
            .lines()
            .count();
        let _ = writeln!(out, "{line} quadlet file {}", quadlet.name);
    }
    expected.assert_eq(&out);
}

#[test]
fn each_definition_counts_once_however_it_is_wrapped() {
    check(
        r#"
{ config, lib, ... }: {
  options.my.containers = lib.mkOption { default = { }; };
  config = lib.mkIf config.my.enable {
    containers.web = { autoStart = true; };
    virtualisation.oci-containers.containers = lib.mkMerge [
      { db = { image = "db:1"; }; ${config.my.name} = lib.mkIf true { image = "x:1"; }; }
      (lib.mapAttrs (name: image: { inherit image; }) config.my.images)
    ];
    virtualisation = { quadlet = { enable = true; containers.cache.containerConfig.image = "cache:1"; }; };
    home-manager.users.ada = { services.podman.containers = { feed.image = "feed:1"; }; };
  };
}"#,
        expect![[r#"
            5 nspawn web
            7 oci-containers db
            7 oci-containers <name>
            6 oci-containers <name>
            10 quadlet-nix cache
            11 home-manager-podman feed
        "#]],
    );
}

/// One name of the path may be computed, and a call may stand around the rest.
#[test]
fn what_is_left_of_a_path_tells_enough() {
    check(
        r#"
{ ns, key, ext, ... }: {
  ${ns}.oci-containers.containers = { web.image = "x"; };
  virtualisation.oci-containers.${key} = { db.image = "x"; };
  virtualisation = ext.f { oci-containers = { containers.called.image = "x"; }; };
  ${ns}.${key}.containers.not.image = "x";
}"#,
        expect![[r#"
            4 oci-containers db
            5 oci-containers called
            3 oci-containers web
        "#]],
    );
}

/// The first name of an option may be computed, or the one below `virtualisation`: then the shape of what is below tells.
#[test]
fn what_looks_like_a_container_below_a_computed_option_counts() {
    check(
        r#"
{ ns, lib, ... }: {
  ${ns}.web = { image = "x"; ports = [ "80:80" ]; };
  ${ns} = { containers.db = { image = "x"; ports = [ "80:80" ]; }; tint = { image = "x"; colour = "y"; }; };
  virtualisation.${ns}.containers.queue = lib.mkIf false { image = "x"; ports = [ "80:80" ]; };
  ${ns}.guest = { privateNetwork = false; config = { }; };
  ${ns}.theme.image = "x";
  services.${ns}.web = { image = "x"; ports = [ "80:80" ]; };
  my.data = map (n: { ${n}.web = { image = "x"; ports = [ "80:80" ]; }; }) [ "a" ];
  config.${ns}.unit.containerConfig.image = "x";
}"#,
        expect![[r#"
            5 oci-containers queue
            10 quadlet-nix unit
            3 oci-containers web
            4 oci-containers db
            6 nspawn guest
        "#]],
    );
}

#[test]
fn an_empty_set_is_a_container_where_a_module_would_have_it() {
    check(
        r#"
{ lib, ... }: {
  containers.off = lib.mkIf false { };
  containers.bare = { };
  my.containers.not = { };
  virtualisation.vmVariant.containers.test = { };
}"#,
        expect![[r#"
            3 nspawn off
            4 nspawn bare
            6 nspawn test of a VmVariant
        "#]],
    );
}

#[test]
fn what_is_only_called_containers_does_not_count() {
    check(
        r#"
let containers = { a.config = { }; }; in
{
  virtualisation.containers.enable = true;
  services.x.containers.y = { config = 1; };
  nixosModules = { containers = import ./containers; pods = import ./pods; };
  containers.enable = true;
  vars.containers = { web = { autoStart = true; }; };
}"#,
        expect![[r#"
            2 nspawn a perhaps
            7 nspawn enable
            8 nspawn web perhaps
        "#]],
    );
}

#[test]
fn guests_hold_containers_of_their_own() {
    check(
        r#"
{ config.containers.outer = { config = { ... }: { containers.inner = { ephemeral = true; }; }; }; }"#,
        expect![[r#"
            2 nspawn inner
            2 nspawn outer
        "#]],
    );
}

#[test]
fn a_module_is_told_by_what_it_sets_and_not_by_where_it_stands() {
    check(
        r#"
{ inputs, ... }: {
  den.aspects.db.nixos = { containers.db = { autoStart = true; }; };
  flake.modules.nixos.web.virtualisation.oci-containers.containers.web = { image = "web:1"; };
  x = inputs.unknown.lib.mk (system: { networking.hostName = "y"; containers.q = { privateNetwork = true; }; });
  let.data.containers.y = { autoStart = true; };
  profiles.work.containers.shop = { color = "blue"; icon = "cart"; };
}"#,
        expect![[r#"
            3 nspawn db
            4 oci-containers web
            5 nspawn q
            6 nspawn y perhaps
        "#]],
    );
}

#[test]
fn containers_of_the_test_driver_are_machines() {
    check(
        r#"
{
  name = "t";
  containers.left = { autoStart = true; };
  containers.guest = { pkgs, ... }: { virtualisation.oci-containers.containers.deep = { image = "x"; }; };
  nodes.right = { containers.inner = { autoStart = true; }; };
  testScript = "start_all()";
}"#,
        expect![[r#"
            5 oci-containers deep of a NixosTest
            6 nspawn inner of a NixosTest
        "#]],
    );
}

#[test]
fn what_a_host_is_as_a_virtual_machine_is_told_from_the_host() {
    check(
        r#"
{
  containers.real.autoStart = true;
  virtualisation.vmVariant = { containers.scratch.autoStart = true; };
  virtualisation = {
    oci-containers.containers.web.image = "x";
    vmVariantWithBootLoader.virtualisation.oci-containers.containers.db.image = "y";
    vmVariantWithDisko.containers.disks.autoStart = true;
  };
}"#,
        expect![[r#"
            3 nspawn real
            4 nspawn scratch of a VmVariant
            6 oci-containers web
            7 oci-containers db of a VmVariant
            8 nspawn disks of a VmVariant
        "#]],
    );
}

/// What stands in a `let` before the description of a test is for its machines.
#[test]
fn what_a_test_is_made_of_is_of_the_test() {
    check(
        r#"
{ pkgs, ... }:
let common = { ... }: { containers.shared.autoStart = true; };
in pkgs.testers.runNixOSTest {
  name = "own";
  nodes.machine = { imports = [ common ]; containers.left.autoStart = true; };
  testScript = "";
}"#,
        expect![[r#"
            3 nspawn shared of a NixosTest
            6 nspawn left of a NixosTest
        "#]],
    );
}

#[test]
fn sets_in_the_shape_of_quadlet_files_are_named() {
    check(
        r#"
{
  programs.units.units."ledger.container".Container = { Image = "docker.io/library/nginx:latest"; };
  my.pods = { "web.pod" = { Pod.PublishPort = "80:80"; Install = { }; }; };
  files."notes.container" = { text = ""; };
  ".container".Container = { };
  app.container.Container = { };
}"#,
        expect![[r#"
            3 quadlet file ledger.container
            4 quadlet file web.pod
        "#]],
    );
}

/// Whatever leaves out some entries of a set leaves them written.
#[test]
fn what_is_filtered_counts_by_itself() {
    check(
        r#"
{ lib, ... }: {
  virtualisation.oci-containers.containers = lib.filterAttrs (name: _: name != "a") {
    a.image = "a";
    b.image = "b";
  };
  containers = if 1 > 2
    then { c.config = { }; }
    else removeAttrs (lib.getAttrs [ "d" ] {
      d.config = { };
    }) [ "d" ];
}"#,
        expect![[r#"
            4 oci-containers a
            5 oci-containers b
            8 nspawn c
            10 nspawn d
        "#]],
    );
}

/// What stands among containers says which kind they are, and where a shape says it, the options around do not matter.
#[test]
fn the_shape_tells_the_kind() {
    check(
        r#"
{
  apps.a = { tools, ... }: {
    containers = { server = { image = "x"; ports = [ ]; }; db = tools.mkPostgres { }; };
  };
  units = tools.mk {
    containers.${name} = { autoStart = false; containerConfig.image = "i"; };
    containers."${name}-db".containerConfig = { image = "j"; };
  };
}"#,
        expect![[r#"
            7 quadlet-nix <name>
            8 quadlet-nix …-db
        "#]],
    );
}

/// A set in each entry of a set, and a guest below more than one name.
#[test]
fn sets_in_sets() {
    check(
        r#"
{ config, lib, ... }: {
  virtualisation.arion.projects.media.settings = {
    project.name = "media";
    services.web = { service.image = "a:1"; nixos.configuration = { containers.inner = { autoStart = true; }; }; };
    services.db.service = lib.mkIf config.my.db { image = "b:1"; };
  };
  virtualisation.arion = { backend = "docker"; projects.${config.my.name} = { settings = { services = { app.service = { }; }; }; }; };
  services.gitlab-runner.services.build.dockerImage = "c:1";
  services.gitea-actions-runner.instances.act = { };
  programs.distrobox.containers.box.image = "d:1";
  services.web.service = { };
}"#,
        expect![[r#"
            5 nspawn inner
            5 arion web
            6 arion db
            8 arion app
            9 gitlab-runner build
            10 gitea-actions-runner act
            11 distrobox box
        "#]],
    );
}

/// Modules of a project of arion set no option of NixOS.
#[test]
fn projects_of_arion_wherever_they_stand() {
    check(
        r#"
{ arion, pkgs, lib, ... }: {
  a = arion.build { modules = [ { project.name = "z"; services.queue.service.privileged = true; } ]; };
  b = { config.services = { web = { pkgs, ... }: { service.image = "a:1"; }; ${pkgs.name}.service.image = "b:1"; }; };
  c = { docker-compose.services.db = lib.mkIf true { service.volumes = [ ]; }; };
  services.backup.service.timeout = 3;
  services.files = { enable = true; service = "x"; };
}"#,
        expect![[r#"
            3 arion queue
            4 arion web
            4 arion <name>
            5 arion db
        "#]],
    );
    check(
        r#"{ service = { useHostStore = true; }; nixos.configuration.containers.inner.autoStart = true; }"#,
        expect![[r#"
            1 arion <name>
            1 nspawn inner
        "#]],
    );
    check(r#"{ service = { enable = true; }; }"#, expect![[r#""#]]);
}

fn check_modules(text: &str, expected: Expect) {
    let parsed = nixpod_syntax::parse(text);
    let mut out = String::new();
    for site in census(&parsed.hir).specs {
        let name = site.name.as_deref().unwrap_or("<name>");
        let _ = writeln!(out, "{name} in {} ({:?})", site.module.path, site.module.kind);
    }
    expected.assert_eq(&out);
}

/// What homes and systems both have belongs to what the names around it say.
#[test]
fn names_tell_whose_module_it_is() {
    check_modules(
        r#"
{ delib, ... }: {
  flake.modules.homeManager.pods = { virtualisation.quadlet.containers.a.containerConfig.image = "x"; };
  flake.modules.nixos.pods = { virtualisation.quadlet.containers.b.containerConfig.image = "x"; };
  grove = delib.module {
    name = "pods";
    home.ifEnabled = { cfg, ... }: { virtualisation.quadlet.containers.c.containerConfig.image = cfg.image; };
    home.always.virtualisation.quadlet.containers.d.containerConfig.image = "x";
    nixos.ifEnabled.virtualisation.quadlet.containers.e.containerConfig.image = "x";
  };
}"#,
        expect![[r#"
            a in flake.modules.homeManager.pods (Home)
            b in flake.modules.nixos.pods (Nixos)
            c in grove.home.ifEnabled (Home)
            d in grove.home.always (Home)
            e in grove.nixos.ifEnabled (Nixos)
        "#]],
    );
}

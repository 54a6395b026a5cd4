//! What `cargo xtask reach` counts as container specs, and where it finds them.

use expect_test::{Expect, expect};
use nixpod_xtask::reach::{repository, sites};
use std::fmt::Write;

fn check(text: &str, expected: Expect) {
    let parsed = nixpod_syntax::parse(text);
    let mut out = String::new();
    for site in sites(&parsed) {
        let name = site.name.as_deref().unwrap_or("<name>");
        let line = text[..usize::from(site.range.start())].lines().count();
        let _ = writeln!(out, "{line} {} {name}", site.surface);
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
            7 nspawn enable
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
fn a_repository_is_told_by_what_its_hosts_have() {
    let directory = std::env::temp_dir().join(format!("nixpod-reach-{}", std::process::id()));
    let files = [
        (
            "flake.nix",
            "{ outputs = { nixpkgs, ... }: { nixosConfigurations.box = nixpkgs.lib.nixosSystem { modules = [ ./box.nix ./off.nix ]; }; }; }",
        ),
        (
            "box.nix",
            "{ pkgs, secrets, ... }: { containers.web = { autoStart = true; config = { }; }; virtualisation.oci-containers.containers = { a.image = \"a:${secrets.tag}\"; b = { image = \"b:1\"; cmd = [ \"${pkgs.hello}/bin/hello\" ]; }; }; }",
        ),
        (
            "off.nix",
            "{ lib, config, ... }: { options.my.pod = lib.mkEnableOption \"pod\"; config = lib.mkIf config.my.pod { containers.never = { autoStart = true; config = { }; }; }; }",
        ),
        (
            "old.nix",
            "{ ... }: { containers.old = { autoStart = true; config = { }; }; }",
        ),
    ];
    std::fs::create_dir_all(&directory).expect("a directory for the test");
    for (name, text) in files {
        std::fs::write(directory.join(name), text).expect("a file for the test");
    }
    let path = camino(&directory);
    let counted = repository(&path);
    let mut out = format!("{:?} {:?}\n", counted.hosts, counted.containers);
    for spec in &counted.specs {
        let name = spec.site.name.as_deref().unwrap_or("<name>");
        let _ = writeln!(
            out,
            "{} {name} {:?} {}",
            spec.file,
            spec.status,
            spec.reasons.join("; ")
        );
    }
    std::fs::remove_dir_all(&directory).expect("the test's own directory");
    expect![[r#"
        (1, 1) (3, 2)
        box.nix web OnHost 
        box.nix a OnHost `secrets.tag` comes from outside
        box.nix b OnHost 
        off.nix never Off 
        old.nix old NoHost 
    "#]]
    .assert_eq(&out);
}

fn camino(path: &std::path::Path) -> nixpod_analysis::Utf8PathBuf {
    let path =
        nixpod_analysis::Utf8PathBuf::from_path_buf(path.to_owned()).expect("a temporary path is UTF-8");
    path.canonicalize_utf8().expect("the test's own directory")
}

//! What modules and files that were not read may add.

use super::{check, check_flake, check_on_nixpkgs, check_roots};
use crate::file_root;
use expect_test::expect;
use nixpod_source::Utf8Path;

/// Who extends an option of an input does not say what else is in it.
#[test]
fn options_that_are_only_extended() {
    let paths = &["networking.domain", "networking.hostName", "time.timeZone"];
    let modules = r#"
#- /more.nix
{ lib, ... }: {
  options.age.secrets = lib.mkOption { type = lib.types.attrsOf (lib.types.submodule { options.vault = lib.mkOption { default = "none"; }; }); };
  options.mine = lib.mkOption { default = { }; type = lib.types.attrsOf (lib.types.submodule { options.vault = lib.mkOption { default = "none"; }; }); };
}
#- /main.nix
{ config, ... }: {
  age.secrets.k.file = ./k.age;
  mine.k.file = ./k.age;
  networking.domain = config.age.secrets.k.vault;
  networking.hostName = config.age.secrets.k.path;
  time.timeZone = config.mine.k.path;
}
"#;
    check_on_nixpkgs(
        &format!(
            r#"
  inputs.agenix.url = "github:ryantm/agenix";
  outputs = {{ nixpkgs, agenix, ... }}: {{
    nixosConfigurations.oak = nixpkgs.lib.nixosSystem {{ modules = [ agenix.nixosModules.default ./more.nix ./main.nix ]; }};
  }};
}}{modules}"#
        ),
        paths,
        expect![[r##"
            # oak Nixos closed=true missing=["agenix"] release=Some((25, 11))
            networking.domain = "none"
            networking.hostName = «unknown: option `age.secrets.k.path` is set nowhere in the analysed files»
            time.timeZone = «unknown: evaluation fails: attribute 'path' missing»
            gap: mine.k.file: evaluation fails: The option `mine.k.file' does not exist
        "##]],
    );
    // Where all modules were read it is wrong.
    check_on_nixpkgs(
        &format!(
            r#"
  outputs = {{ nixpkgs, ... }}: {{
    nixosConfigurations.oak = nixpkgs.lib.nixosSystem {{ modules = [ ./more.nix ./main.nix ]; }};
  }};
}}{modules}"#
        ),
        paths,
        expect![[r##"
            # oak Nixos closed=true missing=[] release=Some((25, 11))
            networking.domain = "none"
            networking.hostName = «unknown: evaluation fails: attribute 'path' missing»
            time.timeZone = «unknown: evaluation fails: attribute 'path' missing»
            gap: age.secrets.k.file: evaluation fails: The option `age.secrets.k.file' does not exist
            gap: mine.k.file: evaluation fails: The option `mine.k.file' does not exist
        "##]],
    );
}

/// A file that nobody imports does not know which networks, containers or units of the user's own others add.
#[test]
fn names_that_another_file_may_add() {
    check_roots(
        r#"
#- /alone.nix
{ config, lib, ... }: {
  options.mine = lib.mkOption { type = lib.types.attrsOf lib.types.str; };
  config = {
    mine.a = "a";
    virtualisation.quadlet.networks.here.networkConfig.internal = true;
    networking.hostName = config.virtualisation.quadlet.networks.shop.ref;
    networking.domain = config.virtualisation.quadlet.networks.here.ref;
    time.timeZone = config.mine.b;
    services.a.pods = config.virtualisation.quadlet.pods.shop.ref;
  };
}
"#,
        &[
            "networking.hostName",
            "networking.domain",
            "time.timeZone",
            "services.a.pods",
        ],
        expect![[r##"
            # alone.nix Nixos closed=false imported by no host missing=[] release=None
            networking.hostName = «unknown: option `virtualisation.quadlet.networks.shop.ref` is set nowhere in the analysed files»
            networking.domain = "here.network"
            time.timeZone = «unknown: option `mine.b` is set nowhere in the analysed files»
            services.a.pods = «unknown: option `virtualisation.quadlet.pods.shop.ref` is set nowhere in the analysed files»
        "##]],
        |ev, library| {
            let path = Utf8Path::new("/p/alone.nix");
            vec![file_root(ev, library, path, "alone.nix".to_owned(), true)]
        },
    );
}

/// A file that is perhaps imported and is no Nix by its name is not read.
#[test]
fn texts_that_are_perhaps_imported() {
    check_flake(
        r#"
#- /flake.nix
{
  inputs.nixpkgs.url = "github:NixOS/nixpkgs/nixos-25.11";
  inputs.odd.url = "github:someone/odd";
  outputs = { nixpkgs, odd, ... }: {
    nixosConfigurations.oak = nixpkgs.lib.nixosSystem { modules = builtins.filter odd.lib.isModule (nixpkgs.lib.filesystem.listFilesRecursive ./modules); };
    nixosConfigurations.elm = nixpkgs.lib.nixosSystem { modules = builtins.filter (nixpkgs.lib.hasSuffix ".nix") (nixpkgs.lib.filesystem.listFilesRecursive ./modules); };
  };
}
#- /modules/a.nix
{ networking.domain = "a"; }
#- /modules/README.md
# All of them (
"#,
        &["networking.domain"],
        expect![[r##"
            # elm Nixos closed=true missing=[] release=Some((25, 11))
            networking.domain = "a"
            # oak Nixos closed=false missing=["odd"] release=Some((25, 11))
            networking.domain = «one of: "a" | null»
            gap: module: `inputs.odd.lib.isModule (…)` comes from outside
        "##]],
    );
}

/// Images that Nix makes or pulls say what they are called.
#[test]
fn names_of_images() {
    check(
        r#"
#- /main.nix
{ pkgs, ... }:
let
  inherit (pkgs) dockerTools;
  pulled = dockerTools.pullImage { imageName = "registry.example/web"; imageDigest = "sha256:00"; hash = ""; finalImageTag = "1"; };
  renamed = dockerTools.pullImage { imageName = "web"; imageDigest = "sha256:00"; finalImageName = "own/web"; };
  built = dockerTools.buildLayeredImage { name = "Shop"; tag = "3"; };
in {
  networking.hostName = pulled.destNameTag;
  networking.domain = renamed.destNameTag;
  time.timeZone = "${built.imageName}:${built.imageTag}";
  services.a.image = "${(dockerTools.streamLayeredImage { name = "shop"; }).imageTag}";
}
"#,
        &[
            "networking.hostName",
            "networking.domain",
            "time.timeZone",
            "services.a.image",
        ],
        expect![[r#"
            networking.hostName = "registry.example/web:1"
            networking.domain = "own/web:latest"
            time.timeZone = "shop:3"
            services.a.image = "${«unknown: `pkgs.dockerTools.buildImage.imageTag` comes from outside»}"
        "#]],
    );
}

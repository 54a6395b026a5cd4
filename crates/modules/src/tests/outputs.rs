//! Outputs of a flake that are roots beside its hosts.

use super::{check_file, check_roots, on_nixpkgs};
use crate::{flake_roots, module_roots};
use expect_test::{Expect, expect};
use nixpod_source::Utf8Path;

fn check(rest: &str, expected: Expect) {
    check_roots(&on_nixpkgs(rest), &[], expected, |ev, library| {
        let (mut roots, outputs) = flake_roots(ev, library, Utf8Path::new("/p"));
        let has_hosts = !roots.is_empty();
        if let Some(outputs) = outputs {
            roots.extend(module_roots(ev, library, &outputs, has_hosts, &|hir, _| {
                hir.names().iter().any(|name| name == "containers")
            }));
        }
        roots
    });
}

#[test]
fn only_what_no_host_imports_is_a_root() {
    check(
        r#"
  outputs = { self, nixpkgs, ... }: {
    nixosModules = {
      used = { ... }: { containers.u.autoStart = true; };
      file = ./file.nix;
      idle = { ... }: { containers.i.autoStart = true; };
      idle-file = ./idle.nix;
      idle-set = { containers.s.autoStart = true; };
      other = { ... }: { services.nothing = 1; };
      broken = throw "never looked at";
    };
    homeModules.nest = { ... }: { services.podman.containers.n.image = "n"; };
    nixosConfigurations.oak = nixpkgs.lib.nixosSystem { modules = [ self.nixosModules.used self.nixosModules.file ]; };
  };
}
#- /file.nix
{ ... }: { containers.f.autoStart = true; }
#- /idle.nix
{ ... }: { containers.d.autoStart = true; }
"#,
        expect![[r#"
            # oak Nixos closed=true missing=[] release=Some((25, 11))
            # homeModules.nest Home closed=false imported by no host missing=[] release=None
            # nixosModules.idle Nixos closed=false imported by no host missing=[] release=None
            # nixosModules.idle-file Nixos closed=false imported by no host missing=[] release=None
            # nixosModules.idle-set Nixos closed=false imported by no host missing=[] release=None
            # nixosModules.other Nixos closed=false imported by no host missing=[] release=None
        "#]],
    );
}

#[test]
fn a_library_of_modules_has_roots_of_its_own() {
    check(
        r#"
  inputs.flake-parts.url = "github:hercules-ci/flake-parts";
  inputs.import-tree.url = "github:vic/import-tree";
  outputs = inputs: inputs.flake-parts.lib.mkFlake { inherit inputs; } (inputs.import-tree ./modules);
}
#- /modules/a.nix
{ self, ... }: { flake.nixosModules.default = { imports = [ self.nixosModules.pods ]; containers.a.autoStart = true; }; }
#- /modules/b.nix
{ flake.nixosModules.pods = { config, ... }: { containers.p.autoStart = true; }; }
#- /modules/c.nix
{ flake.modules.nixos.cave = { config, ... }: { containers.c.autoStart = true; }; }
"#,
        expect![[r#"
            # nixosModules.default Nixos closed=false missing=[] release=None
            # modules.nixos.cave Nixos closed=false missing=[] release=None
        "#]],
    );
}

/// A file that no host imports sees the flake in whose tree it lies.
#[test]
fn an_orphan_sees_its_flake() {
    check_file(
        r#"
{ self, inputs, lib, ... }: {
  imports = [ self.nixosModules.base inputs.self.nixosModules.more "${self}/plain.nix" ];
  networking.hostName = self.nixosConfigurations.oak.config.networking.hostName;
  time.timeZone = if inputs.other.flag then "a" else "b";
}
#- /flake.nix
{ outputs = { self, nixpkgs }: {
    nixosModules.base.networking.domain = "base";
    nixosModules.more.containers.more.autoStart = true;
    nixosConfigurations.oak = nixpkgs.lib.nixosSystem { modules = [ { networking.hostName = "oak"; } ]; };
  };
}
#- /plain.nix
{ containers.plain.autoStart = true; }
"#,
        &[
            "networking.hostName",
            "networking.domain",
            "containers.more.autoStart",
            "containers.plain.autoStart",
            "time.timeZone",
        ],
        expect![[r##"
            # main.nix Nixos closed=false missing=[] release=None
            networking.hostName = "oak"
            networking.domain = "base"
            containers.more.autoStart = true
            containers.plain.autoStart = true
            time.timeZone = «one of: "a" | "b"»
        "##]],
    );
}

/// Home Manager looks for homes among packages, too: one that several platforms have is one.
#[test]
fn homes_among_packages_are_roots() {
    check(
        r#"
  inputs.home-manager.url = "github:nix-community/home-manager";
  outputs = { nixpkgs, home-manager, ... }:
    let
      home = name: home-manager.lib.homeManagerConfiguration { modules = [ { services.podman.containers.${name}.image = "x"; } ]; };
      each = f: nixpkgs.lib.genAttrs [ "x86_64-linux" "aarch64-linux" ] f;
    in
    {
      homeConfigurations.ada = home "a";
      legacyPackages = each (system: nixpkgs.legacyPackages.${system} // { homeConfigurations = { ada = home "a"; bob = home "b"; }; });
      packages = each (system: { homeConfigurations.${"eve-" + system} = home "e"; tool = throw "never looked at"; });
    };
}
"#,
        expect![[r#"
            # ada Home closed=true missing=[] release=Some((25, 11))
            # eve-aarch64-linux Home closed=true missing=[] release=Some((25, 11))
            # eve-x86_64-linux Home closed=true missing=[] release=Some((25, 11))
            # bob Home closed=true missing=[] release=Some((25, 11))
        "#]],
    );
}

/// `nixos-rebuild --flake .#alpha` finds a host that stands among the packages of its platform.
#[test]
fn systems_among_packages_are_roots() {
    check(
        r#"
  inputs.flake-utils.url = "github:numtide/flake-utils";
  outputs = { nixpkgs, flake-utils, ... }:
    let host = name: nixpkgs.lib.nixosSystem { modules = [ { containers.${name}.autoStart = true; } ]; };
    in flake-utils.lib.eachDefaultSystem (system: {
      packages.nixosConfigurations.alpha = host "a";
      legacyPackages.nixosConfigurations = { alpha = host "a"; beta = host "b"; };
    });
}
"#,
        expect![[r#"
            # alpha Nixos closed=true missing=[] release=Some((25, 11))
            # beta Nixos closed=true missing=[] release=Some((25, 11))
        "#]],
    );
}

/// NixOS makes a set of the name of a platform.
#[test]
fn the_platform_of_a_host() {
    check_file(
        r#"
{ config, lib, ... }: {
  nixpkgs.hostPlatform = "aarch64-linux";
  networking.hostName = config.nixpkgs.hostPlatform.system;
  containers.a.autoStart = config.nixpkgs.hostPlatform.isAarch64;
  containers.b.autoStart = config.nixpkgs.hostPlatform.isx86_64;
  containers.c.autoStart = config.nixpkgs.hostPlatform.isMusl;
}
"#,
        &[
            "networking.hostName",
            "containers.a.autoStart",
            "containers.b.autoStart",
            "containers.c.autoStart",
        ],
        expect![[r##"
            # main.nix Nixos closed=false missing=[] release=None
            networking.hostName = "aarch64-linux"
            containers.a.autoStart = true
            containers.b.autoStart = false
            containers.c.autoStart = «unknown: `lib.systems.elaborate.isMusl` comes from outside»
        "##]],
    );
}

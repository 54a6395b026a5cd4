//! What a flake gets from its inputs: flakes in its own tree, and nixpkgs by its paths.

use super::{check_file, check_flake, check_on_nixpkgs};
use expect_test::expect;

const IN_THE_TREE: &str = r#"
#- /flake.nix
{
  inputs.scheme.url = "path:./east";
  inputs.dot.url = "./east";
  inputs.plain.url = "path:east";
  outputs = inputs:
    let
      host = name:
        let east = inputs.${name}; in
        east.inputs.nixpkgs.lib.nixosSystem {
          system = "x86_64-linux";
          modules = [ east.nixosModules.default "${east}/shed.nix" "${east.sourceInfo.outPath}/barn.nix" {
            networking.hostName = "${east._type}-${east.outputs.tag}";
            networking.domain = if east ? nothing then "open" else "closed";
            time.timeZone = east.rev or "none";
          } ];
        };
    in
    { nixosConfigurations = builtins.listToAttrs (map (name: { inherit name; value = host name; }) [ "scheme" "dot" "plain" ]); };
}
#- /east/flake.nix
{
  inputs.nixpkgs.url = "github:NixOS/nixpkgs/nixos-25.11";
  outputs = { self, nixpkgs }: { tag = "east"; nixosModules.default = { containers.web.privateNetwork = true; }; };
}
#- /east/shed.nix
{ containers.shed.privateNetwork = true; }
#- /east/barn.nix
{ containers.barn.privateNetwork = true; }
"#;

/// An input in the tree is a flake as any other: it has its own inputs, and says where it is.
#[test]
fn flakes_in_the_tree_of_another() {
    check_flake(
        IN_THE_TREE,
        &[
            "containers.web.privateNetwork",
            "containers.shed.privateNetwork",
            "containers.barn.privateNetwork",
            "networking.hostName",
            "networking.domain",
            "time.timeZone",
        ],
        expect![[r##"
            # dot Nixos closed=true missing=[] release=None
            containers.web.privateNetwork = true
            containers.shed.privateNetwork = true
            containers.barn.privateNetwork = true
            networking.hostName = "flake-east"
            networking.domain = "closed"
            time.timeZone = «one of: «unknown: `inputs.dot.rev` comes from outside» | "none"»
            # plain Nixos closed=true missing=[] release=None
            containers.web.privateNetwork = true
            containers.shed.privateNetwork = true
            containers.barn.privateNetwork = true
            networking.hostName = "flake-east"
            networking.domain = "closed"
            time.timeZone = «one of: «unknown: `inputs.plain.rev` comes from outside» | "none"»
            # scheme Nixos closed=true missing=[] release=None
            containers.web.privateNetwork = true
            containers.shed.privateNetwork = true
            containers.barn.privateNetwork = true
            networking.hostName = "flake-east"
            networking.domain = "closed"
            time.timeZone = «one of: «unknown: `inputs.scheme.rev` comes from outside» | "none"»
        "##]],
    );
}

#[test]
fn nixpkgs_by_its_paths() {
    check_on_nixpkgs(
        r#"
  outputs = { nixpkgs, ... }:
    let
      system = "x86_64-linux";
      modules = [ { containers.web.privateNetwork = true; } ];
      pkgs = import "${nixpkgs.outPath}/pkgs/top-level/default.nix" { localSystem = system; };
    in
    {
      nixosConfigurations = {
        text = import "${nixpkgs}/nixos/lib/eval-config.nix" { inherit system modules; };
        out = import "${nixpkgs.outPath}/nixos/lib/eval-config.nix" { inherit system modules; };
        plus = import (nixpkgs + "/nixos/lib/eval-config.nix") { inherit system modules; };
        whole = import "${nixpkgs}/nixos" { inherit system; configuration = { imports = modules; }; };
        folder = (import "${nixpkgs}" { }).nixos { imports = modules; networking.hostName = (import "${nixpkgs}/pkgs/top-level" { }).lib.toUpper "a"; };
        direct = pkgs.nixos ({ ... }: { imports = modules; });
      };
    };
}
"#,
        &["containers.web.privateNetwork", "networking.hostName"],
        expect![[r##"
            # direct Nixos closed=true missing=[] release=Some((25, 11))
            containers.web.privateNetwork = true
            networking.hostName = "nixos"
            # folder Nixos closed=true missing=[] release=Some((25, 11))
            containers.web.privateNetwork = true
            networking.hostName = "A"
            # out Nixos closed=true missing=[] release=Some((25, 11))
            containers.web.privateNetwork = true
            networking.hostName = "nixos"
            # plus Nixos closed=true missing=[] release=Some((25, 11))
            containers.web.privateNetwork = true
            networking.hostName = "nixos"
            # text Nixos closed=true missing=[] release=Some((25, 11))
            containers.web.privateNetwork = true
            networking.hostName = "nixos"
            # whole Nixos closed=true missing=[] release=Some((25, 11))
            containers.web.privateNetwork = true
            networking.hostName = "nixos"
        "##]],
    );
}

/// A file that is a system, such as the `system.nix` of NixOS 26.05, is called as the host calls itself.
#[test]
fn a_system_file_names_its_host() {
    check_file(
        r#"
import <nixpkgs/nixos> { configuration = { imports = [ ./configuration.nix ]; }; }
#- /configuration.nix
{ networking.hostName = "oak"; containers.web.privateNetwork = true; }
"#,
        &["containers.web.privateNetwork"],
        expect![[r#"
            # oak Nixos closed=true missing=[] release=None
            containers.web.privateNetwork = true
        "#]],
    );
}

const LIBRARIES: &str = r#"
  inputs.home-manager.url = "github:nix-community/home-manager";
  outputs = { nixpkgs, home-manager, ... }:
    let
      system = "x86_64-linux";
      extended = nixpkgs.lib.extend (final: prev: { mine.name = prev.toUpper "mine"; inherit (final.mine) name; });
      beside = nixpkgs.lib // { mine.name = "beside"; };
      pkgs = import nixpkgs {
        inherit system;
        overlays = [ (final: prev: { lib = prev.lib.extend (_: _: { mine.name = "overlay"; }); tool = prev.hello; }) ];
      };
      modules = [ ({ lib, ... }: {
        networking.hostName = lib.mine.name;
        containers.web.config = { lib, ... }: { networking.domain = lib.mine.name; };
        home-manager.users.ann = { lib, ... }: { home.stateVersion = if lib ? hm then lib.mine.name else "no hm"; };
      }) ];
    in
    {
      nixosConfigurations = {
        given = nixpkgs.lib.nixosSystem { inherit system modules; lib = extended; };
        own = extended.nixosSystem { inherit system modules; };
        beside = nixpkgs.lib.nixosSystem { inherit system modules; lib = beside; };
        overlay = nixpkgs.lib.nixosSystem { inherit system modules; lib = pkgs.lib; };
        file = import "${nixpkgs}/nixos/lib/eval-config.nix" { inherit system modules; lib = extended; };
        special = nixpkgs.lib.nixosSystem { inherit system modules; specialArgs.lib = extended; };
      };
      homeConfigurations.ann = home-manager.lib.homeManagerConfiguration {
        inherit pkgs;
        modules = [ ({ lib, ... }: { networking.hostName = if lib ? hm then lib.mine.name else "no hm"; }) ];
      };
    };
}
"#;

/// The library that a system is made with is the one of its modules, with all that it was extended by.
#[test]
fn the_library_of_a_system() {
    let named = [
        "networking.hostName",
        "containers.web.config.networking.domain",
        "home-manager.users.ann.home.stateVersion",
    ];
    check_on_nixpkgs(
        LIBRARIES,
        &named,
        expect![[r##"
            # beside Nixos closed=true missing=[] release=Some((25, 11))
            networking.hostName = "beside"
            containers.web.config.networking.domain = "beside"
            home-manager.users.ann.home.stateVersion = "beside"
            # file Nixos closed=true missing=[] release=Some((25, 11))
            networking.hostName = "MINE"
            containers.web.config.networking.domain = "MINE"
            home-manager.users.ann.home.stateVersion = "MINE"
            # given Nixos closed=true missing=[] release=Some((25, 11))
            networking.hostName = "MINE"
            containers.web.config.networking.domain = "MINE"
            home-manager.users.ann.home.stateVersion = "MINE"
            # overlay Nixos closed=true missing=[] release=Some((25, 11))
            networking.hostName = "overlay"
            containers.web.config.networking.domain = "overlay"
            home-manager.users.ann.home.stateVersion = "overlay"
            # own Nixos closed=true missing=[] release=Some((25, 11))
            networking.hostName = "MINE"
            containers.web.config.networking.domain = "MINE"
            home-manager.users.ann.home.stateVersion = "MINE"
            # special Nixos closed=true missing=[] release=Some((25, 11))
            networking.hostName = "MINE"
            containers.web.config.networking.domain = «unknown: `lib.mine` is not modelled»
            home-manager.users.ann.home.stateVersion = "MINE"
            # ann Home closed=true missing=[] release=Some((25, 11))
            networking.hostName = "overlay"
            containers.web.config.networking.domain = «unknown: option `containers.web.config.networking.domain` is set nowhere in the analysed files»
            home-manager.users.ann.home.stateVersion = «unknown: option `home-manager.users.ann.home.stateVersion` is set nowhere in the analysed files»
        "##]],
    );
}

/// Containers that a flake builds for whatever host there is.
#[test]
fn containers_of_extra_container() {
    check_on_nixpkgs(
        r#"
  inputs.extra-container.url = "github:erikarvstedt/extra-container";
  outputs = { self, nixpkgs, extra-container, ... }:
    extra-container.lib.eachSupportedSystem (system: {
      packages.default = extra-container.lib.buildContainers {
        inherit system nixpkgs;
        config.containers.lab = { extra.addressPrefix = "10.77.0"; config = { pkgs, ... }: { networking.domain = "lab"; }; };
      };
      packages.hello = nixpkgs.legacyPackages.${system}.hello;
    });
}
"#,
        &[
            "containers.lab.privateNetwork",
            "containers.lab.localAddress",
            "containers.lab.config.networking.domain",
        ],
        expect![[r##"
            # packages.default Nixos closed=true missing=[] release=Some((25, 11))
            containers.lab.privateNetwork = true
            containers.lab.localAddress = "10.77.0.2"
            containers.lab.config.networking.domain = "lab"
        "##]],
    );
}

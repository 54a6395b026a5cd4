//! Ways of writing that are easily read wrongly.

use super::{containers, dump, systems};
use expect_test::{Expect, expect};
use nixpod_eval::{Evaluator, Limits};
use nixpod_fixture::TestSource;
use nixpod_modules::Library;

/// What the containers of a flake's hosts are.
#[track_caller]
fn hosts(text: &str, expected: Expect) {
    let files = TestSource::fixture(text);
    let mut ev = Evaluator::new(&files, Limits::default());
    let library = Library::new(&mut ev);
    let (roots, _) = nixpod_modules::flake_roots(&mut ev, &library, "/p".into());
    let project = crate::Project {
        directory: Some("/p".into()),
        is_flake: true,
    };
    let world = crate::RootReader::new(roots, project).read(&mut ev, &library, |_| Vec::new());
    expected.assert_eq(&dump::containers(&world, &files));
}

#[test]
fn what_one_host_switches_off_is_there_on_the_others() {
    hosts(
        r#"
#- flake.nix
{
  inputs.nixpkgs.url = "github:NixOS/nixpkgs/nixos-25.05";
  outputs = { nixpkgs, ... }: {
    nixosConfigurations = {
      fig = nixpkgs.lib.nixosSystem { modules = [ ./wiki.nix ]; };
      oak = nixpkgs.lib.nixosSystem { modules = [ ./wiki.nix ./oak.nix ]; };
    };
  };
}
#- wiki.nix
{ config, lib, ... }:
{
  options.grove.wiki.enable = lib.mkOption { type = lib.types.bool; default = false; };
  config = lib.mkMerge [
    { grove.wiki.enable = lib.mkDefault true; }
    (lib.mkIf config.grove.wiki.enable { containers.wiki.config = { }; })
    (lib.mkIf false { containers.never.config = { }; })
  ];
}
#- oak.nix
{ lib, ... }: { grove.wiki.enable = lib.mkForce false; }
"#,
        expect![[r#"
            nspawn wiki in `fig`, guest `guest wiki of fig` <- containers.wiki.config = { }
        "#]],
    );
}

#[test]
fn one_known_name_beside_names_from_outside() {
    containers(
        r#"
{ lib, inputs, ... }:
{
  containers = lib.mapAttrs (name: port: {
    privateNetwork = true;
    config = { };
  }) inputs.services // {
    ledger = { privateUsers = "pick"; config = { }; };
  };
}"#,
        expect![[r#"
            nspawn ledger in `box`, guest `guest ledger of box` <- { privateUsers = "pick"; config = { }; }
              users: Pick <- "pick"
              private users: Pick <- "pick"
              ownership: true <- "pick"
            nspawn <name> template in `box`, guest `guest <name> of box` <- {…
              network: Private <- true
              private network: true <- true
        "#]],
    );
}

#[test]
fn options_of_a_name_that_is_a_variable() {
    containers(
        r#"
{ config, lib, ... }:
let
  name = "press";
  cfg = config.grove.${name};
in
{
  options.grove.${name} = {
    enable = lib.mkEnableOption name;
    users = lib.mkOption { type = lib.types.str; default = "no"; };
  };
  config = lib.mkMerge [
    { grove.${name} = { enable = true; users = "pick"; }; }
    (lib.mkIf cfg.enable { containers.${name} = { privateUsers = cfg.users; config = { }; }; })
  ];
}"#,
        expect![[r#"
            nspawn press in `box`, guest `guest press of box` <- { privateUsers = cfg.users; config = { }; }
              users: Pick <- "pick"
              private users: Pick <- "pick"
              ownership: true <- "pick"
        "#]],
    );
}

#[test]
fn a_guest_that_does_not_take_config_reads_the_hosts() {
    systems(
        r#"
{ config, ... }:
{
  users.users.ada = { isNormalUser = true; extraGroups = [ "wheel" ]; };
  containers.outer.config = { pkgs, ... }: {
    users.users.bob = { isNormalUser = true; inherit (config.users.users.ada) extraGroups; };
  };
  containers.inner.config = { config, ... }: {
    users.users.eve = { isNormalUser = true; extraGroups = config.users.users.ada.extraGroups or [ "none" ]; };
  };
}"#,
        expect![[r#"
            Nixos `box` <- -
              user: ada <- { isNormalUser = true; extraGroups = [ "wheel" ]; }
                normal: true <- true
                auto sub-ids: default true
                group: default Some("users")
                extra group: wheel <- "wheel"
            Guest `guest inner of box` <- { config, ... }: {…
              user: eve <- { isNormalUser = true; extraGroups = config.users.users.ada.extraGroups or [ "none" ]; }
                normal: true <- true
                auto sub-ids: default true
                group: default Some("users")
                extra group: maybe[depending on users.users.eve = { isNormalUser = true; extraGroups = config.users.users.ada.extraGroups or [ "none" ]; }] none <- "none"
                extra group: unknown: option `containers.inner.config.users.users.ada.extraGroups` is set nowhere in the analysed files <- extraGroups
              not known: which groups it is in: option `containers.inner.config.users.users.ada.extraGroups` is set nowhere in the analysed files <- extraGroups
            Guest `guest outer of box` <- { pkgs, ... }: {…
              user: bob <- { isNormalUser = true; inherit (config.users.users.ada) extraGroups; }
                normal: true <- true
                auto sub-ids: default true
                group: default Some("users")
                extra group: wheel <- "wheel"
            not analysed: users.users.eve: option `containers.inner.config.users.users.ada.extraGroups` is set nowhere in the analysed files <- extraGroups
        "#]],
    );
}

#[test]
fn names_of_a_let_win_over_those_of_with() {
    containers(
        r#"
{ config, lib, ... }:
with lib;
let
  types = { pick = "pick"; };
  containers = { reed = { privateUsers = types.pick; config = { }; }; };
in
{
  options.containers-of.types = mkOption { type = lib.types.str; default = types.pick; };
  config.containers = containers // {
    sedge = { privateUsers = config.containers-of.types; config = { }; };
  };
}"#,
        expect![[r#"
            nspawn reed in `box`, guest `guest reed of box` <- { privateUsers = types.pick; config = { }; }
              users: Pick <- "pick"
              private users: Pick <- "pick"
              ownership: true <- "pick"
            nspawn sedge in `box`, guest `guest sedge of box` <- { privateUsers = config.containers-of.types; config = { }; }
              users: Pick <- "pick"
              private users: Pick <- "pick"
              ownership: true <- "pick"
        "#]],
    );
}

#[test]
fn what_is_only_called_containers() {
    hosts(
        r#"
#- flake.nix
{
  inputs.nixpkgs.url = "github:NixOS/nixpkgs/nixos-25.05";
  outputs = { self, nixpkgs, ... }: {
    nixosModules.containers = ./kelp.nix;
    vars.containers.sand = { privateUsers = "no"; };
    nixosConfigurations.reef = nixpkgs.lib.nixosSystem {
      specialArgs.vars = self.vars;
      modules = [ self.nixosModules.containers ];
    };
  };
}
#- kelp.nix
{ vars, ... }:
{
  virtualisation.containers.enable = true;
  virtualisation.containers.storage.settings.storage.driver = "overlay";
  services.tide.containers.wave = { image = "wave"; };
  boot.kernel.sysctl."user.containers.max" = 3;
  environment.etc."containers/x".text = builtins.toJSON vars.containers;
  containers.kelp = { inherit (vars.containers.sand) privateUsers; config = { }; };
}
"#,
        expect![[r#"
            nspawn kelp in `reef`, guest `guest kelp of reef` <- { inherit (vars.containers.sand) privateUsers; config = { }; }
              users: Host <- "no"
              private users: Host <- "no"
        "#]],
    );
}

#[test]
fn one_file_with_two_arguments_is_two_modules() {
    containers(
        r#"
{ imports = [ (import ./mk.nix "moss") (import ./mk.nix "fern") ./plain.nix ./plain.nix ]; }
#- mk.nix
name: { lib, ... }:
{
  containers.${name} = { additionalCapabilities = [ "CAP_BPF" ]; config = { }; };
}
#- plain.nix
{ containers.moss.extraFlags = [ "-U" ]; }
"#,
        expect![[r#"
            nspawn fern in `box`, guest `guest fern of box` <- { additionalCapabilities = [ "CAP_BPF" ]; config = { }; }
              capability: CAP_BPF <- "CAP_BPF"
            nspawn moss in `box`, guest `guest moss of box` <- { additionalCapabilities = [ "CAP_BPF" ]; config = { }; }
              users: Pick <- "-U"
              capability: CAP_BPF <- "CAP_BPF"
              flag: -U <- "-U"
              ownership: true <- "-U"
        "#]],
    );
}

#[test]
fn facts_of_a_shared_module_are_those_of_each_host() {
    hosts(
        r#"
#- flake.nix
{
  inputs.nixpkgs.url = "github:NixOS/nixpkgs/nixos-25.05";
  outputs = { nixpkgs, ... }: {
    nixosConfigurations = nixpkgs.lib.genAttrs [ "fig" "oak" ] (host: nixpkgs.lib.nixosSystem {
      modules = [ ./shed.nix { shed.users = { fig = "pick"; oak = "identity"; }.${host}; } ];
    });
  };
}
#- shed.nix
{ config, lib, ... }:
{
  options.shed.users = lib.mkOption { type = lib.types.str; };
  config.containers.shed = { privateUsers = config.shed.users; enableTun = true; config = { }; };
}
"#,
        expect![[r#"
            nspawn shed in `fig`, guest `guest shed of fig` <- { privateUsers = config.shed.users; enableTun = true; config = { }; }
              users: Pick <- "pick"
              capability: CAP_NET_ADMIN <- true
              device: /dev/net/tun rwm allowed <- true
              private users: Pick <- "pick"
              ownership: true <- "pick"
              tun: true <- true
            nspawn shed in `oak`, guest `guest shed of oak` <- { privateUsers = config.shed.users; enableTun = true; config = { }; }
              users: Identity <- "identity"
              capability: CAP_NET_ADMIN <- true
              device: /dev/net/tun rwm allowed <- true
              private users: Identity <- "identity"
              tun: true <- true
        "#]],
    );
}

#[test]
fn dotted_and_nested_definitions_of_one_container() {
    containers(
        r#"
{
  containers.reed.autoStart = true;
  containers.reed = { privateUsers = "pick"; config = { }; };
  containers.reed.bindMounts."/a".hostPath = "/srv/a";
  imports = [ ./more.nix ];
}
#- more.nix
{
  containers = { reed = { privateNetwork = true; bindMounts."/b" = { hostPath = "/srv/b"; }; }; };
}
"#,
        expect![[r#"
            nspawn reed in `box`, guest `guest reed of box` <- containers.reed.autoStart = true
              auto start: true <- true
              users: Pick <- "pick"
              network: Private <- true
              mount: /srv/a at /a ro <- "/srv/a"
              mount: /srv/b at /b ro <- "/srv/b"
              device: default /dev/net/tun rwm allowed
              private users: Pick <- "pick"
              ownership: true <- "pick"
              private network: true <- true
        "#]],
    );
}

#[test]
fn a_library_with_functions_of_ones_own() {
    hosts(
        r#"
#- flake.nix
{
  inputs.nixpkgs.url = "github:NixOS/nixpkgs/nixos-25.05";
  inputs.home-manager.url = "github:nix-community/home-manager";
  outputs = { nixpkgs, home-manager, ... }:
    let
      extended = nixpkgs.lib.extend (final: prev: {
        mkCell = users: { privateUsers = users; privateNetwork = final.isString users; config = { }; };
      });
      joined = nixpkgs.lib // home-manager.lib // { pick = "pick"; };
    in
    {
      nixosConfigurations.one = nixpkgs.lib.nixosSystem {
        specialArgs.lib = extended;
        modules = [ ({ lib, ... }: { containers = lib.genAttrs [ "pine" ] (_: lib.mkCell "pick"); }) ];
      };
      nixosConfigurations.two = nixpkgs.lib.nixosSystem {
        specialArgs = { lib = joined; };
        modules = [ ({ lib, ... }: { containers.yew = lib.mkIf true { privateUsers = lib.pick; config = { }; }; }) ];
      };
    };
}
"#,
        expect![[r#"
            nspawn pine in `one`, guest `guest pine of one` <- { privateUsers = users; privateNetwork = final.isString users; config = { }; }
              users: Pick <- "pick"
              network: Private <- final.isString users
              device: default /dev/net/tun rwm allowed
              private users: Pick <- "pick"
              ownership: true <- "pick"
              private network: true <- final.isString users
            nspawn yew in `two`, guest `guest yew of two` <- { privateUsers = lib.pick; config = { }; }
              users: Pick <- "pick"
              private users: Pick <- "pick"
              ownership: true <- "pick"
        "#]],
    );
}

#[test]
fn an_environment_that_builds_on_that_of_another() {
    containers(
        r#"
{ config, ... }:
let
  pods = rec {
    base = { image = "base:1"; environment = { ZONE = "west"; LEVEL = "info"; }; };
    web = { image = "web:1"; environment = base.environment // { LEVEL = "debug"; }; };
  };
in
{
  virtualisation.oci-containers.containers = pods // {
    job = {
      image = "job:1";
      environment = config.virtualisation.oci-containers.containers.web.environment // { ZONE = "east"; };
    };
  };
}"#,
        expect![[r#"
            oci-containers base in `box` <- { image = "base:1"; environment = { ZONE = "west"; LEVEL = "info"; }; }
              environment: LEVEL = info <- "info"
              environment: ZONE = west <- "west"
              image: base:1 <- "base:1"
            oci-containers job in `box` <- {…
              environment: LEVEL = debug <- "debug"
              environment: ZONE = east <- "east"
              image: job:1 <- "job:1"
            oci-containers web in `box` <- { image = "web:1"; environment = base.environment // { LEVEL = "debug"; }; }
              environment: LEVEL = debug <- "debug"
              environment: ZONE = west <- "west"
              image: web:1 <- "web:1"
        "#]],
    );
}

#[test]
fn a_home_has_a_configuration_of_its_own_and_that_of_the_host() {
    hosts(
        r#"
#- flake.nix
{
  inputs.nixpkgs.url = "github:NixOS/nixpkgs/nixos-25.05";
  inputs.home-manager.url = "github:nix-community/home-manager";
  outputs = { nixpkgs, home-manager, ... }: {
    nixosConfigurations.den = nixpkgs.lib.nixosSystem {
      specialArgs.user = "wren";
      modules = [ home-manager.nixosModules.home-manager ./den.nix ];
    };
  };
}
#- den.nix
{ user, ... }:
{
  networking.hostName = "den";
  users.users.${user}.isNormalUser = true;
  home-manager.users.${user} = { config, osConfig, ... }: {
    services.podman.enable = true;
    services.podman.containers.nest = {
      image = "nest:1";
      environment.HOST = osConfig.networking.hostName;
      environment.OWN = config.networking.hostName or "none";
      volumes = [ "${config.home.homeDirectory}/eggs:/eggs" ];
    };
  };
}
"#,
        expect![[r#"
            home-manager-podman nest in `home of wren` <- {…
              runs as: default wren
              mount: /home/wren/eggs at /eggs rw <- "${config.home.homeDirectory}/eggs:/eggs"
              environment: HOST = den <- "den"
              environment: maybe[depending on {…] OWN = ${home-manager.users.wren.networking.hostName} <- {…
              image: nest:1 <- "nest:1"
        "#]],
    );
}

#[test]
fn the_version_of_a_mac_is_a_number() {
    systems(
        "{ system.stateVersion = 5; users.users.ada.isNormalUser = true; }",
        expect![[r#"
            Nixos `box` <- -
              state version: unknown: an integer stands in place of a string <- stateVersion
              user: ada <- users.users.ada.isNormalUser = true
                normal: true <- true
                auto sub-ids: default true
                group: default Some("users")
        "#]],
    );
}

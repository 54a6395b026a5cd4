//! Flakes whose hosts a framework finds.

use super::check_on_nixpkgs;
use expect_test::expect;

#[test]
fn a_hive_of_colmena() {
    check_on_nixpkgs(
        r#"
  inputs.colmena.url = "github:zhaofengli/colmena";
  outputs = { nixpkgs, colmena, ... }: {
    colmenaHive = colmena.lib.makeHive {
      meta = { nixpkgs = import nixpkgs { system = "x86_64-linux"; }; specialArgs.tag = "3"; nodeSpecialArgs.oak.tag = "4"; };
      defaults = { name, ... }: { networking.hostName = name; };
      oak = { tag, ... }: { deployment.targetHost = "oak"; virtualisation.oci-containers.containers.w.image = "w:${tag}"; };
      elm = { tag, nodes, ... }: { virtualisation.oci-containers.containers.w.image = "w:${tag}-${nodes.oak.config.networking.hostName}"; };
    };
  };
}
"#,
        &[
            "networking.hostName",
            "virtualisation.oci-containers.containers.w.image",
        ],
        expect![[r##"
            # elm Nixos closed=true missing=[] release=Some((25, 11))
            networking.hostName = "elm"
            virtualisation.oci-containers.containers.w.image = "w:3-oak"
            # oak Nixos closed=true missing=[] release=Some((25, 11))
            networking.hostName = "oak"
            virtualisation.oci-containers.containers.w.image = "w:4"
        "##]],
    );
}

#[test]
fn nixos_unified_finds_files() {
    check_on_nixpkgs(
        r#"
  inputs.flake-parts.url = "github:hercules-ci/flake-parts";
  inputs.nixos-unified.url = "github:srid/nixos-unified";
  outputs = inputs: inputs.flake-parts.lib.mkFlake { inherit inputs; } {
    imports = [ inputs.nixos-unified.flakeModules.autoWire ];
    pods.tag = "7";
  };
}
#- /configurations/nixos/oak/default.nix
{ flake, ... }: let inherit (flake.inputs) self; in { imports = [ self.nixosModules.pods (self + /extra/elm.nix) ]; }
#- /modules/nixos/pods.nix
{ flake, ... }: { virtualisation.oci-containers.containers.w.image = "w:${flake.config.pods.tag}"; }
#- /extra/elm.nix
{ networking.hostName = "oak"; }
"#,
        &[
            "networking.hostName",
            "virtualisation.oci-containers.containers.w.image",
        ],
        expect![[r##"
            # oak Nixos closed=true missing=[] release=Some((25, 11))
            networking.hostName = "oak"
            virtualisation.oci-containers.containers.w.image = "w:7"
        "##]],
    );
}

#[test]
fn snowfall_wires_systems_homes_and_modules() {
    check_on_nixpkgs(
        r#"
  inputs.snowfall-lib.url = "github:snowfallorg/lib";
  outputs = inputs:
    let lib = inputs.snowfall-lib.mkLib { inherit inputs; src = ./.; snowfall.namespace = "grove"; }; in
    lib.mkFlake { systems.modules.nixos = [ { networking.domain = "example"; } ]; systems.hosts.oak.specialArgs.zone = "UTC"; };
}
#- /lib/images/default.nix
{ lib, ... }: { imageOf = name: "registry.example/${lib.toLower name}:1"; }
#- /systems/x86_64-linux/oak/default.nix
{ host, zone, ... }: { networking.hostName = host; grove.pods.enable = true; time.timeZone = zone; }
#- /modules/nixos/pods/default.nix
{ config, lib, namespace, system, ... }: {
  imports = lib.snowfall.fs.get-non-default-nix-files ./parts;
  options.${namespace}.pods.enable = lib.mkEnableOption "pods";
  config = lib.mkIf config.${namespace}.pods.enable ({
    virtualisation.oci-containers.containers.w.image = lib.grove.imageOf "W";
  } // (if lib.snowfall.system.is-darwin system then { launchd.agents = { }; } else { networking.domain = lib.mkForce "linux"; }));
}
#- /modules/nixos/pods/parts/more.nix
{ virtualisation.oci-containers.containers.w.user = "9"; }
#- /modules/home/nest/default.nix
{ config, ... }: { services.podman.containers.n.image = "n-${config.snowfallorg.user.name}"; }
#- /homes/x86_64-linux/ada@oak/default.nix
{ osConfig, lib, ... }: { services.podman.containers.n.description = osConfig.networking.domain; services.podman.containers.n.exec = lib.grove.imageOf "N"; }
"#,
        &[
            "networking.hostName",
            "time.timeZone",
            "virtualisation.oci-containers.containers.w.image",
            "virtualisation.oci-containers.containers.w.user",
            "home-manager.users.ada.services.podman.containers.n.image",
            "home-manager.users.ada.services.podman.containers.n.description",
            "home-manager.users.ada.services.podman.containers.n.exec",
        ],
        expect![[r##"
            # oak Nixos closed=true missing=[] release=Some((25, 11))
            networking.hostName = "oak"
            time.timeZone = "UTC"
            virtualisation.oci-containers.containers.w.image = "registry.example/w:1"
            virtualisation.oci-containers.containers.w.user = "9"
            home-manager.users.ada.services.podman.containers.n.image = "n-ada"
            home-manager.users.ada.services.podman.containers.n.description = "linux"
            home-manager.users.ada.services.podman.containers.n.exec = "registry.example/n:1"
        "##]],
    );
}

/// The parts of a module go to the system and to the home of its user, under the module's own `enable`.
#[test]
fn denix_finds_hosts_among_its_modules() {
    check_on_nixpkgs(
        r#"
  inputs.denix.url = "github:yunfachi/denix";
  outputs = { denix, ... }: {
    nixosConfigurations = denix.lib.configurations {
      moduleSystem = "nixos";
      homeManagerUser = "ada";
      paths = [ ./grove ];
      exclude = [ ./grove/old ];
      extensions = with denix.lib.extensions; [ args (base.withConfig { args.enable = true; hosts.features.features = [ "pods" ]; }) ];
    };
  };
}
#- /grove/oak.nix
{ delib, ... }: delib.host { name = "oak"; type = "server"; features = [ "pods" ]; system = "x86_64-linux"; nixos.networking.domain = "oak"; }
#- /grove/elm.nix
{ delib, ... }: delib.host { name = "elm"; type = "laptop"; system = "x86_64-linux"; nixos.networking.domain = "elm"; shared.nixos.time.timeZone = "UTC"; }
#- /grove/old/ash.nix
{ delib, ... }: delib.host { name = "ash"; }
#- /grove/pods.nix
{ delib, host, ... }: delib.module {
  name = "services.pods";
  options = with delib; moduleOptions { enable = boolOption host.podsFeatured; image = strOption "w:1"; };
  nixos.ifEnabled = { cfg, ... }: { virtualisation.oci-containers.containers.w.image = cfg.image; };
  nixos.ifDisabled.containers.none.autoStart = true;
  home.ifEnabled = { cfg, name, ... }: { services.podman.containers.n.image = "${name}-${cfg.image}"; };
  darwin.ifEnabled.networking.domain = "mac";
}
#- /grove/always.nix
{ delib, ... }: delib.module { name = ""; nixos.always = { myconfig, ... }: { networking.hostName = myconfig.host.name; }; }
"#,
        &[
            "networking.hostName",
            "networking.domain",
            "time.timeZone",
            "virtualisation.oci-containers.containers.w.image",
            "containers.none.autoStart",
            "home-manager.users.ada.services.podman.containers.n.image",
        ],
        expect![[r##"
            # elm Nixos closed=true missing=[] release=Some((25, 11))
            networking.hostName = "elm"
            networking.domain = "elm"
            time.timeZone = "UTC"
            virtualisation.oci-containers.containers.w.image = error: attribute 'w' missing
            containers.none.autoStart = true
            home-manager.users.ada.services.podman.containers.n.image = error: attribute 'n' missing
            # oak Nixos closed=true missing=[] release=Some((25, 11))
            networking.hostName = "oak"
            networking.domain = "oak"
            time.timeZone = "UTC"
            virtualisation.oci-containers.containers.w.image = "w:1"
            containers.none.autoStart = error: attribute 'none' missing
            home-manager.users.ada.services.podman.containers.n.image = "services.pods-w:1"
        "##]],
    );
}

#[test]
fn flake_utils_plus_shares_modules() {
    check_on_nixpkgs(
        r#"
  inputs.utils.url = "github:gytis-ivaskevicius/flake-utils-plus";
  outputs = { self, utils, nixpkgs, ... }@inputs: utils.lib.mkFlake {
    inherit self inputs;
    hostDefaults = { modules = [ { networking.domain = "example"; } ]; extraArgs.tag = "2"; };
    hosts.oak.modules = [ ({ tag, ... }: { virtualisation.oci-containers.containers.w.image = "w:${tag}"; }) ];
    hosts.mac.output = "darwinConfigurations";
  };
}
"#,
        &[
            "networking.hostName",
            "networking.domain",
            "virtualisation.oci-containers.containers.w.image",
        ],
        expect![[r##"
            # oak Nixos closed=true missing=[] release=Some((25, 11))
            networking.hostName = "oak"
            networking.domain = "example"
            virtualisation.oci-containers.containers.w.image = "w:2"
        "##]],
    );
}

#[test]
fn clan_has_machines_in_a_folder() {
    check_on_nixpkgs(
        r#"
  inputs.clan-core.url = "git+https://git.clan.lol/clan/clan-core";
  outputs = { self, clan-core, ... }:
    let clan = clan-core.lib.clan { inherit self; inventory.machines.elm = { }; specialArgs.tag = "9"; machines.elm = { containers.e.autoStart = true; }; }; in
    { inherit (clan.config) nixosConfigurations; };
}
#- /machines/oak/configuration.nix
{ tag, ... }: { virtualisation.oci-containers.containers.w.image = "w:${tag}"; }
"#,
        &[
            "networking.hostName",
            "virtualisation.oci-containers.containers.w.image",
            "containers.e.autoStart",
        ],
        expect![[r##"
            # elm Nixos closed=false missing=["clan-core"] release=Some((25, 11))
            networking.hostName = "elm"
            virtualisation.oci-containers.containers.w.image = «unknown: option `virtualisation.oci-containers.containers.w.image` is set nowhere in the analysed files»
            containers.e.autoStart = true
            # oak Nixos closed=false missing=["clan-core"] release=Some((25, 11))
            networking.hostName = "oak"
            virtualisation.oci-containers.containers.w.image = "w:9"
            containers.e.autoStart = «unknown: option `containers.e.autoStart` is set nowhere in the analysed files»
            gap: module: `inputs.clan-core.nixosModules.clanCore` comes from outside
        "##]],
    );
}

#[test]
fn clan_in_flake_parts() {
    check_on_nixpkgs(
        r#"
  inputs.flake-parts.url = "github:hercules-ci/flake-parts";
  inputs.clan-core.url = "https://git.clan.lol/clan/clan-core/archive/main.zip";
  outputs = inputs: inputs.flake-parts.lib.mkFlake { inherit inputs; } {
    imports = [ inputs.clan-core.flakeModules.default ];
    clan.inventory.machines.elm.tags = [ "all" ];
    clan.specialArgs.tag = "9";
  };
}
#- /machines/oak/configuration.nix
{ tag, ... }: { virtualisation.oci-containers.containers.w.image = "w:${tag}"; }
"#,
        &["networking.hostName"],
        expect![[r##"
            # elm Nixos closed=false missing=["clan-core"] release=Some((25, 11))
            networking.hostName = "elm"
            # oak Nixos closed=false missing=["clan-core"] release=Some((25, 11))
            networking.hostName = "oak"
            gap: module: `inputs.clan-core.nixosModules.clanCore` comes from outside
        "##]],
    );
}

#[test]
fn homes_use_the_library_of_their_host() {
    check_on_nixpkgs(
        r#"
  outputs = { nixpkgs, ... }:
    let lib = nixpkgs.lib.extend (final: prev: { grove.tag = "5"; }); in
    {
      nixosConfigurations.oak = lib.nixosSystem {
        specialArgs = { inherit lib; };
        modules = [ { home-manager.users.ada = { lib, ... }: {
          services.podman.containers.n.image = "n:${lib.grove.tag}";
          home.activation.x = lib.hm.dag.entryAfter [ "writeBoundary" ] "true";
        }; } ];
      };
      homeConfigurations.nest = { pkgs, ... }: { services.podman.containers.n.image = "alone"; };
    };
}
"#,
        &[
            "home-manager.users.ada.services.podman.containers.n.image",
            "services.podman.containers.n.image",
        ],
        expect![[r##"
            # oak Nixos closed=true missing=[] release=Some((25, 11))
            home-manager.users.ada.services.podman.containers.n.image = "n:5"
            services.podman.containers.n.image = «unknown: option `services.podman.containers.n.image` is set nowhere in the analysed files»
            # homeConfigurations.nest Home closed=false missing=[] release=None
            home-manager.users.ada.services.podman.containers.n.image = «unknown: option `home-manager.users.ada.services.podman.containers.n.image` is set nowhere in the analysed files»
            services.podman.containers.n.image = "alone"
        "##]],
    );
}

#[test]
fn modules_from_sets_of_files() {
    check_on_nixpkgs(
        r#"
  outputs = { nixpkgs, ... }: let inherit (nixpkgs.lib) fileset; in {
    nixosConfigurations.oak = nixpkgs.lib.nixosSystem {
      modules = fileset.toList (fileset.difference (fileset.fileFilter (file: file.hasExt "nix" && !(builtins.elem file.name [ "flake.nix" "main.nix" ])) ./.) ./not.nix);
    };
  };
}
#- /a/b.nix
{ networking.hostName = "b"; }
#- /c.nix
{ networking.domain = "c"; }
#- /not.nix
throw "left out"
#- /notes.txt
no module
"#,
        &["networking.hostName", "networking.domain"],
        expect![[r##"
            # oak Nixos closed=true missing=[] release=Some((25, 11))
            networking.hostName = "b"
            networking.domain = "c"
        "##]],
    );
}

#[test]
fn aspects_of_den() {
    check_on_nixpkgs(
        r#"
  inputs.flake-parts.url = "github:hercules-ci/flake-parts";
  inputs.import-tree.url = "github:vic/import-tree";
  inputs.den.url = "github:denful/den";
  outputs = inputs: inputs.flake-parts.lib.mkFlake { inherit inputs; } (inputs.import-tree ./parts);
}
#- /parts/den.nix
{ inputs, den, ... }: {
  imports = [ (inputs.den.flakeModules.dendritic or inputs.den.flakeModule or { }) ];
  den.hosts.x86_64-linux.oak.users.ada = { };
  den.default.includes = [ den.aspects.common ];
  den.aspects.common.nixos.networking.domain = "example";
  flake.modules.nixosModule = { ... }: { };
}
#- /parts/oak.nix
{ den, ... }: {
  den.aspects.oak = {
    includes = [ den.batteries.hostname den.aspects.services._.web ({ host, ... }: { nixos.environment.variables.HOST = host.name; }) ];
    nixos = { ... }: { containers.o.autoStart = true; };
  };
}
#- /parts/web.nix
{ den.aspects.services.provides.web.nixos = { config, ... }: { virtualisation.oci-containers.containers.w.image = "w:${config.networking.domain}"; }; }
#- /parts/ada.nix
{ den, ... }: { den.aspects.ada = { includes = [ (den.batteries.user-shell "fish") ]; homeManager.services.podman.containers.n.image = "n"; }; }
"#,
        &[
            "networking.hostName",
            "environment.variables.HOST",
            "containers.o.autoStart",
            "virtualisation.oci-containers.containers.w.image",
            "home-manager.users.ada.services.podman.containers.n.image",
        ],
        expect![[r##"
            # oak Nixos closed=true missing=[] release=Some((25, 11))
            networking.hostName = "oak"
            environment.variables.HOST = "oak"
            containers.o.autoStart = true
            virtualisation.oci-containers.containers.w.image = "w:example"
            home-manager.users.ada.services.podman.containers.n.image = "n"
        "##]],
    );
}

/// What deploys the hosts is no host, and not looked at.
#[test]
fn hosts_deployed_by_deploy_rs() {
    check_on_nixpkgs(
        r#"
  inputs.deploy-rs.url = "github:serokell/deploy-rs";
  outputs = { self, nixpkgs, deploy-rs }: {
    nixosConfigurations.oak = nixpkgs.lib.nixosSystem { modules = [ { containers.web.autoStart = true; } ]; };
    deploy = {
      sshUser = "root";
      nodes = builtins.mapAttrs (name: host: {
        hostname = host.config.networking.hostName;
        profiles.system.path = deploy-rs.lib.x86_64-linux.activate.nixos host;
      }) self.nixosConfigurations // {
        oak.profiles.extra.path = deploy-rs.lib.x86_64-linux.activate.custom self.packages.x86_64-linux.extra "./bin/activate";
      };
    };
    checks = builtins.mapAttrs (_: deployLib: deployLib.deployChecks self.deploy) deploy-rs.lib;
  };
}
"#,
        &["containers.web.autoStart"],
        expect![[r##"
            # oak Nixos closed=true missing=[] release=Some((25, 11))
            containers.web.autoStart = true
        "##]],
    );
}

/// Hosts, modules and homes by folders; a module named `default` is one of every host.
#[test]
fn ez_configs_finds_files() {
    check_on_nixpkgs(
        r#"
  inputs.flake-parts.url = "github:hercules-ci/flake-parts";
  inputs.ez-configs.url = "github:ehllie/ez-configs";
  outputs = inputs: inputs.flake-parts.lib.mkFlake { inherit inputs; } {
    imports = [ inputs.ez-configs.flakeModule ];
    ezConfigs = {
      root = ./.;
      globalArgs.tag = "7";
      nixos.hosts.oak.userHomeModules = [ "ann" ];
      nixos.hosts.elm.importDefault = false;
    };
  };
}
#- /nixos-configurations/oak.nix
{ ezModules, ... }: { imports = [ ezModules.pods ]; }
#- /nixos-configurations/elm/default.nix
{ }
#- /nixos-modules/pods.nix
{ tag, ... }: { virtualisation.oci-containers.containers.w.image = "w:${tag}"; }
#- /nixos-modules/default.nix
{ networking.domain = "all"; }
#- /home-configurations/ann.nix
{ tag, ... }: { services.podman.containers.n.image = "n:${tag}"; }
#- /home-configurations/bob.nix
{ services.podman.containers.n.image = "b"; }
"#,
        &[
            "networking.hostName",
            "networking.domain",
            "virtualisation.oci-containers.containers.w.image",
            "home-manager.users.ann.services.podman.containers.n.image",
            "services.podman.containers.n.image",
        ],
        expect![[r##"
            # elm Nixos closed=true missing=[] release=Some((25, 11))
            networking.hostName = "elm"
            networking.domain = null
            virtualisation.oci-containers.containers.w.image = error: attribute 'w' missing
            home-manager.users.ann.services.podman.containers.n.image = error: attribute 'ann' missing
            services.podman.containers.n.image = «unknown: option `services.podman.containers.n.image` is set nowhere in the analysed files»
            # oak Nixos closed=true missing=[] release=Some((25, 11))
            networking.hostName = "oak"
            networking.domain = "all"
            virtualisation.oci-containers.containers.w.image = "w:7"
            home-manager.users.ann.services.podman.containers.n.image = "n:7"
            services.podman.containers.n.image = «unknown: option `services.podman.containers.n.image` is set nowhere in the analysed files»
            # bob Home closed=true missing=[] release=Some((25, 11))
            networking.hostName = «unknown: option `networking.hostName` is set nowhere in the analysed files»
            networking.domain = «unknown: option `networking.domain` is set nowhere in the analysed files»
            virtualisation.oci-containers.containers.w.image = «unknown: option `virtualisation.oci-containers.containers.w.image` is set nowhere in the analysed files»
            home-manager.users.ann.services.podman.containers.n.image = «unknown: option `home-manager.users.ann.services.podman.containers.n.image` is set nowhere in the analysed files»
            services.podman.containers.n.image = "b"
        "##]],
    );
}

/// Cells of blocks: each gets its cell and the others, and hosts are collected from them.
#[test]
fn hive_collects_from_cells() {
    check_on_nixpkgs(
        r#"
  inputs.std.url = "github:divnix/std";
  inputs.hive.url = "github:divnix/hive";
  outputs = { self, std, hive, ... }@inputs: hive.growOn {
    inherit inputs;
    cellsFrom = ./cells;
    cellBlocks = with std.blockTypes; [ hive.blockTypes.nixosConfigurations (functions "profiles") (functions "modules") ];
  } {
    nixosConfigurations = hive.collect self "nixosConfigurations";
  };
}
#- /cells/grove/nixosConfigurations.nix
{ inputs, cell }: {
  oak = { bee.system = "x86_64-linux"; bee.pkgs = inputs.nixpkgs; imports = [ cell.profiles.pods inputs.cells.shed.modules.tools ]; };
}
#- /cells/grove/profiles.nix
{ inputs, cell, ... }: { pods = { pkgs, ... }: { virtualisation.oci-containers.containers.w.image = "w:7"; }; }
#- /cells/shed/modules/default.nix
{ inputs, cell }: inputs.hive.findLoad { inherit inputs cell; block = ./.; }
#- /cells/shed/modules/tools.nix
{ networking.domain = config.networking.hostName; networking.hostName = lib.mkForce "tools"; }
"#,
        &[
            "networking.hostName",
            "networking.domain",
            "virtualisation.oci-containers.containers.w.image",
        ],
        expect![[r##"
            # grove-oak Nixos closed=true missing=[] release=Some((25, 11))
            networking.hostName = "tools"
            networking.domain = "tools"
            virtualisation.oci-containers.containers.w.image = "w:7"
        "##]],
    );
}

#[test]
fn haumea_and_flocken_load_files() {
    check_on_nixpkgs(
        r#"
  inputs.haumea.url = "github:nix-community/haumea";
  inputs.flocken.url = "github:mirkolenz/flocken/v2";
  outputs = { nixpkgs, haumea, flocken, ... }:
    let
      parts = haumea.lib.load { src = ./parts; inputs = { tag = "7"; }; transformer = haumea.lib.transformers.liftDefault; };
      plain = haumea.lib.load { src = ./plain; loader = haumea.lib.loaders.verbatim; };
    in
    {
      nixosConfigurations.oak = nixpkgs.lib.nixosSystem {
        modules = [ parts.pods parts.sub.more plain.base { imports = flocken.lib.getModules ./modules; } ];
      };
    };
}
#- /parts/pods.nix
{ tag, root, super, ... }: { virtualisation.oci-containers.containers.w.image = "${root.sub.name}:${tag}${super.hidden}"; }
#- /parts/_hidden.nix
{ }: "-h"
#- /parts/sub/default.nix
{ self, ... }: { name = "s"; more = { networking.domain = self.name; }; }
#- /plain/base.nix
{ lib, ... }: { networking.hostName = lib.mkForce "base"; }
#- /modules/one.nix
{ virtualisation.oci-containers.containers.one.image = "one"; }
#- /modules/two/default.nix
{ virtualisation.oci-containers.containers.two.image = "two"; }
#- /modules/_three.nix
{ virtualisation.oci-containers.containers.three.image = "three"; }
"#,
        &[
            "networking.hostName",
            "networking.domain",
            "virtualisation.oci-containers.containers.w.image",
            "virtualisation.oci-containers.containers.one.image",
            "virtualisation.oci-containers.containers.two.image",
            "virtualisation.oci-containers.containers.three.image",
        ],
        expect![[r##"
            # oak Nixos closed=true missing=[] release=Some((25, 11))
            networking.hostName = "base"
            networking.domain = "s"
            virtualisation.oci-containers.containers.w.image = "s:7-h"
            virtualisation.oci-containers.containers.one.image = "one"
            virtualisation.oci-containers.containers.two.image = "two"
            virtualisation.oci-containers.containers.three.image = error: attribute 'three' missing
        "##]],
    );
}

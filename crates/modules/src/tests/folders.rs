//! Flakes whose hosts lie in folders that a framework reads.

use super::check_on_nixpkgs;
use expect_test::expect;

/// Hosts with and without a function of their own, a Mac, and users with and without a host.
const BLUEPRINT: &str = r#"
  inputs.blueprint.url = "github:numtide/blueprint";
  outputs = inputs: inputs.blueprint { inherit inputs; prefix = "nix/"; systems = [ "x86_64-linux" ]; };
}
#- /nix/hosts/oak/configuration.nix
{ inputs, flake, hostName, perSystem, config, ... }: {
  imports = [ inputs.self.nixosModules.pods flake.nixosModules.plain flake.modules.nixos.folder ];
  networking.hostName = hostName;
  containers.o.autoStart = true;
  environment.systemPackages = [ perSystem.self.tool ];
}
#- /nix/hosts/oak/users/ada.nix
{ osConfig, flake, ... }: { imports = [ flake.homeModules.nest ]; services.podman.containers.n.description = osConfig.networking.hostName; }
#- /nix/hosts/oak/users/bob/home-configuration.nix
{ services.podman.containers.n.image = "bob"; }
#- /nix/hosts/oak/users/carl/notes.txt
nothing
#- /nix/modules/nixos/pods.nix
{ inputs, flake }: { config, ... }: { virtualisation.oci-containers.containers.w.image = "w:${flake.lib.tag}"; }
#- /nix/modules/nixos/plain.nix
{ config, ... }: { networking.domain = "${config.networking.hostName}.example"; }
#- /nix/modules/nixos/folder/default.nix
{ time.timeZone = "UTC"; }
#- /nix/modules/home/nest.nix
{ config, ... }: { services.podman.containers.n.image = "n-${config.home.username}"; }
#- /nix/lib/default.nix
{ flake, inputs, ... }: { tag = "5"; }
#- /nix/hosts/elm/default.nix
{ flake, inputs, hostName }: {
  class = "nixos";
  value = inputs.nixpkgs.lib.nixosSystem { specialArgs = { inherit hostName; }; modules = [ { containers.e.autoStart = false; networking.hostName = hostName; } ]; };
}
#- /nix/hosts/mac/darwin-configuration.nix
{ }
#- /nix/hosts/den/users/eve.nix
{ flake, ... }: { imports = [ flake.homeModules.nest ]; }
"#;

#[test]
fn blueprint_wires_hosts_and_modules() {
    check_on_nixpkgs(
        BLUEPRINT,
        &[
            "networking.hostName",
            "networking.domain",
            "time.timeZone",
            "containers.o.autoStart",
            "containers.e.autoStart",
            "virtualisation.oci-containers.containers.w.image",
        ],
        expect![[r##"
            # elm Nixos closed=true missing=[] release=Some((25, 11))
            networking.hostName = "elm"
            networking.domain = null
            time.timeZone = null
            containers.o.autoStart = error: attribute 'o' missing
            containers.e.autoStart = false
            virtualisation.oci-containers.containers.w.image = error: attribute 'w' missing
            # oak Nixos closed=true missing=[] release=Some((25, 11))
            networking.hostName = "oak"
            networking.domain = "oak.example"
            time.timeZone = "UTC"
            containers.o.autoStart = true
            containers.e.autoStart = error: attribute 'e' missing
            virtualisation.oci-containers.containers.w.image = "w:5"
            # eve@den Home closed=true missing=[] release=Some((25, 11))
            networking.hostName = «unknown: option `networking.hostName` is set nowhere in the analysed files»
            networking.domain = «unknown: option `networking.domain` is set nowhere in the analysed files»
            time.timeZone = «unknown: option `time.timeZone` is set nowhere in the analysed files»
            containers.o.autoStart = «unknown: option `containers.o.autoStart` is set nowhere in the analysed files»
            containers.e.autoStart = «unknown: option `containers.e.autoStart` is set nowhere in the analysed files»
            virtualisation.oci-containers.containers.w.image = «unknown: option `virtualisation.oci-containers.containers.w.image` is set nowhere in the analysed files»
        "##]],
    );
}

#[test]
fn blueprint_wires_homes() {
    check_on_nixpkgs(
        BLUEPRINT,
        &[
            "home-manager.users.ada.services.podman.containers.n.image",
            "home-manager.users.ada.services.podman.containers.n.description",
            "home-manager.users.bob.services.podman.containers.n.image",
            "services.podman.containers.n.image",
        ],
        expect![[r##"
            # elm Nixos closed=true missing=[] release=Some((25, 11))
            home-manager.users.ada.services.podman.containers.n.image = error: attribute 'ada' missing
            home-manager.users.ada.services.podman.containers.n.description = error: attribute 'ada' missing
            home-manager.users.bob.services.podman.containers.n.image = error: attribute 'bob' missing
            services.podman.containers.n.image = «unknown: option `services.podman.containers.n.image` is set nowhere in the analysed files»
            # oak Nixos closed=true missing=[] release=Some((25, 11))
            home-manager.users.ada.services.podman.containers.n.image = "n-ada"
            home-manager.users.ada.services.podman.containers.n.description = "oak"
            home-manager.users.bob.services.podman.containers.n.image = "bob"
            services.podman.containers.n.image = «unknown: option `services.podman.containers.n.image` is set nowhere in the analysed files»
            # eve@den Home closed=true missing=[] release=Some((25, 11))
            home-manager.users.ada.services.podman.containers.n.image = «unknown: option `home-manager.users.ada.services.podman.containers.n.image` is set nowhere in the analysed files»
            home-manager.users.ada.services.podman.containers.n.description = «unknown: option `home-manager.users.ada.services.podman.containers.n.description` is set nowhere in the analysed files»
            home-manager.users.bob.services.podman.containers.n.image = «unknown: option `home-manager.users.bob.services.podman.containers.n.image` is set nowhere in the analysed files»
            services.podman.containers.n.image = "n-eve"
        "##]],
    );
}

/// Without a folder of its own it is the flake's, and a path is one as well.
#[test]
fn blueprint_in_the_flake_itself() {
    for prefix in ["", "prefix = ./.;", "prefix = null;", "prefix = \"./\";"] {
        check_on_nixpkgs(
            &format!(
                r#"
  inputs.plan.url = "github:numtide/blueprint";
  outputs = inputs: inputs.plan {{ inherit inputs; {prefix} }};
}}
#- /hosts/oak/configuration.nix
{{ containers.o.autoStart = true; }}
"#
            ),
            &["containers.o.autoStart"],
            expect![[r#"
                # oak Nixos closed=true missing=[] release=Some((25, 11))
                containers.o.autoStart = true
            "#]],
        );
    }
}

#[test]
fn easy_hosts_are_declared() {
    check_on_nixpkgs(
        r#"
  inputs.flake-parts.url = "github:hercules-ci/flake-parts";
  inputs.easy-hosts.url = "github:tgirlcloud/easy-hosts";
  outputs = inputs: inputs.flake-parts.lib.mkFlake { inherit inputs; } { imports = [ ./parts/hosts.nix ]; systems = [ ]; };
}
#- /parts/hosts.nix
{ inputs, self, ... }: {
  imports = [ inputs.easy-hosts.flakeModule ];
  easy-hosts = {
    shared = { modules = [ { networking.domain = "example"; } ]; specialArgs.tag = "s"; };
    perClass = class: { modules = [ "${self}/modules/${class}.nix" ]; };
    perTag = tag: { modules = [ { environment.variables.TAG = tag; } ]; specialArgs = { inherit tag; }; };
    perArch = arch: { modules = [ { environment.variables.ARCH = arch; } ]; };
    additionalClasses.tiny = "nixos";
    hosts.oak = { path = ../deep/oak; tags = [ "lab" ]; specialArgs.other = "o"; };
    hosts.elm = { class = "tiny"; arch = "aarch64"; modules = [ { containers.e.autoStart = true; } ]; };
    hosts.mac = { class = "darwin"; modules = [ { containers.m.autoStart = true; } ]; };
  };
}
#- /modules/nixos.nix
{ inputs', lib, ... }: { containers.shared.autoStart = true; environment.systemPackages = [ inputs'.tools.packages.one ]; }
#- /modules/tiny.nix
{ }
#- /deep/oak/default.nix
{ tag, other, self, inputs, ... }: { virtualisation.oci-containers.containers.w.image = "w:${tag}-${other}"; }
#- /hosts/elm/default.nix
{ tag, ... }: { virtualisation.oci-containers.containers.w.image = "w:${tag}"; }
"#,
        &[
            "networking.hostName",
            "networking.domain",
            "environment.variables.TAG",
            "environment.variables.ARCH",
            "containers.shared.autoStart",
            "containers.e.autoStart",
            "virtualisation.oci-containers.containers.w.image",
        ],
        expect![[r##"
            # elm Nixos closed=true missing=[] release=Some((25, 11))
            networking.hostName = "elm"
            networking.domain = "example"
            environment.variables.TAG = «unknown: option `environment.variables.TAG` is set nowhere in the analysed files»
            environment.variables.ARCH = "aarch64"
            containers.shared.autoStart = error: attribute 'shared' missing
            containers.e.autoStart = true
            virtualisation.oci-containers.containers.w.image = "w:s"
            # oak Nixos closed=true missing=[] release=Some((25, 11))
            networking.hostName = "oak"
            networking.domain = "example"
            environment.variables.TAG = "lab"
            environment.variables.ARCH = "x86_64"
            containers.shared.autoStart = true
            containers.e.autoStart = error: attribute 'e' missing
            virtualisation.oci-containers.containers.w.image = "w:lab-o"
        "##]],
    );
}

#[test]
fn easy_hosts_are_found() {
    check_on_nixpkgs(
        r#"
  inputs.flake-parts.url = "github:hercules-ci/flake-parts";
  inputs.easy-hosts.url = "github:tgirlcloud/easy-hosts";
  outputs = inputs: inputs.flake-parts.lib.mkFlake { inherit inputs; } ({ self, ... }: {
    imports = [ inputs.easy-hosts.flakeModules.default ];
    easyHosts = { autoConstruct = true; path = ./hosts; hosts.oak.modules = [ { networking.domain = "more"; } ]; additionalClasses.pi = "nixos"; };
  });
}
#- /hosts/x86_64-nixos/oak/default.nix
{ containers.o.autoStart = true; }
#- /hosts/aarch64-pi/elm/default.nix
{ containers.e.autoStart = true; }
#- /hosts/aarch64-darwin/mac/default.nix
throw "not this one"
#- /hosts/README.md
text
"#,
        &[
            "networking.hostName",
            "networking.domain",
            "nixpkgs.hostPlatform.system",
            "containers.o.autoStart",
            "containers.e.autoStart",
        ],
        expect![[r##"
            # elm Nixos closed=true missing=[] release=Some((25, 11))
            networking.hostName = "elm"
            networking.domain = null
            nixpkgs.hostPlatform.system = "aarch64-linux"
            containers.o.autoStart = error: attribute 'o' missing
            containers.e.autoStart = true
            # oak Nixos closed=true missing=[] release=Some((25, 11))
            networking.hostName = "oak"
            networking.domain = "more"
            nixpkgs.hostPlatform.system = "x86_64-linux"
            containers.o.autoStart = true
            containers.e.autoStart = error: attribute 'e' missing
        "##]],
    );
}

#[test]
fn easy_hosts_of_one_platform_are_found() {
    check_on_nixpkgs(
        r#"
  inputs.flake-parts.url = "github:hercules-ci/flake-parts";
  inputs.easy-hosts.url = "github:tgirlcloud/easy-hosts";
  outputs = inputs: inputs.flake-parts.lib.mkFlake { inherit inputs; } ({ self, ... }: {
    imports = [ inputs.easy-hosts.flakeModule ];
    easy-hosts = { autoConstruct = true; path = self + "/hosts"; onlySystem = "x86_64-nixos"; };
  });
}
#- /hosts/oak/default.nix
{ containers.o.autoStart = true; }
"#,
        &[
            "networking.hostName",
            "nixpkgs.hostPlatform.system",
            "containers.o.autoStart",
            "containers.e.autoStart",
        ],
        expect![[r##"
            # oak Nixos closed=true missing=[] release=Some((25, 11))
            networking.hostName = "oak"
            nixpkgs.hostPlatform.system = "x86_64-linux"
            containers.o.autoStart = true
            containers.e.autoStart = error: attribute 'e' missing
        "##]],
    );
}

/// Hosts in a folder by its own name and by another, in the flake, and a home.
const FLAKELIGHT: &str = r#"
  inputs.flakelight.url = "github:nix-community/flakelight";
  outputs = { flakelight, ... }@inputs: flakelight ./. ({ lib, outputs, ... }: {
    inherit inputs;
    nixDirAliases.nixosConfigurations = [ "machines" ];
    devShell.packages = pkgs: [ pkgs.git ];
    nixosConfigurations.ash = { inputs, ... }: { system = "x86_64-linux"; modules = [ inputs.self.nixosModules.pods { networking.domain = "ash"; } ]; specialArgs.tag = "a"; };
    nixosModule = { hostname, ... }: { networking.hostName = hostname; };
  });
}
#- /nix/nixos/oak.nix
{ inputs, lib, ... }: {
  system = "x86_64-linux";
  specialArgs.tag = "o";
  modules = [ inputs.self.nixosModules.pods inputs.self.nixosModules.default ({ flake, inputs', ... }: { networking.domain = flake.lib.toLower "OAK"; }) ];
}
#- /nix/machines/elm/default.nix
{ modules = [ ../../../elm.nix ]; specialArgs.tag = "e"; }
#- /nix/nixosModules/pods.nix
{ tag, ... }: { virtualisation.oci-containers.containers.w.image = "w:${tag}"; }
#- /elm.nix
{ tag, ... }: { networking.hostName = "elm-${tag}"; containers.e.autoStart = true; }
#- /nix/home/ada@oak.nix
{ inputs, ... }: { system = "x86_64-linux"; modules = [ inputs.self.homeModules.nest ]; }
#- /nix/homeModules/_nest.nix
{ config, ... }: { services.podman.containers.n.image = "n-${config.home.username}"; }
#- /nix/notes/default.nix
throw "nobody asks"
"#;

#[test]
fn flakelight_reads_its_folder() {
    check_on_nixpkgs(
        FLAKELIGHT,
        &[
            "networking.hostName",
            "networking.domain",
            "containers.e.autoStart",
            "virtualisation.oci-containers.containers.w.image",
            "services.podman.containers.n.image",
        ],
        expect![[r##"
            # ash Nixos closed=true missing=[] release=Some((25, 11))
            networking.hostName = "nixos"
            networking.domain = "ash"
            containers.e.autoStart = error: attribute 'e' missing
            virtualisation.oci-containers.containers.w.image = "w:a"
            services.podman.containers.n.image = «unknown: option `services.podman.containers.n.image` is set nowhere in the analysed files»
            # elm Nixos closed=true missing=[] release=Some((25, 11))
            networking.hostName = "elm-e"
            networking.domain = null
            containers.e.autoStart = true
            virtualisation.oci-containers.containers.w.image = error: attribute 'w' missing
            services.podman.containers.n.image = «unknown: option `services.podman.containers.n.image` is set nowhere in the analysed files»
            # oak Nixos closed=true missing=[] release=Some((25, 11))
            networking.hostName = "oak"
            networking.domain = "oak"
            containers.e.autoStart = error: attribute 'e' missing
            virtualisation.oci-containers.containers.w.image = "w:o"
            services.podman.containers.n.image = «unknown: option `services.podman.containers.n.image` is set nowhere in the analysed files»
            # ada@oak Home closed=true missing=[] release=Some((25, 11))
            networking.hostName = «unknown: option `networking.hostName` is set nowhere in the analysed files»
            networking.domain = «unknown: option `networking.domain` is set nowhere in the analysed files»
            containers.e.autoStart = «unknown: option `containers.e.autoStart` is set nowhere in the analysed files»
            virtualisation.oci-containers.containers.w.image = «unknown: option `virtualisation.oci-containers.containers.w.image` is set nowhere in the analysed files»
            services.podman.containers.n.image = "n-ada"
        "##]],
    );
}

/// The folder has another name, all hosts are in one file, and nixpkgs is the framework's.
#[test]
fn flakelight_with_another_folder() {
    super::check_flake(
        r#"
#- /flake.nix
{
  inputs.light.url = "github:accelbread/flakelight";
  outputs = { light, ... }: light.lib.mkFlake.extend [ { nixDir = ./parts; } ] ./. { };
}
#- /parts/nixosConfigurations.nix
{ lib, ... }: lib.genAttrs [ "oak" "elm" ] (name: { modules = [ { containers.${name}.autoStart = true; } ]; })
#- /parts/outputs.nix
{ lib, inputs, ... }: { nixosConfigurations.ash = inputs.nixpkgs.lib.nixosSystem { modules = [ { containers.a.autoStart = true; } ]; }; }
"#,
        &[
            "containers.a.autoStart",
            "containers.oak.autoStart",
            "containers.elm.autoStart",
        ],
        expect![[r#"
            # ash Nixos closed=true missing=[] release=None
            containers.a.autoStart = true
            containers.oak.autoStart = error: attribute 'oak' missing
            containers.elm.autoStart = error: attribute 'elm' missing
            # elm Nixos closed=true missing=[] release=None
            containers.a.autoStart = error: attribute 'a' missing
            containers.oak.autoStart = error: attribute 'oak' missing
            containers.elm.autoStart = true
            # oak Nixos closed=true missing=[] release=None
            containers.a.autoStart = error: attribute 'a' missing
            containers.oak.autoStart = true
            containers.elm.autoStart = error: attribute 'elm' missing
        "#]],
    );
}

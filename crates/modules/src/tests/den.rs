//! den: what hosts, users and aspects give one another.

use super::{check_flake, on_nixpkgs};
use expect_test::{Expect, expect};

/// A flake whose parts are given, den being one of its inputs.
fn check(parts: &str, paths: &[&str], expect: Expect) {
    let flake = on_nixpkgs(
        r#"
  inputs.flake-parts.url = "github:hercules-ci/flake-parts";
  inputs.import-tree.url = "github:vic/import-tree";
  inputs.den.url = "github:vic/den";
  outputs = inputs: inputs.flake-parts.lib.mkFlake { inherit inputs; } (inputs.import-tree ./parts);
}
#- /parts/den.nix
{ inputs, ... }: { imports = [ inputs.den.flakeModule ]; }
"#,
    );
    check_flake(&(flake + parts), paths, expect);
}

#[test]
fn hosts_have_the_defaults_of_their_schema() {
    check(
        r#"
#- /parts/schema.nix
{ den.schema.host = { host, lib, ... }: { options.role = lib.mkOption { default = "server"; }; options.alias = lib.mkOption { default = host.name; }; };
  den.schema.user = { user, host, lib, ... }: { options.full = lib.mkOption { default = "${user.name}@${host.name}"; }; };
}
#- /parts/oak.nix
{ den.hosts.x86_64-linux.oak.users.ann = { };
  den.hosts.x86_64-linux.elm = { role = "desk"; hostName = "elm-tree"; aspect = { nixos.networking.domain = "own"; }; };
  den.aspects.oak.includes = [
    ({ host, ... }: if host.role == "server" then { nixos.containers.shed.autoStart = true; } else { })
    ({ host, ... }: { nixos.networking.domain = host.alias; })
  ];
  den.aspects.ann.includes = [ ({ user, host, ... }: { nixos.users.users.ann.description = user.full; }) ];
}
"#,
        &[
            "containers.shed.autoStart",
            "networking.domain",
            "networking.hostName",
            "users.users.ann.description",
        ],
        expect![[r##"
            # elm Nixos closed=true missing=[] release=Some((25, 11))
            containers.shed.autoStart = error: attribute 'shed' missing
            networking.domain = "own"
            networking.hostName = "elm-tree"
            users.users.ann.description = «unknown: option `users.users.ann.description` is set nowhere in the analysed files»
            # oak Nixos closed=true missing=[] release=Some((25, 11))
            containers.shed.autoStart = true
            networking.domain = "oak"
            networking.hostName = "oak"
            users.users.ann.description = "ann@oak"
        "##]],
    );
}

#[test]
fn every_class_is_applied_or_told() {
    check(
        r#"
#- /parts/oak.nix
{ den, ... }: {
  den.hosts.x86_64-linux.oak.users.ann = { };
  den.aspects.ann = {
    user.extraGroups = [ "podman" ];
    includes = [ den.provides.primary-user ({ host, ... }: { user = { config, ... }: { extraGroups = [ config.networking.domain ]; }; }) ];
    homeManager.services.podman.enable = true;
    darwin.users.knownUsers = [ "ann" ];
  };
  den.aspects.oak = {
    nixos.virtualisation.podman.enable = true;
    os.networking.domain = "both";
    hjem.files.".bashrc".text = "";
    provides.to-users.homeManager.home.stateVersion = "25.11";
  };
  den.ctx.user.includes = [ den._.mutual-provider ];
}
"#,
        &[
            "users.users.ann.extraGroups",
            "virtualisation.podman.enable",
            "networking.domain",
            "home-manager.users.ann.services.podman.enable",
            "home-manager.users.ann.home.stateVersion",
        ],
        expect![[r##"
            # oak Nixos closed=false missing=[] release=Some((25, 11))
            users.users.ann.extraGroups = [ "wheel" "networkmanager" "podman" "both" ]
            virtualisation.podman.enable = true
            networking.domain = "both"
            home-manager.users.ann.services.podman.enable = true
            home-manager.users.ann.home.stateVersion = "25.11"
            gap: module: `the class hjem of den` is not modelled
        "##]],
    );
}

/// Aspects in aspects, in several files, and in a namespace of their own.
#[test]
fn aspects_in_aspects() {
    check(
        r#"
#- /parts/oak.nix
{ den, inputs, eg, ... }: {
  imports = [ (inputs.den.namespace "eg" true) ];
  den.hosts.x86_64-linux.oak.users.ann = { };
  den.aspects.oak.includes = [ den.aspects.services.web eg.shed eg.shed._.door ];
  den.aspects.ann.includes = [ ({ host, ... }: if host.name == "oak" then den.aspects.ann.desk else { }) ];
}
#- /parts/web.nix
{ den, ... }: { den.aspects.services.web = { includes = [ den.aspects.common ]; nixos.containers.web.autoStart = true; }; }
#- /parts/web-too.nix
{ den.aspects.services.web.nixos.containers.web.privateNetwork = true; den.aspects.services.mail.nixos.containers.mail.autoStart = true; }
#- /parts/common.nix
{ den.aspects.common.nixos.networking.domain = "common"; }
#- /parts/ann.nix
{ den.aspects.ann.desk.homeManager = { ... }: { services.podman.enable = true; }; }
#- /parts/ann-too.nix
{ den.aspects.ann.desk = { nixos.containers.desk.autoStart = true; includes = [ ]; }; }
#- /parts/shed.nix
{ eg.shed = { nixos.containers.shed.autoStart = true; provides.door.nixos.containers.door.autoStart = true; }; }
"#,
        &[
            "containers.web.autoStart",
            "containers.web.privateNetwork",
            "containers.mail.autoStart",
            "containers.desk.autoStart",
            "containers.shed.autoStart",
            "containers.door.autoStart",
            "networking.domain",
            "home-manager.users.ann.services.podman.enable",
        ],
        expect![[r##"
            # oak Nixos closed=true missing=[] release=Some((25, 11))
            containers.web.autoStart = true
            containers.web.privateNetwork = true
            containers.mail.autoStart = error: attribute 'mail' missing
            containers.desk.autoStart = true
            containers.shed.autoStart = true
            containers.door.autoStart = true
            networking.domain = "common"
            home-manager.users.ann.services.podman.enable = true
        "##]],
    );
}

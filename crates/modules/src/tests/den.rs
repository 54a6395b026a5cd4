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

/// Aspects by names in angle brackets, which a module gets as an argument.
#[test]
fn angle_brackets() {
    check(
        r#"
#- /parts/brackets.nix
{ den, inputs, ... }: { _module.args.__findFile = den.lib.__findFile; imports = [ (inputs.den.namespace "shop" false) ]; }
#- /parts/oak.nix
{ __findFile, ... }: {
  den.hosts.x86_64-linux.oak = { };
  den.aspects.oak.includes = [ <den/hostname> <services/web> <plain> <shop/ledger> <shop/ledger/page> ];
  den.aspects.services.provides.web.nixos.containers.web.autoStart = true;
  den.aspects.plain.nixos.containers.plain.autoStart = true;
  shop.ledger.nixos.containers.ledger.autoStart = true;
  shop.ledger.page.nixos.containers.page.autoStart = true;
}
"#,
        &[
            "networking.hostName",
            "containers.web.autoStart",
            "containers.plain.autoStart",
            "containers.ledger.autoStart",
            "containers.page.autoStart",
        ],
        expect![[r##"
            # oak Nixos closed=true missing=[] release=Some((25, 11))
            networking.hostName = "oak"
            containers.web.autoStart = true
            containers.plain.autoStart = true
            containers.ledger.autoStart = true
            containers.page.autoStart = true
        "##]],
    );
}

/// A class of the flake's own is applied where it is forwarded to, and then not counted as one that is not known.
#[test]
fn classes_that_are_forwarded() {
    check(
        r#"
#- /parts/classes.nix
{ den, lib, ... }: {
  den.ctx.host.includes = [
    ({ host }: den.provides.forward {
      each = [ true ]; fromClass = _: "web"; intoClass = _: host.class; intoPath = _: [ "containers" "web" "config" ]; fromAspect = _: host.aspect;
    })
    ({ class, aspect-chain }: den._.forward {
      each = [ "lab" ]; fromClass = item: item; intoClass = _: "nixos"; intoPath = _: [ ]; fromAspect = _: builtins.head aspect-chain;
      guard = { config, ... }: _: lib.mkIf (config.networking.hostName == "oak"); adaptArgs = arguments: arguments // { tag = "7"; };
    })
  ];
  den.ctx.user.includes = [
    ({ host, user }: den.provides.forward {
      each = [ user ]; fromClass = _: "home"; intoClass = _: host.class; intoPath = user: [ "home-manager" "users" user.userName ]; fromAspect = user: user.aspect;
    })
  ];
}
#- /parts/oak.nix
{
  den.hosts.x86_64-linux.oak.users.ann = { };
  den.aspects.oak = {
    web = { lib, ... }: { networking.domain = "inner"; };
    lab = { tag, ... }: { virtualisation.oci-containers.containers.lab.image = "lab:${tag}"; };
    lost.containers.lost.autoStart = true;
  };
  den.aspects.ann.home.services.podman.containers.n.image = "n";
}
"#,
        &[
            "containers.web.config.networking.domain",
            "virtualisation.oci-containers.containers.lab.image",
            "home-manager.users.ann.services.podman.containers.n.image",
        ],
        expect![[r##"
            # oak Nixos closed=false missing=[] release=Some((25, 11))
            containers.web.config.networking.domain = "inner"
            virtualisation.oci-containers.containers.lab.image = "lab:7"
            home-manager.users.ann.services.podman.containers.n.image = "n"
            gap: module: `the class lost of den` is not modelled
        "##]],
    );
}

/// Contexts of the flake's own that a host leads to.
#[test]
fn contexts_that_a_host_leads_to() {
    check(
        r#"
#- /parts/contexts.nix
{ den, lib, ... }: {
  den.ctx.host.into.pod = { host }: map (pod: { inherit host pod; }) (host.pods or [ ]);
  den.ctx.pod.provides.pod = { host, pod }: { nixos.containers.${pod}.autoStart = host.name == "oak"; };
  den.ctx.pod.includes = [ ({ pod, ... }: { nixos.containers.${pod}.privateNetwork = true; }) ];
  den.hosts.x86_64-linux.oak.pods = [ "ledger" "shed" ];
  den.aspects.oak.nixos.networking.domain = "example";
}
"#,
        &[
            "networking.domain",
            "containers.ledger.autoStart",
            "containers.shed.privateNetwork",
        ],
        expect![[r##"
            # oak Nixos closed=true missing=[] release=Some((25, 11))
            networking.domain = "example"
            containers.ledger.autoStart = true
            containers.shed.privateNetwork = true
        "##]],
    );
}

/// den declares the outputs itself where flake-parts is no input.
#[test]
fn hosts_without_flake_parts() {
    check_flake(
        &on_nixpkgs(
            r#"
  inputs.import-tree.url = "github:vic/import-tree";
  inputs.den.url = "github:vic/den";
  outputs = inputs: (inputs.nixpkgs.lib.evalModules { modules = [ (inputs.import-tree ./parts) ]; specialArgs = { inherit inputs; }; }).config.flake;
}
#- /parts/den.nix
{ inputs, den, ... }: {
  imports = [ inputs.den.flakeModule ];
  den.hosts.x86_64-linux.oak.users.ann.classes = [ "user" ];
  den.aspects.oak = { includes = [ den.provides.hostname ]; nixos = { pkgs, ... }: { containers.o.autoStart = true; }; };
  den.aspects.ann = { includes = [ den.provides.primary-user ]; user.extraGroups = [ "podman" ]; };
}
"#,
        ),
        &[
            "networking.hostName",
            "containers.o.autoStart",
            "users.users.ann.extraGroups",
        ],
        expect![[r##"
            # oak Nixos closed=true missing=[] release=Some((25, 11))
            networking.hostName = "oak"
            containers.o.autoStart = true
            users.users.ann.extraGroups = [ "wheel" "networkmanager" "podman" ]
        "##]],
    );
}

/// Aspects stand in aspects by names of the flake's own, however deep, and each file may say some of them.
#[test]
fn aspects_stand_in_sets_of_aspects() {
    check(
        r#"
#- /parts/oak.nix
{ den, ... }: {
  den.hosts.x86_64-linux.oak = { };
  den.aspects.oak = {
    includes = [ den.aspects.services.media den.aspects.services.desk.print ];
    nixos = { pkgs, ... }: { networking.domain = "own"; };
  };
}
#- /parts/disk.nix
{ den.aspects.oak.nixos = { containers.disk.autoStart = true; }; }
#- /parts/media.nix
{ den, ... }: { den.aspects.services.media.includes = [ den.aspects.services.media.tunnel den.aspects.services.media.radio ]; }
#- /parts/tunnel.nix
{ den.aspects.services.media.tunnel = { nixos = { config, ... }: { containers.tunnel.autoStart = true; }; }; }
#- /parts/radio.nix
{ den.aspects.services = { media.radio.nixos.containers.radio.autoStart = true; desk.print.nixos.containers.print.autoStart = true; }; }
"#,
        &[
            "networking.domain",
            "containers.disk.autoStart",
            "containers.tunnel.autoStart",
            "containers.radio.autoStart",
            "containers.print.autoStart",
        ],
        expect![[r#"
            # oak Nixos closed=true missing=[] release=Some((25, 11))
            networking.domain = "own"
            containers.disk.autoStart = true
            containers.tunnel.autoStart = true
            containers.radio.autoStart = true
            containers.print.autoStart = true
        "#]],
    );
}

//! Systems that files build without a flake.

use super::check_file;
use expect_test::expect;

#[test]
fn a_set_of_systems_and_of_parts_of_systems() {
    check_file(
        r#"
{
  whole = import <nixpkgs/nixos> { configuration = ./a.nix; };
  part = (import <nixpkgs/nixos> { configuration = { imports = [ ./a.nix ]; networking.hostName = "part"; }; }).config.system.build.toplevel;
  top = (import <nixpkgs/nixos> { configuration = { imports = [ ./a.nix ]; networking.hostName = "top"; }; }).system;
  more.vm = (import <nixpkgs/nixos/lib/eval-config.nix> {
    modules = [ ./a.nix ({ tag, ... }: { networking.hostName = tag; }) ];
    specialArgs.tag = "vm";
  }).config.system.build.vm;
  shell = (import <nixpkgs> { }).mkShell { packages = [ ]; };
  version = "3";
}
#- /a.nix
{ lib, ... }: { networking.hostName = lib.mkDefault "a"; containers.web.autoStart = true; }
"#,
        &["networking.hostName", "containers.web.autoStart"],
        expect![[r##"
            # more.vm Nixos closed=true missing=[] release=None
            networking.hostName = "vm"
            containers.web.autoStart = true
            # part Nixos closed=true missing=[] release=None
            networking.hostName = "part"
            containers.web.autoStart = true
            # top Nixos closed=true missing=[] release=None
            networking.hostName = "top"
            containers.web.autoStart = true
            # whole Nixos closed=true missing=[] release=None
            networking.hostName = "a"
            containers.web.autoStart = true
        "##]],
    );
}

#[test]
fn a_file_that_is_a_system() {
    check_file(
        r#"
{ nixpkgs ? <nixpkgs>, system ? builtins.currentSystem }:
let nixos = import (nixpkgs + "/nixos"); in
nixos { inherit system; configuration = { containers.web.privateNetwork = true; }; }
"#,
        &["containers.web.privateNetwork"],
        expect![[r#"
            # main.nix Nixos closed=true missing=[] release=None
            containers.web.privateNetwork = true
        "#]],
    );
}

#[test]
fn hosts_pinned_by_npins() {
    check_file(
        r#"
let
  sources = import ./npins;
  pkgs = import sources.nixpkgs { };
  host = name: import (sources.nixpkgs + "/nixos/lib/eval-config.nix") {
    system = null;
    specialArgs = { inherit sources; };
    modules = [ (./hosts + "/${name}.nix") "${sources.home-manager}/nixos" ];
  };
in
pkgs.lib.genAttrs [ "oak" "elm" ] host
#- /hosts/oak.nix
{ sources, lib, ... }: {
  imports = [ (sources.agenix + "/modules/age.nix") ];
  containers.web.bindMounts."/src".hostPath = "${sources.own-site}";
}
#- /hosts/elm.nix
{ sources, lib, pkgs, ... }: {
  imports = [ (import "${sources.own-site}/nixos.nix") ];
  containers = lib.mapAttrs (_: privateNetwork: { inherit privateNetwork; }) { web = true; };
}
#- /npins/default.nix
let data = builtins.fromJSON (builtins.readFile ./sources.json); in
builtins.mapAttrs (_: spec: builtins.fetchTarball { inherit (spec) url; sha256 = spec.hash; }) data.pins
#- /npins/sources.json
{
  "pins": {
    "agenix": { "type": "Git", "repository": { "type": "GitHub", "owner": "ryantm", "repo": "agenix" }, "branch": "main", "revision": "0", "url": null, "hash": "h" },
    "home-manager": { "type": "Git", "repository": { "type": "GitHub", "owner": "nix-community", "repo": "home-manager" }, "branch": "release-25.05", "revision": "0", "url": null, "hash": "h" },
    "nixpkgs": { "type": "Channel", "name": "nixos-25.05", "url": "https://example.org/nixexprs.tar.xz", "hash": "h" },
    "own-site": { "type": "Git", "repository": { "type": "Git", "url": "https://git.example.org/site" }, "branch": "main", "revision": "0", "url": null, "hash": "h" }
  },
  "version": 5
}
"#,
        &["containers.web.privateNetwork", "containers.web.bindMounts"],
        expect![[r##"
            # elm Nixos closed=false missing=["home-manager", "own-site"] release=Some((25, 5))
            containers.web.privateNetwork = true
            containers.web.bindMounts = { }
            # oak Nixos closed=true missing=["agenix", "home-manager"] release=Some((25, 5))
            containers.web.privateNetwork = false
            containers.web.bindMounts = { "/src" = { hostPath = "${«unknown: `inputs.own-site` comes from outside»}"; isReadOnly = true; mountPoint = "/src"; }; }
            gap: module: `import inputs.own-site/nixos.nix` comes from outside
        "##]],
    );
}

#[test]
fn a_host_pinned_by_niv() {
    check_file(
        r#"
let
  sources = import ./nix/sources.nix { };
  nixos = import "${sources.nixos}/nixos";
in
{
  inherit (nixos { configuration = ./configuration.nix; }) system vm;
}
#- /configuration.nix
{ pkgs, ... }:
let sources = import ./nix/sources.nix; unstable = import sources.nixpkgs-unstable { }; in {
  imports = [ "${sources.sops-nix}/modules/sops" ];
  containers.web.config = { environment.systemPackages = [ unstable.hello ]; networking.hostName = sources.nixos.branch; };
}
#- /nix/sources.nix
{ }: builtins.mapAttrs (_: spec: builtins.fetchTarball spec.url) (builtins.fromJSON (builtins.readFile ./sources.json))
#- /nix/sources.json
{
  "nixos": { "branch": "nixos-24.11", "owner": "NixOS", "repo": "nixpkgs", "rev": "0", "sha256": "s", "type": "tarball", "url": "https://github.com/NixOS/nixpkgs/archive/0.tar.gz", "url_template": "t" },
  "nixpkgs-unstable": { "branch": "nixpkgs-unstable", "owner": "NixOS", "repo": "nixpkgs", "rev": "1", "sha256": "s", "type": "tarball", "url": "https://github.com/NixOS/nixpkgs/archive/1.tar.gz", "url_template": "t" },
  "sops-nix": { "branch": "master", "owner": "Mic92", "repo": "sops-nix", "rev": "2", "sha256": "s", "type": "tarball", "url": "https://github.com/Mic92/sops-nix/archive/2.tar.gz", "url_template": "t" }
}
"#,
        &[
            "containers.web.config.networking.hostName",
            "containers.web.config.environment.systemPackages",
        ],
        expect![[r##"
            # system Nixos closed=true missing=["sops-nix"] release=Some((24, 11))
            containers.web.config.networking.hostName = "nixos-24.11"
            containers.web.config.environment.systemPackages = [ «unknown: `pkgs.hello` comes from outside» ]
        "##]],
    );
}

/// Each is of the release of its own sources, whichever is looked at first.
#[test]
fn hosts_of_two_releases() {
    check_file(
        r#"
let
  host = sources: configuration: import "${sources.nixpkgs}/nixos" { inherit configuration; };
  old = host (import ./old/npins) { networking.hostName = "old"; };
  new = host (import ./new/npins) { networking.hostName = "new"; };
in
{
  both = "${old.config.networking.hostName} and ${new.config.networking.hostName}";
  inherit new;
  part = old.config.networking.hostName;
}
#- /old/npins/default.nix
builtins.fetchTarball (builtins.fromJSON (builtins.readFile ./sources.json)).pins.nixpkgs.url
#- /old/npins/sources.json
{ "pins": { "nixpkgs": { "type": "Channel", "name": "nixos-24.11", "url": "https://example.org/a.tar.xz", "hash": "h" } }, "version": 5 }
#- /new/npins/default.nix
builtins.fetchTarball (builtins.fromJSON (builtins.readFile ./sources.json)).pins.nixpkgs.url
#- /new/npins/sources.json
{ "pins": { "nixpkgs": { "type": "Channel", "name": "nixos-25.05", "url": "https://example.org/b.tar.xz", "hash": "h" } }, "version": 5 }
"#,
        &["networking.hostName"],
        expect![[r##"
            # both Nixos closed=true missing=[] release=Some((24, 11))
            networking.hostName = "old"
            # new Nixos closed=true missing=[] release=Some((25, 5))
            networking.hostName = "new"
        "##]],
    );
}

/// A module has attributes, too, and none of them is a system.
#[test]
fn a_module_builds_no_system() {
    check_file(
        r#"
{ lib ? import <nixpkgs/lib>, ... }: {
  containers.web.autoStart = true;
  system.extraDependencies = [ (import <nixpkgs/nixos> { configuration = { }; }).config.system.build.toplevel ];
}
"#,
        &["containers.web.autoStart"],
        expect![[r#"
            # main.nix Nixos closed=false missing=[] release=None
            containers.web.autoStart = true
        "#]],
    );
}

#[test]
fn a_list_of_systems() {
    check_file(
        r#"
let build = configuration: (import <nixpkgs/nixos> { inherit configuration; }).system; in
map build [ ./oak.nix { containers.web.autoStart = false; } ]
#- /oak.nix
{ containers.web.autoStart = true; networking.hostName = "oak"; }
"#,
        &["containers.web.autoStart"],
        expect![[r#"
            # oak Nixos closed=true missing=[] release=None
            containers.web.autoStart = true
            # main.nix[1] Nixos closed=true missing=[] release=None
            containers.web.autoStart = false
        "#]],
    );
}

/// The modules of a set are not looked at here, so that each is looked at by itself.
#[test]
fn a_set_of_modules_is_not_entered() {
    let files = nixpod_fixture::TestSource::fixture(
        "{ oak = import ./oak.nix; }\n#- /oak.nix\n{ containers.web = { }; }",
    );
    let mut ev = nixpod_eval::Evaluator::new(&files, nixpod_eval::Limits::default());
    let library = crate::Library::new(&mut ev);
    let path = nixpod_source::Utf8Path::new("/p/main.nix");
    crate::file_roots(&mut ev, &library, path, "main.nix".into(), crate::Standing::Plain);
    expect![["main.nix"]].assert_eq(&files.loaded().join(" "));
}

/// The configuration is taken to evaluate: an option that nobody declares, and that has two texts, joins them somehow.
#[test]
fn texts_of_undeclared_options() {
    check_file(
        r#"
{ whole = import <nixpkgs/nixos> { configuration = ./a.nix; }; }
#- /a.nix
{ lib, ... }: {
  imports = [
    { services.x.extraConfig = "one"; services.x.same = "both"; services.x.number = 1; }
    { services.x.extraConfig = lib.mkAfter "two"; services.x.same = "both"; services.x.number = 2; }
    { services.x.extraConfig = lib.mkDefault "weaker"; virtualisation.docker.extraOptions = "-a"; }
    { virtualisation.docker.extraOptions = "-b"; }
  ];
}
"#,
        &[
            "services.x.extraConfig",
            "services.x.same",
            "services.x.number",
            "virtualisation.docker.extraOptions",
        ],
        expect![[r##"
            # whole Nixos closed=true missing=[] release=None
            services.x.extraConfig = "one${«unknown: it joins its definitions, and what it puts between them is not known»}two"
            services.x.same = "both"
            services.x.number = error: The option `services.x.number' has conflicting definition values
            virtualisation.docker.extraOptions = "-b -a"
        "##]],
    );
}

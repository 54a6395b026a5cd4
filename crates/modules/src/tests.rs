//! Module evaluations as text in, text out.

use crate::{Kind, Library, RootSystem, Standing, file_roots, flake_roots, system};
use expect_test::{Expect, expect};
use nixpod_eval::{Evaluator, Limits, NO_SITE, OriginId, ThunkId, Tracked, Value};
use nixpod_fixture::TestSource;
use nixpod_source::Utf8Path;
use std::fmt::Write;

mod built;
mod den;
mod elsewhere;
mod flake_parts;
mod folders;
mod frameworks;
mod inputs;
mod outputs;
mod secrets;
mod strict;
mod types_as_nix;
mod unknown_wrappers;
mod variants;
mod wrapped;

/// The value at a path below another, or what is wrong with it.
fn at(ev: &mut Evaluator<'_>, root: ThunkId, path: &str) -> Result<Tracked, String> {
    let mut value = ev.force(root).map_err(|error| error.message.clone());
    for name in path.split('.') {
        value = value.and_then(|value| {
            let symbol = ev.intern(name);
            let selected = ev.select_value(&value, symbol, NO_SITE);
            ev.settle(selected).map_err(|error| error.message.clone())
        });
    }
    value
}

/// One line.
fn line(ev: &mut Evaluator<'_>, path: &str, value: Result<Tracked, String>) -> String {
    let shown = value.and_then(|value| ev.print(&value).map_err(|error| error.message.clone()));
    let shown = shown.unwrap_or_else(|error| format!("error: {error}"));
    format!("{path} = {shown}\n")
}

fn render(ev: &mut Evaluator<'_>, root: &crate::ModuleEvaluation, paths: &[&str]) -> String {
    let mut out = String::new();
    for path in paths {
        let value = at(ev, root.config, path);
        out.push_str(&line(ev, path, value));
    }
    out
}

/// Evaluates what `roots` finds in the files, and prints options of each.
fn check_roots(
    fixture: &str,
    paths: &[&str],
    expect: Expect,
    roots: impl FnOnce(&mut Evaluator<'_>, &Library) -> Vec<RootSystem>,
) {
    let files = TestSource::fixture(fixture);
    let mut ev = Evaluator::new(&files, Limits::default());
    let library = Library::new(&mut ev);
    let roots = roots(&mut ev, &library);
    let mut out = String::new();
    for root in roots {
        let _ = write!(
            out,
            "# {} {:?} closed={}",
            root.name, root.kind, root.closed_world
        );
        if root.standing == Standing::NoHost {
            out.push_str(" imported by no host");
        }
        let _ = writeln!(
            out,
            " missing={:?} release={:?}",
            root.missing_inputs, root.release
        );
        out.push_str(&render(&mut ev, &root.system, paths));
    }
    gaps(&mut ev, &library, &mut out);
    expect.assert_eq(&out);
}

fn gaps(ev: &mut Evaluator<'_>, library: &Library, out: &mut String) {
    let mut told = Vec::new();
    for (_, gap) in library.shared.gaps(ev) {
        // Several systems may miss the same thing.
        if !told.contains(&gap) {
            let _ = writeln!(out, "gap: {}: {}", gap.what, gap.why);
            told.push(gap);
        }
    }
}

/// Evaluates `/main.nix` as a NixOS module and prints options.
fn check(fixture: &str, paths: &[&str], expect: Expect) {
    let files = TestSource::fixture(fixture);
    let mut ev = Evaluator::new(&files, Limits::default());
    let library = Library::new(&mut ev);
    let module = ev.alloc(Value::Path("/p/main.nix".into()), OriginId::default());
    let root = system(&mut ev, &library, Kind::Nixos, vec![module], None, false);
    let mut out = render(&mut ev, &root, paths);
    gaps(&mut ev, &library, &mut out);
    expect.assert_eq(&out);
}

/// Evaluates the flake and prints options of each host.
fn check_flake(fixture: &str, paths: &[&str], expect: Expect) {
    check_roots(fixture, paths, expect, |ev, library| {
        flake_roots(ev, library, Utf8Path::new("/p")).0
    });
}

/// The text of a flake that has nixpkgs 25.11 as an input: the rest of its `flake.nix` is given, and other files.
fn on_nixpkgs(rest: &str) -> String {
    let nixpkgs = "inputs.nixpkgs.url = \"github:NixOS/nixpkgs/nixos-25.11\";";
    format!("#- /flake.nix\n{{\n  {nixpkgs}{rest}")
}

/// Evaluates such a flake and prints options of each host.
fn check_on_nixpkgs(rest: &str, paths: &[&str], expect: Expect) {
    check_flake(&on_nixpkgs(rest), paths, expect);
}

/// Evaluates what `/main.nix` builds and prints options of each system.
fn check_file(fixture: &str, paths: &[&str], expect: Expect) {
    check_roots(fixture, paths, expect, |ev, library| {
        file_roots(
            ev,
            library,
            Utf8Path::new("/p/main.nix"),
            "main.nix".into(),
            Standing::Plain,
        )
    });
}

#[test]
fn nspawn_defaults_and_priorities() {
    check(
        r#"
{ config, lib, ... }: {
  imports = [ ./web.nix ];
  containers.web.autoStart = lib.mkForce true;
}
#- /web.nix
{ config, lib, pkgs, ... }:
let cfg = config.my.pods.web; in {
  options.my.pods.web.enable = lib.mkEnableOption "web" // { default = true; };
  config = lib.mkIf cfg.enable {
    containers.web = {
      autoStart = false;
      bindMounts."/data" = { hostPath = "/srv/${config.networking.hostName}"; isReadOnly = false; };
      extraFlags = [ "-U" ] ++ lib.optional (cfg.enable) "--drop-capability=CAP_SYS_PTRACE";
      config = { config, ... }: { networking.hostName = "inner"; services.nginx.enable = true; };
    };
    containers.off = lib.mkIf false { autoStart = true; };
    networking.hostName = "outer";
  };
}
"#,
        &[
            "containers.web.autoStart",
            "containers.web.privateUsers",
            "containers.web.bindMounts",
            "containers.web.extraFlags",
            "containers.web.config.networking.hostName",
            "containers.off.autoStart",
            "users.users",
        ],
        expect![[r#"
            containers.web.autoStart = true
            containers.web.privateUsers = "no"
            containers.web.bindMounts = { "/data" = { hostPath = "/srv/outer"; isReadOnly = false; mountPoint = "/data"; }; }
            containers.web.extraFlags = [ "-U" "--drop-capability=CAP_SYS_PTRACE" ]
            containers.web.config.networking.hostName = "inner"
            containers.off.autoStart = error: attribute 'off' missing
            users.users = { «unknown keys: option `users.users` is set nowhere in the analysed files» }
        "#]],
    );
}

#[test]
fn users_get_what_normal_users_imply() {
    check(
        r#"
{
  users.users.ann = { isNormalUser = true; extraGroups = [ "podman" ]; };
  users.extraUsers.bob = { isSystemUser = true; group = "bob"; };
  system.stateVersion = "24.05";
}
"#,
        &[
            "users.users.ann.home",
            "users.users.ann.autoSubUidGidRange",
            "users.users.bob.group",
            "users.users.bob.autoSubUidGidRange",
            "virtualisation.oci-containers.backend",
            "virtualisation.podman.enable",
        ],
        expect![[r#"
            users.users.ann.home = "/home/ann"
            users.users.ann.autoSubUidGidRange = true
            users.users.bob.group = "bob"
            users.users.bob.autoSubUidGidRange = false
            virtualisation.oci-containers.backend = "podman"
            virtualisation.podman.enable = false
        "#]],
    );
}

#[test]
fn quadlets_enable_podman() {
    let enabled = |module: &str, expected: Expect| check(module, &["virtualisation.podman.enable"], expected);
    enabled(
        "{ virtualisation.quadlet.pods.desk = { }; }",
        expect![["virtualisation.podman.enable = true\n"]],
    );
    enabled(
        "{ virtualisation.quadlet.enable = true; }",
        expect![["virtualisation.podman.enable = true\n"]],
    );
    enabled(
        "{ virtualisation.quadlet = { enable = false; containers.web = { }; }; }",
        expect![["virtualisation.podman.enable = false\n"]],
    );
    enabled(
        "{ virtualisation.quadlet.autoEscape = false; }",
        expect![["virtualisation.podman.enable = false\n"]],
    );
}

/// What sops-nix and agenix make at run time is there; whether an option of an input is null, nobody knows.
#[test]
fn paths_of_secrets_are_not_null() {
    check(
        r#"
{ config, lib, ... }:
let
  inherit (config.sops) secrets;
  given = path: if path != null then "yes" else "no";
in {
  sops.secrets."web.env" = { };
  containers.web.config = { config, ... }: { sops.secrets.inner = { }; networking.hostName = given config.sops.secrets.inner.path; };
  networking.hostName = given secrets."web.env".path;
  networking.domain = given config.age.secrets.other.path;
  time.timeZone = given (if null == config.sops.templates.env.path then null else config.sops.templates.env.path);
  boot.kernelParams = lib.optional (config.services.other.path != null) "quiet";
}
"#,
        &[
            "containers.web.config.networking.hostName",
            "networking.hostName",
            "networking.domain",
            "time.timeZone",
            "boot.kernelParams",
        ],
        expect![[r#"
            containers.web.config.networking.hostName = "yes"
            networking.hostName = "yes"
            networking.domain = "yes"
            time.timeZone = "yes"
            boot.kernelParams = [ "quiet" «if option `services.other.path` is set nowhere in the analysed files» ]
        "#]],
    );
}

#[test]
fn a_flake_with_hosts_made_by_a_function() {
    check_flake(
        r#"
#- /flake.nix
{
  inputs.nixpkgs.url = "github:NixOS/nixpkgs/nixos-25.05";
  inputs.sops-nix.url = "github:Mic92/sops-nix";
  inputs.odd.url = "github:someone/odd";
  outputs = { self, nixpkgs, sops-nix, ... }@inputs:
    let mkHost = name: nixpkgs.lib.nixosSystem {
      specialArgs = { inherit inputs; site = { port = 81; }; };
      modules = [ ./hosts/${name}.nix sops-nix.nixosModules.sops ];
    };
    in { nixosConfigurations = nixpkgs.lib.genAttrs [ "a" "b" ] mkHost; };
}
#- /hosts/a.nix
{ site, lib, config, ... }: {
  virtualisation.oci-containers.containers = lib.mapAttrs (n: p: { image = "x/${n}:1"; ports = [ "${toString p}:80" ]; environmentFiles = [ config.sops.secrets.a.path ]; }) { web = site.port; };
  sops.secrets.a = { };
}
#- /hosts/b.nix
{ inputs, ... }: { imports = [ inputs.odd.nixosModules.x ../common.nix ]; }
#- /common.nix
{ containers.c = { }; }
"#,
        &[
            "virtualisation.oci-containers.containers.web.ports",
            "virtualisation.oci-containers.containers.web.environmentFiles",
            "virtualisation.podman.enable",
            "containers.c.privateNetwork",
        ],
        expect![[r##"
            # a Nixos closed=true missing=["sops-nix"] release=Some((25, 5))
            virtualisation.oci-containers.containers.web.ports = [ "81:80" ]
            virtualisation.oci-containers.containers.web.environmentFiles = [ «unknown: option `sops.secrets.a.path` is set nowhere in the analysed files» ]
            virtualisation.podman.enable = true
            containers.c.privateNetwork = error: attribute 'c' missing
            # b Nixos closed=false missing=["odd", "sops-nix"] release=Some((25, 5))
            virtualisation.oci-containers.containers.web.ports = «unknown: option `virtualisation.oci-containers.containers.web.ports` is set nowhere in the analysed files»
            virtualisation.oci-containers.containers.web.environmentFiles = «unknown: option `virtualisation.oci-containers.containers.web.environmentFiles` is set nowhere in the analysed files»
            virtualisation.podman.enable = «one of: true | false»
            containers.c.privateNetwork = false
            gap: module: `inputs.odd.nixosModules.x` comes from outside
        "##]],
    );
}

#[test]
fn flake_parts_with_dendritic_modules() {
    check_flake(
        r#"
#- /flake.nix
{
  inputs.nixpkgs.url = "github:NixOS/nixpkgs/nixos-unstable";
  inputs.flake-parts.url = "github:hercules-ci/flake-parts";
  inputs.import-tree.url = "github:vic/import-tree";
  outputs = inputs: inputs.flake-parts.lib.mkFlake { inherit inputs; } (inputs.import-tree ./modules);
}
#- /modules/pods.nix
{ self, ... }: { flake.nixosModules.pods = { config, ... }: { containers.p.privateNetwork = true; }; }
#- /modules/hosts/h.nix
{ inputs, self, ... }: { systems = [ "x86_64-linux" ]; flake.nixosConfigurations.h = inputs.nixpkgs.lib.nixosSystem { modules = [ self.nixosModules.pods ]; }; }
#- /modules/_skipped.nix
throw "not read"
"#,
        &["containers.p.privateNetwork", "containers.p.privateUsers"],
        expect![[r##"
            # h Nixos closed=true missing=[] release=None
            containers.p.privateNetwork = true
            containers.p.privateUsers = "no"
        "##]],
    );
}

#[test]
fn home_manager_users_see_the_host() {
    check(
        r#"
{
  networking.hostName = "h";
  users.users.ann.isNormalUser = true;
  home-manager.extraSpecialArgs = { tag = "1.2"; };
  home-manager.users.ann = { config, osConfig, tag, ... }: {
    services.podman.containers.web = { image = "docker.io/x:${tag}"; volumes = [ "${config.home.homeDirectory}/w:/w" ]; description = osConfig.networking.hostName; };
  };
}
"#,
        &[
            "home-manager.users.ann.services.podman.containers.web.image",
            "home-manager.users.ann.services.podman.containers.web.volumes",
            "home-manager.users.ann.services.podman.containers.web.description",
            "home-manager.users.ann.services.podman.containers.web.autoStart",
        ],
        expect![[r#"
            home-manager.users.ann.services.podman.containers.web.image = "docker.io/x:1.2"
            home-manager.users.ann.services.podman.containers.web.volumes = [ "/home/ann/w:/w" ]
            home-manager.users.ann.services.podman.containers.web.description = "h"
            home-manager.users.ann.services.podman.containers.web.autoStart = true
        "#]],
    );
}

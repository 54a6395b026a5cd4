//! Modules that a flake offers, as roots.

use super::Files;
use crate::{Library, flake_roots, module_roots};
use expect_test::{Expect, expect};
use nixpod_eval::{Evaluator, Limits};
use nixpod_source::Utf8Path;
use std::fmt::Write;

fn check(fixture: &str, expected: Expect) {
    let files = Files::new(fixture);
    let mut ev = Evaluator::new(&files, Limits::default());
    let library = Library::new(&mut ev);
    let hosts = flake_roots(&mut ev, &library, Utf8Path::new("/p"), None);
    let modules = module_roots(&mut ev, &library, !hosts.is_empty(), &|hir| {
        hir.names.iter().any(|name| name == "containers")
    });
    let mut out = String::new();
    for root in hosts.iter().chain(&modules) {
        let _ = writeln!(
            out,
            "{} {:?} closed={} imported_by_no_host={}",
            root.name, root.kind, root.closed_world, root.imported_by_no_host
        );
    }
    expected.assert_eq(&out);
}

#[test]
fn only_what_no_host_imports_is_a_root() {
    check(
        r#"
#- /flake.nix
{
  inputs.nixpkgs.url = "github:NixOS/nixpkgs/nixos-25.11";
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
            oak Nixos closed=true imported_by_no_host=false
            homeModules.nest Home closed=false imported_by_no_host=true
            nixosModules.idle Nixos closed=false imported_by_no_host=true
            nixosModules.idle-file Nixos closed=false imported_by_no_host=true
            nixosModules.idle-set Nixos closed=false imported_by_no_host=true
            nixosModules.other Nixos closed=false imported_by_no_host=true
        "#]],
    );
}

#[test]
fn a_library_of_modules_has_roots_of_its_own() {
    check(
        r#"
#- /flake.nix
{
  inputs.nixpkgs.url = "github:NixOS/nixpkgs/nixos-25.11";
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
            nixosModules.default Nixos closed=false imported_by_no_host=false
            modules.nixos.cave Nixos closed=false imported_by_no_host=false
        "#]],
    );
}

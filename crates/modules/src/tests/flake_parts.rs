//! What flake-parts and import-tree have for the flakes that use them.

use super::check_on_nixpkgs;
use expect_test::{Expect, expect};

/// Checks a flake with both: the argument of `mkFlake` is given, and other files.
fn check_parts(module: &str, paths: &[&str], expect: Expect) {
    check_on_nixpkgs(
        &format!(
            r#"
  inputs.flake-parts.url = "github:hercules-ci/flake-parts";
  inputs.import-tree.url = "github:vic/import-tree";
  inputs.odd.url = "github:someone/odd";
  outputs = inputs@{{ flake-parts, ... }}: flake-parts.lib.mkFlake {{ inherit inputs; }} {module}"#
        ),
        paths,
        expect,
    );
}

/// A module that is made by a function of a file, as flake-parts has it for whoever calls `mkFlake` and for its modules.
#[test]
fn modules_from_functions_in_files() {
    check_parts(
        r#"
    {
      imports = [ (flake-parts.lib.importApply ./oak.nix { domain = "oak"; }) ./elm.nix ];
    };
}
#- /oak.nix
{ domain }: { inputs, ... }: {
  flake.nixosConfigurations.oak = inputs.nixpkgs.lib.nixosSystem { modules = [ { networking.domain = domain; } ]; };
}
#- /elm.nix
{ flake-parts-lib, lib, ... }: {
  imports = [
    (flake-parts-lib.importApply ./oak.nix { domain = "never"; } // { flake = { }; imports = [ ]; })
    (flake-parts-lib.mkTransposedPerSystemModule { name = "pods"; file = ./elm.nix; option = lib.mkOption { type = lib.types.raw; }; })
    (flake-parts-lib.importAndPublish "ash" ./ash.nix)
    (flake-parts-lib.notModelled ./ash.nix)
  ];
  options.flake = flake-parts-lib.mkSubmoduleOptions { shed = lib.mkOption { default = "shed"; }; };
  options.perSystem = flake-parts-lib.mkPerSystemOption { };
}
#- /ash.nix
{ inputs, self, flake-parts-lib, ... }: {
  flake.nixosConfigurations.ash = inputs.nixpkgs.lib.nixosSystem {
    modules = [ { networking.domain = flake-parts-lib.memoizeStr (x: x) self.shed; networking.hostName = self.pods.x86_64-linux.tag; } ];
  };
}
"#,
        &["networking.domain", "networking.hostName"],
        expect![[r##"
            # ash Nixos closed=true missing=[] release=Some((25, 11))
            networking.domain = "shed"
            networking.hostName = «unknown: `perSystem.pods.x86_64-linux.tag` comes from outside»
            # oak Nixos closed=true missing=[] release=Some((25, 11))
            networking.domain = "oak"
            networking.hostName = "nixos"
            gap: module: `flake-parts-lib.notModelled (…)` comes from outside
        "##]],
    );
}

/// What a flake module from outside may add is not known, and not missing. What `perSystem` makes is there.
#[test]
fn outputs_that_are_made_elsewhere() {
    check_parts(
        r#"
    {
      imports = [ ./hosts.nix inputs.odd.flakeModules.patched ];
      flake.packages.x86_64-linux.own = "own";
    };
}
#- /hosts.nix
{ self, ... }: {
  flake.nixosConfigurations.oak = import (self.packages.x86_64-linux.patched + "/nixos/lib/eval-config.nix") {
    modules = [ {
      networking.hostName = self.packages.x86_64-linux.own;
      networking.domain = self.added.domain;
      time.timeZone = self.checks.x86_64-linux.zone;
    } ];
  };
}
"#,
        &["networking.hostName", "networking.domain", "time.timeZone"],
        expect![[r##"
            # oak Nixos closed=true missing=[] release=Some((25, 11))
            networking.hostName = "own"
            networking.domain = «unknown: option `flake.added.domain` is set nowhere in the analysed files»
            time.timeZone = «unknown: `perSystem.checks.x86_64-linux.zone` comes from outside»
            gap: module: `inputs.odd.flakeModules.patched` comes from outside
        "##]],
    );
}

/// Without such a module all is known.
#[test]
fn outputs_that_nobody_makes() {
    check_parts(
        r#"
    ({ self, ... }: {
      flake.nixosConfigurations.oak = inputs.nixpkgs.lib.nixosSystem {
        modules = [ { networking.domain = self.added or "nobody"; } ];
      };
    });
}
"#,
        &["networking.domain"],
        expect![[r##"
            # oak Nixos closed=true missing=[] release=Some((25, 11))
            networking.domain = "nobody"
        "##]],
    );
}

const TREE: &str = r#"
}
#- /parts/oak.nix
{ inputs, ... }: { flake.nixosConfigurations.oak = inputs.nixpkgs.lib.nixosSystem { modules = [ (inputs.import-tree.match ".*/web/.*" ../modules) ]; }; }
#- /parts/flake.nix
throw "another flake"
#- /parts/_left.nix
throw "left out"
#- /modules/web/a.nix
{ networking.domain = "a"; }
#- /modules/b.nix
throw "not of the web"
#- /modules/web/notes.md
no module
"#;

/// Which files are imported.
#[test]
fn trees_that_are_filtered() {
    let domain = |function: &str, expected: Expect| {
        check_parts(&format!("({function});{TREE}"), &["networking.domain"], expected);
    };
    let oak = || {
        expect![[r##"
            # oak Nixos closed=true missing=[] release=Some((25, 11))
            networking.domain = "a"
        "##]]
    };
    domain(
        "inputs.import-tree.filterNot (inputs.nixpkgs.lib.hasSuffix \"flake.nix\") ./parts",
        oak(),
    );
    domain("(inputs.import-tree.match \".*/oak\\\\.nix\") ./parts", oak());
    domain(
        "(inputs.import-tree.addPath ./parts).initFilter (inputs.nixpkgs.lib.hasSuffix \"oak.nix\")",
        oak(),
    );
    domain(
        "{ imports = (inputs.import-tree.withLib inputs.nixpkgs.lib).leafs.filter (x: baseNameOf x == \"oak.nix\") [ ./parts ]; }",
        oak(),
    );
    domain(
        "let tree = inputs.import-tree.addAPI { only = self: name: self.filter (x: baseNameOf x == name); }; in ((tree.only \"oak.nix\").map import) ./parts",
        oak(),
    );
    domain("inputs.import-tree [ ./parts/oak.nix { flake.tag = 1; } ]", oak());
}

/// What import-tree has besides is not known, and not missing.
#[test]
fn trees_of_functions_that_are_not_modelled() {
    check_parts(
        "(inputs.import-tree.someday ./parts);\n}\n",
        &["networking.domain"],
        expect![[r#"
            gap: module: `import-tree.someday (…)` comes from outside
        "#]],
    );
}

/// The `lib` of modules is that of nixpkgs, which makes systems, wherever the flake has it from.
#[test]
fn the_library_of_modules() {
    check_parts(
        r#"
    ({ lib, ... }: {
      flake.nixosConfigurations.oak = lib.nixosSystem { modules = [ { networking.domain = "oak"; } ]; };
    });
}
"#,
        &["networking.domain"],
        expect![[r##"
            # oak Nixos closed=true missing=[] release=Some((25, 11))
            networking.domain = "oak"
        "##]],
    );
}

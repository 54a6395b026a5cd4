//! Functions of inputs that are not known, between a flake and its hosts.

use super::check_on_nixpkgs;
use expect_test::expect;

/// The modules that a host is made from are read, whoever makes it.
#[test]
fn hosts_made_by_a_function_that_is_not_known() {
    check_on_nixpkgs(
        r#"
  inputs.odd.url = "github:someone/odd";
  outputs = { odd, nixpkgs, ... }: {
    nixosConfigurations = {
      listed = odd.lib.mkHost { modules = [ ./a.nix ]; specialArgs.tag = "x"; };
      single = odd.lib.mkHost "single" { configuration = { networking.domain = "single"; }; };
      path = odd.lib.mkHost "path" ./b.nix;
      record = { system = "x86_64-linux"; modules = [ ./a.nix ]; specialArgs.tag = "record"; };
      lost = odd.hosts.lost;
    };
  };
}
#- /a.nix
{ tag, config, lib, ... }: {
  options.mine = lib.mkOption { default = "default"; };
  config.networking.domain = "${tag} ${config.mine}";
}
#- /b.nix
{ networking.domain = "b"; }
"#,
        &["networking.domain"],
        expect![[r##"
            # listed Nixos closed=false missing=[] release=Some((25, 11))
            networking.domain = "x ${«unknown: option `mine` is set nowhere in the analysed files»}"
            # path Nixos closed=false missing=[] release=Some((25, 11))
            networking.domain = "b"
            # record Nixos closed=false missing=[] release=Some((25, 11))
            networking.domain = "record default"
            # single Nixos closed=false missing=[] release=Some((25, 11))
            networking.domain = "single"
            gap: nixosConfigurations.listed: `inputs.odd.lib.mkHost (…)` comes from outside
            gap: nixosConfigurations.lost: `inputs.odd.hosts.lost` comes from outside
            gap: nixosConfigurations.path: `inputs.odd.lib.mkHost (…)` comes from outside
            gap: nixosConfigurations.single: `inputs.odd.lib.mkHost (…)` comes from outside
        "##]],
    );
}

/// What a flake hands to a function that is not known: a set, a function of a platform, modules as of flake-parts.
#[test]
fn outputs_made_by_a_function_that_is_not_known() {
    check_on_nixpkgs(
        r#"
  inputs.wrap.url = "github:someone/wrap";
  outputs = { wrap, nixpkgs, ... }: wrap.lib.mkFlake (system: pkgs: {
    nixosConfigurations.oak = nixpkgs.lib.nixosSystem { modules = [ { networking.domain = "oak"; } ]; };
  });
}
"#,
        &["networking.domain"],
        expect![[r##"
            # oak Nixos closed=true missing=[] release=Some((25, 11))
            networking.domain = "oak"
            gap: further nixosConfigurations: `inputs.wrap.lib.mkFlake (…).nixosConfigurations` comes from outside
            gap: further homeConfigurations: `inputs.wrap.lib.mkFlake (…).homeConfigurations` comes from outside
        "##]],
    );
    check_on_nixpkgs(
        r#"
  inputs.wrap.url = "github:someone/wrap";
  outputs = inputs: inputs.wrap ./. {
    inherit inputs;
    nixosConfigurations.oak = { system = "x86_64-linux"; modules = [ { networking.domain = "oak"; } ]; };
  };
}
"#,
        &["networking.domain"],
        expect![[r##"
            # oak Nixos closed=false missing=[] release=Some((25, 11))
            networking.domain = "oak"
            gap: further nixosConfigurations: `inputs.wrap (…).nixosConfigurations` comes from outside
            gap: further homeConfigurations: `inputs.wrap (…).homeConfigurations` comes from outside
        "##]],
    );
    check_on_nixpkgs(
        r#"
  inputs.wrap.url = "github:someone/wrap";
  outputs = { self, ... }@inputs: inputs.wrap.lib.mkFlake { inherit inputs; } ({ self, lib, ... }: {
    systems = [ "x86_64-linux" ];
    flake.nixosModules.base = { networking.domain = "base"; };
    flake.nixosConfigurations.oak = inputs.nixpkgs.lib.nixosSystem { modules = [ self.nixosModules.base ]; };
  });
}
"#,
        &["networking.domain"],
        expect![[r##"
            # oak Nixos closed=true missing=[] release=Some((25, 11))
            networking.domain = "base"
            gap: further nixosConfigurations: `inputs.wrap.lib.mkFlake (…).nixosConfigurations` comes from outside
            gap: further homeConfigurations: `inputs.wrap.lib.mkFlake (…).homeConfigurations` comes from outside
        "##]],
    );
}

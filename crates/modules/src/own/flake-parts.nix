# What flake-parts declares: outputs below `flake`, and modules kept as values until a host imports them.
#
# The outer function is called once, the module for each flake.
{ open }:
{ lib, inputs, self, ... }:
let
  inherit (lib) mkOption types;
  opt = type: default: mkOption { inherit type default; };
  modules = opt (types.lazyAttrsOf types.deferredModule) { };
  # Outputs to which `perSystem`, which is not evaluated, adds for each platform.
  perPlatform = name: mkOption {
    type = types.lazyAttrsOf types.raw;
    default = { };
    apply = platforms: open "perSystem.${name}" (builtins.mapAttrs (_: open "perSystem.${name}") platforms);
  };
in
{
  options = {
    systems = opt (types.listOf types.str) [ ];
    perSystem = opt types.deferredModule { };
    debug = opt types.bool false;
    # As in flake-parts a submodule, which decides the order of what several files define.
    flake = mkOption { default = { }; nixpodExtensible = true; type = types.submodule {
      freeformType = types.lazyAttrsOf types.anything;
      options = lib.genAttrs [ "packages" "legacyPackages" "apps" "checks" "devShells" ] perPlatform // {
        formatter = mkOption { type = types.lazyAttrsOf types.raw; default = { }; apply = open "perSystem.formatter"; };
        overlays = opt (types.lazyAttrsOf types.raw) { };
        nixosModules = modules;
        homeModules = modules;
        homeManagerModules = modules;
        darwinModules = modules;
        flakeModules = modules;
        modules = opt (types.lazyAttrsOf (types.either (types.lazyAttrsOf types.deferredModule) types.raw)) { };
        nixosConfigurations = opt (types.lazyAttrsOf types.raw) { };
        homeConfigurations = opt (types.lazyAttrsOf types.raw) { };
        darwinConfigurations = opt (types.lazyAttrsOf types.raw) { };
      };
    }; };
  };
}

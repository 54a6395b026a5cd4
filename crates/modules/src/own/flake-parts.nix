# What flake-parts declares: outputs below `flake`, and modules kept as values until a host imports them.
{ lib, inputs, self, ... }:
let
  inherit (lib) mkOption types;
  opt = type: default: mkOption { inherit type default; };
  modules = opt (types.lazyAttrsOf types.deferredModule) { };
  anything = name: { };
in
{
  options = {
    systems = opt (types.listOf types.str) [ ];
    perSystem = opt types.deferredModule { };
    debug = opt types.bool false;
    # As in flake-parts a submodule, which decides the order of what several files define.
    flake = opt (types.submodule {
      freeformType = types.lazyAttrsOf types.anything;
      options = {
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
    }) { };
  };
}

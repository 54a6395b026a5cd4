# What flake-parts has for its modules, as their argument `flake-parts-lib` and as `lib` of the flake. What it does not have
# here is not known.
{ lib, open }:
let
  inherit (lib) mkOption types;
  mkPerSystemType = module: types.deferredModuleWith { staticModules = [ module ]; };
  mkPerSystemOption = module: mkOption { type = mkPerSystemType module; };
in
open "flake-parts-lib" {
  inherit mkPerSystemType mkPerSystemOption;
  inherit (types) deferredModuleWith attrsWith;
  inherit (lib) mkAliasOptionModule;
  mkDeferredModuleType = mkPerSystemType;
  mkDeferredModuleOption = mkPerSystemOption;
  mkSubmoduleOptions = options: mkOption { type = types.submoduleWith { modules = [ { inherit options; } ]; }; };
  mkTransposedPerSystemModule = { name, option, file }: {
    _file = file;
    options = {
      flake.${name} = mkOption { type = types.lazyAttrsOf option.type; default = { }; apply = open "perSystem.${name}"; };
      perSystem = mkPerSystemOption { _file = file; options.${name} = option; };
    };
  };
  importApply = file: arguments: { _file = file; imports = [ (import file arguments) ]; };
  importAndPublish = name: module: { imports = [ module ]; flake.modules.flake.${name} = module; };
  defaultModule = module: if builtins.isAttrs module then module.flakeModules.default or module else module;
  memoizeStr = f: f;
}

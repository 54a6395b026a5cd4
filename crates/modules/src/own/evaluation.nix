# What every evaluation of modules declares of itself, besides the options of its modules.
{ lib, isRoot }:
let
  inherit (lib) mkOption types;
in
{
  _module = {
    args = mkOption ({
      type = types.lazyAttrsOf types.raw;
      description = "Additional arguments passed to each module in addition to ones like `lib`, `config`, and `pkgs`.";
    } // (if isRoot then { } else { internal = true; }));
    check = mkOption {
      type = types.bool;
      default = true;
      internal = true;
      description = "Whether to check whether all option definitions have matching declarations.";
    };
    freeformType = mkOption {
      type = types.nullOr types.optionType;
      default = null;
      internal = true;
      description = "The type of definitions that have no declaration.";
    };
    specialArgs = mkOption {
      readOnly = true;
      internal = true;
      description = "Arguments that all modules get, also while it is found what they import.";
    };
  };
}

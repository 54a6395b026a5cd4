# Kinds of options that stand for what the modules of containers set and nobody reads.
{ lib }:
let
  inherit (lib) mkOption types;
in
{
  open = mkOption {
    type = types.submodule { freeformType = types.attrsOf types.anything; };
    default = { };
  };
  list = mkOption {
    type = types.listOf types.unspecified;
    default = [ ];
  };
}

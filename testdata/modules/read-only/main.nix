# readOnly, internal, visible, defaultText, example: only the first changes a value, by refusing a second definition.
{ lib, ... }:
let inherit (lib) literalExpression mkOption types;
in {
  imports = [ { twice = "b"; } ];
  options = {
    once = mkOption { type = types.str; readOnly = true; default = "fixed"; };
    set = mkOption { type = types.str; readOnly = true; };
    twice = mkOption { type = types.str; readOnly = true; };
    hidden = mkOption { type = types.int; internal = true; visible = false; default = 7; };
    shown = mkOption { type = types.int; default = 1 + 1; defaultText = literalExpression "1 + 1"; example = 9; description = "."; };
  };
  config.set = "value";
  config.twice = "a";
}

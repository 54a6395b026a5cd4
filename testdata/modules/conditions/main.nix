# mkIf: around sets, values, whole modules and lists; nested; false ones leave no trace.
{ config, lib, ... }:
let
  inherit (lib) mkIf mkOption types;
  mkIfModule = wanted: { config = mkIf wanted { seen = [ "import-${if wanted then "on" else "off"}" ]; }; };
in {
  imports = [ (mkIfModule true) (mkIfModule false) { config = mkIf config.on { seen = [ "module" ]; }; } ];
  options = {
    on = mkOption { type = types.bool; default = true; };
    off = mkOption { type = types.bool; default = false; };
    seen = mkOption { type = types.listOf types.str; default = [ ]; };
    word = mkOption { type = types.str; default = "default"; };
    set = mkOption { type = types.attrsOf types.int; default = { }; };
    maybe = mkOption { type = types.nullOr types.str; default = null; };
    names = mkOption { type = types.listOf types.str; default = [ ]; };
  };
  config = {
    seen = mkIf config.on (mkIf (!config.off) [ "nested" ]);
    word = mkIf config.off "set";
    set = {
      a = mkIf config.on 1;
      b = mkIf config.off 2;
      c = mkIf (config.word == "default") 3;
    };
    maybe = mkIf (config.set ? a) "yes";
    names = lib.attrNames config.set;
  };
}

# mkForce, mkDefault, mkOverride, mkOptionDefault, mkVMOverride: the strongest wins, equals merge.
{ lib, options, ... }:
let
  inherit (lib) mkDefault mkForce mkIf mkMerge mkOption mkOptionDefault mkOverride mkVMOverride types;
  str = default: mkOption { type = types.str; inherit default; };
in {
  imports = [
    { a = mkDefault "weak"; b = mkForce "force"; list = mkDefault [ "lost" ]; set = mkForce { only = 1; }; }
    { a = "plain"; b = "plain"; list = [ "one" ]; set.lost = 2; deep.set.x = mkForce 10; }
    { c = mkOptionDefault "optionDefault"; list = [ "two" ]; deep.set.x = 11; deep.set.y = mkDefault 12; }
    { d = mkOverride 70 "seventy"; e = mkVMOverride "vm"; }
    { d = mkForce "fifty"; e = mkForce "force"; f = mkIf true (mkForce "inside"); g = mkForce (mkIf false "gone"); }
    { f = "plain"; g = "left"; deep.set.y = 13; h = mkMerge [ (mkDefault "no") (mkForce "yes") ]; }
  ];
  options = {
    a = str "x";
    b = str "x";
    c = str "x";
    d = str "x";
    e = str "x";
    f = str "x";
    g = str "x";
    h = str "x";
    untouched = str "default";
    list = mkOption { type = types.listOf types.str; };
    set = mkOption { type = types.attrsOf types.int; };
    deep.set = mkOption { type = types.attrsOf types.int; };
    prios = mkOption { type = types.attrsOf types.int; };
  };
  config.c = mkDefault "default";
  config.prios = lib.mapAttrs (_: o: o.highestPrio) { inherit (options) a b c untouched list; };
}

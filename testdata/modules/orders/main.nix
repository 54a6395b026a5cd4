# mkBefore, mkAfter, mkOrder: order of list elements and of text; stable among equals; together with priorities.
{ lib, ... }:
let inherit (lib) mkAfter mkBefore mkForce mkIf mkMerge mkOption mkOrder types;
in {
  imports = [
    { list = mkAfter [ "last" ]; lines = mkAfter "end"; }
    { list = [ "middle 1" ]; lines = "body"; set.k = mkBefore [ 1 ]; }
    { list = mkBefore [ "first" ]; lines = mkBefore "start"; set.k = [ 2 ]; }
    { list = mkOrder 100 [ "very first" ]; nested = mkIf true (mkBefore [ "b" ]); }
    { list = mkIf true (mkMerge [ (mkOrder 2000 [ "very last" ]) [ "middle 2" ] ]); nested = [ "c" ]; }
    { forced = mkForce (mkAfter [ "z" ]); nested = mkMerge [ (mkOrder 10 [ "a" ]) ]; }
    { forced = mkForce [ "y" ]; }
    { forced = [ "never" ]; }
  ];
  options = {
    list = mkOption { type = types.listOf types.str; };
    nested = mkOption { type = types.listOf types.str; };
    forced = mkOption { type = types.listOf types.str; };
    lines = mkOption { type = types.lines; };
    set = mkOption { type = types.attrsOf (types.listOf types.int); };
  };
}

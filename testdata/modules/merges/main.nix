# mkMerge: nested, with conditions, of lists, sets and whole configurations.
{ config, lib, ... }:
let inherit (lib) mkIf mkMerge mkOption optionalAttrs types;
in {
  options = {
    list = mkOption { type = types.listOf types.int; };
    set = mkOption { type = types.attrsOf (types.listOf types.str); };
    lines = mkOption { type = types.lines; };
    commas = mkOption { type = types.commas; };
    count = mkOption { type = types.int; };
  };
  config = mkMerge [
    { list = [ 1 2 ]; set.a = [ "x" ]; lines = "one"; commas = "a"; }
    (mkMerge [ { list = mkMerge [ [ 3 ] (mkIf true [ 4 ]) (mkIf false [ 5 ]) ]; } { set = { a = [ "y" ]; b = [ ]; }; } ])
    (mkIf (config.list != [ ]) { lines = "two\nthree"; commas = "b"; })
    (optionalAttrs true { set.c = mkMerge [ [ "p" ] [ "q" ] ]; })
    { count = mkMerge [ (mkIf false 1) 2 (mkIf true 2) ]; }
    { }
  ];
}

# attrsOf, lazyAttrsOf, attrs, anything, raw, unspecified: how deep each merges.
{ lib, ... }:
let inherit (lib) mkForce mkIf mkOption types;
    of = type: mkOption { inherit type; };
in {
  imports = [
    { strict.a = 1; lazy.a = 1; attrs = { a.x = 1; b = 2; }; anything = { a.x = 1; l = [ 1 ]; f = x: { one = x; }; }; nested.a.b = 1; }
    { strict.b = mkIf false 2; lazy.b = 2; attrs = { c.y = 3; }; anything = { a.y = mkForce 2; f = x: { two = x; }; }; nested.a.c = 2; }
    { anything.a.y = 3; raw = mkForce { untouched = mkForce 1; }; nested.d.e = mkIf true 3; }
  ];
  options = {
    strict = of (types.attrsOf types.int);
    lazy = of (types.lazyAttrsOf types.int);
    attrs = of types.attrs;
    anything = of types.anything;
    raw = of types.raw;
    nested = of (types.attrsOf (types.attrsOf types.int));
    lists = of (types.attrsOf (types.listOf types.anything));
  };
  config.lists = { a = [ { x = mkIf true 1; } ]; };
}

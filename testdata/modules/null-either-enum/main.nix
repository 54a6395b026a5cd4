# nullOr, either, oneOf, enum, unique: which branch takes a value, and what conflicts.
{ lib, ... }:
let inherit (lib) mkIf mkOption types;
    of = type: mkOption { inherit type; };
in {
  imports = [
    { nothing = null; word = "w"; either = 5; one = [ "x" ]; mode = "fast"; set = { a = 1; }; agree = "same"; maybeList = [ 1 ]; maybeSub.x = 1; }
    { agree = "same"; maybeList = [ 2 ]; eitherList = [ "a" ]; maybeSub.y = 2; }
    { eitherList = [ "b" ]; conflict = "a"; mixed = null; }
    { conflict = "b"; mixed = "text"; wrong = "word"; }
  ];
  options = {
    nothing = of (types.nullOr types.int);
    word = of (types.nullOr types.str);
    either = of (types.either types.str types.int);
    one = of (types.oneOf [ types.int types.str (types.listOf types.str) ]);
    mode = of (types.enum [ "slow" "fast" 3 null ]);
    set = of (types.either types.bool (types.attrsOf types.int));
    agree = of types.str;
    maybeList = of (types.nullOr (types.listOf types.int));
    maybeSub = of (types.nullOr (types.submodule { options = { x = of types.int; y = of types.int; }; }));
    eitherList = of (types.either types.str (types.listOf types.str));
    conflict = of types.str;
    mixed = of (types.nullOr types.str);
    wrong = of types.int;
    unset = of types.int;
    default = mkOption { type = types.nullOr (types.enum [ "a" ]); default = null; };
  };
}

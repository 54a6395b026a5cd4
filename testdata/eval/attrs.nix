let
  set = { a = 1; b.c = 2; b.d = 3; "e f" = 4; };
in
{
  inherit set;
  inherit (set) a;
  select = [ set.b.c (set.x or 5) (set.b.x.y or 6) set."e f" set.${"a"} (set.a.b or 7) ];
  has = [ (set ? a) (set ? x) (set ? b.c) (set ? b.x.y) (set ? a.b) (1 ? a) ];
  update = set // { a = 10; g = 11; } // { };
  recursive = rec { x = y + 1; y = z; inherit (set) a; z = 3; };
  dynamic = { ${"x" + "y"} = 1; ${null} = 2; "a${"b"}" = 3; };
  overrides = rec { x = 1; y = x; __overrides = { x = 2; }; };
  functor = { __functor = self: x: self.n + x; n = 1; } 2;
  names = builtins.attrNames { b = 1; a = 2; Z = 3; _ = 4; };
  values = builtins.attrValues { b = 1; a = 2; };
  mapped = builtins.mapAttrs (n: v: n + toString v) { a = 1; b = 2; };
  filtered = removeAttrs set [ "a" "x" ];
  fromList = builtins.listToAttrs [ { name = "a"; value = 1; } { name = "a"; value = 2; } { name = "b"; value = 3; } ];
  intersected = builtins.intersectAttrs { a = 1; b = 2; } { b = 3; c = 4; };
  collected = builtins.catAttrs "a" [ { a = 1; } { b = 2; } { a = 3; } ];
  zipped = builtins.zipAttrsWith (n: vs: { inherit n vs; }) [ { a = 1; b = 2; } { a = 3; } ];
  grouped = builtins.groupBy (x: if x > 2 then "large" else "small") [ 1 2 3 4 ];
  arguments = builtins.functionArgs ({ a, b ? 1, ... }: a);
  old = let { a = 1; body = a + 1; };
  shadowing = with { a = 1; b = 2; }; let a = 3; in [ a b ];
  nestedWith = with { a = 1; b = 1; }; with { a = 2; }; [ a b ];
  derivationLike = { type = "derivation"; outPath = "/a"; x = 1; } == { type = "derivation"; outPath = "/a"; x = 2; };
  missing = (builtins.tryEval (set.a or (throw "lazy"))).value;
}

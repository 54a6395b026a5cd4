# Cases for lib.attrsets, made from arguments.txt. What they give with nixpkgs' own lib is in attrsets.exp.
lib:
let
  try = value: builtins.tryEval (builtins.deepSeq value value);
in
{
  "attrByPath" = [
    (try (lib.attrsets.attrByPath [ "a" "b" "c" ] "d" { a = 5; q.r = [ 1 ]; }))
    (try (lib.attrsets.attrByPath [ "q" "zz" ] "d" { a = 5; q.r = [ 1 ]; }))
    (try (lib.attrsets.attrByPath [ "a" "b" ] "d" { }))
    (try (lib.attrsets.attrByPath [ ] "d" { }))
    (try (lib.attrsets.attrByPath [ "a" ] "d" { a.b = { }; e = null; }))
    (try (lib.attrsets.attrByPath [ "a" "b" "c" ] "d" { a.b.c = 1; }))
    (try (lib.attrsets.attrByPath [ "q" "zz" ] "d" { a.b.c = 1; }))
    (try (lib.attrsets.attrByPath [ "a" "b" ] "d" { a.b.d = 2; a.x = 3; }))
    (try (lib.attrsets.attrByPath [ ] "d" { a.b.d = 2; a.x = 3; }))
    (try (lib.attrsets.attrByPath [ "a" ] "d" { a = 5; q.r = [ 1 ]; }))
    (try (lib.attrsets.attrByPath [ "a" "b" "c" ] "d" { }))
    (try (lib.attrsets.attrByPath [ "q" "zz" ] "d" { }))
  ];
  "hasAttrByPath" = [
    (try (lib.attrsets.hasAttrByPath [ "a" "b" "c" ] { a.b = { }; e = null; }))
    (try (lib.attrsets.hasAttrByPath [ "q" "zz" ] { a.b = { }; e = null; }))
    (try (lib.attrsets.hasAttrByPath [ "a" "b" ] { a.b.c = 1; }))
    (try (lib.attrsets.hasAttrByPath [ ] { a.b.c = 1; }))
    (try (lib.attrsets.hasAttrByPath [ "a" ] { a.b.d = 2; a.x = 3; }))
    (try (lib.attrsets.hasAttrByPath [ "a" "b" "c" ] { }))
    (try (lib.attrsets.hasAttrByPath [ "q" "zz" ] { }))
    (try (lib.attrsets.hasAttrByPath [ "a" "b" ] { a = 5; q.r = [ 1 ]; }))
    (try (lib.attrsets.hasAttrByPath [ ] { a = 5; q.r = [ 1 ]; }))
    (try (lib.attrsets.hasAttrByPath [ "a" ] { a.b = { }; e = null; }))
    (try (lib.attrsets.hasAttrByPath [ "a" "b" "c" ] { a.b.c = 1; }))
    (try (lib.attrsets.hasAttrByPath [ "q" "zz" ] { a.b.c = 1; }))
  ];
  "longestValidPathPrefix" = [
    (try (lib.attrsets.longestValidPathPrefix [ "a" "b" "c" ] { a = 5; q.r = [ 1 ]; }))
    (try (lib.attrsets.longestValidPathPrefix [ ] { a = 5; q.r = [ 1 ]; }))
    (try (lib.attrsets.longestValidPathPrefix [ "q" "zz" ] { }))
    (try (lib.attrsets.longestValidPathPrefix [ "a" ] { a.b.c = 1; }))
    (try (lib.attrsets.longestValidPathPrefix [ "a" "b" "c" ] { a.b.d = 2; a.x = 3; }))
    (try (lib.attrsets.longestValidPathPrefix [ ] { a.b.d = 2; a.x = 3; }))
    (try (lib.attrsets.longestValidPathPrefix [ "q" "zz" ] { a.b = { }; e = null; }))
    (try (lib.attrsets.longestValidPathPrefix [ "a" ] { a = 5; q.r = [ 1 ]; }))
    (try (lib.attrsets.longestValidPathPrefix [ "a" "b" "c" ] { }))
    (try (lib.attrsets.longestValidPathPrefix [ ] { }))
    (try (lib.attrsets.longestValidPathPrefix [ "q" "zz" ] { a.b.c = 1; }))
    (try (lib.attrsets.longestValidPathPrefix [ "a" ] { a.b.d = 2; a.x = 3; }))
  ];
  "setAttrByPath" = [
    (try (lib.attrsets.setAttrByPath [ "a" "b" "c" ] null))
    (try (lib.attrsets.setAttrByPath [ "a" ] { a = 1; }))
    (try (lib.attrsets.setAttrByPath [ ] [ 1 2 ]))
    (try (lib.attrsets.setAttrByPath [ "a" "b" ] "s"))
    (try (lib.attrsets.setAttrByPath [ "q" "zz" ] 1))
    (try (lib.attrsets.setAttrByPath [ "a" "b" "c" ] { a = 1; }))
    (try (lib.attrsets.setAttrByPath [ "a" ] [ 1 2 ]))
    (try (lib.attrsets.setAttrByPath [ ] 1.5))
    (try (lib.attrsets.setAttrByPath [ "a" "b" ] 1))
    (try (lib.attrsets.setAttrByPath [ "q" "zz" ] null))
    (try (lib.attrsets.setAttrByPath [ "a" "b" "c" ] [ 1 2 ]))
    (try (lib.attrsets.setAttrByPath [ "a" ] 1.5))
  ];
  "getAttrFromPath" = [
    (try (lib.attrsets.getAttrFromPath [ "a" "b" ] { a.b = 1; }))
    (try (lib.attrsets.getAttrFromPath [ "a" ] { a.b = 1; }))
    (try (lib.attrsets.getAttrFromPath [ ] { a.b = 1; }))
    (try (lib.attrsets.getAttrFromPath [ "a" "b" ] { a.b.c = [ ]; }))
    (try (lib.attrsets.getAttrFromPath [ "a" ] { a.b.c = [ ]; }))
    (try (lib.attrsets.getAttrFromPath [ ] { a.b.c = [ ]; }))
  ];
  "attrVals" = [
    (try (lib.attrsets.attrVals [ "a" ] { a = 1; b = 2; }))
    (try (lib.attrsets.attrVals [ ] { a = 1; b = 2; }))
  ];
  "getAttrs" = [
    (try (lib.attrsets.getAttrs [ "a" ] { a = 1; b = 2; c = 3; }))
    (try (lib.attrsets.getAttrs [ "b" "a" ] { a = 1; b = 2; c = 3; }))
  ];
  "catAttrs" = [
    (try (lib.attrsets.catAttrs "a" [ ]))
    (try (lib.attrsets.catAttrs "b" [ ]))
    (try (lib.attrsets.catAttrs "a" [ { a = 1; b = 2; } { b = 3; } ]))
    (try (lib.attrsets.catAttrs "b" [ { a = 1; b = 2; } { b = 3; } ]))
    (try (lib.attrsets.catAttrs "a" [ { a = 1; } ]))
    (try (lib.attrsets.catAttrs "b" [ { a = 1; } ]))
    (try (lib.attrsets.catAttrs "a" [ { a = 1; } { a = 2; } { c = 3; a = 0; } ]))
    (try (lib.attrsets.catAttrs "b" [ { a = 1; } { a = 2; } { c = 3; a = 0; } ]))
  ];
  "filterAttrs" = [
    (try (lib.attrsets.filterAttrs (n: v: false) { a = 1; }))
    (try (lib.attrsets.filterAttrs (n: v: v > 1) { a = 1; }))
    (try (lib.attrsets.filterAttrs (n: v: n == "a") { }))
    (try (lib.attrsets.filterAttrs (n: v: false) { b = 3; c = 4; }))
    (try (lib.attrsets.filterAttrs (n: v: v > 1) { b = 3; c = 4; }))
    (try (lib.attrsets.filterAttrs (n: v: n == "a") { z = 0; "with space" = 9; }))
    (try (lib.attrsets.filterAttrs (n: v: false) { a = 1; b = 2; }))
    (try (lib.attrsets.filterAttrs (n: v: v > 1) { a = 1; b = 2; }))
    (try (lib.attrsets.filterAttrs (n: v: n == "a") { a = 1; }))
    (try (lib.attrsets.filterAttrs (n: v: false) { }))
    (try (lib.attrsets.filterAttrs (n: v: v > 1) { }))
    (try (lib.attrsets.filterAttrs (n: v: n == "a") { b = 3; c = 4; }))
  ];
  "filterAttrsRecursive" = [
    (try (lib.attrsets.filterAttrsRecursive (n: v: n != "b") { a = 5; q.r = [ 1 ]; }))
    (try (lib.attrsets.filterAttrsRecursive (n: v: v != null) { a = 5; q.r = [ 1 ]; }))
    (try (lib.attrsets.filterAttrsRecursive (n: v: n != "b") { a.b = { }; e = null; }))
    (try (lib.attrsets.filterAttrsRecursive (n: v: v != null) { a.b = { }; e = null; }))
    (try (lib.attrsets.filterAttrsRecursive (n: v: n != "b") { a.b.c = 1; }))
    (try (lib.attrsets.filterAttrsRecursive (n: v: v != null) { a.b.c = 1; }))
    (try (lib.attrsets.filterAttrsRecursive (n: v: n != "b") { a.b.d = 2; a.x = 3; }))
    (try (lib.attrsets.filterAttrsRecursive (n: v: v != null) { a.b.d = 2; a.x = 3; }))
    (try (lib.attrsets.filterAttrsRecursive (n: v: n != "b") { }))
    (try (lib.attrsets.filterAttrsRecursive (n: v: v != null) { }))
  ];
  "foldlAttrs" = [
    (try (lib.attrsets.foldlAttrs (acc: n: v: acc * 2 - v) 1 { a = 1; b = 2; }))
    (try (lib.attrsets.foldlAttrs (acc: n: v: acc + v) 3 { a = 1; b = 2; }))
    (try (lib.attrsets.foldlAttrs (acc: n: v: acc * 2 - v) 2 { a = 1; }))
    (try (lib.attrsets.foldlAttrs (acc: n: v: acc + v) 1 { b = 3; c = 4; }))
    (try (lib.attrsets.foldlAttrs (acc: n: v: acc * 2 - v) 7 { b = 3; c = 4; }))
    (try (lib.attrsets.foldlAttrs (acc: n: v: acc + v) 2 { z = 0; "with space" = 9; }))
    (try (lib.attrsets.foldlAttrs (acc: n: v: acc * 2 - v) 16 { }))
    (try (lib.attrsets.foldlAttrs (acc: n: v: acc + v) 7 { }))
    (try (lib.attrsets.foldlAttrs (acc: n: v: acc * 2 - v) 3 { a = 1; b = 2; }))
    (try (lib.attrsets.foldlAttrs (acc: n: v: acc + v) 16 { a = 1; }))
    (try (lib.attrsets.foldlAttrs (acc: n: v: acc * 2 - v) 1 { b = 3; c = 4; }))
    (try (lib.attrsets.foldlAttrs (acc: n: v: acc + v) 3 { b = 3; c = 4; }))
  ];
  "foldAttrs" = [
    (try (lib.attrsets.foldAttrs (x: acc: [ x ] ++ acc) [ ] [ ]))
    (try (lib.attrsets.foldAttrs (x: acc: [ x ] ++ acc) [ ] [ { a = 1; b = 2; } { b = 3; } ]))
    (try (lib.attrsets.foldAttrs (x: acc: [ x ] ++ acc) [ ] [ { a = 1; } ]))
    (try (lib.attrsets.foldAttrs (x: acc: [ x ] ++ acc) [ ] [ { a = 1; } { a = 2; } { c = 3; a = 0; } ]))
  ];
  "collect" = [
    (try (lib.attrsets.collect (x: !builtins.isAttrs x) { a = 5; q.r = [ 1 ]; }))
    (try (lib.attrsets.collect (x: builtins.isList x) { a = 5; q.r = [ 1 ]; }))
    (try (lib.attrsets.collect (x: !builtins.isAttrs x) { a.b = { }; e = null; }))
    (try (lib.attrsets.collect (x: builtins.isList x) { a.b = { }; e = null; }))
    (try (lib.attrsets.collect (x: !builtins.isAttrs x) { a.b.c = 1; }))
    (try (lib.attrsets.collect (x: builtins.isList x) { a.b.c = 1; }))
    (try (lib.attrsets.collect (x: !builtins.isAttrs x) { a.b.d = 2; a.x = 3; }))
    (try (lib.attrsets.collect (x: builtins.isList x) { a.b.d = 2; a.x = 3; }))
    (try (lib.attrsets.collect (x: !builtins.isAttrs x) { }))
    (try (lib.attrsets.collect (x: builtins.isList x) { }))
  ];
  "cartesianProduct" = [
    (try (lib.attrsets.cartesianProduct { a = [ 1 2 ]; b = [ 3 4 ]; }))
    (try (lib.attrsets.cartesianProduct { a = [ ]; b = [ 1 ]; }))
    (try (lib.attrsets.cartesianProduct { }))
  ];
  "mapCartesianProduct" = [
    (try (lib.attrsets.mapCartesianProduct ({ a, b }: a + b) { a = [ 1 2 ]; b = [ 3 4 ]; }))
  ];
  "nameValuePair" = [
    (try (lib.attrsets.nameValuePair "  x y\n" true))
    (try (lib.attrsets.nameValuePair "foo-1.2.3" true))
    (try (lib.attrsets.nameValuePair "/etc//nginx/" { a = 1; }))
    (try (lib.attrsets.nameValuePair "it's $HOME" { a = 1; }))
    (try (lib.attrsets.nameValuePair "Hello World" "s"))
    (try (lib.attrsets.nameValuePair "" null))
    (try (lib.attrsets.nameValuePair "https://example.org/a?b=c&d" null))
    (try (lib.attrsets.nameValuePair "10" 1.5))
    (try (lib.attrsets.nameValuePair "  x y\n" 1))
    (try (lib.attrsets.nameValuePair "foo-1.2.3" 1))
    (try (lib.attrsets.nameValuePair "/etc//nginx/" true))
    (try (lib.attrsets.nameValuePair "it's $HOME" true))
  ];
  "mapAttrs" = [
    (try (lib.attrsets.mapAttrs (n: v: "${n}=${toString v}") { a = 1; b = 2; }))
    (try (lib.attrsets.mapAttrs (n: v: v * 2) { a = 1; b = 2; }))
    (try (lib.attrsets.mapAttrs (n: v: "${n}=${toString v}") { a = 1; }))
    (try (lib.attrsets.mapAttrs (n: v: v * 2) { a = 1; }))
    (try (lib.attrsets.mapAttrs (n: v: "${n}=${toString v}") { b = 3; c = 4; }))
    (try (lib.attrsets.mapAttrs (n: v: v * 2) { b = 3; c = 4; }))
    (try (lib.attrsets.mapAttrs (n: v: "${n}=${toString v}") { z = 0; "with space" = 9; }))
    (try (lib.attrsets.mapAttrs (n: v: v * 2) { z = 0; "with space" = 9; }))
    (try (lib.attrsets.mapAttrs (n: v: "${n}=${toString v}") { }))
    (try (lib.attrsets.mapAttrs (n: v: v * 2) { }))
  ];
  "mapAttrs'" = [
    (try (lib.attrsets.mapAttrs' (n: v: lib.nameValuePair (n + "_") v) { a = 1; b = 2; }))
    (try (lib.attrsets.mapAttrs' (n: v: { name = "k"; value = v; }) { a = 1; b = 2; }))
    (try (lib.attrsets.mapAttrs' (n: v: lib.nameValuePair (n + "_") v) { a = 1; }))
    (try (lib.attrsets.mapAttrs' (n: v: { name = "k"; value = v; }) { a = 1; }))
    (try (lib.attrsets.mapAttrs' (n: v: lib.nameValuePair (n + "_") v) { b = 3; c = 4; }))
    (try (lib.attrsets.mapAttrs' (n: v: { name = "k"; value = v; }) { b = 3; c = 4; }))
    (try (lib.attrsets.mapAttrs' (n: v: lib.nameValuePair (n + "_") v) { z = 0; "with space" = 9; }))
    (try (lib.attrsets.mapAttrs' (n: v: { name = "k"; value = v; }) { z = 0; "with space" = 9; }))
    (try (lib.attrsets.mapAttrs' (n: v: lib.nameValuePair (n + "_") v) { }))
    (try (lib.attrsets.mapAttrs' (n: v: { name = "k"; value = v; }) { }))
  ];
  "mapAttrsToList" = [
    (try (lib.attrsets.mapAttrsToList (n: v: "${n}=${toString v}") { a = 1; b = 2; }))
    (try (lib.attrsets.mapAttrsToList (n: v: v * 2) { a = 1; b = 2; }))
    (try (lib.attrsets.mapAttrsToList (n: v: "${n}=${toString v}") { a = 1; }))
    (try (lib.attrsets.mapAttrsToList (n: v: v * 2) { a = 1; }))
    (try (lib.attrsets.mapAttrsToList (n: v: "${n}=${toString v}") { b = 3; c = 4; }))
    (try (lib.attrsets.mapAttrsToList (n: v: v * 2) { b = 3; c = 4; }))
    (try (lib.attrsets.mapAttrsToList (n: v: "${n}=${toString v}") { z = 0; "with space" = 9; }))
    (try (lib.attrsets.mapAttrsToList (n: v: v * 2) { z = 0; "with space" = 9; }))
    (try (lib.attrsets.mapAttrsToList (n: v: "${n}=${toString v}") { }))
    (try (lib.attrsets.mapAttrsToList (n: v: v * 2) { }))
  ];
  "attrsToList" = [
    (try (lib.attrsets.attrsToList { a = 1; b = 2; }))
    (try (lib.attrsets.attrsToList { a = 1; }))
    (try (lib.attrsets.attrsToList { b = 3; c = 4; }))
    (try (lib.attrsets.attrsToList { z = 0; "with space" = 9; }))
    (try (lib.attrsets.attrsToList { }))
  ];
  "concatMapAttrs" = [
    (try (lib.attrsets.concatMapAttrs (n: v: if v > 1 then { } else { k = v; }) { a = 1; b = 2; }))
    (try (lib.attrsets.concatMapAttrs (n: v: { ${n} = v; ${n + "2"} = v * 2; }) { a = 1; b = 2; }))
    (try (lib.attrsets.concatMapAttrs (n: v: if v > 1 then { } else { k = v; }) { a = 1; }))
    (try (lib.attrsets.concatMapAttrs (n: v: { ${n} = v; ${n + "2"} = v * 2; }) { a = 1; }))
    (try (lib.attrsets.concatMapAttrs (n: v: if v > 1 then { } else { k = v; }) { b = 3; c = 4; }))
    (try (lib.attrsets.concatMapAttrs (n: v: { ${n} = v; ${n + "2"} = v * 2; }) { b = 3; c = 4; }))
    (try (lib.attrsets.concatMapAttrs (n: v: if v > 1 then { } else { k = v; }) { z = 0; "with space" = 9; }))
    (try (lib.attrsets.concatMapAttrs (n: v: { ${n} = v; ${n + "2"} = v * 2; }) { z = 0; "with space" = 9; }))
    (try (lib.attrsets.concatMapAttrs (n: v: if v > 1 then { } else { k = v; }) { }))
    (try (lib.attrsets.concatMapAttrs (n: v: { ${n} = v; ${n + "2"} = v * 2; }) { }))
  ];
  "mapAttrsRecursive" = [
    (try (lib.attrsets.mapAttrsRecursive (p: v: lib.concatStringsSep "." p) { a = 5; q.r = [ 1 ]; }))
    (try (lib.attrsets.mapAttrsRecursive (p: v: lib.concatStringsSep "." p) { a.b = { }; e = null; }))
    (try (lib.attrsets.mapAttrsRecursive (p: v: lib.concatStringsSep "." p) { a.b.c = 1; }))
    (try (lib.attrsets.mapAttrsRecursive (p: v: lib.concatStringsSep "." p) { a.b.d = 2; a.x = 3; }))
    (try (lib.attrsets.mapAttrsRecursive (p: v: lib.concatStringsSep "." p) { }))
  ];
  "mapAttrsRecursiveCond" = [
    (try (lib.attrsets.mapAttrsRecursiveCond (s: !(s ? c)) (p: v: lib.length p) { a = 5; q.r = [ 1 ]; }))
    (try (lib.attrsets.mapAttrsRecursiveCond (s: !(s ? c)) (p: v: lib.length p) { a.b = { }; e = null; }))
    (try (lib.attrsets.mapAttrsRecursiveCond (s: !(s ? c)) (p: v: lib.length p) { a.b.c = 1; }))
    (try (lib.attrsets.mapAttrsRecursiveCond (s: !(s ? c)) (p: v: lib.length p) { a.b.d = 2; a.x = 3; }))
    (try (lib.attrsets.mapAttrsRecursiveCond (s: !(s ? c)) (p: v: lib.length p) { }))
  ];
  "mapAttrsToListRecursive" = [
    (try (lib.attrsets.mapAttrsToListRecursive (p: v: lib.concatStringsSep "." p) { a = 5; q.r = [ 1 ]; }))
    (try (lib.attrsets.mapAttrsToListRecursive (p: v: lib.concatStringsSep "." p) { a.b = { }; e = null; }))
    (try (lib.attrsets.mapAttrsToListRecursive (p: v: lib.concatStringsSep "." p) { a.b.c = 1; }))
    (try (lib.attrsets.mapAttrsToListRecursive (p: v: lib.concatStringsSep "." p) { a.b.d = 2; a.x = 3; }))
    (try (lib.attrsets.mapAttrsToListRecursive (p: v: lib.concatStringsSep "." p) { }))
  ];
  "mapAttrsToListRecursiveCond" = [
    (try (lib.attrsets.mapAttrsToListRecursiveCond (p: s: lib.length p < 2) (p: v: lib.concatStringsSep "." p) { a = 5; q.r = [ 1 ]; }))
    (try (lib.attrsets.mapAttrsToListRecursiveCond (p: s: lib.length p < 2) (p: v: lib.concatStringsSep "." p) { a.b = { }; e = null; }))
    (try (lib.attrsets.mapAttrsToListRecursiveCond (p: s: lib.length p < 2) (p: v: lib.concatStringsSep "." p) { a.b.c = 1; }))
    (try (lib.attrsets.mapAttrsToListRecursiveCond (p: s: lib.length p < 2) (p: v: lib.concatStringsSep "." p) { a.b.d = 2; a.x = 3; }))
    (try (lib.attrsets.mapAttrsToListRecursiveCond (p: s: lib.length p < 2) (p: v: lib.concatStringsSep "." p) { }))
  ];
  "genAttrs" = [
    (try (lib.attrsets.genAttrs [ "a" "" "c" ] (n: n + "!")))
    (try (lib.attrsets.genAttrs [ "a" ] (n: n + "!")))
    (try (lib.attrsets.genAttrs [ "b" "a" "b" ] (n: n + "!")))
    (try (lib.attrsets.genAttrs [ "file10" "file9" "file1" ] (n: n + "!")))
    (try (lib.attrsets.genAttrs [ "x" "y" "z" ] (n: n + "!")))
    (try (lib.attrsets.genAttrs [ ] (n: n + "!")))
    (try (lib.attrsets.genAttrs [ "a" "" "c" ] (n: { name = n; })))
    (try (lib.attrsets.genAttrs [ "a" ] (n: { name = n; })))
    (try (lib.attrsets.genAttrs [ "b" "a" "b" ] (n: { name = n; })))
    (try (lib.attrsets.genAttrs [ "file10" "file9" "file1" ] (n: { name = n; })))
    (try (lib.attrsets.genAttrs [ "x" "y" "z" ] (n: { name = n; })))
    (try (lib.attrsets.genAttrs [ ] (n: { name = n; })))
  ];
  "genAttrs'" = [
    (try (lib.attrsets.genAttrs' [ "a" "" "c" ] (s: lib.nameValuePair "n-${s}" s)))
    (try (lib.attrsets.genAttrs' [ "a" ] (s: lib.nameValuePair "n-${s}" s)))
    (try (lib.attrsets.genAttrs' [ "b" "a" "b" ] (s: lib.nameValuePair "n-${s}" s)))
    (try (lib.attrsets.genAttrs' [ "file10" "file9" "file1" ] (s: lib.nameValuePair "n-${s}" s)))
    (try (lib.attrsets.genAttrs' [ "x" "y" "z" ] (s: lib.nameValuePair "n-${s}" s)))
    (try (lib.attrsets.genAttrs' [ ] (s: lib.nameValuePair "n-${s}" s)))
  ];
  "isDerivation" = [
    (try (lib.attrsets.isDerivation "s"))
    (try (lib.attrsets.isDerivation 1))
    (try (lib.attrsets.isDerivation 1.5))
    (try (lib.attrsets.isDerivation [ 1 2 ]))
    (try (lib.attrsets.isDerivation null))
    (try (lib.attrsets.isDerivation true))
    (try (lib.attrsets.isDerivation { a = 1; }))
    (try (lib.attrsets.isDerivation { type = "derivation"; }))
  ];
  "optionalAttrs" = [
    (try (lib.attrsets.optionalAttrs false { a = 1; b = 2; }))
    (try (lib.attrsets.optionalAttrs true { a = 1; b = 2; }))
    (try (lib.attrsets.optionalAttrs false { a = 1; }))
    (try (lib.attrsets.optionalAttrs true { a = 1; }))
    (try (lib.attrsets.optionalAttrs false { b = 3; c = 4; }))
    (try (lib.attrsets.optionalAttrs true { b = 3; c = 4; }))
    (try (lib.attrsets.optionalAttrs false { z = 0; "with space" = 9; }))
    (try (lib.attrsets.optionalAttrs true { z = 0; "with space" = 9; }))
    (try (lib.attrsets.optionalAttrs false { }))
    (try (lib.attrsets.optionalAttrs true { }))
  ];
  "zipAttrsWithNames" = [
    (try (lib.attrsets.zipAttrsWithNames [ "a" "b" ] (n: vs: vs) [ ]))
    (try (lib.attrsets.zipAttrsWithNames [ "a" "b" ] (n: vs: vs) [ { a = 1; b = 2; } { b = 3; } ]))
    (try (lib.attrsets.zipAttrsWithNames [ "a" "b" ] (n: vs: vs) [ { a = 1; } ]))
    (try (lib.attrsets.zipAttrsWithNames [ "a" "b" ] (n: vs: vs) [ { a = 1; } { a = 2; } { c = 3; a = 0; } ]))
  ];
  "zipAttrsWith" = [
    (try (lib.attrsets.zipAttrsWith (n: vs: { inherit n vs; }) [ ]))
    (try (lib.attrsets.zipAttrsWith (n: vs: { inherit n vs; }) [ { a = 1; b = 2; } { b = 3; } ]))
    (try (lib.attrsets.zipAttrsWith (n: vs: { inherit n vs; }) [ { a = 1; } ]))
    (try (lib.attrsets.zipAttrsWith (n: vs: { inherit n vs; }) [ { a = 1; } { a = 2; } { c = 3; a = 0; } ]))
  ];
  "zipAttrs" = [
    (try (lib.attrsets.zipAttrs [ ]))
    (try (lib.attrsets.zipAttrs [ { a = 1; b = 2; } { b = 3; } ]))
    (try (lib.attrsets.zipAttrs [ { a = 1; } ]))
    (try (lib.attrsets.zipAttrs [ { a = 1; } { a = 2; } { c = 3; a = 0; } ]))
  ];
  "mergeAttrsList" = [
    (try (lib.attrsets.mergeAttrsList [ ]))
    (try (lib.attrsets.mergeAttrsList [ { a = 1; b = 2; } { b = 3; } ]))
    (try (lib.attrsets.mergeAttrsList [ { a = 1; } ]))
    (try (lib.attrsets.mergeAttrsList [ { a = 1; } { a = 2; } { c = 3; a = 0; } ]))
  ];
  "recursiveUpdateUntil" = [
    (try (lib.attrsets.recursiveUpdateUntil (p: l: r: !(builtins.isAttrs l && builtins.isAttrs r) || p == [ "a" "b" ]) { a = 5; q.r = [ 1 ]; } { a.b.d = 2; a.x = 3; }))
    (try (lib.attrsets.recursiveUpdateUntil (p: l: r: !(builtins.isAttrs l && builtins.isAttrs r) || p == [ "a" "b" ]) { a.b.d = 2; a.x = 3; } { a.b.d = 2; a.x = 3; }))
    (try (lib.attrsets.recursiveUpdateUntil (p: l: r: !(builtins.isAttrs l && builtins.isAttrs r) || p == [ "a" "b" ]) { a.b = { }; e = null; } { }))
    (try (lib.attrsets.recursiveUpdateUntil (p: l: r: !(builtins.isAttrs l && builtins.isAttrs r) || p == [ "a" "b" ]) { } { }))
    (try (lib.attrsets.recursiveUpdateUntil (p: l: r: !(builtins.isAttrs l && builtins.isAttrs r) || p == [ "a" "b" ]) { a.b.c = 1; } { a = 5; q.r = [ 1 ]; }))
    (try (lib.attrsets.recursiveUpdateUntil (p: l: r: !(builtins.isAttrs l && builtins.isAttrs r) || p == [ "a" "b" ]) { a = 5; q.r = [ 1 ]; } { a.b = { }; e = null; }))
    (try (lib.attrsets.recursiveUpdateUntil (p: l: r: !(builtins.isAttrs l && builtins.isAttrs r) || p == [ "a" "b" ]) { a.b.d = 2; a.x = 3; } { a.b = { }; e = null; }))
    (try (lib.attrsets.recursiveUpdateUntil (p: l: r: !(builtins.isAttrs l && builtins.isAttrs r) || p == [ "a" "b" ]) { a.b = { }; e = null; } { a.b.c = 1; }))
    (try (lib.attrsets.recursiveUpdateUntil (p: l: r: !(builtins.isAttrs l && builtins.isAttrs r) || p == [ "a" "b" ]) { } { a.b.c = 1; }))
    (try (lib.attrsets.recursiveUpdateUntil (p: l: r: !(builtins.isAttrs l && builtins.isAttrs r) || p == [ "a" "b" ]) { a.b.c = 1; } { a.b.d = 2; a.x = 3; }))
    (try (lib.attrsets.recursiveUpdateUntil (p: l: r: !(builtins.isAttrs l && builtins.isAttrs r) || p == [ "a" "b" ]) { a = 5; q.r = [ 1 ]; } { }))
    (try (lib.attrsets.recursiveUpdateUntil (p: l: r: !(builtins.isAttrs l && builtins.isAttrs r) || p == [ "a" "b" ]) { a.b.d = 2; a.x = 3; } { }))
  ];
  "recursiveUpdate" = [
    (try (lib.attrsets.recursiveUpdate { a = 5; q.r = [ 1 ]; } { a.b.c = 1; }))
    (try (lib.attrsets.recursiveUpdate { a.b.d = 2; a.x = 3; } { a.b.c = 1; }))
    (try (lib.attrsets.recursiveUpdate { a.b = { }; e = null; } { }))
    (try (lib.attrsets.recursiveUpdate { } { }))
    (try (lib.attrsets.recursiveUpdate { a.b.c = 1; } { a = 5; q.r = [ 1 ]; }))
    (try (lib.attrsets.recursiveUpdate { a = 5; q.r = [ 1 ]; } { a.b = { }; e = null; }))
    (try (lib.attrsets.recursiveUpdate { a.b.d = 2; a.x = 3; } { a.b = { }; e = null; }))
    (try (lib.attrsets.recursiveUpdate { a.b = { }; e = null; } { a.b.d = 2; a.x = 3; }))
    (try (lib.attrsets.recursiveUpdate { } { a.b.d = 2; a.x = 3; }))
    (try (lib.attrsets.recursiveUpdate { a.b.c = 1; } { a.b.c = 1; }))
    (try (lib.attrsets.recursiveUpdate { a = 5; q.r = [ 1 ]; } { }))
    (try (lib.attrsets.recursiveUpdate { a.b.d = 2; a.x = 3; } { }))
  ];
  "matchAttrs" = [
    (try (lib.attrsets.matchAttrs { a = 5; q.r = [ 1 ]; } { a.b = { }; e = null; }))
    (try (lib.attrsets.matchAttrs { a.b.d = 2; a.x = 3; } { a.b = { }; e = null; }))
    (try (lib.attrsets.matchAttrs { a.b = { }; e = null; } { a.b.c = 1; }))
    (try (lib.attrsets.matchAttrs { } { a.b.c = 1; }))
    (try (lib.attrsets.matchAttrs { a.b.c = 1; } { a.b.d = 2; a.x = 3; }))
    (try (lib.attrsets.matchAttrs { a = 5; q.r = [ 1 ]; } { }))
    (try (lib.attrsets.matchAttrs { a.b.d = 2; a.x = 3; } { }))
    (try (lib.attrsets.matchAttrs { a.b = { }; e = null; } { a = 5; q.r = [ 1 ]; }))
    (try (lib.attrsets.matchAttrs { } { a = 5; q.r = [ 1 ]; }))
    (try (lib.attrsets.matchAttrs { a.b.c = 1; } { a.b = { }; e = null; }))
    (try (lib.attrsets.matchAttrs { a = 5; q.r = [ 1 ]; } { a.b.c = 1; }))
    (try (lib.attrsets.matchAttrs { a.b.d = 2; a.x = 3; } { a.b.c = 1; }))
  ];
  "overrideExisting" = [
    (try (lib.attrsets.overrideExisting { a = 1; b = 2; } { a = 1; b = 2; }))
    (try (lib.attrsets.overrideExisting { } { a = 1; b = 2; }))
    (try (lib.attrsets.overrideExisting { z = 0; "with space" = 9; } { a = 1; }))
    (try (lib.attrsets.overrideExisting { b = 3; c = 4; } { b = 3; c = 4; }))
    (try (lib.attrsets.overrideExisting { a = 1; b = 2; } { }))
    (try (lib.attrsets.overrideExisting { } { }))
    (try (lib.attrsets.overrideExisting { z = 0; "with space" = 9; } { z = 0; "with space" = 9; }))
    (try (lib.attrsets.overrideExisting { b = 3; c = 4; } { a = 1; b = 2; }))
    (try (lib.attrsets.overrideExisting { a = 1; b = 2; } { a = 1; }))
    (try (lib.attrsets.overrideExisting { } { a = 1; }))
    (try (lib.attrsets.overrideExisting { z = 0; "with space" = 9; } { b = 3; c = 4; }))
    (try (lib.attrsets.overrideExisting { b = 3; c = 4; } { }))
  ];
  "showAttrPath" = [
    (try (lib.attrsets.showAttrPath [ "a b" "c" ]))
    (try (lib.attrsets.showAttrPath [ "a" "b" "c" ]))
    (try (lib.attrsets.showAttrPath [ "a" "b" ]))
    (try (lib.attrsets.showAttrPath [ "a" ]))
    (try (lib.attrsets.showAttrPath [ "q" "zz" ]))
    (try (lib.attrsets.showAttrPath [ ]))
  ];
  "getOutput" = [
    (try (lib.attrsets.getOutput "dev" { a = 1; }))
    (try (lib.attrsets.getOutput "dev" { out = "o"; dev = "d"; }))
    (try (lib.attrsets.getOutput "dev" { out = "o"; }))
  ];
  "getBin" = [
    (try (lib.attrsets.getBin { out = "o"; bin = "b"; }))
    (try (lib.attrsets.getBin { out = "o"; }))
  ];
  "getLib" = [
    (try (lib.attrsets.getLib { out = "o"; lib = "l"; }))
    (try (lib.attrsets.getLib { out = "o"; }))
  ];
  "getDev" = [
    (try (lib.attrsets.getDev { out = "o"; dev = "l"; }))
  ];
  "recurseIntoAttrs" = [
    (try (lib.attrsets.recurseIntoAttrs { a = 1; b = 2; }))
    (try (lib.attrsets.recurseIntoAttrs { a = 1; }))
    (try (lib.attrsets.recurseIntoAttrs { b = 3; c = 4; }))
    (try (lib.attrsets.recurseIntoAttrs { z = 0; "with space" = 9; }))
    (try (lib.attrsets.recurseIntoAttrs { }))
  ];
  "unionOfDisjoint" = [
    (try (lib.attrsets.unionOfDisjoint { a = 1; b = 2; } { a = 1; b = 2; }))
    (try (lib.attrsets.unionOfDisjoint { z = 0; "with space" = 9; } { a = 1; b = 2; }))
    (try (lib.attrsets.unionOfDisjoint { a = 1; } { a = 1; }))
    (try (lib.attrsets.unionOfDisjoint { } { a = 1; }))
    (try (lib.attrsets.unionOfDisjoint { b = 3; c = 4; } { z = 0; "with space" = 9; }))
    (try (lib.attrsets.unionOfDisjoint { a = 1; b = 2; } { b = 3; c = 4; }))
    (try (lib.attrsets.unionOfDisjoint { z = 0; "with space" = 9; } { b = 3; c = 4; }))
    (try (lib.attrsets.unionOfDisjoint { a = 1; } { a = 1; b = 2; }))
    (try (lib.attrsets.unionOfDisjoint { } { a = 1; b = 2; }))
    (try (lib.attrsets.unionOfDisjoint { b = 3; c = 4; } { a = 1; }))
    (try (lib.attrsets.unionOfDisjoint { a = 1; b = 2; } { z = 0; "with space" = 9; }))
    (try (lib.attrsets.unionOfDisjoint { z = 0; "with space" = 9; } { z = 0; "with space" = 9; }))
  ];
  "updateManyAttrsByPath" = [
    (try (lib.attrsets.updateManyAttrsByPath [ { path = [ "a" "b" ]; update = old: { new = old; }; } ] { a = 5; q.r = [ 1 ]; }))
    (try (lib.attrsets.updateManyAttrsByPath [ { path = [ ]; update = old: old // { t = 1; }; } { path = [ "a" ]; update = old: 7; } ] { a = 5; q.r = [ 1 ]; }))
    (try (lib.attrsets.updateManyAttrsByPath [ { path = [ "a" "b" ]; update = old: { new = old; }; } ] { a.b = { }; e = null; }))
    (try (lib.attrsets.updateManyAttrsByPath [ { path = [ ]; update = old: old // { t = 1; }; } { path = [ "a" ]; update = old: 7; } ] { a.b = { }; e = null; }))
    (try (lib.attrsets.updateManyAttrsByPath [ { path = [ "a" "b" ]; update = old: { new = old; }; } ] { a.b.c = 1; }))
    (try (lib.attrsets.updateManyAttrsByPath [ { path = [ ]; update = old: old // { t = 1; }; } { path = [ "a" ]; update = old: 7; } ] { a.b.c = 1; }))
    (try (lib.attrsets.updateManyAttrsByPath [ { path = [ "a" "b" ]; update = old: { new = old; }; } ] { a.b.d = 2; a.x = 3; }))
    (try (lib.attrsets.updateManyAttrsByPath [ { path = [ ]; update = old: old // { t = 1; }; } { path = [ "a" ]; update = old: 7; } ] { a.b.d = 2; a.x = 3; }))
    (try (lib.attrsets.updateManyAttrsByPath [ { path = [ "a" "b" ]; update = old: { new = old; }; } ] { }))
    (try (lib.attrsets.updateManyAttrsByPath [ { path = [ ]; update = old: old // { t = 1; }; } { path = [ "a" ]; update = old: 7; } ] { }))
  ];
  "removeAttrs" = [
    (try (lib.attrsets.removeAttrs { a = 1; b = 2; } [ "a" ]))
    (try (lib.attrsets.removeAttrs { a = 1; } [ "a" ]))
    (try (lib.attrsets.removeAttrs { b = 3; c = 4; } [ "a" ]))
    (try (lib.attrsets.removeAttrs { z = 0; "with space" = 9; } [ "a" ]))
    (try (lib.attrsets.removeAttrs { } [ "a" ]))
    (try (lib.attrsets.removeAttrs { a = 1; b = 2; } [ ]))
    (try (lib.attrsets.removeAttrs { a = 1; } [ ]))
    (try (lib.attrsets.removeAttrs { b = 3; c = 4; } [ ]))
    (try (lib.attrsets.removeAttrs { z = 0; "with space" = 9; } [ ]))
    (try (lib.attrsets.removeAttrs { } [ ]))
  ];
  "intersectAttrs" = [
    (try (lib.attrsets.intersectAttrs { a = 1; b = 2; } { a = 1; b = 2; }))
    (try (lib.attrsets.intersectAttrs { z = 0; "with space" = 9; } { a = 1; b = 2; }))
    (try (lib.attrsets.intersectAttrs { a = 1; } { z = 0; "with space" = 9; }))
    (try (lib.attrsets.intersectAttrs { } { z = 0; "with space" = 9; }))
    (try (lib.attrsets.intersectAttrs { b = 3; c = 4; } { a = 1; }))
    (try (lib.attrsets.intersectAttrs { a = 1; b = 2; } { b = 3; c = 4; }))
    (try (lib.attrsets.intersectAttrs { z = 0; "with space" = 9; } { b = 3; c = 4; }))
    (try (lib.attrsets.intersectAttrs { a = 1; } { }))
    (try (lib.attrsets.intersectAttrs { } { }))
    (try (lib.attrsets.intersectAttrs { b = 3; c = 4; } { a = 1; b = 2; }))
    (try (lib.attrsets.intersectAttrs { a = 1; b = 2; } { z = 0; "with space" = 9; }))
    (try (lib.attrsets.intersectAttrs { z = 0; "with space" = 9; } { z = 0; "with space" = 9; }))
  ];
  "listToAttrs" = [
    (try (lib.attrsets.listToAttrs [ ]))
    (try (lib.attrsets.listToAttrs [ { name = "x"; value = 1; } { name = "x"; value = 2; } ]))
  ];
  "chooseDevOutputs" = [
    (try (map (x: x.n or x) (lib.attrsets.chooseDevOutputs [ { n = 1; } ])))
    (try (map (x: x.n) (lib.attrsets.chooseDevOutputs [ { n = 1; dev.n = 2; } { n = 3; bin.n = 4; } ])))
    (try (lib.attrsets.chooseDevOutputs [ ]))
  ];
  "dontRecurseIntoAttrs" = [
    (try (lib.attrsets.dontRecurseIntoAttrs { a = 1; }))
    (try (lib.attrsets.dontRecurseIntoAttrs { recurseForDerivations = true; }))
    (try (lib.attrsets.dontRecurseIntoAttrs { }))
  ];
  "getFirstOutput" = [
    (try (lib.attrsets.getFirstOutput [ "lib" "out" ] { n = 1; lib = "l"; }))
    (try (lib.attrsets.getFirstOutput [ "zz" "bin" ] { n = 1; lib = "l"; }))
    (try (lib.attrsets.getFirstOutput [ ] { out = "o"; bin = "b"; }))
    (try (lib.attrsets.getFirstOutput [ "dev" ] { outputSpecified = true; out = "o"; }))
    (try (lib.attrsets.getFirstOutput [ "lib" "out" ] { }))
    (try (lib.attrsets.getFirstOutput [ "zz" "bin" ] { }))
    (try (lib.attrsets.getFirstOutput [ ] { n = 1; lib = "l"; }))
    (try (lib.attrsets.getFirstOutput [ "dev" ] { out = "o"; bin = "b"; }))
    (try (lib.attrsets.getFirstOutput [ "lib" "out" ] { outputSpecified = true; out = "o"; }))
    (try (lib.attrsets.getFirstOutput [ "zz" "bin" ] { outputSpecified = true; out = "o"; }))
    (try (lib.attrsets.getFirstOutput [ ] { }))
    (try (lib.attrsets.getFirstOutput [ "dev" ] { n = 1; lib = "l"; }))
  ];
  "getInclude" = [
    (try (lib.attrsets.getInclude { dev = "d"; out = "o"; }))
    (try (lib.attrsets.getInclude { include = "i"; }))
    (try (lib.attrsets.getInclude { out = "o"; }))
    (try (lib.attrsets.getInclude { }))
  ];
  "getMan" = [
    (try (lib.attrsets.getMan { man = "d"; out = "o"; }))
    (try (lib.attrsets.getMan { out = "o"; }))
    (try (lib.attrsets.getMan { }))
  ];
  "getStatic" = [
    (try (lib.attrsets.getStatic { static = "d"; out = "o"; }))
    (try (lib.attrsets.getStatic { out = "o"; }))
    (try (lib.attrsets.getStatic { lib = 1; }))
  ];
  "toDerivation" = [
    (try ((lib.attrsets.toDerivation "/nix/store/0123456789abcdfghijklmnpqrsvwxyz-hello-1.0").name))
    (try ((lib.attrsets.toDerivation "/nix/store/0123456789abcdfghijklmnpqrsvwxyz-hello-1.0").type))
  ];
}

# Cases for lib.misc, made from arguments.txt. What they give with nixpkgs' own lib is in misc.exp.
lib:
let
  try = value: builtins.tryEval (builtins.deepSeq value value);
in
{
  "checkFlag" = [
    (try (lib.misc.checkFlag { flags = [ "a" ]; b = true; } "a"))
    (try (lib.misc.checkFlag { flags = [ "a" ]; b = true; } "b"))
    (try (lib.misc.checkFlag { flags = [ "a" ]; b = true; } "c"))
    (try (lib.misc.checkFlag { flags = [ "a" ]; b = true; } "true"))
  ];
  "nvs" = [
    (try (lib.misc.nvs "" 1))
    (try (lib.misc.nvs "a,b,,c" 1))
    (try (lib.misc.nvs "Hello World" "s"))
    (try (lib.misc.nvs "foo-1.2.3" "s"))
    (try (lib.misc.nvs "a" { a = 1; }))
    (try (lib.misc.nvs "CamelCase_word" true))
    (try (lib.misc.nvs "abc" true))
    (try (lib.misc.nvs "\"q\" \\ \${x}" [ 1 2 ]))
    (try (lib.misc.nvs "" 1.5))
    (try (lib.misc.nvs "a,b,,c" 1.5))
    (try (lib.misc.nvs "Hello World" null))
    (try (lib.misc.nvs "foo-1.2.3" null))
  ];
  "setAttr" = [
    (try (lib.misc.setAttr { a = 1; b = 2; } "q" "s"))
    (try (lib.misc.setAttr { b = 3; c = 4; } "q" null))
    (try (lib.misc.setAttr { } "q" { a = 1; }))
    (try (lib.misc.setAttr { a = 1; } "q" true))
    (try (lib.misc.setAttr { z = 0; "with space" = 9; } "q" 1.5))
    (try (lib.misc.setAttr { a = 1; b = 2; } "q" null))
    (try (lib.misc.setAttr { b = 3; c = 4; } "q" { a = 1; }))
    (try (lib.misc.setAttr { } "q" [ 1 2 ]))
    (try (lib.misc.setAttr { a = 1; } "q" 1.5))
    (try (lib.misc.setAttr { z = 0; "with space" = 9; } "q" "s"))
    (try (lib.misc.setAttr { a = 1; b = 2; } "q" { a = 1; }))
    (try (lib.misc.setAttr { b = 3; c = 4; } "q" [ 1 2 ]))
  ];
  "maybeAttr" = [
    (try (lib.misc.maybeAttr "a" 0 { a = 1; b = 2; }))
    (try (lib.misc.maybeAttr "a" 0 { a = 1; }))
    (try (lib.misc.maybeAttr "a" 0 { b = 3; c = 4; }))
    (try (lib.misc.maybeAttr "a" 0 { z = 0; "with space" = 9; }))
    (try (lib.misc.maybeAttr "a" 0 { }))
  ];
  "mergeAttrsConcatenateValues" = [
    (try (lib.misc.mergeAttrsConcatenateValues { a = [ 1 ]; } { a = [ 2 ]; b = [ ]; }))
  ];
  "ifEnable" = [
    (try (lib.misc.ifEnable false "s"))
    (try (lib.misc.ifEnable true "s"))
    (try (lib.misc.ifEnable false 1))
    (try (lib.misc.ifEnable true 1))
    (try (lib.misc.ifEnable false [ 1 2 ]))
    (try (lib.misc.ifEnable true [ 1 2 ]))
    (try (lib.misc.ifEnable false true))
    (try (lib.misc.ifEnable true true))
    (try (lib.misc.ifEnable false { a = 1; }))
    (try (lib.misc.ifEnable true { a = 1; }))
    (try (lib.misc.ifEnable false null))
    (try (lib.misc.ifEnable true null))
  ];
  "imap" = [
    (try (lib.misc.imap (i: x: "${toString i}:${toString x}") [ 1 2 3 4 5 ]))
    (try (lib.misc.imap (i: x: [ i x ]) [ 1 2 3 4 5 ]))
    (try (lib.misc.imap (i: x: "${toString i}:${toString x}") [ 1 ]))
    (try (lib.misc.imap (i: x: [ i x ]) [ 1 ]))
    (try (lib.misc.imap (i: x: "${toString i}:${toString x}") [ 2 2 1 ]))
    (try (lib.misc.imap (i: x: [ i x ]) [ 2 2 1 ]))
    (try (lib.misc.imap (i: x: "${toString i}:${toString x}") [ 5 4 3 2 1 0 ]))
    (try (lib.misc.imap (i: x: [ i x ]) [ 5 4 3 2 1 0 ]))
    (try (lib.misc.imap (i: x: "${toString i}:${toString x}") [ ]))
    (try (lib.misc.imap (i: x: [ i x ]) [ ]))
  ];
  "checkReqs" = [
    (try (lib.misc.checkReqs { } [ ] [ ]))
  ];
  "maybeAttrNullable" = [
    (try (lib.misc.maybeAttrNullable "a" null { a = 1; }))
    (try (lib.misc.maybeAttrNullable "z" null { a = 1; }))
    (try (lib.misc.maybeAttrNullable "a" 1 { a = 1; }))
    (try (lib.misc.maybeAttrNullable "z" 1 { a = 1; }))
    (try (lib.misc.maybeAttrNullable "a" null null))
    (try (lib.misc.maybeAttrNullable "z" null null))
    (try (lib.misc.maybeAttrNullable "a" 1 null))
    (try (lib.misc.maybeAttrNullable "z" 1 null))
    (try (lib.misc.maybeAttrNullable "a" null { a = null; }))
    (try (lib.misc.maybeAttrNullable "z" null { a = null; }))
    (try (lib.misc.maybeAttrNullable "a" 1 { a = null; }))
    (try (lib.misc.maybeAttrNullable "z" 1 { a = null; }))
  ];
  "mergeAttrsNoOverride" = [
    (try (lib.misc.mergeAttrsNoOverride { } { a = 1; } { b = 2; }))
  ];
  "mergeAttrsWithFunc" = [
    (try (lib.misc.mergeAttrsWithFunc (a: b: a + b) { a = 1; } { a = 2; b = 3; }))
    (try (lib.misc.mergeAttrsWithFunc (a: b: b) { a = 1; } { a = 2; b = 3; }))
    (try (lib.misc.mergeAttrsWithFunc (a: b: a + b) { } { a = 2; b = 3; }))
    (try (lib.misc.mergeAttrsWithFunc (a: b: b) { } { a = 2; b = 3; }))
    (try (lib.misc.mergeAttrsWithFunc (a: b: a + b) { a = 1; } { c = 1; }))
    (try (lib.misc.mergeAttrsWithFunc (a: b: b) { a = 1; } { c = 1; }))
    (try (lib.misc.mergeAttrsWithFunc (a: b: a + b) { } { c = 1; }))
    (try (lib.misc.mergeAttrsWithFunc (a: b: b) { } { c = 1; }))
  ];
  "uniqList" = [
    (try (lib.misc.uniqList { inputList = [ 1 2 1 ]; }))
    (try (lib.misc.uniqList { inputList = [ ]; }))
    (try (lib.misc.uniqList { inputList = [ "a" "a" ]; acc = [ "a" ]; }))
  ];
  "setAttrMerge" = [
    (try (lib.misc.setAttrMerge "a" [ ] { a = [ 1 ]; } (x: x ++ [ 9 ])))
    (try (lib.misc.setAttrMerge "z" [ ] { a = [ 1 ]; } (x: x ++ [ 9 ])))
    (try (lib.misc.setAttrMerge "a" [ 0 ] { a = [ 1 ]; } (x: x ++ [ 9 ])))
    (try (lib.misc.setAttrMerge "z" [ 0 ] { a = [ 1 ]; } (x: x ++ [ 9 ])))
    (try (lib.misc.setAttrMerge "a" [ ] { } (x: x ++ [ 9 ])))
    (try (lib.misc.setAttrMerge "z" [ ] { } (x: x ++ [ 9 ])))
    (try (lib.misc.setAttrMerge "a" [ 0 ] { } (x: x ++ [ 9 ])))
    (try (lib.misc.setAttrMerge "z" [ 0 ] { } (x: x ++ [ 9 ])))
  ];
  "nixType" = [
    (try (lib.misc.nixType 1))
    (try (lib.misc.nixType "s"))
    (try (lib.misc.nixType true))
    (try (lib.misc.nixType null))
    (try (lib.misc.nixType [ ]))
    (try (lib.misc.nixType { }))
    (try (lib.misc.nixType (x: x)))
    (try (lib.misc.nixType 1.5))
  ];
  "closePropagation" = [
    (try (map (x: x.n) (lib.misc.closePropagation [ ])))
  ];
}

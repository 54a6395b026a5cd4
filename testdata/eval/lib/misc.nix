# Cases for lib.misc, made of generated arguments. What they give with nixpkgs' own lib is in misc.exp.
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
    (try (lib.misc.nvs "CamelCase_word" "s"))
    (try (lib.misc.nvs "Hello World" { a = 1; }))
    (try (lib.misc.nvs "\"q\" \\ \${x}" true))
    (try (lib.misc.nvs "a" 1))
    (try (lib.misc.nvs "a,b,,c" [ 1 2 ]))
    (try (lib.misc.nvs "abc" true))
    (try (lib.misc.nvs "foo-1.2.3" 1.5))
    (try (lib.misc.nvs "foo-1.2.3" [ 1 2 ]))
    (try (lib.misc.nvs "foo-1.2.3" null))
  ];
  "setAttr" = [
    (try (lib.misc.setAttr { a = 1; b = 2; } "q" "s"))
    (try (lib.misc.setAttr { a = 1; b = 2; } "q" null))
    (try (lib.misc.setAttr { a = 1; } "q" { a = 1; }))
    (try (lib.misc.setAttr { b = 3; c = 4; } "q" [ 1 2 ]))
    (try (lib.misc.setAttr { b = 3; c = 4; } "q" null))
    (try (lib.misc.setAttr { b = 3; c = 4; } "q" true))
    (try (lib.misc.setAttr { z = 0; "with space" = 9; } "q" "s"))
    (try (lib.misc.setAttr { z = 0; "with space" = 9; } "q" 1.5))
    (try (lib.misc.setAttr { } "q" 1.5))
    (try (lib.misc.setAttr { } "q" { a = 1; }))
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
    (try (lib.misc.ifEnable false 1))
    (try (lib.misc.ifEnable false [ 1 2 ]))
    (try (lib.misc.ifEnable false true))
    (try (lib.misc.ifEnable false { a = 1; }))
    (try (lib.misc.ifEnable true "s"))
    (try (lib.misc.ifEnable true 1))
    (try (lib.misc.ifEnable true null))
    (try (lib.misc.ifEnable true true))
    (try (lib.misc.ifEnable true { a = 1; }))
  ];
  "imap" = [
    (try (lib.misc.imap (i: x: "${toString i}:${toString x}") [ 1 2 3 4 5 ]))
    (try (lib.misc.imap (i: x: "${toString i}:${toString x}") [ 1 ]))
    (try (lib.misc.imap (i: x: "${toString i}:${toString x}") [ 2 2 1 ]))
    (try (lib.misc.imap (i: x: "${toString i}:${toString x}") [ 5 4 3 2 1 0 ]))
    (try (lib.misc.imap (i: x: "${toString i}:${toString x}") [ ]))
    (try (lib.misc.imap (i: x: [ i x ]) [ 1 2 3 4 5 ]))
    (try (lib.misc.imap (i: x: [ i x ]) [ 1 ]))
    (try (lib.misc.imap (i: x: [ i x ]) [ 2 2 1 ]))
    (try (lib.misc.imap (i: x: [ i x ]) [ 5 4 3 2 1 0 ]))
    (try (lib.misc.imap (i: x: [ i x ]) [ ]))
  ];
}

# Cases for lib.generators, made from arguments.txt. What they give with nixpkgs' own lib is in generators.exp.
lib:
let
  try = value: builtins.tryEval (builtins.deepSeq value value);
in
{
  "toKeyValue" = [
    (try (lib.generators.toKeyValue { indent = "  "; } { a = 1; "b=c" = "d"; }))
    (try (lib.generators.toKeyValue { } { a = 1; "b=c" = "d"; }))
    (try (lib.generators.toKeyValue { indent = "  "; } { t = true; n = null; f = 1.25; }))
    (try (lib.generators.toKeyValue { } { t = true; n = null; f = 1.25; }))
    (try (lib.generators.toKeyValue { indent = "  "; } { }))
    (try (lib.generators.toKeyValue { } { }))
  ];
  "toINI" = [
    (try (lib.generators.toINI { mkSectionName = n: "<${n}>"; } { "se[c]tion" = { k = null; f = 0.5; }; other = { }; }))
    (try (lib.generators.toINI { } { "se[c]tion" = { k = null; f = 0.5; }; other = { }; }))
    (try (lib.generators.toINI { mkSectionName = n: "<${n}>"; } { main = { a = 1; b = true; c = "x=y"; }; }))
    (try (lib.generators.toINI { } { main = { a = 1; b = true; c = "x=y"; }; }))
    (try (lib.generators.toINI { mkSectionName = n: "<${n}>"; } { }))
    (try (lib.generators.toINI { } { }))
  ];
  "toINIWithGlobalSection" = [
    (try (lib.generators.toINIWithGlobalSection { } { globalSection = { x = 1; }; sections = { s = { y = 2; }; }; }))
    (try (lib.generators.toINIWithGlobalSection { } { globalSection = { }; }))
  ];
  "toGitINI" = [
    (try (lib.generators.toGitINI { url."https://x".insteadOf = "y"; core.n = 3; b = { c.d = true; e = [ "1" "2" ]; }; }))
    (try (lib.generators.toGitINI { user.name = "A \"B\""; alias.l = "log\n"; }))
  ];
  "mkKeyValueDefault" = [
    (try (lib.generators.mkKeyValueDefault { } ":" "a:b" "x"))
    (try (lib.generators.mkKeyValueDefault { } ":" "a:b" 1))
    (try (lib.generators.mkKeyValueDefault { } ":" "a:b" 1.5))
    (try (lib.generators.mkKeyValueDefault { } ":" "a:b" null))
    (try (lib.generators.mkKeyValueDefault { } ":" "a:b" true))
  ];
  "toPretty" = [
    (try (lib.generators.toPretty { multiline = false; } "s"))
    (try (lib.generators.toPretty { } "x\${y}\n"))
    (try (lib.generators.toPretty { multiline = false; } [ 1 2 ]))
    (try (lib.generators.toPretty { } true))
    (try (lib.generators.toPretty { multiline = false; } { a = 1; }))
    (try (lib.generators.toPretty { } { a = { b = [ 1 { } ]; }; "c d" = x: x; e = { f, g ? 1 }: 1; }))
    (try (lib.generators.toPretty { multiline = false; } "x\${y}\n"))
    (try (lib.generators.toPretty { } 1.5))
    (try (lib.generators.toPretty { multiline = false; } true))
    (try (lib.generators.toPretty { } 1))
    (try (lib.generators.toPretty { multiline = false; } { a = { b = [ 1 { } ]; }; "c d" = x: x; e = { f, g ? 1 }: 1; }))
    (try (lib.generators.toPretty { } "s"))
  ];
  "toJSON" = [
    (try (lib.generators.toJSON { } "s"))
    (try (lib.generators.toJSON { } 1))
    (try (lib.generators.toJSON { } 1.5))
    (try (lib.generators.toJSON { } [ 1 2 ]))
    (try (lib.generators.toJSON { } null))
    (try (lib.generators.toJSON { } true))
    (try (lib.generators.toJSON { } { a = 1; }))
  ];
  "toYAML" = [
    (try (lib.generators.toYAML { } "s"))
    (try (lib.generators.toYAML { } 1))
    (try (lib.generators.toYAML { } 1.5))
    (try (lib.generators.toYAML { } [ 1 2 ]))
    (try (lib.generators.toYAML { } null))
    (try (lib.generators.toYAML { } true))
    (try (lib.generators.toYAML { } { a = 1; }))
  ];
  "toPlist" = [
    (try (lib.generators.toPlist { escape = true; } { a = [ 1 "<x>" ]; b = true; c = null; }))
  ];
  "toDhall" = [
    (try (lib.generators.toDhall { } { a = 1; b = [ true ]; c = "x"; }))
  ];
  "toLua" = [
    (try (lib.generators.toLua { multiline = false; } "s"))
    (try (lib.generators.toLua { } [ 1 2 ]))
    (try (lib.generators.toLua { multiline = false; } true))
    (try (lib.generators.toLua { } { a = 1; }))
    (try (lib.generators.toLua { multiline = false; } 1))
    (try (lib.generators.toLua { } "s"))
    (try (lib.generators.toLua { multiline = false; } null))
    (try (lib.generators.toLua { } true))
    (try (lib.generators.toLua { multiline = false; } { a = [ 1 { b = null; } ]; c = lib.generators.mkLuaInline "f()"; }))
    (try (lib.generators.toLua { } 1))
    (try (lib.generators.toLua { multiline = false; } [ 1 2 ]))
    (try (lib.generators.toLua { } null))
  ];
  "toDconfINI" = [
    (try (lib.generators.toDconfINI { s = { a = true; b = "x'y"; c = lib.gvariant.mkUint32 3; d = [ "p" "q" ]; }; }))
  ];
  "mkLuaInline" = [
    (try (lib.generators.mkLuaInline "x"))
    (try (lib.generators.mkLuaInline ""))
    (try (lib.generators.mkLuaInline "function() end"))
  ];
  "mkDconfKeyValue" = [
    (try (lib.generators.mkDconfKeyValue "k" 1))
    (try (lib.generators.mkDconfKeyValue "a b" 1))
    (try (lib.generators.mkDconfKeyValue "k" "s"))
    (try (lib.generators.mkDconfKeyValue "a b" "s"))
    (try (lib.generators.mkDconfKeyValue "k" true))
    (try (lib.generators.mkDconfKeyValue "a b" true))
    (try (lib.generators.mkDconfKeyValue "k" [ "a" ]))
    (try (lib.generators.mkDconfKeyValue "a b" [ "a" ]))
    (try (lib.generators.mkDconfKeyValue "k" 1.5))
    (try (lib.generators.mkDconfKeyValue "a b" 1.5))
  ];
  "mkValueStringDefault" = [
    (try (lib.generators.mkValueStringDefault { } 1))
    (try (lib.generators.mkValueStringDefault { } "s"))
    (try (lib.generators.mkValueStringDefault { } true))
    (try (lib.generators.mkValueStringDefault { } false))
    (try (lib.generators.mkValueStringDefault { } null))
    (try (lib.generators.mkValueStringDefault { } 1.5))
    (try (lib.generators.mkValueStringDefault { } "a\nb"))
  ];
  "withRecursion" = [
    (try (lib.generators.withRecursion { depthLimit = 2; throwOnDepthLimit = false; } { a.b.c.d = 1; }))
    (try (lib.generators.withRecursion { depthLimit = 1; } { a.b.c.d = 1; }))
    (try (lib.generators.withRecursion { depthLimit = null; } { a.b = [ 1 2 ]; }))
  ];
}

# Cases for lib.strings, made of generated arguments. What they give with nixpkgs' own lib is in strings.exp.
lib:
let
  try = value: builtins.tryEval (builtins.deepSeq value value);
in
{
  "hasPrefix" = [
    (try (lib.strings.hasPrefix "  x y\n" "a"))
    (try (lib.strings.hasPrefix "" "abc"))
    (try (lib.strings.hasPrefix "-5" "Hello World"))
    (try (lib.strings.hasPrefix "007" "1.2.10"))
    (try (lib.strings.hasPrefix "1.2.10" "/etc//nginx/"))
    (try (lib.strings.hasPrefix "1.2.10" "1.2.10"))
    (try (lib.strings.hasPrefix "abc" ""))
    (try (lib.strings.hasPrefix "foo-1.2.3" "Hello World"))
    (try (lib.strings.hasPrefix "foo-1.2.3" "it's $HOME"))
    (try (lib.strings.hasPrefix "https://example.org/a?b=c&d" "-5"))
  ];
  "hasSuffix" = [
    (try (lib.strings.hasSuffix "-5" "CamelCase_word"))
    (try (lib.strings.hasSuffix "-5" "x.service"))
    (try (lib.strings.hasSuffix "/etc//nginx/" "1.2.10"))
    (try (lib.strings.hasSuffix "Hello World" "007"))
    (try (lib.strings.hasSuffix "Hello World" "1.2.10"))
    (try (lib.strings.hasSuffix "\"q\" \\ \${x}" ""))
    (try (lib.strings.hasSuffix "a,b,,c" "a"))
    (try (lib.strings.hasSuffix "it's $HOME" "/etc//nginx/"))
    (try (lib.strings.hasSuffix "x.service" "\"q\" \\ \${x}"))
    (try (lib.strings.hasSuffix "x.service" "https://example.org/a?b=c&d"))
  ];
  "hasInfix" = [
    (try (lib.strings.hasInfix "-5" "007"))
    (try (lib.strings.hasInfix "/etc//nginx/" "  x y\n"))
    (try (lib.strings.hasInfix "007" "abc"))
    (try (lib.strings.hasInfix "1.2.10" "abc"))
    (try (lib.strings.hasInfix "10" ""))
    (try (lib.strings.hasInfix "10" "a,b,,c"))
    (try (lib.strings.hasInfix "\"q\" \\ \${x}" "a,b,,c"))
    (try (lib.strings.hasInfix "abc" "1.2.10"))
    (try (lib.strings.hasInfix "it's $HOME" "/etc//nginx/"))
    (try (lib.strings.hasInfix "x.service" "foo-1.2.3"))
  ];
  "removePrefix" = [
    (try (lib.strings.removePrefix "" "\"q\" \\ \${x}"))
    (try (lib.strings.removePrefix "" "abc"))
    (try (lib.strings.removePrefix "10" "/etc//nginx/"))
    (try (lib.strings.removePrefix "a" "-5"))
    (try (lib.strings.removePrefix "a" "\"q\" \\ \${x}"))
    (try (lib.strings.removePrefix "a,b,,c" "a"))
    (try (lib.strings.removePrefix "https://example.org/a?b=c&d" "foo-1.2.3"))
    (try (lib.strings.removePrefix "it's $HOME" "x.service"))
    (try (lib.strings.removePrefix "x.service" "Hello World"))
    (try (lib.strings.removePrefix "x.service" "x.service"))
  ];
  "removeSuffix" = [
    (try (lib.strings.removeSuffix "-5" "-5"))
    (try (lib.strings.removeSuffix "-5" "a,b,,c"))
    (try (lib.strings.removeSuffix "007" "Hello World"))
    (try (lib.strings.removeSuffix "10" "10"))
    (try (lib.strings.removeSuffix "CamelCase_word" "https://example.org/a?b=c&d"))
    (try (lib.strings.removeSuffix "Hello World" "a"))
    (try (lib.strings.removeSuffix "\"q\" \\ \${x}" "/etc//nginx/"))
    (try (lib.strings.removeSuffix "\"q\" \\ \${x}" "x.service"))
    (try (lib.strings.removeSuffix "https://example.org/a?b=c&d" "/etc//nginx/"))
    (try (lib.strings.removeSuffix "x.service" "foo-1.2.3"))
  ];
  "splitString" = [
    (try (lib.strings.splitString " " "10"))
    (try (lib.strings.splitString " " "https://example.org/a?b=c&d"))
    (try (lib.strings.splitString "," "-5"))
    (try (lib.strings.splitString "," "10"))
    (try (lib.strings.splitString "," "x.service"))
    (try (lib.strings.splitString "-" "/etc//nginx/"))
    (try (lib.strings.splitString "-" "10"))
    (try (lib.strings.splitString "-" "Hello World"))
    (try (lib.strings.splitString "/" "007"))
    (try (lib.strings.splitString "ab" "007"))
  ];
  "concatStrings" = [
    (try (lib.strings.concatStrings [ "a" "" "c" ]))
    (try (lib.strings.concatStrings [ "a" ]))
    (try (lib.strings.concatStrings [ "b" "a" "b" ]))
    (try (lib.strings.concatStrings [ "file10" "file9" "file1" ]))
    (try (lib.strings.concatStrings [ "x" "y" "z" ]))
    (try (lib.strings.concatStrings [ ]))
  ];
  "concatMapStrings" = [
    (try (lib.strings.concatMapStrings (s: "<${s}>") [ "a" "" "c" ]))
    (try (lib.strings.concatMapStrings (s: "<${s}>") [ "a" ]))
    (try (lib.strings.concatMapStrings (s: "<${s}>") [ "b" "a" "b" ]))
    (try (lib.strings.concatMapStrings (s: "<${s}>") [ "file10" "file9" "file1" ]))
    (try (lib.strings.concatMapStrings (s: "<${s}>") [ ]))
    (try (lib.strings.concatMapStrings (s: s + "!") [ "a" "" "c" ]))
    (try (lib.strings.concatMapStrings (s: s + "!") [ "b" "a" "b" ]))
    (try (lib.strings.concatMapStrings (s: s + "!") [ "file10" "file9" "file1" ]))
    (try (lib.strings.concatMapStrings (s: s + "!") [ "x" "y" "z" ]))
    (try (lib.strings.concatMapStrings (s: s + "!") [ ]))
  ];
  "concatImapStrings" = [
    (try (lib.strings.concatImapStrings (i: s: "${toString i}${s}") [ "a" "" "c" ]))
    (try (lib.strings.concatImapStrings (i: s: "${toString i}${s}") [ "a" ]))
    (try (lib.strings.concatImapStrings (i: s: "${toString i}${s}") [ "b" "a" "b" ]))
    (try (lib.strings.concatImapStrings (i: s: "${toString i}${s}") [ "file10" "file9" "file1" ]))
    (try (lib.strings.concatImapStrings (i: s: "${toString i}${s}") [ "x" "y" "z" ]))
    (try (lib.strings.concatImapStrings (i: s: "${toString i}${s}") [ ]))
  ];
  "concatStringsSep" = [
    (try (lib.strings.concatStringsSep "/etc//nginx/" [ "x" "y" "z" ]))
    (try (lib.strings.concatStringsSep "007" [ "a" "" "c" ]))
    (try (lib.strings.concatStringsSep "1.2.10" [ "file10" "file9" "file1" ]))
    (try (lib.strings.concatStringsSep "Hello World" [ "x" "y" "z" ]))
    (try (lib.strings.concatStringsSep "\"q\" \\ \${x}" [ "file10" "file9" "file1" ]))
    (try (lib.strings.concatStringsSep "it's $HOME" [ ]))
    (try (lib.strings.concatStringsSep "x.service" [ "a" ]))
    (try (lib.strings.concatStringsSep "x.service" [ "b" "a" "b" ]))
    (try (lib.strings.concatStringsSep "x.service" [ "file10" "file9" "file1" ]))
    (try (lib.strings.concatStringsSep "x.service" [ ]))
  ];
  "concatMapStringsSep" = [
    (try (lib.strings.concatMapStringsSep "" (s: "<${s}>") [ "file10" "file9" "file1" ]))
    (try (lib.strings.concatMapStringsSep "" (s: s + "!") [ "a" "" "c" ]))
    (try (lib.strings.concatMapStringsSep "" (s: s + "!") [ "a" ]))
    (try (lib.strings.concatMapStringsSep "" (s: s + "!") [ ]))
    (try (lib.strings.concatMapStringsSep ", " (s: "<${s}>") [ "a" ]))
    (try (lib.strings.concatMapStringsSep ", " (s: "<${s}>") [ "file10" "file9" "file1" ]))
    (try (lib.strings.concatMapStringsSep ", " (s: "<${s}>") [ ]))
    (try (lib.strings.concatMapStringsSep ", " (s: s + "!") [ "a" "" "c" ]))
    (try (lib.strings.concatMapStringsSep ", " (s: s + "!") [ "file10" "file9" "file1" ]))
    (try (lib.strings.concatMapStringsSep ", " (s: s + "!") [ "x" "y" "z" ]))
  ];
  "concatMapAttrsStringSep" = [
    (try (lib.strings.concatMapAttrsStringSep ";" (n: v: "${n}=${toString v}") { a = 1; b = 2; }))
    (try (lib.strings.concatMapAttrsStringSep ";" (n: v: "${n}=${toString v}") { a = 1; }))
    (try (lib.strings.concatMapAttrsStringSep ";" (n: v: "${n}=${toString v}") { b = 3; c = 4; }))
    (try (lib.strings.concatMapAttrsStringSep ";" (n: v: "${n}=${toString v}") { z = 0; "with space" = 9; }))
    (try (lib.strings.concatMapAttrsStringSep ";" (n: v: "${n}=${toString v}") { }))
  ];
  "concatImapStringsSep" = [
    (try (lib.strings.concatImapStringsSep "-" (i: s: "${toString i}${s}") [ "a" "" "c" ]))
    (try (lib.strings.concatImapStringsSep "-" (i: s: "${toString i}${s}") [ "a" ]))
    (try (lib.strings.concatImapStringsSep "-" (i: s: "${toString i}${s}") [ "b" "a" "b" ]))
    (try (lib.strings.concatImapStringsSep "-" (i: s: "${toString i}${s}") [ "file10" "file9" "file1" ]))
    (try (lib.strings.concatImapStringsSep "-" (i: s: "${toString i}${s}") [ "x" "y" "z" ]))
    (try (lib.strings.concatImapStringsSep "-" (i: s: "${toString i}${s}") [ ]))
  ];
  "concatLines" = [
    (try (lib.strings.concatLines [ "a" "" "c" ]))
    (try (lib.strings.concatLines [ "a" ]))
    (try (lib.strings.concatLines [ "b" "a" "b" ]))
    (try (lib.strings.concatLines [ "file10" "file9" "file1" ]))
    (try (lib.strings.concatLines [ "x" "y" "z" ]))
    (try (lib.strings.concatLines [ ]))
  ];
  "intersperse" = [
    (try (lib.strings.intersperse "-5" [ ]))
    (try (lib.strings.intersperse "/etc//nginx/" [ "a" ]))
    (try (lib.strings.intersperse "/etc//nginx/" [ "file10" "file9" "file1" ]))
    (try (lib.strings.intersperse "007" [ "a" ]))
    (try (lib.strings.intersperse "1.2.10" [ "a" "" "c" ]))
    (try (lib.strings.intersperse "1.2.10" [ ]))
    (try (lib.strings.intersperse "Hello World" [ ]))
    (try (lib.strings.intersperse "a,b,,c" [ "a" ]))
    (try (lib.strings.intersperse "foo-1.2.3" [ "b" "a" "b" ]))
    (try (lib.strings.intersperse "it's $HOME" [ ]))
  ];
  "optionalString" = [
    (try (lib.strings.optionalString false "-5"))
    (try (lib.strings.optionalString false "007"))
    (try (lib.strings.optionalString false "10"))
    (try (lib.strings.optionalString false "a"))
    (try (lib.strings.optionalString false "https://example.org/a?b=c&d"))
    (try (lib.strings.optionalString true "007"))
    (try (lib.strings.optionalString true "1.2.10"))
    (try (lib.strings.optionalString true "10"))
    (try (lib.strings.optionalString true "a"))
    (try (lib.strings.optionalString true "abc"))
  ];
  "replicate" = [
    (try (lib.strings.replicate 0 "007"))
    (try (lib.strings.replicate 0 "Hello World"))
    (try (lib.strings.replicate 0 "x.service"))
    (try (lib.strings.replicate 2 "it's $HOME"))
    (try (lib.strings.replicate 2 "x.service"))
    (try (lib.strings.replicate 3 "-5"))
    (try (lib.strings.replicate 3 "10"))
    (try (lib.strings.replicate 3 "abc"))
    (try (lib.strings.replicate 5 "  x y\n"))
    (try (lib.strings.replicate 5 ""))
  ];
  "trim" = [
    (try (lib.strings.trim ""))
    (try (lib.strings.trim "/etc//nginx/"))
    (try (lib.strings.trim "007"))
    (try (lib.strings.trim "10"))
    (try (lib.strings.trim "CamelCase_word"))
    (try (lib.strings.trim "Hello World"))
    (try (lib.strings.trim "abc"))
    (try (lib.strings.trim "foo-1.2.3"))
    (try (lib.strings.trim "it's $HOME"))
    (try (lib.strings.trim "x.service"))
  ];
  "trimWith" = [
    (try (lib.strings.trimWith { end = true; } "Hello World"))
    (try (lib.strings.trimWith { end = true; } "a,b,,c"))
    (try (lib.strings.trimWith { start = true; } "-5"))
    (try (lib.strings.trimWith { start = true; } "CamelCase_word"))
    (try (lib.strings.trimWith { start = true; } "https://example.org/a?b=c&d"))
    (try (lib.strings.trimWith { } ""))
    (try (lib.strings.trimWith { } "/etc//nginx/"))
    (try (lib.strings.trimWith { } "10"))
    (try (lib.strings.trimWith { } "a,b,,c"))
    (try (lib.strings.trimWith { } "https://example.org/a?b=c&d"))
  ];
  "makeSearchPath" = [
    (try (lib.strings.makeSearchPath "bin" [ "a" "" "c" ]))
    (try (lib.strings.makeSearchPath "bin" [ "a" ]))
    (try (lib.strings.makeSearchPath "bin" [ "b" "a" "b" ]))
    (try (lib.strings.makeSearchPath "bin" [ "file10" "file9" "file1" ]))
    (try (lib.strings.makeSearchPath "bin" [ "x" "y" "z" ]))
    (try (lib.strings.makeSearchPath "bin" [ ]))
    (try (lib.strings.makeSearchPath "share" [ "a" "" "c" ]))
    (try (lib.strings.makeSearchPath "share" [ "a" ]))
    (try (lib.strings.makeSearchPath "share" [ "file10" "file9" "file1" ]))
    (try (lib.strings.makeSearchPath "share" [ ]))
  ];
  "normalizePath" = [
    (try (lib.strings.normalizePath "  x y\n"))
    (try (lib.strings.normalizePath "-5"))
    (try (lib.strings.normalizePath "/etc//nginx/"))
    (try (lib.strings.normalizePath "007"))
    (try (lib.strings.normalizePath "1.2.10"))
    (try (lib.strings.normalizePath "Hello World"))
    (try (lib.strings.normalizePath "abc"))
    (try (lib.strings.normalizePath "foo-1.2.3"))
    (try (lib.strings.normalizePath "https://example.org/a?b=c&d"))
    (try (lib.strings.normalizePath "x.service"))
  ];
  "stringToCharacters" = [
    (try (lib.strings.stringToCharacters "  x y\n"))
    (try (lib.strings.stringToCharacters "-5"))
    (try (lib.strings.stringToCharacters "/etc//nginx/"))
    (try (lib.strings.stringToCharacters "1.2.10"))
    (try (lib.strings.stringToCharacters "10"))
    (try (lib.strings.stringToCharacters "CamelCase_word"))
    (try (lib.strings.stringToCharacters "Hello World"))
    (try (lib.strings.stringToCharacters "a,b,,c"))
    (try (lib.strings.stringToCharacters "https://example.org/a?b=c&d"))
    (try (lib.strings.stringToCharacters "it's $HOME"))
  ];
  "stringAsChars" = [
    (try (lib.strings.stringAsChars (s: "<${s}>") ""))
    (try (lib.strings.stringAsChars (s: "<${s}>") "-5"))
    (try (lib.strings.stringAsChars (s: "<${s}>") "/etc//nginx/"))
    (try (lib.strings.stringAsChars (s: "<${s}>") "1.2.10"))
    (try (lib.strings.stringAsChars (s: "<${s}>") "foo-1.2.3"))
    (try (lib.strings.stringAsChars (s: "<${s}>") "it's $HOME"))
    (try (lib.strings.stringAsChars (s: s + "!") "  x y\n"))
    (try (lib.strings.stringAsChars (s: s + "!") "/etc//nginx/"))
    (try (lib.strings.stringAsChars (s: s + "!") "\"q\" \\ \${x}"))
    (try (lib.strings.stringAsChars (s: s + "!") "x.service"))
  ];
  "charToInt" = [
    (try (lib.strings.charToInt " "))
    (try (lib.strings.charToInt "Z"))
    (try (lib.strings.charToInt "a"))
    (try (lib.strings.charToInt "~"))
  ];
  "escape" = [
    (try (lib.strings.escape [ "$" "\"" ] "/etc//nginx/"))
    (try (lib.strings.escape [ "$" "\"" ] "a"))
    (try (lib.strings.escape [ "$" "\"" ] "abc"))
    (try (lib.strings.escape [ "$" "\"" ] "it's $HOME"))
    (try (lib.strings.escape [ "," " " ] "  x y\n"))
    (try (lib.strings.escape [ "," " " ] "Hello World"))
    (try (lib.strings.escape [ "a" ] "10"))
    (try (lib.strings.escape [ ] "a"))
    (try (lib.strings.escape [ ] "abc"))
    (try (lib.strings.escape [ ] "foo-1.2.3"))
  ];
  "escapeC" = [
    (try (lib.strings.escapeC [ "$" "\"" ] "1.2.10"))
    (try (lib.strings.escapeC [ "$" "\"" ] "x.service"))
    (try (lib.strings.escapeC [ "," " " ] "10"))
    (try (lib.strings.escapeC [ "," " " ] "\"q\" \\ \${x}"))
    (try (lib.strings.escapeC [ "a" ] ""))
    (try (lib.strings.escapeC [ "a" ] "007"))
    (try (lib.strings.escapeC [ "a" ] "abc"))
    (try (lib.strings.escapeC [ ] "-5"))
    (try (lib.strings.escapeC [ ] "10"))
    (try (lib.strings.escapeC [ ] "abc"))
  ];
  "escapeURL" = [
    (try (lib.strings.escapeURL "-5"))
    (try (lib.strings.escapeURL "/etc//nginx/"))
    (try (lib.strings.escapeURL "007"))
    (try (lib.strings.escapeURL "10"))
    (try (lib.strings.escapeURL "CamelCase_word"))
    (try (lib.strings.escapeURL "Hello World"))
    (try (lib.strings.escapeURL "a,b,,c"))
    (try (lib.strings.escapeURL "abc"))
    (try (lib.strings.escapeURL "https://example.org/a?b=c&d"))
    (try (lib.strings.escapeURL "x.service"))
  ];
  "escapeShellArg" = [
    (try (lib.strings.escapeShellArg "/etc//nginx/"))
    (try (lib.strings.escapeShellArg "007"))
    (try (lib.strings.escapeShellArg "10"))
    (try (lib.strings.escapeShellArg "CamelCase_word"))
    (try (lib.strings.escapeShellArg "\"q\" \\ \${x}"))
    (try (lib.strings.escapeShellArg "a,b,,c"))
    (try (lib.strings.escapeShellArg "https://example.org/a?b=c&d"))
    (try (lib.strings.escapeShellArg 1))
    (try (lib.strings.escapeShellArg [ "a" "b c" ]))
    (try (lib.strings.escapeShellArg true))
  ];
  "escapeShellArgs" = [
    (try (lib.strings.escapeShellArgs [ "a" "" "c" ]))
    (try (lib.strings.escapeShellArgs [ "a" ]))
    (try (lib.strings.escapeShellArgs [ "b" "a" "b" ]))
    (try (lib.strings.escapeShellArgs [ "file10" "file9" "file1" ]))
    (try (lib.strings.escapeShellArgs [ "x" "y" "z" ]))
    (try (lib.strings.escapeShellArgs [ 1 "a b" ]))
    (try (lib.strings.escapeShellArgs [ ]))
  ];
  "isValidPosixName" = [
    (try (lib.strings.isValidPosixName "  x y\n"))
    (try (lib.strings.isValidPosixName "007"))
    (try (lib.strings.isValidPosixName "1.2.10"))
    (try (lib.strings.isValidPosixName "1x"))
    (try (lib.strings.isValidPosixName "CamelCase_word"))
    (try (lib.strings.isValidPosixName "Hello World"))
    (try (lib.strings.isValidPosixName "\"q\" \\ \${x}"))
    (try (lib.strings.isValidPosixName "a"))
    (try (lib.strings.isValidPosixName "a,b,,c"))
    (try (lib.strings.isValidPosixName "https://example.org/a?b=c&d"))
  ];
  "toShellVar" = [
    (try (lib.strings.toShellVar "bad-name" "  x y\n"))
    (try (lib.strings.toShellVar "bad-name" "-5"))
    (try (lib.strings.toShellVar "bad-name" "007"))
    (try (lib.strings.toShellVar "bad-name" "1.2.10"))
    (try (lib.strings.toShellVar "bad-name" { a = "b c"; }))
    (try (lib.strings.toShellVar "foo" "/etc//nginx/"))
    (try (lib.strings.toShellVar "foo" "10"))
    (try (lib.strings.toShellVar "foo" "Hello World"))
    (try (lib.strings.toShellVar "foo" "a,b,,c"))
    (try (lib.strings.toShellVar "foo" { a = "b c"; }))
  ];
  "toShellVars" = [
    (try (lib.strings.toShellVars { A = "x y"; B = "it's"; }))
    (try (lib.strings.toShellVars { A = "x"; }))
    (try (lib.strings.toShellVars { PATH = "/bin"; n = "1"; }))
    (try (lib.strings.toShellVars { }))
  ];
  "escapeNixString" = [
    (try (lib.strings.escapeNixString "-5"))
    (try (lib.strings.escapeNixString "/etc//nginx/"))
    (try (lib.strings.escapeNixString "007"))
    (try (lib.strings.escapeNixString "1.2.10"))
    (try (lib.strings.escapeNixString "10"))
    (try (lib.strings.escapeNixString "CamelCase_word"))
    (try (lib.strings.escapeNixString "a"))
    (try (lib.strings.escapeNixString "abc"))
    (try (lib.strings.escapeNixString "foo-1.2.3"))
    (try (lib.strings.escapeNixString "https://example.org/a?b=c&d"))
  ];
  "escapeRegex" = [
    (try (lib.strings.escapeRegex "  x y\n"))
    (try (lib.strings.escapeRegex "-5"))
    (try (lib.strings.escapeRegex "/etc//nginx/"))
    (try (lib.strings.escapeRegex "007"))
    (try (lib.strings.escapeRegex "1.2.10"))
    (try (lib.strings.escapeRegex "Hello World"))
    (try (lib.strings.escapeRegex "[a-z]+(x|y)?.*^$"))
    (try (lib.strings.escapeRegex "a,b,,c"))
    (try (lib.strings.escapeRegex "it's $HOME"))
    (try (lib.strings.escapeRegex "x.service"))
  ];
  "escapeNixIdentifier" = [
    (try (lib.strings.escapeNixIdentifier "  x y\n"))
    (try (lib.strings.escapeNixIdentifier ""))
    (try (lib.strings.escapeNixIdentifier "/etc//nginx/"))
    (try (lib.strings.escapeNixIdentifier "007"))
    (try (lib.strings.escapeNixIdentifier "CamelCase_word"))
    (try (lib.strings.escapeNixIdentifier "\"q\" \\ \${x}"))
    (try (lib.strings.escapeNixIdentifier "a-b'"))
    (try (lib.strings.escapeNixIdentifier "https://example.org/a?b=c&d"))
    (try (lib.strings.escapeNixIdentifier "it's $HOME"))
    (try (lib.strings.escapeNixIdentifier "x.service"))
  ];
  "escapeXML" = [
    (try (lib.strings.escapeXML ""))
    (try (lib.strings.escapeXML "-5"))
    (try (lib.strings.escapeXML "1.2.10"))
    (try (lib.strings.escapeXML "10"))
    (try (lib.strings.escapeXML "<a b='c'>&</a>"))
    (try (lib.strings.escapeXML "\"q\" \\ \${x}"))
    (try (lib.strings.escapeXML "a,b,,c"))
    (try (lib.strings.escapeXML "foo-1.2.3"))
    (try (lib.strings.escapeXML "https://example.org/a?b=c&d"))
    (try (lib.strings.escapeXML "it's $HOME"))
  ];
  "toLower" = [
    (try (lib.strings.toLower "  x y\n"))
    (try (lib.strings.toLower "1.2.10"))
    (try (lib.strings.toLower "CamelCase_word"))
    (try (lib.strings.toLower "Hello World"))
    (try (lib.strings.toLower "\"q\" \\ \${x}"))
    (try (lib.strings.toLower "a"))
    (try (lib.strings.toLower "a,b,,c"))
    (try (lib.strings.toLower "abc"))
    (try (lib.strings.toLower "https://example.org/a?b=c&d"))
    (try (lib.strings.toLower "it's $HOME"))
  ];
  "toUpper" = [
    (try (lib.strings.toUpper ""))
    (try (lib.strings.toUpper "007"))
    (try (lib.strings.toUpper "1.2.10"))
    (try (lib.strings.toUpper "10"))
    (try (lib.strings.toUpper "Hello World"))
    (try (lib.strings.toUpper "a"))
    (try (lib.strings.toUpper "abc"))
    (try (lib.strings.toUpper "foo-1.2.3"))
    (try (lib.strings.toUpper "https://example.org/a?b=c&d"))
    (try (lib.strings.toUpper "it's $HOME"))
  ];
  "toSentenceCase" = [
    (try (lib.strings.toSentenceCase "  x y\n"))
    (try (lib.strings.toSentenceCase "-5"))
    (try (lib.strings.toSentenceCase "1.2.10"))
    (try (lib.strings.toSentenceCase "10"))
    (try (lib.strings.toSentenceCase "a"))
    (try (lib.strings.toSentenceCase "a,b,,c"))
    (try (lib.strings.toSentenceCase "abc"))
    (try (lib.strings.toSentenceCase "foo-1.2.3"))
    (try (lib.strings.toSentenceCase "it's $HOME"))
    (try (lib.strings.toSentenceCase "x.service"))
  ];
  "toCamelCase" = [
    (try (lib.strings.toCamelCase "  x y\n"))
    (try (lib.strings.toCamelCase ""))
    (try (lib.strings.toCamelCase "-5"))
    (try (lib.strings.toCamelCase "1.2.10"))
    (try (lib.strings.toCamelCase "CamelCase_word"))
    (try (lib.strings.toCamelCase "\"q\" \\ \${x}"))
    (try (lib.strings.toCamelCase "abc"))
    (try (lib.strings.toCamelCase "foo-bar_baz qux"))
    (try (lib.strings.toCamelCase "it's $HOME"))
    (try (lib.strings.toCamelCase "x.service"))
  ];
  "splitStringBy" = [
    (try (lib.strings.splitStringBy (p: c: c == ",") true "  x y\n"))
    (try (lib.strings.splitStringBy (p: c: c == ",") true "CamelCase_word"))
    (try (lib.strings.splitStringBy (p: c: c == ",") true "Hello World"))
    (try (lib.strings.splitStringBy (p: c: c == ",") true "it's $HOME"))
    (try (lib.strings.splitStringBy (p: c: lib.toUpper c == c && c != "") false "-5"))
    (try (lib.strings.splitStringBy (p: c: lib.toUpper c == c && c != "") false "https://example.org/a?b=c&d"))
    (try (lib.strings.splitStringBy (p: c: p == "a") false "CamelCase_word"))
    (try (lib.strings.splitStringBy (p: c: p == "a") false "Hello World"))
    (try (lib.strings.splitStringBy (p: c: p == "a") true "  x y\n"))
    (try (lib.strings.splitStringBy (p: c: p == "a") true "/etc//nginx/"))
  ];
  "versionOlder" = [
    (try (lib.strings.versionOlder "1.10" "1.10"))
    (try (lib.strings.versionOlder "1.10" "1.2"))
    (try (lib.strings.versionOlder "1.2" "1.10"))
    (try (lib.strings.versionOlder "1.2" "1.2"))
    (try (lib.strings.versionOlder "1.2" "1.2.3"))
    (try (lib.strings.versionOlder "1.2.3" "1.2"))
    (try (lib.strings.versionOlder "1.2.3" "1.2.3"))
    (try (lib.strings.versionOlder "1.2.3" "5.15.1-rc2"))
    (try (lib.strings.versionOlder "2.0pre1" "1.2"))
    (try (lib.strings.versionOlder "5.15.1-rc2" "1.2.3"))
  ];
  "versionAtLeast" = [
    (try (lib.strings.versionAtLeast "1.10" "2.0pre1"))
    (try (lib.strings.versionAtLeast "1.10" "24.05"))
    (try (lib.strings.versionAtLeast "1.2" "1.10"))
    (try (lib.strings.versionAtLeast "1.2.3" "1.2"))
    (try (lib.strings.versionAtLeast "2.0pre1" "1.2"))
    (try (lib.strings.versionAtLeast "2.0pre1" "1.2.3"))
    (try (lib.strings.versionAtLeast "2.0pre1" "2.0pre1"))
    (try (lib.strings.versionAtLeast "2.0pre1" "5.15.1-rc2"))
    (try (lib.strings.versionAtLeast "24.05" "1.2.3"))
    (try (lib.strings.versionAtLeast "5.15.1-rc2" "2.0pre1"))
  ];
  "getName" = [
    (try (lib.strings.getName "hello-1.2"))
    (try (lib.strings.getName { name = "foo-bar-2.0"; }))
    (try (lib.strings.getName { pname = "x"; version = "1"; }))
  ];
  "getVersion" = [
    (try (lib.strings.getVersion "hello-1.2"))
    (try (lib.strings.getVersion { name = "foo-bar-2.0"; }))
    (try (lib.strings.getVersion { version = "1"; }))
  ];
  "nameFromURL" = [
    (try (lib.strings.nameFromURL "https://example.org/x-1.0.tar.gz" "-"))
    (try (lib.strings.nameFromURL "https://example.org/x-1.0.tar.gz" "."))
    (try (lib.strings.nameFromURL "https://example.org/x-1.0.tar.gz" "?"))
  ];
  "cmakeBool" = [
    (try (lib.strings.cmakeBool "FOO" false))
    (try (lib.strings.cmakeBool "FOO" true))
  ];
  "cmakeFeature" = [
    (try (lib.strings.cmakeFeature "FOO" "  x y\n"))
    (try (lib.strings.cmakeFeature "FOO" "-5"))
    (try (lib.strings.cmakeFeature "FOO" "007"))
    (try (lib.strings.cmakeFeature "FOO" "1.2.10"))
    (try (lib.strings.cmakeFeature "FOO" "10"))
    (try (lib.strings.cmakeFeature "FOO" "\"q\" \\ \${x}"))
    (try (lib.strings.cmakeFeature "FOO" "a"))
    (try (lib.strings.cmakeFeature "FOO" "a,b,,c"))
    (try (lib.strings.cmakeFeature "FOO" "abc"))
    (try (lib.strings.cmakeFeature "FOO" "it's $HOME"))
  ];
  "cmakeOptionType" = [
    (try (lib.strings.cmakeOptionType "PATH" "X" "y"))
    (try (lib.strings.cmakeOptionType "bool" "X" "y"))
    (try (lib.strings.cmakeOptionType "nope" "X" "y"))
  ];
  "mesonBool" = [
    (try (lib.strings.mesonBool "x" false))
    (try (lib.strings.mesonBool "x" true))
  ];
  "mesonEnable" = [
    (try (lib.strings.mesonEnable "x" false))
    (try (lib.strings.mesonEnable "x" true))
  ];
  "mesonOption" = [
    (try (lib.strings.mesonOption "x" "  x y\n"))
    (try (lib.strings.mesonOption "x" ""))
    (try (lib.strings.mesonOption "x" "007"))
    (try (lib.strings.mesonOption "x" "1.2.10"))
    (try (lib.strings.mesonOption "x" "10"))
    (try (lib.strings.mesonOption "x" "CamelCase_word"))
    (try (lib.strings.mesonOption "x" "Hello World"))
    (try (lib.strings.mesonOption "x" "abc"))
    (try (lib.strings.mesonOption "x" "https://example.org/a?b=c&d"))
    (try (lib.strings.mesonOption "x" "x.service"))
  ];
  "enableFeature" = [
    (try (lib.strings.enableFeature false "x"))
    (try (lib.strings.enableFeature true "x"))
  ];
  "enableFeatureAs" = [
    (try (lib.strings.enableFeatureAs false "x" "y"))
    (try (lib.strings.enableFeatureAs true "x" "y"))
  ];
  "withFeature" = [
    (try (lib.strings.withFeature false "x"))
    (try (lib.strings.withFeature true "x"))
  ];
  "withFeatureAs" = [
    (try (lib.strings.withFeatureAs false "x" "y"))
    (try (lib.strings.withFeatureAs true "x" "y"))
  ];
  "fixedWidthString" = [
    (try (lib.strings.fixedWidthString 0 " " "5"))
    (try (lib.strings.fixedWidthString 0 " " "ab"))
    (try (lib.strings.fixedWidthString 0 "0" "5"))
    (try (lib.strings.fixedWidthString 0 "0" "ab"))
    (try (lib.strings.fixedWidthString 12 " " "5"))
    (try (lib.strings.fixedWidthString 12 " " "ab"))
    (try (lib.strings.fixedWidthString 12 "0" "5"))
    (try (lib.strings.fixedWidthString 12 "0" "ab"))
    (try (lib.strings.fixedWidthString 5 "0" "5"))
    (try (lib.strings.fixedWidthString 5 "0" "ab"))
  ];
  "fixedWidthNumber" = [
    (try (lib.strings.fixedWidthNumber 2 (-1)))
    (try (lib.strings.fixedWidthNumber 2 2))
    (try (lib.strings.fixedWidthNumber 2 255))
    (try (lib.strings.fixedWidthNumber 2 3))
    (try (lib.strings.fixedWidthNumber 2 7))
    (try (lib.strings.fixedWidthNumber 5 1))
    (try (lib.strings.fixedWidthNumber 5 16))
    (try (lib.strings.fixedWidthNumber 5 2))
    (try (lib.strings.fixedWidthNumber 5 255))
    (try (lib.strings.fixedWidthNumber 5 3))
  ];
  "floatToString" = [
    (try (lib.strings.floatToString 0.125))
    (try (lib.strings.floatToString 0.5))
    (try (lib.strings.floatToString 1.0))
    (try (lib.strings.floatToString 3))
  ];
  "isConvertibleWithToString" = [
    (try (lib.strings.isConvertibleWithToString "s"))
    (try (lib.strings.isConvertibleWithToString 1))
    (try (lib.strings.isConvertibleWithToString 1.5))
    (try (lib.strings.isConvertibleWithToString [ 1 2 ]))
    (try (lib.strings.isConvertibleWithToString null))
    (try (lib.strings.isConvertibleWithToString true))
    (try (lib.strings.isConvertibleWithToString { a = 1; }))
  ];
  "isStringLike" = [
    (try (lib.strings.isStringLike "s"))
    (try (lib.strings.isStringLike /a))
    (try (lib.strings.isStringLike 1))
    (try (lib.strings.isStringLike 1.5))
    (try (lib.strings.isStringLike [ 1 2 ]))
    (try (lib.strings.isStringLike null))
    (try (lib.strings.isStringLike true))
    (try (lib.strings.isStringLike { a = 1; }))
  ];
  "isStorePath" = [
    (try (lib.strings.isStorePath ""))
    (try (lib.strings.isStorePath "/etc//nginx/"))
    (try (lib.strings.isStorePath "1.2.10"))
    (try (lib.strings.isStorePath "Hello World"))
    (try (lib.strings.isStorePath "\"q\" \\ \${x}"))
    (try (lib.strings.isStorePath "a"))
    (try (lib.strings.isStorePath "a,b,,c"))
    (try (lib.strings.isStorePath "https://example.org/a?b=c&d"))
    (try (lib.strings.isStorePath "it's $HOME"))
    (try (lib.strings.isStorePath "x.service"))
  ];
  "toInt" = [
    (try (lib.strings.toInt "007"))
    (try (lib.strings.toInt "1.2.10"))
    (try (lib.strings.toInt "CamelCase_word"))
    (try (lib.strings.toInt "Hello World"))
    (try (lib.strings.toInt "\"q\" \\ \${x}"))
    (try (lib.strings.toInt "a"))
    (try (lib.strings.toInt "a,b,,c"))
    (try (lib.strings.toInt "abc"))
    (try (lib.strings.toInt "it's $HOME"))
    (try (lib.strings.toInt "x.service"))
  ];
  "toIntBase10" = [
    (try (lib.strings.toIntBase10 "  x y\n"))
    (try (lib.strings.toIntBase10 " 0012 "))
    (try (lib.strings.toIntBase10 "-5"))
    (try (lib.strings.toIntBase10 "007"))
    (try (lib.strings.toIntBase10 "1.2.10"))
    (try (lib.strings.toIntBase10 "CamelCase_word"))
    (try (lib.strings.toIntBase10 "\"q\" \\ \${x}"))
    (try (lib.strings.toIntBase10 "foo-1.2.3"))
    (try (lib.strings.toIntBase10 "https://example.org/a?b=c&d"))
    (try (lib.strings.toIntBase10 "x.service"))
  ];
  "sanitizeDerivationName" = [
    (try (lib.strings.sanitizeDerivationName "  x y\n"))
    (try (lib.strings.sanitizeDerivationName ""))
    (try (lib.strings.sanitizeDerivationName "..foo"))
    (try (lib.strings.sanitizeDerivationName "007"))
    (try (lib.strings.sanitizeDerivationName "CamelCase_word"))
    (try (lib.strings.sanitizeDerivationName "Hello World"))
    (try (lib.strings.sanitizeDerivationName "\"q\" \\ \${x}"))
    (try (lib.strings.sanitizeDerivationName "a"))
    (try (lib.strings.sanitizeDerivationName "foo-1.2.3"))
    (try (lib.strings.sanitizeDerivationName "https://example.org/a?b=c&d"))
  ];
  "levenshtein" = [
    (try (lib.strings.levenshtein "" "it's $HOME"))
    (try (lib.strings.levenshtein "/etc//nginx/" "x.service"))
    (try (lib.strings.levenshtein "007" "a"))
    (try (lib.strings.levenshtein "1.2.10" "  x y\n"))
    (try (lib.strings.levenshtein "10" "a"))
    (try (lib.strings.levenshtein "CamelCase_word" "007"))
    (try (lib.strings.levenshtein "\"q\" \\ \${x}" "/etc//nginx/"))
    (try (lib.strings.levenshtein "a,b,,c" "CamelCase_word"))
    (try (lib.strings.levenshtein "foo-1.2.3" ""))
    (try (lib.strings.levenshtein "foo-1.2.3" "1.2.10"))
  ];
  "levenshteinAtMost" = [
    (try (lib.strings.levenshteinAtMost 0 "  x y\n" "a"))
    (try (lib.strings.levenshteinAtMost 0 "  x y\n" "foo-1.2.3"))
    (try (lib.strings.levenshteinAtMost 0 "" "x.service"))
    (try (lib.strings.levenshteinAtMost 0 "1.2.10" "a"))
    (try (lib.strings.levenshteinAtMost 1 "x.service" "https://example.org/a?b=c&d"))
    (try (lib.strings.levenshteinAtMost 2 "Hello World" "/etc//nginx/"))
    (try (lib.strings.levenshteinAtMost 2 "https://example.org/a?b=c&d" "  x y\n"))
    (try (lib.strings.levenshteinAtMost 3 "/etc//nginx/" "10"))
    (try (lib.strings.levenshteinAtMost 3 "CamelCase_word" "https://example.org/a?b=c&d"))
    (try (lib.strings.levenshteinAtMost 5 "https://example.org/a?b=c&d" "x.service"))
  ];
  "commonPrefixLength" = [
    (try (lib.strings.commonPrefixLength "/etc//nginx/" "CamelCase_word"))
    (try (lib.strings.commonPrefixLength "007" "CamelCase_word"))
    (try (lib.strings.commonPrefixLength "CamelCase_word" "/etc//nginx/"))
    (try (lib.strings.commonPrefixLength "Hello World" "10"))
    (try (lib.strings.commonPrefixLength "Hello World" "https://example.org/a?b=c&d"))
    (try (lib.strings.commonPrefixLength "\"q\" \\ \${x}" "  x y\n"))
    (try (lib.strings.commonPrefixLength "\"q\" \\ \${x}" "https://example.org/a?b=c&d"))
    (try (lib.strings.commonPrefixLength "a" "x.service"))
    (try (lib.strings.commonPrefixLength "a,b,,c" "x.service"))
    (try (lib.strings.commonPrefixLength "abc" "Hello World"))
  ];
  "commonSuffixLength" = [
    (try (lib.strings.commonSuffixLength "" "10"))
    (try (lib.strings.commonSuffixLength "/etc//nginx/" "a,b,,c"))
    (try (lib.strings.commonSuffixLength "007" "a"))
    (try (lib.strings.commonSuffixLength "1.2.10" "foo-1.2.3"))
    (try (lib.strings.commonSuffixLength "CamelCase_word" "/etc//nginx/"))
    (try (lib.strings.commonSuffixLength "CamelCase_word" "it's $HOME"))
    (try (lib.strings.commonSuffixLength "Hello World" "/etc//nginx/"))
    (try (lib.strings.commonSuffixLength "a,b,,c" "1.2.10"))
    (try (lib.strings.commonSuffixLength "https://example.org/a?b=c&d" "1.2.10"))
    (try (lib.strings.commonSuffixLength "x.service" "abc"))
  ];
  "replaceString" = [
    (try (lib.strings.replaceString " " "" "  x y\n"))
    (try (lib.strings.replaceString " " "" "10"))
    (try (lib.strings.replaceString " " "" "a"))
    (try (lib.strings.replaceString " " "-" "1.2.10"))
    (try (lib.strings.replaceString " " "-" "x.service"))
    (try (lib.strings.replaceString "a" "" "/etc//nginx/"))
    (try (lib.strings.replaceString "a" "" "10"))
    (try (lib.strings.replaceString "a" "" "it's $HOME"))
    (try (lib.strings.replaceString "a" "-" ""))
    (try (lib.strings.replaceString "a" "-" "abc"))
  ];
  "join" = [
    (try (lib.strings.join "  x y\n" [ "a" "" "c" ]))
    (try (lib.strings.join "  x y\n" [ "a" ]))
    (try (lib.strings.join "-5" [ "a" "" "c" ]))
    (try (lib.strings.join "/etc//nginx/" [ "x" "y" "z" ]))
    (try (lib.strings.join "CamelCase_word" [ "a" "" "c" ]))
    (try (lib.strings.join "CamelCase_word" [ "b" "a" "b" ]))
    (try (lib.strings.join "Hello World" [ "a" "" "c" ]))
    (try (lib.strings.join "\"q\" \\ \${x}" [ "file10" "file9" "file1" ]))
    (try (lib.strings.join "a" [ "a" ]))
    (try (lib.strings.join "foo-1.2.3" [ "x" "y" "z" ]))
  ];
  "addContextFrom" = [
    (try (lib.strings.addContextFrom "  x y\n" "  x y\n"))
    (try (lib.strings.addContextFrom "  x y\n" ""))
    (try (lib.strings.addContextFrom "" "Hello World"))
    (try (lib.strings.addContextFrom "-5" "a"))
    (try (lib.strings.addContextFrom "-5" "a,b,,c"))
    (try (lib.strings.addContextFrom "Hello World" "Hello World"))
    (try (lib.strings.addContextFrom "Hello World" "it's $HOME"))
    (try (lib.strings.addContextFrom "\"q\" \\ \${x}" "it's $HOME"))
    (try (lib.strings.addContextFrom "a" "https://example.org/a?b=c&d"))
    (try (lib.strings.addContextFrom "x.service" "-5"))
  ];
}

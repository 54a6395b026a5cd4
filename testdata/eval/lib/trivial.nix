# Cases for lib.trivial, made from arguments.txt. What they give with nixpkgs' own lib is in trivial.exp.
lib:
let
  try = value: builtins.tryEval (builtins.deepSeq value value);
in
{
  "id" = [
    (try (lib.trivial.id "s"))
    (try (lib.trivial.id 1))
    (try (lib.trivial.id 1.5))
    (try (lib.trivial.id [ 1 2 ]))
    (try (lib.trivial.id null))
    (try (lib.trivial.id true))
    (try (lib.trivial.id { a = 1; }))
  ];
  "const" = [
    (try (lib.trivial.const "s" 1))
    (try (lib.trivial.const [ 1 2 ] 1))
    (try (lib.trivial.const 1 null))
    (try (lib.trivial.const null null))
    (try (lib.trivial.const 1.5 true))
    (try (lib.trivial.const "s" [ 1 2 ]))
    (try (lib.trivial.const [ 1 2 ] [ 1 2 ]))
    (try (lib.trivial.const 1 { a = 1; }))
    (try (lib.trivial.const null { a = 1; }))
    (try (lib.trivial.const 1.5 1))
    (try (lib.trivial.const "s" null))
    (try (lib.trivial.const [ 1 2 ] null))
  ];
  "pipe" = [
    (try (lib.trivial.pipe (-1) [ (x: x + 1) toString ]))
    (try (lib.trivial.pipe 1 [ (x: x + 1) toString ]))
    (try (lib.trivial.pipe 16 [ (x: x + 1) toString ]))
    (try (lib.trivial.pipe 2 [ (x: x + 1) toString ]))
    (try (lib.trivial.pipe 3 [ (x: x + 1) toString ]))
    (try (lib.trivial.pipe 7 [ (x: x + 1) toString ]))
    (try (lib.trivial.pipe (-1) [ ]))
    (try (lib.trivial.pipe 1 [ ]))
    (try (lib.trivial.pipe 16 [ ]))
    (try (lib.trivial.pipe 2 [ ]))
    (try (lib.trivial.pipe 3 [ ]))
    (try (lib.trivial.pipe 7 [ ]))
  ];
  "concat" = [
    (try (lib.trivial.concat [ 1 2 3 4 5 ] [ 2 2 1 ]))
    (try (lib.trivial.concat [ 5 4 3 2 1 0 ] [ 2 2 1 ]))
    (try (lib.trivial.concat [ 2 2 1 ] [ 3 1 2 ]))
    (try (lib.trivial.concat [ ] [ 3 1 2 ]))
    (try (lib.trivial.concat [ 3 1 2 ] [ 5 4 3 2 1 0 ]))
    (try (lib.trivial.concat [ 1 2 3 4 5 ] [ 1 2 3 4 5 ]))
    (try (lib.trivial.concat [ 5 4 3 2 1 0 ] [ 1 2 3 4 5 ]))
    (try (lib.trivial.concat [ 2 2 1 ] [ ]))
    (try (lib.trivial.concat [ ] [ ]))
    (try (lib.trivial.concat [ 3 1 2 ] [ 2 2 1 ]))
    (try (lib.trivial.concat [ 1 2 3 4 5 ] [ 3 1 2 ]))
    (try (lib.trivial.concat [ 5 4 3 2 1 0 ] [ 3 1 2 ]))
  ];
  "and" = [
    (try (lib.trivial.and false false))
    (try (lib.trivial.and true false))
    (try (lib.trivial.and false true))
    (try (lib.trivial.and true true))
  ];
  "or" = [
    (try (lib.trivial.or false false))
    (try (lib.trivial.or true false))
    (try (lib.trivial.or false true))
    (try (lib.trivial.or true true))
  ];
  "xor" = [
    (try (lib.trivial.xor false false))
    (try (lib.trivial.xor true false))
    (try (lib.trivial.xor false true))
    (try (lib.trivial.xor true true))
  ];
  "bitAnd" = [
    (try (lib.trivial.bitAnd 0 (-1)))
    (try (lib.trivial.bitAnd 7 (-1)))
    (try (lib.trivial.bitAnd 3 0))
    (try (lib.trivial.bitAnd 255 1))
    (try (lib.trivial.bitAnd 2 7))
    (try (lib.trivial.bitAnd 16 3))
    (try (lib.trivial.bitAnd 0 16))
    (try (lib.trivial.bitAnd 7 16))
    (try (lib.trivial.bitAnd 3 255))
    (try (lib.trivial.bitAnd 255 (-1)))
    (try (lib.trivial.bitAnd 2 0))
    (try (lib.trivial.bitAnd 16 1))
  ];
  "bitOr" = [
    (try (lib.trivial.bitOr (-1) 16))
    (try (lib.trivial.bitOr 7 16))
    (try (lib.trivial.bitOr 3 2))
    (try (lib.trivial.bitOr 255 (-1)))
    (try (lib.trivial.bitOr 2 1))
    (try (lib.trivial.bitOr 16 3))
    (try (lib.trivial.bitOr (-1) 255))
    (try (lib.trivial.bitOr 7 255))
    (try (lib.trivial.bitOr 3 0))
    (try (lib.trivial.bitOr 255 16))
    (try (lib.trivial.bitOr 2 2))
    (try (lib.trivial.bitOr 16 (-1)))
  ];
  "bitXor" = [
    (try (lib.trivial.bitXor (-1) 1))
    (try (lib.trivial.bitXor 255 1))
    (try (lib.trivial.bitXor 16 (-1)))
    (try (lib.trivial.bitXor 0 16))
    (try (lib.trivial.bitXor 3 16))
    (try (lib.trivial.bitXor 2 0))
    (try (lib.trivial.bitXor 1 255))
    (try (lib.trivial.bitXor (-1) 7))
    (try (lib.trivial.bitXor 255 7))
    (try (lib.trivial.bitXor 16 1))
    (try (lib.trivial.bitXor 0 (-1)))
    (try (lib.trivial.bitXor 3 (-1)))
  ];
  "bitNot" = [
    (try (lib.trivial.bitNot (-1)))
    (try (lib.trivial.bitNot 0))
    (try (lib.trivial.bitNot 1))
    (try (lib.trivial.bitNot 16))
    (try (lib.trivial.bitNot 2))
    (try (lib.trivial.bitNot 255))
    (try (lib.trivial.bitNot 3))
    (try (lib.trivial.bitNot 7))
  ];
  "boolToString" = [
    (try (lib.trivial.boolToString false))
    (try (lib.trivial.boolToString true))
  ];
  "boolToYesNo" = [
    (try (lib.trivial.boolToYesNo false))
    (try (lib.trivial.boolToYesNo true))
  ];
  "mergeAttrs" = [
    (try (lib.trivial.mergeAttrs { a = 1; b = 2; } { a = 1; b = 2; }))
    (try (lib.trivial.mergeAttrs { } { a = 1; b = 2; }))
    (try (lib.trivial.mergeAttrs { z = 0; "with space" = 9; } { a = 1; }))
    (try (lib.trivial.mergeAttrs { b = 3; c = 4; } { z = 0; "with space" = 9; }))
    (try (lib.trivial.mergeAttrs { a = 1; b = 2; } { }))
    (try (lib.trivial.mergeAttrs { } { }))
    (try (lib.trivial.mergeAttrs { z = 0; "with space" = 9; } { a = 1; b = 2; }))
    (try (lib.trivial.mergeAttrs { b = 3; c = 4; } { a = 1; }))
    (try (lib.trivial.mergeAttrs { a = 1; b = 2; } { z = 0; "with space" = 9; }))
    (try (lib.trivial.mergeAttrs { } { z = 0; "with space" = 9; }))
    (try (lib.trivial.mergeAttrs { z = 0; "with space" = 9; } { }))
    (try (lib.trivial.mergeAttrs { b = 3; c = 4; } { a = 1; b = 2; }))
  ];
  "flip" = [
    (try (lib.trivial.flip (a: b: a - b) (-1) 3))
    (try (lib.trivial.flip (a: b: a - b) 7 3))
    (try (lib.trivial.flip (a: b: a - b) 255 1))
    (try (lib.trivial.flip (a: b: a - b) 16 0))
    (try (lib.trivial.flip (a: b: a - b) 1 255))
    (try (lib.trivial.flip (a: b: a - b) 0 7))
    (try (lib.trivial.flip (a: b: a - b) (-1) 2))
    (try (lib.trivial.flip (a: b: a - b) 7 2))
    (try (lib.trivial.flip (a: b: a - b) 255 (-1)))
    (try (lib.trivial.flip (a: b: a - b) 16 3))
    (try (lib.trivial.flip (a: b: a - b) 1 1))
    (try (lib.trivial.flip (a: b: a - b) 0 0))
  ];
  "defaultTo" = [
    (try (lib.trivial.defaultTo "s" 1.5))
    (try (lib.trivial.defaultTo { a = 1; } 1.5))
    (try (lib.trivial.defaultTo true [ 1 2 ]))
    (try (lib.trivial.defaultTo null null))
    (try (lib.trivial.defaultTo 1.5 "s"))
    (try (lib.trivial.defaultTo 1 1))
    (try (lib.trivial.defaultTo "s" true))
    (try (lib.trivial.defaultTo { a = 1; } true))
    (try (lib.trivial.defaultTo true 1.5))
    (try (lib.trivial.defaultTo null [ 1 2 ]))
    (try (lib.trivial.defaultTo 1.5 null))
    (try (lib.trivial.defaultTo 1 "s"))
  ];
  "mapNullable" = [
    (try (lib.trivial.mapNullable (x: [ x ]) "s"))
    (try (lib.trivial.mapNullable (x: [ x ]) 1))
    (try (lib.trivial.mapNullable (x: [ x ]) 1.5))
    (try (lib.trivial.mapNullable (x: [ x ]) [ 1 2 ]))
    (try (lib.trivial.mapNullable (x: [ x ]) null))
    (try (lib.trivial.mapNullable (x: [ x ]) true))
    (try (lib.trivial.mapNullable (x: [ x ]) { a = 1; }))
  ];
  "min" = [
    (try (lib.trivial.min (-1) 0))
    (try (lib.trivial.min 16 7))
    (try (lib.trivial.min 7 1))
    (try (lib.trivial.min 1 3))
    (try (lib.trivial.min 255 (-1)))
    (try (lib.trivial.min (-1) 255))
    (try (lib.trivial.min 16 0))
    (try (lib.trivial.min 7 7))
    (try (lib.trivial.min 1 16))
    (try (lib.trivial.min 255 3))
    (try (lib.trivial.min (-1) 2))
    (try (lib.trivial.min 16 255))
  ];
  "max" = [
    (try (lib.trivial.max (-1) 3))
    (try (lib.trivial.max 3 3))
    (try (lib.trivial.max 16 7))
    (try (lib.trivial.max 0 16))
    (try (lib.trivial.max 7 16))
    (try (lib.trivial.max 2 (-1)))
    (try (lib.trivial.max 1 0))
    (try (lib.trivial.max (-1) 255))
    (try (lib.trivial.max 3 255))
    (try (lib.trivial.max 16 3))
    (try (lib.trivial.max 0 7))
    (try (lib.trivial.max 7 7))
  ];
  "mod" = [
    (try (lib.trivial.mod (-1) 1))
    (try (lib.trivial.mod 255 1))
    (try (lib.trivial.mod 0 2))
    (try (lib.trivial.mod 3 2))
    (try (lib.trivial.mod 1 3))
    (try (lib.trivial.mod (-1) 7))
    (try (lib.trivial.mod 255 7))
    (try (lib.trivial.mod 0 1))
    (try (lib.trivial.mod 3 1))
    (try (lib.trivial.mod 1 2))
    (try (lib.trivial.mod (-1) 3))
    (try (lib.trivial.mod 255 3))
  ];
  "compare" = [
    (try (lib.trivial.compare (-1) 1))
    (try (lib.trivial.compare 3 1))
    (try (lib.trivial.compare 255 7))
    (try (lib.trivial.compare 2 (-1)))
    (try (lib.trivial.compare 1 0))
    (try (lib.trivial.compare 0 16))
    (try (lib.trivial.compare (-1) 3))
    (try (lib.trivial.compare 3 3))
    (try (lib.trivial.compare 255 1))
    (try (lib.trivial.compare 2 7))
    (try (lib.trivial.compare 1 (-1)))
    (try (lib.trivial.compare 0 0))
  ];
  "splitByAndCompare" = [
    (try (lib.trivial.splitByAndCompare (x: false) lib.compare (a: b: lib.compare b a) 16 1))
    (try (lib.trivial.splitByAndCompare (x: x == 1) lib.compare (a: b: lib.compare b a) 7 1))
    (try (lib.trivial.splitByAndCompare (x: true) lib.compare (a: b: lib.compare b a) 255 (-1)))
    (try (lib.trivial.splitByAndCompare (x: false) lib.compare (a: b: lib.compare b a) 2 (-1)))
    (try (lib.trivial.splitByAndCompare (x: x == 1) lib.compare (a: b: lib.compare b a) 3 16))
    (try (lib.trivial.splitByAndCompare (x: true) lib.compare (a: b: lib.compare b a) 16 3))
    (try (lib.trivial.splitByAndCompare (x: false) lib.compare (a: b: lib.compare b a) (-1) 3))
    (try (lib.trivial.splitByAndCompare (x: x == 1) lib.compare (a: b: lib.compare b a) 255 255))
    (try (lib.trivial.splitByAndCompare (x: true) lib.compare (a: b: lib.compare b a) 2 255))
    (try (lib.trivial.splitByAndCompare (x: false) lib.compare (a: b: lib.compare b a) 7 1))
    (try (lib.trivial.splitByAndCompare (x: x == 1) lib.compare (a: b: lib.compare b a) 16 (-1)))
    (try (lib.trivial.splitByAndCompare (x: true) lib.compare (a: b: lib.compare b a) (-1) (-1)))
  ];
  "warnIf" = [
    (try (lib.trivial.warnIf false "  x y\n" 1.5))
    (try (lib.trivial.warnIf false "a,b,,c" 1.5))
    (try (lib.trivial.warnIf false "CamelCase_word" [ 1 2 ]))
    (try (lib.trivial.warnIf false "https://example.org/a?b=c&d" [ 1 2 ]))
    (try (lib.trivial.warnIf false "a" null))
    (try (lib.trivial.warnIf false "-5" 1))
    (try (lib.trivial.warnIf false "abc" 1))
    (try (lib.trivial.warnIf false "\"q\" \\ \${x}" "s"))
    (try (lib.trivial.warnIf false "  x y\n" { a = 1; }))
    (try (lib.trivial.warnIf false "a,b,,c" { a = 1; }))
    (try (lib.trivial.warnIf false "CamelCase_word" 1.5))
    (try (lib.trivial.warnIf false "https://example.org/a?b=c&d" 1.5))
  ];
  "throwIf" = [
    (try (lib.trivial.throwIf false "\"q\" \\ \${x}" [ 1 2 ]))
    (try (lib.trivial.throwIf true "" [ 1 2 ]))
    (try (lib.trivial.throwIf false "foo-1.2.3" [ 1 2 ]))
    (try (lib.trivial.throwIf true "  x y\n" "s"))
    (try (lib.trivial.throwIf false "Hello World" "s"))
    (try (lib.trivial.throwIf true "abc" true))
    (try (lib.trivial.throwIf false "/etc//nginx/" true))
    (try (lib.trivial.throwIf true "\"q\" \\ \${x}" null))
    (try (lib.trivial.throwIf false "-5" null))
    (try (lib.trivial.throwIf true "foo-1.2.3" null))
    (try (lib.trivial.throwIf false "" 1))
    (try (lib.trivial.throwIf true "Hello World" 1))
  ];
  "throwIfNot" = [
    (try (lib.trivial.throwIfNot false "  x y\n" true))
    (try (lib.trivial.throwIfNot true "10" true))
    (try (lib.trivial.throwIfNot false "\"q\" \\ \${x}" null))
    (try (lib.trivial.throwIfNot true "  x y\n" 1.5))
    (try (lib.trivial.throwIfNot false "foo-1.2.3" 1.5))
    (try (lib.trivial.throwIfNot true "\"q\" \\ \${x}" { a = 1; }))
    (try (lib.trivial.throwIfNot false "/etc//nginx/" "s"))
    (try (lib.trivial.throwIfNot true "foo-1.2.3" "s"))
    (try (lib.trivial.throwIfNot false "https://example.org/a?b=c&d" [ 1 2 ]))
    (try (lib.trivial.throwIfNot true "/etc//nginx/" true))
    (try (lib.trivial.throwIfNot false "it's $HOME" true))
    (try (lib.trivial.throwIfNot true "https://example.org/a?b=c&d" null))
  ];
  "checkListOfEnum" = [
    (try (lib.trivial.checkListOfEnum "m" [ 1 2 3 ] [ 1 ] "v"))
    (try (lib.trivial.checkListOfEnum "m" [ 1 2 3 ] [ 4 ] "v"))
  ];
  "toHexString" = [
    (try (lib.trivial.toHexString 0))
    (try (lib.trivial.toHexString 15))
    (try (lib.trivial.toHexString 255))
    (try (lib.trivial.toHexString 4096))
    (try (lib.trivial.toHexString 9))
  ];
  "fromHexString" = [
    (try (lib.trivial.fromHexString "0"))
    (try (lib.trivial.fromHexString "0x1f"))
    (try (lib.trivial.fromHexString "FF"))
  ];
  "toBaseDigits" = [
    (try (lib.trivial.toBaseDigits 10 0))
    (try (lib.trivial.toBaseDigits 16 0))
    (try (lib.trivial.toBaseDigits 2 0))
    (try (lib.trivial.toBaseDigits 10 255))
    (try (lib.trivial.toBaseDigits 16 255))
    (try (lib.trivial.toBaseDigits 2 255))
    (try (lib.trivial.toBaseDigits 10 5))
    (try (lib.trivial.toBaseDigits 16 5))
    (try (lib.trivial.toBaseDigits 2 5))
  ];
  "functionArgs" = [
    (try (lib.trivial.functionArgs (lib.setFunctionArgs (x: x) { q = true; })))
    (try (lib.trivial.functionArgs (x: 1)))
    (try (lib.trivial.functionArgs ({ a, b ? 1 }: 1)))
  ];
  "isFunction" = [
    (try (lib.trivial.isFunction "s"))
    (try (lib.trivial.isFunction (x: x)))
    (try (lib.trivial.isFunction ({ __functor = self: x: x; })))
    (try (lib.trivial.isFunction 1))
    (try (lib.trivial.isFunction 1.5))
    (try (lib.trivial.isFunction [ 1 2 ]))
    (try (lib.trivial.isFunction null))
    (try (lib.trivial.isFunction true))
    (try (lib.trivial.isFunction { a = 1; }))
  ];
  "info" = [
    (try (lib.trivial.info "m" 1))
    (try (lib.trivial.info "m" "s"))
  ];
  "warn" = [
    (try (lib.trivial.warn "m" 1))
    (try (lib.trivial.warn "m" "s"))
  ];
  "warnIfNot" = [
    (try (lib.trivial.warnIfNot true "m" 1))
    (try (lib.trivial.warnIfNot false "m" 1))
    (try (lib.trivial.warnIfNot true "m" "s"))
    (try (lib.trivial.warnIfNot false "m" "s"))
  ];
  "showWarnings" = [
    (try (lib.trivial.showWarnings [ ] 1))
    (try (lib.trivial.showWarnings [ "a" "b" ] 1))
    (try (lib.trivial.showWarnings [ ] { a = 2; }))
    (try (lib.trivial.showWarnings [ "a" "b" ] { a = 2; }))
  ];
  "mirrorFunctionArgs" = [
    (try (lib.functionArgs (lib.trivial.mirrorFunctionArgs ({ a, b ? 1 }: a) (x: 2))))
    (try (lib.trivial.mirrorFunctionArgs ({ a, b ? 1 }: a) (x: 2) { }))
  ];
  "setFunctionArgs" = [
    (try (lib.functionArgs (lib.trivial.setFunctionArgs (x: x) { a = true; b = false; })))
    (try (lib.trivial.setFunctionArgs (x: x) { a = true; } 5))
  ];
  "toFunction" = [
    (try (lib.trivial.toFunction 5 6))
    (try (lib.trivial.toFunction (x: x + 1) 6))
    (try (lib.trivial.toFunction { a = 1; } 6))
  ];
}

# Cases for lib.debug, made from arguments.txt. What they give with nixpkgs' own lib is in debug.exp.
lib:
let
  try = value: builtins.tryEval (builtins.deepSeq value value);
in
{
  "traceIf" = [
    (try (lib.debug.traceIf false "m" 1))
    (try (lib.debug.traceIf true "m" 1))
    (try (lib.debug.traceIf false "m" [ ]))
    (try (lib.debug.traceIf true "m" [ ]))
    (try (lib.debug.traceIf false "m" { a = 1; }))
    (try (lib.debug.traceIf true "m" { a = 1; }))
  ];
  "traceVal" = [
    (try (lib.debug.traceVal 1))
    (try (lib.debug.traceVal "s"))
    (try (lib.debug.traceVal [ 1 2 ]))
    (try (lib.debug.traceVal { a = 1; }))
  ];
  "traceValFn" = [
    (try (lib.debug.traceValFn (x: "m") 1))
    (try (lib.debug.traceValFn toString 1))
    (try (lib.debug.traceValFn (x: "m") "s"))
    (try (lib.debug.traceValFn toString "s"))
  ];
  "traceSeq" = [
    (try (lib.debug.traceSeq 1 2))
    (try (lib.debug.traceSeq { a = [ 1 ]; } 2))
    (try (lib.debug.traceSeq 1 "x"))
    (try (lib.debug.traceSeq { a = [ 1 ]; } "x"))
  ];
  "traceSeqN" = [
    (try (lib.debug.traceSeqN 0 { a.b.c = 1; } "x"))
    (try (lib.debug.traceSeqN 2 { a.b.c = 1; } "x"))
    (try (lib.debug.traceSeqN 0 [ [ [ 1 ] ] ] "x"))
    (try (lib.debug.traceSeqN 2 [ [ [ 1 ] ] ] "x"))
  ];
  "traceValSeq" = [
    (try (lib.debug.traceValSeq 1))
    (try (lib.debug.traceValSeq { a = [ 1 ]; }))
  ];
  "traceValSeqFn" = [
    (try (lib.debug.traceValSeqFn (x: "m") 1))
    (try (lib.debug.traceValSeqFn (x: "m") { a = [ 1 ]; }))
  ];
  "traceValSeqN" = [
    (try (lib.debug.traceValSeqN 1 1))
    (try (lib.debug.traceValSeqN 2 1))
    (try (lib.debug.traceValSeqN 1 { a = [ 1 ]; }))
    (try (lib.debug.traceValSeqN 2 { a = [ 1 ]; }))
  ];
  "traceValSeqNFn" = [
    (try (lib.debug.traceValSeqNFn (x: "m") 1 1))
    (try (lib.debug.traceValSeqNFn (x: "m") 2 1))
    (try (lib.debug.traceValSeqNFn (x: "m") 1 { a = [ 1 ]; }))
    (try (lib.debug.traceValSeqNFn (x: "m") 2 { a = [ 1 ]; }))
  ];
  "traceFnSeqN" = [
    (try (lib.debug.traceFnSeqN 1 "f" (x: x + 1) 1))
    (try (lib.debug.traceFnSeqN 1 "f" (x: x + 1) 2))
  ];
  "runTests" = [
    (try (lib.debug.runTests { }))
    (try (lib.debug.runTests { testA = { expr = 1; expected = 1; }; }))
    (try (lib.debug.runTests { testA = { expr = 1; expected = 2; }; testB = { expr = [ ]; expected = [ ]; }; }))
    (try (lib.debug.runTests { notATest = { expr = 1; expected = 2; }; }))
    (try (lib.debug.runTests { testA = { expr = 1; expected = 2; }; tests = [ "testB" ]; }))
  ];
  "testAllTrue" = [
    (try (lib.debug.testAllTrue [ true true ]))
    (try (lib.debug.testAllTrue [ true false ]))
    (try (lib.debug.testAllTrue [ ]))
  ];
  "throwTestFailures" = [
    (try (lib.debug.throwTestFailures { failures = [ ]; }))
    (try (lib.debug.throwTestFailures { failures = [ ]; description = "d"; }))
  ];
}

# lib.debug
{ lib, prim }:
let
  inherit (builtins)
    attrValues
    concatLists
    deepSeq
    elem
    isAttrs
    isList
    mapAttrs
    substring
    trace
    ;

  # The value with everything below some depth left out, for showing it.
  cut =
    depth: value:
    if isList value then
      if depth == 0 then (if value == [ ] then [ ] else "[…]") else map (cut (depth - 1)) value
    else if isAttrs value then
      if depth == 0 then (if value == { } then { } else "{…}") else mapAttrs (_: cut (depth - 1)) value
    else
      value;
  traceSeqN = depth: x: y: trace (deepSeq (cut depth x) (lib.generators.toPretty { allowPrettyValues = true; } (cut depth x))) y;
in
{
  inherit (builtins) trace addErrorContext unsafeGetAttrPos;
  inherit traceSeqN;
  traceIf = condition: message: value: if condition then trace message value else value;
  traceVal = value: trace value value;
  traceValFn = f: value: trace (f value) value;
  traceSeq = x: y: trace (deepSeq x x) y;
  traceValSeq = value: trace (deepSeq value value) value;
  traceValSeqFn = f: value: trace (deepSeq (f value) (f value)) value;
  traceValSeqN = depth: value: traceSeqN depth value value;
  traceValSeqNFn = f: depth: value: traceSeqN depth (f value) value;
  traceFnSeqN =
    depth: name: f: value:
    let
      result = f value;
    in
    traceSeqN depth {
      fn = name;
      from = value;
      to = result;
    } result;
  runTests =
    tests:
    concatLists (
      attrValues (
        mapAttrs (
          name: test:
          let
            chosen = tests.tests or [ ];
            runs = (substring 0 4 name == "test" || elem name chosen) && (chosen == [ ] || elem name chosen);
          in
          if runs && test.expr != test.expected then
            [
              {
                inherit name;
                inherit (test) expected;
                result = test.expr;
              }
            ]
          else
            [ ]
        ) tests
      )
    );
  testAllTrue = expr: {
    inherit expr;
    expected = map (_: true) expr;
  };
  throwTestFailures =
    {
      failures,
      description ? "tests",
      ...
    }:
    if failures == [ ] then null else throw "${toString (builtins.length failures)} ${description} failed";
}

# lib.asserts
{ lib, prim }:
let
  inherit (builtins) all elem;
  assertMsg = condition: message: if condition then true else throw message;
  show = lib.generators.toPretty { };
  checkAssertWarn =
    assertions: warnings: value:
    let
      failed = map (one: one.message) (builtins.filter (one: !one.assertion) assertions);
    in
    if failed != [ ] then
      throw "\nFailed assertions:\n${prim.concatMapStringsSep "\n" (message: "- ${message}") failed}"
    else
      lib.trivial.showWarnings warnings value;
in
{
  inherit assertMsg checkAssertWarn;
  assertOneOf =
    name: value: values:
    assertMsg (elem value values) "${name} must be one of ${show values}, but is: ${show value}";
  assertEachOneOf =
    name: given: values:
    assertMsg (all (value: elem value values) given) "each element in ${name} must be one of ${show values}, but is: ${show given}";
}

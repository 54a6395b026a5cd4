# lib.derivations
{ lib, prim }:
let
  inherit (builtins) listToAttrs;
in
{
  inherit (builtins) addDrvOutputDependencies unsafeDiscardOutputDependency;
  # A derivation whose cheap attributes can be read without evaluating it.
  lazyDerivation =
    args@{
      derivation ? throw "lazyDerivation: the derivation is missing",
      meta ? null,
      passthru ? { },
      outputs ? [ "out" ],
    }:
    let
      checked = derivation;
    in
    {
      type = "derivation";
      inherit (checked) outPath outputName drvPath name system;
      inherit outputs;
    }
    // listToAttrs (
      map (name: {
        inherit name;
        value = checked.${name};
      }) outputs
    )
    // (if meta == null then { inherit (checked) meta; } else { inherit meta; })
    // passthru;
  optionalDrvAttr = condition: value: if condition then value else null;
  warnOnInstantiate =
    message: drv:
    let
      lazy = [ "meta" "name" "type" "outputName" ];
    in
    drv // builtins.mapAttrs (_: lib.trivial.warn message) (removeAttrs drv lazy);
}

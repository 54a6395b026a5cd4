# Cases for lib.derivations, made from arguments.txt. What they give with nixpkgs' own lib is in derivations.exp.
lib:
let
  try = value: builtins.tryEval (builtins.deepSeq value value);
in
{
  "lazyDerivation" = [
    (try ((lib.derivations.lazyDerivation { derivation = throw "no"; meta = { a = 1; }; }).meta))
    (try ((lib.derivations.lazyDerivation { derivation = throw "no"; passthru = { a = 1; }; }).a))
  ];
  "optionalDrvAttr" = [
    (try (lib.derivations.optionalDrvAttr false 1))
    (try (lib.derivations.optionalDrvAttr true 1))
    (try (lib.derivations.optionalDrvAttr false "s"))
    (try (lib.derivations.optionalDrvAttr true "s"))
    (try (lib.derivations.optionalDrvAttr false [ ]))
    (try (lib.derivations.optionalDrvAttr true [ ]))
  ];
  "warnOnInstantiate" = [
    (try ((lib.derivations.warnOnInstantiate "m" { type = "derivation"; name = "n"; drvPath = "/d"; outPath = "/o"; meta.a = 1; }).meta))
  ];
}

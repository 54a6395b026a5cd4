# Cases for lib.customisation, made from arguments.txt. What they give with nixpkgs' own lib is in customisation.exp.
lib:
let
  try = value: builtins.tryEval (builtins.deepSeq value value);
in
{
  "callPackageWith" = [
    (try ((lib.customisation.callPackageWith { a = 1; b = 2; } ({ a, c ? 5 }: { x = a; inherit c; }) { }).x))
    (try ((lib.customisation.callPackageWith { a = 1; b = 2; } ({ a, b }: { x = a; y = b; }) { b = 7; }).y))
    (try (((lib.customisation.callPackageWith { a = 1; } ({ a }: { x = a; }) { }).override { a = 9; }).x))
  ];
  "callPackagesWith" = [
    (try ((lib.customisation.callPackagesWith { a = 1; } ({ a }: { p = { x = a; }; q = { x = a + 1; }; }) { }).q.x))
    (try (builtins.attrNames (lib.customisation.callPackagesWith { a = 1; } ({ a }: { p = { x = a; }; q = { x = a + 1; }; }) { })))
  ];
  "makeOverridable" = [
    (try ((lib.customisation.makeOverridable ({ a, b ? 2 }: { sum = a + b; }) { a = 1; }).sum))
    (try (((lib.customisation.makeOverridable ({ a, b ? 2 }: { sum = a + b; }) { a = 1; }).override { b = 5; }).sum))
    (try (((lib.customisation.makeOverridable ({ a, b ? 2 }: { sum = a + b; }) { a = 1; }).override (old: { a = old.a + 10; })).sum))
    (try (builtins.attrNames (lib.customisation.makeOverridable ({ a }: { sum = a; }) { a = 1; })))
    (try (lib.functionArgs (lib.customisation.makeOverridable ({ a, b ? 2 }: { sum = a + b; }))))
    (try ((lib.customisation.makeOverridable ({ a }: [ a ]) { a = 1; })))
  ];
  "makeScope" = [
    (try ((lib.customisation.makeScope (extra: f: f (extra // { base = 1; })) (self: { a = 2; b = self.a + 1; })).b))
    (try (((lib.customisation.makeScope lib.callPackageWith (self: { a = 2; b = self.callPackage ({ a }: { v = a; }) { }; })).overrideScope (final: prev: { a = 7; })).b.v))
    (try (builtins.attrNames (lib.customisation.makeScope lib.callPackageWith (self: { a = 2; }))))
  ];
  "extendDerivation" = [
    (try ((lib.customisation.extendDerivation true { extra = 5; } { name = "n"; outputs = [ "out" ]; out = { outPath = "/o"; drvPath = "/d"; type = "derivation"; outputName = "out"; }; drvPath = "/d"; outPath = "/o"; type = "derivation"; outputName = "out"; }).extra))
    (try ((lib.customisation.extendDerivation true { extra = 5; } { name = "n"; outputs = [ "out" ]; out = { outPath = "/o"; drvPath = "/d"; type = "derivation"; outputName = "out"; }; drvPath = "/d"; outPath = "/o"; type = "derivation"; outputName = "out"; }).outPath))
  ];
  "renameCrossIndexFrom" = [
    (try (lib.customisation.renameCrossIndexFrom "pkgs" { pkgsBuildBuild = 1; pkgsBuildHost = 2; pkgsBuildTarget = 3; pkgsHostHost = 4; pkgsHostTarget = 5; pkgsTargetTarget = 6; }))
    (try (lib.customisation.renameCrossIndexFrom "self" { selfBuildBuild = 1; selfBuildHost = 2; selfBuildTarget = 3; selfHostHost = 4; selfHostTarget = 5; selfTargetTarget = 6; }))
  ];
  "renameCrossIndexTo" = [
    (try (lib.customisation.renameCrossIndexTo "pkgs" { buildBuild = 1; buildHost = 2; buildTarget = 3; hostHost = 4; hostTarget = 5; targetTarget = 6; }))
    (try (lib.customisation.renameCrossIndexTo "self" { buildBuild = 1; buildHost = 2; buildTarget = 3; hostHost = 4; hostTarget = 5; targetTarget = 6; }))
  ];
  "mapCrossIndex" = [
    (try (lib.customisation.mapCrossIndex (x: x + 1) { buildBuild = 1; buildHost = 2; buildTarget = 3; hostHost = 4; hostTarget = 5; targetTarget = 6; }))
    (try (lib.customisation.mapCrossIndex toString { buildBuild = 1; buildHost = 2; buildTarget = 3; hostHost = 4; hostTarget = 5; targetTarget = 6; }))
  ];
  "hydraJob" = [
    (try ((lib.customisation.hydraJob null)))
  ];
}

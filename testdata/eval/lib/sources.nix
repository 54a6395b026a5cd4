# Cases for lib.sources, made from arguments.txt. What they give with nixpkgs' own lib is in sources.exp.
lib:
let
  try = value: builtins.tryEval (builtins.deepSeq value value);
in
{
  "pathHasContext" = [
    (try (lib.sources.pathHasContext "/a"))
    (try (lib.sources.pathHasContext "a"))
  ];
  "canCleanSource" = [
    (try (lib.sources.canCleanSource "x"))
    (try (lib.sources.canCleanSource { _isLibCleanSourceWith = true; origSrc = "x"; filter = 1; }))
    (try (lib.sources.canCleanSource 1))
  ];
}

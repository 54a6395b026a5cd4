# Cases for lib.fixedPoints, made of generated arguments. What they give with nixpkgs' own lib is in fixedPoints.exp.
lib:
let
  try = value: builtins.tryEval (builtins.deepSeq value value);
in
{
  "fix" = [
    (try (lib.fixedPoints.fix (self: { a = 1; b = self.a + 1; })))
  ];
  "converge" = [
    (try (lib.fixedPoints.converge (x: x / 2) 0))
    (try (lib.fixedPoints.converge (x: x / 2) 16))
  ];
}

# Cases for lib.stringsWithDeps, made of generated arguments. What they give with nixpkgs' own lib is in stringsWithDeps.exp.
lib:
let
  try = value: builtins.tryEval (builtins.deepSeq value value);
in
{
  "textClosureMap" = [
    (try (lib.stringsWithDeps.textClosureMap (x: x) { a = lib.noDepEntry "A"; b = lib.fullDepEntry "B" [ "a" ]; c = lib.stringAfter [ "b" ] "C"; } [ "b" "c" "a" ]))
    (try (lib.stringsWithDeps.textClosureMap (x: x) { a = lib.noDepEntry "A"; b = lib.fullDepEntry "B" [ "a" ]; c = lib.stringAfter [ "b" ] "C"; } [ "c" ]))
    (try (lib.stringsWithDeps.textClosureMap (x: x) { a = lib.noDepEntry "A"; b = lib.fullDepEntry "B" [ "a" ]; c = lib.stringAfter [ "b" ] "C"; } [ ]))
  ];
}

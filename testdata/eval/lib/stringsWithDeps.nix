# Cases for lib.stringsWithDeps, made from arguments.txt. What they give with nixpkgs' own lib is in stringsWithDeps.exp.
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
  "fullDepEntry" = [
    (try (lib.stringsWithDeps.fullDepEntry "text" [ ]))
    (try (lib.stringsWithDeps.fullDepEntry "" [ ]))
    (try (lib.stringsWithDeps.fullDepEntry "text" [ "a" "b" ]))
    (try (lib.stringsWithDeps.fullDepEntry "" [ "a" "b" ]))
  ];
  "noDepEntry" = [
    (try (lib.stringsWithDeps.noDepEntry "text"))
    (try (lib.stringsWithDeps.noDepEntry ""))
  ];
  "packEntry" = [
    (try (lib.stringsWithDeps.packEntry [ ]))
    (try (lib.stringsWithDeps.packEntry [ "a" "b" ]))
  ];
  "stringAfter" = [
    (try (lib.stringsWithDeps.stringAfter [ ] "text"))
    (try (lib.stringsWithDeps.stringAfter [ "a" "b" ] "text"))
    (try (lib.stringsWithDeps.stringAfter [ ] ""))
    (try (lib.stringsWithDeps.stringAfter [ "a" "b" ] ""))
  ];
  "textClosureList" = [
    (try (lib.stringsWithDeps.textClosureList { a = lib.stringsWithDeps.noDepEntry "A"; b = lib.stringsWithDeps.fullDepEntry "B" [ "a" ]; c = lib.stringsWithDeps.packEntry [ "b" "a" ]; d = "D"; } [ "a" ]))
    (try (lib.stringsWithDeps.textClosureList { a = lib.stringsWithDeps.noDepEntry "A"; b = lib.stringsWithDeps.fullDepEntry "B" [ "a" ]; c = lib.stringsWithDeps.packEntry [ "b" "a" ]; d = "D"; } [ "b" ]))
    (try (lib.stringsWithDeps.textClosureList { a = lib.stringsWithDeps.noDepEntry "A"; b = lib.stringsWithDeps.fullDepEntry "B" [ "a" ]; c = lib.stringsWithDeps.packEntry [ "b" "a" ]; d = "D"; } [ "c" "a" ]))
    (try (lib.stringsWithDeps.textClosureList { a = lib.stringsWithDeps.noDepEntry "A"; b = lib.stringsWithDeps.fullDepEntry "B" [ "a" ]; c = lib.stringsWithDeps.packEntry [ "b" "a" ]; d = "D"; } [ ]))
  ];
}

# Cases for lib.fileset, made from arguments.txt. What they give with nixpkgs' own lib is in fileset.exp.
lib:
let
  try = value: builtins.tryEval (builtins.deepSeq value value);
in
{
  "toList" = [
    (try (map baseNameOf (lib.fileset.toList ../files)))
    (try (map baseNameOf (lib.fileset.toList ../files/text)))
    (try (lib.fileset.toList lib.fileset.empty))
  ];
  "union" = [
    (try (map baseNameOf (lib.fileset.toList (lib.fileset.union ../files/text ../files/default.nix))))
    (try (map baseNameOf (lib.fileset.toList (lib.fileset.union ../files ../files/default.nix))))
  ];
  "unions" = [
    (try (map baseNameOf (lib.fileset.toList (lib.fileset.unions [ ../files/text ../files/default.nix ../files/text ]))))
    (try (lib.fileset.toList (lib.fileset.unions [ ])))
  ];
  "intersection" = [
    (try (map baseNameOf (lib.fileset.toList (lib.fileset.intersection ../files ../files/default.nix))))
    (try (lib.fileset.toList (lib.fileset.intersection ../files/text ../files/default.nix)))
  ];
  "difference" = [
    (try (map baseNameOf (lib.fileset.toList (lib.fileset.difference ../files ../files/default.nix))))
    (try (lib.fileset.toList (lib.fileset.difference ../files ../files)))
  ];
  "isFileset" = [
    (try (lib.fileset.isFileset 1))
    (try (lib.fileset.isFileset ../files))
    (try (lib.fileset.isFileset lib.fileset.empty))
    (try (lib.fileset.isFileset "x"))
    (try (lib.fileset.isFileset { }))
  ];
  "maybeMissing" = [
    (try (map baseNameOf (lib.fileset.toList (lib.fileset.maybeMissing ../files))))
    (try (lib.fileset.toList (lib.fileset.maybeMissing ../there-is-no-such-file)))
  ];
  "fileFilter" = [
    (try (map baseNameOf (lib.fileset.toList (lib.fileset.fileFilter (file: file.hasExt "nix") ../files))))
    (try (map baseNameOf (lib.fileset.toList (lib.fileset.fileFilter (file: file.name == "text" || file.type != "regular") ../files))))
  ];
  "trace" = [
    (try (lib.fileset.trace lib.fileset.empty 5))
  ];
  "traceVal" = [
    (try (lib.fileset.toList (lib.fileset.traceVal lib.fileset.empty)))
  ];
}

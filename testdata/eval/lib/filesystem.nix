# Cases for lib.filesystem, made from arguments.txt. What they give with nixpkgs' own lib is in filesystem.exp.
lib:
let
  try = value: builtins.tryEval (builtins.deepSeq value value);
in
{
  "pathType" = [
    (try (lib.filesystem.pathType /.))
  ];
  "pathIsDirectory" = [
    (try (lib.filesystem.pathIsDirectory /.))
    (try (lib.filesystem.pathIsDirectory /nonexistent-nixpod-lint-path))
  ];
  "pathIsRegularFile" = [
    (try (lib.filesystem.pathIsRegularFile /.))
    (try (lib.filesystem.pathIsRegularFile /nonexistent-nixpod-lint-path))
  ];
  "listFilesRecursive" = [
    (try (map baseNameOf (lib.filesystem.listFilesRecursive ../files)))
  ];
  "resolveDefaultNix" = [
    (try (baseNameOf (lib.filesystem.resolveDefaultNix ../files)))
    (try (baseNameOf (lib.filesystem.resolveDefaultNix ../files/text)))
    (try (baseNameOf (lib.filesystem.resolveDefaultNix "/a/")))
  ];
  "locateDominatingFile" = [
    (try (map (x: x) (lib.filesystem.locateDominatingFile "(sco)ped.nix" ../files/text).matches))
    (try (lib.filesystem.locateDominatingFile "there-is-no-such-(file)" ../files))
  ];
  "haskellPathsInDir" = [
    (try (lib.filesystem.haskellPathsInDir ../files))
  ];
}

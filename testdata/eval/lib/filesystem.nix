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
}

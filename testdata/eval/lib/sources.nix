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
  "cleanSourceFilter" = [
    (try (lib.sources.cleanSourceFilter "/a/.git" "directory"))
    (try (lib.sources.cleanSourceFilter "/a/x~" "directory"))
    (try (lib.sources.cleanSourceFilter "/a/.svn" "directory"))
    (try (lib.sources.cleanSourceFilter "/a/x.o" "regular"))
    (try (lib.sources.cleanSourceFilter "/a/result" "regular"))
    (try (lib.sources.cleanSourceFilter "/a/.direnv" "symlink"))
    (try (lib.sources.cleanSourceFilter "/a/x.nix" "symlink"))
    (try (lib.sources.cleanSourceFilter "/a/.git" "unknown"))
    (try (lib.sources.cleanSourceFilter "/a/x~" "unknown"))
    (try (lib.sources.cleanSourceFilter "/a/.svn" "unknown"))
    (try (lib.sources.cleanSourceFilter "/a/x.o" "directory"))
    (try (lib.sources.cleanSourceFilter "/a/result" "directory"))
  ];
}

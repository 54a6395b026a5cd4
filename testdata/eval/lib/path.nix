# Cases for lib.path, made from arguments.txt. What they give with nixpkgs' own lib is in path.exp.
lib:
let
  try = value: builtins.tryEval (builtins.deepSeq value value);
in
{
  "append" = [
    (try (toString (lib.path.append /. "a/..")))
    (try (toString (lib.path.append /. "a//b/./c")))
    (try (toString (lib.path.append /a/b "../x")))
    (try (toString (lib.path.append /a/b "a")))
    (try (toString (lib.path.append /a/b/c "")))
    (try (toString (lib.path.append /a/b/c "./a/b")))
    (try (toString (lib.path.append /a/b/c "a")))
    (try (toString (lib.path.append /a/b/c "a/..")))
    (try (toString (lib.path.append /etc "a/..")))
    (try (toString (lib.path.append /etc "a//b/./c")))
  ];
  "hasPrefix" = [
    (try (lib.path.hasPrefix /. /.))
    (try (lib.path.hasPrefix /etc /.))
    (try (lib.path.hasPrefix /a/b/c /a/b))
    (try (lib.path.hasPrefix /a/b /etc))
    (try (lib.path.hasPrefix /. /a/b/c))
    (try (lib.path.hasPrefix /etc /a/b/c))
    (try (lib.path.hasPrefix /a/b/c /.))
    (try (lib.path.hasPrefix /a/b /a/b))
    (try (lib.path.hasPrefix /. /etc))
    (try (lib.path.hasPrefix /etc /etc))
    (try (lib.path.hasPrefix /a/b/c /a/b/c))
    (try (lib.path.hasPrefix /a/b /.))
  ];
  "removePrefix" = [
    (try (lib.path.removePrefix /. /.))
    (try (lib.path.removePrefix /etc /.))
    (try (lib.path.removePrefix /a/b/c /a/b/c))
    (try (lib.path.removePrefix /a/b /a/b))
    (try (lib.path.removePrefix /. /etc))
    (try (lib.path.removePrefix /etc /etc))
    (try (lib.path.removePrefix /a/b/c /.))
    (try (lib.path.removePrefix /a/b /a/b/c))
    (try (lib.path.removePrefix /. /a/b))
    (try (lib.path.removePrefix /etc /a/b))
    (try (lib.path.removePrefix /a/b/c /etc))
    (try (lib.path.removePrefix /a/b /.))
  ];
  "subpath.isValid" = [
    (try (lib.path.subpath.isValid ""))
    (try (lib.path.subpath.isValid "../x"))
    (try (lib.path.subpath.isValid "./a/b"))
    (try (lib.path.subpath.isValid "/abs"))
    (try (lib.path.subpath.isValid "a"))
    (try (lib.path.subpath.isValid "a/.."))
    (try (lib.path.subpath.isValid "a//b/./c"))
  ];
  "subpath.join" = [
    (try (lib.path.subpath.join [ "a" "../b" ]))
    (try (lib.path.subpath.join [ "a" "./b/" ]))
    (try (lib.path.subpath.join [ ]))
  ];
  "subpath.components" = [
    (try (lib.path.subpath.components ""))
    (try (lib.path.subpath.components "../x"))
    (try (lib.path.subpath.components "./a/b"))
    (try (lib.path.subpath.components "/abs"))
    (try (lib.path.subpath.components "a"))
    (try (lib.path.subpath.components "a/.."))
    (try (lib.path.subpath.components "a//b/./c"))
  ];
  "subpath.normalise" = [
    (try (lib.path.subpath.normalise ""))
    (try (lib.path.subpath.normalise "../x"))
    (try (lib.path.subpath.normalise "./a/b"))
    (try (lib.path.subpath.normalise "/abs"))
    (try (lib.path.subpath.normalise "a"))
    (try (lib.path.subpath.normalise "a/.."))
    (try (lib.path.subpath.normalise "a//b/./c"))
  ];
  "hasStorePathPrefix" = [
    (try (lib.path.hasStorePathPrefix /a))
    (try (lib.path.hasStorePathPrefix /nix/store))
    (try (lib.path.hasStorePathPrefix /nix/store/nvl9ic0pj1fpyln3zaqrf4cclbqdfn1j-foo/bar))
  ];
  "splitRoot" = [
    (try ((lib.path.splitRoot /a/b).subpath))
    (try ((lib.path.splitRoot /.).subpath))
    (try (toString (lib.path.splitRoot /a).root))
  ];
}

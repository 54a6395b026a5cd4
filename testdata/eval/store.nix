let
  a = derivation { name = "a"; system = "x86_64-linux"; builder = "/bin/sh"; args = [ "-c" "echo \"x\"" ]; };
  b = derivation { name = "b"; system = "x86_64-linux"; builder = "${a}/bin/sh"; outputs = [ "out" "dev" ]; src = file; n = 1; t = true; l = [ 1 2 ]; };
  fixed = derivation { name = "f"; system = "x"; builder = "/b"; outputHashAlgo = "sha256"; outputHashMode = "recursive"; outputHash = "sha256-ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0="; };
  flat = derivation { name = "g"; system = "x"; builder = "/b"; outputHashAlgo = "sha1"; outputHash = "a9993e364706816aba3e25717850c26c9cd0d89d"; d = fixed; };
  structured = derivation { name = "s"; system = "x"; builder = "/b"; __structuredAttrs = true; n = [ 1 { a = null; } ]; src = a; };
  file = builtins.toFile "text" "hello";
  referring = builtins.toFile "text2" "see ${file}";
in
{
  paths = map (d: [ d.drvPath d.outPath ]) [ a b b.dev fixed flat structured ];
  all = map (d: d.outputName) b.all;
  names = builtins.attrNames b;
  inherit file referring;
  contexts = map builtins.getContext [ "${a}" "${b.dev}" b.drvPath file "${a}${b}" "" ];
  has = map builtins.hasContext [ "${a}" "x" (builtins.unsafeDiscardStringContext "${a}") ];
  discarded = builtins.getContext (builtins.unsafeDiscardOutputDependency a.drvPath);
  appended = builtins.getContext (builtins.appendContext "x" (builtins.getContext "${b}"));
  kept = builtins.getContext (builtins.substring 0 0 "${a}");
  replaced = builtins.getContext (builtins.replaceStrings [ "x" ] [ "${a}" ] "axb");
  json = builtins.getContext (builtins.toJSON { inherit a; });
  joined = builtins.getContext (builtins.concatStringsSep ":" [ a b ]);
  equal = [ (a == a) (a == a // { x = 1; }) (a == b) ];
}

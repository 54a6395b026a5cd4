{
  imported = import ./files/function.nix { a = 1; };
  directory = import ./files;
  again = (import ./files) == import ./files/default.nix;
  scoped = scopedImport { x = 5; map = f: l: "shadowed"; } ./files/scoped.nix;
  exists = map builtins.pathExists [ ./files ./files/default.nix ./missing (toString ./files + "/") (toString ./files.nix + "/") ];
  read = builtins.readFile ./files/text;
  entries = builtins.readDir ./files;
  type = map builtins.readFileType [ ./files ./files/text ];
  hash = builtins.hashFile "sha256" ./files/text;
  found = baseNameOf (builtins.findFile [ { path = ./missing; } { path = ./.; } { prefix = "p"; path = ./files; } ] "files");
  prefixed = baseNameOf (builtins.findFile [ { prefix = "p"; path = ./files; } ] "p/text");
  position = let p = (import ./files/position.nix).pos; in [ p.line p.column (baseNameOf p.file) ];
  attrPosition = let p = builtins.unsafeGetAttrPos "b" (import ./files/position.nix); in [ p.line p.column (baseNameOf p.file) ];
  noPosition = builtins.unsafeGetAttrPos "a" (builtins.mapAttrs (n: v: v) { a = 1; });
}

# `<x>` goes through `__findFile` and `__nixPath`, which a program may bind.
let
  entry = prefix: { inherit prefix; path = ./files; };
in
{
  path = let __nixPath = [ (entry "here") ]; in import <here>;
  bare = let __nixPath = [ (entry "") ]; in builtins.baseNameOf <scoped.nix>;
  prefix = let __nixPath = [ (entry "a/b") (entry "a") ]; in builtins.baseNameOf <a/scoped.nix>;
  function = let __findFile = path: name: name; in <any/thing>;
  both = let __findFile = path: name: [ path name ]; __nixPath = 5; in <x>;
  shadowed = let __findFile = _: name: "outer ${name}"; in let __findFile = _: name: "inner ${name}"; in <x>;
  find = builtins.baseNameOf (builtins.findFile [ (entry "q") ] "q/scoped.nix");
  missing = builtins.tryEval (builtins.findFile [ (entry "q") ] "q/none");
}

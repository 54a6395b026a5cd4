# disabledModules: by path, by key, of imports of imports, also when imported later.
{ lib, ... }: {
  imports = [ ./one.nix ./two.nix { key = "three"; trace = [ "three" ]; } ./four.nix ];
  disabledModules = [ ./two.nix { key = "three"; } ];
  options.trace = lib.mkOption { type = lib.types.listOf lib.types.str; };
}

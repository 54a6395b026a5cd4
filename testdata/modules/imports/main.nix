# imports: paths, folders, functions, sets, nested, twice the same; _file and key.
{ lib, ... }: {
  imports = [
    ./a.nix
    ./folder
    (import ./make.nix { word = "made"; })
    { imports = [ ./a.nix ]; }
    { key = "once"; config.trace = [ "keyed" ]; }
    { key = "once"; config.trace = [ "keyed" ]; }
    ({ lib, ... }: { config.trace = lib.mkAfter [ "function" ]; })
    { _file = "elsewhere"; config.trace = [ "named" ]; }
  ] ++ lib.optional (builtins.pathExists ./a.nix) ./b.nix ++ map (n: { trace = [ "mapped ${toString n}" ]; }) [ 1 2 ];
  options.trace = lib.mkOption { type = lib.types.listOf lib.types.str; };
  config.trace = [ "main" ];
}

# listOf submodule: each element is an evaluation of its own; conditions inside lists and elements.
{ lib, ... }:
let
  inherit (lib) mkAfter mkBefore mkDefault mkForce mkIf mkOption types;
  mount = types.submodule ({ config, ... }: {
    options = {
      source = mkOption { type = types.str; };
      target = mkOption { type = types.str; };
      readOnly = mkOption { type = types.bool; default = true; };
      options = mkOption { type = types.listOf types.str; default = [ ]; };
    };
    config.target = mkDefault config.source;
    config.options = mkIf config.readOnly [ "ro" ];
  });
in {
  imports = [ { mounts = mkAfter [ { source = "/last"; } ]; } { mounts = mkBefore [ { source = "/first"; options = [ "noexec" ]; } ]; } ];
  options.mounts = mkOption { type = types.listOf mount; default = [ ]; };
  options.pairs = mkOption { type = types.listOf (types.attrsOf types.int); };
  options.full = mkOption { type = types.nonEmptyListOf types.str; };
  config = {
    mounts = [
      { source = "/srv"; target = "/data"; readOnly = false; }
      ({ lib, ... }: { config = { source = "/fn"; options = lib.mkForce [ "only" ]; }; })
      { source = "/if"; target = mkIf false "/never"; readOnly = mkForce false; }
    ] ++ lib.optional true { source = "/opt"; };
    pairs = [ { a = 1; } { a = mkIf true 2; b = mkIf false 3; } ];
    full = [ "x" ];
  };
}

{
  config,
  lib,
  pkgs,
  ...
}:
let
  project = import ../lib/project.nix {
    inherit (config.users.users.mara) uid;
    modules = [ { environment.systemPackages = [ pkgs.vscodium ]; } ];
  };
in
{
  containers = lib.genAttrs [ "almanac" "ledger" ] project;
}

# What runs inside: built by `nix-build '<nixpkgs/nixos>' --arg configuration ./coop.nix -A system`.
{ lib, ... }:
{
  boot.isContainer = true;
  networking.hostName = "coop";
  networking.useDHCP = false;

  # Its files belong to somebody else in here, which sudo does not like.
  security.sudo.enable = false;
  users.groups.nogroup.gid = lib.mkForce 65534;
  users.users.root.initialPassword = "hen-house";

  services.postgresql = {
    enable = true;
    enableTCPIP = true;
    authentication = "host all all 0.0.0.0/0 trust";
  };

  system.stateVersion = "26.05";
}

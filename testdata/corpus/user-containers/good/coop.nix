# What runs inside: built by `nix-build '<nixpkgs/nixos>' --arg configuration ./coop.nix -A system`.
{
  boot.isContainer = true;
  networking.hostName = "coop";
  networking.useDHCP = false;

  services.postgresql = {
    enable = true;
    enableTCPIP = true;
  };

  system.stateVersion = "26.05";
}

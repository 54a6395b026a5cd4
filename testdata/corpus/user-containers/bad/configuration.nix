{ ... }:
{
  imports = [
    <home-manager/nixos>
    ./people.nix
    ./stack.nix
    ./links.nix
  ];

  fileSystems."/" = {
    device = "/dev/disk/by-label/bench";
    fsType = "ext4";
  };
  boot.loader.systemd-boot.enable = true;
  networking.hostName = "bench";

  virtualisation.podman.enable = true;

  system.stateVersion = "26.05";
}

{ ... }:
{
  imports = [
    ./declared.nix
    ./by-hand.nix
    ./quadlet.nix
  ];

  fileSystems."/" = {
    device = "/dev/disk/by-label/quarry";
    fsType = "btrfs";
  };
  boot.loader.systemd-boot.enable = true;
  networking.hostName = "quarry";

  virtualisation.podman.enable = true;

  system.stateVersion = "26.05";
}

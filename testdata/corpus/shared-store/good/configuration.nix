{ ... }:
{
  imports = [
    ./declared.nix
    ./quadlet.nix
  ];

  fileSystems."/" = {
    device = "/dev/disk/by-label/quarry";
    fsType = "btrfs";
  };
  boot.loader.systemd-boot.enable = true;
  networking.hostName = "quarry";

  system.stateVersion = "26.05";
}

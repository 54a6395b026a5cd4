{ pkgs, ... }:
{
  boot.loader.systemd-boot.enable = true;
  boot.kernelPackages = pkgs.linuxPackages;

  fileSystems."/" = {
    device = "/dev/disk/by-label/letterbox";
    fsType = "ext4";
  };

  networking.hostName = "letterbox";
  networking.bridges.br-press.interfaces = [ ];
  networking.interfaces.br-press.ipv4.addresses = [
    {
      address = "10.61.0.1";
      prefixLength = 24;
    }
  ];

  # The guest mounts its layers through FUSE.
  boot.kernelModules = [ "fuse" ];
  programs.fuse.userAllowOther = true;

  system.stateVersion = "26.05";
}

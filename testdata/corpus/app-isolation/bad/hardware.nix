{ pkgs, ... }:
{
  fileSystems."/" = {
    device = "/dev/disk/by-label/easel";
    fsType = "ext4";
  };
  boot.loader.systemd-boot.enable = true;

  hardware.graphics = {
    enable = true;
    extraPackages = [ pkgs.libva ];
  };
}

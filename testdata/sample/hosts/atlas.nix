# The desk.
{ pkgs, ... }:
{
  imports = [ ../guests/studio.nix ];

  fileSystems."/" = {
    device = "/dev/disk/by-label/atlas";
    fsType = "ext4";
  };
  boot.loader.systemd-boot.enable = true;

  services.desktopManager.plasma6.enable = true;
  virtualisation.podman.enable = true;

  users.users.ada = {
    isNormalUser = true;
    uid = 1000;
    extraGroups = [ "wheel" ];
    packages = [ pkgs.podman-compose ];
  };

  system.stateVersion = "26.05";
}

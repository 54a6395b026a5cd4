# Between the two: one socket of the session and one render node, nothing else.
{ config, ... }:
let
  inherit (config.users.users.mara) uid;
  socket = "/run/user/${toString uid}/wayland-1";
  node = "/dev/dri/renderD128";
in
{
  fileSystems."/" = {
    device = "/dev/disk/by-label/easel";
    fsType = "ext4";
  };
  boot.loader.systemd-boot.enable = true;
  networking.hostName = "easel";

  users.users.mara = {
    uid = 1000;
    isNormalUser = true;
    hashedPasswordFile = "/var/lib/secrets/mara.hash";
  };

  containers.studio = {
    privateUsers = "pick";
    privateNetwork = true;

    bindMounts = {
      "${socket}:idmap".hostPath = socket;
      ${node}.hostPath = node;
    };
    allowedDevices = [
      {
        inherit node;
        modifier = "rw";
      }
    ];

    config =
      { pkgs, ... }:
      {
        users.users.mara = {
          uid = 1000;
          isNormalUser = true;
        };
        environment.systemPackages = [ pkgs.krita ];
        system.stateVersion = "26.05";
      };
  };

  system.stateVersion = "26.05";
}

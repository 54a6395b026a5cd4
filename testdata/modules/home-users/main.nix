# Home Manager as a NixOS module: users of the host and of a guest, osConfig, shared modules and arguments.
{ config, lib, ... }: {
  users.users.kai = { isNormalUser = true; uid = 1001; linger = true; };
  networking.hostName = "loft";
  home-manager.extraSpecialArgs.team = "blue";
  home-manager.sharedModules = [ { services.podman.containers.common.image = "common:1"; } ];
  home-manager.users.kai = { config, osConfig, team, ... }: {
    services.podman.containers.notes = {
      image = "notes:${team}";
      description = "of ${config.home.username} on ${osConfig.networking.hostName}";
      volumes = [ "${config.home.homeDirectory}/notes:/notes" "/run/user/${toString osConfig.users.users.kai.uid}/podman/podman.sock:/sock" ];
    };
  };
  containers.shed.config = {
    users.users.kai = { isNormalUser = true; };
    home-manager.users.kai.services.podman.containers.inner = { image = "inner"; exec = lib.concatStringsSep " " [ "run" "--all" ]; };
  };
}

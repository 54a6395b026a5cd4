{ config, ... }:
{
  containers.studio =
    let
      hostCfg = config;
      userName = "mara";
      userUid = hostCfg.users.users."${userName}".uid;
    in
    {
      privateUsers = "pick";

      # A network of its own, with no way out. It also keeps the abstract socket of
      # the host's X server out of reach.
      privateNetwork = true;

      # idmap: what belongs to the user out there belongs to the user in here.
      bindMounts."/run/canvas:idmap".hostPath = "/run/canvas";

      config =
        { lib, pkgs, ... }:
        {
          imports = [
            ../home-manager.nix
            ../shared.nix
          ];

          users.users."${userName}".uid = lib.mkForce userUid;

          # Drawn by the processor: no device is handed in.
          hardware.graphics = {
            enable = true;
            extraPackages = hostCfg.hardware.graphics.extraPackages;
          };

          environment.systemPackages = [
            pkgs.krita
            pkgs.inkscape
          ];

          home-manager = {
            useGlobalPkgs = true;
            users."${userName}" = {
              imports = [ ../home/common.nix ];
              home.sessionVariables.WAYLAND_DISPLAY = "/run/canvas/wayland-0";
            };
          };

          system.stateVersion = "26.05";
        };
    };
}

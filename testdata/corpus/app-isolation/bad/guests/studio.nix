{ config, ... }:
{
  containers.studio =
    let
      hostCfg = config;
      userName = "mara";
      userUid = hostCfg.users.users."${userName}".uid;
    in
    {
      bindMounts = {
        wayland = rec {
          hostPath = "/run/user/${toString userUid}";
          mountPoint = hostPath;
        };
        x11 = rec {
          hostPath = "/tmp/.X11-unix";
          mountPoint = hostPath;
          isReadOnly = true;
        };
        gpu = rec {
          hostPath = "/dev/dri";
          mountPoint = hostPath;
        };
      };

      config =
        { pkgs, ... }:
        {
          imports = [
            ../home-manager.nix
            ../shared.nix
          ];

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
              home.sessionVariables = {
                DISPLAY = ":0";
                WAYLAND_DISPLAY = "wayland-1";
                XDG_RUNTIME_DIR = "/run/user/${toString userUid}";
              };
            };
          };

          # nspawn makes the folder for the bind mount, as root.
          systemd.services.runtime-dir-owner = {
            wantedBy = [ "multi-user.target" ];
            serviceConfig.Type = "oneshot";
            script = ''
              chown ${userName}:users /run/user/${toString userUid}
              chmod 0700 /run/user/${toString userUid}
            '';
          };

          system.stateVersion = "26.05";
        };
    };
}

{
  containers.terminal =
    let
      userName = "mara";
    in
    {
      config =
        { pkgs, ... }:
        {
          imports = [
            ../home-manager.nix
            ../shared.nix
            ./no-groups.nix
          ];

          home-manager = {
            useGlobalPkgs = true;
            users."${userName}".imports = [ ../home/common.nix ];
          };

          # Home Manager wants its profile folders to be there.
          systemd.services.profile-dirs = {
            wantedBy = [ "multi-user.target" ];
            serviceConfig.Type = "oneshot";
            script = ''
              for kind in profiles gcroots; do
                install -d -o ${userName} /nix/var/nix/$kind/per-user/${userName}
              done
            '';
          };

          environment.systemPackages = [ pkgs.helix ];

          system.stateVersion = "26.05";
        };
    };
}

{
  containers.terminal = {
    privateUsers = "pick";
    privateNetwork = true;

    config =
      { pkgs, ... }:
      {
        imports = [
          ../home-manager.nix
          ../shared.nix
        ];

        home-manager = {
          useGlobalPkgs = true;
          users.mara.imports = [ ../home/common.nix ];
        };

        environment.systemPackages = [ pkgs.helix ];

        system.stateVersion = "26.05";
      };
  };
}

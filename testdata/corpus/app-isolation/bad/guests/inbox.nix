{ config, ... }:
let
  home = config.users.users.mara.home;
in
{
  # Mail from strangers is opened here.
  containers.inbox = {
    privateUsers = "identity";
    hostAddress = "10.63.0.1";
    localAddress = "10.63.0.2";

    bindMounts = {
      "/mnt/host-home" = {
        hostPath = home;
        isReadOnly = false;
      };
      "/home/mara/.Xauthority".hostPath = "${home}/.Xauthority";
    };

    config =
      { pkgs, ... }:
      {
        imports = [
          ../shared.nix
          ./no-groups.nix
        ];
        environment.systemPackages = [ pkgs.thunderbird ];
        system.stateVersion = "26.05";
      };
  };
}

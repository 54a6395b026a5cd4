# Where things from the internet are tried out.
{ config, ... }:
let
  runtime = "/run/user/${toString config.users.users.ada.uid}";
in
{
  containers.studio = {
    autoStart = true;
    hostAddress = "10.10.0.1";
    localAddress = "10.10.0.2";

    bindMounts = {
      "/tmp/.X11-unix" = {
        hostPath = "/tmp/.X11-unix";
        isReadOnly = true;
      };
      "/run/podman/podman.sock".hostPath = "${runtime}/podman/podman.sock";
    };

    config =
      { pkgs, ... }:
      {
        environment.systemPackages = [ pkgs.vscodium ];
        environment.variables.DISPLAY = ":0";
        system.stateVersion = "26.05";
      };
  };
}

# Home Manager's services.podman for a user on its own.
{ config, lib, ... }:
let
  inherit (lib) mkDefault mkForce mkIf;
  data = "${config.xdg.dataHome}/pods";
in {
  home.username = "mira";
  home.homeDirectory = "/home/mira";
  services.podman = {
    enable = true;
    containers.radio = {
      image = "ghcr.io/example/radio:2";
      volumes = [ "${data}/radio:/data:U" ];
      network = "host";
      environment = { A = 1; B = true; C = [ "x" "y" ]; };
      extraPodmanArgs = [ "--cap-add=SYS_ADMIN" ];
      extraConfig.Container.NoNewPrivileges = false;
    };
    containers.web = lib.mkMerge [
      { image = "web"; ports = [ "8080:80" ]; network = [ "front" "back" ]; autoUpdate = "registry"; }
      (mkIf config.services.podman.enable { userNS = "keep-id"; devices = [ "/dev/fuse" ]; })
    ];
    networks.front.driver = "bridge";
  };
}

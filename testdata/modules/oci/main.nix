# virtualisation.oci-containers: many from one function, defaults, overrides, names of units.
{ config, lib, ... }:
let
  inherit (lib) concatMap mapAttrs mkDefault mkForce mkIf mkMerge optional optionals;
  app = { image, port ? null, volumes ? [ ], ... }@args: {
    inherit image volumes;
    ports = optional (port != null) "127.0.0.1:${toString port}:80";
    environment = { TZ = "UTC"; } // (args.environment or { });
    extraOptions = [ "--cap-drop=all" ] ++ optionals (args.admin or false) [ "--cap-add=NET_ADMIN" "--network=host" ];
  };
in {
  virtualisation.oci-containers.backend = mkDefault "podman";
  virtualisation.oci-containers.containers = mkMerge [
    (mapAttrs (_: app) {
      web = { image = "docker.io/library/nginx:1.27"; port = 8080; };
      vpn = { image = "vpn@sha256:0"; admin = true; environment.MODE = "client"; };
    })
    {
      web = { dependsOn = [ "db" ]; volumes = [ "/srv/web:/usr/share/nginx/html:ro" ]; log-driver = mkForce "none"; };
      db = { image = "postgres"; environmentFiles = [ /run/secrets/db ]; user = "999:999"; autoStart = false; capabilities.SYS_NICE = true; podman.user = "pg"; };
      vpn.privileged = mkIf (config.virtualisation.oci-containers.backend == "docker") true;
      vpn.environment.TZ = mkForce "Europe/Oslo";
      job = { image = "job"; cmd = concatMap (n: [ "--n" (toString n) ]) [ 1 2 ]; pull = "always"; networks = [ "host" ]; devices = [ "/dev/dri" ]; };
    }
  ];
}

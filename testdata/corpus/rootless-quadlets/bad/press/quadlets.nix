{
  home-manager.useGlobalPkgs = true;

  home-manager.users.setter = {
    home.stateVersion = "26.05";

    services.podman = {
      enable = true;

      networks.galley.driver = "bridge";

      containers.masthead = {
        image = "docker.io/library/nginx:latest";
        network = "galley";
        ports = [ "8080:80" ];
      };
    };
  };

  home-manager.users.proofs = {
    home.stateVersion = "26.05";

    services.podman = {
      enable = true;

      containers.preview = {
        image = "docker.io/library/caddy";
        ports = [ "127.0.0.1:8081:80" ];
        volumes = [ "/srv/proofs:/usr/share/caddy:ro" ];
      };
    };
  };
}

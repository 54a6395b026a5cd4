{
  home-manager.useGlobalPkgs = true;

  home-manager.users.setter = {
    home.stateVersion = "26.05";

    services.podman = {
      enable = true;

      networks.galley.driver = "bridge";

      containers.masthead = {
        image = "docker.io/library/nginx@sha256:3f0c1b7a9d5e2846c0b9fd4a71e6538d2ca9b04e7f16d835a2c7e9401b6d8f52";
        network = "galley";
        ports = [ "10.61.0.2:8080:80" ];
      };

      containers.preview = {
        image = "docker.io/library/caddy@sha256:b81d4e6f0a2c973558e1fc64d7039ba2416ce85fd09b37a1c2e4f6887a5d3b10";
        network = "galley";
        ports = [ "127.0.0.1:8081:80" ];
        volumes = [ "/srv/proofs:/usr/share/caddy:ro" ];
      };
    };
  };
}

{
  home-manager.users.robin = {
    home.stateVersion = "26.05";

    services.podman = {
      enable = true;

      networks.farm.driver = "bridge";

      containers.granary = {
        image = "docker.io/library/postgres@sha256:7e21d0b5c94f6a38bb07e5129d3c84f6e05a1d97c2b836f4ae590d7c1f28b3e6";
        environment = {
          POSTGRES_USER = "granary";
          POSTGRES_PASSWORD_FILE = "/run/secrets/granary";
        };
        volumes = [ "/home/robin/.config/granary/password:/run/secrets/granary:ro" ];
        network = "farm";
      };

      containers.mill = {
        image = "docker.io/library/node@sha256:90c3f5e8a1d2476bb8c04f7169ed25a3570bf89ce41d6a20f3b7159c8e60d4a2";
        environmentFile = [ "/home/robin/.config/mill/env" ];
        volumes = [ "/home/robin/src/mill:/home/node/mill" ];
        network = "farm";
        ports = [ "127.0.0.1:8080:8080" ];
      };

      containers.sieve = {
        image = "registry.example.org/tools/sieve@sha256:1b6f90c2d7e3458a9f04c6ae53b7d18216ef70a94d5c83b0e2719fa6c05d84be";
        network = "farm";
        dropCapabilities = [ "all" ];
        volumes = [ "/home/robin/src/sieve:/work:ro" ];
      };
    };
  };
}

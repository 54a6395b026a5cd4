{
  home-manager.users.robin = {
    home.stateVersion = "26.05";

    services.podman = {
      enable = true;

      containers.granary = {
        image = "docker.io/library/postgres:17";
        environment = {
          POSTGRES_USER = "granary";
          POSTGRES_PASSWORD = "barley-under-thatch";
        };
        ports = [ "5432:5432" ];
      };

      containers.mill = {
        image = "docker.io/library/node:22-alpine";
        environmentFile = [ "${./mill.env}" ];
        volumes = [ "/home/robin:/home/node" ];
      };

      containers.sieve = {
        image = "registry.example.org/tools/sieve";
        network = "host";
        addCapabilities = [
          "SYS_PTRACE"
          "NET_ADMIN"
        ];
        extraPodmanArgs = [
          "--privileged"
          "--pid=host"
        ];
        volumes = [ "/run/user/1000/podman/podman.sock:/run/podman/podman.sock:ro" ];
      };
    };
  };
}

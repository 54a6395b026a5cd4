{
  virtualisation.oci-containers.backend = "podman";

  virtualisation.oci-containers.containers = {
    # Everything allowed, so that builds inside just work.
    crucible = {
      image = "quay.io/podman/stable";
      privileged = true;
      ports = [
        "8080:80"
        "127.0.0.1:9000:9000"
      ];
      extraOptions = [
        "--pid=host"
        "--ipc=host"
      ];
    };

    # "Only what is needed."
    anvil = {
      image = "quay.io/podman/stable:v5";
      capabilities = {
        SYS_ADMIN = true;
        MKNOD = true;
      };
      devices = [ "/dev/fuse:/dev/fuse:rw" ];
      extraOptions = [
        "--security-opt=seccomp=unconfined"
        "--security-opt"
        "label=disable"
        "--network=host"
      ];
      volumes = [ "/srv/forge/work:/workspace:Z" ];
    };

    # Drives the engine of the host.
    tongs = {
      image = "docker.io/library/docker:27-cli";
      environment.DOCKER_HOST = "unix:///run/podman/podman.sock";
      volumes = [
        "/run/podman/podman.sock:/run/podman/podman.sock:ro"
        "/srv/forge/work:/workspace"
      ];
    };

    # Rootless, as a service user.
    bellows = {
      image = "quay.io/podman/stable:latest";
      podman.user = "forge";
      extraOptions = [
        "--cap-add=SYS_PTRACE"
        "--cap-add"
        "CAP_SYS_ADMIN"
      ];
    };
  };
}

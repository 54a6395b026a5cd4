{
  virtualisation.oci-containers.containers.gateway = {
    image = "docker.io/library/traefik:latest";
    privileged = true;
    ports = [
      "443:443"
      "8080:8080"
    ];
    volumes = [ "/run/podman/podman.sock:/var/run/docker.sock:ro" ];
  };

  virtualisation.podman.enable = true;
}

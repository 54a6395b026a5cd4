let
  # Podman in a container, by an unprivileged user of the image, with layers on a
  # volume: native overlay mounts, so no device and no capability.
  builder = name: {
    image = "quay.io/podman/stable@sha256:5d9c07ea41f83b26d0e9a47c12b86f35907de8143ac6b2f05871ce94d3a06b7f";
    user = "podman";
    podman.user = "forge";
    volumes = [
      "${name}-layers:/home/podman/.local/share/containers"
      "/var/lib/forge/${name}:/workspace"
    ];
    networks = [ "foundry" ];
  };
in
{
  virtualisation.oci-containers.backend = "podman";

  virtualisation.oci-containers.containers = {
    crucible = builder "crucible" // {
      ports = [ "127.0.0.1:8080:8080" ];
    };
    anvil = builder "anvil";
  };
}

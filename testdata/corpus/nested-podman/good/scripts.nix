{ pkgs, ... }:
{
  environment.systemPackages = [
    (pkgs.writeShellApplication {
      name = "hammer";
      runtimeInputs = [ pkgs.podman ];
      text = ''
        podman run --rm -it \
          --user podman \
          --volume hammer-layers:/home/podman/.local/share/containers \
          quay.io/podman/stable@sha256:5d9c07ea41f83b26d0e9a47c12b86f35907de8143ac6b2f05871ce94d3a06b7f "$@"
      '';
    })
  ];
}

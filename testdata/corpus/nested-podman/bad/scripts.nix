{ pkgs, ... }:
{
  systemd.services.smelter = {
    description = "Nightly build in a throw-away container";
    startAt = "03:15";
    serviceConfig = {
      Type = "oneshot";
      ExecStart = "${pkgs.podman}/bin/podman run --rm --privileged -v /srv/forge/work:/workspace quay.io/podman/stable podman build /workspace";
    };
  };

  environment.systemPackages = [
    (pkgs.writeShellApplication {
      name = "hammer";
      runtimeInputs = [ pkgs.podman ];
      text = ''
        podman run --rm -it \
          --cap-add CAP_SYS_ADMIN \
          --device /dev/fuse:rw \
          --security-opt seccomp=unconfined \
          -v "$XDG_RUNTIME_DIR/podman/podman.sock:/var/run/docker.sock" \
          quay.io/podman/stable:latest "$@"
      '';
    })
  ];
}

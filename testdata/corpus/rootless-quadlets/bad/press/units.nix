# Containers that are unit files, each where the generator of its user looks for it.
{ config, ... }:
{
  # Runs the counter, from a file that the system writes for one user.
  users.users.folio = {
    isNormalUser = true;
    uid = 1100;
    linger = false;
  };
  environment.etc."containers/systemd/users/1100/counter.container".text = ''
    [Unit]
    Description=Counts what was printed; never podman run --privileged

    [Container]
    Image=docker.io/library/redis:7
    PublishPort=6379:6379
    Environment=REDIS_PASSWORD=lead-and-antimony
    Network=host

    [Install]
    WantedBy=default.target
  '';

  home-manager.users.setter = {
    xdg.configFile."containers/systemd/plates.container".source = ./units/plates.container;
    xdg.configFile."containers/systemd/plates.container.d/10-more.conf".text = ''
      [Container]
      AddCapability=CAP_SYS_PTRACE
      # nixpod: ignore[engine-socket-bind] the plates are made by a container of their own
      Volume=%t/podman/podman.sock:/run/podman/podman.sock
    '';
  };

  # A whole folder.
  home-manager.users.proofs.home.file.".config/containers/systemd".source = ./units/proofs;

  system.nixos.tags = [ config.networking.hostName ];
}

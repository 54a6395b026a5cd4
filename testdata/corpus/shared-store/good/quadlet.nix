{
  virtualisation.podman.enable = true;

  # Where `UserNS=auto` takes its ids from.
  users.groups.containers = { };
  users.users.containers = {
    isSystemUser = true;
    group = "containers";
    subUidRanges = [
      { startUid = 2147483647; count = 2147483648; }
    ];
    subGidRanges = [
      { startGid = 2147483647; count = 2147483648; }
    ];
  };

  environment.etc."containers/systemd/quarry.network".text = ''
    [Network]
    Internal=false
  '';

  environment.etc."containers/systemd/mirror-oci.container".text = ''
    [Container]
    Rootfs=/srv/mirror:O
    Exec=/init
    UserNS=auto
    Volume=/nix/store:/nix/store:ro
    Network=quarry.network
    PublishPort=127.0.0.1:8090:80

    [Install]
    WantedBy=multi-user.target
  '';
}

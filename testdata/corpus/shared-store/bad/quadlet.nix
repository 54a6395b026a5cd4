{
  environment.etc."containers/systemd/mirror-oci.container".text = ''
    [Container]
    Rootfs=/srv/mirror
    Exec=/init
    Volume=/nix/store:/nix/store:ro
    Volume=/:/host
    Network=host
    PodmanArgs=--systemd=always --privileged --pid=host

    [Install]
    WantedBy=multi-user.target
  '';
}

{
  environment.etc."containers/systemd/ladle.container".text = ''
    [Unit]
    Description=Builds images inside a container

    [Container]
    Image=quay.io/podman/stable:latest
    AddCapability=CAP_SYS_ADMIN CAP_MKNOD
    AddDevice=/dev/fuse
    SeccompProfile=unconfined
    SecurityLabelDisable=true
    PublishPort=5000:5000
    Volume=/run/podman/podman.sock:/run/podman/podman.sock
    PodmanArgs=--privileged

    [Install]
    WantedBy=multi-user.target
  '';
}

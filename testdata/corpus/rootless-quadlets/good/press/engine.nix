{
  virtualisation.podman = {
    enable = true;
    defaultNetwork.settings.dns_enabled = true;
  };

  # The guest's syscall filter refuses keyctl, and crun takes no for an error.
  virtualisation.containers.containersConf.settings.containers.keyring = false;
}

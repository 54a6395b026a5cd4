# The cellar.
{
  imports = [
    ../services/gateway.nix
    ../services/ledger.nix
  ];

  fileSystems."/" = {
    device = "/dev/disk/by-label/juniper";
    fsType = "ext4";
  };
  boot.loader.systemd-boot.enable = true;

  networking.firewall.allowedTCPPorts = [ 443 ];

  system.stateVersion = "26.05";
}

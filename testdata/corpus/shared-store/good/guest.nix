# A system that boots from nothing but the store of whoever runs it.
{ pkgs, ... }:
{
  boot.isContainer = true;
  networking.hostName = "mirror";
  networking.useDHCP = false;

  services.nginx = {
    enable = true;
    virtualHosts.default.root = "/var/lib/mirror/www";
  };
  environment.systemPackages = [ pkgs.rsync ];

  system.stateVersion = "26.05";
}

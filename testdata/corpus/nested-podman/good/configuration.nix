{ ... }:
{
  imports = [
    ./oci.nix
    ./scripts.nix
  ];

  fileSystems."/" = {
    device = "/dev/disk/by-label/foundry";
    fsType = "ext4";
  };
  boot.loader.systemd-boot.enable = true;
  networking.hostName = "foundry";

  virtualisation.podman.enable = true;

  # Owns every build container. Not in the engine's group.
  users.groups.forge = { };
  users.users.forge = {
    isSystemUser = true;
    group = "forge";
    uid = 982;
    home = "/var/lib/forge";
    createHome = true;
    linger = true;
    autoSubUidGidRange = true;
  };

  users.users.tess = {
    isNormalUser = true;
    extraGroups = [ "wheel" ];
  };

  system.stateVersion = "26.05";
}

{ ... }:
{
  imports = [
    ./oci.nix
    ./quadlet.nix
    ./scripts.nix
  ];

  fileSystems."/" = {
    device = "/dev/disk/by-label/foundry";
    fsType = "ext4";
  };
  boot.loader.systemd-boot.enable = true;
  networking.hostName = "foundry";

  virtualisation.podman = {
    enable = true;
    dockerSocket.enable = true;
  };

  users.groups.forge = { };
  users.users.forge = {
    isSystemUser = true;
    group = "forge";
    uid = 982;
    home = "/var/lib/forge";
    createHome = true;
    linger = false;
  };

  users.users.tess = {
    isNormalUser = true;
    extraGroups = [
      "wheel"
      "podman"
    ];
  };

  system.stateVersion = "26.05";
}

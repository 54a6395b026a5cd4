{ pkgs, ... }:
{
  fileSystems."/" = {
    device = "/dev/disk/by-label/kiln";
    fsType = "ext4";
  };
  boot.loader.systemd-boot.enable = true;
  networking.hostName = "kiln";

  # The vendor's driver builds on nothing newer. Before 5.11 a user cannot mount
  # overlayfs, so layers need fuse-overlayfs, and that needs /dev/fuse.
  boot.kernelPackages = pkgs.linuxPackages_5_10;

  virtualisation.podman.enable = true;
  virtualisation.containers.storage.settings.storage.options.overlay.mount_program =
    "${pkgs.fuse-overlayfs}/bin/fuse-overlayfs";

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

  virtualisation.oci-containers.backend = "podman";
  virtualisation.oci-containers.containers.crucible = {
    image = "quay.io/podman/stable@sha256:5d9c07ea41f83b26d0e9a47c12b86f35907de8143ac6b2f05871ce94d3a06b7f";
    user = "podman";
    podman.user = "forge";
    devices = [ "/dev/fuse:/dev/fuse:rw" ];
    volumes = [ "crucible-layers:/home/podman/.local/share/containers" ];
  };

  system.stateVersion = "26.05";
}

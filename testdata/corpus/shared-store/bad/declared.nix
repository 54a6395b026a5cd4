{
  containers.mirror = {
    autoStart = true;
    privateUsers = "no";

    bindMounts = {
      # Let the guest build.
      "/nix/var/nix/daemon-socket" = {
        hostPath = "/nix/var/nix/daemon-socket";
        isReadOnly = false;
      };
      "/nix/store" = {
        hostPath = "/nix/store";
        isReadOnly = false;
      };
      "/sys" = {
        hostPath = "/sys";
        isReadOnly = true;
      };
      devices = {
        hostPath = "/dev";
        mountPoint = "/dev";
        isReadOnly = false;
      };
    };

    config = import ./guest.nix;
  };
}

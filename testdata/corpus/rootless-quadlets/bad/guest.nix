{ inputs, ... }:
{
  containers.press = {
    autoStart = true;

    privateUsers = "pick";
    privateNetwork = true;
    hostBridge = "br-press";
    localAddress = "10.61.0.2/24";

    # For fuse-overlayfs.
    allowedDevices = [
      {
        node = "/dev/fuse";
        modifier = "rwm";
      }
    ];
    additionalCapabilities = [ "CAP_SYS_ADMIN" ];

    config = {
      imports = [
        inputs.home-manager.nixosModules.home-manager
        ./press/engine.nix
        ./press/people.nix
        ./press/quadlets.nix
        ./press/units.nix
      ];

      system.stateVersion = "26.05";
    };
  };
}

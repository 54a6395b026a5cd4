{ inputs, ... }:
{
  containers.press = {
    autoStart = true;

    # 65536 ids of its own: 0 to 65535 inside.
    privateUsers = "pick";

    # Also lets the guest open /dev/net/tun, which pasta wants.
    privateNetwork = true;
    hostBridge = "br-press";
    localAddress = "10.61.0.2/24";

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

{
  imports = [
    ./hardware.nix
    ./host.nix
  ];

  networking.hostName = "easel";
  networking.hostId = "7d1f03ac";

  system.stateVersion = "26.05";
}

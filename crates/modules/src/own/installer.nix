# What `profiles/installation-device.nix` of nixpkgs does for whoever sits before a live image, as far as rules look at it.
{ lib }:
{
  system.nixos.variant_id = lib.mkDefault "installer";
  users.users.nixos = { isNormalUser = true; extraGroups = [ "wheel" "networkmanager" "video" ]; };
  security.sudo.wheelNeedsPassword = lib.mkImageMediaOverride false;
}

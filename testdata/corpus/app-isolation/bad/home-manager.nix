# The NixOS module of Home Manager, for the host and for every guest.
let
  source = builtins.fetchTarball "https://github.com/nix-community/home-manager/archive/release-26.05.tar.gz";
in
import "${source}/nixos"

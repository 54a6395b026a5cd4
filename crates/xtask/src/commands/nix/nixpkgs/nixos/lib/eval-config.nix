# Stands for NixOS: what a guest is, as far as the modules of its host ask. Its modules are not evaluated, since no word of the
# command that starts it comes from them.
{ prefix, ... }:
let
  name = builtins.elemAt prefix 1;
in
{
  config = {
    nix.enable = true;
    nix.daemon.enable = true;
    system.build.toplevel = "/nix/store/eeeeeeeeeeeeeeeeeeeeeeeeeeeeeeee-nixos-system-${name}";
  };
}

# Part of the host and of every guest.
{ pkgs, ... }:
{
  users.users.mara = {
    uid = 1000;
    isNormalUser = true;
  };

  fonts.packages = [ pkgs.dejavu_fonts ];
}

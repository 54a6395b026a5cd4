# Part of the host and of every guest.
{ pkgs, ... }:
{
  users.users.mara = {
    uid = 1000;
    isNormalUser = true;
    initialPassword = "tulip";
    extraGroups = [ "wheel" ];
  };

  fonts.packages = [ pkgs.dejavu_fonts ];
}

# What the host and every guest have alike.
{ pkgs, ... }:
{
  programs.bash.enable = true;

  wayland.windowManager.sway = {
    enable = true;
    config = {
      modifier = "Mod4";
      terminal = "foot";
    };
  };

  home.packages = [ pkgs.foot ];
  home.stateVersion = "26.05";
}

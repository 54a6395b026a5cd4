# A compositor inside the compositor. Its socket is the only thing a guest gets to
# see of the desktop: no clipboard, no other windows, no session bus.
{ pkgs, ... }:
{
  systemd.tmpfiles.rules = [ "d /run/canvas 0700 mara users -" ];

  home-manager.users.mara.systemd.user.services.canvas = {
    Unit.PartOf = [ "graphical-session.target" ];
    Install.WantedBy = [ "graphical-session.target" ];
    Service.ExecStart = "${pkgs.weston}/bin/weston --backend=wayland --socket=/run/canvas/wayland-0";
  };
}

{ pkgs, ... }:
{
  # Only from this machine, and only as long as the session lasts.
  systemd.user.services.link-mill = {
    wantedBy = [ "graphical-session.target" ];
    serviceConfig.ExecStart = "${pkgs.socat}/bin/socat TCP-LISTEN:18080,bind=127.0.0.1,fork,reuseaddr TCP:127.0.0.1:8080";
  };
}

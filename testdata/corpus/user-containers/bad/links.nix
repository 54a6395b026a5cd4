{ pkgs, ... }:
let
  link = from: to: {
    wantedBy = [ "default.target" ];
    serviceConfig.ExecStart = "${pkgs.socat}/bin/socat TCP-LISTEN:${toString from},fork,reuseaddr UNIX-CONNECT:%t/links/${to}";
  };
in
{
  # Ports of one container handed to another, over sockets of the user.
  systemd.user.services.link-granary = link 15432 "granary";
  systemd.user.services.link-mill = link 18080 "mill";
}

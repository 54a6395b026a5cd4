# systemd-nspawn containers: defaults, what names give, generated ones, and the guest's own configuration.
{ config, lib, pkgs, ... }:
let
  inherit (lib) genAttrs mkDefault mkForce mkIf mkMerge optionals;
  hardened = { privateUsers = mkDefault "pick"; privateNetwork = true; extraFlags = [ "--drop-capability=CAP_SYS_PTRACE" ]; };
in {
  networking.hostName = "barn";
  containers = mkMerge [
    (genAttrs [ "hen" "goose" ] (name: hardened // { autoStart = true; hostAddress = "10.1.0.1"; localAddress = "10.1.0.${toString (lib.stringLength name)}"; }))
    {
      hen.privateUsers = "no";
      goose = {
        bindMounts."/data" = { hostPath = "/srv/${config.networking.hostName}/goose"; isReadOnly = false; };
        bindMounts.second = { mountPoint = "/second"; hostPath = "/srv/second"; };
        allowedDevices = [ { node = "/dev/fuse"; modifier = "rwm"; } ] ++ optionals (config.networking.hostName == "barn") [ { node = "/dev/net/tun"; modifier = "rw"; } ];
        additionalCapabilities = mkIf true [ "CAP_NET_ADMIN" ];
        forwardPorts = [ { hostPort = 8080; containerPort = 80; } { hostPort = 53; protocol = "udp"; } ];
        extraFlags = [ "--private-users-ownership=chown" ];
        config = { config, ... }: {
          networking.firewall.enable = mkForce false;
          users.users.keeper = { isNormalUser = true; uid = 1000; };
          environment.variables.INSIDE = "${config.networking.hostName} ${toString config.boot.isContainer}";
        };
      };
      bare.config = { };
      inside = { config.containers.deeper = { privateUsers = 65536; config = { }; }; tmpfs = [ "/scratch" ]; };
    }
  ];
}

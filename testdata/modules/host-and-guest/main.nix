# A guest's module sees the host's configuration through the closure, and its own as its argument.
{ config, lib, ... }:
let
  host = config;
  shared = { lib, ... }: { time.zone = lib.mkDefault "UTC"; };
  users = lib.filterAttrs (_: u: u.isNormalUser) config.users.users;
in {
  options.site.domain = lib.mkOption { type = lib.types.str; default = "example.net"; };
  config = {
    site.domain = "site.example";
    time.zone = "Europe/Oslo";
    users.users.ada = { isNormalUser = true; uid = 1000; extraGroups = [ "video" ]; };
    users.users.daemon-user = { isSystemUser = true; group = "daemons"; };
    containers = lib.mapAttrs' (name: user: lib.nameValuePair "for-${name}" {
      bindMounts."/home/${name}".hostPath = user.home;
      bindMounts."/run/user/${toString user.uid}/wayland-0" = { };
      specialArgs.who = name;
      config = { config, who, ... }: {
        imports = [ shared ];
        networking.hostName = "${who}-box";
        networking.domain = host.site.domain;
        users.users.${name} = { inherit (user) uid extraGroups; isNormalUser = true; };
        environment.variables.BOTH = "${host.time.zone}/${config.time.zone}";
      };
    }) users;
  };
}

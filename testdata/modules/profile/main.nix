# A house style: an own option namespace that turns into containers through mapAttrs, mkMerge and conditions.
{ config, lib, pkgs, ... }:
let
  inherit (lib) filterAttrs mapAttrs mkEnableOption mkIf mkMerge mkOption types;
  cfg = config.house;
  room = types.submodule ({ name, config, ... }: {
    options = {
      enable = mkEnableOption "this room" // { default = true; };
      trusted = mkOption { type = types.bool; default = false; };
      number = mkOption { type = types.ints.between 2 254; };
      mounts = mkOption { type = types.attrsOf types.str; default = { }; };
      modules = mkOption { type = types.listOf types.deferredModule; default = [ ]; };
      address = mkOption { type = types.str; readOnly = true; default = "10.9.0.${toString config.number}"; };
    };
  });
in {
  options.house = {
    enable = mkEnableOption "the house";
    rooms = mkOption { type = types.attrsOf room; default = { }; };
  };
  config = mkMerge [
    {
      house.enable = true;
      house.rooms = {
        kitchen = { number = 2; mounts."/pantry" = "/srv/pantry"; modules = [ { services.stove.enable = true; } ]; };
        cellar = { number = 3; trusted = true; };
        attic = { number = 4; enable = false; };
      };
    }
    (mkIf cfg.enable {
      containers = mapAttrs (name: room: mkMerge [
        {
          autoStart = true;
          privateNetwork = !room.trusted;
          privateUsers = if room.trusted then "no" else "pick";
          bindMounts = mapAttrs (_: hostPath: { inherit hostPath; isReadOnly = !room.trusted; }) room.mounts;
          config = { imports = room.modules; networking.hostName = name; };
        }
        (mkIf (!room.trusted) { hostAddress = "10.9.0.1"; localAddress = room.address; })
      ]) (filterAttrs (_: room: room.enable) cfg.rooms);
    })
  ];
}

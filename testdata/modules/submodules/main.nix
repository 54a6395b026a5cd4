# submodule: defaults, name, config of its own, functions, definitions from several places, submodules in submodules.
{ config, lib, ... }:
let
  inherit (lib) mkDefault mkForce mkIf mkOption types;
  port = types.submodule { options.number = mkOption { type = types.port; default = 80; }; };
  service = types.submodule ({ name, config, ... }: {
    options = {
      label = mkOption { type = types.str; default = "service ${name}"; };
      enable = mkOption { type = types.bool; default = true; };
      tags = mkOption { type = types.listOf types.str; default = [ ]; };
      main = mkOption { type = port; default = { }; };
      ports = mkOption { type = types.listOf port; default = [ ]; };
      summary = mkOption { type = types.str; };
    };
    config = {
      tags = mkIf config.enable [ "enabled" ];
      summary = mkDefault "${config.label} on ${toString config.main.number}";
    };
  });
in {
  imports = [ { services.web.tags = [ "imported" ]; services.api = { lib, ... }: { label = lib.toUpper "api"; }; } ];
  options = {
    services = mkOption { type = types.attrsOf service; default = { }; };
    single = mkOption { type = service; default = { }; };
    enabled = mkOption { type = types.listOf types.str; };
  };
  config = {
    services.web = { main.number = 8080; tags = [ "mine" ]; ports = [ { } { number = 443; } ]; };
    services.off = { enable = false; summary = mkForce "off"; };
    single.label = "alone";
    enabled = lib.attrNames (lib.filterAttrs (_: s: s.enable) config.services);
  };
}

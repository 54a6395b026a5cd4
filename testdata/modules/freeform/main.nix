# freeformType: undeclared options beside declared ones, in submodules and at the top.
{ config, lib, ... }:
let inherit (lib) mkDefault mkForce mkIf mkOption types;
in {
  imports = [ { extra.x = 1; settings.server.port = 80; settings.level = mkDefault "info"; } ];
  freeformType = types.attrsOf (types.attrsOf types.int);
  options = {
    settings = mkOption {
      type = types.submodule {
        freeformType = types.attrsOf types.anything;
        options.level = mkOption { type = types.str; default = "warn"; };
        options.server.host = mkOption { type = types.str; default = "localhost"; };
      };
    };
    names = mkOption { type = types.listOf types.str; };
  };
  config = {
    extra.y = mkIf true 2;
    other.z = mkForce 3;
    settings = { server.host = "0.0.0.0"; list = [ 1 ]; free.form = mkIf false 1; };
    names = lib.attrNames config.settings;
  };
}

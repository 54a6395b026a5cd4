# Stands for the rest of Home Manager: options that modules of containers set or read.
{ lib, ... }:
let
  inherit (lib) mkOption types;
  inherit (import ./options.nix { inherit lib; }) open list;
  files = mkOption {
    default = { };
    type = types.attrsOf (
      types.submodule {
        freeformType = types.attrsOf types.anything;
        options.text = mkOption {
          type = types.nullOr types.lines;
          default = null;
        };
      }
    );
  };
in
{
  options = {
    assertions = list;
    warnings = list;
    meta = open;
    home.username = mkOption {
      type = types.str;
      default = "user";
    };
    home.homeDirectory = mkOption {
      type = types.str;
      default = "/home/user";
    };
    home.stateVersion = mkOption { type = types.str; };
    home.packages = list;
    home.activation = open;
    home.file = mkOption {
      type = types.lazyAttrsOf types.raw;
      default = { };
    };
    launchd = open;
    systemd.user = open;
    xdg.configHome = mkOption {
      type = types.str;
      default = "/home/user/.config";
    };
    xdg.configFile = files;
  };
}

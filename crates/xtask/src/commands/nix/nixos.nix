# Stands for the rest of NixOS: options that modules of containers set or read.
{ lib, pkgs, utils, ... }:
let
  inherit (lib) mkOption types;
  inherit (import ./options.nix { inherit lib; }) open list;
  inherit (utils.systemdUtils.unitOptions) unitOption;
  section = mkOption {
    type = types.attrsOf unitOption;
    default = { };
  };
in
{
  options = {
    assertions = list;
    warnings = list;
    meta = open;
    system.stateVersion = mkOption { type = types.str; };
    networking.proxy.envVars = mkOption {
      type = types.attrsOf types.str;
      default = { };
    };
    networking.extraHosts = mkOption {
      type = types.lines;
      default = "";
    };
    networking.networkmanager.enable = mkOption {
      type = types.bool;
      default = false;
    };
    nix.enable = mkOption {
      type = types.bool;
      default = true;
    };
    nix.daemon.enable = mkOption {
      type = types.bool;
      default = true;
    };
    nix.package = mkOption {
      type = types.package;
      default = pkgs.nix;
    };
    boot.kernelPackages = mkOption {
      type = types.unspecified;
      default.kernel.version = "6.12";
    };
    systemd.package = mkOption {
      type = types.package;
      default = pkgs.systemd;
    };
    systemd.packages = list;
    systemd.timers = open;
    systemd.user = open;
    systemd.services = mkOption {
      default = { };
      type = types.attrsOf (
        types.submodule {
          freeformType = types.attrsOf types.anything;
          options = {
            script = mkOption {
              type = types.lines;
              default = "";
            };
            environment = mkOption {
              type = types.attrsOf (types.nullOr (types.oneOf [ types.str types.path types.package ]));
              default = { };
            };
            enableStrictShellChecks = mkOption {
              type = types.bool;
              default = false;
            };
            path = list;
            wantedBy = list;
            unitConfig = section;
            serviceConfig = section;
          };
        }
      );
    };
    environment.etc = mkOption {
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
    users.users = mkOption {
      default = { };
      type = types.attrsOf (
        types.submodule (
          { name, ... }:
          {
            freeformType = types.attrsOf types.anything;
            options.uid = mkOption {
              type = types.nullOr types.int;
              default = null;
            };
            options.home = mkOption {
              type = types.str;
              default = "/home/${name}";
            };
            options.linger = mkOption {
              type = types.nullOr types.bool;
              default = null;
            };
          }
        )
      );
    };
    virtualisation.podman.enable = mkOption {
      type = types.bool;
      default = false;
    };
    virtualisation.podman.package = mkOption {
      type = types.package;
      default = pkgs.podman;
    };
    virtualisation.docker.enable = mkOption {
      type = types.bool;
      default = false;
    };
    virtualisation.docker.package = mkOption {
      type = types.package;
      default = pkgs.docker;
    };
  };
  config.users.users.root.home = "/root";
}

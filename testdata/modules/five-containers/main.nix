# Five containers over three files; also what `benches/compare.sh` times against real Nix.
{ lib ? import <nixpkgs/lib> }:
let
  inherit (lib) mkOption types;
  option = type: default: mkOption { inherit type default; };
  bind = types.submodule ({ name, ... }: {
    options = {
      mountPoint = option types.str name;
      hostPath = option (types.nullOr types.str) null;
      isReadOnly = option types.bool true;
    };
  });
  container = types.submodule ({ name, ... }: {
    options = {
      name = option types.str name;
      autoStart = option types.bool false;
      privateNetwork = option types.bool false;
      privateUsers = option (types.either types.ints.u32 (types.enum [ "no" "identity" "pick" ])) "no";
      hostAddress = option (types.nullOr types.str) null;
      localAddress = option (types.nullOr types.str) null;
      additionalCapabilities = option (types.listOf types.str) [ ];
      extraFlags = option (types.listOf types.str) [ ];
      bindMounts = option (types.attrsOf bind) { };
      settings = option (types.attrsOf types.anything) { };
    };
  });
  result = lib.evalModules {
    modules = [
      { options.containers = option (types.attrsOf container) { }; }
      { options.site.production = option types.bool true; }
      ./guests.nix
      ./network.nix
    ];
  };
in
{ inherit (result.config) containers; }

# coercedTo and apply: the value changes on its way into the option, or on its way out.
{ config, lib, ... }:
let inherit (lib) mkDefault mkIf mkOption types;
in {
  imports = [ { ports = "8080"; sizes.big = 3; words = "b"; } ];
  options = {
    port = mkOption { type = types.coercedTo types.str lib.toInt types.int; };
    ports = mkOption { type = types.coercedTo types.str (s: [ s ]) (types.listOf types.str); };
    sizes = mkOption { type = types.attrsOf (types.coercedTo types.int (n: "${toString n}G") types.str); };
    upper = mkOption { type = types.str; apply = lib.toUpper; };
    words = mkOption { type = types.either types.str (types.listOf types.str); apply = v: if lib.isString v then [ v ] else v; };
    doubled = mkOption { type = types.listOf types.int; default = [ 1 ]; apply = map (n: n * 2); };
    computed = mkOption { type = types.str; };
    shape = mkOption { type = types.coercedTo types.bool (b: { enable = b; }) (types.submodule { options.enable = mkOption { type = types.bool; default = false; }; options.size = mkOption { type = types.int; default = 1; }; }); };
  };
  config = {
    port = "443";
    ports = mkIf true [ "9090" ];
    sizes.small = "1M";
    upper = mkDefault "loud";
    computed = "${config.upper} ${toString config.port}";
    shape = true;
  };
}

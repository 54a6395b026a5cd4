# config feeds on itself: through let, functions, genAttrs, filterAttrs, other options' defaults.
{ config, lib, ... }:
let
  inherit (lib) filterAttrs genAttrs mapAttrs mkDefault mkIf mkMerge mkOption types;
  cfg = config.farm;
  machine = types.submodule ({ name, config, ... }: {
    options = {
      index = mkOption { type = types.int; };
      address = mkOption { type = types.str; default = "10.0.0.${toString config.index}"; };
      peers = mkOption { type = types.listOf types.str; default = [ ]; };
    };
    config.peers = map (m: m.address) (lib.attrValues (filterAttrs (n: _: n != name) cfg.machines));
  });
in {
  options.farm = {
    names = mkOption { type = types.listOf types.str; default = [ "a" "b" "c" ]; };
    machines = mkOption { type = types.attrsOf machine; default = { }; };
    hosts = mkOption { type = types.attrsOf (types.listOf types.str); default = { }; };
    count = mkOption { type = types.int; default = lib.length (lib.attrNames cfg.machines); defaultText = "n"; };
    first = mkOption { type = types.str; };
  };
  config.farm = mkMerge [
    { machines = lib.listToAttrs (lib.imap1 (i: name: lib.nameValuePair name { index = i; }) cfg.names); }
    { hosts = mapAttrs (_: m: [ m.address ]) cfg.machines; machines.b.address = "192.0.2.2"; }
    (mkIf (cfg.count > 2) { first = lib.head cfg.machines.a.peers; })
    { hosts = genAttrs [ "c" "extra" ] (n: [ "${n}.lan" ]); }
  ];
}

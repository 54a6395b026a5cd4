# mkRenamedOptionModule, mkAliasOptionModule, mkChangedOptionModule, mkMergedOptionModule, mkRemovedOptionModule.
{ config, lib, options, ... }:
let inherit (lib) mkDefault mkForce mkIf mkOption types;
in {
  imports = [
    (lib.mkRenamedOptionModule [ "old" "name" ] [ "new" "name" ])
    (lib.mkAliasOptionModule [ "alias" ] [ "new" "list" ])
    (lib.mkChangedOptionModule [ "old" "count" ] [ "new" "text" ] (config: toString config.old.count))
    (lib.mkMergedOptionModule [ [ "old" "a" ] [ "old" "b" ] ] [ "new" "sum" ] (config: config.old.a + config.old.b))
    (lib.mkRemovedOptionModule [ "gone" ] "It went away.")
    { options.warnings = mkOption { type = types.listOf types.str; default = [ ]; internal = true; }; options.assertions = mkOption { type = types.listOf types.anything; default = [ ]; internal = true; }; }
    { old.name = mkForce "renamed"; alias = [ "through alias" ]; old.count = 3; }
    { new.name = "plain"; new.list = [ "direct" ]; old.a = 1; old.b = 2; }
  ];
  options.new = {
    name = mkOption { type = types.str; };
    list = mkOption { type = types.listOf types.str; };
    text = mkOption { type = types.str; };
    sum = mkOption { type = types.int; };
    readThroughAlias = mkOption { type = types.listOf types.str; };
  };
  config.new.readThroughAlias = config.alias;
}

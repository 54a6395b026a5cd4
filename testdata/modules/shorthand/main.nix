# Where the line between options, config and shorthand lies; meta, _class; functions of every form.
{ lib, ... }: {
  imports = [
    { options.a = lib.mkOption { default = 1; }; }
    { a = 2; }
    ({ ... }: { config.b = "b"; })
    (args: { options.b = args.lib.mkOption { type = args.lib.types.str; }; })
    ({ lib, config, ... }@all: with lib; { options.c = mkOption { type = types.int; default = all.config.a + 1; }; })
    { options.group.x = lib.mkEnableOption "x"; options.group.y = lib.mkEnableOption "y" // { default = true; }; }
    { group.x = true; }
    { options.group.z = lib.mkOption { type = lib.types.str; default = "z"; }; config.group.z = lib.mkDefault "zz"; }
  ];
  options.d = lib.mkOption { type = lib.types.int; default = 0; };
  config.d = lib.mkMerge [ (lib.mkIf true 4) ];
}

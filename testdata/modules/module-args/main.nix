# _module.args and specialArgs: own arguments, defaults of arguments, arguments that use config, in submodules too.
{ lib }:
let
  inherit (lib) mkOption types;
  result = lib.evalModules {
    specialArgs = { special = "special"; both = "from specialArgs"; };
    modules = [
      ({ config, ... }: { _module.args = { own = "own"; both = "from args"; derived = "derived from ${config.base}"; fn = x: x + 1; }; })
      ({ own, special, derived, both, fn, ... }@args: {
        options.base = mkOption { type = types.str; default = "base"; };
        options.all = mkOption { type = types.listOf types.str; };
        options.number = mkOption { type = types.int; };
        options.names = mkOption { type = types.listOf types.str; };
        config.all = [ own special derived both ];
        config.number = fn 1;
        config.names = lib.attrNames (lib.intersectAttrs { config = 1; lib = 1; options = 1; special = 1; own = 1; } args);
      })
      ({ lib, config, ... }: {
        options.sub = mkOption {
          type = types.submoduleWith {
            specialArgs.given = "given";
            modules = [
              ({ given, name, inner, ... }: {
                options.text = mkOption { type = types.str; default = "${given} ${name} ${inner}"; };
                config._module.args.inner = "inner";
              })
            ];
          };
          default = { };
        };
      })
      ({ lib, ... }: { imports = [ (lib.setDefaultModuleLocation "here" ({ special, ... }: { all = lib.mkAfter [ "again ${special}" ]; })) ]; })
    ];
  };
in { inherit (result.config) all number names sub base; }

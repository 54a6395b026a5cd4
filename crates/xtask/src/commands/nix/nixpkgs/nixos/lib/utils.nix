# Stands for `utils` of NixOS, as far as modules of containers ask: how a setting of a unit is written and merged.
{ lib, ... }:
rec {
  systemdUtils = {
    lib = rec {
      toOption = x: if x == true then "true" else if x == false then "false" else toString x;
      attrsToSection =
        as:
        lib.concatStrings (
          lib.concatLists (
            lib.mapAttrsToList (name: value: map (x: "${name}=${toOption x}\n") (lib.toList value)) as
          )
        );
    };
    unitOptions.unitOption = lib.mkOptionType {
      name = "systemd option";
      merge =
        loc: defs:
        let
          defs' = lib.filterOverrides defs;
        in
        if lib.any (def: lib.isList def.value) defs' then
          lib.concatMap (def: lib.toList def.value) defs'
        else
          lib.mergeEqualOption loc defs';
    };
  };
  escapeSystemdPath = lib.replaceStrings [ "/" ] [ "-" ];
}

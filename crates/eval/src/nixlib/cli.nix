# lib.cli: command lines from sets.
{ lib, prim }:
let
  inherit (builtins)
    concatLists
    concatMap
    isBool
    isList
    stringLength
    ;
  inherit (prim) mapAttrsToList optional;
  valueString = lib.generators.mkValueStringDefault { };
  inherit (lib.strings) escapeShellArgs;

  toGNUCommandLine =
    {
      mkOptionName ? name: if stringLength name == 1 then "-${name}" else "--${name}",
      mkBool ? name: value: optional value (mkOptionName name),
      mkList ? name: concatMap (mkOption name),
      mkOption ?
        name: value:
        if value == null then
          [ ]
        else if optionValueSeparator == null then
          [
            (mkOptionName name)
            (valueString value)
          ]
        else
          [ "${mkOptionName name}${optionValueSeparator}${valueString value}" ],
      optionValueSeparator ? null,
    }:
    options:
    concatLists (
      mapAttrsToList (
        name: value: (if isBool value then mkBool else if isList value then mkList else mkOption) name value
      ) options
    );

  toCommandLine =
    optionFormat: options:
    let
      render =
        name:
        let
          format = optionFormat name;
          argument =
            value:
            let
              text = (format.formatArg or valueString) value;
            in
            if format.sep == null then
              [
                format.option
                text
              ]
            else
              [ "${format.option}${format.sep}${text}" ];
          one =
            value:
            if isList value then
              concatMap one value
            else if value == null then
              [ ]
            else if isBool value && !format.explicitBool then
              optional value format.option
            else
              argument value;
        in
        if name == "" then throw "lib.cli.toCommandLine: the name of an option is empty" else one;
    in
    concatLists (mapAttrsToList render options);

  toCommandLineGNU =
    {
      isLong ? name: stringLength name > 1,
      explicitBool ? false,
      formatArg ? valueString,
    }:
    toCommandLine (name: {
      option = if isLong name then "--${name}" else "-${name}";
      sep = if isLong name then "=" else "";
      inherit explicitBool formatArg;
    });
in
{
  inherit toGNUCommandLine toCommandLine toCommandLineGNU;
  toGNUCommandLineShell = format: options: escapeShellArgs (toGNUCommandLine format options);
  toCommandLineShell = format: options: escapeShellArgs (toCommandLine format options);
  toCommandLineShellGNU = format: options: escapeShellArgs (toCommandLineGNU format options);
}

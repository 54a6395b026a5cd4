# The argument `utils` of NixOS modules, as far as configurations write command lines and names of units with it.
{ lib }:
let
  inherit (builtins) isFloat isInt isPath isString;
  inherit (lib) concatMapStringsSep hasPrefix replaceStrings removePrefix removeSuffix stringToCharacters;
  inherit (lib.strings) escapeC normalizePath;

  # One word of a line that systemd takes apart: in double quotes, without specifiers and variables.
  escapeSystemdExecArg = arg:
    let
      text =
        if isPath arg then "${arg}"
        else if isString arg then arg
        else if isInt arg || isFloat arg || lib.isDerivation arg then toString arg
        else throw "escapeSystemdExecArg only allows strings, paths, numbers and derivations";
    in
    "\"" + replaceStrings [ "\\" "\"" "\n" "\r" "\t" "%" "$" ] [ "\\\\" "\\\"" "\\n" "\\r" "\\t" "%%" "$$" ] text + "\"";
in
{
  inherit escapeSystemdExecArg;
  escapeSystemdExecArgs = concatMapStringsSep " " escapeSystemdExecArg;

  # The name of a unit for a path.
  escapeSystemdPath = path:
    let
      normal = normalizePath path;
      trimmed = if normal == "/" then normal else removeSuffix "/" (removePrefix "/" normal);
      escaped = escapeC (stringToCharacters " !\"#$%&'()*+,;<=>=@[\\]^`{|}~-") trimmed;
      first = if hasPrefix "." escaped then escapeC [ "." ] "." + removePrefix "." escaped else escaped;
    in
    replaceStrings [ "/" ] [ "-" ] first;
}

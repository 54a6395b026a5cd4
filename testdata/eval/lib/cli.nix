# Cases for lib.cli, made of generated arguments. What they give with nixpkgs' own lib is in cli.exp.
lib:
let
  try = value: builtins.tryEval (builtins.deepSeq value value);
in
{
  "toGNUCommandLine" = [
    (try (lib.cli.toGNUCommandLine { optionValueSeparator = "="; } { X = "PUT"; retry = 3; n = null; url = [ "a" "b" ]; v = true; silent = false; }))
    (try (lib.cli.toGNUCommandLine { } { X = "PUT"; retry = 3; n = null; url = [ "a" "b" ]; v = true; silent = false; }))
  ];
  "toGNUCommandLineShell" = [
    (try (lib.cli.toGNUCommandLineShell { } { X = "P T"; url = [ "a" ]; }))
  ];
  "toCommandLineGNU" = [
    (try (lib.cli.toCommandLineGNU { explicitBool = true; } { X = "PUT"; retry = 3; n = null; url = [ "a" "b" true ]; v = true; silent = false; }))
    (try (lib.cli.toCommandLineGNU { isLong = n: false; } { X = "PUT"; retry = 3; n = null; url = [ "a" "b" true ]; v = true; silent = false; }))
    (try (lib.cli.toCommandLineGNU { } { X = "PUT"; retry = 3; n = null; url = [ "a" "b" true ]; v = true; silent = false; }))
  ];
  "toCommandLineShellGNU" = [
    (try (lib.cli.toCommandLineShellGNU { } { X = "P T"; url = [ "a" ]; }))
  ];
  "toCommandLine" = [
    (try (lib.cli.toCommandLine (n: { option = "-${n}"; sep = null; explicitBool = true; }) { a = 1; b = true; c = [ null "x" ]; }))
    (try (lib.cli.toCommandLine (n: { option = "-${n}"; sep = null; explicitBool = true; }) { }))
  ];
}

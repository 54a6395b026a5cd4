# Cases for lib.cli, made from arguments.txt. What they give with nixpkgs' own lib is in cli.exp.
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
  "toCommandLineShell" = [
    (try (lib.cli.toCommandLineShell (_: { option = "-x"; sep = null; explicitBool = false; }) { a = true; b = false; c = "x y"; }))
    (try (lib.cli.toCommandLineShell (n: { option = "--${n}"; sep = "="; explicitBool = false; }) { a = true; b = false; c = "x y"; }))
    (try (lib.cli.toCommandLineShell (n: { option = "-${n}"; sep = " "; explicitBool = true; }) { a = true; b = false; c = "x y"; }))
    (try (lib.cli.toCommandLineShell (_: { option = "-x"; sep = null; explicitBool = false; }) { a = [ 1 "q'" ]; b = null; }))
    (try (lib.cli.toCommandLineShell (n: { option = "--${n}"; sep = "="; explicitBool = false; }) { a = [ 1 "q'" ]; b = null; }))
    (try (lib.cli.toCommandLineShell (n: { option = "-${n}"; sep = " "; explicitBool = true; }) { a = [ 1 "q'" ]; b = null; }))
    (try (lib.cli.toCommandLineShell (_: { option = "-x"; sep = null; explicitBool = false; }) { }))
    (try (lib.cli.toCommandLineShell (n: { option = "--${n}"; sep = "="; explicitBool = false; }) { }))
    (try (lib.cli.toCommandLineShell (n: { option = "-${n}"; sep = " "; explicitBool = true; }) { }))
  ];
}

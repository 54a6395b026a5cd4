# Cases for lib.meta, made from arguments.txt. What they give with nixpkgs' own lib is in meta.exp.
lib:
let
  try = value: builtins.tryEval (builtins.deepSeq value value);
in
{
  "addMetaAttrs" = [
    (try (lib.meta.addMetaAttrs { a = 1; } { meta = { b = 2; }; }))
    (try (lib.meta.addMetaAttrs { description = "d"; } { meta = { b = 2; }; }))
    (try (lib.meta.addMetaAttrs { a = 1; } { }))
    (try (lib.meta.addMetaAttrs { description = "d"; } { }))
    (try (lib.meta.addMetaAttrs { a = 1; } { meta = { a = 3; }; name = "n"; }))
    (try (lib.meta.addMetaAttrs { description = "d"; } { meta = { a = 3; }; name = "n"; }))
  ];
  "setName" = [
    (try (lib.meta.setName "new" { name = "a-1"; }))
    (try (lib.meta.setName "x-2" { name = "a-1"; }))
    (try (lib.meta.setName "new" { }))
    (try (lib.meta.setName "x-2" { }))
  ];
  "updateName" = [
    (try (lib.meta.updateName (x: x + "-x") { name = "a-1"; }))
    (try (lib.meta.updateName (x: x + "-x") { name = "b"; }))
  ];
  "appendToName" = [
    (try (lib.meta.appendToName "s" { name = "a-1"; }))
    (try (lib.meta.appendToName "with-x" { name = "a-1"; }))
    (try (lib.meta.appendToName "s" { name = "hello-2.3-pre"; }))
    (try (lib.meta.appendToName "with-x" { name = "hello-2.3-pre"; }))
    (try (lib.meta.appendToName "s" { name = "b"; }))
    (try (lib.meta.appendToName "with-x" { name = "b"; }))
  ];
  "setPrio" = [
    (try (lib.meta.setPrio 5 { meta = { }; }))
    (try (lib.meta.setPrio 10 { meta = { }; }))
    (try (lib.meta.setPrio 5 { }))
    (try (lib.meta.setPrio 10 { }))
  ];
  "hiPrio" = [
    (try (lib.meta.hiPrio { meta = { }; }))
    (try (lib.meta.hiPrio { }))
  ];
  "lowPrio" = [
    (try (lib.meta.lowPrio { meta = { }; }))
    (try (lib.meta.lowPrio { meta.a = 1; }))
  ];
  "lowPrioSet" = [
    (try (lib.meta.lowPrioSet { a = { }; b = { meta.x = 1; }; }))
    (try (lib.meta.lowPrioSet { }))
  ];
  "hiPrioSet" = [
    (try (lib.meta.hiPrioSet { a = { }; b = { meta.x = 1; }; }))
    (try (lib.meta.hiPrioSet { }))
  ];
  "dontDistribute" = [
    (try (lib.meta.dontDistribute { meta = { }; }))
    (try (lib.meta.dontDistribute { meta.a = 1; }))
  ];
  "mapDerivationAttrset" = [
    (try (lib.meta.mapDerivationAttrset (x: x.name) { a = { type = "derivation"; name = "n"; }; b = 1; }))
  ];
  "platformMatch" = [
    (try (lib.meta.platformMatch { system = "x86_64-linux"; } "x86_64-linux"))
    (try (lib.meta.platformMatch { system = "x86_64-linux"; parsed = { kernel = { name = "linux"; }; }; } "x86_64-linux"))
    (try (lib.meta.platformMatch { } "aarch64-linux"))
    (try (lib.meta.platformMatch { system = "x86_64-linux"; } { }))
    (try (lib.meta.platformMatch { system = "x86_64-linux"; parsed = { kernel = { name = "linux"; }; }; } { }))
    (try (lib.meta.platformMatch { } { kernel = { name = "linux"; }; }))
    (try (lib.meta.platformMatch { system = "x86_64-linux"; } { system = "x86_64-linux"; }))
    (try (lib.meta.platformMatch { system = "x86_64-linux"; parsed = { kernel = { name = "linux"; }; }; } { system = "x86_64-linux"; }))
    (try (lib.meta.platformMatch { } "x86_64-linux"))
    (try (lib.meta.platformMatch { system = "x86_64-linux"; } "aarch64-linux"))
    (try (lib.meta.platformMatch { system = "x86_64-linux"; parsed = { kernel = { name = "linux"; }; }; } "aarch64-linux"))
    (try (lib.meta.platformMatch { } { }))
  ];
  "availableOn" = [
    (try (lib.meta.availableOn { system = "x86_64-linux"; } { meta.platforms = [ "x86_64-linux" ]; }))
    (try (lib.meta.availableOn { system = "aarch64-darwin"; } { meta.platforms = [ "x86_64-linux" ]; }))
    (try (lib.meta.availableOn { system = "x86_64-linux"; } { meta = { }; }))
    (try (lib.meta.availableOn { system = "aarch64-darwin"; } { meta = { }; }))
    (try (lib.meta.availableOn { system = "x86_64-linux"; } { }))
    (try (lib.meta.availableOn { system = "aarch64-darwin"; } { }))
    (try (lib.meta.availableOn { system = "x86_64-linux"; } { meta = { platforms = [ "x86_64-linux" ]; badPlatforms = [ "x86_64-linux" ]; }; }))
    (try (lib.meta.availableOn { system = "aarch64-darwin"; } { meta = { platforms = [ "x86_64-linux" ]; badPlatforms = [ "x86_64-linux" ]; }; }))
  ];
  "getExe" = [
    (try (lib.meta.getExe { type = "derivation"; name = "hello-1"; outPath = "/o"; meta.mainProgram = "hi"; outputs = [ "out" ]; }))
  ];
  "getExe'" = [
    (try (lib.meta.getExe' { type = "derivation"; name = "hello-1"; outPath = "/o"; } "hi"))
    (try (lib.meta.getExe' { type = "derivation"; name = "x"; outPath = "/o"; bin = { outPath = "/b"; }; } "hi"))
    (try (lib.meta.getExe' { type = "derivation"; name = "hello-1"; outPath = "/o"; } "a/b"))
    (try (lib.meta.getExe' { type = "derivation"; name = "x"; outPath = "/o"; bin = { outPath = "/b"; }; } "a/b"))
    (try (lib.meta.getExe' { type = "derivation"; name = "hello-1"; outPath = "/o"; } ""))
    (try (lib.meta.getExe' { type = "derivation"; name = "x"; outPath = "/o"; bin = { outPath = "/b"; }; } ""))
  ];
  "cpeFullVersionWithVendor" = [
    (try (lib.meta.cpeFullVersionWithVendor "v" "1.2"))
    (try (lib.meta.cpeFullVersionWithVendor "gnu" "1.2"))
    (try (lib.meta.cpeFullVersionWithVendor "v" "3"))
    (try (lib.meta.cpeFullVersionWithVendor "gnu" "3"))
  ];
}

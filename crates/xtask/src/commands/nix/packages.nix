# Stands for packages: every one is a path that nobody has, by which a word can be told that depends on the build.
{ lib, podman }:
let
  package = name: {
    type = "derivation";
    inherit name;
    pname = name;
    # Podman's version decides what quadlet-nix writes; it is the version of the generator that is asked.
    version = podman;
    outputName = "out";
    outPath = "/nix/store/eeeeeeeeeeeeeeeeeeeeeeeeeeeeeeee-${name}";
    drvPath = "/nix/store/eeeeeeeeeeeeeeeeeeeeeeeeeeeeeeee-${name}.drv";
    meta.mainProgram = name;
  };
  named = text: name: package name // { inherit text; };
  # Definitions of a list are joined by this type; of anything else there is one.
  toml =
    with lib.types;
    oneOf [
      bool
      int
      float
      str
      path
      (attrsOf toml)
      (listOf toml)
    ]
    // {
      description = "TOML value";
    };
in
lib.genAttrs [
  "catatonit"
  "cni-plugins"
  "coreutils"
  "docker"
  "iproute2"
  "nftables"
  "nix"
  "podman"
  "su"
  "systemd"
  "hello"
  "image"
] package
// {
  path = ./nixpkgs;
  nixos-container = package "nixos-container" // {
    override = _: package "nixos-container";
  };
  runtimeShell = "/bin/sh";
  stdenv = {
    hostPlatform = {
      system = "x86_64-linux";
      isLinux = true;
      isDarwin = false;
    };
    isDarwin = false;
    mkDerivation = arguments: package arguments.name // arguments // arguments.passthru or { } // { outPath = (package arguments.name).outPath; out = (package arguments.name).outPath; };
  };
  writeText = name: text: named text name;
  writeScript = name: text: named text name;
  writeShellScript = name: text: named text name;
  writeShellApplication = { name, text, ... }: package name // { inherit text; };
  writeTextDir = name: text: named text (baseNameOf name);
  linkFarm = name: _: package name;
  symlinkJoin = { name, ... }: package name;
  runCommand = name: _: _: package name;
  skopeo = package "skopeo" // {
    policy = package "skopeo-policy";
  };
  formats.toml = _: {
    type = toml;
    generate = name: value: package name // { inherit value; };
  };
}

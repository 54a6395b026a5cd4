# What configurations use of pkgs to write files. Everything else is a symbol of its name.
{ lib, written, program, open, storePath, nixosSystem, linux }:
let
  text = name: content: written name content;
  script = name: content: program name content;
  format = extension: render: _: {
    type = lib.types.anything;
    generate = name: value: written name (render value);
  };
  # Formats of lines are made with options, most of which are those of the generator.
  linesFormat = render: given: format "conf" (render given) { };
  ofGenerator = given: removeAttrs given [ "atomsCoercedToLists" "listToValue" ];
  valuesOfLists = { listToValue ? null, ... }: values:
    if listToValue == null then values
    else lib.mapAttrs (_: value: if builtins.isList value then listToValue value else value) values;
  package = name: known: open name ({ type = "derivation"; outPath = storePath name; } // known);
  # An image without a tag has one that is made of its content.
  # Whoever has it has its configuration, and what its scripts say.
  builtImage = { name, tag ? null, config ? { }, contents ? [ ], copyToRoot ? [ ], ... }@given:
    let
      script = lib.concatMapStrings (from: "${given.${from} or ""}\n") [ "extraCommands" "fakeRootCommands" "runAsRoot" ];
      made = written "image ${name}" "${anyText config}\n${script}";
    in
    package "pkgs.dockerTools.buildImage" ({
      imageName = lib.toLower name;
      outPath = builtins.substring 0 0 "${made}${toString [ contents copyToRoot ]}" + storePath "pkgs.dockerTools.buildImage";
    } // (if tag == null then { } else { imageTag = tag; }));
  anyText = value: builtins.toJSON value;
  # A package of other ones: whoever has it has the files that they write.
  joined = name: paths: package name { outPath = builtins.substring 0 0 (toString paths) + storePath "pkgs.${name}"; };
  # What the script writes to its output is a part of the text.
  built = name: script: package "pkgs.${name}" { outPath = builtins.substring 0 0 "${program name script}" + storePath "pkgs.${name}"; };
  # A NixOS system is a Linux; a Home Manager configuration by itself may not be.
  platform = {
    isLinux = true;
    isDarwin = false;
  };
  linuxOnly = {
    stdenv = open "pkgs.stdenv" (platform // { hostPlatform = open "pkgs.stdenv.hostPlatform" platform; });
  };
  # A function gets of the packages what it asks for; what it has a value for by itself is rarely a package.
  callPackage = function: given:
    let
      f = if builtins.isFunction function || function ? __functor then function else import function;
      wanted = builtins.functionArgs f;
      required = builtins.filter (name: !wanted.${name}) (builtins.attrNames wanted);
    in
    f (lib.genAttrs required (name: pkgs.${name}) // given);
  pkgs = open "pkgs" (known // { inherit pkgs; });
  known = (if linux then linuxOnly else { }) // {
    inherit lib callPackage;
    callPackages = callPackage;
    # With what it builds beside `config`.
    nixos = configuration: open "pkgs.nixos" (nixosSystem {
      modules = if builtins.isList configuration then configuration else [ configuration ];
    });
    dockerTools = open "pkgs.dockerTools" {
      pullImage = { imageName, imageDigest, finalImageName ? imageName, finalImageTag ? "latest", ... }:
        package "pkgs.dockerTools.pullImage" {
          inherit imageDigest;
          imageName = finalImageName;
          imageTag = finalImageTag;
          destNameTag = "${finalImageName}:${finalImageTag}";
        };
      buildImage = builtImage;
      buildLayeredImage = builtImage;
      streamLayeredImage = builtImage;
    };
    writeText = text;
    writeTextDir = path: content: written (baseNameOf path) content;
    writeTextFile = { name, text, executable ? false, ... }: (if executable then program else written) name text;
    writeScript = script;
    writeScriptBin = script;
    writeShellScript = script;
    writeShellScriptBin = script;
    writeShellApplication = { name, text, ... }: program name text;
    symlinkJoin = { name ? "joined", paths ? [ ], ... }: joined name paths;
    buildEnv = { name ? "joined", paths ? [ ], ... }: joined name paths;
    runCommand = name: _: built name;
    runCommandLocal = name: _: built name;
    writers = open "pkgs.writers" {
      writeBash = script;
      writeBashBin = script;
      writeDash = script;
      writeDashBin = script;
      writeText = text;
      writeJSON = name: value: written name (anyText value);
      writeYAML = name: value: written name (anyText value);
      writeTOML = name: value: written name (anyText value);
    };
    formats = open "pkgs.formats" {
      json = format "json" anyText;
      yaml = format "yaml" anyText;
      yaml_1_1 = format "yaml" anyText;
      yaml_1_2 = format "yaml" anyText;
      toml = format "toml" anyText;
      ini = linesFormat (given: value: lib.generators.toINI (ofGenerator given) (lib.mapAttrs (_: valuesOfLists given) value));
      iniWithGlobalSection = linesFormat (given: { sections ? { }, globalSection ? { }, ... }:
        lib.generators.toINIWithGlobalSection (ofGenerator given) {
          sections = lib.mapAttrs (_: valuesOfLists given) sections;
          globalSection = valuesOfLists given globalSection;
        });
      gitIni = linesFormat (_: value: lib.generators.toGitINI value);
      keyValue = linesFormat (given: value: lib.generators.toKeyValue (ofGenerator given) (valuesOfLists given value));
      # It is one by itself, and no function.
      systemd = linesFormat (given: value: lib.generators.toINI given value) {
        listsAsDuplicateKeys = true;
        mkKeyValue = key: value:
          if value == null then "# ${key} is unset" else "${key} = ${lib.generators.mkValueStringDefault { } value}";
      };
    };
  };
in
known

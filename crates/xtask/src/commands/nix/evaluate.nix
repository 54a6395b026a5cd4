# Evaluates specs by the real modules, with the rest stubbed, and gives what is written for each container.
#
# The input is a JSON file: `lib`, the folder of nixpkgs' lib; `modules`, the real module files by what they are; and
# `specs`, each with its name, its kind and the file that has it.
{ input }:
let
  given = builtins.fromJSON (builtins.readFile input);
  plain = import given.lib;
  lib = plain.extend (
    _: _: {
      teams.podman.members = [ ];
      hm = {
        maintainers = { };
        assertions.assertPlatform = _: _: _: {
          assertion = true;
          message = "";
        };
        dag = {
          entryAfter = _: text: { inherit text; };
          entryBefore = _: text: { inherit text; };
          entryBetween = _: _: text: { inherit text; };
          entryAnywhere = text: { inherit text; };
        };
      };
    }
  );
  pkgs = import ./packages.nix { inherit lib; inherit (given) podman; };
  utils = import ./nixpkgs/nixos/lib/utils.nix { inherit lib; };

  # Files of a whole system read and set much that no module here declares: every option is free, and what a package set or a
  # flake input is asked for is a package that has every name in the text of the files.
  stub =
    names: what:
    let
      self = lib.genAttrs names (name: stub names "${what}.${name}") // package what // {
        __functor = _: argument: if argument ? config && argument ? lib then { } else self;
      };
    in
    self;
  package =
    what: removeAttrs (import ./packages.nix { inherit lib; inherit (given) podman; }).hello [ "name" "outPath" ] // {
      name = what;
      outPath = "/nix/store/eeeeeeeeeeeeeeeeeeeeeeeeeeeeeeee-${what}";
    };
  # What would be fetched is an empty module.
  scope = {
    import = builtins.scopedImport scope;
    fetchTarball = _: toString ./nixpkgs;
    fetchGit = _: toString ./nixpkgs;
    builtins = builtins // {
      inherit (scope) import fetchTarball fetchGit;
    };
  };
  free = {
    _module.freeformType = lib.types.lazyAttrsOf lib.types.anything;
  };

  system =
    base: module: spec:
    let
      stubs = stub spec.names;
      result = (if spec.open then scope.import given.lib else lib).evalModules {
        modules = [
          base
          { config._module.args.pkgs = if spec.open then (stubs "pkgs") // pkgs else pkgs; }
        ]
        ++ lib.optional spec.open free
        ++ [ module ]
        ++ map (file: /. + file) spec.files;
        specialArgs = {
          inherit utils lib;
          modulesPath = ./nixpkgs/nixos/modules;
        }
        // lib.genAttrs spec.arguments stubs;
      };
      wrong = lib.filter (each: each ? assertion && !each.assertion) result.config.assertions;
    in
    if wrong == [ ] then
      result.config
    else
      throw "assertion: ${(lib.head wrong).message}";

  # The rest of NixOS for all but the module that declares this itself.
  nixos.imports = [
    ./nixos.nix
    {
      options.virtualisation.containers.enable = lib.mkOption {
        type = lib.types.bool;
        default = false;
      };
    }
  ];

  # What is written into files: a value that becomes TOML, or a text. Others are files of packages.
  files = lib.mapAttrs (
    _: source:
    if source ? value then
      { inherit (source) value; }
    else if source ? text then
      { inherit (source) text; }
    else
      { }
  );

  # The units among files that a system or a user has.
  units =
    user: files:
    let
      prefix = "containers/systemd/";
      mine = lib.filterAttrs (name: _: lib.hasPrefix prefix name) files;
      unit = name: file: {
        name = lib.removePrefix prefix name;
        value = {
          inherit user;
          shell = false;
          inherit (file) text;
        };
      };
    in
    lib.mapAttrs' unit mine;

  # A setting that is `null`, or an empty list, is not written.
  service =
    unit:
    lib.filterAttrs (_: value: value != [ ]) {
      DevicePolicy = lib.toList (unit.serviceConfig.DevicePolicy or [ ]);
      DeviceAllow = lib.toList (unit.serviceConfig.DeviceAllow or [ ]);
      User = lib.toList (unit.serviceConfig.User or [ ]);
    };
  script = unit: {
    inherit (unit) script;
    strict = unit.enableStrictShellChecks;
    environment = lib.filterAttrs (_: value: value != null) unit.environment;
    service = service unit;
  };

  kinds = {
    nspawn =
      spec:
      let
        config = system nixos given.modules.nspawn spec;
      in
      lib.mapAttrs (
        name: _:
        script config.systemd.services."container@${name}"
        // {
          conf = config.environment.etc."nixos-containers/${name}.conf".text;
        }
      ) config.containers;

    oci =
      spec:
      let
        config = system nixos given.modules.oci spec;
        cfg = config.virtualisation.oci-containers;
      in
      lib.mapAttrs (
        name: container:
        script config.systemd.services.${container.serviceName or "${cfg.backend}-${name}"}
      ) cfg.containers;

    home =
      spec:
      let
        config = system ./home.nix {
          imports = [ given.modules.home ];
          config = { services.podman.enable = true; };
        } spec;
      in
      lib.listToAttrs (
        map (quadlet: {
          name = "${quadlet.serviceName}.${quadlet.resourceType}";
          value = {
            user = true;
            text = quadlet.source;
            # The text is a word of a build script there, which a shell reads.
            inherit (given) shell;
          };
        }) config.services.podman.internal.quadletDefinitions
      );

    seiarotg =
      spec:
      units false (system nixos given.modules.seiarotg spec).environment.etc;

    seiarotg-home =
      spec:
      units true (system ./home.nix given.modules.seiarotg-home spec).xdg.configFile;

    mirkolenz =
      spec:
      let
        config = system nixos {
          imports = [ given.modules.mirkolenz ];
          config = { virtualisation.quadlet.enable = true; };
        } spec;
      in
      lib.listToAttrs (
        map (object: {
          name = object.ref;
          value = {
            user = object.uid != null;
            shell = false;
            inherit (object) text;
          };
        }) config.virtualisation.quadlet.allObjects
      );

    mirkolenz-home =
      spec:
      let
        config = system ./home.nix {
          imports = [ given.modules.mirkolenz-home ];
          config = { virtualisation.quadlet.enable = true; };
        } spec;
      in
      lib.listToAttrs (
        map (object: {
          name = object.ref;
          value = {
            user = true;
            shell = false;
            inherit (object) text;
          };
        }) config.virtualisation.quadlet.allObjects
      );

    settings =
      spec:
      let
        prefix = "containers/";
        etc = (system ./nixos.nix given.modules.settings spec).environment.etc;
        written = lib.filterAttrs (name: _: lib.hasPrefix prefix name) etc;
      in
      files (lib.mapAttrs' (name: file: lib.nameValuePair (lib.removePrefix prefix name) file.source) written);

    home-settings =
      spec:
      files (system ./home.nix given.modules.home-settings spec).services.podman._configFiles;
  };

  evaluated =
    spec:
    let
      value = kinds.${spec.kind} spec;
      tried = builtins.tryEval (builtins.deepSeq value value);
    in
    if tried.success then tried.value else null;
in
lib.listToAttrs (
  map (spec: {
    inherit (spec) name;
    value = evaluated spec;
  }) given.specs
)

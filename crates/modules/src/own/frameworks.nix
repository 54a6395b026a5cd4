# Frameworks that find hosts by themselves, mostly by where files are: what their functions and modules make of a flake.
{ lib, natives }:
let
  inherit (builtins) attrNames concatMap elem filter foldl' functionArgs head isFunction listToAttrs mapAttrs match pathExists
    readDir removeAttrs;
  inherit (natives) open;

  entries = directory: if pathExists directory then readDir directory else { };
  directoriesIn = directory:
    let all = entries directory; in filter (name: all.${name} == "directory") (attrNames all);
  filesIn = directory:
    let all = entries directory; in map (name: directory + "/${name}") (filter (name: all.${name} != "directory") (attrNames all));
  nixFilesIn = directory: filter (file: lib.hasSuffix ".nix" (toString file)) (filesIn directory);
  filesBelow = directory: if pathExists directory then lib.filesystem.listFilesRecursive directory else [ ];
  nixFilesBelow = directory: filter (file: lib.hasSuffix ".nix" (toString file)) (filesBelow directory);
  isDefault = file: baseNameOf (toString file) == "default.nix";
  defaultsBelow = directory: filter isDefault (nixFilesBelow directory);
  path = text: /. + text;

  # `a.nix` and `a/default.nix` below a directory, as `a`.
  modulesIn = directory: f:
    let
      all = entries directory;
      nameOf = name:
        if all.${name} == "directory" && pathExists (directory + "/${name}/default.nix") then name
        else if all.${name} != "directory" && lib.hasSuffix ".nix" name then lib.removeSuffix ".nix" name
        else null;
    in
    listToAttrs (concatMap
      (name: if nameOf name == null then [ ] else [{ name = nameOf name; value = f (directory + "/${name}"); }])
      (attrNames all));

  # A node of a hive is a module; what every node gets stands beside it.
  makeHive = hive:
    let
      meta = hive.meta or hive.network or { };
      nodes = mapAttrs
        (name: module: natives.nixosSystem {
          specialArgs = { inherit name nodes; } // (meta.specialArgs or { }) // (meta.nodeSpecialArgs.${name} or { });
          modules = (if hive ? defaults then [ hive.defaults ] else [ ]) ++ [ module ];
        })
        (removeAttrs hive [ "meta" "network" "defaults" "registry" ]);
    in
    hive // { inherit nodes; };
in
{
  inherit makeHive;

  colmena = name: open "inputs.${name}" {
    lib = open "inputs.${name}.lib" { inherit makeHive; };
    nixosModules = open "inputs.${name}.nixosModules" { deploymentOptions = { }; };
  };

  nixosUnified = name:
    let
      argumentsOf = { self, inputs, config, ... }: { flake = { inherit self inputs config; }; };
      systemOf = specialArgs: module: natives.nixosSystem {
        inherit specialArgs;
        modules = [ module { home-manager.extraSpecialArgs = specialArgs; } ];
      };
      homeOf = extraSpecialArgs: module: natives.homeManagerConfiguration {
        inherit extraSpecialArgs;
        modules = [ module ];
      };
      default = { self, inputs, config, ... }@arguments:
        let specialArgs = argumentsOf arguments; in
        {
          flake.nixos-unified.lib = {
            mkLinuxSystem = _: systemOf specialArgs;
            mkMacosSystem = _: _: natives.symbol "inputs.${name}.lib.mkMacosSystem";
            mkHomeConfiguration = _: homeOf specialArgs;
            specialArgsFor = { common = specialArgs; nixos = specialArgs; darwin = specialArgs; };
          };
        };
      autoWire = { self, inputs, config, ... }@arguments:
        let
          specialArgs = argumentsOf arguments;
          root = path self.outPath;
        in
        {
          flake = {
            nixosConfigurations = modulesIn (root + "/configurations/nixos") (systemOf specialArgs);
            homeConfigurations = modulesIn (root + "/configurations/home") (homeOf specialArgs);
            nixosModules = modulesIn (root + "/modules/nixos") (module: module);
            homeModules = modulesIn (root + "/modules/home") (module: module);
            overlays = modulesIn (root + "/overlays") (overlay: natives.symbol "overlay");
          };
        };
    in
    open "inputs.${name}" {
      flakeModules = open "inputs.${name}.flakeModules" { inherit default autoWire; };
      flakeModule = default;
    };

  snowfall = name:
    let
      mkLib = { inputs, src, snowfall ? { }, ... }:
        let
          root = snowfall.root or src;
          namespace = snowfall.namespace or "internal";
          fs = {
            get-file = file: root + "/${file}";
            get-snowfall-file = file: root + "/${file}";
            get-files = filesIn;
            get-nix-files = nixFilesIn;
            get-default-nix-files = directory: filter isDefault (nixFilesIn directory);
            get-non-default-nix-files = directory: filter (file: !isDefault file) (nixFilesIn directory);
            get-files-recursive = filesBelow;
            get-nix-files-recursive = nixFilesBelow;
            get-default-nix-files-recursive = defaultsBelow;
            get-non-default-nix-files-recursive = directory: filter (file: !isDefault file) (nixFilesBelow directory);
            get-directories = directory: map (one: directory + "/${one}") (directoriesIn directory);
          };
          system = {
            is-darwin = lib.hasInfix "darwin";
            is-linux = lib.hasInfix "linux";
            is-virtual = target: !(lib.hasInfix "linux" target || lib.hasInfix "darwin" target);
          };
          given = { inherit inputs namespace; lib = full; snowfall-inputs = inputs; };
          call = file:
            let function = import file; in
            if !isFunction function then function
            else function (if functionArgs function == { } then given else builtins.intersectAttrs (functionArgs function) given);
          own = foldl' lib.recursiveUpdate { } (map call (defaultsBelow (root + "/lib")));
          full = lib // mapAttrs (_: input: input.lib or { }) (removeAttrs inputs [ "self" "nixpkgs" ]) // {
            ${namespace} = own;
            snowfall = open "lib.snowfall" { fs = open "lib.snowfall.fs" fs; system = open "lib.snowfall.system" system; };
            inherit mkFlake;
          };

          mkFlake = outputs:
            let
              common = outputs.systems.modules or { };
              nixosModules = defaultsBelow (root + "/modules/nixos");
              homeModules = defaultsBelow (root + "/modules/home");
              targets = filter (target: match ".*-linux" target != null) (directoriesIn (root + "/systems"));
              hosts = concatMap (target: map (host: { inherit target host; }) (directoriesIn (root + "/systems/${target}"))) targets;
              homes = concatMap
                (target: map
                  (full:
                    let parts = lib.splitString "@" full; in
                    { inherit target full; user = head parts; host = if builtins.length parts > 1 then builtins.elemAt parts 1 else null; })
                  (directoriesIn (root + "/homes/${target}")))
                (directoriesIn (root + "/homes"));
              argumentsFor = target: host: {
                inherit inputs namespace host target;
                lib = full;
                system = target;
                format = "linux";
                virtual = false;
              };
              homeOf = home: {
                imports = [ (root + "/homes/${home.target}/${home.full}") ] ++ homeModules
                  ++ (outputs.homes.modules or [ ]) ++ (outputs.homes.users.${home.full}.modules or [ ]);
                snowfallorg.user = { enable = lib.mkDefault true; name = lib.mkDefault home.user; };
              };
              homeModule = target: host: {
                home-manager.extraSpecialArgs = argumentsFor target host;
                home-manager.users = listToAttrs (concatMap
                  (home:
                    if home.target == target && (home.host == null || home.host == host)
                    then [{ name = home.user; value = homeOf home; }] else [ ])
                  homes);
              };
              systemOf = { target, host }: natives.nixosSystem {
                specialArgs = (outputs.systems.hosts.${host}.specialArgs or { }) // argumentsFor target host;
                modules = [ (root + "/systems/${target}/${host}") (homeModule target host) ]
                  ++ (common.nixos or [ ]) ++ (outputs.systems.hosts.${host}.modules or [ ]) ++ nixosModules;
              };
              alone = filter (home: home.host == null || !(elem home.host (map (one: one.host) hosts))) homes;
            in
            removeAttrs outputs [ "systems" "homes" "modules" "overlays" "channels-config" "alias" ] // {
              nixosConfigurations = listToAttrs (map (one: { name = one.host; value = systemOf one; }) hosts);
              homeConfigurations = listToAttrs (map
                (home: {
                  name = home.full;
                  value = natives.homeManagerConfiguration {
                    extraSpecialArgs = argumentsFor home.target home.host;
                    modules = [ (homeOf home) { home.username = lib.mkDefault home.user; } ];
                  };
                })
                alone);
              nixosModules = modulesIn (root + "/modules/nixos") (module: module);
              homeModules = modulesIn (root + "/modules/home") (module: module);
            };
        in
        full;
    in
    open "inputs.${name}" {
      inherit mkLib;
      mkFlake = arguments: (mkLib arguments).mkFlake (removeAttrs arguments [ "inputs" "src" "snowfall" ]);
    };

  # flake-utils-plus: hosts with what all of them share.
  utilsPlus = name: utils:
    let
      mkFlake = { self, inputs, hosts ? { }, hostDefaults ? { }, ... }@arguments:
        let
          shared = (hostDefaults.specialArgs or { }) // { inherit inputs; };
          systemOf = host: given: natives.nixosSystem {
            specialArgs = shared // (given.specialArgs or { });
            modules = (hostDefaults.modules or [ ]) ++ (given.modules or [ ])
              ++ [ { networking.hostName = lib.mkDefault host; _module.args = (hostDefaults.extraArgs or { }) // (given.extraArgs or { }); } ];
          };
          isNixos = host: (hosts.${host}.output or "nixosConfigurations") == "nixosConfigurations";
        in
        removeAttrs arguments [ "self" "inputs" "hosts" "hostDefaults" "channels" "channelsConfig" "sharedOverlays" "supportedSystems" "outputsBuilder" ] // {
          nixosConfigurations = listToAttrs (map
            (host: { name = host; value = systemOf host hosts.${host}; })
            (filter isNixos (attrNames hosts)));
        };
      own = utils // { inherit mkFlake; exportModules = modules: listToAttrs (map (module: { name = lib.removeSuffix ".nix" (baseNameOf (toString module)); value = import module; }) modules); };
    in
    open "inputs.${name}" ({ inherit mkFlake; lib = open "inputs.${name}.lib" own; } // own);

  # clan: machines from a set, from the inventory, and from the folder `machines`.
  clan = name:
    let
      machinesOf = { self, machines ? { }, inventory ? { }, specialArgs ? { }, directory ? self.outPath, ... }:
        let
          root = if builtins.isPath directory then directory else path directory;
          names = lib.unique (attrNames machines ++ attrNames (inventory.machines or { })
            ++ filter (one: pathExists (root + "/machines/${one}/configuration.nix")) (directoriesIn (root + "/machines")));
          systemOf = machine: natives.nixosSystem {
            specialArgs = { inherit self; inputs = self.inputs; } // specialArgs;
            modules = (if machines ? ${machine} then [ machines.${machine} ] else [ ])
              ++ (if pathExists (root + "/machines/${machine}/configuration.nix") then [ (root + "/machines/${machine}/configuration.nix") ] else [ ])
              ++ [ (natives.symbol "inputs.${name}.nixosModules.clanCore") { networking.hostName = lib.mkDefault machine; } ];
          };
        in
        { nixosConfigurations = listToAttrs (map (machine: { name = machine; value = systemOf machine; }) names); };
      clan = arguments:
        let made = machinesOf arguments; in
        open "clan" (made // { config = open "clan.config" made; });
    in
    open "inputs.${name}" {
      lib = open "inputs.${name}.lib" { inherit clan; buildClan = clan; };
      flakeModules = open "inputs.${name}.flakeModules" {
        default = { self, config, ... }: {
          options.clan = lib.mkOption {
            type = lib.types.submodule {
              freeformType = lib.types.lazyAttrsOf lib.types.raw;
              options = {
                machines = lib.mkOption { type = lib.types.lazyAttrsOf lib.types.deferredModule; default = { }; };
                inventory = lib.mkOption { type = lib.types.attrsOf lib.types.anything; default = { }; };
                specialArgs = lib.mkOption { type = lib.types.lazyAttrsOf lib.types.raw; default = { }; };
              };
            };
            default = { };
          };
          config.flake = machinesOf {
            inherit self;
            inherit (config.clan) machines inventory specialArgs;
          };
        };
      };
    };
}

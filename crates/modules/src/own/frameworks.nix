# Frameworks that find hosts by themselves, mostly by where files are: what their functions and modules make of a flake.
{ lib, natives }:
let
  inherit (builtins) attrNames concatMap elem filter foldl' functionArgs head isFunction isList listToAttrs mapAttrs match
    pathExists readDir removeAttrs;
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

  # den: aspects, each with a module for every class of configuration, that include one another; a host is its aspect.
  den = name:
    let
      inherit (lib) mkOption types;
      opt = type: default: mkOption { inherit type default; };
      # Each class is a module, and so is an aspect in an aspect: what several files say of it is one.
      aspect = types.submodule ({ config, ... }: {
        freeformType = types.lazyAttrsOf types.deferredModule;
        options = {
          includes = opt (types.listOf types.raw) [ ];
          provides = opt (types.lazyAttrsOf types.raw) { };
          meta = opt types.raw { };
          # Another name for it.
          _ = opt types.raw config.provides;
        };
      });
      # An aspect may be a function of whose it is.
      aspects = types.lazyAttrsOf (types.either aspect types.raw);

      applied = [ "nixos" "os" "user" "homeManager" ];
      # Those of other systems and of the flake itself, and what is no class. `wsl` sets options of that name.
      passedOver = [
        "darwin" "systemManager" "wsl" "packages" "legacyPackages" "apps" "checks" "devShells" "formatter"
        "name" "description" "meta" "includes" "imports" "provides" "_" "__functor" "__functionArgs"
      ];
      isAspect = value:
        builtins.isAttrs value && builtins.any (key: value ? ${key}) (applied ++ [ "darwin" "includes" "provides" ]);
      # Classes that something of the flake's own, or a program that is not modelled, makes modules of.
      foreign = one: filter
        (key: !(elem key (applied ++ passedOver)) && !(builtins.any isAspect (one.${key}.imports or [ one.${key} ])))
        (attrNames one);

      required = f: filter (argument: !(functionArgs f).${argument}) (attrNames (functionArgs f));
      takes = context: f: builtins.all (argument: context ? ${argument}) (required f);
      call = context: f: f (if functionArgs f == { } then context else builtins.intersectAttrs (functionArgs f) context);
      # The modules of a class, of an aspect and all that it includes. A function wants to know whose they are.
      resolve = class: context: depth: one:
        let below = resolve class context (depth + 1); in
        if depth > 12 then [ ]
        else if natives.isUnknown one then (if elem class [ "nixos" "homeManager" ] then [ one ] else [ ])
        else if isFunction one then (if takes context one then below (call context one) else [ ])
        else if builtins.isPath one then below (import one)
        else
          (if class == null then map (key: natives.notModelled "the class ${key} of den" one.${key}) (foreign one)
          else if one ? ${class} then [ one.${class} ] else [ ])
          ++ concatMap below (if builtins.any isAspect (one.imports or [ ]) then one.imports else [ ])
          ++ concatMap below (one.includes or [ ]);
      # The class `user` says what is below `users.users.<name>`, and sees the system around it.
      partsOf = value: if builtins.isAttrs value && value ? imports then concatMap partsOf value.imports else [ value ];
      asUser = userName: part: { config, lib, pkgs, ... }@arguments: {
        users.users.${userName} = if isFunction part then call (arguments // { osConfig = config; }) part else part;
      };
      # Of what all have, a user only adds the functions that ask for one.
      perUser = class: context: one: concatMap
        (include: if isFunction include && elem "user" (required include) then resolve class context 0 include else [ ])
        (one.includes or [ ]);

      # What comes with den, as far as it says something about users.
      nothing = { includes = [ ]; };
      batteries = open "inputs.${name}.batteries" {
        hostname = { host, ... }: { nixos.networking.hostName = host.hostName; };
        define-user = { user, ... }: { nixos.users.users.${user.userName}.isNormalUser = true; };
        primary-user = { user, ... }: {
          nixos.users.users.${user.userName} = { isNormalUser = true; extraGroups = [ "wheel" "networkmanager" ]; };
        };
        host-aspects = { host, user }: { homeManager.imports = resolve "homeManager" { inherit host user; } 0 host.aspect; };
        mutual-provider = { host, user }: {
          includes = [
            (host.aspect.provides.to-users or { })
            (host.aspect.provides.${user.name} or { })
            (user.aspect.provides.${host.name} or { })
          ];
        };
        os-class = nothing;
        os-user = nothing;
        user-shell = _: nothing;
        tty-autologin = _: nothing;
        unfree = _: nothing;
        insecure = _: nothing;
      };
      denLib = open "inputs.${name}.lib" {
        parametric = open "inputs.${name}.lib.parametric" {
          __functor = _: one: one;
          atLeast = one: one;
          exactly = one: one;
          fixedTo = context: one: { includes = resolveLater context one; };
        };
        take = open "inputs.${name}.lib.take" { atLeast = f: f; exactly = f: f; upTo = f: f; unused = _: used: used; };
        perHost = one: one;
        perUser = one: { host, user }: if isFunction one then one { inherit host user; } else one;
      };
      resolveLater = context: one: [ (if isFunction one && takes context one then call context one else one) ];

      module = { config, inputs, ... }:
        let
          inherit (config) den;
          aspectOf = one: den.aspects.${one} or { };
          hostType = system: types.submodule ({ name, config, ... }: {
            freeformType = types.attrsOf types.anything;
            imports = [ den.schema.conf den.schema.host ];
            config._module.args.host = config;
            options = {
              name = opt types.str name;
              hostName = opt types.str config.name;
              system = opt types.str system;
              class = opt types.str (if lib.hasSuffix "darwin" config.system then "darwin" else "nixos");
              aspect = opt types.raw (aspectOf config.name);
              users = opt (types.attrsOf (userType config)) { };
              instantiate = opt types.raw natives.nixosSystem;
              intoAttr = opt (types.listOf types.str) [ "nixosConfigurations" config.name ];
            };
          });
          userType = host: types.submodule ({ name, config, ... }: {
            freeformType = types.attrsOf types.anything;
            imports = [ den.schema.conf den.schema.user ];
            config._module.args = { inherit host; user = config; };
            options = {
              name = opt types.str name;
              userName = opt types.str name;
              classes = opt (types.listOf types.str) [ "user" "homeManager" ];
              aspect = opt types.raw (aspectOf config.name);
              host = opt types.raw host;
            };
          });
          homeType = system: types.submodule ({ name, config, ... }: {
            freeformType = types.attrsOf types.anything;
            imports = [ den.schema.conf den.schema.home ];
            config._module.args.home = config;
            options = {
              name = opt types.str (head (lib.splitString "@" name));
              userName = opt types.str config.name;
              system = opt types.str system;
              class = opt types.str "homeManager";
              aspect = opt types.raw (aspectOf config.name);
            };
          });
          perSystem = type: types.attrsOf (types.submodule ({ name, ... }: { freeformType = types.attrsOf (type name); }));
          all = records: concatMap (system: builtins.attrValues records.${system}) (attrNames records);

          systemOf = host:
            let
              context = { inherit host; class = host.class; aspect-chain = [ host.aspect ]; };
              ofHost = [ den.default (den.ctx.host or { }) host.aspect ];
              of = class: concatMap (resolve class context 0) ofHost;
              ofUser = user:
                let
                  within = context // { inherit user; };
                  own = [ user.aspect (user.aspect.provides.to-hosts or { }) (den.ctx.user or { }) ];
                  mine = class: concatMap (resolve class within 0) own ++ perUser class within den.default;
                in
                mine "nixos" ++ mine "os" ++ mine null
                ++ map (asUser user.userName) (concatMap partsOf (mine "user"))
                ++ [ { users.users.${user.userName}.isNormalUser = lib.mkDefault true; } ]
                ++ (if !(elem "homeManager" user.classes) then [ ] else [{
                  home-manager.users.${user.userName}.imports =
                    mine "homeManager" ++ concatMap (resolve "homeManager" within 0) [ den.default host.aspect ];
                }]);
            in
            host.instantiate {
              modules = of "nixos" ++ of "os" ++ of null
                ++ concatMap ofUser (builtins.attrValues host.users)
                ++ [ { networking.hostName = lib.mkDefault host.hostName; } ];
            };
          homeOf = home: natives.homeManagerConfiguration {
            modules = concatMap (resolve "homeManager" { inherit home; } 0) [ den.default home.aspect ]
              ++ [ { home.username = lib.mkDefault home.userName; home.homeDirectory = lib.mkDefault "/home/${home.userName}"; } ];
          };
          hosts = filter (host: host.class == "nixos" && host.intoAttr != [ ]) (all den.hosts);
        in
        {
          key = "inputs.${name}.flakeModule";
          options.den = opt
            (types.submodule {
              freeformType = types.lazyAttrsOf types.anything;
              options = {
                aspects = opt aspects { };
                default = opt aspect { };
                ctx = opt (types.lazyAttrsOf aspect) { };
                # Aspects of a namespace, which flakes share.
                ful = opt (types.lazyAttrsOf aspects) { };
                schema = {
                  conf = opt types.deferredModule { };
                  host = opt types.deferredModule { };
                  user = opt types.deferredModule { };
                  home = opt types.deferredModule { };
                };
                hosts = opt (perSystem hostType) { };
                homes = opt (perSystem homeType) { };
                batteries = opt types.raw batteries;
                provides = opt types.raw batteries;
                _ = opt types.raw batteries;
                lib = opt types.raw denLib;
              };
            })
            { };
          config = {
            _module.args.den = den;
            flake.nixosConfigurations = listToAttrs (map (host: { name = lib.last host.intoAttr; value = systemOf host; }) hosts);
            flake.homeConfigurations = listToAttrs (concatMap
              (system: map (name: { inherit name; value = homeOf den.homes.${system}.${name}; }) (attrNames den.homes.${system}))
              (attrNames den.homes));
          };
        };

      # A set of aspects with a name of its own, from other flakes and for them.
      namespace = space: sources: { config, ... }:
        let from = lib.flatten [ sources ]; in
        {
          imports = [ (lib.mkAliasOptionModule [ space ] [ "den" "ful" space ]) ]
            ++ map (source: { den.ful.${space} = source.denful.${space} or { }; }) (filter builtins.isAttrs from);
          config = {
            _module.args.${space} = config.den.ful.${space} or { };
          } // (if elem true from then { flake.denful.${space} = config.den.ful.${space} or { }; } else { });
        };
    in
    open "inputs.${name}" {
      inherit namespace;
      flakeModule = module;
      flakeModules = open "inputs.${name}.flakeModules" { default = module; dendritic = module; };
    };

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

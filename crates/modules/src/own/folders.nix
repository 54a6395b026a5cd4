# Frameworks that make a flake of what lies in one of its folders: blueprint, easy-hosts, flakelight.
# `nixpkgs` is the input of that name that they bring along.
{ lib, natives }:
nixpkgs:
let
  inherit (builtins) all attrNames concatMap elem filter functionArgs head isFunction listToAttrs mapAttrs match
    pathExists readDir removeAttrs;
  inherit (lib) filterAttrs mkDefault mkIf mkMerge mkOption optional types;
  inherit (natives) open symbol;

  opt = type: default: mkOption { inherit type default; };
  entries = directory: if pathExists directory then readDir directory else { };
  nixFiles = lib.hasSuffix ".nix";

  # Folders and Nix files of a folder by their names: `{ path; isFile; }`, a file before a folder of the same name.
  membersOf = directory:
    let
      all = entries directory;
      member = name: isFile: {
        name = if isFile then lib.removeSuffix ".nix" name else name;
        value = { path = directory + "/${name}"; inherit isFile; };
      };
      folders = filter (name: all.${name} == "directory") (attrNames all);
      files = filter (name: all.${name} != "directory" && nixFiles name) (attrNames all);
    in
    listToAttrs (map (name: member name false) folders) // listToAttrs (map (name: member name true) files);
in
{
  # blueprint: `hosts/NAME/configuration.nix`, `hosts/NAME/users/USER.nix`, `modules/CLASS/NAME.nix`.
  blueprint = name:
    let
      make = { inputs, prefix ? null, ... }:
        let
          flake = inputs.self;
          root =
            if builtins.isPath prefix then prefix
            else /. + "${flake}" + (if prefix == null then "" else "/${prefix}");
          special = { inputs = { inherit nixpkgs; } // inputs; inherit flake; };
          perSystem = { _module.args.perSystem = symbol "perSystem"; };

          hostFolders = membersOf (root + "/hosts");
          homesOf = host: mapAttrs (_: user: user.path) (filterAttrs (_: user: user.path != null) (mapAttrs
            (_: user:
              let file = user.path + "/home-configuration.nix"; in
              if user.isFile then user else { path = if pathExists file then file else null; })
            (membersOf (hostFolders.${host}.path + "/users"))));
          homesFor = host: optional (homesOf host != { }) {
            home-manager.sharedModules = [ perSystem ];
            home-manager.extraSpecialArgs = special;
            home-manager.users = homesOf host;
          };
          nixos = host: modules: natives.nixosSystem {
            specialArgs = special // { hostName = host; };
            modules = [ perSystem ] ++ modules ++ homesFor host;
          };
          hostOf = host: { path, ... }:
            let has = file: pathExists (path + "/${file}"); in
            if has "default.nix" then import (path + "/default.nix") { inherit flake; inherit (special) inputs; hostName = host; }
            else if has "configuration.nix" then { class = "nixos"; value = nixos host [ (path + "/configuration.nix") ]; }
            else if has "rpi-configuration.nix" then {
              class = "nixos";
              value = nixos host [ (path + "/rpi-configuration.nix") (symbol "inputs.nixos-raspberrypi.lib.nixosSystem") ];
            }
            else if has "darwin-configuration.nix" then { class = "nix-darwin"; }
            else { class = null; };
          hosts = mapAttrs hostOf hostFolders;
          alone = filter (host: hosts.${host}.class == null) (attrNames hosts);

          # A module that asks for these only is a function that makes one.
          publisher = { inherit flake; inherit (special) inputs; };
          moduleAt = path:
            let module = import path; in
            if isFunction module && all (argument: publisher ? ${argument}) (attrNames (functionArgs module))
            then { _file = path; imports = [ (module publisher) ]; }
            else path;
          modules = mapAttrs (_: class: mapAttrs (_: module: moduleAt module.path) (membersOf class.path))
            (filterAttrs (_: class: !class.isFile) (membersOf (root + "/modules")));
          library = root + "/lib";
        in
        open "inputs.${name} (…)" {
          inherit modules;
          lib = if pathExists library then import library special else { };
          nixosModules = modules.nixos or { };
          homeModules = modules.home or { };
          nixosConfigurations = mapAttrs (_: host: host.value) (filterAttrs (_: host: host.class == "nixos") hosts);
          # Those of hosts are theirs.
          homeConfigurations = listToAttrs (concatMap
            (host: map
              (user: {
                name = "${user}@${host}";
                value = natives.homeManagerConfiguration {
                  extraSpecialArgs = special;
                  modules = [
                    perSystem
                    (homesOf host).${user}
                    { home.username = mkDefault user; home.homeDirectory = mkDefault "/home/${user}"; }
                  ];
                };
              })
              (attrNames (homesOf host)))
            alone);
        };
    in
    open "inputs.${name}" { __functor = _: make; lib = open "inputs.${name}.lib" { mkBlueprint = make; }; };

  # ez-configs, a module of flake-parts: `nixos-configurations/HOST`, `nixos-modules/NAME`, and the same of homes.
  ezConfigs = name:
    let
      userOptions.options = {
        nameFunction = opt (types.nullOr (types.functionTo types.str)) null;
        importDefault = opt types.bool true;
        passInOsConfig = opt types.bool true;
        standalone = { enable = opt types.bool false; pkgs = opt types.raw (symbol "pkgs"); };
      };
      hostOptions.options = {
        importDefault = opt types.bool true;
        userHomeModules = opt (types.listOf types.str) [ ];
      };
      byDefault = settings: mapAttrs
        (_: option: if option ? _type then option.default else byDefault { options = option; })
        settings.options;
      # `NAME.nix` is the module for all; else each member of the folder is one.
      modulesIn = directory:
        if pathExists (directory + ".nix") then { default = directory + ".nix"; }
        else mapAttrs (_: member: member.path)
          (filterAttrs (_: member: member.isFile || pathExists (member.path + "/default.nix")) (membersOf directory));
      # Some arguments are given before a module is one.
      early = given: modules:
        if given == { } then modules
        else mapAttrs
          (_: path:
            let made = import path; in
            if isFunction made then lib.setFunctionArgs (arguments: made (arguments // given)) (removeAttrs (functionArgs made) (attrNames given))
            else path)
          modules;

      module = { config, ... }:
        let
          ez = config.ezConfigs;
          kind = of: more: {
            modulesDirectory = opt types.raw (ez.root + "/${of}-modules");
            configurationsDirectory = opt types.raw (ez.root + "/${of}-configurations");
            earlyModuleArgs = opt (types.attrsOf types.anything) ez.earlyModuleArgs;
          } // more;
          with' = special: settings: { ${special} = opt (types.attrsOf types.anything) ez.globalArgs; } // settings;

          nixosModules = early ez.nixos.earlyModuleArgs (modulesIn ez.nixos.modulesDirectory);
          homeModules = early ez.home.earlyModuleArgs (modulesIn ez.home.modulesDirectory);
          users = modulesIn ez.home.configurationsDirectory;
          homeOf = user: settings:
            [ (users.${user} or { }) ]
            ++ lib.optionals settings.importDefault [ (homeModules.default or { }) (homeModules.linux or { }) ];
          settingsOf = user: ez.home.users.${user} or (byDefault userOptions);
          homeArguments = ez.home.extraSpecialArgs // { ezModules = homeModules; };

          hostOf = name: path:
            let settings = ez.nixos.hosts.${name} or (byDefault hostOptions); in
            natives.nixosSystem {
              specialArgs = ez.nixos.specialArgs // { ezModules = nixosModules; };
              modules = [ path { networking.hostName = mkDefault name; } ]
                ++ optional settings.importDefault (nixosModules.default or { })
                ++ optional (settings.userHomeModules != [ ]) {
                  home-manager.extraSpecialArgs = homeArguments;
                  home-manager.users = lib.genAttrs settings.userHomeModules (user: { imports = homeOf user (settingsOf user); });
                };
            };
          # The home of a user on each host, unless hosts have it themselves or it stands alone.
          onHosts = concatMap (host: ez.nixos.hosts.${host}.userHomeModules or [ ]) (attrNames ez.nixos.hosts);
          alone = filter (user: !(elem user onHosts)) (attrNames users);
        in
        {
          key = "inputs.${name}.flakeModule";
          options.ezConfigs = {
            root = opt types.raw null;
            globalArgs = opt (types.attrsOf types.anything) { };
            earlyModuleArgs = opt (types.attrsOf types.anything) { };
            nixos = kind "nixos" (with' "specialArgs" { hosts = opt (types.attrsOf (types.submodule hostOptions)) { }; });
            darwin = kind "darwin" (with' "specialArgs" { hosts = opt (types.attrsOf (types.submodule hostOptions)) { }; });
            home = kind "home" (with' "extraSpecialArgs" { users = opt (types.attrsOf (types.submodule userOptions)) { }; });
          };
          config.flake = {
            inherit nixosModules homeModules;
            nixosConfigurations = mapAttrs hostOf (modulesIn ez.nixos.configurationsDirectory);
            homeConfigurations = listToAttrs (map
              (user: {
                name = user;
                value = natives.homeManagerConfiguration {
                  extraSpecialArgs = homeArguments;
                  modules = homeOf user (settingsOf user);
                };
              })
              alone);
          };
        };
    in
    open "inputs.${name}" {
      flakeModule = module;
      flakeModules = open "inputs.${name}.flakeModules" { default = module; };
    };

  # easy-hosts, a module of flake-parts: hosts that are declared, or found as `PATH/SYSTEM/NAME`.
  easyHosts = name:
    let
      basic = {
        modules = opt (types.listOf types.deferredModule) [ ];
        specialArgs = opt (types.lazyAttrsOf types.raw) { };
      };
      by = opt (types.functionTo (types.submodule { options = basic; })) (_: { modules = [ ]; specialArgs = { }; });
      module = { config, inputs, self, withSystem, ... }:
        let
          easy = config.easy-hosts;
          osOf = class: ({ linux = "nixos"; iso = "nixos"; } // easy.additionalClasses).${class} or class;
          systemOf = arch: class: "${arch}-${if osOf class == "darwin" then "darwin" else "linux"}";
          hostType = types.submodule ({ name, config, ... }: {
            freeformType = types.attrsOf types.anything;
            options = basic // {
              nixpkgs = opt types.raw (inputs.nixpkgs or nixpkgs);
              arch = opt types.str "x86_64";
              class = opt types.str "nixos";
              tags = opt (types.listOf types.str) [ ];
              system = opt types.str (systemOf config.arch config.class);
              path = opt (types.nullOr types.path) null;
              deployable = opt types.bool false;
            };
          });

          found = system: path:
            let parts = match "([^-]*)-(.*)" system; in
            if parts == null then { inherit path; }
            else
              let arch = head parts; class = lib.last parts; in
              { inherit arch class path; system = systemOf arch class; };
          foundIn = system: directory: mapAttrs (one: _: found system (directory + "/${one}")) (entries directory);
          foundHosts =
            if easy.path == null then { }
            else if easy.onlySystem != null then foundIn easy.onlySystem easy.path
            else
              let all = entries easy.path; in
              lib.mergeAttrsList (map
                (system: foundIn system (easy.path + "/${system}"))
                (filter (system: all.${system} == "directory") (attrNames all)));

          ownFiles = host: filter pathExists (map (folder: /. + "${self}/${folder}/${host}/default.nix") [ "hosts" "systems" ]);
          hostOf = name: host:
            let
              sources = [ easy.shared host ] ++ map easy.perTag host.tags ++ [ (easy.perClass host.class) (easy.perArch host.arch) ];
              # Modules know the class that is meant, and installers are hosts.
              installer = "/nixos/modules/installer/cd-dvd/installation-cd-minimal-new-kernel.nix";
            in
            host.nixpkgs.lib.nixosSystem {
              specialArgs = builtins.foldl' lib.recursiveUpdate { inherit inputs self; } (map (source: source.specialArgs) sources);
              modules = (if host.path != null then [ host.path ] else ownFiles name)
                ++ optional (host.class == "iso") (host.nixpkgs + installer)
                ++ [
                  { _module.args = withSystem host.system ({ self', inputs', ... }: { inherit self' inputs'; }); }
                  { networking.hostName = mkDefault name; nixpkgs.hostPlatform = mkDefault host.system; }
                ]
                ++ concatMap (source: source.modules) sources;
            };
        in
        {
          key = "inputs.${name}.flakeModule";
          imports = [ (lib.mkAliasOptionModule [ "easyHosts" ] [ "easy-hosts" ]) ];
          options.easy-hosts = {
            autoConstruct = opt types.bool false;
            path = opt (types.nullOr types.path) null;
            onlySystem = opt (types.nullOr types.str) null;
            shared = basic;
            perClass = by;
            perArch = by;
            perTag = by;
            additionalClasses = opt (types.attrsOf types.str) { };
            hosts = opt (types.attrsOf hostType) { };
          };
          config = {
            easy-hosts.hosts = mkIf easy.autoConstruct foundHosts;
            flake.nixosConfigurations = mapAttrs hostOf (filterAttrs (_: host: osOf host.class != "darwin") easy.hosts);
          };
        };
    in
    open "inputs.${name}" {
      flakeModule = module;
      flakeModules = open "inputs.${name}.flakeModules" { default = module; };
    };

  # flakelight: options of which each may lie in the folder `nixDir`, in a file or a folder of its name.
  flakelight = name:
    let
      importable = directory:
        let
          all = entries directory;
          isPart = file: file != "default.nix" && (nixFiles file || pathExists (directory + "/${file}/default.nix"));
          nameOf = file: lib.removePrefix "_" (lib.removeSuffix ".nix" file);
        in
        listToAttrs (map (file: { name = nameOf file; value = directory + "/${file}"; }) (filter isPart (attrNames all)));

      # A value, or a function of the arguments of modules that makes one.
      given = arguments: type: types.coercedTo (types.functionTo types.raw) (f: f arguments) type;
      module = { config, lib, src, moduleArgs, ... }@arguments:
        let
          inherit (config) nixDir;
          partOf = asPaths: file:
            let at = nixDir + "/${file}"; in
            if pathExists (at + ".nix") then [ (import (at + ".nix")) ]
            else if pathExists (at + "/default.nix") then [ (import at) ]
            else if pathExists at then [ (if asPaths then importable at else mapAttrs (_: import) (importable at)) ]
            else [ ];
          # What says which names and folders count has its own name only.
          alone = option: if nixDir == null then [ ] else partOf false option;
          inFolder = option:
            if nixDir == null then [ ]
            else concatMap (partOf (elem option config.nixDirPathAttrs)) ([ option ] ++ config.nixDirAliases.${option} or [ ]);

          records = mkOption { default = { }; type = given moduleArgs (types.lazyAttrsOf (given moduleArgs types.raw)); };
          modules = mkOption { default = { }; type = given moduleArgs (types.lazyAttrsOf types.deferredModule); };
          # Modules of systems know the arguments of those of the flake.
          propagated = { _module.args.flake = { inputs' = symbol "inputs'"; outputs' = symbol "outputs'"; } // moduleArgs; };
          isSystem = value: value ? config || natives.isUnknown value;
          nixosOf = host: record:
            if isSystem record then record
            else
              natives.nixosSystem (record // {
                specialArgs = { inherit (config) inputs; hostname = host; } // record.specialArgs or { };
                modules = [ propagated { _module.args.inputs' = symbol "inputs'"; } ] ++ record.modules or [ ];
              });
          homeOf = home: record:
            if isSystem record then record
            else
              natives.homeManagerConfiguration (record // {
                extraSpecialArgs = { inherit (config) inputs; inputs' = symbol "inputs'"; } // record.extraSpecialArgs or { };
                modules = [ propagated { home.username = mkDefault (head (match "([^@]*)(@.*)?" home)); } ] ++ record.modules or [ ];
              });
        in
        {
          options = {
            inputs = opt (types.lazyAttrsOf types.raw) { };
            systems = opt types.raw [ "x86_64-linux" "aarch64-linux" ];
            nixDir = opt (types.nullOr types.path) (src + "/nix");
            nixDirAliases = opt (types.attrsOf (types.listOf types.str)) { };
            nixDirPathAttrs = opt (types.listOf types.str) [ ];
            outputs = mkOption { default = { }; type = given moduleArgs (types.lazyAttrsOf types.anything); };
            nixosConfigurations = records;
            homeConfigurations = records;
            nixosModules = modules;
            homeModules = modules;
            nixosModule = opt (types.nullOr types.deferredModule) null;
            homeModule = opt (types.nullOr types.deferredModule) null;
          };
          config = {
            _module.args = {
              inherit (config) inputs outputs;
              pkgsFor = symbol "pkgsFor";
              genSystems = f: listToAttrs (map (system: { name = system; value = f (symbol "pkgs"); }) config.systems);
              moduleArgs = config._module.args // removeAttrs arguments [ "moduleArgs" ];
            };
            nixDirAliases = mkMerge ([ { nixosConfigurations = [ "nixos" ]; homeConfigurations = [ "home" ]; } ] ++ alone "nixDirAliases");
            nixDirPathAttrs = mkMerge ([ [ "nixosModules" "homeModules" ] ] ++ alone "nixDirPathAttrs");
            nixosConfigurations = mkMerge (inFolder "nixosConfigurations");
            homeConfigurations = mkMerge (inFolder "homeConfigurations");
            nixosModule = mkMerge (inFolder "nixosModule");
            homeModule = mkMerge (inFolder "homeModule");
            nixosModules = mkMerge (inFolder "nixosModules" ++ optional (config.nixosModule != null) { default = config.nixosModule; });
            homeModules = mkMerge (inFolder "homeModules" ++ optional (config.homeModule != null) { default = config.homeModule; });
            outputs = mkMerge (inFolder "outputs" ++ [ {
              inherit (config) nixosModules homeModules;
              nixosConfigurations = mapAttrs nixosOf config.nixosConfigurations;
              homeConfigurations = mapAttrs homeOf config.homeConfigurations;
            } ]);
          };
        };

      mkFlake = extra: {
        __functor = _: src: root: (natives.evaluation {
          modules = extra ++ [
            module
            { inputs = { nixpkgs = mkDefault nixpkgs; flakelight = mkDefault itself; }; _module.args = { inherit src; flakelight = library; }; }
            root
          ];
        }).outputs;
        extend = further: mkFlake (extra ++ further);
      };
      library = open "inputs.${name}.lib" {
        mkFlake = mkFlake [ ];
        importDirPaths = importable;
        importDir = directory: mapAttrs (_: import) (importable directory);
        selectAttr = attribute: mapAttrs (_: value: value.${attribute} or { });
      };
      itself = open "inputs.${name}" { __functor = _: mkFlake [ ]; lib = library; };
    in
    itself;
}

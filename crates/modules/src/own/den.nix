# den, a framework in which aspects make systems: what its functions and modules make of a flake.
{ lib, natives }:
let
  inherit (builtins) attrNames concatMap elem filter functionArgs head isFunction isList listToAttrs mapAttrs tail;
  inherit (natives) open;
in
{
  # den: aspects, each with a module for every class of configuration, that include one another; a host is its aspect.
  den = name:
    let
      inherit (lib) mkOption types;
      opt = type: default: mkOption { inherit type default; };
      # Each class is a module, and what has classes in it is an aspect in an aspect: what several files say of either is one.
      part = types.mkOptionType {
        name = "part";
        merge = path: definitions:
          let isAspects = isKey: all: !isKey && builtins.all (one: holdsAspects 4 one.value) all;
          in (if isAspects (isKnown (lib.last path)) definitions then aspect else types.deferredModule).merge path definitions;
      };
      aspect = types.submodule ({ config, ... }: {
        freeformType = types.lazyAttrsOf part;
        options = {
          includes = opt (types.listOf types.raw) [ ];
          provides = opt (types.lazyAttrsOf types.raw) { };
          meta = opt types.raw { };
          # What contexts of other kinds one of this kind leads to.
          into = opt (types.either (types.lazyAttrsOf types.raw) types.raw) { };
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
        "name" "description" "meta" "includes" "imports" "provides" "_" "__functor" "__functionArgs" "into" "forwarded"
      ];
      isAspect = value:
        builtins.isAttrs value && builtins.any (key: value ? ${key}) (applied ++ [ "darwin" "includes" "provides" ]);
      isKnown = key: elem key (applied ++ passedOver);
      # An aspect, or a set in which there are some, by whatever names.
      holdsAspects = depth: value:
        !natives.isUnknown value && builtins.isAttrs value && (isAspect value
          || depth > 0 && builtins.any (key: !isKnown key && holdsAspects (depth - 1) value.${key}) (attrNames value));
      # Classes that something of the flake's own, or a program that is not modelled, makes modules of.
      foreign = one: filter
        (key: !isKnown key && !(builtins.any (holdsAspects 4) (one.${key}.imports or [ one.${key} ])))
        (attrNames one);

      required = f: filter (argument: !(functionArgs f).${argument}) (attrNames (functionArgs f));
      takes = context: f: builtins.all (argument: context ? ${argument}) (required f);
      call = context: f: f (if functionArgs f == { } then context else builtins.intersectAttrs (functionArgs f) context);
      # The modules of a class, of an aspect and all that it includes. A function wants to know whose they are. For a list:
      # what stands for all classes that are not in it, and that nothing here makes modules of.
      resolve = class: context: depth: one:
        let below = resolve class context (depth + 1); in
        if depth > 12 then [ ]
        else if natives.isUnknown one then (if elem class [ "nixos" "homeManager" ] then [ one ] else [ ])
        else if isFunction one then (if takes context one then below (call context one) else [ ])
        else if builtins.isPath one then below (import one)
        else
          (if isList class then map (key: natives.notModelled "the class ${key} of den" one.${key}) (filter (key: !(elem key class)) (foreign one))
          else if one ? ${class} then [ one.${class} ] else [ ])
          ++ concatMap below (if builtins.any isAspect (one.imports or [ ]) then one.imports else [ ])
          ++ concatMap below (one.includes or [ ]);
      # The class `user` says what is below `users.users.<name>`, and sees the system around it.
      partsOf = value: if builtins.isAttrs value && value ? imports then concatMap partsOf value.imports else [ value ];
      asUser = userName: part: { config, lib, pkgs, ... }@arguments: {
        users.users.${userName} = if isFunction part then call (arguments // { osConfig = config; }) part else part;
      };
      # A class of the flake's own: its modules are made a part of those of another class. `forwarded` tells which it is.
      forward = given: { includes = map (forwardOf given) given.each; };
      forwardOf = given: item:
        let
          from = given.fromClass item;
          into = given.intoClass item;
          path = given.intoPath item;
          aspect = if given ? fromAspect then given.fromAspect item else item.aspect or item;
          source = (given.mapModule or (_: module: module)) item {
            imports = resolve from { class = from; aspect-chain = [ aspect ]; } 0 aspect;
          };
          get = name: given.${name} or null;
          isPlain = !isFunction path && get "guard" == null && get "adaptArgs" == null && get "adapterModule" == null;
          # A guard says whether, or how, and may want to know of which item.
          guarded = arguments:
            let said = get "guard" arguments; in
            if get "guard" == null then content: content
            else if isFunction said then said item
            else lib.optionalAttrs said;
          adapted = arguments:
            let said = get "adaptArgs" arguments; in
            if get "adaptArgs" == null then arguments else arguments // (if isFunction said then said item else said);
          module = { config, options, lib, pkgs, ... }@arguments:
            let
              parts = map (part: if isFunction part then call (adapted arguments) part else part) (partsOf source);
              at = if isFunction path then call arguments path else path;
            in
            { config = guarded arguments (lib.setAttrByPath at (lib.mkMerge parts)); };
        in
        {
          forwarded = from;
          ${into} = if !isPlain then module else if path == [ ] then source else lib.setAttrByPath path (_: source);
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
        inherit forward;
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
        forward = open "inputs.${name}.lib.forward" { forwardEach = forward; };
        perHost = one: one;
        perUser = one: { host, user }: if isFunction one then one { inherit host user; } else one;
      };
      resolveLater = context: one: [ (if isFunction one && takes context one then call context one else one) ];

      # `<den/hostname>`, `<aspect/part>`, `<namespace/aspect>`.
      findFile = den: _: text:
        let
          names = lib.splitString "." (builtins.replaceStrings [ "/" ] [ ".provides." ] text);
          first = head names;
          # A part that an aspect provides, or one that stands in it by itself.
          get = from: path:
            let
              isPart = head path == "provides" && tail path != [ ];
              part = head (tail path);
              provided = from.provides or { };
            in
            if path == [ ] then from
            else if !isPart then get from.${head path} (tail path)
            else get (if provided ? ${part} then provided.${part} else from.${part}) (tail (tail path));
        in
        if first == "den" then get den (tail names)
        else if den.aspects ? ${first} then get den.aspects names
        else get den.ful.${first} (tail names);

      # Outputs, where nothing else declares them.
      flakeOption.options.flake = mkOption {
        default = { };
        type = types.submodule {
          freeformType = types.lazyAttrsOf types.anything;
          options = lib.genAttrs [ "nixosConfigurations" "homeConfigurations" "darwinConfigurations" ]
            (_: opt (types.lazyAttrsOf types.raw) { });
        };
      };

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

          # What the contexts that one leads to add: aspects, each with its context.
          further = depth: kind: context:
            let
              into = (den.ctx.${kind} or { }).into or { };
              made = if isFunction into then into context else mapAttrs (_: f: if isFunction f then call context f else f) into;
              of = kind: next: [ { context = next; aspects = [ (den.ctx.${kind} or { }) (den.ctx.${kind}.provides.${kind} or { }) ]; } ]
                ++ further (depth + 1) kind next;
            in
            if depth > 6 then [ ] else concatMap (kind: concatMap (of kind) made.${kind}) (attrNames made);

          systemOf = host:
            let
              context = { inherit host; class = host.class; aspect-chain = [ host.aspect ]; };
              ofHost = [ den.default (den.ctx.host or { }) host.aspect ];
              ofFurther = class: one: concatMap (resolve class (context // one.context) 0) one.aspects;
              of = class: concatMap (resolve class context 0) ofHost ++ concatMap (ofFurther class) (further 0 "host" { inherit host; });
              inHost = of "forwarded";
              ofUser = user:
                let
                  within = context // { inherit user; };
                  own = [ user.aspect (user.aspect.provides.to-hosts or { }) (den.ctx.user or { }) ];
                  mine = class: concatMap (resolve class within 0) own ++ perUser class within den.default;
                in
                mine "nixos" ++ mine "os" ++ mine (inHost ++ mine "forwarded")
                ++ map (asUser user.userName) (concatMap partsOf (mine "user"))
                ++ [ { users.users.${user.userName}.isNormalUser = lib.mkDefault true; } ]
                ++ (if !(elem "homeManager" user.classes) then [ ] else [{
                  home-manager.users.${user.userName}.imports =
                    mine "homeManager" ++ concatMap (resolve "homeManager" within 0) [ den.default host.aspect ];
                }]);
            in
            host.instantiate {
              modules = of "nixos" ++ of "os" ++ of inHost
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
          imports = if inputs ? flake-parts then [ ] else [ flakeOption ];
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
                lib = opt types.raw (denLib // { __findFile = findFile den; });
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
      flakeOutputs = open "inputs.${name}.flakeOutputs" {
        flake = flakeOption;
        all = { };
        nixosConfigurations = { };
        homeConfigurations = { };
      };
    };
}

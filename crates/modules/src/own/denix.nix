# denix: modules whose parts are one of NixOS, of a user's home or of nix-darwin, and hosts that are found among them. Read in
# github.com/yunfachi/denix at d90f816b7b93 (lib/configurations, lib/options.nix, lib/extensions).
{ lib, natives }:
let
  inherit (builtins) attrNames attrValues concatMap elem elemAt filter foldl' head isAttrs isFunction listToAttrs mapAttrs
    pathExists readFileType removeAttrs;
  inherit (lib) types;

  # ---- files ------------------------------------------------------------------------------------------------------------
  filesBelow = path:
    if natives.isUnknown path then [ path ]
    else if pathExists path && readFileType path == "directory" then lib.filesystem.listFilesRecursive path
    else [ path ];
  isNix = file: natives.isUnknown file || lib.hasSuffix ".nix" (toString file);
  umport = { path ? null, paths ? [ ], include ? [ ], exclude ? [ ], recursive ? true }:
    let
      given = paths ++ (if path == null then [ ] else [ path ]);
      below = one: if recursive then filesBelow one else map (name: one + "/${name}") (attrNames (builtins.readDir one));
      left = map toString exclude;
      isLeft = file: builtins.any (one: toString file == one || lib.hasPrefix "${one}/" (toString file)) left;
      isModule = file: isNix file || !recursive && readFileType file == "directory";
    in
    filter (file: isModule file && !isLeft file) (concatMap below given) ++ filter isNix (concatMap below include);

  # ---- options ----------------------------------------------------------------------------------------------------------
  option = type: default: lib.mkOption { type = types.oneOf (lib.toList type); inherit default; };
  with' = type: element: option (type element);
  more = type: old: old // { type = types.oneOf [ old.type type ]; };
  more' = type: element: more (type element);
  attrs = types.attrsOf types.anything;
  list = types.listOf types.anything;
  setAttrByStrPath = path: lib.setAttrByPath (lib.splitString "." path);
  options = {
    inherit (types) anything attrsOf bool coercedTo enum float int listOf number package path port singleLineStr str submodule;
    inherit attrs list setAttrByStrPath;
    attrsLegacy = types.attrs;
    lambda = types.functionTo types.anything;
    lambdaTo = types.functionTo;

    anythingOption = option types.anything;
    attrsLegacyOption = option types.attrs;
    attrsOfOption = with' types.attrsOf;
    attrsOption = option attrs;
    boolOption = option types.bool;
    coercedToOption = from: f: to: option (types.coercedTo from f to);
    enumOption = with' types.enum;
    floatOption = option types.float;
    intOption = option types.int;
    lambdaOption = option (types.functionTo types.anything);
    lambdaToOption = with' types.functionTo;
    listOfOption = with' types.listOf;
    listOption = option list;
    numberOption = option types.number;
    packageOption = option types.package;
    pathOption = option types.path;
    portOption = option types.port;
    singleLineStrOption = option types.singleLineStr;
    strOption = option types.str;
    submoduleOption = with' types.submodule;

    allowAnything = more types.anything;
    allowAttrs = more attrs;
    allowAttrsLegacy = more types.attrs;
    allowAttrsOf = more' types.attrsOf;
    allowBool = more types.bool;
    allowCoercedToOption = from: f: to: more (types.coercedTo from f to);
    allowEnum = more' types.enum;
    allowFloat = more types.float;
    allowInt = more types.int;
    allowLambda = more (types.functionTo types.anything);
    allowLambdaTo = more' types.functionTo;
    allowList = more list;
    allowListOf = more' types.listOf;
    allowNull = old: old // { type = types.nullOr old.type; };
    allowNumber = more types.number;
    allowPackage = more types.package;
    allowPath = more types.path;
    allowPortOption = more types.port;
    allowSingleLineStrOption = more types.singleLineStr;
    allowStr = more types.str;

    noDefault = old: removeAttrs old [ "default" ];
    noNullDefault = old: if old.default == null then removeAttrs old [ "default" ] else old;
    readOnly = old: old // { readOnly = true; };
    apply = old: apply: old // { inherit apply; };
    description = old: description: old // { inherit description; };

    singleEnableOption = default: { name, ... }: setAttrByStrPath "${name}.enable" (option types.bool default);
    singleCascadeEnableOption = { name, parent, ... }: setAttrByStrPath "${name}.enable" (option types.bool parent.enable);
    moduleOptions = given: args: setAttrByStrPath args.name (if isFunction given then given args else given);

    splitStrPath = lib.splitString ".";
    getAttrByStrPath = path: set: default: lib.attrByPath (lib.splitString "." path) default set;
    hasAttrs = wanted: set: wanted == [ ] || builtins.any (name: set ? ${name}) wanted;
  };

  # ---- what the parts of a module become in a system ----------------------------------------------------------------------
  # `at` says which system it is, whose home it has and how the set of the code's own options is called.
  placed = at: { myconfig, nixos, home, darwin }:
    let ofUser = if at.useHomeManagerModule then [ { home-manager.users.${at.homeManagerUser} = home; } ] else [ ]; in
    [ { ${at.myconfigName} = myconfig; } ] ++ {
      nixos = [ nixos ] ++ ofUser;
      home = [ home ];
      darwin = [ darwin ] ++ ofUser;
    }.${at.moduleSystem};
  four = f: from: {
    myconfig = f (from.myconfig or { });
    nixos = f (from.nixos or { });
    home = f (from.home or { });
    darwin = f (from.darwin or { });
  };

  module = at: { name, options ? { }, ... }@given: {
    imports = [
      ({ config, ... }:
        let
          myconfig = config.${at.myconfigName};
          names = if name == "" then [ ] else lib.splitString "." name;
          of = names: lib.attrByPath names { } myconfig;
          cfg = of names;
          args = { inherit name myconfig cfg; parent = of (if names == [ ] then [ ] else lib.init names); };
          wrap = part: if isFunction part then part args else part;
          when = condition: part: lib.mkIf condition (wrap part);
          only = which: four (part: part.${which} or { }) given;
          all = f: which: placed at (four f (only which));
          perhaps = condition: which: map (config: { inherit config; }) (all (when condition) which);
        in
        {
          options.${at.myconfigName} = wrap options;
          imports = all wrap "always"
            ++ perhaps (cfg.enable or false) "ifEnabled"
            ++ perhaps (!(cfg.enable or true)) "ifDisabled";
        })
    ];
  };

  ofHost = at: name: config: part:
    if isFunction part then part { inherit name; cfg = config.${at.myconfigName}.hosts.${name}; myconfig = config.${at.myconfigName}; }
    else part;
  host = at: { name, ... }@given: {
    imports = [
      ({ config, ... }:
        let
          own = four (ofHost at name config) given;
          shared = four (ofHost at name config) (given.shared or { });
        in
        {
          config.${at.myconfigName}.hosts.${name} = given // own // { inherit shared; };
          imports = placed at shared ++ (if at.host == name then placed at own else [ ]);
        })
    ];
  };

  rice = at: { name, ... }@given: {
    imports = [
      ({ config, ... }:
        let
          args = { inherit name; cfg = config.${at.myconfigName}.rices.${name}; myconfig = config.${at.myconfigName}; };
        in
        { config.${at.myconfigName}.rices.${name} = given // four (part: if isFunction part then part args else part) given; })
    ];
  };

  # What hosts and rices have, for whoever declares them.
  submodules = at:
    let parts = { myconfig = option attrs { }; nixos = option attrs { }; home = option attrs { }; darwin = option attrs { }; }; in
    {
      hostSubmoduleOptions = parts // {
        name = lib.mkOption { type = types.str; };
        useHomeManagerModule = option types.bool at.useHomeManagerModule;
        homeManagerUser = options.noNullDefault (option types.str at.homeManagerUser);
        homeManagerSystem = lib.mkOption { type = types.str; };
        shared = parts;
        rice = option (types.nullOr types.str) null;
      };
      hostOption = host: options.noDefault (options.submoduleOption host null);
      hostsOption = host: option (types.attrsOf (types.submodule host)) { };
      hostNamesAssertions = _: [ ];
      riceSubmoduleOptions = parts // {
        name = lib.mkOption { type = types.str; };
        inherits = option (types.listOf types.str) [ ];
        inheritanceOnly = option types.bool false;
      };
      riceOption = rice: option (types.nullOr (types.submodule rice)) null;
      ricesOption = rice: option (types.attrsOf (types.submodule rice)) { };
      riceNamesAssertions = _: [ ];
    };

  # ---- extensions ---------------------------------------------------------------------------------------------------------
  # Settings that refer to themselves, and what is laid over them.
  settled = layers:
    let final = foldl' (before: layer: lib.recursiveUpdate before (lib.toExtension layer final before)) { } layers; in final;
  extension = { name, config ? { }, initialConfig ? { }, libExtension ? { }, modules ? [ ], ... }:
    let
      make = layers:
        let
          known = settled layers;
          called = f: arguments: if isFunction f && arguments != [ ] then called (f (head arguments)) (lib.tail arguments) else f;
        in
        {
          inherit name;
          config = known;
          modules = called modules [ known ];
          libExtension = final: before: called libExtension [ known final before ];
          withConfig = layer: make (layers ++ [ layer ]);
        };
    in
    make [ (if initialConfig == null then { } else initialConfig) config ];

  capital = text: lib.toUpper (builtins.substring 0 1 text) + builtins.substring 1 (-1) text;
  base = extension {
    name = "base";
    config = final: _: {
      enableAll = true;
      args = { enable = false; path = "args"; };
      hosts = {
        enable = final.enableAll;
        inherit (final) args;
        type = { enable = true; generateIsType = true; types = [ "desktop" "laptop" "server" ]; };
        features = { enable = true; generateIsFeatured = true; features = [ ]; default = [ ]; defaultByHostType = { }; };
        system.enable = true;
        displays.enable = true;
        extraSubmodules = [ ];
      };
      rices = { enable = final.enableAll; inherit (final) args; extraSubmodules = [ ]; };
    };
    modules = { hosts, rices, ... }:
      let
        named = names: value: listToAttrs (map (name: { inherit (name) name; value = value name.of; }) names);
        ofType = { config, ... }: {
          options = { type = options.noDefault (options.enumOption hosts.type.types null); }
            // (if !hosts.type.generateIsType then { } else
            { isPC = option types.bool (elem config.type [ "desktop" "laptop" ]); }
            // named (map (of: { inherit of; name = "is${capital of}"; }) hosts.type.types) (of: option types.bool (config.type == of)));
        };
        ofFeatures = { config, ... }:
          let given = hosts.features; in {
            options = {
              defaultFeatures = option (types.listOf types.str) (given.default ++ (given.defaultByHostType.${config.type} or [ ]));
              features = option (types.listOf types.str) [ ];
            } // (if !given.generateIsFeatured then { } else
            named (map (of: { inherit of; name = "${of}Featured"; }) given.features)
              (of: option types.bool (elem of (config.features ++ config.defaultFeatures))));
          };
        ofSystem = { config, ... }: {
          options.system = option (types.nullOr types.str) null;
          config.homeManagerSystem = lib.mkIf (config.system != null) config.system;
        };
        ofDisplays.options.displays = option list [ ];
        given = set: name: value: if set.enable then lib.setAttrByPath (lib.splitString "." set.path) { shared = value; } else { };
        perhaps = set: module: if set.enable then [ module ] else [ ];
        ofHosts = { delib, ... }:
          let
            all = [ { options = delib.hostSubmoduleOptions; } ] ++ perhaps hosts.type ofType ++ perhaps hosts.features ofFeatures
              ++ perhaps hosts.displays ofDisplays ++ perhaps hosts.system ofSystem ++ hosts.extraSubmodules;
          in
          delib.module {
            name = "hosts";
            options = { host = delib.hostOption all; hosts = delib.hostsOption all; };
            myconfig.always = { myconfig, ... }: given hosts.args "host" { inherit (myconfig) host hosts; };
          };
        ofRices = { delib, ... }:
          let all = [ { options = delib.riceSubmoduleOptions; } ] ++ rices.extraSubmodules; in
          delib.module {
            name = "rices";
            options = { rice = delib.riceOption all; rices = delib.ricesOption all; };
            myconfig.always = { myconfig, ... }: given rices.args "rice" { inherit (myconfig) rice rices; };
          };
      in
      perhaps hosts ofHosts ++ perhaps rices ofRices;
  };
  args = extension {
    name = "args";
    config.path = "args";
    modules = { path, ... }: [
      ({ delib, ... }:
        let
          of = system: { cfg, ... }: { imports = [ { _module.args = cfg.shared; } { _module.args = cfg.${system}; } ]; };
          none = option types.attrs { };
        in
        delib.module {
          name = path;
          options = setAttrByStrPath path { shared = none; nixos = none; home = none; darwin = none; };
          nixos.always = of "nixos";
          home.always = of "home";
          darwin.always = of "darwin";
        })
    ];
  };

  # ---- the library --------------------------------------------------------------------------------------------------------
  library = name: natives.open "inputs.${name}.lib" (options // {
    inherit options umport extension;
    attrset = { inherit (options) splitStrPath getAttrByStrPath setAttrByStrPath hasAttrs; };
    extensions = natives.open "inputs.${name}.lib.extensions" { inherit args base; };
    callExtension = file: (import file) { inherit lib; delib = library name; };
    callExtensions = given:
      let all = map (library name).callExtension (umport given); in
      listToAttrs (map (value: { inherit (value) name; inherit value; }) all);
    configurations = configurations name;
  });

  configurations = name:
    { myconfigName ? "myconfig", denixLibName ? "delib", moduleSystem ? "nixos", extensions ? [ ], paths ? [ ], exclude ? [ ]
    , recursive ? true, specialArgs ? { }, extraModules ? [ ], homeManagerUser ? null, useHomeManagerModule ? true, ... }@given:
    let
      files = umport { inherit paths exclude recursive; };
      # In a system of which it is only asked which hosts there are, nothing is of any host.
      start = { inherit myconfigName useHomeManagerModule; host = null; moduleSystem = "nixos"; homeManagerUser = if homeManagerUser == null then "user" else homeManagerUser; };
      systemOf = at: further:
        let
          own = library name // submodules at // { module = module at; host = host at; rice = rice at; };
          delib = foldl' (before: one: let final = before // one.libExtension final before; in final) own extensions;
          special = specialArgs // {
            ${denixLibName} = delib;
            inherit (at) useHomeManagerModule homeManagerUser;
          };
          modules = further ++ extraModules ++ files ++ concatMap (one: one.modules) extensions;
        in
        {
          nixos = natives.nixosSystem { specialArgs = special; inherit modules; };
          home = natives.homeManagerConfiguration { extraSpecialArgs = special; inherit modules; };
          darwin = natives.symbol "inputs.nix-darwin.lib.darwinSystem";
        }.${at.moduleSystem};
      all = (systemOf start [
        ({ config, ... }: { ${myconfigName}.host = head (attrValues config.${myconfigName}.hosts); })
      ]).config.${myconfigName};

      # Of the looks that a host may have (rices) each is a system in denix. They are taken for alike here but for the host's own.
      made = host:
        let
          of = {
            inherit myconfigName moduleSystem;
            host = host.name;
            homeManagerUser = host.homeManagerUser or homeManagerUser;
            useHomeManagerModule = host.useHomeManagerModule or useHomeManagerModule;
          };
          rice = if (host.rice or null) == null then null else all.rices.${host.rice};
          inherited = if rice == null then [ ] else map (name: all.rices.${name}) (rice.inherits or [ ]) ++ [ rice ];
        in
        systemOf of ([
          ({ options, ... }: {
            config.${myconfigName} = { inherit host; } // (if options.${myconfigName} ? rice then { inherit rice; } else { });
          })
        ] ++ concatMap (rice: placed of (four (part: part) rice)) inherited);
    in
    lib.mapAttrs'
      (name: host: {
        name = if moduleSystem == "home" then "${host.homeManagerUser}@${name}" else name;
        value = made host;
      })
      all.hosts;
in
{
  denix = name: natives.open "inputs.${name}" { lib = library name; };
}

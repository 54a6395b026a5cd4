# The container oracle: what a real Nix evaluator and the real `lib.evalModules`
# make of a NixOS or Home Manager module, as plain JSON.
#
# Called by oracle.py with one JSON file of input:
#
#   libPath        path of nixpkgs' lib folder (nix-community/nixpkgs.lib or NixOS/nixpkgs)
#   modules        absolute paths of the module files
#   identifiers    every identifier in the text of the files (names that `pkgs`,
#                  `inputs` and other unknown sets shall have)
#   configPaths    option paths that the files read through `config` (lists of names)
#   setPaths       those of them that are indexed with a computed name
#   extraArgs      names of module arguments that NixOS itself does not give
#   libNames       names read as lib.NAME
#   unbound        free variables of the text, given as stubs
#   assumeEnable   what an unknown `...enable` option is taken for
#   flake          the folder of a flake whose hosts are wanted instead of `modules`
#   select, mode   which part of the report is wanted; mode "names" gives its keys
#
# What is unknown never stops the evaluation where laziness lets it pass:
#   - packages, flake inputs and missing files are "stubs": sets with every name
#     in `identifiers`, callable, usable as a module (empty) and as a path
#     (/nix/store/000...-<what it is>);
#   - options nobody declares are free-form, and an option that is read but set
#     nowhere is the string "<unknown:config.a.b>"; an `...enable` option that is
#     read is `assumeEnable` unless the files set it, so that what hangs on it shows
#     (a declared default counts only against an assumed false);
#   - what still throws is printed as "<unknown>".
{ input }:
let
  inherit (builtins)
    attrNames elem elemAt filter foldl' isAttrs isFunction isList isString isPath
    length listToAttrs mapAttrs head tail substring stringLength toString;
  real = builtins;
  arg = real.fromJSON (real.readFile input);

  # ---- stubs ---------------------------------------------------------------
  fakePrefix = "/nix/store/00000000000000000000000000000000-";
  isFake = s: substring 0 (stringLength fakePrefix) s == fakePrefix;
  clean = s: real.replaceStrings [ "/" " " "<" ">" "\n" ":" ] [ "-" "-" "" "" "-" "-" ] s;

  looksLikeModuleArgs = a: isAttrs a && a ? config && a ? options && a ? lib;

  stub = names: what:
    let
      self = listToAttrs (map (n: { name = n; value = stub names "${what}.${n}"; }) names) // {
        type = "derivation";
        _stub = what;
        name = what;
        pname = what;
        version = "0";
        outputName = "out";
        outPath = fakePrefix + clean what;
        drvPath = fakePrefix + clean what + ".drv";
        meta = { mainProgram = what; description = what; };
        override = _: self;
        overrideAttrs = _: self;
        overrideDerivation = _: self;
        __functor = _: a: if looksLikeModuleArgs a then { } else self;
      };
    in self;
  anyStub = stub arg.identifiers;
  genAttrs' = names: f: listToAttrs (map (n: { name = n; value = f n; }) names);
  isStub = v: isAttrs v && v ? _stub;

  # ---- the scope that every file is evaluated in ---------------------------
  baseOf = p: let s = toString p; in
    if isFake s then substring (stringLength fakePrefix) 200 s else real.baseNameOf s;
  kindOf = p: (real.readDir (real.dirOf p)).${real.baseNameOf p} or "missing";
  importable = s:
    real.pathExists s
    && (if real.match ".*\\.nix" s != null then true
        else kindOf s == "regular" || real.pathExists (s + "/default.nix"));
  importAny = p:
    let s = real.unsafeDiscardStringContext (toString p); in
    if isStub p then p
    else if isFake s then anyStub (baseOf s)
    else if importable s then real.scopedImport scope s
    else real.trace "oracle: missing file ${real.baseNameOf s}, taken as empty" (anyStub "missing.${baseOf s}");

  fetched = what: _: anyStub what;
  scope = genAttrs' arg.unbound (n: anyStub "unbound.${n}") // {
    import = importAny;
    scopedImport = s: p: real.scopedImport (scope // s) p;
    builtins = scopeBuiltins;
    fetchTarball = fetched "fetchTarball";
    fetchGit = fetched "fetchGit";
    fetchurl = fetched "fetchurl";
    fetchMercurial = fetched "fetchMercurial";
    fetchTree = fetched "fetchTree";
    __findFile = _: n: if n == "nixpkgs/lib" then arg.libPath else anyStub n;
    __nixPath = [ ];
  };
  scopeBuiltins = {
    # absent from older evaluators (2.8), used by lib
    readFileType = kindOf;
    warn = msg: v: real.trace "evaluation warning: ${msg}" v;
    convertHash = _: throw "convertHash";
    addDrvOutputDependencies = x: x;
  } // real // {
    inherit (scope) import scopedImport fetchTarball fetchGit fetchurl fetchMercurial fetchTree;
    getFlake = fetched "getFlake";
    fetchClosure = fetched "fetchClosure";
    readFile = p: let s = real.unsafeDiscardStringContext (toString p); in
      if isStub p || isFake s || !(real.pathExists s) then "<unknown:file:${baseOf p}>" else real.readFile s;
    readDir = p: let s = real.unsafeDiscardStringContext (toString p); in
      if isStub p || isFake s || !(real.pathExists s) then { } else real.readDir s;
    getEnv = _: "";
    currentSystem = "x86_64-linux";
    currentTime = 0;
    storePath = toString;
    builtins = scopeBuiltins;
  };

  # Names that the files take from a `lib` of their own making (lib.my.x) are stubs.
  # A flake makes its own by itself.
  plainLib = importAny arg.libPath;
  isFlake = arg ? flake;
  lib = if isFlake then plainLib.extend (_: _: { inherit nixosSystem; hm = anyStub "lib.hm"; }) else genAttrs' arg.libNames (n: anyStub "lib.${n}") // plainLib;
  inherit (lib) mkOption types mkDefault mkOverride setAttrByPath genAttrs hasSuffix;

  # ---- module arguments ----------------------------------------------------
  pkgs =
    let
      names = filter (n: !(lib ? ${n}) && !(real ? ${n})) arg.identifiers;
      system = "x86_64-linux";
      platform = {
        inherit system;
        isLinux = true; isDarwin = false; isx86_64 = true; isAarch64 = false; isx86_32 = false;
        is64bit = true; linuxArch = "x86_64"; config = "x86_64-unknown-linux-gnu";
        parsed.cpu.name = "x86_64";
      };
      format = _: { type = loose; generate = n: _: fakePrefix + clean n; };
    in
    listToAttrs (map (n: { name = n; value = anyStub n; }) names) // {
      inherit lib system;
      config = { };
      path = anyStub "nixpkgs";
      runtimeShell = fakePrefix + "bash/bin/bash";
      stdenv = anyStub "stdenv" // { hostPlatform = platform; buildPlatform = platform; targetPlatform = platform; inherit system; };
      hostPlatform = platform;
      formats = genAttrs [ "json" "yaml" "toml" "ini" "keyValue" "hocon" "xml" "libconfig" "gitIni" "php" "javaProperties" ] (_: format);
      callPackage = f: _: if isFunction f then f (genAttrs (attrNames (real.functionArgs f)) anyStub // { inherit lib pkgs; }) else anyStub "callPackage";
    };

  specialArgs = (if isFlake then { } else genAttrs arg.extraArgs anyStub) // {
    inherit lib;
    modulesPath = fakePrefix + "modulesPath";
  };

  # ---- types ---------------------------------------------------------------
  # Anything, merged kindly: sets recursively, lists one after the other, equal
  # values to one.  Used for every option that is not declared here.
  absent = { __absent = true; };
  loose = lib.mkOptionType {
    name = "loose";
    description = "anything";
    check = _: true;
    emptyValue.value = absent;
    merge = loc: defs:
      let
        vals = map (d: d.value) defs;
        plainSet = v: isAttrs v && !(isStub v) && !(v ? outPath) && !(v ? __toString) && !(v ? __functor);
        one = (head defs).value;
      in
      if real.all plainSet vals then (types.lazyAttrsOf loose).merge loc defs
      else if length defs == 1 then
        (if isList one then lib.imap0 (i: v: if plainSet v then loose.merge (loc ++ [ "[${toString i}]" ]) [{ inherit (head defs) file; value = v; }] else v) one else one)
      else if real.all isList vals then real.concatLists vals
      else if real.all isFunction vals then x: loose.merge loc (map (d: d // { value = d.value x; }) defs)
      else lib.mergeEqualOption loc defs;
  };

  # ---- option declarations -------------------------------------------------
  shared = real.import ./options.nix {
    inherit lib loose;
    guest = name: config: modules: (system {
      prefix = [ "containers" name ];
      modules = [
        { boot.isContainer = mkDefault true; networking.hostName = mkDefault name; networking.useDHCP = mkDefault false; }
      ] ++ modules;
      extra = config.specialArgs;
    }).config;
  };
  inherit (shared) free nspawn o oci;
  inherit (types) attrsOf bool either enum listOf nullOr str submodule;
  hmPodman = shared.homePodman {
    networks = o (attrsOf (free (shared.common // {
      driver = shared.string; gateway = shared.string; internal = o (nullOr bool) null; labels = o (attrsOf str) { }; subnet = shared.string;
    }))) { };
    builds = o (attrsOf (free shared.common)) { };
    images = o (attrsOf (free shared.common)) { };
  };
  user = shared.user { };

  # quadlet-nix: the object kinds and `ref`; the many *Config options stay free-form
  quadletObject = kind: submodule ({ name, ... }: {
    freeformType = types.lazyAttrsOf loose;
    options = { autoStart = o (either bool str) true; ref = o str "${name}.${kind}"; };
  });
  quadlet = free (mapAttrs (_: kind: o (attrsOf (quadletObject kind)) { }) {
    containers = "container"; pods = "pod"; networks = "network"; volumes = "volume";
    images = "image"; builds = "build"; kubes = "kube";
  } // { enable = o (nullOr bool) null; autoEscape = o bool true; });

  surfaces = { config, ... }: {
    imports = [ (lib.mkAliasOptionModule [ "users" "extraUsers" ] [ "users" "users" ]) ];
    options = {
      containers = o (attrsOf nspawn) { };
      virtualisation = {
        # Plain options, not a submodule: that would turn the order of what several files define.
        oci-containers.backend = o (enum [ "podman" "docker" ]) "podman";
        oci-containers.containers = o (attrsOf (oci config.virtualisation.oci-containers.backend)) { };
        quadlet = o quadlet { };
        podman = o (free { enable = o bool false; dockerSocket.enable = o bool false; dockerCompat = o bool false; }) { };
      };
      services.podman = o hmPodman { };
      users.users = o (attrsOf user) { };
      home-manager.extraSpecialArgs = o (attrsOf types.raw) { };
      home-manager.sharedModules = o (listOf types.raw) [ ];
      home-manager.users = o (attrsOf (types.submoduleWith {
        shorthandOnlyDefinesConfig = false;
        specialArgs = specialArgs // config.home-manager.extraSpecialArgs // { osConfig = config; };
        modules = config.home-manager.sharedModules ++ [ base ({ name, ... }: {
          home.username = mkDefault name;
          home.homeDirectory = mkDefault (config.users.users.${name}.home or "/home/${name}");
        }) ];
      })) { };
    };
  };

  # Options that are read but perhaps set nowhere get a last-resort value.
  readPaths = { options, ... }: {
    config = lib.mkMerge (map (p:
      let
        declared = lib.attrByPath p null options;
        # types that take a value as it is, mkOverride and all
        opaque = real.any (n:
          let opt = lib.attrByPath (lib.take n p) null options; in
          isAttrs opt && lib.isOption opt && elem (opt.type.name or "") [ "attrs" "raw" "unspecified" ]
        ) (lib.range 1 (length p - 1));
        last = lib.last p;
        # An enable option taken for true: stronger than a declared default (1500), weaker
        # than any definition a user writes (mkDefault is 1000).  Taken for false it is
        # weaker than a declared default, too, so that what is on by default stays on.
        isEnable = last == "enable" || last == "enabled";
        value = if isEnable then mkOverride (if arg.assumeEnable then 1400 else 1600) arg.assumeEnable
          else if elem p arg.setPaths then mkOverride 100000 (anyStub "config.${lib.concatStringsSep "." p}")
          else mkOverride 100000 "<unknown:config.${lib.concatStringsSep "." p}>";
      in
      if isFlake && lib.take 2 p == [ "users" "users" ] then { }   # who is read but not there is missing
      else if lib.take 2 p == [ "users" "users" ] then setAttrByPath (lib.take 3 p) { }
      else if opaque || isAttrs declared && !(lib.isOption declared) then { }   # or a branch of declared options
      else setAttrByPath p value
    ) arg.configPaths);
  };

  base = {
    imports = [ surfaces readPaths ];
    _module.freeformType = types.lazyAttrsOf loose;
    # What the modules of absent inputs would give as arguments are stubs.
    _module.args = { inherit pkgs; } // (if isFlake then genAttrs arg.extraArgs (n: mkOverride 100000 (anyStub n)) else { });
  };

  system = { modules, prefix ? [ ], extra ? { } }: lib.evalModules {
    inherit prefix;
    specialArgs = specialArgs // extra;
    modules = [ base ] ++ modules;
  };

  # ---- printing ------------------------------------------------------------
  try = v: real.tryEval (real.seq v v);
  isAbsent = v: let t = try v; in t.success && isAttrs t.value && t.value ? __absent;
  plain = depth: v:
    let t = try v; w = t.value; in
    if !t.success then "<unknown>"
    else if isStub w then w.outPath
    else if isString w then real.unsafeDiscardStringContext w
    else if isPath w then toString w
    else if isFunction w then "<function>"
    else if isList w then map (plain (depth + 1)) w
    else if isAttrs w then
      if depth > 12 then "<deep>"
      else if w ? outPath && !(isAttrs w.outPath) then plain depth w.outPath
      else mapAttrs (_: plain (depth + 1)) (real.removeAttrs w (filter (n: isAbsent w.${n}) (attrNames w)))
    else w;

  report = c: {
    containers = mapAttrs (_: v: plain 0 (real.removeAttrs v [ "config" "specialArgs" "nixpkgs" "pkgs" ]) // {
      config = let t = try v.config; in if t.success then report t.value else null;
    }) c.containers;
    oci-containers = plain 0 c.virtualisation.oci-containers;
    quadlet = plain 0 c.virtualisation.quadlet;
    podman = plain 0 c.services.podman;
    users = plain 0 c.users.users;
    home = mapAttrs (_: report) c.home-manager.users;
  };

  # ---- flakes --------------------------------------------------------------
  # Inputs are stubs, but for the few whose functions make the outputs what they are.
  nixosSystem = given: system { modules = given.modules or [ ]; extra = given.specialArgs or { }; };
  homeManagerConfiguration = given: system { inherit (given) modules; extra = given.extraSpecialArgs or { }; };
  systems = [ "x86_64-linux" "aarch64-linux" ];
  nixFiles = path: filter
    (file: hasSuffix ".nix" (toString file) && real.match ".*/_.*" (lib.removePrefix (toString path) (toString file)) == null)
    (lib.filesystem.listFilesRecursive path);
  importTree = anyStub "import-tree" // {
    __functor = _: path: {
      imports = if isList path then real.concatMap (p: (importTree p).imports) path
        else if isAttrs path && !(path ? outPath) || isFunction path || hasSuffix ".nix" (toString path) then [ path ] else nixFiles path;
    };
  };
  eachSystem = names: f: foldl'
    (all: name: let one = f name; in foldl' (all: key: all // { ${key} = (all.${key} or { }) // { ${name} = one.${key}; }; }) all (attrNames one))
    { } names;
  mkFlake = given: module:
    let
      deferred = o (types.lazyAttrsOf types.deferredModule) { };
      perSystem = f: f (anyStub "perSystem");
      evaluated = lib.evalModules {
        specialArgs = {
          inherit lib;
          inherit (given) inputs;
          inherit (given.inputs) self;
          flake-parts-lib = anyStub "flake-parts-lib";
          withSystem = _: perSystem;
          moduleWithSystem = perSystem;
        } // given.specialArgs or { };
        modules = [ module {
          config._module.freeformType = types.lazyAttrsOf loose;
          config._module.args = genAttrs arg.extraArgs (n: mkOverride 100000 (anyStub n));
          options = {
            flake = o (submodule {
              freeformType = types.lazyAttrsOf loose;
              options = {
                nixosModules = deferred;
                homeModules = deferred;
                homeManagerModules = deferred;
                darwinModules = deferred;
                modules = o (types.lazyAttrsOf (types.lazyAttrsOf types.deferredModule)) { };
                nixosConfigurations = o (types.lazyAttrsOf types.raw) { };
                homeConfigurations = o (types.lazyAttrsOf types.raw) { };
              };
            }) { };
            perSystem = o (listOf types.raw) [ ];
            systems = o (listOf str) [ ];
          };
        } ];
      };
    in
    evaluated.config.flake;
  hosts =
    let
      flake = scope.import (arg.flake + "/flake.nix");
      declared = flake.inputs or { };
      urlOf = name: let input = declared.${name} or { }; in if isAttrs input && isString (input.url or null) then input.url else "";
      names = filter (n: n != "self") (lib.unique (attrNames declared ++ attrNames (real.functionArgs flake.outputs)));
      is = what: name: real.match ".*[/:]${what}([/?#.].*)?" (lib.toLower (urlOf name)) != null || urlOf name == "" && name == what;
      isNixpkgs = name: real.match "(.*[/:])?nixpkgs([-/?#.].*)?" (lib.toLower (urlOf name)) != null
        || urlOf name == "" && lib.hasPrefix "nixpkgs" name;
      inputOf = name:
        let local = real.match "path:(\\./.*)|(\\./.*)" (urlOf name); in
        if isNixpkgs name then anyStub name // {
          inherit lib;
          legacyPackages = genAttrs (systems ++ [ "x86_64-darwin" "aarch64-darwin" ]) (_: pkgs);
          __functor = _: a: if looksLikeModuleArgs a then { } else pkgs;
        }
        else if is "home-manager" name then anyStub name // { lib = anyStub name // { inherit homeManagerConfiguration; }; }
        else if is "flake-parts" name then anyStub name // { lib = anyStub name // { inherit mkFlake; }; }
        else if is "import-tree" name then importTree
        else if is "flake-utils" name then anyStub name // {
          lib = anyStub name // { inherit eachSystem; eachDefaultSystem = eachSystem systems; defaultSystems = systems; };
        }
        else anyStub name;
      inputs = genAttrs names inputOf // { inherit self; };
      outputs = flake.outputs inputs;
      self = outputs // { outPath = arg.flake; inherit inputs outputs; };
    in
    mapAttrs (_: mapAttrs (_: host: report host.config)) {
      nixos = outputs.nixosConfigurations or { };
      home = outputs.homeConfigurations or { };
    };

  full = if isFlake then hosts else report (system { modules = arg.modules; }).config;
  selected = foldl' (v: k: v.${k}) full arg.select;
in
if arg.mode == "names" then (if isAttrs selected then attrNames selected else null) else selected

# What the real Nix evaluator and the real `lib.evalModules` make of a test case, for `cargo xtask record`.
#
# Called with the name of a JSON file:
#   lib          the folder `lib` of nixpkgs
#   kind         "modules": nothing is declared but by the modules; "nixos", "home": the options below are declared, and
#                all others are free-form; "expression": the one file is a function of `{ lib }`
#   modules      the files
#   identifiers  every word of their text: the names that packages, flake inputs and other stubs shall have
#   stubs        names of further module arguments, given as stubs
#   assumed      option paths that are read but set nowhere; they get a stub
#   paths        what to print
#
# Packages and the like are stubs: callable, a path into the store, and with every identifier as an attribute. What
# hangs on them is printed with the mark `/nix/store/000...`, so that it can be told from what is known.
{ input }:
let
  inherit (builtins) attrNames concatLists elem filter foldl' head isAttrs isFunction isList isPath isString length
    listToAttrs map mapAttrs replaceStrings toString tryEval;
  arg = builtins.fromJSON (builtins.readFile input);
  # Every file is evaluated in this scope: what would be fetched is the empty stand-in for Home Manager.
  scope = {
    import = builtins.scopedImport scope;
    fetchTarball = _: toString ./home-manager;
    builtins = builtins // { inherit (scope) import fetchTarball; };
  };
  lib = scope.import arg.lib;
  inherit (lib) mkDefault mkOption mkOverride setAttrByPath types;

  # ---- stubs -----------------------------------------------------------------------------------------------------
  mark = "/nix/store/00000000000000000000000000000000-";
  clean = replaceStrings [ "/" " " "<" ">" "\n" ":" "\"" ] [ "-" "-" "" "" "-" "-" "" ];
  isStub = v: isAttrs v && v ? _stub;
  isModuleArgs = a: isAttrs a && a ? config && a ? options && a ? lib;
  stub = what:
    let
      self = listToAttrs (map (n: { name = n; value = stub "${what}.${n}"; }) arg.identifiers) // {
        _stub = what;
        type = "derivation";
        name = what;
        outputName = "out";
        outPath = mark + clean what;
        drvPath = mark + clean what + ".drv";
        meta.mainProgram = what;
        override = _: self;
        overrideAttrs = _: self;
        # As a module a stub is empty; as anything else that is called it gives itself.
        __functor = _: a: if isModuleArgs a then { } else self;
      };
    in
    self;
  pkgs = stub "pkgs" // {
    inherit lib;
    system = "x86_64-linux";
    writeText = name: _: stub name;
    writeShellScript = name: _: stub name;
    writeShellScriptBin = name: _: stub name;
    writeShellApplication = { name, ... }: stub name;
  };
  specialArgs = listToAttrs (map (name: { inherit name; value = stub name; }) arg.stubs) // {
    modulesPath = mark + "modulesPath";
  };

  # ---- the type of what nobody declares -----------------------------------------------------------------------------
  # Sets merge, lists follow each other, equal values are one, and all else conflicts.
  loose = lib.mkOptionType {
    name = "loose";
    description = "anything";
    check = _: true;
    merge = loc: defs:
      let
        values = map (d: d.value) defs;
        plainSet = v: isAttrs v && !(isStub v) && !(v ? outPath) && !(v ? __functor);
        only = (head defs).value;
      in
      if builtins.all plainSet values then (types.lazyAttrsOf loose).merge loc defs
      else if length defs == 1 then only
      else if builtins.all isList values then concatLists values
      else if builtins.all isFunction values then x: loose.merge loc (map (d: d // { value = d.value x; }) defs)
      else lib.mergeEqualOption loc defs;
  };

  # ---- the options of containers, engines and users, as NixOS and Home Manager declare them -----------------------
  shared = import ../../../crates/xtask/oracle/options.nix {
    inherit lib loose;
    guest = name: config: modules: (system {
      base = [ surfaces { boot.isContainer = true; networking.hostName = mkDefault name; } ];
      inherit modules;
      special = config.specialArgs;
      prefix = [ "containers" name ];
    }).config;
  };
  inherit (shared) nspawn o oci r strings;
  inherit (types) attrsOf bool enum int listOf nullOr path str submodule;
  homePodman = shared.homePodman { };
  user = shared.user {
    more = { createHome = o bool false; useDefaultShell = o bool false; };
    implied = { createHome = mkDefault true; useDefaultShell = mkDefault true; };
  };

  group = submodule ({ name, ... }: {
    freeformType = types.lazyAttrsOf loose;
    options = { name = o str name; gid = o (nullOr int) null; members = strings; };
  });

  # What NixOS itself sets.
  ids = import ../../../crates/modules/src/own/ids.nix;

  surfaces = { config, ... }: {
    config.users.groups = lib.genAttrs ids.groups (name: { gid = ids.gids.${name}; });
    imports = [ (lib.mkAliasOptionModule [ "users" "extraUsers" ] [ "users" "users" ]) ];
    options = {
      containers = o (attrsOf nspawn) { };
      virtualisation.oci-containers = o (types.submodule { options = {
        backend = o (enum [ "podman" "docker" ]) "podman";
        containers = o (attrsOf (oci config.virtualisation.oci-containers.backend)) { };
      }; }) { };
      users.users = o (attrsOf user) { };
      users.groups = o (attrsOf group) { };
      boot.isContainer = o bool false;
      networking.hostName = o str "nixos";
      home-manager.extraSpecialArgs = o (attrsOf types.raw) { };
      home-manager.sharedModules = o (listOf types.raw) [ ];
      home-manager.users = o (attrsOf (types.submoduleWith {
        shorthandOnlyDefinesConfig = false;
        specialArgs = specialArgs // config.home-manager.extraSpecialArgs // { osConfig = config; };
        modules = config.home-manager.sharedModules ++ [
          unknown
          home
          ({ name, ... }: { home.username = mkDefault name; home.homeDirectory = mkDefault config.users.users.${name}.home; })
        ];
      })) { };
    };
  };

  home = { config, ... }: {
    options = {
      services.podman = o homePodman { };
      home.username = r str;
      home.homeDirectory = r path;
      xdg.configHome = o path "${config.home.homeDirectory}/.config";
      xdg.dataHome = o path "${config.home.homeDirectory}/.local/share";
    };
  };

  # ---- systems ------------------------------------------------------------------------------------------------------
  unknown = {
    _module.freeformType = types.lazyAttrsOf loose;
    _module.args = { inherit pkgs; };
  };
  # An option that is read and set nowhere: weaker than all that a user writes.
  assumed = map (p: { config = setAttrByPath p (mkOverride 100000 (stub "config.${lib.concatStringsSep "." p}")); }) arg.assumed;

  system = { base, modules, special ? { }, prefix ? [ ] }: lib.evalModules {
    inherit prefix;
    specialArgs = specialArgs // special;
    modules = [ unknown ] ++ base ++ modules;
  };

  config = {
    modules = (lib.evalModules { inherit (arg) modules; specialArgs = specialArgs; }).config;
    nixos = (system { base = [ surfaces ] ++ assumed; inherit (arg) modules; }).config;
    home = (system { base = [ home ] ++ assumed; inherit (arg) modules; }).config;
    expression = scope.import (head arg.modules) { inherit lib; };
  }.${arg.kind};

  # ---- printing -------------------------------------------------------------------------------------------------------
  # Whole nested systems are not printed unless a path leads into them.
  hidden = v: [ "_module" ] ++ (if v ? privateUsers && v ? bindMounts then [ "config" "nixpkgs" "pkgs" "specialArgs" ] else [ ]);
  plain = depth: v:
    let t = tryEval v; w = t.value; in
    if !t.success then { "<error>" = "throws"; }
    else if isStub w then w.outPath
    else if isString w then builtins.unsafeDiscardStringContext w
    else if isPath w then toString w
    else if isFunction w then "<function>"
    else if isList w then map (plain (depth + 1)) w
    else if isAttrs w then
      if depth > 14 then "<deep>"
      else if w ? __functor then "<function>"
      else mapAttrs (_: plain (depth + 1)) (builtins.removeAttrs w (hidden w))
    else w;
  select = foldl' (v: n: if isList v then builtins.elemAt v (lib.toInt n) else v.${n});
in
map (p: plain 0 (select config p)) arg.paths

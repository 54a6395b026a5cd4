# What a flake's outputs function gets: models of well-known inputs, symbols for all others.
# `key` names this flake's node in the lock file, null if it is the lock file's own flake; `top` is that flake's `self`.
{ lib, pkgs, natives, frameworks, den, folders, cells, denix, importTree, partsLib, declared, lock, key, root, formals, self, top }:
let
  inherit (builtins) concatMap elem attrNames elemAt filter foldl' head isList listToAttrs map match isString isAttrs tail;
  systems = [ "x86_64-linux" "aarch64-linux" "x86_64-darwin" "aarch64-darwin" ];
  bySystem = value: listToAttrs (map (name: { inherit name value; }) systems);

  # ---- the lock file: versions 5 to 7 have the same nodes -------------------------------------------------------------
  nodes = if elem (lock.version or 7) [ 5 6 7 ] && isAttrs (lock.nodes or null) then lock.nodes else { };
  rootKey = lock.root or "root";
  ownKey = if key == null then rootKey else key;
  # An input is a node's key, or a path of inputs from the root (`follows`). A path of nothing is the root itself.
  resolve = depth: reference:
    if isString reference then (if nodes ? ${reference} then reference else null)
    else if isList reference && depth < 16 then follow (depth + 1) rootKey reference
    else null;
  follow = depth: from: path:
    if path == [ ] || from == null then from
    else follow depth (resolve depth ((nodes.${from}.inputs or { }).${head path} or null)) (tail path);
  keyOf = name: resolve 0 ((nodes.${ownKey} or { }).inputs.${name} or null);
  nodeOf = name: let found = keyOf name; in if found == null then { } else nodes.${found};
  original = name: (nodeOf name).original or { };
  locked = name: (nodeOf name).locked or { };

  # ---- what the flake itself says of an input -------------------------------------------------------------------------
  says = name: let input = declared.${name} or { }; in if isAttrs input then input else { };
  text = value: if isString value then value else "";
  url = name: text (says name).url or "";
  # What an input without a lock is the same as: the last part of a path of inputs names its kind well enough.
  alias = name:
    let followed = (says name).follows or null; in
    if keyOf name == null && isString followed then lib.last ([ "" ] ++ lib.splitString "/" followed) else name;
  repository = name:
    let
      from = original name;
      fromUrl = match "(github|gitlab|git\\+https|git\\+ssh|https|sourcehut|git):([^?#]*).*" (url name);
      parts = if fromUrl == null then [ ] else filter (part: isString part && part != "") (builtins.split "/" (elemAt fromUrl 1));
      githubLike = builtins.length parts >= 2 && elem (elemAt fromUrl 0) [ "github" "gitlab" "sourcehut" ];
    in
    if from ? repo then from.repo
    else if from ? id then from.id
    else if (says name) ? repo then (says name).repo
    else if githubLike then elemAt parts 1
    else if builtins.length parts >= 1 then lib.removeSuffix ".git" (lib.last parts)
    else name;

  is = kind: name:
    let repo = lib.toLower (repository name); in
    repo == kind || (url name == "" && original name == { } && name == kind);
  isNixpkgs = name:
    let repo = lib.toLower (repository name); in
    repo == "nixpkgs" || lib.hasPrefix "nixpkgs" repo || lib.hasPrefix "nixos-" repo && match ".*channels.*" (url name) != null
      || match "nixpkgs([/-].*)?" (url name) != null || match ".*nixpkgs.*" (url name) != null || lib.hasPrefix "nixpkgs" name && url name == "";

  # ---- sources that may be read ---------------------------------------------------------------------------------------
  # A path below the project; whether it is there, and whether it is below the project at all, is asked where it is read.
  pathOf = name:
    let
      schemed = match "(path|git\\+file):(//)?([^?#]*).*" (url name);
      plain = match "((\\.\\.?|/)[^?#]*).*" (url name);
      found =
        if schemed != null then elemAt schemed 2
        else if plain != null then elemAt plain 0
        else if (locked name).type or (says name).type or null == "path" then text ((locked name).path or (says name).path or null)
        else "";
    in
    if found == "" then null else (if lib.hasPrefix "/" found then found else root + "/" + found) + below name;
  # The folder of the flake in its source.
  below = name:
    let inUrl = match "[^?]*\\?(.*&)?dir=([^&#]*).*" (url name); in
    if (locked name) ? dir then "/" + text (locked name).dir
    else if inUrl != null then "/" + elemAt inUrl 1
    else "";
  storeOf = name: natives.stored (text ((locked name).narHash or null));
  isFlake = name: (nodeOf name).flake or (says name).flake or true;
  read = name: path: if isFlake name then natives.subflake path name (keyOf name) else natives.tree path name;

  # Whoever extends it makes systems with what comes of that.
  flakeLib = lib.extend (final: _: { nixosSystem = natives.nixosSystemOf final; });
  nixpkgs = name:
    natives.open "inputs.${name}" {
      lib = flakeLib;
      legacyPackages = bySystem pkgs;
      outPath = natives.storePath "inputs.${name}";
    };

  # Whoever imports these has their options for certain, which our model of NixOS declares in any case.
  homeModule = { options.home-manager = { }; };
  quadletModule = { options.virtualisation.quadlet = { }; };
  quadlet = name:
    let modules = of: natives.open "inputs.${name}.${of}" { quadlet = quadletModule; default = quadletModule; }; in
    natives.open "inputs.${name}" {
      nixosModules = modules "nixosModules";
      homeModules = modules "homeModules";
      homeManagerModules = modules "homeManagerModules";
    };
  inFolders = folders (nixpkgs "nixpkgs");

  homeManager = name:
    natives.open "inputs.${name}" {
      # All of its names, so that `lib // home-manager.lib` has the functions of `lib`.
      lib = { inherit (natives) homeManagerConfiguration; hm = natives.open "inputs.${name}.lib.hm" { }; };
      nixosModules = natives.open "inputs.${name}.nixosModules" { home-manager = homeModule; default = homeModule; };
      outPath = natives.storePath "inputs.${name}";
    };

  flakeParts = name:
    natives.open "inputs.${name}" {
      lib = partsLib // { mkFlake = natives.flakeParts flakeLib; };
      flakeModules = natives.open "inputs.${name}.flakeModules" { modules = { }; easyOverlay = { }; flakeModules = { }; partitions = { }; };
    };

  # Containers without a host: they are evaluated as those of one.
  extraContainer = name:
    let make = { config, ... }: natives.nixosSystem { modules = [ config ]; }; in
    natives.open "inputs.${name}" {
      lib = natives.open "inputs.${name}.lib" (utils // {
        eachSupportedSystem = eachSystem systems;
        evalContainers = make;
        buildContainers = make;
      });
    };

  # The options of its module are among our models of every system.
  arion = name:
    natives.open "inputs.${name}" {
      nixosModules = natives.open "inputs.${name}.nixosModules" { arion = { }; default = { }; };
      nixosModule = { };
    };

  eachSystem = names: f:
    foldl'
      (merged: system:
        let outputs = f system; in
        foldl'
          (merged: key: merged // { ${key} = (merged.${key} or { }) // { ${system} = outputs.${key}; }; })
          merged
          (attrNames outputs))
      { }
      names;
  utils = {
    inherit eachSystem;
    eachDefaultSystem = eachSystem systems;
    defaultSystems = systems;
    allSystems = systems;
    system = listToAttrs (map (name: { inherit name; value = name; }) systems);
  };
  flakeUtils = name:
    natives.open "inputs.${name}" {
      lib = natives.open "inputs.${name}.lib" utils;
    };

  # The lists of systems of nix-systems, which are imported as such.
  systemLists = {
    default = [ "aarch64-darwin" "aarch64-linux" "x86_64-darwin" "x86_64-linux" ];
    default-linux = [ "aarch64-linux" "x86_64-linux" ];
    x86_64-linux = [ "x86_64-linux" ];
    aarch64-linux = [ "aarch64-linux" ];
  };
  systemList = name:
    let found = match ".*nix-systems/([a-z0-9_-]+).*" (url name); in
    if found == null then null else systemLists.${builtins.head found} or null;

  model = name:
    let same = alias name; in
    if name == "self" then self
    else if keyOf name == rootKey || (says name).follows or null == "" then top
    else if same == name then (if pathOf name != null then read name (pathOf name) else known name)
    else if declared ? ${same} && !((says same) ? follows) then model same
    else known same;
  # Models come first: what we know of an input does not depend on whether it is on this machine.
  known = name:
    if is "home-manager" name then homeManager name
    else if is "quadlet-nix" name then quadlet name
    else if is "flake-parts" name then flakeParts name
    else if is "import-tree" name then importTree
    else if is "flake-utils" name then flakeUtils name
    else if is "flake-utils-plus" name then frameworks.utilsPlus name utils
    else if is "extra-container" name then extraContainer name
    else if is "colmena" name then frameworks.colmena name
    else if is "nixos-unified" name || is "nixos-flake" name then frameworks.nixosUnified name
    else if is "clan-core" name || name == "clan-core" then frameworks.clan name
    else if is "den" name then den.den name
    else if is "denix" name then denix.denix name
    else if isRepository "numtide/blueprint" name then inFolders.blueprint name
    else if is "easy-hosts" name then inFolders.easyHosts name
    else if is "flakelight" name then inFolders.flakelight name
    else if is "ez-configs" name then inFolders.ezConfigs name
    else if is "haumea" name then cells.haumea name
    else if isRepository "divnix/hive" name then cells.hive name
    else if isRepository "divnix/std" name then cells.std name
    else if is "paisano" name || name == "paisano" then cells.paisano name
    else if is "flocken" name then cells.flocken name
    else if is "arion" name then arion name
    else if match ".*snowfallorg/lib.*" (url name) != null || name == "snowfall-lib" then frameworks.snowfall name
    else if isNixpkgs name then nixpkgs name
    else if isHarmless name then natives.symbol "inputs.${name}"
    else let stored = storeOf name; in
    if stored != null then read name (stored + below name) else natives.symbol "inputs.${name}";
  # The lock file knows best which repository it is.
  ownerAndRepository = name:
    let
      from = locked name;
      written = match "(github|gitlab|sourcehut):([^?#/]+/[^?#/]+).*" (url name);
    in
    if from ? owner && from ? repo then "${from.owner}/${from.repo}"
    else if written != null then elemAt written 1
    else "";
  # A name that others may have, too.
  isRepository = full: name:
    let known = lib.toLower (ownerAndRepository name); in
    if known == "" then is (lib.last (lib.splitString "/" full)) name else known == full;
  isHarmless = name: natives.isHarmless (if ownerAndRepository name == "" then repository name else name) (ownerAndRepository name)
    || ownerAndRepository name == "" && natives.isHarmless name "";

  names = lib.unique (filter (name: name != "self") (attrNames declared ++ formals));
in
{
  inputs = listToAttrs (map (name: { inherit name; value = model name; }) names) // { inherit self; };
  nixpkgsNames = filter isNixpkgs names;
  # What `import inputs.x` gives, by the input's name.
  imported = listToAttrs (concatMap
    (name: if systemList name == null then [ ] else [{ inherit name; value = systemList name; }])
    names);
  # Inputs that are known, and those that by their repository are others than their name says.
  harmless = filter isHarmless names;
  others = filter (name: ownerAndRepository name != "" && !isHarmless name) names;
  inherit importTree;
  # Does the flake make containers without a host?
  hasContainers = builtins.any (is "extra-container") names;
  # The branch of the first nixpkgs, or the time of its last change.
  release =
    let
      nixpkgsNames = filter isNixpkgs names;
      first = if elem "nixpkgs" nixpkgsNames then "nixpkgs" else if nixpkgsNames == [ ] then null else head nixpkgsNames;
      branch = match ".*(nixos|nixpkgs|release)-([0-9][0-9])\\.([0-9][0-9]).*" (
        if first == null then "" else "${(original first).ref or ""} ${url first} ${(original first).id or ""}"
      );
    in
    if branch == null then null else [ (builtins.fromJSON (elemAt branch 1)) (elemAt branch 2) ];
}

# What a flake's outputs function gets: models of well-known inputs, symbols for all others.
{ lib, pkgs, natives, frameworks, declared, lock, root, formals, self }:
let
  inherit (builtins) concatMap elem attrNames filter foldl' listToAttrs map match isString isAttrs;
  systems = [ "x86_64-linux" "aarch64-linux" "x86_64-darwin" "aarch64-darwin" ];
  bySystem = value: listToAttrs (map (name: { inherit name value; }) systems);

  nodes = lock.nodes or { };
  rootNode = nodes.${lock.root or "root"} or { };
  locked = name:
    let key = rootNode.inputs.${name} or null; in
    if isString key then nodes.${key}.original or { } else { };
  url = name:
    let input = declared.${name} or { }; in
    if isAttrs input && isString (input.url or null) then input.url else "";
  repository = name:
    let
      original = locked name;
      fromUrl = match "(github|gitlab|git\\+https|https|sourcehut|git):([^?#]*).*" (url name);
      parts = if fromUrl == null then [ ] else filter (part: isString part && part != "") (builtins.split "/" (builtins.elemAt fromUrl 1));
      githubLike = builtins.length parts >= 2 && elem (builtins.elemAt fromUrl 0) [ "github" "gitlab" "sourcehut" ];
    in
    if original ? repo then original.repo
    else if original ? id then original.id
    else if githubLike then builtins.elemAt parts 1
    else if builtins.length parts >= 1 then lib.removeSuffix ".git" (lib.last parts)
    else name;

  is = kind: name:
    let repo = lib.toLower (repository name); in
    repo == kind || (url name == "" && locked name == { } && name == kind);
  isNixpkgs = name:
    let repo = lib.toLower (repository name); in
    repo == "nixpkgs" || lib.hasPrefix "nixpkgs" repo || lib.hasPrefix "nixos-" repo && match ".*channels.*" (url name) != null
      || match "nixpkgs([/-].*)?" (url name) != null || match ".*nixpkgs.*" (url name) != null || lib.hasPrefix "nixpkgs" name && url name == "";

  pathOf = name:
    let found = match "path:(\\./.*|\\.)|(\\./.*)" (url name); in
    if found == null then null
    else if builtins.elemAt found 0 != null then builtins.elemAt found 0 else builtins.elemAt found 1;

  nixpkgs = name:
    natives.open "inputs.${name}" {
      lib = lib.extend (_: _: { inherit (natives) nixosSystem; });
      legacyPackages = bySystem pkgs;
      outPath = natives.storePath "inputs.${name}";
    };

  homeManager = name:
    natives.open "inputs.${name}" {
      lib = natives.open "inputs.${name}.lib" { inherit (natives) homeManagerConfiguration; };
      nixosModules = natives.open "inputs.${name}.nixosModules" { home-manager = { }; default = { }; };
      outPath = natives.storePath "inputs.${name}";
    };

  flakeParts = name:
    natives.open "inputs.${name}" {
      lib = natives.open "inputs.${name}.lib" { mkFlake = natives.flakeParts; };
      flakeModules = natives.open "inputs.${name}.flakeModules" { modules = { }; easyOverlay = { }; flakeModules = { }; partitions = { }; };
    };

  nixFilesBelow = path:
    filter
      (file: lib.hasSuffix ".nix" (toString file) && match ".*/_.*" (lib.removePrefix (toString path) (toString file)) == null)
      (lib.filesystem.listFilesRecursive path);
  isNixFile = path: builtins.pathExists path && match ".*\\.nix" (toString path) != null;
  importTree = {
    __functor = _: path: {
      imports =
        if builtins.isList path then builtins.concatMap (one: (importTree one).imports) path
        else if isAttrs path && !(path ? outPath) then [ path ]
        else if isNixFile path then [ path ] else nixFilesBelow path;
    };
    outPath = natives.storePath "import-tree";
    leafs = nixFilesBelow;
    files = nixFilesBelow;
    withLib = _: importTree;
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
    if name == "self" then self
    else if pathOf name != null then natives.subflake (root + "/" + pathOf name) name
    else if is "home-manager" name then homeManager name
    else if is "flake-parts" name then flakeParts name
    else if is "import-tree" name then importTree
    else if is "flake-utils" name then flakeUtils name
    else if is "flake-utils-plus" name then frameworks.utilsPlus name utils
    else if is "colmena" name then frameworks.colmena name
    else if is "nixos-unified" name || is "nixos-flake" name then frameworks.nixosUnified name
    else if is "clan-core" name || name == "clan-core" then frameworks.clan name
    else if is "den" name then frameworks.den name
    else if match ".*snowfallorg/lib.*" (url name) != null || name == "snowfall-lib" then frameworks.snowfall name
    else if isNixpkgs name then nixpkgs name
    else natives.symbol "inputs.${name}";

  names = lib.unique (filter (name: name != "self") (attrNames declared ++ formals));
in
{
  inputs = listToAttrs (map (name: { inherit name; value = model name; }) names) // { inherit self; };
  missing = filter (name: !(isNixpkgs name || pathOf name != null || is "home-manager" name || is "flake-parts" name || is "import-tree" name || is "flake-utils" name)) names;
  nixpkgsNames = filter isNixpkgs names;
  # What `import inputs.x` gives, by the input's name.
  imported = listToAttrs (concatMap
    (name: if systemList name == null then [ ] else [{ inherit name; value = systemList name; }])
    names);
  inherit importTree;
  # The branch of the first nixpkgs, or the time of its last change.
  release =
    let
      nixpkgsNames = filter isNixpkgs names;
      first = if elem "nixpkgs" nixpkgsNames then "nixpkgs" else if nixpkgsNames == [ ] then null else builtins.head nixpkgsNames;
      branch = match ".*(nixos|nixpkgs|release)-([0-9][0-9])\\.([0-9][0-9]).*" (
        if first == null then "" else "${(locked first).ref or ""} ${url first} ${(locked first).id or ""}"
      );
    in
    if branch == null then null else [ (builtins.fromJSON (builtins.elemAt branch 1)) (builtins.elemAt branch 2) ];
}

# Trees of files that are loaded by where they lie: haumea, paisano's cells with std and hive on top of them, and flocken.
{ lib, natives }:
let
  inherit (builtins) attrNames concatMap elem filter foldl' functionArgs isFunction listToAttrs mapAttrs pathExists readDir;
  inherit (natives) open;

  entries = directory: if pathExists directory then readDir directory else { };
  systems = [ "x86_64-linux" "aarch64-linux" ];

  # ---- haumea ---------------------------------------------------------------------------------------------------------
  # What stands in a function's pattern is taken from the inputs.
  withInputs = importer: inputs: path:
    let made = importer path; in
    if isFunction made then made (mapAttrs (name: _: inputs.${name}) (functionArgs made)) else made;
  loaders = {
    default = withInputs import;
    scoped = inputs: withInputs (scopedImport inputs) inputs;
    verbatim = _: import;
    path = _: path: path;
    callPackage = inputs: path: lib.callPackageWith inputs path { };
  };
  extension = ending: loader: {
    matches = file: lib.hasSuffix ".${ending}" file && file != ".${ending}";
    inherit loader;
  };
  matchers = {
    inherit extension;
    nix = extension "nix";
    json = extension "json" (_: lib.importJSON);
    toml = extension "toml" (_: lib.importTOML);
    always = loader: { matches = _: true; inherit loader; };
    regex = pattern: loader: {
      matches = file: builtins.match pattern file != null;
      loader = inputs: path: loader (builtins.match pattern (baseNameOf path)) inputs path;
    };
  };
  # A function of the place in the tree, and of a set there.
  merged = merge: f: set: foldl' merge { } (map (name: f name set.${name}) (attrNames set));
  hoist = merge: join: from: to: cursor: merged merge (name: value:
    if !(builtins.isAttrs value && value ? ${from}) then { ${name} = value; }
    else {
      ${name} = removeAttrs value [ from ];
      ${if cursor == [ ] then to else from} = join name value.${from};
    });
  transformers = {
    liftDefault = _: set: removeAttrs set [ "default" ] // (set.default or { });
    hoistAttrs = hoist lib.recursiveUpdate (name: value: { ${name} = value; });
    hoistLists = from: to: cursor:
      let at = if cursor == [ ] then to else from; in
      hoist (x: y: x // y // (if x ? ${at} || y ? ${at} then { ${at} = (x.${at} or [ ]) ++ (y.${at} or [ ]); } else { }))
        (_: value: value) from to cursor;
    prependUnderscore = _: set: listToAttrs (map
      (name: { name = if builtins.match "[A-Za-z_].*" name != null then name else "_${name}"; value = set.${name}; })
      (attrNames set));
  };
  # `_name` is seen from within the tree only, `__name` from beside it only.
  load = { src, loader ? loaders.default, inputs ? { }, transformer ? [ ] }:
    let
      matching = if isFunction loader then [ (matchers.nix loader) ] else loader;
      transform = cursor: set: foldl' (set: one: one cursor set) set (lib.flatten [ transformer ]);
      nameOf = kind: bare:
        let parts = builtins.match "(.+)\\.[^.]+" bare; in
        if kind == "directory" || parts == null then bare else builtins.head parts;
      # What is seen of a folder: by whoever is outside, inside, or in that folder.
      folder = directory: cursor: within: seen: transform cursor (listToAttrs (concatMap
        (file:
          let
            kind = (entries directory).${file};
            bare = lib.removePrefix "_" (lib.removePrefix "_" file);
            name = nameOf kind bare;
            visible = if lib.hasPrefix "__" file then seen == "super" else if lib.hasPrefix "_" file then seen != "outside" else true;
            fitting = filter (one: one.matches bare) matching;
            here = directory + "/${file}";
            own = inputs // { self = content; root = inside; super = folder directory cursor within "super"; };
            content = (builtins.head fitting).loader own here;
          in
          if !visible || bare == "" then [ ]
          else if kind == "directory" then [{
            inherit name;
            value = folder here (cursor ++ [ name ]) within (if seen == "super" then "inside" else seen);
          }]
          else if fitting == [ ] then [ ]
          else [{ inherit name; value = content; }])
        (attrNames (entries directory))));
      inside = folder src [ ] true "inside";
    in
    folder src [ ] false "outside";
  haumeaLib = name: open "inputs.${name}.lib" {
    inherit load;
    loaders = open "inputs.${name}.lib.loaders" loaders;
    matchers = open "inputs.${name}.lib.matchers" matchers;
    transformers = open "inputs.${name}.lib.transformers" transformers;
  };

  # ---- paisano: cells of blocks ---------------------------------------------------------------------------------------
  # Each block of a cell is a file, or a folder, that gets the inputs as they are for one platform, and its own cell.
  cellsOf = inputs: from: system:
    let
      forSystem = mapAttrs
        (name: input: if lib.hasPrefix "nixpkgs" name then input // input.legacyPackages.${system} else input)
        inputs;
      blocksOf = cell: listToAttrs (concatMap
        (file:
          let
            kind = (entries (from + "/${cell}")).${file};
            here = from + "/${cell}/${file}";
            isBlock = if kind == "directory" then pathExists (here + "/default.nix") else lib.hasSuffix ".nix" file;
            made = import here;
          in
          if !isBlock then [ ] else [{
            name = lib.removeSuffix ".nix" file;
            value = if isFunction made then made { inputs = forSystem // { inherit cells; }; cell = cells.${cell}; } else made;
          }])
        (attrNames (entries (from + "/${cell}"))));
      cells = listToAttrs (map
        (cell: { name = cell; value = blocksOf cell; })
        (filter (cell: (entries from).${cell} == "directory") (attrNames (entries from))));
    in
    cells;
  grow = { inputs, cellsFrom, ... }@arguments: lib.genAttrs (arguments.systems or systems) (cellsOf inputs cellsFrom);
  growOn = arguments: soil: growMore (lib.recursiveUpdate (grow arguments) soil);
  # Further sets may follow.
  growMore = grown: grown // { __functor = _: soil: growMore (lib.recursiveUpdate grown soil); };
  pathIn = set: path: lib.attrByPath path { } set;
  harvest = flake: path: lib.genAttrs (filter (system: flake ? ${system}) systems)
    (system: foldl' (all: one: all // one) { } (map (pathIn flake.${system}) (if builtins.isList (builtins.head path) then path else [ path ])));
  pick = flake: path: foldl' (all: one: all // one) { } (builtins.attrValues (harvest flake path));
  paisano = name: { inherit grow growOn harvest pick; winnow = _: harvest; inherit name; };

  # ---- hive: systems in cells -----------------------------------------------------------------------------------------
  targetsOf = rename: flake: block:
    let
      cells = flake.${builtins.head (filter (system: flake ? ${system}) systems ++ [ "x86_64-linux" ])} or { };
      of = cell: map
        (target: { name = rename cell target; value = cells.${cell}.${block}.${target}; })
        (attrNames (cells.${cell}.${block} or { }));
    in
    listToAttrs (concatMap of (attrNames cells));
  systemOf = module: natives.nixosSystem { modules = [ { options.bee = lib.mkOption { type = lib.types.raw; default = { }; }; } module ]; };
  homeOf = module: natives.homeManagerConfiguration { modules = [ { options.bee = lib.mkOption { type = lib.types.raw; default = { }; }; } module ]; };
  collect = name: {
    renamer = cell: target: "${cell}-${target}";
    __functor = self: flake: block:
      let made = f: mapAttrs (_: f) (targetsOf self.renamer flake block); in
      if block == "nixosConfigurations" then made systemOf
      else if block == "homeConfigurations" then made homeOf
      else if block == "colmenaConfigurations" then { nodes = made systemOf; }
      else natives.symbol "inputs.${name}.collect";
  };
  # Modules whose files see what a module is given, and the cell, without naming it.
  loadModule = { inputs, cell, src }: { config, options, lib, pkgs, ... }@given:
    let all = given // { inherit inputs cell; }; in
    if (entries (dirOf src)).${baseNameOf src} or "regular" == "directory" then
      load {
        inherit src;
        loader = loaders.scoped;
        inputs = all;
        transformer = [ transformers.liftDefault (transformers.hoistLists "_imports" "imports") ];
      }
    else loaders.scoped all src;
  findLoad = { inputs, cell, block }: listToAttrs (map
    (file: { name = lib.removeSuffix ".nix" file; value = loadModule { inherit inputs cell; src = block + "/${file}"; }; })
    (filter (file: file != "default.nix") (attrNames (entries block))));
in
{
  haumea = name: open "inputs.${name}" { lib = haumeaLib name; };
  paisano = name: open "inputs.${name}" (paisano name);
  # What std has besides grows nothing.
  std = name: open "inputs.${name}" (paisano name // { lib = open "inputs.${name}.lib" { }; });
  hive = name: open "inputs.${name}" (paisano name // {
    inherit findLoad;
    load = loadModule;
    collect = collect name;
  });
  flocken = name:
    let
      getModules = directory: map (file: directory + "/${file}") (filter
        (file:
          let kind = (entries directory).${file}; in
          !(lib.hasPrefix "_" file) && (
            if kind == "directory" then pathExists (directory + "/${file}/default.nix")
            else lib.hasSuffix ".nix" file && file != "default.nix"
          ))
        (attrNames (entries directory)));
      isEmpty = value: elem value [ null "" [ ] { } ];
    in
    open "inputs.${name}" {
      lib = open "inputs.${name}.lib" {
        inherit getModules isEmpty;
        optionalPath = path: if pathExists path then [ path ] else [ ];
        isNotEmpty = value: !isEmpty value;
        isEnabled = set: set ? enable && set.enable;
      };
    };
}

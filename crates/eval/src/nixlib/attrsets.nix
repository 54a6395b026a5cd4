# lib.attrsets
{ lib, prim }:
let
  inherit (builtins)
    all
    attrNames
    attrValues
    concatMap
    elemAt
    foldl'
    head
    isAttrs
    length
    listToAttrs
    mapAttrs
    tail
    zipAttrsWith
    ;
  inherit (prim) filterAttrs mapAttrsToList;

  attrByPath =
    path: default: set:
    let
      len = length path;
      go =
        at: value:
        if at == len then
          value
        else
          let
            name = elemAt path at;
          in
          if value ? ${name} then go (at + 1) value.${name} else default;
    in
    go 0 set;

  hasAttrByPath =
    path: set:
    let
      len = length path;
      go =
        at: value:
        at == len
        || (
          let
            name = elemAt path at;
          in
          value ? ${name} && go (at + 1) value.${name}
        );
    in
    go 0 set;

  setAttrByPath =
    path: value:
    let
      len = length path;
      go = at: if at == len then value else { ${elemAt path at} = go (at + 1); };
    in
    go 0;

  showAttrPath =
    path:
    if path == [ ] then "<root attribute path>" else prim.concatMapStringsSep "." lib.strings.escapeNixIdentifier path;

  getAttrFromPath =
    path: attrByPath path (throw "cannot find attribute '${prim.concatMapStringsSep "." (x: x) path}'");

  nameValuePair = name: value: { inherit name value; };

  mapAttrsRecursiveCond =
    cond: f: set:
    let
      go = path: mapAttrs (name: value: if isAttrs value && cond value then go (path ++ [ name ]) value else f (path ++ [ name ]) value);
    in
    go [ ] set;

  mapAttrsToListRecursiveCond =
    pred: f: set:
    let
      go =
        path: value:
        if isAttrs value && pred path value then
          concatMap (name: go (path ++ [ name ]) value.${name}) (attrNames value)
        else
          [ (f path value) ];
    in
    go [ ] set;

  recursiveUpdateUntil =
    pred: lhs: rhs:
    let
      go =
        path:
        zipAttrsWith (
          name: values:
          let
            here = path ++ [ name ];
          in
          if length values == 1 || pred here (elemAt values 1) (head values) then head values else go here values
        );
    in
    go [ ] [
      rhs
      lhs
    ];

  zipAttrsWithNames =
    names: f: sets:
    listToAttrs (
      map (name: {
        inherit name;
        value = f name (builtins.catAttrs name sets);
      }) names
    );

  genAttrs =
    names: f:
    listToAttrs (
      map (name: {
        inherit name;
        value = f name;
      }) names
    );

  collect =
    pred: value:
    if pred value then
      [ value ]
    else if isAttrs value then
      concatMap (collect pred) (attrValues value)
    else
      [ ];

  filterAttrsRecursive =
    pred: set:
    mapAttrs (_: value: if isAttrs value then filterAttrsRecursive pred value else value) (filterAttrs pred set);

  cartesianProduct =
    sets:
    foldl' (
      rows: name: concatMap (row: map (value: row // { ${name} = value; }) sets.${name}) rows
    ) [ { } ] (attrNames sets);

  isDerivation = value: value.type or null == "derivation";

  getOutput =
    output: pkg:
    if prim.isSymbolic pkg then
      prim.symbolic pkg
    else if !pkg ? outputSpecified || !pkg.outputSpecified then
      pkg.${output} or pkg.out or pkg
    else
      pkg;

  getFirstOutput =
    candidates: pkg:
    let
      outputs = builtins.filter (name: pkg ? ${name}) candidates;
    in
    if prim.isSymbolic pkg then
      prim.symbolic pkg
    else if pkg.outputSpecified or false || outputs == [ ] then
      pkg
    else
      pkg.${head outputs};

  # The updates of `updateManyAttrsByPath`, each with the part of its path that is still to go.
  applyUpdates =
    updates: value: present:
    let
      split = builtins.partition (update: update.path == [ ]) updates;
      below = zipUpdates split.wrong;
      deep =
        if split.wrong == [ ] then
          { inherit value present; }
        else if present && !isAttrs value then
          throw "updateManyAttrsByPath: a path goes through a value that is not an attribute set"
        else
          {
            present = true;
            value =
              (if present then value else { })
              // mapAttrs (
                name: inner: (applyUpdates inner (if present then value.${name} or null else null) (present && value ? ${name})).value
              ) below;
          };
    in
    foldl' (state: update: {
      present = true;
      value = update.update (
        if state.present then state.value else throw "updateManyAttrsByPath: the path to update does not exist"
      );
    }) deep split.right;
  zipUpdates =
    updates:
    mapAttrs (_: map (update: update // { path = tail update.path; })) (builtins.groupBy (update: head update.path) updates);
in
{
  inherit (builtins)
    attrNames
    attrValues
    catAttrs
    getAttr
    hasAttr
    intersectAttrs
    isAttrs
    listToAttrs
    mapAttrs
    removeAttrs
    zipAttrsWith
    ;
  inherit (prim)
    filterAttrs
    mapAttrsToList
    mergeAttrsList
    optionalAttrs
    recursiveUpdate
    ;
  inherit
    attrByPath
    cartesianProduct
    collect
    filterAttrsRecursive
    genAttrs
    getAttrFromPath
    getFirstOutput
    getOutput
    hasAttrByPath
    isDerivation
    mapAttrsRecursiveCond
    mapAttrsToListRecursiveCond
    nameValuePair
    recursiveUpdateUntil
    setAttrByPath
    showAttrPath
    zipAttrsWithNames
    ;

  longestValidPathPrefix =
    path: set:
    let
      len = length path;
      go = at: value: if at < len && value ? ${elemAt path at} then go (at + 1) value.${elemAt path at} else at;
    in
    lib.lists.take (go 0 set) path;
  updateManyAttrsByPath = updates: set: (applyUpdates updates set true).value;
  attrVals = names: set: map (name: set.${name}) names;
  getAttrs = names: set: genAttrs names (name: set.${name});
  foldlAttrs = f: init: set: foldl' (acc: name: f acc name set.${name}) init (attrNames set);
  foldAttrs =
    op: nul: sets:
    zipAttrsWith (_: lib.lists.foldr op nul) sets;
  mapCartesianProduct = f: sets: map f (cartesianProduct sets);
  mapAttrs' = f: set: listToAttrs (mapAttrsToList f set);
  attrsToList = mapAttrsToList nameValuePair;
  concatMapAttrs = f: set: prim.mergeAttrsList (mapAttrsToList f set);
  mapAttrsRecursive = mapAttrsRecursiveCond (_: true);
  mapAttrsToListRecursive = mapAttrsToListRecursiveCond (_: _: true);
  genAttrs' = list: f: listToAttrs (map f list);
  toDerivation =
    path:
    let
      outPath = builtins.storePath path;
      base = baseNameOf path;
      drv = {
        type = "derivation";
        name = builtins.unsafeDiscardStringContext (builtins.substring 33 (-1) base);
        inherit outPath;
        outputs = [ "out" ];
        out = drv;
        outputName = "out";
      };
    in
    drv;
  zipAttrs = zipAttrsWith (_: values: values);
  matchAttrs =
    pattern: set:
    isAttrs set
    && all (
      name:
      set ? ${name}
      && (
        if isAttrs pattern.${name} then
          isAttrs set.${name} && lib.attrsets.matchAttrs pattern.${name} set.${name}
        else
          pattern.${name} == set.${name}
      )
    ) (attrNames pattern);
  overrideExisting = old: new: mapAttrs (name: value: new.${name} or value) old;
  unionOfDisjoint =
    a: b:
    let
      both = builtins.intersectAttrs a b;
      clash = mapAttrs (
        name: _: throw "unionOfDisjoint: collision on ${name}; complete list: ${builtins.concatStringsSep " " (attrNames both)}"
      ) both;
    in
    (a // b) // clash;

  getBin = getOutput "bin";
  getLib = getFirstOutput [
    "lib"
    "out"
  ];
  getStatic = getFirstOutput [
    "static"
    "lib"
    "out"
  ];
  getDev = getFirstOutput [
    "dev"
    "out"
  ];
  getInclude = getFirstOutput [
    "include"
    "dev"
    "out"
  ];
  getMan = getFirstOutput [
    "man"
    "out"
  ];
  chooseDevOutputs = map (getFirstOutput [ "dev" "out" ]);
  recurseIntoAttrs = set: set // { recurseForDerivations = true; };
  dontRecurseIntoAttrs = set: set // { recurseForDerivations = false; };
}

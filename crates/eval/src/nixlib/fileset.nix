# lib.fileset: sets of files, each by its path. What `toSource` copies is its root.
{ lib, prim }:
let
  inherit (builtins)
    attrNames
    concatMap
    foldl'
    intersectAttrs
    isPath
    listToAttrs
    pathExists
    readDir
    readFileType
    removeAttrs
    ;

  # The files are looked for when they are asked for.
  make = files: {
    _type = "fileset";
    _files = files;
  };
  below =
    path: type:
    if type == "directory" then
      let
        entries = readDir path;
      in
      concatMap (name: below (path + "/${name}") entries.${name}) (attrNames entries)
    else
      [ { inherit path type; } ];
  named =
    entries:
    listToAttrs (
      map (entry: {
        name = toString entry.path;
        value = entry;
      }) entries
    );
  filesIn = path: named (below path (readFileType path));
  filesOf =
    value:
    if isPath value then
      if pathExists value then
        filesIn value
      else
        throw "lib.fileset: Argument (${toString value}) is a path that does not exist."
    else
      value._files;
  parts = path: prim.splitString "/" (toString path);
  unions = list: make (foldl' (all: value: all // filesOf value) { } list);
in
{
  inherit unions;
  union = a: b: unions [ a b ];
  intersection = a: b: make (intersectAttrs (filesOf b) (filesOf a));
  difference = a: b: make (removeAttrs (filesOf a) (attrNames (filesOf b)));
  empty = make { };
  isFileset = value: isPath value || value._type or null == "fileset";
  maybeMissing = path: make (if pathExists path then filesIn path else { });
  fromSource =
    source:
    make (
      if source ? filter then prim.external "the files of a filtered source" else filesIn (source.origSrc or source)
    );
  fileFilter =
    predicate: path:
    make (
      named (
        builtins.filter (
          entry:
          let
            name = baseNameOf entry.path;
          in
          predicate {
            inherit name;
            inherit (entry) type;
            hasExt = extension: prim.hasSuffix ".${extension}" name;
          }
        ) (below path (readFileType path))
      )
    );
  gitTracked = path: make (prim.external "the files that Git tracks");
  gitTrackedWith = options: path: make (prim.external "the files that Git tracks");
  trace = fileset: value: value;
  traceVal = fileset: fileset;
  toList =
    fileset:
    let
      files = filesOf fileset;
      entries = map (name: {
        key = parts name;
        inherit (files.${name}) path;
      }) (attrNames files);
    in
    map (entry: entry.path) (builtins.sort (a: b: a.key < b.key) entries);
  toSource =
    { root, fileset }:
    {
      _isLibCleanSourceWith = true;
      origSrc = root;
      name = "source";
      filter = _: _: true;
      outPath = "${root}";
    };
}
